//! The executor with senders made for each test and a journal in a folder of its own.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use arcstr::ArcStr;
use futures::future::BoxFuture;
use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use super::*;
use crate::aws::testing::{self, Recorder};
use crate::aws::{GatewayConfig, ProfileSel};
use crate::base::{Scope, Secret, Time};
use crate::kinds::action::{Action, Sender};
use crate::model::{Arg, Keep, Kind, Operation, Out, Retry, Service, Step, TableKey, WaitPlace, Waiter};

type Script = Arc<dyn Fn(usize) -> BoxFuture<'static, Result<Answer, Fault>> + Send + Sync>;

/// Senders are plain functions: what they do is looked up by the profile, of which each test has its own.
/// What each test's sender does, by the test's profile, and how often it was called.
type Scripts = FxHashMap<ArcStr, (Script, Arc<AtomicUsize>)>;

static SCRIPTS: LazyLock<Mutex<Scripts>> = LazyLock::new(Mutex::default);

static STOP: Sender =
    Sender { op: Operation::write(Service::Ec2, "StopThings", Retry::Safe).with_outputs(&["ThingId", "Secret"]), send };
static ACTION: Action = Action::on_rows(&crate::kinds::ec2::instances::INFO, "stop", "Stop", |_, _| {
    Err(Fault::bug("plans are made by hand here"))
})
.calls(&[&STOP, &TAKE_BACK]);
/// What it would take back is not there, says EC2 to a dry run.
static TAKE_BACK: Sender = Sender {
    op: Operation::write(Service::Ec2, "TakeBackThings", Retry::Safe).with_dry_run(),
    send: |send| {
        assert!(matches!(send.mode, SendMode::DryRun));
        let fault = Fault::new(FaultKind::Conflict, "It is in the 'available' state.");
        Box::pin(async move { Err(Fault { code: "IncorrectState".into(), ..fault }) })
    },
};
static REGISTRY: Registry = Registry { kinds: &[], actions: &[&ACTION] };

fn send(send: Outgoing) -> BoxFuture<'static, Result<Answer, Fault>> {
    assert!(matches!(send.mode, SendMode::Real(Some(_))), "a write goes out with a permit");
    let profile = send.call.scope.profile().cloned().unwrap_or_default();
    let (script, count) = SCRIPTS.lock().expect("whole").get(&profile).cloned().expect("a script");
    script(count.fetch_add(1, Ordering::SeqCst))
}

fn ok() -> Result<Answer, Fault> {
    Ok(Answer { request_id: Some("r-1".into()), ..Answer::default() })
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
        script: impl Fn(usize) -> BoxFuture<'static, Result<Answer, Fault>> + Send + Sync + 'static,
    ) -> Rig {
        let sent = Arc::new(AtomicUsize::new(0));
        SCRIPTS.lock().expect("whole").insert(profile.into(), (Arc::new(script), sent.clone()));
        let clock = Clock::manual(Time::from_secs(1000));
        let recorder = Recorder::new(|_| testing::Answer::identity());
        let mut config = GatewayConfig::sandbox(clock.clone(), vec![&STOP.op], recorder.client());
        config.profiles = vec![ProfileSel::Named(profile.into())];
        let gateway = Gateway::new(config);
        gateway.identity(profile).await.expect("an identity");
        let dir = std::env::temp_dir().join(format!("skydeck-executor-{}-{profile}", std::process::id()));
        let journal = Journal::at(dir.join("journal.jsonl"), Time::from_secs(1));
        let (out, news) = mpsc::channel(64);
        let executor = Executor::new(gateway.clone(), REGISTRY, journal.clone(), clock, out);
        Rig { gateway, executor, journal, news, profile, sent, dir }
    }
    /// The same, of which the second call takes what the first answered, and waits for it.
    fn sequence(&self, run: u64, keep: Vec<Keep>) -> Execute {
        let mut execute = self.carry(run, 2);
        let [first, second] = execute.record.steps.as_mut_slice() else { panic!("two steps") };
        let kind = Kind(crate::kinds::registry::ALL.kind("instances").expect("a kind").info);
        first.wait = Waiter::Created {
            out: Out { step: 0, output: "ThingId" },
            table: TableKey::all(Scope::region(self.profile, "r"), kind),
            want: &["running"],
            fail: &[],
            gone_is_fine: false,
            within: std::time::Duration::from_secs(60),
        };
        first.keep = keep;
        second.call = STOP.call(second.call.scope.clone()).arg("Ids", Arg::List(vec![Arg::out(0, "ThingId")]));
        execute
    }
    fn carry(&self, run: u64, calls: usize) -> Execute {
        let scope = Scope::region(self.profile, "r");
        let call =
            STOP.call(scope).arg("Ids", Arg::strs(["i-1"])).arg("UserData", Arg::Secret(Secret::new("hush".into())));
        let plan = Plan {
            action: "stop",
            title: "Stop 1 thing".into(),
            subjects: Vec::new(),
            skipped: Vec::new(),
            consequences: Vec::new(),
            cost: None,
            steps: Step::each(vec![call; calls]),
            destructive: false,
            wait: Waiter::AtOnce,
            undo: None,
            then: Vec::new(),
            phrase: String::new(),
            rests_on: Vec::new(),
            needs: Vec::new(),
        };
        let identity = Identity {
            account: "000000000000".into(),
            arn: "arn:aws:iam::000000000000:user/admin".into(),
            user: "admin".into(),
            generation: 1,
        };
        let pin = (Some(identity), self.gateway.generation(self.profile));
        let record = RunRecord::new(self.journal.run_name(run), Time::from_secs(1000), &plan);
        Execute { run, record, pins: BTreeMap::from([(self.profile.into(), pin)]) }
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
        matches!(&news[..], [ActEvent::Began { run: 7, .. }, ActEvent::Done { run: 7, step: 0, request_id: Some(id), .. }] if id == "r-1")
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
    assert!(matches!(rig.news().last(), Some(ActEvent::Failed { step: 1, .. })));
    assert_eq!(
        rig.lines(),
        ["began", "intent", "outcome ok", "intent", "outcome failed"],
        "open: it can be gone on with"
    );
}

#[tokio::test]
async fn a_call_without_an_answer_is_unknown_and_is_not_sent_again() {
    let lost = || Fault::new(FaultKind::Offline, "cut").reached(Reached::Maybe);
    let mut rig = Rig::new("unknown", move |_| Box::pin(async move { Err(lost()) })).await;
    rig.executor.carry(rig.carry(1, 2)).await;
    rig.executor.carry(rig.carry(1, 2)).await;
    assert_eq!(rig.sent(), 1);
    assert!(matches!(rig.news().last(), Some(ActEvent::Unknown { step: 0, .. })));
    assert_eq!(rig.lines(), ["began", "intent", "outcome unknown"], "it has not ended: the next start offers it");
}

/// A change that is made batch by batch outlasts the link: what does no harm sent twice is sent until it is answered, each time with a line on disk
/// before it, and a start after a crash meanwhile goes on with it.
#[tokio::test]
async fn a_call_of_a_batch_is_sent_again_by_itself_until_the_link_is_back() {
    let lost =
        |n| Fault::new(FaultKind::Offline, "cut").reached(if n == 1 { Reached::NotSent } else { Reached::Maybe });
    let mut rig = Rig::new("link", move |n| Box::pin(async move { if n < 3 { Err(lost(n)) } else { ok() } })).await;
    let mut execute = rig.carry(1, 2);
    let batch = Some(crate::model::RunBatch { number: 1, of: 1 });
    execute.record.steps.iter_mut().for_each(|s| s.batch = batch);
    let mut record = execute.record.clone();
    rig.executor.carry(execute).await;
    let waits = |news: Vec<ActEvent>| match news.last() {
        Some(ActEvent::Waiting { at: WaitPlace::Again(0), wait, .. }) => {
            wait.pause().map(|(length, _)| length.as_secs())
        }
        _ => panic!("{news:?}"),
    };
    assert_eq!((rig.sent(), waits(rig.news())), (1, Some(5)));
    rig.executor.go_on(1).await;
    assert_eq!((rig.sent(), waits(rig.news())), (2, Some(10)), "the pause grows");
    rig.executor.go_on(1).await;
    assert_eq!((rig.sent(), waits(rig.news())), (3, Some(20)));
    // What another start makes of the journal now: it may have arrived, and the next one is told so.
    let text = std::fs::read_to_string(rig.journal.path()).expect("a journal");
    let entries = text.lines().map(|l| serde_json::from_str::<Json>(l).expect("JSON"));
    for line in entries.filter(|l| l["event"] == "outcome") {
        let state = StepState::Again { why: "cut".into(), maybe: line["maybe"] == true };
        record.apply(&RunEntry::Outcome { step: 0, state, outputs: Vec::new() }, Time::from_secs(1000));
    }
    assert_eq!(record.is_lost().map(|(step, lost)| (step, lost.tries, lost.maybe)), Some((0, 3, true)));
    rig.executor.go_on(1).await;
    assert_eq!(rig.sent(), 5, "it is back: the next one too");
    let again = ["intent", "outcome again"];
    let all = [&["began"], &again[..], &again, &again, &["intent", "outcome ok", "intent", "outcome ok"]].concat();
    assert_eq!(rig.lines(), all);
}

/// What must be sent once is not sent again, unless it never left; and nothing is where a plan is no change in batches.
#[tokio::test]
async fn what_may_have_arrived_and_must_be_sent_once_stops_a_batch_too() {
    let step = |op: &'static Operation, batch: bool| {
        let batch = batch.then_some(crate::model::RunBatch { number: 1, of: 1 });
        Step { batch, ..Step::new("x", Call::new(op, Scope::region("p", "r"))) }
    };
    static ONCE: Operation = Operation::write(Service::Ec2, "Once", Retry::Never);
    let offline = |reached| Fault::new(FaultKind::Offline, "cut").reached(reached);
    let (maybe, not) = (offline(Reached::Maybe), offline(Reached::NotSent));
    assert!(outlasts(&step(&STOP.op, true), 0, &maybe) && !outlasts(&step(&STOP.op, false), 0, &maybe));
    assert!(!outlasts(&step(&ONCE, true), 0, &maybe) && outlasts(&step(&ONCE, true), 0, &not));
    assert!(outlasts(&Step { may_repeat: true, ..step(&ONCE, true) }, 0, &maybe));
    let answered = Fault::new(FaultKind::Denied, "no").reached(Reached::Answered);
    assert!(!outlasts(&step(&STOP.op, true), 0, &answered));
    let throttled = Fault::new(FaultKind::Throttled, "slower").reached(Reached::Answered);
    assert!(outlasts(&step(&STOP.op, true), 0, &throttled));
}

#[tokio::test]
async fn a_panic_while_sending_is_an_unknown_outcome() {
    let mut rig = Rig::new("panics", |_| Box::pin(async { panic!("after the request left") })).await;
    rig.executor.carry(rig.carry(1, 2)).await;
    assert!(matches!(rig.news().last(), Some(ActEvent::Unknown { step: 0, .. })));
    assert_eq!((rig.sent(), rig.lines().pop().as_deref()), (1, Some("outcome unknown")));
}

#[tokio::test]
async fn a_plan_of_other_credentials_or_in_read_only_mode_is_not_sent() {
    let mut rig = Rig::new("pinned", |_| Box::pin(async { ok() })).await;
    let mut stale = rig.carry(1, 1);
    stale.pins.values_mut().for_each(|pin| pin.1 = 99);
    rig.executor.carry(stale).await;
    assert!(matches!(rig.news().last(), Some(ActEvent::Failed { fault, .. }) if fault.kind == FaultKind::Conflict));
    rig.gateway.set_read_only();
    rig.executor.carry(rig.carry(2, 1)).await;
    assert!(matches!(rig.news().last(), Some(ActEvent::Failed { fault, .. }) if fault.kind == FaultKind::ReadOnly));
    assert_eq!(rig.sent(), 0);
}

fn made() -> Result<Answer, Fault> {
    Ok(Answer::default().with("ThingId", Some("i-9")).with_secret("Secret", Some("hush")))
}

#[tokio::test]
async fn a_step_waits_for_what_the_one_before_made_and_takes_its_id() {
    let mut rig = Rig::new("sequence", |_| Box::pin(async { made() })).await;
    rig.executor.carry(rig.sequence(1, Vec::new())).await;
    assert_eq!(rig.sent(), 1, "the second has not left");
    let news = rig.news();
    let Some(ActEvent::Waiting { at: WaitPlace::After(0), wait: Waiter::State { ids, .. }, .. }) = news.last() else {
        panic!("{news:?}")
    };
    assert_eq!(ids, &["i-9"]);
    // A start after a crash here continues with the second call.
    let left = Journal::at(rig.journal.path(), Time::from_secs(2));
    assert_eq!(left.unfinished(&registry()), [], "its process lives");
    rig.executor.go_on(1).await;
    rig.executor.go_on(1).await;
    assert_eq!(rig.sent(), 2, "once");
    let text = std::fs::read_to_string(rig.journal.path()).expect("a journal");
    assert!(text.lines().any(|l| l.contains("\"intent\"") && l.contains("\"Ids\":[\"i-9\"]")), "{text}");
    assert!(!text.contains("hush"), "a secret answer is in no journal");
    assert_eq!(rig.lines(), ["began", "intent", "outcome ok", "waited", "intent", "outcome ok"]);
}

fn registry() -> Registry {
    REGISTRY
}

#[tokio::test]
async fn a_run_that_waits_can_be_stopped_and_sends_nothing_more() {
    let rig = Rig::new("stopped", |_| Box::pin(async { made() })).await;
    rig.executor.carry(rig.sequence(1, Vec::new())).await;
    rig.executor.stop(1);
    rig.executor.go_on(1).await;
    assert_eq!(rig.sent(), 1);
}

#[tokio::test]
async fn the_first_call_waits_for_what_is_still_under_way_and_waits_for_it_again_after_a_crash() {
    let mut rig = Rig::new("before", |_| Box::pin(async { made() })).await;
    let mut execute = rig.carry(1, 1);
    let waited_for = rig.sequence(2, Vec::new()).record.steps[0].wait.clone();
    execute.record.steps[0].before =
        waited_for.resolve(&crate::model::Outputs::from([((0, "ThingId".into()), "i-9".into())]));
    rig.executor.carry(execute).await;
    assert_eq!(rig.sent(), 0);
    assert!(matches!(
        rig.news().last(),
        Some(ActEvent::Waiting { at: WaitPlace::Before(0), wait: Waiter::State { .. }, .. })
    ));
    rig.executor.go_on(1).await;
    assert_eq!((rig.sent(), rig.lines()), (1, ["began", "waited", "intent", "outcome ok"].map(String::from).into()));
}

/// What takes back a call that may never have arrived is refused if it did not: then the steps before it are taken back all the same. Any
/// other refusal stops it.
#[tokio::test]
async fn a_way_back_that_finds_nothing_to_do_goes_on_and_one_that_is_denied_does_not() {
    let refused = |kind, code: &str| {
        Err(Fault { code: code.into(), ..Fault::new(kind, "Volume 'vol-1' is in the 'available' state.") })
    };
    for (profile, kind, code, sent) in [
        ("needless", FaultKind::Conflict, "IncorrectState", 2),
        ("needless-gone", FaultKind::NotFound, "InvalidAttachment.NotFound", 2),
        ("needed", FaultKind::Denied, "UnauthorizedOperation", 1),
        ("needed-offline", FaultKind::Offline, "", 1),
        ("needed-held", FaultKind::Conflict, "DependencyViolation", 1),
        ("needed-later", FaultKind::Conflict, "IncorrectModificationState", 1),
    ] {
        let answer = move |n| if n == 0 { refused(kind, code) } else { ok() };
        let mut rig = Rig::new(profile, move |n| Box::pin(async move { answer(n) })).await;
        let mut execute = rig.carry(1, 2);
        execute.record.steps[0].may_be_refused = true;
        rig.executor.carry(execute).await;
        assert_eq!(rig.sent(), sent, "{profile}");
        let news = rig.news();
        let needless = news.iter().any(|e| matches!(e, ActEvent::Needless { step: 0, .. }));
        assert_eq!((needless, rig.lines()[2] == "outcome needless"), (sent == 2, sent == 2), "{profile}: {news:?}");
    }
    let mut rig =
        Rig::new("needed-as-ever", move |_| Box::pin(async move { refused(FaultKind::Conflict, "IncorrectState") }))
            .await;
    rig.executor.carry(rig.carry(1, 2)).await;
    assert!(matches!(rig.news().last(), Some(ActEvent::Failed { step: 0, .. })), "what is to be done has to be done");
    assert_eq!(rig.sent(), 1);
}

#[tokio::test]
async fn a_secret_is_kept_in_a_file_that_was_made_before_and_without_it_nothing_is_sent() {
    let rig = Rig::new("kept", |_| Box::pin(async { made() })).await;
    let path = rig.dir.join("key.pem");
    let keep = || vec![Keep::File { output: "Secret", path: path.clone() }];
    std::fs::create_dir_all(&rig.dir).expect("a folder");
    rig.executor.carry(rig.sequence(1, keep())).await;
    assert_eq!(std::fs::read_to_string(&path).expect("the key"), "hush");
    rig.executor.carry(rig.sequence(2, keep())).await;
    assert_eq!(rig.sent(), 1, "the file is there already");
    assert!(rig.lines().ends_with(&["outcome failed".to_string(), "ended ".trim().to_string()]), "{:?}", rig.lines());
}

#[tokio::test]
async fn an_answer_without_what_the_next_step_needs_stops_there() {
    let mut rig = Rig::new("no-output", |_| Box::pin(async { ok() })).await;
    let mut execute = rig.sequence(1, Vec::new());
    execute.record.steps[0].wait = Waiter::AtOnce;
    rig.executor.carry(execute).await;
    assert_eq!(rig.sent(), 1);
    let news = rig.news();
    assert!(
        matches!(news.last(), Some(ActEvent::Failed { step: 1, fault, .. }) if fault.message.contains("did not answer ThingId")),
        "{news:?}"
    );
}

/// The state that a dry run meets is not the one that the call will meet, or the refusal is one that the plan reckons with.
#[tokio::test]
async fn a_dry_run_does_not_speak_against_what_waits_or_may_be_refused() {
    let rig = Rig::new("dry", |_| Box::pin(async { ok() })).await;
    let scope = Scope::region(rig.profile, "r");
    let wait = rig.sequence(1, Vec::new()).record.steps[0].wait.clone();
    let asked = async |change: &dyn Fn(&mut Step)| {
        let mut step = Step::new("take it back", TAKE_BACK.call(scope.clone()));
        change(&mut step);
        let mut plan = crate::kinds::plan_builder::draft("stop", String::new(), &[], Vec::new());
        plan.steps = vec![step];
        dry_run(&rig.gateway, &REGISTRY, &plan).await
    };
    assert!(matches!(asked(&|_| {}).await, DryRun::Failed(_)));
    assert_eq!(asked(&|s| s.may_be_refused = true).await, DryRun::NotSupported);
    assert_eq!(asked(&|s| s.before = wait.clone()).await, DryRun::NotSupported);
}

#[tokio::test]
async fn a_gateway_gives_its_mint_to_one_executor() {
    let rig = Rig::new("one", |_| Box::pin(async { ok() })).await;
    assert!(rig.gateway.take_mint().is_none());
    let (out, mut news) = mpsc::channel(64);
    let other =
        Executor::new(rig.gateway.clone(), REGISTRY, rig.journal.clone(), Clock::manual(Time::from_secs(9)), out);
    other.carry(rig.carry(1, 1)).await;
    assert_eq!(rig.sent(), 0);
    let last = std::iter::from_fn(|| news.try_recv().ok()).last();
    assert!(matches!(last, Some(ActEvent::Failed { .. })), "{last:?}");
}
