//! CreateTags, DeleteTags, DescribeTags, and the tags that a create request brings.

use std::collections::BTreeMap;

use arcstr::ArcStr;

use super::checks::{dry_run, is_id, not_found};
use super::filter::Filters;
use super::page::Page;
use super::state::{State, Tags};
use crate::sandbox::wire::{ApiError, Call, Params, Reply, Tree};
use crate::sandbox::world::World;

/// Tags that a resource may have. [AWS: tag restrictions]
const MOST: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterValue", message)
}

/// Whether only AWS itself may write the tag.
fn is_reserved(key: &str) -> bool {
    key.get(..4).is_some_and(|k| k.eq_ignore_ascii_case("aws:"))
}

fn reserved(key: &str) -> ApiError {
    invalid(format!(
        "Value ( {key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use"
    ))
}

/// Reads `PATH.N.Key` and `.Value`, checked.
fn read(list: &[&Params]) -> Result<Tags, ApiError> {
    let mut tags = Tags::new();
    for t in list {
        let key = t.text("Key").unwrap_or_default();
        let value = t.text("Value").unwrap_or_default();
        if key.is_empty() {
            return Err(invalid("Tag key cannot be empty"));
        }
        if is_reserved(key) {
            return Err(reserved(key));
        }
        if key.chars().count() > LONGEST_KEY {
            return Err(invalid(format!("Tag key exceeds the maximum length of {LONGEST_KEY} characters")));
        }
        if value.chars().count() > LONGEST_VALUE {
            return Err(invalid(format!("Tag value exceeds the maximum length of {LONGEST_VALUE} characters")));
        }
        // What XML 1.0 cannot carry could never be described again.
        if key.chars().chain(value.chars()).any(|c| c < ' ' && !matches!(c, '\t' | '\n' | '\r')) {
            return Err(invalid("Tag keys and values cannot contain control characters"));
        }
        if tags.iter().any(|(k, _)| k == key) {
            return Err(invalid(format!("Duplicate tag key '{key}' specified.")));
        }
        tags.push((key.into(), value.into()));
    }
    if tags.len() > MOST {
        return Err(limit());
    }
    Ok(tags)
}

/// Tags as an answer shows them.
pub(super) fn tree(tags: &Tags) -> Tree {
    let one = |(key, value): &(ArcStr, ArcStr)| Tree::map([("Key", key.into()), ("Value", value.into())]);
    Tree::List(tags.iter().map(one).collect())
}

fn limit() -> ApiError {
    ApiError::new("TagLimitExceeded", format!("The maximum number of Tags for a resource has been reached ({MOST})."))
}

/// The tags that `TagSpecification.N` gives to resources of this type.
pub(super) fn of_specification(p: &Params, kind: &str) -> Result<Tags, ApiError> {
    let allowed: &[&str] = match p.text("Action") {
        Some("RunInstances") => &["instance", "volume", "network-interface", "spot-instances-request"],
        Some("CreateImage" | "CopyImage") => &["image", "snapshot"],
        _ => &[kind],
    };
    for s in p.list("TagSpecification") {
        let tags = read(&s.list("Tag"))?;
        let of = s.text("ResourceType").unwrap_or_default();
        // A launch template's data name no action, and are checked when they are launched.
        if p.text("Action").is_some() && !allowed.contains(&of) {
            return Err(invalid(format!("'{of}' is not a valid taggable resource type for this operation.")));
        }
        if s.text("ResourceType") == Some(kind) {
            return Ok(tags);
        }
    }
    Ok(Tags::new())
}

impl State {
    /// The tags of whatever has this id.
    fn tags_of(&mut self, id: &str) -> Option<&mut Tags> {
        let (prefix, _) = id.split_once('-')?;
        match prefix {
            "i" => self.instances.get_mut(id).map(|i| &mut i.tags),
            "vol" => self.volumes.get_mut(id).map(|v| &mut v.tags),
            "vpc" => self.vpcs.get_mut(id).map(|v| &mut v.tags),
            "subnet" => self.subnets.get_mut(id).map(|s| &mut s.tags),
            "sg" => self.groups.get_mut(id).map(|g| &mut g.tags),
            "acl" => self.acls.get_mut(id).map(|a| &mut a.tags),
            "ami" => self.images.get_mut(id).map(|i| &mut i.tags),
            "eipalloc" => self.addresses.get_mut(id).map(|a| &mut a.tags),
            "key" => self.key_pairs.values_mut().find(|k| k.id == id).map(|k| &mut k.tags),
            "snap" => self.snapshots.get_mut(id).map(|s| &mut s.tags),
            "igw" => self.gateways.get_mut(id).map(|g| &mut g.tags),
            "nat" => self.nat_gateways.get_mut(id).map(|n| &mut n.tags),
            "pcx" => self.peerings.get_mut(id).map(|p| &mut p.tags),
            "vpce" => self.endpoints.get_mut(id).map(|e| &mut e.tags),
            "eigw" => self.egress_only.get_mut(id).map(|g| &mut g.tags),
            // `tgw-attach-…`; gateways themselves are other accounts' here.
            "tgw" => self.transit_attachments.get_mut(id).map(|a| &mut a.tags),
            "pl" => self.prefix_lists.get_mut(id).filter(|p| !p.aws).map(|p| &mut p.tags),
            "dopt" if id == super::network::DHCP => Some(self.other_tags.entry(id.into()).or_default()),
            "dopt" => self.dhcp_options.get_mut(id).map(|o| &mut o.tags),
            "fl" => self.flow_logs.get_mut(id).map(|f| &mut f.tags),
            "rtb" => self.route_tables.get_mut(id).map(|t| &mut t.tags),
            "lt" => self.templates.get_mut(id).map(|t| &mut t.tags),
            "eni" => {
                let there = self.service_interfaces.contains_key(id)
                    || self.own_interfaces.contains_key(id)
                    || self.instances.values().any(|i| i.interface == id)
                    || self.nat_gateways.values().any(|n| n.interface == id);
                if !there {
                    return None;
                }
                Some(self.other_tags.entry(id.into()).or_default())
            }
            "sgr" => self.groups.values_mut().flat_map(|g| &mut g.rules).find(|r| r.id == id).map(|r| &mut r.tags),
            "sir" => {
                self.instances.values().find(|i| i.spot.as_ref().is_some_and(|s| s.request == id))?;
                Some(self.other_tags.entry(id.into()).or_default())
            }
            _ => None,
        }
    }
    /// Every tag of the region: resource type, id, tags.
    fn all_tags(&self) -> impl Iterator<Item = (&'static str, &ArcStr, &Tags)> {
        let instances = self.instances.values().filter(|i| !i.state.is_ending()).map(|i| ("instance", &i.id, &i.tags));
        instances
            .chain(self.volumes.values().map(|v| ("volume", &v.id, &v.tags)))
            .chain(self.vpcs.values().map(|v| ("vpc", &v.id, &v.tags)))
            .chain(self.subnets.values().map(|s| ("subnet", &s.id, &s.tags)))
            .chain(self.groups.values().map(|g| ("security-group", &g.id, &g.tags)))
            .chain(self.groups.values().flat_map(|g| &g.rules).map(|r| ("security-group-rule", &r.id, &r.tags)))
            .chain(self.acls.values().map(|a| ("network-acl", &a.id, &a.tags)))
            .chain(self.images.values().map(|i| ("image", &i.id, &i.tags)))
            .chain(self.addresses.values().map(|a| ("elastic-ip", &a.id, &a.tags)))
            .chain(self.key_pairs.values().map(|k| ("key-pair", &k.id, &k.tags)))
            .chain(self.snapshots.values().map(|s| ("snapshot", &s.id, &s.tags)))
            .chain(self.gateways.values().map(|g| ("internet-gateway", &g.id, &g.tags)))
            .chain(self.nat_gateways.values().map(|n| ("natgateway", &n.id, &n.tags)))
            .chain(self.route_tables.values().map(|t| ("route-table", &t.id, &t.tags)))
            .chain(self.templates.values().map(|t| ("launch-template", &t.id, &t.tags)))
            .chain(self.peerings.values().map(|p| ("vpc-peering-connection", &p.id, &p.tags)))
            .chain(self.endpoints.values().map(|e| ("vpc-endpoint", &e.id, &e.tags)))
            .chain(self.egress_only.values().map(|g| ("egress-only-internet-gateway", &g.id, &g.tags)))
            .chain(self.transit_attachments.values().map(|a| ("transit-gateway-attachment", &a.id, &a.tags)))
            .chain(self.prefix_lists.values().map(|p| ("prefix-list", &p.id, &p.tags)))
            .chain(self.dhcp_options.values().map(|o| ("dhcp-options", &o.id, &o.tags)))
            .chain(self.flow_logs.values().map(|f| ("vpc-flow-log", &f.id, &f.tags)))
            .chain(self.other_tags.iter().map(|(id, tags)| {
                let kind = match id.split_once('-') {
                    Some(("sir", _)) => "spot-instances-request",
                    Some(("dopt", _)) => "dhcp-options",
                    _ => "network-interface",
                };
                (kind, id, tags)
            }))
    }
}

/// The ids of the request; all are there.
fn resources(state: &mut State, call: &Call<'_>) -> Result<Vec<ArcStr>, ApiError> {
    let ids: Vec<ArcStr> = call.params.texts("ResourceId").into_iter().map(Into::into).collect();
    if ids.is_empty() {
        return Err(ApiError::new("MissingParameter", "The request must contain the parameter resourceIdSet"));
    }
    for id in &ids {
        if state.tags_of(id).is_none() {
            let prefix = id.rsplit_once('-').map_or("", |(p, _)| p);
            return Err(if is_id(prefix, id) {
                not_found(prefix, id)
            } else {
                ApiError::new("InvalidID", format!("The ID '{id}' is not valid"))
            });
        }
    }
    Ok(ids)
}

/// CreateTags.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let ids = resources(state, call)?;
    let new = read(&call.params.list("Tag"))?;
    if new.is_empty() {
        return Err(ApiError::new("MissingParameter", "The request must contain the parameter Tag"));
    }
    dry_run(call)?;
    for id in &ids {
        let Some(tags) = state.tags_of(id) else { continue };
        let added = new.iter().filter(|(k, _)| tags.iter().all(|(have, _)| have != k)).count();
        if tags.iter().filter(|(k, _)| !k.starts_with("aws:")).count() + added > MOST {
            return Err(limit());
        }
    }
    for id in &ids {
        let Some(tags) = state.tags_of(id) else { continue };
        for (key, value) in &new {
            match tags.iter_mut().find(|(k, _)| k == key) {
                Some((_, v)) => *v = value.clone(),
                None => tags.push((key.clone(), value.clone())),
            }
        }
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// DeleteTags: by key, or by key and value; all of them if none is named, but for AWS's own.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let ids = resources(state, call)?;
    let wanted: Vec<(&str, Option<&str>)> =
        call.params.list("Tag").iter().map(|t| (t.text("Key").unwrap_or_default(), t.text("Value"))).collect();
    if let Some((key, _)) = wanted.iter().find(|(key, _)| is_reserved(key)) {
        return Err(reserved(key));
    }
    dry_run(call)?;
    for id in &ids {
        let Some(tags) = state.tags_of(id) else { continue };
        tags.retain(|(key, value)| {
            let goes = |(k, v): &(&str, Option<&str>)| key == *k && v.is_none_or(|v| value == v);
            key.starts_with("aws:") || !(wanted.is_empty() || wanted.iter().any(goes))
        });
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// DescribeTags.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let filters = Filters::read(&call.params, &["tag:", "key", "value", "resource-id", "resource-type"])?;
    let page = Page::read(&call.params, 5, 1000)?;
    let mut all = BTreeMap::new();
    for (kind, id, tags) in state.all_tags() {
        for (key, value) in tags {
            all.insert(arcstr::format!("{id} {key}"), (kind, id, (key.clone(), value.clone())));
        }
    }
    let none = Tags::new();
    let (found, next) = page.cut(&all, |(kind, id, (key, value))| {
        filters.pass(&none, |name, out| match name {
            "key" => out.push(key.to_string().into()),
            "value" => out.push(value.to_string().into()),
            "resource-id" => out.push(id.to_string().into()),
            "resource-type" => out.push((*kind).into()),
            _ if name.strip_prefix("tag:").is_some_and(|k| k == key) => out.push(value.to_string().into()),
            _ => {}
        })
    });
    Ok(call.ec2(|x| {
        x.list("tagSet", "item", found, |x, (kind, id, (key, value))| {
            x.el("resourceId", *id);
            x.el("resourceType", *kind);
            x.el("key", key);
            x.el("value", value);
        });
        x.opt("nextToken", next);
    }))
}
