//! The instance types that the sandbox offers.

/// An instance type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeInfo {
    /// Its name, e.g. `t3.micro`.
    pub name: &'static str,
    /// Virtual processors.
    pub vcpus: u32,
    /// Threads a core.
    pub threads: u32,
    /// Memory in MiB.
    pub memory: u32,
    /// Whether it is Graviton.
    pub arm: bool,
    /// Whether the free tier has it.
    pub free_tier: bool,
    /// Whether it is of a current generation.
    pub current: bool,
    /// Whether it earns CPU credits.
    pub burstable: bool,
    /// As DescribeInstanceTypes says it, e.g. `Up to 5 Gigabit`.
    pub network: &'static str,
    /// Network interfaces at most.
    pub interfaces: u32,
    /// IPv4 addresses an interface at most.
    pub addresses: u32,
}

const fn t(name: &'static str, vcpus: u32, threads: u32, memory: u32, network: &'static str) -> TypeInfo {
    TypeInfo {
        name,
        vcpus,
        threads,
        memory,
        arm: threads == 1,
        free_tier: false,
        current: true,
        burstable: name.as_bytes()[0] == b't',
        network,
        interfaces: if vcpus > 2 { 4 } else { 3 },
        addresses: if vcpus > 2 { 15 } else { 6 },
    }
}

const fn free(mut t: TypeInfo) -> TypeInfo {
    t.free_tier = true;
    t.interfaces = 2;
    t.addresses = 2;
    t
}

const fn old(mut t: TypeInfo) -> TypeInfo {
    t.current = false;
    t.arm = false;
    t
}

/// All of them, by name. What the free tier has is as for accounts made after 15 July 2025.
pub const TYPES: &[TypeInfo] = &[
    t("c5.large", 2, 2, 4096, "Up to 10 Gigabit"),
    t("c6g.large", 2, 1, 4096, "Up to 10 Gigabit"),
    t("c7g.xlarge", 4, 1, 8192, "Up to 12.5 Gigabit"),
    t("c7gn.xlarge", 4, 1, 8192, "Up to 40 Gigabit"),
    free(t("c7i-flex.large", 2, 2, 4096, "Up to 12.5 Gigabit")),
    old(t("m4.large", 2, 2, 8192, "Moderate")),
    t("m5.2xlarge", 8, 2, 32768, "Up to 10 Gigabit"),
    t("m5.large", 2, 2, 8192, "Up to 10 Gigabit"),
    t("m5.xlarge", 4, 2, 16384, "Up to 10 Gigabit"),
    t("m6g.large", 2, 1, 8192, "Up to 10 Gigabit"),
    t("m7g.large", 2, 1, 8192, "Up to 12.5 Gigabit"),
    free(t("m7i-flex.large", 2, 2, 8192, "Up to 12.5 Gigabit")),
    t("r6g.large", 2, 1, 16384, "Up to 10 Gigabit"),
    t("r6i.xlarge", 4, 2, 32768, "Up to 12.5 Gigabit"),
    t("t2.medium", 2, 2, 4096, "Low to Moderate"),
    old_free_shape(t("t2.micro", 1, 1, 1024, "Low to Moderate")),
    old_free_shape(t("t2.nano", 1, 1, 512, "Low to Moderate")),
    old_free_shape(t("t2.small", 1, 1, 2048, "Low to Moderate")),
    t("t3.large", 2, 2, 8192, "Up to 5 Gigabit"),
    t("t3.medium", 2, 2, 4096, "Up to 5 Gigabit"),
    free(t("t3.micro", 2, 2, 1024, "Up to 5 Gigabit")),
    t("t3.nano", 2, 2, 512, "Up to 5 Gigabit"),
    free(t("t3.small", 2, 2, 2048, "Up to 5 Gigabit")),
    t("t4g.medium", 2, 1, 4096, "Up to 5 Gigabit"),
    free(t("t4g.micro", 2, 1, 1024, "Up to 5 Gigabit")),
    t("t4g.nano", 2, 1, 512, "Up to 5 Gigabit"),
    free(t("t4g.small", 2, 1, 2048, "Up to 5 Gigabit")),
];

/// t2's small types have one thread and are Intel all the same.
const fn old_free_shape(mut t: TypeInfo) -> TypeInfo {
    t.arm = false;
    t.interfaces = 2;
    t.addresses = 2;
    t
}

impl TypeInfo {
    /// `x86_64` or `arm64`.
    pub const fn architecture(&self) -> &'static str {
        if self.arm { "arm64" } else { "x86_64" }
    }
    /// Cores.
    pub const fn cores(&self) -> u32 {
        if self.vcpus > self.threads { self.vcpus / self.threads } else { 1 }
    }
}

/// The type with this name.
pub fn find(name: &str) -> Option<&'static TypeInfo> {
    TYPES.iter().find(|t| t.name == name)
}
