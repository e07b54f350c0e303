//! Sets and removes tags.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use futures::future::FutureExt;

use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Arg, Operation, Retry, Service};

/// `CreateTags`: sets tags, new or not.
pub static CREATE_TAGS: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateTags", Retry::Safe).with_dry_run(),
    send: |s| create_tags(s).boxed(),
};

async fn create_tags(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("Resources")?;
    let tags = args.list("Tags", |t| tag(t, true))?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_tags().set_resources(Some(ids)).set_tags(Some(tags)).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `DeleteTags`.
pub static DELETE_TAGS: Sender = Sender {
    op: Operation::write(Service::Ec2, "DeleteTags", Retry::Safe).with_dry_run(),
    send: |s| delete_tags(s).boxed(),
};

async fn delete_tags(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("Resources")?;
    let tags = args.list("Tags", |t| tag(t, false))?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.delete_tags().set_resources(Some(ids)).set_tags(Some(tags)).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// A tag to be set has a value; one to be removed has none, and is removed whatever its value. Anything else in it is refused.
fn tag(arg: &Arg, with_value: bool) -> Option<Tag> {
    let Arg::Map(members) = arg else { return None };
    let key = arg.member("Key")?.as_str()?;
    let value = if with_value { Some(arg.member("Value")?.as_str()?) } else { None };
    let known = if with_value { 2 } else { 1 };
    (members.len() == known).then(|| Tag::builder().key(key).set_value(value.map(str::to_string)).build())
}

/// `{ResourceType, Tags: [{Key, Value}]}`, and nothing else in it.
pub(super) fn tag_specification(arg: &Arg) -> Option<TagSpecification> {
    let Arg::Map(members) = arg else { return None };
    let Arg::List(tags) = arg.member("Tags")? else { return None };
    let tag =
        |t: &Arg| Some(Tag::builder().key(t.member("Key")?.as_str()?).value(t.member("Value")?.as_str()?).build());
    let tags: Vec<Tag> = tags.iter().map(tag).collect::<Option<_>>()?;
    let resource = ResourceType::from(arg.member("ResourceType")?.as_str()?);
    (members.len() == 2).then(|| TagSpecification::builder().resource_type(resource).set_tags(Some(tags)).build())
}
