//! Launch templates and their versions: Create, Describe, Modify, Delete; what one launches.

use std::collections::{BTreeMap, BTreeSet};

use arcstr::ArcStr;

use super::checks::{dry_run, is_id};
use super::describe::tag_set;
use super::filter::Filters;
use super::page::Page;
use super::state::{LaunchTemplate, State, Tags, Version};
use super::{client_token, documented_filters, tags};
use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Params, Reply, Xml};
use crate::sandbox::world::World;

/// Versions that one template may have. [AWS: launch template limits]
const MOST_VERSIONS: usize = 10_000;

/// AWS's error for a template that is not there.
pub(super) fn no_template(by_id: bool, what: &str) -> ApiError {
    if by_id && !is_id("lt", what) {
        return ApiError::new(
            "InvalidLaunchTemplateId.Malformed",
            format!("Invalid id: \"{what}\" (expecting \"lt-...\")"),
        );
    }
    let (code, noun) = if by_id {
        ("InvalidLaunchTemplateId.NotFound", "ID")
    } else {
        ("InvalidLaunchTemplateName.NotFoundException", "name")
    };
    ApiError::new(code, format!("The specified launch template, with template {noun} {what}, does not exist."))
}

fn no_version(version: &str, id: &str) -> ApiError {
    ApiError::new(
        "InvalidLaunchTemplateId.VersionNotFound",
        format!("Could not find the specified version {version} for the launch template with ID {id}."),
    )
}

/// The template that a request names, by id or by name.
///
/// # Errors
/// AWS's, for none, both, or one that is not there.
pub(crate) fn the_template<'s>(state: &'s State, p: &Params) -> Result<&'s LaunchTemplate, ApiError> {
    match (p.text("LaunchTemplateId"), p.text("LaunchTemplateName")) {
        (Some(_), Some(_)) => Err(ApiError::new(
            "InvalidParameterCombination",
            "You cannot specify both LaunchTemplateId and LaunchTemplateName in the same request.",
        )),
        (Some(id), None) => state.templates.get(id).ok_or_else(|| no_template(true, id)),
        (None, Some(name)) => state.templates.values().find(|t| t.name == name).ok_or_else(|| no_template(false, name)),
        (None, None) => Err(ApiError::new(
            "MissingParameter",
            "Either launch template ID or launch template name must be specified.",
        )),
    }
}

/// What a template's version launches, under RunInstances' names.
///
/// # Errors
/// AWS's, for a version that is not there.
pub(crate) fn data<'s>(template: &'s LaunchTemplate, version: &str) -> Result<(u64, &'s Params), ApiError> {
    let number = template.number(version).ok_or_else(|| no_version(version, &template.id))?;
    let version = template.versions.get(&number).ok_or_else(|| no_version(version, &template.id))?;
    Ok((number, &version.data))
}

/// A name's rules, and that it is free.
fn check_name(state: &State, name: &str) -> Result<(), ApiError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "-()./_".contains(c);
    if !(3..=128).contains(&name.len()) || !name.chars().all(fits) {
        return Err(ApiError::new(
            "InvalidLaunchTemplateName.MalformedException",
            "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the \
             following characters: - ( ) . / _.",
        ));
    }
    if state.templates.values().any(|t| t.name == name) {
        return Err(ApiError::new(
            "InvalidLaunchTemplateName.AlreadyExistsException",
            "Launch template name already in use.",
        ));
    }
    Ok(())
}

fn asked(p: &Params) -> Result<Params, ApiError> {
    p.node("LaunchTemplateData")
        .filter(|d| !d.is_empty())
        .map(Params::kept)
        .ok_or_else(|| ApiError::new("MissingParameter", "The request must contain the parameter LaunchTemplateData"))
}

/// CreateLaunchTemplate.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let name = p.required("LaunchTemplateName")?;
    let data = asked(p)?;
    let tags = tags::of_specification(p, "launch-template")?;
    let state = &world.region(&call.region).ec2;
    let known = client_token::known(state, call)?;
    if known.is_none() {
        check_name(state, name)?;
    }
    dry_run(call)?;
    let id = match known {
        Some(id) => id,
        None => {
            let id = world.new_id("lt");
            let state = &mut world.region(&call.region).ec2;
            let description = p.text("VersionDescription").map(ArcStr::from);
            let mut template = LaunchTemplate::new(id.clone(), name.into(), data, call.now);
            template.tags = tags;
            for v in template.versions.values_mut() {
                v.description = description.clone();
            }
            state.templates.insert(id.clone(), template);
            client_token::remember(state, call, &id);
            id
        }
    };
    answer(world, call, &id)
}

fn answer(world: &mut World, call: &Call<'_>, id: &str) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let template = state.templates.get(id).ok_or_else(|| no_template(true, id))?;
    Ok(call.ec2(|x| x.nest("launchTemplate", |x| render(x, &account, template))))
}

/// Who made them: the account's only user.
fn creator(account: &str) -> String {
    format!("arn:aws:iam::{account}:user/sandbox")
}

fn render(x: &mut Xml, account: &str, t: &LaunchTemplate) {
    x.el("launchTemplateId", &t.id);
    x.el("launchTemplateName", &t.name);
    x.el("createTime", Time::from_secs(t.created.secs()));
    x.el("createdBy", creator(account));
    x.el("defaultVersionNumber", t.default);
    x.el("latestVersionNumber", t.versions.keys().next_back().copied().unwrap_or(t.latest));
    if !t.tags.is_empty() {
        tag_set(x, &t.tags);
    }
}

fn render_version(x: &mut Xml, account: &str, t: &LaunchTemplate, number: u64, v: &Version) {
    x.el("launchTemplateId", &t.id);
    x.el("launchTemplateName", &t.name);
    x.el("versionNumber", number);
    x.opt("versionDescription", v.description.as_ref());
    x.el("createTime", Time::from_secs(v.created.secs()));
    x.el("createdBy", creator(account));
    x.el("defaultVersion", number == t.default);
    x.nest("launchTemplateData", |x| render_data(x, &v.data, ""));
}

/// The data in the answer's names: `ImageId` is `imageId`, and a list gets an element around it.
fn render_data(x: &mut Xml, node: &Params, within: &str) {
    for (name, child) in node.children() {
        let items = child.list("");
        let lower = || {
            let mut c = name.chars();
            c.next().map(|f| f.to_ascii_lowercase().to_string() + c.as_str()).unwrap_or_default()
        };
        if items.is_empty() {
            match child.value() {
                Some(v) => x.el(&lower(), v),
                None => x.nest(&lower(), |x| render_data(x, child, name)),
            }
            continue;
        }
        let (list, item) = match (within, name) {
            ("NetworkInterface", "SecurityGroupId") => ("groupSet".to_string(), "groupId"),
            ("SecondaryInterface", "PrivateIpAddress") => ("privateIpAddressesSet".to_string(), "item"),
            (_, "Ipv6Addresses") => ("ipv6AddressesSet".to_string(), "item"),
            (_, "PrivateIpAddresses") => ("privateIpAddressesSet".to_string(), "item"),
            (_, "LicenseSpecification") => ("licenseSet".to_string(), "item"),
            _ => (format!("{}Set", lower()), "item"),
        };
        x.list(&list, item, items, |x, one| match one.value() {
            Some(v) => x.raw_text(v),
            None => render_data(x, one, name),
        });
    }
}

/// CreateLaunchTemplateVersion: from nothing, or from `SourceVersion` with what the request says written over it.
pub(super) fn create_version(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let account = world.account.clone();
    let state = &mut world.region(&call.region).ec2;
    let template = the_template(state, p)?;
    let id = template.id.clone();
    let new = match p.text("SourceVersion") {
        // AWS: "Snapshots applied to the block device mapping are ignored when creating a new version unless they are explicitly included."
        Some(source) => {
            let own = data(template, source)?.1.without("BlockDeviceMapping", "Ebs.SnapshotId");
            own.overlaid(&p.node("LaunchTemplateData").map(Params::kept).unwrap_or_default())
        }
        None => asked(p)?,
    };
    if template.versions.len() >= MOST_VERSIONS {
        let message = format!("You've reached the limit of {MOST_VERSIONS} versions for this launch template.");
        return Err(ApiError::new("VersionLimitExceeded", message));
    }
    dry_run(call)?;
    let version = Version { description: p.text("VersionDescription").map(ArcStr::from), created: call.now, data: new };
    let Some(template) = state.templates.get_mut(&id) else { return Err(no_template(true, &id)) };
    let number = template.add(version);
    let template = &*template;
    Ok(call.ec2(|x| {
        x.nest("launchTemplateVersion", |x| {
            if let Some(v) = template.versions.get(&number) {
                render_version(x, &account, template, number, v);
            }
        });
    }))
}

/// ModifyLaunchTemplate: the default version.
pub(super) fn modify(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &mut world.region(&call.region).ec2;
    let template = the_template(state, p)?;
    let id = template.id.clone();
    let default = match p.text("SetDefaultVersion") {
        Some(version) => template.number(version).ok_or_else(|| no_version(version, &id))?,
        None => template.default,
    };
    dry_run(call)?;
    if let Some(t) = state.templates.get_mut(&id) {
        t.default = default;
    }
    answer(world, call, &id)
}

/// DeleteLaunchTemplate, with all its versions.
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let id = the_template(state, &call.params)?.id.clone();
    dry_run(call)?;
    let reply = answer(world, call, &id)?;
    world.region(&call.region).ec2.templates.remove(&id);
    Ok(reply)
}

/// DeleteLaunchTemplateVersions: each on its own, and not the default one.
pub(super) fn delete_versions(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let state = &mut world.region(&call.region).ec2;
    let template = the_template(state, p)?;
    let (id, name) = (template.id.clone(), template.name.clone());
    let asked = p.texts("LaunchTemplateVersion");
    if asked.is_empty() {
        let message = "The request must contain the parameter LaunchTemplateVersion";
        return Err(ApiError::new("MissingParameter", message));
    }
    dry_run(call)?;
    let Some(template) = state.templates.get_mut(&id) else { return Err(no_template(true, &id)) };
    // A version that could not be deleted is answered by its number: what is none fails the request.
    if let Some(text) = asked.iter().find(|v| template.number(v).is_none() && v.parse::<u64>().is_err()) {
        return Err(no_version(text, &id));
    }
    let (mut gone, mut kept) = (Vec::new(), Vec::new());
    for version in asked {
        match template.number(version) {
            Some(n) if n == template.default => {
                let why = "The default version of a launch template cannot be deleted.";
                kept.push((n.to_string(), "unexpectedError", why.to_string()));
            }
            Some(n) => {
                template.versions.remove(&n);
                gone.push(n);
            }
            None => {
                let why = no_version(version, &id).message;
                kept.push((version.to_string(), "launchTemplateVersionDoesNotExist", why));
            }
        }
    }
    Ok(call.ec2(|x| {
        let of = |x: &mut Xml, version: String| {
            x.el("launchTemplateId", &id);
            x.el("launchTemplateName", &name);
            x.el("versionNumber", version);
        };
        x.list("successfullyDeletedLaunchTemplateVersionSet", "item", gone, |x, n| of(x, n.to_string()));
        x.list("unsuccessfullyDeletedLaunchTemplateVersionSet", "item", kept, |x, (version, code, why)| {
            of(x, version);
            x.nest("responseError", |x| {
                x.el("code", code);
                x.el("message", why);
            });
        });
    }))
}

/// DescribeLaunchTemplates.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let (ids, names) = (call.params.texts("LaunchTemplateId"), call.params.texts("LaunchTemplateName"));
    if let Some(unknown) = ids.iter().find(|id| !state.templates.contains_key(**id)) {
        return Err(no_template(true, unknown));
    }
    if names.iter().any(|n| state.templates.values().all(|t| t.name != **n)) {
        let message = "At least one of the launch templates specified in the request does not exist.";
        return Err(ApiError::new("InvalidLaunchTemplateName.NotFoundException", message));
    }
    let filters = Filters::read(&call.params, &["tag:", "create-time", "launch-template-name"])?;
    let page = Page::read(&call.params, 1, 200)?;
    let (found, next) = page.cut(&state.templates, |t| {
        (ids.is_empty() || ids.contains(&t.id.as_str()))
            && (names.is_empty() || names.contains(&t.name.as_str()))
            && filters.pass(&t.tags, |name, out| match name {
                "create-time" => out.push(t.created.rfc3339_millis().into()),
                "launch-template-name" => out.push(t.name.as_str().into()),
                _ => {}
            })
    });
    Ok(call.ec2(|x| {
        x.list("launchTemplates", "item", found, |x, t| render(x, &account, t));
        x.opt("nextToken", next);
    }))
}

/// DescribeLaunchTemplateVersions: of one template, newest first; without one, the default or latest versions of all.
pub(super) fn describe_versions(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let p = &call.params;
    let state = &world.region(&call.region).ec2;
    let asked = p.texts("LaunchTemplateVersion");
    let named = p.text("LaunchTemplateId").or(p.text("LaunchTemplateName")).is_some();
    let mut found: Vec<(&LaunchTemplate, u64)> = Vec::new();
    if named {
        let template = the_template(state, p)?;
        let bound = |name: &str, otherwise: u64| p.text(name).and_then(|n| n.parse().ok()).unwrap_or(otherwise);
        let (low, high) = (bound("MinVersion", 0), bound("MaxVersion", u64::MAX));
        let mut numbers = BTreeSet::new();
        for version in &asked {
            numbers.insert(template.number(version).ok_or_else(|| no_version(version, &template.id))?);
        }
        if asked.is_empty() {
            numbers.extend(template.versions.keys().filter(|n| (low..=high).contains(*n)));
        }
        found.extend(numbers.into_iter().rev().map(|n| (template, n)));
    } else {
        if asked.is_empty() || asked.iter().any(|v| !v.starts_with('$')) {
            let message = "To describe versions of all launch templates, specify $Latest or $Default, or both.";
            return Err(ApiError::new("InvalidParameterValue", message));
        }
        for t in state.templates.values() {
            let numbers: BTreeSet<u64> = asked.iter().filter_map(|v| t.number(v)).collect();
            found.extend(numbers.into_iter().map(|n| (t, n)));
        }
    }
    let known = &[
        "image-id",
        "instance-type",
        "is-default-version",
        "create-time",
        "ebs-optimized",
        "kernel-id",
        "ram-disk-id",
    ];
    let filters = Filters::read_with(p, known, documented_filters::TEMPLATE_VERSIONS)?;
    let none = Tags::new();
    // Newest first: the page's order is that of the list.
    let all: BTreeMap<ArcStr, (&LaunchTemplate, u64, &Version)> = found
        .into_iter()
        .filter_map(|(t, n)| Some((t, n, t.versions.get(&n)?)))
        .enumerate()
        .map(|(at, one)| (arcstr::format!("{at:06}"), one))
        .collect();
    let page = Page::read(p, 1, 200)?;
    let (found, next) = page.cut(&all, |(t, n, v)| {
        filters.pass_with(
            &none,
            |name, out| match name {
                "image-id" => out.extend(v.data.text("ImageId").map(|s| s.to_string().into())),
                "instance-type" => out.extend(v.data.text("InstanceType").map(|s| s.to_string().into())),
                "is-default-version" => out.push(if *n == t.default { "true" } else { "false" }.into()),
                "create-time" => out.push(v.created.rfc3339_millis().into()),
                _ => {}
            },
            |x| render_version(x, &account, t, *n, v),
        )
    });
    Ok(call.ec2(|x| {
        x.list("launchTemplateVersionSet", "item", found, |x, (t, n, v)| render_version(x, &account, t, *n, v));
        x.opt("nextToken", next);
    }))
}

/// The tags that EC2 puts on what is launched from a template.
pub(super) fn marks(template: &LaunchTemplate, number: u64) -> Tags {
    let number = arcstr::format!("{number}");
    vec![("aws:ec2launchtemplate:id".into(), template.id.clone()), ("aws:ec2launchtemplate:version".into(), number)]
}

/// A template's data that would launch an instance like this one.
pub(crate) fn like(state: &State, id: &str) -> Option<Params> {
    let i = state.instances.get(id)?;
    let mut p = Params::default();
    p.set("ImageId", &i.image);
    p.set("InstanceType", &i.instance_type);
    if let Some(key) = &i.key_name {
        p.set("KeyName", key);
    }
    if let Some(data) = &i.user_data {
        p.set("UserData", data);
    }
    for (n, g) in i.groups.iter().enumerate() {
        p.set(&format!("SecurityGroupId.{}", n + 1), g);
    }
    p.set("Monitoring.Enabled", if i.detailed_monitoring { "true" } else { "false" });
    Some(p)
}
