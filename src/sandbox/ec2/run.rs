//! RunInstances.

use arcstr::ArcStr;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checks::dry_run;
use super::describe::{Look, elastic, reservation};
use super::launch::{self, LaunchRequest};
use super::launch_volumes::VolumeRequest;
use super::state::State;
use super::state::instance::Metadata;
use super::{attributes, client_token, tags, templates};
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;

/// Instances that one request may launch.
const MOST: i64 = 1000;

/// RunInstances.
pub(super) fn run(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let p = &call.params;
    let (least, most) = counts(p)?;
    let state = &world.region(&call.region).ec2;
    let mut wanted = match p.node("LaunchTemplate") {
        None => request(state, p)?,
        Some(named) => {
            let template = templates::the_template(state, named)?;
            let (number, data) = templates::data(template, named.text("Version").unwrap_or("$Default"))?;
            let mut wanted = request(state, &data.overlaid(p))?;
            wanted.tags.extend(templates::marks(template, number));
            wanted
        }
    };
    if wanted.private_ip.is_some() && most > 1 {
        let message = "Only one instance can be launched with a specific private IP address.";
        return Err(ApiError::new("InvalidParameterCombination", message));
    }
    wanted.count = 1;
    // The same token asks for the same launch: answered with it, not done again.
    let digest = p.digest(&["ClientToken", "DryRun"]);
    let token = p.text("ClientToken").unwrap_or_default().to_string();
    let known = world.region(&call.region).ec2.client_tokens.get(&token).filter(|_| !token.is_empty()).cloned();
    let ids = match known {
        Some((was, _)) if was != digest => {
            return Err(client_token::mismatch());
        }
        Some((_, ids)) => {
            dry_run(call)?;
            ids
        }
        None => {
            launch::check_launch(&world.region(&call.region).ec2, &wanted, call.now)?;
            dry_run(call)?;
            let ids =
                match launch::launch(world, &call.region, &LaunchRequest { count: most, ..wanted.clone() }, call.now) {
                    Err(e) if e.code == "InsufficientFreeAddressesInSubnet" && least < most => {
                        launch::launch(world, &call.region, &LaunchRequest { count: least, ..wanted }, call.now)?
                    }
                    other => other?,
                };
            if !token.is_empty() {
                world.region(&call.region).ec2.client_tokens.insert(token, (digest, ids.clone()));
            }
            ids
        }
    };
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let members: Vec<_> = ids.iter().filter_map(|id| state.instances.get(id)).collect();
    let elastic = elastic(state);
    Ok(call.ec2(|x| reservation(x, state, &elastic, call, &account, &members, Look::Launched)))
}

fn counts(p: &Params) -> Result<(u32, u32), ApiError> {
    let missing = |name| ApiError::new("MissingParameter", format!("The request must contain the parameter {name}"));
    let least = p.int("MinCount")?.ok_or_else(|| missing("MinCount"))?;
    let most = p.int("MaxCount")?.ok_or_else(|| missing("MaxCount"))?;
    let invalid = |name: &str, n: i64, why: &str| {
        ApiError::new("InvalidParameterValue", format!("Value ({n}) for parameter {name} is invalid. {why}"))
    };
    if least < 1 {
        return Err(invalid("minCount", least, "Minimum count must be at least 1"));
    }
    if most < least {
        return Err(invalid("maxCount", most, "Maximum count must not be less than minimum count"));
    }
    if least > MOST {
        let message = format!(
            "You have requested more instances ({least}) than your current instance limit of {MOST} allows for the \
             specified instance type. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment \
             to this limit."
        );
        return Err(ApiError::new("InstanceLimitExceeded", message));
    }
    let count = |n: i64| u32::try_from(n.min(MOST)).unwrap_or(1);
    Ok((count(least), count(most)))
}

/// What a request, or a template under the same names, wants to be launched.
pub(super) fn request(state: &State, p: &Params) -> Result<LaunchRequest, ApiError> {
    let interfaces = p.list("NetworkInterface");
    let interface = interfaces.first().copied();
    let own = |name: &str| p.text(name).filter(|s| !s.is_empty()).map(ArcStr::from);
    let of_interface = |name: &str| interface.and_then(|i| i.text(name)).map(ArcStr::from);
    for (parameter, what) in [("SubnetId", "subnet ID"), ("SecurityGroupId", "security groups")] {
        if interface.is_some() && p.node(parameter).is_some() {
            let message =
                format!("Network interfaces and an instance-level {what} may not be specified on the same request");
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
    }
    let subnet = own("SubnetId").or_else(|| of_interface("SubnetId"));
    let mut groups: Vec<ArcStr> = p.texts("SecurityGroupId").into_iter().map(Into::into).collect();
    groups.extend(interface.map(|i| i.texts("SecurityGroupId")).unwrap_or_default().into_iter().map(ArcStr::from));
    for name in p.texts("SecurityGroup") {
        let vpc = subnet.as_ref().and_then(|s| state.subnets.get(s)).map(|s| &s.vpc);
        let vpc = vpc.or(state.default_vpc().map(|v| &v.id));
        let group = state.groups.values().find(|g| g.name == name && Some(&g.vpc) == vpc).ok_or_else(|| {
            let vpc = vpc.cloned().unwrap_or_default();
            ApiError::new("InvalidGroup.NotFound", format!("The security group '{name}' does not exist in VPC '{vpc}'"))
        })?;
        groups.push(group.id.clone());
    }
    let private = own("PrivateIpAddress").or_else(|| of_interface("PrivateIpAddress"));
    let private_ip = private
        .map(|ip| ip.parse().map_err(|_| ApiError::new("InvalidParameterValue", format!("Invalid IP address: {ip}"))))
        .transpose()?;
    let tenancy = p.text("Placement.Tenancy").filter(|t| !t.is_empty());
    match tenancy {
        None | Some("default" | "dedicated") => {}
        Some("host") => {
            let message = "The sandbox has no Dedicated Hosts for the tenancy host.";
            return Err(ApiError::new("UnsupportedOperation", message));
        }
        Some(other) => {
            let message = format!("Value ({other}) for parameter tenancy is invalid.");
            return Err(ApiError::new("InvalidParameterValue", message));
        }
    }
    if p.text("ClientToken").is_some_and(|t| t.len() > LONGEST_TOKEN) {
        let message = format!("Client token can't be longer than {LONGEST_TOKEN} characters");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let behaviour = p.text("InstanceInitiatedShutdownBehavior");
    if let Some(other) = behaviour.filter(|b| !matches!(*b, "stop" | "terminate")) {
        return Err(attributes::no_such_behaviour(other));
    }
    let market = p.text("InstanceMarketOptions.MarketType");
    let spot_kind = p.text("InstanceMarketOptions.SpotOptions.SpotInstanceType");
    let wanted = LaunchRequest {
        image: p.required("ImageId")?.into(),
        instance_type: own("InstanceType").unwrap_or_default(),
        count: 1,
        subnet,
        zone: own("Placement.AvailabilityZone"),
        dedicated: tenancy == Some("dedicated"),
        groups,
        key_name: own("KeyName"),
        public_ip: interface.map_or(Ok(None), |i| i.bool("AssociatePublicIpAddress"))?,
        private_ip,
        tags: tags::of_specification(p, "instance")?,
        volume_tags: tags::of_specification(p, "volume")?,
        interface_tags: tags::of_specification(p, "network-interface")?,
        spot_tags: tags::of_specification(p, "spot-instances-request")?,
        user_data: user_data(p)?,
        iam_profile: own("IamInstanceProfile.Arn").or_else(|| own("IamInstanceProfile.Name")),
        spot: (market == Some("spot")).then_some(spot_kind == Some("persistent")),
        detailed_monitoring: p.bool("Monitoring.Enabled")?.unwrap_or(false),
        no_api_termination: p.bool("DisableApiTermination")?.unwrap_or(false),
        no_api_stop: p.bool("DisableApiStop")?.unwrap_or(false),
        shutdown_terminates: behaviour == Some("terminate"),
        hibernation: p.bool("HibernationOptions.Configured")?.unwrap_or(false),
        volumes: p.list("BlockDeviceMapping").into_iter().map(volume).collect::<Result<_, _>>()?,
        metadata: match p.node("MetadataOptions") {
            Some(asked) => attributes::metadata(&Metadata::default(), asked)?,
            None => Metadata::default(),
        },
        client_token: own("ClientToken").unwrap_or_default(),
        requester: None,
    };
    Ok(wanted)
}

/// Client tokens are at most this long.
const LONGEST_TOKEN: usize = 64;

/// User data is at most this long before it is encoded.
const MOST_USER_DATA: usize = 16 * 1024;

fn user_data(p: &Params) -> Result<Option<ArcStr>, ApiError> {
    let Some(text) = p.text("UserData").filter(|s| !s.is_empty()) else { return Ok(None) };
    let invalid = |message: String| ApiError::new("InvalidParameterValue", message);
    let data = STANDARD.decode(text).map_err(|_| invalid("Invalid BASE64 encoding of user data.".into()))?;
    if data.len() > MOST_USER_DATA {
        return Err(invalid(format!("User data is limited to {MOST_USER_DATA} bytes")));
    }
    Ok(Some(text.into()))
}

fn volume(p: &Params) -> Result<VolumeRequest, ApiError> {
    let size = p.int("Ebs.VolumeSize")?;
    if size.is_some_and(|s| !(1..=65_536).contains(&s)) {
        let message = format!("Volume of {}GiB is invalid; must be between 1 and 65536.", size.unwrap_or(0));
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    Ok(VolumeRequest {
        device: p.required("DeviceName")?.into(),
        snapshot: p.text("Ebs.SnapshotId").filter(|s| !s.is_empty()).map(Into::into),
        size: size.and_then(|s| u32::try_from(s).ok()),
        kind: p.text("Ebs.VolumeType").map(Into::into),
        iops: p.int("Ebs.Iops")?,
        throughput: p.int("Ebs.Throughput")?,
        encrypted: p.bool("Ebs.Encrypted")?.unwrap_or(false),
        keep: p.bool("Ebs.DeleteOnTermination")? == Some(false),
    })
}

/// What a template launches, for the service that launches from it; the version's number.
///
/// # Errors
/// AWS's, if the template, the version or something that it names is not there.
pub(crate) fn launch_of(state: &State, id: &str, version: &str) -> Result<(LaunchRequest, u64), ApiError> {
    let template = state.templates.get(id).ok_or_else(|| templates::no_template(true, id))?;
    let (number, data) = templates::data(template, version)?;
    Ok((request(state, data)?, number))
}
