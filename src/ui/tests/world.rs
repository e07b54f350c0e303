//! A small account made by hand: what is hard to draw (long, Hangul, emoji and hostile names, rows without a name, changed
//! and gone rows, side tables that are denied) and a viewer that looks at it.

use std::net::Ipv4Addr;
use std::sync::Arc;

use arcstr::ArcStr;
use indexmap::IndexMap;
use jiff::tz::{Offset, TimeZone};

use crate::app::{ProfileSetup, Setup, State, update};
use crate::base::{Fault, Scope, Time};
use crate::config::Keymap;
use crate::kinds::{KindDef, Registry};
use crate::model::*;
use crate::store::{Store, index};

const fn info(name: &'static str, title: &'static str, ty: FieldType) -> FieldInfo {
    FieldInfo::new(name, title, ty, "A field.")
}
const fn field(info: FieldInfo) -> Field<()> {
    Field { info, get: |()| Value::Unknown }
}

static INSTANCE_FIELDS: Fields<()> = Fields(&[
    field(info("name", "NAME", FieldType::Text).shown(0)),
    field(info("id", "ID", FieldType::Id).shown(2).cells(11, 19)),
    field(info("state", "STATE", FieldType::State).shown(0).cells(8, 13)),
    field(
        info("checks", "CHECKS", FieldType::Ratio)
            .shown(3)
            .from_side("statuses", "checks", false)
            .trouble("impaired")
            .section("health"),
    ),
    field(info("type", "TYPE", FieldType::Text).shown(4).cells(10, 16)),
    field(info("zone", "ZONE", FieldType::Text).shown(7).cells(4, 16)),
    field(info("private_ip", "PRIVATE IP", FieldType::Ip).shown(5)),
    field(info("public_ip", "PUBLIC IP", FieldType::Ip).shown(6)),
    field(
        info("cpu", "CPU 1h", FieldType::Series)
            .unit("%")
            .shown(9)
            .from_side("metrics", "cpu", true)
            .section("metrics"),
    ),
    field(info("launched", "AGE", FieldType::Age).shown(8)),
    field(info("image", "IMAGE", FieldType::Id).links_to("images")),
    field(info("groups", "GROUPS", FieldType::List)),
    field(info("vpc", "VPC", FieldType::Id).links_to("vpcs")),
    field(info("volume", "VOLUME", FieldType::Bytes)),
    field(info("optimized", "EBS OPT", FieldType::Bool)),
    field(info("reason", "REASON", FieldType::Text).section("state")),
    field(info("system", "SYSTEM", FieldType::State).from_side("statuses", "system", false).section("health")),
    field(info("events", "EVENTS", FieldType::List).from_side("statuses", "events", false).section("health")),
    field(
        info("next_event", "NEXT EVENT", FieldType::Date).from_side("statuses", "next_event", false).section("health"),
    ),
    field(info("net", "NET IN 1h", FieldType::Series).unit("B").from_side("metrics", "net", true).section("metrics")),
]);
static STATUS_FIELDS: Fields<()> = Fields(&[
    field(info("checks", "CHECKS", FieldType::Ratio)),
    field(info("system", "SYSTEM", FieldType::State)),
    field(info("events", "EVENTS", FieldType::List)),
    field(info("next_event", "NEXT EVENT", FieldType::Date)),
]);
static METRIC_FIELDS: Fields<()> =
    Fields(&[field(info("cpu", "CPU 1h", FieldType::Series)), field(info("net", "NET IN 1h", FieldType::Series))]);

const fn kind(
    name: &'static str,
    singular: &'static str,
    title: &'static str,
    fields: &'static dyn FieldList,
    side: bool,
) -> KindInfo {
    KindInfo {
        doc: "A kind.",
        sort: ("name", true),
        side,
        transitional: &["pending", "stopping", "shutting-down"],
        ..KindInfo::new(name, singular, title, fields)
    }
}
pub(super) static INSTANCES: KindInfo = kind("instances", "instance", "Instances", &INSTANCE_FIELDS, false)
    .charted_by(Charts { kind: "metrics", of: None, what: None, only: None, other: None });
static STATUSES: KindInfo = kind("statuses", "status", "Statuses", &STATUS_FIELDS, true);
static METRICS: KindInfo = kind("metrics", "metric", "Metrics", &METRIC_FIELDS, true);

fn links(_: &Record, _: &Scope) -> Vec<Link> {
    let link = |title, kind, query: &str| Link { title, kind, selector: Selector::All, query: query.into() };
    vec![
        link("target groups", "target-groups", "target:i-0a1f"),
        link("group", "auto-scaling-groups", "name=my-asg-ec2"),
    ]
}

static INSTANCES_DEF: KindDef = KindDef { info: &INSTANCES, list: |_, _| Box::pin(async { Ok(()) }), links, raw: None };
static STATUSES_DEF: KindDef =
    KindDef { info: &STATUSES, list: |_, _| Box::pin(async { Ok(()) }), links: |_, _| Vec::new(), raw: None };
static METRICS_DEF: KindDef =
    KindDef { info: &METRICS, list: |_, _| Box::pin(async { Ok(()) }), links: |_, _| Vec::new(), raw: None };
static REGISTRY: Registry = Registry { kinds: &[&INSTANCES_DEF, &STATUSES_DEF, &METRICS_DEF], actions: &[] };

/// 14:02 in Seoul.
pub(super) const NOW: Time = Time::from_secs(1_795_237_320);

pub(super) fn ago(seconds: i64) -> Time {
    Time::from_secs(NOW.secs() - seconds)
}

pub(super) fn seoul() -> Scope {
    Scope::region("prod", "ap-northeast-2")
}

/// A viewer and what it looks at.
pub(super) struct World {
    pub(super) state: State,
    pub(super) store: Store,
    seq: u64,
}

impl World {
    /// Nothing has been asked yet; who the profile is is known.
    pub(super) fn new(size: (u16, u16), regions: &[&str]) -> World {
        World::over(REGISTRY, None, size, regions)
    }

    /// The same over other kinds, at the one that the line `view` names.
    pub(super) fn over(registry: Registry, view: Option<String>, size: (u16, u16), regions: &[&str]) -> World {
        let setup = Setup {
            connect: Default::default(),
            registry,
            keymap: Arc::new(Keymap::embedded("default").unwrap()),
            profiles: vec![ProfileSetup {
                name: "prod".into(),
                label: "prod".into(),
                regions: regions.iter().map(|r| ArcStr::from(*r)).collect(),
                read_only: false,
                color: None,
                ask_digits: true,
                signs_in: false,
            }],
            read_only: false,
            sandbox: false,
            welcome: false,
            speed: 1.0,
            columns: IndexMap::new(),
            downloads: ".".into(),
            memory: Default::default(),
            aliases: Default::default(),
            views: Default::default(),
            others: Vec::new(),
            me: Default::default(),
            view,
            size,
            zone: TimeZone::fixed(Offset::constant(9)),
            now: NOW,
            messages: Vec::new(),
            cli: Arc::new(|_| Vec::new()),
            process: "p".into(),
        };
        let mut state = State::new(setup);
        let effects = state.boot();
        let mut world = World { state, store: Store::default(), seq: 0 };
        world.serve(effects);
        let identity = Identity {
            account: "111122223333".into(),
            arn: "arn:aws:sts::111122223333:assumed-role/ops/ops-alice".into(),
            user: "ops-alice".into(),
            generation: 1,
        };
        world.event(Event::Identity("prod".into(), Ok(identity)));
        world.event(Event::Meter(Meter { calls_per_minute: 12, millidollars_per_hour: 0, slowed: Vec::new() }));
        world
    }

    /// Applies an event, and answers what it asks for as far as that needs no network.
    pub(super) fn event(&mut self, event: Event) {
        let effects = update(&mut self.state, &self.store, event);
        self.serve(effects);
    }

    fn serve(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Index(request) = effect {
                let kind = request.tables.first().map_or(Kind(&INSTANCES), |t| t.kind);
                let side = |name: &str| REGISTRY.kind(name).map(|d| Kind(d.info));
                let job = self.store.index_job(request, kind, NOW, side);
                self.event(Event::Indexed(index(&job)));
            }
        }
    }

    pub(super) fn keys(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.event(Event::Key(key.parse().unwrap(), self.state.now));
        }
    }

    pub(super) fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            self.event(Event::Key(crate::input::Key::char(c), self.state.now));
        }
    }

    pub(super) fn apply(&mut self, table: TableKey, rows: Vec<Record>, outcome: Outcome, at: Time) {
        self.seq += 1;
        let batch = Batch {
            table,
            seq: self.seq,
            asked: at,
            coverage: Coverage::Sweep { began: self.seq },
            rows: rows.into_iter().map(Arc::new).collect(),
            outcome,
        };
        let delta = self.store.apply(batch, at);
        self.event(Event::Applied(delta, NOW));
    }

    /// A complete run over a region's instances.
    pub(super) fn instances(&mut self, scope: Scope, rows: Vec<Record>, at: Time) {
        self.apply(TableKey::all(scope, Kind(&INSTANCES)), rows, Outcome::Done, at);
    }
    /// A run over a region's instances that failed.
    pub(super) fn failed(&mut self, scope: Scope, fault: Fault, at: Time) {
        self.apply(TableKey::all(scope, Kind(&INSTANCES)), Vec::new(), Outcome::Failed(fault), at);
    }
    /// Status checks and metrics.
    pub(super) fn sides(&mut self, scope: Scope, statuses: Vec<Record>, metrics: Vec<Record>) {
        self.apply(TableKey::all(scope.clone(), Kind(&STATUSES)), statuses, Outcome::Done, ago(4));
        // The same points are the charts of the detail.
        let chart = |r: &Record| Record { id: ChartSpan::Hours3.row_id(&r.id), ..r.clone() };
        let metrics = metrics.iter().map(chart).chain(metrics.clone()).collect();
        self.apply(TableKey::all(scope, Kind(&METRICS)), metrics, Outcome::Done, ago(4));
    }
}

fn tone(state: &str) -> Tone {
    match state {
        "running" => Tone::Good,
        "stopping" | "pending" | "shutting-down" => Tone::Busy,
        "stopped" | "terminated" => Tone::Idle,
        _ => Tone::Unknown,
    }
}

/// An instance. `public` is the last part of its public address; 0 = it has none.
pub(super) fn instance(name: &str, id: &str, state: &str, ty: &str, ip: [u8; 4], public: u8, age: i64) -> Record {
    let state: (Tone, ArcStr) = (tone(state), state.into());
    let values = vec![
        Value::text(name),
        Value::text(id),
        Value::State(state.0, state.1.clone()),
        Value::Unknown,
        Value::text(ty),
        Value::text("ap-northeast-2a"),
        Value::Ip(Ipv4Addr::from(ip)),
        if public == 0 { Value::Empty } else { Value::Ip(Ipv4Addr::new(43, 200, 141, public)) },
        Value::Unknown,
        Value::Time(ago(age)),
        Value::text("ami-0c9c942bd7bf113a2"),
        Value::list(["my-app-ec2-sg".into(), "default".into()]),
        Value::text("vpc-0d5f2f2b"),
        Value::Bytes(20 << 30),
        Value::Bool(true),
        Value::Empty,
    ];
    let tags = [("Name", name), ("Env", "prod"), ("팀", "결제"), ("note", "a\x1b]0;owned\x07b"), ("empty", "")];
    Record {
        kind: Kind(&INSTANCES),
        id: id.into(),
        name: name.into(),
        state: Some(state),
        values: values.into(),
        tags: tags.iter().map(|(k, v)| (ArcStr::from(*k), ArcStr::from(*v))).collect(),
    }
}

fn side(kind: &'static KindInfo, id: &str, values: Vec<Value>) -> Record {
    Record {
        kind: Kind(kind),
        id: id.into(),
        name: ArcStr::new(),
        state: None,
        values: values.into(),
        tags: Tags::default(),
    }
}

/// Status checks of an instance.
pub(super) fn status(id: &str, ok: u32) -> Record {
    let system =
        if ok == 3 { Value::State(Tone::Good, "ok".into()) } else { Value::State(Tone::Bad, "impaired".into()) };
    let event = "instance-retirement: The instance is running on degraded hardware, 2026-11-29 09:00 UTC";
    let events = if ok == 3 { Value::Empty } else { Value::list([event.into()]) };
    let next = if ok == 3 { Value::Empty } else { Value::Time(NOW.plus(std::time::Duration::from_secs(8 * 86_400))) };
    side(&STATUSES, id, vec![Value::ratio(ok, 3), system, events, next])
}

/// An hour of metrics, with a gap of two points.
pub(super) fn metrics(id: &str, peak: f32) -> Record {
    let shape = [0.2, 0.25, 0.22, 0.5, 0.8, 1.0, 0.9, f32::NAN, f32::NAN, 0.6, 0.45, 0.4];
    let series = |scale: f32, unit: &str| {
        let points = shape.iter().map(|p| p * scale).collect();
        Value::Series(Arc::new(Series {
            start: ago(3600),
            period: 300,
            points,
            unit: unit.into(),
            statistic: "Average".into(),
        }))
    };
    side(&METRICS, id, vec![series(peak, "Percent"), series(peak * 300_000.0, "Bytes")])
}

/// What the screens are drawn from.
pub(super) fn demo() -> (Vec<Record>, Vec<Record>, Vec<Record>) {
    let long = "a-very-long-name-that-somebody-generated-from-a-template-with-environment-team-service-and-a-uuid-0f2b";
    let rows = vec![
        instance("web-1", "i-0a1fd93be77c49c2d", "running", "t3.micro", [10, 1, 0, 14], 12, 12 * 86_400),
        instance("web-2", "i-0b77e0c14d2201aa1", "running", "t3.micro", [10, 1, 1, 9], 7, 12 * 86_400),
        instance("결제-워커-07", "i-0c904be1d6b1f77ef", "stopping", "c7g.large", [10, 1, 4, 77], 0, 3 * 3600),
        instance("bastion-old", "i-0d12c7a5e98d34b10", "stopped", "t2.nano", [10, 1, 0, 3], 0, 400 * 86_400),
        instance("🚀 launch-pad 발사대", "i-0e5512bb0c1d2e3f4", "pending", "m7i.large", [10, 1, 2, 20], 0, 20),
        instance("evil\x1b[31m\u{202e}name\n", "i-0f00000000000bad0", "running", "t3.micro", [10, 1, 2, 21], 0, 60 * 5),
        instance(long, "i-0a00000000000long", "running", "u-24tb1.112xlarge", [10, 1, 255, 255], 255, 86_400),
        instance("", "i-0abcdefabcdefabcd", "terminated", "t3.nano", [10, 1, 3, 1], 0, 7200),
    ];
    let statuses =
        vec![status("i-0a1fd93be77c49c2d", 3), status("i-0b77e0c14d2201aa1", 3), status("i-0f00000000000bad0", 1)];
    let metrics = vec![metrics("i-0a1fd93be77c49c2d", 78.0), metrics("i-0b77e0c14d2201aa1", 20.0)];
    (rows, statuses, metrics)
}

/// A viewer of the demo.
pub(super) fn seen(size: (u16, u16)) -> World {
    let mut world = World::new(size, &["ap-northeast-2"]);
    let (rows, statuses, metrics) = demo();
    world.instances(seoul(), rows, ago(5));
    world.sides(seoul(), statuses, metrics);
    world
}
