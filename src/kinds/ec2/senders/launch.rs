//! Launches instances.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types as sdk;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::FutureExt;

use super::tags::tag_specification;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Arg, Operation, Retry, Service};

/// The ids of what was launched.
pub const INSTANCE_IDS: &str = "Instances[].InstanceId";

/// `RunInstances`: its client token makes it one launch, however often it is sent.
pub static RUN_INSTANCES: Sender = Sender {
    op: Operation::write(Service::Ec2, "RunInstances", Retry::Token).with_dry_run().with_outputs(&[INSTANCE_IDS]),
    send: |s| run(s).boxed(),
};

async fn run(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (image, ty, key) = (args.maybe_text("ImageId")?, args.maybe_text("InstanceType")?, args.maybe_text("KeyName")?);
    let (least, most) = (args.int("MinCount")?, args.int("MaxCount")?);
    let template = args.maybe("LaunchTemplate", template)?;
    let subnet = args.maybe_text("SubnetId")?;
    let groups = args.maybe_list("SecurityGroupIds", |a| a.as_str().map(str::to_string))?;
    let interfaces = args.maybe_list("NetworkInterfaces", interface)?;
    let disks = args.maybe_list("BlockDeviceMappings", disk)?;
    // The request has it in base64, which is ours to do.
    let data = args.maybe("UserData", |a| Some(STANDARD.encode(a.as_bytes()?)))?;
    let profile = args.maybe("IamInstanceProfile", profile)?;
    let spot = args.maybe("InstanceMarketOptions", spot)?;
    let metadata = args.maybe("MetadataOptions", metadata)?;
    let monitoring = args.maybe("Monitoring", |m| only(m, &["Enabled"])?.member("Enabled")?.as_bool())?;
    let hibernates = args.maybe("HibernationOptions", |h| only(h, &["Configured"])?.member("Configured")?.as_bool())?;
    let (protect, protect_stop) = (args.flag("DisableApiTermination")?, args.flag("DisableApiStop")?);
    let tags = args.maybe_list("TagSpecifications", tag_specification)?;
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let wanted = ty.clone();
    let request = client.run_instances().set_image_id(image).set_instance_type(ty.as_deref().map(Into::into));
    let request = request.set_key_name(key).min_count(least).max_count(most).set_launch_template(template);
    let request = request.set_subnet_id(subnet).set_security_group_ids(groups).set_network_interfaces(interfaces);
    let request = request.set_block_device_mappings(disks).set_user_data(data).set_iam_instance_profile(profile);
    let request = request.set_instance_market_options(spot).set_metadata_options(metadata);
    let request = request
        .set_monitoring(monitoring.map(|on| sdk::RunInstancesMonitoringEnabled::builder().enabled(on).build()))
        .set_hibernation_options(hibernates.map(|on| sdk::HibernationOptionsRequest::builder().configured(on).build()))
        .set_disable_api_termination(protect)
        .set_disable_api_stop(protect_stop);
    let request = request.set_tag_specifications(tags).client_token(token).set_dry_run(dry);
    let out = match deliver!(s, request) {
        Ok(out) => out,
        Err(fault) => return Err(Box::pin(super::capacity::explain(&client, wanted.as_deref(), fault)).await),
    };
    let ids: Vec<&str> = out.instances().iter().filter_map(|i| i.instance_id()).collect();
    Ok(sent(out.request_id(), ids.join(", ")).with(INSTANCE_IDS, Some(ids.join("\t").as_str())))
}

/// The structure, if it has no members but these.
pub(super) fn only<'a>(arg: &'a Arg, known: &[&str]) -> Option<&'a Arg> {
    let Arg::Map(members) = arg else { return None };
    members.iter().all(|(name, _)| known.contains(name)).then_some(arg)
}

pub(super) fn text(arg: &Arg, name: &str) -> Option<String> {
    arg.member(name).and_then(Arg::as_str).map(str::to_string)
}

pub(super) fn int(arg: &Arg, name: &str) -> Option<i32> {
    arg.member(name).and_then(Arg::as_int).and_then(|n| i32::try_from(n).ok())
}

fn template(arg: &Arg) -> Option<sdk::LaunchTemplateSpecification> {
    only(arg, &["LaunchTemplateId", "Version"])?;
    let id = text(arg, "LaunchTemplateId")?;
    Some(sdk::LaunchTemplateSpecification::builder().launch_template_id(id).set_version(text(arg, "Version")).build())
}

fn interface(arg: &Arg) -> Option<sdk::InstanceNetworkInterfaceSpecification> {
    only(arg, &["DeviceIndex", "AssociatePublicIpAddress", "SubnetId", "Groups", "DeleteOnTermination"])?;
    let out = sdk::InstanceNetworkInterfaceSpecification::builder().device_index(int(arg, "DeviceIndex")?);
    let out = out.set_associate_public_ip_address(arg.member("AssociatePublicIpAddress").and_then(Arg::as_bool));
    let out = out.set_delete_on_termination(arg.member("DeleteOnTermination").and_then(Arg::as_bool));
    Some(out.set_subnet_id(text(arg, "SubnetId")).set_groups(arg.member("Groups").map(Arg::texts)).build())
}

/// What may be said of a disk.
pub(super) const EBS: &[&str] =
    &["VolumeSize", "VolumeType", "Iops", "Throughput", "Encrypted", "DeleteOnTermination", "SnapshotId", "KmsKeyId"];

fn disk(arg: &Arg) -> Option<sdk::BlockDeviceMapping> {
    only(arg, &["DeviceName", "Ebs"])?;
    let ebs = only(arg.member("Ebs")?, EBS)?;
    let flag = |name: &str| ebs.member(name).and_then(Arg::as_bool);
    let out = sdk::EbsBlockDevice::builder().set_volume_size(int(ebs, "VolumeSize"));
    let out = out.set_volume_type(text(ebs, "VolumeType").as_deref().map(Into::into)).set_iops(int(ebs, "Iops"));
    let out = out.set_throughput(int(ebs, "Throughput")).set_snapshot_id(text(ebs, "SnapshotId"));
    let out = out.set_encrypted(flag("Encrypted")).set_delete_on_termination(flag("DeleteOnTermination"));
    let out = out.set_kms_key_id(text(ebs, "KmsKeyId"));
    Some(sdk::BlockDeviceMapping::builder().device_name(text(arg, "DeviceName")?).ebs(out.build()).build())
}

/// An instance profile by its name or ARN.
pub(super) fn profile(arg: &Arg) -> Option<sdk::IamInstanceProfileSpecification> {
    only(arg, &["Name", "Arn"])?;
    let out = sdk::IamInstanceProfileSpecification::builder();
    Some(out.set_name(text(arg, "Name")).set_arn(text(arg, "Arn")).build())
}

fn spot(arg: &Arg) -> Option<sdk::InstanceMarketOptionsRequest> {
    only(arg, &["MarketType", "SpotOptions"])?;
    let options =
        arg.member("SpotOptions").map(|o| sdk::SpotMarketOptions::builder().set_max_price(text(o, "MaxPrice")).build());
    let market = text(arg, "MarketType")?;
    Some(
        sdk::InstanceMarketOptionsRequest::builder()
            .market_type(market.as_str().into())
            .set_spot_options(options)
            .build(),
    )
}

fn metadata(arg: &Arg) -> Option<sdk::InstanceMetadataOptionsRequest> {
    only(arg, &["HttpTokens", "HttpEndpoint"])?;
    let out = sdk::InstanceMetadataOptionsRequest::builder();
    let out = out.set_http_tokens(text(arg, "HttpTokens").as_deref().map(Into::into));
    Some(out.set_http_endpoint(text(arg, "HttpEndpoint").as_deref().map(Into::into)).build())
}
