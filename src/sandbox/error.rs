//! The errors of opening and saving a sandbox.

use std::path::PathBuf;

/// What stands in the way of a world.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// It would not go forward.
    #[error("the sandbox's speed must be a positive number, not {0}")]
    Speed(f64),
    /// The saved world's file.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file that a world is saved to.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Something else than a saved world.
    #[error("{} is not a saved sandbox: {source} (delete it to start anew)", path.display())]
    NotSaved {
        /// The file.
        path: PathBuf,
        /// Where it is not one.
        source: serde_json::Error,
    },
    /// A world of another version of the program.
    #[error("{}: saved in form {theirs}, and this program reads form {ours} (delete it to start anew)", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// Its form.
        theirs: u32,
        /// The form that this program writes.
        ours: u32,
    },
    /// A world that cannot be written down.
    #[error("cannot save the sandbox: {0}")]
    Unwritable(serde_json::Error),
    /// A mistake in a file of `worlds/`, in a sentence that names it.
    #[error("{0}")]
    File(String),
}
