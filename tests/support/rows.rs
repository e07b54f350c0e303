//! What Skydeck lists, through gateway, guard and registry, and how it differs from what boto3 says.

use std::collections::BTreeMap;
use std::sync::mpsc::{Sender, channel};

use futures::future::BoxFuture;
use serde_json::{Value as Json, json};
use skydeck::aws::{Gateway, GatewayConfig};
use skydeck::base::{Clock, Fault, Scope, Time};
use skydeck::kinds::registry::ALL;
use skydeck::kinds::{Interner, ListRequest, PaidRow, Sink, What, facts};
use skydeck::model::{Operation, RawAnswer, Record, Scoping, Selector};
use skydeck::query::Placed;

/// The gateway of a plain `skydeck` in this process's environment.
pub fn gateway() -> Gateway {
    Gateway::new(GatewayConfig::new(Clock::system(), ALL.operations()))
}

/// The scope of a kind.
pub fn scope(gateway: &Gateway, kind: &str, region: &str) -> Scope {
    let profile = gateway.profiles_in_use()[0].clone();
    match ALL.kind(kind).unwrap().info.scoping {
        Scoping::Account => Scope::account(profile),
        Scoping::Region => Scope::region(profile, region.to_string()),
    }
}

/// Takes in pages as they come.
pub struct Gather(pub Sender<Vec<Record>>);

impl Sink for Gather {
    fn ask(&mut self, _: &'static Operation) -> BoxFuture<'_, Result<(), Fault>> {
        Box::pin(async { Ok(()) })
    }
    fn bought(&mut self, _: &[PaidRow]) {}
    fn page(&mut self, rows: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>> {
        self.0.send(rows).unwrap();
        Box::pin(async { Ok(()) })
    }
}

/// All rows of a table, one element a page.
pub async fn pages(gateway: &Gateway, kind: &str, region: &str, selector: Selector, what: What) -> Vec<Vec<Record>> {
    let scope = scope(gateway, kind, region);
    let (send, receive) = channel();
    let (interner, clock) = (Interner::default(), Clock::system());
    let request = ListRequest { gateway: gateway.clone(), scope, selector, what, interner, clock };
    let done = (ALL.kind(kind).unwrap().list)(request, Box::new(Gather(send))).await;
    done.unwrap_or_else(|f| panic!("{kind} in {region}: {f}"));
    receive.try_iter().collect()
}

/// AWS's own words about a row.
pub async fn raw(gateway: &Gateway, row: &Record, region: &str) -> Result<RawAnswer, Fault> {
    let def = ALL.kind(row.kind.name).unwrap();
    let (interner, clock) = (Interner::default(), Clock::system());
    let (scope, selector) = (scope(gateway, row.kind.name, region), Selector::All);
    let request = ListRequest { gateway: gateway.clone(), scope, selector, what: What::Everything, interner, clock };
    (def.raw.unwrap())(request, row.id.clone()).await
}

/// All rows as `get -o json` prints them.
pub async fn elements(gateway: &Gateway, kind: &str, region: &str, parent: Option<&str>) -> Vec<Json> {
    let selector = parent.map_or(Selector::All, |p| Selector::Parent(p.into()));
    let rows = pages(gateway, kind, region, selector, What::Everything).await;
    let scope = scope(gateway, kind, region);
    rows.iter().flatten().map(|r| facts::element(&Placed(r, &scope), None)).collect()
}

/// Each difference between the rows of ours and boto3's, in one line. `truth` is what `tests/py/truth.py` prints.
pub fn differences(kind: &str, ours: &[Json], truth: &Json) -> Vec<String> {
    let key: Vec<&str> = truth["key"].as_array().unwrap().iter().filter_map(Json::as_str).collect();
    let name = |row: &Json| key.iter().map(|k| row[*k].to_string()).collect::<Vec<_>>().join(" ");
    let mut out = Vec::new();
    let mut mine: BTreeMap<String, &Json> = BTreeMap::new();
    for element in ours {
        if mine.insert(name(&element["facts"]), element).is_some() {
            out.push(format!("{kind}: {} is there twice", name(&element["facts"])));
        }
    }
    for row in truth["rows"].as_array().unwrap() {
        let Some(element) = mine.remove(&name(row)) else {
            out.push(format!("{kind}: {} is missing", name(row)));
            continue;
        };
        for (field, want) in row.as_object().unwrap() {
            let got = match field.as_str() {
                "$tags" => &element["tags"],
                "$etag" => &element["facts"]["etag"],
                field => &element["facts"][field],
            };
            if same(got) != same(want) && !same_moment(got, want) {
                out.push(format!("{kind}: {}: {field} is {got}, not {want}", name(row)));
            }
        }
    }
    out.extend(mine.keys().map(|id| format!("{kind}: {id} is too many")));
    out
}

/// Two clients round the same moment differently: the one's number of seconds is a float, the other's a text.
fn same_moment(a: &Json, b: &Json) -> bool {
    let time = |v: &Json| v.as_str().and_then(Time::parse);
    time(a).zip(time(b)).is_some_and(|(a, b)| a.millis().abs_diff(b.millis()) <= 2)
}

/// Without what two clients may say differently: the order of a list, an empty text for none, 80 for 80.0.
fn same(v: &Json) -> Json {
    match v {
        Json::Array(items) => {
            let mut items: Vec<String> = items.iter().map(|i| same(i).to_string()).collect();
            items.sort();
            json!(items)
        }
        Json::String(s) if s.is_empty() => Json::Null,
        Json::Number(n) => json!(n.as_f64()),
        Json::Object(o) => {
            o.iter().map(|(k, v)| (k.clone(), v.clone())).collect::<BTreeMap<_, _>>().into_iter().collect()
        }
        other => other.clone(),
    }
}
