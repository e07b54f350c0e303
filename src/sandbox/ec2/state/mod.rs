//! EC2's state in a region. Knows neither the protocol nor the other services.

mod addresses;
mod default_region;
mod disk;
mod endpoints;
mod event;
mod gateways;
mod inside;
pub mod instance;
mod interfaces;
mod options;
mod pages;
mod peerings;
mod routes;
mod snapshots;
mod templates;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use arcstr::ArcStr;
use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use crate::base::Time;
pub(in crate::sandbox::ec2) use default_region::Ids;
pub use disk::{Disk, FileSystem, FileSystemKind, Node, Service, Software};
pub use endpoints::Endpoint;
pub use event::Event;
pub use gateways::{InternetGateway, NatGateway, Regional};
pub use inside::{Inside, Process};
pub use instance::Instance;
pub use interfaces::{InterfaceAttachment, OwnInterface, Public, ServiceInterface};
pub use options::{DhcpOptions, EgressOnlyGateway, FlowLog, PrefixList, TransitAttachment};
pub use pages::Page;
pub use peerings::{LASTS as PEERING_LASTS, Peering, PeeringEnd, PeeringSide};
pub use routes::{Association, Destination, Route, RouteTable};
pub use snapshots::Snapshot;
pub use templates::{LaunchTemplate, Version};
pub use volumes::{Attachment, Modification, Phase, Shape, Volume};

/// Tags of one resource, in the order in which they were set.
pub type Tags = Vec<(ArcStr, ArcStr)>;

/// The value of a tag.
pub fn tag<'a>(tags: &'a Tags, key: &str) -> Option<&'a str> {
    tags.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
}

/// The state of EC2 in one region. Everything is by its id.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// Instances, terminated ones too for about an hour.
    pub instances: BTreeMap<ArcStr, Instance>,
    /// Virtual private clouds.
    pub vpcs: BTreeMap<ArcStr, Vpc>,
    /// Subnets.
    pub subnets: BTreeMap<ArcStr, Subnet>,
    /// Security groups.
    pub groups: BTreeMap<ArcStr, SecurityGroup>,
    /// Network ACLs.
    pub acls: BTreeMap<ArcStr, NetworkAcl>,
    /// Volumes.
    pub volumes: BTreeMap<ArcStr, Volume>,
    /// Snapshots: the account's own and those of public images.
    pub snapshots: BTreeMap<ArcStr, Snapshot>,
    /// Images: the account's own and the public ones it knows.
    pub images: BTreeMap<ArcStr, Image>,
    /// Elastic IP addresses, by allocation id.
    pub addresses: BTreeMap<ArcStr, Address>,
    /// Internet gateways.
    pub gateways: BTreeMap<ArcStr, InternetGateway>,
    /// NAT gateways, deleted ones too for about an hour.
    pub nat_gateways: BTreeMap<ArcStr, NatGateway>,
    /// Network interfaces that services above keep in subnets.
    #[serde(default)]
    pub service_interfaces: BTreeMap<ArcStr, ServiceInterface>,
    /// Network interfaces that the account made by itself.
    #[serde(default)]
    pub own_interfaces: BTreeMap<ArcStr, OwnInterface>,
    /// Peering connections that a VPC of this region is a side of.
    #[serde(default)]
    pub peerings: BTreeMap<ArcStr, Peering>,
    /// VPC endpoints.
    #[serde(default)]
    pub endpoints: BTreeMap<ArcStr, Endpoint>,
    /// Egress-only internet gateways.
    #[serde(default)]
    pub egress_only: BTreeMap<ArcStr, EgressOnlyGateway>,
    /// Attachments to transit gateways.
    #[serde(default)]
    pub transit_attachments: BTreeMap<ArcStr, TransitAttachment>,
    /// Managed prefix lists, AWS's too.
    #[serde(default)]
    pub prefix_lists: BTreeMap<ArcStr, PrefixList>,
    /// Sets of DHCP options beside the region's own.
    #[serde(default)]
    pub dhcp_options: BTreeMap<ArcStr, DhcpOptions>,
    /// The sets of DHCP options of VPCs that have another than the region's own; `default` is none at all.
    #[serde(default)]
    pub dhcp_of: BTreeMap<ArcStr, ArcStr>,
    /// Flow logs.
    #[serde(default)]
    pub flow_logs: BTreeMap<ArcStr, FlowLog>,
    /// Route tables.
    pub route_tables: BTreeMap<ArcStr, RouteTable>,
    /// Launch templates.
    pub templates: BTreeMap<ArcStr, LaunchTemplate>,
    /// Key pairs, by name.
    pub key_pairs: BTreeMap<ArcStr, KeyPair>,
    /// Public addresses in use that are not Elastic.
    pub public_in_use: BTreeSet<Ipv4Addr>,
    /// RunInstances' client tokens: the token, a digest of the parameters, the instances.
    pub client_tokens: BTreeMap<String, (u64, Vec<ArcStr>)>,
    /// Other operations' client tokens: operation and token, a digest of the parameters, what was made.
    pub tokens: BTreeMap<String, (u64, ArcStr)>,
    /// Tags of what has none of its own here (network interfaces).
    pub other_tags: BTreeMap<ArcStr, Tags>,
    /// Whether images may be made public: an account that has none may not, unless it says so.
    #[serde(default)]
    pub public_images_allowed: bool,
    /// How many security group rules were ever made: their ids' serial.
    pub rule_serial: u64,
}

/// A VPC.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Vpc {
    /// `vpc-…`.
    pub id: ArcStr,
    /// Its range.
    #[serde(with = "crate::net::cidr::as_text")]
    pub cidr: Ipv4Net,
    /// Its further ranges, by the ids of their associations.
    #[serde(default)]
    pub more: Vec<CidrAssociation>,
    /// Its ranges of IPv6: a /56 of Amazon's each.
    #[serde(default)]
    pub six: Vec<CidrAssociation<Ipv6Net>>,
    /// Whether it is the region's default.
    pub is_default: bool,
    /// Whether its instances run on hardware of this customer's alone.
    #[serde(default)]
    pub dedicated: bool,
    /// From when on it is available, if not from the start.
    pub ready: Option<Time>,
    /// Whether Amazon's DNS answers in it.
    pub dns_support: bool,
    /// Whether instances with public addresses get public names.
    pub dns_hostnames: bool,
    /// Its tags.
    pub tags: Tags,
}

/// A further range of a VPC, or one of IPv6 of a VPC or a subnet.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(serialize = "N: std::fmt::Display", deserialize = "N: crate::net::range::Range"))]
pub struct CidrAssociation<N = Ipv4Net> {
    /// `vpc-cidr-assoc-…`, `subnet-cidr-assoc-…`.
    pub id: ArcStr,
    /// The range.
    #[serde(with = "crate::net::cidr::as_text")]
    pub cidr: N,
    /// From when on it is associated, if not from the start.
    #[serde(default)]
    pub ready: Option<Time>,
}

impl<N> CidrAssociation<N> {
    /// Whether it is in effect.
    pub fn is_associated(&self, now: Time) -> bool {
        self.ready.is_none_or(|t| t <= now)
    }
}

impl Vpc {
    /// Its ranges by the ids of their associations, the primary one first.
    pub fn ranges(&self) -> impl Iterator<Item = (ArcStr, Ipv4Net)> + '_ {
        let first = (ArcStr::from(self.id.replace("vpc-", "vpc-cidr-assoc-")), self.cidr);
        std::iter::once(first).chain(self.more.iter().map(|a| (a.id.clone(), a.cidr)))
    }
    /// Its ranges of IPv6 that are in effect.
    pub fn six_ranges(&self, now: Time) -> impl Iterator<Item = Ipv6Net> + '_ {
        self.six.iter().filter(move |a| a.is_associated(now)).map(|a| a.cidr)
    }
}

/// A subnet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: ArcStr,
    /// Its VPC.
    pub vpc: ArcStr,
    /// Its range.
    #[serde(with = "crate::net::cidr::as_text")]
    pub cidr: Ipv4Net,
    /// Its range of IPv6, if it has one.
    #[serde(default)]
    pub six: Option<CidrAssociation<Ipv6Net>>,
    /// Its Availability Zone's name.
    pub zone: ArcStr,
    /// Whether instances get a public address by default.
    pub public: bool,
    /// Whether it is its zone's default.
    pub is_default: bool,
    /// Its network ACL.
    pub acl: ArcStr,
    /// Addresses in use.
    pub taken: BTreeSet<Ipv4Addr>,
    /// Its tags.
    pub tags: Tags,
}

/// A security group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// `sg-…`.
    pub id: ArcStr,
    /// Its name, unique in its VPC.
    pub name: ArcStr,
    /// Its description.
    pub description: ArcStr,
    /// Its VPC.
    pub vpc: ArcStr,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Its tags.
    pub tags: Tags,
}

/// A security group rule: one protocol and range of ports, one peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// `sgr-…`.
    pub id: ArcStr,
    /// Whether it is for outbound traffic.
    pub egress: bool,
    /// `tcp`, `udp`, `icmp`, `-1` (all) or a number.
    pub protocol: ArcStr,
    /// First port (ICMP: type); -1 for all.
    pub from: i32,
    /// Last port (ICMP: code); -1 for all.
    pub to: i32,
    /// With whom.
    pub peer: Peer,
    /// Its description.
    pub description: Option<ArcStr>,
    /// Its tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The other side of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Peer {
    /// An IPv4 range.
    V4(#[serde(with = "crate::net::cidr::as_text")] Ipv4Net),
    /// An IPv6 range.
    V6(#[serde(with = "crate::net::cidr::as_text")] Ipv6Net),
    /// The members of a security group.
    Group(ArcStr),
    /// A prefix list.
    PrefixList(ArcStr),
}

/// A network ACL: stateless, lowest number first, `*` (deny) last.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NetworkAcl {
    /// `acl-…`.
    pub id: ArcStr,
    /// Its VPC.
    pub vpc: ArcStr,
    /// Whether it is the VPC's default.
    pub is_default: bool,
    /// Its entries.
    pub entries: Vec<crate::net::reach::AclEntry>,
    /// Its tags.
    pub tags: Tags,
}

/// A machine image.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Image {
    /// `ami-…`.
    pub id: ArcStr,
    /// Its name.
    pub name: ArcStr,
    /// Its description.
    pub description: ArcStr,
    /// `x86_64` or `arm64`.
    pub architecture: ArcStr,
    /// The owner's account id.
    pub owner: ArcStr,
    /// The owner's alias (`amazon`), if it has one.
    pub owner_alias: Option<ArcStr>,
    /// Whether everybody may launch it.
    pub public: bool,
    /// `windows`, or none.
    pub platform: Option<ArcStr>,
    /// `Linux/UNIX`, `Ubuntu Pro`, `Windows`…
    pub platform_details: ArcStr,
    /// The root device, e.g. `/dev/xvda`.
    pub root_device: ArcStr,
    /// The root volume's snapshot.
    pub snapshot: ArcStr,
    /// The root volume's size in GiB.
    pub size: u32,
    /// The other volumes: device, snapshot, GiB.
    pub others: Vec<(ArcStr, ArcStr, u32)>,
    /// When it was made.
    pub created: Time,
    /// From when on it can be launched.
    pub ready: Time,
    /// From when on it is deprecated.
    #[serde(default)]
    pub deprecated: Option<Time>,
    /// The accounts, and the organizations by their ARNs, that its owner lets launch it.
    #[serde(default)]
    pub shared_with: Vec<ArcStr>,
    /// The region and id of the image that it is a copy of.
    #[serde(default)]
    pub copy_of: Option<(ArcStr, ArcStr)>,
    /// The TCP ports on which an instance of it listens once it is up (beside 22), where its snapshot's disk does not say.
    pub listens: Vec<u16>,
    /// The name of the public image that it comes from over however many copies; empty where a saved world did not keep it.
    #[serde(default)]
    pub family: ArcStr,
    /// Its tags.
    pub tags: Tags,
}

/// An Elastic IP address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Address {
    /// `eipalloc-…`.
    pub id: ArcStr,
    /// The address.
    pub ip: Ipv4Addr,
    /// `eipassoc-…` and the instance, or the interface that the account made by itself, if it is associated.
    pub association: Option<(ArcStr, ArcStr)>,
    /// Its tags.
    pub tags: Tags,
}

/// A key pair, without its private half.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyPair {
    /// `key-…`.
    pub id: ArcStr,
    /// Its name.
    pub name: ArcStr,
    /// `rsa` or `ed25519`.
    pub kind: ArcStr,
    /// Its fingerprint.
    pub fingerprint: ArcStr,
    /// Its public half in OpenSSH's form; empty where a saved world did not keep it.
    #[serde(default)]
    pub public: ArcStr,
    /// When it was made.
    pub created: Time,
    /// Its tags.
    pub tags: Tags,
}

impl Image {
    /// The snapshots behind it, the root volume's first.
    pub fn snapshots(&self) -> impl Iterator<Item = &ArcStr> {
        [&self.snapshot].into_iter().chain(self.others.iter().map(|(_, snapshot, _)| snapshot))
    }
}

impl State {
    /// The default VPC.
    pub fn default_vpc(&self) -> Option<&Vpc> {
        self.vpcs.values().find(|v| v.is_default)
    }
    /// A VPC's group named `default`.
    pub fn default_group(&self, vpc: &str) -> Option<&SecurityGroup> {
        self.groups.values().find(|g| g.vpc == vpc && g.name == "default")
    }
    /// The Elastic IP address of an instance.
    pub fn address_of(&self, instance: &str) -> Option<&Address> {
        self.addresses.values().find(|a| a.association.as_ref().is_some_and(|(_, i)| i == instance))
    }
    /// Whether an Elastic IP address is of use to somebody: an instance, an interface, a NAT gateway or another service.
    pub fn is_used(&self, address: &Address, now: Time) -> bool {
        // A NAT gateway has its address before it has its interface.
        address.association.is_some() || self.nat_of(address, now).is_some() || self.service_of(address, now).is_some()
    }
    /// The service's interface that has an Elastic IP address.
    pub fn service_of(&self, address: &Address, now: Time) -> Option<ServiceInterface> {
        let has = |s: &&ServiceInterface| s.public.as_ref().is_some_and(|p| p.allocation.as_ref() == Some(&address.id));
        let nat = || ServiceInterface::of_nat(self, self.nat_of(address, now)?, now);
        self.service_interfaces.values().find(has).cloned().or_else(nat)
    }
    /// The NAT gateway that has an Elastic IP address.
    pub fn nat_of(&self, address: &Address, now: Time) -> Option<&NatGateway> {
        self.nat_gateways.values().find(|n| n.allocation.as_ref() == Some(&address.id) && n.holds_address(now))
    }
    /// The instances with this tag: how other services' demo parts find theirs (`tier` = `web`). Sorted by `Name`.
    pub fn tagged(&self, key: &str, value: &str) -> Vec<&Instance> {
        let mut found: Vec<&Instance> = self.instances.values().filter(|i| tag(&i.tags, key) == Some(value)).collect();
        found.sort_by_key(|i| tag(&i.tags, "Name"));
        found
    }
    /// The VPC with this `Name`.
    pub fn vpc_named(&self, name: &str) -> Option<&Vpc> {
        self.vpcs.values().find(|v| tag(&v.tags, "Name") == Some(name))
    }
    /// The subnet with this `Name`.
    pub fn subnet_named(&self, name: &str) -> Option<&Subnet> {
        self.subnets.values().find(|s| tag(&s.tags, "Name") == Some(name))
    }
    /// The security group with this group name, outside the default VPC first.
    pub fn group_named(&self, name: &str) -> Option<&SecurityGroup> {
        let default = self.default_vpc().map(|v| v.id.clone());
        self.groups.values().filter(|g| g.name == name).max_by_key(|g| Some(&g.vpc) != default.as_ref())
    }
}
