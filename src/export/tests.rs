//! Formats of a list, over rows made by hand.

use std::borrow::Cow;

use super::*;
use crate::base::Scope;
use crate::kinds::facts::Element;
use crate::kinds::registry::ALL;
use crate::kinds::testing::row;
use crate::model::{Kind, Record, Tags};
use crate::query::Query;

struct Here(Record, Scope);

impl Cells for Here {
    fn record(&self) -> &Record {
        &self.0
    }
    fn cell(&self, field: usize) -> &Value {
        self.0.at(field)
    }
    fn tags(&self) -> Option<&Tags> {
        Some(&self.0.tags)
    }
    fn scope(&self) -> Option<&Scope> {
        Some(&self.1)
    }
}

impl Line for Here {
    fn account(&self) -> Option<&str> {
        Some("111122223333")
    }
    fn shown(&self, field: usize) -> Cow<'_, Value> {
        self.value_at(field)
    }
}

fn kind() -> Kind {
    Kind(ALL.kind("instances").expect("a kind").info)
}

/// A row with a name, and its values by field.
fn here(name: &str, values: &[(&str, &str)]) -> Here {
    let mut record = row(kind().0, "i-1", name, "running").record();
    let mut all: Vec<Value> = (0..record.kind.fields.len()).map(|i| record.at(i).clone()).collect();
    for (field, value) in values.iter().chain(&[("name", name)]) {
        all[kind().index_of(field).expect(field)] = Value::text(*value);
    }
    record.values = all.into();
    record.tags = [("Env".into(), "prod".into()), ("a|b".into(), "-1".into())].into_iter().collect();
    Here(record, Scope::region("p", "eu-west-1"))
}

fn columns(names: &[&str]) -> Columns {
    Columns::named(kind(), &names.iter().map(ToString::to_string).collect::<Vec<_>>()).expect("columns")
}

fn when() -> When {
    When { now: Time::from_secs(0), zone: jiff::tz::TimeZone::UTC }
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).expect("UTF-8")
}

fn as_table(rows: &[Here], names: &[&str], fit: Fit) -> String {
    written(|out| table(rows, &columns(names), &when(), fit, out).expect("a table"))
}

#[test]
fn one_long_cell_moves_no_other_rows_columns() {
    let long = "x".repeat(200);
    let rows = [here(&long, &[("type", "t3.micro")]), here("web-1", &[("type", "m7g.large")])];
    let lines = as_table(&rows, &["name", "type"], Fit::Whole);
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!((lines[0], lines[2]), ("NAME   TYPE", "web-1  m7g.large"));
    assert_eq!(lines[1], format!("{long}  t3.micro"), "a program gets all of it");
}

#[test]
fn a_terminal_gets_long_cells_cut_and_the_last_column_has_what_is_left() {
    let long = "결제".repeat(50);
    let rows = [here(&long, &[("type", &long)])];
    let lines = as_table(&rows, &["name", "type"], Fit::Cut(100));
    let line = lines.lines().last().expect("a row");
    assert!(crate::base::text::width(line) <= 100 && crate::base::text::width(line) >= 98, "{line}");
    assert_eq!(line.matches('…').count(), 2, "{line}");
    let narrow = as_table(&rows, &["name", "type"], Fit::Cut(20));
    assert!(narrow.lines().all(|l| crate::base::text::width(l) < 100), "{narrow}");
}

#[test]
fn columns_are_named_by_fields_tags_and_places_and_a_wrong_one_is_corrected() {
    assert_eq!(
        as_table(&[here("web-1", &[])], &["name,tag:env", "region account"], Fit::Whole),
        "NAME   env   REGION     ACCOUNT\nweb-1  prod  eu-west-1  111122223333\n"
    );
    let wrong = |name: &str| Columns::named(kind(), &[name.to_string()]).expect_err(name);
    assert_eq!(wrong("nmae"), "Instances have no field nmae. Did you mean name?");
    assert_eq!(wrong(" , "), "--columns names no column.");
    assert_eq!(sorts(kind(), "-nmae").expect_err("a name"), "Instances have no field nmae. Did you mean name?");
    let by_place = sorts(kind(), "tag:Env,-region,profile").expect("a tag and places");
    let names: Vec<_> = by_place.iter().map(|s| kind().fields.at(s.field).name).collect();
    assert_eq!(names, ["tag:Env", "region", "profile"]);
    assert!(sorts(kind(), "account").expect_err("account").contains("cannot be sorted by"));
    let both: Vec<bool> = sorts(kind(), "type,-launched").expect("two").iter().map(|s| s.ascending).collect();
    assert_eq!(both, [true, false]);
}

#[test]
fn what_a_query_names_is_shown_once() {
    let query = Query::parse("state:running vpc=v tag:Env=prod !tag:Env=x web", kind().0).expect("a query");
    let mut columns = columns(&["name", "state"]);
    columns.add_query(&query);
    let names: Vec<_> = columns.list.iter().map(|c| columns.key(c)).collect();
    assert_eq!(names, ["name", "state", "vpc_id", "tag:Env"]);
}

#[test]
fn places_stand_behind_the_name_where_there_are_several() {
    let mut one = columns(&["name", "state"]);
    one.add_places(true, true);
    let names: Vec<_> = one.list.iter().map(|c| one.key(c)).collect();
    assert_eq!(names, ["name", "account", "region", "state"]);
    one.add_places(true, true);
    assert_eq!(one.list.len(), 4, "once");
}

#[test]
fn nothing_in_a_cell_is_taken_for_markdown() {
    let name = "a|b *c* `d` [e](f) <b>&amp; ~g~ \\ _h_ i_j";
    let text =
        written(|out| markdown(&[here(name, &[])], &columns(&["name", "launched"]), &when(), out).expect("text"));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..2], ["| NAME | AGE |", "| --- | ---: |"]);
    assert_eq!(lines[2], r"| a\|b \*c\* \`d\` \[e\](f) \<b\>\&amp; \~g\~ \\ \_h\_ i_j | · |");
}

#[test]
fn csv_has_the_columns_names_and_no_formulas() {
    let columns = columns(&["name", "tag:a|b", "region"]);
    let text = written(|out| csv(&[here("=1+1", &[])], &columns, false, out).expect("CSV"));
    assert_eq!(text, "name,tag:a|b,region\n'=1+1,'-1,eu-west-1\n");
}

#[test]
fn yaml_and_json_lines_hold_nothing_that_a_terminal_obeys() {
    let row = here("\u{9b}31m \u{202e}x\u{e0041}", &[("type", "no")]);
    let only = [kind().index_of("type").expect("a field"), kind().index_of("name").expect("a field")];
    let element = || [Element::of(&row, None).only(Some(&only))].into_iter();
    let text = written(|out| yaml(element(), out).expect("YAML"));
    assert!(text.contains(r"\U0000009b31m \U0000202ex\U000e0041"), "{text}");
    assert!(text.starts_with("- {") && text.lines().count() == 1, "{text}");
    let text = written(|out| json_lines(element(), out).expect("JSON"));
    assert!(text.contains(r"\u009b31m \u202ex\udb40\udc41") && text.ends_with("}\n"), "{text}");
    assert!(text.contains(r#""facts":{"type":"no","name":"#), "these facts, in this order: {text}");
    let plain = here("web: 1", &[("type", "no")]);
    let element = [Element::of(&plain, None).only(Some(&only))].into_iter();
    let text = written(|out| yaml(element, out).expect("YAML"));
    assert!(text.contains("  facts:\n    type: \"no\"\n    name: \"web: 1\"\n"), "{text}");
    assert_eq!(written(|out| yaml([0; 0].into_iter(), out).expect("YAML")), "[]\n");
}
