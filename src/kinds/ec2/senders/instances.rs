//! Starts, stops, reboots, changes and terminates instances.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::primitives::{Blob, DateTime};
use aws_sdk_ec2::types::{
    AttributeBooleanValue, AttributeValue, CancelledSpotInstanceRequest, InstanceCreditSpecificationRequest,
    InstanceStateChange, SecureBlobAttributeValue,
};
use futures::future::FutureExt;

use crate::base::{Fault, FaultKind, Reached, Time};
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Arg, Operation, Retry, Service};

/// `StartInstances`.
pub static START_INSTANCES: Sender = Sender {
    op: Operation::write(Service::Ec2, "StartInstances", Retry::Safe).with_dry_run(),
    send: |s| start(s).boxed(),
};

async fn start(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.start_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let out = match deliver!(s, request) {
        Ok(out) => out,
        Err(fault) => return Err(Box::pin(super::capacity::explain(&client, None, fault)).await),
    };
    Ok(sent(out.request_id(), changes(out.starting_instances())))
}

/// `StopInstances`.
pub static STOP_INSTANCES: Sender = Sender {
    op: Operation::write(Service::Ec2, "StopInstances", Retry::Safe).with_dry_run(),
    send: |s| stop(s).boxed(),
};

async fn stop(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    let (force, hibernate) = (args.flag("Force")?, args.flag("Hibernate")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.stop_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let request = request.set_force(force).set_hibernate(hibernate);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), changes(out.stopping_instances())))
}

/// `RebootInstances`: sent twice, it reboots twice.
pub static REBOOT_INSTANCES: Sender = Sender {
    op: Operation::write(Service::Ec2, "RebootInstances", Retry::Never).with_dry_run(),
    send: |s| reboot(s).boxed(),
};

async fn reboot(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.reboot_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `TerminateInstances`.
pub static TERMINATE_INSTANCES: Sender = Sender {
    op: Operation::write(Service::Ec2, "TerminateInstances", Retry::Safe).with_dry_run(),
    send: |s| terminate(s).boxed(),
};

async fn terminate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("InstanceIds")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.terminate_instances().set_instance_ids(Some(ids)).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), changes(out.terminating_instances())))
}

/// `ModifyInstanceAttribute`: one attribute of one instance.
pub static MODIFY_INSTANCE_ATTRIBUTE: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifyInstanceAttribute", Retry::Safe).with_dry_run(),
    send: |s| modify(s).boxed(),
};

async fn modify(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let id = args.text("InstanceId")?;
    // One attribute a request.
    let value = |a: &Arg| match a {
        Arg::Map(members) if members.len() == 1 => a.member("Value").cloned(),
        _ => None,
    };
    let ty = args.maybe("InstanceType", |a| value(a)?.as_str().map(str::to_string))?;
    let data = args.maybe("UserData", |a| value(a)?.as_bytes().cloned())?;
    let groups = args.maybe_list("Groups", |a| a.as_str().map(str::to_string))?;
    let (termination, stop) = (args.maybe("DisableApiTermination", switch)?, args.maybe("DisableApiStop", switch)?);
    let source_dest = args.maybe("SourceDestCheck", switch)?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let ty = ty.map(|ty| AttributeValue::builder().value(ty).build());
    // The SDK encodes it.
    let data = data.map(|bytes| SecureBlobAttributeValue::builder().value(Blob::new(bytes)).build());
    let request = client.modify_instance_attribute().instance_id(id).set_instance_type(ty).set_user_data(data);
    let request = request.set_groups(groups).set_disable_api_termination(termination).set_disable_api_stop(stop);
    let request = request.set_source_dest_check(source_dest);
    let out = deliver!(s, request.set_dry_run(dry))?;
    Ok(sent(out.request_id(), String::new()))
}

/// `{Value: true}`, and nothing else in it.
pub(super) fn switch(arg: &Arg) -> Option<AttributeBooleanValue> {
    let Arg::Map(members) = arg else { return None };
    let on = arg.member("Value")?.as_bool()?;
    (members.len() == 1).then(|| AttributeBooleanValue::builder().value(on).build())
}

/// `ModifyInstanceMetadataOptions`: what is left out stays as it is.
pub static MODIFY_INSTANCE_METADATA_OPTIONS: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifyInstanceMetadataOptions", Retry::Safe).with_dry_run(),
    send: |s| modify_metadata(s).boxed(),
};

async fn modify_metadata(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let id = args.text("InstanceId")?;
    let (tokens, endpoint) = (args.maybe_text("HttpTokens")?, args.maybe_text("HttpEndpoint")?);
    let (hops, tags) = (args.maybe_int("HttpPutResponseHopLimit")?, args.maybe_text("InstanceMetadataTags")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.modify_instance_metadata_options().instance_id(id);
    let request = request.set_http_tokens(tokens.as_deref().map(Into::into));
    let request = request.set_http_endpoint(endpoint.as_deref().map(Into::into));
    let request = request.set_http_put_response_hop_limit(hops);
    let request = request.set_instance_metadata_tags(tags.as_deref().map(Into::into));
    let out = deliver!(s, request.set_dry_run(dry))?;
    let state = out.instance_metadata_options().and_then(|o| o.state());
    Ok(sent(out.request_id(), state.map_or_else(String::new, |s| s.as_str().to_string())))
}

/// `ModifyInstanceEventStartTime`: the same time twice is the same.
pub static MODIFY_INSTANCE_EVENT_START_TIME: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifyInstanceEventStartTime", Retry::Safe).with_dry_run(),
    send: |s| move_event(s).boxed(),
};

async fn move_event(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (id, event, start) = (args.text("InstanceId")?, args.text("InstanceEventId")?, args.text("NotBefore")?);
    args.end()?;
    let start = Time::parse(&start).ok_or_else(|| Fault::bug("a start that is no moment"))?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.modify_instance_event_start_time().instance_id(id).instance_event_id(event);
    let request = request.not_before(DateTime::from_millis(start.0)).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}

/// `ModifyInstanceCreditSpecification`: of one instance; what AWS could not change it names in its answer, which is a failure.
pub static MODIFY_INSTANCE_CREDIT_SPECIFICATION: Sender = Sender {
    op: Operation::write(Service::Ec2, "ModifyInstanceCreditSpecification", Retry::Safe).with_dry_run(),
    send: |s| modify_credits(s).boxed(),
};

async fn modify_credits(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let wanted = args.list("InstanceCreditSpecifications", |item| {
        let text = |name: &str| item.member(name)?.as_str().map(str::to_string);
        let request = InstanceCreditSpecificationRequest::builder();
        Some(request.instance_id(text("InstanceId")?).cpu_credits(text("CpuCredits")?).build())
    })?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.modify_instance_credit_specification().set_instance_credit_specifications(Some(wanted));
    let out = deliver!(s, request.set_dry_run(dry))?;
    if let Some(item) = out.unsuccessful_instance_credit_specifications().first() {
        let error = item.error();
        let message = error.and_then(|e| e.message()).unwrap_or("AWS has not changed it and does not say why.");
        let code = error.and_then(|e| e.code()).map_or("", |c| c.as_str());
        let op = s.call.op;
        let fault = Fault::new(FaultKind::Conflict, message).of(op.service.sdk_id(), op.name);
        return Err(fault.code(code).reached(Reached::Answered));
    }
    Ok(sent(out.request_id(), String::new()))
}

/// `CancelSpotInstanceRequests`: sent twice, the second changes nothing.
pub static CANCEL_SPOT_INSTANCE_REQUESTS: Sender = Sender {
    op: Operation::write(Service::Ec2, "CancelSpotInstanceRequests", Retry::Safe).with_dry_run(),
    send: |s| cancel_spot(s).boxed(),
};

async fn cancel_spot(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let ids = args.texts("SpotInstanceRequestIds")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.cancel_spot_instance_requests().set_spot_instance_request_ids(Some(ids)).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let said = |r: &CancelledSpotInstanceRequest| {
        let state = r.state().map_or("unknown", |s| s.as_str());
        format!("{}: {state}", r.spot_instance_request_id().unwrap_or_default())
    };
    let text: Vec<String> = out.cancelled_spot_instance_requests().iter().map(said).collect();
    Ok(sent(out.request_id(), text.join(", ")))
}

/// `i-1: running → stopping, i-2: …`.
fn changes(all: &[InstanceStateChange]) -> String {
    let one = |c: &InstanceStateChange| {
        let name = |s: Option<&aws_sdk_ec2::types::InstanceState>| {
            s.and_then(|s| s.name()).map_or("unknown", |n| n.as_str()).to_string()
        };
        format!("{}: {} → {}", c.instance_id().unwrap_or_default(), name(c.previous_state()), name(c.current_state()))
    };
    all.iter().map(one).collect::<Vec<_>>().join(", ")
}
