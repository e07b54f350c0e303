//! What goes on inside an instance from one boot to the next: services, processes, mounts; and what listens.
//!
//! Kept only of instances that were logged in to. It is of one boot: after another one it is void, and what is enabled on the disk runs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::instance::{Check, InstanceState};
use super::{Disk, Instance, State};
use crate::base::Time;

/// The inside of a running instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inside {
    /// The boot that it is of: [`Instance::booted`].
    pub booted: Time,
    /// The services that run: their process and since when.
    pub running: BTreeMap<ArcStr, (u32, Time)>,
    /// Services that could not be started.
    pub failed: BTreeSet<ArcStr>,
    /// Volumes by the number of their device: 1 is `nvme1n1`. The root volume is 0.
    pub devices: BTreeMap<u8, ArcStr>,
    /// Where volumes are mounted beside the root: path and volume, in their order.
    pub mounts: Vec<(String, ArcStr)>,
    /// Processes that were started, ended ones too: the load of the past is read from them.
    pub processes: Vec<Process>,
    /// The next process's number.
    pub next_pid: u32,
}

/// A process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Whose it is.
    pub user: ArcStr,
    /// Its command line.
    pub command: String,
    /// How many processors it keeps busy.
    pub workers: u32,
    /// MiB that it holds.
    pub memory: u32,
    /// When it began.
    pub from: Time,
    /// When it ends, or has ended; none: when it is told to.
    pub until: Option<Time>,
}

impl Process {
    /// Whether it runs at a moment.
    pub fn runs(&self, at: Time) -> bool {
        self.from <= at && self.until.is_none_or(|end| at < end)
    }
}

impl Instance {
    /// What goes on inside, if that is of the boot that it is in.
    pub fn now_inside(&self) -> Option<&Inside> {
        self.inside.as_deref().filter(|inside| Some(inside.booted) == self.booted)
    }
    /// How many processors are kept busy by what was started inside, at a moment.
    pub fn busy(&self, at: Time) -> u32 {
        let all = self.now_inside().map_or(&[][..], |inside| &inside.processes);
        all.iter().filter(|p| p.runs(at)).map(|p| p.workers).sum()
    }
    /// Its root volume's id.
    pub fn root_volume(&self) -> Option<&ArcStr> {
        self.volumes.iter().find(|(device, _)| *device == self.root_device).map(|(_, volume)| volume)
    }
}

impl State {
    /// What is on an instance's root volume, if that was ever looked into.
    pub fn root_disk(&self, i: &Instance) -> Option<&Disk> {
        self.volumes.get(i.root_volume()?)?.disk.as_deref()
    }
    /// The TCP ports on which something listens after an instance's boot, beside 22: what an image of it has.
    pub fn boot_ports(&self, i: &Instance) -> Vec<u16> {
        match self.root_disk(i).and_then(Disk::software) {
            Some(software) => software.boot_ports().filter(|p| *p != 22).collect(),
            None => i.listens.clone(),
        }
    }
    /// Whether a TCP connection to the port would be taken: the instance runs, has come up, and something listens. This alone decides.
    ///
    /// `boot` is how long its software takes to come up (see [`crate::sandbox::ec2::lifecycle::boot_takes`]).
    pub fn listens_on(&self, i: &Instance, port: u16, boot: Duration, now: Time) -> bool {
        let is_up = i.state == InstanceState::Running
            && i.booted.is_some_and(|b| now >= b.plus(boot))
            && i.impaired.is_none_or(|i| i.check != Check::Instance);
        is_up
            && match self.root_disk(i).and_then(Disk::software) {
                None => port == 22 && i.platform.is_none() || i.listens.contains(&port),
                Some(_) => self.serving(i, port).is_some(),
            }
    }
}
