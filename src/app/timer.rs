//! When the screen changes by itself: ages are coarse and the clock shows minutes, so that an idle screen is silent.

use indexmap::IndexMap;

use super::nav::kind_named;
use super::relative_time;
use super::state::State;
use super::update::Turn;
use crate::base::{Fault, Scope, Time};
use crate::model::{Kind, Scoping, TableKey};
use crate::store::{HIGHLIGHT, LINGER, Progress, Status, Store};

/// How fresh and how complete what a view shows is: the worst of its tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Freshness {
    /// When the table that is furthest behind was last complete and current; `None` = one never was.
    pub oldest: Option<Time>,
    /// The least progress of all tables.
    pub progress: Progress,
    /// Whether a run is under way.
    pub running: bool,
    /// Tables whose last run failed, with why.
    pub faults: Vec<(TableKey, Fault)>,
}

impl State {
    /// How fresh and complete the view is.
    pub fn freshness(&self, store: &Store) -> Freshness {
        Freshness::of(&self.view.tables, store)
    }
    /// What filter or sort look at beside the rows and is not all here, where it costs nothing: `loading instance statuses`. Until it is, a
    /// row that is not shown may match.
    pub fn beside(&self, store: &Store) -> Option<String> {
        let view = &self.view;
        let sides =
            view.looked_at().filter(|f| *f < view.kind.fields.len()).filter_map(|f| view.kind.fields.at(f).side);
        let mut kinds = sides.filter(|s| !s.paid).filter_map(|s| kind_named(&self.registry, s.kind));
        kinds.find_map(|kind| {
            let keys = view.tables.iter().map(|t| TableKey::all(t.scope.clone(), kind));
            let lacking = |key: &TableKey| {
                let status = store.table(key).map(|t| &t.status);
                match status {
                    Some(s) if s.progress == Progress::Complete => None,
                    Some(Status { fault: Some(fault), .. }) => Some(format!("{}: ", fault.kind.word())),
                    _ => Some("loading ".to_string()),
                }
            };
            keys.into_iter().find_map(|key| lacking(&key)).map(|why| format!("{why}{}", kind.title.to_lowercase()))
        })
    }
}

/// What is not here in full of the tables that some derived tables are made of, each with why.
fn lacks(tables: &[TableKey], store: &Store, kind_named: impl Fn(&str) -> Option<Kind> + Copy) -> Vec<String> {
    let inputs: Vec<TableKey> = tables.iter().flat_map(|t| store.inputs_of(t, kind_named)).collect();
    lacks_of(&inputs, store, kind_named)
}

/// What is not here in full of some tables, each with why; of derived ones, what they are made of. Where only some of the places lack
/// it, it says which.
pub(super) fn lacks_of(
    tables: &[TableKey],
    store: &Store,
    kind_named: impl Fn(&str) -> Option<Kind> + Copy,
) -> Vec<String> {
    let mut places: Vec<&Scope> = Vec::new();
    let mut out: IndexMap<(Kind, String), Vec<Scope>> = IndexMap::new();
    for input in tables {
        if input.kind.scoping == Scoping::Region && !places.contains(&&input.scope) {
            places.push(&input.scope);
        }
        collect(input, store, kind_named, &mut out);
    }
    let said = |((kind, why), of): ((Kind, String), Vec<Scope>)| {
        let everywhere = kind.scoping == Scoping::Account || of.len() >= places.len();
        let place = match of.as_slice() {
            _ if everywhere => String::new(),
            [one] => format!(" in {one}"),
            several => format!(" in {} of {} places", several.len(), places.len()),
        };
        format!("{} ({why}{place})", kind.title.to_lowercase())
    };
    out.into_iter().map(said).collect()
}

/// Adds a table that is not here in full.
fn collect(
    input: &TableKey,
    store: &Store,
    kind_named: impl Fn(&str) -> Option<Kind> + Copy,
    out: &mut IndexMap<(Kind, String), Vec<Scope>>,
) {
    if input.kind.derived.is_some() {
        return store.inputs_of(input, kind_named).iter().for_each(|input| collect(input, store, kind_named, out));
    }
    let status = store.table(input).map(|t| &t.status);
    let why = match status {
        Some(s) if s.progress == Progress::Complete && s.fault.is_none() => return,
        Some(Status { progress, fault: Some(fault), .. }) if *progress == Progress::Complete => {
            format!("stale: {}", fault.kind.word())
        }
        Some(Status { fault: Some(fault), .. }) => fault.kind.word().to_string(),
        Some(s) if s.running || s.progress == Progress::Partial => "loading".to_string(),
        _ => "not asked".to_string(),
    };
    let scopes = out.entry((input.kind, why)).or_default();
    if !scopes.contains(&input.scope) {
        scopes.push(input.scope.clone());
    }
}

impl Turn<'_> {
    /// What the rows of a derived kind are made without.
    pub(super) fn look_for_inputs(&mut self) {
        let s = &mut *self.s;
        let registry = s.registry;
        s.view.lacks = match s.view.kind.derived {
            Some(_) => lacks(&s.view.tables, self.store, |name| kind_named(&registry, name)),
            None => Vec::new(),
        };
    }
}

impl Freshness {
    /// How fresh and complete some tables are together.
    pub fn of(tables: &[TableKey], store: &Store) -> Freshness {
        let mut all = Freshness { oldest: None, progress: Progress::Complete, running: false, faults: Vec::new() };
        if tables.is_empty() {
            all.progress = Progress::NotAsked;
        }
        let mut never = false;
        for key in tables {
            let Some(table) = store.table(key) else {
                all.progress = Progress::NotAsked;
                never = true;
                continue;
            };
            let status = &table.status;
            all.running |= status.running;
            let rank = |p: Progress| match p {
                Progress::NotAsked => 0,
                Progress::Partial => 1,
                Progress::Complete => 2,
            };
            if rank(status.progress) < rank(all.progress) {
                all.progress = status.progress;
            }
            match status.complete {
                Some(at) => all.oldest = Some(all.oldest.map_or(at, |o: Time| o.min(at))),
                None => never = true,
            }
            if let Some(fault) = &status.fault {
                all.faults.push((key.clone(), fault.clone()));
            }
        }
        if never {
            all.oldest = None;
        }
        all
    }
}

impl Turn<'_> {
    /// The next moment at which what is on the screen would change by itself.
    pub(super) fn next_change(&self) -> Time {
        let now = self.s.now;
        let mut next = relative_time::next_minute(now);
        let mut at = |t: Time| {
            if t > now && t < next {
                next = t;
            }
        };
        let picker = self.s.picker().and_then(|p| p.view.index_due);
        for due in [self.s.detail.due, self.s.view.index_due, picker].into_iter().flatten() {
            at(due);
        }
        if let Some(notice) = &self.s.notice {
            at(notice.until);
        }
        for awaited in &self.s.awaited {
            at(awaited.until);
        }
        for key in &self.s.view.tables {
            if let Some(complete) = self.store.table(key).and_then(|t| t.status.complete) {
                at(relative_time::next_change(now, complete));
            }
        }
        if let Some((_, Some(Ok(answer)))) = &self.s.detail.raw
            && self.s.detail.open
            && self.s.tab(self.store) == super::view::Tab::Raw
        {
            at(relative_time::next_change(now, answer.at));
        }
        if self.s.detail.open
            && self.s.tab(self.store) == super::view::Tab::Changes
            && let Some(row) = &self.s.detail.row
        {
            for seen in self.s.changes(self.store, row) {
                at(relative_time::next_change(now, seen.change.at));
            }
        }
        for row in self.s.visible() {
            if let Some((_, row)) = self.store.row(&self.s.view.order_tables, *row) {
                at(row.changed_at.plus(HIGHLIGHT));
                if let Some(gone) = row.gone {
                    at(gone.plus(LINGER));
                }
            }
        }
        next
    }
}
