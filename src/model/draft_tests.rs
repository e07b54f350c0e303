use super::*;

fn cells(text: &str) -> Vec<ArcStr> {
    text.split('=').map(ArcStr::from).collect()
}

fn table(rows: &[&str]) -> Vec<TableRow> {
    rows.iter().map(|r| TableRow { key: cells(r)[0].clone(), cells: cells(r) }).collect()
}

/// `~Env=prod`: what a draft shows, a row a line, with `!` after it where somebody else changed the same.
fn shown(rows: &[DraftRow]) -> Vec<String> {
    let mark = |m| match m {
        RowMark::Same => " ",
        RowMark::Added => "+",
        RowMark::Changed => "~",
        RowMark::Removed => "-",
    };
    let line =
        |r: &DraftRow| format!("{}{}{}", mark(r.mark), r.cells.join("="), if r.conflict.is_some() { " !" } else { "" });
    rows.iter().map(line).collect()
}

fn change(key: &str, from: &str, to: &str) -> RowEdit {
    RowEdit::Change { key: key.into(), from: cells(from), to: cells(to) }
}

fn remove(key: &str, from: &str) -> RowEdit {
    RowEdit::Remove { key: key.into(), from: cells(from) }
}

#[test]
fn edits_are_shown_over_the_rows_that_they_were_made_on() {
    let now = table(&["Env=dev", "Team=ops", "Temp=1"]);
    let edits = [change("Env", "Env=dev", "Env=prod"), remove("Temp", "Temp=1"), RowEdit::Add(cells("App=web"))];
    assert_eq!(shown(&merge(&now, &edits)), ["~Env=prod", " Team=ops", "-Temp=1", "+App=web"]);
    assert_eq!(changes(&merge(&now, &edits)), 3);
    assert_eq!(changes(&merge(&now, &[])), 0);
}

#[test]
fn what_somebody_else_changed_meanwhile_is_taken_over_and_said_where_it_collides() {
    let edits = [change("Env", "Env=dev", "Env=prod"), remove("Temp", "Temp=1"), change("Old", "Old=a", "Old=b")];
    // Another row came, another cell changed: nothing collides.
    let now = table(&["Env=dev", "Team=sec", "New=1", "Temp=1", "Old=a"]);
    assert_eq!(shown(&merge(&now, &edits)), ["~Env=prod", " Team=sec", " New=1", "-Temp=1", "~Old=b"]);
    // The same cells changed, and a row that was edited is gone.
    let now = table(&["Env=staging", "Temp=2"]);
    let rows = merge(&now, &edits);
    assert_eq!(shown(&rows), ["~Env=prod !", "-Temp=2 !", "+Old=b !"]);
    assert_eq!(rows[0].conflict.as_deref(), Some("This row changed meanwhile, from Env dev to Env staging."));
    assert_eq!(rows[0].now, cells("Env=staging"));
    // What is so already is no change, and what is gone need not go.
    assert_eq!(shown(&merge(&table(&["Env=prod"]), &edits[..2])), [" Env=prod"]);
}

#[test]
fn cells_of_a_row_that_both_changed_in_different_places_are_joined() {
    let edits = [change("r", "r=22=me", "r=443=me")];
    let now = [TableRow { key: "r".into(), cells: cells("r=22=you") }];
    assert_eq!(shown(&merge(&now, &edits)), ["~r=443=you"]);
}

#[test]
fn a_row_keeps_its_identity_though_every_cell_of_it_is_changed() {
    let now = table(&["Env=dev", "Team=ops"]);
    let mut edits = Vec::new();
    let first = |edits: &[RowEdit]| merge(&now, edits)[0].clone();
    let row = first(&edits);
    set_cells(&mut edits, &row, cells("Stage=prod"));
    assert_eq!(shown(&merge(&now, &edits)), ["~Stage=prod", " Team=ops"]);
    let row = first(&edits);
    set_cells(&mut edits, &row, cells("Env=dev"));
    assert_eq!(edits, [], "back as it was");
}

#[test]
fn a_row_is_taken_out_and_put_back_and_a_new_one_goes_for_good() {
    let now = table(&["Env=dev"]);
    let mut edits = vec![RowEdit::Add(cells("App=web"))];
    for (row, then) in [(0, vec!["-Env=dev", "+App=web"]), (1, vec!["-Env=dev"]), (0, vec![" Env=dev"])] {
        let row = merge(&now, &edits)[row].clone();
        toggle_removed(&mut edits, &row);
        assert_eq!(shown(&merge(&now, &edits)), then);
    }
    assert!(edits.is_empty());
}
