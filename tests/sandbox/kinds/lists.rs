//! Lists, filtered tables and rows by id of every kind.

use std::collections::BTreeSet;

use arcstr::ArcStr;
use skydeck::base::RowId;
use skydeck::kinds::registry::ALL;
use skydeck::kinds::{What, facts};
use skydeck::model::{Filters, Record, Selector, Tone, Value};
use skydeck::query::Query;
use skydeck::sandbox::WorldSpec;

use super::{Account, REGION, ids};

#[tokio::test]
async fn every_kind_that_lists_by_itself_has_rows_in_the_demo_account() {
    let account = Account::open(WorldSpec::Demo);
    for kind in ALL.kinds.iter().map(|d| d.info) {
        if kind.parent.is_some_and(|p| !p.fans_out) || kind.is_paid() || kind.derived.is_some() || kind.takes_text() {
            continue;
        }
        let found = account.list(kind.name, Selector::All, What::Everything).await;
        assert!(!found.rows.is_empty(), "{} is empty", kind.name);
        let unique: BTreeSet<_> = found.rows.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(unique.len(), found.rows.len(), "{}: two rows have one id", kind.name);
        for op in &found.asked {
            assert!(kind.operations.iter().any(|o| o.name == *op), "{} asks for {op} undeclared", kind.name);
        }
        for row in &found.rows {
            assert!(!matches!(row.state, Some((Tone::Unknown, ref s)) if s.is_empty()), "{} {}", kind.name, row.id);
        }
    }
}

/// The values that a field has in some rows, as AWS's filters have it: not each of hundreds.
fn values(rows: &[Record], field: usize) -> BTreeSet<ArcStr> {
    let of = |r: &Record| match r.at(field) {
        Value::Bool(flag) => vec![ArcStr::from(flag.to_string())],
        value => value.items(),
    };
    rows.iter().flat_map(of).take(200).collect()
}

#[tokio::test]
async fn a_filtered_table_has_the_rows_that_the_query_finds_in_all_and_none_else_whatever_the_field() {
    let account = Account::open(WorldSpec::Demo);
    let mut tried = Vec::new();
    for kind in ALL.kinds.iter().map(|d| d.info) {
        let fields: Vec<usize> = (0..kind.fields.len()).filter(|i| kind.fields.at(*i).filter.is_some()).collect();
        if fields.is_empty() {
            continue;
        }
        let whole = account.all(kind.name).await;
        for field in fields {
            let info = kind.fields.at(field);
            for value in values(&whole, field) {
                let selector = Selector::Filter(Filters::of(kind, [(info.name, vec![value.clone()])]).unwrap());
                let found = account.list(kind.name, selector.clone(), What::Everything).await;
                let text = format!("{}={value}", info.name);
                let query = Query::parse(&text, kind).unwrap();
                let ids = |rows: &[Record]| rows.iter().map(|r| r.id.clone()).collect::<BTreeSet<_>>();
                let mut wanted = whole.clone();
                wanted.retain(|r| query.matches(r, account.clock.now()));
                assert_eq!(ids(&found.rows), ids(&wanted), "{} {text}", kind.name);
                if info.filter.is_some_and(|f| f.lower_case) {
                    assert_eq!(value, value.to_lowercase(), "{} {text}", kind.name);
                    assert_eq!(query.filters(kind).map(Selector::Filter), Some(selector.clone()), "{text}");
                }
                tried.push(info.name);
            }
            // A row that passes no more is still asked for by id.
            let none = Selector::Filter(Filters::of(kind, [(info.name, vec!["none-such".into()])]).unwrap());
            let by_id = account.list(kind.name, none, ids(&whole[..1])).await;
            assert_eq!(by_id.rows.first().map(|r| &r.id), Some(&whole[0].id), "{} {}", kind.name, info.name);
        }
    }
    assert!(tried.len() > 30, "{tried:?}");
}

#[tokio::test]
async fn rows_asked_for_by_id_are_the_rows_of_the_whole_list_and_a_missing_one_fails_nothing() {
    let account = Account::open(WorldSpec::Demo);
    for def in ALL.kinds {
        let kind = def.info;
        if kind.parent.is_some_and(|p| !p.fans_out) || kind.is_paid() || kind.derived.is_some() || kind.takes_text() {
            continue;
        }
        let whole = account.all(kind.name).await;
        let two: Vec<&Record> = whole.iter().take(2).collect();
        let found = account.list(kind.name, Selector::All, ids(two.iter().copied())).await.rows;
        let names = |rows: &[Record]| rows.iter().map(|r| r.id.clone()).collect::<BTreeSet<_>>();
        assert_eq!(names(&found), two.iter().map(|r| r.id.clone()).collect(), "{}", kind.name);
    }
    let one = account.all("instances").await.swap_remove(0);
    let with_gone = What::Ids(vec![one.id.clone(), "i-0123456789abcdef0".into()].into());
    for kind in ["instances", "instance-statuses"] {
        let found = account.list(kind, Selector::All, with_gone.clone()).await.rows;
        assert_eq!(found.iter().map(|r| &r.id).collect::<Vec<_>>(), [&one.id], "{kind}");
    }
    let by_filter = [
        "volumes",
        "images",
        "security-groups",
        "security-group-rules",
        "addresses",
        "key-pairs",
        "vpcs",
        "subnets",
        "internet-gateways",
        "route-tables",
        "network-acls",
        "spot-requests",
        "nat-gateways",
        "peerings",
        "endpoints",
        "prefix-lists",
        "dhcp-options",
        "flow-logs",
    ];
    for kind in by_filter {
        let one = account.all(kind).await.swap_remove(0);
        let (prefix, _) = one.id.split_once('-').unwrap();
        let with_gone = What::Ids(vec![format!("{prefix}-0123456789abcdef0").into(), one.id.clone()].into());
        let found = account.list(kind, Selector::All, with_gone).await;
        assert_eq!(found.rows.iter().map(|r| &r.id).collect::<Vec<_>>(), [&one.id], "{kind}");
        assert_eq!(found.asked.len(), 1, "{kind}");
        let many: Vec<RowId> = (0..401).map(|n| format!("{prefix}-{n:017x}").into()).collect();
        let found = account.list(kind, Selector::All, What::Ids(many.into())).await;
        assert_eq!((found.rows.len(), found.asked.len()), (0, 3), "{kind}: a filter takes 200 values");
    }
}

#[tokio::test]
async fn facts_have_every_field() {
    let account = Account::open(WorldSpec::Demo);
    let def = ALL.kind("instances").unwrap();
    let row = account.all("instances").await.swap_remove(0);
    let request = account.request(def, Selector::All, What::Everything);
    let json = facts::element(&skydeck::query::Placed(&row, &request.scope), Some("000000000000"));
    assert_eq!((json["region"].as_str(), json["id"].as_str()), (Some(REGION), Some(row.id.as_str())));
    assert_eq!(json["facts"].as_object().unwrap().len(), def.info.fields.len());
}

#[tokio::test]
async fn raw_is_awss_own_answer_cut_to_the_row() {
    let account = Account::open(WorldSpec::Demo);
    let bucket = account.all("buckets").await.swap_remove(0).id;
    let changed = account.all("instances").await.into_iter().find(|r| r.name == "my-asg-ec2").unwrap().id;
    for def in ALL.kinds.iter().filter(|k| k.raw.is_some() && !k.info.side) {
        let (kind, raw) = (def.info.name, def.raw.unwrap());
        let selector = match kind {
            "objects" => Selector::Parent(bucket.clone()),
            "trail" => Selector::Parent(changed.clone()),
            _ => Selector::All,
        };
        let rows = account.list(kind, selector.clone(), What::Everything).await.rows;
        for row in rows.iter().take(3) {
            let request = account.request(def, selector.clone(), What::Everything);
            let answer = raw(request, row.id.clone()).await.unwrap_or_else(|f| panic!("{kind} {}: {f}", row.id));
            let [part] = answer.parts.as_slice() else { panic!("{kind}: {answer:?}") };
            let op = def.info.operations[0];
            let came = &part.came;
            assert!(came.title.starts_with(&format!("{} {}", op.service.cli(), op.name)), "{kind}: {}", came.title);
            assert!(came.title.contains("  "), "{kind} is not cut to the row: {}", came.title);
            let [json, _] = part.cli.as_ref().unwrap_or_else(|| panic!("{kind}: not as the AWS CLI prints it"));
            assert!(json.title.ends_with("[]") || kind == "objects", "{kind} is not cut to the row: {}", json.title);
            let text = came.lines.join("\n");
            let own = row.kind.index_of("id").and_then(|i| row.at(i).as_str()).unwrap_or(&row.name);
            // A version has no id of AWS's.
            let own = if kind == "launch-template-versions" { &row.name } else { own };
            // An entry of a network ACL has none either: what comes is its ACL.
            let has_none = matches!(kind, "objects" | "network-acl-entries");
            assert!(text.contains(own) || has_none, "{kind} without {own}: {text}");
        }
    }
}
