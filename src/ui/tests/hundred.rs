//! A kind of more than a hundred fields on the screen: columns, marks of changes, detail, column chooser, query.

use std::sync::LazyLock;

use super::golden::{drawn, text, theme};
use super::world::{World, ago, seoul};
use crate::kinds::{KindDef, Registry};
use crate::model::*;

const FIELDS: usize = 120;

struct Many;

static INFOS: LazyLock<Vec<FieldInfo>> = LazyLock::new(|| {
    let name = |i: usize| -> &'static str { Box::leak(format!("f{i:03}").into_boxed_str()) };
    (0..FIELDS).map(|i| FieldInfo::text(name(i), name(i), "A field.").shown(if i == 0 { 0 } else { 9 })).collect()
});

impl FieldList for Many {
    fn len(&self) -> usize {
        FIELDS
    }
    fn at(&self, i: usize) -> &'static FieldInfo {
        &INFOS[i]
    }
}

static MANY: KindInfo = KindInfo { sort: ("f000", true), ..KindInfo::new("many", "many", "Many", &Many) };
static DEF: KindDef =
    KindDef { info: &MANY, list: |_, _| Box::pin(async { Ok(()) }), links: |_, _| Vec::new(), raw: None };

static REGISTRY: Registry = Registry { kinds: &[&DEF], actions: &[] };

fn row(id: &str, last: &str) -> Record {
    let value = |i: usize| match i {
        0 => Value::text(id),
        _ if i == FIELDS - 1 => Value::text(last),
        _ => Value::text(format!("v{i}")),
    };
    let values: Vec<Value> = (0..FIELDS).map(value).collect();
    Record {
        kind: Kind(&MANY),
        id: id.into(),
        name: "".into(),
        state: None,
        values: values.into(),
        tags: Default::default(),
    }
}

#[test]
fn the_last_of_a_hundred_and_twenty_fields_is_a_column_is_marked_found_and_read() {
    for size in [(80, 24), (120, 40)] {
        let mut world = World::over(REGISTRY, Some("many".into()), size, &["ap-northeast-2"]);
        let table = || TableKey::all(seoul(), Kind(&MANY));
        world.apply(table(), vec![row("a", "pear"), row("b", "apple")], Outcome::Done, ago(60));
        let screen = |world: &World| text(&drawn(&world.state, &world.store, &theme("mono")));
        let first = screen(&world);
        assert!(first.contains("f001") && !first.contains("pear") && first.contains("columns"), "{first}");
        // Out to the right: the first column stays.
        for _ in 0..FIELDS {
            world.keys("right");
        }
        let last = screen(&world);
        assert!(last.contains("f119") && last.contains("pear") && last.contains("apple"), "{last}");
        world.apply(table(), vec![row("a", "pear"), row("b", "plum")], Outcome::Done, ago(0));
        let b = world.store.table(&table()).and_then(|t| t.get("b")).expect("b");
        assert_eq!(b.changed, [FIELDS - 1].into_iter().collect());
        let style = |world: &World, word: &str| {
            let buffer = drawn(&world.state, &world.store, &theme("mono"));
            let screen = text(&buffer);
            let (y, line) = screen.lines().enumerate().find(|(_, l)| l.contains(word)).expect("a line");
            let x = line[..line.find(word).expect("there")].chars().count();
            buffer[(u16::try_from(x).unwrap(), u16::try_from(y).unwrap())].style()
        };
        assert_ne!(style(&world, "plum"), style(&world, "pear"), "what changed is marked");
        world.keys("/");
        world.type_text("f119:plum");
        world.keys("enter");
        let found = screen(&world);
        assert!(found.contains("1 of 2") && found.contains("plum") && !found.contains("pear"), "{found}");
        world.keys("d");
        let open = screen(&world);
        assert!(open.contains("overview") && open.contains("v1"), "{open}");
        if world.state.areas().table.is_some() {
            world.keys("tab");
        }
        world.keys("G");
        let detail = screen(&world);
        assert!(detail.contains("v118") && detail.contains("plum"), "the detail comes to its last field:\n{detail}");
        world.keys("d esc");
        world.keys("o G");
        let chooser = screen(&world);
        assert!(chooser.contains("Columns") && chooser.contains("[x] f119"), "{chooser}");
        world.keys("space enter");
        assert_eq!(world.state.view.columns.len(), FIELDS - 1);
    }
}
