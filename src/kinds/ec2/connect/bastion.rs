//! Which instance leads to another one that has no public address: by the rules of the other's groups, by the network ACLs between them, by its
//! own address, and by what was chosen before.

use std::net::IpAddr;
use std::sync::Arc;

use arcstr::ArcStr;

use crate::base::{RowId, Scope};
use crate::kinds::ec2::group_rules::door::{Peer, Rule};
use crate::kinds::ec2::instances::instance::{InstanceState, public_ip, state, vpc_id};
use crate::kinds::ec2::instances::{self, fields};
use crate::kinds::ec2::{network_acls, security_groups};
use crate::kinds::plan_builder::{self, Known, field, known, label, list, live, whole};
use crate::model::{Filters, Kind, Record, Selector, TableKey};
use crate::net::path::{self, Answer, Client, Protocol, Service, Sign, Subnet};
use crate::net::reach::{self, AclEntry, Ingress, Source, Target, Verdict};
use crate::store::Store;

/// SSH.
const PORT: u16 = 22;
/// So many are offered.
const MOST: usize = 3;
/// Words of the names that such hosts have.
const NAMES: &[&str] = &["bastion", "jump"];

/// A host that may lead there.
pub(super) struct Bastion {
    /// Its row.
    pub(super) row: Arc<Record>,
    /// Its public address, while it has one.
    pub(super) address: Option<IpAddr>,
    /// Why it does not lead there now: one sentence.
    pub(super) why_not: Option<String>,
    /// What else there is to know.
    pub(super) notes: Vec<String>,
}

/// What was found.
pub(super) enum Bastions {
    /// These, the likeliest first.
    Found(Vec<Bastion>),
    /// The instances of the VPC are on their way.
    Coming,
    /// They cannot be read: why, in a word.
    Failed(&'static str),
}

/// The instances of the VPC: all of the region if they are there, else those that AWS filters.
pub(super) fn table(store: &Store, scope: &Scope, vpc: &str) -> Option<TableKey> {
    let all = TableKey::all(scope.clone(), Kind(&instances::INFO));
    if let Known::Complete(_) = known(store, all.clone()) {
        return Some(all);
    }
    let filters = Filters::of(&instances::INFO, [(fields::VPC_ID.name, vec![ArcStr::from(vpc)])])?;
    Some(TableKey { selector: Selector::Filter(filters), ..all })
}

/// The hosts that may lead to `row`.
pub(super) fn find(store: &Store, scope: &Scope, row: &Record, remembered: Option<&str>) -> Bastions {
    let Some(vpc) = vpc_id(row) else { return Bastions::Found(Vec::new()) };
    let Some(table) = table(store, scope, vpc) else { return Bastions::Found(Vec::new()) };
    let rows = match known(store, table) {
        Known::Complete(rows) => rows,
        Known::NotAsked(_) => return Bastions::Coming,
        Known::Failed(word) => return Bastions::Failed(word),
    };
    let ingress = ingress(store, scope, row);
    let acls = whole(store, scope, &network_acls::INFO);
    let mut found: Vec<(Likely, Bastion)> = live(rows)
        .filter(|r| r.id != row.id && vpc_id(r) == Some(vpc) && !super::user::is_windows(r))
        .filter_map(|r| candidate(r, row, (ingress.as_deref(), &acls), remembered))
        .collect();
    found.sort_by(|(a, x), (b, y)| (a, &x.row.name, &x.row.id).cmp(&(b, &y.row.name, &y.row.id)));
    found.truncate(MOST);
    Bastions::Found(found.into_iter().map(|(_, bastion)| bastion).collect())
}

/// How likely a host is the one, the lowest the likeliest: not chosen before, does not lead there now, may not be let in, is not called so.
type Likely = (bool, bool, u8, bool);

/// Whether an instance may be one, and how likely.
fn candidate(
    r: &Arc<Record>,
    target: &Record,
    (ingress, acls): (Option<&[Ingress]>, &Known<'_>),
    remembered: Option<&str>,
) -> Option<(Likely, Bastion)> {
    let chosen = remembered == Some(r.id.as_str());
    let name = r.name.to_lowercase();
    let named = NAMES.iter().any(|word| name.contains(word));
    let address = public_ip(r).map(IpAddr::V4);
    let runs = state(r) == InstanceState::Running;
    // What neither is called so nor was chosen is one only while it could be.
    let could_be = runs && address.is_some();
    if !(chosen || named || could_be) {
        return None;
    }
    let why_not = match address {
        _ if !runs => Some(format!("{} is {}: start it first.", label(r), plan_builder::state(r))),
        None => Some(format!("{} has no public address.", label(r))),
        Some(_) => None,
    };
    let mut notes = Vec::new();
    let by_groups = match ingress.map(|rules| lets_in(rules, r, target)) {
        Some(Verdict::Open) => 0,
        // Others that are not let in are no use, and not shown.
        Some(Verdict::Blocked { .. }) if !(chosen || named) => return None,
        Some(Verdict::Blocked { .. }) => {
            notes.push(format!("No group of {} lets port {PORT} from {} in.", label(target), label(r)));
            2
        }
        Some(Verdict::Unknown { why }) => {
            notes.push(format!("Whether its groups let it in is not known: {why}."));
            1
        }
        None => {
            notes.push("Whether its groups let it in is not known yet.".into());
            1
        }
    };
    let by_acls = match let_through(acls, r, target) {
        Sign { answer: Answer::Passed, .. } => 0,
        // Those that do not lead there are no use, and not shown.
        Sign { answer: Answer::Failed, .. } if !(chosen || named) => return None,
        Sign { answer: Answer::Failed, evidence, .. } => {
            notes.push(format!("A network ACL does not let it through, {evidence}."));
            2
        }
        Sign { answer: Answer::Unknown, evidence, .. } => {
            notes.push(format!("Whether network ACLs let it through is not known: {evidence}."));
            1
        }
    };
    let unlikely = by_groups.max(by_acls);
    let likely = (!chosen, why_not.is_some(), unlikely, !named);
    Some((likely, Bastion { row: r.clone(), address, why_not, notes }))
}

/// What the network ACLs between the two say of SSH.
fn let_through(acls: &Known<'_>, from: &Record, to: &Record) -> Sign {
    let subnet = |r: &Record| field(r, &fields::SUBNET_ID).map(ToString::to_string);
    let address = |r: &Record| r.get(&fields::PRIVATE_IP).as_ip().map(Client::address);
    let (Some(source), Some(target)) = (subnet(from), subnet(to)) else {
        return Sign::unknown("a subnet is not known");
    };
    if source == target {
        return Sign::passed("in one subnet, where none lies between");
    }
    let rows = match acls {
        Known::Complete(rows) => rows,
        Known::NotAsked(_) => return Sign::unknown("they are being read"),
        Known::Failed(word) => return Sign::unknown(format!("they could not be read ({word})")),
    };
    let (Some(client), Some(server)) = (address(from), address(to)) else {
        return Sign::unknown("a private address is not known");
    };
    let of = |id: String| {
        let mine = live(rows).find(|r| r.get(&network_acls::SUBNETS).items().iter().any(|s| *s == id));
        let acl = mine.and_then(|r| Some((r.id.to_string(), network_acls::entries(r)?)));
        Subnet { id, table: None, acl, public_access: None }
    };
    let service = Service { protocol: Protocol::Tcp, port: PORT };
    path::between((&of(source), &client), (&of(target), &server), service)
}

/// Whether the target's groups let SSH from this instance in. Network ACLs are looked at apart: those of [`reach`] here are as AWS makes them.
fn lets_in(rules: &[Ingress], from: &Record, to: &Record) -> Verdict {
    let address = from.get(&fields::PRIVATE_IP).as_ip();
    let same_subnet = from.get(&fields::SUBNET_ID).as_str() == to.get(&fields::SUBNET_ID).as_str();
    let groups = list(from, &fields::SECURITY_GROUP_IDS).iter().map(ToString::to_string).collect();
    let source = Source { address, groups, same_subnet };
    let target = Target { ingress: rules.to_vec(), acl: AclEntry::default_entries() };
    reach::tcp(&source, &target, PORT)
}

/// The groups of an instance: their rules are looked at.
pub(super) fn groups(row: &Record) -> Vec<RowId> {
    list(row, &fields::SECURITY_GROUP_IDS)
}

/// What the groups of an instance let in; `None`: one of them is not there yet.
fn ingress(store: &Store, scope: &Scope, row: &Record) -> Option<Vec<Ingress>> {
    let table = TableKey::all(scope.clone(), Kind(&security_groups::INFO));
    let mut out = Vec::new();
    for id in groups(row) {
        let group = store.get(&table, &id)?;
        let rules = list(group, &security_groups::RULES);
        for Rule { door, .. } in rules.iter().filter_map(|text| Rule::parse(text)).filter(|r| !r.door.outbound) {
            out.push(Ingress {
                group: id.to_string(),
                protocol: door.protocol.to_string(),
                from: door.from,
                to: door.to,
                peer: match door.peer {
                    Peer::Range(net) => reach::Peer::Range(net),
                    Peer::Group(id) => reach::Peer::Group(id.to_string()),
                    Peer::PrefixList(id) => reach::Peer::PrefixList(id.to_string()),
                },
            });
        }
    }
    Some(out)
}
