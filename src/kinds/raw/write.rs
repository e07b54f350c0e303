//! A tree as JSON and as YAML, line by line, as the AWS CLI writes them. What no screen and no shell should be given as it is (control
//! characters, marks that turn the direction of writing) is escaped, which reads the same in both.

use super::cli::Tree;
use crate::base::text::visible;

/// A text in JSON's quotes, which are YAML's double ones, too.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if visible(c.encode_utf8(&mut [0; 4])) == c.encode_utf8(&mut [0; 4]) as &str => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
    out
}

/// JSON, four blanks a level.
pub(super) fn json(tree: &Tree) -> Vec<String> {
    let mut out = Vec::new();
    json_at(tree, 0, "", "", &mut out);
    out
}

fn json_at(tree: &Tree, depth: usize, key: &str, after: &str, out: &mut Vec<String>) {
    let pad = "    ".repeat(depth);
    let (open, close, items): (_, _, Vec<(String, &Tree)>) = match tree {
        Tree::Plain(text) => return out.push(format!("{pad}{key}{text}{after}")),
        Tree::Text(text) => return out.push(format!("{pad}{key}{}{after}", quoted(text))),
        Tree::List(all) => ('[', ']', all.iter().map(|item| (String::new(), item)).collect()),
        Tree::Map(all) => ('{', '}', all.iter().map(|(name, item)| (format!("{}: ", quoted(name)), item)).collect()),
    };
    if items.is_empty() {
        return out.push(format!("{pad}{key}{open}{close}{after}"));
    }
    out.push(format!("{pad}{key}{open}"));
    for (i, (name, item)) in items.iter().enumerate() {
        json_at(item, depth + 1, name, if i + 1 < items.len() { "," } else { "" }, out);
    }
    out.push(format!("{pad}{close}{after}"));
}

/// YAML in block style; a list in a structure stands under its name without indentation.
pub(super) fn yaml(tree: &Tree) -> Vec<String> {
    let mut out = Vec::new();
    match tree {
        Tree::Map(all) if !all.is_empty() => yaml_map(all, "", "", &mut out),
        Tree::List(all) if !all.is_empty() => yaml_list(all, "", &mut out),
        tree => out.push(scalar(tree)),
    }
    out
}

fn yaml_map(all: &[(String, Tree)], first: &str, pad: &str, out: &mut Vec<String>) {
    for (i, (name, tree)) in all.iter().enumerate() {
        let start = if i == 0 { first } else { pad };
        let name = plain(name).unwrap_or_else(|| quote(name));
        match tree {
            Tree::Map(inner) if !inner.is_empty() => {
                out.push(format!("{start}{name}:"));
                let deeper = format!("{pad}  ");
                yaml_map(inner, &deeper, &deeper, out);
            }
            Tree::List(inner) if !inner.is_empty() => {
                out.push(format!("{start}{name}:"));
                yaml_list(inner, pad, out);
            }
            tree => out.push(format!("{start}{name}: {}", scalar(tree))),
        }
    }
}

fn yaml_list(all: &[Tree], pad: &str, out: &mut Vec<String>) {
    let (dash, deeper) = (format!("{pad}- "), format!("{pad}  "));
    for tree in all {
        match tree {
            Tree::Map(inner) if !inner.is_empty() => yaml_map(inner, &dash, &deeper, out),
            Tree::List(inner) if !inner.is_empty() => {
                out.push(format!("{pad}-"));
                yaml_list(inner, &deeper, out);
            }
            tree => out.push(format!("{dash}{}", scalar(tree))),
        }
    }
}

fn scalar(tree: &Tree) -> String {
    match tree {
        Tree::Plain(text) => text.clone(),
        Tree::Text(text) => plain(text).unwrap_or_else(|| quote(text)),
        Tree::List(_) => "[]".into(),
        Tree::Map(_) => "{}".into(),
    }
}

/// The text as it is, where YAML takes it for that text and nothing else: not for a number, a flag, a moment, or a mark of its own.
fn plain(text: &str) -> Option<String> {
    let first = text.chars().next()?;
    let begins = first.is_alphabetic() || matches!(first, '/' | '_');
    let inside = |c: char| {
        c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | ':' | '+' | '=' | '@' | '(' | ')' | ',' | ';')
    };
    let word =
        ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].iter().any(|w| w.eq_ignore_ascii_case(text));
    let marks = text.contains(": ") || text.ends_with(':') || text.ends_with(' ');
    (begins && text.chars().all(inside) && !word && !marks).then(|| text.to_string())
}

/// In single quotes, as the AWS CLI writes what it cannot write plainly; where something has to be escaped, in double ones.
fn quote(text: &str) -> String {
    let double = quoted(text);
    let escapes =
        double.contains('\\') && double[1..double.len() - 1].replace("\\\"", "").replace("\\\\", "").contains('\\');
    if escapes { double } else { format!("'{}'", text.replace('\'', "''")) }
}
