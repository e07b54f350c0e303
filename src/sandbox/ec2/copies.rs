//! CopySnapshot and CopyImage: sent in the region of the copy, and there for some time under way.

use std::time::Duration;

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::images::{check_name, unavailable};
use super::state::{Image, Snapshot, State, Tags};
use super::{client_token, tags};
use crate::base::Time;
use crate::sandbox::regions;
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::World;

/// Copies under way in a region. [AWS: Amazon EBS quotas, Concurrent snapshot copies per destination Region]
const AT_ONCE: usize = 20;

/// What a copy is encrypted with.
struct Encryption {
    wanted: bool,
    key: Option<ArcStr>,
}

/// # Errors
/// A key without encryption.
fn encryption(call: &Call<'_>) -> Result<Encryption, ApiError> {
    let wanted = call.params.bool("Encrypted")?.unwrap_or(false);
    let key = call.params.text("KmsKeyId").filter(|k| !k.is_empty());
    if key.is_some() && !wanted {
        let message = "The parameter KmsKeyId requires the parameter Encrypted to be set.";
        return Err(ApiError::new("InvalidParameterDependency", message));
    }
    let (region, account) = (&call.region, crate::sandbox::world::ACCOUNT);
    let key = key.map(|k| match k {
        arn if arn.starts_with("arn:") => arn.into(),
        alias if alias.starts_with("alias/") => arcstr::format!("arn:aws:kms:{region}:{account}:{alias}"),
        id => arcstr::format!("arn:aws:kms:{region}:{account}:key/{id}"),
    });
    Ok(Encryption { wanted, key })
}

impl Encryption {
    /// What is encrypted stays so; its own key stays within the region.
    fn of(&self, source: &Snapshot, same_region: bool) -> (bool, Option<ArcStr>) {
        let key = self.key.clone().or_else(|| source.kms_key.clone().filter(|_| same_region && !self.wanted));
        (self.wanted || source.encrypted, key)
    }
}

fn source_region<'p>(call: &'p Call<'_>) -> Result<&'p str, ApiError> {
    let region = call.params.required("SourceRegion")?;
    if regions::find(region).is_none() {
        let message = format!("Value ({region}) for parameter sourceRegion is invalid. Invalid region.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    Ok(region)
}

/// # Errors
/// `ResourceLimitExceeded`, if as many are under way as may be.
fn check_room(state: &State, more: usize, now: Time) -> Result<(), ApiError> {
    let under_way = state.snapshots.values().filter(|s| s.is_copy() && now < s.ready).count();
    if under_way + more > AT_ONCE {
        let message =
            format!("Too many snapshot copies in progress. The limit is {AT_ONCE} for this destination region.");
        return Err(ApiError::new("ResourceLimitExceeded", message));
    }
    Ok(())
}

/// A copy, as large as its source, which takes longer to another region.
fn copied(
    world: &mut World,
    call: &Call<'_>,
    source: &Snapshot,
    from: &str,
    encryption: &Encryption,
    description: String,
    tags: Tags,
) -> Snapshot {
    let id = world.new_id("snap");
    let same = from == call.region;
    let (low, high) = if same { (10.0, 30.0) } else { (30.0, 90.0) };
    let takes: Duration = world.random(&id, "copy").secs(low, high);
    let (encrypted, kms_key) = encryption.of(source, same);
    let made = Snapshot {
        id: id.clone(),
        volume: Snapshot::NO_VOLUME.into(),
        description: description.into(),
        owner: world.account.clone(),
        owner_alias: None,
        started: call.now,
        ready: call.now.plus(world.scaled(takes)),
        encrypted,
        kms_key,
        shared_with: Vec::new(),
        public: false,
        tags,
        ..source.clone()
    };
    world.region(&call.region).ec2.snapshots.insert(id, made.clone());
    made
}

/// CopySnapshot: a source that is not there, or may not be used, is found out only on the way: the copy comes to nothing.
pub(super) fn snapshot(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let p = &call.params;
    let tags = tags::of_specification(p, "snapshot")?;
    let from = source_region(call)?.to_string();
    // The AWS CLI and boto3 send a signed request and the region along, of which AWS needs neither any more. [AWS: CopySnapshot]
    let _ = p.text("PresignedUrl");
    if let Some(other) = p.text("DestinationRegion").filter(|r| *r != call.region) {
        let message = format!("Value ({other}) for parameter destinationRegion is invalid.");
        return Err(ApiError::new("InvalidParameterValue", message));
    }
    let id = p.required("SourceSnapshotId")?;
    if !super::checks::is_id("snap", id) {
        return Err(not_found("snap", id));
    }
    let encryption = encryption(call)?;
    let source = world.region(&from).ec2.snapshots.get(id).filter(|s| s.can_be_used_by(&account)).cloned();
    if let Some(s) = source.as_ref().filter(|s| s.state(call.now) != "completed") {
        let message = format!("Snapshot is in invalid state - {}", s.state(call.now));
        return Err(ApiError::new("IncorrectState", message));
    }
    check_room(&world.region(&call.region).ec2, 1, call.now)?;
    dry_run(call)?;
    let source = source.unwrap_or_else(|| Snapshot::missing(id, call.now));
    let description = p.text("Description").unwrap_or_default().to_string();
    let made = copied(world, call, &source, &from, &encryption, description, tags);
    Ok(call.answer(&Tree::map([
        ("SnapshotId", (&made.id).into()),
        ("Tags", (!made.tags.is_empty()).then(|| tags::tree(&made.tags)).into()),
    ])))
}

/// CopyImage: with all its snapshots, one's own from then on.
pub(super) fn image(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let p = &call.params;
    let (image_tags, snapshot_tags) = (tags::of_specification(p, "image")?, tags::of_specification(p, "snapshot")?);
    let from = source_region(call)?.to_string();
    let (id, name) = (p.required("SourceImageId")?, p.required("Name")?);
    check_name(name)?;
    let encryption = encryption(call)?;
    let copies_tags = p.bool("CopyImageTags")?.unwrap_or(false);
    let state = &world.region(&from).ec2;
    let source = state.images.get(id).ok_or_else(|| not_found("ami", id))?.clone();
    let mine = source.owner == account;
    if !mine && !source.public && !source.shared_with.contains(&account) {
        return Err(not_found("ami", id));
    }
    let mut snapshots = Vec::new();
    for snapshot in source.snapshots() {
        let found = state.snapshots.get(snapshot).filter(|s| s.can_be_used_by(&account));
        snapshots.push(found.cloned().ok_or_else(|| {
            ApiError::new("InvalidRequest", "You do not have permission to access the storage of this ami")
        })?);
    }
    if call.now < source.ready {
        return Err(unavailable(id));
    }
    check_room(&world.region(&call.region).ec2, snapshots.len(), call.now)?;
    let known = client_token::known(&world.region(&call.region).ec2, call)?;
    dry_run(call)?;
    if let Some(id) = known {
        return Ok(call.answer(&Tree::map([("ImageId", (&id).into())])));
    }
    let new = world.new_id("ami");
    let mut made = Vec::new();
    for s in &snapshots {
        let description = format!(
            "Copied for DestinationAmi {new} from SourceAmi {id} for SourceSnapshot {}. Task created on {}.",
            s.id,
            thousands(call.now.0)
        );
        made.push(copied(world, call, s, &from, &encryption, description, snapshot_tags.clone()));
    }
    let mut tags = if copies_tags && mine { source.tags.clone() } else { Tags::new() };
    for (key, value) in image_tags {
        match tags.iter_mut().find(|(k, _)| *k == key) {
            Some((_, v)) => *v = value,
            None => tags.push((key, value)),
        }
    }
    let ready = made.iter().map(|s| s.ready).max().unwrap_or(call.now);
    let others = source.others.iter().zip(made.iter().skip(1));
    let copy = Image {
        id: new.clone(),
        name: name.into(),
        description: p.text("Description").unwrap_or_default().into(),
        owner: world.account.clone(),
        owner_alias: None,
        public: false,
        snapshot: made.first().map(|s| s.id.clone()).unwrap_or_default(),
        others: others.map(|((device, _, size), s)| (device.clone(), s.id.clone(), *size)).collect(),
        created: Time::from_secs(call.now.secs()),
        ready,
        deprecated: None,
        shared_with: Vec::new(),
        copy_of: Some((from.as_str().into(), id.into())),
        tags,
        ..source
    };
    let state = &mut world.region(&call.region).ec2;
    state.images.insert(new.clone(), copy);
    client_token::remember(state, call, &new);
    Ok(call.answer(&Tree::map([("ImageId", (&new).into())])))
}

/// `1,619,014,345,331`.
fn thousands(n: i64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}
