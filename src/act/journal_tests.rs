use super::compact::keep;
use super::*;
use crate::kinds::registry;
use crate::model::{Plan, Step, Subject, Undo, WaitPlace, Waiter};

struct Dir(PathBuf);

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Dir {
    fn new(name: &str) -> Dir {
        Dir(std::env::temp_dir().join(format!("skydeck-journal-{}-{name}", std::process::id())))
    }
    fn path(&self) -> PathBuf {
        self.0.join("state/journal.jsonl")
    }
    /// The journal as the process that was started in this second sees it.
    fn started(&self, secs: i64) -> Journal {
        Journal::at(self.path(), Time::from_secs(secs))
    }
    fn text(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.path()).expect("a file")).into_owned()
    }
    fn add(&self, text: &str) {
        let mut file = OpenOptions::new().append(true).open(self.path()).expect("a file");
        file.write_all(text.as_bytes()).expect("written");
    }
}

/// A row that is not one of the plan's own, in another region.
fn group() -> (TableKey, RowId) {
    let kind = Kind(registry::ALL.kind("targets").expect("a kind").info);
    (TableKey::of(Scope::region("p", "s"), kind, "arn".into()), "arn|i-1|80".into())
}

fn record(name: String) -> RunRecord {
    let kind = Kind(registry::ALL.kind("instances").expect("a kind").info);
    let table = TableKey::all(Scope::region("p", "r"), kind);
    let stop = registry::ALL.operations().into_iter().find(|o| o.name == "StopInstances").expect("declared");
    let subject = |id: &str| Subject {
        table: table.clone(),
        id: id.into(),
        shown_id: id.into(),
        label: id.into(),
        change: String::new(),
    };
    let plan = Plan {
        action: "stop",
        title: "Stop 2 instances".into(),
        subjects: vec![subject("i-1"), subject("i-2")],
        skipped: Vec::new(),
        consequences: Vec::new(),
        cost: None,
        steps: Step::each(vec![Call::new(stop, Scope::region("p", "r")); 2]),
        destructive: false,
        wait: Waiter::AtOnce,
        undo: Some(Undo { line: "start".into(), but: Some("an address".into()), on: vec![group()] }),
        then: vec!["sudo growpart /dev/nvme0n1 1".into()],
        phrase: String::new(),
        rests_on: Vec::new(),
        needs: Vec::new(),
    };
    RunRecord::new(name, NOW, &plan)
}

/// A run of the journal's process begins.
fn begin(journal: &Journal, run: u64) -> Result<(), JournalError> {
    journal.began(&record(journal.run_name(run)), NOW)
}

const NOW: Time = Time::from_secs(50);

fn left(journal: &Journal) -> Vec<String> {
    journal.unfinished(&registry::ALL).into_iter().map(|u| u.name).collect()
}

#[test]
fn only_its_owner_can_read_it() {
    let dir = Dir::new("mode");
    std::fs::create_dir_all(dir.0.join("state")).expect("a folder");
    std::fs::write(dir.path(), "").expect("a file");
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    begin(&dir.started(1), 1).expect("written");
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&dir.path()), 0o600);
    let new = Dir::new("folder");
    begin(&new.started(1), 1).expect("written");
    assert_eq!(mode(new.path().parent().expect("a folder")), 0o700);
}

#[test]
fn a_link_in_its_place_is_not_followed_to_another_file() {
    let dir = Dir::new("link");
    let folder = dir.0.join("state");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("keys"), "mine").expect("a file");
    std::os::unix::fs::symlink(folder.join("keys"), dir.path()).expect("a link");
    assert!(begin(&dir.started(1), 1).is_err(), "nothing is changed without a journal");
    assert_eq!(std::fs::read_to_string(folder.join("keys")).expect("a file"), "mine");
}

#[test]
fn a_journal_that_was_taken_away_is_begun_anew_and_not_written_into_the_void() {
    let dir = Dir::new("away");
    let journal = dir.started(1);
    begin(&journal, 1).expect("written");
    std::fs::remove_file(dir.path()).expect("ours");
    begin(&journal, 2).expect("written");
    assert_eq!(left(&dir.started(2)), Vec::<String>::new(), "its process lives");
    drop(journal);
    assert_eq!(left(&dir.started(2)), ["1000-".to_string() + &std::process::id().to_string() + "-2"]);
}

#[test]
fn a_later_start_is_told_what_was_under_way_and_not_what_ended_or_was_forgotten() {
    let dir = Dir::new("left");
    let first = dir.started(1);
    for run in 1..=4 {
        begin(&first, run).expect("written");
    }
    first.outcome(&first.run_name(2), 0, &CallOutcome::Ok(None, &[]), NOW).expect("written");
    first.ended(&first.run_name(3), "", true, NOW).expect("written");
    assert_eq!(left(&first), Vec::<String>::new(), "its own are under way, not left");
    let name = |run| first.run_name(run);
    let names = [name(1), name(2), name(4)];
    drop(first);
    let second = dir.started(2);
    second.forget(&names[2], NOW).expect("written");
    assert_eq!(left(&second), names[..2]);
    let found = &second.unfinished(&registry::ALL)[1];
    assert_eq!((found.title.as_str(), found.action.as_str(), found.done()), ("Stop 2 instances", "stop", (1, 2)));
    let ids: Vec<&str> = found.rows.iter().map(|(_, id)| id.as_str()).collect();
    assert_eq!((ids, &found.rows[0].0.scope), (vec!["i-1", "i-2"], &Scope::region("p", "r")));
    assert_eq!(found.undo, record(String::new()).undo, "with the rows that it acts on, and what it cannot bring back");
}

#[test]
fn runs_of_another_process_that_still_lives_are_its_own_whatever_number_it_has() {
    let dir = Dir::new("alive");
    let (lives, dies) = (dir.started(1), dir.started(2));
    let mut names = Vec::new();
    for journal in [&lives, &dies] {
        begin(journal, 1).expect("written");
        names.push(journal.run_name(1));
    }
    let third = dir.started(3);
    assert_eq!(left(&third), Vec::<String>::new());
    // It was killed: its lock went with it, its file did not, and its number is another process's now.
    let lock = dies.0.alive(&dies.0.process);
    drop(dies);
    std::fs::write(&lock, "").expect("a file");
    assert_eq!(left(&third), names[1..], "this very process has its number");
    assert!(!lock.exists(), "what is left of it is cleared away");
    drop(lives);
    assert_eq!(left(&third), names);
}

#[test]
fn where_nothing_can_be_locked_a_process_is_known_by_its_number() {
    assert!(has_process(&format!("1795252800000-{}", std::process::id())));
    // More than any system numbers.
    assert!(!has_process("1795252800000-2147483646") && !has_process("") && !has_process("x-0"));
}

#[test]
fn a_torn_last_line_hides_neither_what_was_before_it_nor_what_comes_after() {
    let dir = Dir::new("torn");
    let first = dir.started(1);
    let name = first.run_name(1);
    begin(&first, 1).expect("written");
    drop(first);
    dir.add("{\"at\":\"2026-11-21T00:00:00Z\",\"event\":\"ended\",\"run\":\"");
    assert_eq!(left(&dir.started(2)), std::slice::from_ref(&name));
    let second = dir.started(2);
    begin(&second, 1).expect("written");
    let newer = second.run_name(1);
    drop(second);
    // Not even UTF-8.
    let mut file = OpenOptions::new().append(true).open(dir.path()).expect("a file");
    file.write_all(b"{\"event\":\"ended\xff").expect("written");
    let third = dir.started(3);
    third.forget(&name, NOW).expect("written");
    assert_eq!(left(&third), [newer]);
    assert_eq!(dir.text().lines().filter(|l| serde_json::from_str::<Json>(l).is_err()).count(), 2);
}

#[test]
fn one_process_is_not_taken_for_another_whose_name_begins_alike() {
    let dir = Dir::new("prefix");
    let first = dir.started(1);
    begin(&first, 1).expect("written");
    dir.add(&dir.text().replace(&first.run_name(1), &format!("{}0-1", first.0.process)));
    assert_eq!(left(&first), [format!("{}0-1", first.0.process)]);
}

#[test]
fn a_long_journal_is_shortened_without_losing_a_run_that_has_not_ended() {
    let dir = Dir::new("long");
    let first = dir.started(1);
    begin(&first, 1).expect("written");
    let name = first.run_name(1);
    drop(first);
    let line = |n: usize| format!("{{\"event\":\"ended\",\"run\":\"old-{n}\",\"text\":\"{}\"}}\n", "x".repeat(400));
    dir.add(&(0..4000).map(line).collect::<String>());
    let long = std::fs::metadata(dir.path()).expect("a file").len();
    // Somebody else writes to it: it stays as it is.
    let other = dir.started(2);
    begin(&other, 1).expect("written");
    let third = dir.started(3);
    third.compact().expect("nothing to do");
    assert!(std::fs::metadata(dir.path()).expect("a file").len() >= long);
    let others = other.run_name(1);
    drop(other);
    third.compact().expect("shorter");
    let meta = std::fs::metadata(dir.path()).expect("a file");
    assert!(meta.len() < 300 * 1024 && meta.permissions().mode() & 0o777 == 0o600, "{meta:?}");
    assert!(dir.text().contains("old-3999\"") && !dir.text().contains("old-100\""));
    assert_eq!(left(&third), [name, others]);
    begin(&third, 1).expect("written");
    third.compact().expect("it writes: nothing is done");
    assert_eq!(std::fs::read_dir(dir.path().parent().expect("a folder")).expect("a folder").count(), 2, "and its lock");
}

#[test]
fn all_lines_of_an_open_run_are_kept_and_of_the_others_the_newest() {
    let text = b"{\"event\":\"began\",\"run\":\"a\"}\n{\"event\":\"began\",\"run\":\"b\"}\ntorn\n\
        {\"event\":\"outcome\",\"run\":\"a\"}\n{\"event\":\"ended\",\"run\":\"b\"}\n";
    let runs = |most| {
        let kept = keep(text, most);
        kept.iter().map(|l| String::from_utf8_lossy(l).contains("\"a\"")).collect::<Vec<_>>()
    };
    assert_eq!(runs(0), [true, true]);
    assert_eq!(runs(40), [true, true, false]);
    assert_eq!(runs(1000), [true, false, true, false]);
}

/// A run of so many calls, of which each can be undone, as the executor writes it.
fn write(journal: &Journal, ends: &[u8]) -> String {
    let name = journal.run_name(1);
    let mut run = record(name.clone());
    run.steps = vec![run.steps[0].clone(); ends.len()];
    let back = crate::model::StepUndo::new("start", run.steps[0].call.clone());
    run.steps.iter_mut().for_each(|s| s.undo = Some(back.clone()));
    journal.began(&run, NOW).expect("written");
    let fault = Fault::new(FaultKind::Offline, "cut");
    let maybe = fault.clone().reached(Reached::Maybe);
    for (step, end) in ends.iter().enumerate() {
        journal.intent(&name, step, &run.steps[step].call, None, NOW).expect("written");
        let outcome = match end {
            0 | 1 => CallOutcome::Ok(Some("r-1"), &[("VolumeId".into(), "vol-1".into())]),
            2 => CallOutcome::Failed(&fault),
            3 => CallOutcome::Unknown(&fault),
            _ => CallOutcome::Again(&maybe),
        };
        journal.outcome(&name, step, &outcome, NOW).expect("written");
        if *end > 1 {
            break;
        }
        journal.waited(&name, WaitPlace::After(step), NOW).expect("written");
    }
    name
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    /// A process that is killed between any two lines of a run of one to six calls, or in the middle of a line, however the calls ended:
    /// the next start says of each call what the lines say, never loses the run from sight, and offers what can be done about it.
    #[test]
    fn a_journal_that_breaks_off_anywhere_loses_nothing(ends in proptest::collection::vec(0u8..5, 1..=6), at in 0.0f64..=1.0) {
        let dir = Dir::new(&format!("cut-{}-{}", ends.len(), (at * 1e9) as u64));
        let first = dir.started(1);
        let name = write(&first, &ends);
        drop(first);
        let whole = std::fs::read(dir.path()).expect("a file");
        let began = whole.iter().position(|b| *b == b'\n').expect("a line") + 1;
        // Somewhere behind the first line: before it is whole nothing has been sent.
        let cut = began + ((whole.len() - began) as f64 * at) as usize;
        std::fs::write(dir.path(), &whole[..cut]).expect("ours");
        let lines: Vec<Json> = whole[..cut].split(|b| *b == b'\n').filter_map(|l| serde_json::from_slice(l).ok()).collect();
        let count = |event: &str, outcome: Option<&str>| {
            lines.iter().filter(|l| l["event"] == event && outcome.is_none_or(|o| l["outcome"] == o)).count()
        };
        let left = dir.started(2).unfinished(&registry::ALL);
        let [run] = left.as_slice() else { panic!("the run is in sight: {left:?}") };
        proptest::prop_assert_eq!(&run.name, &name);
        let states = |want: fn(&StepState) -> bool| run.states.iter().filter(|s| want(s)).count();
        let answered = count("outcome", None);
        proptest::prop_assert_eq!(run.done().0, count("outcome", Some("ok")));
        proptest::prop_assert_eq!(states(|s| matches!(s, StepState::Failed(_))), count("outcome", Some("failed")));
        proptest::prop_assert_eq!(states(|s| matches!(s, StepState::Unknown(_))), count("outcome", Some("unknown")));
        let again = StepState::Again { why: "cut".into(), maybe: true };
        proptest::prop_assert_eq!(run.states.iter().filter(|s| **s == again).count(), count("outcome", Some("again")));
        proptest::prop_assert_eq!(states(|s| *s == StepState::Sent), count("intent", None) - answered, "sent, and nobody knows");
        // What may have been done can be undone as well.
        let may_be = states(|s| !matches!(s, StepState::NotSent | StepState::Failed(_)));
        proptest::prop_assert_eq!(run.undo_steps().is_ok(), may_be > 0);
        // StopInstances twice is as once: all that is left can be sent.
        let rest = run.go_on().map_or(0, |plan| plan.steps.len());
        proptest::prop_assert_eq!(rest, ends.len() - run.done().0);
    }
}
