//! What can be done with images, as data: make one of an instance, copy, share, deregister.

mod copy;
mod create;
mod deregister;
mod share;
#[cfg(test)]
mod tests;

pub use copy::COPY;
pub use create::CREATE;
pub use deregister::DEREGISTER;
pub use share::SHARE;

use super::images;
use crate::base::Scope;
use crate::base::text::visible;
use crate::kinds::action::ActionContext;
use crate::kinds::plan_builder::live;
use crate::model::{Kind, TableKey};

const NAME: &str = "name";
const DESCRIPTION: &str = "description";

/// 3 to 128 characters: letters, digits and these.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html>
fn why_not_image_name(name: &str) -> Option<String> {
    const SIGNS: &str = "()[] ./-'@_";
    let n = name.chars().count();
    if !(3..=128).contains(&n) {
        return Some("Use 3 to 128 characters.".into());
    }
    let c = name.chars().find(|c| !(c.is_ascii_alphanumeric() || SIGNS.contains(*c)))?;
    Some(format!("{} is not allowed here: use letters, digits and {SIGNS}", visible(&c.to_string())))
}

/// Whether the region has an image of this name, as far as is known.
fn is_taken(cx: &ActionContext<'_>, scope: &Scope, name: &str) -> bool {
    let table = TableKey::all(scope.clone(), Kind(&images::INFO));
    cx.store.table(&table).into_iter().flat_map(live).any(|r| r.name == name)
}
