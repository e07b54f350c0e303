//! Elastic Load Balancing's changing operations, each with what sends it: a request built from a call's arguments, exactly.

use aws_sdk_elasticloadbalancingv2::operation::RequestId;
use aws_sdk_elasticloadbalancingv2::types::TargetDescription;
use futures::future::FutureExt;

use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Arg, Operation, Retry, Service};

/// `RegisterTargets`.
pub static REGISTER_TARGETS: Sender =
    Sender { op: Operation::write(Service::Elbv2, "RegisterTargets", Retry::Safe), send: |s| register(s).boxed() };

async fn register(s: Outgoing) -> Result<Answer, Fault> {
    let (arn, targets) = read(&s)?;
    s.dry_run()?;
    let client = s.gateway.elbv2(&s.call.scope).await?;
    let request = client.register_targets().target_group_arn(arn).set_targets(Some(targets));
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `DeregisterTargets`.
pub static DEREGISTER_TARGETS: Sender =
    Sender { op: Operation::write(Service::Elbv2, "DeregisterTargets", Retry::Safe), send: |s| deregister(s).boxed() };

async fn deregister(s: Outgoing) -> Result<Answer, Fault> {
    let (arn, targets) = read(&s)?;
    s.dry_run()?;
    let client = s.gateway.elbv2(&s.call.scope).await?;
    let request = client.deregister_targets().target_group_arn(arn).set_targets(Some(targets));
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

fn read(s: &Outgoing) -> Result<(String, Vec<TargetDescription>), Fault> {
    let mut args = Args::of(&s.call);
    let arn = args.text("TargetGroupArn")?;
    let targets = args.list("Targets", target)?;
    args.end()?;
    Ok((arn, targets))
}

fn target(arg: &Arg) -> Option<TargetDescription> {
    let Arg::Map(members) = arg else { return None };
    let mut out = TargetDescription::builder();
    for (name, value) in members {
        out = match *name {
            "Id" => out.id(value.as_str()?),
            "AvailabilityZone" => out.availability_zone(value.as_str()?),
            "Port" => out.port(i32::try_from(value.as_int()?).ok()?),
            _ => return None,
        };
    }
    let out = out.build();
    out.id().is_some().then_some(out)
}

/// `DeleteLoadBalancer`. Deleting what is gone succeeds.
pub static DELETE_LOAD_BALANCER: Sender = Sender {
    op: Operation::write(Service::Elbv2, "DeleteLoadBalancer", Retry::Safe),
    send: |s| delete_balancer(s).boxed(),
};

async fn delete_balancer(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let arn = args.text("LoadBalancerArn")?;
    args.end()?;
    s.dry_run()?;
    let client = s.gateway.elbv2(&s.call.scope).await?;
    let out = deliver!(s, client.delete_load_balancer().load_balancer_arn(arn))?;
    Ok(sent(out.request_id(), String::new()))
}
