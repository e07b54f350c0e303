//! CPU credit specifications of burstable instances.

use super::filter::Filters;
use super::network::wanted;
use super::page::Page;
use super::state::Tags;
use super::types;
use crate::sandbox::wire::{ApiError, Call, Reply};
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
    Ok(call.ec2(|x| {
        x.list("instanceCreditSpecificationSet", "item", found, |x, i| {
            x.el("instanceId", &i.id);
            // What each family has unless an account says otherwise.
            x.el("cpuCredits", if i.instance_type.starts_with("t2.") { "standard" } else { "unlimited" });
        });
        x.opt("nextToken", next);
    }))
}
