//! The sandbox's layers: which of its files may know which.
//!
//! Read off the files' own paths: `use` with its trees, `crate::`, `super::` and `self::` inline, and paths that begin with a
//! module that was imported. Modules that consist of declarations and re-exports are looked through; ports are not.

use std::collections::{BTreeMap, BTreeSet};

use super::{code, is_test_file, source};

/// The layers from the bottom up, with the modules of each; the longest name that fits counts.
const LAYERS: &[(&str, &[&str])] = &[
    ("wire and shapes", &["wire", "metric", "pace", "random", "regions"]),
    (
        "state",
        &[
            "ec2::state",
            "elbv2::state",
            "elbv2::health",
            "autoscaling::state",
            "autoscaling::activity",
            "cloudwatch::state",
            "s3::state",
            "cloudtrail::state",
            "s3::content",
            "s3::checksum",
        ],
    ),
    ("world", &["world"]),
    ("operations", &["ec2", "elbv2", "cloudwatch", "autoscaling", "s3", "sts", "cloudtrail"]),
    (
        "account",
        &[
            "",
            "account",
            "connector",
            "error",
            "faults",
            "listen",
            "physics",
            "presets",
            // It looks at all services, as whoever is on an instance does.
            "shell",
            // What a preset world begins with is built by looking at all that is there.
            "ec2::demo",
            "ec2::demo_networks",
            "ec2::fleet",
            "elbv2::demo",
            "autoscaling::demo",
            "cloudwatch::demo",
            "s3::demo",
            "cloudtrail::demo",
        ],
    ),
];

const OPERATIONS: usize = 3;

/// The services from the bottom up: each may know those before it, through its port to them. The others know none.
const SERVICES: &[&str] = &["ec2", "elbv2", "cloudwatch", "autoscaling"];

/// Modules by their path below `sandbox` (`ec2::state`; `` for the top), with their code.
type Files = BTreeMap<String, String>;

type Path = Vec<String>;

/// One `use`: the name that it brings, what it stands for, and in how many inline modules it stands.
type Uses = Vec<(String, Path, usize)>;

fn segments(path: &str) -> Path {
    path.split("::").filter(|s| !s.is_empty()).map(str::to_owned).collect()
}

/// The paths of a use tree.
fn expand(tree: &str) -> Vec<String> {
    let Some((head, body)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let body = body.strip_suffix('}').unwrap_or(body);
    let (mut parts, mut depth, mut part) = (Vec::new(), 0, String::new());
    for c in body.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    parts.iter().filter(|p| !p.is_empty()).flat_map(|p| expand(&format!("{head}{p}"))).collect()
}

/// Code without what stands in string literals.
fn without_strings(code: &str) -> String {
    let (mut out, mut inside, mut chars) = (String::new(), false, code.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '\'' if !inside && chars.peek() == Some(&'"') => {
                chars.next();
            }
            '\\' if inside => {
                chars.next();
            }
            '"' => inside = !inside,
            _ if inside => {}
            _ => out.push(c),
        }
    }
    out
}

/// A module's uses, and its code without them and without declarations of other modules.
fn take_apart(code: &str) -> (Uses, String) {
    let (mut uses, mut rest, mut statement) = (Vec::new(), String::new(), None::<String>);
    let mut depth = 0;
    for line in code.lines() {
        let inline = usize::from(line.starts_with(' ') && statement.is_none());
        let word = line.trim_start();
        let bare = word.strip_prefix("pub").map_or(word, |w| match w.strip_prefix('(') {
            Some(w) => w.split_once(") ").map_or(w, |(_, tail)| tail),
            None => w.trim_start(),
        });
        if statement.is_none() && bare.starts_with("use ") {
            statement = Some(String::new());
            depth = inline;
        } else if statement.is_none() {
            let declares = bare.starts_with("mod ") && bare.ends_with(';') || bare == "#[cfg(test)]";
            if !declares {
                rest.push_str(line);
                rest.push('\n');
            }
            continue;
        }
        let Some(text) = statement.as_mut() else { continue };
        text.push_str(if text.is_empty() { bare } else { word });
        if line.trim_end().ends_with(';') {
            let whole = statement.take().unwrap_or_default();
            let tree = whole.trim_start_matches("use ").trim_end_matches(';').replace(" as ", "@").replace(' ', "");
            for path in expand(&tree) {
                let (path, alias) = path.split_once('@').map_or((path.as_str(), None), |(p, a)| (p, Some(a)));
                let mut path = segments(path);
                if path.last().is_some_and(|s| s == "self") {
                    path.pop();
                }
                if let Some(name) = alias.map(str::to_owned).or_else(|| path.last().cloned()) {
                    uses.push((name, path, depth));
                }
            }
        }
    }
    (uses, rest)
}

/// Every path of two or more parts in the code, with how many inline modules it stands in.
fn paths(code: &str) -> Vec<(Path, usize)> {
    let (mut out, mut inline) = (Vec::new(), 0);
    for line in code.lines() {
        // Whom a thing is visible to says nothing about what its module knows.
        let line = &match line.split_once("pub(in ").and_then(|(head, tail)| Some((head, tail.split_once(')')?.1))) {
            Some((head, tail)) => format!("{head}{tail}"),
            None => line.to_owned(),
        };
        let outside = !line.starts_with(' ');
        if outside && line.contains("mod ") && line.ends_with('{') {
            inline = 1;
        } else if outside && line.starts_with('}') {
            inline = 0;
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        for word in line.split(|c: char| !is_part(c)) {
            let word = word.trim_matches(':');
            if word.contains("::") {
                out.push((segments(word), inline));
            }
        }
    }
    out
}

struct Module {
    uses: Uses,
    rest: String,
}

impl Module {
    /// Whether it consists of declarations and re-exports.
    fn is_facade(&self) -> bool {
        self.rest.trim().is_empty()
    }
}

struct Tree(BTreeMap<String, Module>);

impl Tree {
    fn of(files: &Files) -> Tree {
        let module = |text: &String| {
            let (uses, rest) = take_apart(text);
            Module { uses, rest: without_strings(&rest) }
        };
        Tree(files.iter().map(|(name, text)| (name.clone(), module(text))).collect())
    }

    /// A path below `sandbox`, of a path in a module. `None` if it leads out of the sandbox, or is no path to a module's thing.
    fn absolute(&self, module: &str, path: &[String], inline: usize) -> Option<Path> {
        let mut own = segments(module);
        match path.first()?.as_str() {
            "crate" if path.get(1).is_some_and(|s| s == "sandbox") => Some(path[2..].to_vec()),
            "crate" => None,
            "self" => Some([own, path[1..].to_vec()].concat()),
            "super" => {
                let up = path.iter().take_while(|s| *s == "super").count();
                own.truncate((own.len() + inline).checked_sub(up)?.min(own.len()));
                Some([own, path[up..].to_vec()].concat())
            }
            first => {
                own.push(first.to_owned());
                self.0.contains_key(&own.join("::")).then(|| [own, path[1..].to_vec()].concat())
            }
        }
    }

    /// The module that a path below `sandbox` leads to.
    fn resolve(&self, path: &[String], hops: usize) -> String {
        let found =
            (0..=path.len()).rev().map(|n| (n, path[..n].join("::"))).find(|(_, name)| self.0.contains_key(name));
        let Some((n, name)) = found else { return String::new() };
        let Some(module) = self.0.get(&name) else { return name };
        let is_facade = module.is_facade() && !name.ends_with("_port");
        let through = path.get(n).filter(|_| is_facade && hops < 8);
        let through = through.and_then(|next| module.uses.iter().find(|(alias, ..)| alias == next));
        let through = through.and_then(|(_, to, _)| self.absolute(&name, to, 0)).filter(|to| to != path);
        match through {
            Some(mut to) => {
                to.extend_from_slice(&path[n + 1..]);
                self.resolve(&to, hops + 1)
            }
            None => name,
        }
    }

    /// The modules that each module knows.
    fn edges(&self) -> BTreeMap<&str, BTreeSet<String>> {
        let mut out: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for (name, module) in &self.0 {
            if module.is_facade() && !name.ends_with("_port") {
                continue;
            }
            let mut known = BTreeSet::new();
            let mut imported: BTreeMap<&str, Path> = BTreeMap::new();
            for (alias, path, inline) in &module.uses {
                let Some(path) = self.absolute(name, path, *inline) else { continue };
                // A module that only passes on counts by what is taken out of it.
                if !self.0.get(&path.join("::")).is_some_and(Module::is_facade) {
                    known.insert(self.resolve(&path, 0));
                }
                imported.insert(alias, path);
            }
            for (path, inline) in paths(&module.rest) {
                let path = match path.first().and_then(|first| imported.get(first.as_str())) {
                    Some(start) => Some([start.clone(), path[1..].to_vec()].concat()),
                    None => self.absolute(name, &path, inline),
                };
                known.extend(path.map(|p| self.resolve(&p, 0)));
            }
            known.remove(name);
            out.insert(name, known);
        }
        out
    }
}

fn layer(module: &str) -> Option<usize> {
    let fits = |name: &&&str| module == **name || !name.is_empty() && module.starts_with(&format!("{name}::"));
    let all =
        LAYERS.iter().enumerate().flat_map(|(n, (_, names))| names.iter().filter(fits).map(move |m| (m.len(), n)));
    all.max().map(|(_, n)| n)
}

fn service(module: &str) -> Option<&str> {
    let top = module.split("::").next()?;
    (LAYERS[OPERATIONS].1.contains(&top) && layer(module)? <= OPERATIONS).then_some(top)
}

/// Whether a module is its service's port to another one that stands below it.
fn is_port(module: &str, to: &str) -> bool {
    let place = |s: &str| SERVICES.iter().position(|x| *x == s);
    let own = service(module).unwrap_or_default();
    module == format!("{own}::{to}_port") && place(own).zip(place(to)).is_some_and(|(own, to)| to < own)
}

/// Strongly connected components of more than one module. [Tarjan 1972]
fn circles(edges: &BTreeMap<&str, BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    struct Walk<'e> {
        edges: &'e BTreeMap<&'e str, BTreeSet<String>>,
        number: BTreeMap<&'e str, usize>,
        low: BTreeMap<&'e str, usize>,
        stack: Vec<&'e str>,
        found: Vec<BTreeSet<String>>,
    }
    impl<'e> Walk<'e> {
        fn visit(&mut self, at: &'e str) -> usize {
            let own = self.number.len();
            self.number.insert(at, own);
            self.stack.push(at);
            let mut low = own;
            for to in self.edges.get(at).into_iter().flatten() {
                if !self.number.contains_key(to.as_str()) {
                    low = low.min(self.visit(to));
                } else if self.stack.contains(&to.as_str()) {
                    low = low.min(self.number[to.as_str()]);
                }
            }
            self.low.insert(at, low);
            if low == own {
                let from = self.stack.iter().position(|m| *m == at).unwrap_or_default();
                let circle: BTreeSet<String> = self.stack.split_off(from).into_iter().map(str::to_owned).collect();
                if circle.len() > 1 {
                    self.found.push(circle);
                }
            }
            low
        }
    }
    let mut walk = Walk { edges, number: BTreeMap::new(), low: BTreeMap::new(), stack: Vec::new(), found: Vec::new() };
    for module in edges.keys() {
        if !walk.number.contains_key(module) {
            walk.visit(module);
        }
    }
    walk.found
}

/// What is wrong with the layers of these files.
fn wrong(files: &Files) -> Vec<String> {
    let tree = Tree::of(files);
    let edges = tree.edges();
    let mut out = Vec::new();
    for (from, known) in &edges {
        let Some(own) = layer(from) else {
            out.push(format!("{from} is in no layer: add it to LAYERS"));
            continue;
        };
        for to in known {
            let Some(other) = layer(to) else { continue };
            let same = service(from) == service(to);
            if other > own {
                out.push(format!("{from} ({}) knows {to} ({})", LAYERS[own].0, LAYERS[other].0));
            } else if let Some(their) = service(to).filter(|_| !same && service(from).is_some() && own <= OPERATIONS)
                && !is_port(from, their)
            {
                out.push(format!("{from} reaches into {to}, and not through a port to {their}"));
            }
        }
        // A world's region has a field for each service: to read another one's is to know it.
        if own == OPERATIONS {
            for their in LAYERS[OPERATIONS].1.iter().filter(|s| service(from) != Some(**s) && !is_port(from, s)) {
                let field = format!(".{their}");
                let reads = |line: &str| {
                    line.match_indices(&field).any(|(at, _)| {
                        !line[at + field.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || "_(".contains(c))
                    })
                };
                if tree.0[*from].rest.lines().any(reads) {
                    out.push(format!("{from} reads the state of {their}, and not through a port to it"));
                }
            }
        }
    }
    for circle in circles(&edges) {
        let within: BTreeSet<_> = circle.iter().map(|m| (layer(m), service(m))).collect();
        if within.len() > 1 {
            out.push(format!(
                "a circle over layers or services: {}",
                circle.into_iter().collect::<Vec<_>>().join(", ")
            ));
        }
    }
    out
}

fn sandbox() -> Files {
    let mut out = Files::new();
    for (path, module, text) in source() {
        if module == "sandbox" && !is_test_file(&path) {
            let name = path.with_extension("").to_string_lossy().replace('/', "::");
            let name = name.strip_prefix("sandbox").unwrap_or(&name).trim_start_matches("::");
            out.insert(name.strip_suffix("mod").map_or(name, |n| n.trim_end_matches("::")).to_owned(), code(&text));
        }
    }
    out
}

#[test]
fn the_sandbox_stands_in_layers_and_services_meet_at_ports() {
    let files = sandbox();
    assert!(files.len() > 100 && files.contains_key("ec2::state") && files.contains_key(""), "{:?}", files.keys());
    let wrong = wrong(&files);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_crosses_the_layers_is_found_however_it_is_written() {
    let base = [
        ("world", "pub struct World;\nfn a() -> crate::sandbox::ec2::state::State { x() }\n"),
        ("ec2", "pub mod state;\nmod launch;\npub use launch::launch;\n"),
        ("ec2::state", "pub struct State;\n"),
        ("ec2::launch", "use super::state::State;\npub fn launch(s: State) {}\n"),
        ("elbv2", "mod ec2_port;\nmod targets;\n"),
        ("elbv2::ec2_port", "use crate::sandbox::ec2;\npub fn a() { ec2::launch(1); }\n"),
        ("elbv2::targets", "use super::ec2_port;\npub fn register() { ec2_port::a(); }\n"),
    ];
    let with = |name: &str, text: &str| {
        let mut files: Files = base.iter().map(|(n, t)| ((*n).to_owned(), (*t).to_owned())).collect();
        files.insert(name.to_owned(), text.to_owned());
        wrong(&files)
    };
    assert_eq!(with("ec2::spare", "fn a() {}\n"), Vec::<String>::new());
    for (name, text, complaint) in [
        (
            "ec2::state",
            "use crate::sandbox::world::{self};\nfn a() { world::World; }\n",
            "ec2::state (state) knows world (world)",
        ),
        ("world", "fn a() { super::ec2::launch(1); }\n", "world (world) knows ec2::launch (operations)"),
        (
            "ec2::launch",
            "fn a() { crate::sandbox::elbv2::targets::register(); }\n",
            "ec2::launch reaches into elbv2::targets",
        ),
        (
            "elbv2::targets",
            "use crate::sandbox::{\n    ec2::{self, launch as begin},\n};\nfn a() { begin(1); }\n",
            "elbv2::targets reaches into ec2::launch",
        ),
        (
            "elbv2::targets",
            "use crate::sandbox::ec2::state::State;\nfn a(s: State) {}\n",
            "elbv2::targets reaches into ec2::state",
        ),
        ("elbv2::targets", "fn a(w: World) { w.region(0).ec2.instances; }\n", "elbv2::targets reads the state of ec2"),
        (
            "ec2::elbv2_port",
            "use crate::sandbox::elbv2::targets::register;\nfn a() { register(); }\n",
            "and not through a port to elbv2",
        ),
        (
            "ec2::inline",
            "mod x {\n    use super::super::launch;\n}\nfn a() { super::super::elbv2::targets::register(); }\n",
            "not through a port",
        ),
        ("stray", "fn a() {}\n", "stray is in no layer"),
    ] {
        let found = with(name, text);
        assert!(found.iter().any(|w| w.contains(complaint)), "{name}: {found:?} and not {complaint}");
    }
    let circle = with("ec2::state", "use super::launch;\nfn a() { launch::launch(1); }\n");
    assert!(
        circle.iter().any(|w| w.contains("a circle over layers or services: ec2::launch, ec2::state")),
        "{circle:?}"
    );
}
