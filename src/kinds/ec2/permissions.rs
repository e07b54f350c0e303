//! With whom images and snapshots are shared: two side tables, joined by id. One request for each row, asked for in the detail and for
//! plans; and one for whether the region lets anything be made public.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types as sdk;
use futures::future::BoxFuture;

use crate::aws::fault;
use crate::base::{Fault, FaultKind, RowId};
use crate::kinds::convert::{Converter, flag};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Operation, Service, Value};

/// `DescribeImageAttribute`.
pub static DESCRIBE_IMAGE_ATTRIBUTE: Operation = Operation::read(Service::Ec2, "DescribeImageAttribute");
/// `DescribeSnapshotAttribute`.
pub static DESCRIBE_SNAPSHOT_ATTRIBUTE: Operation = Operation::read(Service::Ec2, "DescribeSnapshotAttribute");
/// `GetImageBlockPublicAccessState`.
pub static GET_IMAGE_BLOCK_PUBLIC_ACCESS_STATE: Operation =
    Operation::read(Service::Ec2, "GetImageBlockPublicAccessState");
/// `GetSnapshotBlockPublicAccessState`.
pub static GET_SNAPSHOT_BLOCK_PUBLIC_ACCESS_STATE: Operation =
    Operation::read(Service::Ec2, "GetSnapshotBlockPublicAccessState");

/// The image's or snapshot's id.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The id of what is shared.");
/// Accounts, ARNs, and `all`.
pub const SHARED_WITH: FieldInfo = FieldInfo::list(
    "shared_with",
    "SHARED WITH",
    "Accounts, and ARNs of organizations, that can use it; all means everybody.",
);
/// Whether the region lets nothing be made public.
pub const BLOCKED: FieldInfo = FieldInfo::flag(
    "public_blocked",
    "PUBLIC BLOCKED",
    "Whether block public access is on in the region: then nothing more can be made public.",
);

/// Everybody, as the API calls it.
pub const ALL: &str = "all";

/// With whom images are shared.
pub static OF_IMAGES: KindInfo =
    KindInfo::new("image-permissions", "image's permission", "Permissions of images", &FIELDS)
        .doc("Who can launch your images, joined to them by id. Not known for other accounts' images.")
        .listed_by(&[&DESCRIBE_IMAGE_ATTRIBUTE, &GET_IMAGE_BLOCK_PUBLIC_ACCESS_STATE, &super::images::DESCRIBE_IMAGES])
        .sorted(&ID)
        .side();

/// With whom snapshots are shared.
pub static OF_SNAPSHOTS: KindInfo =
    KindInfo::new("snapshot-permissions", "snapshot's permission", "Permissions of snapshots", &FIELDS)
        .doc("Who can make volumes from your snapshots, joined to them by id. Not known for other accounts' snapshots.")
        .listed_by(&[
            &DESCRIBE_SNAPSHOT_ATTRIBUTE,
            &GET_SNAPSHOT_BLOCK_PUBLIC_ACCESS_STATE,
            &super::snapshots::DESCRIBE_SNAPSHOTS,
        ])
        .sorted(&ID)
        .side();

/// Permissions of images.
pub static KIND_OF_IMAGES: KindDef =
    KindDef { info: &OF_IMAGES, list: list_of_images, links: |_, _| Vec::new(), raw: None };
/// Permissions of snapshots.
pub static KIND_OF_SNAPSHOTS: KindDef =
    KindDef { info: &OF_SNAPSHOTS, list: list_of_snapshots, links: |_, _| Vec::new(), raw: None };

/// One image's or snapshot's permissions.
struct Permissions {
    id: RowId,
    with: Vec<String>,
    /// `None` = not said.
    blocked: Option<bool>,
}

static FIELDS: Fields<Permissions> = Fields(&[
    Field::id(ID),
    field(SHARED_WITH, |p, c| c.shared_list(p.with.iter().map(String::as_str))),
    field(BLOCKED, |p, _| flag(p.blocked)),
]);

static IMAGES: RowSpec<Permissions> = RowSpec::new(&OF_IMAGES, &FIELDS, |p| Some(&p.id));
static SNAPSHOTS: RowSpec<Permissions> = RowSpec::new(&OF_SNAPSHOTS, &FIELDS, |p| Some(&p.id));

impl Permissions {
    /// In an order of its own: AWS has none.
    fn new(id: RowId, with: impl IntoIterator<Item = String>, blocked: Option<bool>) -> Permissions {
        let mut with: Vec<String> = with.into_iter().collect();
        with.sort_unstable();
        with.dedup();
        Permissions { id, with, blocked }
    }
}

/// What belongs to others does not say with whom it is shared (AuthFailure), nor does what went between two calls.
fn is_not_said(fault: &Fault) -> bool {
    fault.code == "AuthFailure" || matches!(fault.kind, FaultKind::NotFound | FaultKind::Conflict)
}

fn list_of_images(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        let ids = match &request.what {
            What::Ids(ids) => ids.to_vec(),
            What::Everything => own_images(&client, &mut pages).await?,
        };
        pages.ask(&GET_IMAGE_BLOCK_PUBLIC_ACCESS_STATE).await?;
        // Who may not ask this is not kept from the rest.
        let state = client.get_image_block_public_access_state().send().await.ok();
        let blocked = state.and_then(|s| Some(s.image_block_public_access_state()? == "block-new-sharing"));
        for id in ids {
            pages.ask(&DESCRIBE_IMAGE_ATTRIBUTE).await?;
            let call = client.describe_image_attribute().image_id(id.as_str());
            let call = call.attribute(sdk::ImageAttributeName::LaunchPermission);
            let out = match call.send().await.map_err(|e| fault::of(&DESCRIBE_IMAGE_ATTRIBUTE, e)) {
                Ok(out) => out,
                Err(f) if is_not_said(&f) => continue,
                Err(f) => return Err(f),
            };
            let with = out.launch_permissions().iter().filter_map(|p| {
                let named = p.user_id().or(p.organization_arn()).or(p.organizational_unit_arn());
                Some(named.or(p.group().map(|g| g.as_str()))?.to_string())
            });
            pages.page(IMAGES.records([&Permissions::new(id, with, blocked)], &mut converter)).await?;
        }
        Ok(())
    })
}

fn list_of_snapshots(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    Box::pin(async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        let ids = match &request.what {
            What::Ids(ids) => ids.to_vec(),
            What::Everything => own_snapshots(&client, &mut pages).await?,
        };
        pages.ask(&GET_SNAPSHOT_BLOCK_PUBLIC_ACCESS_STATE).await?;
        let state = client.get_snapshot_block_public_access_state().send().await.ok();
        let blocked = state.and_then(|s| Some(s.state()?.as_str() != "unblocked"));
        for id in ids {
            pages.ask(&DESCRIBE_SNAPSHOT_ATTRIBUTE).await?;
            let call = client.describe_snapshot_attribute().snapshot_id(id.as_str());
            let call = call.attribute(sdk::SnapshotAttributeName::CreateVolumePermission);
            let out = match call.send().await.map_err(|e| fault::of(&DESCRIBE_SNAPSHOT_ATTRIBUTE, e)) {
                Ok(out) => out,
                Err(f) if is_not_said(&f) => continue,
                Err(f) => return Err(f),
            };
            let with = out
                .create_volume_permissions()
                .iter()
                .filter_map(|p| Some(p.user_id().or(p.group().map(|g| g.as_str()))?.to_string()));
            pages.page(SNAPSHOTS.records([&Permissions::new(id, with, blocked)], &mut converter)).await?;
        }
        Ok(())
    })
}

async fn own_images(client: &Client, pages: &mut Pages) -> Result<Vec<RowId>, Fault> {
    let mut ids = Vec::new();
    let call = |token| {
        let call = client.describe_images().owners("self").include_deprecated(true).include_disabled(true);
        call.max_results(super::listing::PAGE).set_next_token(token).send()
    };
    paged(pages, &super::images::DESCRIBE_IMAGES, call, |out| {
        ids.extend(out.images().iter().filter_map(|i| i.image_id().map(RowId::from)));
        (Vec::new(), out.next_token)
    })
    .await?;
    Ok(ids)
}

async fn own_snapshots(client: &Client, pages: &mut Pages) -> Result<Vec<RowId>, Fault> {
    let mut ids = Vec::new();
    let call = |token| {
        let call = client.describe_snapshots().owner_ids("self");
        call.max_results(super::listing::PAGE).set_next_token(token).send()
    };
    paged(pages, &super::snapshots::DESCRIBE_SNAPSHOTS, call, |out| {
        ids.extend(out.snapshots().iter().filter_map(|s| s.snapshot_id().map(RowId::from)));
        (Vec::new(), out.next_token)
    })
    .await?;
    Ok(ids)
}

/// A row's list, as it reads in a comparison: [`Value::Empty`] is nobody.
pub(super) fn shared_with(row: &crate::model::Record) -> Vec<arcstr::ArcStr> {
    if *row.get(&SHARED_WITH) == Value::Empty { Vec::new() } else { row.get(&SHARED_WITH).items() }
}
