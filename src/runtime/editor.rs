//! The user's own editor, as `$VISUAL` or `$EDITOR` name it: a text goes into a file that only its owner can read, and comes back from it.
//!
//! The editor is started without a shell. The file lies in a folder of its own, which goes with everything that an editor leaves in it.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;

use crate::base::Secret;
use crate::base::text::visible;
use crate::term::{Returned, Term};

/// More than any field of AWS's takes: what is longer was no text that was meant for one.
const MOST: u64 = 1 << 20;

/// How an edit ended.
pub enum Edited {
    /// The text as it is now, or a sentence why it is as it was.
    Text(Result<Secret, String>),
    /// This process is to end by a signal.
    Terminated(i32),
}

/// Lets the user edit a text; `name` is the file's name, whose ending tells the editor what it is.
pub fn edit(term: &Term, text: &Secret, name: &str) -> Edited {
    let words = match named(|name| std::env::var(name).ok()) {
        Ok(words) => words,
        Err(why) => return Edited::Text(Err(why)),
    };
    match edit_with(term, &words, text, name) {
        Ok(edited) => edited,
        Err(e) => Edited::Text(Err(format!("The text was not changed: {e}."))),
    }
}

/// The editor and its arguments: `code --wait`, `"/opt/my editor/e" -n`. Read as a shell reads words, and run without one.
///
/// # Errors
/// A sentence, where what the variable says cannot be read.
pub fn named(var: impl Fn(&str) -> Option<String>) -> Result<Vec<String>, String> {
    let var = |name: &str| var(name).filter(|v| !v.trim().is_empty());
    let named = [("VISUAL", var("VISUAL")), ("EDITOR", var("EDITOR"))].into_iter().find_map(|(n, v)| Some((n, v?)));
    let Some((name, line)) = named else { return Ok(vec!["vi".into()]) };
    match shell_words::split(&line) {
        Ok(words) if !words.is_empty() => Ok(words),
        _ => Err(format!("${name} cannot be read: {}", visible(&line))),
    }
}

fn edit_with(term: &Term, words: &[String], text: &Secret, name: &str) -> io::Result<Edited> {
    // The folder is the user's alone, and is removed with all that is in it when this ends in any way but a crash.
    let folder =
        tempfile::Builder::new().prefix("skydeck-").permissions(fs::Permissions::from_mode(0o700)).tempdir()?;
    let path = folder.path().join(name);
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&path)?;
    file.write_all(text.expose().as_bytes())?;
    drop(file);
    let [editor, arguments @ ..] = words else { return Err(io::Error::other("no editor is named")) };
    let returned = term
        .lend(|| Command::new(editor).args(arguments).arg(&path).spawn(), || ())
        .map_err(|e| io::Error::new(e.kind(), format!("{} cannot be run: {e}", visible(editor))))?;
    let status = match returned {
        Returned::Terminated(signal) => return Ok(Edited::Terminated(signal)),
        Returned::Ended(status) => status,
    };
    if !status.success() {
        let how = match status.signal() {
            Some(signal) => format!("was ended by signal {signal}"),
            None => format!("ended with exit status {}", status.code().unwrap_or_default()),
        };
        return Ok(Edited::Text(Err(format!("The text was not changed: {} {how}.", visible(editor)))));
    }
    Ok(Edited::Text(read(&path).map(Secret::new)))
}

/// What the editor left.
fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).and_then(|f| f.take(MOST + 1).read_to_end(&mut bytes));
    match file {
        Err(e) => Err(format!("The text was not changed: what the editor left cannot be read ({e}).")),
        Ok(_) if bytes.len() as u64 > MOST => {
            Err("The text was not changed: what the editor left is over 1 MiB.".into())
        }
        Ok(_) => String::from_utf8(bytes).map_err(|_| {
            "The text was not changed: what the editor left is no UTF-8. A file can be named instead.".into()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_is_named_with_its_arguments_and_no_shell_reads_them() {
        let of = |visual: Option<&str>, editor: Option<&str>| {
            named(|n| if n == "VISUAL" { visual } else { editor }.map(ToString::to_string))
        };
        assert_eq!(of(None, None), Ok(vec!["vi".to_string()]));
        assert_eq!(of(Some("code --wait"), Some("ed")), Ok(vec!["code".into(), "--wait".into()]));
        assert_eq!(of(None, Some("'/opt/my editor/e' -n")), Ok(vec!["/opt/my editor/e".into(), "-n".into()]));
        assert_eq!(
            of(None, Some("ed; rm -rf $HOME")),
            Ok(vec!["ed;".into(), "rm".into(), "-rf".into(), "$HOME".into()])
        );
        assert_eq!(of(Some("vi 'x"), None), Err("$VISUAL cannot be read: vi 'x".into()));
    }
}
