//! apt and dnf: what is installed comes over the world's networks.

use std::time::Duration;

use super::network::{Answer, reach};
use super::{Cx, Options, Ran, not_simulated};
use crate::sandbox::ec2::connection::Packet;
use crate::sandbox::shell::data::{self, Manager, Package};
use crate::sandbox::shell::machine::Part;
use crate::sandbox::shell::session::Change;

/// Whether the place where packages come from answers.
fn online(cx: &Cx<'_, '_>, name: &str, port: u16) -> bool {
    let site = data::SITES.iter().find(|s| s.names.iter().any(|n| n == name));
    cx.quiet || site.is_some_and(|s| matches!(reach(cx.host, s.address, Packet::Tcp(port)), Answer::Answers { .. }))
}

fn known(cx: &Cx<'_, '_>) -> String {
    let manager = cx.host.manager();
    let names = data::PACKAGES.iter().filter(|p| p.edition(manager).is_some()).map(|p| p.name.as_str());
    format!("(simulated by Skydeck: the packages that there are: {})\n", names.collect::<Vec<_>>().join(" "))
}

/// What comes with every system's image.
const BASE: &[&str] = &[
    "curl",
    "bash",
    "coreutils",
    "sudo",
    "openssh-server",
    "xfsprogs",
    "e2fsprogs",
    "cloud-guest-utils",
    "cloud-utils-growpart",
    "util-linux",
];

/// `apt-get update | install | remove`
pub(super) fn apt(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let called = cx.called();
    let options =
        match Options::read(&called, arguments, &["-y", "-q", "--yes", "--no-install-recommends", "--assume-yes"], &[])
        {
            Ok(options) => options,
            Err(ran) => return ran,
        };
    let Some((verb, names)) = options.rest.split_first() else { return not_simulated(&called, "nothing to do") };
    if !cx.is_root() {
        let text = match verb.as_str() {
            "update" => {
                "Reading package lists... Done\nE: Could not open lock file /var/lib/apt/lists/lock - open (13: Permission denied)\nE: Unable to lock directory /var/lib/apt/lists/\n"
            }
            _ => {
                "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n"
            }
        };
        return Ran::failed(text, 100);
    }
    let zone = format!("http://{}.ec2.archive.ubuntu.com/ubuntu", cx.host.region);
    let code = if cx.host.system().name.contains("jammy") { "jammy" } else { "noble" };
    match verb.as_str() {
        "update" => {
            if !online(cx, "archive.ubuntu.com", 80) {
                let text = format!(
                    "Ign:1 {zone} {code} InRelease\nErr:1 {zone} {code} InRelease\n  Could not connect to {}.ec2.archive.ubuntu.com:80 (185.125.190.36), connection timed out\n\
                     Reading package lists... Done\nW: Failed to fetch {zone}/dists/{code}/InRelease  Could not connect to {}.ec2.archive.ubuntu.com:80 (185.125.190.36), connection timed out\n\
                     W: Some index files failed to download. They have been ignored, or old ones used instead.\n",
                    cx.host.region, cx.host.region
                );
                return Ran::out(text).after(Duration::from_secs(120));
            }
            let head = format!(
                "Hit:1 {zone} {code} InRelease\nGet:2 {zone} {code}-updates InRelease [126 kB]\nGet:3 http://security.ubuntu.com/ubuntu {code}-security InRelease [126 kB]\n"
            );
            let tail = "Fetched 252 kB in 3s (84.0 kB/s)\nReading package lists... Done\n";
            Ran::out(head)
                .then(Part::Wait(Duration::from_secs(3)))
                .then(Part::Do(Change::Listed))
                .then(Part::Out(tail.into()))
        }
        "install" => install_apt(cx, names, &zone, code),
        "remove" | "purge" => remove(cx, names),
        other => not_simulated(&called, other),
    }
}

fn install_apt(cx: &Cx<'_, '_>, names: &[String], zone: &str, code: &str) -> Ran {
    let mut text = String::from(
        "Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n",
    );
    let mut new: Vec<&'static Package> = Vec::new();
    for name in names {
        match data::package(name, Manager::Apt) {
            Some(package) if cx.host.has_package(name) => {
                let version = package.edition(Manager::Apt).map_or("", |e| e.version.as_str());
                text.push_str(&format!("{name} is already the newest version ({version}).\n"));
            }
            // An image that nobody updated yet does not know them all; it is one of the first things that go wrong.
            Some(package) if cx.quiet || cx.host.software().is_some_and(|s| s.listed) => new.push(package),
            Some(_) => return Ran::out(text).then(Part::Err(format!("E: Unable to locate package {name}\n(simulated by Skydeck: sudo apt-get update fetches the lists first)\n"))).with_status(100),
            None if BASE.contains(&name.as_str()) => text.push_str(&format!("{name} is already the newest version.\n")),
            None => return Ran::out(text).then(Part::Err(format!("E: Unable to locate package {name}\n{}", known(cx)))).with_status(100),
        }
    }
    if new.is_empty() {
        text.push_str("0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n");
        return Ran::out(text);
    }
    let list: Vec<&str> = new.iter().map(|p| p.name.as_str()).collect();
    text.push_str(&format!("The following NEW packages will be installed:\n  {}\n0 upgraded, {} newly installed, 0 to remove and 0 not upgraded.\n", list.join(" "), new.len()));
    if !online(cx, "archive.ubuntu.com", 80) {
        let first = list.first().copied().unwrap_or_default();
        let why = format!(
            "Err:1 {zone} {code}/main {first}\n  Could not connect to {}.ec2.archive.ubuntu.com:80 (185.125.190.36), connection timed out\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n",
            cx.host.region
        );
        return Ran::out(text).then(Part::Wait(Duration::from_secs(120))).then(Part::Err(why)).with_status(100);
    }
    let mut fetched = String::new();
    let mut set_up = String::new();
    for (n, package) in new.iter().enumerate() {
        let version = package.edition(Manager::Apt).map_or("", |e| e.version.as_str());
        fetched.push_str(&format!("Get:{} {zone} {code}/main {} {version}\n", n + 1, package.name));
        set_up.push_str(&format!("Setting up {} ({version}) ...\n", package.name));
        if let Some(service) = &package.service {
            set_up.push_str(&format!("Created symlink /etc/systemd/system/multi-user.target.wants/{0}.service → /usr/lib/systemd/system/{0}.service.\n", service.name));
        }
    }
    let mut ran = Ran::out(text);
    ran.parts.extend([
        Part::Wait(Duration::from_secs(2)),
        Part::Out(fetched),
        Part::Wait(Duration::from_secs(3)),
        Part::Do(Change::Install(new)),
        Part::Out(set_up),
    ]);
    ran
}

fn remove(cx: &Cx<'_, '_>, names: &[String]) -> Ran {
    let mut gone = Vec::new();
    for name in names {
        match data::package(name, cx.host.manager()).filter(|_| cx.host.has_package(name)) {
            Some(package) => gone.push(package),
            None => return Ran::out(format!("Package '{name}' is not installed, so not removed\n")),
        }
    }
    let text = gone.iter().map(|p| format!("Removing {} ...\n", p.name)).collect::<String>();
    let mut ran = Ran::out(text);
    ran.parts.extend([Part::Wait(Duration::from_secs(2)), Part::Do(Change::Remove(gone))]);
    ran
}

/// `dnf install | remove | update`
pub(super) fn dnf(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let called = cx.called();
    let options = match Options::read(&called, arguments, &["-y", "-q", "--assumeyes"], &[]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let Some((verb, names)) = options.rest.split_first() else { return not_simulated(&called, "nothing to do") };
    if !cx.is_root() {
        return Ran::failed(
            "Error: This command has to be run with superuser privileges (under the root user on most systems).\n",
            1,
        );
    }
    if !matches!(verb.as_str(), "install" | "remove" | "erase" | "update" | "upgrade" | "makecache") {
        return not_simulated(&called, verb);
    }
    if matches!(verb.as_str(), "remove" | "erase") {
        return remove(cx, names);
    }
    if !online(cx, "cdn.amazonlinux.com", 443) {
        let why = format!(
            "Errors during downloading metadata for repository 'amazonlinux':\n  - Curl error (28): Timeout was reached for https://al2023-repos-{0}-de612dc2.s3.dualstack.{0}.amazonaws.com/core/mirrors/latest/x86_64/mirror.list [Connection timed out after 30001 milliseconds]\n\
             Error: Failed to download metadata for repo 'amazonlinux': Cannot prepare internal mirrorlist: Curl error (28): Timeout was reached\n",
            cx.host.region
        );
        return Ran::out("Amazon Linux 2023 repository\n")
            .then(Part::Wait(Duration::from_secs(120)))
            .then(Part::Err(why))
            .with_status(1);
    }
    let mut new: Vec<&'static Package> = Vec::new();
    let mut text = String::from("Last metadata expiration check: 0:00:41 ago.\n");
    if verb != "install" {
        text.push_str("Dependencies resolved.\nNothing to do.\nComplete!\n");
        return Ran::out(text).after(Duration::from_secs(2));
    }
    for name in names {
        match data::package(name, Manager::Dnf) {
            Some(package) if cx.host.has_package(name) => {
                let version = package.edition(Manager::Dnf).map_or("", |e| e.version.as_str());
                text.push_str(&format!("Package {name}-{version} is already installed.\n"));
            }
            Some(package) => new.push(package),
            None if BASE.contains(&name.as_str()) => text.push_str(&format!("Package {name} is already installed.\n")),
            None => {
                let why =
                    format!("No match for argument: {name}\nError: Unable to find a match: {name}\n{}", known(cx));
                return Ran::out(text).then(Part::Err(why)).with_status(1);
            }
        }
    }
    if new.is_empty() {
        text.push_str("Dependencies resolved.\nNothing to do.\nComplete!\n");
        return Ran::out(text).after(Duration::from_secs(1));
    }
    text.push_str("Dependencies resolved.\nInstalling:\n");
    let mut done = String::from("\nInstalled:\n");
    for package in &new {
        let version = package.edition(Manager::Dnf).map_or("", |e| e.version.as_str());
        text.push_str(&format!(" {:<20} {:<8} {version}   amazonlinux\n", package.name, cx.host.architecture()));
        done.push_str(&format!("  {}-{version}.{}\n", package.name, cx.host.architecture()));
    }
    done.push_str("\nComplete!\n");
    let mut ran = Ran::out(text).after(Duration::from_secs(1));
    ran.parts.extend([Part::Wait(Duration::from_secs(4)), Part::Do(Change::Install(new)), Part::Out(done)]);
    ran
}
