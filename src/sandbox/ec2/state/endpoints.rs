//! VPC endpoints.

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::Tags;
use crate::base::Time;

/// A VPC endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// `vpce-…`.
    pub id: ArcStr,
    /// `Gateway` or `Interface`.
    pub kind: ArcStr,
    /// Its VPC.
    pub vpc: ArcStr,
    /// `com.amazonaws.REGION.s3`.
    pub service: ArcStr,
    /// Its policy, if one was given.
    pub policy: Option<ArcStr>,
    /// The route tables that lead to it, of a gateway endpoint.
    pub route_tables: Vec<ArcStr>,
    /// The subnets that it has interfaces in, of an interface endpoint.
    pub subnets: Vec<ArcStr>,
    /// The groups of those.
    pub groups: Vec<ArcStr>,
    /// Whether the service's own name leads to it.
    pub private_dns: bool,
    /// When it was made.
    pub created: Time,
    /// From when on it is available.
    pub ready: Time,
    /// When its deletion is done.
    pub deleted: Option<Time>,
    /// Its tags.
    pub tags: Tags,
}

impl Endpoint {
    /// EC2's word for its state.
    pub fn state(&self, now: Time) -> &'static str {
        match self.deleted {
            Some(done) if now >= done => "deleted",
            Some(_) => "deleting",
            None if now < self.ready => "pending",
            None => "available",
        }
    }
    /// Whether it leads somewhere by a route.
    pub fn is_gateway(&self) -> bool {
        self.kind == "Gateway"
    }
}
