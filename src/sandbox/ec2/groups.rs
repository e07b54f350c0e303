//! Security groups: DescribeSecurityGroups, DescribeSecurityGroupRules, Authorize and Revoke in both directions, Create
//! and Delete.

use std::collections::BTreeMap;

use arcstr::ArcStr;
use ipnet::{Ipv4Net, Ipv6Net};

use super::checks::{dry_run, not_found};
use super::describe::tag_set;
use super::filter::Filters;
use super::group_rules::ports;
use super::network::wanted;
use super::page::Page;
use super::state::{Ids, Peer, Rule, SecurityGroup, State};
use super::{documented_filters, tags};
use crate::net::range::Range;
use crate::sandbox::wire::{ApiError, Call, Params, Reply, Xml};
use crate::sandbox::world::World;

/// DescribeSecurityGroups.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.groups, call, "GroupId", "sg")?;
    let names = call.params.texts("GroupName");
    let default = state.default_vpc().map(|v| v.id.clone());
    if let Some(unknown) = names.iter().find(|n| state.groups.values().all(|g| g.name != **n)) {
        let message =
            format!("The security group '{unknown}' does not exist in default VPC '{}'", default.unwrap_or_default());
        return Err(ApiError::new("InvalidGroup.NotFound", message));
    }
    const KNOWN: &[&str] = &[
        "tag:",
        "description",
        "egress.ip-permission.cidr",
        "group-id",
        "group-name",
        "ip-permission.cidr",
        "ip-permission.from-port",
        "ip-permission.group-id",
        "ip-permission.protocol",
        "ip-permission.to-port",
        "owner-id",
        "vpc-id",
    ];
    let filters = Filters::read_with(&call.params, KNOWN, documented_filters::GROUPS)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let (found, next) = page.cut(&state.groups, |g| {
        (ids.is_empty() || ids.contains(&g.id.as_str()))
            && (names.is_empty() || names.contains(&g.name.as_str()) && Some(&g.vpc) == default.as_ref())
            && filters.pass_with(
                &g.tags,
                |name, out| {
                    let rules = g.rules.iter().filter(|r| r.egress == name.starts_with("egress."));
                    match name.trim_start_matches("egress.") {
                        "description" => out.push(g.description.as_str().into()),
                        "group-id" => out.push(g.id.as_str().into()),
                        "group-name" => out.push(g.name.as_str().into()),
                        "ip-permission.cidr" => out.extend(rules.filter_map(|r| match &r.peer {
                            Peer::V4(n) => Some(n.to_string().into()),
                            _ => None,
                        })),
                        "ip-permission.group-id" => out.extend(rules.filter_map(|r| match &r.peer {
                            Peer::Group(g) => Some(g.as_str().into()),
                            _ => None,
                        })),
                        "ip-permission.from-port" => out.extend(rules.map(|r| r.from.to_string().into())),
                        "ip-permission.to-port" => out.extend(rules.map(|r| r.to.to_string().into())),
                        "ip-permission.protocol" => out.extend(rules.map(|r| r.protocol.as_str().into())),
                        "owner-id" => out.push(crate::sandbox::world::ACCOUNT.into()),
                        "vpc-id" => out.push(g.vpc.as_str().into()),
                        _ => {}
                    }
                },
                |x| group(x, &account, &call.region, g),
            )
    });
    Ok(call.ec2(|x| {
        x.list("securityGroupInfo", "item", found, |x, g| group(x, &account, &call.region, g));
        x.opt("nextToken", next);
    }))
}

fn arn(account: &str, region: &str, id: &str) -> String {
    format!("arn:aws:ec2:{region}:{account}:security-group/{id}")
}

/// A security group, as DescribeSecurityGroups shows it.
fn group(x: &mut Xml, account: &str, region: &str, g: &SecurityGroup) {
    x.el("ownerId", account);
    x.el("groupId", &g.id);
    x.el("groupName", &g.name);
    x.el("groupDescription", &g.description);
    x.el("vpcId", &g.vpc);
    x.el("securityGroupArn", arn(account, region, &g.id));
    permissions(x, "ipPermissions", account, g.rules.iter().filter(|r| !r.egress));
    permissions(x, "ipPermissionsEgress", account, g.rules.iter().filter(|r| r.egress));
    tag_set(x, &g.tags);
}

/// Rules as DescribeSecurityGroups shows them: one element for each protocol and range of ports.
fn permissions<'r>(x: &mut Xml, name: &str, account: &str, rules: impl Iterator<Item = &'r Rule>) {
    let mut by: BTreeMap<(&str, i32, i32), Vec<&Rule>> = BTreeMap::new();
    for r in rules {
        by.entry((r.protocol.as_str(), r.from, r.to)).or_default().push(r);
    }
    x.list(name, "item", by, |x, ((protocol, from, to), rules)| {
        x.el("ipProtocol", protocol);
        if protocol != "-1" {
            x.el("fromPort", from);
            x.el("toPort", to);
        }
        let peers = |x: &mut Xml, list: &str, show: &dyn Fn(&mut Xml, &Peer) -> bool| {
            x.open(list);
            for r in &rules {
                let mut one = Xml::bare();
                if show(&mut one, &r.peer) {
                    one.opt("description", r.description.as_ref());
                    x.open("item");
                    x.append(one);
                    x.close("item");
                }
            }
            x.close(list);
        };
        peers(x, "groups", &|x, p| {
            let Peer::Group(g) = p else { return false };
            x.el("userId", account);
            x.el("groupId", g);
            true
        });
        peers(x, "ipRanges", &|x, p| {
            let Peer::V4(n) = p else { return false };
            x.el("cidrIp", n.to_string());
            true
        });
        peers(x, "ipv6Ranges", &|x, p| {
            let Peer::V6(n) = p else { return false };
            x.el("cidrIpv6", n.to_string());
            true
        });
        peers(x, "prefixListIds", &|x, p| {
            let Peer::PrefixList(l) = p else { return false };
            x.el("prefixListId", l);
            true
        });
    });
}

/// One rule as DescribeSecurityGroupRules and the Authorize operations show it.
fn rule(x: &mut Xml, account: &str, region: &str, group: &SecurityGroup, r: &Rule) {
    x.el("securityGroupRuleId", &r.id);
    x.el("groupId", &group.id);
    x.el("groupOwnerId", account);
    x.el("isEgress", r.egress);
    x.el("ipProtocol", &r.protocol);
    x.el("fromPort", r.from);
    x.el("toPort", r.to);
    match &r.peer {
        Peer::V4(n) => x.el("cidrIpv4", n.to_string()),
        Peer::V6(n) => x.el("cidrIpv6", n.to_string()),
        Peer::PrefixList(l) => x.el("prefixListId", l),
        Peer::Group(g) => x.nest("referencedGroupInfo", |x| {
            x.el("groupId", g);
            x.el("userId", account);
        }),
    }
    x.opt("description", r.description.as_ref());
    tag_set(x, &r.tags);
    x.el("securityGroupRuleArn", format!("arn:aws:ec2:{region}:{account}:security-group-rule/{}", r.id));
}

/// DescribeSecurityGroupRules.
pub(super) fn rules(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let all: BTreeMap<ArcStr, (&SecurityGroup, &Rule)> =
        state.groups.values().flat_map(|g| g.rules.iter().map(move |r| (r.id.clone(), (g, r)))).collect();
    let ids = wanted(&all, call, "SecurityGroupRuleId", "sgr")?;
    let filters = Filters::read(&call.params, &["tag:", "group-id", "security-group-rule-id"])?;
    let page = Page::read(&call.params, 5, 1000)?;
    let (found, next) = page.cut(&all, |(g, r)| {
        (ids.is_empty() || ids.contains(&r.id.as_str()))
            && filters.pass(&r.tags, |name, out| match name {
                "group-id" => out.push(g.id.as_str().into()),
                "security-group-rule-id" => out.push(r.id.as_str().into()),
                _ => {}
            })
    });
    Ok(call.ec2(|x| {
        x.list("securityGroupRuleSet", "item", found, |x, (g, r)| rule(x, &account, &call.region, g, r));
        x.opt("nextToken", next);
    }))
}

/// The group that a request names, by id or by name in the default VPC.
pub(super) fn the_group(state: &State, p: &Params) -> Result<ArcStr, ApiError> {
    if let Some(id) = p.text("GroupId") {
        return state.groups.get(id).map(|g| g.id.clone()).ok_or_else(|| not_found("sg", id));
    }
    let Some(name) = p.text("GroupName") else {
        let message = "The request must contain the parameter groupName or groupId";
        return Err(ApiError::new("MissingParameter", message));
    };
    let vpc = state.default_vpc().map(|v| v.id.clone()).unwrap_or_default();
    let found = state.groups.values().find(|g| g.name == name && g.vpc == vpc).map(|g| g.id.clone());
    found.ok_or_else(|| {
        ApiError::new(
            "InvalidGroup.NotFound",
            format!("The security group '{name}' does not exist in default VPC '{vpc}'"),
        )
    })
}

/// A rule as a request asks for it, without an id.
pub(super) type Asked = (ArcStr, i32, i32, Peer, Option<ArcStr>);

/// The rules that a request asks for: `IpPermissions.N`, or the flat form of one rule.
pub(super) fn asked(state: &State, p: &Params) -> Result<Vec<Asked>, ApiError> {
    let mut out = Vec::new();
    for perm in p.list("IpPermissions") {
        let (protocol, from, to) = ports(perm)?;
        let before = out.len();
        let describe = |n: &Params| n.text("Description").filter(|d| !d.is_empty()).map(ArcStr::from);
        let lists = ["IpRanges", "Ipv6Ranges", "Groups", "PrefixListIds"];
        let said = lists.iter().flat_map(|l| perm.list(l)).filter_map(|n| n.text("Description"));
        if said.into_iter().any(|d| why_no_text(d, "description").is_some()) {
            let message = "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";
            return Err(ApiError::new("InvalidParameterValue", message));
        }
        for r in perm.list("IpRanges") {
            out.push((protocol.clone(), from, to, Peer::V4(range(r.required("CidrIp")?)?), describe(r)));
        }
        for r in perm.list("Ipv6Ranges") {
            let text = r.required("CidrIpv6")?;
            out.push((protocol.clone(), from, to, Peer::V6(range_v6(text)?), describe(r)));
        }
        for r in perm.list("Groups") {
            let group = match (r.text("GroupId"), r.text("GroupName")) {
                (Some(id), _) => state.groups.get(id).ok_or_else(|| not_found("sg", id))?,
                (None, name) => {
                    let name = name.unwrap_or_default();
                    state.group_named(name).ok_or_else(|| {
                        ApiError::new("InvalidGroup.NotFound", format!("The security group '{name}' does not exist"))
                    })?
                }
            };
            out.push((protocol.clone(), from, to, Peer::Group(group.id.clone()), describe(r)));
        }
        for r in perm.list("PrefixListIds") {
            let list = Peer::PrefixList(r.required("PrefixListId")?.into());
            out.push((protocol.clone(), from, to, list, describe(r)));
        }
        if out.len() == before {
            let message =
                "The request must contain at least one of ipRanges, ipv6Ranges, prefixListIds, userIdGroupPairs";
            return Err(ApiError::new("MissingParameter", message));
        }
    }
    if out.is_empty() && p.text("IpProtocol").is_some() {
        let (protocol, from, to) = ports(p)?;
        out.push((protocol, from, to, Peer::V4(range(p.required("CidrIp")?)?), None));
    }
    if out.is_empty() && p.text("SourceSecurityGroupName").is_some() {
        let name = p.text("SourceSecurityGroupName").unwrap_or_default();
        let group = state.group_named(name).ok_or_else(|| {
            ApiError::new("InvalidGroup.NotFound", format!("The security group '{name}' does not exist"))
        })?;
        out.push(("-1".into(), -1, -1, Peer::Group(group.id.clone()), None));
    }
    Ok(out)
}

fn bad_range(text: &str) -> ApiError {
    ApiError::new("InvalidParameterValue", format!("CIDR block {text} is malformed"))
}

fn range(text: &str) -> Result<Ipv4Net, ApiError> {
    Ipv4Net::read(text).map(|n| n.trunc()).ok_or_else(|| bad_range(text))
}

fn range_v6(text: &str) -> Result<Ipv6Net, ApiError> {
    Ipv6Net::read(text).map(|n| n.trunc()).ok_or_else(|| bad_range(text))
}

/// Whether a rule is what was asked for, whatever it is described as.
pub(super) fn same(r: &Rule, (protocol, from, to, peer, _): &Asked) -> bool {
    r.protocol == *protocol && (r.from, r.to) == (*from, *to) && r.peer == *peer
}

/// The only peer of a rule that is said in one piece.
pub(super) fn peer_of(state: &State, p: &Params) -> Result<Peer, ApiError> {
    let given: Vec<(&str, &str)> = ["CidrIpv4", "CidrIpv6", "PrefixListId", "ReferencedGroupId"]
        .into_iter()
        .filter_map(|n| Some((n, p.text(n).filter(|v| !v.is_empty())?)))
        .collect();
    let [(name, text)] = given[..] else {
        let message = "Exactly one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId must be specified.";
        return Err(ApiError::new("InvalidParameterCombination", message));
    };
    Ok(match name {
        "CidrIpv4" => Peer::V4(range(text)?),
        "CidrIpv6" => Peer::V6(range_v6(text)?),
        "PrefixListId" => Peer::PrefixList(text.into()),
        _ => Peer::Group(state.groups.get(text).ok_or_else(|| not_found("sg", text))?.id.clone()),
    })
}

fn is_egress(call: &Call<'_>) -> bool {
    call.operation.ends_with("Egress")
}

/// AuthorizeSecurityGroupIngress and -Egress.
pub(super) fn authorize(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (account, seed, egress) = (world.account.clone(), world.seed, is_egress(call));
    let state = &mut world.region(&call.region).ec2;
    let id = the_group(state, &call.params)?;
    let asked = asked(state, &call.params)?;
    let tags = tags::of_specification(&call.params, "security-group-rule")?;
    if asked.is_empty() {
        return Err(ApiError::new("MissingParameter", "The request must contain the parameter ipPermissions"));
    }
    let group = state.groups.get(&id).ok_or_else(|| not_found("sg", &id))?;
    for (protocol, from, to, peer, _) in &asked {
        let same = |r: &Rule| {
            r.egress == egress && r.protocol == *protocol && (r.from, r.to) == (*from, *to) && r.peer == *peer
        };
        if group.rules.iter().any(same) {
            let peer = match peer {
                Peer::V4(n) => n.to_string(),
                Peer::V6(n) => n.to_string(),
                Peer::Group(g) | Peer::PrefixList(g) => g.to_string(),
            };
            let (protocol, ports) = match protocol.as_str() {
                "-1" => ("ALL", String::new()),
                "tcp" => ("TCP", format!("from port: {from}, to port: {to}, ")),
                "udp" => ("UDP", format!("from port: {from}, to port: {to}, ")),
                other => (other, String::new()),
            };
            let message = format!("the specified rule \"peer: {peer}, {protocol}, {ports}ALLOW\" already exists");
            return Err(ApiError::new("InvalidPermission.Duplicate", message));
        }
    }
    // "The quota is enforced separately for inbound and outbound, and for IPv4 and IPv6": what names no range counts for both. [AWS: VPC quotas]
    let peers = || {
        let have = group.rules.iter().filter(|r| r.egress == egress).map(|r| &r.peer);
        have.chain(asked.iter().map(|(_, _, _, peer, _)| peer))
    };
    let four = peers().filter(|p| !matches!(p, Peer::V6(_))).count();
    let six = peers().filter(|p| !matches!(p, Peer::V4(_))).count();
    if four.max(six) > MOST_RULES {
        let message = "The maximum number of rules per security group has been reached.";
        return Err(ApiError::new("RulesPerSecurityGroupLimitExceeded", message));
    }
    dry_run(call)?;
    let ids = Ids { seed, region: &call.region };
    let mut made = Vec::new();
    for (protocol, from, to, peer, description) in asked {
        let new = Rule { description, tags: tags.clone(), ..state.rule(&ids, egress, &protocol, from, to, peer) };
        made.push(new);
    }
    let Some(group) = state.groups.get_mut(&id) else { return Err(not_found("sg", &id)) };
    group.rules.extend(made.iter().cloned());
    let group = &*group;
    Ok(call.ec2(|x| {
        x.el("return", true);
        x.list("securityGroupRuleSet", "item", &made, |x, r| rule(x, &account, &call.region, group, r));
    }))
}

/// RevokeSecurityGroupIngress and -Egress: by rule ids, or by the rules' own words.
pub(super) fn revoke(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let egress = is_egress(call);
    let state = &mut world.region(&call.region).ec2;
    let id = the_group(state, &call.params)?;
    let by_id = call.params.texts("SecurityGroupRuleId");
    let asked = asked(state, &call.params)?;
    let Some(group) = state.groups.get_mut(&id) else { return Err(not_found("sg", &id)) };
    let missing: Vec<&str> = by_id
        .iter()
        .filter(|r| group.rules.iter().all(|have| have.id != **r || have.egress != egress))
        .copied()
        .collect();
    if let Some(first) = missing.first() {
        let message = format!("The security group rule ID '{first}' does not exist");
        return Err(ApiError::new("InvalidSecurityGroupRuleId.NotFound", message));
    }
    if asked.iter().any(|a| group.rules.iter().all(|r| r.egress != egress || !same(r, a))) {
        let message = "The specified rule does not exist in this security group.";
        return Err(ApiError::new("InvalidPermission.NotFound", message));
    }
    dry_run(call)?;
    group.rules.retain(|r| r.egress != egress || !(by_id.contains(&r.id.as_str()) || asked.iter().any(|a| same(r, a))));
    Ok(call.ec2(|x| x.el("return", true)))
}

/// Rules of a group in one direction, and groups of a region. [AWS: VPC quotas]
const MOST_RULES: usize = 60;
const MOST_GROUPS: usize = 2_500;

/// What AWS says to a text that it does not take as what a group or a rule is called or described by.
fn why_no_text(text: &str, what: &str) -> Option<ApiError> {
    const SIGNS: &str = ". _-:/()#,@[]+=&;{}!$*";
    let fits = |c: char| c.is_ascii_alphanumeric() || SIGNS.contains(c);
    (text.chars().count() > 255 || !text.chars().all(fits)).then(|| {
        let message = format!(
            "Invalid security group {what}. Valid {what}s are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*"
        );
        ApiError::new("InvalidParameterValue", message)
    })
}

/// CreateSecurityGroup.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let seed = world.seed;
    let (account, region) = (world.account.clone(), call.region.clone());
    let name: ArcStr = call.params.required("GroupName")?.into();
    let description: ArcStr = call.params.required("GroupDescription")?.into();
    let tags = tags::of_specification(&call.params, "security-group")?;
    let new = world.new_id("sg");
    let state = &mut world.region(&call.region).ec2;
    if let Some(wrong) = why_no_text(&name, "name").or_else(|| why_no_text(&description, "description")) {
        return Err(wrong);
    }
    if name == "default" {
        return Err(ApiError::new("InvalidParameterValue", "Cannot use reserved security group name: default"));
    }
    let vpc = match call.params.text("VpcId") {
        Some(id) => state.vpcs.get(id).ok_or_else(|| not_found("vpc", id))?.id.clone(),
        None => state
            .default_vpc()
            .map(|v| v.id.clone())
            .ok_or_else(|| ApiError::new("VPCIdNotSpecified", "No default VPC for this user"))?,
    };
    if name.starts_with("sg-") {
        let message =
            format!("Value ({name}) for parameter GroupName is invalid. Group names may not be in the format sg-*.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    if state.groups.values().any(|g| g.vpc == vpc && g.name == name) {
        let message = format!("The security group '{name}' already exists for VPC '{vpc}'");
        return Err(ApiError::new("InvalidGroup.Duplicate", message));
    }
    if state.groups.len() >= MOST_GROUPS {
        let message = "The maximum number of security groups has been reached.";
        return Err(ApiError::new("SecurityGroupLimitExceeded", message));
    }
    dry_run(call)?;
    let ids = Ids { seed, region: &call.region };
    let rules = vec![state.rule(&ids, true, "-1", -1, -1, Peer::V4(Ipv4Net::default()))];
    let group = SecurityGroup { id: new.clone(), name, description, vpc, rules, tags };
    state.groups.insert(new.clone(), group);
    let tags = state.groups.get(&new).map(|g| g.tags.clone()).unwrap_or_default();
    Ok(call.ec2(|x| {
        x.el("return", true);
        x.el("groupId", &new);
        x.el("securityGroupArn", arn(&account, &region, &new));
        tag_set(x, &tags);
    }))
}

/// DeleteSecurityGroup: refused while something uses it.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let id = the_group(state, &call.params)?;
    if state.groups.get(&id).is_some_and(|g| g.name == "default") {
        let message = format!("the specified group: \"{id}\" name: \"default\" cannot be deleted by a user");
        return Err(ApiError::new("CannotDelete", message));
    }
    let in_use = state.instances.values().any(|i| i.groups.contains(&id))
        || state.service_interfaces.values().any(|s| s.groups.contains(&id))
        || state.own_interfaces.values().any(|i| i.groups.contains(&id))
        || state.groups.values().any(|g| g.id != id && g.rules.iter().any(|r| r.peer == Peer::Group(id.clone())));
    if in_use {
        return Err(ApiError::new("DependencyViolation", format!("resource {id} has a dependent object")));
    }
    dry_run(call)?;
    state.groups.remove(&id);
    Ok(call.ec2(|x| {
        x.el("return", true);
        x.el("groupId", &id);
    }))
}
