//! The least IAM policy for a list of declared operations. Pure; `skydeck policy` prints it and `docs/iam-*.json` keep it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::model::operation::{Access, Operation, Service};

/// The policy's JSON, one statement per service for reading and, unless `read_only`, one for writing.
///
/// Every resource (`*`): most Describe actions know no other, and which resources may be changed is the account's decision.
/// `sts:GetCallerIdentity` needs no permission and is not in it.
pub fn document(operations: &[&Operation], read_only: bool) -> Value {
    let mut statements = Vec::new();
    for (access, verb) in [(Access::Read, "Read"), (Access::Write, "Change")] {
        if access == Access::Write && read_only {
            continue;
        }
        for service in Service::ALL {
            let actions: BTreeSet<String> = operations
                .iter()
                .filter(|op| op.service == *service && op.access == access && op.name != "GetCallerIdentity")
                .flat_map(|op| op.iam_actions())
                .collect();
            if !actions.is_empty() {
                let sid = format!("{verb}{}", sid(*service));
                statements.push(json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*" }));
            }
        }
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// The same as text, ending in a newline, with what the gateway itself may ask: what an encoded denial says.
pub fn text(operations: &[&Operation], read_only: bool) -> String {
    let mut operations = operations.to_vec();
    operations.push(&super::denial::DECODE_AUTHORIZATION_MESSAGE);
    format!("{:#}\n", document(&operations, read_only))
}

/// IAM allows letters and digits only.
fn sid(service: Service) -> &'static str {
    match service {
        Service::Ec2 => "Ec2",
        Service::Elbv2 => "LoadBalancing",
        Service::AutoScaling => "AutoScaling",
        Service::S3 => "S3",
        Service::CloudWatch => "CloudWatch",
        Service::Sts => "Sts",
        Service::CloudTrail => "CloudTrail",
        Service::Ssh => "Ssh",
        Service::InstanceConnect => "InstanceConnect",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::Retry;

    static LIST: Operation = Operation::read(Service::S3, "ListObjectsV2").with_iam(&["s3:ListBucket"]);
    static SEE: Operation = Operation::read(Service::Ec2, "DescribeInstances");
    static STOP: Operation = Operation::write(Service::Ec2, "StopInstances", Retry::Safe).with_dry_run();
    static WHO: Operation = Operation::read(Service::Sts, "GetCallerIdentity");

    #[test]
    fn the_read_only_policy_allows_no_write() {
        let all = [&LIST, &SEE, &STOP, &SEE, &WHO];
        let text = text(&all, true);
        assert!(text.contains("ec2:DescribeInstances") && text.contains("s3:ListBucket"), "{text}");
        assert!(!text.contains("StopInstances") && !text.contains("ListObjectsV2"), "{text}");
        // What the gateway itself asks, and nothing else of STS: who one is needs no permission.
        assert!(text.contains("sts:DecodeAuthorizationMessage") && text.matches("sts:").count() == 1, "{text}");
        assert_eq!(text.matches("ec2:DescribeInstances").count(), 1);
    }

    #[test]
    fn the_full_policy_names_reads_and_writes_apart() {
        let doc = document(&[&SEE, &STOP], false);
        assert_eq!(doc["Statement"][0]["Sid"], "ReadEc2");
        assert_eq!(doc["Statement"][1]["Sid"], "ChangeEc2");
        assert_eq!(doc["Statement"][1]["Action"][0], "ec2:StopInstances");
    }
}
