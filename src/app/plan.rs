//! The life of a plan: made, shown, confirmed, read again, and carried out exactly once.

use std::cell::RefCell;
use std::time::Duration;

use arcstr::ArcStr;

use super::line::Line;
use super::overlay::{Digits, On, Overlay, Pin, PlanDialog, PlanPhase, PlanSource};
use super::run::{Run, RunPhase, under_way};
use super::update::Turn;
use super::view::RowKey;
use crate::base::{Fault, Scope};
use crate::kinds::{Action, ActionContext, Takes, Target};
use crate::model::{Confirm, DryRun, Effect, FormField, FormInput, Level, Plan, RunRecord, TableKey, Values};
use crate::store::Progress;

/// After a plan has changed under the user's eyes a key that was meant for the old one must not confirm the new one.
const READ_IT: Duration = Duration::from_secs(1);

impl Turn<'_> {
    /// Why an action cannot be done to these rows now: one sentence. Read-only is not among the reasons: the plan can be seen.
    pub(super) fn why_not(&self, action: &Action, on: &On) -> Option<String> {
        let rows = on.rows.as_slice();
        if action.takes == Takes::Scope {
            return on.scope.profile().is_none().then(|| "No account is open.".to_string());
        }
        let Some(first) = rows.first() else { return Some("No row selected.".into()) };
        if first.table.kind.name != action.kind {
            return Some(format!("{} works on {}; these are {}.", action.name, action.kind, first.table.kind.name));
        }
        if rows.len() > 1 && !action.bulk {
            return Some(format!("{} works on one row at a time; {} are marked.", action.title, rows.len()));
        }
        let whose = |r: &RowKey| r.table.scope.profile().cloned();
        let account = |r: &RowKey| whose(r).and_then(|p| self.s.identity(&p).map(|i| i.account.clone()));
        if let Some(other) = rows.iter().find(|r| whose(r) != whose(first)) {
            return Some(if account(other) != account(first) {
                "The marked rows belong to several accounts. Mark rows of one account only.".into()
            } else {
                "The marked rows were listed through several profiles. Mark rows of one profile only.".into()
            });
        }
        let targets = match self.resolve(rows) {
            Ok(targets) => targets,
            Err(why) => return Some(why),
        };
        let mut refused = targets.iter().filter_map(|t| Some((t.record.label(), (action.available)(&t.record).err()?)));
        let (label, why) = refused.next()?;
        match rows.len() {
            1 => Some(why),
            // Those that it can be done to are enough: the plan says which are left alone.
            all if refused.count() + 1 < all => None,
            _ => Some(format!("This can be done to none of the {} marked rows. {label}: {why}", rows.len())),
        }
    }

    /// Whether the rows' profile may change nothing.
    pub(super) fn read_only_of(&self, on: &On) -> bool {
        let scopes = std::iter::once(&on.scope).chain(on.rows.iter().map(|r| &r.table.scope));
        self.s.read_only || scopes.filter_map(Scope::profile).any(|p| self.s.is_read_only(p))
    }

    pub(super) fn read_only_sentence(&self, on: &On) -> String {
        match on.scope.profile() {
            Some(profile) if !self.s.read_only => format!("Read-only: profile {profile} may not change anything."),
            _ => "Read-only: this console may not change anything.".into(),
        }
    }

    /// Begins an action: its form, or its plan at once if there is nothing to ask. Options that are all off by themselves
    /// (force, hibernate) wait behind `tab` in the plan.
    pub(super) fn begin(&mut self, action: &'static Action, mut on: On, args: &str) {
        if action.takes == Takes::Scope {
            on.rows.clear();
        }
        if let Some(why) = self.why_not(action, &on) {
            self.refuse(why);
            return;
        }
        let needs = RefCell::new(Vec::new());
        let refine = |values: &Values| {
            let spec = self.refined(action, &on, values).unwrap_or_default();
            needs.borrow_mut().extend(spec.needs.iter().cloned());
            spec
        };
        let read = super::arguments::read_arguments(args, Values::default(), &refine);
        // What a word names may only not be there yet: then the line waits for it.
        let wrong = |values: &Values| {
            let given = |f: &FormField| f.error.is_some() && values.get(f.name).is_some();
            refine(values).fields.iter().any(given)
        };
        if !args.is_empty() && read.as_ref().map_or(true, wrong) {
            let tables = self.coming(needs.take());
            if !tables.is_empty() {
                let line = format!("{} {args}", action.name);
                let text = format!("Reading {}.", super::waiting::listed(&tables));
                self.wait_for(&line, tables, text, Some(on));
                return;
            }
        }
        let values = match read {
            Ok(values) => values,
            Err(why) => {
                // The line stays for editing, with the sentence under it.
                let line = format!("{} {args}", action.name);
                self.palette(&line);
                if let Some(Overlay::Palette(p)) = self.s.overlays.last_mut() {
                    p.error = Some(why);
                }
                return;
            }
        };
        let spec = refine(&values);
        let toggles = spec.fields.iter().all(|f| f.input == FormInput::Toggle);
        // Files that it speaks of are looked at first.
        let looks = !crate::model::files::looks(&spec).is_empty();
        if spec.is_valid() && (toggles || !args.is_empty()) && !looks {
            let options = !spec.fields.is_empty();
            if let Err(why) = self.open_plan(PlanSource::Action(action, values), on, options) {
                self.refuse(why);
            }
        } else {
            let whole = spec.is_valid() && !args.is_empty();
            self.open_form(action, on, values, spec);
            if whole && let Some(Overlay::Form(form)) = self.s.overlays.last_mut() {
                form.editors.submit = true;
            }
        }
    }

    fn made(&self, source: &PlanSource, on: &On) -> Result<Plan, String> {
        match source {
            PlanSource::Action(action, values) => {
                let (targets, skipped) = action.sift(self.resolve(&on.rows)?);
                let cx = self.context(&on.scope, &targets);
                let plan = action.planned(&cx, values).map_err(|f| f.to_string())?;
                Ok(Plan { skipped, ..plan })
            }
            PlanSource::GoOn(run) => run.go_on(),
            PlanSource::Undo(run) => run.undo_steps(),
        }
    }

    /// What an action's pure functions look at.
    pub(super) fn context<'a>(&'a self, scope: &'a Scope, targets: &'a [Target]) -> ActionContext<'a> {
        ActionContext {
            store: self.store,
            scope,
            targets,
            now: self.s.now,
            zone: &self.s.zone,
            downloads: &self.s.downloads,
            files: &self.s.files,
            me: &self.s.me,
        }
    }

    /// Makes the plan and shows it.
    pub(super) fn open_plan(&mut self, source: PlanSource, on: On, options: bool) -> Result<(), String> {
        let plan = self.made(&source, &on)?;
        let read_only = source.changes() && self.read_only_of(&on);
        let dialog = PlanDialog {
            number: 0,
            commands: Vec::new(),
            dry_run: DryRun::NotSupported,
            blocked: read_only.then(|| self.read_only_sentence(&on)),
            pins: self.pins(&plan, &on),
            plan,
            source,
            on,
            phase: PlanPhase::Shown,
            typed: Line::default(),
            armed: self.s.now,
            shown: self.s.now,
            notice: None,
            options,
            scroll: 0,
        };
        self.s.overlays.push(Overlay::Plan(Box::new(dialog)));
        let top = self.s.overlays.len() - 1;
        self.announce(top);
        Ok(())
    }

    /// Whom a plan is made for: every profile that it changes something of, that of its place first.
    fn pins(&self, plan: &Plan, on: &On) -> Vec<Pin> {
        let mut profiles: Vec<_> = on.scope.profile().cloned().into_iter().collect();
        profiles.extend(plan.profiles().into_iter().filter(|p| Some(p) != on.scope.profile()));
        let pin = |profile: ArcStr| {
            let who = self.s.identity(&profile).map(|i| (i.account.clone(), i.generation));
            Pin { profile, who }
        };
        profiles.into_iter().map(pin).collect()
    }

    /// Numbers the plan of a layer, gives its steps their client tokens, and asks EC2 whether IAM allows it.
    fn announce(&mut self, layer: usize) {
        self.s.plan_numbers += 1;
        let number = self.s.plan_numbers;
        let (cli, name) = (self.s.cli.clone(), self.s.run_name(number));
        let Some(Overlay::Plan(p)) = self.s.overlays.get_mut(layer) else { return };
        p.number = number;
        let plan = p.plan.with_tokens(&name);
        p.commands = cli(&plan);
        let asks = plan.calls().any(|c| c.op.dry_run);
        p.dry_run = match (asks, p.blocked.is_some()) {
            (false, _) => DryRun::NotSupported,
            (true, true) => DryRun::NotAsked,
            (true, false) => DryRun::Asking,
        };
        if p.dry_run == DryRun::Asking {
            let effect = Effect::DryRun(number, Box::new(plan));
            self.emit(effect);
        }
    }

    /// The layer of the plan with this number.
    fn plan_layer(&self, number: u64) -> Option<usize> {
        self.s.overlays.iter().position(|o| matches!(o, Overlay::Plan(p) if p.number == number))
    }

    pub(super) fn dry_run(&mut self, number: u64, verdict: DryRun) {
        if let Some(layer) = self.plan_layer(number)
            && let Some(Overlay::Plan(p)) = self.s.overlays.get_mut(layer)
        {
            p.dry_run = verdict;
        }
    }

    /// The user says yes. Nothing is carried out yet: the rows are read again first.
    pub(super) fn confirm(&mut self) {
        let (now, registry) = (self.s.now, self.s.registry);
        let Some(Overlay::Plan(p)) = self.s.overlays.last_mut() else { return };
        if p.phase == PlanPhase::Rereading {
            return;
        }
        if let Some(why) = &p.blocked {
            p.notice = Some(why.clone());
            return;
        }
        if now < p.armed {
            p.notice = Some("The plan was updated. Read it again, then press Enter.".into());
            return;
        }
        match p.plan.confirm() {
            Confirm::Type(phrase) if !registry.confirms(&phrase, p.typed.text()) => {
                p.notice = Some(format!("Type {phrase} to confirm."));
                return;
            }
            // Whoever typed letters here meant another place, and so did the Enter after them.
            Confirm::Enter if !p.typed.is_empty() => {
                p.typed.clear();
                p.armed = now.plus(READ_IT);
                p.notice = Some("This plan needs no typing: press Enter to confirm or esc to cancel.".into());
                return;
            }
            Confirm::Type(_) | Confirm::Enter => {}
        }
        // What an earlier Enter was told is over with this one.
        p.notice = None;
        let (pins, changes) = (p.pins.clone(), p.source.changes());
        if let Err(why) = self.same_identities(&pins) {
            if let Some(Overlay::Plan(p)) = self.s.overlays.last_mut() {
                p.notice = Some(why);
            }
            return;
        }
        for Pin { profile, who } in pins {
            let Some((account, _)) = who else { continue };
            let asked = !self.s.sandbox && self.s.profile(&profile).is_some_and(|p| p.ask_digits);
            if changes && asked && !self.s.proven.contains(&account) {
                let digits = Digits { profile, account, line: Line::default(), error: None };
                self.s.overlays.push(Overlay::Digits(digits));
                return;
            }
        }
        let Some(Overlay::Plan(p)) = self.s.overlays.last_mut() else { return };
        p.phase = PlanPhase::Rereading;
        let effect = Effect::Reread(p.number, Box::new(p.plan.clone()));
        self.emit(effect);
    }

    /// Whether every profile is still whom the plan was made for.
    fn same_identities(&self, pins: &[Pin]) -> Result<(), String> {
        for Pin { profile, who } in pins {
            let Some((_, generation)) = who else {
                return Err(format!("The account of profile {profile} is not known yet. Try again in a moment."));
            };
            match self.s.profile(profile).and_then(|p| p.identity.as_ref()) {
                Some(Ok(who)) if who.generation == *generation => {}
                Some(Err(f)) => {
                    return Err(format!("The credentials of profile {profile} do not work now: {}", f.message));
                }
                _ => return Err(disarmed(profile)),
            }
        }
        Ok(())
    }

    pub(super) fn digits_accept(&mut self) {
        let Some(Overlay::Digits(d)) = self.s.overlays.last_mut() else { return };
        let last = &d.account[d.account.len().saturating_sub(4)..];
        if d.line.text().trim() != last {
            d.error = Some(format!("Wrong digits: the account of profile {} ends differently.", d.profile));
            d.line.clear();
            return;
        }
        let account = d.account.clone();
        self.s.overlays.pop();
        self.s.proven.insert(account);
        self.confirm();
    }

    /// The rows have been read again: the plan is made again from the same values, and goes out only if it is the same.
    pub(super) fn reread(&mut self, number: u64, result: Result<(), Fault>) {
        let Some(layer) = self.plan_layer(number) else { return };
        let Some(Overlay::Plan(p)) = self.s.overlays.get(layer) else { return };
        if p.phase != PlanPhase::Rereading {
            return;
        }
        let again = match result {
            Err(fault) => Err(format!("Nothing was changed: the current state could not be read. {fault}")),
            Ok(()) => self.same_identities(&p.pins).and_then(|()| self.made(&p.source, &p.on)),
        };
        let again = again.and_then(|plan| match p.source.action().and_then(|a| self.why_not(a, &p.on)) {
            Some(why) => Err(why),
            None => Ok(plan),
        });
        let armed = self.s.now.plus(READ_IT);
        let Some(Overlay::Plan(p)) = self.s.overlays.get_mut(layer) else { return };
        match again {
            Ok(plan) if plan.same_as(&p.plan) => self.carry(layer),
            Ok(plan) => {
                p.plan = plan;
                p.phase = PlanPhase::Shown;
                p.armed = armed;
                p.typed.clear();
                p.notice = Some("Nothing was changed: the rows are different now. This is the updated plan.".into());
                self.announce(layer);
            }
            Err(why) => {
                p.phase = PlanPhase::Shown;
                p.typed.clear();
                p.notice = Some(why);
            }
        }
    }

    /// A table that a plan wanted to know of has come: the plan is made again, and knows more.
    pub(super) fn plan_again(&mut self, table: &TableKey) {
        let waits =
            |o: &Overlay| matches!(o, Overlay::Plan(p) if p.phase == PlanPhase::Shown && p.plan.needs.contains(table));
        let Some(layer) = self.s.overlays.iter().position(waits) else { return };
        let Some(Overlay::Plan(p)) = self.s.overlays.get(layer) else { return };
        let plan = match self.made(&p.source, &p.on) {
            Ok(plan) => plan,
            // What is known now stands against it (termination protection): it is refused before anything is sent. While more is to come,
            // that may be only that it has not come yet.
            Err(why) => {
                let comes = |t: &&TableKey| {
                    let status = self.store.table(t).map(|t| &t.status);
                    !t.kind.side && status.is_none_or(|s| s.progress != Progress::Complete && s.fault.is_none())
                };
                let more = p.plan.needs.iter().any(|t| comes(&t));
                let Some(Overlay::Plan(p)) = self.s.overlays.get_mut(layer).filter(|_| !more) else { return };
                p.plan.needs.clear();
                p.blocked.get_or_insert(why);
                return;
            }
        };
        let now = self.s.now;
        let Some(Overlay::Plan(p)) = self.s.overlays.get_mut(layer) else { return };
        let (same, same_calls) = (plan.weighs_as(&p.plan), plan.steps == p.plan.steps);
        p.plan = plan;
        if !same {
            p.armed = now.plus(READ_IT);
            // In its first moment nobody has read it yet.
            if now.since(p.shown) >= READ_IT {
                p.notice = Some("The plan was updated with more information.".into());
            }
        }
        if !same_calls {
            self.announce(layer);
        }
    }

    /// Hands the plan over, and takes its layer and its form away: no key can reach it again.
    fn carry(&mut self, layer: usize) {
        if !matches!(self.s.overlays.get(layer), Some(Overlay::Plan(_))) {
            return;
        }
        let Overlay::Plan(p) = self.s.overlays.remove(layer) else { return };
        let from = p.source.action();
        let is_its_form =
            |o: &Overlay| matches!((o, from), (Overlay::Form(f), Some(action)) if std::ptr::eq(f.action, action));
        if layer > 0 && is_its_form(&self.s.overlays[layer - 1]) {
            self.s.overlays.remove(layer - 1);
        }
        let p = *p;
        let pin = |pin: &Pin| pin.who.as_ref().map(|(_, generation)| (pin.profile.clone(), *generation));
        let pins = p.pins.iter().filter_map(pin).collect();
        let name = self.s.run_name(p.number);
        let mut replaces = Vec::new();
        let record = match p.source {
            PlanSource::Action(action, values) => {
                replaces = self.undone_by(action, &p.on, &values);
                RunRecord::new(name.clone(), self.s.now, &p.plan.with_tokens(&name))
            }
            // The journal goes on with the same run.
            PlanSource::GoOn(run) => {
                self.taken_up(&run.name);
                run.again()
            }
            PlanSource::Undo(run) => {
                replaces.push(run.name.clone());
                RunRecord::new(name.clone(), self.s.now, &p.plan.with_tokens(&name))
            }
        };
        let record = Box::new(record);
        self.s.runs.push(Run {
            id: p.number,
            record: record.clone(),
            began: self.s.now,
            ended: None,
            answer: String::new(),
            progress: None,
            phase: RunPhase::Confirmed,
            replaces,
        });
        let left_alone = |row: &RowKey| p.plan.skipped.iter().any(|s| s.id == row.id);
        for row in p.on.rows.iter().filter(|row| !left_alone(row)) {
            self.s.view.marks.shift_remove(row);
        }
        self.count_hidden_marks();
        self.say(Level::Info, format!("{}…", under_way(&record.title)));
        self.emit(Effect::Execute { run: p.number, record, pins });
    }

    /// `tab`: the fields that the plan was made from.
    pub(super) fn plan_options(&mut self) {
        let Some(Overlay::Plan(p)) = self.s.overlays.last_mut() else { return };
        if p.phase == PlanPhase::Rereading {
            return;
        }
        let (PlanSource::Action(action, values), true) = (p.source.clone(), p.options) else {
            let what = p.source.action().map_or(p.plan.title.as_str(), |a| a.title);
            p.notice = Some(format!("{what} has no options."));
            return;
        };
        let on = p.on.clone();
        let below = self.s.overlays.len().checked_sub(2).and_then(|i| self.s.overlays.get(i));
        let from_form = matches!(below, Some(Overlay::Form(f)) if std::ptr::eq(f.action, action));
        self.s.overlays.pop();
        if from_form {
            return;
        }
        match self.refined(action, &on, &values) {
            Ok(spec) => self.open_form(action, on, values, spec),
            Err(why) => self.refuse(why),
        }
    }

    pub(super) fn copy_commands(&mut self) {
        let Some(Overlay::Plan(p)) = self.s.overlays.last() else { return };
        let text = p.commands.join("\n");
        self.copied(text);
        if let Some(Overlay::Plan(p)) = self.s.overlays.last_mut() {
            p.notice = Some("Copied.".into());
        }
    }
}

/// What a plan says that was made for other credentials.
pub(super) fn disarmed(profile: &str) -> String {
    format!(
        "The credentials of profile {profile} have changed since this plan was made, so this plan is void. Start the action again."
    )
}
