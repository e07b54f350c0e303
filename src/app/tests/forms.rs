use super::*;

fn form(desk: &Desk) -> &FormState {
    match desk.top() {
        Overlay::Form(f) => f,
        _ => panic!("no form on top"),
    }
}

#[test]
fn a_form_is_refined_at_every_key_and_leads_to_a_plan() {
    let mut desk = Desk::with(1);
    desk.line("rename");
    assert!(!form(&desk).spec.is_valid());
    desk.press("enter enter");
    assert_eq!(form(&desk).error.as_deref(), Some("A name is wanted."));
    assert_eq!(form(&desk).focus, 0, "the wrong field has the cursor");
    desk.typed("new name").press("enter right right");
    assert_eq!(form(&desk).values.text("how"), Some("slow"), "what cannot be chosen is passed over");
    desk.press("enter");
    assert_eq!(desk.dialog().plan.steps[0].call.get("To"), Some(&Arg::str("new name")));
    desk.press("esc");
    assert_eq!(form(&desk).values.text("to"), Some("new name"), "back in the form with what was put in");
}

#[test]
fn a_table_that_a_form_reads_refines_it_when_it_arrives() {
    let mut desk = Desk::with(1);
    desk.line("rename").typed("abc");
    let boxes = TableKey::all(Scope::account("prod"), Kind(&BOXES));
    desk.list(boxes, vec![thing("b", "b", "", 0)]);
    assert_eq!(form(&desk).line.as_ref().unwrap().text(), "abc");
    assert_eq!(form(&desk).values.text("to"), Some("abc"));
}

#[test]
fn arguments_of_a_palette_line_fill_the_form_and_skip_it_when_they_are_enough() {
    let mut desk = Desk::with(1);
    desk.line("rename \"a b\" how=fast");
    let PlanSource::Action(_, values) = &desk.dialog().source else { panic!() };
    assert_eq!((values.text("to"), values.text("how")), (Some("a b"), Some("fast")));
    desk.press("esc").line("rename how=fast");
    assert_eq!(form(&desk).values.text("how"), Some("fast"));
}

#[test]
fn tab_goes_from_cell_to_cell_while_one_is_edited_and_to_the_next_field_otherwise() {
    let mut desk = Desk::with(1);
    desk.line("edit-tags").press("n").typed("App").press("tab").typed("web").press("tab");
    let rows = |desk: &Desk| form(desk).values.rows("tags").map(<[_]>::to_vec).unwrap_or_default();
    assert_eq!(rows(&desk).last().map(Vec::as_slice), Some(&["App".into(), "web".into()][..]));
    assert!(form(&desk).draft.as_ref().is_some_and(|d| d.editing.is_none() && d.column == 1), "still in the draft");
    desk.press("enter shift-tab").typed("Z").press("tab tab");
    assert_eq!(rows(&desk).last().map(Vec::as_slice), Some(&["AppZ".into(), "web".into()][..]));
}

#[test]
fn draft_rows_are_added_edited_deleted_and_undone() {
    let mut desk = Desk::with(1);
    desk.line("edit-tags").press("right enter ctrl-u").typed("dev").press("enter");
    let rows = |desk: &Desk| form(desk).values.rows("tags").map(<[_]>::to_vec).unwrap_or_default();
    assert_eq!(rows(&desk)[0], ["Env", "dev"]);
    desk.press("j d n").typed("App").press("enter").typed("web").press("enter");
    assert_eq!(rows(&desk), [["Env", "dev"], ["App", "web"]]);
    let draft = form(&desk).draft.as_ref().unwrap();
    assert_eq!(crate::app::draft::changes(draft), 3);
    assert!(draft.rows[1].deleted && draft.rows[0].changed && draft.rows[2].original.is_none());
    desk.press("u u u");
    assert_eq!(rows(&desk), [["Env", "dev"]], "two cells and the row");
    desk.press("u u");
    assert_eq!(rows(&desk), [["Env", "prod"], ["Team", "ops"]]);
    desk.press("u");
    desk.press("A");
    assert_eq!(desk.dialog().plan.action, "edit-tags");
}

#[test]
fn leaving_a_draft_with_changes_asks_again() {
    let mut desk = Desk::with(1);
    desk.line("edit-tags").press("d esc");
    let Overlay::Sure(sure) = desk.top() else { panic!() };
    assert_eq!(sure.lines, ["1 change is not applied and will be lost."]);
    desk.press("n");
    assert!(form(&desk).draft.as_ref().unwrap().rows[0].deleted);
    desk.press("esc y");
    assert!(desk.state.overlays.is_empty());
    desk.line("edit-tags").press("esc");
    assert!(desk.state.overlays.is_empty(), "nothing was changed");
}

#[test]
fn letters_in_a_draft_are_commands_until_a_cell_is_edited() {
    let mut desk = Desk::with(1);
    desk.line("edit-tags").press("enter").typed("ndu");
    let draft = form(&desk).draft.as_ref().unwrap();
    assert_eq!((draft.editing.as_ref().unwrap().text(), draft.rows.len()), ("Envndu", 2));
    desk.press("esc");
    assert_eq!(form(&desk).draft.as_ref().unwrap().rows[0].cells[0], "Env");
}
