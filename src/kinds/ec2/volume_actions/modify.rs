//! `modify`: another size, type or speed for a volume, while it is in use.
//!
//! <https://docs.aws.amazon.com/ebs/latest/userguide/modify-volume-requirements.html>

use std::time::Duration;

use arcstr::ArcStr;

use super::file_system;
use super::types::{Bounds, IOPS, SIZE, THROUGHPUT, TYPE, iops_field, throughput_field, type_field};
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::senders::MODIFY_VOLUME;
use crate::kinds::ec2::volumes::volume::{self, VolumeState};
use crate::kinds::ec2::volumes::{INFO, fields};
use crate::kinds::ec2::{instances, volume_modifications as modifications};
use crate::kinds::plan_builder::{
    beside, draft, field, form_title, label, need, note, number, sorted, state, subject, text_of, title, unknown,
};
use crate::kinds::prices;
use crate::model::{
    Arg, Call, Cost, Filters, FormField, FormSpec, Kind, Plan, Record, Selector, Step, StepUndo, TableKey, Values,
    Waiter,
};

/// `modify`.
pub static MODIFY: Action = Action::on_rows(&INFO, "modify", "Modify", plan)
    .group(MenuGroup::Settings)
    .doc(
        "Makes a volume larger, or changes its type, IOPS or throughput, while it is in use. It cannot be made \
         smaller. The plan says what to run in the instance to grow the file system.",
    )
    .calls(&[&MODIFY_VOLUME])
    .only_if(available)
    .form(refine);

/// From then on the change counts; the data may be moved for a day after that.
const COUNTS: Duration = Duration::from_secs(60 * 60);
/// Above it, a disk's partition table has to be GPT.
const MBR_ENDS: i64 = 2_048;

fn available(row: &Record) -> Result<(), String> {
    if !matches!(volume::state(row), VolumeState::InUse | VolumeState::Available) {
        // EC2: IncorrectState.
        return Err(format!("It is {}: only a volume that is available or in use can be modified.", state(row)));
    }
    if volume::size_gib(row).is_none() || volume::volume_type(row).is_none() {
        return Err("Its size or type is not known: refresh the list.".into());
    }
    if volume::multi_attach(row) == Some(true) && volume::volume_type(row) == Some("io1") {
        return Err("An io1 volume with Multi-Attach cannot be modified.".into());
    }
    Ok(())
}

/// A volume as it is, or as it is to be.
#[derive(Debug, Clone, PartialEq)]
struct Shape {
    gib: i64,
    kind: ArcStr,
    iops: Option<i64>,
    throughput: Option<i64>,
}

impl Shape {
    fn of(row: &Record) -> Shape {
        Shape {
            gib: volume::size_gib(row).unwrap_or_default(),
            kind: volume::volume_type(row).unwrap_or_default().into(),
            iops: row.get(&fields::IOPS).as_int(),
            throughput: row.get(&fields::THROUGHPUT).as_int(),
        }
    }
    /// What it gives, where that is known: a gp2 volume of more than 170 GiB reaches 250 MiB/s.
    /// <https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html>
    fn mib_a_second(&self) -> Option<i64> {
        self.throughput.or_else(|| (self.kind == "gp2" && self.gib > 170).then_some(250))
    }
    /// US dollars a month.
    fn monthly(&self, prices: prices::Prices) -> Option<f64> {
        let small = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
        let (iops, throughput) = (small(self.iops.unwrap_or(0)), small(self.throughput.unwrap_or(0)));
        prices.volume(&self.kind, small(self.gib), iops, throughput).map(|money| money.amount)
    }
    /// `20 GiB gp3, 3000 IOPS, 125 MiB/s`.
    fn said(&self) -> String {
        let mut parts = vec![format!("{} GiB {}", self.gib, self.kind)];
        let bounds = Bounds::of(&self.kind);
        parts.extend(self.iops.filter(|_| bounds.is_some_and(|b| b.iops.is_some())).map(|n| format!("{n} IOPS")));
        parts.extend(self.throughput.map(|n| format!("{n} MiB/s")));
        parts.join(", ")
    }
    /// Whether EBS makes volumes like this.
    fn fits(&self) -> bool {
        Bounds::of(&self.kind).is_some_and(|b| (b.size.0..=b.size.1).contains(&self.gib))
    }
}

/// The instance that has it, and whether it boots from it, as far as that is known.
struct Host<'a> {
    row: Option<&'a Record>,
    device: Option<&'a str>,
    is_root: bool,
}

fn host<'a>(cx: &ActionContext<'a>, row: &'a Record, needs: &mut Vec<TableKey>) -> Option<Host<'a>> {
    let id = volume::instances(row).into_iter().next()?;
    let all = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
    let host = cx.store.get(&all, &id);
    if host.is_none()
        && let Some(one) = Filters::of(&instances::INFO, [(instances::fields::ID.name, vec![id])])
    {
        need(needs, TableKey { selector: Selector::Filter(one), ..all });
    }
    let device = volume::device(row);
    let root = host.and_then(|h| field(h, &instances::fields::ROOT_DEVICE));
    Some(Host { row: host.map(|h| &**h), device, is_root: root.is_some() && root == device })
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let Some(t) = cx.targets.first() else { return FormSpec::default() };
    let (now, mut needs) = (Shape::of(&t.record), Vec::new());
    let is_root = host(cx, &t.record, &mut needs).is_some_and(|h| h.is_root);
    let multi = volume::multi_attach(&t.record) == Some(true);
    let ty = type_field(values, &now.kind, "Can be changed while the volume is in use.", |b| {
        if b.name == now.kind {
            None
        } else if multi {
            Some("A volume with Multi-Attach keeps its type.".into())
        } else if b.name == "standard" {
            Some("This type is of the previous generation.".into())
        } else if is_root && matches!(b.name, "st1" | "sc1") {
            Some("This is a root volume: an instance cannot boot from this type.".into())
        } else {
            None
        }
    });
    let kind = text_of(&ty);
    let help = format!("GiB; now {}. It can only grow, and growing cannot be undone.", now.gib);
    // A type that AWS adds tomorrow can keep its own values.
    let bounds = Bounds::of(&kind);
    let (least, most) = bounds.map_or((now.gib, 65_536), |b| b.size);
    let mut size = number(values, (SIZE, "Size"), (least.max(now.gib), most), Some(now.gib.max(least)), help);
    let gib: i64 = text_of(&size).parse().unwrap_or(0);
    if (1..now.gib).contains(&gib) {
        size.error = Some(format!(
            "It has {} GiB and cannot be made smaller: create a smaller volume and copy the files.",
            now.gib
        ));
    } else if now.gib > most {
        size.error = Some(format!("{kind} has at most {most} GiB, and the volume cannot be made smaller."));
    }
    let to = Shape { gib, kind, ..now.clone() };
    let mut fields = vec![size, ty];
    if let Some(bounds) = bounds {
        // What it has stays where the new type allows it; a type without a choice of its own gives what comes with it.
        let default = bounds
            .iops
            .map(|(least, most, each)| now.iops.unwrap_or(least).clamp(least, most.min(least.max(gib * each))));
        fields.extend(iops_field(values, bounds, gib, default));
        let iops = values.text(IOPS).and_then(|t| t.trim().parse().ok()).or(default).unwrap_or(0);
        let default = bounds.throughput.map(|(least, _)| now.mib_a_second().unwrap_or(least));
        fields.extend(throughput_field(values, bounds, iops, default));
    }
    if let Some(why) = busy(cx, t, &mut needs) {
        fields[0].error = Some(why);
    }
    if let Some(money) =
        prices::of(cx.scope).and_then(|p| Some(p.by_the_month(wanted(&to, &fields).monthly(p)?))).filter(|_| gib > 0)
    {
        fields[0].facts = money.said(&format!(" as {}", to.kind));
    }
    FormSpec { title: form_title(cx, "Modify"), fields, needs }
}

/// The shape with the numbers of the form's fields.
fn wanted(to: &Shape, fields: &[FormField]) -> Shape {
    let of = |name: &str| fields.iter().find(|f| f.name == name).and_then(|f| text_of(f).parse().ok());
    Shape { iops: of(IOPS), throughput: of(THROUGHPUT), ..to.clone() }
}

/// Why no change is taken now: one is under way. EC2: IncorrectModificationState.
fn busy(cx: &ActionContext<'_>, t: &Target, needs: &mut Vec<TableKey>) -> Option<String> {
    let Some(last) = modifications::of(cx.store, &t.table, &t.record.id) else {
        beside(cx.store, &t.table, &modifications::INFO, needs);
        return None;
    };
    let word = last.get(&modifications::STATE).as_str()?;
    let percent = last.get(&modifications::PROGRESS).as_int().map(|n| format!(", {n}% done")).unwrap_or_default();
    matches!(word, "modifying" | "optimizing")
        .then(|| format!("Its last modification is {word}{percent}: wait until it is completed."))
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let now = Shape::of(&t.record);
    let kind = form.text(TYPE);
    let bounds = Bounds::of(&kind);
    let to = Shape {
        gib: form.number(SIZE).unwrap_or(now.gib),
        iops: if bounds.is_some_and(|b| b.iops.is_some()) { form.number(IOPS) } else { None },
        throughput: form.number(THROUGHPUT),
        kind,
    };
    let speed = |s: &Shape| (s.iops.filter(|_| to.iops.is_some()), s.throughput.filter(|_| to.throughput.is_some()));
    if (to.gib, &to.kind) == (now.gib, &now.kind) && speed(&to) == speed(&now) {
        return Err(Fault::new(FaultKind::Invalid, "Nothing would change: give it another size, type or speed."));
    }
    let mut plan = draft("modify", title("Modify", &INFO, cx.targets), cx.targets, Vec::new());
    plan.subjects = vec![subject(t, format!("{} → {}", now.said(), to.said()))];
    let step = Step::new(format!("modify {}", label(&t.record)), call(t, &now, &to));
    // The size stays what it is by then.
    let back = Shape { gib: to.gib, ..now.clone() };
    let grows = to.gib > now.gib;
    let undoes = back != to && (speed(&back) != speed(&to) || back.kind != to.kind) && back.fits();
    plan.steps = vec![match undoes {
        true => step.undone_by(StepUndo {
            title: format!("make it {} again", back.said()),
            call: call(t, &to, &back),
            wait: counts(t),
            destructive: false,
            hurts: Some(
                "EBS allows it only after this modification is completed, and it counts as one of four in 24 hours"
                    .into(),
            ),
        }),
        false => step,
    }];
    plan.wait = counts(t);
    let mut all = Vec::new();
    if modifications::of(cx.store, &t.table, &t.record.id).is_none() {
        let word = beside(cx.store, &t.table, &modifications::INFO, &mut plan.needs);
        all.push(note(format!("Whether an earlier modification is in progress is {word}: if so, EBS refuses")));
    }
    all.push(note("EBS allows four modifications of a volume in 24 hours, each after the one before is completed"));
    if grows {
        all.push(note("This cannot be undone: a volume cannot be made smaller"));
        let host = host(cx, &t.record, &mut plan.needs);
        let is_root = host.as_ref().is_some_and(|h| h.is_root);
        if now.gib <= MBR_ENDS && to.gib > MBR_ENDS {
            let what = if is_root { "it does not boot" } else { "nothing beyond 2 TiB is used" };
            all.push(unknown(format!("Whether its partition table is GPT is not known: with an MBR {what}")));
        }
        match host {
            Some(host) => {
                let device = host.device.unwrap_or("it");
                plan.then = file_system::steps(host.row, device, host.is_root);
                all.extend(plan.then.iter().map(|step| note(format!("Afterwards: {step}"))));
            }
            None => all.push(note("Its file system grows only when you grow it in an instance: growpart, resize2fs")),
        }
    }
    if to.kind != now.kind || speed(&to) != speed(&now) {
        all.push(note("Until it is completed, the volume's speed is between the old and the new one"));
    }
    plan.consequences = sorted(all);
    plan.cost = Some(cost(cx, &now, &to));
    Ok(plan)
}

/// What differs is said, and nothing else; a new type has its speeds said, so that nothing depends on AWS's defaults.
fn call(t: &Target, now: &Shape, to: &Shape) -> Call {
    let mut call = MODIFY_VOLUME.call(t.table.scope.clone()).arg("VolumeId", Arg::Str(t.record.id.clone()));
    if to.gib != now.gib {
        call = call.arg("Size", Arg::Int(to.gib));
    }
    let other = to.kind != now.kind;
    if other {
        call = call.arg("VolumeType", Arg::Str(to.kind.clone()));
    }
    let bounds = Bounds::of(&to.kind);
    if let Some(n) = to.iops.filter(|n| other || Some(*n) != now.iops)
        && bounds.is_some_and(|b| b.iops.is_some())
    {
        call = call.arg("Iops", Arg::Int(n));
    }
    if let Some(n) = to.throughput.filter(|n| other || Some(*n) != now.throughput) {
        call = call.arg("Throughput", Arg::Int(n));
    }
    call.on([t.record.id.clone()])
}

/// It counts from `optimizing` on.
fn counts(t: &Target) -> Waiter {
    Waiter::State {
        table: TableKey::all(t.table.scope.clone(), Kind(&modifications::INFO)),
        ids: vec![t.record.id.clone()],
        want: &["optimizing", "completed"],
        fail: &["failed"],
        gone_is_fine: false,
        within: COUNTS,
    }
}

fn cost(cx: &ActionContext<'_>, now: &Shape, to: &Shape) -> Cost {
    let prices = prices::of(cx.scope);
    let both = prices.and_then(|p| Some((p, now.monthly(p)?, to.monthly(p)?)));
    match both {
        Some((p, before, after)) if after > before => {
            Cost::adds(p.by_the_month(after - before), " more, from when the modification begins")
        }
        Some((p, before, after)) if after < before => Cost::saves(p.by_the_month(before - after), ""),
        Some(_) => Cost::same("Costs the same as before"),
        None => Cost::adds_unknown("The new size, type and speed are billed from when the modification begins"),
    }
}

#[cfg(test)]
#[path = "modify_tests.rs"]
mod tests;
