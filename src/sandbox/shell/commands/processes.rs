//! Processes, and the load that some of them are: stress, top, ps, kill.

use super::basics::span;
use super::{Cx, Live, Options, Ran, not_simulated, system};
use crate::sandbox::ec2::state::Process;
use crate::sandbox::shell::host::{Host, MOST_RUNNING};
use crate::sandbox::shell::machine::Part;

/// Workers that stress starts at most here.
const MOST_WORKERS: u32 = 512;

/// `stress`, `stress-ng`
pub(super) fn stress(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let program = cx.called();
    let values = ["-c", "--cpu", "-m", "--vm", "-i", "--io", "-t", "--timeout", "--vm-bytes", "--cpu-load", "-l"];
    let options = match Options::read(&program, arguments, &["-v", "--verbose", "-q", "--quiet"], &values) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    if options.value(&["--cpu-load", "-l"]).is_some() {
        return not_simulated(&program, "--cpu-load");
    }
    let mut counts = [0u32; 3];
    for (count, names) in counts.iter_mut().zip([&["-c", "--cpu"], &["-i", "--io"], &["-m", "--vm"]]) {
        if let Some(text) = options.value(names) {
            match text.parse::<u32>() {
                // stress-ng takes none for one on each processor.
                Ok(0) if program == "stress-ng" => *count = cx.host.vcpus(),
                Ok(n) if n <= MOST_WORKERS => *count = n,
                _ => {
                    return Ran::failed(
                        &format!(
                            "{program}: FAIL: [1187] (244) invalid number of workers: {text} (the simulated one takes at most {MOST_WORKERS})\n"
                        ),
                        1,
                    );
                }
            }
        }
    }
    let timeout = match options.value(&["-t", "--timeout"]).map(|t| (t, span(t))) {
        None => None,
        // None at all is for ever, as stress has it.
        Some((_, Some(time))) => (!time.is_zero()).then_some(time),
        Some((text, None)) => return Ran::failed(&format!("{program}: FAIL: [1187] (244) not a number: {text}\n"), 1),
    };
    let [cpu, io, vm] = counts;
    if cpu + io + vm == 0 {
        return Ran::failed(&format!("{program}: nothing to do: --cpu N says how many processors are kept busy\n"), 1);
    }
    if cx.quiet {
        return Ran::quietly(0);
    }
    if cx.host.processes().count() >= MOST_RUNNING {
        return Ran::failed("bash: fork: retry: Resource temporarily unavailable\n", 254);
    }
    let memory = match options.value(&["--vm-bytes"]) {
        None => Some(256),
        Some(text) => mebibytes(text),
    };
    let Some(memory) = memory else {
        return Ran::failed(&format!("{program}: FAIL: [1187] (244) not a number: --vm-bytes\n"), 1);
    };
    let until = timeout.map(|time| cx.host.now.plus(cx.host.world.scaled(time)));
    let command =
        std::iter::once(program.as_str()).chain(arguments.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    let process = Process {
        pid: 0,
        user: cx.user.as_str().into(),
        command: command.chars().take(120).collect(),
        workers: cpu + io + vm,
        memory: vm.saturating_mul(memory).saturating_add(2),
        from: cx.host.now,
        until,
    };
    let pid = cx.host.spawn(process);
    let seconds = timeout.map_or(0, |t| t.as_secs());
    let (begins, done) = match program.as_str() {
        "stress" => (
            format!("stress: info: [{pid}] dispatching hogs: {cpu} cpu, {io} io, {vm} vm, 0 hdd\n"),
            format!("stress: info: [{pid}] successful run completed in {seconds}s\n"),
        ),
        _ => (
            format!("{program}: info:  [{pid}] dispatching hogs: {cpu} cpu, {io} io, {vm} vm\n"),
            format!("{program}: info:  [{pid}] successful run completed in {seconds}.00 secs\n"),
        ),
    };
    let live = Part::Live(Live::Stress { pid, program, done });
    if cx.behind { Ran::quietly(0).then(live).then(Part::Out(begins)) } else { Ran::out(begins).then(live) }
}

/// `256M`, `1G`: in MiB.
fn mebibytes(text: &str) -> Option<u32> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let n: u64 = digits.parse().ok()?;
    let unit = text[digits.len()..].to_lowercase();
    let mib = match unit.as_str() {
        "g" => n.checked_mul(1_024)?,
        "m" => n,
        "k" => n / 1_024,
        "" | "b" => n / (1 << 20),
        _ => return None,
    };
    u32::try_from(mib).ok().filter(|m| *m <= 1 << 24)
}

/// `top [-b] [-n COUNT]`
pub(super) fn top(_: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    // `-bn1` is `-b -n 1`.
    let options = match Options::read("top", arguments, &["-b"], &["-n"]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let left = match options.value(&["-n"]).map(str::parse::<u32>) {
        None => None,
        Some(Ok(n)) if n > 0 => Some(n),
        Some(_) => return Ran::failed("top: bad iterations argument\n", 1),
    };
    Ran::quietly(0).then(Part::Live(Live::Top { left, plain: options.has(&["-b"]) }))
}

/// The lines of top.
pub(super) fn screen(host: &Host<'_>) -> String {
    let busy = system::busy(host).min(100.0);
    let (all, used, cached) = system::memory(host);
    let (rows, total) = rows(host);
    let running = rows.iter().filter(|r| r.cpu > 0.5).count().max(1);
    let user = busy * 0.97;
    let mut text = format!("top - {}\n", system::up_line(host));
    text.push_str(&format!(
        "Tasks: {:>3} total, {running:>3} running, {:>3} sleeping,   0 stopped,   0 zombie\n",
        total,
        total - running
    ));
    text.push_str(&format!(
        "%Cpu(s): {user:>4.1} us, {:>4.1} sy,  0.0 ni, {:>5.1} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st\n",
        busy - user,
        100.0 - busy
    ));
    let free = all - used - cached;
    text.push_str(&format!(
        "MiB Mem : {:>6}.0 total, {free:>6}.0 free, {used:>6}.0 used, {cached:>6}.0 buff/cache\n",
        all
    ));
    text.push_str(&format!(
        "MiB Swap:      0.0 total,      0.0 free,      0.0 used. {:>6}.0 avail Mem\n\n",
        all - used
    ));
    text.push_str("    PID USER      PR  NI  %CPU  %MEM     TIME+ COMMAND\n");
    for row in rows.iter().take(14) {
        let seconds = row.seconds;
        text.push_str(&format!(
            "{:>7} {:<8}  20   0 {:>5.1} {:>5.1} {:>4}:{:02}.00 {}\n",
            row.pid,
            cut(&row.user, 8),
            row.cpu,
            f64::from(row.memory) * 100.0 / all.max(1) as f64,
            seconds / 60,
            seconds % 60,
            cut(row.command.split(' ').next().unwrap_or_default(), 20),
        ));
    }
    text
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

struct Row {
    pid: u32,
    user: String,
    command: String,
    cpu: f64,
    memory: u32,
    seconds: u64,
}

/// The processes, the busiest first, and how many there are in all.
fn rows(host: &Host<'_>) -> (Vec<Row>, usize) {
    let mut rows = Vec::new();
    let vcpus = f64::from(host.vcpus());
    let all: u32 = host.processes().map(|p| p.workers).sum();
    let each = if f64::from(all) > vcpus { 100.0 * vcpus / f64::from(all) } else { 100.0 };
    for p in host.processes() {
        let seconds = host.since(p.from).as_secs();
        let row = |pid: u32, cpu: f64, memory: u32, seconds: u64| Row {
            pid,
            user: p.user.to_string(),
            command: p.command.clone(),
            cpu,
            memory,
            seconds,
        };
        rows.push(row(p.pid, 0.0, 2, 0));
        // Each worker is a process of its own.
        for n in 0..p.workers.min(32) {
            rows.push(row(p.pid + 1 + n, each, p.memory / p.workers.max(1), (seconds as f64 * each / 100.0) as u64));
        }
    }
    // What the instance does by itself is its services'.
    let own = (system::busy(host) * vcpus - f64::from(all) * 100.0).clamp(0.0, 100.0 * vcpus) / 2.0;
    let services = host.inside().into_iter().flat_map(|i| &i.running);
    let count = host.inside().map_or(1, |i| i.running.len().max(1)) as f64;
    rows.extend(services.map(|(name, (pid, since))| Row {
        pid: *pid,
        user: "root".into(),
        command: name.to_string(),
        cpu: own / count,
        memory: 12,
        seconds: host.since(*since).as_secs() / 200,
    }));
    let system = |pid: u32, command: &str, memory: u32| Row {
        pid,
        user: "root".into(),
        command: command.into(),
        cpu: 0.0,
        memory,
        seconds: 1,
    };
    rows.extend([system(1, "systemd", 17), system(2, "kthreadd", 0), system(1187, "bash", 5)]);
    rows.sort_by(|a, b| b.cpu.total_cmp(&a.cpu).then(a.pid.cmp(&b.pid)));
    let total = rows.len() + 94;
    (rows, total)
}

/// `ps [aux]`
pub(super) fn ps(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let wide = match arguments.iter().map(|a| a.trim_start_matches('-')).collect::<Vec<_>>().as_slice() {
        [] => false,
        ["aux" | "ef" | "ax" | "e"] => true,
        _ => return not_simulated("ps", "this"),
    };
    let (mut rows, _) = rows(cx.host);
    rows.sort_by_key(|r| r.pid);
    let (all, ..) = system::memory(cx.host);
    let mut text = if wide {
        "USER         PID %CPU %MEM     TIME COMMAND\n".to_string()
    } else {
        "    PID TTY          TIME CMD\n".to_string()
    };
    for r in rows {
        let time = format!("{}:{:02}", r.seconds / 60, r.seconds % 60);
        if wide {
            let share = f64::from(r.memory) * 100.0 / all.max(1) as f64;
            text.push_str(&format!(
                "{:<8} {:>7} {:>4.1} {share:>4.1} {time:>8} {}\n",
                cut(&r.user, 8),
                r.pid,
                r.cpu,
                r.command
            ));
        } else if r.command == "bash" || r.user == cx.user && r.user != "root" {
            text.push_str(&format!(
                "{:>7} pts/0    00:{time:0>5} {}\n",
                r.pid,
                r.command.split(' ').next().unwrap_or_default()
            ));
        }
    }
    Ran::out(text)
}

/// The numbers and command lines of what goes on behind the prompt.
fn behind(cx: &Cx<'_, '_>) -> Vec<(u32, String)> {
    cx.host.processes().map(|p| (p.pid, p.command.clone())).collect()
}

/// `jobs`
pub(super) fn jobs(cx: &mut Cx<'_, '_>, _: &[String]) -> Ran {
    let lines =
        behind(cx).into_iter().enumerate().map(|(n, (_, c))| format!("[{}]   Running                 {c} &\n", n + 1));
    Ran::out(lines.collect::<String>())
}

/// `kill [-9] PID|%JOB…`
pub(super) fn kill(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let names: Vec<&String> = arguments.iter().filter(|a| !a.starts_with('-')).collect();
    if names.is_empty() {
        return Ran::failed(
            "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n",
            2,
        );
    }
    for name in names {
        let jobs = behind(cx);
        let pid = match name.strip_prefix('%') {
            Some(n) => n.parse::<usize>().ok().and_then(|n| jobs.get(n.checked_sub(1)?)).map(|(pid, _)| *pid),
            None => name.parse::<u32>().ok(),
        };
        let Some(pid) = pid else { return Ran::failed(&format!("bash: kill: {name}: no such job\n"), 1) };
        let mine =
            cx.host.processes().find(|p| pid >= p.pid && pid <= p.pid + p.workers).map(|p| (p.pid, p.user.clone()));
        let service =
            cx.host.inside().and_then(|i| i.running.iter().find(|(_, (n, _))| *n == pid)).map(|(n, _)| n.clone());
        match (mine, service) {
            (Some((first, owner)), _) if cx.is_root() || owner == cx.user.as_str() => cx.host.end(first),
            (None, Some(name)) if cx.is_root() => cx.host.stop(&name),
            (None, None) if pid > 2 && pid != 1187 => {
                return Ran::failed(&format!("bash: kill: ({pid}) - No such process\n"), 1);
            }
            _ => return Ran::failed(&format!("bash: kill: ({pid}) - Operation not permitted\n"), 1),
        }
    }
    Ran::quietly(0)
}

/// `pkill NAME`, `killall NAME`
pub(super) fn pkill(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let called = cx.called();
    let Some(name) = arguments.iter().find(|a| !a.starts_with('-')) else {
        return Ran::failed(&format!("{called}: no process name\n"), 2);
    };
    let fits = |command: &str| {
        command.split(' ').next().is_some_and(|c| if called == "pkill" { c.contains(name.as_str()) } else { c == name })
    };
    let found: Vec<(u32, bool)> = cx
        .host
        .processes()
        .filter(|p| fits(&p.command))
        .map(|p| (p.pid, cx.is_root() || p.user == cx.user.as_str()))
        .collect();
    let services: Vec<_> =
        cx.host.inside().into_iter().flat_map(|i| i.running.keys()).filter(|n| fits(n)).cloned().collect();
    if found.iter().any(|(_, mine)| !mine) || !services.is_empty() && !cx.is_root() {
        return Ran::failed(&format!("{called}: killing pid failed: Operation not permitted\n"), 1);
    }
    if found.is_empty() && services.is_empty() {
        let text = if called == "killall" { format!("{name}: no process found\n") } else { String::new() };
        return Ran::failed(&text, 1);
    }
    found.iter().for_each(|(pid, _)| cx.host.end(*pid));
    services.iter().for_each(|name| cx.host.stop(name));
    Ran::quietly(0)
}
