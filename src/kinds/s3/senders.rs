//! `GetObject`, and what carries it out: an object, streamed into a file that is not there yet.

use std::path::{Path, PathBuf};

use aws_sdk_s3::operation::RequestId;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use futures::future::FutureExt;
use tokio::io::AsyncWriteExt;

use super::bucket_region::Home;
use crate::aws::{Gateway, fault};
use crate::base::text::visible;
use crate::base::{Fault, FaultKind, Reached, Scope};
use crate::kinds::action::{Answer, Outgoing, Sender};
use crate::kinds::args::{Args, sent};
use crate::model::{Operation, Service};

/// `GetObject`.
pub static GET_OBJECT: Sender = Sender { op: Operation::read(Service::S3, "GetObject"), send: |s| get(s).boxed() };

async fn get(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (bucket, key, path) = (args.text("Bucket")?, args.text("Key")?, args.text("")?);
    args.end()?;
    s.dry_run()?;
    let path = PathBuf::from(path);
    refuse_existing(&path)?;
    let out = ask(&s.gateway, &s.call.scope, &bucket, &key).await?;
    let request_id = out.request_id().map(str::to_string);
    let total = out.content_length().and_then(|n| u64::try_from(n).ok());
    let done = save(out, &path, total, &*s.progress).await?;
    Ok(sent(request_id.as_deref(), format!("{} bytes in {}", done, visible(&path.to_string_lossy()))))
}

/// Asks in the bucket's own region.
pub(super) async fn ask(gateway: &Gateway, scope: &Scope, bucket: &str, key: &str) -> Result<GetObjectOutput, Fault> {
    let mut home = Home::new(gateway, scope, bucket, None);
    loop {
        let e = match home.client().await?.get_object().bucket(bucket).key(key).send().await {
            Ok(out) => return Ok(out),
            Err(e) => e,
        };
        if !home.moves(e.raw_response(), None).await {
            return Err(fault::of(&GET_OBJECT.op, e));
        }
    }
}

/// The file on its way; taken away again unless it arrives.
struct Part {
    path: PathBuf,
    arrived: bool,
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.arrived {
            // What cannot be removed is named by the next download's refusal.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// One chunk is in memory at a time.
async fn save(
    mut out: GetObjectOutput,
    path: &Path,
    total: Option<u64>,
    progress: &(dyn Fn(u64, Option<u64>) + std::marker::Send + Sync),
) -> Result<u64, Fault> {
    let mut name =
        path.file_name().map(ToOwned::to_owned).ok_or_else(|| Fault::bug("a download without a file name"))?;
    name.push(".part");
    let part = path.with_file_name(name);
    let file = tokio::fs::OpenOptions::new().write(true).create_new(true).open(&part).await;
    let mut file = file.map_err(|e| disk(&part, &e))?;
    let mut guard = Part { path: part, arrived: false };
    let mut done: u64 = 0;
    progress(0, total);
    loop {
        let chunk = match out.body.next().await {
            None => break,
            Some(Ok(chunk)) => chunk,
            Some(Err(e)) => return Err(broken(format!("the download of the object stopped after {done} bytes: {e}"))),
        };
        file.write_all(&chunk).await.map_err(|e| disk(&guard.path, &e))?;
        done += chunk.len() as u64;
        progress(done, total);
    }
    if total.is_some_and(|t| t != done) {
        return Err(broken(format!("{done} bytes arrived of {}", total.unwrap_or_default())));
    }
    file.sync_all().await.map_err(|e| disk(&guard.path, &e))?;
    drop(file);
    put_in_place(&guard.path, path)?;
    guard.arrived = true;
    Ok(done)
}

/// Gives the finished file its name, unless something has that name by now.
fn put_in_place(part: &Path, path: &Path) -> Result<(), Fault> {
    // A hard link fails where the name is taken; a rename would replace it.
    match std::fs::hard_link(part, path) {
        Ok(()) => {
            let _ = std::fs::remove_file(part);
            Ok(())
        }
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Err(taken(path)),
        // Not every file system has hard links.
        Err(_) => {
            refuse_existing(path)?;
            std::fs::rename(part, path).map_err(|e| disk(path, &e))
        }
    }
}

fn refuse_existing(path: &Path) -> Result<(), Fault> {
    // A dangling link is something too.
    if path.symlink_metadata().is_ok() { Err(taken(path)) } else { Ok(()) }
}

fn named(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

fn taken(path: &Path) -> Fault {
    let text = format!("{} exists already; nothing was overwritten", named(path));
    Fault::new(FaultKind::Conflict, text).of("S3", GET_OBJECT.op.name).hint("Choose another folder or file name.")
}

fn disk(path: &Path, e: &std::io::Error) -> Fault {
    Fault::new(FaultKind::Invalid, format!("{} cannot be written: {e}", named(path))).of("S3", GET_OBJECT.op.name)
}

fn broken(text: String) -> Fault {
    Fault::new(FaultKind::Offline, text).of("S3", GET_OBJECT.op.name).reached(Reached::Answered)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use aws_sdk_s3::primitives::ByteStream;

    use super::*;

    fn out(bytes: usize, said: i64) -> GetObjectOutput {
        GetObjectOutput::builder().body(ByteStream::from(vec![7; bytes])).content_length(said).build()
    }

    async fn save_to(path: &Path, bytes: usize, said: i64) -> (Result<u64, Fault>, Vec<(u64, Option<u64>)>) {
        let told = Mutex::new(Vec::new());
        let progress = |done, of| told.lock().expect("no panic").push((done, of));
        let result = save(out(bytes, said), path, u64::try_from(said).ok(), &progress).await;
        (result, told.into_inner().expect("no panic"))
    }

    #[tokio::test]
    async fn a_download_arrives_whole_under_its_name_and_tells_how_far_it_is() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("x.bin");
        let (result, told) = save_to(&path, 1000, 1000).await;
        assert_eq!(result, Ok(1000));
        assert_eq!(std::fs::read(&path).map(|b| b.len()).ok(), Some(1000));
        assert_eq!(told.last(), Some(&(1000, Some(1000))));
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1, "the .part is gone");
    }

    #[tokio::test]
    async fn a_file_that_appears_meanwhile_is_not_overwritten() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("x.bin");
        std::fs::write(&path, "mine").expect("written");
        assert_eq!(refuse_existing(&path).map_err(|f| f.kind), Err(FaultKind::Conflict));
        let (result, _) = save_to(&path, 10, 10).await;
        assert_eq!(result.map_err(|f| f.kind), Err(FaultKind::Conflict));
        assert_eq!(std::fs::read_to_string(&path).ok().as_deref(), Some("mine"));
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1, "the .part is gone");
    }

    #[tokio::test]
    async fn what_arrives_short_leaves_nothing_behind() {
        let dir = tempfile::tempdir().expect("a folder");
        let (result, _) = save_to(&dir.path().join("x.bin"), 10, 20).await;
        assert_eq!(result.map_err(|f| f.kind), Err(FaultKind::Offline));
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 0);
    }
}
