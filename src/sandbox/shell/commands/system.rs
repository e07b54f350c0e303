//! What the instance is, and its end: hostname, uptime, uname, shutdown.

use std::time::Duration;

use super::{Cx, Options, Ran, not_simulated};
use crate::base::Time;
use crate::sandbox::shell::data::System;
use crate::sandbox::shell::host::Host;
use crate::sandbox::shell::machine::Part;
use crate::sandbox::shell::session::Change;

/// `hostname [-f] [-I]`
pub(super) fn hostname(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let text = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // Amazon Linux sets the whole name, Ubuntu its first part.
        [] if cx.host.system().user == "ec2-user" => cx.host.full_name(),
        [] | ["-s"] => cx.host.short_name(),
        ["-f" | "--fqdn"] => cx.host.full_name(),
        ["-I" | "-i"] => cx.host.instance().map(|i| format!("{} ", i.private_ip)).unwrap_or_default(),
        _ => return not_simulated("hostname", "this"),
    };
    Ran::out(format!("{text}\n"))
}

/// How busy all processors are, in per cent, as CloudWatch sees it.
pub(super) fn busy(host: &Host<'_>) -> f64 {
    crate::sandbox::ec2::cpu_percent(host.world, &host.region, &host.id, host.now)
}

/// `load average: 0.08, 0.03, 0.01`: over one, five and fifteen minutes.
pub(super) fn load(host: &Host<'_>) -> (f64, f64, f64) {
    let count = f64::from(host.vcpus());
    let at = |back: u64| {
        let back = host.world.scaled(Duration::from_secs(back)).as_millis() as i64;
        let moment = Time::from_millis(host.now.millis() - back);
        let Some(i) = host.instance() else { return 0.0 };
        let by_hand = f64::from(i.busy(moment));
        (crate::sandbox::ec2::cpu_percent(host.world, &host.region, &host.id, moment) / 100.0 * count).max(by_hand)
    };
    let mean = |minutes: u64| (0..4).map(|n| at(n * minutes * 15)).sum::<f64>() / 4.0;
    (mean(1), mean(5), mean(15))
}

/// ` 07:12:01 up 3 days,  2:11,  1 user,  load average: …`
pub(super) fn up_line(host: &Host<'_>) -> String {
    let up = host.since(host.instance().and_then(|i| i.booted).unwrap_or(host.now)).as_secs();
    let (days, hours, minutes) = (up / 86_400, up / 3_600 % 24, up / 60 % 60);
    let days = match days {
        0 => String::new(),
        1 => "1 day, ".into(),
        n => format!("{n} days, "),
    };
    let time = if hours > 0 { format!("{hours:>2}:{minutes:02}") } else { format!("{minutes} min") };
    let clock = host.now.timestamp().strftime("%H:%M:%S").to_string();
    let (one, five, fifteen) = load(host);
    format!("{clock} up {days}{time},  1 user,  load average: {one:.2}, {five:.2}, {fifteen:.2}")
}

/// `uptime`
pub(super) fn uptime(cx: &mut Cx<'_, '_>, _: &[String]) -> Ran {
    Ran::out(format!(" {}\n", up_line(cx.host)))
}

/// MiB: all, used, kept for files.
pub(super) fn memory(host: &Host<'_>) -> (u64, u64, u64) {
    let all = host.type_info().map_or(1_024, |t| u64::from(t.memory)) * 95 / 100;
    let held: u64 = host.processes().map(|p| u64::from(p.memory)).sum();
    let services = host.inside().map_or(0, |i| i.running.len() as u64) * 12;
    let used = (160 + services + held).min(all);
    let cached = (all - used).min(all / 4 + 120);
    (all, used, cached)
}

/// `free [-h] [-m]`
pub(super) fn free(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = match Options::read("free", arguments, &["-h", "-m"], &[]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let (all, used, cached) = memory(cx.host);
    let show = |mib: u64| match () {
        () if options.has(&["-h"]) && mib >= 1_024 => format!("{:.1}Gi", mib as f64 / 1_024.0),
        () if options.has(&["-h"]) => format!("{mib}Mi"),
        () if options.has(&["-m"]) => mib.to_string(),
        () => (mib * 1_024).to_string(),
    };
    let zero = if options.has(&["-h"]) { "0B" } else { "0" };
    let row = [all, used, all - used - cached, 1, cached, all - used].map(show);
    let cells = row.iter().map(|c| format!("{c:>12}")).collect::<String>();
    Ran::out(format!(
        "               total        used        free      shared  buff/cache   available\nMem:    {cells}\nSwap:   {zero:>12}{zero:>12}{zero:>12}\n"
    ))
}

/// `nproc`
pub(super) fn nproc(cx: &mut Cx<'_, '_>, _: &[String]) -> Ran {
    Ran::out(format!("{}\n", cx.host.vcpus()))
}

/// `uname [-a] [-r] [-m]`
pub(super) fn uname(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = match Options::read("uname", arguments, &["-a", "-r", "-m", "-s", "-n"], &[]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let (system, architecture) = (cx.host.system(), cx.host.architecture());
    let (kernel, machine) = (system.kernel(&architecture), System::arch(&architecture).to_string());
    let name = if system.user == "ec2-user" { cx.host.full_name() } else { cx.host.short_name() };
    let text = match () {
        () if options.has(&["-a"]) => {
            format!("Linux {name} {kernel} {} {machine} {machine} {machine} GNU/Linux", system.kernel_build)
        }
        () if options.has(&["-r"]) => kernel,
        () if options.has(&["-m"]) => machine,
        () if options.has(&["-n"]) => name,
        () => "Linux".into(),
    };
    Ran::out(format!("{text}\n"))
}

/// `whoami`
pub(super) fn whoami(cx: &mut Cx<'_, '_>, _: &[String]) -> Ran {
    Ran::out(format!("{}\n", cx.user))
}

/// `id`
pub(super) fn id(cx: &mut Cx<'_, '_>, _: &[String]) -> Ran {
    let n = if cx.is_root() { 0 } else { 1000 };
    Ran::out(format!("uid={n}({0}) gid={n}({0}) groups={n}({0})\n", cx.user))
}

/// `date`
pub(super) fn date(cx: &mut Cx<'_, '_>, _: &[String]) -> Ran {
    Ran::out(cx.host.now.timestamp().strftime("%a %b %e %H:%M:%S UTC %Y\n").to_string())
}

/// `reboot`, `poweroff`, `shutdown -h now`, `shutdown -r now`
pub(super) fn shutdown(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let called = cx.called();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let change = match (called.as_str(), words.as_slice()) {
        ("reboot", []) | ("shutdown", ["-r", "now"]) => Change::Reboot,
        ("poweroff", []) | ("shutdown", ["now"] | ["-h", "now"] | ["-P", "now"]) => Change::Shutdown,
        _ => return not_simulated(&called, "this"),
    };
    if !cx.is_root() {
        return Ran::failed(
            "Failed to set wall message, ignoring: Interactive authentication required.\nCall to PowerOff failed: Interactive authentication required.\n",
            1,
        );
    }
    if cx.quiet {
        return Ran::quietly(0);
    }
    Ran::quietly(0).then(Part::Do(change))
}
