//! Which IAM instance profile an instance is associated with: a side table, joined by instance id. The association has an id of its
//! own, by which it is replaced and undone.

use arcstr::ArcStr;
use futures::future::BoxFuture;
use indexmap::IndexMap;

use super::instances::{self, DESCRIBE_INSTANCES};
use super::listing::{MOST_IDS, PAGE};
use crate::base::text::visible;
use crate::base::{Fault, RowId};
use crate::kinds::convert::Converter;
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Operation, Record, Service, Tone, Value};

/// `DescribeIamInstanceProfileAssociations`.
pub static DESCRIBE_ASSOCIATIONS: Operation =
    Operation::read(Service::Ec2, "DescribeIamInstanceProfileAssociations").rarely_changes();

/// The instance id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The instance id.");
/// associating, associated, disassociating, disassociated, or none.
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "associating, associated or disassociating; none if it has no instance profile.",
);
/// The profile's name, the last part of its ARN.
pub const PROFILE: FieldInfo = FieldInfo::text("profile", "PROFILE", "The instance profile's name, if it has one.");
/// The profile's ARN.
pub const ARN: FieldInfo = FieldInfo::id("arn", "ARN", "The instance profile's ARN.").cells(12, 80);
/// `iip-assoc-…`.
pub const ASSOCIATION_ID: FieldInfo =
    FieldInfo::id("association_id", "ASSOCIATION", "The association id.").cells(12, 28);

/// What they are.
pub static INFO: KindInfo =
    KindInfo::new("instance-profiles", "instance's profile", "Instance profiles of instances", &FIELDS)
        .doc("IAM instance profiles associated with instances, joined to them by id.")
        .listed_by(&[&DESCRIBE_ASSOCIATIONS, &DESCRIBE_INSTANCES])
        .sorted(&ID)
        .side();

/// Instance profiles of instances.
pub static KIND: KindDef = KindDef { info: &INFO, list, links: |_, _| Vec::new(), raw: None };

/// What an instance has of it; none of it without an association.
#[derive(Default)]
struct Association {
    instance: RowId,
    id: Option<ArcStr>,
    arn: Option<ArcStr>,
    state: Option<ArcStr>,
}

/// What stands where there is none.
pub const NONE: &str = "none";

static STATES: States = States(&[
    ("associating", Tone::Busy),
    ("associated", Tone::Good),
    ("disassociating", Tone::Busy),
    ("disassociated", Tone::Idle),
    (NONE, Tone::Idle),
]);

static FIELDS: Fields<Association> = Fields(&[
    Field::id(ID),
    field(STATE, |a, c| STATES.value(Some(a.state.as_deref().unwrap_or(NONE)), c)),
    field(PROFILE, |a, c| c.text(Some(a.arn.as_deref().map_or(NONE, name_in)))),
    field(ARN, |a, c| c.text(a.arn.as_deref())),
    field(ASSOCIATION_ID, |a, _| Value::opt(a.id.as_deref())),
]);

static ROWS: RowSpec<Association> = RowSpec::new(&INFO, &FIELDS, |a| Some(&a.instance));

/// The name in `arn:aws:iam::123456789012:instance-profile/path/NAME`, or the name that it is.
pub fn name_in(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// What is wrong with a text that is to be an instance profile's name or ARN.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_InstanceProfile.html>
pub fn why_not_profile(text: &str) -> Option<String> {
    let sign = |c: char| c.is_ascii_alphanumeric() || "+=,.@-_".contains(c);
    let is_arn = text.starts_with("arn:") && text.contains(":instance-profile/");
    let is_name = !text.is_empty() && text.len() <= 128 && text.chars().all(sign);
    (!is_arn && !is_name).then(|| format!("{} is not a valid name of an instance profile.", visible(text)))
}

/// Whether a row has an association that can be replaced or undone: its id, and the profile's ARN.
pub fn associated(row: &Record) -> Option<(&str, &str)> {
    Some((row.get(&ASSOCIATION_ID).as_str()?, row.get(&ARN).as_str()?))
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        let all: Vec<RowId> = match &request.what {
            What::Everything => instances::ids(&client, &mut pages).await?,
            What::Ids(ids) => ids.to_vec(),
        };
        for ids in all.chunks(MOST_IDS) {
            let bare = |id: &RowId| (id.clone(), Association { instance: id.clone(), ..Association::default() });
            let mut found: IndexMap<RowId, Association> = ids.iter().map(bare).collect();
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let filter = aws_sdk_ec2::types::Filter::builder().name("instance-id").set_values(Some(ids)).build();
            let call = |token| {
                let call = client.describe_iam_instance_profile_associations().filters(filter.clone());
                call.max_results(PAGE).set_next_token(token).send()
            };
            paged(&mut pages, &DESCRIBE_ASSOCIATIONS, call, |out| {
                for a in out.iam_instance_profile_associations() {
                    let Some(row) = a.instance_id().and_then(|id| found.get_mut(id)) else { continue };
                    // One that is going stands beside the one that has come.
                    let is = |s: &str| a.state().is_some_and(|state| state.as_str() == s);
                    if row.id.is_some() && (is("disassociating") || is("disassociated")) || is("disassociated") {
                        continue;
                    }
                    row.id = a.association_id().map(Into::into);
                    row.arn = a.iam_instance_profile().and_then(|p| p.arn()).map(Into::into);
                    row.state = a.state().map(|s| s.as_str().into());
                }
                (Vec::new(), out.next_token)
            })
            .await?;
            pages.page(ROWS.records(found.values(), &mut converter)).await?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, aws_sdk_ec2::types::IamInstanceProfileAssociationState::values());
    }

    #[test]
    fn an_instance_without_a_profile_says_so_and_one_with_it_has_its_name() {
        let bare = record(&ROWS, &Association { instance: "i-1".into(), ..Association::default() });
        assert_eq!((bare.get(&PROFILE).as_str(), associated(&bare)), (Some("none"), None));
        let arn = "arn:aws:iam::123456789012:instance-profile/apps/web";
        let with = Association {
            instance: "i-1".into(),
            id: Some("iip-assoc-1".into()),
            arn: Some(arn.into()),
            state: Some("associated".into()),
        };
        let row = record(&ROWS, &with);
        assert_eq!((row.get(&PROFILE).as_str(), associated(&row)), (Some("web"), Some(("iip-assoc-1", arn))));
    }
}
