//! The two ends as plain data, from the tables of one region.

use std::net::IpAddr;
use std::sync::Arc;

use arcstr::ArcStr;
use ipnet::{IpNet, Ipv4Net};

use super::question::{ANYWHERE, ME, Question};
use crate::base::RowId;
use crate::base::text::visible;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::instances::{self, fields};
use crate::kinds::ec2::{
    instance_statuses, network_acls, network_interfaces, route_tables, security_group_rules as sgr, security_groups,
    subnets, vpcs,
};
use crate::model::addresses::Block;
use crate::model::{Inputs, Record, Value};
use crate::net::path::{By, Client, End, Origin, Peer, Rule, Sign, Subnet};
use crate::net::range::Range as _;

/// What the question speaks of.
pub(super) enum Found {
    /// The target is not in this region, or not read yet.
    Nothing,
    /// It cannot be judged: why, in a sentence.
    Doubt(String),
    /// Both ends.
    Way(Box<Way>),
}

/// Both ends, and the rows that they are.
pub(in crate::kinds::derived) struct Way {
    pub(in crate::kinds::derived) from: Origin,
    pub(in crate::kinds::derived) from_row: Option<RowId>,
    pub(in crate::kinds::derived) to: End,
    pub(in crate::kinds::derived) to_row: RowId,
    pub(in crate::kinds::derived) by: By,
    /// The instances that run in the group that asks, where a group does, and their names: at most [`MOST_MEMBERS`].
    pub(in crate::kinds::derived) members: Vec<(String, End)>,
    /// What the target's groups are called, by id.
    pub(in crate::kinds::derived) names: Vec<(String, String)>,
    /// A route table of the target's VPC that leads to an internet gateway: its id and what it is called.
    pub(in crate::kinds::derived) public_table: Option<(String, String)>,
}

/// Of a group that asks so many members are judged.
pub(super) const MOST_MEMBERS: usize = 200;

/// Whether an instance is what a question names: by id, name or address.
pub(super) fn is_called(row: &Record, name: &str) -> bool {
    match name.parse::<IpAddr>() {
        Ok(ip) => {
            let held = [&fields::PRIVATE_IP, &fields::PUBLIC_IP, &fields::ELASTIC_IPS, &fields::IPV6];
            held.into_iter().any(|f| row.get(f).blocks().any(|b| b == Block::Ip(ip)))
        }
        Err(_) => row.id == name || row.name == name,
    }
}

/// Finds both ends.
pub(super) fn find(inputs: &Inputs, asked: &Question) -> Found {
    let to = match one(inputs, &asked.to) {
        One::None => return Found::Nothing,
        One::Many(why) => return Found::Doubt(why),
        One::Row(row) => row,
    };
    let named_by: Option<IpAddr> = asked.to.parse().ok();
    let by = match named_by {
        Some(ip) if instance::public_ip(to).map(IpAddr::V4) == Some(ip) => By::Public,
        _ => By::Nearest,
    };
    let (from, from_row) = match origin(inputs, &asked.from) {
        Ok(found) => found,
        Err(why) => return Found::Doubt(why),
    };
    let target = end(inputs, to);
    let names = names(inputs);
    let public_table = public_table(inputs, target.vpc.as_deref());
    let asks = from_row.as_deref().filter(|id| id.starts_with("sg-"));
    let members = asks.map_or_else(Vec::new, |group| members_of(inputs, group, &to.id));
    let to_row = to.id.clone();
    Found::Way(Box::new(Way { from, from_row, to: target, to_row, by, members, names, public_table }))
}

/// A route table of a VPC by which everything goes to an internet gateway that is there.
fn public_table(inputs: &Inputs, vpc: Option<&str>) -> Option<(String, String)> {
    let of_vpc = |t: &&Arc<Record>| vpc.is_some() && t.get(&route_tables::VPC_ID).as_str() == vpc;
    let leads = |t: &&Arc<Record>| {
        let all = route_tables::table(t).routes;
        all.iter().any(|r| r.active && r.via.starts_with("igw-") && r.to.is_some_and(|to| to.prefix_len() == 0))
    };
    let found = inputs.rows("route-tables").iter().filter(of_vpc).find(leads);
    found.map(|t| (t.id.to_string(), t.label().to_string()))
}

/// What groups are called, by id.
pub(in crate::kinds::derived) fn names(inputs: &Inputs) -> Vec<(String, String)> {
    inputs.rows("security-groups").iter().map(|g| (g.id.to_string(), g.label().to_string())).collect()
}

enum One<'i> {
    None,
    Row(&'i Record),
    Many(String),
}

/// The instance with this id, address or name.
fn one<'i>(inputs: &'i Inputs, name: &str) -> One<'i> {
    let mut found: Vec<&Record> =
        inputs.rows("instances").iter().map(Arc::as_ref).filter(|r| is_called(r, name)).collect();
    // What was terminated keeps its name for an hour.
    let gone = |r: &Record| instance::state(r) == InstanceState::Terminated;
    if found.iter().any(|r| !gone(r)) {
        found.retain(|r| !gone(r));
    }
    match found.as_slice() {
        [] => One::None,
        [row] => One::Row(row),
        many => {
            let ids: Vec<&str> = many.iter().take(3).map(|r| r.id.as_str()).collect();
            let n = many.len();
            One::Many(format!("{n} instances are {}: name one by its id ({})", visible(name), ids.join(", ")))
        }
    }
}

fn origin(inputs: &Inputs, from: &str) -> Result<(Origin, Option<RowId>), String> {
    let all = IpNet::V4(Ipv4Net::default());
    match from {
        ME => return Err("your own address is not known: write it in place of me".into()),
        ANYWHERE => return Ok((Origin::Outside(Client { range: all, anybody: true }), None)),
        _ => {}
    }
    if let Some(range) = IpNet::read(from) {
        return Ok((Origin::Outside(Client { range: range.trunc(), anybody: true }), None));
    }
    match one(inputs, from) {
        One::Row(row) => return Ok((Origin::Inside(Box::new(end(inputs, row))), Some(row.id.clone()))),
        One::Many(why) => return Err(why),
        One::None => {}
    }
    if let Ok(ip) = from.parse() {
        return Ok((Origin::Outside(Client::address(ip)), None));
    }
    let groups = inputs.rows("security-groups").iter().filter(|g| g.id == from || g.name == from);
    match groups.collect::<Vec<_>>().as_slice() {
        [group] => Ok((Origin::Inside(Box::new(members(inputs, group))), Some(group.id.clone()))),
        [] => Err(format!("no instance or security group of this region is called {}", visible(from))),
        many => Err(format!("{} security groups are called {}: name one by its id", many.len(), visible(from))),
    }
}

/// The instances of a group that run, but for the one that is to be reached; all that are there if none runs.
fn members_of(inputs: &Inputs, group: &str, to: &str) -> Vec<(String, End)> {
    let of_group = |r: &&Arc<Record>| {
        r.id != to
            && instance::state(r) != InstanceState::Terminated
            && r.get(&fields::SECURITY_GROUP_IDS).items().iter().any(|g| g == group)
    };
    let mut all: Vec<&Arc<Record>> = inputs.rows("instances").iter().filter(of_group).collect();
    if all.iter().any(|r| instance::state(r) == InstanceState::Running) {
        all.retain(|r| instance::state(r) == InstanceState::Running);
    }
    all.into_iter().take(MOST_MEMBERS).map(|r| (r.label().to_string(), end(inputs, r))).collect()
}

/// A network interface that is no instance's: a service's, or one that nothing has.
pub(in crate::kinds::derived) fn interface(inputs: &Inputs, row: &Record) -> End {
    use network_interfaces as eni;
    let groups: Vec<String> = row.get(&eni::SECURITY_GROUP_IDS).items().iter().map(ToString::to_string).collect();
    let vpc = row.get(&eni::VPC_ID).as_str();
    let nowhere = Client { range: IpNet::V4(Ipv4Net::default()), anybody: false };
    let user = row.get(&eni::USER).as_str().or(row.get(&eni::DESCRIPTION).as_str()).unwrap_or(row.id.as_str());
    let state = match row.state.as_ref().map(|(_, s)| s.as_str()) {
        Some("in-use") => Sign::passed(format!("{} of {user}", row.id)),
        Some("available") => Sign::failed(format!("{} is attached to nothing", row.id)),
        other => Sign::unknown(other.unwrap_or("not known")),
    };
    // A Network Load Balancer or a NAT gateway may have no groups. What limits it is then none of the rules here, and not known.
    let managed = row.get(&eni::MANAGED).as_bool() == Some(true);
    let rules = match groups.is_empty() && managed {
        true => None,
        false => rules(inputs, &groups),
    };
    End {
        name: user.to_string(),
        state,
        checks: Sign::passed("an interface of its own has none"),
        vpc: vpc.map(str::to_string),
        subnets: row.get(&eni::SUBNET_ID).as_str().map(|id| subnet(inputs, id, vpc)).into_iter().collect(),
        private: row.get(&eni::PRIVATE_IP).as_ip().map_or(nowhere, Client::address),
        public: row.get(&eni::PUBLIC_IP).as_ip(),
        rules,
        groups,
    }
}

/// An instance.
pub(in crate::kinds::derived) fn end(inputs: &Inputs, row: &Record) -> End {
    let groups: Vec<String> = row.get(&fields::SECURITY_GROUP_IDS).items().iter().map(ToString::to_string).collect();
    let vpc = instance::vpc_id(row);
    let subnet = row.get(&fields::SUBNET_ID).as_str().map(|id| subnet(inputs, id, vpc));
    let private = row.get(&fields::PRIVATE_IP).as_ip();
    let nowhere = Client { range: IpNet::V4(Ipv4Net::default()), anybody: false };
    End {
        name: row.label().to_string(),
        state: state(row),
        checks: checks(inputs, row),
        vpc: vpc.map(str::to_string),
        subnets: subnet.into_iter().collect(),
        private: private.map_or(nowhere, Client::address),
        public: instance::public_ip(row).map(IpAddr::V4),
        rules: rules(inputs, &groups),
        groups,
    }
}

/// Any member of a group.
fn members(inputs: &Inputs, group: &Record) -> End {
    let vpc = group.get(&security_groups::VPC_ID).as_str();
    let of_vpc = inputs.rows("subnets").iter().filter(|s| vpc.is_some() && s.get(&subnets::VPC_ID).as_str() == vpc);
    let whole = inputs.is_whole("subnets");
    let groups = vec![group.id.to_string()];
    End {
        name: format!("a member of {}", group.label()),
        state: Sign::passed(format!("any member of {} that runs", group.label())),
        checks: Sign::passed("any member"),
        vpc: vpc.map(str::to_string),
        subnets: if whole { of_vpc.map(|s| subnet(inputs, &s.id, vpc)).collect() } else { Vec::new() },
        private: Client { range: IpNet::V4(Ipv4Net::default()), anybody: false },
        public: None,
        rules: rules(inputs, &groups),
        groups,
    }
}

fn state(row: &Record) -> Sign {
    let word = row.state.as_ref().map_or("not known", |(_, s)| s.as_str());
    match instance::state(row) {
        InstanceState::Running => Sign::passed(word),
        InstanceState::Stopped | InstanceState::Stopping | InstanceState::Terminated | InstanceState::ShuttingDown => {
            Sign::failed(format!("{word}: it answers nothing"))
        }
        _ => Sign::unknown(word),
    }
}

fn checks(inputs: &Inputs, row: &Record) -> Sign {
    let status = inputs.rows("instance-statuses").iter().find(|s| s.id == row.id);
    match status.map(|s| s.get(&instance_statuses::CHECKS)) {
        None => Sign::unknown("not read"),
        Some(Value::Ratio { ok, of, .. }) if ok == of => Sign::passed(format!("{ok}/{of}")),
        Some(Value::Ratio { ok, of, busy }) if ok + busy == *of => {
            Sign::unknown(format!("{ok}/{of}, still being made"))
        }
        Some(Value::Ratio { ok, of, .. }) => Sign::failed(format!("{ok}/{of}: AWS does not reach it itself")),
        Some(_) => Sign::unknown("none are made"),
    }
}

/// A subnet with its routes and its network ACL.
pub(in crate::kinds::derived) fn subnet(inputs: &Inputs, id: &str, vpc: Option<&str>) -> Subnet {
    let has = |r: &Record, field| -> bool { r.get(field).items().iter().any(|s| s == id) };
    let tables = || inputs.rows("route-tables").iter().map(Arc::as_ref);
    let main = |r: &&Record| {
        vpc.is_some()
            && r.get(&route_tables::VPC_ID).as_str() == vpc
            && r.get(&route_tables::MAIN).as_bool() == Some(true)
    };
    let own = tables().find(|t| has(t, &route_tables::SUBNETS));
    // Only who has seen all of them knows that it has none of its own.
    let table = own.or_else(|| tables().find(main).filter(|_| inputs.is_whole("route-tables")));
    let acl = inputs.rows("network-acls").iter().find(|a| has(a, &network_acls::SUBNETS));
    let row = inputs.rows("subnets").iter().find(|s| s.id == id);
    Subnet {
        id: id.into(),
        table: table.map(route_tables::table),
        acl: acl.and_then(|a| Some((a.id.to_string(), network_acls::entries(a)?))),
        public_access: row.and_then(|s| s.get(&vpcs::PUBLIC_ACCESS_BLOCK).as_str()).map(str::to_string),
    }
}

/// The rules of all of these groups; none if not all are there.
pub(in crate::kinds::derived) fn rules(inputs: &Inputs, groups: &[String]) -> Option<Vec<Rule>> {
    if !inputs.is_whole("security-group-rules") {
        return None;
    }
    let mine = |r: &&Arc<Record>| {
        let group = r.get(&sgr::GROUP_ID).as_str();
        group.is_some_and(|g| groups.iter().any(|id| id == g)) && r.get(&sgr::STALE).as_bool() != Some(true)
    };
    inputs.rows("security-group-rules").iter().filter(mine).map(|r| rule(inputs, r)).collect()
}

fn rule(inputs: &Inputs, row: &Record) -> Option<Rule> {
    let group = row.get(&sgr::GROUP_ID).as_str()?;
    let name = inputs.rows("security-groups").iter().find(|g| g.id == group).map_or(group, |g| g.label().as_str());
    let port = |field| row.get(field).as_int().and_then(|n| u16::try_from(n).ok());
    let peer = match row.get(&sgr::PEER).blocks().next() {
        Some(block) => Peer::Range(block.range()),
        None => match row.get(&sgr::PEER).as_str()? {
            list if list.starts_with("pl-") => Peer::PrefixList(list.into()),
            group => Peer::Group(group.into()),
        },
    };
    Some(Rule {
        id: row.id.to_string(),
        group: group.into(),
        name: name.into(),
        outbound: row.get(&sgr::DIRECTION).as_str()? == "outbound",
        protocol: match row.get(&sgr::PROTOCOL).as_str()? {
            "all" => Some(-1),
            "icmp" => Some(1),
            "tcp" => Some(6),
            "udp" => Some(17),
            "icmpv6" => Some(58),
            other => other.parse().ok(),
        },
        ports: port(&sgr::FROM_PORT).zip(port(&sgr::TO_PORT)),
        peer,
    })
}

impl Way {
    /// What a group is called.
    pub(super) fn group_name<'w>(&'w self, id: &'w str) -> &'w str {
        self.names.iter().find(|(known, _)| known == id).map_or(id, |(_, name)| name.as_str())
    }
    /// Whether the target's kind has this row.
    pub(super) fn target(&self) -> (&'static str, ArcStr) {
        (instances::INFO.name, self.to_row.clone())
    }
}
