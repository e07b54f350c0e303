//! A viewer on a desk: a small registry, a store filled by hand, keys pressed as a user presses them.

mod asking;
mod bound;
mod detail;
mod finding;
mod forms;
mod forms_editors;
mod links;
mod locating;
mod menus;
mod mouse;
mod moving;
mod picker;
mod planning;
mod remembered;
mod runs;
mod saved;
mod switching;
mod typing;
mod watching;

use std::sync::Arc;
use std::time::Duration;

use arcstr::ArcStr;
use futures::future::BoxFuture;
use indexmap::IndexMap;

use super::overlay::*;
use super::{ProfileSetup, RowKey, Setup, State, update};
use crate::base::{Fault, RowId, Scope, Secret, Time};
use crate::config::Keymap;
use crate::input::Key;
use crate::kinds::draft_table::DraftTable;
use crate::kinds::file_fields::{lines, new_file};
use crate::kinds::rows_field::rows_field;
use crate::kinds::{Action, ActionContext, KindDef, ListRequest, MakePlan, MenuGroup, Pages, Registry, Sender};
use crate::model::*;
use crate::store::{Store, index};

pub(super) const START: Time = Time::from_secs(1_795_000_000);

macro_rules! field {
    ($info:expr) => {
        Field { info: $info, get: |()| Value::Unknown }
    };
}

static THING_FIELDS: Fields<()> = Fields(&[
    field!(FieldInfo::new("name", "NAME", FieldType::Text, "Its name.").shown(0)),
    field!(FieldInfo::new("id", "ID", FieldType::Id, "Its id.").shown(1)),
    field!(FieldInfo::new("state", "STATE", FieldType::State, "Its state.").shown(2).asked_by("state-name")),
    field!(FieldInfo::new("size", "SIZE", FieldType::Int, "Its size.").shown(3)),
    field!(FieldInfo::new("checks", "CHECKS", FieldType::Text, "Its checks.").shown(4).from_side(
        "thing-checks",
        "checks",
        false
    )),
    field!(FieldInfo::new("cpu", "CPU", FieldType::Float, "Its load.").shown(9).from_side(
        "thing-metrics",
        "cpu",
        true
    )),
    field!(FieldInfo::new("boxes", "BOXES", FieldType::List, "Boxes it is in.").links_to("boxes")),
    field!(FieldInfo::new("twin", "TWIN", FieldType::Id, "The other one.").id_of("things", "t").section("relations")),
]);
static CHECK_FIELDS: Fields<()> = Fields(&[field!(FieldInfo::new("checks", "CHECKS", FieldType::Text, "Checks."))]);
static METRIC_FIELDS: Fields<()> = Fields(&[field!(FieldInfo::new("cpu", "CPU", FieldType::Float, "Load."))]);
static PART_FIELDS: Fields<()> = Fields(&[field!(FieldInfo::new("name", "NAME", FieldType::Text, "Name.").shown(0))]);
static BOX_FIELDS: Fields<()> = Fields(&[
    field!(FieldInfo::new("name", "NAME", FieldType::Text, "Name.").shown(0)),
    field!(FieldInfo::new("whole", "WHOLE", FieldType::Ratio, "Whole ones, of all.")),
]);

const fn kind(name: &'static str, title: &'static str, fields: &'static dyn FieldList) -> KindInfo {
    KindInfo {
        doc: "Made up.",
        sort: ("name", true),
        transitional: &["stopping"],
        ..KindInfo::new(name, "thing", title, fields)
    }
}
pub(super) static THINGS: KindInfo =
    KindInfo { aliases: &["t"], id_prefix: "t-", ..kind("things", "Things", &THING_FIELDS) };
static CHECK_KIND: KindInfo = KindInfo { side: true, ..kind("thing-checks", "Checks", &CHECK_FIELDS) };
static METRIC_KIND: KindInfo = KindInfo { side: true, ..kind("thing-metrics", "Metrics", &METRIC_FIELDS) };
pub(super) static PARTS: KindInfo =
    KindInfo { parent: Some(Parent { kind: "things", fans_out: true }), ..kind("parts", "Parts", &PART_FIELDS) };
pub(super) static BOXES: KindInfo =
    KindInfo { scoping: Scoping::Account, few: true, ..kind("boxes", "Boxes", &BOX_FIELDS) };
pub(super) static ITEMS: KindInfo = KindInfo {
    scoping: Scoping::Account,
    parent: Some(Parent { kind: "boxes", fans_out: false }),
    ..kind("items", "Items", &BOX_FIELDS)
};

fn list(_: ListRequest, _: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async { Ok(()) })
}
fn no_links(_: &Record, _: &Scope) -> Vec<Link> {
    Vec::new()
}
fn box_links(r: &Record, _: &Scope) -> Vec<Link> {
    vec![Link { title: "items", kind: "items", selector: Selector::Parent(r.id.clone()), query: String::new() }]
}
fn thing_links(r: &Record, _: &Scope) -> Vec<Link> {
    vec![
        Link { title: "boxes", kind: "boxes", selector: Selector::All, query: String::new() },
        Link { title: "same name", kind: "things", selector: Selector::All, query: format!("name={}", r.name) },
    ]
}
static DEFS: [KindDef; 6] = [
    KindDef { info: &THINGS, list, links: thing_links, raw: None },
    KindDef { info: &CHECK_KIND, list, links: no_links, raw: None },
    KindDef { info: &METRIC_KIND, list, links: no_links, raw: None },
    KindDef { info: &PARTS, list, links: no_links, raw: None },
    KindDef { info: &BOXES, list, links: box_links, raw: None },
    KindDef { info: &ITEMS, list, links: no_links, raw: None },
];

static STOP_OP: Sender = never_sent(Operation::write(Service::Ec2, "StopInstances", Retry::Safe).with_dry_run());
pub(super) static MAKE_OP: Sender =
    never_sent(Operation::write(Service::Ec2, "CreateSecurityGroup", Retry::Never).with_outputs(&["Id"]));
static TAG_OP: Sender = never_sent(Operation::write(Service::Ec2, "CreateTags", Retry::Safe));
static GET_OP: Sender = never_sent(Operation::read(Service::S3, "GetObject"));
/// The viewer sends nothing itself.
const fn never_sent(op: Operation) -> Sender {
    Sender { op, send: |_| Box::pin(async { Err(Fault::bug("nothing is sent here")) }) }
}

fn form(name: &'static str, input: FormInput, value: FormValue, error: Option<String>) -> FormField {
    FormField::new(name, name, input, value).with_error(error)
}
fn running(r: &Record) -> Result<(), String> {
    match &r.state {
        Some((_, s)) if s == "stopped" => Err(format!("{} is stopped already.", r.label())),
        _ => Ok(()),
    }
}
fn stop_form(_: &ActionContext<'_>, values: &Values) -> FormSpec {
    let force = FormValue::Flag(values.flag("force"));
    FormSpec { title: "Stop".into(), fields: vec![form("force", FormInput::Toggle, force, None)], needs: vec![] }
}
/// Stopping says what state each row is in, so that a row that moved on makes another plan; a big one is severe.
fn plan_for(cx: &ActionContext<'_>, action: &'static str, op: &'static Sender, values: &Values) -> Plan {
    let mut consequences = Vec::new();
    let mut call = op.call(cx.targets[0].table.scope.clone());
    for t in cx.targets {
        call = call.on([t.record.id.clone()]);
        if t.record.at(3).as_int().is_some_and(|s| s > 90) {
            consequences.push(Consequence { severity: Severity::Severe, text: format!("{} is big", t.record.label()) });
        }
    }
    let subject = |t: &crate::kinds::Target| Subject {
        table: t.table.clone(),
        id: t.record.id.clone(),
        shown_id: t.record.id.clone(),
        label: t.record.label().clone(),
        change: format!("{} → stopped", t.record.state.as_ref().map_or("", |(_, s)| s.as_str())),
    };
    if values.flag("force") {
        call = call.arg("Force", Arg::Bool(true));
    }
    if let Some(to) = values.text("to") {
        call = call.arg("To", Arg::str(to));
    }
    Plan {
        action,
        title: format!("{action} {} things", cx.targets.len()),
        subjects: cx.targets.iter().map(subject).collect(),
        skipped: Vec::new(),
        consequences,
        cost: None,
        steps: Step::each(vec![call]),
        destructive: action == "destroy",
        wait: Waiter::AtOnce,
        undo: Some(Undo { line: "rename to=old".into(), but: None, on: Vec::new() }),
        then: Vec::new(),
        rests_on: Vec::new(),
        needs: Vec::new(),
        phrase: cx.targets[0].record.label().to_string(),
    }
}
fn rename_form(_: &ActionContext<'_>, values: &Values) -> FormSpec {
    let to = values.text("to").unwrap_or_default();
    let error = to.is_empty().then(|| "A name is wanted.".to_string());
    let how = vec![
        Choice { value: "slow".into(), label: "Slow".into(), disabled: None },
        Choice { value: "never".into(), label: "Never".into(), disabled: Some("Not now.".into()) },
        Choice { value: "fast".into(), label: "Fast".into(), disabled: None },
    ];
    let how_now = FormValue::Text(values.text("how").unwrap_or("slow").into());
    FormSpec {
        title: "Rename".into(),
        fields: vec![
            form("to", FormInput::Text, FormValue::Text(to.into()), error),
            form("how", FormInput::Choice(how), how_now, None),
        ],
        needs: vec![TableKey::all(Scope::account("prod"), Kind(&BOXES))],
    }
}
/// What a launch asks: a file to be made, a text, and what is rarely used in a section.
fn launch_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let text = |name: &'static str| {
        let value = values.text(name).unwrap_or_default();
        form(name, FormInput::Text, FormValue::Text(value.into()), None)
    };
    let mut key = form("pass", FormInput::Secret, FormValue::Secret(Secret::default()), None);
    if let Some(secret) = values.secret("pass") {
        key.value = FormValue::Secret(secret.clone());
    }
    let iops = text("iops");
    let wrong = matches!(&iops.value, FormValue::Text(t) if t == "0").then(|| "Too few.".to_string());
    let fields = vec![
        new_file(cx.files, values, ("file", "file"), "", "A file."),
        lines(cx.files, values, ("data", "data"), (20, "data.txt"), None, "A text."),
        text("name").with_facts("251 usable addresses"),
        iops.with_error(wrong).in_section("more"),
        text("zone").in_section("more"),
        key,
    ];
    FormSpec { title: "Launch".into(), fields, needs: vec![] }
}
/// A row with every kind of cell.
fn access_form(_: &ActionContext<'_>, values: &Values) -> FormSpec {
    let choice = |v: &str| Choice { value: v.into(), label: v.to_uppercase().into(), disabled: None };
    let cells = ["read", "10.0.0.0/8", "22", "x"].map(ArcStr::from).to_vec();
    let table = DraftTable {
        field: ("rules", "rules"),
        columns: vec![
            DraftColumn::new("access", "ACCESS", Cell::Choice(vec![choice("read"), choice("write")])),
            DraftColumn::new("from", "FROM", Cell::Range),
            DraftColumn::new("port", "PORT", Cell::Number { min: 0, max: 65535 }),
            DraftColumn::new("used", "USED", Cell::Fixed),
        ],
        original: vec![TableRow { key: "r-1".into(), cells }],
        presets: Vec::new(),
        help: String::new(),
    };
    FormSpec { title: "Access".into(), fields: vec![table.into_field(values, |_| Vec::new())], needs: vec![] }
}
fn tags_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let tags = [("Env", "prod"), ("Team", "ops")].map(|(k, v)| (ArcStr::from(k), ArcStr::from(v)));
    let of_row = cx.targets.first().map(|t| t.record.tags.to_vec()).filter(|t| t.len() > 1);
    let row = |(k, v): &(ArcStr, ArcStr)| TableRow { key: k.clone(), cells: vec![k.clone(), v.clone()] };
    let table = DraftTable {
        field: ("tags", "tags"),
        columns: vec![DraftColumn::new("key", "KEY", Cell::Text), DraftColumn::new("value", "VALUE", Cell::Text)],
        original: of_row.as_deref().unwrap_or(&tags).iter().map(row).collect(),
        presets: vec![Preset { label: "owner".into(), cells: vec!["Owner".into(), "".into()] }],
        help: String::new(),
    };
    let none = |rows: &[DraftRow]| {
        let bad = rows.iter().enumerate().filter(|(_, r)| r.cells[0] == "bad");
        bad.map(|(row, _)| CellError { row, column: 0, text: "It is bad.".into() }).collect()
    };
    FormSpec { title: "Tags".into(), fields: vec![table.into_field(values, none)], needs: vec![] }
}
const fn action(name: &'static str, operations: &'static [&'static Sender], plan: MakePlan) -> Action {
    Action::on_rows(&THINGS, name, name, plan).doc("Made up.").several().calls(operations)
}
static STOP: Action = action("stop", &[&STOP_OP], |cx, f| Ok(plan_for(cx, "stop", &STOP_OP, f.values)))
    .group(MenuGroup::State)
    .only_if(running)
    .form(stop_form);
static DESTROY: Action =
    Action::on_rows(&THINGS, "destroy", "destroy", |cx, f| Ok(plan_for(cx, "destroy", &STOP_OP, f.values)))
        .group(MenuGroup::Delete)
        .doc("Made up.")
        .calls(&[&STOP_OP]);
static RENAME: Action =
    action("rename", &[&TAG_OP], |cx, f| Ok(plan_for(cx, "rename", &TAG_OP, f.values))).form(rename_form);
static TAGS: Action = action("edit-tags", &[&TAG_OP], |cx, f| Ok(plan_for(cx, "edit-tags", &TAG_OP, f.values)))
    .group(MenuGroup::Tags)
    .form(tags_form);
static ACCESS: Action =
    action("edit-access", &[&TAG_OP], |cx, f| Ok(plan_for(cx, "edit-access", &TAG_OP, f.values))).form(access_form);
/// Fields that are rows: one of those that run, or none of them; and several of all.
fn link_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let running = |r: &Record| running(r).err();
    let table = TableKey::all(cx.scope.clone(), Kind(&THINGS));
    let one = Pick::one_of(table.clone(), "x-")
        .only("state=running", "Those that run.")
        .or("none", "none")
        .or("new", "+ new thing");
    let mut all = Pick::one_of(table, "x-");
    all.several = true;
    all.refused = vec![("t1".into(), "It is linked already.".into())];
    let one = rows_field(cx, values, ("to", "To", "the things"), (one, ""), "One thing.", &running, &mut needs);
    let all = rows_field(cx, values, ("also", "Also", "the things"), (all, ""), "More.", &|_| None, &mut needs);
    FormSpec { title: "Link".into(), fields: vec![one, all], needs }
}
static LINK: Action = action("link", &[&TAG_OP], |cx, f| Ok(plan_for(cx, "link", &TAG_OP, f.values))).form(link_form);
static LAUNCH: Action =
    action("launch", &[&TAG_OP], |cx, f| Ok(plan_for(cx, "launch", &TAG_OP, f.values))).form(launch_form);
static FETCH: Action = action("fetch", &[&GET_OP], |cx, f| Ok(plan_for(cx, "fetch", &GET_OP, f.values))).reads_only();
static REGISTRY: Registry = Registry {
    kinds: &[&DEFS[0], &DEFS[1], &DEFS[2], &DEFS[3], &DEFS[4], &DEFS[5]],
    actions: &[&STOP, &DESTROY, &RENAME, &TAGS, &ACCESS, &LAUNCH, &FETCH, &LINK],
};

/// A viewer, a store, and what was asked for and not answered.
pub(super) struct Desk {
    pub(super) state: State,
    pub(super) store: Store,
    pub(super) out: Vec<Effect>,
    pub(super) now: Time,
    seq: u64,
}

pub(super) fn scope(region: &str) -> Scope {
    Scope::region("prod", region)
}
pub(super) fn things() -> TableKey {
    TableKey::all(scope("seoul"), Kind(&THINGS))
}
pub(super) fn thing(id: &str, name: &str, state: &str, size: i64) -> Arc<Record> {
    let tone = match state {
        "stopped" => Tone::Idle,
        "stopping" => Tone::Busy,
        "impaired" => Tone::Bad,
        _ => Tone::Good,
    };
    Arc::new(Record {
        kind: Kind(&THINGS),
        id: id.into(),
        name: name.into(),
        state: Some((tone, state.into())),
        values: [
            Value::text(name),
            Value::text(id),
            Value::State(tone, state.into()),
            Value::Int(size),
            Value::Unknown,
            Value::Unknown,
        ]
        .into(),
        tags: [("Env".into(), "prod".into())].into(),
    })
}
pub(super) fn identity(account: &str, generation: u64) -> Identity {
    Identity { account: account.into(), arn: "arn".into(), user: "ops".into(), generation }
}

impl Desk {
    /// Profile `prod` in one region, with its account known, and nothing loaded.
    pub(super) fn empty(change: impl FnOnce(&mut Setup)) -> Desk {
        let profile = |name: &str, regions: &[&str]| ProfileSetup {
            name: name.into(),
            label: name.into(),
            regions: regions.iter().map(|r| ArcStr::from(*r)).collect(),
            read_only: false,
            color: None,
            ask_digits: true,
            signs_in: false,
        };
        let mut setup = Setup {
            connect: Default::default(),
            registry: REGISTRY,
            keymap: Arc::new(Keymap::embedded("default").unwrap()),
            profiles: vec![profile("prod", &["seoul"])],
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
            view: Some("things".into()),
            size: (120, 40),
            zone: jiff::tz::TimeZone::UTC,
            now: START,
            messages: Vec::new(),
            cli: Arc::new(|plan| {
                plan.calls().map(|c| format!("aws ec2 {} {}", c.op.name, c.subjects.join(" "))).collect()
            }),
            process: "p".into(),
        };
        change(&mut setup);
        let mut state = State::new(setup);
        let out = state.boot();
        let mut desk = Desk { state, store: Store::default(), out, now: START, seq: 0 };
        desk.settle();
        desk.event(Event::Identity("prod".into(), Ok(identity("111122223333", 1))));
        desk.settle();
        desk
    }
    /// The same with `n` running things `t0`, `t1`… named `thing-0`, `thing-1`… of sizes 0, 1…
    pub(super) fn with(n: usize) -> Desk {
        Desk::filled(n, |_| {})
    }
    pub(super) fn filled(n: usize, change: impl FnOnce(&mut Setup)) -> Desk {
        let mut desk = Desk::empty(change);
        let rows = (0..n as i64).map(|i| thing(&format!("t{i}"), &format!("thing-{i}"), "running", i)).collect();
        desk.list(things(), rows);
        desk
    }
    pub(super) fn event(&mut self, event: Event) -> &mut Self {
        self.out.extend(update(&mut self.state, &self.store, event));
        self
    }
    /// Presses keys, written as in a keymap.
    pub(super) fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            let key: Key = key.parse().unwrap();
            self.event(Event::Key(key, self.now));
        }
        self.settle()
    }
    /// Types text, character by character.
    pub(super) fn typed(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.event(Event::Key(Key::char(c), self.now));
        }
        self.settle()
    }
    /// A palette line.
    pub(super) fn line(&mut self, text: &str) -> &mut Self {
        self.press(":").typed(text).press("enter")
    }
    pub(super) fn wait(&mut self, d: Duration) -> &mut Self {
        self.now = self.now.plus(d);
        self.event(Event::Tick(self.now)).settle()
    }
    /// A complete run over a table.
    pub(super) fn list(&mut self, table: TableKey, rows: Vec<Arc<Record>>) -> &mut Self {
        self.seq += 1;
        let coverage = Coverage::Sweep { began: self.seq };
        self.batch(table, coverage, rows, Outcome::Done)
    }
    pub(super) fn batch(
        &mut self,
        table: TableKey,
        coverage: Coverage,
        rows: Vec<Arc<Record>>,
        outcome: Outcome,
    ) -> &mut Self {
        self.seq += 1;
        let batch = Batch { table, seq: self.seq, asked: self.now, coverage, rows, outcome };
        let delta = self.store.apply(batch, self.now);
        self.event(Event::Applied(delta, self.now)).settle()
    }
    /// Answers every index request, as the worker does.
    pub(super) fn settle(&mut self) -> &mut Self {
        while let Some(at) = self.out.iter().position(|e| matches!(e, Effect::Index(_))) {
            let effect = self.out.remove(at);
            let indexed = self.answer(&effect);
            self.event(Event::Indexed(indexed));
        }
        self
    }
    pub(super) fn answer(&self, effect: &Effect) -> Indexed {
        let Effect::Index(request) = effect else { panic!("no index request") };
        let kind = request.tables.first().map_or(Kind(&THINGS), |t| t.kind);
        let side = |name: &str| self.state.registry.kind(name).map(|d| Kind(d.info));
        index(&self.store.index_job(request.clone(), kind, self.now, side))
    }
    /// What was asked for since this was last called.
    pub(super) fn asked(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.out)
    }
    pub(super) fn cursor(&self) -> &str {
        self.state.view.cursor.as_ref().map_or("", |c| c.id.as_str())
    }
    pub(super) fn shown(&self) -> Vec<RowId> {
        let view = &self.state.view;
        let id = |at: &RowRef| self.store.row(&view.order_tables, *at).unwrap().1.record.id.clone();
        view.order.iter().map(id).collect()
    }
    pub(super) fn notice(&self) -> &str {
        self.state.notice.as_ref().map_or("", |n| n.message.text.as_str())
    }
    pub(super) fn top(&self) -> &Overlay {
        self.state.overlays.last().expect("nothing lies over the table")
    }
    pub(super) fn dialog(&self) -> &PlanDialog {
        match self.top() {
            Overlay::Plan(p) => p,
            _ => panic!("no plan on top"),
        }
    }
    pub(super) fn key(&self, id: &str) -> RowKey {
        RowKey { table: things(), id: id.into() }
    }
}

pub(super) fn carried(out: &[Effect]) -> usize {
    out.iter().filter(|e| matches!(e, Effect::Execute { .. })).count()
}
pub(super) fn reread(out: &[Effect]) -> Option<u64> {
    out.iter().find_map(|e| if let Effect::Reread(n, _) = e { Some(*n) } else { None })
}
