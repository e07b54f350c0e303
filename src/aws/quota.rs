//! Which quota a refusal speaks of, and where more is asked for: AWS's error codes say neither.
//!
//! Codes: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>. Names and numbers of quotas are those of Service
//! Quotas: <https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html>,
//! <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>, <https://docs.aws.amazon.com/general/latest/gr/ebs-service.html>.

/// A quota in Service Quotas.
struct Quota {
    /// AWS's error codes that it is behind.
    codes: &'static [&'static str],
    /// Its name there.
    name: &'static str,
    /// Its service there, and its code if that is one: of some there is one for each family or type.
    at: (&'static str, Option<&'static str>),
    /// What it counts, or which of several it is; may be empty.
    but: &'static str,
}

const fn quota(codes: &'static [&'static str], name: &'static str, service: &'static str, code: &'static str) -> Quota {
    Quota { codes, name, at: (service, Some(code)), but: "" }
}

static QUOTAS: &[Quota] = &[
    Quota {
        codes: &["VcpuLimitExceeded", "InstanceLimitExceeded"],
        name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
        at: ("ec2", Some("L-1216C47A")),
        but: "it counts vCPUs; other families (F, G and VT, Inf, P, Trn, X, …) have quotas of their own",
    },
    Quota {
        codes: &["MaxSpotInstanceCountExceeded"],
        name: "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests",
        at: ("ec2", Some("L-34B43A08")),
        but: "it counts vCPUs; other families have quotas of their own",
    },
    quota(&["AddressLimitExceeded"], "EC2-VPC Elastic IPs", "ec2", "L-0263D0A3"),
    quota(&["SecurityGroupLimitExceeded"], "VPC security groups per Region", "vpc", "L-E79EC296"),
    quota(&["RulesPerSecurityGroupLimitExceeded"], "Inbound or outbound rules per security group", "vpc", "L-0EA8095F"),
    quota(
        &["SecurityGroupsPerInterfaceLimitExceeded", "SecurityGroupsPerInstanceLimitExceeded"],
        "Security groups per network interface",
        "vpc",
        "L-2AFB9258",
    ),
    quota(&["SnapshotLimitExceeded"], "Snapshots per Region", "ebs", "L-309BACF6"),
    Quota {
        codes: &["ConcurrentSnapshotLimitExceeded", "PendingSnapshotLimitExceeded"],
        name: "Concurrent snapshots per volume",
        at: ("ebs", None),
        but: "each volume type has its own: wait until a snapshot in progress is completed",
    },
    Quota {
        codes: &["VolumeLimitExceeded"],
        name: "Storage for volumes, in TiB",
        at: ("ebs", None),
        but: "each volume type has its own: gp3's is L-7A658B76",
    },
    Quota {
        codes: &["MaxIOPSLimitExceeded"],
        name: "IOPS for Provisioned IOPS SSD volumes",
        at: ("ebs", None),
        but: "io1 and io2 have one each",
    },
    quota(&["NetworkInterfaceLimitExceeded"], "Network interfaces per Region", "vpc", "L-DF5E4CA3"),
    quota(&["VpcLimitExceeded"], "VPCs per Region", "vpc", "L-F678F1CE"),
    quota(&["SubnetLimitExceeded"], "Subnets per VPC", "vpc", "L-407747CB"),
    quota(&["InternetGatewayLimitExceeded"], "Internet gateways per Region", "vpc", "L-A4707A72"),
    quota(&["NatGatewayLimitExceeded"], "NAT gateways per Availability Zone", "vpc", "L-FE5A380F"),
    quota(&["RouteTableLimitExceeded"], "Route tables per VPC", "vpc", "L-589F43AA"),
    quota(&["RouteLimitExceeded"], "Routes per route table", "vpc", "L-93826ACB"),
    quota(&["NetworkAclLimitExceeded"], "Network ACLs per VPC", "vpc", "L-B4A6D682"),
    quota(&["NetworkAclEntryLimitExceeded"], "Rules per network ACL", "vpc", "L-2AEEBF1A"),
    quota(&["TooManyTargetGroups"], "Target Groups per Region", "elasticloadbalancing", "L-B22855CB"),
    quota(&["TooManyBuckets"], "General purpose buckets", "s3", "L-DC2B2D3D"),
];

/// What is said about a refusal with this code: the quota's name, and where more is asked for.
pub(super) fn hint(code: &str) -> Option<String> {
    if code == "TagLimitExceeded" {
        return Some("A resource has at most 50 tags; this limit cannot be raised.".into());
    }
    let q = QUOTAS.iter().find(|q| q.codes.contains(&code))?;
    let but = if q.but.is_empty() { String::new() } else { format!(" ({})", q.but) };
    let (service, number) = q.at;
    let at = match number {
        Some(number) => format!(
            "aws service-quotas request-service-quota-increase --service-code {service} --quota-code {number} --desired-value N"
        ),
        None => format!("aws service-quotas list-service-quotas --service-code {service} shows them"),
    };
    Some(format!("The quota is \"{}\"{but}. To raise it in Service Quotas: {at}", q.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::fault::kind_of_code;
    use crate::base::FaultKind;

    #[test]
    fn every_code_of_a_quota_is_one_by_its_family_too_and_is_named_once() {
        let codes: Vec<&str> = QUOTAS.iter().flat_map(|q| q.codes).copied().collect();
        for (i, code) in codes.iter().enumerate() {
            assert_eq!(kind_of_code(code), FaultKind::Quota, "{code}");
            assert!(!codes[..i].contains(code), "{code}");
        }
        let said = hint("RulesPerSecurityGroupLimitExceeded").expect("a quota");
        assert!(said.contains("Inbound or outbound rules per security group") && said.contains("L-0EA8095F"), "{said}");
        assert!(hint("VolumeLimitExceeded").is_some_and(|h| h.contains("list-service-quotas --service-code ebs")));
        assert_eq!(hint("InsufficientInstanceCapacity"), None, "capacity is no quota");
    }
}
