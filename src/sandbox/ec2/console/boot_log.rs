//! The lines that a boot writes to the serial console, by the image's family.

use std::fmt::Write as _;
use std::time::Duration;

use crate::sandbox::ec2::describe::private_dns;
use crate::sandbox::ec2::state::instance::{Check, Instance};

/// A line of a boot: at which part of it, and its text; `{host}` and `{type}` stand for the instance's.
type Line = (f64, &'static str);

/// Amazon Linux 2023.
const AMAZON: &[Line] = &[
    (0.0, "Linux version 6.12.53-69.119.amzn2023.x86_64 (mockbuild@ip-10-0-0-1) (gcc (GCC) 11.5.0)"),
    (
        0.0,
        "Command line: BOOT_IMAGE=(hd0,gpt1)/boot/vmlinuz root=UUID=2a2 ro console=tty0 console=ttyS0,115200n8 nvme_core.io_timeout=4294967295",
    ),
    (0.01, "BIOS-provided physical RAM map:"),
    (0.02, "DMI: Amazon EC2 {type}/, BIOS 1.0 10/16/2017"),
    (0.03, "Hypervisor detected: KVM"),
    (0.05, "smp: Bringing up secondary CPUs ..."),
    (0.09, "nvme nvme0: pci function 0000:00:04.0"),
    (0.1, " nvme0n1: p1 p127 p128"),
    (0.12, "ena 0000:00:05.0: Elastic Network Adapter (ENA) found at mem 80404000"),
    (0.15, "XFS (nvme0n1p1): Mounting V5 Filesystem"),
    (0.16, "XFS (nvme0n1p1): Ending clean mount"),
    (0.2, "systemd[1]: Detected virtualization amazon."),
    (0.21, "systemd[1]: Hostname set to <{host}>."),
    (0.3, "\u{1b}[0;32m  OK  \u{1b}[0m] Started systemd-journald.service - Journal Service."),
    (0.36, "\u{1b}[0;32m  OK  \u{1b}[0m] Reached target network.target - Network."),
    (0.42, "\u{1b}[0;32m  OK  \u{1b}[0m] Started sshd.service - OpenSSH server daemon."),
    (0.5, "cloud-init[1702]: Cloud-init v. 22.2.2 running 'init'"),
    (0.7, "cloud-init[2034]: Cloud-init v. 22.2.2 running 'modules:final'"),
    (0.9, "cloud-init[2034]: Cloud-init v. 22.2.2 finished. Datasource DataSourceEc2."),
];

/// Ubuntu.
const UBUNTU: &[Line] = &[
    (
        0.0,
        "Linux version 6.14.0-1015-aws (buildd@lcy02-amd64-037) (x86_64-linux-gnu-gcc-13 (Ubuntu 13.3.0)) #15~24.04.1-Ubuntu SMP",
    ),
    (
        0.0,
        "Command line: BOOT_IMAGE=/vmlinuz-6.14.0-1015-aws root=PARTUUID=4986e35b ro console=tty1 console=ttyS0 panic=-1",
    ),
    (0.02, "DMI: Amazon EC2 {type}/, BIOS 1.0 10/16/2017"),
    (0.03, "Hypervisor detected: KVM"),
    (0.09, "nvme nvme0: pci function 0000:00:04.0"),
    (0.12, "ena 0000:00:05.0: Elastic Network Adapter (ENA) found at mem 80404000"),
    (0.15, "EXT4-fs (nvme0n1p1): mounted filesystem r/w with ordered data mode."),
    (0.2, "systemd[1]: Detected virtualization amazon."),
    (0.21, "systemd[1]: Hostname set to <{host}>."),
    (0.33, "\u{1b}[0;32m  OK  \u{1b}[0m] Mounted snap-core22.mount - Mount unit for core22."),
    (0.42, "\u{1b}[0;32m  OK  \u{1b}[0m] Started ssh.service - OpenBSD Secure Shell server."),
    (0.5, "cloud-init[716]: Cloud-init v. 25.1.4-0ubuntu0~24.04.1 running 'init'"),
    (0.7, "cloud-init[1109]: Cloud-init v. 25.1.4-0ubuntu0~24.04.1 running 'modules:final'"),
    (0.9, "cloud-init[1109]: Cloud-init v. 25.1.4-0ubuntu0~24.04.1 finished. Datasource DataSourceEc2Local."),
];

/// Windows Server, whose EC2Launch writes to the serial port.
const WINDOWS: &[Line] = &[
    (0.1, "EC2 Agent: Windows is Ready to use"),
    (0.2, "AMI Origin Version: 2026.10.15"),
    (0.2, "OS: Microsoft Windows Server 2025 (Datacenter)"),
    (0.3, "EC2Launch: v2.0.2107"),
    (0.4, "Instance type: {type}"),
    (0.5, "HOSTNAME: {host}"),
    (0.6, "RDPCERTIFICATE-SUBJECTNAME: {host}"),
    (0.9, "Message: Windows is Ready to use"),
];

/// Writes as much of a boot as `ran` brings of the time that it takes. `newest`: it is the boot that goes on.
pub(super) fn write(out: &mut String, i: &Instance, region: &str, ran: Duration, takes: Duration, newest: bool) {
    let windows = i.platform.is_some();
    let ubuntu = i.root_device.as_str() == "/dev/sda1";
    let lines = match (windows, ubuntu) {
        (true, _) => WINDOWS,
        (_, true) => UBUNTU,
        _ => AMAZON,
    };
    let host = private_dns(region, i.private_ip);
    let host = host.split('.').next().unwrap_or_default().to_string();
    let part = ran.as_secs_f64() / takes.as_secs_f64().max(0.001);
    let full = |line: &str| line.replace("{host}", &host).replace("{type}", &i.instance_type);
    // One that fails its check has not come up.
    let stuck = newest && i.impaired.is_some_and(|bad| bad.check == Check::Instance) && !windows;
    for (at, line) in lines.iter().filter(|(at, _)| *at <= part && !(stuck && *at > 0.14)) {
        let uptime = at * takes.as_secs_f64();
        let line = full(line);
        // systemd's own lines have no clock of the kernel's.
        let written = match line.starts_with('\u{1b}') {
            true => write!(out, "[{line}\r\n"),
            false if windows => write!(out, "{line}\r\n"),
            false => write!(out, "[{uptime:12.6}] {line}\r\n"),
        };
        debug_assert!(written.is_ok(), "a String takes all");
    }
    if stuck && part > 0.15 {
        out.push_str("[    4.102113] VFS: Cannot open root device \"UUID=2a2\" or unknown-block(0,0): error -6\r\n");
        out.push_str(
            "[    4.102209] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\r\n",
        );
    } else if part >= 1.0 && !windows {
        out.push_str("\r\n");
        if ubuntu {
            out.push_str("Ubuntu 24.04.3 LTS ");
            out.push_str(&host);
            out.push_str(" ttyS0\r\n\r\n");
        } else {
            out.push_str("Amazon Linux 2023\r\nKernel 6.12.53-69.119.amzn2023 on an x86_64 (-)\r\n\r\n");
        }
        out.push_str(&host);
        out.push_str(" login: ");
    }
    if !newest {
        out.push_str("\r\n[  OK  ] Reached target shutdown.target - System Shutdown.\r\nreboot: Restarting system\r\n");
    }
}
