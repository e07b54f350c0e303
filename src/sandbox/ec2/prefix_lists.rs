//! Managed prefix lists: Create, Describe, their entries, Modify, Delete.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html>

use std::time::Duration;

use arcstr::ArcStr;
use ipnet::IpNet;

use super::checks::{dry_run, not_found};
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::{Peer, PrefixList, State};
use super::{client_token, tags};
use crate::base::Time;
use crate::net::range::Range as _;
use crate::sandbox::wire::{ApiError, Call, Params, Reply, Tree};
use crate::sandbox::world::World;

/// Entries that a list may have. [AWS: customer-managed prefix lists]
const MOST_ENTRIES: i64 = 1000;
/// Entries that one request adds or takes away.
const MOST_AT_ONCE: usize = 100;

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterValue", message)
}

fn tree(p: &PrefixList, call: &Call<'_>, account: &str) -> Tree {
    let owner = if p.aws { "aws" } else { account };
    Tree::map([
        ("PrefixListId", (&p.id).into()),
        ("AddressFamily", (if p.six { "IPv6" } else { "IPv4" }).into()),
        ("State", p.state(call.now).into()),
        ("PrefixListArn", format!("arn:aws:ec2:{}:{owner}:prefix-list/{}", call.region, p.id).into()),
        ("PrefixListName", (&p.name).into()),
        ("MaxEntries", (!p.aws).then_some(p.most as i64).into()),
        ("Version", (!p.aws).then_some(p.versions.len() as i64).into()),
        ("OwnerId", (if p.aws { "AWS" } else { account }).into()),
        ("Tags", tags::tree(&p.tags)),
    ])
}

/// DescribeManagedPrefixLists.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.prefix_lists, call, "PrefixListId", "pl")?;
    let filters = Filters::read(&call.params, &["tag:", "owner-id", "prefix-list-id", "prefix-list-name"])?;
    let page = Page::read(&call.params, 1, 100)?;
    let (found, next) = page.cut(&state.prefix_lists, |p| {
        (ids.is_empty() || ids.contains(&p.id.as_str()))
            && filters.pass(&p.tags, |name, out| match name {
                "owner-id" => out.push(if p.aws { "AWS".into() } else { crate::sandbox::world::ACCOUNT.into() }),
                "prefix-list-id" => out.push(p.id.as_str().into()),
                "prefix-list-name" => out.push(p.name.as_str().into()),
                _ => {}
            })
    });
    let shown: Vec<Tree> = found.into_iter().map(|p| tree(p, call, &account)).collect();
    Ok(call.answer(&Tree::map([("PrefixLists", shown.into()), ("NextToken", next.into())])))
}

/// GetManagedPrefixListEntries: of the current version, or of an earlier one.
pub(super) fn entries(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let list = the_list(state, &call.params)?;
    let version = match call.params.int("TargetVersion")? {
        None => list.entries(),
        Some(n) => {
            let at = usize::try_from(n).ok().and_then(|n| n.checked_sub(1)).and_then(|n| list.versions.get(n));
            at.ok_or_else(|| {
                ApiError::new("InvalidPrefixListVersion", format!("The version {n} of {} does not exist.", list.id))
            })?
        }
    };
    let page = Page::read(&call.params, 1, 100)?;
    // In the order in which they stand: the key is their number.
    let numbered = version.iter().enumerate().map(|(n, e)| (arcstr::format!("{n:05}"), e)).collect();
    let (found, next) = page.cut(&numbered, |_| true);
    let entry = |(cidr, text): &(ArcStr, ArcStr)| {
        Tree::map([("Cidr", cidr.into()), ("Description", Some(text).filter(|t| !t.is_empty()).into())])
    };
    let shown: Vec<Tree> = found.into_iter().map(|e| entry(e)).collect();
    Ok(call.answer(&Tree::map([("Entries", shown.into()), ("NextToken", next.into())])))
}

fn the_list<'s>(state: &'s State, p: &Params) -> Result<&'s PrefixList, ApiError> {
    let id = p.required("PrefixListId")?;
    state.prefix_lists.get(id).ok_or_else(|| not_found("pl", id))
}

/// Entries of a request, of the list's family.
fn added(p: &Params, name: &str, six: bool) -> Result<Vec<(ArcStr, ArcStr)>, ApiError> {
    let given = p.list(name);
    if given.len() > MOST_AT_ONCE {
        return Err(ApiError::new(
            "RequestLimitExceeded",
            format!("At most {MOST_AT_ONCE} entries may be specified in a request."),
        ));
    }
    let mut out: Vec<(ArcStr, ArcStr)> = Vec::new();
    for e in given {
        let text = e.text("Cidr").unwrap_or_default();
        let net = IpNet::read(text).filter(|n| matches!(n, IpNet::V6(_)) == six);
        let Some(net) = net else {
            return Err(invalid(format!(
                "The CIDR {text} is not a valid CIDR block of the prefix list's address family."
            )));
        };
        let cidr = ArcStr::from(net.trunc().to_string());
        if out.iter().any(|(c, _)| *c == cidr) {
            return Err(invalid(format!("The request contains a duplicate entry for {cidr}.")));
        }
        out.push((cidr, e.text("Description").unwrap_or_default().into()));
    }
    Ok(out)
}

fn too_many(most: usize) -> ApiError {
    let message = format!("You've reached the maximum number of entries for the prefix list ({most}).");
    ApiError::new("PrefixListMaxEntriesExceeded", message)
}

/// CreateManagedPrefixList.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let tags = tags::of_specification(p, "prefix-list")?;
    let name = p.required("PrefixListName")?;
    // "The name can't begin with com.amazonaws." (API_CreateManagedPrefixList)
    if name.starts_with("com.amazonaws") || name.chars().count() > 255 {
        return Err(invalid(format!(
            "Value ({name}) for parameter prefixListName is invalid. It cannot begin with com.amazonaws, and has up to 255 characters."
        )));
    }
    let six = match p.required("AddressFamily")? {
        "IPv4" => false,
        "IPv6" => true,
        other => {
            return Err(invalid(format!(
                "Value ({other}) for parameter addressFamily is invalid. Valid values: IPv4 | IPv6"
            )));
        }
    };
    let most = p.int("MaxEntries")?.filter(|n| (1..=MOST_ENTRIES).contains(n));
    let most = most.ok_or_else(|| invalid(format!("MaxEntries must be between 1 and {MOST_ENTRIES}")))? as usize;
    let entries = added(p, "Entry", six)?;
    if entries.len() > most {
        return Err(too_many(most));
    }
    let known = client_token::known(&world.region(&call.region).ec2, call)?;
    dry_run(call)?;
    let id = match known {
        Some(id) => id,
        None => {
            let id = world.new_id("pl");
            let done = soon(world, &id, call.now);
            let made = PrefixList {
                id: id.clone(),
                name: name.into(),
                aws: false,
                six,
                most,
                versions: vec![entries],
                change: (arcstr::literal!("create"), done),
                tags,
            };
            let state = &mut world.region(&call.region).ec2;
            state.prefix_lists.insert(id.clone(), made);
            client_token::remember(state, call, &id);
            id
        }
    };
    answer(world, call, &id)
}

fn soon(world: &World, id: &str, now: Time) -> Time {
    let takes = world.random(id, "prefix-list").secs(1.0, 4.0);
    now.plus(world.scaled(Duration::max(takes, Duration::from_secs(1))))
}

fn answer(world: &mut World, call: &Call<'_>, id: &str) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let list = world.region(&call.region).ec2.prefix_lists.get(id);
    Ok(call.answer(&Tree::map([("PrefixList", list.map(|p| tree(p, call, &account)).into())])))
}

/// ModifyManagedPrefixList: its entries (which makes a version), its name, or how many entries it may have.
pub(super) fn modify(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let list = own_list(&world.region(&call.region).ec2, p)?.clone();
    let added = added(p, "AddEntry", list.six)?;
    let removed: Vec<&str> = p.list("RemoveEntry").iter().filter_map(|e| e.text("Cidr")).collect();
    let most = p.int("MaxEntries")?;
    let changes = !added.is_empty() || !removed.is_empty();
    if changes && most.is_some() {
        return Err(invalid(
            "You cannot modify the entries of a prefix list and modify the size of a prefix list at the same time.",
        ));
    }
    if list.state(call.now).ends_with("in-progress") {
        let message =
            format!("The prefix list {} is in state {}, and cannot be modified.", list.id, list.state(call.now));
        return Err(ApiError::new("IncorrectState", message));
    }
    if changes {
        let version = p.int("CurrentVersion")?.ok_or_else(|| {
            ApiError::new("MissingParameter", "The request must contain the parameter CurrentVersion")
        })?;
        if version != list.versions.len() as i64 {
            let message = format!(
                "The prefix list has the incorrect version number. The current version is {}.",
                list.versions.len()
            );
            return Err(ApiError::new("PrefixListVersionMismatch", message));
        }
    }
    let mut entries = list.entries().to_vec();
    for cidr in &removed {
        let before = entries.len();
        entries.retain(|(c, _)| c != cidr);
        if entries.len() == before {
            return Err(invalid(format!("The prefix list {} has no entry {cidr}.", list.id)));
        }
    }
    for (cidr, text) in added {
        match entries.iter_mut().find(|(c, _)| *c == cidr) {
            // The same again with another description changes that.
            Some((_, old)) => *old = text,
            None => entries.push((cidr, text)),
        }
    }
    let most = match most {
        Some(n) if !(entries.len().max(1) as i64..=MOST_ENTRIES).contains(&n) => {
            return Err(invalid(format!("MaxEntries must be between {} and {MOST_ENTRIES}", entries.len().max(1))));
        }
        Some(n) => n as usize,
        None => list.most,
    };
    if entries.len() > most {
        return Err(too_many(most));
    }
    let name = p.text("PrefixListName").filter(|n| !n.is_empty()).map(ArcStr::from);
    dry_run(call)?;
    let done = soon(world, &list.id, call.now);
    if let Some(p) = world.region(&call.region).ec2.prefix_lists.get_mut(&list.id) {
        p.name = name.unwrap_or(p.name.clone());
        p.most = most;
        if changes {
            p.versions.push(entries);
        }
        p.change = (arcstr::literal!("modify"), done);
    }
    answer(world, call, &list.id)
}

/// A list that is the account's own.
fn own_list<'s>(state: &'s State, p: &Params) -> Result<&'s PrefixList, ApiError> {
    let list = the_list(state, p)?;
    if list.aws {
        let message = "You do not have permission to access the specified resource.";
        return Err(ApiError::new("UnauthorizedOperation", message).status(403));
    }
    Ok(list)
}

/// DeleteManagedPrefixList: "You must first remove all references to the prefix list in your resources." (API_DeleteManagedPrefixList)
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &mut world.region(&call.region).ec2;
    let list = own_list(state, &call.params)?.clone();
    let named = |peer: &Peer| matches!(peer, Peer::PrefixList(id) if *id == list.id);
    if state.groups.values().flat_map(|g| &g.rules).any(|r| named(&r.peer)) {
        let message = format!("The prefixList '{}' has dependencies and cannot be deleted.", list.id);
        return Err(ApiError::new("DependencyViolation", message));
    }
    dry_run(call)?;
    state.prefix_lists.remove(&list.id);
    let gone = PrefixList { change: (arcstr::literal!("delete"), call.now.plus(Duration::from_secs(1))), ..list };
    Ok(call.answer(&Tree::map([("PrefixList", tree(&gone, call, &account))])))
}
