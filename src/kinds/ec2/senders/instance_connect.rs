//! Lets a key in for a minute.

use futures::future::FutureExt;

use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Operation, Retry, Service};

/// `SendSSHPublicKey`: "The key remains for 60 seconds." Sent again, the same key remains for a minute from then, which is what was wanted.
/// <https://docs.aws.amazon.com/ec2-instance-connect/latest/APIReference/API_SendSSHPublicKey.html>
pub static SEND_SSH_PUBLIC_KEY: Sender = Sender {
    op: Operation::write(Service::InstanceConnect, "SendSSHPublicKey", Retry::Safe).letting_in(),
    send: |s| send_ssh_public_key(s).boxed(),
};

async fn send_ssh_public_key(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (id, user, key) = (args.text("InstanceId")?, args.text("InstanceOSUser")?, args.text("SSHPublicKey")?);
    args.end()?;
    let client = s.gateway.instance_connect(&s.call.scope).await?;
    let request = client.send_ssh_public_key().instance_id(id).instance_os_user(user).ssh_public_key(key);
    let out = deliver!(s, request)?;
    if !out.success() {
        let op = s.call.op;
        let fault = Fault::new(FaultKind::Unknown, "The key was not taken, and AWS gave no reason.");
        return Err(fault.of(op.service.sdk_id(), op.name));
    }
    Ok(sent(out.request_id(), String::new()))
}
