//! What VPCs refer to and is in none of them: DHCP options, prefix lists, flow logs; and the ways out that only go one way.

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::default_region::Ids;
use super::{State, Tags};
use crate::base::Time;

/// A set of DHCP options.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DhcpOptions {
    /// `dopt-…`.
    pub id: ArcStr,
    /// Keys and their values.
    pub options: Vec<(ArcStr, Vec<ArcStr>)>,
    /// Its tags.
    pub tags: Tags,
}

/// A managed prefix list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrefixList {
    /// `pl-…`.
    pub id: ArcStr,
    /// Its name.
    pub name: ArcStr,
    /// Whether it is one of AWS's.
    pub aws: bool,
    /// Whether its ranges are of IPv6.
    pub six: bool,
    /// How many entries it may have.
    pub most: usize,
    /// Its entries, a range and a description each, by version: the last one is the current.
    pub versions: Vec<Vec<(ArcStr, ArcStr)>>,
    /// `create` or `modify`, and when that is complete.
    pub change: (ArcStr, Time),
    /// Its tags.
    pub tags: Tags,
}

impl PrefixList {
    /// AWS's word for its state.
    pub fn state(&self, now: Time) -> String {
        let (what, done) = &self.change;
        format!("{what}-{}", if now < *done { "in-progress" } else { "complete" })
    }
    /// Its entries now.
    pub fn entries(&self) -> &[(ArcStr, ArcStr)] {
        self.versions.last().map_or(&[], Vec::as_slice)
    }
}

/// A flow log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowLog {
    /// `fl-…`.
    pub id: ArcStr,
    /// What it is of.
    pub resource: ArcStr,
    /// `ACCEPT`, `REJECT` or `ALL`.
    pub traffic: ArcStr,
    /// `cloud-watch-logs`, `s3` or `kinesis-data-firehose`.
    pub to: ArcStr,
    /// The log group.
    pub group: Option<ArcStr>,
    /// The ARN of where it goes.
    pub destination: Option<ArcStr>,
    /// The role that writes there.
    pub role: Option<ArcStr>,
    /// The fields of a record.
    pub format: ArcStr,
    /// Seconds that a record sums up.
    pub interval: i64,
    /// When it was made.
    pub created: Time,
    /// Its tags.
    pub tags: Tags,
}

/// An egress-only internet gateway.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EgressOnlyGateway {
    /// `eigw-…`.
    pub id: ArcStr,
    /// Its VPC.
    pub vpc: ArcStr,
    /// Its tags.
    pub tags: Tags,
}

/// An attachment to a transit gateway: they come with a world and are not made here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransitAttachment {
    /// `tgw-attach-…`.
    pub id: ArcStr,
    /// The transit gateway.
    pub gateway: ArcStr,
    /// The account that it is of.
    pub gateway_owner: ArcStr,
    /// The VPC.
    pub vpc: ArcStr,
    /// The route table that it goes by.
    pub table: ArcStr,
    /// When it was made.
    pub created: Time,
    /// Its tags.
    pub tags: Tags,
}

/// AWS's own lists that are in every region: what they are called behind `com.amazonaws.`, and ranges that are nobody's (RFC 5737, 3849).
/// Their names: <https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html>
const AWS_LISTS: &[(&str, bool, &[&str])] = &[
    ("{region}.s3", false, &["192.0.2.0/25", "192.0.2.128/26"]),
    ("{region}.dynamodb", false, &["198.51.100.0/26"]),
    ("{region}.ec2-instance-connect", false, &["198.51.100.64/29"]),
    ("global.cloudfront.origin-facing", false, &["198.51.100.128/26", "198.51.100.192/27"]),
    ("global.ipv6.cloudfront.origin-facing", true, &["2001:db8:cf::/48"]),
];

impl State {
    /// The prefix lists that AWS has in a region.
    pub(in crate::sandbox::ec2) fn add_aws_lists(&mut self, ids: &Ids<'_>) {
        for (name, six, ranges) in AWS_LISTS {
            let name = arcstr::format!("com.amazonaws.{}", name.replace("{region}", ids.region));
            let entries = ranges.iter().map(|r| (ArcStr::from(*r), ArcStr::new())).collect();
            let list = PrefixList {
                id: ids.id("pl", &name),
                name,
                aws: true,
                six: *six,
                most: 0,
                versions: vec![entries],
                change: (arcstr::literal!("create"), Time::from_secs(0)),
                tags: Tags::new(),
            };
            self.prefix_lists.insert(list.id.clone(), list);
        }
    }
}
