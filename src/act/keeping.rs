//! Secrets that AWS answers once (a private key) go into files that are made before the call leaves: mode 0400, with room in them, never over another
//! file. So a full or read-only disk is found out while nothing is lost yet.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use crate::base::text::visible;
use crate::base::{Fault, FaultKind, Reached};
use crate::kinds::Output;
use crate::model::{Keep, RunRecord, StepState};

/// Room on the disk that is taken before the call leaves, and kept until the answer is there: more than a private key needs.
const ROOM: [u8; 8192] = [b'\n'; 8192];

/// Takes away the files of a run that was killed before a secret came: they hold nothing but the room that was made. A file with anything
/// else in it stays.
pub fn clear_room(run: &RunRecord) {
    let steps = run.steps.iter().zip(&run.states).filter(|(_, state)| **state != StepState::Done);
    for Keep::File { path, .. } in steps.flat_map(|(step, _)| &step.keep) {
        let is_file = std::fs::symlink_metadata(path).is_ok_and(|m| m.is_file() && m.len() == ROOM.len() as u64);
        if is_file
            && std::fs::read(path).is_ok_and(|held| held == ROOM)
            && let Err(e) = std::fs::remove_file(path)
        {
            tracing::warn!("the file {} without a key is left behind: {e}", path.display());
        }
    }
}

/// The open files of one call.
#[derive(Debug)]
pub(super) struct Kept(Vec<(&'static str, PathBuf, File)>);

impl Kept {
    /// Makes the files, with room in them.
    ///
    /// # Errors
    /// One of them cannot be made; none is left then, and nothing must be sent.
    pub(super) fn prepare(keep: &[Keep]) -> Result<Kept, Fault> {
        let mut out = Kept(Vec::new());
        for Keep::File { output, path } in keep {
            let made = OpenOptions::new().write(true).create_new(true).mode(0o400).open(path).and_then(|mut file| {
                let has_room = file.write_all(&ROOM).and_then(|()| file.sync_all()).and_then(|()| file.rewind());
                has_room.inspect_err(|_| drop(std::fs::remove_file(path)))?;
                Ok(file)
            });
            match made {
                Ok(file) => out.0.push((output, path.clone(), file)),
                Err(e) => {
                    out.give_up(false);
                    let name = path.to_string_lossy();
                    let why = match e.kind() {
                        ErrorKind::AlreadyExists => {
                            format!("{} exists already and is not overwritten. Nothing was sent.", visible(&name))
                        }
                        _ => format!("{} cannot be created: {e}. Nothing was sent.", visible(&name)),
                    };
                    return Err(Fault::new(FaultKind::Invalid, why)
                        .reached(Reached::NotSent)
                        .hint("Choose another file."));
                }
            }
        }
        Ok(out)
    }

    /// Writes the secrets.
    ///
    /// # Errors
    /// A sentence that names the file: what was answered is lost.
    pub(super) fn fill(self, outputs: &[(&'static str, Output)]) -> Result<(), Fault> {
        for (output, path, mut file) in self.0 {
            let secret = outputs.iter().find_map(|(name, value)| match value {
                Output::Secret(secret) if *name == output => Some(secret),
                _ => None,
            });
            let written = match secret {
                Some(secret) => {
                    let bytes = secret.expose().as_bytes();
                    let written = file.write_all(bytes).and_then(|()| file.set_len(bytes.len() as u64));
                    written.and_then(|()| file.sync_all())
                }
                None => Err(std::io::Error::other(format!("the answer has no {output}"))),
            };
            if let Err(e) = written {
                let text = format!(
                    "{} could not be written: {e}. The key pair was created in AWS all the same, and is useless \
                     without it.",
                    visible(&path.to_string_lossy())
                );
                return Err(Fault::new(FaultKind::Invalid, text));
            }
        }
        Ok(())
    }

    /// What is to be told of them, once they are written.
    pub(super) fn told(&self) -> Option<String> {
        let paths: Vec<String> = self.0.iter().map(|(_, p, _)| visible(&p.to_string_lossy()).into_owned()).collect();
        (!paths.is_empty()).then(|| format!("private key in {}, mode 0400", paths.join(", ")))
    }

    /// Takes the files away. Where the call may have arrived (`sent`), they go too: nothing can fill them any more.
    pub(super) fn give_up(&self, sent: bool) {
        for (_, path, _) in &self.0 {
            if let Err(e) = std::fs::remove_file(path) {
                tracing::warn!(sent, "the file {} without a key is left behind: {e}", path.display());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::base::Secret;

    fn keep(path: &std::path::Path) -> Vec<Keep> {
        vec![Keep::File { output: "KeyMaterial", path: path.into() }]
    }

    #[test]
    fn a_private_key_is_written_once_for_its_owner_alone_and_never_over_another_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("my key.pem");
        let kept = Kept::prepare(&keep(&path)).expect("made");
        let mode = std::fs::metadata(&path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode, std::fs::read(&path).expect("there")), (0o400, ROOM.to_vec()));
        kept.fill(&[("KeyMaterial", Output::Secret(Secret::new("-----BEGIN".into())))]).expect("written");
        assert_eq!(std::fs::read_to_string(&path).expect("there"), "-----BEGIN");
        let again = Kept::prepare(&keep(&path)).expect_err("refused");
        assert!(again.message.contains("my key.pem exists already"), "{}", again.message);
        assert_eq!(std::fs::read_to_string(&path).expect("there"), "-----BEGIN");
    }

    #[test]
    fn nothing_is_left_of_a_call_that_made_nothing() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("key.pem");
        Kept::prepare(&keep(&path)).expect("made").give_up(false);
        assert!(!path.exists());
        let nowhere = Kept::prepare(&keep(&dir.path().join("no/such/key.pem"))).expect_err("refused");
        assert!(nowhere.message.contains("Nothing was sent"), "{}", nowhere.message);
        let both = [keep(&path), keep(&dir.path().join("no/such/key.pem"))].concat();
        assert!(Kept::prepare(&both).is_err() && !path.exists(), "the first is taken away again");
    }

    #[test]
    fn what_a_killed_run_made_room_in_is_taken_away_and_nothing_else() {
        use crate::base::{Scope, Time};
        use crate::kinds::ec2::senders::CREATE_KEY_PAIR;
        use crate::kinds::plan_builder::draft;
        use crate::model::{RunEntry, Step};
        let dir = tempfile::tempdir().expect("a folder");
        let (room, key) = (dir.path().join("room.pem"), dir.path().join("key.pem"));
        let call = || CREATE_KEY_PAIR.call(Scope::region("prod", "ap-northeast-2"));
        let step = |path: &std::path::Path| Step { keep: keep(path), ..Step::new("create it", call()) };
        let mut plan = draft("act", "Act".into(), &[], Vec::new());
        plan.steps = vec![step(&room), step(&key)];
        let mut run = RunRecord::new("1-1-1".into(), Time::default(), &plan);
        drop(Kept::prepare(&keep(&room)).expect("made"));
        std::fs::write(&key, "-----BEGIN").expect("written");
        run.apply(&RunEntry::Intent { step: 0 }, Time::default());
        run.apply(&RunEntry::Intent { step: 1 }, Time::default());
        clear_room(&run);
        assert!(!room.exists() && key.exists());
    }

    #[test]
    fn an_answer_without_the_key_is_said() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("key.pem");
        let kept = Kept::prepare(&keep(&path)).expect("made");
        assert!(kept.fill(&[]).is_err_and(|f| f.message.contains("the answer has no KeyMaterial")));
    }
}
