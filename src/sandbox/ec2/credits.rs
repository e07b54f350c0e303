//! CPU credit specifications of burstable instances.

use super::checks::dry_run;
use super::client_token;
use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::Tags;
use super::state::instance::Instance;
use super::types;
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::World;

/// DescribeInstanceCreditSpecifications: of burstable instances that are unlimited, or of those that are named. One that is named and is not
/// burstable is an error; its code and words are this sandbox's own.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let burstable = |i: &Instance| types::find(&i.instance_type).is_some_and(|t| t.burstable);
    let ids = wanted(&state.instances, call, "InstanceId", "i")?;
    if let Some(i) = ids.iter().filter_map(|id| state.instances.get(*id)).find(|i| !burstable(i)) {
        return Err(not_burstable(i));
    }
    let filters = Filters::read(&call.params, &["instance-id"])?;
    let page = Page::read(&call.params, 5, 1000)?;
    let none = Tags::new();
    let (found, next) = page.cut(&state.instances, |i| {
        // Without ids, those that are unlimited.
        let chosen = match ids.is_empty() {
            true => burstable(i) && !i.state.is_ending() && mode(i) == UNLIMITED,
            false => ids.contains(&i.id.as_str()),
        };
        chosen
            && filters.pass(&none, |name, out| {
                if name == "instance-id" {
                    out.push(i.id.as_str().into());
                }
            })
    });
    let shown = found.into_iter().map(|i| Tree::map([("InstanceId", (&i.id).into()), ("CpuCredits", mode(i).into())]));
    Ok(call.answer(&Tree::map([
        ("InstanceCreditSpecifications", shown.collect::<Vec<_>>().into()),
        ("NextToken", next.into()),
    ])))
}

pub(super) const UNLIMITED: &str = "unlimited";
const STANDARD: &str = "standard";

/// What was chosen, or what each family has unless an account says otherwise.
pub(super) fn mode(i: &Instance) -> &str {
    let own = if i.instance_type.starts_with("t2.") { STANDARD } else { UNLIMITED };
    i.credits.as_deref().unwrap_or(own)
}

fn not_burstable(i: &Instance) -> ApiError {
    let message =
        format!("The instance '{}' of type {} is not a burstable performance instance.", i.id, i.instance_type);
    ApiError::new("InvalidParameterCombination", message)
}

/// ModifyInstanceCreditSpecification: what cannot be changed is named beside what was.
pub(super) fn modify(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let wanted: Vec<(String, String)> = call
        .params
        .list("InstanceCreditSpecification")
        .iter()
        .map(|item| {
            let text = |name: &str| item.text(name).unwrap_or_default().to_string();
            (text("InstanceId"), text("CpuCredits"))
        })
        .collect();
    if wanted.is_empty() {
        let message = "The request must contain the parameter InstanceCreditSpecification";
        return Err(ApiError::new("MissingParameter", message));
    }
    if let Some((_, bad)) = wanted.iter().find(|(_, mode)| !matches!(mode.as_str(), STANDARD | UNLIMITED)) {
        let message =
            format!("Value ({bad}) for parameter cpuCredits is invalid. Valid values are standard and unlimited.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    dry_run(call)?;
    let state = &mut world.region(&call.region).ec2;
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    // The same request again is no other one.
    client_token::known(state, call)?;
    if let Some((first, _)) = wanted.first() {
        client_token::remember(state, call, &first.as_str().into());
    }
    for (id, mode) in wanted {
        let refused = match state.instances.get_mut(id.as_str()) {
            None => Some(("InvalidInstanceID.NotFound", format!("The instance ID '{id}' does not exist"))),
            Some(i) if i.state.is_ending() => Some((
                "IncorrectInstanceState",
                format!("The instance '{id}' is not in a state in which it can be modified."),
            )),
            Some(i) if !types::find(&i.instance_type).is_some_and(|t| t.burstable) => {
                Some(("InstanceCreditSpecification.NotSupported", not_burstable(i).message))
            }
            Some(i) => {
                i.credits = Some(mode.as_str().into());
                None
            }
        };
        match refused {
            None => done.push(Tree::map([("InstanceId", id.into())])),
            Some((code, message)) => {
                let error = Tree::map([("Code", code.into()), ("Message", message.into())]);
                failed.push(Tree::map([("InstanceId", id.into()), ("Error", error)]));
            }
        }
    }
    Ok(call.answer(&Tree::map([
        ("SuccessfulInstanceCreditSpecifications", done.into()),
        ("UnsuccessfulInstanceCreditSpecifications", failed.into()),
    ])))
}
