//! Asks for rows and what belongs beside them.
//!
//! Everything that needs nothing else first is under way at the same time: who one is, the table in every region, and side tables that
//! come in pages of their own. What has to know the rows comes after, side by side too.

use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt as _;
use futures::future::{BoxFuture, join_all};
use rustc_hash::{FxHashMap, FxHashSet};
use tokio::sync::oneshot;
use tokio_util::task::AbortOnDropHandle;

use super::ahead::Ahead;
use super::pages::{OnPage, Pages};
use super::parents::{Asked, say_nothing};
use super::row::{Beside, Row};
use super::sides::{SideTable, Sides};
use super::trouble::Trouble;
use crate::app::ProfileSetup;
use crate::aws::{Gateway, Identity};
use crate::base::{Clock, Fault, FaultKind, RowId, Scope};
use crate::cli::{Failure, out};
use crate::fetch::Budget;
use crate::kinds::prices::metrics_cost;
use crate::kinds::{Interner, KindDef, ListRequest, Registry, What};
use crate::model::derived::Wanted;
use crate::model::{Derived, Input, Inputs, Kind, Paging, Record, Scoping, Selector};
use crate::query::{Placed, Query};

/// Requests of one scope and table that are under way at the same time, where each is for some rows.
const LANES: usize = 8;
/// Rows for a lane, where a kind does not say how many ids a request takes: what DescribeTags of load balancers does.
const LANE: usize = 20;

/// How many rows a table is taken to have of which AWS brought some only. Up to ten requests by id are made before all pages of a side
/// table are.
const UNCOUNTED: usize = 10_000;

/// What is to be listed.
pub(super) struct Wish {
    pub(super) def: &'static KindDef,
    pub(super) query: Query,
    /// Positions of the fields that the output shows.
    pub(super) printed: Vec<usize>,
    /// Positions of those that were asked for by name, whatever they cost.
    pub(super) named: Vec<usize>,
    /// The row that they hang off, as it was given.
    pub(super) of: Option<String>,
    /// Whether they are printed as JSON.
    pub(super) json: bool,
}

/// What came of it.
pub(super) struct Listed {
    pub(super) rows: Vec<Row>,
    pub(super) troubles: Vec<Trouble>,
    /// How many accounts and regions were asked.
    pub(super) places: usize,
}

/// Asks. Cheap to clone.
#[derive(Clone)]
pub(in crate::cli) struct Lister {
    pub(super) gateway: Gateway,
    pub(super) registry: Registry,
    pub(super) clock: Clock,
    pub(super) budget: Budget,
    pub(super) interner: Interner,
}

/// What one side table answered in one scope.
struct Answer {
    table: usize,
    rows: FxHashMap<RowId, Arc<Record>>,
    /// What a row that is not among them has there.
    rest: Beside,
    fault: Option<Fault>,
}

/// What one scope has.
struct Found {
    scope: Scope,
    rows: Vec<Arc<Record>>,
    faults: Vec<Fault>,
    sides: Vec<Answer>,
}

/// A side table that is being read beside the rows. Dropped, it stops.
type Sweep = AbortOnDropHandle<Answer>;

impl Lister {
    /// Lists.
    ///
    /// # Errors
    /// There are no credentials at all, or `--of` names nothing.
    pub(super) async fn everything(&self, profiles: &[ProfileSetup], wish: &Wish) -> Result<Listed, Failure> {
        let scopes = scopes(profiles, wish.def);
        let sides = Sides::of(self.registry, wish.def.info, &wish.query, &wish.printed, &wish.named);
        // What a side table says comes after the rows, and of what may be sifted out nothing is written.
        let ahead = (wish.json && sides.tables.is_empty() && wish.query.terms.is_empty()).then(Ahead::default);
        let identities = join_all(profiles.iter().map(async |p| {
            let identity = self.gateway.identity(&p.name).await;
            if let Ok(id) = &identity {
                self.budget.identified(&p.name, &id.account);
                if let Some(ahead) = &ahead {
                    ahead.identified(&p.name, &id.account);
                }
            }
            identity
        }));
        let (identities, found, (names, unnamed)) = tokio::join!(
            identities,
            self.tables(wish, &scopes, &sides, ahead.as_ref()),
            self.names_to_find(wish.def, &wish.query, &scopes)
        );
        let names = Arc::new(names);
        let who: Vec<_> = profiles.iter().map(|p| p.name.as_str()).zip(identities).collect();
        let known = |(name, id): &(&str, Result<Identity, Fault>)| {
            id.as_ref().ok().map(|id| ((*name).to_string(), Arc::from(id.account.as_str())))
        };
        let accounts: FxHashMap<String, Arc<str>> = who.iter().filter_map(known).collect();
        let (found, mut troubles) = found?;
        let (mut rows, mut answers, mut seen) = (Vec::new(), Vec::new(), FxHashSet::default());
        for Found { scope, rows: records, faults, sides: swept } in found {
            troubles.extend(faults.into_iter().map(|fault| Trouble { scope: scope.clone(), fault }));
            let account = scope.profile().and_then(|p| accounts.get(p.as_str()));
            for record in records {
                // Two profiles of one account list the same.
                let once = account.map(|a| (a.clone(), scope.region_code().cloned(), record.id.clone()));
                if once.is_none_or(|once| seen.insert(once)) {
                    let beside = vec![Beside::Unknown; sides.tables.len()].into();
                    let (places, names) = (sides.places.clone(), names.clone());
                    let account = account.cloned();
                    rows.push(Row { scope: scope.clone(), record, beside, places, names, account, text: None });
                }
            }
            answers.extend(swept.into_iter().map(|answer| (scope.clone(), answer)));
        }
        without_credentials(who, &scopes, &rows, &mut troubles)?;
        // Where there is nothing, nothing has to be named.
        troubles.extend(unnamed.into_iter().filter(|t| rows.iter().any(|r| r.scope == t.scope)));
        let mut answered: FxHashSet<(Scope, usize)> = FxHashSet::default();
        join(&mut rows, answers, &mut answered, &mut troubles);
        // What is dear is asked only of rows that match in all other respects: those that are cheap are there by then.
        let more = if wish.query.filters(wish.def.info).is_some() { UNCOUNTED } else { 0 };
        for dear in [false, true] {
            let settled = sides.settled(&wish.query, true, |table| sides.tables[table].dear || !dear);
            let now = self.clock.now();
            let mut matcher = settled.matcher(now);
            let mut ids: FxHashMap<Scope, Vec<RowId>> = FxHashMap::default();
            let mut totals: FxHashMap<Scope, usize> = FxHashMap::default();
            for row in &rows {
                *totals.entry(row.scope.clone()).or_insert(more) += 1;
                if matcher.matches(row) {
                    ids.entry(row.scope.clone()).or_default().push(row.record.id.clone());
                }
            }
            let mut jobs = Vec::new();
            for (i, table) in sides.tables.iter().enumerate().filter(|(_, t)| t.dear == dear) {
                for (scope, ids) in ids.iter().filter(|(scope, _)| !answered.contains(&((*scope).clone(), i))) {
                    let total = totals.get(scope).copied().unwrap_or_default();
                    jobs.push((i, table, scope.clone(), ids.clone(), total));
                }
            }
            if jobs.iter().any(|(_, table, ..)| table.paid) {
                let price = metrics_cost(1000);
                out::say(&format!(
                    "a metric was asked for by name: CloudWatch charges about {price} for every 1,000 metrics"
                ));
            }
            let answers = join_all(jobs.into_iter().map(async |(i, table, scope, ids, total)| {
                let answer = self.beside(i, table, &scope, ids, total).await;
                (scope, answer)
            }));
            join(&mut rows, answers.await, &mut answered, &mut troubles);
        }
        if let Some(ahead) = ahead {
            ahead.hand_out(&mut rows).await;
        }
        Ok(Listed { rows, troubles, places: scopes.len() })
    }

    /// The rows of all scopes, and what could be read beside them.
    async fn tables(
        &self,
        wish: &Wish,
        scopes: &[Scope],
        sides: &Sides,
        ahead: Option<&Ahead>,
    ) -> Result<(Vec<Found>, Vec<Trouble>), Failure> {
        let mut troubles = Vec::new();
        let asked = self.asked(wish, scopes, &mut troubles).await?;
        let found = join_all(asked.into_iter().map(|asked| self.scope(wish, asked, sides, ahead))).await;
        Ok((found, troubles))
    }

    async fn scope(&self, wish: &Wish, asked: Asked, sides: &Sides, ahead: Option<&Ahead>) -> Found {
        let Asked { scope, selectors, doubt } = asked;
        if let Some(derived) = wish.def.info.derived {
            let text = wish.of.as_deref().map_or_else(RowId::new, RowId::from);
            let (rows, faults) = self.derived(derived, &scope, text).await;
            return Found { scope, rows, faults, sides: Vec::new() };
        }
        if let Some(parent) = self.parent(wish.def) {
            return self.children(wish, scope, selectors, doubt, parent).await;
        }
        // Tables that come in pages of their own need not wait for the rows, unless there are few rows to know more of.
        let alone = |t: &SideTable| t.def.info.paging().filter(|_| !t.paid);
        let paged: Vec<(usize, Paging)> =
            sides.tables.iter().enumerate().filter_map(|(i, t)| Some((i, alone(t)?))).collect();
        let own = sides.settled(&wish.query, false, |_| true);
        let sweep = |(i, _): &(usize, Paging)| self.sweep(*i, sides.tables[*i].def, &scope);
        let mut sweeps: Vec<Sweep> = Vec::new();
        if own.is_empty() {
            sweeps.extend(paged.iter().map(sweep));
        }
        let (first, mut page) = oneshot::channel();
        let filters = wish.query.filters(wish.def.info);
        let found_by_aws = filters.is_some();
        let of_text = wish.of.as_deref().filter(|_| wish.def.info.takes_text());
        let selector = match of_text {
            Some(text) => Selector::Parent(text.into()),
            None => filters.map_or(Selector::All, Selector::Filter),
        };
        let pages = OnPage { first: Some(first), ahead: ahead.cloned() };
        let rows = self.read(wish.def, &scope, selector, What::Everything, pages);
        tokio::pin!(rows);
        let (rows, fault) = tokio::select! {
            biased;
            done = &mut rows => done,
            Ok(page) = &mut page, if !own.is_empty() && !paged.is_empty() => {
                // The first page tells how much of the table is wanted. Of rows that AWS has found nobody knows how many others
                // there are: a side table's pages may be any number.
                let mut matcher = own.matcher(self.clock.now());
                let wanted = page.iter().filter(|r| matcher.matches(&Placed(r, &scope))).count();
                let total = if found_by_aws { UNCOUNTED } else { page.len() };
                sweeps.extend(paged.iter().filter(|(_, p)| pages_are_fewer(*p, wanted, total)).map(sweep));
                rows.await
            }
        };
        let mut found = Found { scope: scope.clone(), rows, faults: fault.into_iter().collect(), sides: Vec::new() };
        // Where there is nothing, nothing stands beside it.
        if !found.rows.is_empty() {
            for swept in join_all(sweeps).await {
                match swept {
                    Ok(answer) => found.sides.push(answer),
                    Err(e) => found.faults.push(Fault::bug(format!("A side table was lost: {e}."))),
                }
            }
        }
        found
    }

    /// Rows that are made of other tables, and why these are not all there.
    fn derived<'a>(
        &'a self,
        derived: &'static Derived,
        scope: &'a Scope,
        text: RowId,
    ) -> BoxFuture<'a, (Vec<Arc<Record>>, Vec<Fault>)> {
        Box::pin(async move {
            let selector = if derived.of.is_some() { Selector::Parent(text.clone()) } else { Selector::All };
            let mut faults: Vec<Fault> = Vec::new();
            let mut read: Vec<(Wanted, Input)> = Vec::new();
            let mut wanted = derived.wanted(&selector, scope);
            while !wanted.is_empty() {
                read.extend(self.inputs(scope, std::mem::take(&mut wanted), &mut faults).await);
                let rows = |of: &Wanted, see: &mut dyn FnMut(&Arc<Record>)| {
                    read.iter().filter(|(w, _)| w == of).flat_map(|(_, input)| &input.rows).for_each(see);
                };
                let more = derived.following(&selector, &rows).into_iter();
                wanted = more.filter(|w| !read.iter().any(|(r, _)| r == w)).collect();
            }
            let tables = read.into_iter().map(|(_, input)| input).collect();
            let rows = (derived.derive)(&Inputs { scope: scope.clone(), text, now: self.clock.now(), tables });
            for fault in &mut faults {
                fault.hints.insert(0, "What that would have told is not among the rows.".into());
            }
            (rows.into_iter().map(Arc::new).collect(), faults)
        })
    }

    /// Tables that rows are made of, all at once.
    async fn inputs(&self, scope: &Scope, wanted: Vec<Wanted>, faults: &mut Vec<Fault>) -> Vec<(Wanted, Input)> {
        let read = join_all(wanted.into_iter().filter_map(|wanted| Some((self.registry.kind(wanted.0)?, wanted))).map(
            async |(def, wanted)| {
                let (rows, faults) = match def.info.derived {
                    Some(derived) => self.derived(derived, scope, RowId::new()).await,
                    None => {
                        let place = def.info.listed_in(scope);
                        let (rows, fault) = self.table(def, &place, wanted.1.clone(), What::Everything).await;
                        (rows, fault.into_iter().collect())
                    }
                };
                (def, wanted, rows, faults)
            },
        ));
        let input = |(def, wanted, rows, missing): (&'static KindDef, Wanted, Vec<Arc<Record>>, Vec<Fault>)| {
            let fault = missing.first().cloned();
            faults.extend(missing);
            (wanted, Input { kind: Kind(def.info), rows, whole: fault.is_none(), fault })
        };
        read.await.into_iter().map(input).collect()
    }

    /// Rows that hang off others: those of the named parents, or of all.
    async fn children(
        &self,
        wish: &Wish,
        scope: Scope,
        mut selectors: Vec<Selector>,
        doubt: Option<Fault>,
        parent: &'static KindDef,
    ) -> Found {
        let mut found = Found { scope: scope.clone(), rows: Vec::new(), faults: Vec::new(), sides: Vec::new() };
        let named = selectors.iter().any(|s| *s != Selector::All);
        if !named {
            let (rows, fault) = self.table(parent, &scope, Selector::All, What::Everything).await;
            found.faults.extend(fault);
            selectors = rows.iter().map(|r| Selector::Parent(r.id.clone())).collect();
        }
        let each = selectors.into_iter().map(|selector| {
            let of = if let Selector::Parent(of) = &selector { of.clone() } else { RowId::new() };
            let rows = self.table(wish.def, &scope, selector, What::Everything);
            async move { (of, rows.await) }
        });
        let mut answers = futures::stream::iter(each).buffered(LANES);
        while let Some((of, (mut rows, fault))) = answers.next().await {
            found.rows.append(&mut rows);
            match fault {
                None => {}
                // It went between two calls.
                Some(f) if f.kind == FaultKind::NotFound && !named => {}
                Some(mut f) if f.kind == FaultKind::NotFound => {
                    f.message = format!("{} {of}: {}", parent.info.singular, f.message);
                    found.faults.push(f);
                }
                Some(f) => found.faults.push(f),
            }
        }
        if let Some(doubt) = doubt
            && wish.def.info.is_paid()
            && say_nothing(&found.rows)
        {
            found.rows.clear();
            found.faults.push(doubt);
        }
        found
    }

    /// Reads a whole side table on a thread of its own, beside whatever else is read.
    fn sweep(&self, table: usize, def: &'static KindDef, scope: &Scope) -> Sweep {
        let (lister, scope) = (self.clone(), scope.clone());
        AbortOnDropHandle::new(tokio::spawn(async move { lister.whole(table, def, &scope).await }))
    }

    async fn whole(&self, table: usize, def: &'static KindDef, scope: &Scope) -> Answer {
        let (rows, fault) = self.table(def, scope, Selector::All, What::Everything).await;
        let none = fault.is_none() && def.info.paging().is_some_and(|p| p.absent_is_none);
        let rest = if none { Beside::Nothing } else { Beside::Unknown };
        Answer { table, rows: rows.into_iter().map(|r| (r.id.clone(), r)).collect(), rest, fault }
    }

    /// What a side table says of some of `total` rows: by id, or all of it where that takes fewer requests.
    async fn beside(&self, i: usize, table: &SideTable, scope: &Scope, ids: Vec<RowId>, total: usize) -> Answer {
        let paging = table.def.info.paging().filter(|_| !table.paid);
        if paging.is_some_and(|p| pages_are_fewer(p, ids.len(), total)) {
            return self.whole(i, table.def, scope).await;
        }
        let lane = match paging {
            Some(p) => p.ids.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX),
            None if table.paid => usize::MAX,
            None => LANE,
        };
        let lanes = ids
            .chunks(lane.min(ids.len()).max(1))
            .map(|some| self.table(table.def, scope, Selector::All, What::Ids(Arc::new(some.to_vec()))));
        let mut lanes = futures::stream::iter(lanes).buffer_unordered(LANES);
        let mut answer = Answer { table: i, rows: FxHashMap::default(), rest: Beside::Unknown, fault: None };
        while let Some((rows, fault)) = lanes.next().await {
            answer.rows.extend(rows.into_iter().map(|r| (r.id.clone(), r)));
            answer.fault = answer.fault.or(fault);
            if answer.fault.is_some() {
                break;
            }
        }
        answer
    }

    /// One run of a kind's list function: its rows, and why there are no more of them.
    pub(in crate::cli) async fn table(
        &self,
        def: &'static KindDef,
        scope: &Scope,
        selector: Selector,
        what: What,
    ) -> (Vec<Arc<Record>>, Option<Fault>) {
        self.read(def, scope, selector, what, OnPage::default()).await
    }

    async fn read(
        &self,
        def: &'static KindDef,
        scope: &Scope,
        selector: Selector,
        what: What,
        pages: OnPage,
    ) -> (Vec<Arc<Record>>, Option<Fault>) {
        let request = ListRequest {
            gateway: self.gateway.clone(),
            scope: scope.clone(),
            selector,
            what,
            interner: self.interner.clone(),
            clock: self.clock.clone(),
        };
        let rows = Arc::<Mutex<Vec<Arc<Record>>>>::default();
        let sink = Pages { budget: self.budget.clone(), scope: scope.clone(), rows: rows.clone(), pages };
        let result = (def.list)(request, Box::new(sink)).await;
        let rows = std::mem::take(&mut *rows.lock().unwrap_or_else(PoisonError::into_inner));
        (rows, result.err())
    }
}

/// Whether reading the whole table takes fewer requests than asking for `wanted` of its `total` rows by id, or is the only way.
fn pages_are_fewer(paging: Paging, wanted: usize, total: usize) -> bool {
    let requests = |rows: usize, each: u32| rows.div_ceil(usize::try_from(each).unwrap_or(usize::MAX).max(1));
    wanted > 0 && paging.ids.is_none_or(|each| requests(wanted, each) > requests(total, paging.rows))
}

fn scopes(profiles: &[ProfileSetup], def: &KindDef) -> Vec<Scope> {
    let regions = |p: &ProfileSetup| -> Vec<Scope> {
        p.regions.iter().map(|r| Scope::region(p.name.clone(), r.clone())).collect()
    };
    match def.info.scoping {
        Scoping::Account => profiles.iter().map(|p| Scope::account(p.name.clone())).collect(),
        Scoping::Region => profiles.iter().flat_map(regions).collect(),
    }
}

/// Why nothing can be asked under a profile at all.
fn barred(identity: Result<Identity, Fault>) -> Option<Fault> {
    identity.err().filter(|f| matches!(f.kind, FaultKind::NoCredentials | FaultKind::Expired))
}

/// Under a profile without credentials every table fails: said once. One such profile does not keep the others from listing. Not to
/// know who one is keeps nobody from it, and STS refuses everybody in a region that is not enabled.
///
/// # Errors
/// No profile has any.
fn without_credentials(
    who: Vec<(&str, Result<Identity, Fault>)>,
    scopes: &[Scope],
    rows: &[Row],
    troubles: &mut Vec<Trouble>,
) -> Result<(), Failure> {
    let profiles = who.len();
    let mut without = Vec::new();
    for (name, identity) in who {
        let Some(fault) = barred(identity) else { continue };
        let of = |scope: &Scope| scope.profile().is_some_and(|p| p == name);
        let failed = |scope: &Scope| troubles.iter().any(|t| t.scope == *scope);
        if scopes.iter().filter(|s| of(s)).all(failed) && !rows.iter().any(|r| of(&r.scope)) {
            troubles.retain(|t| !of(&t.scope));
            without.push(Trouble { scope: Scope::account(name), fault });
        }
    }
    if without.len() == profiles
        && let Some(first) = without.first()
    {
        return Err(first.fault.clone().into());
    }
    troubles.append(&mut without);
    Ok(())
}

/// Puts what side tables answered beside the rows.
fn join(
    rows: &mut [Row],
    answers: Vec<(Scope, Answer)>,
    answered: &mut FxHashSet<(Scope, usize)>,
    troubles: &mut Vec<Trouble>,
) {
    let mut by_scope: FxHashMap<Scope, Vec<Answer>> = FxHashMap::default();
    for (scope, mut answer) in answers {
        answered.insert((scope.clone(), answer.table));
        troubles.extend(answer.fault.take().map(|fault| Trouble { scope: scope.clone(), fault }));
        by_scope.entry(scope).or_default().push(answer);
    }
    if by_scope.is_empty() {
        return;
    }
    for row in rows {
        for answer in by_scope.get(&row.scope).into_iter().flatten() {
            let here = answer.rows.get(&row.record.id).cloned().map(Beside::Here);
            row.beside[answer.table] = here.unwrap_or_else(|| answer.rest.clone());
        }
    }
}
