//! Where volumes are mounted, and what is left on them.

use super::disks::on;
use super::{Cx, Options, Ran, not_simulated};
use crate::sandbox::ec2::state::{FileSystem, FileSystemKind};
use crate::sandbox::shell::host::Host;
use crate::sandbox::shell::{boot, files};

/// What mount says behind its errors (util-linux 2.38).
const MORE: &str = "       dmesg(1) may have more information after failed mount system call.\n";

/// `mount [-a] [-t TYPE] [DEVICE] [FOLDER]`
pub(super) fn mount(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = match Options::read("mount", arguments, &["-a"], &["-t", "-o"]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let fstab = files::text(cx.host, "/etc/fstab").unwrap_or_default();
    let lines: Vec<(String, String)> = fstab
        .lines()
        .filter(|l| !l.trim_start().starts_with('#'))
        .filter_map(|l| {
            let mut words = l.split_whitespace();
            Some((words.next()?.to_string(), words.next()?.to_string()))
        })
        .collect();
    if options.has(&["-a"]) {
        if !cx.is_root() {
            return Ran::failed("mount: only root can use \"--all\" option\n", 1);
        }
        let mut text = String::new();
        for (device, path) in lines.iter().filter(|(_, p)| p.starts_with('/') && p != "/" && !p.starts_with("/boot")) {
            if boot::mount(cx.host, device, path)
                || cx.host.device(device).is_some_and(|d| cx.host.mounted_at(&d.volume).is_some())
            {
                continue;
            }
            text.push_str(&match cx.host.device(device) {
                None => format!("mount: {path}: can't find {device}.\n"),
                Some(_) if !files::is_folder(cx.host, path) => format!("mount: {path}: mount point does not exist.\n"),
                Some(d) => format!("mount: {path}: wrong fs type, bad option, bad superblock on /dev/{}, missing codepage or helper program, or other error.\n", d.name),
            });
        }
        let status = if text.is_empty() { 0 } else { 32 };
        return Ran::failed(&text, status);
    }
    let (device, path) = match options.rest.as_slice() {
        [] => {
            let all = mounted(cx.host)
                .into_iter()
                .map(|(name, at, f)| format!("/dev/{name} on {at} type {} (rw,relatime)\n", f.kind.name()));
            return Ran::out(all.collect::<String>());
        }
        [device, path] => (device.clone(), cx.path(path)),
        [path] => match lines.iter().find(|(_, p)| *p == cx.path(path)) {
            Some((device, path)) => (device.clone(), path.clone()),
            None => return Ran::failed(&format!("mount: {path}: can't find in /etc/fstab.\n"), 1),
        },
        _ => return Ran::failed("mount: bad usage\nTry 'mount --help' for more information.\n", 1),
    };
    let fails = |why: &str| Ran::failed(&format!("mount: {path}: {why}\n{MORE}"), 32);
    if !cx.is_root() {
        return fails("must be superuser to use mount.");
    }
    if !files::is_folder(cx.host, &path) {
        return fails("mount point does not exist.");
    }
    let Some(found) = cx.host.device(&device) else {
        return fails(&format!("special device {device} does not exist."));
    };
    let wrong = format!(
        "wrong fs type, bad option, bad superblock on {device}, missing codepage or helper program, or other error."
    );
    let Some(f) = on(cx.host, &found) else { return fails(&wrong) };
    if options.value(&["-t"]).is_some_and(|t| t != f.kind.name() && t != "auto") {
        return fails(&wrong);
    }
    if let Some(at) = cx.host.mounted_at(&found.volume) {
        let why = format!("{device} already mounted on {at}.");
        return fails(&why);
    }
    if path == "/" || cx.host.inside().is_some_and(|i| i.mounts.iter().any(|(at, _)| *at == path)) {
        return not_simulated("mount", "one file system over another one");
    }
    // XFS takes no two with one UUID: a volume that was made from a snapshot of one that is mounted has the same. xfs(5), nouuid
    let twin = |(_, _, other): &(String, String, &FileSystem)| other.uuid == f.uuid;
    if f.kind == FileSystemKind::Xfs
        && !options.value(&["-o"]).is_some_and(|o| o.contains("nouuid"))
        && mounted(cx.host).iter().any(twin)
    {
        return fails(&wrong);
    }
    if let Some(inside) = cx.host.inside_mut() {
        inside.mounts.push((path, found.volume));
    }
    Ran::quietly(0)
}

/// `umount FOLDER|DEVICE`
pub(super) fn umount(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let [target] = arguments else {
        return Ran::failed("umount: bad usage\nTry 'umount --help' for more information.\n", 1);
    };
    let full = cx.path(target);
    let device = cx.host.device(target);
    let at = match &device {
        Some(d) => cx.host.mounted_at(&d.volume).map(str::to_string),
        None => Some(full.clone()),
    };
    if at.as_deref() == Some("/") {
        return Ran::failed(&format!("umount: {target}: target is busy.\n"), 32);
    }
    let there = |at: &String| cx.host.inside().is_some_and(|i| i.mounts.iter().any(|(p, _)| p == at));
    let Some(at) = at.filter(there) else {
        let what = if device.is_some() || files::exists(cx.host, &full) {
            "not mounted."
        } else {
            "no mount point specified."
        };
        return Ran::failed(&format!("umount: {target}: {what}\n"), 32);
    };
    if !cx.is_root() {
        return Ran::failed(&format!("umount: {target}: must be superuser to unmount.\n"), 32);
    }
    let within = |path: &str| path == at || path.starts_with(&format!("{at}/"));
    let used =
        within(&cx.who.folder) || cx.host.inside().is_some_and(|i| i.mounts.iter().any(|(p, _)| *p != at && within(p)));
    if used {
        return Ran::failed(&format!("umount: {target}: target is busy.\n"), 32);
    }
    if let Some(inside) = cx.host.inside_mut() {
        inside.mounts.retain(|(p, _)| *p != at);
    }
    Ran::quietly(0)
}

/// What is mounted: device, folder, file system; the root first.
fn mounted<'h>(host: &'h Host<'_>) -> Vec<(String, String, &'h FileSystem)> {
    let mut out = Vec::new();
    for d in host.devices() {
        if let (Some(f), Some(at)) = (on(host, &d), host.mounted_at(&d.volume)) {
            out.push((d.name.clone(), at.to_string(), f));
        }
    }
    out
}

/// MiB of a file system: all, and used.
pub(super) fn space(host: &Host<'_>, volume: &str, f: &FileSystem) -> (u64, u64) {
    let gib = u64::from(f.size) * 1_024;
    let system = host.system();
    let (others, base) = match f.software.is_some() {
        true => (system.partitions.iter().map(|(_, mib, _)| u64::from(*mib)).sum(), u64::from(system.used)),
        false => (0, 0),
    };
    let gib = gib.saturating_sub(others);
    let (all, own) = match f.kind {
        // The log; and of the free space what xfs keeps for itself.
        FileSystemKind::Xfs => (gib.saturating_sub(64), 32 + gib / 150),
        // Inodes, journal and root's twentieth.
        FileSystemKind::Ext4 => (gib - gib / 20, 1),
    };
    (all, (base + own + super::disks::taken(host, volume)).min(all))
}

/// As `df -h` rounds: up, one figure behind the point below ten.
pub(super) fn human(mib: u64) -> String {
    let kib = mib * 1_024;
    let mut value = kib as f64;
    let mut unit = 'K';
    for next in ['M', 'G', 'T'] {
        if value < 1_024.0 {
            break;
        }
        value /= 1_024.0;
        unit = next;
    }
    if value == 0.0 {
        return "0".into();
    }
    let tenths = (value * 10.0).ceil() / 10.0;
    if tenths < 10.0 { format!("{tenths:.1}{unit}") } else { format!("{:.0}{unit}", value.ceil()) }
}

/// `df [-h] [-T]`
pub(super) fn df(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = match Options::read("df", arguments, &["-h", "-T"], &[]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    if options.rest.len() > 1 {
        return not_simulated("df", "more than one path");
    }
    let h = options.has(&["-h"]);
    let show = |mib: u64| if h { human(mib) } else { (mib * 1_024).to_string() };
    let row = |name: &str, kind: &str, cells: [String; 4], at: &str| {
        let kind = if options.has(&["-T"]) { format!(" {kind:<8}") } else { String::new() };
        let [all, used, free, share] = cells;
        format!("{name:<15}{kind} {all:>9} {used:>9} {free:>9} {share:>4} {at}\n")
    };
    let (size, free) = if h { ("Size", "Avail") } else { ("1K-blocks", "Available") };
    let mut text = row("Filesystem", "Type", [size.into(), "Used".into(), free.into(), "Use%".into()], "Mounted on");
    let (memory, ..) = super::system::memory(cx.host);
    let wanted = options.rest.first().map(|p| cx.host.locate(&cx.path(p)).0);
    if wanted.is_none() {
        let cells = |all: u64| [show(all), "0".into(), show(all), "0%".into()];
        text.push_str(&row("tmpfs", "tmpfs", cells(memory / 2), "/dev/shm"));
    }
    for d in cx.host.devices() {
        let (Some(f), Some(at)) = (on(cx.host, &d), cx.host.mounted_at(&d.volume)) else { continue };
        if wanted.as_ref().is_some_and(|w| *w != d.volume) {
            continue;
        }
        let (all, used) = space(cx.host, &d.volume, f);
        let share = format!("{}%", (used * 100).div_ceil(all.max(1)));
        text.push_str(&row(
            &format!("/dev/{}", d.name),
            f.kind.name(),
            [show(all), show(used), show(all - used), share],
            at,
        ));
    }
    Ran::out(text)
}
