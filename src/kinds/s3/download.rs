//! `download`: an object into a file. It changes nothing in the account, and so it works in read-only mode.

use super::file_name::{file_name, is_file_name};
use super::objects::{self, INFO};
use super::senders::GET_OBJECT;
use crate::base::text::visible;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::plan_builder::{draft, field, form_title, label, line, note, sorted, subject, title};
use crate::kinds::prices;
use crate::model::{Arg, Cost, FormSpec, FormValue, Plan, Record, Step, Values};

/// `download`.
pub static DOWNLOAD: Action = Action::on_rows(&INFO, "download", "Download", plan)
    .group(MenuGroup::Files)
    .doc("Downloads objects into a folder on this machine. Existing files are never overwritten.")
    .several()
    .reads_only()
    .calls(&[&GET_OBJECT])
    .only_if(available)
    .form(refine);

const FOLDER: &str = "folder";
const FILE: &str = "file";

fn available(row: &Record) -> Result<(), String> {
    if objects::is_folder(row) {
        return Err("This is a folder: open it and mark the objects in it.".into());
    }
    let class = field(row, &objects::STORAGE_CLASS).unwrap_or_default();
    let restored = field(row, &objects::RESTORE).is_some_and(|r| r.starts_with("until"));
    if matches!(class, "GLACIER" | "DEEP_ARCHIVE") && !restored {
        return Err(format!("It is archived ({class}): restore it before downloading."));
    }
    Ok(())
}

fn key(row: &Record) -> &str {
    objects::key(row).unwrap_or(&row.id)
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut folder =
        line(values, FOLDER, "Folder", cx.downloads, "An existing folder; . is where the console was started.");
    let path = values.text(FOLDER).unwrap_or(cx.downloads);
    folder.error = if path.trim().is_empty() {
        Some("Name a folder; . is this one.".into())
    } else if path.starts_with('~') {
        Some("Write the whole path: only shells understand ~.".into())
    } else if path.contains(char::is_control) {
        Some("A path cannot have control characters.".into())
    } else {
        None
    };
    let mut fields = vec![folder];
    if let [one] = cx.targets {
        let name = file_name(key(&one.record));
        let mut file = line(values, FILE, "File", &name, "An existing file is not overwritten.");
        if let FormValue::Text(t) = &file.value
            && !is_file_name(t)
        {
            file.error = Some(match t.as_str() {
                "" => "Name the file.".into(),
                t => format!("This is not a valid file name on every system; {} would be.", file_name(t)),
            });
        }
        fields.push(file);
    }
    FormSpec { title: form_title(cx, "Download"), fields, needs: Vec::new() }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let folder = form.text(FOLDER);
    let folder = if folder == "/" { "/" } else { folder.trim_end_matches('/') };
    let mut paths: Vec<String> = Vec::new();
    for t in cx.targets {
        let own = file_name(key(&t.record));
        // Several have no field for it.
        let name = form.given(FILE).unwrap_or_else(|| own.into());
        let path = if folder == "/" { format!("/{name}") } else { format!("{folder}/{name}") };
        // Case may not count on the disk.
        if paths.iter().any(|p| p.to_lowercase() == path.to_lowercase()) {
            let text = format!("two of them would become the same file {}: download them one by one", visible(&name));
            return Err(Fault::new(FaultKind::Conflict, text));
        }
        paths.push(path);
    }
    let change = |(t, path): (&Target, &String)| subject(t, format!("→ {}", visible(path)));
    let subjects = cx.targets.iter().zip(&paths).map(change).collect();
    let mut plan = draft("download", title("Download", &INFO, cx.targets), cx.targets, subjects);
    for (t, path) in cx.targets.iter().zip(&paths) {
        let bucket = objects::bucket(&t.record)
            .ok_or_else(|| Fault::bug(format!("the bucket of {} is not known", label(&t.record))))?;
        let call = GET_OBJECT
            .call(t.table.scope.clone())
            .arg("Bucket", Arg::str(bucket))
            .arg("Key", Arg::str(key(&t.record)))
            .arg("", Arg::str(path.as_str()));
        plan.steps.extend(Step::each(vec![call.on([t.record.id.clone()])]));
    }
    let mut all = vec![note("An existing file is not overwritten (the aws command would overwrite it)")];
    let archived =
        cx.targets.iter().any(|t| field(&t.record, &objects::STORAGE_CLASS).is_some_and(|c| c.ends_with("_IA")));
    if archived {
        all.push(note("Infrequent access classes charge for each GB read"));
    }
    plan.consequences = sorted(all);
    plan.cost = cost(cx);
    Ok(plan)
}

/// Data that leave AWS for the internet, from a cent on.
fn cost(cx: &ActionContext<'_>) -> Option<Cost> {
    let bytes = cx.targets.iter().map(|t| objects::size(&t.record)).sum::<Option<u64>>()?;
    let money = prices::of(cx.scope)?.internet_out(bytes);
    #[expect(clippy::cast_precision_loss, reason = "in tenths of a GB")]
    let behind = format!(" for {:.1} GB out to the internet, after 100 free GB a month", bytes as f64 / 1e9);
    (money.amount >= 0.01).then(|| Cost::adds(money, behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{Rows, row};
    use crate::model::{Confirm, Value};

    fn object(key: &str) -> Record {
        row(&INFO, key, key, "")
            .with(&objects::KEY, Value::text(key))
            .with(&objects::BUCKET, Value::text("b"))
            .with(&objects::TYPE, Value::text("object"))
            .with(&objects::SIZE, Value::Bytes(20_000_000_000))
            .record()
    }

    fn planned(keys: &[&str], values: &Values) -> Result<Plan, Fault> {
        let rows = Rows::default();
        let targets: Vec<Target> = keys.iter().map(|k| rows.target(&INFO, object(k))).collect();
        DOWNLOAD.planned(&rows.context(&targets), values)
    }

    fn path(p: &Plan) -> &str {
        p.steps[0].call.get("").and_then(Arg::as_str).expect("a path")
    }

    #[test]
    fn the_folder_of_the_settings_is_proposed_and_another_may_be_typed() {
        let rows = Rows::default();
        let targets = [rows.target(&INFO, object("a.txt"))];
        let cx = ActionContext { downloads: "/home/me/Downloads", ..rows.context(&targets) };
        let folder = |values: &Values| path(&DOWNLOAD.planned(&cx, values).expect("a plan")).to_string();
        assert_eq!(folder(&Values::default()), "/home/me/Downloads/a.txt");
        assert_eq!(folder(&Values::default().with(FOLDER, FormValue::Text("/tmp".into()))), "/tmp/a.txt");
    }

    #[test]
    fn a_hostile_key_stays_in_the_folder() {
        let p = planned(&["../../.ssh/authorized_keys"], &Values::default()).expect("a plan");
        assert_eq!(path(&p), "./authorized_keys");
        assert_eq!(p.steps[0].call.get("Key").and_then(Arg::as_str), Some("../../.ssh/authorized_keys"));
        assert_eq!(p.confirm(), Confirm::Enter);
        assert!(p.cost.as_ref().is_some_and(|c| c.to_string().contains("$1.80")), "{:?}", p.cost);
    }

    #[test]
    fn a_typed_name_cannot_leave_the_folder_either() {
        for bad in ["../x", "/etc/passwd", "", "a/b", "nul"] {
            let values = Values::default().with(FILE, FormValue::Text(bad.into()));
            assert!(planned(&["a"], &values).is_err(), "{bad:?}");
        }
        let values = Values::default()
            .with(FOLDER, FormValue::Text("/tmp/in here/".into()))
            .with(FILE, FormValue::Text("b.txt".into()));
        assert_eq!(path(&planned(&["a"], &values).expect("a plan")), "/tmp/in here/b.txt");
    }

    #[test]
    fn two_objects_are_never_one_file() {
        assert!(planned(&["a/x.txt", "b/X.txt"], &Values::default()).is_err());
        assert_eq!(planned(&["a/x.txt", "b/y.txt"], &Values::default()).map(|p| p.steps.len()), Ok(2));
    }
}
