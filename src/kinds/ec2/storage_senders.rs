//! Sends what the actions on volumes, addresses and key pairs plan: EC2's requests built from a call's arguments, exactly.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::primitives::Blob;
use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use futures::future::FutureExt;

use super::address_actions::{ALLOCATE_ADDRESS, ASSOCIATE_ADDRESS, DISASSOCIATE_ADDRESS, RELEASE_ADDRESS};
use super::key_pair_actions::{CREATE_KEY_PAIR, DELETE_KEY_PAIR, IMPORT_KEY_PAIR};
use super::volume_actions::{ATTACH_VOLUME, CREATE_VOLUME, DELETE_VOLUME, DETACH_VOLUME};
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::Arg;

/// One for each operation.
pub static ALL: &[&Sender] = &[
    &Sender { op: &CREATE_VOLUME, send: |s| create_volume(s).boxed() },
    &Sender { op: &ATTACH_VOLUME, send: |s| attach_volume(s).boxed() },
    &Sender { op: &DETACH_VOLUME, send: |s| detach_volume(s).boxed() },
    &Sender { op: &DELETE_VOLUME, send: |s| delete_volume(s).boxed() },
    &Sender { op: &ALLOCATE_ADDRESS, send: |s| allocate(s).boxed() },
    &Sender { op: &ASSOCIATE_ADDRESS, send: |s| associate(s).boxed() },
    &Sender { op: &DISASSOCIATE_ADDRESS, send: |s| disassociate(s).boxed() },
    &Sender { op: &RELEASE_ADDRESS, send: |s| release(s).boxed() },
    &Sender { op: &CREATE_KEY_PAIR, send: |s| create_key_pair(s).boxed() },
    &Sender { op: &IMPORT_KEY_PAIR, send: |s| import_key_pair(s).boxed() },
    &Sender { op: &DELETE_KEY_PAIR, send: |s| delete_key_pair(s).boxed() },
];

async fn create_volume(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (zone, ty) = (args.text("AvailabilityZone")?, args.text("VolumeType")?);
    let (size, iops, throughput) = (args.maybe_int("Size")?, args.maybe_int("Iops")?, args.maybe_int("Throughput")?);
    let (snapshot, encrypted) = (args.maybe_text("SnapshotId")?, args.flag("Encrypted")?);
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.mode.dry_run(&CREATE_VOLUME)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_volume().availability_zone(zone).volume_type(ty.as_str().into()).set_size(size);
    let request = request.set_iops(iops).set_throughput(throughput).set_snapshot_id(snapshot).set_encrypted(encrypted);
    let request = request.set_tag_specifications(tags).client_token(token).set_dry_run(dry);
    let out = deliver!(&CREATE_VOLUME, s.mode, request)?;
    let id = out.volume_id().unwrap_or_default().to_string();
    Ok(sent(out.request_id(), id).with("VolumeId", out.volume_id()))
}

async fn attach_volume(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (volume, instance, device) = (args.text("VolumeId")?, args.text("InstanceId")?, args.text("Device")?);
    args.end()?;
    let dry = s.mode.dry_run(&ATTACH_VOLUME)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.attach_volume().volume_id(volume).instance_id(instance).device(device).set_dry_run(dry);
    let out = deliver!(&ATTACH_VOLUME, s.mode, request)?;
    Ok(sent(out.request_id(), out.state().map_or_else(String::new, |s| s.as_str().to_string())))
}

async fn detach_volume(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (volume, instance, force) = (args.text("VolumeId")?, args.text("InstanceId")?, args.flag("Force")?);
    args.end()?;
    let dry = s.mode.dry_run(&DETACH_VOLUME)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.detach_volume().volume_id(volume).instance_id(instance).set_force(force).set_dry_run(dry);
    let out = deliver!(&DETACH_VOLUME, s.mode, request)?;
    Ok(sent(out.request_id(), out.state().map_or_else(String::new, |s| s.as_str().to_string())))
}

async fn delete_volume(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let volume = args.text("VolumeId")?;
    args.end()?;
    let dry = s.mode.dry_run(&DELETE_VOLUME)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.delete_volume().volume_id(volume).set_dry_run(dry);
    let out = deliver!(&DELETE_VOLUME, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()))
}

async fn allocate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let domain = args.text("Domain")?;
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    args.end()?;
    let dry = s.mode.dry_run(&ALLOCATE_ADDRESS)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request =
        client.allocate_address().domain(domain.as_str().into()).set_tag_specifications(tags).set_dry_run(dry);
    let out = deliver!(&ALLOCATE_ADDRESS, s.mode, request)?;
    let text = out.public_ip().unwrap_or_default().to_string();
    let answer = sent(out.request_id(), text).with("AllocationId", out.allocation_id());
    Ok(answer.with("PublicIp", out.public_ip()))
}

async fn associate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let address = args.text("AllocationId")?;
    let (instance, interface) = (args.maybe_text("InstanceId")?, args.maybe_text("NetworkInterfaceId")?);
    let again = args.flag("AllowReassociation")?;
    args.end()?;
    let dry = s.mode.dry_run(&ASSOCIATE_ADDRESS)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.associate_address().allocation_id(address).set_instance_id(instance);
    let request = request.set_network_interface_id(interface).set_allow_reassociation(again).set_dry_run(dry);
    let out = deliver!(&ASSOCIATE_ADDRESS, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()).with("AssociationId", out.association_id()))
}

async fn disassociate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let association = args.text("AssociationId")?;
    args.end()?;
    let dry = s.mode.dry_run(&DISASSOCIATE_ADDRESS)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.disassociate_address().association_id(association).set_dry_run(dry);
    let out = deliver!(&DISASSOCIATE_ADDRESS, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()))
}

async fn release(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let address = args.text("AllocationId")?;
    args.end()?;
    let dry = s.mode.dry_run(&RELEASE_ADDRESS)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.release_address().allocation_id(address).set_dry_run(dry);
    let out = deliver!(&RELEASE_ADDRESS, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()))
}

async fn create_key_pair(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (name, ty, format) = (args.text("KeyName")?, args.text("KeyType")?, args.text("KeyFormat")?);
    args.end()?;
    let dry = s.mode.dry_run(&CREATE_KEY_PAIR)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_key_pair().key_name(name).key_type(ty.as_str().into());
    let request = request.key_format(format.as_str().into()).set_dry_run(dry);
    let out = deliver!(&CREATE_KEY_PAIR, s.mode, request)?;
    let answer = sent(out.request_id(), out.key_pair_id().unwrap_or_default().to_string());
    Ok(answer.with("KeyPairId", out.key_pair_id()).with_secret("KeyMaterial", out.key_material()))
}

async fn import_key_pair(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (name, key) = (args.text("KeyName")?, args.blob("PublicKeyMaterial")?);
    args.end()?;
    let dry = s.mode.dry_run(&IMPORT_KEY_PAIR)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.import_key_pair().key_name(name).public_key_material(Blob::new(key)).set_dry_run(dry);
    let out = deliver!(&IMPORT_KEY_PAIR, s.mode, request)?;
    let answer = sent(out.request_id(), out.key_pair_id().unwrap_or_default().to_string());
    Ok(answer.with("KeyPairId", out.key_pair_id()))
}

async fn delete_key_pair(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let name = args.text("KeyName")?;
    args.end()?;
    let dry = s.mode.dry_run(&DELETE_KEY_PAIR)?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.delete_key_pair().key_name(name).set_dry_run(dry);
    let out = deliver!(&DELETE_KEY_PAIR, s.mode, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `{ResourceType, Tags: [{Key, Value}]}`, and nothing else in it.
fn tag_specification(arg: &Arg) -> Option<TagSpecification> {
    let Arg::Map(members) = arg else { return None };
    let Arg::List(tags) = arg.member("Tags")? else { return None };
    let tag =
        |t: &Arg| Some(Tag::builder().key(t.member("Key")?.as_str()?).value(t.member("Value")?.as_str()?).build());
    let tags: Vec<Tag> = tags.iter().map(tag).collect::<Option<_>>()?;
    let resource = ResourceType::from(arg.member("ResourceType")?.as_str()?);
    (members.len() == 2).then(|| TagSpecification::builder().resource_type(resource).set_tags(Some(tags)).build())
}
