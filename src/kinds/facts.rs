//! A row as `skydeck get -o json` prints it: `docs/kinds.md` says what each fact is.
//!
//! ```json
//! {"kind": "instances", "id": "i-…", "name": "web-1", "account": "111122223333",
//!  "profile": "default", "region": "ap-northeast-2",
//!  "state": "running", "tags": {"Env": "prod"}, "facts": {"type": "t3.micro", "launched": "2026-11-21T09:05:00Z"}}
//! ```
//! Numbers are numbers, times RFC 3339 in UTC, addresses and ranges strings, a ratio `{"ok": 2, "of": 3}`, a list an array. What
//! AWS says there is none of, and what is unknown, is `null`; so are tags that were not asked for.

use arcstr::ArcStr;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value as Json;

use crate::base::Scope;
use crate::model::{FieldType, Series, Tags, Value};
use crate::query::Cells;

/// One element of the array, written as it is read: a table of 10,000 rows has 600,000 facts, of which no tree is made first.
pub struct Element<'r, R> {
    row: &'r R,
    account: Option<&'r str>,
    only: Option<&'r [usize]>,
}

impl<'r, R: Cells> Element<'r, R> {
    /// `row` may be a record alone (its region and facts from side tables are then null) or joined with them.
    pub fn of(row: &'r R, account: Option<&'r str>) -> Self {
        Element { row, account, only: None }
    }
    /// With these facts only, in this order; fields by position.
    #[must_use]
    pub fn only(self, fields: Option<&'r [usize]>) -> Self {
        Element { only: fields, ..self }
    }
    /// What it is called; what stands for another row (a target for its instance) is called as that one is, where that is known.
    fn name(&self) -> Option<&str> {
        let record = self.row.record();
        if !record.name.is_empty() {
            return Some(&record.name);
        }
        self.row.called(record.kind.index_of("id")?, self.named("id")?)
    }
    /// The text in a field, if it has one.
    fn named(&self, field: &str) -> Option<&'r str> {
        let i = self.row.record().kind.index_of(field)?;
        match self.row.cell(i) {
            Value::Text(s) | Value::State(_, s) if !self.row.record().kind.fields.at(i).ty.is_list() => Some(s),
            _ => None,
        }
    }
}

impl<R: Cells> Serialize for Element<'_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = self.row.record();
        let region = self.row.scope().and_then(Scope::region_code);
        let mut map = serializer.serialize_map(Some(9))?;
        map.serialize_entry("kind", record.kind.name)?;
        map.serialize_entry("id", self.named("id").unwrap_or(&record.id))?;
        map.serialize_entry("name", &self.name())?;
        map.serialize_entry("account", &self.account)?;
        map.serialize_entry("profile", &self.row.scope().and_then(Scope::profile).map(ArcStr::as_str))?;
        // A bucket is listed once an account, and is in a region all the same.
        map.serialize_entry("region", &region.map(ArcStr::as_str).or_else(|| self.named("region")))?;
        map.serialize_entry("state", &record.state.as_ref().map(|(_, s)| s.as_str()))?;
        map.serialize_entry("tags", &self.row.tags().map(TagMap))?;
        map.serialize_entry("facts", &Facts(self.row, self.only))?;
        map.end()
    }
}

struct TagMap<'r>(&'r Tags);

impl Serialize for TagMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(k, v)| (k.as_str(), v.as_str())))
    }
}

struct Facts<'r, R>(&'r R, Option<&'r [usize]>);

impl<R: Cells> Serialize for Facts<'_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = self.0.record().kind;
        if let Some(only) = self.1 {
            let fields = only.iter().map(|i| (*i, kind.fields.at(*i)));
            return serializer.collect_map(fields.map(|(i, info)| (info.name, Fact(self.0.cell(i), info.ty))));
        }
        let fields = kind.iter().enumerate();
        serializer.collect_map(fields.map(|(i, info)| (info.name, Fact(self.0.cell(i), info.ty))))
    }
}

/// The same as a tree.
pub fn element(row: &impl Cells, account: Option<&str>) -> Json {
    // It has nothing that JSON cannot hold: keys are texts.
    serde_json::to_value(Element::of(row, account)).unwrap_or_default()
}

/// With line breaks, for reading.
pub fn pretty(element: &Json) -> String {
    format!("{element:#}")
}

/// A fact as texts: of a list one for each item; none if there is no fact.
pub fn texts(value: &Value, ty: FieldType) -> Vec<String> {
    let said = |json: &Json| match json {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    match (value, serde_json::to_value(Fact(value, ty)).unwrap_or_default()) {
        (_, Json::Null) => Vec::new(),
        // As it stands on the screen: nobody pastes an object of two numbers.
        (Value::Ratio { ok, of, .. }, _) => vec![format!("{ok}/{of}")],
        (_, Json::Array(items)) => items.iter().map(said).collect(),
        (_, json) => vec![said(&json)],
    }
}

/// One fact, of which no tree is made either.
struct Fact<'r>(&'r Value, FieldType);

impl Serialize for Fact<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Fact(value, ty) = *self;
        match value {
            // A secret is as unknown to scripts as what was not said.
            Value::Unknown | Value::Secret(_) => to.serialize_none(),
            // A list is always a list, so that scripts need not ask.
            Value::Empty if ty.is_list() => to.collect_seq([(); 0]),
            Value::Empty => to.serialize_none(),
            Value::Text(s) | Value::State(_, s) if ty.is_list() => to.collect_seq([s.as_str()]),
            Value::Text(s) | Value::State(_, s) => to.serialize_str(s),
            Value::Int(i) | Value::Seconds(i) => to.serialize_i64(*i),
            Value::Float(f) => number(*f, to),
            Value::Bool(b) => to.serialize_bool(*b),
            Value::Time(t) => to.serialize_str(&if t.millis() % 1000 == 0 { t.rfc3339() } else { t.rfc3339_millis() }),
            Value::Bytes(b) => to.serialize_u64(*b),
            Value::Ratio { ok, of, .. } => to.collect_map([("ok", ok), ("of", of)]),
            Value::Ip(_) | Value::Ip6(_) | Value::Net(_) | Value::Net6(_) => match value.blocks().next() {
                Some(block) => to.collect_str(&block),
                None => to.serialize_none(),
            },
            Value::Ips(_) | Value::Nets(_) => to.collect_seq(value.blocks().map(|b| b.to_string())),
            Value::List(items) => to.collect_seq(items.iter().map(|s| s.as_str())),
            Value::Series(s) => series(s, to),
        }
    }
}

fn series<S: Serializer>(s: &Series, to: S) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(5))?;
    map.serialize_entry("start", &s.start.rfc3339())?;
    map.serialize_entry("period", &s.period)?;
    map.serialize_entry("unit", s.unit.as_str())?;
    map.serialize_entry("statistic", s.statistic.as_str())?;
    let points: Vec<Option<f64>> = s.points.iter().map(|p| finite(f64::from(*p))).collect();
    map.serialize_entry("points", &points)?;
    map.end()
}

/// JSON has no NaN and no infinity: such a point is not known.
fn finite(f: f64) -> Option<f64> {
    f.is_finite().then_some(f)
}

fn number<S: Serializer>(f: f64, to: S) -> Result<S::Ok, S::Error> {
    finite(f).serialize(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn every_value_has_one_shape_in_json() {
        let t = |v, ty| serde_json::to_value(Fact(&v, ty)).unwrap();
        assert_eq!(t(Value::Unknown, FieldType::List), Json::Null);
        assert_eq!(t(Value::Empty, FieldType::List), json!([]));
        assert_eq!(t(Value::Empty, FieldType::Text), Json::Null);
        assert_eq!(t(Value::Empty, FieldType::Ranges), json!([]));
        assert_eq!(t(Value::range(Some("2600:1F14:0::/32")), FieldType::Range), json!("2600:1f14::/32"));
        assert_eq!(t(Value::ips(["10.0.0.1", "::1"]), FieldType::Ips), json!(["10.0.0.1", "::1"]));
        assert_eq!(t(Value::Bytes(20 << 30), FieldType::Bytes), json!(21_474_836_480_u64));
        assert_eq!(t(Value::Time(Time::from_secs(0)), FieldType::Age), json!("1970-01-01T00:00:00Z"));
        assert_eq!(t(Value::ratio(2, 3), FieldType::Ratio), json!({"ok": 2, "of": 3}));
        assert_eq!(t(Value::Float(f64::NAN), FieldType::Float), Json::Null);
        let s = Series {
            start: Time::from_secs(0),
            period: 300,
            points: vec![1.5, f32::NAN],
            unit: "Percent".into(),
            statistic: "Average".into(),
        };
        assert_eq!(t(Value::Series(Arc::new(s.clone())), FieldType::Series)["points"], json!([1.5, null]));
        assert_eq!(t(Value::Series(Arc::new(s)), FieldType::Series)["statistic"], json!("Average"));
    }

    #[test]
    fn a_fact_is_copied_as_scripts_have_it_and_a_list_item_by_item() {
        let t = |v, ty| texts(&v, ty).join("|");
        assert_eq!(t(Value::list(["vol-1".into(), "vol-2".into()]), FieldType::List), "vol-1|vol-2");
        assert_eq!(t(Value::Bytes(20 << 30), FieldType::Bytes), "21474836480");
        assert_eq!(t(Value::Time(Time::from_secs(0)), FieldType::Age), "1970-01-01T00:00:00Z");
        assert_eq!(t(Value::ratio(2, 3), FieldType::Ratio), "2/3");
        assert_eq!(t(Value::Bool(true), FieldType::Bool), "true");
        assert!(texts(&Value::Empty, FieldType::List).is_empty() && texts(&Value::Unknown, FieldType::Text).is_empty());
    }

    struct Target(crate::model::Record);

    impl Cells for Target {
        fn record(&self) -> &crate::model::Record {
            &self.0
        }
        fn cell(&self, field: usize) -> &Value {
            self.0.at(field)
        }
        fn tags(&self) -> Option<&Tags> {
            None
        }
        fn called(&self, _: usize, id: &str) -> Option<&str> {
            (id == "i-0a1").then_some("web-1")
        }
    }

    #[test]
    fn what_stands_for_another_row_has_its_name_beside_the_id() {
        let row = crate::kinds::testing::row(&crate::kinds::elbv2::targets::INFO, "tg|i-0a1|80", "", "healthy");
        let target = Target(row.with(&crate::kinds::elbv2::targets::ID, Value::text("i-0a1")).record());
        let json = element(&target, None);
        assert_eq!((&json["id"], &json["name"]), (&json!("i-0a1"), &json!("web-1")));
        assert_eq!(element(&target.0, None)["name"], Json::Null, "where nobody has looked for it");
    }
}
