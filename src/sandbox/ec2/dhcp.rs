//! Sets of DHCP options: Create, Describe, Associate, Delete.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html>

use std::collections::BTreeMap;

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::filter::Filters;
use super::network::{DHCP, wanted};
use super::page::Page;
use super::state::{DhcpOptions, State, Tags};
use super::tags;
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::World;

/// Sets of options that a region may have. [AWS: Amazon VPC quotas]
const MOST: usize = 100;
/// Servers in one option.
const MOST_SERVERS: usize = 4;
/// What a VPC has that has no set at all.
const NONE: &str = "default";

/// The options that there are.
const KEYS: &[&str] = &[
    "domain-name",
    "domain-name-servers",
    "ntp-servers",
    "netbios-name-servers",
    "netbios-node-type",
    "ipv6-address-preferred-lease-time",
];

/// The set that a region has from the start.
fn own(region: &str) -> DhcpOptions {
    let domain =
        if region == "us-east-1" { "ec2.internal".into() } else { arcstr::format!("{region}.compute.internal") };
    let options = vec![
        ("domain-name".into(), vec![domain]),
        ("domain-name-servers".into(), vec![arcstr::literal!("AmazonProvidedDNS")]),
    ];
    DhcpOptions { id: DHCP.into(), options, tags: Tags::new() }
}

impl State {
    /// The set of options that a VPC has.
    pub(in crate::sandbox::ec2) fn dhcp_options_of(&self, vpc: &str) -> ArcStr {
        self.dhcp_of.get(vpc).cloned().unwrap_or(DHCP.into())
    }
    /// Tags of the region's own set are kept with those of what has none of its own.
    fn all_dhcp_options(&self, region: &str) -> BTreeMap<ArcStr, DhcpOptions> {
        let mut all = self.dhcp_options.clone();
        let tags = self.other_tags.get(DHCP).cloned().unwrap_or_default();
        all.insert(DHCP.into(), DhcpOptions { tags, ..own(region) });
        all
    }
}

fn tree(o: &DhcpOptions, account: &str) -> Tree {
    let value = |v: &ArcStr| Tree::map([("Value", v.into())]);
    let option = |(key, values): &(ArcStr, Vec<ArcStr>)| {
        Tree::map([("Key", key.into()), ("Values", Tree::List(values.iter().map(value).collect()))])
    };
    Tree::map([
        ("DhcpOptionsId", (&o.id).into()),
        ("OwnerId", account.into()),
        ("DhcpConfigurations", Tree::List(o.options.iter().map(option).collect())),
        ("Tags", tags::tree(&o.tags)),
    ])
}

/// DescribeDhcpOptions.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let all = world.region(&call.region).ec2.all_dhcp_options(&call.region);
    let ids = wanted(&all, call, "DhcpOptionsId", "dopt")?;
    let filters = Filters::read(&call.params, &["tag:", "dhcp-options-id", "key", "value", "owner-id"])?;
    let page = Page::read(&call.params, 5, 1000)?;
    let (found, next) = page.cut(&all, |o| {
        (ids.is_empty() || ids.contains(&o.id.as_str()))
            && filters.pass(&o.tags, |name, out| match name {
                "dhcp-options-id" => out.push(o.id.as_str().into()),
                "key" => out.extend(o.options.iter().map(|(k, _)| k.as_str().into())),
                "value" => out.extend(o.options.iter().flat_map(|(_, v)| v).map(|v| v.as_str().into())),
                "owner-id" => out.push(crate::sandbox::world::ACCOUNT.into()),
                _ => {}
            })
    });
    let shown: Vec<Tree> = found.into_iter().map(|o| tree(o, &account)).collect();
    Ok(call.answer(&Tree::map([("DhcpOptions", shown.into()), ("NextToken", next.into())])))
}

fn invalid(value: &str, why: &str) -> ApiError {
    ApiError::new("InvalidParameterValue", format!("Value ({value}) for parameter {why}"))
}

/// The options of a request, by AWS's rules for each.
fn options(call: &Call<'_>) -> Result<Vec<(ArcStr, Vec<ArcStr>)>, ApiError> {
    let mut out: Vec<(ArcStr, Vec<ArcStr>)> = Vec::new();
    for given in call.params.list("DhcpConfiguration") {
        let key = given.text("Key").unwrap_or_default();
        // "domain-name-servers=10.2.5.1,10.2.5.2" may be written as one value.
        let values: Vec<ArcStr> = given
            .texts("Value")
            .iter()
            .flat_map(|v| v.split(','))
            .map(|v| v.trim().into())
            .filter(|v: &ArcStr| !v.is_empty())
            .collect();
        if !KEYS.contains(&key) {
            return Err(invalid(key, "name is invalid. Unknown DHCP option"));
        }
        let servers = key.ends_with("servers");
        if servers && values.len() > MOST_SERVERS {
            return Err(invalid(
                &values.join(", "),
                &format!("{key} is invalid. A maximum of {MOST_SERVERS} servers may be specified"),
            ));
        }
        let address = |v: &ArcStr| {
            v.parse::<std::net::IpAddr>().is_ok() || key == "domain-name-servers" && v == "AmazonProvidedDNS"
        };
        if let Some(bad) = values.iter().find(|v| servers && !address(v)) {
            return Err(invalid(bad, &format!("{key} is invalid. Invalid IP address")));
        }
        if key == "netbios-node-type" && !matches!(values.first().map(ArcStr::as_str), Some("1" | "2" | "4" | "8")) {
            return Err(invalid(&values.join(", "), "netbios-node-type is invalid. Must be 1, 2, 4 or 8"));
        }
        if values.is_empty() || out.iter().any(|(k, _)| k == key) {
            return Err(invalid(key, "name is invalid. Each option needs one value or more, and may be given once"));
        }
        out.push((key.into(), values));
    }
    if out.is_empty() {
        return Err(ApiError::new("MissingParameter", "The request must contain the parameter dhcpConfiguration"));
    }
    Ok(out)
}

/// CreateDhcpOptions.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let tags = tags::of_specification(&call.params, "dhcp-options")?;
    let options = options(call)?;
    if world.region(&call.region).ec2.dhcp_options.len() >= MOST {
        return Err(ApiError::new("DhcpOptionsLimitExceeded", "The maximum number of DHCP options has been reached."));
    }
    dry_run(call)?;
    let account = world.account.clone();
    let made = DhcpOptions { id: world.new_id("dopt"), options, tags };
    let shown = tree(&made, &account);
    world.region(&call.region).ec2.dhcp_options.insert(made.id.clone(), made);
    Ok(call.answer(&Tree::map([("DhcpOptions", shown)])))
}

/// AssociateDhcpOptions: a VPC has one set, or `default`, which is none.
pub(super) fn associate(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let vpc = call.params.required("VpcId")?;
    let vpc = state.vpcs.get(vpc).ok_or_else(|| not_found("vpc", vpc))?.id.clone();
    let id = call.params.required("DhcpOptionsId")?;
    if id != NONE && id != DHCP && !state.dhcp_options.contains_key(id) {
        return Err(not_found("dopt", id));
    }
    dry_run(call)?;
    state.dhcp_of.insert(vpc, id.into());
    Ok(call.ec2(|x| x.el("return", true)))
}

/// DeleteDhcpOptions: refused while a VPC has them.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &mut world.region(&call.region).ec2;
    let id = call.params.required("DhcpOptionsId")?;
    if id != DHCP && !state.dhcp_options.contains_key(id) {
        return Err(not_found("dopt", id));
    }
    if state.vpcs.keys().any(|vpc| state.dhcp_options_of(vpc) == id) {
        let message = format!("The dhcpOptions '{id}' has dependencies and cannot be deleted.");
        return Err(ApiError::new("DependencyViolation", message));
    }
    dry_run(call)?;
    state.dhcp_options.remove(id);
    Ok(call.ec2(|x| x.el("return", true)))
}
