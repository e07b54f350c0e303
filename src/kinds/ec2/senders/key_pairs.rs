//! Creates, imports and deletes key pairs.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::primitives::Blob;
use futures::future::FutureExt;

use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Operation, Retry, Service};

/// `CreateKeyPair`: the private key is in the answer and nowhere else, so it is sent once.
pub static CREATE_KEY_PAIR: Sender = Sender {
    op: Operation::write(Service::Ec2, "CreateKeyPair", Retry::Never)
        .with_dry_run()
        .with_outputs(&["KeyPairId", "KeyMaterial"]),
    send: |s| create_key_pair(s).boxed(),
};

async fn create_key_pair(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (name, ty, format) = (args.text("KeyName")?, args.text("KeyType")?, args.text("KeyFormat")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.create_key_pair().key_name(name).key_type(ty.as_str().into());
    let request = request.key_format(format.as_str().into()).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let answer = sent(out.request_id(), out.key_pair_id().unwrap_or_default().to_string());
    Ok(answer.with("KeyPairId", out.key_pair_id()).with_secret("KeyMaterial", out.key_material()))
}

/// `ImportKeyPair`: sent twice, the second is refused (InvalidKeyPair.Duplicate).
pub static IMPORT_KEY_PAIR: Sender = Sender {
    op: Operation::write(Service::Ec2, "ImportKeyPair", Retry::Never).with_dry_run().with_outputs(&["KeyPairId"]),
    send: |s| import_key_pair(s).boxed(),
};

async fn import_key_pair(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (name, key) = (args.text("KeyName")?, args.blob("PublicKeyMaterial")?);
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.import_key_pair().key_name(name).public_key_material(Blob::new(key)).set_dry_run(dry);
    let out = deliver!(s, request)?;
    let answer = sent(out.request_id(), out.key_pair_id().unwrap_or_default().to_string());
    Ok(answer.with("KeyPairId", out.key_pair_id()))
}

/// `DeleteKeyPair`: of one that is not there EC2 says the same.
pub static DELETE_KEY_PAIR: Sender = Sender {
    op: Operation::write(Service::Ec2, "DeleteKeyPair", Retry::Safe).with_dry_run(),
    send: |s| delete_key_pair(s).boxed(),
};

async fn delete_key_pair(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let name = args.text("KeyName")?;
    args.end()?;
    let dry = s.dry_run()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.delete_key_pair().key_name(name).set_dry_run(dry);
    let out = deliver!(s, request)?;
    Ok(sent(out.request_id(), String::new()))
}
