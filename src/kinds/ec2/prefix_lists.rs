//! Managed prefix lists: ranges under one name for rules and routes, AWS's own and those of the account or shared with it.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::listing::{filtered, tags};
use super::vpcs::OWNER;
use crate::base::{Fault, Scope};
use crate::kinds::convert::int;
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone};

/// `DescribeManagedPrefixLists`.
pub static DESCRIBE_MANAGED_PREFIX_LISTS: Operation = Operation::read(Service::Ec2, "DescribeManagedPrefixLists");

/// Rows on a page at most. (API_DescribeManagedPrefixLists)
pub(super) const PAGE: i32 = 100;

/// The list's name.
pub const NAME: FieldInfo =
    FieldInfo::text("name", "NAME", "The list's name: com.amazonaws.REGION.s3, or one's own.").shown(0).cells(8, 50);
/// `pl-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The prefix list's id.")
    .shown(1)
    .cells(11, 20)
    .aka(&["prefix_list_id", "pl"])
    .asked_by("prefix-list-id");
/// create-complete, modify-in-progress…
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "create-, modify-, restore- or delete-, and -in-progress, -complete or -failed.",
)
.shown(0)
.cells(8, 19);
/// Why it failed.
pub const MESSAGE: FieldInfo =
    FieldInfo::text("message", "MESSAGE", "What AWS says about the state: why it failed.").cells(8, 60);
/// IPv4 or IPv6.
pub const FAMILY: FieldInfo =
    FieldInfo::text("family", "FAMILY", "IPv4 or IPv6.").named_only().shown(2).cells(6, 6).aka(&["address_family"]);
/// How many entries it may have: what a rule or route that names it counts as.
pub const MAX_ENTRIES: FieldInfo = FieldInfo::int(
    "max_entries",
    "MAX",
    "How many entries it may have; a rule or route that names it counts as so many. AWS does not say it of its own.",
)
.shown(3);
/// Its version.
pub const VERSION: FieldInfo =
    FieldInfo::int("version", "VERSION", "The version number; each change of entries makes a new one.")
        .shown(4)
        .cells(7, 7)
        .plain();
/// Its entries.
pub const ENTRIES: FieldInfo =
    FieldInfo::list("entries", "ENTRIES", "The ranges in it, each with its description. A request for each list.")
        .cells(10, 60)
        .on_demand("prefix-list-entries", "entries");
/// The ranges in it.
pub const RANGES: FieldInfo = FieldInfo::ranges("ranges", "RANGES", "The ranges in it. A request for each list.")
    .cells(14, 40)
    .on_demand("prefix-list-entries", "ranges");

/// What they are.
pub static INFO: KindInfo = KindInfo::new("prefix-lists", "prefix list", "Prefix lists", &FIELDS)
    .doc("Managed prefix lists: ranges under one name, for security group rules and routes; AWS's own are of its services.")
    .aliases(&["pl", "prefix-list", "managed-prefix-lists"])
    .ids("pl-")
    .listed_by(&[&DESCRIBE_MANAGED_PREFIX_LISTS])
    .few()
    .sorted(&NAME)
    .transitional(&["create-in-progress", "modify-in-progress", "restore-in-progress", "delete-in-progress"]);

/// Managed prefix lists.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[
    ("create-in-progress", Tone::Busy),
    ("create-complete", Tone::Good),
    ("create-failed", Tone::Bad),
    ("modify-in-progress", Tone::Busy),
    ("modify-complete", Tone::Good),
    ("modify-failed", Tone::Bad),
    ("restore-in-progress", Tone::Busy),
    ("restore-complete", Tone::Good),
    ("restore-failed", Tone::Bad),
    ("delete-in-progress", Tone::Busy),
    ("delete-complete", Tone::Idle),
    ("delete-failed", Tone::Bad),
]);

/// The owner of AWS's own lists.
pub const AWS: &str = "AWS";

static FIELDS: Fields<sdk::ManagedPrefixList> = Fields(&[
    Field::name(NAME),
    Field::id(ID),
    Field::state(STATE),
    field(OWNER.shown(1), |p, c| c.said(p.owner_id())),
    field(FAMILY, |p, c| c.said(p.address_family())),
    field(MAX_ENTRIES, |p, _| int(p.max_entries())),
    field(VERSION, |p, _| int(p.version())),
    field(MESSAGE, |p, c| c.text(p.state_message())),
    field(FieldInfo::id("arn", "ARN", "The ARN.").unique().cells(12, 80), |p, c| c.said(p.prefix_list_arn())),
    Field::side(ENTRIES),
    Field::side(RANGES),
]);

static ROWS: RowSpec<sdk::ManagedPrefixList> = RowSpec::new(&INFO, &FIELDS, |p| p.prefix_list_id())
    .named(|p| p.prefix_list_name())
    .stated(|p, c| STATES.state(p.state().map(|s| s.as_str()), c))
    .tagged(|p, c| tags(p.tags(), c));

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "prefix-list-id",
        |client, filters, token| {
            client.describe_managed_prefix_lists().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.prefix_lists(), c), out.next_token),
    )
    .boxed()
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    vec![
        Link::to("security group rules", "security-group-rules", format!("peer={}", row.id)),
        Link::to("route tables", "route-tables", format!("routes:{}", row.id)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};
    use crate::model::Value;

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::PrefixListState::values());
    }

    #[test]
    fn awss_own_have_no_most_and_their_entries_are_asked_for_apart() {
        let p = sdk::ManagedPrefixList::builder()
            .prefix_list_id("pl-1")
            .prefix_list_name("com.amazonaws.x.s3")
            .owner_id(AWS);
        let row = record(&ROWS, &p.build());
        assert_eq!((row.name.as_str(), row.get(&OWNER).as_str()), ("com.amazonaws.x.s3", Some(AWS)));
        assert_eq!((row.get(&MAX_ENTRIES), row.get(&ENTRIES)), (&Value::Unknown, &Value::Unknown));
    }
}
