//! Hibernation at a launch: what AWS wants of the type, the image and the root volume, said at the field as far as it is known.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html>; EC2 refuses the rest with
//! `UnsupportedHibernationConfiguration`. Which images are made for it no field says.

use super::disks::Root;
use super::image::Image;
use super::names;
use crate::kinds::ec2::instance_types;
use crate::kinds::plan_builder::toggle;
use crate::model::{FormField, Record, Value, Values};

/// "Linux: must be less than 150 GiB."
const MOST_LINUX: f64 = 150.0;
/// "Windows: must be less than or equal to 16 GiB."
const MOST_WINDOWS: f64 = 16.0;

/// What it rests on, as far as it is known.
pub(super) struct Basis<'a> {
    /// The type's row.
    pub(super) ty: Option<&'a Record>,
    /// The image.
    pub(super) image: &'a Image,
    /// The root volume, unless it is left to a template.
    pub(super) root: Option<Root>,
    /// Whether it is a Spot Instance.
    pub(super) spot: bool,
}

/// The field.
pub(super) fn field(values: &Values, basis: &Basis<'_>) -> FormField {
    let help = "Lets stop save memory to the root volume. It cannot be enabled later, nor disabled.";
    let mut f = toggle(values, names::HIBERNATION, "Hibernation", help);
    if values.flag(names::HIBERNATION) {
        let memory = basis.ty.and_then(memory);
        f.error = why_not(basis, memory);
        if let Some(gib) = memory.filter(|_| f.error.is_none()) {
            f.facts = format!("{gib} GiB of the root volume are kept for memory.");
        }
    }
    f
}

fn memory(ty: &Record) -> Option<f64> {
    if let Value::Float(gib) = ty.get(&instance_types::MEMORY) { Some(*gib) } else { None }
}

fn why_not(basis: &Basis<'_>, memory: Option<f64>) -> Option<String> {
    if basis.spot {
        return Some(
            "A Spot Instance hibernates with a persistent request only, which this form does not make.".into(),
        );
    }
    if let Some(ty) = basis.ty
        && ty.get(&instance_types::HIBERNATION).as_bool() == Some(false)
    {
        return Some(format!("{} cannot hibernate: choose another type.", ty.id));
    }
    if let Some(gib) = memory {
        if basis.image.is_windows() && gib > MOST_WINDOWS {
            return Some(format!("Windows hibernates with up to {MOST_WINDOWS} GiB of memory; this type has {gib}."));
        }
        if gib >= MOST_LINUX {
            return Some(format!("It takes less than {MOST_LINUX} GiB of memory; this type has {gib}."));
        }
    }
    let root = basis.root.as_ref()?;
    if !root.encrypted {
        // EC2: "For hibernation, the root device volume must be encrypted."
        return Some("The root volume must be encrypted: set that in Disks.".into());
    }
    if !matches!(root.kind.as_str(), "gp2" | "gp3" | "io1" | "io2") {
        return Some(format!("The root volume must be gp2, gp3, io1 or io2, not {}.", root.kind));
    }
    #[expect(clippy::cast_precision_loss, reason = "65,536 GiB at most")]
    let size = root.gib.map(|gib| gib as f64);
    match (size, memory) {
        (Some(size), Some(gib)) if size <= gib => Some(format!(
            "The root volume must hold {gib} GiB of memory and what else is on it: it has {size} GiB; enlarge it in Disks."
        )),
        _ => None,
    }
}
