//! EBS volumes: the kind, its list function and its links. Their fields: [`fields`]; what reads a record back: [`volume`].

pub mod fields;
pub mod volume;

use aws_sdk_ec2::operation::describe_volumes::DescribeVolumesOutput;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use crate::aws::fault;
use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, batches};
use crate::kinds::ec2::filters::filters;
use crate::kinds::ec2::listing::PREVIEW;
use crate::kinds::large_pages::{Large, large_pages};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::show;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::RowSpec;
use crate::model::{KindInfo, Link, Operation, Record, Selector, Service};

/// `DescribeVolumes`.
pub static DESCRIBE_VOLUMES: Operation = Operation::read(Service::Ec2, "DescribeVolumes");

/// What volumes are.
pub static INFO: KindInfo = KindInfo::new("volumes", "volume", "Volumes", &fields::FIELDS)
    .doc("EBS volumes, with what they are attached to. An unattached volume costs the same.")
    .aliases(&["vol", "volume", "ebs", "disks"])
    .ids("vol-")
    .listed_by(&[&DESCRIBE_VOLUMES])
    .sorted(&fields::NAME)
    // While it is attached or detached a volume is in-use: its attachment says that it is on its way.
    .transitional(&["creating", "deleting", "attaching", "detaching", "busy"]);

/// Volumes.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static ROWS: RowSpec<sdk::Volume> = RowSpec::new(&INFO, &fields::FIELDS, |v| v.volume_id())
    .stated(|v, c| fields::STATES.state(v.state().map(|s| s.as_str()), c))
    .tagged(|v, c| c.tags(v.tags().iter().map(|t| (t.key(), t.value()))));

/// DescribeVolumes takes 5 to 1000 a page: the AWS CLI's own page size.
/// <https://github.com/aws/aws-cli/blob/develop/tests/functional/ec2/test_describe_volumes.py>
pub(super) const PAGE: i32 = 1000;
/// A filter takes at most 200 values.
const MOST_IDS: usize = 200;

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        if request.selector == Selector::All && pages.wants_preview() {
            // A request of its own and no first page, as with instances.
            pages.ask(&DESCRIBE_VOLUMES).await?;
            let call = client.describe_volumes().max_results(PREVIEW).send();
            let out = call.await.map_err(|e| fault::of(&DESCRIBE_VOLUMES, e))?;
            show(&mut pages, out, |out| ROWS.records(out.volumes(), &mut converter)).await?;
        }
        for ids in batches(&request.what, MOST_IDS) {
            let (client, filter) = (client.clone(), filters(&request, &INFO, "volume-id", ids));
            let send = move |token| {
                let call = client.describe_volumes().max_results(PAGE).set_next_token(token);
                let call = call.set_filters(filter.clone());
                async { call.send().await.map_err(|e| fault::of(&DESCRIBE_VOLUMES, e)) }
            };
            let next = |out: &mut DescribeVolumesOutput| out.next_token.take();
            let read = |out: &DescribeVolumesOutput, c: &mut Converter| ROWS.records(out.volumes(), c);
            large_pages(&mut pages, &request, &DESCRIBE_VOLUMES, Large::new(send, next, read)).await?;
        }
        Ok(())
    })
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = Vec::new();
    let instances = volume::instances(row);
    if !instances.is_empty() {
        out.push(Link::to("instance", "instances", format!("id={}", instances.join(","))));
    }
    if let Some(zone) = volume::zone(row) {
        out.push(Link::to("zone", "availability-zones", format!("name={zone}")));
        out.push(Link::to("volumes of its zone", "volumes", format!("zone={zone}")));
    }
    out.push(Link::to("snapshots of it", "snapshots", format!("volume={}", row.id)));
    out.extend(Link::to_ids("the snapshot it was made from", "snapshots", row.get(&fields::SNAPSHOT)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::volumes::volume::{AttachState, VolumeState};
    use crate::kinds::testing::{every_state_has_a_tone, record};
    use crate::model::{Tone, Value};

    fn row(v: aws_sdk_ec2::types::builders::VolumeBuilder) -> Record {
        record(&ROWS, &v.volume_id("vol-1").build())
    }

    fn at(instance: &str, state: &str, deleted: bool) -> sdk::VolumeAttachment {
        let attachment = sdk::VolumeAttachment::builder().instance_id(instance).state(state.into());
        attachment.device("/dev/sdf").delete_on_termination(deleted).build()
    }

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&fields::STATES, sdk::VolumeState::values());
        every_state_has_a_tone(&fields::ATTACH_STATES, sdk::VolumeAttachmentState::values());
        for word in sdk::VolumeState::values() {
            assert!(!matches!(VolumeState::parse(word), VolumeState::Other(_)), "{word}");
        }
        for word in sdk::VolumeAttachmentState::values() {
            assert!(!matches!(AttachState::parse(word), AttachState::Other(_)), "{word}");
        }
        assert_eq!(
            row(sdk::Volume::builder().state("dreaming".into())).state,
            Some((Tone::Unknown, "dreaming".into()))
        );
    }

    #[test]
    fn a_volume_that_is_being_attached_is_on_its_way_although_it_is_in_use() {
        let in_use = |state| sdk::Volume::builder().state("in-use".into()).attachments(at("i-1", state, false));
        for (state, moving) in [("attaching", true), ("attached", false), ("detaching", true), ("busy", true)] {
            let row = row(in_use(state));
            assert_eq!(volume::state(&row), VolumeState::InUse);
            assert_eq!(volume::attach_state(&row), Some(AttachState::parse(state)));
            assert_eq!(row.is_on_its_way(), moving, "{state}");
        }
        assert!(row(sdk::Volume::builder().state("creating".into())).is_on_its_way());
        assert!(!row(sdk::Volume::builder().state("available".into())).is_on_its_way());
    }

    #[test]
    fn of_several_attachments_the_one_on_its_way_is_seen_and_what_they_disagree_on_is_unknown() {
        let several = row(sdk::Volume::builder().attachments(at("i-1", "attached", true)).attachments(at(
            "i-2",
            "detaching",
            false,
        )));
        assert_eq!(volume::instances(&several), ["i-1", "i-2"]);
        assert_eq!(volume::attach_state(&several), Some(AttachState::Detaching));
        assert_eq!(several.get(&fields::DELETE_ON_TERMINATION), &Value::Unknown);
        let attachments = several.get(&fields::ATTACHMENTS).items();
        assert_eq!(attachments[0], "i-1 /dev/sdf, attached, deleted with the instance");
        assert_eq!(attachments[1], "i-2 /dev/sdf, detaching, kept");
        let links = links(&several, &Scope::Global);
        assert_eq!((links[0].kind, links[0].query.as_str()), ("instances", "id=i-1,i-2"));
    }

    #[test]
    fn what_aws_left_out_is_unknown_or_empty_but_never_invented() {
        let bare = row(sdk::Volume::builder());
        assert_eq!(bare.get(&fields::INSTANCES), &Value::Empty);
        assert_eq!(bare.get(&fields::ATTACH_STATE), &Value::Empty);
        assert_eq!(bare.get(&fields::DELETE_ON_TERMINATION), &Value::Empty);
        assert_eq!(bare.get(&fields::SIZE_GIB), &Value::Unknown);
        assert_eq!(bare.get(&fields::COST), &Value::Unknown);
        let magnetic = row(sdk::Volume::builder().volume_type("st1".into()).size(500));
        assert_eq!((magnetic.get(&fields::IOPS), magnetic.get(&fields::COST)), (&Value::Empty, &Value::Float(22.5)));
        let other = row(sdk::Volume::builder().volume_type("gp4".into()).size(500));
        assert_eq!((other.get(&fields::IOPS), other.get(&fields::COST)), (&Value::Unknown, &Value::Unknown));
    }
}
