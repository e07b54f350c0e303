//! Associations of instances with IAM instance profiles. There is no IAM here: any profile is one.

use std::collections::BTreeMap;

use arcstr::ArcStr;

use super::checks::not_found;
use super::filter::Filters;
use super::page::Page;
use super::state::Tags;
use super::state::instance::{Instance, InstanceState};
use crate::sandbox::wire::{ApiError, Call, Params, Reply, Xml};
use crate::sandbox::world::World;

/// DescribeIamInstanceProfileAssociations.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let association = |i: &Instance| association_of(i).to_string();
    let all: BTreeMap<ArcStr, (&Instance, &ArcStr)> = state
        .instances
        .values()
        .filter(|i| i.state != InstanceState::Terminated)
        .filter_map(|i| Some((association(i).into(), (i, i.iam_profile.as_ref()?))))
        .collect();
    let ids = call.params.texts("AssociationId");
    if let Some(unknown) = ids.iter().find(|id| !all.contains_key(**id)) {
        let message = format!("An invalid association-id of '{unknown}' was given");
        return Err(ApiError::new("NoSuchAssociation", message));
    }
    let filters = Filters::read(&call.params, &["instance-id", "state"])?;
    let page = Page::read(&call.params, 5, 1000)?;
    let none = Tags::new();
    let (found, next) = page.cut(&all, |(i, _)| {
        (ids.is_empty() || ids.contains(&association(i).as_str()))
            && filters.pass(&none, |name, out| {
                out.push(if name == "state" { "associated".into() } else { i.id.as_str().into() });
            })
    });
    Ok(call.ec2(|x| {
        x.list("iamInstanceProfileAssociationSet", "item", found, |x, (i, arn)| {
            x.el("associationId", association(i));
            x.el("instanceId", &i.id);
            x.nest("iamInstanceProfile", |x| super::describe::profile(x, arn));
            x.el("state", "associated");
        });
        x.opt("nextToken", next);
    }))
}

/// The id of an instance's association.
fn association_of(i: &Instance) -> ArcStr {
    i.profile_association.clone().unwrap_or_else(|| i.id.replace("i-", "iip-assoc-").into())
}

/// The profile that a request names, as an ARN.
fn profile_of(p: &Params, account: &str) -> Result<ArcStr, ApiError> {
    match (p.text("IamInstanceProfile.Arn"), p.text("IamInstanceProfile.Name")) {
        (Some(_), Some(_)) => {
            let message =
                "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'";
            Err(ApiError::new("InvalidParameterCombination", message))
        }
        (Some(arn), None) if arn.starts_with("arn:aws:iam::") && arn.contains(":instance-profile/") => Ok(arn.into()),
        (Some(arn), None) => {
            let message = format!(
                "Value ({arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"
            );
            Err(ApiError::new("InvalidParameterValue", message))
        }
        (None, Some(name)) if !name.is_empty() => Ok(arcstr::format!("arn:aws:iam::{account}:instance-profile/{name}")),
        (None, _) => {
            Err(ApiError::new("MissingParameter", "The request must contain the parameter IamInstanceProfile"))
        }
    }
}

fn show(x: &mut Xml, (id, instance, arn): (&str, &str, &str), state: &str) {
    x.nest("iamInstanceProfileAssociation", |x| {
        x.el("associationId", id);
        x.el("instanceId", instance);
        x.nest("iamInstanceProfile", |x| super::describe::profile(x, arn));
        x.el("state", state);
    });
}

/// AssociateIamInstanceProfile.
pub(super) fn associate(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let id: ArcStr = call.params.required("InstanceId")?.into();
    let arn = profile_of(&call.params, &account)?;
    let i = world.region(&call.region).ec2.instances.get(&id).ok_or_else(|| not_found("i", &id))?;
    if !matches!(i.state, InstanceState::Running | InstanceState::Stopped) {
        let message = format!("The instance '{id}' is not in the 'running' or 'stopped' states.");
        return Err(ApiError::new("IncorrectInstanceState", message));
    }
    if i.iam_profile.is_some() {
        let message = format!("There is an existing association for instance {id}");
        return Err(ApiError::new("IncorrectState", message));
    }
    let new = world.new_id("iip-assoc");
    set(world, call, &id, Some((arn.clone(), new.clone())));
    Ok(call.ec2(|x| show(x, (&new, &id, &arn), "associating")))
}

/// The instance of an association, with its profile.
fn associated(world: &mut World, call: &Call<'_>) -> Result<(ArcStr, ArcStr, ArcStr), ApiError> {
    let id = call.params.required("AssociationId")?;
    let instances = world.region(&call.region).ec2.instances.values();
    let mut alive = instances.filter(|i| i.state != InstanceState::Terminated);
    let found = alive.find(|i| i.iam_profile.is_some() && association_of(i) == id);
    found.and_then(|i| Some((association_of(i), i.id.clone(), i.iam_profile.clone()?))).ok_or_else(|| {
        ApiError::new("InvalidAssociationID.NotFound", format!("An invalid association-id of '{id}' was given"))
    })
}

fn set(world: &mut World, call: &Call<'_>, instance: &str, profile: Option<(ArcStr, ArcStr)>) {
    if let Some(i) = world.region(&call.region).ec2.instances.get_mut(instance) {
        (i.iam_profile, i.profile_association) = profile.unzip();
    }
}

/// DisassociateIamInstanceProfile.
pub(super) fn disassociate(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let (id, instance, arn) = associated(world, call)?;
    set(world, call, &instance, None);
    Ok(call.ec2(|x| show(x, (&id, &instance, &arn), "disassociating")))
}

/// ReplaceIamInstanceProfileAssociation, of a running instance: the association gets another id.
pub(super) fn replace(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let (_, instance, _) = associated(world, call)?;
    let arn = profile_of(&call.params, &account)?;
    let state = world.region(&call.region).ec2.instances.get(&instance).map(|i| i.state);
    if state != Some(InstanceState::Running) {
        let message = format!("The instance '{instance}' is not in the 'running' state.");
        return Err(ApiError::new("IncorrectInstanceState", message));
    }
    let new = world.new_id("iip-assoc");
    set(world, call, &instance, Some((arn.clone(), new.clone())));
    Ok(call.ec2(|x| show(x, (&new, &instance, &arn), "associating")))
}
