//! CPU credit specifications of burstable instances.

use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::Tags;
use super::types;
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::World;

/// DescribeInstanceCreditSpecifications: of running and stopped burstable instances, or of those that are named.
pub(super) fn describe(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let state = &world.region(&call.region).ec2;
    let ids = wanted(&state.instances, call, "InstanceId", "i")?;
    let filters = Filters::read(&call.params, &["instance-id"])?;
    let page = Page::read(&call.params, 5, 1000)?;
    let none = Tags::new();
    let (found, next) = page.cut(&state.instances, |i| {
        let burstable = types::find(&i.instance_type).is_some_and(|t| t.burstable);
        let chosen = if ids.is_empty() { burstable && !i.state.is_ending() } else { ids.contains(&i.id.as_str()) };
        chosen
            && filters.pass(&none, |name, out| {
                if name == "instance-id" {
                    out.push(i.id.as_str().into());
                }
            })
    });
    let shown = found.into_iter().map(|i| {
        // What each family has unless an account says otherwise.
        let credits = if i.instance_type.starts_with("t2.") { "standard" } else { "unlimited" };
        Tree::map([("InstanceId", (&i.id).into()), ("CpuCredits", credits.into())])
    });
    Ok(call.answer(&Tree::map([
        ("InstanceCreditSpecifications", shown.collect::<Vec<_>>().into()),
        ("NextToken", next.into()),
    ])))
}
