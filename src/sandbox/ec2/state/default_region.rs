//! A region before its first use: the default VPC and the public images.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use arcstr::ArcStr;
use ipnet::Ipv4Net;

use super::{
    Destination, Image, InternetGateway, NetworkAcl, Peer, Route, Rule, SecurityGroup, State, Subnet, Tags, Vpc,
};
use crate::base::Time;
use crate::net::reach::AclEntry;
use crate::sandbox::random::Random;
use crate::sandbox::regions;

/// Makes ids that depend on the seed, the region and their use alone.
pub(in crate::sandbox::ec2) struct Ids<'a> {
    pub seed: u64,
    pub region: &'a str,
}

impl Ids<'_> {
    /// `PREFIX-0…` for one named use.
    pub(in crate::sandbox::ec2) fn id(&self, prefix: &str, name: &str) -> ArcStr {
        arcstr::format!("{prefix}-0{:016x}", Random::new(self.seed, &[self.region, prefix, name]).u64())
    }
}

impl State {
    /// A region that nobody has used: its default VPC and the public images.
    pub fn of_new_region(seed: u64, region: &str) -> State {
        let mut state = State::default();
        let ids = Ids { seed, region };
        let Ok(cidr) = Ipv4Net::new(Ipv4Addr::new(172, 31, 0, 0), 16) else { return state };
        let vpc = state.add_vpc(&ids, "default", cidr, true, Tags::new());
        state.add_internet(&ids, "default", &vpc, Tags::new());
        for table in state.route_tables.values_mut() {
            table
                .routes
                .extend(state.gateways.keys().next().map(|g| Route { to: Destination::everything(), by: g.clone() }));
        }
        let zones = regions::find(region).map_or("abc", |r| r.zones);
        for (letter, range) in zones.chars().zip(cidr.subnets(20).into_iter().flatten()) {
            state.add_subnet(&ids, &format!("default-{letter}"), &vpc, range, letter, true, true);
        }
        for image in public_images(&ids) {
            state.add_image(&ids, image);
        }
        state.add_aws_lists(&ids);
        state
    }

    /// A VPC with its default network ACL and group. `name` makes the ids.
    pub(in crate::sandbox::ec2) fn add_vpc(
        &mut self,
        ids: &Ids<'_>,
        name: &str,
        cidr: Ipv4Net,
        is_default: bool,
        tags: Tags,
    ) -> ArcStr {
        let id = ids.id("vpc", name);
        self.vpcs.insert(
            id.clone(),
            Vpc {
                id: id.clone(),
                cidr,
                more: Vec::new(),
                six: Vec::new(),
                is_default,
                dedicated: false,
                ready: None,
                dns_support: true,
                dns_hostnames: is_default,
                tags,
            },
        );
        self.add_main_table(ids, name, &id);
        let acl = ids.id("acl", name);
        let entries = AclEntry::default_entries();
        self.acls
            .insert(acl.clone(), NetworkAcl { id: acl, vpc: id.clone(), is_default: true, entries, tags: Tags::new() });
        let group = ids.id("sg", name);
        let mut rules = vec![self.rule(ids, false, "-1", -1, -1, Peer::Group(group.clone()))];
        rules.push(self.rule(ids, true, "-1", -1, -1, Peer::V4(Ipv4Net::default())));
        let description = "default VPC security group".into();
        let group =
            SecurityGroup { id: group, name: "default".into(), description, vpc: id.clone(), rules, tags: Tags::new() };
        self.groups.insert(group.id.clone(), group);
        id
    }

    /// An internet gateway, attached.
    pub(in crate::sandbox::ec2) fn add_internet(
        &mut self,
        ids: &Ids<'_>,
        name: &str,
        vpc: &ArcStr,
        tags: Tags,
    ) -> ArcStr {
        let id = ids.id("igw", name);
        self.gateways.insert(id.clone(), InternetGateway { id: id.clone(), vpc: Some(vpc.clone()), tags });
        id
    }

    /// A subnet in the VPC's default ACL.
    #[expect(clippy::too_many_arguments, reason = "a subnet is that many facts, and only builders call this")]
    pub(in crate::sandbox::ec2) fn add_subnet(
        &mut self,
        ids: &Ids<'_>,
        name: &str,
        vpc: &ArcStr,
        cidr: Ipv4Net,
        zone: char,
        public: bool,
        is_default: bool,
    ) -> ArcStr {
        let id = ids.id("subnet", name);
        let acl = self.acls.values().find(|a| a.vpc == *vpc && a.is_default).map(|a| a.id.clone()).unwrap_or_default();
        let zone = arcstr::format!("{}{zone}", ids.region);
        let tags = if is_default { Tags::new() } else { vec![("Name".into(), name.into())] };
        let subnet = Subnet {
            id: id.clone(),
            vpc: vpc.clone(),
            cidr,
            six: None,
            zone,
            public,
            is_default,
            acl,
            taken: BTreeSet::new(),
            tags,
        };
        self.subnets.insert(id.clone(), subnet);
        id
    }

    /// A rule with the next id.
    pub(in crate::sandbox::ec2) fn rule(
        &mut self,
        ids: &Ids<'_>,
        egress: bool,
        protocol: &str,
        from: i32,
        to: i32,
        peer: Peer,
    ) -> Rule {
        self.rule_serial += 1;
        let id = ids.id("sgr", &self.rule_serial.to_string());
        Rule { id, egress, protocol: protocol.into(), from, to, peer, description: None, tags: Tags::new() }
    }
}

/// The owner ids of Amazon's and Canonical's images.
const AMAZON: &str = "137112412989";
const CANONICAL: &str = "099720109477";
const MICROSOFT: &str = "801119661308";

fn public_images(ids: &Ids<'_>) -> Vec<Image> {
    let linux = |name: &str, description: &str, arch: &str, owner: &str, root: &str, size: u32| Image {
        id: ids.id("ami", name),
        name: name.into(),
        description: description.into(),
        architecture: arch.into(),
        owner: owner.into(),
        owner_alias: Some("amazon".into()),
        public: true,
        platform: None,
        platform_details: "Linux/UNIX".into(),
        root_device: root.into(),
        snapshot: ids.id("snap", name),
        size,
        others: Vec::new(),
        ready: Time::from_secs(1_792_540_800),
        created: Time::from_secs(1_792_540_800), // 2026-10-21: a fixed date, since a region may be first touched at any time
        // A public image is deprecated two years after its creation at the latest. [AWS: Deprecate an AMI]
        deprecated: Some(Time::from_secs(1_792_540_800 + 2 * 365 * 86_400)),
        shared_with: Vec::new(),
        copy_of: None,
        listens: Vec::new(),
        family: name.into(),
        tags: Tags::new(),
    };
    let mut windows = linux(
        "Windows_Server-2025-English-Full-Base-2026.10.15",
        "Microsoft Windows Server 2025 Full Locale English AMI provided by Amazon",
        "x86_64",
        MICROSOFT,
        "/dev/sda1",
        30,
    );
    windows.platform = Some("windows".into());
    windows.platform_details = "Windows".into();
    windows.listens = vec![3389];
    let al = "Amazon Linux 2023 AMI 2023.9.20261020.0";
    let (noble, jammy) = ("Canonical, Ubuntu, 24.04, noble", "Canonical, Ubuntu, 22.04, jammy");
    vec![
        linux("al2023-ami-2023.9.20261020.0-kernel-6.12-x86_64", al, "x86_64", AMAZON, "/dev/xvda", 8),
        linux("al2023-ami-2023.9.20261020.0-kernel-6.12-arm64", al, "arm64", AMAZON, "/dev/xvda", 8),
        linux(
            "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261018",
            noble,
            "x86_64",
            CANONICAL,
            "/dev/sda1",
            8,
        ),
        linux(
            "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20261018",
            noble,
            "arm64",
            CANONICAL,
            "/dev/sda1",
            8,
        ),
        linux(
            "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20261012",
            jammy,
            "x86_64",
            CANONICAL,
            "/dev/sda1",
            8,
        ),
        windows,
    ]
}
