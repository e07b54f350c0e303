//! What every kind owes to those who read it.

use std::collections::BTreeSet;

use super::*;
use crate::base::Scope;
use crate::model::{Access, Column, FieldType, Record, Retry, Value};

fn snake(s: &str) -> bool {
    s.starts_with(|c: char| c.is_ascii_lowercase())
        && s.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn kinds_and_their_aliases_are_named_once() {
    let mut seen = BTreeSet::new();
    for k in ALL.kinds.iter().map(|k| k.info) {
        assert!(k.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", k.name);
        for word in k.aliases.iter().chain([&k.name]) {
            assert!(seen.insert(*word), "{word} means two kinds");
        }
        assert!(ALL.kind(k.name).is_some_and(|d| d.info.name == k.name));
        assert!(k.doc.ends_with('.') && !k.title.is_empty() && !k.singular.is_empty(), "{}", k.name);
    }
}

#[test]
fn fields_are_snake_case_unique_and_fit_a_set_of_fields() {
    for k in ALL.kinds.iter().map(|k| k.info) {
        assert!(
            (1..=crate::model::FieldSet::MOST).contains(&k.fields.len()),
            "{} has {} fields",
            k.name,
            k.fields.len()
        );
        let mut seen = BTreeSet::new();
        for f in k.iter() {
            assert!(snake(f.name), "{} {}", k.name, f.name);
            assert!(!f.title.is_empty() && f.doc.ends_with(['.', '…']), "{} {}: {:?}", k.name, f.name, f.doc);
            for word in f.aliases.iter().chain([&f.name]) {
                assert!(seen.insert(*word), "{}: {word} means two fields", k.name);
            }
            assert!(
                usize::from(f.width.0) >= f.title.chars().count() || matches!(f.column, Column::DetailOnly),
                "{} {}: the heading does not fit",
                k.name,
                f.name
            );
            assert!(f.width.0 <= f.width.1, "{} {}", k.name, f.name);
        }
        assert!(k.index_of(k.sort.0).is_some(), "{} sorts by a field that it does not have", k.name);
        if !k.side {
            assert!(k.iter().any(|f| matches!(f.column, Column::Shown(0))), "{} has no column that stays", k.name);
        }
    }
}

#[test]
fn whatever_a_kind_names_exists() {
    for k in ALL.kinds.iter().map(|k| k.info) {
        for f in k.iter() {
            if let Some(link) = f.link {
                assert!(
                    ALL.kinds.iter().any(|d| d.info.name == link && !d.info.side),
                    "{} {} -> {link}",
                    k.name,
                    f.name
                );
            }
            if let Some(ids) = f.ids {
                let there =
                    f.link.and_then(|link| ALL.kind(link)).map(|d| d.info).unwrap_or_else(|| panic!("{}", f.name));
                // Its rows are looked up in the table of all of them, in the scope of the row that names them.
                assert!(
                    there.scoping == k.scoping && there.parent.is_none(),
                    "{} {} -> {}",
                    k.name,
                    f.name,
                    there.name
                );
                assert!(ids.prefix.ends_with('-') && f.side.is_none(), "{} {}", k.name, f.name);
                assert!(matches!(f.ty, FieldType::Id | FieldType::List | FieldType::Text), "{} {}", k.name, f.name);
            }
            let Some(side) = f.side else { continue };
            let there = ALL.kind(side.kind).map(|d| d.info).unwrap_or_else(|| panic!("{} -> {}", f.name, side.kind));
            assert!(there.side && there.scoping == k.scoping, "{} is no side table", side.kind);
            let field = there.index_of(side.field).unwrap_or_else(|| panic!("{} has no {}", side.kind, side.field));
            assert_eq!(there.fields.at(field).ty, f.ty, "{} {}", k.name, f.name);
            let charged = there.operations.iter().any(|o| o.name == "GetMetricData");
            assert_eq!(side.paid, charged, "{} {}", k.name, f.name);
        }
        if let Some(p) = k.parent {
            assert!(ALL.kinds.iter().any(|d| d.info.name == p.kind && !d.info.side), "{} of {}", k.name, p.kind);
        }
    }
}

#[test]
fn kinds_only_read() {
    for k in ALL.kinds.iter().map(|k| k.info) {
        assert_eq!(k.operations.is_empty(), k.derived.is_some(), "{}", k.name);
        for input in k.derived.map_or(&[][..], |d| d.inputs) {
            let there = ALL.kind(input).map(|d| d.info).filter(|i| i.name == *input);
            // Who says which of its inputs' tables are looked at can name a parent. Rows of all parents are a table, too.
            let names_them = k.derived.is_some_and(|d| d.of.is_some());
            let has_all = |i: &KindInfo| i.parent.is_none_or(|p| p.fans_out);
            assert!(there.is_some_and(|i| has_all(i) || names_them), "{} of {input}", k.name);
        }
        for op in k.operations {
            assert_eq!(op.access, Access::Read, "{} {}", k.name, op.name);
        }
    }
}

/// A row with a text in every field: what links may find at most.
fn full(def: &KindDef) -> Record {
    let text = |f: &crate::model::FieldInfo| match f.ty {
        FieldType::List => Value::list(["InstanceId=i-0a1".into(), "TargetGroup=targetgroup/a/1".into()]),
        _ if f.name == "type" => Value::text("folder"),
        _ => Value::text("i-0a1"),
    };
    Record {
        kind: Kind(def.info),
        id: "i-0a1".into(),
        name: "a name".into(),
        state: None,
        values: def.info.iter().map(text).collect(),
        tags: [("aws:autoscaling:groupName".into(), "my group".into())].into(),
    }
}

#[test]
fn every_link_leads_to_a_kind_and_its_query_can_be_read() {
    for def in ALL.kinds {
        for link in (def.links)(&full(def), &Scope::Global) {
            let to = ALL.kind(link.kind).unwrap_or_else(|| panic!("{} -> {}", def.info.name, link.kind));
            assert!(!to.info.side, "{} -> {}", def.info.name, link.kind);
            if let Err(e) = crate::query::Query::parse(&link.query, to.info) {
                panic!("{} -> {} {:?}: {e}", def.info.name, link.kind, link.query);
            }
            if let crate::model::Selector::Parent(_) = link.selector {
                assert!(to.info.parent.is_some(), "{} -> {}", def.info.name, link.kind);
            }
        }
    }
}

#[test]
fn every_action_acts_on_a_kind_and_changes_nothing_unless_it_says_so() {
    for a in ALL.actions {
        assert!(ALL.kind(a.kind).is_some_and(|k| k.info.name == a.kind), "{} acts on a kind", a.name);
        assert!(!a.operations.is_empty() && !a.doc.is_empty(), "{}", a.name);
        for op in a.operations.iter().map(|s| &s.op) {
            assert!(a.changes || op.access == Access::Read, "{} says that it changes nothing", a.name);
        }
    }
}

#[test]
fn every_action_stands_under_a_heading_of_the_menu() {
    let none: Vec<_> = ALL.actions.iter().filter(|a| a.group.is_none()).map(|a| (a.kind, a.name)).collect();
    assert!(none.is_empty(), "these want .group(MenuGroup::..): {none:?}");
    for k in ALL.kinds {
        let groups: Vec<_> = ALL.actions_of(Kind(k.info)).map(|a| a.group).collect();
        assert!(groups.is_sorted(), "{}: {groups:?}", k.info.name);
    }
}

#[test]
fn no_two_actions_on_a_kind_have_one_name() {
    for (i, a) in ALL.actions.iter().enumerate() {
        assert!(ALL.actions[..i].iter().all(|b| (a.name, a.kind) != (b.name, b.kind)), "{}", a.name);
    }
}

#[test]
fn what_is_declared_as_a_read_is_one_by_awss_own_naming_and_nothing_else_is() {
    for op in ALL.operations() {
        let reads = ["Describe", "Get", "List", "Head", "Lookup"].iter().any(|p| op.name.starts_with(p));
        assert_eq!(op.access == Access::Read, reads, "read-only mode would let {} pass, or keep it", op.name);
    }
}

#[test]
fn an_operation_is_declared_in_one_way_wherever_it_is_used() {
    let kinds = ALL.kinds.iter().flat_map(|k| k.info.operations).copied();
    let actions = ALL.senders().map(|s| &s.op);
    let known = ALL.operations();
    for op in kinds.chain(actions) {
        let declared = known.iter().find(|o| o.service == op.service && o.name == op.name);
        // How often and in what pages it is asked is a matter of what is made of the answer, and not the guard's.
        let guarded = |op: &Operation| Operation { rarely_changes: false, paging: None, ..*op };
        assert_eq!(declared.map(|o| guarded(o)), Some(guarded(op)), "the guard goes by one of them");
    }
}

#[test]
fn a_dry_run_is_one_that_the_guard_can_recognise_in_the_request() {
    for op in ALL.operations() {
        assert!(
            !op.dry_run || crate::aws::DRY_RUNS.contains(&op.name),
            "{} has no line in src/aws/guard_inputs.rs",
            op.name
        );
        assert!(!op.dry_run || op.access == Access::Write, "{}", op.name);
    }
}

#[test]
fn what_does_it_twice_when_it_is_sent_twice_is_sent_once() {
    let twice = ["Allocate", "Create", "Copy", "Reboot", "Put", "Execute", "Run"];
    for op in ALL.operations().into_iter().filter(|op| twice.iter().any(|p| op.name.starts_with(p))) {
        // Tags are set to a value: the second time changes nothing.
        let same = op.name == "CreateTags";
        assert!(same || op.retry != Retry::Safe, "{}: a token, or never again", op.name);
    }
}
