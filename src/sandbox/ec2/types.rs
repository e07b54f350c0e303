//! The instance types that the sandbox offers: those that AWS has in Seoul, of `types/types.tsv` (where from: `types/NOTICE`).

use std::sync::LazyLock;

/// One a line: name, vCPUs, threads a core, memory in MiB, processor's maker, flags, clock in GHz, network, interfaces, addresses an interface,
/// disks, GPUs, and the letters of the zones that offer it; `-` for none.
const TABLE: &str = include_str!("types/types.tsv");

/// An instance type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TypeInfo {
    /// Its name, e.g. `t3.micro`.
    pub name: &'static str,
    /// Virtual processors.
    pub vcpus: u32,
    /// Threads a core.
    pub threads: u32,
    /// Memory in MiB.
    pub memory: u32,
    /// Who makes its processors.
    pub manufacturer: &'static str,
    /// GHz.
    pub clock: Option<f64>,
    /// As DescribeInstanceTypes says it, e.g. `Up to 5 Gigabit`.
    pub network: &'static str,
    /// Network interfaces at most.
    pub interfaces: u32,
    /// IPv4 addresses an interface at most.
    pub addresses: u32,
    /// Disks of its own: how many, GB each, `ssd` or `hdd`.
    pub disks: Option<(u32, u32, &'static str)>,
    /// How many GPUs, whose and which.
    pub gpus: Option<(u32, &'static str, &'static str)>,
    /// Whether it earns CPU credits.
    pub burstable: bool,
    flags: &'static str,
    zones: &'static str,
}

/// What the free tier has, for accounts made since 15 July 2025. <https://aws.amazon.com/ec2/pricing/>
const FREE: &[&str] = &["c7i-flex.large", "m7i-flex.large", "t3.micro", "t3.small", "t4g.micro", "t4g.small"];

/// All of them, by name.
pub static TYPES: LazyLock<Vec<TypeInfo>> = LazyLock::new(|| TABLE.lines().filter_map(read).collect());

fn read(line: &'static str) -> Option<TypeInfo> {
    let mut cells = line.split('\t');
    let mut text = || cells.next();
    let none = |cell: &'static str| Some(cell).filter(|c| *c != "-");
    let (name, vcpus, threads) = (text()?, text()?.parse().ok()?, text()?.parse().ok()?);
    let (memory, manufacturer, flags) = (text()?.parse().ok()?, text()?, none(text()?).unwrap_or_default());
    let (clock, network) = (none(text()?).and_then(|c| c.parse().ok()), text()?);
    let (interfaces, addresses) = (text()?.parse().ok()?, text()?.parse().ok()?);
    let disks = none(text()?).and_then(|d| {
        let (count, disk) = d.split_once('x')?;
        let digits = disk.find(|c: char| !c.is_ascii_digit())?;
        Some((count.parse().ok()?, disk[..digits].parse().ok()?, &disk[digits..]))
    });
    let gpus = none(text()?).and_then(|g| {
        let (count, gpu) = g.split_once('x')?;
        let (maker, model) = gpu.split_once(' ')?;
        Some((count.parse().ok()?, maker, model))
    });
    let burstable = flags.contains('b');
    let zones = text()?;
    Some(TypeInfo {
        name,
        vcpus,
        threads,
        memory,
        manufacturer,
        clock,
        network,
        interfaces,
        addresses,
        disks,
        gpus,
        burstable,
        flags,
        zones,
    })
}

impl TypeInfo {
    fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }
    /// `x86_64` or `arm64`: the one that an image has to have.
    pub fn architecture(&self) -> &'static str {
        if self.has('a') { "arm64" } else { "x86_64" }
    }
    /// All architectures.
    pub fn architectures(&self) -> &'static [&'static str] {
        match self.architecture() {
            "arm64" => &["arm64"],
            _ if self.has('3') => &["i386", "x86_64"],
            _ => &["x86_64"],
        }
    }
    /// Cores.
    pub const fn cores(&self) -> u32 {
        if self.vcpus > self.threads { self.vcpus / self.threads } else { 1 }
    }
    /// Whether the free tier has it.
    pub fn free_tier(&self) -> bool {
        FREE.contains(&self.name)
    }
    /// Whether it is of a current generation.
    pub fn current(&self) -> bool {
        !self.has('o')
    }
    /// Whether it is a whole machine.
    pub fn bare_metal(&self) -> bool {
        self.has('m')
    }
    /// `nitro`, `xen`, or none.
    pub fn hypervisor(&self) -> Option<&'static str> {
        (!self.bare_metal()).then_some(if self.has('x') { "xen" } else { "nitro" })
    }
    /// Whether it can have Elastic Fabric Adapters.
    pub fn efa(&self) -> bool {
        self.has('e')
    }
    /// Whether it encrypts what goes between instances.
    pub fn encrypts_transit(&self) -> bool {
        self.has('t')
    }
    /// Whether it can hibernate.
    pub fn hibernates(&self) -> bool {
        self.has('h')
    }
    /// How it can be had.
    pub fn usage_classes(&self) -> &'static [&'static str] {
        if self.has('d') { &["on-demand"] } else { &["on-demand", "spot"] }
    }
    /// Whether a zone offers it. Seoul's zones end in a, b, c and d; those of other regions offer what theirs of the same letter do, e and f
    /// what a and b do.
    pub fn offered_in(&self, zone: &str) -> bool {
        let letter = zone.chars().next_back().map(|z| match z {
            'e' => 'a',
            'f' => 'b',
            z => z,
        });
        letter.is_some_and(|z| self.zones.contains(z))
    }
}

/// The type with this name.
pub fn find(name: &str) -> Option<&'static TypeInfo> {
    let types: &'static Vec<TypeInfo> = &TYPES;
    types.binary_search_by(|t| t.name.cmp(name)).ok().map(|at| &types[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_type_and_they_are_in_order() {
        assert_eq!(TYPES.len(), TABLE.lines().count());
        assert!(TYPES.is_sorted_by(|a, b| a.name < b.name));
        assert!(TYPES.len() > 700 && TYPES.iter().all(|t| t.vcpus > 0 && t.memory > 0 && !t.zones.is_empty()));
        assert!(FREE.iter().all(|name| find(name).is_some()));
    }

    #[test]
    fn a_type_has_what_aws_says_of_it() {
        let graviton = find("c7gn.xlarge").unwrap();
        assert_eq!((graviton.vcpus, graviton.memory, graviton.architecture()), (4, 8192, "arm64"));
        assert_eq!(graviton.network, "Up to 40 Gigabit");
        assert_eq!(find("i4i.large").unwrap().disks, Some((1, 468, "ssd")));
        assert_eq!(find("g5.xlarge").unwrap().gpus, Some((1, "NVIDIA", "A10G")));
        assert_eq!(find("m4.large").map(|t| (t.current(), t.hypervisor())), Some((false, Some("xen"))));
        assert_eq!(find("m5.metal").and_then(|t| t.hypervisor()), None);
        assert!(
            find("t2.micro").unwrap().offered_in("ap-northeast-2c")
                && !find("t2.micro").unwrap().offered_in("ap-northeast-2b")
        );
        assert_eq!(find("t9.micro"), None);
    }
}
