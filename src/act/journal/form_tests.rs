use super::*;
use crate::base::Time;
use crate::kinds::registry::ALL;
use crate::model::{Kind, Plan, RunRecord, StepState};

fn operation(name: &str) -> &'static Operation {
    ALL.operations().into_iter().find(|o| o.name == name).expect("a declared operation")
}

fn table() -> TableKey {
    TableKey::all(Scope::region("p", "r"), Kind(ALL.kind("instances").expect("a kind").info))
}

/// One of everything that a plan can hold.
fn run() -> RunRecord {
    let scope = Scope::region("p", "r");
    let state = Waiter::State {
        table: table(),
        ids: vec!["i-1".into()],
        want: &["stopped"],
        fail: &["terminated"],
        gone_is_fine: true,
        within: Duration::from_secs(90),
    };
    let field = Waiter::Field {
        table: table(),
        ids: vec!["i-1".into()],
        field: &crate::kinds::ec2::instances::fields::TYPE,
        want: "m5.large".into(),
        within: Duration::from_secs(60),
    };
    let call = Call::new(operation("StopInstances"), scope)
        .arg("InstanceIds", Arg::strs(["i-1", "it's 결제"]))
        .arg("Force", Arg::Bool(true))
        .arg("Count", Arg::Int(-3))
        .arg("Rate", Arg::Float(0.5))
        .arg("Data", Arg::Blob(bytes::Bytes::from_static(b"\x00\xff")))
        .arg("Tags", Arg::List(vec![Arg::Map(vec![("Key", Arg::str("$out")), ("Value", Arg::str(""))])]))
        .on(["i-1".into()]);
    let undo = StepUndo {
        title: "start".into(),
        call: Call::new(operation("StartInstances"), Scope::account("q")),
        wait: Waiter::AtOnce,
        destructive: true,
        hurts: Some("it hurts".into()),
    };
    let group = ALL.kind("security-groups").expect("a kind").info;
    let made =
        Step::new("make it", Call::new(operation("CreateSecurityGroup"), Scope::region("p", "r"))).known_by(KnownBy {
            table: TableKey::all(Scope::region("p", "r"), Kind(group)),
            fields: vec![(&crate::kinds::ec2::security_groups::NAME, "it's 결제".into())],
            output: "GroupId",
        });
    let step = Step::new("stop it", call).then_wait(Waiter::All(vec![state.clone(), field])).undone_by(undo);
    let step = Step { before: state.resting(), may_be_refused: true, ..step };
    let plan = Plan {
        action: "stop",
        title: "Stop i-1".into(),
        subjects: Vec::new(),
        skipped: Vec::new(),
        consequences: Vec::new(),
        cost: None,
        steps: vec![step, made],
        destructive: false,
        wait: state,
        undo: Some(Undo { line: "start".into(), but: Some("an address".into()), on: vec![(table(), "i-2".into())] }),
        then: vec!["sudo growpart /dev/nvme0n1 1".into()],
        phrase: String::new(),
        rests_on: Vec::new(),
        needs: Vec::new(),
    };
    RunRecord::new("1-2-3".into(), Time::from_secs(5), &plan)
}

fn back(run: &RunRecord) -> Option<RunRecord> {
    let mut line = write(run);
    line.insert("at".into(), run.when.rfc3339_millis().into());
    let text = Json::Object(line).to_string();
    read(&serde_json::from_str(&text).expect("JSON"), &run.name, &ALL)
}

#[test]
fn a_run_without_secrets_comes_back_as_it_was_also_without_rows() {
    let run = run();
    assert_eq!(back(&run).as_ref(), Some(&run));
    assert!(run.states.iter().all(|s| *s == StepState::NotSent) && run.rows.is_empty());
}

#[test]
fn a_secret_is_not_in_it_and_says_so_when_it_comes_back() {
    let mut run = run();
    run.steps[0].call = run.steps[0].call.clone().arg("UserData", Arg::Secret(Secret::new("hush".into())));
    assert!(!Json::Object(write(&run)).to_string().contains("hush"));
    let again = back(&run).expect("it comes back");
    assert!(again.steps[0].call.has_secret());
    assert!(again.go_on().is_err_and(|why| why.contains("its secret was not saved")));
}

#[test]
fn what_this_program_does_not_know_is_left_out_and_not_guessed() {
    let text = Json::Object(write(&run())).to_string();
    for (known, unknown) in
        [("StopInstances", "PauseInstances"), ("\"instances\"", "\"islands\""), ("$float", "$complex")]
    {
        let line: Json = serde_json::from_str(&text.replace(known, unknown)).expect("JSON");
        assert_eq!(read(&line, "1-2-3", &ALL), None, "{unknown}");
    }
}
