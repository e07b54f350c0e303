//! What listens inside, where somebody knows: the load balancers whose health checks go to that port.
//!
//! What a reason means: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html#target-health-reason-codes>

use arcstr::ArcStr;

use super::network;
use super::question::Question;
use crate::kinds::ec2::instances::{self, fields, instance};
use crate::kinds::elbv2::targets::Health;
use crate::kinds::elbv2::{target_groups, targets};
use crate::model::derived::{Rows, Wanted};
use crate::model::{Inputs, Record, Selector};
use crate::net::path::{Protocol, Service, Sign};

/// The most target groups whose targets are asked for: a request each.
const MOST_GROUPS: usize = 20;

/// Target groups, and of those that balancers check in the target's VPC the targets.
pub(super) fn asks(asked: &Question, rows: &Rows<'_>) -> Vec<Wanted> {
    let mut vpc: Option<ArcStr> = None;
    if asked.service.protocol == Protocol::Tcp {
        rows(&(instances::INFO.name, Selector::All), &mut |row| {
            if network::is_called(row, &asked.to) {
                vpc = instance::vpc_id(row).map(ArcStr::from);
            }
        });
    }
    let Some(vpc) = vpc else { return Vec::new() };
    let groups = (target_groups::INFO.name, Selector::All);
    let mut out = Vec::new();
    rows(&groups, &mut |group| {
        let near = group.get(&target_groups::VPC_ID).as_str() == Some(vpc.as_str());
        if near && !group.get(&target_groups::LOAD_BALANCERS).items().is_empty() && out.len() < MOST_GROUPS {
            out.push((targets::INFO.name, Selector::Parent(group.id.clone())));
        }
    });
    out.push(groups);
    out
}

/// What health checks to this port have found; none if there are none, or if they say nothing of what listens.
pub(super) fn sign(inputs: &Inputs, to: &Record, service: Service) -> Option<Sign> {
    if service.protocol != Protocol::Tcp {
        return None;
    }
    let address = to.get(&fields::PRIVATE_IP).as_ip().map(|ip| ip.to_string());
    let mut failed = None;
    for target in inputs.each(targets::INFO.name) {
        let group = inputs.each(target_groups::INFO.name).find(|g| targets::group_arn(target) == Some(g.id.as_str()));
        let Some(group) = group else { continue };
        // An address may be in use in another VPC, too.
        let near = group.get(&target_groups::VPC_ID).as_str() == instance::vpc_id(to);
        let id = targets::target_id(target);
        let mine = id == Some(to.id.as_str()) || (near && id.is_some() && id == address.as_deref());
        if !mine || targets::check_port(target) != Some(service.port) {
            continue;
        }
        let (name, asked) = (group.label(), target_groups::check_words(group));
        let reason = target.get(&targets::REASON_CODE).as_str().unwrap_or_default();
        match (targets::health(target), reason) {
            (Health::Healthy, _) => return Some(Sign::passed(format!("healthy in {name}: answers {asked}"))),
            (_, "Target.ResponseCodeMismatch") => {
                let said = target.get(&targets::REASON).as_str().unwrap_or("another code");
                return Some(Sign::passed(format!("answers health checks of {name} with {said}")));
            }
            (Health::Unhealthy | Health::UnhealthyDraining, "Target.FailedHealthChecks") => {
                let said = format!("health checks of {name} are refused or cut off: {asked} fails");
                failed = Some(Sign::failed(said));
            }
            _ => {}
        }
    }
    failed
}
