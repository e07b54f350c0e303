//! One instance from within: its system, its disks and files, its services and processes.
//!
//! What was never looked into is made at the first look, from the image and the user data; from then on it is state of the world.

use std::collections::{BTreeMap, BTreeSet};

use arcstr::ArcStr;

use super::data::{self, Manager, Package, System};
use super::{boot, files};
use crate::base::Time;
use crate::sandbox::ec2::state::{
    Disk, FileSystem, FileSystemKind, Inside, Instance, Process, Service, Software, State,
};
use crate::sandbox::ec2::{self, types};
use crate::sandbox::world::World;

/// An instance, seen by whoever is logged in.
pub(super) struct Host<'w> {
    pub(super) world: &'w mut World,
    pub(super) region: ArcStr,
    pub(super) id: ArcStr,
    pub(super) now: Time,
    /// Commands that were carried out since it was opened.
    pub(super) carried: usize,
}

/// A block device: a volume, or a partition of the root volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Device {
    /// `nvme1n1`, `xvdf`, `nvme0n1p1`
    pub(super) name: String,
    pub(super) volume: ArcStr,
    /// MiB.
    pub(super) size: u64,
    /// A partition's number.
    pub(super) partition: Option<u8>,
    /// The names that lead to it beside its own.
    pub(super) links: Vec<String>,
}

/// The root volume's partition that grows.
pub(super) const ROOT_PARTITION: u8 = 1;

impl<'w> Host<'w> {
    /// An instance that runs; none if it does not, or runs Windows.
    pub(super) fn open(world: &'w mut World, region: &str, id: &str, now: Time) -> Option<Host<'w>> {
        let i = ec2::instance(world, region, id)?;
        i.booted?;
        if i.platform.is_some() {
            return None;
        }
        let mut host = Host { region: world.region_name(region), id: i.id.clone(), world, now, carried: 0 };
        boot::make(&mut host);
        Some(host)
    }

    pub(super) fn state(&self) -> &State {
        // It was there when this was made, and nothing goes while it is.
        static NONE: std::sync::LazyLock<State> = std::sync::LazyLock::new(State::default);
        self.world.peek(&self.region).map_or(&NONE, |r| &r.ec2)
    }
    pub(super) fn state_mut(&mut self) -> &mut State {
        &mut self.world.region(&self.region).ec2
    }
    pub(super) fn instance(&self) -> Option<&Instance> {
        self.state().instances.get(&self.id)
    }
    pub(super) fn system(&self) -> &'static System {
        let found = self.instance().and_then(|i| super::system_of(self.state(), i)).or_else(|| data::system([""]));
        found.unwrap_or_else(|| unreachable!("the file of systems is read by a test"))
    }
    pub(super) fn manager(&self) -> Manager {
        self.system().manager
    }
    pub(super) fn architecture(&self) -> ArcStr {
        self.instance().map(|i| i.architecture.clone()).unwrap_or_default()
    }
    /// `ip-10-1-0-7`, as the prompt has it.
    pub(super) fn short_name(&self) -> String {
        let name = self.full_name();
        name.split('.').next().unwrap_or_default().to_string()
    }
    /// `ip-10-1-0-7.ap-northeast-2.compute.internal`
    pub(super) fn full_name(&self) -> String {
        self.instance().map(|i| ec2::private_dns(&self.region, i.private_ip)).unwrap_or_default()
    }
    pub(super) fn type_info(&self) -> Option<&'static types::TypeInfo> {
        types::find(&self.instance()?.instance_type)
    }
    pub(super) fn vcpus(&self) -> u32 {
        self.type_info().map_or(1, |t| t.vcpus.max(1))
    }
    pub(super) fn is_nitro(&self) -> bool {
        self.type_info().is_none_or(|t| t.hypervisor() != Some("xen"))
    }
    /// The sandbox's clock: how much time has passed there since a moment.
    pub(super) fn since(&self, at: Time) -> std::time::Duration {
        let pace = self.world.pace();
        pace.shows(self.now).since(pace.shows(at))
    }

    // What goes on.

    pub(super) fn inside(&self) -> Option<&Inside> {
        self.instance()?.now_inside()
    }
    pub(super) fn inside_mut(&mut self) -> Option<&mut Inside> {
        let id = self.id.clone();
        self.state_mut().instances.get_mut(&id)?.inside.as_deref_mut()
    }
    /// Begins a process, and returns its number.
    pub(super) fn spawn(&mut self, process: Process) -> u32 {
        let now = self.now;
        let Some(inside) = self.inside_mut() else { return 0 };
        // Of what has ended, what CloudWatch may still be asked about is kept.
        if inside.processes.len() >= MOST_PROCESSES {
            let ended = inside.processes.iter().position(|p| !p.runs(now));
            inside.processes.remove(ended.unwrap_or_default());
        }
        let pid = inside.next_pid;
        inside.next_pid += 3;
        inside.processes.push(Process { pid, ..process });
        pid
    }
    pub(super) fn processes(&self) -> impl Iterator<Item = &Process> {
        let now = self.now;
        self.inside().into_iter().flat_map(|i| &i.processes).filter(move |p| p.runs(now))
    }
    /// Ends a process that was started by hand.
    pub(super) fn end(&mut self, pid: u32) {
        let now = self.now;
        for p in self.inside_mut().into_iter().flat_map(|i| &mut i.processes).filter(|p| p.pid == pid) {
            p.until = Some(p.until.map_or(now, |end| end.min(now)));
        }
    }

    // Software.

    pub(super) fn software(&self) -> Option<&Software> {
        self.state().root_disk(self.instance()?)?.software()
    }
    pub(super) fn software_mut(&mut self) -> Option<&mut Software> {
        let root = self.instance()?.root_volume()?.clone();
        self.state_mut().volumes.get_mut(&root)?.disk.as_deref_mut()?.software_mut()
    }
    pub(super) fn has_package(&self, name: &str) -> bool {
        self.software().is_some_and(|s| s.packages.contains(name))
    }
    /// Installs a package: its files and its service, which apt starts too.
    pub(super) fn install(&mut self, package: &'static Package) {
        let manager = self.manager();
        let Some(edition) = package.edition(manager) else { return };
        let starts = manager == Manager::Apt;
        let documents = edition.documents.as_deref().map(ArcStr::from);
        if let Some(software) = self.software_mut() {
            software.packages.insert(package.name.as_str().into());
            if let Some(info) = &package.service {
                let service = software.services.entry(info.name.as_str().into()).or_default();
                service.ports.clone_from(&info.ports);
                service.documents = documents;
                service.enabled |= starts;
            }
        }
        if let Some((path, page)) = package.index(manager) {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_string();
            files::make_folders(self, &folder, "root");
            files::put(self, &path, Some(page.to_string()), "root");
        }
        if let Some(info) = package.service.as_ref().filter(|_| starts) {
            let _ = self.start(&info.name);
        }
    }
    /// Takes a package away. What it served stays.
    pub(super) fn remove(&mut self, package: &'static Package) {
        if let Some(info) = &package.service {
            if let Some(inside) = self.inside_mut() {
                inside.running.remove(info.name.as_str());
                inside.failed.remove(info.name.as_str());
            }
            if let Some(software) = self.software_mut() {
                software.services.remove(info.name.as_str());
            }
        }
        if let Some(software) = self.software_mut() {
            software.packages.remove(package.name.as_str());
        }
    }

    // Services.

    pub(super) fn service(&self, name: &str) -> Option<&Service> {
        self.software()?.services.get(name)
    }
    pub(super) fn runs(&self, name: &str) -> bool {
        self.inside().is_some_and(|i| i.running.contains_key(name))
    }
    /// Starts a service. One that listens where another does already fails: its name is told.
    pub(super) fn start(&mut self, name: &str) -> Result<(), String> {
        let now = self.now;
        let Some(ports) = self.service(name).map(|s| s.ports.clone()) else { return Ok(()) };
        if self.runs(name) {
            return Ok(());
        }
        let taken = self.software().into_iter().flat_map(|s| &s.services).find(|(other, service)| {
            *other != name && self.runs(other) && service.ports.iter().any(|p| ports.contains(p))
        });
        let taken = taken.map(|(other, _)| other.to_string());
        let Some(inside) = self.inside_mut() else { return Ok(()) };
        if let Some(other) = taken {
            inside.failed.insert(name.into());
            return Err(other);
        }
        inside.failed.remove(name);
        let pid = inside.next_pid;
        inside.next_pid += 7;
        inside.running.insert(name.into(), (pid, now));
        Ok(())
    }
    pub(super) fn stop(&mut self, name: &str) {
        if let Some(inside) = self.inside_mut() {
            inside.running.remove(name);
            inside.failed.remove(name);
        }
    }
    pub(super) fn enable(&mut self, name: &str, enabled: bool) {
        if let Some(service) = self.software_mut().and_then(|s| s.services.get_mut(name)) {
            service.enabled = enabled;
        }
    }
    /// The service that listens on a port.
    pub(super) fn listener(&self, port: u16) -> Option<(&ArcStr, &Service)> {
        self.state().serving(self.instance()?, port)
    }

    // Disks.

    pub(super) fn disk(&self, volume: &str) -> Option<&Disk> {
        self.state().volumes.get(volume)?.disk.as_deref()
    }
    pub(super) fn disk_mut(&mut self, volume: &str) -> Option<&mut Disk> {
        self.state_mut().volumes.get_mut(volume)?.disk.as_deref_mut()
    }
    pub(super) fn file_system(&self, volume: &str) -> Option<&FileSystem> {
        self.disk(volume)?.file_system.as_ref()
    }
    pub(super) fn root(&self) -> ArcStr {
        self.instance().and_then(Instance::root_volume).cloned().unwrap_or_default()
    }
    /// All block devices, disks with their partitions behind them.
    pub(super) fn devices(&self) -> Vec<Device> {
        let (Some(i), Some(inside)) = (self.instance(), self.inside()) else { return Vec::new() };
        let (state, nitro, system) = (self.state(), self.is_nitro(), self.system());
        let mut out = Vec::new();
        for (number, volume) in &inside.devices {
            let Some(v) = state.volumes.get(volume) else { continue };
            let attached = i.volumes.iter().find(|(_, id)| id == volume).map_or("", |(device, _)| device.as_str());
            let plain = attached.strip_prefix("/dev/").unwrap_or(attached);
            let name = match (nitro, *number) {
                (true, n) => format!("nvme{n}n1"),
                (false, 0) => "xvda".to_string(),
                (false, _) => plain.replacen("sd", "xvd", 1),
            };
            let links = match nitro && system.device_links && *number > 0 {
                true => vec![plain.to_string(), plain.replacen("sd", "xvd", 1)],
                false => Vec::new(),
            };
            let size = u64::from(v.size) * 1024;
            let part = |n: u8| if nitro { format!("{name}p{n}") } else { format!("{name}{n}") };
            let device =
                |name, size, partition| Device { name, volume: volume.clone(), size, partition, links: Vec::new() };
            out.push(Device { name: name.clone(), volume: volume.clone(), size, partition: None, links });
            if let Some(grown) = v.disk.as_deref().and_then(|d| d.partition) {
                let others: u64 = system.partitions.iter().map(|(_, mib, _)| u64::from(*mib)).sum();
                out.push(device(
                    part(ROOT_PARTITION),
                    (u64::from(grown) * 1024).saturating_sub(others + 1),
                    Some(ROOT_PARTITION),
                ));
                out.extend(system.partitions.iter().map(|(n, mib, _)| device(part(*n), u64::from(*mib), Some(*n))));
            }
        }
        out
    }
    /// A device by its path or a link to it.
    pub(super) fn device(&self, path: &str) -> Option<Device> {
        if let Some(uuid) = path.strip_prefix("UUID=") {
            let uuid = uuid.trim_matches('"');
            let fits = |d: &Device| d.holds_files() && self.file_system(&d.volume).is_some_and(|f| f.uuid == uuid);
            let whole =
                |d: &Device| self.disk(&d.volume).is_some_and(|disk| disk.partition.is_some() == d.partition.is_some());
            return self.devices().into_iter().find(|d| fits(d) && whole(d));
        }
        let name = path.strip_prefix("/dev/")?;
        self.devices().into_iter().find(|d| d.name == name || d.links.iter().any(|l| l == name))
    }
    /// Where a volume's file system is mounted.
    pub(super) fn mounted_at(&self, volume: &str) -> Option<&str> {
        if self.root() == volume {
            return Some("/");
        }
        self.inside()?.mounts.iter().find(|(_, v)| v == volume).map(|(path, _)| path.as_str())
    }
    /// The file system that a path lies in, and the path within it.
    pub(super) fn locate(&self, path: &str) -> (ArcStr, String) {
        self.instance().map_or_else(|| (ArcStr::new(), path.to_string()), |i| i.locate(path))
    }
    pub(super) fn new_file_system(&mut self, kind: FileSystemKind, size: u32) -> FileSystem {
        let uuid = self.world.new_uuid();
        FileSystem { kind, size, uuid, nodes: BTreeMap::new(), software: None }
    }
}

impl Device {
    /// Whether a file system may lie on it: on a whole volume, or on the root's first partition.
    pub(super) fn holds_files(&self) -> bool {
        self.partition.is_none_or(|n| n == ROOT_PARTITION)
    }
}

/// Processes that are remembered.
const MOST_PROCESSES: usize = 200;
/// Those that may run at once.
pub(super) const MOST_RUNNING: usize = 64;

/// The inside of an instance that has just booted.
pub(super) fn booted(at: Time) -> Inside {
    Inside {
        booted: at,
        running: BTreeMap::new(),
        failed: BTreeSet::new(),
        devices: BTreeMap::new(),
        mounts: Vec::new(),
        processes: Vec::new(),
        next_pid: 1_204,
    }
}
