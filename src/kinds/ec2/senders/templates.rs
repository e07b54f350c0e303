//! Launch templates and their versions: create, set the default, delete.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types as sdk;
use futures::future::FutureExt;

use super::launch::{int, only, text};
use super::tags::tag_specification;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, of_one_id, sent};
use crate::model::{Arg, Operation, Retry, Service};

/// The template that was made.
pub const TEMPLATE_ID: &str = "LaunchTemplate.LaunchTemplateId";
/// The number of the version that was made.
pub const VERSION_NUMBER: &str = "LaunchTemplateVersion.VersionNumber";
/// The same as the id of its row: `lt-0a1:3`.
pub const VERSION_ROW: &str = "LaunchTemplateVersion.join(':',[LaunchTemplateId,to_string(VersionNumber)])";

/// `CreateLaunchTemplate`: its client token makes it one template, however often it is sent.
pub static CREATE_LAUNCH_TEMPLATE: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateLaunchTemplate", Retry::Token)
        .with_dry_run()
        .with_outputs(&[TEMPLATE_ID]),
    send: |s| create(s).boxed(),
};

async fn create(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let name = args.text("LaunchTemplateName")?;
    let description = args.maybe_text("VersionDescription")?;
    let data = args.maybe("LaunchTemplateData", data)?;
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_launch_template().launch_template_name(name).set_version_description(description);
    let request = request.set_launch_template_data(data).client_token(token).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let id = out.launch_template().and_then(|t| t.launch_template_id());
    let said = [id.map(str::to_string), out.warning().and_then(warning)].into_iter().flatten();
    Ok(sent(out.request_id(), said.collect::<Vec<_>>().join("; ")).with(TEMPLATE_ID, id))
}

/// `CreateLaunchTemplateVersion`: its client token makes it one version.
pub static CREATE_LAUNCH_TEMPLATE_VERSION: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateLaunchTemplateVersion", Retry::Token)
        .with_dry_run()
        .with_outputs(&[VERSION_NUMBER, VERSION_ROW]),
    send: |s| create_version(s).boxed(),
};

async fn create_version(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (id, source) = (args.text("LaunchTemplateId")?, args.maybe_text("SourceVersion")?);
    let description = args.maybe_text("VersionDescription")?;
    let data = args.maybe("LaunchTemplateData", data)?;
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_launch_template_version().launch_template_id(&id).set_source_version(source);
    let request = request.set_version_description(description).set_launch_template_data(data);
    let out = deliver!(s, request.client_token(token).set_dry_run(dry))?;
    let number = out.launch_template_version().and_then(|v| v.version_number()).map(|n| n.to_string());
    let said = number.as_ref().map(|n| format!("version {n}"));
    let said = [said, out.warning().and_then(warning)].into_iter().flatten().collect::<Vec<_>>().join("; ");
    let row = number.as_ref().map(|n| format!("{id}:{n}"));
    Ok(sent(out.request_id(), said).with(VERSION_NUMBER, number.as_deref()).with(VERSION_ROW, row.as_deref()))
}

/// What EC2 finds wrong with a template that it makes all the same.
fn warning(w: &sdk::ValidationWarning) -> Option<String> {
    let all: Vec<&str> = w.errors().iter().filter_map(|e| e.message()).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

/// `ModifyLaunchTemplate`: the default version.
pub static MODIFY_LAUNCH_TEMPLATE: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifyLaunchTemplate", Retry::Token).with_dry_run(),
    send: |s| modify(s).boxed(),
};

async fn modify(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (id, version) = (args.text("LaunchTemplateId")?, args.text("DefaultVersion")?);
    let token = args.text("ClientToken")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.modify_launch_template().launch_template_id(id).default_version(version).set_dry_run(dry);
    let out = deliver!(s, request.client_token(token))?;
    Ok(sent(out.request_id(), String::new()))
}

of_one_id! {
    /// `DeleteLaunchTemplate`: sent twice, the second is refused.
    DELETE_LAUNCH_TEMPLATE:
        Operation::write(Service::Ec2, "DeleteLaunchTemplate", Retry::Never).with_dry_run(),
        delete_launch_template.launch_template_id("LaunchTemplateId");
}

/// `DeleteLaunchTemplateVersions`: each on its own, and what was not deleted is in a good answer.
pub static DELETE_LAUNCH_TEMPLATE_VERSIONS: Sender = Sender {
    op: Operation::write(Service::Ec2, "DeleteLaunchTemplateVersions", Retry::Never).with_dry_run(),
    send: |s| delete_versions(s).boxed(),
};

async fn delete_versions(s: Outgoing) -> Result<Answer, Fault> {
    let op = s.call.op;
    let mut args = Args::of(&s.call);
    let (id, versions) = (args.text("LaunchTemplateId")?, args.texts("Versions")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.delete_launch_template_versions().launch_template_id(id);
    let out = deliver!(s, request.set_versions(Some(versions)).set_dry_run(dry))?;
    let kept = out.unsuccessfully_deleted_launch_template_versions();
    if let Some(first) = kept.first() {
        let error = first.response_error();
        let why = error.and_then(|e| e.message()).unwrap_or("AWS gave no reason");
        let gone = out.successfully_deleted_launch_template_versions().len();
        let number = first.version_number().unwrap_or_default();
        let text = format!("version {number} was not deleted: {why}; {gone} of {} were", gone + kept.len());
        let code = error.and_then(|e| e.code()).map(|c| c.as_str()).unwrap_or_default();
        let fault = Fault::new(FaultKind::Conflict, text).of(op.service.sdk_id(), op.name).code(code);
        return Err(fault.reached(crate::base::Reached::Answered));
    }
    Ok(sent(out.request_id(), String::new()))
}

/// A template's data. What is no member that is known here is refused, not left out.
fn data(arg: &Arg) -> Option<sdk::RequestLaunchTemplateData> {
    let known = [
        "ImageId",
        "InstanceType",
        "KeyName",
        "SecurityGroupIds",
        "NetworkInterfaces",
        "BlockDeviceMappings",
        "UserData",
        "IamInstanceProfile",
        "InstanceMarketOptions",
        "MetadataOptions",
        "Monitoring",
        "HibernationOptions",
        "DisableApiTermination",
        "TagSpecifications",
    ];
    only(arg, &known)?;
    let groups = arg.member("SecurityGroupIds").map(Arg::texts);
    let out = sdk::RequestLaunchTemplateData::builder().set_image_id(text(arg, "ImageId"));
    let out = out.set_instance_type(text(arg, "InstanceType").as_deref().map(Into::into));
    let out = out.set_key_name(text(arg, "KeyName")).set_security_group_ids(groups);
    let out = out.set_network_interfaces(each(arg, "NetworkInterfaces", interface)?);
    let out = out.set_block_device_mappings(each(arg, "BlockDeviceMappings", disk)?);
    // It is in base64 already: nobody encodes it on the way.
    let user_data = match arg.member("UserData") {
        Some(data) => Some(std::str::from_utf8(data.as_bytes()?).ok()?.to_string()),
        None => None,
    };
    let out = out.set_user_data(user_data).set_iam_instance_profile(maybe(arg, "IamInstanceProfile", profile)?);
    let out = out.set_instance_market_options(maybe(arg, "InstanceMarketOptions", market)?);
    let out = out.set_metadata_options(maybe(arg, "MetadataOptions", metadata)?);
    let out = out.set_monitoring(maybe(arg, "Monitoring", monitoring)?);
    let out = out.set_hibernation_options(maybe(arg, "HibernationOptions", hibernation)?);
    let out = out.set_disable_api_termination(arg.member("DisableApiTermination").and_then(Arg::as_bool));
    Some(out.set_tag_specifications(each(arg, "TagSpecifications", tags)?).build())
}

/// A member that may be left out; `None` outside: it is there and unfit.
#[expect(clippy::option_option, reason = "left out and unfit are not the same")]
fn maybe<T>(arg: &Arg, name: &str, read: impl Fn(&Arg) -> Option<T>) -> Option<Option<T>> {
    match arg.member(name) {
        None => Some(None),
        Some(member) => read(member).map(Some),
    }
}

#[expect(clippy::option_option, reason = "left out and unfit are not the same")]
fn each<T>(arg: &Arg, name: &str, read: impl Fn(&Arg) -> Option<T>) -> Option<Option<Vec<T>>> {
    maybe(arg, name, |list| if let Arg::List(items) = list { items.iter().map(&read).collect() } else { None })
}

fn interface(arg: &Arg) -> Option<sdk::LaunchTemplateInstanceNetworkInterfaceSpecificationRequest> {
    only(arg, &["DeviceIndex", "AssociatePublicIpAddress", "SubnetId", "Groups"])?;
    let out = sdk::LaunchTemplateInstanceNetworkInterfaceSpecificationRequest::builder();
    let out = out.device_index(int(arg, "DeviceIndex")?).set_subnet_id(text(arg, "SubnetId"));
    let out = out.set_associate_public_ip_address(arg.member("AssociatePublicIpAddress").and_then(Arg::as_bool));
    Some(out.set_groups(arg.member("Groups").map(Arg::texts)).build())
}

fn disk(arg: &Arg) -> Option<sdk::LaunchTemplateBlockDeviceMappingRequest> {
    only(arg, &["DeviceName", "Ebs"])?;
    let ebs = only(arg.member("Ebs")?, super::launch::EBS)?;
    let flag = |name: &str| ebs.member(name).and_then(Arg::as_bool);
    let out = sdk::LaunchTemplateEbsBlockDeviceRequest::builder().set_volume_size(int(ebs, "VolumeSize"));
    let out = out.set_volume_type(text(ebs, "VolumeType").as_deref().map(Into::into)).set_iops(int(ebs, "Iops"));
    let out = out.set_throughput(int(ebs, "Throughput")).set_snapshot_id(text(ebs, "SnapshotId"));
    let out = out.set_encrypted(flag("Encrypted")).set_kms_key_id(text(ebs, "KmsKeyId"));
    let ebs = out.set_delete_on_termination(flag("DeleteOnTermination")).build();
    let out = sdk::LaunchTemplateBlockDeviceMappingRequest::builder().device_name(text(arg, "DeviceName")?);
    Some(out.ebs(ebs).build())
}

fn profile(arg: &Arg) -> Option<sdk::LaunchTemplateIamInstanceProfileSpecificationRequest> {
    only(arg, &["Name", "Arn"])?;
    let out = sdk::LaunchTemplateIamInstanceProfileSpecificationRequest::builder();
    Some(out.set_name(text(arg, "Name")).set_arn(text(arg, "Arn")).build())
}

fn market(arg: &Arg) -> Option<sdk::LaunchTemplateInstanceMarketOptionsRequest> {
    only(arg, &["MarketType", "SpotOptions"])?;
    let options = arg
        .member("SpotOptions")
        .map(|o| sdk::LaunchTemplateSpotMarketOptionsRequest::builder().set_max_price(text(o, "MaxPrice")).build());
    let out = sdk::LaunchTemplateInstanceMarketOptionsRequest::builder();
    Some(out.market_type(text(arg, "MarketType")?.as_str().into()).set_spot_options(options).build())
}

fn metadata(arg: &Arg) -> Option<sdk::LaunchTemplateInstanceMetadataOptionsRequest> {
    only(arg, &["HttpTokens", "HttpEndpoint"])?;
    let out = sdk::LaunchTemplateInstanceMetadataOptionsRequest::builder();
    let out = out.set_http_tokens(text(arg, "HttpTokens").as_deref().map(Into::into));
    Some(out.set_http_endpoint(text(arg, "HttpEndpoint").as_deref().map(Into::into)).build())
}

fn hibernation(arg: &Arg) -> Option<sdk::LaunchTemplateHibernationOptionsRequest> {
    let on = only(arg, &["Configured"])?.member("Configured")?.as_bool()?;
    Some(sdk::LaunchTemplateHibernationOptionsRequest::builder().configured(on).build())
}

fn monitoring(arg: &Arg) -> Option<sdk::LaunchTemplatesMonitoringRequest> {
    let on = only(arg, &["Enabled"])?.member("Enabled")?.as_bool()?;
    Some(sdk::LaunchTemplatesMonitoringRequest::builder().enabled(on).build())
}

fn tags(arg: &Arg) -> Option<sdk::LaunchTemplateTagSpecificationRequest> {
    let of = tag_specification(arg)?;
    let out = sdk::LaunchTemplateTagSpecificationRequest::builder().set_resource_type(of.resource_type);
    Some(out.set_tags(of.tags).build())
}
