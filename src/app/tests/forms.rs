use super::*;

fn form(desk: &Desk) -> &FormState {
    match desk.top() {
        Overlay::Form(f) => f,
        _ => panic!("no form on top"),
    }
}

/// The rows of the draft that are to be there.
fn wanted(desk: &Desk) -> Vec<Vec<ArcStr>> {
    let draft = form(desk).draft.as_ref().unwrap();
    draft.rows.iter().filter(|r| r.mark != RowMark::Removed).map(|r| r.cells.clone()).collect()
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
    let rows = wanted;
    assert_eq!(rows(&desk).last().map(Vec::as_slice), Some(&["App".into(), "web".into()][..]));
    assert!(form(&desk).draft.as_ref().is_some_and(|d| d.editing.is_none() && d.column == 1), "still in the draft");
    desk.press("enter shift-tab").typed("Z").press("tab tab");
    assert_eq!(rows(&desk).last().map(Vec::as_slice), Some(&["AppZ".into(), "web".into()][..]));
}

#[test]
fn draft_rows_are_added_edited_deleted_and_undone() {
    let mut desk = Desk::with(1);
    desk.line("edit-tags").press("right enter ctrl-u").typed("dev").press("enter");
    let rows = wanted;
    assert_eq!(rows(&desk)[0], ["Env", "dev"]);
    desk.press("j d n").typed("App").press("enter").typed("web").press("enter");
    assert_eq!(rows(&desk), [["Env", "dev"], ["App", "web"]]);
    let draft = form(&desk).draft.as_ref().unwrap();
    assert_eq!(draft.changes(), 3);
    let marks: Vec<RowMark> = draft.rows.iter().map(|r| r.mark).collect();
    assert_eq!(marks, [RowMark::Changed, RowMark::Removed, RowMark::Added]);
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
    assert_eq!(sure.lines, ["1 change is not applied yet and will be lost."]);
    desk.press("n");
    assert_eq!(form(&desk).draft.as_ref().unwrap().rows[0].mark, RowMark::Removed);
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

#[test]
fn what_changes_in_the_account_while_a_draft_is_open_lies_under_the_edits() {
    let mut desk = Desk::with(1);
    let tagged = |tags: &[(&str, &str)]| {
        let mut row = (*thing("t0", "thing-0", "running", 0)).clone();
        row.tags = tags.iter().map(|(k, v)| (ArcStr::from(*k), ArcStr::from(*v))).collect::<Vec<_>>().into();
        Arc::new(row)
    };
    desk.list(things(), vec![tagged(&[("Env", "prod"), ("Team", "ops")])]);
    desk.line("edit-tags").press("right enter ctrl-u").typed("dev").press("enter down d");
    desk.list(things(), vec![tagged(&[("Env", "staging"), ("Team", "sec"), ("New", "1")])]);
    let draft = form(&desk).draft.as_ref().unwrap();
    let marks: Vec<_> = draft.rows.iter().map(|r| (r.mark, r.cells.join("="), r.conflict.is_some())).collect();
    assert_eq!(
        marks,
        [
            (RowMark::Changed, "Env=dev".into(), true),
            (RowMark::Removed, "Team=sec".into(), true),
            (RowMark::Same, "New=1".into(), false)
        ]
    );
    assert_eq!((draft.row, draft.column), (1, 1), "the cursor stays");
}

#[test]
fn a_wrong_cell_keeps_the_plan_back_and_has_the_cursor() {
    let mut desk = Desk::with(1);
    desk.line("edit-tags").press("n").typed("bad").press("enter esc up up A");
    let draft = form(&desk).draft.as_ref().unwrap();
    assert_eq!((draft.row, draft.column), (2, 0));
    assert_eq!(form(&desk).error.as_deref(), Some("It is bad."));
    desk.press("enter ctrl-u").typed("good").press("enter esc A");
    assert_eq!(desk.dialog().plan.action, "edit-tags");
}

#[test]
fn a_preset_is_a_row_that_is_filled_in_and_undone_like_any_other() {
    let mut desk = Desk::with(1);
    desk.line("edit-tags").press("p enter");
    assert_eq!(wanted(&desk).last().unwrap(), &["Owner", ""]);
    desk.press("u");
    assert_eq!(wanted(&desk).len(), 2);
}

#[test]
fn a_cell_with_choices_takes_one_by_its_name_or_goes_to_the_next() {
    let mut desk = Desk::with(1);
    desk.line("edit-access").press("space");
    assert_eq!(wanted(&desk)[0][0], "write");
    desk.press("space");
    assert_eq!(wanted(&desk)[0][0], "read", "around the end");
    desk.press("enter ctrl-u").typed("wr").press("enter");
    assert_eq!(wanted(&desk)[0][0], "write", "by the beginning of its name");
    desk.press("enter ctrl-u").typed("x").press("enter");
    let FormInput::Rows(input) = &form(&desk).spec.fields[0].input else { panic!() };
    assert_eq!(input.errors[0].text, "x is not one of them. There are read and write.");
    desk.press("right enter ctrl-u").typed("10.0.0.0/33").press("enter");
    let FormInput::Rows(input) = &form(&desk).spec.fields[0].input else { panic!() };
    assert!(input.errors[1].text.starts_with("10.0.0.0/33 is not a range"), "{:?}", input.errors);
    desk.press("right enter ctrl-u").typed("70000").press("enter right enter");
    let FormInput::Rows(input) = &form(&desk).spec.fields[0].input else { panic!() };
    assert_eq!(input.errors[2].text, "Must be from 0 to 65535, not 70000.");
    assert!(form(&desk).draft.as_ref().unwrap().editing.is_none(), "what is only shown is not edited");
}

#[test]
fn a_draft_is_said_in_a_palette_line() {
    let mut desk = Desk::with(1);
    desk.line("edit-tags +Env=dev -Team +App=web");
    let PlanSource::Action(_, values) = &desk.dialog().source else { panic!() };
    assert_eq!(values.edits("tags").len(), 3);
    desk.press("esc").line("edit-tags +bad=1");
    assert_eq!(form(&desk).spec.fields[0].error.as_deref(), Some("It is bad."), "the form opens where it is wrong");
}
