//! `edit-user-data`: other user data for a stopped instance. The text is a secret: neither plan nor journal has it.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html>: at most 16 KB before it is encoded; changed only while the
//! instance is stopped; most scripts in it run at the first start only.

use std::time::Duration;

use arcstr::ArcStr;
use bytes::Bytes;

use crate::base::{Fault, FaultKind, Secret};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::instance_user_data as user_data;
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::instance::{self, InstanceState};
use crate::kinds::ec2::senders::MODIFY_INSTANCE_ATTRIBUTE;
use crate::kinds::file_fields::{LinesValue, lines, lines_value, size};
use crate::kinds::plan_builder::{beside, draft, form_title, label, note, sorted, subject, title};
use crate::model::{Arg, Call, Cost, FormSpec, Kind, Plan, Record, Step, StepUndo, TableKey, Values, Waiter};

/// `edit-user-data`.
pub static EDIT_USER_DATA: Action = Action::on_rows(&INFO, "edit-user-data", "Edit user data", plan)
    .group(MenuGroup::Settings)
    .doc(
        "Edits the user data of a stopped instance: in the form, in $VISUAL or $EDITOR, or from a file \
         (user_data=@setup.sh). User data are treated as a secret and never appear in a plan, journal or log.",
    )
    .calls(&[&MODIFY_INSTANCE_ATTRIBUTE])
    .only_if(available)
    .form(refine);

const USER_DATA: &str = "user_data";
/// Bytes, before they are encoded.
const MOST: usize = 16_384;
/// What the file is called that the AWS CLI reads the text from where the console has it from no file.
const FILE: &str = "user-data.txt";
/// The same for what was there before.
const FILE_BEFORE: &str = "user-data-before.txt";

fn available(row: &Record) -> Result<(), String> {
    match instance::state(row) {
        InstanceState::Stopped => Ok(()),
        _ => Err(format!("{}: only a stopped instance can change its user data.", super::is(row))),
    }
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let now = cx.targets.first().map(|t| user_data::of(cx.store, &t.table, &t.record.id));
    let (present, facts) = match (now, cx.targets.first()) {
        (Some(Some((0, _))), _) => (Some(Secret::default()), "None now.".to_string()),
        (Some(Some((n, Some(text)))), _) => (Some(text.clone()), format!("Now {}.", size(n))),
        (Some(Some((n, None))), _) => {
            (Some(Secret::default()), format!("Now {} that are not text: a file can replace them.", size(n)))
        }
        (_, Some(t)) => {
            let word = beside(cx.store, &t.table, &user_data::INFO, &mut needs);
            (None, format!("The present user data are {word}."))
        }
        _ => (None, String::new()),
    };
    let help = "A script that begins with #!, or cloud-init text. Most run at the first start only.";
    let mut field = lines(cx.files, values, (USER_DATA, "User data"), (MOST, FILE), present.as_ref(), help);
    field.facts = facts;
    if field.error.is_none() && present.is_none() && values.get(USER_DATA).is_none() {
        field.error = Some("The present user data are not known yet.".into());
    }
    FormSpec { title: form_title(cx, "Edit user data of"), fields: vec![field], needs }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let old = user_data::of(cx.store, &t.table, &t.record.id);
    let new = lines_value(cx.files, form.values, USER_DATA, MOST);
    let Some(LinesValue { bytes, file }) = new else {
        return Err(Fault::new(FaultKind::Invalid, "Type user data, or name a file."));
    };
    let text = std::str::from_utf8(bytes.expose()).ok();
    if let Some((n, was)) = old
        && n == bytes.expose().len() as u64
        && (n == 0 || was.is_some_and(|w| Some(w.expose().as_str()) == text))
    {
        return Err(Fault::new(FaultKind::Invalid, "Nothing would change: the user data are the same."));
    }
    let mut plan =
        draft("edit-user-data", title("Edit user data of", &t.record.kind, cx.targets), cx.targets, Vec::new());
    plan.subjects = vec![subject(t, change(old, &bytes))];
    let step =
        Step::new(format!("change the user data of {}", label(&t.record)), call(t, bytes.clone(), file.as_ref()));
    let was = old.and_then(|(n, was)| match was {
        Some(text) => Some(Bytes::from(text.expose().clone())),
        // What is no text is not kept, and cannot be put back.
        None => (n == 0).then(Bytes::new),
    });
    let has_way_back = was.is_some();
    plan.steps = vec![match was {
        Some(was) => step.undone_by(StepUndo {
            title: format!("restore the user data of {}", label(&t.record)),
            wait: written(t, was.len()),
            call: call(t, Secret::new(was), Some(&FILE_BEFORE.into())),
            destructive: false,
            hurts: None,
        }),
        None => step,
    }];
    plan.wait = written(t, bytes.expose().len());
    let mut all = vec![note("It is read at the next start; most scripts run only at an instance's first start")];
    if bytes.expose().is_empty() {
        all.push(note("The instance will have no user data"));
    }
    all.push(note(match has_way_back {
        true => "The present user data can be restored until the console is closed: they are not saved anywhere",
        false => "The present user data cannot be restored: they are not known as text",
    }));
    match file {
        Some(_) => all.push(note("The text is a secret: the command reads it from the file")),
        None => all.push(note(format!("The text is a secret: to use the command, save it as {FILE} first"))),
    }
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("User data cost nothing"));
    Ok(plan)
}

/// `412 B → 530 B, 3 lines added, 1 taken away`: what may be said of it.
fn change(old: Option<(u64, Option<&Secret>)>, new: &Secret<Bytes>) -> String {
    let to = size(new.expose().len() as u64);
    let Some((n, was)) = old else { return format!("not known → {to}") };
    let from = if n == 0 { "none".to_string() } else { size(n) };
    let lines = match (was.map(|w| w.expose().as_str()), std::str::from_utf8(new.expose())) {
        (Some(was), Ok(now)) => {
            let (added, taken) = lines_changed(was, now);
            format!(", lines: {added} added, {taken} removed")
        }
        _ => String::new(),
    };
    format!("{from} → {to}{lines}")
}

/// How many lines are only in the second text, and how many only in the first: what a diff would show.
fn lines_changed(was: &str, now: &str) -> (usize, usize) {
    let (a, b): (Vec<&str>, Vec<&str>) = (was.lines().collect(), now.lines().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    // The longest common sequence of what is left; 16 KB have few enough lines for that.
    let mut row = vec![0usize; b.len() + 1];
    for x in a {
        let mut corner = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { corner + 1 } else { above.max(row[j]) };
            corner = above;
        }
    }
    let common = row[b.len()];
    (b.len() - common, a.len() - common)
}

/// What was written is read back: the next edit begins with it.
fn written(t: &Target, bytes: usize) -> Waiter {
    Waiter::Field {
        table: TableKey::all(t.table.scope.clone(), Kind(&user_data::INFO)),
        ids: vec![t.record.id.clone()],
        field: &user_data::SIZE,
        want: bytes.to_string(),
        within: Duration::from_secs(60),
    }
}

fn call(t: &Target, bytes: Secret<Bytes>, file: Option<&ArcStr>) -> Call {
    let value = Arg::SecretFile { bytes, file: file.cloned().unwrap_or_else(|| FILE.into()) };
    MODIFY_INSTANCE_ATTRIBUTE
        .call(t.table.scope.clone())
        .arg("InstanceId", Arg::Str(t.record.id.clone()))
        .arg("UserData", Arg::Map(vec![("Value", value)]))
        .on([t.record.id.clone()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::instances::INFO;
    use crate::kinds::testing::{Row, Rows, row};
    use crate::model::{FormValue, Selector, Value};

    fn stopped() -> Row {
        row(&INFO, "i-1", "web-1", "stopped")
    }

    fn with_data(value: Value, size: u64) -> Rows {
        let mut rows = Rows::default();
        let data = row(&user_data::INFO, "i-1", "", "").with(&user_data::SIZE, Value::Bytes(size));
        rows.complete(&user_data::INFO, Selector::All, vec![data.with(&user_data::TEXT, value).record()]);
        rows
    }

    fn text(s: &str) -> Value {
        Value::Secret(std::sync::Arc::new(Secret::new(s.into())))
    }

    fn typed(s: &str) -> Values {
        Values::default().with(USER_DATA, FormValue::Secret(Secret::new(s.into())))
    }

    #[test]
    fn the_present_text_is_what_is_edited_and_the_plan_tells_its_size_only() {
        let rows = with_data(text("#!/bin/sh\nhunter2\n"), 18);
        let targets = [rows.target(&INFO, stopped().record())];
        let cx = rows.context(&targets);
        let spec = refine(&cx, &Values::default());
        assert_eq!(spec.fields[0].value, FormValue::Secret(Secret::new("#!/bin/sh\nhunter2\n".into())));
        assert_eq!((spec.fields[0].facts.as_str(), spec.fields[0].error.as_ref()), ("Now 18 B.", None));
        assert!(EDIT_USER_DATA.planned(&cx, &Values::default()).is_err(), "nothing was put in");
        assert!(
            EDIT_USER_DATA.planned(&cx, &typed("#!/bin/sh\nhunter2\n")).is_err_and(|f| f.message.contains("the same"))
        );
        let p = EDIT_USER_DATA.planned(&cx, &typed("#!/bin/sh\nhunter3\nx\n")).expect("a plan");
        assert_eq!(p.subjects[0].change, "18 B → 20 B, lines: 2 added, 1 removed");
        assert!(!format!("{p:?} {spec:?}").contains("hunter"));
        let back = &p.steps[0].undo.as_ref().expect("a way back").call;
        let value = back.get("UserData").and_then(|v| v.member("Value")).and_then(Arg::as_bytes);
        assert_eq!(value.map(|b| &b[..]), Some(&b"#!/bin/sh\nhunter2\n"[..]));
        assert!(
            EDIT_USER_DATA
                .planned(&cx, &typed(&"x".repeat(16_385)))
                .is_err_and(|f| f.message.contains("16,384 B are allowed"))
        );
    }

    #[test]
    fn what_is_not_known_yet_is_asked_for_and_what_is_no_text_is_replaced_by_a_file() {
        let rows = Rows::default();
        let targets = [rows.target(&INFO, stopped().record())];
        let spec = refine(&rows.context(&targets), &Values::default());
        assert!(spec.needs.iter().any(|t| t.kind.name == "instance-user-data"), "{:?}", spec.needs);
        assert!(spec.fields[0].error.is_some());
        let rows = with_data(Value::Unknown, 9);
        let spec = refine(&rows.context(&targets), &Values::default());
        assert!(spec.fields[0].facts.contains("not text"), "{}", spec.fields[0].facts);
        let p = EDIT_USER_DATA.planned(&rows.context(&targets), &typed("new")).expect("a plan");
        assert!(p.steps[0].undo.is_none() && p.consequences.iter().any(|c| c.text.contains("cannot be restored")));
        assert!((EDIT_USER_DATA.available)(&row(&INFO, "i-1", "web-1", "running").record()).is_err());
    }

    #[test]
    fn a_difference_is_counted_in_lines_and_not_shown() {
        for (was, now, want) in [
            ("", "a\nb\n", (2, 0)),
            ("a\nb\n", "", (0, 2)),
            ("a\nb\nc\n", "a\nx\nc\n", (1, 1)),
            ("a\nb\nc\nd\n", "b\nx\nd\ne\n", (2, 2)),
            ("a\n", "a\n", (0, 0)),
        ] {
            assert_eq!(lines_changed(was, now), want, "{was:?} {now:?}");
        }
    }
}
