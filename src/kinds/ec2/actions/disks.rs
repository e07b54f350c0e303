//! What becomes of the disks when instances stop or terminate, and what they still cost.

use crate::kinds::action::ActionContext;
use crate::kinds::ec2::instance_volumes::{self as volumes, COST, DELETED, KEPT, KEPT_COST};
use crate::kinds::ec2::instances::instance;
use crate::kinds::plan_builder::{beside, called, count, note, unknown};
use crate::kinds::prices;
use crate::model::{Consequence, FieldInfo, Record, TableKey};

/// The disks of the instances of a plan, as far as they are known.
struct Disks<'a> {
    known: Vec<&'a Record>,
    /// How many there are of which nothing more is known, and why: a word for it.
    unknown: usize,
    why: &'static str,
}

fn look<'a>(cx: &ActionContext<'a>, needs: &mut Vec<TableKey>) -> Disks<'a> {
    let mut found = Disks { known: Vec::new(), unknown: 0, why: "" };
    for t in cx.targets {
        let attached = instance::volumes(&t.record).len();
        match volumes::of(cx.store, &t.table, &t.record.id) {
            _ if attached == 0 => {}
            Some(row) => found.known.push(row),
            None => {
                found.unknown += attached;
                found.why = beside(cx.store, &t.table, &volumes::INFO, needs);
            }
        }
    }
    found
}

/// `still cost about $8.00 a month (us-east-1 …)`, or that the price is not known.
fn costing(cx: &ActionContext<'_>, rows: &[&Record], field: &FieldInfo, n: usize) -> String {
    let cost = rows.iter().map(|r| r.get(field).as_f64()).sum::<Option<f64>>();
    let places = || cx.targets.iter().map(|t| &t.table.scope);
    match cost.and_then(|cost| prices::monthly_of(places(), cost)) {
        Some(money) => format!("still {} {}", verb(n, "costs", "cost"), money.said("")),
        None => format!("{} still billed; the price is not known", verb(n, "is", "are")),
    }
}

fn all(rows: &[&Record], field: &FieldInfo) -> Vec<arcstr::ArcStr> {
    rows.iter().flat_map(|r| r.get(field).items()).collect()
}

fn verb(n: usize, one: &'static str, many: &'static str) -> &'static str {
    if n == 1 { one } else { many }
}

/// Disks cost whether or not anything runs.
pub(super) fn go_on(cx: &ActionContext<'_>, out: &mut Vec<Consequence>, needs: &mut Vec<TableKey>) {
    let found = look(cx, needs);
    let known = all(&found.known, &volumes::DISKS).len();
    if known > 0 {
        out.push(note(format!("{} {}", count(known, "disk"), costing(cx, &found.known, &COST, known))));
    }
    if found.unknown > 0 {
        let (disks, is) = (count(found.unknown, "disk"), verb(found.unknown, "is", "are"));
        out.push(note(format!("{disks} {is} still billed (size: {})", found.why)));
    }
}

/// What terminating deletes, and what it leaves behind.
pub(super) fn fate(cx: &ActionContext<'_>, out: &mut Vec<Consequence>, needs: &mut Vec<TableKey>) {
    let found = look(cx, needs);
    let (deleted, kept) = (all(&found.known, &DELETED), all(&found.known, &KEPT));
    if !deleted.is_empty() {
        let is = verb(deleted.len(), "is", "are");
        out.push(note(format!("{} {is} deleted for good (DeleteOnTermination)", called("Volume", &deleted))));
    }
    if !kept.is_empty() {
        let (stay, costs) = (verb(kept.len(), "stays", "stay"), costing(cx, &found.known, &KEPT_COST, kept.len()));
        out.push(note(format!("{} {stay} and {costs}", called("Volume", &kept))));
    }
    let unsaid = all(&found.known, &volumes::DISKS).len().saturating_sub(deleted.len() + kept.len());
    if unsaid > 0 {
        out.push(unknown(format!("Whether {} is deleted or kept is not known", count(unsaid, "disk"))));
    }
    if found.unknown > 0 {
        out.push(note(format!(
            "{}: those with DeleteOnTermination are deleted for good, others stay and are still billed (which: {})",
            count(found.unknown, "disk"),
            found.why
        )));
    }
}
