//! What is wrong with a user's file, and where: one sentence with file, line and column, and the nearest valid thing.

use std::fmt;
use std::path::{Path, PathBuf};

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A user's file.
    File(PathBuf),
    /// A file inside the program; a problem there is a mistake of ours, and a test finds it.
    Embedded(String),
    /// A command line option, e.g. `--theme`.
    Option(&'static str),
}

impl Origin {
    /// Whether the user said it on the command line: a problem there is wrong usage (exit code 2), not a warning.
    pub fn is_option(&self) -> bool {
        matches!(self, Origin::Option(_))
    }
    /// The file, if it is one on the disk.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Origin::File(p) => Some(p),
            _ => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File(p) => write!(f, "{}", p.display()),
            Origin::Embedded(name) => write!(f, "built-in {name}"),
            Origin::Option(name) => f.write_str(name),
        }
    }
}

/// One thing that is wrong. The line it stands on has no effect, unless it `applies`; everything else applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands.
    pub file: Origin,
    /// The line, from 1; 0 if the problem is with the file as a whole or with an option.
    pub line: usize,
    /// The column in characters, from 1; 0 with line 0.
    pub col: usize,
    /// A sentence that names the word that is wrong, without a full stop.
    pub message: String,
    /// What may have been meant, or what to do.
    pub hint: Option<String>,
    /// Whether it is advice only: the line has its effect all the same.
    pub applies: bool,
    /// Whether the line does what its user wanted, and only who asks for a check is told what else comes of it.
    pub note: bool,
}

impl Problem {
    /// A problem with the whole of a file or with an option.
    pub fn whole(file: Origin, message: impl Into<String>, hint: Option<String>) -> Self {
        Problem { file, line: 0, col: 0, message: message.into(), hint, applies: false, note: false }
    }
    /// The same as advice: the line has its effect all the same.
    #[must_use]
    pub fn advice(mut self) -> Self {
        self.applies = true;
        self
    }
    /// The same as a note: the line does what its user wanted.
    #[must_use]
    pub fn note(self) -> Self {
        Problem { note: true, ..self.advice() }
    }
    /// Whether it is wrong usage of the command line (exit code 2) rather than a line in a file.
    pub fn is_usage(&self) -> bool {
        self.file.is_option()
    }
}

/// `FILE:LINE:COL: MESSAGE; HINT`; of an option, sentences as all wrong usage is told.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_usage() {
            let named = self.message.strip_prefix("must be ").map(|rest| format!("{} must be {rest}", self.file));
            f.write_str(&named.map_or_else(|| sentence(&self.message), |n| sentence(&n)))?;
            return self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " {}", sentence(hint)));
        }
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.col)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

/// A part of a problem as a sentence of its own, without the quotes that set a word apart in a file's line.
fn sentence(part: &str) -> String {
    let plain = part.replace('`', "");
    let end = if plain.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{}{end}", crate::base::text::capital(&plain))
}

/// Sentences as the message and the hint of a problem: clauses without their full stop.
pub(crate) fn sentences(told: &str) -> (String, Option<String>) {
    let clause = |s: &str| crate::base::text::uncapital(s.trim_end_matches('.'));
    match told.split_once(". ") {
        Some((what, hint)) => (clause(what), Some(clause(hint))),
        None => (clause(told), None),
    }
}

/// `did you mean …?` if one of `candidates` is near `word`, else `otherwise`.
pub(crate) fn meant<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
    otherwise: impl FnOnce() -> Option<String>,
) -> Option<String> {
    match crate::base::text::nearest(word, candidates) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => otherwise(),
    }
}
