//! Names and tags of balancers, target groups, listeners and rules.

use std::collections::BTreeMap;

use super::describe::tagged;
use super::errors::{Outcome, missing, validation};
use super::render;
use crate::sandbox::wire::{ApiError, Call, Params, Reply};
use crate::sandbox::world::World;

/// `Tags` of a create operation.
pub(super) fn tags_of(params: &Params) -> Outcome<BTreeMap<String, String>> {
    let mut out = BTreeMap::new();
    for tag in params.list("Tags") {
        let key = tag.text("Key").filter(|k| !k.is_empty()).ok_or_else(|| missing("Key"))?;
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(validation(format!("Tag key '{key}' cannot start with the reserved prefix 'aws:'")));
        }
        if out.insert(key.to_string(), tag.text("Value").unwrap_or_default().to_string()).is_some() {
            return Err(ApiError::new("DuplicateTagKeys", format!("A tag key was specified more than once: '{key}'")));
        }
    }
    if out.len() > 50 {
        return Err(ApiError::new("TooManyTags", "The maximum number of tags per resource is 50"));
    }
    Ok(out)
}

/// Names of balancers and target groups: up to 32 letters, digits and hyphens, none at the ends.
pub(super) fn check_name(name: &str, noun: &str) -> Outcome<()> {
    if name.is_empty() || name.len() > 32 {
        return Err(validation(format!("{noun} name '{name}' cannot be longer than '32' characters")));
    }
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
        return Err(validation(format!(
            "{noun} name '{name}' can only contain characters that are alphanumeric characters and hyphens(-)"
        )));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Err(validation(format!("{noun} name '{name}' cannot begin or end with '-'")));
    }
    Ok(())
}

/// `Name` of a create operation.
pub(super) fn name_of(params: &Params) -> Outcome<&str> {
    params.text("Name").ok_or_else(|| missing("Name"))
}

pub(super) fn add_tags(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let (arns, tags) = (tagged(state, call)?, tags_of(&call.params)?);
    if tags.is_empty() {
        return Err(missing("Tags"));
    }
    for arn in arns {
        state.tags.entry(arn).or_default().extend(tags.clone());
    }
    Ok(call.query(render::nothing))
}

pub(super) fn remove_tags(world: &mut World, call: &Call<'_>) -> Outcome<Reply> {
    let state = &mut world.region(&call.region).elbv2;
    let arns = tagged(state, call)?;
    let keys = call.params.texts("TagKeys");
    if keys.is_empty() {
        return Err(missing("TagKeys"));
    }
    for arn in arns {
        if let Some(tags) = state.tags.get_mut(&arn) {
            tags.retain(|k, _| !keys.contains(&k.as_str()));
        }
    }
    Ok(call.query(render::nothing))
}
