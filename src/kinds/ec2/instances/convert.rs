//! Where the SDK's instance ends.

use arcstr::literal;
use aws_sdk_ec2::types as sdk;

use super::instance::{GROUP_TAG, Instance, InstanceState};
use crate::base::Time;
use crate::kinds::convert::{Converter, own, texts, time};
use crate::model::Value;

/// One instance of a reservation; `None` if AWS left out its id.
pub(super) fn instance(converter: &mut Converter, r: &sdk::Reservation, i: &sdk::Instance) -> Option<Instance> {
    let id = own(i.instance_id())?;
    let (tags, name) = converter.tags(i.tags().iter().map(|t| (t.key(), t.value())));
    let group = tags.iter().find(|(k, _)| k == GROUP_TAG).map(|(_, v)| v.clone());
    let placement = i.placement();
    let reason = i.state_reason();
    let metadata = i.metadata_options();
    let state = i.state().and_then(|s| s.name()).map(|n| n.as_str()).unwrap_or_default();
    let ipv6 = ipv6(i);
    Some(Instance {
        id,
        name,
        tags,
        state: InstanceState::parse(state),
        instance_type: converter.shared(i.instance_type().map(|t| t.as_str())),
        zone: converter.shared(placement.and_then(|p| p.availability_zone())),
        zone_id: converter.shared(placement.and_then(|p| p.availability_zone_id())),
        private_ip: Value::ip(i.private_ip_address().filter(|a| !a.is_empty()).or(ipv6.first().copied())),
        public_ip: Value::ip(i.public_ip_address()),
        elastic_ips: elastic_ips(i),
        ipv6: Value::ips(ipv6),
        launched: time(i.launch_time()),
        group,
        image_id: converter.shared(i.image_id()),
        platform: converter.shared(i.platform_details()),
        architecture: converter.shared(i.architecture().map(|a| a.as_str())),
        vcpus: i.cpu_options().and_then(|c| Some(c.core_count()? * c.threads_per_core()?)),
        key_name: converter.shared(i.key_name()),
        security_groups: converter.shared_list(i.security_groups().iter().filter_map(|g| g.group_name())),
        security_group_ids: converter.shared_list(i.security_groups().iter().filter_map(|g| g.group_id())),
        instance_profile: converter.shared(i.iam_instance_profile().and_then(|p| p.arn())),
        subnet_id: converter.shared(i.subnet_id()),
        vpc_id: converter.shared(i.vpc_id()),
        public_dns: own(i.public_dns_name()),
        private_dns: own(i.private_dns_name()),
        source_dest_check: i.source_dest_check(),
        monitoring: converter.shared(i.monitoring().and_then(|m| m.state()).map(|s| s.as_str())),
        volumes: texts(i.block_device_mappings().iter().filter_map(|b| b.ebs()?.volume_id())),
        devices: converter.shared_list(i.block_device_mappings().iter().filter_map(|b| b.ebs().and(b.device_name()))),
        root_device: converter.shared(i.root_device_name()),
        root_device_type: converter.shared(i.root_device_type().map(|t| t.as_str())),
        ebs_optimized: i.ebs_optimized(),
        lifecycle: converter.shared(i.instance_lifecycle().map(|l| l.as_str())).unwrap_or_else(|| literal!("normal")),
        hibernation: i.hibernation_options().and_then(|h| h.configured()),
        imds: metadata.and_then(imds).map(Into::into),
        metadata_endpoint: converter.shared(metadata.and_then(|m| m.http_endpoint()).map(|e| e.as_str())),
        metadata_tokens: converter.shared(metadata.and_then(|m| m.http_tokens()).map(|t| t.as_str())),
        metadata_hops: metadata.and_then(|m| m.http_put_response_hop_limit()),
        metadata_tags: converter.shared(metadata.and_then(|m| m.instance_metadata_tags()).map(|t| t.as_str())),
        boot_mode: converter
            .shared(i.current_instance_boot_mode().map(|b| b.as_str()).or_else(|| i.boot_mode().map(|b| b.as_str()))),
        virtualization: converter.shared(i.virtualization_type().map(|v| v.as_str())),
        tenancy: converter.shared(placement.and_then(|p| p.tenancy()).map(|t| t.as_str())),
        host_id: converter.shared(placement.and_then(|p| p.host_id())),
        placement_group: converter.shared(placement.and_then(|p| p.group_name())),
        partition: placement.and_then(|p| p.partition_number()),
        capacity_reservation_id: converter.shared(i.capacity_reservation_id()),
        state_reason: converter.shared(reason.and_then(|r| r.code())),
        state_reason_message: converter.shared(reason.and_then(|r| r.message())),
        transition_reason: own(i.state_transition_reason()),
        transitioned: i.state_transition_reason().and_then(moment_of),
        owner_id: converter.shared(r.owner_id()),
        reservation_id: own(r.reservation_id()),
        requester_id: converter.shared(r.requester_id()),
        launch_index: i.ami_launch_index(),
        usage_operation: converter.shared(i.usage_operation()),
        operator: converter.shared(i.operator().and_then(|o| o.principal())),
    })
}

/// The IPv6 addresses, the instance's primary one first.
fn ipv6(i: &sdk::Instance) -> Vec<&str> {
    let all = || i.network_interfaces().iter().flat_map(|n| n.ipv6_addresses());
    let primary = all().filter(|a| a.is_primary_ipv6() == Some(true));
    let own = i.ipv6_address().into_iter().chain(primary.chain(all()).filter_map(|a| a.ipv6_address()));
    let mut found: Vec<&str> = Vec::new();
    for address in own.filter(|a| !a.is_empty()) {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// The public addresses whose owner is an account and not Amazon's pool. Unknown if AWS does not say whose one of them
/// is.
fn elastic_ips(i: &sdk::Instance) -> Value {
    let mut found: Vec<&str> = Vec::new();
    let mut unsaid = false;
    for nic in i.network_interfaces() {
        let primary = nic.association().map(|a| (a.public_ip(), a.ip_owner_id()));
        let others = nic.private_ip_addresses().iter().filter_map(|p| p.association());
        for (ip, owner) in primary.into_iter().chain(others.map(|a| (a.public_ip(), a.ip_owner_id()))) {
            match (ip, owner) {
                (Some(_), Some("amazon")) | (None, _) => {}
                (Some(_), None) => unsaid = true,
                (Some(ip), Some(_)) if !found.contains(&ip) => found.push(ip),
                _ => {}
            }
        }
    }
    // A public address without any association: the interfaces were left out of the answer.
    let public_unseen = i.public_ip_address().is_some_and(|ip| !ip.is_empty()) && i.network_interfaces().is_empty();
    if found.is_empty() && (unsaid || public_unseen) { Value::Unknown } else { Value::ips(found) }
}

fn imds(m: &sdk::InstanceMetadataOptionsResponse) -> Option<&'static str> {
    if m.http_endpoint().is_some_and(|e| e.as_str() == "disabled") {
        return Some("disabled");
    }
    match m.http_tokens()?.as_str() {
        "required" => Some("v2 required"),
        "optional" => Some("v1 and v2"),
        _ => None,
    }
}

/// The moment in `User initiated (2026-11-21 09:05:00 GMT)`.
fn moment_of(reason: &str) -> Option<Time> {
    let inner = reason.rsplit_once('(')?.1.split_once(')')?.0;
    let (date, clock) = inner.strip_suffix(" GMT").or_else(|| inner.strip_suffix(" UTC"))?.split_once(' ')?;
    Time::parse(&format!("{date}T{clock}Z"))
}

#[cfg(test)]
mod tests {
    use super::super::{fields, instance as read};
    use super::*;
    use crate::kinds::intern::Interner;
    use crate::model::{Record, Tone};
    use aws_smithy_types::DateTime;

    fn row(i: sdk::Instance) -> Record {
        let r = sdk::Reservation::builder().owner_id("000000000000").reservation_id("r-1").build();
        instance(&mut Converter::new(&Interner::default()), &r, &i).map(|i| i.record()).expect("it has an id")
    }

    fn with_address(owner: Option<&str>) -> Record {
        let association = sdk::InstanceNetworkInterfaceAssociation::builder()
            .public_ip("43.200.141.12")
            .set_ip_owner_id(owner.map(Into::into))
            .build();
        let nic = sdk::InstanceNetworkInterface::builder().association(association).build();
        row(sdk::Instance::builder()
            .instance_id("i-1")
            .public_ip_address("43.200.141.12")
            .network_interfaces(nic)
            .build())
    }

    #[test]
    fn an_address_of_amazons_pool_is_not_elastic_and_an_unsaid_owner_is_unknown() {
        assert_eq!(read::public_ip_is_elastic(&with_address(Some("amazon"))), Some(false));
        assert_eq!(read::public_ip_is_elastic(&with_address(Some("000000000000"))), Some(true));
        assert_eq!(read::public_ip_is_elastic(&with_address(None)), None);
    }

    #[test]
    fn an_instance_with_ipv6_only_has_an_address_in_the_list() {
        let address =
            |a: &str, primary| sdk::InstanceIpv6Address::builder().ipv6_address(a).is_primary_ipv6(primary).build();
        let nic = sdk::InstanceNetworkInterface::builder()
            .ipv6_addresses(address("2600:1f14::9", false))
            .ipv6_addresses(address("2600:1f14::5", true))
            .build();
        let only = sdk::Instance::builder().instance_id("i-1").network_interfaces(nic);
        let r = row(only.clone().build());
        assert_eq!(r.get(&fields::PRIVATE_IP), &Value::ip(Some("2600:1f14::5")));
        assert_eq!(r.get(&fields::PUBLIC_IP), &Value::Empty);
        assert_eq!(r.get(&fields::IPV6), &Value::ips(["2600:1f14::5", "2600:1f14::9"]));
        assert_eq!(read::addresses(&r).len(), 2);
        let both = row(only.private_ip_address("10.1.4.77").build());
        assert_eq!(both.get(&fields::PRIVATE_IP), &Value::ip(Some("10.1.4.77")));
        assert_eq!(read::addresses(&both).len(), 3);
        let unsaid = row(sdk::Instance::builder().instance_id("i-1").ipv6_address("2600:1f14::7").build());
        assert_eq!(unsaid.get(&fields::PRIVATE_IP), &Value::ip(Some("2600:1f14::7")), "the interfaces were left out");
    }

    #[test]
    fn a_state_that_aws_adds_tomorrow_is_shown_as_it_is() {
        let state = sdk::InstanceState::builder().name(sdk::InstanceStateName::from("dreaming")).build();
        let r = row(sdk::Instance::builder().instance_id("i-1").state(state).build());
        assert_eq!(r.state, Some((Tone::Unknown, "dreaming".into())));
        assert_eq!(read::state(&r), InstanceState::Other("dreaming".into()));
    }

    #[test]
    fn what_aws_left_out_is_unknown_or_empty_but_never_invented() {
        let r = row(sdk::Instance::builder().instance_id("i-1").build());
        assert_eq!(r.get(&fields::KEY_NAME), &Value::Empty);
        assert_eq!(r.get(&fields::HIBERNATION), &Value::Unknown);
        assert_eq!(r.get(&fields::CHECKS), &Value::Unknown);
        assert_eq!(r.get(&fields::NETWORK_OUT), &Value::Unknown);
        assert_eq!(r.get(&fields::ELASTIC_IPS), &Value::Empty);
        assert!(r.values.len() < fields::FIELDS.0.len(), "side fields at the end take no room");
    }

    #[test]
    fn a_members_group_name_and_facts_are_read_from_where_aws_puts_them() {
        let tag = |k: &str, v: &str| sdk::Tag::builder().key(k).value(v).build();
        let r = row(sdk::Instance::builder()
            .instance_id("i-0a1")
            .tags(tag("Name", "결제-워커-07"))
            .tags(tag(GROUP_TAG, "my-asg"))
            .launch_time(DateTime::from_secs(1_795_252_800))
            .state_transition_reason("User initiated (2026-11-21 09:05:00 GMT)")
            .cpu_options(sdk::CpuOptions::builder().core_count(4).threads_per_core(2).build())
            .build());
        assert_eq!(r.name, "결제-워커-07");
        assert_eq!(read::group(&r).map(|g| g.as_str()), Some("my-asg"));
        assert_eq!(r.get(&fields::GROUP), &Value::text("my-asg"));
        assert_eq!(r.get(&fields::LAUNCHED), &Value::Time(Time::from_secs(1_795_252_800)));
        assert_eq!(r.get(&fields::TRANSITIONED), &Value::Time(Time::parse("2026-11-21T09:05:00Z").expect("a moment")));
        assert_eq!(r.get(&fields::VCPUS), &Value::Int(8));
    }
}
