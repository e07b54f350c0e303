//! One row that a command is about, by its id or name.

use std::sync::Arc;

use super::lister::{Listed, Lister, Wish};
use super::{looked_at, trouble};
use crate::base::Scope;
use crate::base::text::{listed, visible};
use crate::cli::Failure;
use crate::cli::session::Session;
use crate::fetch::{Budget, Share};
use crate::kinds::{Interner, KindDef};
use crate::model::Record;
use crate::query::Query;

/// So many of several are named.
const NAMED: usize = 5;

/// The row, where it is, and what asks for more of it.
pub(in crate::cli) struct Found {
    pub(in crate::cli) lister: Lister,
    pub(in crate::cli) scope: Scope,
    pub(in crate::cli) record: Arc<Record>,
}

/// The one row of a kind with this id or name, over all profiles and regions that are asked for.
///
/// # Errors
/// There is none, or there are several; what lists fail with.
pub(in crate::cli) fn only_row(session: &Session, kind: &str, which: &str) -> Result<Found, Failure> {
    let Some(def) = session.registry.kind(kind) else {
        return Err(Failure::Usage(session.registry.unknown_kind(kind)));
    };
    let lister = Lister {
        gateway: session.gateway.clone(),
        registry: session.registry,
        clock: session.clock.clone(),
        budget: Budget::new(Share::percent(100)),
        interner: Interner::default(),
    };
    let wish = wish(def, which)?;
    let Listed { rows, troubles, places } = session.runtime.block_on(lister.everything(&session.profiles, &wish))?;
    let mut matcher = wish.query.matcher(session.clock.now());
    let mut rows = rows.into_iter().filter(|r| matcher.matches(r)).collect::<Vec<_>>();
    let (shown, one) = (visible(which), def.info.singular);
    match (rows.len(), troubles.is_empty()) {
        (0, true) => Err(Failure::Failed(format!("There is no {one} {shown}, in {}.", looked_at(session, places)))),
        (0, false) => Err(Failure::Failed(trouble::sentences(&troubles, session.profiles.len(), places))),
        (1, _) => {
            let row = rows.remove(0);
            Ok(Found { lister, scope: row.scope.clone(), record: row.record.clone() })
        }
        (n, _) => {
            let mut ids: Vec<String> = rows.iter().take(NAMED).map(|r| r.record.id.to_string()).collect();
            if n > NAMED {
                ids.push("others".into());
            }
            let text = format!("{n} {} are called {shown}: name one by its id, {}.", def.info.name, listed(&ids));
            Err(Failure::Usage(text))
        }
    }
}

/// A word that looks like an id is one.
fn wish(def: &'static KindDef, which: &str) -> Result<Wish, Failure> {
    let is_id = !def.info.id_prefix.is_empty() && which.starts_with(def.info.id_prefix);
    let field = if is_id { "id" } else { "name" };
    let query = format!("{field}=\"{}\"", which.replace('"', ""));
    let query = Query::parse(&query, def.info).map_err(|e| Failure::Usage(e.message))?;
    Ok(Wish { def, query, printed: Vec::new(), named: Vec::new(), of: None, json: false })
}
