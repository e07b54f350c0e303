//! Versions of launch templates: what each launches, and what it changed. A version itself is never changed.

use std::collections::BTreeMap;

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::launch_templates::{DESCRIBE_LAUNCH_TEMPLATES, PAGE};
use super::template_data::{Setting, settings};
use super::template_fields::{self as more, first_interface};
use crate::base::{Fault, FaultKind, RowId, Scope};
use crate::kinds::convert::{Converter, flag, int, moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service, Tone, Value};

/// `DescribeLaunchTemplateVersions`.
pub static DESCRIBE_LAUNCH_TEMPLATE_VERSIONS: Operation =
    Operation::read(Service::Ec2, "DescribeLaunchTemplateVersions");

/// `lt-0a1:3`: the row's identity, which AWS does not have.
pub const ID: FieldInfo =
    FieldInfo::id("id", "ID", "The template's id and the version number: lt-0a1:3.").cells(11, 26);
/// Its template.
pub const TEMPLATE_ID: FieldInfo = FieldInfo::id("template_id", "TEMPLATE", "Its launch template.")
    .shown(0)
    .cells(11, 40)
    .aka(&["template", "launch_template_id"])
    .id_of("launch-templates", "lt-");
/// Its number.
pub const VERSION: FieldInfo = FieldInfo::int("version", "VERSION", "The version number; numbers are not reused.")
    .shown(0)
    .cells(7, 7)
    .aka(&["number"]);
/// default, or none.
pub const DEFAULT: FieldInfo = FieldInfo::state(
    "default",
    "DEFAULT",
    "default: the version that $Default means and that is used if none is named; latest: the version that $Latest \
     means.",
)
.shown(0)
.cells(8, 15);
/// What it is for.
pub const DESCRIPTION: FieldInfo =
    FieldInfo::text("description", "DESCRIPTION", "Its creator's description.").shown(3).cells(11, 40);
/// What it changed.
pub const DIFFERENCES: FieldInfo = FieldInfo::list(
    "differences",
    "DIFFERENCES",
    "What differs from the version before; for user data only that they differ.",
)
.shown(1)
.cells(11, 60);
/// The type that it launches.
pub const TYPE: FieldInfo = FieldInfo::text("type", "TYPE", "The instance type it launches.")
    .shown(2)
    .cells(8, 16)
    .aka(&["instance_type"])
    .links_to("instance-types");
/// The image that it launches.
pub const IMAGE_ID: FieldInfo =
    FieldInfo::id("image_id", "IMAGE", "The image it launches: an id, or a parameter that names one (resolve:ssm:…).")
        .shown(4)
        .cells(11, 21)
        .aka(&["image", "ami"])
        .links_to("images");
/// Its key pair.
pub const KEY_NAME: FieldInfo =
    FieldInfo::text("key_name", "KEY", "The key pair.").cells(6, 24).aka(&["key"]).links_to("key-pairs");
/// Its groups.
pub const SECURITY_GROUP_IDS: FieldInfo =
    FieldInfo::list("security_group_ids", "GROUPS", "Security groups of the template or of its network interfaces.")
        .cells(8, 40)
        .aka(&["sg", "groups"])
        .id_of("security-groups", "sg-");
/// Its profile.
pub const PROFILE: FieldInfo =
    FieldInfo::text("instance_profile", "PROFILE", "The IAM instance profile's name or ARN.")
        .cells(8, 40)
        .aka(&["role"]);
/// Whether there are user data.
pub const USER_DATA: FieldInfo =
    FieldInfo::flag("user_data", "USER DATA", "Whether it has user data, which may hold secrets and are not shown.")
        .cells(9, 9);
/// All that it says.
pub const SETTINGS: FieldInfo =
    FieldInfo::list("settings", "SETTINGS", "All its settings, by their API names.").cells(8, 80).section("settings");
/// When it was made.
pub const CREATED: FieldInfo =
    FieldInfo::age("created", "AGE", "When it was created.").shown(1).aka(&["age", "create_time"]);
/// Who made it.
pub const CREATED_BY: FieldInfo =
    FieldInfo::id("created_by", "CREATED BY", "The ARN of its creator.").shown(5).cells(12, 60);

/// What they are.
pub static INFO: KindInfo =
    KindInfo::new("launch-template-versions", "launch template version", "Launch template versions", &FIELDS)
        .doc("Versions of launch templates: what each launches, and what differs from the version before.")
        .aliases(&["ltv", "template-versions", "launch-template-version"])
        .listed_by(&[&DESCRIBE_LAUNCH_TEMPLATE_VERSIONS, &DESCRIBE_LAUNCH_TEMPLATES])
        .sorted_down(&VERSION)
        .fans_out_over("launch-templates");

/// Versions of launch templates.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(one, r, id)) };

/// A version beside the one before it.
struct Version {
    id: RowId,
    sdk: sdk::LaunchTemplateVersion,
    settings: Vec<Setting>,
    /// `None`: it is the first that there is.
    differences: Option<Vec<ArcStr>>,
    latest: bool,
}

static FIELDS: Fields<Version> = Fields(&[
    field(TEMPLATE_ID, |v, c| c.said(v.sdk.launch_template_id())),
    field(VERSION, |v, _| int(v.sdk.version_number())),
    Field::state(DEFAULT),
    field(CREATED, |v, _| moment(time(v.sdk.create_time()))),
    field(DIFFERENCES, |v, _| Value::list(v.differences.iter().flatten().cloned())),
    field(TYPE, |v, c| c.text(v.data().and_then(|d| d.instance_type()).map(|t| t.as_str()))),
    field(DESCRIPTION, |v, c| c.text(v.sdk.version_description())),
    field(IMAGE_ID, |v, c| c.text(v.data().and_then(|d| d.image_id()))),
    field(CREATED_BY, |v, c| c.text(v.sdk.created_by())),
    field(KEY_NAME, |v, c| c.text(v.data().and_then(|d| d.key_name()))),
    field(SECURITY_GROUP_IDS, |v, c| {
        let own = v.data().map(|d| d.security_group_ids()).unwrap_or_default();
        let of_interfaces =
            v.data().map(|d| d.network_interfaces()).unwrap_or_default().iter().flat_map(|i| i.groups());
        c.shared_list(own.iter().chain(of_interfaces).map(String::as_str).collect::<Vec<_>>())
    }),
    field(PROFILE, |v, c| {
        let profile = v.data().and_then(|d| d.iam_instance_profile());
        c.text(profile.and_then(|p| p.name().or(p.arn())))
    }),
    field(USER_DATA, |v, _| flag(v.data().map(|d| d.user_data().is_some_and(|u| !u.is_empty())))),
    field(more::SUBNET_ID, |v, c| c.text(v.data().and_then(first_interface).and_then(|i| i.subnet_id()))),
    field(more::PUBLIC_IP, |v, _| {
        more::flag(v.data().and_then(first_interface).and_then(|i| i.associate_public_ip_address()))
    }),
    field(more::INTERFACES, |v, _| int(v.data().and_then(|d| i64::try_from(d.network_interfaces().len()).ok()))),
    field(more::DISKS, |v, _| v.data().map_or(Value::Unknown, more::disks)),
    field(more::IMDS, |v, c| c.text(v.data().and_then(more::imds))),
    field(more::MONITORING, |v, _| more::flag(v.data().and_then(|d| d.monitoring()?.enabled()))),
    field(more::HIBERNATION, |v, _| more::flag(v.data().and_then(|d| d.hibernation_options()?.configured()))),
    field(more::PROTECTION, |v, _| more::flag(v.data().and_then(|d| d.disable_api_termination()))),
    field(more::MARKET, |v, c| {
        c.text(v.data().and_then(|d| Some(d.instance_market_options()?.market_type()?.as_str())))
    }),
    field(more::MAX_PRICE, |v, c| {
        c.text(v.data().and_then(|d| d.instance_market_options()?.spot_options()?.max_price()))
    }),
    field(more::LAUNCH_TAGS, |v, _| v.data().map_or(Value::Unknown, more::launch_tags)),
    field(more::REQUIREMENTS, |v, _| flag(v.data().map(|d| d.instance_requirements().is_some()))),
    field(SETTINGS, |v, _| Value::list(v.settings.iter().map(Setting::text))),
    Field::id(ID),
]);

impl Version {
    fn data(&self) -> Option<&sdk::ResponseLaunchTemplateData> {
        self.sdk.launch_template_data()
    }
    /// AWS has no word for it: a version is the default one or is not.
    fn state(&self) -> (Tone, ArcStr) {
        match (self.sdk.default_version(), self.latest) {
            (Some(true), true) => (Tone::Good, arcstr::literal!("default, latest")),
            (Some(true), false) => (Tone::Good, arcstr::literal!("default")),
            (_, true) => (Tone::Idle, arcstr::literal!("latest")),
            (Some(false), false) => (Tone::Idle, arcstr::literal!("other")),
            (None, false) => (Tone::Unknown, arcstr::literal!("unknown")),
        }
    }
}

static ROWS: RowSpec<Version> = RowSpec::new(&INFO, &FIELDS, |v| Some(v.id.as_str()))
    .named(|v| v.sdk.launch_template_name())
    .stated(|v, _| v.state());

/// All versions of one template, each beside the one before it.
fn versions(all: Vec<sdk::LaunchTemplateVersion>) -> Vec<Version> {
    let by_number: BTreeMap<i64, sdk::LaunchTemplateVersion> =
        all.into_iter().filter_map(|v| Some((v.version_number()?, v))).collect();
    let last = by_number.keys().next_back().copied();
    let mut before: Option<Vec<Setting>> = None;
    let mut out = Vec::with_capacity(by_number.len());
    for (number, sdk) in by_number {
        let settings = sdk.launch_template_data().map(settings).unwrap_or_default();
        let differences = before.as_ref().map(|before| Setting::differences(before, &settings));
        before = Some(settings.clone());
        let id = arcstr::format!("{}:{number}", sdk.launch_template_id().unwrap_or_default());
        out.push(Version { id, sdk, settings, differences, latest: last == Some(number) });
    }
    out
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        let mut templates: Vec<String> = Vec::new();
        match (&request.what, &request.selector) {
            // What a version changed takes the one before it: of each template all are asked for.
            (What::Ids(ids), _) => {
                templates.extend(ids.iter().filter_map(|id| Some(id.rsplit_once(':')?.0.to_string())));
                templates.sort_unstable();
                templates.dedup();
            }
            (What::Everything, Selector::Parent(template)) => templates.push(template.to_string()),
            (What::Everything, _) => {
                let call = |token| client.describe_launch_templates().max_results(PAGE).set_next_token(token).send();
                paged(&mut pages, &DESCRIBE_LAUNCH_TEMPLATES, call, |out| {
                    let ids = out.launch_templates().iter().filter_map(|t| t.launch_template_id());
                    templates.extend(ids.map(str::to_string));
                    (Vec::new(), out.next_token)
                })
                .await?;
            }
        }
        for template in templates {
            let mut all = Vec::new();
            let call = |token| {
                let call = client.describe_launch_template_versions().launch_template_id(&template);
                call.max_results(PAGE).set_next_token(token).send()
            };
            let answer = paged(&mut pages, &DESCRIBE_LAUNCH_TEMPLATE_VERSIONS, call, |out| {
                all.extend(out.launch_template_versions.unwrap_or_default());
                (Vec::new(), out.next_token)
            });
            match answer.await {
                // It was deleted meanwhile: it has no versions.
                Err(f) if f.kind == FaultKind::NotFound => continue,
                other => other?,
            }
            let mut rows = ROWS.records(&versions(all), &mut converter);
            if let What::Ids(ids) = &request.what {
                rows.retain(|r| ids.contains(&r.id));
            }
            pages.page(rows).await?;
        }
        Ok(())
    }
    .boxed()
}

/// One version alone, for AWS's own words about it: what it changed is not in them.
fn one(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        let What::Ids(ids) = &request.what else { return Ok(()) };
        for (template, number) in ids.iter().filter_map(|id| id.rsplit_once(':')) {
            let call = |token| {
                let call = client.describe_launch_template_versions().launch_template_id(template);
                call.versions(number).set_next_token(token).send()
            };
            paged(&mut pages, &DESCRIBE_LAUNCH_TEMPLATE_VERSIONS, call, |out| {
                let all = versions(out.launch_template_versions.unwrap_or_default());
                (ROWS.records(&all, &mut converter), out.next_token)
            })
            .await?;
        }
        Ok(())
    }
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    out.extend(Link::to_ids("launch template", "launch-templates", row.get(&TEMPLATE_ID)));
    if let Some(image) = row.get(&IMAGE_ID).as_str().filter(|i| i.starts_with("ami-")) {
        out.push(Link::to("image", "images", format!("id={image}")));
    }
    if let Some(kind) = row.get(&TYPE).as_str() {
        out.push(Link::to("instance type", "instance-types", format!("type={kind}")));
    }
    out.extend(Link::to_ids("security groups", "security-groups", row.get(&SECURITY_GROUP_IDS)));
    if let Some(key) = row.get(&KEY_NAME).as_str() {
        out.push(Link::to("key pair", "key-pairs", format!("name=\"{key}\"")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    #[test]
    fn a_version_is_compared_with_the_one_before_it_that_is_there() {
        let version = |number, kind: &str| {
            let data = sdk::ResponseLaunchTemplateData::builder().instance_type(kind.into()).build();
            let version = sdk::LaunchTemplateVersion::builder().launch_template_id("lt-1").version_number(number);
            version.default_version(number == 2).launch_template_data(data).build()
        };
        // The third was deleted; AWS lists the newest first.
        let all = versions(vec![version(4, "t3.small"), version(2, "t3.micro"), version(1, "t3.micro")]);
        let rows: Vec<Record> = all.iter().map(|v| record(&ROWS, v)).collect();
        assert_eq!(rows.iter().map(|r| r.id.as_str()).collect::<Vec<_>>(), ["lt-1:1", "lt-1:2", "lt-1:4"]);
        assert_eq!(rows[0].get(&DIFFERENCES), &Value::Empty);
        assert_eq!(rows[1].get(&DIFFERENCES), &Value::Empty, "nothing changed");
        assert_eq!(rows[2].get(&DIFFERENCES).items(), ["InstanceType: t3.micro -> t3.small"]);
        let states: Vec<&str> = rows.iter().filter_map(|r| r.get(&DEFAULT).as_str()).collect();
        assert_eq!(states, ["other", "default", "latest"]);
    }
}
