//! What several subjects look at: stopped instances, whose account it is, and what launches instances.

use std::time::Duration;

use arcstr::ArcStr;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Waste;
use crate::base::Time;
use crate::kinds::autoscaling::auto_scaling_groups::fields::{LAUNCH_TEMPLATE, LAUNCH_TEMPLATE_VERSION};
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::launch_template_versions::{self as versions, DEFAULT, IMAGE_ID, SECURITY_GROUP_IDS, VERSION};
use crate::kinds::ec2::vpcs::OWNER;
use crate::kinds::ec2::{security_groups, template_fields};
use crate::kinds::prices::{self, Prices};
use crate::model::{Inputs, Record, Value};

/// A snapshot or an image that is younger may be wanted yet: a quarter outlasts monthly backups and releases.
pub(super) const OLD: Duration = Duration::from_secs(90 * 24 * 3600);

/// How a template's image begins that a parameter of Systems Manager names.
const PARAMETER: &str = "resolve:ssm:";
/// How it begins where the parameter is AWS's: then the image is not one's own.
const PUBLIC_PARAMETER: &str = "resolve:ssm:/aws/service/";

/// See the module's doc.
pub(super) struct Facts<'a> {
    pub(super) inputs: &'a Inputs,
    pub(super) prices: Option<Prices>,
    pub(super) stopped: FxHashMap<&'a str, &'a Record>,
    /// The account of these tables; `None`: that is not known.
    pub(super) own: Option<&'a str>,
    /// What is launched.
    pub(super) launched: Launched<'a>,
}

/// What templates and Auto Scaling groups launch.
pub(super) struct Launched<'a> {
    /// Whether the tables that say it are read in full.
    pub(super) whole: bool,
    /// Images of versions that are default or latest, or that an Auto Scaling group names.
    pub(super) images: FxHashSet<&'a str>,
    /// Security groups of all versions.
    pub(super) groups: FxHashSet<ArcStr>,
    /// Snapshots of all versions.
    pub(super) snapshots: FxHashSet<ArcStr>,
    /// Rows because of which it is not known, and why.
    pub(super) doubts: Vec<(&'a Record, String)>,
}

impl<'a> Facts<'a> {
    pub(super) fn of(inputs: &'a Inputs) -> Facts<'a> {
        let stopped = inputs.rows("instances").iter().filter(|i| instance::state(i) == InstanceState::Stopped);
        Facts {
            inputs,
            prices: prices::of(&inputs.scope),
            stopped: stopped.map(|i| (i.id.as_str(), &**i)).collect(),
            own: own(inputs),
            launched: launched(inputs),
        }
    }
    /// Whether all of these are read in full.
    pub(super) fn are_whole(&self, kinds: &[&str]) -> bool {
        kinds.iter().all(|kind| self.inputs.is_whole(kind))
    }
    /// Whether it is so old that it is looked at.
    pub(super) fn is_old(&self, made: &Value) -> bool {
        made.as_time().is_some_and(|t: Time| self.inputs.now.since(t) >= OLD)
    }
    /// Whether it belongs to the account of these tables.
    pub(super) fn is_own(&self, owner: Option<&str>) -> bool {
        self.own.is_some() && self.own == owner
    }
    /// What could not be judged, a line for each reason.
    pub(super) fn doubts(&self, all: &mut Vec<Waste>) {
        if self.launched.whole {
            all.extend(self.launched.doubts.iter().map(|(row, why)| Waste::not_judged(row, why)));
        }
    }
}

/// Whose the default groups of VPCs are: no other account's can be seen, since they cannot be shared.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-sharing.html>
fn own(inputs: &Inputs) -> Option<&str> {
    let default = |g: &&std::sync::Arc<Record>| g.get(&security_groups::IS_DEFAULT) == &Value::Bool(true);
    let mut owners = inputs.rows("security-groups").iter().filter(default).map(|g| g.get(&OWNER).as_str());
    let first = owners.next()??;
    owners.all(|o| o == Some(first)).then_some(first)
}

/// Whether AWS Backup or Data Lifecycle Manager keeps it, and deletes it in its time.
/// <https://docs.aws.amazon.com/ebs/latest/userguide/dlm-elements.html>
pub(super) fn is_kept_by_a_policy(row: &Record) -> bool {
    row.tags.iter().any(|(key, _)| key.starts_with("aws:backup:") || key.starts_with("aws:dlm:"))
}

fn launched(inputs: &Inputs) -> Launched<'_> {
    let whole = inputs.is_whole("launch-template-versions") && inputs.is_whole("auto-scaling-groups");
    let mut out = Launched {
        whole,
        images: FxHashSet::default(),
        groups: FxHashSet::default(),
        snapshots: FxHashSet::default(),
        doubts: Vec::new(),
    };
    let all = inputs.rows("launch-template-versions");
    // Groups name templates by name, or by id.
    let ids = all.iter().filter_map(|v| v.get(&versions::TEMPLATE_ID).as_str());
    let templates: FxHashSet<&str> = all.iter().map(|v| v.name.as_str()).chain(ids).collect();
    let mut pinned: FxHashSet<(&str, i64)> = FxHashSet::default();
    for group in inputs.rows("auto-scaling-groups") {
        let Some(template) = group.get(&LAUNCH_TEMPLATE).as_str() else { continue };
        let version = group.get(&LAUNCH_TEMPLATE_VERSION).as_str().and_then(|v| v.parse().ok());
        match (templates.contains(template), version) {
            (true, Some(version)) => drop(pinned.insert((template, version))),
            (true, None) => {}
            (false, _) => {
                let why = format!("what {template} launches is not read: images and groups are not judged");
                out.doubts.push((group, why));
            }
        }
    }
    for version in all {
        out.groups.extend(version.get(&SECURITY_GROUP_IDS).items());
        out.snapshots.extend(template_fields::disks_of(version).into_iter().filter_map(|d| d.snapshot));
        let number = version.get(&VERSION).as_int().unwrap_or_default();
        let id = version.get(&versions::TEMPLATE_ID).as_str().unwrap_or_default();
        let state = version.get(&DEFAULT).as_str().unwrap_or_default();
        let is_launched = state.contains("default")
            || state.contains("latest")
            || pinned.contains(&(id, number))
            || pinned.contains(&(version.name.as_str(), number));
        let Some(image) = version.get(&IMAGE_ID).as_str().filter(|_| is_launched) else { continue };
        if image.starts_with(PARAMETER) && !image.starts_with(PUBLIC_PARAMETER) {
            let why = format!("its image is what {image} says: images are not judged");
            out.doubts.push((version, why));
        }
        out.images.insert(image);
    }
    out
}
