//! Launches: the request, its defaults and checks, and the instances that it makes.

use std::net::Ipv4Addr;

use arcstr::ArcStr;

use super::launch_volumes::{VolumeRequest, check_hibernation, check_volume, origin, shape};
use super::lifecycle::later;
use super::state::instance::{Instance, InstanceState, Metadata, Spot};
use super::state::{Attachment, Disk, Event, Phase, State, Tags, Volume};
use super::types;
use crate::base::Time;
use crate::sandbox::wire::ApiError;
use crate::sandbox::world::World;

/// What to launch. The defaults are RunInstances' own.
#[derive(Debug, Clone, Default)]
pub struct LaunchRequest {
    /// The image.
    pub image: ArcStr,
    /// The type; `m1.small` stands no more, so that `t3.micro` is what an empty one means.
    pub instance_type: ArcStr,
    /// How many.
    pub count: u32,
    /// The subnet; else the default one of `zone`, or of the first zone.
    pub subnet: Option<ArcStr>,
    /// The Availability Zone, where no subnet is named.
    pub zone: Option<ArcStr>,
    /// On hardware of this customer's alone, also where the VPC does not say so.
    pub dedicated: bool,
    /// Security groups by id; the VPC's default group if empty.
    pub groups: Vec<ArcStr>,
    /// The key pair's name.
    pub key_name: Option<ArcStr>,
    /// Whether they get a public address; the subnet's own setting if none.
    pub public_ip: Option<bool>,
    /// A private address for the only instance.
    pub private_ip: Option<Ipv4Addr>,
    /// Tags of the instances.
    pub tags: Tags,
    /// Tags of their volumes.
    pub volume_tags: Tags,
    /// Tags of their network interfaces.
    pub interface_tags: Tags,
    /// Tags of their Spot requests.
    pub spot_tags: Tags,
    /// Base64 of the user data.
    pub user_data: Option<ArcStr>,
    /// The instance profile's name or ARN.
    pub iam_profile: Option<ArcStr>,
    /// A Spot Instance; `Some(true)` for a persistent request.
    pub spot: Option<bool>,
    /// Detailed monitoring.
    pub detailed_monitoring: bool,
    /// Termination protection.
    pub no_api_termination: bool,
    /// Stop protection.
    pub no_api_stop: bool,
    /// Whether a shutdown from inside terminates.
    pub shutdown_terminates: bool,
    /// Whether it can hibernate.
    pub hibernation: bool,
    /// Volumes beside, or instead of, the image's.
    pub volumes: Vec<VolumeRequest>,
    /// How the metadata service answers.
    pub metadata: Metadata,
    /// The client token.
    pub client_token: ArcStr,
    /// Who launches, if not the account itself.
    pub requester: Option<ArcStr>,
}

/// Launches instances in the account. Their ids, in launch order.
///
/// # Errors
/// AWS's, e.g. `InvalidAMIID.NotFound`, `InvalidSubnetID.NotFound`, `InsufficientFreeAddressesInSubnet`.
pub fn launch(world: &mut World, region: &str, wanted: &LaunchRequest, now: Time) -> Result<Vec<ArcStr>, ApiError> {
    let state = &world.region(region).ec2;
    let plan = check(state, wanted, now)?;
    if world.no_room {
        return Err(no_room(plan.kind, &plan.subnet.zone));
    }
    let count = wanted.count.max(1);
    if plan.subnet.free < u64::from(count) {
        return Err(ApiError::new(
            "InsufficientFreeAddressesInSubnet",
            format!(
                "There are not enough free addresses in subnet '{}' to satisfy the requested number of instances.",
                plan.subnet.id
            ),
        ));
    }
    let reservation = world.new_id("r");
    let mut ids = Vec::new();
    for index in 0..count {
        let id = world.new_id("i");
        let instance = make(world, region, wanted, &plan, &id, &reservation, index, now);
        let boot = world.random(&id, "pending").secs(8.0, 20.0);
        // EC2 is eventually consistent: a describe right after may not find it.
        let unseen = world.random(&id, "unseen").secs(0.2, 1.2);
        let visible = now.plus(world.scaled(unseen));
        let state = &mut world.region(region).ec2;
        state.instances.insert(id.clone(), Instance { visible, ..instance });
        later(world, region, &id, boot, now, |id, epoch| Event::Running { id, epoch });
        ids.push(id);
    }
    Ok(ids)
}

/// AWS's error where a zone has no room for a type, with the zones that offer it otherwise.
pub(super) fn no_room(kind: &types::TypeInfo, zone: &str) -> ApiError {
    let region = zone.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let letters = ('a'..='z').map(|c| format!("{region}{c}"));
    let others: Vec<String> = letters.filter(|z| z != zone && kind.offered_in(z)).collect();
    let message = format!(
        "We currently do not have sufficient {ty} capacity in the Availability Zone you requested ({zone}). Our system will be working on \
         provisioning additional capacity. You can currently get {ty} capacity by not specifying an Availability Zone in your request or \
         choosing {}.",
        others.join(", "),
        ty = kind.name
    );
    ApiError::new("InsufficientInstanceCapacity", message).status(500)
}

/// Checks a launch without doing it.
///
/// # Errors
/// As [`launch`].
pub(super) fn check_launch(state: &State, wanted: &LaunchRequest, now: Time) -> Result<(), ApiError> {
    check(state, wanted, now).map(|_| ())
}

/// What a launch comes to, once its parts are found.
struct Plan {
    subnet: Place,
    image: super::state::Image,
    kind: &'static types::TypeInfo,
    groups: Vec<ArcStr>,
}

/// A subnet without its addresses, of which there may be thousands.
struct Place {
    id: ArcStr,
    vpc: ArcStr,
    zone: ArcStr,
    public: bool,
    free: u64,
}

fn check(state: &State, wanted: &LaunchRequest, now: Time) -> Result<Plan, ApiError> {
    let image = state.images.get(&wanted.image).ok_or_else(|| {
        if super::checks::is_id("ami", &wanted.image) {
            ApiError::new("InvalidAMIID.NotFound", format!("The image id '[{}]' does not exist", wanted.image))
        } else {
            ApiError::new("InvalidAMIID.Malformed", format!("Invalid id: \"{}\" (expecting \"ami-...\")", wanted.image))
        }
    })?;
    // Public ones have a date of their own, whatever the clock says.
    if !image.public && now < image.ready {
        return Err(super::images::unavailable(&image.id));
    }
    let name = if wanted.instance_type.is_empty() { "t3.micro" } else { wanted.instance_type.as_str() };
    let kind = types::find(name)
        .ok_or_else(|| ApiError::new("InvalidParameterValue", format!("Invalid value '{name}' for InstanceType.")))?;
    if kind.architecture() != image.architecture {
        return Err(ApiError::new(
            "InvalidParameterValue",
            format!(
                "The architecture '{}' of the specified instance type does not match the architecture '{}' of the specified AMI. \
                 Specify an instance type and an AMI that have matching architectures, and try again. You can use \
                 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.",
                kind.architecture(),
                image.architecture
            ),
        ));
    }
    let subnet = match (&wanted.subnet, &wanted.zone) {
        (Some(id), zone) => {
            let subnet = state.subnets.get(id).ok_or_else(|| super::checks::not_found("subnet", id))?;
            if zone.as_ref().is_some_and(|z| *z != subnet.zone) {
                return Err(ApiError::new(
                    "InvalidParameterValue",
                    format!(
                        "Value ({}) for parameter availabilityZone is invalid. Subnet '{id}' is in the availability zone {}",
                        zone.clone().unwrap_or_default(),
                        subnet.zone
                    ),
                ));
            }
            subnet
        }
        (None, Some(zone)) => state
            .subnets
            .values()
            .find(|s| s.is_default && s.zone == *zone)
            .ok_or_else(|| super::checks::no_zone(zone))?,
        (None, None) => state
            .subnets
            .values()
            .filter(|s| s.is_default)
            .min_by_key(|s| (!kind.offered_in(&s.zone), &s.zone))
            .ok_or_else(|| {
                ApiError::new(
                    "VPCIdNotSpecified",
                    "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
                )
            })?,
    };
    if !kind.offered_in(&subnet.zone) {
        let mut others: Vec<&str> =
            state.subnets.values().map(|s| s.zone.as_str()).filter(|z| kind.offered_in(z)).collect();
        others.sort_unstable();
        others.dedup();
        return Err(ApiError::new(
            "Unsupported",
            format!(
                "Your requested instance type ({name}) is not supported in your requested Availability Zone ({}). Please retry your \
                 request by not specifying an Availability Zone or choosing {}.",
                subnet.zone,
                others.join(", ")
            ),
        ));
    }
    let mut groups = wanted.groups.clone();
    for id in &groups {
        let group = state.groups.get(id).ok_or_else(|| super::checks::not_found("sg", id))?;
        if group.vpc != subnet.vpc {
            return Err(ApiError::new(
                "InvalidParameter",
                format!("Security group {id} and subnet {} belong to different networks.", subnet.id),
            ));
        }
    }
    if groups.is_empty() {
        groups.extend(state.default_group(&subnet.vpc).map(|g| g.id.clone()));
    }
    if let Some(key) = &wanted.key_name
        && !state.key_pairs.contains_key(key)
    {
        return Err(ApiError::new("InvalidKeyPair.NotFound", format!("The key pair '{key}' does not exist")));
    }
    if let Some(ip) = wanted.private_ip {
        super::checks::free_address(subnet, ip)?;
    }
    for v in &wanted.volumes {
        check_volume(state, image, v)?;
    }
    if wanted.hibernation {
        check_hibernation(state, image, kind, wanted)?;
    }
    let subnet = Place {
        id: subnet.id.clone(),
        vpc: subnet.vpc.clone(),
        zone: subnet.zone.clone(),
        public: subnet.public,
        free: subnet.free(),
    };
    Ok(Plan { subnet, image: image.clone(), kind, groups })
}

#[expect(clippy::too_many_arguments, reason = "one place makes instances, from all that decides them")]
fn make(
    world: &mut World,
    region: &str,
    wanted: &LaunchRequest,
    plan: &Plan,
    id: &ArcStr,
    reservation: &ArcStr,
    index: u32,
    now: Time,
) -> Instance {
    let Plan { subnet, image, kind, groups } = plan;
    // EC2 writes whole seconds.
    let now = Time::from_secs(now.secs());
    let interface = world.new_id("eni");
    let mut address = world.random(id, "address");
    let mut volumes = vec![VolumeRequest { device: image.root_device.clone(), ..VolumeRequest::default() }];
    volumes.extend(image.others.iter().map(|(device, ..)| VolumeRequest {
        device: device.clone(),
        keep: true,
        ..VolumeRequest::default()
    }));
    for v in &wanted.volumes {
        match volumes.iter_mut().find(|have| have.device == v.device) {
            Some(have) => *have = v.clone(),
            None => volumes.push(v.clone()),
        }
    }
    let mut attached = Vec::new();
    for v in volumes {
        let from = origin(&world.region(region).ec2, image, &v);
        let volume = world.new_id("vol");
        // The request's were checked; the image's own are of the default type.
        let Ok(shape) = shape(&v, from.as_ref().map(|(_, size)| *size)) else { continue };
        let attachment = Attachment {
            instance: id.clone(),
            device: v.device.clone(),
            since: now,
            delete_on_termination: !v.keep,
            phase: Phase::Settled,
        };
        let behind = from.as_ref().and_then(|(s, _)| world.region(region).ec2.snapshots.get(s).cloned());
        let made = Volume {
            id: volume.clone(),
            size: shape.size,
            iops: shape.iops,
            throughput: shape.throughput,
            kind: shape.kind,
            zone: subnet.zone.clone(),
            // What an encrypted snapshot has cannot be had otherwise.
            encrypted: v.encrypted || behind.as_ref().is_some_and(|s| s.encrypted),
            kms_key: behind.as_ref().and_then(|s| s.kms_key.clone()),
            disk: behind.and_then(|s| s.disk).map(|disk| ready_for(disk, image, wanted.user_data.as_deref())),
            snapshot: from.map(|(snapshot, _)| snapshot),
            created: now,
            attachment: Some(attachment),
            phase: Phase::Settled,
            modifications: Vec::new(),
            tags: wanted.volume_tags.clone(),
        };
        world.region(region).ec2.volumes.insert(volume.clone(), made);
        attached.push((v.device, volume));
    }
    let spot =
        wanted.spot.map(|persistent| Spot { request: world.new_id("sir"), persistent, cancelled: false, notice: None });
    let account = world.account.clone();
    let state = &mut world.region(region).ec2;
    let request = spot.as_ref().map(|s| &s.request);
    for (id, tags) in [(Some(&interface), &wanted.interface_tags), (request, &wanted.spot_tags)] {
        if let Some(id) = id.filter(|_| !tags.is_empty()) {
            state.other_tags.insert(id.clone(), tags.clone());
        }
    }
    let private_ip = state
        .subnets
        .get_mut(&subnet.id)
        .and_then(|s| s.take(wanted.private_ip.filter(|_| index == 0), address.u64()))
        .unwrap_or(Ipv4Addr::UNSPECIFIED);
    let dedicated = wanted.dedicated || state.vpcs.get(&subnet.vpc).is_some_and(|v| v.dedicated);
    let wants_public_ip = wanted.public_ip.unwrap_or(subnet.public);
    let public_ip = wants_public_ip.then(|| state.take_public(address.u64()));
    let iam_profile = wanted.iam_profile.as_ref().map(|p| {
        if p.starts_with("arn:") { p.clone() } else { arcstr::format!("arn:aws:iam::{account}:instance-profile/{p}") }
    });
    Instance {
        id: id.clone(),
        reservation: reservation.clone(),
        launch_index: index,
        requester: wanted.requester.clone(),
        client_token: wanted.client_token.clone(),
        image: image.id.clone(),
        instance_type: arcstr::ArcStr::from(kind.name),
        architecture: image.architecture.clone(),
        platform: image.platform.clone(),
        platform_details: image.platform_details.clone(),
        key_name: wanted.key_name.clone(),
        launched: now,
        zone: subnet.zone.clone(),
        subnet: subnet.id.clone(),
        vpc: subnet.vpc.clone(),
        dedicated,
        state: InstanceState::Pending,
        epoch: 0,
        state_reason: Some(("pending".into(), "pending".into())),
        transition_reason: String::new(),
        private_ip,
        public_ip,
        wants_public_ip,
        groups: groups.clone(),
        interface,
        root_device: image.root_device.clone(),
        volumes: attached,
        spot,
        iam_profile,
        profile_association: None,
        detailed_monitoring: wanted.detailed_monitoring,
        no_api_termination: wanted.no_api_termination,
        no_api_stop: wanted.no_api_stop,
        shutdown_terminates: wanted.shutdown_terminates,
        hibernation: wanted.hibernation,
        source_dest_check: true,
        metadata: wanted.metadata.clone(),
        listens: listens(image, wanted.user_data.as_deref()),
        inside: None,
        user_data: wanted.user_data.clone(),
        booted: None,
        boots: Vec::new(),
        password: None,
        pushed_keys: Vec::new(),
        credits: None,
        impaired: None,
        events: Vec::new(),
        visible: now,
        tags: wanted.tags.clone(),
    }
}

/// What will listen: what the image brings, and the web servers that the user data installs.
fn listens(image: &super::state::Image, user_data: Option<&str>) -> Vec<u16> {
    let mut ports = image.listens.clone();
    if web_server(user_data).is_some() && !ports.contains(&80) {
        ports.push(80);
    }
    ports
}

/// The web server that the user data installs.
fn web_server(user_data: Option<&str>) -> Option<&'static str> {
    use base64::Engine as _;
    let script = base64::engine::general_purpose::STANDARD.decode(user_data?).ok()?;
    let script = String::from_utf8_lossy(&script);
    ["nginx", "httpd", "apache2"].into_iter().find(|name| script.contains(name))
}

/// A disk that somebody was on, with what an instance's user data adds to it.
fn ready_for(mut disk: Box<Disk>, image: &super::state::Image, user_data: Option<&str>) -> Box<Disk> {
    let Some(software) = disk.software_mut() else { return disk };
    for port in listens(image, user_data) {
        if !software.boot_ports().any(|p| p == port) {
            let name = web_server(user_data).filter(|_| port == 80);
            let name = name.map_or_else(|| arcstr::format!("app-{port}"), Into::into);
            let service = software.services.entry(name).or_default();
            service.enabled = true;
            if !service.ports.contains(&port) {
                service.ports.push(port);
            }
        }
    }
    disk
}
