//! A row as `skydeck get -o json` prints it: `docs/kinds.md` says what each fact is.
//!
//! ```json
//! {"kind": "instances", "id": "i-…", "name": "web-1", "account": "111122223333", "region": "ap-northeast-2",
//!  "state": "running", "tags": {"Env": "prod"}, "facts": {"type": "t3.micro", "launched": "2026-11-21T09:05:00Z"}}
//! ```
//! Numbers are numbers, times RFC 3339 in UTC, addresses and ranges strings, a ratio `{"ok": 2, "of": 3}`, a list an array. What
//! AWS says there is none of, and what is unknown, is `null`; so are tags that were not asked for.

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Number, Value as Json, json};

use crate::base::Scope;
use crate::model::{FieldType, Series, Tags, Value};
use crate::query::Cells;

/// One element of the array, written as it is read: a table of 10,000 rows has 600,000 facts, of which no tree is made first.
pub struct Element<'r, R> {
    row: &'r R,
    scope: &'r Scope,
    account: Option<&'r str>,
}

impl<'r, R: Cells> Element<'r, R> {
    /// `row` may be a record alone (facts from side tables are then null) or joined with them.
    pub fn of(row: &'r R, scope: &'r Scope, account: Option<&'r str>) -> Self {
        Element { row, scope, account }
    }
    /// The text in a field, if it has one.
    fn named(&self, field: &str) -> Option<String> {
        let i = self.row.record().kind.index_of(field)?;
        value(self.row.cell(i), self.row.record().kind.fields.at(i).ty).as_str().map(str::to_string)
    }
}

impl<R: Cells> Serialize for Element<'_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let record = self.row.record();
        let region = self.scope.region_code();
        let mut map = serializer.serialize_map(Some(8))?;
        map.serialize_entry("kind", record.kind.name)?;
        map.serialize_entry("id", &self.named("id").unwrap_or_else(|| record.id.to_string()))?;
        map.serialize_entry("name", &(!record.name.is_empty()).then_some(record.name.as_str()))?;
        map.serialize_entry("account", &self.account)?;
        // A bucket is listed once an account, and is in a region all the same.
        map.serialize_entry("region", &region.map(ToString::to_string).or_else(|| self.named("region")))?;
        map.serialize_entry("state", &record.state.as_ref().map(|(_, s)| s.as_str()))?;
        map.serialize_entry("tags", &self.row.tags().map(TagMap))?;
        map.serialize_entry("facts", &Facts(self.row))?;
        map.end()
    }
}

struct TagMap<'r>(&'r Tags);

impl Serialize for TagMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(k, v)| (k.as_str(), v.as_str())))
    }
}

struct Facts<'r, R>(&'r R);

impl<R: Cells> Serialize for Facts<'_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.0.record().kind.iter().enumerate();
        serializer.collect_map(fields.map(|(i, info)| (info.name, value(self.0.cell(i), info.ty))))
    }
}

/// The same as a tree.
pub fn element(row: &impl Cells, scope: &Scope, account: Option<&str>) -> Json {
    // It has nothing that JSON cannot hold: keys are texts.
    serde_json::to_value(Element::of(row, scope, account)).unwrap_or_default()
}

/// With line breaks, for reading.
pub fn pretty(element: &Json) -> String {
    format!("{element:#}")
}

fn value(v: &Value, ty: FieldType) -> Json {
    match v {
        // A secret is as unknown to scripts as what was not said.
        Value::Unknown | Value::Secret(_) => Json::Null,
        // A list is always a list, so that scripts need not ask.
        Value::Empty if ty.is_list() => json!([]),
        Value::Empty => Json::Null,
        Value::Text(s) | Value::State(_, s) if ty.is_list() => json!([s.as_str()]),
        Value::Text(s) | Value::State(_, s) => Json::from(s.as_str()),
        Value::Int(i) | Value::Seconds(i) => Json::from(*i),
        Value::Float(f) => number(*f),
        Value::Bool(b) => Json::from(*b),
        Value::Time(t) => Json::from(if t.millis() % 1000 == 0 { t.rfc3339() } else { t.rfc3339_millis() }),
        Value::Bytes(b) => Json::from(*b),
        Value::Ratio { ok, of, .. } => json!({"ok": ok, "of": of}),
        Value::Ip(_) | Value::Ip6(_) | Value::Net(_) | Value::Net6(_) => {
            v.blocks().next().map_or(Json::Null, |b| Json::from(b.to_string()))
        }
        Value::Ips(_) | Value::Nets(_) => v.blocks().map(|b| b.to_string()).collect(),
        Value::List(items) => Json::from(items.iter().map(|s| s.as_str()).collect::<Vec<_>>()),
        Value::Series(s) => series(s),
    }
}

fn series(s: &Series) -> Json {
    let points: Vec<Json> = s.points.iter().map(|p| number(f64::from(*p))).collect();
    json!({"start": s.start.rfc3339(), "period": s.period, "unit": s.unit.as_str(), "points": points})
}

/// JSON has no NaN and no infinity: such a point is not known.
fn number(f: f64) -> Json {
    Number::from_f64(f).map_or(Json::Null, Json::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;
    use std::sync::Arc;

    #[test]
    fn every_value_has_one_shape_in_json() {
        let t = |v, ty| value(&v, ty);
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
        let s = Series { start: Time::from_secs(0), period: 300, points: vec![1.5, f32::NAN], unit: "Percent".into() };
        assert_eq!(t(Value::Series(Arc::new(s)), FieldType::Series)["points"], json!([1.5, null]));
    }
}
