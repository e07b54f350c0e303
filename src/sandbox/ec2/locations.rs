//! DescribeRegions, DescribeAvailabilityZones, DescribeInstanceTypes, DescribeAccountAttributes.

use std::collections::BTreeMap;

use arcstr::ArcStr;

use super::documented_filters;
use super::filter::Filters;
use super::page::Page;
use super::state::Tags;
use super::types::{TYPES, TypeInfo};
use crate::sandbox::regions::{self, REGIONS, RegionInfo};
use crate::sandbox::wire::{ApiError, Call, Reply, Xml};
use crate::sandbox::world::World;

fn opt_in(r: &RegionInfo) -> &'static str {
    if r.opt_in { "not-opted-in" } else { "opt-in-not-required" }
}

/// DescribeRegions: those that the account can use, or all with `AllRegions`.
pub(super) fn regions(_: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let names = call.params.texts("RegionName");
    if let Some(unknown) = names.iter().find(|n| regions::find(n).is_none()) {
        return Err(ApiError::new("InvalidParameterValue", format!("Invalid region provided: {unknown}")));
    }
    let all = call.params.bool("AllRegions")?.unwrap_or(false);
    let filters = Filters::read(&call.params, &["endpoint", "opt-in-status", "region-name"])?;
    let none = Tags::new();
    let endpoint = |r: &RegionInfo| format!("ec2.{}.amazonaws.com", r.code);
    let found = REGIONS.iter().filter(|r| {
        (all || !r.opt_in || names.contains(&r.code))
            && (names.is_empty() || names.contains(&r.code))
            && filters.pass(&none, |name, out| match name {
                "endpoint" => out.push(endpoint(r).into()),
                "opt-in-status" => out.push(opt_in(r).into()),
                "region-name" => out.push(r.code.into()),
                _ => {}
            })
    });
    Ok(call.ec2(|x| {
        x.list("regionInfo", "item", found, |x, r| {
            x.el("regionName", r.code);
            x.el("regionEndpoint", endpoint(r));
            x.el("optInStatus", opt_in(r));
        });
    }))
}

/// The names of a region's zones.
pub(super) fn names(region: &str) -> Vec<ArcStr> {
    let region = regions::find(region);
    region.into_iter().flat_map(|r| r.zones.chars().map(|letter| arcstr::format!("{}{letter}", r.code))).collect()
}

/// DescribeAvailabilityZones of the call's region.
pub(super) fn zones(_: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let Some(region) = regions::find(&call.region) else { return Ok(call.unknown_operation()) };
    let zones: Vec<(String, String)> = region
        .zones
        .chars()
        .enumerate()
        .map(|(n, letter)| (format!("{}{letter}", region.code), format!("{}-az{}", region.zone_id, n + 1)))
        .collect();
    let (names, ids) = (call.params.texts("ZoneName"), call.params.texts("ZoneId"));
    if let Some(unknown) = names.iter().find(|n| zones.iter().all(|(name, _)| name != *n)) {
        return Err(ApiError::new("InvalidParameterValue", format!("Invalid availability zone: [{unknown}]")));
    }
    if let Some(unknown) = ids.iter().find(|n| zones.iter().all(|(_, id)| id != *n)) {
        return Err(ApiError::new("InvalidParameterValue", format!("Invalid availability zone-id: [{unknown}]")));
    }
    const KNOWN: &[&str] = &[
        "group-long-name",
        "group-name",
        "message",
        "opt-in-status",
        "parent-zone-id",
        "parent-zone-name",
        "region-name",
        "state",
        "zone-id",
        "zone-name",
        "zone-type",
    ];
    let filters = Filters::read(&call.params, KNOWN)?;
    let none = Tags::new();
    let found = zones.iter().filter(|(name, id)| {
        (names.is_empty() || names.contains(&name.as_str()))
            && (ids.is_empty() || ids.contains(&id.as_str()))
            && filters.pass(&none, |field, out| match field {
                "group-name" => out.push(format!("{}-zg-1", region.code).into()),
                "opt-in-status" => out.push("opt-in-not-required".into()),
                "region-name" => out.push(region.code.into()),
                "state" => out.push("available".into()),
                "zone-id" => out.push(id.clone().into()),
                "zone-name" => out.push(name.clone().into()),
                "zone-type" => out.push("availability-zone".into()),
                _ => {}
            })
    });
    Ok(call.ec2(|x| {
        x.list("availabilityZoneInfo", "item", found, |x, (name, id)| {
            x.el("zoneName", name);
            x.el("zoneState", "available");
            x.el("regionName", region.code);
            x.empty("messageSet");
            x.el("optInStatus", "opt-in-not-required");
            x.el("zoneId", id);
            x.el("groupName", format!("{}-zg-1", region.code));
            x.el("networkBorderGroup", region.code);
            x.el("zoneType", "availability-zone");
        });
    }))
}

/// DescribeInstanceTypes.
pub(super) fn types(_: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let names = call.params.texts("InstanceType");
    let unknown: Vec<&str> = names.iter().filter(|n| super::types::find(n).is_none()).copied().collect();
    if !unknown.is_empty() {
        let message = format!("The following supplied instance types do not exist: [{}]", unknown.join(", "));
        return Err(ApiError::new("InvalidInstanceType", message));
    }
    const KNOWN: &[&str] = &[
        "bare-metal",
        "burstable-performance-supported",
        "current-generation",
        "free-tier-eligible",
        "hypervisor",
        "instance-type",
        "memory-info.size-in-mib",
        "processor-info.supported-architecture",
        "supported-virtualization-type",
        "vcpu-info.default-vcpus",
    ];
    let filters = Filters::read_with(&call.params, KNOWN, documented_filters::INSTANCE_TYPES)?;
    let page = Page::read(&call.params, 5, 100)?;
    let none = Tags::new();
    let zones = zone_names(&call.region);
    let offered = TYPES.iter().filter(|t| zones.iter().any(|z| t.offered_in(z)));
    let all: BTreeMap<ArcStr, &TypeInfo> = offered.map(|t| (ArcStr::from(t.name), t)).collect();
    let flag = |on: bool| if on { "true" } else { "false" };
    let (found, next) = page.cut(&all, |t| {
        (names.is_empty() || names.contains(&t.name))
            && filters.pass_with(
                &none,
                |name, out| match name {
                    "bare-metal" => out.push(flag(t.bare_metal()).into()),
                    "burstable-performance-supported" => out.push(flag(t.burstable).into()),
                    "current-generation" => out.push(flag(t.current()).into()),
                    "free-tier-eligible" => out.push(flag(t.free_tier()).into()),
                    "hypervisor" => out.extend(t.hypervisor().map(Into::into)),
                    "instance-type" => out.push(t.name.into()),
                    "memory-info.size-in-mib" => out.push(t.memory.to_string().into()),
                    "processor-info.supported-architecture" => {
                        out.extend(t.architectures().iter().map(|a| (*a).into()));
                    }
                    "supported-virtualization-type" => out.push("hvm".into()),
                    "vcpu-info.default-vcpus" => out.push(t.vcpus.to_string().into()),
                    _ => {}
                },
                |x| type_of(x, t),
            )
    });
    Ok(call.ec2(|x| {
        x.list("instanceTypeSet", "item", found, |x, t| type_of(x, t));
        x.opt("nextToken", next);
    }))
}

/// The names of a region's zones.
fn zone_names(region: &str) -> Vec<String> {
    let zones = regions::find(region).map_or("abc", |r| r.zones);
    zones.chars().map(|z| format!("{region}{z}")).collect()
}

/// DescribeInstanceTypeOfferings: what the region has, or which of its zones.
pub(super) fn offerings(_: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let kind = call.params.text("LocationType").unwrap_or("region");
    let names = zone_names(&call.region);
    // Each place with the zones that are in it.
    let places: Vec<(String, Vec<String>)> = match kind {
        "region" => vec![(call.region.clone(), names)],
        "availability-zone" => names.into_iter().map(|n| (n.clone(), vec![n])).collect(),
        "availability-zone-id" => names.into_iter().filter_map(|n| Some((regions::zone_id(&n)?, vec![n]))).collect(),
        other => {
            let message = format!("Value ({other}) for parameter locationType is invalid.");
            return Err(ApiError::new("InvalidParameterValue", message));
        }
    };
    let filters = Filters::read(&call.params, &["instance-type", "location"])?;
    let page = Page::read(&call.params, 5, 1000)?;
    let none = Tags::new();
    let of = |t: &'static TypeInfo| {
        let offers = places.iter().filter(|(_, zones)| zones.iter().any(|z| t.offered_in(z)));
        offers.map(move |(p, _)| (arcstr::format!("{} {p}", t.name), (t, p)))
    };
    let all: BTreeMap<ArcStr, (&TypeInfo, &String)> = TYPES.iter().flat_map(of).collect();
    let (found, next) = page.cut(&all, |(t, place)| {
        filters.pass(&none, |name, out| match name {
            "instance-type" => out.push(t.name.into()),
            "location" => out.push(place.to_string().into()),
            _ => {}
        })
    });
    Ok(call.ec2(|x| {
        x.list("instanceTypeOfferingSet", "item", found, |x, (t, place)| {
            x.el("instanceType", t.name);
            x.el("locationType", kind);
            x.el("location", *place);
        });
        x.opt("nextToken", next);
    }))
}

fn type_of(x: &mut Xml, t: &TypeInfo) {
    let texts = |x: &mut Xml, name: &str, all: &[&str]| x.list(name, "item", all, |x, s| x.raw_text(*s));
    let numbers = |x: &mut Xml, name: &str, upto: u32| {
        x.list(name, "item", (1..=upto).filter(|n| upto.is_multiple_of(*n)), |x, n| x.raw_text(n.to_string().as_str()));
    };
    let arm = t.architecture() == "arm64";
    let nitro = t.hypervisor() != Some("xen");
    x.el("instanceType", t.name);
    x.el("currentGeneration", t.current());
    x.el("freeTierEligible", t.free_tier());
    texts(x, "supportedUsageClasses", t.usage_classes());
    texts(x, "supportedRootDeviceTypes", &["ebs"]);
    texts(x, "supportedVirtualizationTypes", &["hvm"]);
    x.el("bareMetal", t.bare_metal());
    x.opt("hypervisor", t.hypervisor());
    x.nest("processorInfo", |x| {
        texts(x, "supportedArchitectures", t.architectures());
        x.opt("sustainedClockSpeedInGhz", t.clock);
        x.el("manufacturer", t.manufacturer);
    });
    x.nest("vCpuInfo", |x| {
        x.el("defaultVCpus", t.vcpus);
        x.el("defaultCores", t.cores());
        x.el("defaultThreadsPerCore", t.threads);
        numbers(x, "validCores", t.cores());
        numbers(x, "validThreadsPerCore", t.threads);
    });
    x.nest("memoryInfo", |x| x.el("sizeInMiB", t.memory));
    x.el("instanceStorageSupported", t.disks.is_some());
    if let Some((count, size, kind)) = t.disks {
        x.nest("instanceStorageInfo", |x| {
            x.el("totalSizeInGB", count * size);
            x.list("disks", "item", [()], |x, ()| {
                x.el("sizeInGB", size);
                x.el("count", count);
                x.el("type", kind);
            });
            x.el("nvmeSupport", if nitro { "required" } else { "unsupported" });
            x.el("encryptionSupport", if nitro { "required" } else { "unsupported" });
        });
    }
    if let Some((count, manufacturer, name)) = t.gpus {
        x.nest("gpuInfo", |x| {
            x.list("gpus", "item", [()], |x, ()| {
                x.el("name", name);
                x.el("manufacturer", manufacturer);
                x.el("count", count);
            });
        });
    }
    x.nest("ebsInfo", |x| {
        x.el("ebsOptimizedSupport", if nitro { "default" } else { "unsupported" });
        x.el("encryptionSupport", "supported");
        x.el("nvmeSupport", if nitro { "required" } else { "unsupported" });
        x.el("maximumEbsAttachments", if nitro { 27_u32 } else { 39 });
        x.el("attachmentLimitType", "shared");
    });
    x.nest("networkInfo", |x| {
        x.el("networkPerformance", t.network);
        x.el("maximumNetworkInterfaces", t.interfaces);
        x.el("maximumNetworkCards", 1_u32);
        x.el("defaultNetworkCardIndex", 0_u32);
        x.el("ipv4AddressesPerInterface", t.addresses);
        x.el("ipv6AddressesPerInterface", t.addresses);
        x.el("ipv6Supported", true);
        x.el("enaSupport", if nitro { "required" } else { "unsupported" });
        x.el("efaSupported", t.efa());
        x.el("encryptionInTransitSupported", t.encrypts_transit());
    });
    x.nest("placementGroupInfo", |x| texts(x, "supportedStrategies", &["partition", "spread"]));
    x.el("hibernationSupported", t.hibernates());
    x.el("burstablePerformanceSupported", t.burstable);
    x.el("dedicatedHostsSupported", false);
    x.el("autoRecoverySupported", true);
    texts(x, "supportedBootModes", if arm { &["uefi"] } else { &["legacy-bios", "uefi"] });
    x.el("nitroEnclavesSupport", "unsupported");
    x.el("nitroTpmSupport", if nitro && !arm { "supported" } else { "unsupported" });
}

/// DescribeAccountAttributes.
pub(super) fn account(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let vpc = world.region(&call.region).ec2.default_vpc().map_or_else(|| "none".into(), |v| v.id.to_string());
    let all = [
        ("supported-platforms", "VPC"),
        ("vpc-max-security-groups-per-interface", "5"),
        ("max-elastic-ips", "5"),
        ("max-instances", "20"),
        ("vpc-max-elastic-ips", "5"),
        ("default-vpc", vpc.as_str()),
    ];
    let names = call.params.texts("AttributeName");
    let found = all.iter().filter(|(name, _)| names.is_empty() || names.contains(name));
    Ok(call.ec2(|x| {
        x.list("accountAttributeSet", "item", found, |x, (name, value)| {
            x.el("attributeName", *name);
            x.nest("attributeValueSet", |x| x.nest("item", |x| x.el("attributeValue", *value)));
        });
    }))
}
