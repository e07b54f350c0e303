use super::super::testing::{INFO, LOADS, PLACES, key, record_of};
use super::*;
use crate::base::Scope;
use crate::model::{Batch, Coverage, FieldInfo, FieldList, IndexFor, KindInfo, Outcome, TableKey};

fn fill(store: &mut Store, table: &TableKey, rows: &[(&str, Value, &str)]) {
    let rows = rows.iter().map(|(id, v, zone)| record_of(table.kind.0, id, v.clone(), zone)).collect();
    let batch = Batch {
        table: table.clone(),
        seq: 1,
        asked: Time::from_secs(1),
        coverage: Coverage::Sweep { began: 1 },
        rows,
        outcome: Outcome::Done,
    };
    store.apply(batch, Time::from_secs(1));
}

fn ids(
    store: &Store,
    tables: &[TableKey],
    groups: &[u32],
    query: &str,
    sort: Option<(usize, bool)>,
) -> (String, usize) {
    let query = Arc::new(Query::parse(query, &INFO).expect("a query"));
    let sort = sort.map(|(field, ascending)| Sort { field, ascending });
    let side = |name: &str| [&LOADS, &PLACES].into_iter().find(|k| k.name == name).map(Kind);
    let (tables_of, groups) = (tables.to_vec(), groups.to_vec());
    let request = IndexRequest {
        of: IndexFor::View,
        request: 7,
        tables: tables_of,
        groups,
        query,
        sort,
        paid: false,
        folded: Arc::default(),
    };
    let job = store.index_job(request, Kind(&INFO), Time::from_secs(2), side);
    let done = index(&job);
    assert_eq!(done, index_on(&job, 3), "the number of threads makes no difference");
    assert_eq!(done.request, 7);
    assert_eq!(done.versions, tables.iter().map(|t| store.snapshot(t).version).collect::<Vec<_>>());
    let id = |at: &RowRef| store.row(tables, *at).expect("a row").1.record.id.to_string();
    (done.order.iter().map(id).collect::<Vec<_>>().join(" "), done.total)
}

fn one(rows: &[(&str, Value, &str)]) -> (Store, Vec<TableKey>) {
    let mut store = Store::default();
    fill(&mut store, &key(), rows);
    (store, vec![key()])
}

#[test]
fn rows_of_several_places_are_found_and_sorted_by_where_they_are() {
    let mut store = Store::default();
    let of = |region: &str| TableKey::all(Scope::region("p", region), Kind(&INFO));
    let tables = [of("us-east-1"), of("eu-west-1")];
    fill(&mut store, &tables[0], &[("a", Value::Int(1), "x"), ("d", Value::Int(4), "x")]);
    fill(&mut store, &tables[1], &[("b", Value::Int(2), "x"), ("c", Value::Int(3), "x")]);
    let ids = |query: &str, sort| ids(&store, &tables, &[0, 1], query, sort).0;
    assert_eq!(ids("", Some((INFO.region(), true))), "b c a d");
    assert_eq!(ids("", Some((INFO.region(), false))), "a d b c");
    assert_eq!(ids("region:us", Some((0, true))), "a d");
    assert_eq!(ids("!region:us or a", Some((0, true))), "a b c");
    assert_eq!(ids("profile=p region=eu-west-1", Some((0, false))), "c b");
    assert_eq!(ids("region=us", None), "");
}

#[test]
fn the_unknown_is_last_in_both_directions_and_ties_are_in_the_order_of_ids() {
    let (store, t) = one(&[
        ("d", Value::Int(2), "a"),
        ("u", Value::Unknown, "a"),
        ("b", Value::Int(1), "a"),
        ("e", Value::Empty, "a"),
        ("c", Value::Int(2), "a"),
        ("a", Value::Int(10), "a"),
    ]);
    assert_eq!(ids(&store, &t, &[0], "", Some((0, true))).0, "b c d a e u");
    assert_eq!(ids(&store, &t, &[0], "", Some((0, false))).0, "a c d b e u");
}

#[test]
fn a_filter_counts_what_it_leaves_out() {
    let (store, t) = one(&[("a", Value::Int(1), "x"), ("b", Value::Int(2), "y"), ("c", Value::Int(3), "x")]);
    assert_eq!(ids(&store, &t, &[0], "zone:x", Some((0, false))), ("c a".into(), 3));
    assert_eq!(ids(&store, &t, &[0], "zone:x size>2", None), ("c".into(), 3));
}

#[test]
fn what_two_profiles_of_one_account_both_list_is_shown_once() {
    let of = |p: &str| TableKey::all(Scope::region(p, "r"), Kind(&INFO));
    let mut store = Store::default();
    fill(&mut store, &of("p"), &[("a", Value::Int(1), "x"), ("b", Value::Int(2), "x")]);
    fill(&mut store, &of("q"), &[("b", Value::Int(2), "x"), ("c", Value::Int(3), "x")]);
    let t = [of("p"), of("q")];
    assert_eq!(ids(&store, &t, &[0, 0], "", Some((0, true))), ("a b c".into(), 3));
    assert_eq!(ids(&store, &t, &[0, 1], "", Some((0, true))), ("a b b c".into(), 4));
}

#[test]
fn a_side_value_is_joined_for_filter_and_sort_and_one_that_is_gone_is_unknown() {
    let (mut store, t) = one(&[("a", Value::Int(1), "x"), ("b", Value::Int(2), "x"), ("c", Value::Int(3), "x")]);
    let side = TableKey::all(key().scope, Kind(&LOADS));
    fill(&mut store, &side, &[("a", Value::Int(50), ""), ("b", Value::Int(90), "")]);
    assert_eq!(ids(&store, &t, &[0], "load>60", None).0, "b");
    assert_eq!(ids(&store, &t, &[0], "", Some((2, false))).0, "b a c");
    let gone = Batch {
        table: side.clone(),
        seq: 2,
        asked: Time::from_secs(99),
        coverage: Coverage::Ids(Arc::new(vec!["b".into()])),
        rows: Vec::new(),
        outcome: Outcome::Done,
    };
    assert_eq!(store.apply(gone, Time::from_secs(99)).gone, 1);
    assert_eq!(ids(&store, &t, &[0], "", Some((2, false))).0, "a b c");
    assert!(store.side(&t[0], Kind(&LOADS), "b").is_none());
}

#[test]
fn an_id_is_filtered_and_sorted_by_its_rows_name_as_well_and_one_without_a_name_by_itself() {
    let (mut store, t) = one(&[
        ("a", Value::Int(1), "p-1"),
        ("b", Value::Int(2), "p-2"),
        ("c", Value::Int(3), "p-3"),
        ("d", Value::Int(4), "p-4"),
        ("e", Value::Int(5), "elsewhere"),
    ]);
    let places = TableKey::all(key().scope, Kind(&PLACES));
    let called = |id: &str, name: &str| {
        let place = record_of(&PLACES, id, Value::Unknown, "");
        Arc::new(Record { name: name.into(), ..Record::clone(&place) })
    };
    let batch = Batch {
        table: places,
        seq: 1,
        asked: Time::from_secs(1),
        coverage: Coverage::Sweep { began: 1 },
        rows: vec![called("p-1", "West"), called("p-2", "east"), called("p-3", " "), called("elsewhere", "no place")],
        outcome: Outcome::Done,
    };
    store.apply(batch, Time::from_secs(1));
    let found = |query: &str| ids(&store, &t, &[0], query, Some((0, true))).0;
    assert_eq!(found("zone=west"), "a");
    assert_eq!(found("zone:p-1,EAS"), "a b", "either, mixed");
    assert_eq!(found("zone!=west"), "b c d e");
    assert_eq!(found("zone!=p-1 zone!=east"), "c d e");
    assert_eq!(found("!zone:*st"), "c d e");
    assert_eq!(found("est"), "a", "a word finds it too");
    assert_eq!(found("place"), "", "what is no id of a place has no name there");
    assert_eq!(ids(&store, &t, &[0], "", Some((1, true))).0, "b e c d a", "east, elsewhere, p-3, p-4, West");
    assert_eq!(ids(&store, &t, &[0], "", Some((1, false))).0, "a d c e b");
}

#[test]
fn several_threads_put_many_rows_in_the_same_order_as_one() {
    let mut store = Store::default();
    let rows: Vec<(String, Value)> =
        (0..20_000).map(|i| (format!("i-{:05}", i * 7_919 % 20_000), Value::Int(i % 97))).collect();
    let rows: Vec<(&str, Value, &str)> =
        rows.iter().map(|(id, v)| (id.as_str(), v.clone(), if id.ends_with('3') { "x" } else { "y" })).collect();
    fill(&mut store, &key(), &rows);
    for (query, sort) in [("", Some((0, true))), ("zone:x", Some((0, false))), ("zone:x", None)] {
        let query = Arc::new(Query::parse(query, &INFO).expect("a query"));
        let sort = sort.map(|(field, ascending)| Sort { field, ascending });
        let request = IndexRequest {
            of: IndexFor::View,
            request: 1,
            tables: vec![key()],
            groups: vec![0],
            query,
            sort,
            paid: false,
            folded: Arc::default(),
        };
        let job = store.index_job(request, Kind(&INFO), Time::from_secs(2), |_| None);
        let one = index_on(&job, 1);
        assert_eq!(one.total, 20_000);
        for threads in 2..=4 {
            assert_eq!(index_on(&job, threads), one, "{threads} threads, {:?}", job.request.query.text);
        }
    }
}

#[test]
fn rows_that_need_a_paid_value_are_those_that_match_apart_from_it() {
    let (store, t) = one(&[("a", Value::Int(1), "x"), ("b", Value::Int(2), "y"), ("c", Value::Int(3), "x")]);
    let query = Arc::new(Query::parse("zone:x load>60", &INFO).expect("a query"));
    let request = IndexRequest {
        of: IndexFor::View,
        request: 1,
        tables: t,
        groups: vec![0],
        query,
        sort: None,
        paid: true,
        folded: Arc::default(),
    };
    let side = |name: &str| (name == LOADS.name).then_some(Kind(&LOADS));
    let done = index(&store.index_job(request, Kind(&INFO), Time::from_secs(2), side));
    assert!(done.order.is_empty(), "nothing is known of the loads yet");
    assert_eq!(done.paid, [Arc::new(vec!["a".into(), "c".into()])]);
}

/// Fields `f00` to `f99`.
struct Hundred;

static HUNDRED_FIELDS: std::sync::LazyLock<Vec<FieldInfo>> = std::sync::LazyLock::new(|| {
    let name = |i: usize| -> &'static str { Box::leak(format!("f{i:02}").into_boxed_str()) };
    (0..100).map(|i| FieldInfo::text(name(i), name(i), "A field.").shown(0)).collect()
});

impl FieldList for Hundred {
    fn len(&self) -> usize {
        100
    }
    fn at(&self, i: usize) -> &'static FieldInfo {
        &HUNDRED_FIELDS[i]
    }
}

static HUNDRED: KindInfo =
    KindInfo { sort: ("f00", true), ..KindInfo::new("hundreds", "hundred", "Hundreds", &Hundred) };

#[test]
fn a_kind_of_a_hundred_fields_is_filtered_sorted_and_followed_in_its_last() {
    let kind = Kind(&HUNDRED);
    let table = TableKey::all(Scope::Global, kind);
    let mut store = Store::default();
    let list = |store: &mut Store, seq: u64, last: [&str; 2]| {
        let row = |id: &str, last: &str| {
            let values: Vec<Value> = (0..100).map(|i| Value::text(if i == 99 { last } else { "same" })).collect();
            let (id, name, tags) = (id.into(), "".into(), Arc::default());
            Arc::new(Record { kind, id, name, state: None, values: values.into(), tags })
        };
        let rows = vec![row("a", last[0]), row("b", last[1])];
        let at = Time::from_secs(i64::try_from(seq).expect("small"));
        let coverage = Coverage::Sweep { began: seq };
        let outcome = Outcome::Done;
        store.apply(Batch { table: table.clone(), seq, asked: at, coverage, rows, outcome }, at)
    };
    list(&mut store, 1, ["zebra", "apple"]);
    let order = |store: &Store, query: &str| {
        let query = Arc::new(Query::parse(query, &HUNDRED).expect(query));
        let sort = Some(Sort { field: 99, ascending: true });
        let table = TableKey::all(Scope::Global, kind);
        let (of, tables, groups) = (IndexFor::View, vec![table.clone()], vec![0]);
        let request = IndexRequest { of, request: 1, tables, groups, query, sort, paid: false, folded: Arc::default() };
        let found = index(&store.index_job(request, kind, Time::default(), |_| None));
        let id = |at: &RowRef| store.table(&table).and_then(|t| t.slot(at.slot)).map(|r| r.record.id.to_string());
        found.order.iter().filter_map(id).collect::<Vec<_>>()
    };
    assert_eq!(order(&store, ""), ["b", "a"]);
    assert_eq!(order(&store, "f99:zeb"), ["a"]);
    assert_eq!(order(&store, "apple"), ["b"], "a bare word looks there too");
    assert_eq!(list(&mut store, 2, ["zebra", "pear"]).changed, 1);
    let table = TableKey::all(Scope::Global, kind);
    let of = store.table(&table).expect("a table");
    let b = of.get("b").expect("b");
    assert_eq!(b.changed, [99].into_iter().collect());
    assert_eq!(of.changes("b").map(|c| &c.part).collect::<Vec<_>>(), [&super::super::Part::Field(99)]);
}

#[test]
fn states_are_counted_of_what_matches_and_a_column_is_empty_only_if_no_row_has_anything_there() {
    let (store, t) = one(&[("a", Value::Int(1), "x"), ("b", Value::Empty, "y"), ("c", Value::Empty, "x")]);
    let of = |query: &str| {
        let query = Arc::new(Query::parse(query, &INFO).expect("a query"));
        let (tables, groups) = (t.clone(), vec![0]);
        let request = IndexRequest {
            of: IndexFor::View,
            request: 1,
            tables,
            groups,
            query,
            sort: None,
            paid: false,
            folded: Arc::default(),
        };
        index(&store.index_job(request, Kind(&INFO), Time::from_secs(2), |_| None))
    };
    assert_eq!(of("").states.iter().map(|(_, _, n)| n).sum::<usize>(), 3);
    assert_eq!(of("zone:x").states.iter().map(|(_, _, n)| n).sum::<usize>(), 2);
    let size = Kind(&INFO).index_of("size").expect("a field");
    assert!(!of("zone:y").empty.contains(&size), "one row has it, if it is seen or not");
    let (store, t) = one(&[("a", Value::Empty, "x"), ("b", Value::Empty, "y")]);
    let request = IndexRequest {
        of: IndexFor::View,
        request: 1,
        tables: t,
        groups: vec![0],
        query: Arc::default(),
        sort: None,
        paid: false,
        folded: Arc::default(),
    };
    let done = index(&store.index_job(request, Kind(&INFO), Time::from_secs(2), |_| None));
    assert_eq!(done.empty, Kind(&INFO).columns().filter(|i| *i == size).collect::<Vec<_>>());
}

static WELL: crate::model::Fields<()> = crate::model::Fields(&[
    crate::model::Field {
        info: FieldInfo::ratio("own", "OWN", "A ratio of its own.").trouble("short"),
        get: |()| Value::Unknown,
    },
    crate::model::Field {
        info: FieldInfo::ratio("beside", "BESIDE", "One from the side.")
            .from_side("loads", "size", false)
            .trouble("impaired"),
        get: |()| Value::Unknown,
    },
    crate::model::Field {
        info: FieldInfo::ratio("dear", "DEAR", "One that is paid for.")
            .from_side("loads", "size", true)
            .trouble("dear"),
        get: |()| Value::Unknown,
    },
]);
static WELL_KIND: KindInfo = KindInfo { sort: ("own", true), ..KindInfo::new("wells", "well", "Wells", &WELL) };

#[test]
fn troubles_are_summed_up_as_far_as_they_are_known_and_nothing_paid_is_looked_at() {
    let table = TableKey::all(key().scope, Kind(&WELL_KIND));
    let beside = TableKey::all(key().scope, Kind(&LOADS));
    let mut store = Store::default();
    let (bad, busy, good) = (Value::ratio(1, 2), Value::Ratio { ok: 1, of: 2, busy: 1 }, Value::ratio(2, 2));
    fill(
        &mut store,
        &table,
        &[("a", bad.clone(), ""), ("b", good.clone(), ""), ("c", busy, ""), ("d", Value::Unknown, "")],
    );
    let summed = |store: &Store, query: &str, of: IndexFor| {
        let query = Arc::new(Query::parse(query, &WELL_KIND).expect("a query"));
        let request = IndexRequest {
            of,
            request: 1,
            tables: vec![table.clone()],
            groups: vec![0],
            query,
            sort: None,
            paid: false,
            folded: Arc::default(),
        };
        let side = |name: &str| (name == LOADS.name).then_some(Kind(&LOADS));
        let job = store.index_job(request, Kind(&WELL_KIND), Time::from_secs(2), side);
        let done = index(&job);
        assert_eq!(done, index_on(&job, 3));
        let said = |t: &Trouble| format!("{}{} {}", t.rows, if t.at_least { "+" } else { "" }, t.word);
        done.troubles.iter().map(said).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(summed(&store, "", IndexFor::View), "1 short", "of the others nothing is known, which is not nothing");
    let some = Batch {
        table: beside.clone(),
        seq: 2,
        asked: Time::from_secs(3),
        coverage: Coverage::Ids(Arc::new(vec!["b".into()])),
        rows: vec![record_of(&LOADS, "b", bad.clone(), "")],
        outcome: Outcome::Done,
    };
    store.apply(some, Time::from_secs(3));
    assert_eq!(summed(&store, "", IndexFor::View), "1 short, 1+ impaired");
    fill(
        &mut store,
        &beside,
        &[("a", good, ""), ("b", bad.clone(), ""), ("c", bad.clone(), ""), ("elsewhere", bad, "")],
    );
    assert_eq!(summed(&store, "", IndexFor::View), "1 short, 2 impaired");
    assert_eq!(summed(&store, "own>=2", IndexFor::View), "1 impaired", "of the rows that are shown");
    assert_eq!(summed(&store, "", IndexFor::Picker), "");
}
