//! What a launch template's version says, as names and texts that can be compared.

use std::hash::{DefaultHasher, Hash, Hasher};

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;

/// One thing that a version says, by the API's name for it (`InstanceType`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    name: ArcStr,
    /// What is shown of it.
    shown: ArcStr,
    /// What tells it from another where it is not shown.
    mark: u64,
}

impl Setting {
    fn new(name: &str, shown: impl Into<ArcStr>) -> Setting {
        Setting { name: name.into(), shown: shown.into(), mark: 0 }
    }
    /// One that may hold secrets: only that it is there is shown, and in a comparison only that it differs.
    fn secret(name: &str, value: &str) -> Setting {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        Setting { name: name.into(), shown: arcstr::literal!("present"), mark: hasher.finish() }
    }
    /// `InstanceType: t3.micro`.
    pub fn text(&self) -> ArcStr {
        arcstr::format!("{}: {}", self.name, self.shown)
    }
    /// What `after` says otherwise than `before`: changed, added, left out.
    pub fn differences(before: &[Setting], after: &[Setting]) -> Vec<ArcStr> {
        let find = |all: &[Setting], name: &ArcStr| all.iter().find(|s| s.name == *name).cloned();
        let changed = after.iter().filter_map(|new| match find(before, &new.name) {
            Some(old) if old == *new => None,
            Some(old) if old.shown == new.shown => Some(arcstr::format!("{}: changed", new.name)),
            Some(old) => Some(arcstr::format!("{}: {} -> {}", new.name, old.shown, new.shown)),
            None => Some(arcstr::format!("{}: + {}", new.name, new.shown)),
        });
        let gone = before.iter().filter(|old| find(after, &old.name).is_none());
        changed.chain(gone.map(|old| arcstr::format!("{}: - {}", old.name, old.shown))).collect()
    }
}

/// All that a version says, in the order of the API reference.
pub fn settings(d: &sdk::ResponseLaunchTemplateData) -> Vec<Setting> {
    let mut out: Vec<Setting> = Vec::new();
    let mut say = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|v| !v.is_empty()) {
            out.push(Setting::new(name, value));
        }
    };
    let text = |s: Option<&str>| s.map(str::to_string);
    let flag = |b: Option<bool>| b.map(|b| b.to_string());
    say("ImageId", text(d.image_id()));
    say("InstanceType", text(d.instance_type().map(|t| t.as_str())));
    say("InstanceRequirements", d.instance_requirements().map(requirements));
    say("KeyName", text(d.key_name()));
    say("SecurityGroupIds", Some(d.security_group_ids().join(", ")));
    say("SecurityGroups", Some(d.security_groups().join(", ")));
    let profile = d.iam_instance_profile();
    say("IamInstanceProfile", profile.and_then(|p| text(p.name().or(p.arn()))));
    for (n, i) in d.network_interfaces().iter().enumerate() {
        say(&format!("NetworkInterfaces[{}]", i.device_index().unwrap_or(n as i32)), Some(interface(i)));
    }
    for b in d.block_device_mappings() {
        say(&format!("BlockDeviceMappings[{}]", b.device_name().unwrap_or_default()), Some(disk(b)));
    }
    say("EbsOptimized", flag(d.ebs_optimized()));
    say("Monitoring", flag(d.monitoring().and_then(|m| m.enabled())));
    say("Placement", d.placement().map(placement));
    say("InstanceMarketOptions", d.instance_market_options().map(market));
    say("CreditSpecification", d.credit_specification().and_then(|c| text(c.cpu_credits())));
    say(
        "CpuOptions",
        d.cpu_options().map(|c| {
            pairs(&[
                ("cores", c.core_count().map(|n| n.to_string())),
                ("threads per core", c.threads_per_core().map(|n| n.to_string())),
            ])
        }),
    );
    say(
        "MetadataOptions",
        d.metadata_options().map(|m| {
            pairs(&[
                ("tokens", text(m.http_tokens().map(|t| t.as_str()))),
                ("endpoint", text(m.http_endpoint().map(|e| e.as_str()))),
                ("hops", m.http_put_response_hop_limit().map(|n| n.to_string())),
                ("ipv6", text(m.http_protocol_ipv6().map(|p| p.as_str()))),
                ("tags", text(m.instance_metadata_tags().map(|t| t.as_str()))),
            ])
        }),
    );
    say("DisableApiTermination", flag(d.disable_api_termination()));
    say("DisableApiStop", flag(d.disable_api_stop()));
    let behavior = d.instance_initiated_shutdown_behavior();
    say("InstanceInitiatedShutdownBehavior", text(behavior.map(|b| b.as_str())));
    say("HibernationOptions", flag(d.hibernation_options().and_then(|h| h.configured())));
    say("EnclaveOptions", flag(d.enclave_options().and_then(|e| e.enabled())));
    say("MaintenanceOptions", d.maintenance_options().and_then(|m| text(m.auto_recovery().map(|a| a.as_str()))));
    say(
        "PrivateDnsNameOptions",
        d.private_dns_name_options().and_then(|p| text(p.hostname_type().map(|h| h.as_str()))),
    );
    say("KernelId", text(d.kernel_id()));
    say("RamDiskId", text(d.ram_disk_id()));
    for t in d.tag_specifications() {
        let tags =
            t.tags().iter().map(|t| format!("{}={}", t.key().unwrap_or_default(), t.value().unwrap_or_default()));
        let kind = t.resource_type().map(|t| t.as_str()).unwrap_or_default();
        say(&format!("TagSpecifications[{kind}]"), Some(tags.collect::<Vec<_>>().join(", ")));
    }
    if let Some(data) = d.user_data().filter(|u| !u.is_empty()) {
        out.push(Setting::secret("UserData", data));
    }
    out
}

/// What is said about some things: `tokens required, hops 2`.
fn pairs(all: &[(&str, Option<String>)]) -> String {
    let said = all.iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("{name} {value}")));
    said.collect::<Vec<_>>().join(", ")
}

fn interface(i: &sdk::LaunchTemplateInstanceNetworkInterfaceSpecification) -> String {
    pairs(&[
        ("interface", i.network_interface_id().map(str::to_string)),
        ("subnet", i.subnet_id().map(str::to_string)),
        ("public address", i.associate_public_ip_address().map(|b| b.to_string())),
        ("groups", Some(i.groups().join(" ")).filter(|g| !g.is_empty())),
        ("private address", i.private_ip_address().map(str::to_string)),
        ("IPv6 addresses", i.ipv6_address_count().map(|n| n.to_string())),
        ("deleted with the instance", i.delete_on_termination().map(|b| b.to_string())),
        ("type", i.interface_type().map(str::to_string)),
        ("description", i.description().map(str::to_string)),
    ])
}

fn disk(b: &sdk::LaunchTemplateBlockDeviceMapping) -> String {
    if b.no_device().is_some() {
        return "left out".into();
    }
    let Some(e) = b.ebs() else { return b.virtual_name().unwrap_or_default().to_string() };
    pairs(&[
        ("GiB", e.volume_size().map(|n| n.to_string())),
        ("type", e.volume_type().map(|t| t.as_str().to_string())),
        ("IOPS", e.iops().map(|n| n.to_string())),
        ("MiB/s", e.throughput().map(|n| n.to_string())),
        ("snapshot", e.snapshot_id().map(str::to_string)),
        ("encrypted", e.encrypted().map(|b| b.to_string())),
        ("key", e.kms_key_id().map(str::to_string)),
        ("deleted with the instance", e.delete_on_termination().map(|b| b.to_string())),
    ])
}

fn placement(p: &sdk::LaunchTemplatePlacement) -> String {
    pairs(&[
        ("zone", p.availability_zone().or(p.availability_zone_id()).map(str::to_string)),
        ("group", p.group_name().or(p.group_id()).map(str::to_string)),
        ("partition", p.partition_number().map(|n| n.to_string())),
        ("tenancy", p.tenancy().map(|t| t.as_str().to_string())),
        ("host", p.host_id().map(str::to_string)),
    ])
}

fn market(m: &sdk::LaunchTemplateInstanceMarketOptions) -> String {
    let spot = m.spot_options();
    pairs(&[
        ("market", m.market_type().map(|t| t.as_str().to_string())),
        ("at most $", spot.and_then(|s| s.max_price()).map(str::to_string)),
        ("request", spot.and_then(|s| s.spot_instance_type()).map(|t| t.as_str().to_string())),
        ("interrupted", spot.and_then(|s| s.instance_interruption_behavior()).map(|b| b.as_str().to_string())),
    ])
}

fn requirements(r: &sdk::InstanceRequirements) -> String {
    let span = |least: Option<i32>, most: Option<i32>| match (least, most) {
        (None, None) => None,
        (least, most) => {
            Some(format!("{}-{}", least.unwrap_or_default(), most.map(|n| n.to_string()).unwrap_or_default()))
        }
    };
    pairs(&[
        ("vCPUs", r.v_cpu_count().and_then(|v| span(v.min(), v.max()))),
        ("MiB", r.memory_mib().and_then(|m| span(m.min(), m.max()))),
        ("only", Some(r.allowed_instance_types().join(" ")).filter(|t| !t.is_empty())),
        ("without", Some(r.excluded_instance_types().join(" ")).filter(|t| !t.is_empty())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_said_and_user_data_are_never_shown() {
        let disk = |size: i32| {
            let ebs = sdk::LaunchTemplateEbsBlockDevice::builder().volume_size(size).volume_type("gp3".into()).build();
            sdk::LaunchTemplateBlockDeviceMapping::builder().device_name("/dev/xvda").ebs(ebs).build()
        };
        let new = sdk::ResponseLaunchTemplateData::builder;
        let before = settings(
            &new().image_id("ami-1").key_name("ops").user_data("c2VjcmV0").block_device_mappings(disk(8)).build(),
        );
        let after = settings(
            &new().image_id("ami-2").ebs_optimized(true).user_data("b3RoZXI=").block_device_mappings(disk(20)).build(),
        );
        assert_eq!(Setting::differences(&before, &before), [""; 0]);
        assert_eq!(
            Setting::differences(&before, &after),
            [
                "ImageId: ami-1 -> ami-2",
                "BlockDeviceMappings[/dev/xvda]: GiB 8, type gp3 -> GiB 20, type gp3",
                "EbsOptimized: + true",
                "UserData: changed",
                "KeyName: - ops",
            ]
        );
        assert!(after.iter().all(|s| !s.text().contains("b3Ro")));
        assert!(!format!("{after:?}").contains("b3Ro"));
    }
}
