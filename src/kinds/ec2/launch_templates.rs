//! Launch templates: what instances are launched from by name; what each launches is in its versions.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::filters::filters;
use super::listing::{MOST_IDS, tags};
use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, int, moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::listed;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service};

/// `DescribeLaunchTemplates`.
pub static DESCRIBE_LAUNCH_TEMPLATES: Operation = Operation::read(Service::Ec2, "DescribeLaunchTemplates");

/// Its name, unique in the region.
pub const NAME: FieldInfo = FieldInfo::text("name", "NAME", "Its name, unique in the region; it cannot be changed.")
    .shown(0)
    .cells(12, 60)
    .aka(&["launch_template_name"])
    .asked_as_written_by("launch-template-name");
/// `lt-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The launch template's id.")
    .shown(2)
    .cells(11, 20)
    .aka(&["launch_template_id", "template_id"]);
/// What `$Default` means.
pub const DEFAULT_VERSION: FieldInfo =
    FieldInfo::int("default_version", "DEFAULT", "The version that $Default means and that is used if none is named.")
        .shown(1)
        .cells(7, 7)
        .aka(&["default"]);
/// What `$Latest` means.
pub const LATEST_VERSION: FieldInfo =
    FieldInfo::int("latest_version", "LATEST", "The version that $Latest means: the newest.")
        .shown(1)
        .cells(6, 6)
        .aka(&["latest"]);
/// When it was made.
pub const CREATED: FieldInfo =
    FieldInfo::age("created", "AGE", "When it was created.").shown(1).aka(&["age", "create_time"]);
/// Who made it.
pub const CREATED_BY: FieldInfo =
    FieldInfo::id("created_by", "CREATED BY", "The ARN of its creator.").shown(3).cells(12, 60);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("launch-templates", "launch template", "Launch templates", &FIELDS)
    .doc("Launch templates, with their default and latest versions.")
    .aliases(&["lt", "templates", "launch-template"])
    .ids("lt-")
    .listed_by(&[&DESCRIBE_LAUNCH_TEMPLATES])
    .few()
    .sorted(&NAME);

/// Launch templates.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static FIELDS: Fields<sdk::LaunchTemplate> = Fields(&[
    Field::name(NAME),
    field(DEFAULT_VERSION, |t, _| int(t.default_version_number())),
    field(LATEST_VERSION, |t, _| int(t.latest_version_number())),
    field(CREATED, |t, _| moment(time(t.create_time()))),
    Field::id(ID),
    field(CREATED_BY, |t, c| c.text(t.created_by())),
    field(FieldInfo::text("operator", "OPERATOR", "The service that manages it, if one does.").cells(8, 30), |t, c| {
        c.text(t.operator().and_then(|o| o.principal()))
    }),
]);

static ROWS: RowSpec<sdk::LaunchTemplate> = RowSpec::new(&INFO, &FIELDS, |t| t.launch_template_id())
    .named(|t| t.launch_template_name())
    .tagged(|t, c| tags(t.tags(), c));

/// DescribeLaunchTemplates takes 1 to 200.
pub(super) const PAGE: i32 = 200;

/// There is no filter for ids: they are named, and of those one that is missing fails all, so that they are asked for one by one then.
fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        let filters = filters(&request, &INFO, "", None);
        let call = |ids: Option<Vec<String>>, token| {
            let call = client.describe_launch_templates().set_next_token(token);
            match ids {
                Some(ids) => call.set_launch_template_ids(Some(ids)).send(),
                None => call.max_results(PAGE).set_filters(filters.clone()).send(),
            }
        };
        listed(&mut pages, &DESCRIBE_LAUNCH_TEMPLATES, &request.what, MOST_IDS, call, |out| {
            (ROWS.records(out.launch_templates(), &mut converter), out.next_token)
        })
        .await
    }
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let versions = Selector::Parent(row.id.clone());
    vec![
        Link { title: "versions", kind: "launch-template-versions", selector: versions, query: String::new() },
        Link {
            title: "groups",
            kind: "auto-scaling-groups",
            selector: Selector::All,
            query: format!("launch_template=\"{}\"", row.name),
        },
        Link {
            title: "instances",
            kind: "instances",
            selector: Selector::All,
            query: format!("tag:\"aws:ec2launchtemplate:id\"=\"{}\"", row.id),
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    #[test]
    fn a_template_is_known_by_its_own_name_and_not_by_a_tag() {
        let tag = sdk::Tag::builder().key("Name").value("another").build();
        let template = sdk::LaunchTemplate::builder().launch_template_id("lt-1").launch_template_name("web").tags(tag);
        let row = record(&ROWS, &template.default_version_number(1).latest_version_number(3).build());
        assert_eq!((row.name.as_str(), row.get(&LATEST_VERSION).as_int()), ("web", Some(3)));
        assert_eq!(row.tag("Name").map(|t| t.as_str()), Some("another"));
    }
}
