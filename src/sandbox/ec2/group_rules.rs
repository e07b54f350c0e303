//! Modifications of security group rules: their ports and peers, or their descriptions alone.

use super::checks::{dry_run, not_found};
use super::groups::{Asked, asked, peer_of, ports, same, the_group};
use super::state::{Rule, State};
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;

fn no_rule(id: &str) -> ApiError {
    let message = format!("The security group rule ID '{id}' does not exist");
    ApiError::new("InvalidSecurityGroupRuleId.NotFound", message)
}

fn rules_of<'s>(state: &'s mut State, group: &str) -> Result<&'s mut Vec<Rule>, ApiError> {
    state.groups.get_mut(group).map(|g| &mut g.rules).ok_or_else(|| not_found("sg", group))
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
