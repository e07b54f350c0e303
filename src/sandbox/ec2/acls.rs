//! Network ACLs: Describe, Create, Delete, their entries, and which subnet has which.

use arcstr::ArcStr;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::checks::{dry_run, not_found};
use super::describe::tag_set;
use super::filter::Filters;
use super::network::{flag, wanted};
use super::page::Page;
use super::state::{NetworkAcl, State, Subnet};
use super::{client_token, documented_filters, tags};
use crate::net::range::Range;
use crate::net::reach::AclEntry;
use crate::sandbox::random::Random;
use crate::sandbox::wire::{ApiError, Call, Params, Reply, Xml};
use crate::sandbox::world::World;

/// Entries of one direction beside `*` that an ACL may have, and ACLs that a VPC may have, unless the account asks for more.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-nacls>
const MOST_ENTRIES: usize = 20;
const MOST_ACLS: usize = 200;
/// The number of `*`.
const LAST: u16 = 32_767;

/// The id of a subnet's use of an ACL: another when the ACL is another.
fn association(s: &Subnet) -> String {
    format!("aclassoc-0{:016x}", Random::new(0, &[&s.id, &s.acl]).u64())
}

fn action(e: &AclEntry) -> &'static str {
    if e.allow { "allow" } else { "deny" }
}

fn subnets<'s>(state: &'s State, acl: &NetworkAcl) -> Vec<&'s Subnet> {
    state.subnets.values().filter(|s| s.acl == acl.id).collect()
}

fn render(x: &mut Xml, state: &State, account: &str, a: &NetworkAcl) {
    x.el("networkAclId", &a.id);
    x.el("vpcId", &a.vpc);
    x.el("ownerId", account);
    x.el("default", a.is_default);
    x.list("entrySet", "item", &a.entries, |x, e| {
        x.el("ruleNumber", e.number);
        x.el("protocol", e.protocol.to_string());
        x.el("ruleAction", action(e));
        x.el("egress", e.egress);
        x.el(if e.cidr.addr().is_ipv4() { "cidrBlock" } else { "ipv6CidrBlock" }, e.cidr.to_string());
        if let Some((kind, code)) = e.icmp {
            x.nest("icmpTypeCode", |x| {
                x.el("code", code.to_string());
                x.el("type", kind.to_string());
            });
        }
        if let Some((from, to)) = e.ports {
            x.nest("portRange", |x| {
                x.el("from", from);
                x.el("to", to);
            });
        }
    });
    x.list("associationSet", "item", subnets(state, a), |x, s| {
        x.el("networkAclAssociationId", association(s));
        x.el("networkAclId", &a.id);
        x.el("subnetId", &s.id);
    });
    tag_set(x, &a.tags);
}

/// DescribeNetworkAcls.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.acls, call, "NetworkAclId", "acl")?;
    const KNOWN: &[&str] = &[
        "tag:",
        "association.association-id",
        "association.network-acl-id",
        "association.subnet-id",
        "default",
        "entry.cidr",
        "entry.ipv6-cidr",
        "entry.egress",
        "entry.protocol",
        "entry.rule-action",
        "entry.rule-number",
        "network-acl-id",
        "owner-id",
        "vpc-id",
    ];
    let filters = Filters::read_with(&call.params, KNOWN, documented_filters::ACLS)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let (found, next) = page.cut(&state.acls, |a| {
        (ids.is_empty() || ids.contains(&a.id.as_str()))
            && filters.pass_with(
                &a.tags,
                |name, out| match name {
                    "association.association-id" => {
                        out.extend(subnets(state, a).into_iter().map(|s| association(s).into()));
                    }
                    "association.network-acl-id" => out.extend(subnets(state, a).first().map(|_| a.id.as_str().into())),
                    "association.subnet-id" => out.extend(subnets(state, a).into_iter().map(|s| s.id.as_str().into())),
                    "default" => out.push(flag(a.is_default).into()),
                    "entry.cidr" | "entry.ipv6-cidr" => {
                        let of = a.entries.iter().filter(|e| e.cidr.addr().is_ipv4() == (name == "entry.cidr"));
                        out.extend(of.map(|e| e.cidr.to_string().into()));
                    }
                    "entry.egress" => out.extend(a.entries.iter().map(|e| flag(e.egress).into())),
                    "entry.protocol" => out.extend(a.entries.iter().map(|e| e.protocol.to_string().into())),
                    "entry.rule-action" => out.extend(a.entries.iter().map(|e| action(e).into())),
                    "entry.rule-number" => out.extend(a.entries.iter().map(|e| e.number.to_string().into())),
                    "network-acl-id" => out.push(a.id.as_str().into()),
                    "owner-id" => out.push(crate::sandbox::world::ACCOUNT.into()),
                    "vpc-id" => out.push(a.vpc.as_str().into()),
                    _ => {}
                },
                |x| render(x, state, &account, a),
            )
    });
    Ok(call.ec2(|x| {
        x.list("networkAclSet", "item", found, |x, a| render(x, state, &account, a));
        x.opt("nextToken", next);
    }))
}

/// CreateNetworkAcl: a new one denies all.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let tags = tags::of_specification(&call.params, "network-acl")?;
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let vpc = call.params.required("VpcId")?;
    let vpc = state.vpcs.get(vpc).ok_or_else(|| not_found("vpc", vpc))?.id.clone();
    let known = client_token::known(state, call)?;
    if known.is_none() && state.acls.values().filter(|a| a.vpc == vpc).count() >= MOST_ACLS {
        let message = "The maximum number of network ACLs has been reached.";
        return Err(ApiError::new("NetworkAclLimitExceeded", message));
    }
    dry_run(call)?;
    let id = match known {
        Some(id) => id,
        None => {
            let id = world.new_id("acl");
            let entries = AclEntry::default_entries().into_iter().filter(|e| !e.allow).collect();
            let made = NetworkAcl { id: id.clone(), vpc, is_default: false, entries, tags };
            let state = &mut world.region(&call.region).ec2;
            state.acls.insert(id.clone(), made);
            client_token::remember(state, call, &id);
            id
        }
    };
    let state = &world.region(&call.region).ec2;
    let made = state.acls.get(&id).ok_or_else(|| not_found("acl", &id))?;
    Ok(call.ec2(|x| x.nest("networkAcl", |x| render(x, state, &account, made))))
}

fn the_acl<'s>(state: &'s State, p: &Params) -> Result<&'s NetworkAcl, ApiError> {
    let id = p.required("NetworkAclId")?;
    state.acls.get(id).ok_or_else(|| not_found("acl", id))
}

/// DeleteNetworkAcl: neither a default one nor one that a subnet has.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let acl = the_acl(state, &call.params)?;
    if acl.is_default {
        let message = format!("cannot delete default network ACL {}", acl.id);
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    if !subnets(state, acl).is_empty() {
        let message = format!("The networkAcl '{}' has dependencies and cannot be deleted.", acl.id);
        return Err(ApiError::new("DependencyViolation", message));
    }
    let id = acl.id.clone();
    dry_run(call)?;
    state.acls.remove(&id);
    Ok(call.ec2(|x| x.el("return", true)))
}

/// An entry's number and direction.
fn place(p: &Params) -> Result<(u16, bool), ApiError> {
    let missing =
        |name: &str| ApiError::new("MissingParameter", format!("The request must contain the parameter {name}"));
    let number = p.int("RuleNumber")?.ok_or_else(|| missing("ruleNumber"))?;
    let egress = p.bool("Egress")?.ok_or_else(|| missing("egress"))?;
    // 32767 is the last one, which denies all.
    match u16::try_from(number).ok().filter(|n| (1..32_767).contains(n)) {
        Some(n) => Ok((n, egress)),
        None => Err(ApiError::new(
            "InvalidParameterValue",
            format!("Value ({number}) for parameter ruleNumber is invalid. Must be in the range 1-32766"),
        )),
    }
}

fn entry(p: &Params) -> Result<AclEntry, ApiError> {
    let invalid = |name: &str, value: &str, why: &str| {
        let message = format!("Value ({value}) for parameter {name} is invalid. {why}");
        ApiError::new("InvalidParameterValue", message)
    };
    let (number, egress) = place(p)?;
    let word = p.required("Protocol")?;
    let protocol = match word {
        "tcp" => 6,
        "udp" => 17,
        "icmp" => 1,
        "all" => -1,
        other => other
            .parse::<i16>()
            .ok()
            .filter(|n| (-1..=255).contains(n))
            .ok_or_else(|| invalid("protocol", other, "Unknown protocol."))?,
    };
    let allow = match p.required("RuleAction")? {
        "allow" => true,
        "deny" => false,
        other => return Err(invalid("ruleAction", other, "Must be allow or deny.")),
    };
    let text = |name: &str| p.text(name).filter(|t| !t.is_empty());
    let cidr = match (text("CidrBlock"), text("Ipv6CidrBlock")) {
        (Some(four), None) => Ipv4Net::read(four)
            .map(IpNet::V4)
            .ok_or_else(|| invalid("cidrBlock", four, "This is not a valid CIDR block."))?,
        (None, Some(six)) => Ipv6Net::read(six)
            .map(IpNet::V6)
            .ok_or_else(|| invalid("ipv6CidrBlock", six, "This is not a valid IPv6 CIDR block."))?,
        (Some(_), Some(_)) => {
            let message = "The parameters cidrBlock and ipv6CidrBlock cannot be used together.";
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
        (None, None) => {
            let message = "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.";
            return Err(ApiError::new("MissingParameter", message));
        }
    };
    let port = |name: &str| -> Result<Option<u16>, ApiError> {
        let Some(n) = p.int(name)? else { return Ok(None) };
        u16::try_from(n).map(Some).map_err(|_| invalid("portRange", &n.to_string(), "Ports are from 0 to 65535."))
    };
    let missing =
        |name: &str| ApiError::new("MissingParameter", format!("The request must contain the parameter {name}"));
    // Of protocols but these all is meant, "regardless of any ports or ICMP types or codes". [AWS: CreateNetworkAclEntry]
    let ports = match (protocol, port("PortRange.From")?, port("PortRange.To")?) {
        (6 | 17, Some(from), Some(to)) if from <= to => Some((from, to)),
        (6 | 17, None, None) => return Err(missing("portRange")),
        (6 | 17, ..) => return Err(invalid("portRange", "", "It must go from a lower port to a higher one.")),
        _ => None,
    };
    let part = |name: &str| -> Result<Option<i16>, ApiError> {
        let Some(n) = p.int(name)? else { return Ok(None) };
        let known = i16::try_from(n).ok().filter(|n| (-1..=255).contains(n));
        known.map(Some).ok_or_else(|| invalid("icmpTypeCode", &n.to_string(), "Types and codes are from 0 to 255."))
    };
    let icmp = match (protocol, part("Icmp.Type")?, part("Icmp.Code")?) {
        (1 | 58, Some(-1), Some(code)) if code != -1 => {
            return Err(invalid("icmpTypeCode", &code.to_string(), "The code of all types is -1."));
        }
        (1 | 58, Some(kind), Some(code)) => Some((kind, code)),
        (1 | 58, ..) => return Err(missing("icmpTypeCode")),
        _ => None,
    };
    Ok(AclEntry { number, egress, allow, protocol, ports, icmp, cidr: cidr.trunc() })
}

fn no_entry(number: u16) -> ApiError {
    let message = format!("The network acl entry identified by {number} does not exist.");
    ApiError::new("InvalidNetworkAclEntry.NotFound", message)
}

/// CreateNetworkAclEntry and ReplaceNetworkAclEntry.
pub(super) fn put_entry(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let replace = call.operation == "ReplaceNetworkAclEntry";
    let state = &mut world.region(&call.region).ec2;
    let acl = the_acl(state, &call.params)?;
    let new = entry(&call.params)?;
    let same = |e: &AclEntry| (e.number, e.egress) == (new.number, new.egress);
    let there = acl.entries.iter().any(same);
    if there && !replace {
        let message = format!("The network acl entry identified by {} already exists.", new.number);
        return Err(ApiError::new("NetworkAclEntryAlreadyExists", message));
    }
    if !there && replace {
        return Err(no_entry(new.number));
    }
    let of_way = acl.entries.iter().filter(|e| e.egress == new.egress && e.number != LAST).count();
    if !there && of_way >= MOST_ENTRIES {
        let message = format!("The maximum number of network acl entries has been reached for network acl {}.", acl.id);
        return Err(ApiError::new("NetworkAclEntryLimitExceeded", message));
    }
    let id = acl.id.clone();
    dry_run(call)?;
    if let Some(acl) = state.acls.get_mut(&id) {
        acl.entries.retain(|e| !same(e));
        acl.entries.push(new);
        acl.entries.sort_by_key(|e| (e.egress, e.number));
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// DeleteNetworkAclEntry.
pub(super) fn delete_entry(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let acl = the_acl(state, &call.params)?;
    let (number, egress) = place(&call.params)?;
    if acl.entries.iter().all(|e| (e.number, e.egress) != (number, egress)) {
        return Err(no_entry(number));
    }
    let id = acl.id.clone();
    dry_run(call)?;
    if let Some(acl) = state.acls.get_mut(&id) {
        acl.entries.retain(|e| (e.number, e.egress) != (number, egress));
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// ReplaceNetworkAclAssociation: a subnet gets another ACL.
pub(super) fn replace_association(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let acl = the_acl(state, &call.params)?;
    let (new, vpc) = (acl.id.clone(), acl.vpc.clone());
    let id = call.params.required("AssociationId")?;
    let subnet = state.subnets.values().find(|s| association(s) == id).ok_or_else(|| {
        ApiError::new("InvalidAssociationID.NotFound", format!("The association ID '{id}' does not exist"))
    })?;
    if subnet.vpc != vpc {
        let message = format!("Network ACL {new} and subnet {} belong to different networks", subnet.id);
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let subnet: ArcStr = subnet.id.clone();
    dry_run(call)?;
    let made = state.subnets.get_mut(&subnet).map(|s| {
        s.acl = new;
        association(s)
    });
    Ok(call.ec2(|x| x.opt("newAssociationId", made)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_needs_ports_where_its_protocol_has_them() {
        let read = |s: &str| entry(&Params::parse(s.as_bytes())).map_err(|e| e.code.to_string());
        let rest = "RuleNumber=90&Egress=false&RuleAction=deny&CidrBlock=10.0.0.9/8";
        let one = read(&format!("{rest}&Protocol=6&PortRange.From=80&PortRange.To=90")).unwrap();
        assert_eq!((one.number, one.ports, one.cidr.to_string()), (90, Some((80, 90)), "10.0.0.0/8".to_string()));
        assert_eq!(read(&format!("{rest}&Protocol=6")).unwrap_err(), "MissingParameter");
        assert!(read(&format!("{rest}&Protocol=-1")).is_ok());
        assert_eq!(read(&format!("{rest}&Protocol=50&PortRange.From=80&PortRange.To=90")).unwrap().ports, None);
        assert_eq!(read("RuleNumber=40000&Egress=true").unwrap_err(), "InvalidParameterValue");
    }

    #[test]
    fn an_entry_for_icmp_needs_a_type_and_a_code() {
        let read = |s: &str| {
            let rest = "RuleNumber=90&Egress=false&RuleAction=deny&CidrBlock=10.0.0.0/8&Protocol=1";
            entry(&Params::parse(format!("{rest}{s}").as_bytes())).map(|e| e.icmp).map_err(|e| e.code.to_string())
        };
        assert_eq!(read("&Icmp.Type=8&Icmp.Code=-1"), Ok(Some((8, -1))));
        assert_eq!(read("&Icmp.Type=-1&Icmp.Code=-1"), Ok(Some((-1, -1))));
        assert_eq!(read(""), Err("MissingParameter".into()));
        assert_eq!(read("&Icmp.Type=8"), Err("MissingParameter".into()));
        assert_eq!(read("&Icmp.Type=-1&Icmp.Code=4"), Err("InvalidParameterValue".into()));
        assert_eq!(read("&Icmp.Type=256&Icmp.Code=0"), Err("InvalidParameterValue".into()));
    }
}
