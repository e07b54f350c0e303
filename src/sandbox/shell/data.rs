//! What the simulated shell knows, read from its files: systems, packages, commands, and the little of the internet that there is.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::LazyLock;

use serde::Deserialize;

/// A system that instances run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct System {
    pub(super) name: String,
    words: Vec<String>,
    /// Who logs in.
    pub(super) user: String,
    pub(super) manager: Manager,
    pub(super) pretty: String,
    kernel: String,
    pub(super) kernel_build: String,
    pub(super) prompt: String,
    pub(super) interface: Interface,
    pub(super) file_system: String,
    pub(super) used: u32,
    pub(super) partitions: Vec<(u8, u32, String)>,
    pub(super) curl: Curl,
    pub(super) device_links: bool,
    pub(super) ssh_service: String,
    pub(super) not_found: String,
    pub(super) os_release: String,
    banner: String,
}

/// Who installs packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Manager {
    Apt,
    Dnf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Interface {
    pub(super) nitro: String,
    pub(super) xen: String,
}

/// curl's version and its words.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Curl {
    pub(super) version: String,
    pub(super) no_connection: String,
}

impl System {
    /// `x86_64`, `aarch64`.
    pub(super) fn arch(architecture: &str) -> &str {
        if architecture == "arm64" { "aarch64" } else { architecture }
    }
    pub(super) fn kernel(&self, architecture: &str) -> String {
        self.kernel.replace("{arch}", System::arch(architecture))
    }
    pub(super) fn banner(&self, architecture: &str) -> String {
        self.banner.replace("{arch}", System::arch(architecture))
    }
}

/// A package.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Package {
    pub(super) name: String,
    apt: Option<Edition>,
    dnf: Option<Edition>,
    pub(super) service: Option<ServiceInfo>,
    #[serde(default)]
    index: BTreeMap<String, String>,
    #[serde(default)]
    page: String,
}

/// A package as one manager has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Edition {
    pub(super) version: String,
    pub(super) description: String,
    pub(super) documents: Option<String>,
}

/// The service that a package brings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceInfo {
    pub(super) name: String,
    pub(super) ports: Vec<u16>,
    server: Option<String>,
}

impl Package {
    pub(super) fn edition(&self, manager: Manager) -> Option<&Edition> {
        match manager {
            Manager::Apt => self.apt.as_ref(),
            Manager::Dnf => self.dnf.as_ref(),
        }
    }
    /// The page that it brings: its path and its text.
    pub(super) fn index(&self, manager: Manager) -> Option<(String, &str)> {
        let key = if manager == Manager::Apt { "apt" } else { "dnf" };
        let folder = self.edition(manager)?.documents.as_ref()?;
        Some((format!("{folder}/{}", self.index.get(key)?), self.page.trim_start()))
    }
    /// What its web server calls itself: `nginx/1.24.0 (Ubuntu)`.
    pub(super) fn server(&self, manager: Manager) -> Option<String> {
        let version = &self.edition(manager)?.version;
        let version = version.rsplit(':').next()?.split('-').next()?;
        Some(self.service.as_ref()?.server.as_ref()?.replace("{version}", version))
    }
}

/// A command.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    pub(super) name: String,
    pub(super) run: String,
    pub(super) help: String,
    pub(super) about: Option<String>,
    #[serde(rename = "for")]
    only: Option<Manager>,
    pub(super) package: Option<String>,
}

impl Command {
    pub(super) fn is_on(&self, manager: Manager) -> bool {
        self.only.is_none_or(|only| only == manager)
    }
}

/// A place in the internet.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Site {
    pub(super) names: Vec<String>,
    pub(super) address: Ipv4Addr,
    pub(super) page: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Systems {
    system: Vec<System>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Packages {
    package: Vec<Package>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Commands {
    command: Vec<Command>,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Internet {
    site: Vec<Site>,
}

static SYSTEMS: LazyLock<Vec<System>> = LazyLock::new(|| {
    toml::from_str::<Systems>(include_str!("data/systems.toml")).map_or_else(|_| Vec::new(), |s| s.system)
});
pub(super) static PACKAGES: LazyLock<Vec<Package>> = LazyLock::new(|| {
    toml::from_str::<Packages>(include_str!("data/packages.toml")).map_or_else(|_| Vec::new(), |p| p.package)
});
pub(super) static COMMANDS: LazyLock<Vec<Command>> = LazyLock::new(|| {
    toml::from_str::<Commands>(include_str!("data/commands.toml")).map_or_else(|_| Vec::new(), |c| c.command)
});
pub(super) static SITES: LazyLock<Vec<Site>> = LazyLock::new(|| {
    toml::from_str::<Internet>(include_str!("data/internet.toml")).map_or_else(|_| Vec::new(), |i| i.site)
});

/// The system of an image, by what is known of its name.
pub(super) fn system<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'static System> {
    let fits = |name: &str| {
        let name = name.to_lowercase();
        SYSTEMS.iter().find(|s| s.words.iter().any(|w| name.contains(w.as_str())))
    };
    names.into_iter().find_map(fits).or_else(|| SYSTEMS.first())
}

/// A system by its own name.
#[cfg(test)]
pub(super) fn system_named(name: &str) -> Option<&'static System> {
    SYSTEMS.iter().find(|s| s.name == name)
}

/// A package by its name, where this manager has it.
pub(super) fn package(name: &str, manager: Manager) -> Option<&'static Package> {
    PACKAGES.iter().find(|p| p.name == name && p.edition(manager).is_some())
}

/// The package that brings a service.
pub(super) fn package_of(service: &str, manager: Manager) -> Option<&'static Package> {
    let brings = |p: &&Package| p.service.as_ref().is_some_and(|s| s.name == service) && p.edition(manager).is_some();
    PACKAGES.iter().find(brings)
}

/// A command by its name, where this system has it.
pub(super) fn command(name: &str, manager: Manager) -> Option<&'static Command> {
    COMMANDS.iter().find(|c| c.name == name && c.is_on(manager))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_can_be_read_and_name_each_other() {
        toml::from_str::<Systems>(include_str!("data/systems.toml")).expect("systems");
        toml::from_str::<Packages>(include_str!("data/packages.toml")).expect("packages");
        toml::from_str::<Commands>(include_str!("data/commands.toml")).expect("commands");
        toml::from_str::<Internet>(include_str!("data/internet.toml")).expect("internet");
        for command in COMMANDS.iter() {
            let package = command.package.as_ref();
            assert!(package.is_none_or(|p| PACKAGES.iter().any(|known| known.name == *p)), "{}", command.name);
            assert!(command.help.starts_with(&command.name), "{}", command.name);
            assert!(super::super::commands::runner(&command.run).is_some(), "{} runs {}", command.name, command.run);
        }
        for package in PACKAGES.iter() {
            for manager in [Manager::Apt, Manager::Dnf] {
                let serves = package.edition(manager).is_some_and(|e| e.documents.is_some());
                assert_eq!(serves, package.index(manager).is_some(), "{}", package.name);
                assert_eq!(serves, package.server(manager).is_some(), "{}", package.name);
            }
        }
    }

    #[test]
    fn an_image_tells_its_system_and_a_strange_one_gets_the_first() {
        let of = |name: &str| system([name]).map(|s| s.name.as_str());
        assert_eq!(of("ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261018"), Some("ubuntu-noble"));
        assert_eq!(of("al2023-ami-2023.9.20261020.0-kernel-6.12-arm64"), Some("al2023"));
        assert_eq!(of("whatever"), Some("al2023"));
        assert_eq!(system_named("ubuntu-jammy").map(|s| s.user.as_str()), Some("ubuntu"));
    }
}
