//! What fields are called where there is room for it: in the detail, in AWS's words. A column's heading is as short as can be, and stays so.

use std::borrow::Cow;

use super::field::FieldInfo;

/// AWS's names, where a heading in small letters would be another word, by the field's name.
const NAMES: &[(&str, &str)] = &[
    ("actions_enabled", "Actions enabled"),
    ("alarm_actions", "Alarm actions"),
    ("architecture", "Architecture"),
    ("available_ips", "Available IPs"),
    ("boot_mode", "Boot mode"),
    ("capacity_reservation_id", "Capacity Reservation"),
    ("classic_load_balancers", "Classic Load Balancers"),
    ("cpu_credits", "CPU credits"),
    ("delete_on_termination", "Delete on termination"),
    ("deletion_protection", "Deletion protection"),
    ("ebs_attachments", "EBS volumes, most"),
    ("ebs_check", "Attached EBS check"),
    ("ebs_optimized", "EBS-optimized"),
    ("grace_period", "Health check grace period"),
    ("health_check_port", "Health check port"),
    ("health_check_path", "Health check path"),
    ("health_check_protocol", "Health check protocol"),
    ("health_check_type", "Health check type"),
    ("healthy_threshold", "Healthy threshold"),
    ("host_id", "Dedicated Host"),
    ("image_id", "AMI"),
    ("impaired_since", "Impaired since"),
    ("instance_check", "Instance status check"),
    ("instance_profile", "IAM role"),
    ("insufficient_data_actions", "Insufficient data actions"),
    ("ip_address_type", "IP address type"),
    ("is_default", "Default"),
    ("key_name", "Key pair"),
    ("launched", "Launched"),
    ("metadata_endpoint", "Instance metadata"),
    ("metadata_hops", "Metadata hop limit"),
    ("metadata_tags", "Tags in metadata"),
    ("metadata_tokens", "IMDSv2"),
    ("missing_data", "Missing data treatment"),
    ("network_border_group", "Network border group"),
    ("network_in", "Network in, 1 h"),
    ("network_out", "Network out, 1 h"),
    ("ok_actions", "OK actions"),
    ("ownership", "Ownership"),
    ("placement_group", "Placement group"),
    ("private_ip", "Private IP"),
    ("reservation_id", "Reservation ID"),
    ("root_device", "Root device"),
    ("root_device_type", "Root device type"),
    ("security_group_ids", "Security group IDs"),
    ("security_groups", "Security groups"),
    ("source_dest_check", "Source/dest. check"),
    ("spot_message", "Spot message"),
    ("spot_status", "Spot status"),
    ("state_reason", "State reason"),
    ("state_reason_message", "State reason message"),
    ("stop_protection", "Stop protection"),
    ("subnet_id", "Subnet"),
    ("suspended", "Suspended processes"),
    ("system_check", "System status check"),
    ("termination_policies", "Termination policies"),
    ("termination_protection", "Termination protection"),
    ("transition_reason", "State transition reason"),
    ("transitioned", "State changed"),
    ("unhealthy_threshold", "Unhealthy threshold"),
    ("usage_operation", "Usage operation"),
    ("vcpus", "vCPUs"),
    ("virtualization", "Virtualization type"),
    ("volumes", "EBS volumes"),
    ("vpc_id", "VPC"),
    ("zone", "Availability Zone"),
    ("zone_id", "Availability Zone ID"),
    ("zones", "Availability Zones"),
];

/// Words that are written so wherever they stand.
const WORDS: &[&str] = &[
    "ACL", "AMI", "API", "ARN", "CIDR", "CPU", "DHCP", "DNS", "EBS", "EC2", "EFA", "ELB", "ENA", "ETag", "IAM", "ID",
    "IMDS", "IOPS", "IP", "IPs", "IPv6", "KMS", "MAC", "MiB/s", "OK", "OS", "S3", "SSM", "TPM", "URL", "UUID", "VPC",
    "VPCs", "vCPU",
];

impl FieldInfo {
    /// Its name in a sentence's letters, as AWS has it: `Auto Scaling group`, `Private IP`.
    pub fn label(&self) -> Cow<'static, str> {
        // A group of an instance is one of Auto Scaling; the field links to what it names.
        let linked = match (self.name, self.link) {
            ("group", Some("auto-scaling-groups")) => Some("Auto Scaling group"),
            (_, _) => NAMES.iter().find(|(name, _)| *name == self.name).map(|(_, label)| *label),
        };
        let label = linked.map_or_else(|| Cow::Owned(sentence(self.title)), Cow::Borrowed);
        if self.in_utc { Cow::Owned(format!("{label} (times in UTC)")) } else { label }
    }
}

/// `PRIVATE DNS` as `Private DNS`.
fn sentence(title: &str) -> String {
    let word = |word: &str| match WORDS.iter().find(|known| known.eq_ignore_ascii_case(word)) {
        Some(known) => (*known).to_string(),
        // `1h` is written so already.
        None if word.bytes().any(|b| b.is_ascii_lowercase()) => word.to_string(),
        None => word.to_lowercase(),
    };
    let text = title.split(' ').map(word).collect::<Vec<_>>().join(" ");
    let first = text.split(' ').next().unwrap_or_default();
    if WORDS.contains(&first) { text } else { crate::base::text::capital(&text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldType;

    #[test]
    fn labels_are_awss_names_and_other_headings_are_read_as_words() {
        let of = |name, title| FieldInfo::new(name, title, FieldType::Text, "").label().into_owned();
        assert_eq!(of("instance_profile", "PROFILE"), "IAM role");
        assert_eq!(of("dns_name", "DNS NAME"), "DNS name");
        assert_eq!(of("elastic_ips", "ELASTIC IP"), "Elastic IP");
        assert_eq!(of("cpu", "CPU 1h"), "CPU 1h");
        assert_eq!(of("group", "GROUP"), "Group");
        let group = FieldInfo::text("group", "GROUP", "").links_to("auto-scaling-groups");
        assert_eq!(group.label(), "Auto Scaling group");
    }
}
