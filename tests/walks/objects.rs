//! S3: from buckets into folders, and an object down to a file.

use crate::support::desk::{Desk, Start};

#[test]
fn a_bucket_opens_folder_by_folder_and_an_object_is_downloaded_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::start(Start { view: "buckets", ..Start::default() });
    desk.keys("/").text_in("team-shared").keys("enter enter").screen("objects-top");
    let object = |d: &Desk| d.focused().map(|id| id.to_string()).unwrap_or_default();
    // The first that is no folder.
    for _ in 0..60 {
        if !object(&desk).ends_with('/') {
            break;
        }
        desk.keys("j");
    }
    let key = object(&desk);
    desk.go(&format!("download folder={}", folder.path().display()));
    desk.sees("aws s3api get-object");
    desk.keys("enter");
    desk.refresh_until("Download");
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{key}: {files:?}\n{}", desk.text());
    let size = std::fs::metadata(&files[0]).unwrap().len();
    assert!(size > 0);
    desk.sees(&format!("{size} bytes in "));
    assert_eq!(desk.log.writes(), [], "a download changes nothing");
    // A file that exists is never overwritten.
    desk.go(&format!("download folder={}", folder.path().display()));
    desk.keys("enter");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "{}", desk.text());
    assert_eq!(std::fs::metadata(&files[0]).unwrap().len(), size);
}

#[test]
fn enter_goes_into_a_folder_and_history_out_of_it() {
    let mut desk = Desk::start(Start { view: "buckets shop-access-logs", ..Start::default() });
    desk.keys("enter");
    let top = desk.text();
    desk.keys("enter").screen("objects-folder");
    desk.keys("enter").screen("objects-deep");
    desk.keys("[ [");
    assert_eq!(desk.text(), top);
}

#[test]
fn an_empty_bucket_says_that_it_is_empty() {
    let mut desk = Desk::start(Start { view: "buckets shop-empty", ..Start::default() });
    desk.keys("enter").screen("objects-empty");
}
