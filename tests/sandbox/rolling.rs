//! Rolling changes on the embedded account, call by call: Standby, reboot, another type, a command over ssh. Each instance is afterwards where it
//! was, and each was out of service meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use skydeck::act::{Execute, Executor, Journal, WaitStatus, check};
use skydeck::aws::{Gateway, GatewayConfig};
use skydeck::base::Clock;
use skydeck::kinds::autoscaling::auto_scaling_groups::{self as groups, fields as group_fields};
use skydeck::kinds::ec2::instances::fields;
use skydeck::kinds::registry::ALL;
use skydeck::kinds::{ActionContext, Target};
use skydeck::model::connect::{Machine, SSH, Tools};
use skydeck::model::files::Files;
use skydeck::model::{ActEvent, FormValue, Plan, RunRecord, Selector, StepState, TableKey, Values, Waiter};
use skydeck::sandbox::shell::remote;

use super::actions::Account;

/// What is known of a machine on which ssh is, and no key file.
fn machine() -> Files {
    let mut files = Files::none();
    let tools = Tools { programs: [SSH].into(), ..Tools::default() };
    files.machine = Some(Box::new(Machine { simulated: true, tools: Some(tools), ..Machine::default() }));
    files
}

impl Account {
    /// The instances of these names, with where they serve known.
    async fn rolled(&mut self, names: &[&str]) -> Vec<Target> {
        self.everything().await;
        self.list(&Account::key("security-groups", Selector::All)).await;
        self.list(&Account::key("images", Selector::All)).await;
        let key = Account::key("instances", Selector::All);
        names.iter().map(|name| self.find(&key, |r| r.name == *name && is_running(r))).collect()
    }

    /// Lists what the form asks for, and what it asks for then.
    async fn needed(&mut self, targets: &[Target], values: &[(&str, &str)], files: &Files) {
        let value = |(k, v): &(&str, &str)| ((*k).into(), FormValue::Text((*v).into()));
        let values = Values(values.iter().map(value).collect());
        for _ in 0..5 {
            let cx = ActionContext {
                store: &self.store,
                scope: &targets[0].table.scope,
                targets,
                now: self.clock.now(),
                zone: &jiff::tz::TimeZone::UTC,
                downloads: ".",
                files,
                me: &skydeck::model::my_address::MyAddress::NotAsked,
            };
            let action = ALL.action(targets[0].table.kind, "roll").unwrap();
            let needs = (action.refine)(&cx, &values).needs;
            for table in needs {
                self.list(&table).await;
            }
        }
    }

    /// Looks until something has come, for an hour at the most.
    async fn comes(&mut self, wait: &Waiter) {
        let since = self.clock.now();
        for _ in 0..720 {
            self.clock.advance(Duration::from_secs(5));
            let tables: Vec<TableKey> = wait.rows().into_iter().map(|(t, _)| t.clone()).collect();
            for table in tables {
                self.list(&table).await;
            }
            match check(wait, &self.store, since, self.clock.now()) {
                WaitStatus::Moving(_) => {}
                WaitStatus::There(_) => return,
                WaitStatus::Elsewhere(text) => panic!("{text}"),
            }
        }
        panic!("it never comes: {wait:?}");
    }

    /// Carries a plan out to its end, or to the first step that fails: how each step stands.
    async fn roll(&mut self, plan: &Plan) -> RunRecord {
        let (out, mut news) = tokio::sync::mpsc::channel(1000);
        let journal = Journal::at(self.folder.path().join("rolled"), self.clock.now());
        let gateway = Gateway::new(GatewayConfig {
            programs: Some(remote::stand_in(&self.sandbox)),
            ..GatewayConfig::sandbox(self.clock.clone(), ALL.operations(), self.http.clone())
        });
        gateway.identity("sandbox").await.unwrap();
        let pins = BTreeMap::from([("sandbox".into(), (None, gateway.generation("sandbox")))]);
        let name = journal.run_name(1);
        let mut record = RunRecord::new(name.clone(), self.clock.now(), &plan.with_tokens(&name));
        let executor = Executor::new(gateway, ALL, journal, self.clock.clone(), out);
        with_time(&self.clock, executor.carry(Execute { run: 1, record: record.clone(), pins })).await;
        loop {
            let mut waiting = None;
            while let Ok(event) = news.try_recv() {
                let now = self.clock.now();
                let mut note = |step, state| {
                    record.apply(&skydeck::model::RunEntry::Outcome { step, state, outputs: Vec::new() }, now);
                };
                match event {
                    ActEvent::Done { step, .. } => note(step, StepState::Done),
                    ActEvent::Failed { step, fault, .. } => note(step, StepState::Failed(fault.to_string())),
                    ActEvent::Unknown { step, fault, .. } => note(step, StepState::Unknown(fault.to_string())),
                    ActEvent::Waiting { wait, .. } => waiting = Some(wait),
                    _ => {}
                }
            }
            let Some(wait) = waiting else { break };
            self.comes(&wait).await;
            with_time(&self.clock, executor.go_on(1)).await;
        }
        if record.states.iter().all(|s| *s == StepState::Done) {
            self.comes(&record.resolved_wait()).await;
        }
        record
    }
}

/// While it is carried out, time passes: what is done on an instance takes some.
async fn with_time(clock: &Clock, done: impl Future<Output = ()>) {
    let passes = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            clock.advance(Duration::from_secs(1));
        }
    };
    tokio::select! {
        () = done => {}
        () = passes => {}
    }
}

fn is_running(r: &skydeck::model::Record) -> bool {
    r.state.as_ref().is_some_and(|(_, s)| s == "running")
}

fn calls(plan: &Plan) -> Vec<&str> {
    plan.calls().map(|c| c.op.name).collect()
}

fn is_done(record: &RunRecord) {
    assert!(record.states.iter().all(|s| *s == StepState::Done), "{:?}", record.lines());
}

#[tokio::test]
async fn a_member_goes_through_standby_and_serves_again_with_the_group_as_large_as_before() {
    let mut a = Account::open();
    a.everything().await;
    let key = Account::key("auto-scaling-groups", Selector::All);
    let group = vec![a.find(&key, |r| r.name == "my-asg-ec2")];
    // At its minimum AWS lets none go.
    let plan = a.plan("set-desired-capacity", &group, &[("desired", "3")]);
    a.done(&plan).await;
    let target = a.rolled(&["my-asg-ec2"]).await;
    let plan = a.plan("roll", &target, &[]);
    assert_eq!(calls(&plan), ["EnterStandby", "StopInstances", "StartInstances", "ExitStandby"]);
    let record = a.roll(&plan).await;
    is_done(&record);
    a.list(&key).await;
    let now = a.find(&key, |r| r.name == "my-asg-ec2");
    assert!(groups::instances(&now.record).contains(&target[0].record.id), "it is the same member");
    assert_eq!(now.record.get(&group_fields::DESIRED).as_int(), Some(3));
    assert!(now.record.get(&group_fields::STANDBY).items().is_empty());
}

#[tokio::test]
async fn a_target_is_drained_rebooted_and_healthy_again_and_its_type_is_another_one() {
    let mut a = Account::open();
    let target = a.rolled(&["my-alchemine-app-ec2-3"]).await;
    let plan = a.plan("roll", &target, &[("what", "reboot")]);
    assert!(calls(&plan).contains(&"RebootInstances") && calls(&plan).starts_with(&["DeregisterTargets"]));
    is_done(&a.roll(&plan).await);
    let target = a.rolled(&["my-alchemine-app-ec2-3"]).await;
    let plan = a.plan("roll", &target, &[("what", "type"), ("type", "t3.large")]);
    is_done(&a.roll(&plan).await);
    let after = a.rolled(&["my-alchemine-app-ec2-3"]).await;
    assert_eq!(after[0].record.get(&fields::TYPE).as_str(), Some("t3.large"));
}

#[tokio::test]
async fn a_command_runs_on_each_while_it_is_drained_and_one_that_fails_halts_the_rest() {
    let mut a = Account::open();
    let names = ["my-bastion-host", "my-alchemine-app-ec2"];
    let targets = a.rolled(&names).await;
    let files = machine();
    let put = |command: &'static str| [("what", "command"), ("command", command)];
    a.needed(&targets, &put("true"), &files).await;
    let plan = a.plan_with("roll", &targets, &put("hostname -f; echo 'it is here'"), &files);
    let runs = calls(&plan).iter().filter(|c| **c == "RunCommand").count();
    assert_eq!(runs, 2, "{:?}", calls(&plan));
    // Both are reached as connect would reach them: the bastion by its public address, the other one through it.
    let text =
        plan.calls().filter(|c| c.op.name == "RunCommand").map(|c| format!("{:?}", c.get("Over"))).collect::<String>();
    assert!(text.contains("public") && text.contains("through:i-"), "{text}");
    let record = a.roll(&plan).await;
    is_done(&record);

    let targets = a.rolled(&names).await;
    let plan = a.plan_with("roll", &targets, &put("false"), &files);
    let record = a.roll(&plan).await;
    let at = record.steps.iter().position(|s| s.call.op.name == "RunCommand").unwrap();
    let StepState::Failed(why) = &record.states[at] else { panic!("{:?}", record.lines()) };
    assert!(why.contains("exit status 1"), "{why}");
    assert!(record.states[at + 1..].iter().all(|s| *s == StepState::NotSent), "{:?}", record.lines());
    assert!(record.go_on().is_ok_and(|rest| rest.steps[0].call.op.name == "RunCommand"), "it can be tried again");
}
