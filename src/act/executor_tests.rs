//! The executor with senders made for each test and a journal in a folder of its own.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use arcstr::ArcStr;
use futures::future::BoxFuture;
use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use super::*;
use crate::aws::testing::{Answer, Recorder};
use crate::aws::{GatewayConfig, ProfileSel};
use crate::base::{Scope, Secret, Time};
use crate::kinds::action::Sender;
use crate::model::{Arg, Operation, Retry, Service, Settle};

type Script = Arc<dyn Fn(usize) -> BoxFuture<'static, Result<Sent, Fault>> + std::marker::Send + Sync>;

/// Senders are plain functions: what they do is looked up by the profile, of which each test has its own.
/// What each test's sender does, by the test's profile, and how often it was called.
type Scripts = FxHashMap<ArcStr, (Script, Arc<AtomicUsize>)>;

static SCRIPTS: LazyLock<Mutex<Scripts>> = LazyLock::new(Mutex::default);

static STOP: Operation = Operation::write(Service::Ec2, "StopThings", Retry::Safe);
static SENDER: Sender = Sender { op: &STOP, send };
static REGISTRY: Registry = Registry { kinds: &[], actions: &[], senders: &[&SENDER] };

fn send(send: Send) -> BoxFuture<'static, Result<Sent, Fault>> {
    assert!(matches!(send.mode, Mode::Real(Some(_))), "a write goes out with a permit");
    let profile = send.call.scope.profile().cloned().unwrap_or_default();
    let (script, count) = SCRIPTS.lock().expect("whole").get(&profile).cloned().expect("a script");
    script(count.fetch_add(1, Ordering::SeqCst))
}

fn ok() -> Result<Sent, Fault> {
    Ok(Sent { request_id: Some("r-1".into()), text: String::new() })
}

struct Rig {
    gateway: Gateway,
    executor: Executor,
    journal: Journal,
    news: mpsc::Receiver<ActEvent>,
    profile: &'static str,
    sent: Arc<AtomicUsize>,
    dir: PathBuf,
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Rig {
    async fn new(
        profile: &'static str,
        script: impl Fn(usize) -> BoxFuture<'static, Result<Sent, Fault>> + std::marker::Send + Sync + 'static,
    ) -> Rig {
        let sent = Arc::new(AtomicUsize::new(0));
        SCRIPTS.lock().expect("whole").insert(profile.into(), (Arc::new(script), sent.clone()));
        let clock = Clock::manual(Time::from_secs(1000));
        let recorder = Recorder::new(|_| Answer::identity());
        let mut config = GatewayConfig::sandbox(clock.clone(), vec![&STOP], recorder.client());
        config.profiles = vec![ProfileSel::Named(profile.into())];
        let gateway = Gateway::new(config);
        gateway.identity(profile).await.expect("an identity");
        let dir = std::env::temp_dir().join(format!("skydeck-executor-{}-{profile}", std::process::id()));
        let journal = Journal::at(dir.join("journal.jsonl"), Time::from_secs(1));
        let (out, news) = mpsc::channel(64);
        let executor = Executor::new(gateway.clone(), REGISTRY, journal.clone(), clock, out);
        Rig { gateway, executor, journal, news, profile, sent, dir }
    }
    fn carry(&self, run: u64, calls: usize) -> Carry {
        let scope = Scope::region(self.profile, "r");
        let call = Call::new(&STOP, scope)
            .arg("Ids", Arg::strs(["i-1"]))
            .arg("UserData", Arg::Secret(Secret::new("hush".into())));
        let plan = Plan {
            action: "stop",
            title: "Stop 1 thing".into(),
            subjects: Vec::new(),
            consequences: Vec::new(),
            cost: None,
            calls: vec![call; calls],
            destructive: false,
            settle: Settle::AtOnce,
            undo: None,
            phrase: String::new(),
            needs: Vec::new(),
        };
        let identity = Identity {
            account: "000000000000".into(),
            arn: "arn:aws:iam::000000000000:user/admin".into(),
            user: "admin".into(),
            generation: 1,
        };
        Carry { run, plan, identity: Some(identity), generation: self.gateway.generation(self.profile) }
    }
    fn news(&mut self) -> Vec<ActEvent> {
        std::iter::from_fn(|| self.news.try_recv().ok()).collect()
    }
    fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }
    /// `event`, or `event outcome`, of each line.
    fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.journal.path()).unwrap_or_default();
        let line = |l: &str| {
            let json: Json = serde_json::from_str(l).expect("JSON");
            let word = |k| json.get(k).and_then(Json::as_str).unwrap_or_default().to_string();
            format!("{} {}", word("event"), word("outcome")).trim().to_string()
        };
        text.lines().map(line).collect()
    }
}

#[tokio::test]
async fn the_intent_is_on_disk_before_a_call_leaves_and_the_outcome_after_it() {
    let seen: Arc<Mutex<String>> = Arc::default();
    let path = std::env::temp_dir().join(format!("skydeck-executor-{}-intent/journal.jsonl", std::process::id()));
    let noted = seen.clone();
    let mut rig = Rig::new("intent", move |_| {
        *noted.lock().expect("whole") = std::fs::read_to_string(&path).unwrap_or_default();
        Box::pin(async { ok() })
    })
    .await;
    rig.executor.carry(rig.carry(7, 1)).await;
    let at_sending = seen.lock().expect("whole").clone();
    assert_eq!(at_sending.lines().count(), 2, "{at_sending}");
    let intent: Json = serde_json::from_str(at_sending.lines().last().expect("a line")).expect("JSON");
    for (key, want) in [
        ("event", "intent"),
        ("account", "000000000000"),
        ("identity", "arn:aws:iam::000000000000:user/admin"),
        ("region", "r"),
        ("service", "EC2"),
        ("operation", "StopThings"),
    ] {
        assert_eq!(intent[key], want);
    }
    assert!(at_sending.contains("i-1") && !at_sending.contains("hush"), "parameters without secrets: {at_sending}");
    assert_eq!(rig.lines(), ["began", "intent", "outcome ok"]);
    let news = rig.news();
    assert!(
        matches!(&news[..], [ActEvent::Began { run: 7, .. }, ActEvent::Done { run: 7, call: 0, request_id: Some(id), .. }] if id == "r-1")
    );
}

#[tokio::test]
async fn a_number_is_carried_out_once() {
    let mut rig = Rig::new("once", |_| Box::pin(async { ok() })).await;
    let (a, b) = (rig.executor.clone(), rig.executor.clone());
    tokio::join!(a.carry(rig.carry(1, 1)), b.carry(rig.carry(1, 1)));
    rig.executor.carry(rig.carry(1, 1)).await;
    assert_eq!((rig.sent(), rig.news().len()), (1, 2));
    rig.executor.carry(rig.carry(2, 1)).await;
    assert_eq!(rig.sent(), 2);
}

#[tokio::test]
async fn nothing_is_sent_if_the_journal_cannot_be_written() {
    let mut rig = Rig::new("no-journal", |_| Box::pin(async { ok() })).await;
    // A file where the folder should be.
    std::fs::write(&rig.dir, "in the way").expect("a file");
    rig.executor.carry(rig.carry(1, 2)).await;
    let news = rig.news();
    assert!(
        matches!(&news[..], [ActEvent::Failed { fault, .. }] if fault.message.contains("Nothing was sent")),
        "{news:?}"
    );
    assert_eq!(rig.sent(), 0);
    std::fs::remove_file(&rig.dir).expect("ours");
}

#[tokio::test]
async fn an_outcome_that_cannot_be_written_down_is_told() {
    let slot: Arc<Mutex<Option<Journal>>> = Arc::default();
    let journal = slot.clone();
    let mut rig = Rig::new("outcome-lost", move |_| {
        journal.lock().expect("whole").as_ref().expect("a journal").fail_once();
        Box::pin(async { ok() })
    })
    .await;
    *slot.lock().expect("whole") = Some(rig.journal.clone());
    rig.executor.carry(rig.carry(1, 1)).await;
    let news = rig.news();
    assert!(
        matches!(&news[..], [ActEvent::Began { .. }, ActEvent::Unwritten { run: 1, why }, ActEvent::Done { .. }]
            if why.contains("cannot be written") && !why.contains("Nothing was sent")),
        "{news:?}"
    );
}

#[tokio::test]
async fn the_first_call_that_fails_stops_the_rest() {
    let denied = || Fault::new(FaultKind::Denied, "no").reached(Reached::Answered);
    let mut rig = Rig::new("stops", move |n| Box::pin(async move { if n == 1 { Err(denied()) } else { ok() } })).await;
    rig.executor.carry(rig.carry(1, 3)).await;
    assert_eq!(rig.sent(), 2);
    assert!(matches!(rig.news().last(), Some(ActEvent::Failed { call: 1, .. })));
    assert_eq!(rig.lines(), ["began", "intent", "outcome ok", "intent", "outcome failed", "ended"]);
}

#[tokio::test]
async fn a_call_without_an_answer_is_unknown_and_is_not_sent_again() {
    let lost = || Fault::new(FaultKind::Offline, "cut").reached(Reached::Maybe);
    let mut rig = Rig::new("unknown", move |_| Box::pin(async move { Err(lost()) })).await;
    rig.executor.carry(rig.carry(1, 2)).await;
    rig.executor.carry(rig.carry(1, 2)).await;
    assert_eq!(rig.sent(), 1);
    assert!(matches!(rig.news().last(), Some(ActEvent::Unknown { call: 0, .. })));
    assert_eq!(rig.lines(), ["began", "intent", "outcome unknown"], "it has not ended: the next start offers it");
}

#[tokio::test]
async fn a_panic_while_sending_is_an_unknown_outcome() {
    let mut rig = Rig::new("panics", |_| Box::pin(async { panic!("after the request left") })).await;
    rig.executor.carry(rig.carry(1, 2)).await;
    assert!(matches!(rig.news().last(), Some(ActEvent::Unknown { call: 0, .. })));
    assert_eq!((rig.sent(), rig.lines().pop().as_deref()), (1, Some("outcome unknown")));
}

#[tokio::test]
async fn a_plan_of_other_credentials_or_in_read_only_mode_is_not_sent() {
    let mut rig = Rig::new("pinned", |_| Box::pin(async { ok() })).await;
    let stale = Carry { generation: 99, ..rig.carry(1, 1) };
    rig.executor.carry(stale).await;
    assert!(matches!(rig.news().last(), Some(ActEvent::Failed { fault, .. }) if fault.kind == FaultKind::Conflict));
    rig.gateway.set_read_only();
    rig.executor.carry(rig.carry(2, 1)).await;
    assert!(matches!(rig.news().last(), Some(ActEvent::Failed { fault, .. }) if fault.kind == FaultKind::ReadOnly));
    assert_eq!(rig.sent(), 0);
}
