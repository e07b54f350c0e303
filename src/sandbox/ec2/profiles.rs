//! Associations of instances with IAM instance profiles.

use std::collections::BTreeMap;

use arcstr::ArcStr;

use super::filter::Filters;
use super::page::Page;
use super::state::Tags;
use super::state::instance::{Instance, InstanceState};
use crate::sandbox::wire::{ApiError, Call, Reply};
use crate::sandbox::world::World;

/// DescribeIamInstanceProfileAssociations.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let association = |i: &Instance| i.id.replace("i-", "iip-assoc-");
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
