//! DescribeInstances, and the shapes of an instance that other answers share.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::Ipv4Addr;

use arcstr::ArcStr;

use super::checks::none_of;
use super::documented_filters;
use super::filter::{Filters, Values};
use super::interfaces::Shown;
use super::network::tenancy;
use super::page::Page;
use super::state::instance::{Instance, InstanceState, Metadata};
use super::state::{State, Tags};
use super::types;
use crate::base::Time;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;

/// The filters of DescribeInstances.
const FILTERS: &[&str] = &[
    "tag:",
    "affinity",
    "architecture",
    "availability-zone",
    "block-device-mapping.delete-on-termination",
    "block-device-mapping.device-name",
    "block-device-mapping.status",
    "block-device-mapping.volume-id",
    "client-token",
    "dns-name",
    "group-id",
    "group-name",
    "hypervisor",
    "iam-instance-profile.arn",
    "image-id",
    "instance-id",
    "instance-lifecycle",
    "instance-state-code",
    "instance-state-name",
    "instance-type",
    "instance.group-id",
    "instance.group-name",
    "ip-address",
    "key-name",
    "launch-index",
    "launch-time",
    "monitoring-state",
    "network-interface.addresses.private-ip-address",
    "network-interface.addresses.association.public-ip",
    "network-interface.group-id",
    "network-interface.network-interface-id",
    "network-interface.subnet-id",
    "network-interface.vpc-id",
    "owner-id",
    "placement-group-name",
    "platform",
    "platform-details",
    "private-dns-name",
    "private-ip-address",
    "reason",
    "requester-id",
    "reservation-id",
    "root-device-name",
    "root-device-type",
    "source-dest-check",
    "spot-instance-request-id",
    "state-reason-code",
    "state-reason-message",
    "subnet-id",
    "tenancy",
    "virtualization-type",
    "vpc-id",
];

/// `ec2-198-18-0-7.ap-northeast-2.compute.amazonaws.com`.
pub(in crate::sandbox) fn public_dns(region: &str, ip: Ipv4Addr) -> String {
    let [a, b, c, d] = ip.octets();
    if region == "us-east-1" {
        format!("ec2-{a}-{b}-{c}-{d}.compute-1.amazonaws.com")
    } else {
        format!("ec2-{a}-{b}-{c}-{d}.{region}.compute.amazonaws.com")
    }
}

/// `ip-10-1-0-7.ap-northeast-2.compute.internal`.
pub(in crate::sandbox) fn private_dns(region: &str, ip: Ipv4Addr) -> String {
    let [a, b, c, d] = ip.octets();
    if region == "us-east-1" {
        format!("ip-{a}-{b}-{c}-{d}.ec2.internal")
    } else {
        format!("ip-{a}-{b}-{c}-{d}.{region}.compute.internal")
    }
}

/// The Elastic IP addresses by instance: one look through them a page.
pub(super) type Elastic<'s> = HashMap<&'s str, Ipv4Addr>;

pub(super) fn elastic(state: &State) -> Elastic<'_> {
    state.addresses.values().filter_map(|a| Some((a.association.as_ref()?.1.as_str(), a.ip))).collect()
}

pub(super) fn public_ip(i: &Instance, elastic: &Elastic<'_>) -> Option<Ipv4Addr> {
    elastic.get(i.id.as_str()).copied().or(i.public_ip)
}

/// The values that a filter's name stands for.
fn field<'a>(state: &'a State, elastic: &Elastic<'_>, region: &str, i: &'a Instance, name: &str, out: &mut Values<'a>) {
    let alive = !i.state.is_ending();
    let own = |s: String| Cow::<str>::Owned(s);
    match name {
        "architecture" => out.push((&*i.architecture).into()),
        "availability-zone" => out.push((&*i.zone).into()),
        "block-device-mapping.device-name" => out.extend(i.volumes.iter().map(|(d, _)| Cow::from(&**d))),
        "block-device-mapping.volume-id" => out.extend(i.volumes.iter().map(|(_, v)| Cow::from(&**v))),
        "block-device-mapping.status" => out.extend(i.volumes.iter().map(|_| Cow::from("attached"))),
        "block-device-mapping.delete-on-termination" => {
            let of = |v: &ArcStr| state.volumes.get(v)?.attachment.as_ref().map(|a| a.delete_on_termination);
            out.extend(
                i.volumes.iter().filter_map(|(_, v)| of(v)).map(|d| Cow::from(if d { "true" } else { "false" })),
            );
        }
        "client-token" => out.push((&*i.client_token).into()),
        "dns-name" => out.extend(public_ip(i, elastic).map(|ip| own(public_dns(region, ip)))),
        "group-id" | "instance.group-id" | "network-interface.group-id" => {
            out.extend(i.groups.iter().map(|g| Cow::from(&**g)));
        }
        "group-name" | "instance.group-name" => {
            out.extend(i.groups.iter().filter_map(|g| state.groups.get(g)).map(|g| Cow::from(&*g.name)));
        }
        "hypervisor" => out.push("xen".into()),
        "iam-instance-profile.arn" => out.extend(i.iam_profile.iter().map(|p| Cow::from(&**p))),
        "image-id" => out.push((&*i.image).into()),
        "instance-id" => out.push((&*i.id).into()),
        "instance-lifecycle" => out.extend(i.spot.iter().map(|_| Cow::from("spot"))),
        "instance-state-code" => out.push(own(i.state.code().to_string())),
        "instance-state-name" => out.push(i.state.name().into()),
        "instance-type" => out.push((&*i.instance_type).into()),
        "ip-address" | "network-interface.addresses.association.public-ip" => {
            out.extend(public_ip(i, elastic).map(|ip| own(ip.to_string())));
        }
        "key-name" => out.extend(i.key_name.iter().map(|k| Cow::from(&**k))),
        "launch-index" => out.push(own(i.launch_index.to_string())),
        "launch-time" => out.push(own(i.launched.rfc3339_millis())),
        "monitoring-state" => out.push(monitoring(i).into()),
        "network-interface.network-interface-id" if alive => out.push((&*i.interface).into()),
        "owner-id" => out.push(crate::sandbox::world::ACCOUNT.into()),
        "platform" => out.extend(i.platform.iter().map(|p| Cow::from(&**p))),
        "platform-details" => out.push((&*i.platform_details).into()),
        "private-dns-name" if alive => out.push(own(private_dns(region, i.private_ip))),
        "private-ip-address" | "network-interface.addresses.private-ip-address" if alive => {
            out.push(own(i.private_ip.to_string()));
        }
        "reason" => out.push((&*i.transition_reason).into()),
        "requester-id" => out.extend(i.requester.iter().map(|r| Cow::from(&**r))),
        "reservation-id" => out.push((&*i.reservation).into()),
        "root-device-name" => out.push((&*i.root_device).into()),
        "root-device-type" => out.push("ebs".into()),
        "source-dest-check" => out.push(if i.source_dest_check { "true" } else { "false" }.into()),
        "spot-instance-request-id" => out.extend(i.spot.iter().map(|s| Cow::from(&*s.request))),
        "state-reason-code" => out.extend(i.state_reason.iter().map(|(c, _)| Cow::from(&**c))),
        "state-reason-message" => out.extend(i.state_reason.iter().map(|(_, m)| Cow::from(&**m))),
        "subnet-id" | "network-interface.subnet-id" if alive => out.push((&*i.subnet).into()),
        "tenancy" => out.push(tenancy(i.dedicated).into()),
        "virtualization-type" => out.push("hvm".into()),
        "vpc-id" | "network-interface.vpc-id" if alive => out.push((&*i.vpc).into()),
        _ => {}
    }
}

fn monitoring(i: &Instance) -> &'static str {
    if i.detailed_monitoring { "enabled" } else { "disabled" }
}

/// The ids of a request, checked: all are there.
///
/// # Errors
/// `InvalidInstanceID.NotFound` or `.Malformed`, naming those that are not.
pub(super) fn named<'c>(state: &State, call: &'c Call<'_>) -> Result<Vec<&'c str>, ApiError> {
    let ids = call.params.texts("InstanceId");
    let missing: Vec<&str> = ids.iter().filter(|id| !state.instances.contains_key(**id)).copied().collect();
    if missing.is_empty() { Ok(ids) } else { Err(none_of("i", &missing)) }
}

/// DescribeInstances.
pub(super) fn instances(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let ids = named(state, call)?;
    if !ids.is_empty() && call.params.text("MaxResults").is_some() {
        return Err(ApiError::new(
            "InvalidParameterCombination",
            "The parameter instancesSet cannot be used with the parameter maxResults",
        ));
    }
    let filters = Filters::read_with(&call.params, FILTERS, documented_filters::INSTANCES)?;
    let page = Page::read(&call.params, 5, 1000)?;
    let elastic = elastic(state);
    let pass = |i: &Instance| {
        filters.pass_with(
            &i.tags,
            |name, out| field(state, &elastic, &call.region, i, name, out),
            |x| instance(x, state, &elastic, call, &account, i, Look::Described),
        )
    };
    let (found, next) = if ids.is_empty() {
        page.cut(&state.instances, |i| i.visible <= call.now && pass(i))
    } else {
        let mut ids = ids;
        ids.sort_unstable();
        ids.dedup();
        (ids.into_iter().filter_map(|id| state.instances.get(id)).filter(|i| pass(i)).collect(), None)
    };
    // One element a reservation, at the place of its first instance on the page.
    let mut place: HashMap<&str, usize> = HashMap::with_capacity(found.len());
    let mut reservations: Vec<Vec<&Instance>> = Vec::with_capacity(found.len());
    for i in found {
        let at = *place.entry(i.reservation.as_str()).or_insert_with(|| {
            reservations.push(Vec::new());
            reservations.len() - 1
        });
        reservations[at].push(i);
    }
    Ok(call.ec2(|x| {
        x.list("reservationSet", "item", reservations, |x, mut members| {
            members.sort_by_key(|i| i.launch_index);
            reservation(x, state, &elastic, call, &account, &members, Look::Described);
        });
        x.opt("nextToken", next);
    }))
}

/// Which operation shows an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// DescribeInstances.
    Described,
    /// RunInstances answers before the instance has its public address and its volumes.
    Launched,
}

/// A reservation's members, as RunInstances answers too.
pub(super) fn reservation(
    x: &mut Xml,
    state: &State,
    elastic: &Elastic<'_>,
    call: &Call<'_>,
    account: &str,
    members: &[&Instance],
    look: Look,
) {
    let first = members.first();
    x.opt("reservationId", first.map(|i| &i.reservation));
    x.el("ownerId", account);
    x.opt("requesterId", first.and_then(|i| i.requester.as_ref()));
    x.empty("groupSet");
    x.list("instancesSet", "item", members, |x, i| instance(x, state, elastic, call, account, i, look));
}

fn instance(
    x: &mut Xml,
    state: &State,
    elastic: &Elastic<'_>,
    call: &Call<'_>,
    account: &str,
    i: &Instance,
    look: Look,
) {
    let region = call.region.as_str();
    let alive = !i.state.is_ending() || i.state == InstanceState::ShuttingDown;
    let public = public_ip(i, elastic).filter(|_| look == Look::Described);
    let volumes = i.volumes.iter().filter(|_| look == Look::Described);
    x.el("instanceId", &i.id);
    x.el("imageId", &i.image);
    x.nest("instanceState", |x| state_of(x, i.state));
    if alive {
        x.el("privateDnsName", private_dns(region, i.private_ip));
    } else {
        x.el("privateDnsName", "");
    }
    x.el("dnsName", public.map(|ip| public_dns(region, ip)).unwrap_or_default());
    x.el("reason", &i.transition_reason);
    x.opt("keyName", i.key_name.as_ref());
    x.el("amiLaunchIndex", i.launch_index);
    x.empty("productCodes");
    x.el("instanceType", &i.instance_type);
    x.el("launchTime", i.launched);
    x.nest("placement", |x| {
        x.el("availabilityZone", &i.zone);
        x.opt("availabilityZoneId", regions::zone_id(&i.zone));
        x.el("groupName", "");
        x.el("tenancy", tenancy(i.dedicated));
    });
    x.opt("platform", i.platform.as_ref());
    x.el("platformDetails", &i.platform_details);
    x.el("usageOperation", if i.platform.is_some() { "RunInstances:0002" } else { "RunInstances" });
    x.el("usageOperationUpdateTime", first_launched(state, i));
    x.nest("monitoring", |x| x.el("state", monitoring(i)));
    if alive {
        x.el("subnetId", &i.subnet);
        x.el("vpcId", &i.vpc);
        x.el("privateIpAddress", i.private_ip.to_string());
    }
    x.opt("ipAddress", public.map(|ip| ip.to_string()));
    x.el("sourceDestCheck", i.source_dest_check);
    groups(x, state, &i.groups);
    if let Some((code, message)) = &i.state_reason {
        x.nest("stateReason", |x| {
            x.el("code", code);
            x.el("message", message);
        });
    }
    x.el("architecture", &i.architecture);
    x.el("rootDeviceType", "ebs");
    x.el("rootDeviceName", &i.root_device);
    x.list("blockDeviceMapping", "item", volumes, |x, (device, id)| {
        let attachment = state.volumes.get(id).and_then(|v| v.attachment.as_ref());
        x.el("deviceName", device);
        x.nest("ebs", |x| {
            x.el("volumeId", id);
            x.el("status", "attached");
            x.opt("attachTime", attachment.map(|a| a.since));
            x.opt("deleteOnTermination", attachment.map(|a| a.delete_on_termination));
        });
    });
    x.el("virtualizationType", "hvm");
    if let Some(spot) = &i.spot {
        x.el("instanceLifecycle", "spot");
        x.el("spotInstanceRequestId", &spot.request);
    }
    x.el("clientToken", &i.client_token);
    if !i.tags.is_empty() {
        tag_set(x, &i.tags);
    }
    x.el("hypervisor", "xen");
    if let Some(arn) = &i.iam_profile {
        x.nest("iamInstanceProfile", |x| profile(x, arn));
    }
    if alive {
        x.nest("networkInterfaceSet", |x| {
            x.nest("item", |x| interface(x, state, region, account, i, public, false));
            for own in state.interfaces_of(&i.id) {
                let shown = Shown::of_own(state, own, account);
                x.nest("item", |x| shown.body(x, state, region, account, false));
            }
        });
    } else {
        x.empty("networkInterfaceSet");
    }
    x.el("ebsOptimized", false);
    x.el("enaSupport", true);
    if let Some(t) = types::find(&i.instance_type) {
        x.nest("cpuOptions", |x| {
            x.el("coreCount", t.cores());
            x.el("threadsPerCore", t.threads);
        });
    }
    x.nest("capacityReservationSpecification", |x| x.el("capacityReservationPreference", "open"));
    x.nest("hibernationOptions", |x| x.el("configured", i.hibernation));
    x.nest("metadataOptions", |x| {
        x.el("state", if i.state == InstanceState::Pending { "pending" } else { "applied" });
        metadata(x, &i.metadata);
    });
    x.nest("enclaveOptions", |x| x.el("enabled", false));
    x.el("bootMode", "uefi-preferred");
    x.el("currentInstanceBootMode", if &*i.architecture == "arm64" { "uefi" } else { "legacy-bios" });
    x.nest("privateDnsNameOptions", |x| {
        x.el("hostnameType", "ip-name");
        x.el("enableResourceNameDnsARecord", false);
        x.el("enableResourceNameDnsAAAARecord", false);
    });
    x.nest("maintenanceOptions", |x| x.el("autoRecovery", "default"));
}

/// When the instance was launched, whatever starts came after: its root volume is as old.
fn first_launched(state: &State, i: &Instance) -> Time {
    let root = i.volumes.iter().find(|(device, _)| *device == i.root_device);
    let attachment = root.and_then(|(_, id)| state.volumes.get(id)?.attachment.as_ref());
    attachment.map_or(i.launched, |a| a.since)
}

/// An instance profile's ARN and id.
pub(super) fn profile(x: &mut Xml, arn: &str) {
    x.el("arn", arn);
    x.el("id", format!("AIPA{:017X}", fnv(arn)));
}

/// What metadata options are shown beside their state.
pub(super) fn metadata(x: &mut Xml, m: &Metadata) {
    x.el("httpTokens", &m.tokens);
    x.el("httpPutResponseHopLimit", m.hops);
    x.el("httpEndpoint", &m.endpoint);
    x.el("httpProtocolIpv6", &m.ipv6);
    x.el("instanceMetadataTags", &m.tags);
}

/// FNV-1a: an id that is a function of a name.
fn fnv(s: &str) -> u64 {
    s.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)) >> 4
}

/// `<code>` and `<name>`.
pub(super) fn state_of(x: &mut Xml, state: InstanceState) {
    x.el("code", state.code());
    x.el("name", state.name());
}

/// `<groupSet>`.
pub(super) fn groups(x: &mut Xml, state: &State, groups: &[ArcStr]) {
    x.list("groupSet", "item", groups, |x, g| {
        x.el("groupId", g);
        x.opt("groupName", state.groups.get(g).map(|g| &g.name));
    });
}

/// `<tagSet>`.
pub(super) fn tag_set(x: &mut Xml, tags: &Tags) {
    x.list("tagSet", "item", tags, |x, (k, v)| {
        x.el("key", k);
        x.el("value", v);
    });
}

/// An instance's primary network interface; `alone` as DescribeNetworkInterfaces shows it, with the instance's id.
pub(super) fn interface(
    x: &mut Xml,
    state: &State,
    region: &str,
    account: &str,
    i: &Instance,
    public: Option<Ipv4Addr>,
    alone: bool,
) {
    let association = |x: &mut Xml| {
        if let Some(ip) = public {
            x.nest("association", |x| {
                x.el("publicIp", ip.to_string());
                x.el("publicDnsName", public_dns(region, ip));
                x.el("ipOwnerId", if i.public_ip == Some(ip) { "amazon" } else { account });
                let elastic = alone.then(|| state.address_of(&i.id)).flatten();
                if let Some((a, (association, _))) = elastic.and_then(|a| Some((a, a.association.as_ref()?))) {
                    x.el("allocationId", &a.id);
                    x.el("associationId", association);
                }
            });
        }
    };
    x.el("networkInterfaceId", &i.interface);
    x.el("subnetId", &i.subnet);
    x.el("vpcId", &i.vpc);
    x.el("description", "");
    x.el("ownerId", account);
    x.el("status", "in-use");
    x.el("macAddress", mac(i.private_ip));
    x.el("privateIpAddress", i.private_ip.to_string());
    x.el("privateDnsName", private_dns(region, i.private_ip));
    x.el("sourceDestCheck", i.source_dest_check);
    groups(x, state, &i.groups);
    x.nest("attachment", |x| {
        x.el("attachmentId", i.interface.replace("eni-", "eni-attach-"));
        if alone {
            x.el("instanceId", &i.id);
            x.el("instanceOwnerId", account);
        }
        x.el("deviceIndex", 0_u32);
        x.el("status", "attached");
        x.el("attachTime", i.launched);
        x.el("deleteOnTermination", true);
        x.el("networkCardIndex", 0_u32);
    });
    association(x);
    x.nest("privateIpAddressesSet", |x| {
        x.nest("item", |x| {
            x.el("privateIpAddress", i.private_ip.to_string());
            x.el("privateDnsName", private_dns(region, i.private_ip));
            x.el("primary", true);
            association(x);
        });
    });
    x.empty("ipv6AddressesSet");
    x.el("interfaceType", "interface");
}

/// A locally administered address, one for each private address.
pub(super) fn mac(ip: Ipv4Addr) -> String {
    let [a, b, c, d] = ip.octets();
    format!("02:5e:{a:02x}:{b:02x}:{c:02x}:{d:02x}")
}
