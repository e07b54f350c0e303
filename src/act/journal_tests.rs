use super::*;
use crate::kinds::registry;
use crate::model::{Settle, Subject, Undo};

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

fn plan() -> Plan {
    let kind = Kind(registry::ALL.kind("instances").expect("a kind").info);
    let table = TableKey::all(Scope::region("p", "r"), kind);
    let subject = |id: &str| Subject { table: table.clone(), id: id.into(), label: id.into(), change: String::new() };
    Plan {
        action: "stop",
        title: "Stop 2 instances".into(),
        subjects: vec![subject("i-1"), subject("i-2")],
        consequences: Vec::new(),
        cost: None,
        calls: Vec::new(),
        destructive: false,
        settle: Settle::AtOnce,
        undo: Some(Undo { line: "start".into(), but: None, on: Vec::new() }),
        phrase: String::new(),
        needs: Vec::new(),
    }
}

const NOW: Time = Time::from_secs(50);

fn left(journal: &Journal) -> Vec<String> {
    journal.unfinished(&registry::ALL).into_iter().map(|u| u.run).collect()
}

#[test]
fn only_its_owner_can_read_it() {
    let dir = Dir::new("mode");
    std::fs::create_dir_all(dir.0.join("state")).expect("a folder");
    std::fs::write(dir.path(), "").expect("a file");
    std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    dir.started(1).began(1, &plan(), NOW).expect("written");
    let mode = std::fs::metadata(dir.path()).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_later_start_is_told_what_was_under_way_and_not_what_ended_or_was_forgotten() {
    let dir = Dir::new("left");
    let first = dir.started(1);
    for run in 1..=4 {
        first.began(run, &plan(), NOW).expect("written");
    }
    first.outcome(2, 0, &CallOutcome::Ok(None), NOW).expect("written");
    first.ended(3, "", true, NOW).expect("written");
    assert_eq!(left(&first), Vec::<String>::new(), "its own are under way, not left");
    let second = dir.started(2);
    second.forget(&first.run_name(4), NOW).expect("written");
    assert_eq!(left(&second), [first.run_name(1), first.run_name(2)]);
    let found = &second.unfinished(&registry::ALL)[1];
    assert_eq!((found.title.as_str(), found.action.as_str(), found.done), ("Stop 2 instances", "stop", (1, 0)));
    assert_eq!(
        (found.ids.len(), found.undo.as_deref(), &found.table.scope),
        (2, Some("start"), &Scope::region("p", "r"))
    );
}

#[test]
fn runs_of_another_process_that_still_lives_are_its_own() {
    let dir = Dir::new("alive");
    let first = dir.started(1);
    first.began(1, &plan(), NOW).expect("written");
    let mut child = std::process::Command::new("true").spawn().expect("a process");
    let ended = child.id();
    child.wait().expect("its end");
    let ours = format!("\"pid\":{}", std::process::id());
    let line = dir.text();
    assert!(line.contains(&ours), "{line}");
    for (run, pid) in [("alive-1", std::os::unix::process::parent_id()), ("ended-1", ended)] {
        dir.add(&line.replace(&ours, &format!("\"pid\":{pid}")).replace(&first.run_name(1), run));
    }
    let found = left(&dir.started(2));
    assert!(found.contains(&"ended-1".to_string()) && !found.contains(&"alive-1".to_string()), "{found:?}");
}

#[test]
fn a_torn_last_line_hides_neither_what_was_before_it_nor_what_comes_after() {
    let dir = Dir::new("torn");
    let first = dir.started(1);
    first.began(1, &plan(), NOW).expect("written");
    dir.add("{\"at\":\"2026-11-21T00:00:00Z\",\"event\":\"ended\",\"run\":\"");
    assert_eq!(left(&dir.started(2)), [first.run_name(1)]);
    let second = dir.started(2);
    second.began(1, &plan(), NOW).expect("written");
    // Not even UTF-8.
    let mut file = OpenOptions::new().append(true).open(dir.path()).expect("a file");
    file.write_all(b"{\"event\":\"ended\xff").expect("written");
    let third = dir.started(3);
    third.forget(&first.run_name(1), NOW).expect("written");
    assert_eq!(left(&third), [second.run_name(1)]);
    assert_eq!(dir.text().lines().filter(|l| serde_json::from_str::<Json>(l).is_err()).count(), 2);
}

#[test]
fn one_process_is_not_taken_for_another_whose_name_begins_alike() {
    let dir = Dir::new("prefix");
    let first = dir.started(1);
    first.began(1, &plan(), NOW).expect("written");
    dir.add(&dir.text().replace(&first.run_name(1), &format!("{}0-1", first.0.process)));
    assert_eq!(left(&first), [format!("{}0-1", first.0.process)]);
}
