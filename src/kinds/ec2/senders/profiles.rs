//! Associates instances with IAM instance profiles. None of these has a dry run.

use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types::{IamInstanceProfileAssociation, IamInstanceProfileSpecification};
use futures::future::FutureExt;

use super::launch::profile;
use crate::base::Fault;
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, deliver, sent};
use crate::model::{Operation, Retry, Service};

/// The id of the association that was made.
pub const ASSOCIATION_ID: &str = "IamInstanceProfileAssociation.AssociationId";

/// `AssociateIamInstanceProfile`: sent twice, the second is refused (IncorrectState). Whoever gives a role to an instance has to be
/// allowed to pass it on. <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html>
pub static ASSOCIATE_IAM_INSTANCE_PROFILE: Sender = Sender {
    op: Operation::write(Service::Ec2, "AssociateIamInstanceProfile", Retry::Never)
        .with_outputs(&[ASSOCIATION_ID])
        .with_iam(&["ec2:AssociateIamInstanceProfile", "iam:PassRole"]),
    send: |s| associate(s).boxed(),
};

async fn associate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (id, profile) = (args.text("InstanceId")?, specification(&mut args)?);
    args.end()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.associate_iam_instance_profile().instance_id(id).iam_instance_profile(profile);
    let out = deliver!(s, request)?;
    Ok(answer(out.request_id(), out.iam_instance_profile_association()))
}

/// `ReplaceIamInstanceProfileAssociation`, of a running instance: the association gets another id, so the second time there is none.
pub static REPLACE_IAM_INSTANCE_PROFILE: Sender = Sender {
    op: Operation::write(Service::Ec2, "ReplaceIamInstanceProfileAssociation", Retry::Never)
        .with_outputs(&[ASSOCIATION_ID])
        .with_iam(&["ec2:ReplaceIamInstanceProfileAssociation", "iam:PassRole"]),
    send: |s| replace(s).boxed(),
};

async fn replace(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (id, profile) = (args.text("AssociationId")?, specification(&mut args)?);
    args.end()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let request = client.replace_iam_instance_profile_association().association_id(id).iam_instance_profile(profile);
    let out = deliver!(s, request)?;
    Ok(answer(out.request_id(), out.iam_instance_profile_association()))
}

/// `DisassociateIamInstanceProfile`: sent twice, the second is refused (InvalidAssociationID.NotFound).
pub static DISASSOCIATE_IAM_INSTANCE_PROFILE: Sender = Sender {
    op: Operation::write(Service::Ec2, "DisassociateIamInstanceProfile", Retry::Never),
    send: |s| disassociate(s).boxed(),
};

async fn disassociate(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let id = args.text("AssociationId")?;
    args.end()?;
    let client = s.gateway.ec2(&s.call.scope).await?;
    let out = deliver!(s, client.disassociate_iam_instance_profile().association_id(id))?;
    Ok(answer(out.request_id(), out.iam_instance_profile_association()))
}

fn specification(args: &mut Args<'_>) -> Result<IamInstanceProfileSpecification, Fault> {
    args.structure("IamInstanceProfile", &["Arn", "Name"], profile)
}

fn answer(request: Option<&str>, association: Option<&IamInstanceProfileAssociation>) -> Answer {
    let state = association.and_then(|a| a.state()).map_or_else(String::new, |s| s.as_str().to_string());
    sent(request, state).with(ASSOCIATION_ID, association.and_then(|a| a.association_id()))
}
