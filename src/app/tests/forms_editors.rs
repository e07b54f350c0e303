use super::*;
use crate::model::files::{FileKind, FileLook, FileView};

fn form(desk: &Desk) -> &FormState {
    match desk.top() {
        Overlay::Form(f) => f,
        _ => panic!("no form on top"),
    }
}

fn field(desk: &Desk) -> &'static str {
    form(desk).field().unwrap().name
}

/// What was asked about paths and not answered yet.
fn looks(desk: &mut Desk) -> Vec<String> {
    let out = std::mem::take(&mut desk.out);
    out.into_iter()
        .filter_map(|e| if let Effect::Look(l) = e { Some(format!("{} {}", l.path, l.read)) } else { None })
        .collect()
}

fn looked(desk: &mut Desk, path: &str, read: usize, what: FileKind) {
    let view = FileView { full: format!("/home/me/{path}"), what };
    desk.event(Event::Looked(FileLook { path: path.into(), read }, view));
}

fn folder(names: &[&str]) -> FileKind {
    FileKind::Folder(names.iter().map(ToString::to_string).collect())
}

fn data(desk: &Desk) -> Option<String> {
    form(desk).values.secret("data").map(|s| s.expose().clone())
}

#[test]
fn a_folded_section_is_one_stop_that_enter_opens_and_an_error_in_it_too() {
    let mut desk = Desk::with(1);
    desk.line("launch").press("shift-tab shift-tab shift-tab");
    assert_eq!((field(&desk), form(&desk).folded(form(&desk).focus)), ("iops", Some(3..5)));
    desk.typed("7");
    assert_eq!(form(&desk).values.text("iops"), None, "what is folded is not typed into");
    desk.press("tab");
    assert_eq!(field(&desk), "pass", "its other fields are passed over");
    desk.press("shift-tab enter").typed("0").press("tab");
    assert_eq!((field(&desk), form(&desk).values.text("iops")), ("zone", Some("0")));
    let mut desk = Desk::with(1);
    desk.line("launch file=a iops=0");
    assert_eq!(form(&desk).folded(3), None, "what is wrong in it is seen when the form opens");
    assert_eq!(field(&desk), "iops");
}

#[test]
fn a_path_is_completed_from_what_is_in_its_folder_and_looked_at_while_the_form_is_open() {
    let mut desk = Desk::with(1);
    desk.line("launch");
    assert_eq!(looks(&mut desk), ["./ 0"]);
    looked(&mut desk, "./", 0, folder(&[".ssh/", "keys/", "key-1.pem", "key-2.pem", "키.pem"]));
    assert_eq!(form(&desk).candidates(&desk.state.files), ["keys/", "key-1.pem", "key-2.pem", "키.pem"]);
    desk.typed("k").press("tab");
    assert_eq!(form(&desk).values.text("file"), Some("key"));
    desk.typed("-1").press("tab");
    assert_eq!(form(&desk).values.text("file"), Some("key-1.pem"));
    assert!(looks(&mut desk).contains(&"key-1.pem 0".to_string()));
    looked(&mut desk, "key-1.pem", 0, FileKind::File { size: 3, content: None });
    assert_eq!(form(&desk).spec.fields[0].error.as_deref(), Some("This file exists already and is never overwritten."));
    desk.press("tab");
    assert_eq!(field(&desk), "data", "with nothing to complete tab goes on");
    desk.press("shift-tab ctrl-u").typed("~/.s");
    assert!(looks(&mut desk).contains(&"~/ 0".to_string()));
    looked(&mut desk, "~/", 0, folder(&[".ssh/", "x"]));
    desk.press("tab");
    assert_eq!(form(&desk).values.text("file"), Some("~/.ssh/"));
}

#[test]
fn a_plan_waits_for_the_look_at_its_files() {
    let mut desk = Desk::with(1);
    desk.line("launch file=new.pem");
    assert!(matches!(desk.top(), Overlay::Form(_)));
    looked(&mut desk, "new.pem", 0, FileKind::Missing);
    assert_eq!(desk.dialog().plan.action, "launch");
    let mut desk = Desk::with(1);
    desk.line("launch file=old.pem");
    looked(&mut desk, "old.pem", 0, FileKind::File { size: 1, content: None });
    assert_eq!((form(&desk).focus, form(&desk).spec.is_valid()), (0, false), "no plan");
}

#[test]
fn a_text_of_several_lines_is_typed_pasted_and_held_as_a_secret() {
    let mut desk = Desk::with(1);
    desk.line("launch").press("tab enter").typed("#!x").press("enter").typed("y");
    assert_eq!(data(&desk).as_deref(), Some("#!x\ny"));
    desk.event(Event::Paste(Secret::new("\n결제\n".into())));
    assert_eq!(data(&desk).as_deref(), Some("#!x\ny\n결제\n"));
    assert_eq!(form(&desk).spec.fields[1].error, None);
    desk.list(things(), vec![thing("t0", "thing-0", "running", 0)]);
    assert!(form(&desk).editors.area.is_some(), "news of the rows does not close it");
    desk.event(Event::Paste(Secret::new("123456789".into())));
    assert_eq!(form(&desk).spec.fields[1].error.as_deref(), Some("This is 22 B; at most 20 B are allowed."));
    desk.press("esc");
    assert!(form(&desk).editors.area.is_none() && data(&desk).is_some(), "escape leaves the text, not the form");
    assert!(!format!("{:?}", form(&desk).values).contains("결제"));
    let mut desk = Desk::with(1);
    desk.line("launch").press("tab");
    desk.event(Event::Paste(Secret::new("a\nb".into())));
    assert_eq!(data(&desk).as_deref(), Some("a\nb"), "pasted onto a text that is not open");
}

#[test]
fn a_text_comes_from_the_users_editor_or_stays_as_it_was() {
    let mut desk = Desk::with(1);
    desk.line("launch").press("tab enter").typed("ab").press("alt-e");
    let Some(Effect::Edit { text, file }) = desk.out.last() else { panic!("{:?}", desk.out) };
    assert_eq!((text.expose().as_str(), *file), ("ab", "data.txt"));
    assert!(!format!("{:?}", desk.out).contains("\"ab\""));
    desk.event(Event::Edited(Err("The text was not changed: vi ended with exit status 1.".into())));
    assert_eq!(data(&desk).as_deref(), Some("ab"));
    desk.event(Event::Edited(Ok(Secret::new("new\n".into()))));
    assert_eq!(data(&desk).as_deref(), Some("new\n"));
    desk.press("tab");
    desk.out.clear();
    desk.press("alt-e");
    assert!(!matches!(desk.out.last(), Some(Effect::Edit { .. })), "there is no text in that field");
}

#[test]
fn a_text_is_taken_from_a_file_and_backspace_leads_back() {
    let mut desk = Desk::with(1);
    desk.line("launch").press("tab").typed("@u.sh");
    assert_eq!(form(&desk).values.get("data"), Some(&FormValue::File("u.sh".into())));
    assert!(looks(&mut desk).contains(&"u.sh 21".to_string()));
    looked(&mut desk, "u.sh", 21, FileKind::Missing);
    assert_eq!(form(&desk).spec.fields[1].error.as_deref(), Some("This file does not exist."));
    desk.press("ctrl-u backspace");
    assert_eq!(form(&desk).values.get("data"), None);
    assert!(form(&desk).spec.fields[1].error.is_none());
    desk.press("esc").line("launch file=x data=@u.sh");
    assert_eq!(form(&desk).values.get("data"), Some(&FormValue::File("u.sh".into())));
    desk.press("esc").line("launch file=x data=hush");
    let Overlay::Palette(palette) = desk.top() else { panic!("refused") };
    assert!(palette.error.as_deref().is_some_and(|e| e.contains("data=@FILE")), "{palette:?}");
}

#[test]
fn a_secret_is_typed_and_in_no_debug_output() {
    let mut desk = Desk::with(1);
    desk.line("launch").press("shift-tab shift-tab").typed("hunter2");
    assert_eq!(form(&desk).values.secret("pass").map(|s| s.expose().as_str()), Some("hunter2"));
    let seen = format!("{:?} {:?} {:?}", form(&desk).values, form(&desk).spec, form(&desk).line);
    assert!(!seen.contains("hunter2"), "{seen}");
}

#[test]
fn below_the_fields_a_row_leads_to_the_plan() {
    let mut desk = Desk::with(1);
    desk.line("rename to=x how=fast");
    desk.press("tab");
    let Overlay::Form(form) = desk.top() else { panic!("a plan that has options is a form away") };
    assert!(!form.on_continue());
    desk.press("shift-tab");
    let Overlay::Form(form) = desk.top() else { panic!() };
    assert!(form.on_continue(), "up from the first field");
    desk.press("enter");
    assert!(matches!(desk.top(), Overlay::Plan(_)));
    desk.press("tab ctrl-o");
    assert!(matches!(desk.top(), Overlay::Plan(_)), "and a key does from any field");
}

#[test]
fn a_line_that_is_refused_for_what_it_holds_is_kept_nowhere() {
    let mut desk = Desk::with(1);
    let kept = |desk: &mut Desk| {
        let lines = |e: Effect| if let Effect::Remember(m) = e { m.commands } else { Vec::new() };
        desk.asked().into_iter().flat_map(lines).collect::<Vec<_>>()
    };
    desk.line("launch file=x zone=a");
    assert_eq!(kept(&mut desk), ["launch file=x zone=a"]);
    for refused in ["launch file=x data=hush", "launch pass=hush zone=a", "launch zone=nowhere pass=hush"] {
        desk.press("ctrl-c").line(refused);
        assert!(!kept(&mut desk).iter().any(|l| l.contains("hush")), "{refused}");
    }
}
