//! Peering connections, as each of their two regions has them.
//!
//! The lifecycle: <https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-lifecycle>

use std::time::Duration;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::Tags;
use crate::base::Time;

/// A request that nobody accepts is over after this.
pub const LASTS: Duration = Duration::from_secs(7 * 24 * 3600);
/// One that failed, was rejected or was deleted is shown for so many hours within one account.
const SHOWN: u32 = 2;
/// One that expired.
const SHOWN_EXPIRED: u32 = 48;

/// One of the two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeeringSide {
    /// The account.
    pub account: ArcStr,
    /// The region.
    pub region: ArcStr,
    /// The VPC.
    pub vpc: ArcStr,
    /// Its ranges, the primary one first; none where there is no such VPC.
    pub cidrs: Vec<ArcStr>,
}

/// How one ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PeeringEnd {
    /// The accepter said no.
    Rejected,
    /// Either side deleted it.
    Deleted,
}

/// A peering connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peering {
    /// `pcx-…`.
    pub id: ArcStr,
    /// Who asked.
    pub requester: PeeringSide,
    /// Who was asked.
    pub accepter: PeeringSide,
    /// When it was asked for.
    pub created: Time,
    /// From when on it waits for the accepter, or has failed.
    pub ready: Time,
    /// Whether it cannot be: there is no such VPC, or the ranges overlap.
    pub fails: bool,
    /// When a request that nobody accepts is over.
    pub expires: Time,
    /// From when on it is active, if it was accepted.
    pub active: Option<Time>,
    /// How it ended, and when that is done.
    pub ended: Option<(PeeringEnd, Time)>,
    /// The tags that this region's side has.
    pub tags: Tags,
}

impl Peering {
    /// AWS's word for its state.
    pub fn state(&self, now: Time) -> &'static str {
        match (self.ended, self.active) {
            (Some((PeeringEnd::Rejected, _)), _) => "rejected",
            (Some((PeeringEnd::Deleted, done)), _) => {
                if now < done {
                    "deleting"
                } else {
                    "deleted"
                }
            }
            (None, Some(from)) => {
                if now < from {
                    "provisioning"
                } else {
                    "active"
                }
            }
            _ if now < self.ready => "initiating-request",
            _ if self.fails => "failed",
            _ if now >= self.expires => "expired",
            (None, None) => "pending-acceptance",
        }
    }
    /// What AWS says of it.
    pub fn message(&self, now: Time) -> String {
        match self.state(now) {
            "initiating-request" => format!("Initiating Request to {}", self.accepter.account),
            "pending-acceptance" => format!("Pending Acceptance by {}", self.accepter.account),
            "provisioning" => "Provisioning".into(),
            "active" => "Active".into(),
            "failed" => "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range".into(),
            "expired" => "Expired".into(),
            "rejected" => format!("Rejected by {}", self.accepter.account),
            "deleting" => "Deleting".into(),
            _ => format!("Deleted by {}", self.requester.account),
        }
    }
    /// Whether it is still listed; an hour lasts as long as the world's speed says.
    pub fn is_shown(&self, now: Time, hour: Duration) -> bool {
        let until = match self.state(now) {
            "failed" => Some(self.ready.plus(hour * SHOWN)),
            "expired" => Some(self.expires.plus(hour * SHOWN_EXPIRED)),
            "rejected" | "deleted" => self.ended.map(|(_, done)| done.plus(hour * SHOWN)),
            _ => None,
        };
        until.is_none_or(|until| now < until)
    }
    /// Whether the two VPCs are joined by it, or it may come to that.
    pub fn is_live(&self, now: Time) -> bool {
        matches!(self.state(now), "initiating-request" | "pending-acceptance" | "provisioning" | "active")
    }
}
