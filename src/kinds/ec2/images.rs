//! Machine images: your own and those that others have shared with one; anybody else's only where AWS is asked for them by owner or id.

use std::collections::HashSet;

use arcstr::ArcStr;
use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::filters::filters;
use super::listing::{MOST_IDS, PAGE, PREVIEW, tags};
use super::permissions;
use crate::aws::fault;
use crate::base::{Fault, RowId, Scope, Time};
use crate::kinds::convert::{Converter, batches, flag};
use crate::kinds::listing::{KindDef, ListRequest, Pages, What};
use crate::kinds::paging::paged;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Service, Tone, Value};

/// `DescribeImages`.
pub static DESCRIBE_IMAGES: Operation = Operation::read(Service::Ec2, "DescribeImages");

/// The image's own name, not the tag `Name`.
pub const NAME: FieldInfo = FieldInfo::text(
    "name",
    "NAME",
    "The image's name, unique per owner: anybody can use any name, so check the owner too.",
)
.unique()
.shown(0)
.cells(16, 60)
.searched_by("name");
/// `ami-…`.
pub const ID: FieldInfo = FieldInfo::id("id", "ID", "The image id.")
    .unique()
    .shown(2)
    .cells(11, 21)
    .aka(&["image_id"])
    .asked_by("image-id")
    .finds_others();
/// pending, available, …
pub const STATE: FieldInfo = FieldInfo::state(
    "state",
    "STATE",
    "pending, available, disabled, deregistered, invalid, transient, failed or error.",
)
.shown(1)
.cells(8, 12)
.asked_by("state");
/// `x86_64`, `arm64`…
pub const ARCHITECTURE: FieldInfo = FieldInfo::text(
    "architecture",
    "ARCH",
    "x86_64, arm64, i386, x86_64_mac or arm64_mac: the instance type must support it.",
)
.shown(2)
.cells(6, 10)
.aka(&["arch"])
.asked_by("architecture");
/// What is in it, for billing.
pub const PLATFORM: FieldInfo = FieldInfo::text(
    "platform",
    "PLATFORM",
    "What its instances are billed as: Linux/UNIX, Red Hat Enterprise Linux, Windows…",
)
.shown(4)
.cells(10, 28)
.aka(&["platform_details"]);
/// amazon, aws-marketplace, or none.
pub const OWNER_ALIAS: FieldInfo = FieldInfo::text(
    "owner_alias",
    "ALIAS",
    "amazon or aws-marketplace, which only AWS can set; none for other accounts.",
)
.spare(1)
.cells(6, 16)
.asked_by("owner-alias")
.finds_others();
/// The owner's account.
pub const OWNER_ID: FieldInfo = FieldInfo::text(
    "owner_id",
    "OWNER",
    "The owner's account: 137112412989 is Amazon's, 099720109477 Canonical's, 136693071363 Debian's.",
)
.shown(3)
.cells(12, 12)
.aka(&["owner"])
.asked_by("owner-id")
.finds_others();
/// When it was made.
pub const CREATED: FieldInfo =
    FieldInfo::age("created", "AGE", "When it was created.").unique().shown(1).aka(&["age", "creation_date"]);
/// GiB that the root volume has at least.
pub const ROOT_SIZE: FieldInfo =
    FieldInfo::int("root_size_gib", "ROOT", "The smallest root volume that holds its snapshot.")
        .unit("GiB")
        .shown(5)
        .aka(&["root_size"]);
/// deprecated, if its time is past.
pub const DEPRECATED: FieldInfo = FieldInfo::state(
    "deprecated",
    "DEPRECATED",
    "deprecated, if its deprecation date has passed: it still starts, but its owner recommends a newer one.",
)
.shown(5)
.cells(10, 10);
/// When it is deprecated.
pub const DEPRECATION: FieldInfo = FieldInfo::date("deprecation", "DEPRECATION", "When it becomes deprecated.")
    .cells(16, 20)
    .aka(&["deprecation_time"]);
/// What it is for.
pub const DESCRIPTION: FieldInfo =
    FieldInfo::text("description", "DESCRIPTION", "The owner's description.").shown(6).cells(11, 60);
/// Whether everybody may launch it.
pub const PUBLIC: FieldInfo = FieldInfo::flag("public", "PUBLIC", "Whether every AWS account can launch it.")
    .cells(6, 6)
    .aka(&["is_public"])
    .asked_by("is-public");
/// `/dev/xvda`, `/dev/sda1`.
pub const ROOT_DEVICE: FieldInfo =
    FieldInfo::text("root_device", "ROOT DEVICE", "The root device's name.").cells(11, 14).aka(&["root_device_name"]);
/// ebs or instance-store.
pub const ROOT_DEVICE_TYPE: FieldInfo =
    FieldInfo::text("root_device_type", "ROOT TYPE", "ebs or instance-store.").spare(2).named_only().cells(9, 14);
/// Each disk with size, type and snapshot.
pub const DISKS: FieldInfo =
    FieldInfo::list("disks", "DISKS", "The disks that its instances get, each with device, size, type and snapshot.")
        .unique()
        .cells(8, 80)
        .section("storage");
/// GiB of all disks.
pub const SIZE: FieldInfo =
    FieldInfo::int("size_gib", "SIZE", "The size of its EBS disks together: a copy takes at most that much.")
        .unit("GiB")
        .aka(&["size"])
        .section("storage");
/// Whether a disk is encrypted.
pub const ENCRYPTED: FieldInfo = FieldInfo::flag(
    "encrypted",
    "ENCRYPTED",
    "Whether one of its disks is encrypted. Then it cannot be public, and can be shared only if you use a KMS key of \
     your own.",
)
.cells(9, 9)
.section("storage");
/// The snapshots behind it.
pub const SNAPSHOTS: FieldInfo = FieldInfo::list("snapshots", "SNAPSHOTS", "The snapshots its disks are made from.")
    .unique()
    .cells(9, 44)
    .aka(&["snapshot"])
    .links_to("snapshots")
    .section("storage");
/// hvm or paravirtual.
pub const VIRTUALIZATION: FieldInfo =
    FieldInfo::text("virtualization", "VIRT", "hvm or paravirtual.").named_only().cells(5, 11).section("hardware");
/// legacy-bios, uefi, uefi-preferred.
pub const BOOT_MODE: FieldInfo = FieldInfo::text("boot_mode", "BOOT", "legacy-bios, uefi or uefi-preferred.")
    .named_only()
    .cells(8, 14)
    .section("hardware");
/// Whether it has the driver of enhanced networking.
pub const ENA: FieldInfo = FieldInfo::flag("ena", "ENA", "Whether it has the driver for enhanced networking.")
    .section("hardware")
    .aka(&["ena_support"]);
/// Whether instances of it require IMDSv2.
pub const IMDS: FieldInfo =
    FieldInfo::text("imds", "IMDS", "v2.0, if its instances require IMDSv2 unless the launch says otherwise.")
        .named_only()
        .cells(4, 5)
        .section("hardware")
        .aka(&["imds_support"]);
/// When an instance was last launched from it.
pub const LAST_LAUNCHED: FieldInfo =
    FieldInfo::age("last_launched", "LAUNCHED", "When an instance was last launched from it; up to a day late.")
        .spare(3)
        .unique()
        .cells(8, 8);
/// Whether it is free in the free tier.
pub const FREE_TIER: FieldInfo = FieldInfo::flag("free_tier", "FREE TIER", "Whether it is in the free tier.")
    .cells(9, 9)
    .aka(&["free_tier_eligible"]);
/// The instance that it was made of.
pub const SOURCE_INSTANCE: FieldInfo =
    FieldInfo::id("source_instance", "OF INSTANCE", "The instance it was made from.")
        .cells(11, 21)
        .links_to("instances");
/// The image that it was copied from.
pub const SOURCE_IMAGE: FieldInfo =
    FieldInfo::id("source_image", "COPY OF", "The image it was copied from.").cells(11, 21);
/// The region of that.
pub const SOURCE_REGION: FieldInfo =
    FieldInfo::text("source_region", "COPY FROM", "The region it was copied from.").cells(9, 16);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("images", "image", "Images", &FIELDS)
    .doc(
        "Machine images (AMIs): your own and those shared with you. Others are listed only by a query: \
         owner_alias=amazon name=al2023-ami-2023.*, owner_id=099720109477, id=ami-….",
    )
    .beyond(
        "Others' images are listed by a query: owner_alias=amazon name=al2023-ami-2023.*, owner_id=099720109477 \
         (Ubuntu), id=ami-….",
    )
    .aliases(&["ami", "amis", "image"])
    .ids("ami-")
    .listed_by(&[&DESCRIBE_IMAGES])
    .sorted_down(&CREATED)
    .transitional(&["pending", "transient"]);

/// Images.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static STATES: States = States(&[
    ("pending", Tone::Busy),
    ("available", Tone::Good),
    ("disabled", Tone::Idle),
    ("deregistered", Tone::Idle),
    ("transient", Tone::Busy),
    ("invalid", Tone::Bad),
    ("failed", Tone::Bad),
    ("error", Tone::Bad),
]);

static FIELDS: Fields<sdk::Image> = Fields(&[
    Field::name(NAME),
    Field::state(STATE),
    field(CREATED, |i, _| moment(i.creation_date())),
    field(ARCHITECTURE, |i, c| c.said(i.architecture().map(|a| a.as_str()))),
    Field::id(ID),
    field(OWNER_ID, |i, c| c.said(i.owner_id())),
    field(PLATFORM, |i, c| c.said(i.platform_details())),
    field(ROOT_SIZE, |i, _| root(i).and_then(|d| d.volume_size()).map_or(Value::Unknown, |n| Value::Int(n.into()))),
    field(DEPRECATED, deprecated),
    field(DESCRIPTION, |i, c| c.text(i.description())),
    field(OWNER_ALIAS, |i, c| c.text(i.image_owner_alias())),
    field(DEPRECATION, |i, _| moment(i.deprecation_time())),
    field(PUBLIC, |i, _| flag(i.public())),
    field(FREE_TIER, |i, _| flag(i.free_tier_eligible())),
    field(ROOT_DEVICE, |i, c| c.text(i.root_device_name())),
    field(ROOT_DEVICE_TYPE, |i, c| c.said(i.root_device_type().map(|t| t.as_str()))),
    field(DISKS, |i, _| Value::list(i.block_device_mappings().iter().map(disk))),
    field(SIZE, |i, _| {
        let sizes: Option<Vec<i32>> = disks(i).map(sdk::EbsBlockDevice::volume_size).collect();
        sizes.map_or(Value::Unknown, |sizes| Value::Int(sizes.into_iter().map(i64::from).sum()))
    }),
    field(ENCRYPTED, |i, _| {
        let all: Vec<Option<bool>> = disks(i).map(sdk::EbsBlockDevice::encrypted).collect();
        match all.contains(&Some(true)) {
            true => Value::Bool(true),
            false if all.contains(&None) => Value::Unknown,
            false => Value::Bool(false),
        }
    }),
    field(SNAPSHOTS, |i, _| {
        let disks = i.block_device_mappings().iter().filter_map(|d| d.ebs()?.snapshot_id());
        Value::list(disks.map(ArcStr::from))
    }),
    field(VIRTUALIZATION, |i, c| c.said(i.virtualization_type().map(|t| t.as_str()))),
    field(BOOT_MODE, |i, c| c.text(i.boot_mode().map(|m| m.as_str()))),
    field(ENA, |i, _| flag(i.ena_support())),
    field(IMDS, |i, c| c.text(i.imds_support().map(|s| s.as_str()))),
    field(SOURCE_INSTANCE, |i, _| Value::opt(i.source_instance_id())),
    field(SOURCE_IMAGE, |i, _| Value::opt(i.source_image_id())),
    field(SOURCE_REGION, |i, c| c.text(i.source_image_region())),
    field(
        FieldInfo::text("state_reason", "REASON", "The reason for its state, if AWS gives one.").cells(8, 60),
        |i, c| c.text(i.state_reason().and_then(|r| r.message())),
    ),
    field(
        FieldInfo::text(
            "deregistration_protection",
            "PROTECTED",
            "Deregistration protection: disabled, enabled-with-cooldown or enabled-without-cooldown.",
        )
        .named_only()
        .cells(9, 25),
        |i, c| c.text(i.deregistration_protection()),
    ),
    field(LAST_LAUNCHED, |i, _| moment(i.last_launched_time())),
    field(
        FieldInfo::text("tpm", "TPM", "v2.0, if instances of it have NitroTPM.").named_only().section("hardware"),
        |i, c| c.text(i.tpm_support().map(|t| t.as_str())),
    ),
    field(
        FieldInfo::text("usage_operation", "USAGE", "The billing code of its instances, e.g. RunInstances:0002.")
            .named_only()
            .cells(8, 24),
        |i, c| c.text(i.usage_operation()),
    ),
    field(
        FieldInfo::list("product_codes", "PRODUCT CODES", "AWS Marketplace products in it, which may cost more.")
            .cells(13, 40),
        |i, c| c.shared_list(i.product_codes().iter().filter_map(|p| p.product_code_id())),
    ),
    field(
        FieldInfo::text("ssm_parameter", "PARAMETER", "The public SSM parameter that names the newest such image.")
            .cells(9, 70),
        |i, _| Value::opt(i.public_ssm_parameter_name()),
    ),
    field(
        FieldInfo::text("location", "LOCATION", "Owner and name, or the place of its manifest.").unique().cells(8, 60),
        |i, _| Value::opt(i.image_location()),
    ),
    Field::side(
        permissions::SHARED_WITH
            .cells(11, 60)
            .on_demand("image-permissions", permissions::SHARED_WITH.name)
            .section("sharing"),
    ),
    Field::side(
        permissions::BLOCKED.cells(14, 14).on_demand("image-permissions", permissions::BLOCKED.name).section("sharing"),
    ),
]);

static ROWS: RowSpec<sdk::Image> = RowSpec::new(&INFO, &FIELDS, |i| i.image_id())
    .named(|i| i.name())
    .stated(|i, c| STATES.state(i.state().map(|s| s.as_str()), c))
    .tagged(|i, c| tags(i.tags(), c));

/// Which images a request is about.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Whose {
    /// One's own.
    Own,
    /// Those that others have given one permission for: account by account, or as a member of an organization.
    Shared,
    /// Whose they are is said by the filters.
    Anybody,
}

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    async move {
        let client = request.gateway.ec2(&request.scope).await?;
        let mut converter = Converter::of(&request);
        // Without an owner, a list would be of a hundred thousand images that anybody has made public.
        let beyond = request.selector.filters().is_some_and(|f| f.reach_beyond(&INFO));
        let whose: &[Whose] = match request.what {
            What::Everything if !beyond => &[Whose::Own, Whose::Shared],
            _ => &[Whose::Anybody],
        };
        if beyond && request.what == What::Everything && pages.wants_preview() {
            // A request of its own and no first page, as with instances: a thousand of a maker's images are megabytes.
            pages.ask(&DESCRIBE_IMAGES).await?;
            let call =
                client.describe_images().max_results(PREVIEW).set_filters(filters(&request, &INFO, "image-id", None));
            let out = call.send().await.map_err(|e| fault::of(&DESCRIBE_IMAGES, e))?;
            pages.page(ROWS.records(out.images(), &mut converter)).await?;
        }
        // What is your own may be shared with oneself as well.
        let mut seen: HashSet<RowId> = HashSet::new();
        for ids in batches(&request.what, MOST_IDS) {
            for whose in whose {
                let named =
                    ids.is_some() || request.selector.filters().is_some_and(|f| f.iter().any(|(n, _)| n == ID.name));
                let mut filters = filters(&request, &INFO, "image-id", ids.clone());
                if whose == &Whose::Shared {
                    // Some servers count what everybody may launch among what one may launch.
                    let private = || sdk::Filter::builder().name("is-public").values("false").build();
                    let all = filters.get_or_insert_default();
                    if all.iter().all(|f| f.name() != Some("is-public")) {
                        all.push(private());
                    }
                }
                let call = |token| {
                    let call = client.describe_images().max_results(PAGE).set_next_token(token);
                    let call = call.set_filters(filters.clone());
                    // Of others', AWS leaves out the deprecated ones unless they are wanted, of all the disabled ones.
                    match whose {
                        Whose::Own => call.owners("self").include_deprecated(true).include_disabled(true),
                        Whose::Shared => call.executable_users("self").include_deprecated(true),
                        Whose::Anybody => call.include_deprecated(named).include_disabled(named),
                    }
                    .send()
                };
                paged(&mut pages, &DESCRIBE_IMAGES, call, |out| {
                    let mut rows = ROWS.records(out.images(), &mut converter);
                    if whose != &Whose::Anybody {
                        rows.retain(|r| seen.insert(r.id.clone()));
                    }
                    (rows, out.next_token)
                })
                .await?;
            }
        }
        Ok(())
    }
    .boxed()
}

/// A moment that AWS gives as text: `2026-10-21T08:17:03.000Z`.
fn moment(text: Option<&str>) -> Value {
    match text.filter(|t| !t.is_empty()) {
        None => Value::Empty,
        Some(text) => Time::parse(text).map_or(Value::Unknown, Value::Time),
    }
}

fn deprecated(i: &sdk::Image, c: &mut Converter) -> Value {
    let past = i.deprecation_time().and_then(Time::parse).is_some_and(|t| t <= c.now);
    if past { Value::State(Tone::Bad, arcstr::literal!("deprecated")) } else { Value::Empty }
}

/// The EBS volumes that an instance of it gets.
fn disks(i: &sdk::Image) -> impl Iterator<Item = &sdk::EbsBlockDevice> {
    i.block_device_mappings().iter().filter_map(|d| d.ebs())
}

/// The root volume.
fn root(i: &sdk::Image) -> Option<&sdk::EbsBlockDevice> {
    i.block_device_mappings().iter().find(|d| d.device_name() == i.root_device_name())?.ebs()
}

/// `/dev/xvda 8 GiB gp3, snap-0a1`; what is no EBS volume is said by its name (`ephemeral0`).
fn disk(d: &sdk::BlockDeviceMapping) -> ArcStr {
    let device = d.device_name().unwrap_or_default();
    let Some(e) = d.ebs() else { return arcstr::format!("{device} {}", d.virtual_name().unwrap_or("none")) };
    let size = e.volume_size().map(|n| format!(" {n} GiB")).unwrap_or_default();
    let kind = e.volume_type().map(|t| format!(" {}", t.as_str())).unwrap_or_default();
    let encrypted = if e.encrypted() == Some(true) { ", encrypted" } else { "" };
    let snapshot = e.snapshot_id().map(|s| format!(", {s}")).unwrap_or_default();
    arcstr::format!("{device}{size}{kind}{encrypted}{snapshot}")
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = vec![Link::to("instances", "instances", format!("image_id={}", row.id))];
    out.extend(Link::to_ids("snapshots", "snapshots", row.get(&SNAPSHOTS)));
    out.extend(Link::to_ids("the instance it was made from", "instances", row.get(&SOURCE_INSTANCE)));
    if let Some(owner) = row.get(&OWNER_ID).as_str() {
        out.push(Link::to("images of its owner", "images", format!("owner_id={owner}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{every_state_has_a_tone, record};

    #[test]
    fn every_state_that_the_sdk_knows_has_a_tone() {
        every_state_has_a_tone(&STATES, sdk::ImageState::values());
    }

    fn ebs(size: i32, snapshot: &str) -> sdk::EbsBlockDevice {
        sdk::EbsBlockDevice::builder().volume_size(size).volume_type("gp3".into()).snapshot_id(snapshot).build()
    }

    #[test]
    fn the_root_volume_is_the_one_of_the_root_device_and_other_disks_are_said_too() {
        let disk = |device: &str| sdk::BlockDeviceMapping::builder().device_name(device);
        let image = sdk::Image::builder().image_id("ami-1").name("web").root_device_name("/dev/sda1");
        let image = image
            .block_device_mappings(disk("/dev/sdb").ebs(ebs(100, "snap-2")).build())
            .block_device_mappings(disk("/dev/sda1").ebs(ebs(8, "snap-1")).build())
            .block_device_mappings(disk("/dev/sdc").virtual_name("ephemeral0").build());
        let row = record(&ROWS, &image.creation_date("2026-10-21T08:17:03.000Z").build());
        assert_eq!(row.get(&ROOT_SIZE), &Value::Int(8));
        assert_eq!(row.get(&SNAPSHOTS).items(), ["snap-2", "snap-1"]);
        assert_eq!(
            row.get(&DISKS).items(),
            ["/dev/sdb 100 GiB gp3, snap-2", "/dev/sda1 8 GiB gp3, snap-1", "/dev/sdc ephemeral0"]
        );
        assert_eq!(row.get(&CREATED).as_time(), Time::parse("2026-10-21T08:17:03Z"));
        assert_eq!((row.get(&DEPRECATION), row.get(&OWNER_ALIAS)), (&Value::Empty, &Value::Empty));
    }

    #[test]
    fn an_image_is_deprecated_once_its_time_is_past() {
        let image = |day: &str| {
            let image = sdk::Image::builder().image_id("ami-1");
            record(&ROWS, &image.deprecation_time(format!("{day}T00:00:00.000Z")).build())
        };
        // Rows of tests are made at the beginning of time.
        assert_eq!(image("1969-12-31").get(&DEPRECATED), &Value::State(Tone::Bad, "deprecated".into()));
        assert_eq!(image("2027-01-01").get(&DEPRECATED), &Value::Empty);
    }
}
