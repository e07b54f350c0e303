//! Route tables: the route with the longest prefix decides, whether what it leads to is there or not.

use ipnet::IpNet;

use super::{Client, Lies, lies};

/// A route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where to; none is a prefix list.
    pub to: Option<IpNet>,
    /// By what: `local`, `igw-…`, `nat-…`, `pcx-…`; for a prefix list behind it too.
    pub via: String,
    /// Whether what it leads to is there; else it is a black hole.
    pub active: bool,
}

/// A route table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// `rtb-…`.
    pub id: String,
    /// What it is called, else its id.
    pub name: String,
    /// Its routes.
    pub routes: Vec<Route>,
}

/// Which route is taken to a client.
pub(super) enum Choice<'t> {
    /// This one.
    Route(&'t Route),
    /// There is none.
    None,
    /// It depends on the address, or on what a prefix list holds: why.
    Unknown(String),
}

impl Route {
    /// What it leads to: `igw`, `nat`, `local`.
    pub(super) fn sort(&self) -> &str {
        self.via.split_once('-').map_or(self.via.as_str(), |(sort, _)| sort)
    }
    /// For sentences: `0.0.0.0/0 → igw-0a1`.
    pub(super) fn words(&self) -> String {
        let to = self.to.map_or_else(|| "a prefix list".into(), |to| to.to_string());
        let hole = if self.active { "" } else { " (blackhole)" };
        format!("{to} → {}{hole}", self.via)
    }
}

impl Table {
    pub(super) fn choose(&self, client: &Client) -> Choice<'_> {
        // A gateway endpoint's list holds the addresses of S3 or DynamoDB, which are nobody's client. [AWS: gateway endpoints]
        let list = self.routes.iter().find(|r| r.to.is_none() && r.sort() != "vpce");
        if let Some(list) = list {
            return Choice::Unknown(format!("{} has a route to {}", self.name, list.words()));
        }
        let (mut best, mut inner): (Option<&Route>, Vec<&Route>) = (None, Vec::new());
        for route in &self.routes {
            let Some(to) = route.to else { continue };
            match lies(&to, &client.range) {
                Lies::Over if best.and_then(|b| b.to).is_none_or(|b| to.prefix_len() > b.prefix_len()) => {
                    best = Some(route);
                }
                Lies::Within if !client.anybody => inner.push(route),
                _ => {}
            }
        }
        let same = |r: &&&Route| best.is_some_and(|b| b.via == r.via && b.active == r.active);
        if let Some(other) = inner.iter().find(|r| !same(r)) {
            return Choice::Unknown(format!("it depends on the address: {} for a part", other.words()));
        }
        best.map_or(Choice::None, Choice::Route)
    }
}
