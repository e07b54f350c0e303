//! Who may launch an image, and who may make volumes of a snapshot: their attributes, and block public access.

use arcstr::ArcStr;

use super::checks::{dry_run, not_found};
use super::images::{check_owner, unavailable};
use super::state::{Image, Snapshot, State};
use crate::sandbox::wire::{ApiError, Call, Params, Reply, Tree};
use crate::sandbox::world::World;

fn invalid(message: String) -> ApiError {
    ApiError::new("InvalidParameterValue", message)
}

fn own_image<'s>(state: &'s State, account: &ArcStr, call: &Call<'_>) -> Result<&'s Image, ApiError> {
    let id = call.params.required("ImageId")?;
    let image = state.images.get(id).ok_or_else(|| not_found("ami", id))?;
    check_owner(image, account)?;
    Ok(image)
}

fn own_snapshot<'s>(state: &'s State, account: &ArcStr, call: &Call<'_>) -> Result<&'s Snapshot, ApiError> {
    let id = call.params.required("SnapshotId")?;
    let snapshot = state.snapshots.get(id).filter(|s| s.can_be_used_by(account));
    let snapshot = snapshot.ok_or_else(|| not_found("snap", id))?;
    if snapshot.owner != *account {
        return Err(ApiError::new("AuthFailure", format!("Not authorized for snapshot '{id}'")));
    }
    Ok(snapshot)
}

/// Whom a request adds and takes away, and whether it does so with everybody.
#[derive(Default)]
struct Change {
    add: Vec<ArcStr>,
    remove: Vec<ArcStr>,
    public: Option<bool>,
}

impl Change {
    /// Either way in which a request may say it: `PREFIX.Add.N.UserId`, or `OperationType` with `UserId.N` and `UserGroup.N`.
    fn read(p: &Params, prefix: &str, organizations: bool) -> Result<Change, ApiError> {
        let mut change = Change::default();
        for (verb, adds) in [("Add", true), ("Remove", false)] {
            for one in p.list(&format!("{prefix}.{verb}")) {
                change.group(one.text("Group"), adds)?;
                change.account(one.text("UserId"), adds)?;
                for name in ["OrganizationArn", "OrganizationalUnitArn"] {
                    change.arn(one.text(name).filter(|_| organizations), adds)?;
                }
            }
        }
        let adds = match p.text("OperationType") {
            None => return Ok(change),
            Some("add") => true,
            Some("remove") => false,
            Some(other) => {
                return Err(invalid(format!("Value ({other}) for parameter operationType is invalid.")));
            }
        };
        for group in p.texts("UserGroup") {
            change.group(Some(group), adds)?;
        }
        for user in p.texts("UserId") {
            change.account(Some(user), adds)?;
        }
        for name in ["OrganizationArn", "OrganizationalUnitArn"].iter().filter(|_| organizations) {
            for arn in p.texts(name) {
                change.arn(Some(arn), adds)?;
            }
        }
        Ok(change)
    }
    fn group(&mut self, group: Option<&str>, adds: bool) -> Result<(), ApiError> {
        match group {
            None => {}
            Some("all") => self.public = Some(adds),
            Some(other) => {
                let message = format!("Invalid attribute item value \"{other}\" for UserGroup item type.");
                return Err(ApiError::new("InvalidAMIAttributeItemValue", message));
            }
        }
        Ok(())
    }
    fn account(&mut self, account: Option<&str>, adds: bool) -> Result<(), ApiError> {
        let Some(account) = account else { return Ok(()) };
        if account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()) {
            let message = format!("Invalid attribute item value \"{account}\" for userId item type.");
            return Err(ApiError::new("InvalidAMIAttributeItemValue", message));
        }
        self.named(account, adds);
        Ok(())
    }
    fn arn(&mut self, arn: Option<&str>, adds: bool) -> Result<(), ApiError> {
        let Some(arn) = arn else { return Ok(()) };
        if !(arn.starts_with("arn:aws") && arn.contains(":organizations:")) {
            return Err(invalid(format!("Value ({arn}) for parameter organizationArn is invalid.")));
        }
        self.named(arn, adds);
        Ok(())
    }
    fn named(&mut self, who: &str, adds: bool) {
        if adds { self.add.push(who.into()) } else { self.remove.push(who.into()) }
    }
    fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty() && self.public.is_none()
    }
    fn shares(&self) -> bool {
        !self.add.is_empty() || self.public == Some(true)
    }
    fn apply(self, with: &mut Vec<ArcStr>, public: &mut bool) {
        with.retain(|w| !self.remove.contains(w));
        for who in self.add {
            if !with.contains(&who) {
                with.push(who);
            }
        }
        *public = self.public.unwrap_or(*public);
    }
}

/// ModifyImageAttribute: one attribute a request.
pub(super) fn modify_image(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let p = &call.params;
    let state = &mut world.region(&call.region).ec2;
    let image = own_image(state, &account, call)?;
    let id = image.id.clone();
    if call.now < image.ready {
        return Err(unavailable(&id));
    }
    let attribute = p.text("Attribute");
    let description = p
        .text("Description.Value")
        .or(p.text("Description"))
        .or_else(|| p.text("Value").filter(|_| attribute == Some("description")));
    let change = Change::read(p, "LaunchPermission", true)?;
    match (attribute, description.is_some(), change.is_empty()) {
        (Some(other), ..) if !matches!(other, "description" | "launchPermission") => {
            return Err(invalid(format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.")));
        }
        (_, true, false) => {
            let message = "Fields for multiple attribute types specified";
            return Err(ApiError::new("InvalidParameterCombination", message));
        }
        (_, false, true) => {
            return Err(ApiError::new("InvalidParameterCombination", "No attributes specified."));
        }
        _ => {}
    }
    let behind: Vec<&Snapshot> = image.snapshots().filter_map(|s| state.snapshots.get(s)).collect();
    if change.public == Some(true) && behind.iter().any(|s| s.encrypted) {
        let message = "Encrypted snapshots can't be shared publicly. Specify another snapshot.";
        return Err(ApiError::new("UnsupportedOperation", message));
    }
    if change.shares() && behind.iter().any(|s| s.encrypted && s.kms_key.is_none()) {
        let message = "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.";
        return Err(ApiError::new("InvalidParameter", message));
    }
    if change.public == Some(true) && !image.public && !state.public_images_allowed {
        let message = "You can't publicly share this image because block public access for AMIs is enabled for this account. \
                       To publicly share the image, you must call the DisableImageBlockPublicAccess API.";
        return Err(ApiError::new("OperationNotPermitted", message));
    }
    dry_run(call)?;
    if let Some(image) = state.images.get_mut(&id) {
        if let Some(text) = description {
            image.description = text.into();
        }
        change.apply(&mut image.shared_with, &mut image.public);
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// DescribeImageAttribute: of the account's own images.
pub(super) fn describe_image(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let image = own_image(state, &account, call)?;
    let attribute = call.params.required("Attribute")?;
    let value = |text: &str| Tree::map([("Value", text.into())]);
    let (member, tree) = match attribute {
        "launchPermission" => ("LaunchPermissions", permissions(&image.shared_with, image.public)),
        "description" => ("Description", value(&image.description)),
        "imdsSupport" => ("ImdsSupport", value("v2.0")),
        "bootMode" => ("BootMode", value(if image.architecture == "arm64" { "uefi" } else { "uefi-preferred" })),
        "deregistrationProtection" => ("DeregistrationProtection", value("disabled")),
        "productCodes" => ("ProductCodes", Tree::List(Vec::new())),
        "kernel" | "ramdisk" | "sriovNetSupport" | "tpmSupport" | "uefiData" | "lastLaunchedTime" => {
            ("LaunchPermissions", Tree::Null)
        }
        "blockDeviceMapping" => {
            return Err(ApiError::new("AuthFailure", "Unauthorized attempt to access restricted resource"));
        }
        other => {
            return Err(invalid(format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.")));
        }
    };
    Ok(call.answer(&Tree::map([("ImageId", (&image.id).into()), (member, tree)])))
}

/// ResetImageAttribute: nobody else may launch it any more.
pub(super) fn reset_image(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &mut world.region(&call.region).ec2;
    let id = own_image(state, &account, call)?.id.clone();
    check_resettable(call, "launchPermission")?;
    dry_run(call)?;
    if let Some(image) = state.images.get_mut(&id) {
        image.shared_with.clear();
        image.public = false;
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

fn check_resettable(call: &Call<'_>, only: &str) -> Result<(), ApiError> {
    match call.params.required("Attribute")? {
        attribute if attribute == only => Ok(()),
        other => {
            Err(invalid(format!("Value ({other}) for parameter attribute is invalid. The attribute cannot be reset.")))
        }
    }
}

fn permissions(with: &[ArcStr], public: bool) -> Tree {
    let one = |who: &ArcStr| {
        let member = match who.as_str() {
            arn if arn.contains(":ou/") => "OrganizationalUnitArn",
            arn if arn.starts_with("arn:") => "OrganizationArn",
            _ => "UserId",
        };
        Tree::map([(member, who.into())])
    };
    let all = public.then(|| Tree::map([("Group", "all".into())]));
    Tree::List(all.into_iter().chain(with.iter().map(one)).collect())
}

/// ModifySnapshotAttribute: adds or takes away, not both.
pub(super) fn modify_snapshot(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let p = &call.params;
    let state = &mut world.region(&call.region).ec2;
    let snapshot = own_snapshot(state, &account, call)?;
    let id = snapshot.id.clone();
    if let Some(other) = p.text("Attribute").filter(|a| *a != "createVolumePermission") {
        return Err(invalid(format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.")));
    }
    let change = Change::read(p, "CreateVolumePermission", false)?;
    if change.is_empty() {
        return Err(ApiError::new("InvalidParameterCombination", "No attributes specified."));
    }
    if change.shares() && (!change.remove.is_empty() || change.public == Some(false)) {
        let message = "Only one of add or remove may be specified in a request.";
        return Err(ApiError::new("InvalidParameterCombination", message));
    }
    if change.shares() && snapshot.encrypted && (snapshot.kms_key.is_none() || change.public == Some(true)) {
        let message = match change.public {
            Some(true) => "Encrypted snapshots cannot be shared publicly",
            _ => "Encrypted snapshots with EBS default key cannot be shared",
        };
        return Err(ApiError::new("OperationNotPermitted", message));
    }
    dry_run(call)?;
    if let Some(s) = state.snapshots.get_mut(&id) {
        change.apply(&mut s.shared_with, &mut s.public);
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

/// DescribeSnapshotAttribute: of the account's own snapshots.
pub(super) fn describe_snapshot(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &world.region(&call.region).ec2;
    let snapshot = own_snapshot(state, &account, call)?;
    let (member, tree) = match call.params.required("Attribute")? {
        "createVolumePermission" => ("CreateVolumePermissions", permissions(&snapshot.shared_with, snapshot.public)),
        "productCodes" => ("ProductCodes", Tree::List(Vec::new())),
        other => {
            return Err(invalid(format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.")));
        }
    };
    Ok(call.answer(&Tree::map([("SnapshotId", (&snapshot.id).into()), (member, tree)])))
}

/// ResetSnapshotAttribute: nobody else may make volumes of it any more.
pub(super) fn reset_snapshot(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let account = world.account.clone();
    let state = &mut world.region(&call.region).ec2;
    let id = own_snapshot(state, &account, call)?.id.clone();
    check_resettable(call, "createVolumePermission")?;
    dry_run(call)?;
    if let Some(s) = state.snapshots.get_mut(&id) {
        s.shared_with.clear();
        s.public = false;
    }
    Ok(call.ec2(|x| x.el("return", true)))
}

fn block_state(allowed: bool) -> Tree {
    (if allowed { "unblocked" } else { "block-new-sharing" }).into()
}

/// GetImageBlockPublicAccessState.
pub(super) fn public_images(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    dry_run(call)?;
    let allowed = world.region(&call.region).ec2.public_images_allowed;
    Ok(call
        .answer(&Tree::map([("ImageBlockPublicAccessState", block_state(allowed)), ("ManagedBy", "account".into())])))
}

/// EnableImageBlockPublicAccess. What is public stays so.
pub(super) fn block_public_images(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let wanted = call.params.required("ImageBlockPublicAccessState")?;
    if wanted != "block-new-sharing" {
        let message = format!("Value ({wanted}) for parameter imageBlockPublicAccessState is invalid.");
        return Err(invalid(message));
    }
    set_public_images(world, call, false)
}

/// DisableImageBlockPublicAccess.
pub(super) fn allow_public_images(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    set_public_images(world, call, true)
}

fn set_public_images(world: &mut World, call: &Call<'_>, allowed: bool) -> Result<Reply, ApiError> {
    dry_run(call)?;
    world.region(&call.region).ec2.public_images_allowed = allowed;
    Ok(call.answer(&Tree::map([("ImageBlockPublicAccessState", block_state(allowed))])))
}

/// GetSnapshotBlockPublicAccessState: it is never on here.
pub(super) fn public_snapshots(_: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    dry_run(call)?;
    Ok(call.answer(&Tree::map([("State", "unblocked".into()), ("ManagedBy", "account".into())])))
}
