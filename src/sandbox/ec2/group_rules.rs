//! Security group rules: the ports that they may have, and their modifications.

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::groups::{Asked, asked, peer_of, same, the_group};
use super::state::{Rule, State};
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;

fn no_rule(id: &str) -> ApiError {
    let message = format!("The security group rule ID '{id}' does not exist");
    ApiError::new("InvalidSecurityGroupRuleId.NotFound", message)
}

fn rules_of<'s>(state: &'s mut State, group: &str) -> Result<&'s mut Vec<Rule>, ApiError> {
    state.groups.get_mut(group).map(|g| &mut g.rules).ok_or_else(|| not_found("sg", group))
}

/// A rule's protocol and ports.
pub(super) fn ports(p: &Params) -> Result<(ArcStr, i32, i32), ApiError> {
    let protocol = match p.required("IpProtocol")?.to_ascii_lowercase().as_str() {
        "6" => "tcp".to_string(),
        "17" => "udp".to_string(),
        "1" => "icmp".to_string(),
        "58" => "icmpv6".to_string(),
        "all" => "-1".to_string(),
        p if matches!(p, "tcp" | "udp" | "icmp" | "icmpv6" | "-1") || p.parse::<u8>().is_ok() => p.to_string(),
        other => {
            let message = format!("Invalid value '{other}' for IP protocol. Unknown protocol.");
            return Err(ApiError::new("InvalidParameterValue", message));
        }
    };
    if protocol == "-1" {
        return Ok((protocol.into(), -1, -1));
    }
    let (from, to) = (p.int("FromPort")?, p.int("ToPort")?);
    let (from, to) = if matches!(protocol.as_str(), "tcp" | "udp" | "icmp" | "icmpv6") {
        (from, to)
    } else {
        (from.or(Some(-1)), to.or(Some(-1)))
    };
    let (Some(from), Some(to)) = (from, to) else {
        let message = "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.";
        return Err(ApiError::new("InvalidParameterValue", message));
    };
    let invalid = |message: String| ApiError::new("InvalidParameterValue", message);
    let number = |n: i64, least: i32, most: i32, what: &str| {
        let number = i32::try_from(n).ok().filter(|n| (least..=most).contains(n));
        number.ok_or_else(|| invalid(format!("{what} ({n}) out of range")))
    };
    match protocol.as_str() {
        // "If the start port is -1 (all ICMP types), then the end port must be -1 (all ICMP codes)." [AWS: IpPermission]
        "icmp" | "icmpv6" => {
            let (kind, code) = (number(from, -1, 255, "ICMP type")?, number(to, -1, 255, "ICMP code")?);
            if kind == -1 && code != -1 {
                return Err(invalid(format!("ICMP code ({code}) out of range")));
            }
            Ok((protocol.into(), kind, code))
        }
        "tcp" | "udp" => {
            let (low, high) = (number(from, 0, 65_535, "TCP/UDP port")?, number(to, 0, 65_535, "TCP/UDP port")?);
            if low > high {
                return Err(invalid(format!("Invalid TCP/UDP port range ({low}:{high})")));
            }
            Ok((protocol.into(), low, high))
        }
        // Of other protocols all is allowed, whatever ports are said.
        _ => Ok((protocol.into(), -1, -1)),
    }
}

/// ModifySecurityGroupRules: each keeps its id and its direction.
pub(super) fn modify(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &mut world.region(&call.region).ec2;
    let group = the_group(state, p)?;
    let mut changed: Vec<Rule> = Vec::new();
    for one in p.list("SecurityGroupRule") {
        let id = one.required("SecurityGroupRuleId")?;
        let old = rules_of(state, &group)?.iter().find(|r| r.id == id).ok_or_else(|| no_rule(id))?.clone();
        let Some(new) = one.node("SecurityGroupRule") else {
            let message = "The request must contain the parameter SecurityGroupRule";
            return Err(ApiError::new("MissingParameter", message));
        };
        let (protocol, from, to) = ports(new)?;
        let peer = peer_of(state, new)?;
        let description = new.text("Description").filter(|d| !d.is_empty()).map(Into::into);
        changed.push(Rule { protocol, from, to, peer, description, ..old });
    }
    if changed.is_empty() {
        return Err(ApiError::new("MissingParameter", "The request must contain the parameter SecurityGroupRules"));
    }
    let rules = rules_of(state, &group)?;
    let kept = rules.iter().filter(|r| changed.iter().all(|c| c.id != r.id));
    for (n, c) in changed.iter().enumerate() {
        let alike =
            |r: &Rule| (r.egress, &r.protocol, r.from, r.to, &r.peer) == (c.egress, &c.protocol, c.from, c.to, &c.peer);
        if kept.clone().any(alike) || changed[..n].iter().any(alike) {
            let message = "the specified rule already exists";
            return Err(ApiError::new("InvalidPermission.Duplicate", message));
        }
    }
    dry_run(call)?;
    for r in rules.iter_mut() {
        if let Some(c) = changed.iter().find(|c| c.id == r.id) {
            *r = c.clone();
        }
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// UpdateSecurityGroupRuleDescriptionsIngress and -Egress: by rule ids, or by the rules' own words.
pub(super) fn describe_anew(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let egress = call.operation.ends_with("Egress");
    let state = &mut world.region(&call.region).ec2;
    let group = the_group(state, &call.params)?;
    let mut named = Vec::new();
    for one in call.params.list("SecurityGroupRuleDescription") {
        let id = one.required("SecurityGroupRuleId")?;
        let there = rules_of(state, &group)?.iter().any(|r| r.id == id && r.egress == egress);
        if !there {
            return Err(no_rule(id));
        }
        named.push((id, one.text("Description")));
    }
    let asked: Vec<Asked> = asked(state, &call.params)?;
    if named.is_empty() && asked.is_empty() {
        return Err(ApiError::new("MissingParameter", "The request must contain the parameter ipPermissions"));
    }
    let rules = rules_of(state, &group)?;
    if asked.iter().any(|a| rules.iter().all(|r| r.egress != egress || !same(r, a))) {
        let message = "The specified rule does not exist in this security group.";
        return Err(ApiError::new("InvalidPermission.NotFound", message));
    }
    dry_run(call)?;
    for r in rules.iter_mut().filter(|r| r.egress == egress) {
        if let Some((_, text)) = named.iter().find(|(id, _)| r.id == *id) {
            r.description = text.filter(|d| !d.is_empty()).map(Into::into);
        }
        if let Some(a) = asked.iter().find(|a| same(r, a)) {
            r.description.clone_from(&a.4);
        }
    }
    Ok(call.ec2(|x| x.el("return", true)))
}
