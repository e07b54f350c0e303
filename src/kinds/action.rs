//! Actions as data with three pure functions (available, refine, plan) and, for each operation, one that sends it.

use std::sync::Arc;

use arcstr::ArcStr;
use futures::future::BoxFuture;
use jiff::tz::TimeZone;

pub use super::menu_group::MenuGroup;
use super::plan_builder::label;
use crate::aws::{Gateway, Permit};
use crate::base::{Fault, FaultKind, RowId, Scope, Secret, Time};
use crate::model::files::Files;
use crate::model::my_address::MyAddress;
use crate::model::{
    Call, FormInput, FormSpec, FormValue, KindInfo, Operation, Plan, Record, Skipped, TableKey, Values,
};
use crate::store::Store;

/// A row that an action is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Its table.
    pub table: TableKey,
    /// The row.
    pub record: Arc<Record>,
}

/// What the pure functions of an action may look at.
#[derive(Clone, Copy)]
pub struct ActionContext<'a> {
    /// Everything that is loaded.
    pub store: &'a Store,
    /// Where: the rows' scope (of the first, if they are of several regions), or where something is made.
    pub scope: &'a Scope,
    /// The rows: all of the action's kind and of one account. Empty for an action that takes none ([`Takes::Scope`]), and only then.
    pub targets: &'a [Target],
    /// The moment.
    pub now: Time,
    /// The zone in which moments are shown, and read from forms.
    pub zone: &'a TimeZone,
    /// The folder of this machine that downloads are proposed to go to.
    pub downloads: &'a str,
    /// What is known of files of this machine.
    pub files: &'a Files,
    /// By which address this machine is seen, as far as it is known.
    pub me: &'a MyAddress,
}

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Rows of its kind.
    Rows,
    /// A profile and region: it makes something that is not there yet. It stands in the kind's menu also when there is no row, and can
    /// be typed from anywhere.
    Scope,
}

/// Something that can be done to rows of a kind. One `static` each.
pub struct Action {
    /// kebab-case: its name in the palette and in `docs/actions.md`.
    pub name: &'static str,
    /// `Stop`.
    pub title: &'static str,
    /// One or two sentences.
    pub doc: &'static str,
    /// The kind whose rows it takes, or in whose menu it stands.
    pub kind: &'static str,
    /// The letter that chooses it in the menu, if it is not to be one of its name's that is free.
    pub letter: Option<char>,
    /// What it is done to.
    pub takes: Takes,
    /// Under which heading of the menu it stands. Every action has one: a test of the registry says if it is missing.
    pub group: Option<MenuGroup>,
    /// Whether it takes several rows at once.
    pub bulk: bool,
    /// Whether it changes the account (a download does not).
    pub changes: bool,
    /// Whether its form may speak of the user's own address: it is asked for when the form is opened.
    pub my_address: bool,
    /// Whether its plans may start programs of this machine: what there is of them is looked for while its form is open.
    pub programs: bool,
    /// Every operation that its plans and their ways back may call.
    pub operations: &'static [&'static Sender],
    /// Why it cannot be done to this row now, if it cannot: one sentence.
    pub available: fn(&Record) -> Result<(), String>,
    /// The form for the values so far; no fields = the plan is made at once.
    pub refine: fn(&ActionContext<'_>, &Values) -> FormSpec,
    /// The plan for a form that is right. Reached through [`Action::planned`] alone.
    plan: MakePlan,
}

/// Makes the plan of an action: pure. The rows and the form have been checked.
pub type MakePlan = fn(&ActionContext<'_>, &FilledForm<'_>) -> Result<Plan, Fault>;

impl Action {
    /// An action on a row of a kind, without a form.
    pub const fn on_rows(kind: &'static KindInfo, name: &'static str, title: &'static str, plan: MakePlan) -> Action {
        Action {
            name,
            title,
            doc: "",
            kind: kind.name,
            letter: None,
            takes: Takes::Rows,
            group: None,
            bulk: false,
            changes: true,
            my_address: false,
            programs: false,
            operations: &[],
            available: |_| Ok(()),
            refine: |_, _| FormSpec { title: String::new(), fields: Vec::new(), needs: Vec::new() },
            plan,
        }
    }
    /// An action that takes no row: what it makes will be one of the kind.
    pub const fn on_scope(kind: &'static KindInfo, name: &'static str, title: &'static str, plan: MakePlan) -> Action {
        let mut action = Action::on_rows(kind, name, title, plan);
        action.takes = Takes::Scope;
        action.group = Some(MenuGroup::New);
        action
    }
    /// The same, under a heading of the menu; what takes no row stands under [`MenuGroup::New`] without it.
    #[must_use]
    pub const fn group(mut self, group: MenuGroup) -> Action {
        self.group = Some(group);
        self
    }
    /// The same, chosen by this letter in the menu.
    #[must_use]
    pub const fn letter(mut self, letter: char) -> Action {
        self.letter = Some(letter);
        self
    }
    /// The same, with what it does: one or two sentences.
    #[must_use]
    pub const fn doc(mut self, doc: &'static str) -> Action {
        self.doc = doc;
        self
    }
    /// The same, with every operation that its plans and their ways back may call.
    #[must_use]
    pub const fn calls(mut self, operations: &'static [&'static Sender]) -> Action {
        self.operations = operations;
        self
    }
    /// The same, of several rows at once.
    #[must_use]
    pub const fn several(mut self) -> Action {
        self.bulk = true;
        self
    }
    /// The same, where it changes nothing in the account.
    #[must_use]
    pub const fn reads_only(mut self) -> Action {
        self.changes = false;
        self
    }
    /// The same, with plans that may start programs of this machine.
    #[must_use]
    pub const fn starts_programs(mut self) -> Action {
        self.programs = true;
        self
    }
    /// The same, with a form that may speak of the user's own address.
    #[must_use]
    pub const fn asks_for_my_address(mut self) -> Action {
        self.my_address = true;
        self
    }
    /// The same, with why it cannot be done to a row now: one sentence.
    #[must_use]
    pub const fn only_if(mut self, available: fn(&Record) -> Result<(), String>) -> Action {
        self.available = available;
        self
    }
    /// The same, with a form.
    #[must_use]
    pub const fn form(mut self, refine: fn(&ActionContext<'_>, &Values) -> FormSpec) -> Action {
        self.refine = refine;
        self
    }

    /// Rows that it can be done to now, and those that it leaves alone: of several rows some may be refused. If all of them are,
    /// none is left alone: the plan is refused, and says why.
    pub fn sift(&self, targets: Vec<Target>) -> (Vec<Target>, Vec<Skipped>) {
        if targets.len() < 2 || !self.bulk {
            return (targets, Vec::new());
        }
        let skip = |t: &Target| {
            let why = (self.available)(&t.record).err()?;
            Some(Skipped { id: t.record.id.clone(), label: t.record.label().clone(), why })
        };
        let skipped: Vec<Skipped> = targets.iter().filter_map(skip).collect();
        if skipped.len() == targets.len() {
            return (targets, Vec::new());
        }
        let fit = targets.into_iter().filter(|t| (self.available)(&t.record).is_ok()).collect();
        (fit, skipped)
    }

    /// The plan for some values: the only way to it. Rows and form are checked before it is made, and its calls after that, so
    /// that nothing is planned from wrong values, wherever they come from, and nothing that the action does not declare.
    ///
    /// # Errors
    /// What is wrong with a row or a field, or why there is no plan, in a sentence; a bug of the action's.
    pub fn planned(&self, cx: &ActionContext<'_>, values: &Values) -> Result<Plan, Fault> {
        self.check_rows(cx.targets)?;
        let form = FilledForm { spec: (self.refine)(cx, values), values };
        if let Some((field, error)) = form.spec.fields.iter().find_map(|f| Some((f.label, f.error.as_ref()?))) {
            return Err(Fault::new(FaultKind::Invalid, format!("{field}: {error}")));
        }
        let mut plan = (self.plan)(cx, &form)?;
        self.check_calls(&plan)?;
        plan.rests_on.extend(chosen_rows(cx.store, &form.spec));
        Ok(plan)
    }

    /// Rows of its kind and of one account, as many as it takes, each of which it can be done to: states may have changed since the
    /// form was opened.
    fn check_rows(&self, targets: &[Target]) -> Result<(), Fault> {
        let fits = match (self.takes, targets.len()) {
            (Takes::Scope, n) => n == 0,
            (Takes::Rows, n) => n == 1 || (n > 1 && self.bulk),
        };
        let profile = |t: &Target| t.table.scope.profile().cloned();
        let together = targets.windows(2).all(|two| profile(&two[0]) == profile(&two[1]));
        if !fits || !together || targets.iter().any(|t| t.record.kind.name != self.kind) {
            return Err(Fault::bug(format!("{} got rows that it does not take.", self.name)));
        }
        for t in targets {
            if let Err(why) = (self.available)(&t.record) {
                let text = if targets.len() == 1 { why } else { format!("{}: {why}", label(&t.record)) };
                return Err(Fault::new(FaultKind::Conflict, text));
            }
        }
        Ok(())
    }

    /// Every call is declared, and what it uses is something that an earlier one is declared to answer.
    fn check_calls(&self, plan: &Plan) -> Result<(), Fault> {
        let bug = |what: String| Err(Fault::bug(format!("The plan of {} {what}.", self.name)));
        if plan.action != self.name {
            return bug(format!("says that it is one of {}", plan.action));
        }
        // A step's own way back may use its answer.
        let forth = plan.steps.iter().enumerate().map(|(i, s)| (i, &s.call));
        let back = plan.steps.iter().enumerate().filter_map(|(i, s)| Some((i + 1, &s.undo.as_ref()?.call)));
        for (before, call) in forth.chain(back) {
            if !self.operations.iter().any(|s| s.op == *call.op) {
                return bug(format!("calls {}, which is not declared", call.op.name));
            }
            for out in call.uses() {
                let from = plan.steps.get(out.step).filter(|_| out.step < before);
                if !from.is_some_and(|s| s.call.op.outputs.contains(&out.output)) {
                    return bug(format!("wants {} of step {}, which does not answer it", out.output, out.step));
                }
            }
        }
        Ok(())
    }
}

/// The rows that a form's fields name: its plan rests on them. One that is not loaded is among them if its table can be read: the plan is
/// then made again with it.
fn chosen_rows(store: &Store, spec: &FormSpec) -> Vec<(TableKey, RowId)> {
    let mut out = Vec::new();
    for field in &spec.fields {
        let (FormInput::Pick(pick), FormValue::Text(text)) = (&field.input, &field.value) else { continue };
        for id in pick.parts(text).into_iter().filter(|id| pick.other(id).is_none()) {
            let has = |t: &&TableKey| store.get(t, id).is_some();
            let can_be_read = |t: &&TableKey| store.table(t).is_none_or(|t| t.status.fault.is_none());
            let table = pick.tables.iter().find(has).or_else(|| pick.tables.iter().find(can_be_read));
            out.extend(table.map(|t| (t.clone(), RowId::from(id))));
        }
    }
    out
}

/// A form without errors, as a plan is made from it.
pub struct FilledForm<'a> {
    /// Its fields, each with what was put in or its default.
    pub spec: FormSpec,
    /// What was put in.
    pub values: &'a Values,
}

impl FilledForm<'_> {
    fn value(&self, name: &str) -> Option<&FormValue> {
        self.spec.fields.iter().find(|f| f.name == name).map(|f| &f.value)
    }
    /// A field's text without blanks around it; empty if the form has no such field.
    pub fn text(&self, name: &str) -> ArcStr {
        if let Some(FormValue::Text(t)) = self.value(name) { t.trim().into() } else { ArcStr::new() }
    }
    /// A field's text, if it is not empty.
    pub fn given(&self, name: &str) -> Option<ArcStr> {
        Some(self.text(name)).filter(|t| !t.is_empty())
    }
    /// A field's number, if it has one.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name).parse().ok()
    }
    /// Whether a toggle is on.
    pub fn flag(&self, name: &str) -> bool {
        self.value(name) == Some(&FormValue::Flag(true))
    }
}

/// Whether a call is only tried or really made.
pub enum SendMode {
    /// With `DryRun = true`.
    DryRun,
    /// With the permit of a confirmed plan; reads (a download) need none.
    Real(Option<Permit>),
}

/// One call on its way out.
pub struct Outgoing {
    /// Builds the client.
    pub gateway: Gateway,
    /// What is called.
    pub call: Call,
    /// Tried or made.
    pub mode: SendMode,
    /// Told of the bytes of a transfer: done, and in all if known.
    pub progress: Arc<dyn Fn(u64, Option<u64>) + Send + Sync>,
}

impl Outgoing {
    /// The request's `DryRun` member.
    ///
    /// # Errors
    /// A bug if a dry run is asked of an operation that has none: it would be carried out.
    pub fn dry_run(&self) -> Result<Option<bool>, Fault> {
        let op = self.call.op;
        match self.mode {
            SendMode::DryRun if op.dry_run => Ok(Some(true)),
            SendMode::DryRun => Err(Fault::bug(format!("{} has no dry run", op.name)).of(op.service.sdk_id(), op.name)),
            SendMode::Real(_) => Ok(None),
        }
    }
}

/// AWS's answer to a call, as far as the journal and the screen need it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// AWS's request id.
    pub request_id: Option<ArcStr>,
    /// A sentence about what came back (`web-1: running → stopping`); may be empty.
    pub text: String,
    /// The operation's declared outputs.
    pub outputs: Vec<(&'static str, Output)>,
}

/// A member of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// An id: what later steps use.
    Text(ArcStr),
    /// What must not be shown, logged or journalled: a private key.
    Secret(Secret),
}

/// An operation that a plan may call, and what sends it. One `static` each: an operation that nothing sends cannot be written.
pub struct Sender {
    /// The operation.
    pub op: Operation,
    /// Builds the typed request from the call's arguments and sends it.
    pub send: fn(Outgoing) -> BoxFuture<'static, Result<Answer, Fault>>,
}

impl Sender {
    /// A call of it, without arguments.
    pub fn call(&'static self, scope: Scope) -> Call {
        Call::new(&self.op, scope)
    }
}

impl PartialEq for Sender {
    fn eq(&self, other: &Self) -> bool {
        self.op == other.op
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::instances::INFO;
    use crate::kinds::ec2::volumes;
    use crate::kinds::plan_builder::{draft, line};
    use crate::kinds::testing::{Rows, row};
    use crate::model::{Arg, Retry, Service, Step};

    static MAKE: Sender = never_sent(Operation::write(Service::Ec2, "Make", Retry::Never).with_outputs(&["Id"]));
    static TAKE: Sender = never_sent(Operation::write(Service::Ec2, "Take", Retry::Never));

    static BOTH: &[&Sender] = &[&MAKE, &TAKE];
    static ONE: &[&Sender] = &[&MAKE];

    const fn never_sent(op: Operation) -> Sender {
        Sender { op, send: |_| Box::pin(async { Err(Fault::bug("nothing is sent here")) }) }
    }

    fn plan_of(steps: Vec<Step>) -> Plan {
        Plan { steps, ..draft("act", "Act".into(), &[], Vec::new()) }
    }

    /// What it says of so many instances, of which one is stopped already.
    fn asked(action: &Action, kind: &'static KindInfo, states: &[&str], text: &str) -> Result<Plan, Fault> {
        let rows = Rows::default();
        let targets: Vec<Target> = states
            .iter()
            .enumerate()
            .map(|(i, s)| rows.target(kind, row(kind, &format!("x-{i}"), "", s).record()))
            .collect();
        let values = Values::default().with("text", FormValue::Text(text.into()));
        action.planned(&rows.context(&targets), &values)
    }

    #[test]
    fn nothing_is_planned_from_rows_that_do_not_fit_or_a_form_that_is_wrong() {
        let one = Action::on_rows(&INFO, "act", "Act", |_, form| {
            assert!(form.text("text") == "good" && form.given("none").is_none() && !form.flag("text"));
            Ok(plan_of(Vec::new()))
        })
        .only_if(|r| {
            if r.state.as_ref().is_some_and(|(_, s)| s == "stopped") { Err("It is stopped.".into()) } else { Ok(()) }
        })
        .form(|_, values| {
            let field = line(values, "text", "Text", "", "");
            let wrong = (values.text("text") != Some(" good ")).then(|| "It is bad.".to_string());
            FormSpec { fields: vec![field.with_error(wrong)], ..FormSpec::default() }
        });
        assert!(asked(&one, &INFO, &["running"], " good ").is_ok());
        let said = |r: Result<Plan, Fault>| r.map_err(|f| (f.kind, f.message)).expect_err("no plan");
        assert_eq!(said(asked(&one, &INFO, &["running"], "x")), (FaultKind::Invalid, "Text: It is bad.".into()));
        assert_eq!(said(asked(&one, &INFO, &["stopped"], " good ")), (FaultKind::Conflict, "It is stopped.".into()));
        let unfit = (FaultKind::Bug, "act got rows that it does not take.".to_string());
        for (kind, states) in [(&INFO, &["running", "running"][..]), (&INFO, &[]), (&volumes::INFO, &["running"])] {
            assert_eq!(said(asked(&one, kind, states, " good ")), unfit);
        }
        let several = one.several();
        assert!(asked(&several, &INFO, &["running", "running"], " good ").is_ok());
        let text = said(asked(&several, &INFO, &["running", "stopped"], " good ")).1;
        assert_eq!(text, "x-1: It is stopped.");
        let scope = Action::on_scope(&INFO, "act", "Act", |_, _| Ok(plan_of(Vec::new())));
        assert!(asked(&scope, &INFO, &[], "").is_ok());
        assert_eq!(said(asked(&scope, &INFO, &["running"], "")), unfit);
    }

    #[test]
    fn a_plan_calls_what_its_action_declares_and_uses_what_an_earlier_call_is_declared_to_answer() {
        let here = || Scope::region("prod", "ap-northeast-2");
        let undone = |out| {
            let call = TAKE.call(here()).arg("Id", out);
            let undo = crate::model::StepUndo {
                title: String::new(),
                call,
                wait: crate::model::Waiter::AtOnce,
                destructive: false,
                hurts: None,
            };
            Step::new("make", MAKE.call(here())).undone_by(undo)
        };
        let step = |out| Step::new("take", TAKE.call(here()).arg("Id", out));
        let check = |operations, steps: Vec<Step>| {
            let action = Action::on_rows(&INFO, "act", "Act", |_, _| Ok(plan_of(Vec::new()))).calls(operations);
            action.check_calls(&plan_of(steps)).map_err(|f| f.message)
        };
        let out = |step, name| Arg::out(step, name);
        assert_eq!(check(BOTH, vec![undone(out(0, "Id")), step(out(0, "Id"))]), Ok(()));
        let undeclared = Err("The plan of act calls Take, which is not declared.".to_string());
        assert_eq!(check(ONE, vec![undone(out(0, "Id"))]), undeclared, "also on the way back");
        for (steps, of) in [
            (vec![undone(out(0, "Name"))], "Name of step 0"),
            (vec![undone(out(0, "Id")), step(out(1, "Id"))], "Id of step 1"),
            (vec![step(out(0, "Id"))], "Id of step 0"),
            (vec![undone(out(1, "Id")), step(out(0, "Id"))], "Id of step 1"),
        ] {
            let why = format!("The plan of act wants {of}, which does not answer it.");
            assert_eq!(check(BOTH, steps), Err(why));
        }
    }
}
