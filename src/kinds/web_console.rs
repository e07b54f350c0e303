//! Links to AWS's web console: the page of one row.
//!
//! All of them in one place and not with their kinds: AWS changes them together, and nothing else is made of them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::base::Scope;
use crate::model::{Record, Value};

/// What stands in the fragment of an address as it is.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Kinds and the pages of their rows: behind the host, with `{region}`, and `{id}` or `{name}`, as the console's own address bar has
/// them (2026-11).
const PAGES: &[(&str, &str)] = &[
    ("instances", "ec2/home?region={region}#InstanceDetails:instanceId={id}"),
    ("volumes", "ec2/home?region={region}#VolumeDetails:volumeId={id}"),
    ("snapshots", "ec2/home?region={region}#SnapshotDetails:snapshotId={id}"),
    ("images", "ec2/home?region={region}#ImageDetails:imageId={id}"),
    ("launch-templates", "ec2/home?region={region}#LaunchTemplateDetails:launchTemplateId={id}"),
    ("instance-types", "ec2/home?region={region}#InstanceTypeDetails:instanceType={id}"),
    ("security-groups", "ec2/home?region={region}#SecurityGroup:groupId={id}"),
    ("network-interfaces", "ec2/home?region={region}#NetworkInterface:networkInterfaceId={id}"),
    ("addresses", "ec2/home?region={region}#ElasticIpDetails:AllocationId={id}"),
    ("key-pairs", "ec2/home?region={region}#KeyPairs:keyName={name}"),
    ("vpcs", "vpcconsole/home?region={region}#VpcDetails:VpcId={id}"),
    ("subnets", "vpcconsole/home?region={region}#SubnetDetails:subnetId={id}"),
    ("internet-gateways", "vpcconsole/home?region={region}#InternetGateway:internetGatewayId={id}"),
    ("nat-gateways", "vpcconsole/home?region={region}#NatGatewayDetails:natGatewayId={id}"),
    (
        "egress-only-gateways",
        "vpcconsole/home?region={region}#EgressOnlyInternetGatewayDetails:egressOnlyInternetGatewayId={id}",
    ),
    ("peerings", "vpcconsole/home?region={region}#PeeringConnectionDetails:VpcPeeringConnectionId={id}"),
    (
        "transit-gateway-attachments",
        "vpcconsole/home?region={region}#TransitGatewayAttachmentDetails:transitGatewayAttachmentId={id}",
    ),
    ("endpoints", "vpcconsole/home?region={region}#EndpointDetails:vpcEndpointId={id}"),
    ("prefix-lists", "vpcconsole/home?region={region}#PrefixListDetails:prefixListId={id}"),
    ("dhcp-options", "vpcconsole/home?region={region}#DhcpOptionsDetails:DhcpOptionsId={id}"),
    ("route-tables", "vpcconsole/home?region={region}#RouteTableDetails:RouteTableId={id}"),
    ("network-acls", "vpcconsole/home?region={region}#NetworkAclDetails:networkAclId={id}"),
    ("load-balancers", "ec2/home?region={region}#LoadBalancer:loadBalancerArn={id}"),
    ("target-groups", "ec2/home?region={region}#TargetGroup:targetGroupArn={id}"),
    ("auto-scaling-groups", "ec2/home?region={region}#AutoScalingGroupDetails:id={name}"),
    ("alarms", "cloudwatch/home?region={region}#alarmsV2:alarm/{name}"),
    ("buckets", "s3/buckets/{name}?region={region}"),
];

/// The address of the row's page; `None` if its kind has none, or its region is not known.
pub fn console_link(record: &Record, scope: &Scope) -> Option<String> {
    let (_, page) = PAGES.iter().find(|(kind, _)| *kind == record.kind.name)?;
    let own =
        || record.kind.index_of("region").and_then(|i| if let Value::Text(r) = record.at(i) { Some(r) } else { None });
    let region = scope.region_code().or_else(own)?;
    let host = match region.split('-').next() {
        Some("cn") => format!("{region}.console.amazonaws.cn"),
        _ if region.starts_with("us-gov-") => "console.amazonaws-us-gov.com".into(),
        _ => format!("{region}.console.aws.amazon.com"),
    };
    let put = |text: &str| utf8_percent_encode(text, KEPT).to_string();
    let page = page.replace("{region}", region).replace("{id}", &put(record.shown_id()));
    Some(format!("https://{host}/{}", page.replace("{name}", &put(&record.name))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::registry::ALL;
    use crate::kinds::testing::row;

    fn link(kind: &str, id: &str, name: &str, region: &str) -> String {
        let record = row(ALL.kind(kind).expect(kind).info, id, name, "").record();
        console_link(&record, &Scope::region("p", region)).expect("a link")
    }

    #[test]
    fn a_row_has_its_page_in_the_console_of_its_partition() {
        assert_eq!(
            link("instances", "i-0a1", "web", "eu-west-1"),
            "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#InstanceDetails:instanceId=i-0a1"
        );
        assert_eq!(
            link("alarms", "a", "cpu > 80 %/결제", "cn-north-1"),
            "https://cn-north-1.console.amazonaws.cn/cloudwatch/home?region=cn-north-1#alarmsV2:alarm/cpu%20%3E%2080%20%25%2F%EA%B2%B0%EC%A0%9C"
        );
        assert!(
            link("vpcs", "vpc-1", "", "us-gov-west-1").starts_with("https://console.amazonaws-us-gov.com/vpcconsole/")
        );
        let arn = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/a/b";
        assert!(link("target-groups", arn, "a", "eu-west-1").ends_with("targetgroup%2Fa%2Fb"));
    }

    #[test]
    fn every_page_is_a_kinds() {
        for (kind, _) in PAGES {
            assert!(ALL.kind(kind).is_some(), "{kind}");
        }
    }
}
