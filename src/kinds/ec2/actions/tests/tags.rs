//! Tags as a draft table.

use super::*;

fn tagged(id: &str, tags: &[(&str, &str)]) -> Record {
    running(id, id).tags(tags).record()
}

/// Edits of the tags of one row: what it is to have.
fn edited(was: &[(&str, &str)], rows: &[(&str, &str)]) -> Values {
    let cells = |(k, v): &(&str, &str)| vec![ArcStr::from(*k), ArcStr::from(*v)];
    let mut edits = Vec::new();
    for tag in was.iter().filter(|(k, _)| !k.starts_with("aws:")) {
        let (key, from) = (tag.0.into(), cells(tag));
        match rows.iter().find(|(k, _)| *k == tag.0) {
            Some(now) if now == tag => {}
            Some(now) => edits.push(RowEdit::Change { key, from, to: cells(now) }),
            None => edits.push(RowEdit::Remove { key, from }),
        }
    }
    edits.extend(rows.iter().filter(|(k, _)| !was.iter().any(|(w, _)| w == k)).map(|r| RowEdit::Add(cells(r))));
    Values::default().with("tags", FormValue::Rows(edits))
}

fn tag_calls(what: Vec<Record>, values: &Values) -> Result<Vec<String>, Fault> {
    let p = try_plan(&quiet(), &TAGS, what, values)?;
    let text = |c: &Call| {
        let tags = match c.get("Tags") {
            Some(Arg::List(l)) => l
                .iter()
                .map(|t| {
                    let m = |n| t.member(n).and_then(Arg::as_str);
                    m("Value").map_or_else(
                        || m("Key").unwrap_or("?").to_string(),
                        |v| format!("{}={v}", m("Key").unwrap_or("?")),
                    )
                })
                .collect::<Vec<_>>()
                .join(","),
            _ => "?".into(),
        };
        format!("{} {} {tags}", c.op.name, c.get("Resources").map(Arg::texts).unwrap_or_default().join(","))
    };
    Ok(p.calls().map(text).collect())
}

#[test]
fn edited_tags_become_the_difference_and_nothing_else() {
    let tags = [("Name", "a"), ("Env", "dev"), ("Temp", "x"), ("aws:autoscaling:groupName", "g")];
    let was = || vec![tagged("i-1", &tags)];
    let edited = |rows: &[(&str, &str)]| edited(&tags, rows);
    let calls = tag_calls(was(), &edited(&[("Name", "a"), ("Env", "prod"), ("Team", "")]));
    assert_eq!(calls, Ok(vec!["CreateTags i-1 Env=prod,Team=".into(), "DeleteTags i-1 Temp".into()]));
    assert!(tag_calls(was(), &edited(&[("Name", "a"), ("Env", "dev"), ("Temp", "x")])).is_err(), "nothing differs");
    let p =
        try_plan(&quiet(), &TAGS, was(), &edited(&[("Name", "a"), ("Env", "prod"), ("Team", "t")])).expect("a plan");
    assert_eq!(p.subjects[0].change, "Env dev → prod, + Team=t, − Temp");
    assert_eq!(p.undo.map(|u| u.line).as_deref(), Some(r#"tags "set=Env=dev,Temp=x" "remove=Team""#));
}

fn tag_rows(what: &[Record], values: &Values) -> RowsInput {
    let rows = quiet();
    let targets: Vec<_> = what.iter().map(|r| rows.target(&INFO, r.clone())).collect();
    let spec = (TAGS.refine)(&rows.context(&targets), values);
    let FormInput::Rows(input) = &spec.fields[0].input else { unreachable!("a draft table") };
    (**input).clone()
}

#[test]
fn on_several_rows_what_any_has_is_edited_for_all_and_differences_are_shown() {
    let two = || vec![tagged("i-1", &[("Env", "dev"), ("Own", "1")]), tagged("i-2", &[("Env", "prod"), ("Team", "t")])];
    let shown: Vec<String> = tag_rows(&two(), &Values::default()).original.iter().map(|r| r.cells.join("|")).collect();
    assert_eq!(shown, ["Env||all 2: dev, prod", "Own||1 of 2: 1", "Team||1 of 2: t"]);
    let change = |key: &str, from: &[&str], to: &[&str]| {
        let cells = |c: &[&str]| c.iter().map(|c| ArcStr::from(*c)).collect::<Vec<_>>();
        let edit = RowEdit::Change { key: key.into(), from: cells(from), to: cells(to) };
        Values::default().with("tags", FormValue::Rows(vec![edit]))
    };
    // One has it already, and is left alone; what differs and is not touched stays.
    let env = change("Env", &["Env", "", "all 2: dev, prod"], &["Env", "prod", "all 2: dev, prod"]);
    assert_eq!(tag_calls(two(), &env), Ok(vec!["CreateTags i-1 Env=prod".into()]));
    let renamed = change("Env", &["Env", "", ""], &["Stage", "", ""]);
    let wrong = tag_rows(&two(), &renamed).errors;
    assert_eq!((wrong.len(), wrong[0].row, wrong[0].column), (1, 0, 0), "{wrong:?}");
    assert!(wrong[0].text.starts_with("The rows do not share one value of Env"), "{wrong:?}");
    let palette = Values::default()
        .with("set", FormValue::Text(r"Env=a\,b\=c,X=1".into()))
        .with("remove", FormValue::Text("Own".into()));
    let calls = tag_calls(two(), &palette);
    assert_eq!(calls, Ok(vec!["CreateTags i-1,i-2 Env=a,b=c,X=1".into(), "DeleteTags i-1 Own".into()]));
}

#[test]
fn what_somebody_else_tagged_meanwhile_is_not_taken_away() {
    let seen = [("Env", "dev"), ("Temp", "x")];
    let mine = edited(&seen, &[("Env", "prod")]);
    let now = tagged("i-1", &[("Env", "dev"), ("Temp", "x"), ("New", "1")]);
    let calls = tag_calls(vec![now], &mine);
    assert_eq!(calls, Ok(vec!["CreateTags i-1 Env=prod".into(), "DeleteTags i-1 Temp".into()]));
    let gone = tag_calls(vec![tagged("i-1", &[("Env", "prod")])], &mine);
    assert!(gone.is_err_and(|e| e.message == "Nothing would change: the tags are like that already."));
}

#[test]
fn a_wrong_tag_is_said_at_its_cell() {
    let cell = |rows: &[(&str, &str)]| {
        let errors = tag_rows(&[tagged("i-1", &[("Env", "dev")])], &edited(&[("Env", "dev")], rows)).errors;
        errors.iter().map(|e| format!("{}/{} {}", e.row, e.column, e.text)).collect::<Vec<_>>()
    };
    let env = ("Env", "dev");
    assert_eq!(cell(&[env]), [""; 0]);
    assert_eq!(cell(&[env, ("aws:x", "")]), ["1/0 aws:x: keys that begin with aws: are reserved for AWS."]);
    assert_eq!(cell(&[env, ("", "v")]), ["1/0 A tag needs a key."]);
    assert_eq!(cell(&[env, ("a", "1"), ("a", "2")]), ["2/0 The key a appears twice."]);
    assert_eq!(cell(&[("Env", "a\tb")]), ["0/1 A tag cannot contain the control character U+0009."]);
    let long = "\u{d300}".repeat(129);
    assert_eq!(cell(&[env, (&long, "")]), ["1/0 A key has at most 128 characters; this one has 129."]);
    assert_eq!(cell(&[env, (&long[3..], "")]), [""; 0], "characters, not bytes");
    let long = "v".repeat(257);
    assert_eq!(cell(&[("Env", &long)]), ["0/1 A value has at most 256 characters; this one has 257."]);
}

#[test]
fn tags_that_aws_would_refuse_are_refused_in_the_form() {
    let long = "k".repeat(129);
    let longer = "v".repeat(257);
    let bad: &[&[(&str, &str)]] = &[
        &[("aws:x", "1")],
        &[("AWS:x", "1")],
        &[("a", "1"), ("a", "2")],
        &[("", "v")],
        &[(&long, "")],
        &[("a", &longer)],
    ];
    for rows in bad {
        assert!(tag_calls(vec![tagged("i-1", &[])], &edited(&[], rows)).is_err(), "{rows:?}");
    }
    let many: Vec<(String, String)> = (0..51).map(|i| (format!("k{i}"), String::new())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert!(tag_calls(vec![tagged("i-1", &[])], &edited(&[], &many)).is_err());
    // AWS's own tags do not count.
    let mut with_aws = many[..50].to_vec();
    with_aws.push(("aws:x", "1"));
    assert!(tag_calls(vec![tagged("i-1", &[("aws:x", "1")])], &edited(&[], &many[..50])).is_ok());
    // At the limit there is no room for old and new at once: the old go first.
    let full = tagged("i-1", &with_aws);
    let mut swapped = many[1..50].to_vec();
    swapped.push(("new", ""));
    let calls = tag_calls(vec![full], &edited(&with_aws, &swapped)).expect("a plan");
    assert!(calls[0].starts_with("DeleteTags") && calls[1].starts_with("CreateTags"), "{calls:?}");
}

#[test]
fn whatever_has_tags_has_the_same_action() {
    use crate::kinds::ec2::{key_pairs, security_group_rules};
    let rows = Rows::default();
    let edit = Values::default().with("set", FormValue::Text("Env=prod".into()));
    for (action, id) in [(&super::super::tags::OF_RULES, "sgr-1"), (&super::super::tags::OF_KEY_PAIRS, "key-1")] {
        let kind = if id == "sgr-1" { &security_group_rules::INFO } else { &key_pairs::INFO };
        let targets = [rows.target(kind, crate::kinds::testing::row(kind, id, "mine", "").record())];
        let p = action.planned(&rows.context(&targets), &edit).expect("a plan");
        let resources = p.steps[0].call.get("Resources").map(Arg::texts);
        assert_eq!(resources, Some(vec![id.to_string()]));
        assert_eq!(p.title, "Edit tags of mine");
        let unnamed = Values::default().with("remove", FormValue::Text("Name".into()));
        let tagged = crate::kinds::testing::row(kind, id, "mine", "").tags(&[("Name", "other")]).record();
        let targets = [rows.target(kind, tagged)];
        let p = action.planned(&rows.context(&targets), &unnamed).expect("a plan");
        assert!(!p.consequences.iter().any(|c| c.text.contains("loses its name")), "its name is no tag");
    }
}
