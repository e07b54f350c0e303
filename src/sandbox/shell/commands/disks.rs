//! Volumes as block devices: what is there, what is on it, how it is formatted and grown.

use super::{Cx, Options, Ran, not_simulated};
use crate::sandbox::ec2::state::{FileSystem, FileSystemKind};
use crate::sandbox::shell::files;
use crate::sandbox::shell::host::{Device, Host, ROOT_PARTITION};

/// MiB as lsblk writes them: `8G`, `10M`, `1.5G`.
fn size(mib: u64) -> String {
    let (value, unit) = match mib {
        m if m >= 1_048_576 => (m as f64 / 1_048_576.0, "T"),
        m if m >= 1_024 => (m as f64 / 1_024.0, "G"),
        m => (m as f64, "M"),
    };
    let rounded = (value * 10.0).round() / 10.0;
    if rounded.fract() == 0.0 { format!("{rounded:.0}{unit}") } else { format!("{rounded:.1}{unit}") }
}

/// Where a device is mounted, as lsblk shows it.
fn mounted<'h>(host: &'h Host<'_>, d: &Device) -> &'h str {
    let parted = host.disk(&d.volume).is_some_and(|disk| disk.partition.is_some());
    match d.partition {
        Some(ROOT_PARTITION) => host.mounted_at(&d.volume).unwrap_or(""),
        Some(n) if host.root() == d.volume => {
            host.system().partitions.iter().find(|(p, ..)| *p == n).map_or("", |(.., at)| at.as_str())
        }
        None if !parted => host.mounted_at(&d.volume).unwrap_or(""),
        _ => "",
    }
}

/// The file system on a device: a partition, or a volume that has none.
pub(super) fn on<'h>(host: &'h Host<'_>, d: &Device) -> Option<&'h FileSystem> {
    let disk = host.disk(&d.volume)?;
    let here = d.partition == disk.partition.map(|_| ROOT_PARTITION);
    disk.file_system.as_ref().filter(|_| here)
}

/// `lsblk [-f]`
pub(super) fn lsblk(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = match Options::read("lsblk", arguments, &["-f", "--fs", "-p"], &[]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let host = &*cx.host;
    let devices = host.devices();
    let whole = options.has(&["-f", "--fs"]);
    let mut text = match whole {
        true => format!("{:<14} {:<6} {:<36} {:>7} {:>6} MOUNTPOINTS\n", "NAME", "FSTYPE", "UUID", "FSAVAIL", "FSUSE%"),
        false => format!("{:<14} {:<7} {} {:>6} {} {:<4} MOUNTPOINTS\n", "NAME", "MAJ:MIN", "RM", "SIZE", "RO", "TYPE"),
    };
    let major = if host.is_nitro() { 259 } else { 202 };
    for (n, d) in devices.iter().enumerate() {
        let last = devices.get(n + 1).is_none_or(|next| next.partition.is_none());
        let branch = match d.partition {
            None => String::new(),
            Some(_) if last => "└─".into(),
            Some(_) => "├─".into(),
        };
        let start = if options.has(&["-p"]) { "/dev/" } else { "" };
        let name = format!("{branch}{start}{}", d.name);
        let at = mounted(host, d);
        let line = if whole {
            let f = on(host, d);
            let (avail, used) = match f.filter(|_| !at.is_empty()) {
                Some(f) => {
                    let (all, used) = super::mounts::space(host, &d.volume, f);
                    (super::mounts::human(all - used), format!("{}%", used * 100 / all.max(1)))
                }
                None => (String::new(), String::new()),
            };
            let (kind, uuid) = f.map_or(("", ""), |f| (f.kind.name(), f.uuid.as_str()));
            format!("{name:<14} {kind:<6} {uuid:<36} {avail:>7} {used:>6} {at}")
        } else {
            let kind = if d.partition.is_some() { "part" } else { "disk" };
            format!("{name:<14} {:<7}  0 {:>6}  0 {kind:<4} {at}", format!("{major}:{n}"), size(d.size))
        };
        text.push_str(line.trim_end());
        text.push('\n');
    }
    Ran::out(text)
}

/// `blkid [DEVICE]`
pub(super) fn blkid(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let host = &*cx.host;
    let devices = match arguments {
        [] => host.devices(),
        [path] => host.device(path).into_iter().collect(),
        _ => return not_simulated("blkid", "this"),
    };
    let line = |d: &Device| {
        Some(format!(
            "/dev/{}: UUID=\"{}\" BLOCK_SIZE=\"4096\" TYPE=\"{}\"\n",
            d.name,
            on(host, d)?.uuid,
            on(host, d)?.kind.name()
        ))
    };
    let text: String = devices.iter().filter_map(line).collect();
    let status = if text.is_empty() { 2 } else { 0 };
    Ran::out(text).with_status(status)
}

/// `file -s DEVICE`
pub(super) fn file(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = match Options::read("file", arguments, &["-s"], &[]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let ([path], true) = (options.rest.as_slice(), options.has(&["-s"])) else {
        return not_simulated("file", "anything but -s DEVICE");
    };
    let Some(device) = cx.host.device(path) else {
        return Ran::out(format!("{path}: cannot open `{path}' (No such file or directory)\n"));
    };
    if !cx.is_root() {
        return Ran::out(format!("{path}: no read permission\n"));
    }
    if device.links.iter().any(|l| format!("/dev/{l}") == *path) {
        return Ran::out(format!("{path}: symbolic link to {}\n", device.name));
    }
    let parted = device.partition.is_none() && cx.host.disk(&device.volume).is_some_and(|d| d.partition.is_some());
    let what = match on(cx.host, &device) {
        Some(f) if f.kind == FileSystemKind::Xfs => {
            "SGI XFS filesystem data (blksz 4096, inosz 512, v2 dirs)".to_string()
        }
        Some(f) => {
            format!("Linux rev 1.0 ext4 filesystem data, UUID={} (extents) (64bit) (large files) (huge files)", f.uuid)
        }
        None if parted => "DOS/MBR boot sector, extended partition table (last)".into(),
        None => "data".into(),
    };
    Ran::out(format!("{path}: {what}\n"))
}

/// `mkfs -t xfs|ext4 DEVICE`, `mkfs.xfs`, `mkfs.ext4`
pub(super) fn mkfs(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let called = cx.called();
    let options = match Options::read(&called, arguments, &["-f", "-F", "-q"], &["-t", "-L"]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let kind = match called.strip_prefix("mkfs.").or(options.value(&["-t"])) {
        Some("xfs") => FileSystemKind::Xfs,
        // mkfs makes ext2 where nothing is said; that is not there, and nobody wants it.
        Some("ext4") => FileSystemKind::Ext4,
        Some(other) => {
            return Ran::failed(&format!("mkfs: failed to execute mkfs.{other}: No such file or directory\n"), 1);
        }
        None => return not_simulated("mkfs", "a type other than xfs and ext4 (-t)"),
    };
    if options.value(&["-L"]).is_some() {
        return not_simulated(&called, "-L");
    }
    let [path] = options.rest.as_slice() else { return not_simulated(&called, "anything but one device") };
    let ext4 = kind == FileSystemKind::Ext4;
    const BANNER: &str = "mke2fs 1.47.0 (5-Feb-2023)\n";
    let fails = |text: String| Ran::failed(&if ext4 { format!("{BANNER}{text}\n") } else { format!("{text}\n") }, 1);
    let Some(device) = cx.host.device(path) else {
        return fails(match ext4 {
            true => format!("The file {path} does not exist and no size was specified."),
            false => format!("Error accessing specified device {path}: No such file or directory"),
        });
    };
    if !cx.is_root() {
        return fails(match ext4 {
            true => "mkfs.ext4: Permission denied while trying to determine filesystem size".into(),
            false => format!("mkfs.xfs: cannot open {path}: Permission denied"),
        });
    }
    let (volume, is_root) = (device.volume.clone(), device.volume == cx.host.root());
    if is_root || cx.host.mounted_at(&volume).is_some() {
        return fails(match (ext4, is_root && device.partition.is_none()) {
            (true, true) => format!("{path} is apparently in use by the system; will not make a filesystem here!"),
            (true, false) => format!("{path} is mounted; will not make a filesystem here!"),
            (false, true) => format!("mkfs.xfs: cannot open {path}: Device or resource busy"),
            (false, false) => format!("mkfs.xfs: {path} contains a mounted filesystem"),
        });
    }
    let parted = cx.host.disk(&volume).is_some_and(|d| d.partition.is_some());
    if device.partition.is_some() || parted {
        return not_simulated(&called, "a disk with partitions");
    }
    if let Some(old) = on(cx.host, &device).filter(|_| !options.has(&["-f", "-F"])) {
        let old = old.kind.name();
        return match ext4 {
            true => fails(format!(
                "{path} contains a {old} file system\nProceed anyway? (y,N) N\n(simulated by Skydeck: it answers no; -F writes over it)"
            )),
            false => fails(format!(
                "mkfs.xfs: {path} appears to contain an existing filesystem ({old}).\nmkfs.xfs: Use the -f option to force overwrite."
            )),
        };
    }
    let gib = cx.host.state().volumes.get(&volume).map_or(1, |v| v.size);
    let made = cx.host.new_file_system(kind, gib);
    let uuid = made.uuid.clone();
    if let Some(disk) = cx.host.disk_mut(&volume) {
        disk.file_system = Some(made);
    }
    if options.has(&["-q"]) {
        return Ran::quietly(0);
    }
    let blocks = u64::from(gib) * 262_144;
    Ran::out(if ext4 {
        format!(
            "{BANNER}Creating filesystem with {blocks} 4k blocks and {} inodes\nFilesystem UUID: {uuid}\n\nAllocating group tables: done\nWriting inode tables: done\nCreating journal ({} blocks): done\nWriting superblocks and filesystem accounting information: done\n\n",
            blocks / 4,
            (blocks / 64).clamp(4_096, 262_144)
        )
    } else {
        format!(
            "meta-data={path:<22} isize=512    agcount=4, agsize={} blks\n         =                       sectsz=512   attr=2, projid32bit=1\n         =                       crc=1        finobt=1, sparse=1, rmapbt=0\n\
             data     =                       bsize=4096   blocks={blocks}, imaxpct=25\n         =                       sunit=0      swidth=0 blks\nnaming   =version 2              bsize=4096   ascii-ci=0, ftype=1\n\
             log      =internal log           bsize=4096   blocks=16384, version=2\nrealtime =none                   extsz=4096   blocks=0, rtextents=0\n",
            blocks / 4
        )
    })
}

/// `growpart DISK PARTITION`
pub(super) fn growpart(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let [path, number] = arguments else {
        return Ran::failed(
            "growpart disk partition\n   rewrite partition table so that partition takes up all the space it can\nFAILED: must supply disk and partition-number\n",
            1,
        );
    };
    let Some(device) = cx.host.device(path).filter(|d| d.partition.is_none()) else {
        return Ran::failed(&format!("FAILED: {path}: does not exist\n"), 1);
    };
    if !cx.is_root() {
        return Ran::failed("FAILED: sfdisk not found or not permitted: must be root\n", 1);
    }
    let grown = cx.host.disk(&device.volume).and_then(|d| d.partition);
    let Some(before) = grown.filter(|_| *number == ROOT_PARTITION.to_string()) else {
        return Ran::failed(&format!("FAILED: failed to get start and end for {path}{number}\n"), 2);
    };
    let size = cx.host.state().volumes.get(&device.volume).map_or(before, |v| v.size);
    let sectors = |gib: u32| u64::from(gib) * 2_097_152 - 2_099_200.min(u64::from(gib) * 2_097_152);
    if size <= before {
        return Ran::out(format!("NOCHANGE: partition 1 is size {}. it cannot be grown\n", sectors(before)))
            .with_status(1);
    }
    if let Some(disk) = cx.host.disk_mut(&device.volume) {
        disk.partition = Some(size);
    }
    Ran::out(format!(
        "CHANGED: partition=1 start=2099200 old: size={} end={} new: size={} end={}\n",
        sectors(before),
        sectors(before) + 2_099_199,
        sectors(size),
        sectors(size) + 2_099_199
    ))
}

/// What a file system could grow to: its partition, or its volume.
fn room(host: &Host<'_>, d: &Device) -> u32 {
    let whole = host.state().volumes.get(&d.volume).map_or(0, |v| v.size);
    host.disk(&d.volume).and_then(|disk| disk.partition).unwrap_or(whole)
}

/// `resize2fs DEVICE`
pub(super) fn resize2fs(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    const BANNER: &str = "resize2fs 1.47.0 (5-Feb-2023)\n";
    let [path] = arguments else { return not_simulated("resize2fs", "a size") };
    let Some(device) = cx.host.device(path) else {
        return Ran::failed(&format!("{BANNER}open: No such file or directory while opening {path}\n"), 1);
    };
    if !cx.is_root() {
        return Ran::failed(&format!("{BANNER}open: Permission denied while opening {path}\n"), 1);
    }
    let Some(f) = on(cx.host, &device).filter(|f| f.kind == FileSystemKind::Ext4) else {
        return Ran::failed(
            &format!(
                "{BANNER}resize2fs: Bad magic number in super-block while trying to open {path}\nCouldn't find valid filesystem superblock.\n"
            ),
            1,
        );
    };
    let (old, new) = (f.size, room(cx.host, &device));
    let blocks = u64::from(new) * 262_144;
    if new <= old {
        return Ran::failed(
            &format!("{BANNER}The filesystem is already {blocks} (4k) blocks long.  Nothing to do!\n\n"),
            0,
        );
    }
    let at = cx.host.mounted_at(&device.volume).map(str::to_string);
    grow(cx.host, &device.volume, new);
    let online = at.map_or_else(String::new, |at| format!("Filesystem at {path} is mounted on {at}; on-line resizing required\nold_desc_blocks = {}, new_desc_blocks = {}\n", old.div_ceil(8), new.div_ceil(8)));
    Ran::out(format!("{BANNER}{online}The filesystem on {path} is now {blocks} (4k) blocks long.\n\n"))
}

/// `xfs_growfs FOLDER`
pub(super) fn xfs_growfs(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = match Options::read("xfs_growfs", arguments, &["-d"], &[]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let [path] = options.rest.as_slice() else { return not_simulated("xfs_growfs", "anything but a folder") };
    let full = cx.path(path);
    // The root's device is taken for its folder.
    let volume = match cx.host.device(path) {
        Some(d) => cx.host.mounted_at(&d.volume).map(|_| d.volume.clone()),
        None => cx.host.devices().into_iter().map(|d| d.volume).find(|v| cx.host.mounted_at(v) == Some(full.as_str())),
    };
    let Some(volume) = volume else {
        return Ran::failed(&format!("xfs_growfs: {path} is not a mounted XFS filesystem\n"), 1);
    };
    let Some(f) = cx.host.file_system(&volume).filter(|f| f.kind == FileSystemKind::Xfs) else {
        return Ran::failed(&format!("xfs_growfs: {path} is not a mounted XFS filesystem\n"), 1);
    };
    if !cx.is_root() {
        return Ran::failed("xfs_growfs: XFS_IOC_FSGROWFSDATA xfsctl failed: Operation not permitted\n", 1);
    }
    let old = f.size;
    let Some(device) = cx.host.devices().into_iter().find(|d| d.volume == volume) else { return Ran::quietly(1) };
    let new = room(cx.host, &device);
    let blocks = |gib: u32| u64::from(gib) * 262_144;
    let head = format!(
        "meta-data=/dev/{:<17} isize=512    agcount=4, agsize={} blks\ndata     =                       bsize=4096   blocks={}, imaxpct=25\n",
        device.name,
        blocks(old) / 4,
        blocks(old)
    );
    if new <= old {
        return Ran::out(format!("{head}data size unchanged, skipping\n"));
    }
    grow(cx.host, &volume, new);
    Ran::out(format!("{head}data blocks changed from {} to {}\n", blocks(old), blocks(new)))
}

fn grow(host: &mut Host<'_>, volume: &str, size: u32) {
    if let Some(f) = host.disk_mut(volume).and_then(|d| d.file_system.as_mut()) {
        f.size = size;
    }
}

/// MiB that a file system's files take.
pub(super) fn taken(host: &Host<'_>, volume: &str) -> u64 {
    files::bytes(host, volume).div_ceil(1 << 20)
}
