//! Instance types that the region offers: what they have, and what their names mean.

use aws_sdk_ec2::types as sdk;
use futures::future::{BoxFuture, FutureExt};

use super::instance_type_name::TypeName;
use super::instance_type_zones as zones;
use super::listing::filtered;
use crate::base::{Fault, Scope};
use crate::kinds::convert::{Converter, flag, int};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::prices;
use crate::kinds::raw::raw;
use crate::kinds::row_spec::{Field, Fields, RowSpec, field};
use crate::model::{FieldInfo, KindInfo, Link, Money, Operation, Record, Service, Value};

/// `DescribeInstanceTypes`. What a region offers changes seldom.
pub static DESCRIBE_INSTANCE_TYPES: Operation = Operation::read(Service::Ec2, "DescribeInstanceTypes").rarely_changes();

/// `c7gn.xlarge`: the row's identity.
pub const TYPE: FieldInfo = FieldInfo::text("type", "TYPE", "The type's name.")
    .unique()
    .shown(0)
    .cells(12, 18)
    .aka(&["id", "name", "instance_type"])
    .asked_by("instance-type");
/// What the series is for.
pub const PURPOSE: FieldInfo =
    FieldInfo::text("purpose", "PURPOSE", "What its family is for: general purpose, compute optimized, burstable…")
        .shown(4)
        .cells(10, 28);
/// `c7gn`.
pub const FAMILY: FieldInfo =
    FieldInfo::text("family", "FAMILY", "The part of the name before the dot: series, generation and capabilities.")
        .cells(6, 12);
/// `c`.
pub const SERIES: FieldInfo =
    FieldInfo::text("series", "SERIES", "The series: the letters that the name begins with.").named_only().cells(6, 6);
/// `7`.
pub const GENERATION: FieldInfo =
    FieldInfo::int("generation", "GEN", "The generation; a higher one is newer and mostly cheaper.")
        .shown(5)
        .cells(3, 3);
/// `xlarge`.
pub const SIZE: FieldInfo =
    FieldInfo::text("size", "SIZE", "The part of the name after the dot.").named_only().cells(6, 12);
/// What the further letters of the name mean.
pub const CAPABILITIES: FieldInfo =
    FieldInfo::list("capabilities", "CAPABILITIES", "The capabilities that the other letters of the name stand for.")
        .cells(12, 40);
/// AWS, Intel, AMD, Apple.
pub const PROCESSOR: FieldInfo = FieldInfo::text(
    "processor",
    "PROCESSOR",
    "The maker of its processors: Intel, AMD, AWS (Graviton, arm64) or Apple.",
)
.shown(3)
.cells(9, 14)
.aka(&["manufacturer"]);
/// Virtual processors.
pub const VCPUS: FieldInfo = FieldInfo::int("vcpus", "VCPU", "Virtual processors.")
    .shown(0)
    .aka(&["vcpu", "cpus"])
    .asked_as_written_by("vcpu-info.default-vcpus");
/// GiB.
pub const MEMORY: FieldInfo =
    FieldInfo::float("memory_gib", "MEMORY", "Its memory.").unit("GiB").shown(0).cells(8, 10).aka(&["memory", "ram"]);
/// As AWS says it.
pub const NETWORK: FieldInfo =
    FieldInfo::text("network", "NETWORK", "Network bandwidth; with up to, only in bursts.").shown(2).cells(12, 20);
/// `x86_64`, `arm64`.
pub const ARCHITECTURES: FieldInfo =
    FieldInfo::list("architectures", "ARCH", "Processor architectures; the image must have one of them.")
        .shown(1)
        .cells(6, 14)
        .aka(&["arch", "architecture"])
        .asked_by("processor-info.supported-architecture");
/// EBS only, or the disks that it has itself.
pub const STORAGE: FieldInfo = FieldInfo::text(
    "storage",
    "STORAGE",
    "EBS only, or instance store disks, whose data are lost when the instance stops: 2 x 1900 GB ssd.",
)
.shown(6)
.cells(10, 18);
/// US dollars an hour.
pub const PRICE: FieldInfo = FieldInfo::float(
    "price",
    "$/HOUR",
    "Price per hour with Linux, on demand, by the region's list (price_list); unknown if that does not have it.",
)
.shown(1)
.cells(7, 9)
.aka(&["cost"]);
/// Whose list the price is of.
pub const PRICE_LIST: FieldInfo = FieldInfo::text(
    "price_list",
    "PRICE LIST",
    "The list that the price is from, by region and month: us-east-1 2026-06.",
)
.cells(17, 22);
/// Whether it is free in the free tier.
pub const FREE_TIER: FieldInfo = FieldInfo::flag("free_tier", "FREE", "Whether it is in the free tier.")
    .shown(2)
    .cells(4, 4)
    .aka(&["free"])
    .asked_by("free-tier-eligible");
/// Whether it is of the current generation.
pub const CURRENT: FieldInfo = FieldInfo::flag("current", "CURRENT", "Whether it is of the current generation.")
    .cells(7, 7)
    .aka(&["current_generation"])
    .asked_by("current-generation");
/// Whether it earns CPU credits.
pub const BURSTABLE: FieldInfo = FieldInfo::flag(
    "burstable",
    "BURSTS",
    "Whether its CPU is burstable: it has a baseline and earns CPU credits for bursts above it.",
)
.cells(6, 6)
.asked_by("burstable-performance-supported");
/// Whether it is a whole machine.
pub const BARE_METAL: FieldInfo =
    FieldInfo::flag("bare_metal", "METAL", "Whether it is bare metal: a whole machine without a hypervisor.")
        .cells(5, 5)
        .asked_by("bare-metal");
/// nitro or xen.
pub const HYPERVISOR: FieldInfo = FieldInfo::text("hypervisor", "HYPERVISOR", "nitro or xen; bare metal has none.")
    .named_only()
    .cells(10, 10)
    .asked_by("hypervisor");
/// GPUs.
pub const GPUS: FieldInfo = FieldInfo::list("gpus", "GPUS", "Its GPUs.").cells(8, 24).aka(&["gpu"]);
/// The zones of the region that offer it.
pub const ZONES: FieldInfo = FieldInfo::list(
    "zones",
    "ZONES",
    "The Availability Zones of the region that offer it. AWS does not say whether they have capacity now.",
)
.shown(4)
.cells(8, 40)
.aka(&["zone", "az"])
.links_to("availability-zones")
.from_side("instance-type-zones", zones::ZONES.name, false);

/// Whether it can hibernate.
pub const HIBERNATION: FieldInfo =
    FieldInfo::flag("hibernation", "HIBERNATES", "Whether it can hibernate.").cells(10, 10);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("instance-types", "instance type", "Instance types", &FIELDS)
    .doc(
        "Instance types that the region offers, with their names explained: c7gn.xlarge is c (compute optimized), 7, \
         g (Graviton), n (network), xlarge. Their zones take a request of their own.",
    )
    .aliases(&["it", "instance-type", "types"])
    .listed_by(&[&DESCRIBE_INSTANCE_TYPES])
    .sorted(&TYPE);

/// Instance types.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static FIELDS: Fields<sdk::InstanceTypeInfo> = Fields(&[
    Field::id(TYPE),
    field(VCPUS, |t, _| int(t.v_cpu_info().and_then(|v| v.default_v_cpus()))),
    field(MEMORY, |t, _| memory(t)),
    field(ARCHITECTURES, |t, c| {
        let all = t.processor_info().map(|p| p.supported_architectures()).unwrap_or_default();
        c.shared_list(all.iter().map(|a| a.as_str()))
    }),
    field(PRICE, |t, c| price(t, c).map_or(Value::Unknown, |money| Value::Float(money.amount))),
    field(NETWORK, |t, c| c.said(t.network_info().and_then(|n| n.network_performance()))),
    field(FREE_TIER, |t, _| flag(t.free_tier_eligible())),
    field(PROCESSOR, |t, c| c.said(t.processor_info().and_then(|p| p.manufacturer()))),
    Field::side(ZONES),
    field(PURPOSE, |t, c| c.text(parts(t).and_then(|n| n.purpose()))),
    field(GENERATION, |t, _| parts(t).and_then(|n| n.generation).map_or(Value::Empty, |n| Value::Int(n.into()))),
    field(STORAGE, storage),
    field(FAMILY, |t, c| c.text(parts(t).map(|n| n.family))),
    field(SERIES, |t, c| c.text(parts(t).map(|n| n.series))),
    field(SIZE, |t, c| c.text(parts(t).map(|n| n.size))),
    field(CAPABILITIES, |t, c| c.shared_list(parts(t).map(|n| n.capabilities()).unwrap_or_default())),
    field(GPUS, |t, c| {
        let gpus: Vec<String> = t.gpu_info().map(|g| g.gpus()).unwrap_or_default().iter().map(gpu).collect();
        c.shared_list(gpus.iter().map(String::as_str))
    }),
    field(CURRENT, |t, _| flag(t.current_generation())),
    field(BURSTABLE, |t, _| flag(t.burstable_performance_supported())),
    field(BARE_METAL, |t, _| flag(t.bare_metal())),
    field(HYPERVISOR, |t, c| c.text(t.hypervisor().map(|h| h.as_str()))),
    field(
        FieldInfo::float("clock_ghz", "CLOCK", "The sustained clock speed.")
            .unit("GHz")
            .cells(7, 9)
            .section("hardware"),
        |t, _| t.processor_info().and_then(|p| p.sustained_clock_speed_in_ghz()).map_or(Value::Unknown, Value::Float),
    ),
    field(FieldInfo::int("cores", "CORES", "Cores.").section("hardware"), |t, _| {
        int(t.v_cpu_info().and_then(|v| v.default_cores()))
    }),
    field(
        FieldInfo::int("threads", "THREADS", "Threads per core; each is a vCPU.").cells(7, 7).section("hardware"),
        |t, _| int(t.v_cpu_info().and_then(|v| v.default_threads_per_core())),
    ),
    field(
        FieldInfo::list("usage_classes", "CLASSES", "Purchase options: on-demand, spot, capacity-block.").named_only(),
        |t, c| c.shared_list(t.supported_usage_classes().iter().map(|u| u.as_str())),
    ),
    field(
        FieldInfo::list("boot_modes", "BOOT", "legacy-bios, uefi: the image's boot mode must be one of them.")
            .named_only()
            .section("hardware"),
        |t, c| c.shared_list(t.supported_boot_modes().iter().map(|m| m.as_str())),
    ),
    field(
        FieldInfo::list("root_device_types", "ROOT", "ebs, instance-store.").named_only().section("storage"),
        |t, c| c.shared_list(t.supported_root_device_types().iter().map(|m| m.as_str())),
    ),
    field(
        FieldInfo::int("ebs_mbps", "EBS MBIT/S", "Bandwidth to EBS volumes; small types reach it in bursts.")
            .unit("Mbit/s")
            .cells(10, 14)
            .section("storage"),
        |t, _| {
            let info = t.ebs_info().and_then(|e| e.ebs_optimized_info());
            info.and_then(|e| e.maximum_bandwidth_in_mbps()).map_or(Value::Empty, |n| Value::Int(n.into()))
        },
    ),
    field(
        FieldInfo::int(
            "ebs_attachments",
            "EBS VOLUMES",
            "How many EBS volumes it can have; mostly shared with network interfaces.",
        )
        .cells(11, 11)
        .section("storage"),
        |t, _| int(t.ebs_info().and_then(|e| e.maximum_ebs_attachments())),
    ),
    field(
        FieldInfo::int("interfaces", "INTERFACES", "How many network interfaces it can have.")
            .cells(10, 10)
            .section("network"),
        |t, _| int(t.network_info().and_then(|n| n.maximum_network_interfaces())),
    ),
    field(
        FieldInfo::int("addresses_per_interface", "ADDRESSES", "How many IPv4 addresses each interface can have.")
            .cells(9, 9)
            .section("network"),
        |t, _| int(t.network_info().and_then(|n| n.ipv4_addresses_per_interface())),
    ),
    field(FieldInfo::flag("ipv6", "IPV6", "Whether it can have IPv6 addresses.").section("network"), |t, _| {
        flag(t.network_info().and_then(|n| n.ipv6_supported()))
    }),
    field(
        FieldInfo::text(
            "ena",
            "ENA",
            "Whether the image needs the driver for enhanced networking: required, supported…",
        )
        .named_only()
        .section("network"),
        |t, c| c.text(t.network_info().and_then(|n| n.ena_support()).map(|e| e.as_str())),
    ),
    field(FieldInfo::flag("efa", "EFA", "Whether it can have Elastic Fabric Adapters.").section("network"), |t, _| {
        flag(t.network_info().and_then(|n| n.efa_supported()))
    }),
    field(HIBERNATION, |t, _| flag(t.hibernation_supported())),
    field(
        FieldInfo::text("nitro_enclaves", "ENCLAVES", "supported or unsupported.").named_only().section("hardware"),
        |t, c| c.text(t.nitro_enclaves_support().map(|s| s.as_str())),
    ),
    field(PRICE_LIST, |t, c| {
        let list = price(t, c).map(|money| prices::list_said(money.list));
        c.text(list.as_deref())
    }),
    field(
        FieldInfo::list("placement", "PLACEMENT", "Placement group strategies that allow it.").named_only(),
        |t, c| {
            let all = t.placement_group_info().map(|p| p.supported_strategies()).unwrap_or_default();
            c.shared_list(all.iter().map(|s| s.as_str()))
        },
    ),
]);

fn price(t: &sdk::InstanceTypeInfo, c: &Converter) -> Option<Money> {
    c.prices?.instance_here(name_of(t)?)
}

static ROWS: RowSpec<sdk::InstanceTypeInfo> = RowSpec::new(&INFO, &FIELDS, name_of).named(name_of);

/// DescribeInstanceTypes takes 5 to 100.
const PAGE: i32 = 100;

fn list(request: ListRequest, pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    filtered(
        (request, pages),
        &INFO,
        "instance-type",
        |client, filters, token| {
            client.describe_instance_types().max_results(PAGE).set_next_token(token).set_filters(filters).send()
        },
        |out, c| (ROWS.records(out.instance_types(), c), out.next_token),
    )
    .boxed()
}

fn name_of(t: &sdk::InstanceTypeInfo) -> Option<&str> {
    t.instance_type().map(|n| n.as_str())
}

fn parts(t: &sdk::InstanceTypeInfo) -> Option<TypeName<'_>> {
    name_of(t).and_then(TypeName::parse)
}

fn memory(t: &sdk::InstanceTypeInfo) -> Value {
    let mib = t.memory_info().and_then(|m| m.size_in_mib());
    mib.map_or(Value::Unknown, |mib| Value::Float(mib as f64 / 1024.0))
}

fn storage(t: &sdk::InstanceTypeInfo, c: &mut Converter) -> Value {
    match (t.instance_storage_supported(), t.instance_storage_info()) {
        (Some(false), _) => Value::Text(arcstr::literal!("EBS only")),
        (_, Some(info)) => {
            let disk = |d: &sdk::DiskInfo| {
                let kind = d.r#type().map(|t| t.as_str()).unwrap_or_default();
                format!("{} x {} GB {kind}", d.count().unwrap_or_default(), d.size_in_gb().unwrap_or_default())
            };
            let disks: Vec<String> = info.disks().iter().map(disk).collect();
            c.said(Some(&disks.join(", ")))
        }
        _ => Value::Unknown,
    }
}

fn gpu(g: &sdk::GpuDeviceInfo) -> String {
    let name = [g.manufacturer(), g.name()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    format!("{} x {name}", g.count().unwrap_or_default())
}

fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let mut out = vec![Link::to("instances", "instances", format!("type={}", row.id))];
    out.push(Link::to("Spot prices", "spot-prices", format!("type={}", row.id)));
    if let Some(family) = row.get(&FAMILY).as_str() {
        out.push(Link::to("types of its family", "instance-types", format!("family={family}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::record;

    #[test]
    fn a_type_says_what_its_name_means_and_what_disks_it_has() {
        let disk = sdk::DiskInfo::builder().count(2).size_in_gb(1900).r#type("ssd".into()).build();
        let stored = sdk::InstanceStorageInfo::builder().disks(disk).build();
        let memory = sdk::MemoryInfo::builder().size_in_mib(512).build();
        let info = sdk::InstanceTypeInfo::builder().instance_type("m6gd.8xlarge".into()).memory_info(memory);
        let row = record(&ROWS, &info.instance_storage_supported(true).instance_storage_info(stored).build());
        assert_eq!((row.id.as_str(), row.name.as_str()), ("m6gd.8xlarge", "m6gd.8xlarge"));
        assert_eq!(row.get(&STORAGE).as_str(), Some("2 x 1900 GB ssd"));
        assert_eq!(row.get(&MEMORY), &Value::Float(0.5));
        assert_eq!((row.get(&PURPOSE).as_str(), row.get(&GENERATION).as_int()), (Some("general purpose"), Some(6)));
        assert_eq!(row.get(&CAPABILITIES).items(), ["Graviton", "instance store"]);
        assert_eq!((row.get(&VCPUS), row.get(&ZONES)), (&Value::Unknown, &Value::Unknown));
    }
}
