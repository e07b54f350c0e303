//! A region whose instances are spread over several VPCs and many subnets.

use std::fmt::Write as _;

use super::fleet_rows::instance;

/// VPCs of such a region.
pub const VPCS: usize = 3;
/// Its subnets, as many in each VPC.
pub const SUBNETS: usize = 60;

fn vpc(i: usize) -> String {
    format!("vpc-0a1b2c3d4e5f6072{}", i % VPCS)
}

fn subnet(i: usize) -> String {
    format!("subnet-0a1b2c3d4e5f61{:03}", i % SUBNETS)
}

/// An instance as [`instance`] has it, in one of these subnets.
pub(super) fn spread(out: &mut String, i: usize) {
    let mut one = String::new();
    instance(&mut one, i);
    let here = format!("subnet-0a1b2c3d4e5f6000{}", i % 3);
    out.push_str(&one.replace(&here, &subnet(i)).replace("vpc-0a1b2c3d4e5f60718", &vpc(i)));
}

/// The VPCs, or the subnets.
pub(super) fn networks(action: &str) -> Option<String> {
    let mut items = String::new();
    let set = match action {
        "DescribeVpcs" => {
            for i in 0..VPCS {
                let _ = write!(
                    items,
                    "<item><vpcId>{}</vpcId><ownerId>000000000000</ownerId><state>available</state>\
                     <cidrBlock>10.{i}.0.0/16</cidrBlock><isDefault>false</isDefault></item>",
                    vpc(i)
                );
            }
            "vpcSet"
        }
        "DescribeSubnets" => {
            for i in 0..SUBNETS {
                let _ = write!(
                    items,
                    "<item><subnetId>{}</subnetId><state>available</state><vpcId>{}</vpcId><cidrBlock>10.{}.{}.0/24</cidrBlock>\
                     <availableIpAddressCount>200</availableIpAddressCount><availabilityZone>ap-northeast-2{}</availabilityZone>\
                     <defaultForAz>false</defaultForAz><mapPublicIpOnLaunch>false</mapPublicIpOnLaunch></item>",
                    subnet(i),
                    vpc(i),
                    i % VPCS,
                    i / VPCS,
                    ["a", "b", "c"][i / VPCS % 3]
                );
            }
            "subnetSet"
        }
        _ => return None,
    };
    Some(format!(
        "<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId>\
         <{set}>{items}</{set}></{action}Response>"
    ))
}
