//! What a launch says, under the names that RunInstances and a launch template's data share.

use arcstr::ArcStr;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::fields::tag_table;
use super::form::{DATA_FILE, Form, MOST_DATA, Makes};
use super::{ANY, FROM, NEW, NONE, disks, names};
use crate::base::Secret;
use crate::kinds::action::{ActionContext, FilledForm};
use crate::kinds::file_fields::lines_value;
use crate::kinds::plan_builder::{note, unknown};
use crate::model::{Arg, Consequence, FormValue};

/// Members of a request, by the API's names.
pub(super) type Members = Vec<(&'static str, Arg)>;

/// What earlier steps make for it.
#[derive(Clone, Copy)]
pub(super) struct Made<'a> {
    /// The key pair's name, new or not.
    pub key: Option<&'a ArcStr>,
    /// The step that makes a security group.
    pub group: Option<usize>,
}

/// All that is said; of what a template gives only what was typed over.
pub(super) fn members(
    cx: &ActionContext<'_>,
    filled: &FilledForm<'_>,
    form: &Form,
    makes: Makes,
    made: Made<'_>,
) -> (Members, Vec<Consequence>) {
    let mut all = Vec::new();
    let mut out: Members = Vec::new();
    if let Some(image) = form.image.sent() {
        out.push(("ImageId", Arg::Str(image)));
    }
    if let Some(ty) = chosen(filled, names::TYPE) {
        out.push(("InstanceType", Arg::Str(ty)));
    }
    if let Some(key) = made.key {
        out.push(("KeyName", Arg::Str(key.clone())));
    }
    if form.template.as_ref().is_some_and(|t| t.given.is_none()) {
        all.push(unknown("What the template sets is not known: it could not be read"));
    }
    out.extend(network(filled, form, makes, made.group, &mut all));
    let (mut disks, _) = disks::mappings(&form.values, &form.disks());
    if makes == Makes::Version && disks.is_empty() {
        // AWS: "Snapshots applied to the block device mapping are ignored when creating a new version unless they are explicitly included."
        let own = form.given().map(|g| g.disks.as_slice()).unwrap_or_default();
        if own.iter().any(|d| d.snapshot.is_some()) {
            disks = disks::as_they_are(own);
            all.push(note(
                "The disks are included because a new version does not take snapshots from its source version by \
                 itself",
            ));
        }
    }
    if !disks.is_empty() {
        out.push(("BlockDeviceMappings", Arg::List(disks)));
    }
    if let Some((bytes, file)) = user_data(cx, filled) {
        if makes == Makes::Instances {
            all.push(note(format!("The user data are a secret: to use the command, save them as {file} first")));
            out.push(("UserData", Arg::SecretFile { bytes, file }));
        } else {
            // A template's data are sent as they are: nobody encodes them on the way.
            let text = STANDARD.encode(bytes.expose());
            let file = arcstr::format!("{file}.b64");
            all.push(note(format!(
                "The user data are a secret: to use the command, save them in base64 as {file} first (base64 -w0)"
            )));
            out.push(("UserData", Arg::SecretFile { bytes: Secret::new(Bytes::from(text)), file }));
        }
    }
    let profile = filled.given(names::PROFILE);
    if let Some(profile) = profile.filter(|p| form.given().is_none_or(|g| g.profile.as_ref() != Some(p))) {
        let member = if profile.starts_with("arn:") { "Arn" } else { "Name" };
        out.push(("IamInstanceProfile", Arg::Map(vec![(member, Arg::Str(profile))])));
    }
    out.extend(market(filled, form));
    match filled.text(names::IMDSV2).as_str() {
        FROM => {}
        "disabled" => out.push(("MetadataOptions", Arg::Map(vec![("HttpEndpoint", Arg::str("disabled"))]))),
        tokens => out.push(("MetadataOptions", Arg::Map(vec![("HttpTokens", Arg::str(tokens))]))),
    }
    if filled.flag(names::SPOT) {
        all.push(unknown("EC2 may reclaim a Spot Instance with two minutes' notice"));
    }
    if let Some(on) = toggled(filled, names::MONITORING, form.given().map(|g| g.monitoring)) {
        out.push(("Monitoring", Arg::Map(vec![("Enabled", Arg::Bool(on))])));
    }
    if let Some(on) = toggled(filled, names::PROTECT, form.given().map(|g| g.protect)) {
        out.push(("DisableApiTermination", Arg::Bool(on)));
    }
    if let Some(on) = toggled(filled, names::HIBERNATION, form.given().map(|g| g.hibernation)) {
        out.push(("HibernationOptions", Arg::Map(vec![("Configured", Arg::Bool(on))])));
    }
    out.extend(tags(filled, form, makes));
    (out, all)
}

/// What was chosen, if it is not left to the template or to a later launch.
fn chosen(filled: &FilledForm<'_>, name: &str) -> Option<ArcStr> {
    filled.given(name).filter(|v| !matches!(v.as_str(), FROM | NONE))
}

/// A toggle that has to be said: on, or other than the template has it.
fn toggled(filled: &FilledForm<'_>, name: &str, given: Option<bool>) -> Option<bool> {
    let on = filled.flag(name);
    match given {
        Some(given) => (on != given).then_some(on),
        None => on.then_some(true),
    }
}

/// Subnet, groups and public address: of the instance, or of its first network interface where there has to be one. Only an interface of one's
/// own can be said to have a public address or none; a template's data know no subnet elsewhere; and a template that has interfaces takes nothing
/// of the kind beside them.
fn network(
    filled: &FilledForm<'_>,
    form: &Form,
    makes: Makes,
    new_group: Option<usize>,
    all: &mut Vec<Consequence>,
) -> Members {
    let mut subnet = chosen(filled, names::SUBNET).filter(|s| s != ANY);
    let mut public = match filled.text(names::PUBLIC_IP).as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let mut groups = chosen(filled, names::GROUPS).map(|ids| {
        let one = |id: &str| match (id, new_group) {
            (NEW, Some(at)) => Arg::out(at, "GroupId"),
            (id, _) => Arg::str(id),
        };
        Arg::List(ids.split(',').filter(|g| !g.is_empty()).map(one).collect())
    });
    let given = form.given().filter(|g| g.interfaces > 0);
    if let Some(given) = given {
        if subnet.is_none() && public.is_none() && groups.is_none() {
            return Vec::new();
        }
        // The whole interface, so that it does not matter whether EC2 lays it over the template's or puts it in its place.
        subnet = subnet.or_else(|| given.subnet.clone());
        public = public.or(given.public_ip);
        groups = groups.or_else(|| (!given.groups.is_empty()).then(|| Arg::strs(given.groups.clone())));
        if given.interfaces > 1 {
            all.push(unknown(format!(
                "The template has {} network interfaces: whether the others are kept beside the one set here is not \
                 known",
                given.interfaces
            )));
        }
    }
    if given.is_none() && public.is_none() && (makes == Makes::Instances || subnet.is_none()) {
        let mut out: Members = subnet.map(|s| ("SubnetId", Arg::Str(s))).into_iter().collect();
        out.extend(groups.map(|g| ("SecurityGroupIds", g)));
        return out;
    }
    let mut interface = vec![("DeviceIndex", Arg::Int(0))];
    interface.extend(public.map(|p| ("AssociatePublicIpAddress", Arg::Bool(p))));
    interface.extend(subnet.map(|s| ("SubnetId", Arg::Str(s))));
    interface.extend(groups.map(|g| ("Groups", g)));
    vec![("NetworkInterfaces", Arg::List(vec![Arg::Map(interface)]))]
}

/// Spot, with the most that is paid.
fn market(filled: &FilledForm<'_>, form: &Form) -> Option<(&'static str, Arg)> {
    if !filled.flag(names::SPOT) {
        return None;
    }
    let price = filled.given(names::MAX_PRICE);
    if form.given().is_some_and(|g| g.spot && price == g.max_price) {
        return None;
    }
    let mut market = vec![("MarketType", Arg::str("spot"))];
    market.extend(price.map(|p| ("SpotOptions", Arg::Map(vec![("MaxPrice", Arg::Str(p))]))));
    Some(("InstanceMarketOptions", Arg::Map(market)))
}

/// What was typed, the file that was named, or what the purpose or the instance proposes.
fn user_data(cx: &ActionContext<'_>, filled: &FilledForm<'_>) -> Option<(Secret<Bytes>, ArcStr)> {
    if let Some(value) = lines_value(cx.files, filled.values, names::USER_DATA, MOST_DATA) {
        let file = value.file.unwrap_or_else(|| DATA_FILE.into());
        return Some((value.bytes, file)).filter(|(bytes, _)| !bytes.expose().is_empty());
    }
    let proposed = filled.spec.fields.iter().find(|f| f.name == names::USER_DATA)?;
    let FormValue::Secret(text) = &proposed.value else { return None };
    let bytes = Bytes::from(text.expose().clone().into_bytes());
    (!bytes.is_empty()).then(|| (Secret::new(bytes), DATA_FILE.into()))
}

/// The name and the other tags, for the instance and its disks. Where a template gives tags and something is said beside them, all are said.
fn tags(filled: &FilledForm<'_>, form: &Form, makes: Makes) -> Option<(&'static str, Arg)> {
    let name = if makes == Makes::Instances { names::NAME } else { names::INSTANCE_NAME };
    let mut own: Vec<(ArcStr, ArcStr)> = filled.given(name).map(|n| ("Name".into(), n)).into_iter().collect();
    let rows = tag_table().rows(&form.values);
    own.extend(rows.iter().filter_map(|r| Some((r.cells.first()?.clone(), r.cells.get(1)?.clone()))));
    if own.is_empty() {
        return None;
    }
    let given = form.given().map(|g| g.tags.as_slice()).unwrap_or_default();
    let mut resources: Vec<&str> = vec!["instance", "volume"];
    for (resource, ..) in given {
        if !resources.contains(&resource.as_str()) {
            resources.push(resource);
        }
    }
    let of = |resource: &&str| {
        let mut tags: Vec<(&ArcStr, &ArcStr)> =
            given.iter().filter(|(r, ..)| r == *resource).map(|(_, k, v)| (k, v)).collect();
        if matches!(*resource, "instance" | "volume") {
            tags.retain(|(k, _)| own.iter().all(|(o, _)| o != *k));
            tags.splice(0..0, own.iter().map(|(k, v)| (k, v)));
        }
        let tag = |(k, v): &(&ArcStr, &ArcStr)| {
            Arg::Map(vec![("Key", Arg::Str((*k).clone())), ("Value", Arg::Str((*v).clone()))])
        };
        Arg::Map(vec![("ResourceType", Arg::str(*resource)), ("Tags", Arg::List(tags.iter().map(tag).collect()))])
    };
    Some(("TagSpecifications", Arg::List(resources.iter().map(of).collect())))
}
