//! What is there when an instance is first looked into: its disks as the image made them, what its user data did, and what runs after a boot.

use arcstr::ArcStr;
use base64::Engine as _;

use super::data::{self, Manager};
use super::files;
use super::host::{Host, booted};
use super::session;
use crate::sandbox::ec2::state::{Disk, FileSystemKind, Phase, Service, Software};

/// Makes what is missing.
pub(super) fn make(host: &mut Host<'_>) {
    make_disks(host);
    let fresh = boot(host);
    if fresh {
        first_boot(host);
    }
    keep_devices(host);
}

/// What the volumes hold that nobody has looked into.
fn make_disks(host: &mut Host<'_>) {
    let root = host.root();
    let volumes: Vec<ArcStr> =
        host.instance().into_iter().flat_map(|i| i.volumes.iter().map(|(_, v)| v.clone())).collect();
    for volume in volumes {
        let Some(v) = host.state().volumes.get(&volume) else { continue };
        let (size, restored) = (v.size, v.snapshot.is_some());
        let is_root = volume == root;
        if v.disk.is_some() && (!is_root || host.software().is_some()) {
            continue;
        }
        let kind = if host.system().file_system == "xfs" { FileSystemKind::Xfs } else { FileSystemKind::Ext4 };
        let mut disk = Disk::blank();
        if is_root || restored {
            let mut made = host.new_file_system(kind, size);
            if is_root {
                disk.partition = Some(size);
                made.software = Some(Software::default());
            }
            disk.file_system = Some(made);
        }
        if let Some(v) = host.state_mut().volumes.get_mut(&volume) {
            v.disk = Some(Box::new(disk));
        }
        if is_root {
            furnish(host);
        }
    }
}

/// The small tree of files of a new system.
fn furnish(host: &mut Host<'_>) {
    let system = host.system();
    let uuid = host.file_system(&host.root()).map(|f| f.uuid.clone()).unwrap_or_default();
    for folder in
        ["bin", "boot", "dev", "etc", "home", "media", "mnt", "opt", "proc", "root", "srv", "sys", "usr", "var"]
    {
        files::put(host, &format!("/{folder}"), None, "root");
    }
    for folder in ["/usr/bin", "/usr/share", "/var/log", "/var/lib", "/var/www"] {
        files::make_folders(host, folder, "root");
    }
    files::put(host, "/tmp", None, "root");
    files::open_to_all(host, "/tmp");
    files::put(host, &format!("/home/{}", system.user), None, &system.user);
    files::put(host, "/etc/os-release", Some(system.os_release.trim_start().to_string()), "root");
    let fstab = match system.manager {
        Manager::Dnf => format!("#\nUUID={uuid}     /           xfs    defaults,noatime  1   1\n"),
        Manager::Apt => "LABEL=cloudimg-rootfs\t/\t ext4\tdiscard,commit=30,errors=remount-ro\t0 1\n".to_string(),
    };
    files::put(host, "/etc/fstab", Some(fstab), "root");
    let (ssh, listens) = (system.ssh_service.clone(), host.instance().map(|i| i.listens.clone()).unwrap_or_default());
    let script = user_data(host);
    if let Some(software) = host.software_mut() {
        software.services.insert(ssh.as_str().into(), Service { ports: vec![22], enabled: true, documents: None });
    }
    // What is known to listen is there from the start, whatever came of the user data.
    for port in listens {
        let wanted = if port == 80 { web_server(host.manager(), &script) } else { None };
        match wanted.and_then(|name| data::package(name, host.manager())) {
            Some(package) => {
                host.install(package);
                let service = package.service.as_ref().map(|s| s.name.clone()).unwrap_or_default();
                host.enable(&service, true);
                if !script.contains(package.name.as_str()) {
                    answer_checks(host, port, &service);
                }
            }
            None => {
                let service = Service { ports: vec![port], enabled: true, documents: None };
                if let Some(software) = host.software_mut() {
                    software.services.insert(arcstr::format!("app-{port}"), service);
                }
            }
        }
    }
}

/// An image whose web server was healthy until somebody looked has the pages that load balancers ask it for, also where it is just drained:
/// those of all target groups of its VPC that check this port.
fn answer_checks(host: &mut Host<'_>, port: u16, service: &str) {
    let Some(folder) = host.service(service).and_then(|s| s.documents.clone()) else { return };
    let groups = host.world.peek(&host.region).map(|r| &r.elbv2.groups).into_iter().flat_map(|groups| groups.values());
    let vpc = host.instance().map(|i| i.vpc.clone()).unwrap_or_default();
    let asked = groups.filter(|g| g.check.protocol == "HTTP" && g.vpc == vpc.as_str()).filter(|g| {
        let own = g.targets.iter().any(|t| t.id == host.id.as_str() && g.check.port_of(t.port) == port);
        own || g.check.port_of(g.port) == port
    });
    let asked = asked.filter_map(|g| g.check.path.clone());
    let paths: Vec<String> = asked.filter_map(|p| p.split('?').next().map(str::to_string)).collect();
    for path in paths.iter().filter(|p| p.starts_with('/') && !p.ends_with('/') && !p.contains("..")) {
        let full = format!("{folder}{path}");
        files::make_folders(host, files::parent(&full), "root");
        if !files::exists(host, &full) {
            files::put(host, &full, Some("OK\n".to_string()), "root");
        }
    }
}

/// The web server that an image or a script installs: nginx, where neither says.
fn web_server(manager: Manager, script: &str) -> Option<&'static str> {
    let named = ["nginx", "httpd", "apache2"].into_iter().find(|name| script.contains(name)).unwrap_or("nginx");
    Some(match (named, manager) {
        ("httpd", Manager::Apt) => "apache2",
        ("apache2", Manager::Dnf) => "httpd",
        (other, _) => other,
    })
}

fn user_data(host: &Host<'_>) -> String {
    let data = host.instance().and_then(|i| i.user_data.clone()).unwrap_or_default();
    let script = base64::engine::general_purpose::STANDARD.decode(data.as_bytes()).unwrap_or_default();
    String::from_utf8_lossy(&script).into_owned()
}

/// What runs after a boot, unless that was seen to: what is enabled. Returns whether cloud-init has not run on this instance yet.
fn boot(host: &mut Host<'_>) -> bool {
    let Some(i) = host.instance() else { return false };
    let Some(at) = i.booted else { return false };
    if i.now_inside().is_none() {
        let id = host.id.clone();
        if let Some(i) = host.state_mut().instances.get_mut(&id) {
            i.inside = Some(Box::new(booted(at)));
        }
        // cloud-init grows the root at each boot. <https://cloudinit.readthedocs.io/en/latest/reference/modules.html#growpart>
        let root = host.root();
        let size = host.state().volumes.get(&root).map_or(0, |v| v.size);
        if let Some(disk) = host.disk_mut(&root) {
            disk.partition = Some(size);
            if let Some(f) = &mut disk.file_system {
                f.size = size;
            }
        }
        let enabled: Vec<ArcStr> = host
            .software()
            .map(|s| s.services.iter().filter(|(_, s)| s.enabled).map(|(n, _)| n.clone()).collect())
            .unwrap_or_default();
        let now = host.now;
        host.now = at;
        for name in enabled {
            // One that finds its port taken has failed, as it would.
            let _ = host.start(&name);
        }
        host.now = now;
        keep_devices(host);
        for line in files::text(host, "/etc/fstab").unwrap_or_default().lines() {
            let mut words = line.split_whitespace();
            if let (Some(device), Some(path)) = (words.next(), words.next())
                && !device.starts_with('#')
            {
                mount(host, device, path);
            }
        }
    }
    let id = host.id.clone();
    host.software().is_some_and(|s| s.instance != id)
}

/// Mounts what a line of fstab names, if it is there and not mounted yet.
pub(super) fn mount(host: &mut Host<'_>, device: &str, path: &str) -> bool {
    let Some(device) = host.device(device).filter(|d| d.holds_files()) else { return false };
    let fits = path.starts_with('/')
        && path != "/"
        && host.mounted_at(&device.volume).is_none()
        && host.file_system(&device.volume).is_some()
        && files::is_folder(host, path);
    if fits && let Some(inside) = host.inside_mut() {
        inside.mounts.push((path.to_string(), device.volume));
    }
    fits
}

/// What cloud-init does on a new instance: its name, its key, its user data.
fn first_boot(host: &mut Host<'_>) {
    let (id, name) = (host.id.clone(), host.full_name());
    if let Some(software) = host.software_mut() {
        software.instance = id;
    }
    files::put(host, "/etc/hostname", Some(format!("{name}\n")), "root");
    files::put(host, "/etc/hosts", Some("127.0.0.1 localhost\n".to_string()), "root");
    let script = user_data(host);
    if script.starts_with("#!") {
        let log = session::run_script(host, &script);
        files::put(host, "/var/log/cloud-init-output.log", Some(log), "root");
    }
}

/// A volume that is attached has a device, and one that is not has none, and is mounted nowhere.
fn keep_devices(host: &mut Host<'_>) {
    let Some(i) = host.instance() else { return };
    let (state, root) = (host.state(), host.root());
    let there = |v: &ArcStr| {
        let attachment = state.volumes.get(v).and_then(|v| v.attachment.as_ref());
        attachment.is_some_and(|a| a.phase != Phase::Beginning)
    };
    let mut attached: Vec<ArcStr> =
        i.volumes.iter().map(|(_, v)| v.clone()).filter(|v| *v == root || there(v)).collect();
    attached.sort_by_key(|v| *v != root);
    let Some(inside) = host.inside_mut() else { return };
    inside.devices.retain(|_, v| attached.contains(v));
    inside.mounts.retain(|(_, v)| attached.contains(v));
    for volume in attached {
        if !inside.devices.values().any(|v| *v == volume)
            && let Some(free) = (0..=u8::MAX).find(|n| !inside.devices.contains_key(n) && (*n > 0 || volume == root))
        {
            inside.devices.insert(free, volume);
        }
    }
}
