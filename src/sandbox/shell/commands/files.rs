//! Files and text: ls, cat, tee, grep and their kind.

use super::{Cx, Options, Ran};
use crate::sandbox::shell::files as tree;
use crate::sandbox::shell::files::{exists, is_folder, node, text, why_not, why_not_in};
use crate::sandbox::shell::pattern::Pattern;

macro_rules! options {
    ($cx:expr, $arguments:expr, $flags:expr, $values:expr) => {{
        let called = $cx.called();
        match Options::read(&called, $arguments, $flags, $values) {
            Ok(options) => options,
            Err(ran) => return ran,
        }
    }};
}

/// `ls [-l] [-a] [PATH…]`
pub(super) fn ls(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = options!(cx, arguments, &["-l", "-a", "-h", "-1", "-A"], &[]);
    let paths = if options.rest.is_empty() { vec![".".to_string()] } else { options.rest.clone() };
    let (mut out, mut wrong) = (String::new(), String::new());
    let long = |name: &str, folder: bool, owner: &str, size: usize| {
        let (mode, size) = if folder { ("drwxr-xr-x", 4096) } else { ("-rw-r--r--", size) };
        format!("{mode} 1 {owner:<8} {owner:<8} {size:>6} {name}\n")
    };
    for path in &paths {
        let full = cx.path(path);
        if full.starts_with("/root") && !cx.is_root() {
            wrong.push_str(&format!("ls: cannot open directory '{path}': Permission denied\n"));
        } else if is_folder(cx.host, &full) {
            if paths.len() > 1 {
                out.push_str(&format!("{path}:\n"));
            }
            let names = tree::names(cx.host, &full);
            let names = names.into_iter().filter(|(n, ..)| options.has(&["-a", "-A"]) || !n.starts_with('.'));
            if options.has(&["-l"]) {
                out.extend(names.map(|(name, folder, owner, size)| long(&name, folder, &owner, size)));
            } else {
                let names: Vec<String> = names.map(|(n, ..)| n).collect();
                let end = if names.is_empty() { "" } else { "\n" };
                out.push_str(&names.join(if cx.piped || options.has(&["-1"]) { "\n" } else { "  " }));
                out.push_str(end);
            }
        } else if let Some(node) = node(cx.host, &full) {
            let size = node.text.as_ref().map_or(0, String::len);
            out.push_str(&if options.has(&["-l"]) {
                long(path, false, &node.owner, size)
            } else {
                format!("{path}\n")
            });
        } else if full.strip_prefix("/dev/").is_some_and(|_| cx.host.device(&full).is_some()) {
            out.push_str(&format!("{path}\n"));
        } else {
            wrong.push_str(&format!("ls: cannot access '{path}': No such file or directory\n"));
        }
    }
    let status = if wrong.is_empty() { 0 } else { 2 };
    let mut ran = Ran::failed(&wrong, status);
    ran.parts.extend(Ran::out(out).parts);
    ran
}

/// What a command reads: its files, or what comes over a pipe. Errors are said by the command's name.
fn read(cx: &Cx<'_, '_>, name: &str, files: &[String]) -> Result<String, Ran> {
    if files.is_empty() || files == ["-"] {
        return cx.stdin.clone().ok_or_else(|| {
            Ran::failed(&format!("{name}: the simulated shell reads no keyboard here: name a file, or use a pipe\n"), 1)
        });
    }
    let mut out = String::new();
    for file in files {
        let full = cx.path(file);
        if full.starts_with("/root/") && !cx.is_root() {
            return Err(Ran::failed(&format!("{name}: {file}: Permission denied\n"), 1));
        }
        match text(cx.host, &full) {
            Some(text) => out.push_str(&text),
            None if is_folder(cx.host, &full) => {
                return Err(Ran::failed(&format!("{name}: {file}: Is a directory\n"), 1));
            }
            None => return Err(Ran::failed(&format!("{name}: {file}: No such file or directory\n"), 1)),
        }
        // Together with a pipe it stays bounded: a file holds so much, and a line names so many.
        if out.len() > 16 * tree::MOST_BYTES {
            break;
        }
    }
    Ok(out)
}

/// `cat [FILE…]`
pub(super) fn cat(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = options!(cx, arguments, &[], &[]);
    read(cx, "cat", &options.rest).map_or_else(|ran| ran, Ran::out)
}

/// `head`, `tail`
pub(super) fn head(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let called = cx.called();
    // `head -5` is `head -n 5`.
    let arguments: Vec<String> = arguments
        .iter()
        .flat_map(|a| match a.strip_prefix('-').filter(|n| n.parse::<usize>().is_ok()) {
            Some(n) => vec!["-n".to_string(), n.to_string()],
            None => vec![a.clone()],
        })
        .collect();
    let options = options!(cx, &arguments, &[], &["-n"]);
    let count = match options.value(&["-n"]).map(|n| n.trim_start_matches(['+', '-']).parse::<usize>().map_err(|_| n)) {
        None => 10,
        Some(Ok(n)) => n,
        Some(Err(n)) => return Ran::failed(&format!("{called}: invalid number of lines: ‘{n}’\n"), 1),
    };
    let text = match read(cx, &called, &options.rest) {
        Ok(text) => text,
        Err(ran) => return ran,
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let from = if called == "tail" { lines.len().saturating_sub(count) } else { 0 };
    Ran::out(lines.iter().skip(from).take(count).copied().collect::<String>())
}

/// `grep [-i] [-v] [-c] [-n] [-q] [-E] [-F] PATTERN [FILE…]`: a simple pattern ([`Pattern`]).
pub(super) fn grep(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = options!(cx, arguments, &["-i", "-v", "-c", "-F", "-E", "-n", "-q"], &[]);
    let Some((wanted, files)) = options.rest.split_first() else {
        return Ran::failed("Usage: grep [OPTION]... PATTERNS [FILE]...\n", 2);
    };
    let any_case = options.has(&["-i"]);
    let pattern = match options.has(&["-F"]) {
        true => Pattern::plain(wanted, any_case),
        false => match Pattern::read(wanted, options.has(&["-E"]), any_case) {
            Ok(pattern) => pattern,
            Err(what) => return super::not_simulated("grep", what),
        },
    };
    let text = match read(cx, "grep", files) {
        Ok(text) => text,
        Err(ran) => return Ran { status: 2, ..ran },
    };
    let not = options.has(&["-v"]);
    let found: Vec<(usize, &str)> = text.lines().enumerate().filter(|(_, l)| pattern.is_in(l) != not).collect();
    let status = i32::from(found.is_empty());
    if options.has(&["-q"]) {
        return Ran::quietly(status);
    }
    if options.has(&["-c"]) {
        return Ran::out(format!("{}\n", found.len())).with_status(status);
    }
    let numbered = options.has(&["-n"]);
    let line = |(n, l): &(usize, &str)| if numbered { format!("{}:{l}\n", n + 1) } else { format!("{l}\n") };
    Ran::out(found.iter().map(line).collect::<String>()).with_status(status)
}

/// `wc [-l] [FILE]`
pub(super) fn wc(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = options!(cx, arguments, &["-l", "-w", "-c"], &[]);
    let text = match read(cx, "wc", &options.rest) {
        Ok(text) => text,
        Err(ran) => return ran,
    };
    let all = [("-l", text.matches('\n').count()), ("-w", text.split_whitespace().count()), ("-c", text.len())];
    let some = all.iter().any(|(f, _)| options.has(&[f]));
    let shown: Vec<String> =
        all.iter().filter(|(f, _)| !some || options.has(&[f])).map(|(_, n)| n.to_string()).collect();
    let name = options.rest.first().map(|f| format!(" {f}")).unwrap_or_default();
    Ran::out(format!("{}{name}\n", shown.join(" ")))
}

/// `tee [-a] FILE…`
pub(super) fn tee(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = options!(cx, arguments, &["-a"], &[]);
    let input = match read(cx, "tee", &[]) {
        Ok(input) => input,
        Err(ran) => return ran,
    };
    let mut wrong = String::new();
    for file in &options.rest {
        let full = cx.path(file);
        let user = cx.user.clone();
        match why_not(cx.host, &full, &user) {
            Some(why) => wrong.push_str(&format!("tee: {file}: {why}\n")),
            None => {
                if let Err(why) = tree::write(cx.host, &full, &input, options.has(&["-a"]), &user) {
                    wrong.push_str(&format!("tee: {why}\n"));
                }
            }
        }
    }
    let status = i32::from(!wrong.is_empty());
    let mut ran = Ran::failed(&wrong, status);
    ran.parts.extend(Ran::out(input).parts);
    ran
}

/// `mkdir [-p] FOLDER…`
pub(super) fn mkdir(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = options!(cx, arguments, &["-p"], &[]);
    if options.rest.is_empty() {
        return Ran::failed("mkdir: missing operand\n", 1);
    }
    let user = cx.user.clone();
    for path in &options.rest {
        let full = cx.path(path);
        let fails = |why: &str| Ran::failed(&format!("mkdir: cannot create directory ‘{path}’: {why}\n"), 1);
        if options.has(&["-p"]) {
            if is_folder(cx.host, &full) {
                continue;
            }
            let mut at = String::new();
            for part in full.split('/').filter(|p| !p.is_empty()) {
                at = format!("{at}/{part}");
                if !is_folder(cx.host, &at) {
                    if let Some(why) = why_not_in(cx.host, &at, &user).or_else(|| tree::no_room(cx.host, &at)) {
                        return fails(why);
                    }
                    if exists(cx.host, &at) {
                        return fails("Not a directory");
                    }
                    tree::put(cx.host, &at, None, &user);
                }
            }
            continue;
        }
        if exists(cx.host, &full) {
            return fails("File exists");
        }
        if let Some(why) = why_not_in(cx.host, &full, &user).or_else(|| tree::no_room(cx.host, &full)) {
            return fails(why);
        }
        tree::put(cx.host, &full, None, &user);
    }
    Ran::quietly(0)
}

/// `rm [-r] [-f] PATH…`
pub(super) fn rm(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = options!(cx, arguments, &["-r", "-R", "-f"], &[]);
    let user = cx.user.clone();
    for path in &options.rest {
        let full = cx.path(path);
        let fails = |why: &str| Ran::failed(&format!("rm: cannot remove '{path}': {why}\n"), 1);
        if !exists(cx.host, &full) {
            if options.has(&["-f"]) {
                continue;
            }
            return fails("No such file or directory");
        }
        if is_folder(cx.host, &full) {
            if !options.has(&["-r", "-R"]) {
                return fails("Is a directory");
            }
            // What the system stands on stays: of a system without /etc nothing here knows what it does.
            if full.matches('/').count() < 2 {
                return Ran::failed("rm: the simulated shell takes no folder of the root away\n", 1);
            }
            if cx.host.inside().is_some_and(|i| i.mounts.iter().any(|(at, _)| *at == full)) {
                return fails("Device or resource busy");
            }
        }
        if let Some(why) = why_not_in(cx.host, &full, &user) {
            return fails(why);
        }
        tree::take(cx.host, &full);
    }
    Ran::quietly(0)
}

/// `touch FILE…`
pub(super) fn touch(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = options!(cx, arguments, &[], &[]);
    let user = cx.user.clone();
    for path in &options.rest {
        let full = cx.path(path);
        if is_folder(cx.host, &full) {
            continue;
        }
        if let Some(why) = why_not(cx.host, &full, &user) {
            return Ran::failed(&format!("touch: cannot touch '{path}': {why}\n"), 1);
        }
        if let Err(why) = tree::write(cx.host, &full, "", true, &user) {
            return Ran::failed(&format!("touch: {why}\n"), 1);
        }
    }
    Ran::quietly(0)
}

/// `cp FILE TO`, `mv FILE TO`
pub(super) fn copy(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let called = cx.called();
    let options = options!(cx, arguments, &["-f"], &[]);
    let [from, to] = options.rest.as_slice() else {
        return Ran::failed(&format!("{called}: missing file operand\n"), 1);
    };
    let (source, mut target) = (cx.path(from), cx.path(to));
    if is_folder(cx.host, &source) {
        return super::not_simulated(&called, "a folder");
    }
    let Some(text) = text(cx.host, &source) else {
        return Ran::failed(&format!("{called}: cannot stat '{from}': No such file or directory\n"), 1);
    };
    if is_folder(cx.host, &target) {
        target = cx.path(&format!("{target}/{}", source.rsplit('/').next().unwrap_or_default()));
    }
    if source == target {
        return Ran::failed(&format!("{called}: '{from}' and '{to}' are the same file\n"), 1);
    }
    let user = cx.user.clone();
    if let Some(why) = why_not(cx.host, &target, &user) {
        return Ran::failed(&format!("{called}: cannot create regular file '{to}': {why}\n"), 1);
    }
    if called == "mv" {
        if let Some(why) = why_not_in(cx.host, &source, &user) {
            return Ran::failed(&format!("mv: cannot move '{from}' to '{to}': {why}\n"), 1);
        }
        tree::take(cx.host, &source);
    }
    match tree::write(cx.host, &target, &text, false, &user) {
        Ok(()) => Ran::quietly(0),
        Err(why) => Ran::failed(&format!("{called}: {why}\n"), 1),
    }
}

/// `chown [-R] USER[:GROUP] PATH…`
pub(super) fn chown(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = options!(cx, arguments, &["-R"], &[]);
    let Some((whom, paths)) = options.rest.split_first().filter(|(_, p)| !p.is_empty()) else {
        return Ran::failed("chown: missing operand\n", 1);
    };
    let user = whom.split(':').next().unwrap_or_default();
    if user != "root" && user != cx.host.system().user && !["nginx", "www-data", "apache"].contains(&user) {
        return Ran::failed(&format!("chown: invalid user: ‘{whom}’\n"), 1);
    }
    change(cx, "chown", paths, options.has(&["-R"]), |node| node.owner = user.into())
}

/// `chmod [-R] MODE PATH…`: what counts here is whether everybody may write.
pub(super) fn chmod(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = options!(cx, arguments, &["-R"], &[]);
    let Some((mode, paths)) = options.rest.split_first().filter(|(_, p)| !p.is_empty()) else {
        return Ran::failed("chmod: missing operand\n", 1);
    };
    let octal = (3..=4).contains(&mode.len()) && mode.bytes().all(|b| (b'0'..=b'7').contains(&b));
    let words = mode.chars().all(|c| "ugoa+-=rwxXst,".contains(c));
    if !octal && !words {
        return Ran::failed(&format!("chmod: invalid mode: ‘{mode}’\n"), 1);
    }
    let open = if octal {
        mode.ends_with(['2', '3', '6', '7'])
    } else {
        mode.starts_with(['a', 'o', '+']) && mode.contains("+") && mode.contains('w')
    };
    change(cx, "chmod", paths, options.has(&["-R"]), |node| node.open = open)
}

fn change(
    cx: &mut Cx<'_, '_>,
    name: &str,
    paths: &[String],
    below: bool,
    what: impl Fn(&mut crate::sandbox::ec2::state::Node),
) -> Ran {
    let user = cx.user.clone();
    for path in paths {
        let full = cx.path(path);
        if !exists(cx.host, &full) {
            return Ran::failed(&format!("{name}: cannot access '{path}': No such file or directory\n"), 1);
        }
        let (volume, inner) = cx.host.locate(&full);
        let owner = node(cx.host, &full).map(|n| n.owner.clone());
        if user != "root" && (name == "chown" || owner.is_none_or(|o| o != user)) {
            let what = if name == "chown" { "changing ownership of" } else { "changing permissions of" };
            return Ran::failed(&format!("{name}: {what} '{path}': Operation not permitted\n"), 1);
        }
        let Some(system) = cx.host.disk_mut(&volume).and_then(|d| d.file_system.as_mut()) else { continue };
        if inner == "/" {
            // The root of a file system is said in a node of its own, once it is not root's.
            let node = crate::sandbox::ec2::state::Node { owner: "root".into(), text: None, open: false };
            system.nodes.entry("/".into()).or_insert(node);
        }
        let start = if inner == "/" { "/".to_string() } else { format!("{inner}/") };
        for (p, node) in &mut system.nodes {
            if *p == inner || below && p.starts_with(&start) {
                what(node);
            }
        }
    }
    Ran::quietly(0)
}
