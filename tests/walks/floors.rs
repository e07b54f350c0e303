//! The house keeps its shape: floors, file sizes, and what certain floors must not know.

mod layers;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each top-level module and its floor; a module imports only from lower floors. `docs/architecture.md` has the same table.
const FLOORS: &[(&str, u8)] = &[
    ("base", 0),
    ("model", 1),
    ("net", 1),
    ("input", 1),
    ("query", 1),
    ("store", 2),
    ("config", 2),
    ("aws", 3),
    ("kinds", 4),
    ("fetch", 5),
    ("act", 5),
    ("sandbox", 5),
    ("app", 6),
    ("ui", 7),
    ("runtime", 8),
    ("term", 8),
    ("cli", 8),
    ("export", 8),
];

/// Modules of one floor that rest on each other: (from, on).
const SAME_FLOOR: &[(&str, &str)] = &[
    ("model", "input"), // an Event carries a Key
    ("model", "query"), // an Effect carries a Query
    ("model", "net"),   // a Value holds addresses and ranges
    ("query", "model"), // a Query reads Records
    ("query", "net"),   // and ranges of addresses
    ("runtime", "term"),
    ("cli", "term"),
    ("cli", "runtime"),
    ("cli", "export"),
    ("runtime", "export"),
];

/// Words that a floor's code must not contain, with the reason.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    ("base", &["aws_sdk_", "ratatui", "crossterm"], "floor 0 knows neither AWS nor the terminal"),
    ("model", &["aws_sdk_", "ratatui", "crossterm", "tokio::"], "plain data"),
    ("query", &["aws_sdk_", "ratatui", "crossterm", "tokio::"], "pure"),
    ("net", &["aws_sdk_", "ratatui", "crossterm", "tokio::"], "pure"),
    ("store", &["aws_sdk_", "ratatui", "crossterm", "tokio::"], "synchronous, no I/O"),
    ("config", &["aws_sdk_", "ratatui", "crossterm", "tokio::"], "settings know neither AWS nor the terminal library"),
    ("fetch", &["aws_sdk_", "ratatui", "crossterm"], "SDK types end in the kinds"),
    ("act", &["aws_sdk_", "ratatui", "crossterm"], "SDK types end in the kinds"),
    ("app", &["aws_sdk_", "aws_config", "ratatui", "crossterm", "tokio::"], "pure and synchronous"),
    ("ui", &["aws_sdk_", "aws_config", "tokio::", "crossterm::event"], "draws, and changes nothing"),
    ("runtime", &["aws_sdk_"], "SDK types end in the kinds"),
    ("export", &["aws_sdk_", "ratatui", "crossterm", "tokio::"], "pure"),
];

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(dir).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            out.extend(files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
    out.sort();
    out
}

fn source() -> Vec<(PathBuf, String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    files(&src)
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(&src).expect("below src").to_path_buf();
            let top = relative.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
            let module = top.trim_end_matches(".rs").to_string();
            let text = fs::read_to_string(&path).expect("UTF-8 source");
            (relative, module, text)
        })
        .collect()
}

/// The code without comments and without the test modules at the end of files.
fn code(text: &str) -> String {
    let body = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or(text);
    body.lines()
        .map(|l| match l.trim_start() {
            t if t.starts_with("//") => "",
            _ => l.split(" // ").next().unwrap_or(l),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_test_file(path: &Path) -> bool {
    path.components().any(|c| c.as_os_str() == "tests")
        || path.file_name().is_some_and(|n| {
            let n = n.to_string_lossy();
            n == "tests.rs" || n == "testing.rs" || n.ends_with("_tests.rs")
        })
}

#[test]
fn a_module_imports_only_from_lower_floors() {
    let floors: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, module, text) in source() {
        if matches!(module.as_str(), "lib" | "main") || is_test_file(&path) {
            continue;
        }
        let Some(own) = floors.get(module.as_str()) else {
            wrong
                .push(format!("{} is on no floor: add {module} to FLOORS and to docs/architecture.md", path.display()));
            continue;
        };
        let code = code(&text);
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let names = if let Some(group) = rest.strip_prefix('{') {
                group.split(',').map(|s| s.trim().split("::").next().unwrap_or("").trim().to_string()).collect()
            } else {
                vec![name]
            };
            for name in names {
                let Some(other) = floors.get(name.as_str()) else { continue };
                let allowed = other < own || name == module || SAME_FLOOR.contains(&(module.as_str(), name.as_str()));
                if !allowed {
                    wrong.push(format!("{} (floor {own}) imports {name} (floor {other})", path.display()));
                }
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn floors_do_not_know_what_is_not_theirs() {
    let mut wrong = Vec::new();
    for (path, module, text) in source() {
        if is_test_file(&path) {
            continue;
        }
        let code = code(&text);
        for (floor, words, why) in FORBIDDEN {
            if module != *floor {
                continue;
            }
            for word in *words {
                if code.contains(word) {
                    wrong.push(format!("{} names {word}: {why}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What can open a connection stands where somebody asks first: calls of AWS's API in the connector behind the guard, all else in the
/// declared list; and the embedded account listens.
#[test]
fn connections_are_opened_only_where_the_guard_or_the_declared_list_is_asked() {
    let opens = ["ConnectorBuilder", "TcpStream", "UdpSocket", "UnixStream", "hyper::"];
    let asked = ["aws/connector.rs", "aws/egress.rs"].map(Path::new);
    let wrong: Vec<String> = source()
        .into_iter()
        .filter(|(path, module, _)| !is_test_file(path) && module != "sandbox" && !asked.contains(&path.as_path()))
        .flat_map(|(path, _, text)| {
            let code = code(&text);
            opens.iter().filter(move |w| code.contains(**w)).map(move |w| format!("{} names {w}", path.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_file_is_longer_than_800_lines() {
    let long: Vec<String> = source()
        .into_iter()
        .filter(|(path, _, _)| !is_test_file(path))
        .map(|(path, _, text)| (path, text.lines().count()))
        .filter(|(_, n)| *n > 800)
        .map(|(path, n)| format!("{}: {n} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "split by meaning: {}", long.join(", "));
}

#[test]
fn every_module_says_what_it_owns() {
    let silent: Vec<String> = source()
        .into_iter()
        .filter(|(path, _, text)| !is_test_file(path) && !text.starts_with("//!"))
        .map(|(path, _, _)| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no //! at the top of {}", silent.join(", "));
}

#[test]
fn the_page_of_the_house_names_every_floor() {
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md")).expect("the page");
    for (module, _) in FLOORS {
        assert!(page.contains(&format!("`{module}")), "docs/architecture.md does not name {module}");
    }
}
