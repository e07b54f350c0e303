//! Which side tables a list needs, and what of a query can be told without them.

use super::row::Places;
use crate::kinds::{KindDef, Registry};
use crate::model::{FieldInfo, FieldSet, FieldType, KindInfo, Side};
use crate::query::{Query, Term, Test};

/// A side table that is asked.
pub(super) struct SideTable {
    pub(super) def: &'static KindDef,
    /// Each row costs money.
    pub(super) paid: bool,
    /// It costs money or takes many requests: asked only of rows that match in all other respects.
    pub(super) dear: bool,
}

/// The side tables of a list.
pub(super) struct Sides {
    pub(super) tables: Vec<SideTable>,
    /// Where each field's value comes from.
    pub(super) places: Places,
    info: &'static KindInfo,
}

impl Sides {
    /// Those that hold something of `printed` (fields by position), or that `query` looks at. What costs, or takes too many requests,
    /// is asked only where it is among the `named` ones or the query names it.
    pub(super) fn of(
        registry: Registry,
        info: &'static KindInfo,
        query: &Query,
        printed: &[usize],
        named: &[usize],
    ) -> Sides {
        let named: Vec<usize> = query.fields(info).chain(named.iter().copied()).collect();
        let words = query.has_words().then(|| query.words());
        let needed = |i: usize, field: &FieldInfo, side: Side| {
            let free = !side.paid && !side.on_demand;
            named.contains(&i)
                || free && (printed.contains(&i) || words.is_some_and(|words| reads(words, i, field, info)))
        };
        let mut tables: Vec<SideTable> = Vec::new();
        for (i, field) in info.iter().enumerate() {
            let Some(side) = field.side.filter(|side| needed(i, field, *side)) else { continue };
            if let Some(def) = registry.kind(side.kind)
                && !tables.iter().any(|t| t.def.info.name == side.kind)
            {
                tables.push(SideTable { def, paid: side.paid, dear: side.paid || side.on_demand });
            }
        }
        // Of a table that is asked all fields are known.
        let place = |side: Side| {
            let table = tables.iter().position(|t| t.def.info.name == side.kind)?;
            Some((table, tables[table].def.info.index_of(side.field)?))
        };
        let places: Places = info.iter().map(|f| f.side.and_then(place)).collect::<Vec<_>>().into();
        Sides { tables, places, info }
    }

    /// The terms of a query that can be told before the side tables that are `pending` (by position) are there. A bare word looks at
    /// what is dear only where it is there for another reason: it does not wait for it. `named`: names for ids are there too.
    pub(super) fn settled(&self, query: &Query, named: bool, pending: impl Fn(usize) -> bool) -> Query {
        let place = |field: usize| self.places.get(field).copied().flatten();
        let waits = |field: usize| place(field).is_some_and(|(table, _)| pending(table));
        let names: Vec<usize> = if named { Vec::new() } else { query.by_name(self.info).collect() };
        let open = |term: &Term| match &term.test {
            Test::Field { field, .. } => waits(*field) || names.contains(field),
            Test::Health { fields, .. } => fields.iter().any(|f| waits(*f)),
            Test::Tag { .. } => self.info.tags_aside().is_some_and(waits),
            Test::Word(word) => {
                let dear = |i: usize| place(i).is_some_and(|(table, _)| self.tables[table].dear);
                let mut fields = self.info.iter().enumerate();
                fields.any(|(i, f)| {
                    let name = !named && f.ids.is_some() && word.fields.contains(i);
                    name || waits(i) && !dear(i) && reads(word.fields, i, f, self.info)
                })
            }
        };
        query.only(|term| !open(term))
    }
}

/// Whether a bare word that looks at the fields `words` can be in the `i`th. It looks at tags wherever they come from.
fn reads(words: FieldSet, i: usize, field: &FieldInfo, info: &KindInfo) -> bool {
    let texts = field.ty.is_addresses()
        || matches!(field.ty, FieldType::Text | FieldType::Id | FieldType::State | FieldType::Int | FieldType::List);
    info.tags_aside() == Some(i) || texts && words.contains(i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::registry::ALL;

    fn sides(kind: &str, query: &str, printed: &[&str]) -> (Vec<&'static str>, usize) {
        let info = ALL.kind(kind).expect("a kind").info;
        let query = Query::parse(query, info).expect("a query");
        let printed: Vec<usize> = printed.iter().filter_map(|f| info.index_of(f)).collect();
        let sides = Sides::of(ALL, info, &query, &printed, &[]);
        let settled = sides.settled(&query, true, |_| true);
        (sides.tables.iter().map(|t| t.def.info.name).collect(), settled.terms.len())
    }

    #[test]
    fn only_what_is_printed_or_looked_at_is_asked() {
        assert_eq!(sides("instances", "", &["name", "state"]), (vec![], 0));
        assert_eq!(sides("instances", "state:running", &["name", "checks"]), (vec!["instance-statuses"], 1));
        assert_eq!(sides("instances", "alarms<1", &["name"]), (vec!["instance-alarms"], 0));
        let (both, _) = sides("instances", "", &["checks", "alarms", "cpu", "disks", "termination_protection"]);
        assert_eq!(
            both,
            ["instance-statuses", "instance-alarms"],
            "what costs, or takes a request a row, is not asked"
        );
        assert_eq!(sides("instances", "cpu>80 state:running", &["name"]), (vec!["instance-metrics"], 1));
        assert_eq!(sides("target-groups", "", &["name"]), (vec![], 0));
        assert_eq!(sides("target-groups", "", &["name", "healthy"]), (vec!["target-group-health"], 0));
    }

    #[test]
    fn what_was_named_is_asked_for_whatever_it_costs() {
        let info = ALL.kind("instances").expect("a kind").info;
        let query = Query::parse("", info).expect("a query");
        let cpu: Vec<usize> = info.index_of("cpu").into_iter().collect();
        let asked = |printed: &[usize], named: &[usize]| {
            let sides = Sides::of(ALL, info, &query, printed, named);
            sides.tables.iter().map(|t| t.def.info.name).collect::<Vec<_>>()
        };
        assert_eq!(asked(&cpu, &[]), [""; 0]);
        assert_eq!(asked(&cpu, &cpu), ["instance-metrics"]);
    }

    #[test]
    fn what_a_name_decides_waits_for_the_names() {
        let info = ALL.kind("instances").expect("a kind").info;
        let settled = |text: &str, named| {
            let query = Query::parse(text, info).expect("a query");
            Sides::of(ALL, info, &query, &[], &[]).settled(&query, named, |_| true).terms.len()
        };
        assert_eq!((settled("vpc=prod", false), settled("vpc=prod", true)), (0, 1));
        assert_eq!(settled("vpc=vpc-0a1b2c3d state:running", false), 2, "an id needs no name");
        assert_eq!(settled("prod", false), 0, "a word is looked for in names too");
    }

    #[test]
    fn a_word_needs_the_side_tables_that_it_may_be_in() {
        // Scheduled events and check states are texts; the count of alarms is none.
        assert_eq!(sides("instances", "maintenance", &["name"]), (vec!["instance-statuses"], 0));
        // Tags of load balancers come from a call of their own, whatever is printed.
        let (asked, settled) = sides("load-balancers", "prod", &["name"]);
        assert_eq!((asked.len(), settled), (1, 0));
        // Those of buckets take a request a row: a word does not look there.
        assert_eq!(sides("buckets", "prod", &["name"]), (vec![], 1));
        assert_eq!(sides("buckets", "tag:Env=prod logs", &["name"]), (vec!["bucket-tags"], 1));
    }
}
