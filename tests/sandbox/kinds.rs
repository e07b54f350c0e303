//! Every kind lists the embedded account through the SDK, the gateway and its guard, and its pages say so.

mod demo;
mod images;
mod lists;
mod pages;

use std::sync::mpsc::{Sender, channel};

use futures::future::BoxFuture;
use skydeck::aws::{Gateway, GatewayConfig};
use skydeck::base::{Clock, Fault, RowId, Scope, Time};
use skydeck::kinds::registry::ALL;
use skydeck::kinds::{Interner, KindDef, ListRequest, PaidRow, Sink, What};
use skydeck::model::{Operation, Record, Scoping, Selector};
use skydeck::sandbox::{Sandbox, WorldSpec};

const REGION: &str = "ap-northeast-2";

struct Account {
    gateway: Gateway,
    clock: Clock,
}

#[derive(Default)]
struct Found {
    rows: Vec<Record>,
    asked: Vec<&'static str>,
    metrics: u32,
}

enum News {
    Asked(&'static str),
    Metrics(u32),
    Rows(Vec<Record>),
}

struct Gather(Sender<News>);

impl Sink for Gather {
    fn ask(&mut self, op: &'static Operation) -> BoxFuture<'_, Result<(), Fault>> {
        self.0.send(News::Asked(op.name)).unwrap();
        Box::pin(async { Ok(()) })
    }
    fn bought(&mut self, rows: &[PaidRow]) {
        self.0.send(News::Metrics(rows.iter().map(|b| b.metrics).sum())).unwrap();
    }
    fn page(&mut self, rows: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>> {
        self.0.send(News::Rows(rows)).unwrap();
        Box::pin(async { Ok(()) })
    }
}

impl Account {
    fn open(world: WorldSpec) -> Account {
        let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
        let sandbox = Sandbox::open(world, clock.clone(), 1.0).unwrap();
        let config = GatewayConfig::sandbox(clock.clone(), ALL.operations(), sandbox.http_client());
        Account { gateway: Gateway::new(config), clock }
    }
    fn request(&self, kind: &KindDef, selector: Selector, what: What) -> ListRequest {
        let profile = self.gateway.profiles_in_use()[0].clone();
        let scope = match kind.info.scoping {
            Scoping::Account => Scope::account(profile),
            Scoping::Region => Scope::region(profile, REGION),
        };
        let (gateway, clock) = (self.gateway.clone(), self.clock.clone());
        ListRequest { gateway, scope, selector, what, interner: Interner::default(), clock }
    }
    async fn try_list(&self, kind: &str, selector: Selector, what: What) -> Result<Found, Fault> {
        let def = ALL.kind(kind).unwrap();
        let (send, receive) = channel();
        (def.list)(self.request(def, selector, what), Box::new(Gather(send))).await?;
        let mut found = Found::default();
        for news in receive.try_iter() {
            match news {
                News::Asked(op) => found.asked.push(op),
                News::Metrics(n) => found.metrics += n,
                News::Rows(rows) => found.rows.extend(rows),
            }
        }
        Ok(found)
    }
    async fn list(&self, kind: &str, selector: Selector, what: What) -> Found {
        self.try_list(kind, selector, what).await.unwrap_or_else(|f| panic!("{kind}: {f}"))
    }
    async fn all(&self, kind: &str) -> Vec<Record> {
        self.list(kind, Selector::All, What::Everything).await.rows
    }
}

fn ids<'a>(rows: impl IntoIterator<Item = &'a Record>) -> What {
    What::Ids(rows.into_iter().map(|r| r.id.clone()).collect::<Vec<RowId>>().into())
}
