//! Screens drawn from a hand-made store and a real viewer, compared with goldens that hold their styles too.

mod golden;
mod hundred;
mod steps;
mod world;

use arcstr::ArcStr;

use crate::app::overlay::*;
use crate::app::{Line, Overlay, RowKey};
use crate::base::{Fault, FaultKind, Scope};
use crate::kinds::Action;
use crate::model::draft::merge;
use crate::model::*;

use golden::{check, drawn, text, theme};
use world::{NOW, World, ago, demo, instance, seen, seoul};

const LARGE: (u16, u16) = (120, 40);
const SMALL: (u16, u16) = (80, 24);

fn show(name: &str, world: &World, theme_name: &str) {
    check(name, &drawn(&world.state, &world.store, &theme(theme_name)));
}

#[test]
fn the_table_looks_right_in_every_theme_and_size() {
    for (size, at) in [(LARGE, "120x40"), (SMALL, "80x24")] {
        for name in ["dark", "light", "mono"] {
            let mut world = seen(size);
            world.keys("j space j");
            show(&format!("table-{at}-{name}"), &world, name);
        }
    }
}

#[test]
fn changed_cells_are_marked_and_gone_rows_linger() {
    let mut world = World::new(LARGE, &["ap-northeast-2"]);
    let (mut rows, statuses, metrics) = demo();
    world.instances(seoul(), rows.clone(), ago(60));
    world.sides(seoul(), statuses, metrics);
    rows.remove(1);
    rows[2] = instance("bastion-old", "i-0d12c7a5e98d34b10", "pending", "t2.nano", [10, 1, 0, 3], 0, 5);
    rows.push(instance("new-one", "i-0123456789abcdef0", "pending", "t3.micro", [10, 1, 0, 99], 0, 2));
    world.instances(seoul(), rows, ago(0));
    let screen = text(&drawn(&world.state, &world.store, &theme("mono")));
    assert!(screen.contains("∅ web-2") && screen.contains("gone"), "{screen}");
    show("table-changed-mono", &world, "mono");
    show("table-changed-dark", &world, "dark");
}

#[test]
fn the_detail_stands_below_the_table_or_takes_its_place() {
    for (size, at) in [(LARGE, "120x40"), (SMALL, "80x24")] {
        let mut world = seen(size);
        world.keys("G d");
        show(&format!("detail-overview-{at}"), &world, "dark");
        world.keys("tab right right");
        show(&format!("detail-tags-{at}"), &world, "dark");
    }
}

#[test]
fn health_shows_every_check_and_scheduled_events_with_their_dates() {
    let mut world = seen(LARGE);
    let at = world.state.view.order.len();
    for _ in 0..at {
        if world.state.view.cursor.as_ref().is_some_and(|c| c.id == "i-0f00000000000bad0") {
            break;
        }
        world.keys("j");
    }
    world.keys("d tab z");
    let screen = text(&drawn(&world.state, &world.store, &theme("mono")));
    for words in ["✗ 1/3", "✗ impaired", "instance-retirement", "2026-11-29", "evil␛[31m"] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    show("detail-health-120x40", &world, "light");
}

#[test]
fn metrics_are_charts_with_gaps() {
    for (size, at) in [(LARGE, "120x40"), (SMALL, "80x24")] {
        let mut world = seen(size);
        while world.state.view.cursor.as_ref().is_some_and(|c| c.id != "i-0a1fd93be77c49c2d") {
            world.keys("j");
        }
        world.keys("m");
        show(&format!("detail-metrics-{at}"), &world, "dark");
    }
}

#[test]
fn rows_of_several_regions_say_where_they_are() {
    let mut world = World::new(LARGE, &["ap-northeast-2", "us-east-1"]);
    let (rows, statuses, metrics) = demo();
    world.instances(seoul(), rows, ago(5));
    world.sides(seoul(), statuses, metrics);
    let other = Scope::region("prod", "us-east-1");
    let one = instance("api-1", "i-0999999999999999a", "running", "t3.micro", [10, 9, 0, 14], 0, 86_400);
    world.instances(other.clone(), vec![one], ago(100));
    world.failed(other, Fault::new(FaultKind::Offline, "The connection was cut off."), ago(2));
    show("table-regions-120x40", &world, "dark");
}

#[test]
fn denied_empty_filtered_loading_and_not_asked_look_different() {
    let mut screens = Vec::new();
    let mut note = |name: &str, world: &World| {
        show(&format!("blank-{name}-80x24"), world, "mono");
        screens.push(text(&drawn(&world.state, &world.store, &theme("mono"))));
    };
    let mut world = World::new(SMALL, &["ap-northeast-2"]);
    note("not-asked", &world);
    world.store.began(&TableKey::all(seoul(), Kind(&world::INSTANCES)), NOW);
    note("loading", &world);
    let denied = Fault::new(FaultKind::Denied, "You are not authorized to perform this operation.")
        .of("EC2", "DescribeInstances")
        .code("UnauthorizedOperation")
        .hint("skydeck policy --read-only prints what the console needs.");
    world.failed(seoul(), denied, ago(1));
    note("denied", &world);
    world.instances(seoul(), Vec::new(), ago(0));
    note("empty", &world);
    let mut world = seen(SMALL);
    world.keys("/");
    world.type_text("state:hibernating");
    world.keys("enter");
    note("filtered", &world);
    for (i, a) in screens.iter().enumerate() {
        assert!(screens[..i].iter().all(|b| a != b));
    }
}

#[test]
fn without_credentials_the_start_screen_offers_every_way_on() {
    let mut world = World::new(SMALL, &["ap-northeast-2"]);
    let fault =
        Fault::new(FaultKind::NoCredentials, "No credentials were found.").hint("Looked at: environment, profile.");
    world.event(Event::Identity("prod".into(), Err(fault)));
    show("start-80x24", &world, "dark");
}

#[test]
fn the_first_minute_has_a_line_where_there_is_room_for_it() {
    let mut world = seen(SMALL);
    world.state.welcome = true;
    let foot = |world: &World| {
        text(&drawn(&world.state, &world.store, &theme("dark"))).lines().last().unwrap_or_default().to_string()
    };
    assert!(foot(&world).contains("A practice account, nothing costs money: enter opens"), "{}", foot(&world));
    world.event(Event::Resize(60, 12));
    assert!(foot(&world).contains("enter open  "), "where it would be cut, the keys are there: {}", foot(&world));
    world.event(Event::Resize(80, 24));
    world.keys(":");
    assert!(!foot(&world).contains("practice"), "a layer's own keys are not hidden");
}

#[test]
fn a_terminal_too_small_says_so_and_no_size_panics() {
    let mut world = seen(LARGE);
    world.keys("d");
    for size in [(1, 1), (5, 2), (39, 40), (40, 8), (41, 9), (60, 12), (200, 8), (300, 90)] {
        world.event(Event::Resize(size.0, size.1));
        for keys in ["m", "d", "d", ":", "esc", "/", "esc", "?", "esc", "s", "esc", "o", "esc", "l", "esc"] {
            world.keys(keys);
            drawn(&world.state, &world.store, &theme("dark"));
        }
    }
    world.event(Event::Resize(30, 6));
    let screen = text(&drawn(&world.state, &world.store, &theme("dark")));
    assert!(screen.contains("too small"), "{screen}");
}

#[test]
fn palette_filter_menus_help_and_messages() {
    for (size, at) in [(LARGE, "120x40"), (SMALL, "80x24")] {
        let mut world = seen(size);
        world.keys(":");
        world.type_text("in");
        show(&format!("palette-{at}"), &world, "dark");
        world.keys("esc /");
        world.type_text("state:ru");
        show(&format!("filter-{at}"), &world, "dark");
        world.keys("esc o");
        show(&format!("columns-{at}"), &world, "dark");
        world.keys("esc l");
        show(&format!("links-{at}"), &world, "dark");
        world.keys("esc ?");
        show(&format!("help-{at}"), &world, "dark");
        world.keys("esc");
        for (level, text) in [
            (Level::Info, "Stop web-1: it is stopped."),
            (Level::Warning, "config.toml:3: `thme` is not a setting. Did you mean theme?"),
            (
                Level::Error,
                "DescribeAlarms: You are not authorized to perform cloudwatch:DescribeAlarms on resource \
                            arn:aws:cloudwatch:ap-northeast-2:111122223333:alarm:* because no identity-based policy allows it.",
            ),
        ] {
            world.event(Event::Say(Message { at: ago(60), level, text: text.into() }));
        }
        show(&format!("message-line-{at}"), &world, "dark");
        world.keys(":");
        world.type_text("messages");
        world.keys("enter");
        show(&format!("messages-{at}"), &world, "dark");
    }
}

static ACTION: Action =
    Action::on_rows(&world::INSTANCES, "stop", "Stop", |_, _| Err(Fault::bug("not used"))).doc("Stops.").several();

fn plan(severe: bool) -> PlanDialog {
    let table = TableKey::all(seoul(), Kind(&world::INSTANCES));
    let subject = |id: &str, label: &str, change: &str| Subject {
        table: table.clone(),
        id: id.into(),
        shown_id: id.into(),
        label: label.into(),
        change: change.into(),
    };
    let say = |severity, text: &str| Consequence { severity, text: text.into() };
    let mut consequences =
        vec![say(Severity::Note, "3 disks still cost about $3.60 a month (prices of 2026-10, us list)")];
    if severe {
        consequences.push(say(Severity::Severe, "they are the only healthy targets of my-alchemine-app-tg-80"));
        consequences.push(say(
            Severity::Severe,
            "Auto Scaling group my-asg-ec2 treats a stopped instance as unhealthy: it will terminate instance web-2",
        ));
        consequences.push(say(
            Severity::Severe,
            "Instance web-1 loses its public IP 43.200.141.12 for good: it is not an Elastic IP",
        ));
        consequences
            .push(say(Severity::Unknown, "whether alarms watch 결제-워커-07 is not known: DescribeAlarms is denied"));
    }
    let plan = Plan {
        action: "stop",
        title: "Stop 2 instances".into(),
        subjects: vec![
            subject("i-0a1fd93be77c49c2d", "web-1", "running → stopped"),
            subject("i-0c904be1d6b1f77ef", "결제-워커-07", "running → stopped"),
        ],
        skipped: Vec::new(),
        consequences,
        cost: None,
        steps: Vec::new(),
        destructive: false,
        wait: Waiter::AtOnce,
        undo: Some(Undo {
            line: "start".into(),
            but: severe.then(|| "with another public address".into()),
            on: Vec::new(),
        }),
        phrase: "stop 2".into(),
        then: Vec::new(),
        rests_on: Vec::new(),
        needs: Vec::new(),
    };
    PlanDialog {
        number: 1,
        plan,
        source: PlanSource::Action(&ACTION, Values::default()),
        on: On { scope: seoul(), rows: Vec::new() },
        phase: PlanPhase::Shown,
        dry_run: DryRun::Allowed,
        typed: Line::new(if severe { "stop" } else { "" }),
        pins: vec![Pin { profile: "prod".into(), who: Some(("111122223333".into(), 1)) }],
        blocked: None,
        armed: NOW,
        shown: NOW,
        notice: None,
        options: true,
        commands: vec![
            "aws ec2 stop-instances --instance-ids i-0a1fd93be77c49c2d i-0c904be1d6b1f77ef --profile prod --region ap-northeast-2".into(),
        ],
        scroll: 0,
    }
}

#[test]
fn a_plan_says_all_before_anything_is_changed() {
    for (size, at) in [(LARGE, "120x40"), (SMALL, "80x24")] {
        for name in ["dark", "light", "mono"] {
            let mut world = seen(size);
            world.state.overlays.push(Overlay::Plan(Box::new(plan(true))));
            show(&format!("plan-{at}-{name}"), &world, name);
        }
        let mut world = seen(size);
        world.state.overlays.push(Overlay::Plan(Box::new(plan(false))));
        show(&format!("plan-enter-{at}"), &world, "dark");
    }
    for (size, at) in [(LARGE, "120x40"), (SMALL, "80x24")] {
        for (scroll, name) in [(0, "many"), (9, "many-scrolled")] {
            let mut world = seen(size);
            let mut many = plan(false);
            let first = many.plan.subjects[0].clone();
            many.plan.title = "Stop 26 instances".into();
            many.plan.subjects =
                (0..26).map(|i| Subject { label: format!("web-{i}").into(), ..first.clone() }).collect();
            let skip = |label: &str, why: &str| Skipped { id: label.into(), label: label.into(), why: why.into() };
            many.plan.skipped =
                ["db-1", "db-2", "db-3", "db-4", "결제-워커-07"].map(|l| skip(l, "Already stopped.")).into();
            many.plan.skipped.push(skip("old-import", "Terminated: it cannot be stopped."));
            many.scroll = scroll;
            world.state.overlays.push(Overlay::Plan(Box::new(many)));
            show(&format!("plan-{name}-{at}"), &world, "dark");
        }
    }
    let mut world = seen(SMALL);
    let mut blocked = plan(true);
    blocked.blocked = Some("This process is read-only: nothing is changed.".into());
    blocked.dry_run = DryRun::NotAsked;
    world.state.overlays.push(Overlay::Plan(Box::new(blocked)));
    show("plan-blocked-80x24", &world, "mono");
}

fn form(fields: Vec<FormField>, focus: usize) -> FormState {
    FormState {
        action: &ACTION,
        on: On {
            scope: seoul(),
            rows: vec![RowKey {
                table: TableKey::all(seoul(), Kind(&world::INSTANCES)),
                id: "i-0a1fd93be77c49c2d".into(),
            }],
        },
        values: Values::default(),
        spec: FormSpec { title: "Stop web-1".into(), fields, needs: Vec::new() },
        focus,
        line: None,
        draft: None,
        picker: None,
        sought: String::new(),
        error: None,
        editors: Editors::default(),
    }
}

fn form_field(name: &'static str, label: &'static str, input: FormInput, value: FormValue) -> FormField {
    FormField::new(name, label, input, value).with_help("One sentence about it.")
}

#[test]
fn forms_and_draft_tables() {
    let choice = |v: &str, disabled: Option<&str>| Choice {
        value: v.into(),
        label: v.into(),
        disabled: disabled.map(Into::into),
    };
    let fields = vec![
        form_field(
            "mode",
            "mode",
            FormInput::Choice(vec![choice("stop", None), choice("hibernate", Some("not set up"))]),
            FormValue::Text("stop".into()),
        ),
        form_field("force", "force", FormInput::Toggle, FormValue::Flag(true)),
        FormField {
            error: Some("12 is more than the group's maximum of 6".into()),
            ..form_field(
                "desired",
                "desired capacity",
                FormInput::Number { min: 0, max: 6 },
                FormValue::Text("12".into()),
            )
        },
        form_field("note", "note", FormInput::Text, FormValue::Text("".into())),
    ];
    for (size, at) in [(LARGE, "120x40"), (SMALL, "80x24")] {
        let mut world = seen(size);
        let mut state = form(fields.clone(), 2);
        state.line = Some(Line::new("12"));
        state.spec.needs = vec![TableKey::all(seoul(), Kind(&world::INSTANCES))];
        world.state.overlays.push(Overlay::Form(Box::new(state)));
        show(&format!("form-{at}"), &world, "dark");
        if size == SMALL {
            use Spot::{Continue, Field, Layer, Value};
            let spot = |x, y| crate::ui::spot_at(&world.state, &world.store, &theme("dark"), NOW, (x, y));
            // As the golden has it: the label of a field, its value, what is said below it, the last line and the box around.
            for (x, y, is) in [
                (5, 6, Field(0)),
                (22, 6, Value(0)),
                (24, 7, Value(1)),
                (22, 8, Field(2)),
                (10, 10, Field(2)),
                (30, 11, Field(3)),
                (40, 12, Layer),
                (10, 15, Continue),
                (0, 8, Layer),
            ] {
                assert_eq!(spot(x, y), Some(is), "{x} {y}");
            }
        }

        let mut world = seen(size);
        let original = [("Name", "web-1"), ("Env", "staging"), ("old", "x")]
            .map(|(k, v)| TableRow { key: k.into(), cells: vec![k.into(), v.into()] });
        let cells = |k: &str, v: &str| vec![ArcStr::from(k), ArcStr::from(v)];
        let edits = vec![
            RowEdit::Change { key: "Env".into(), from: cells("Env", "staging"), to: cells("Env", "production") },
            RowEdit::Remove { key: "old".into(), from: cells("old", "x") },
            RowEdit::Add(cells("팀", "결제 🚀")),
        ];
        let input = RowsInput {
            columns: vec![DraftColumn::new("key", "KEY", Cell::Text), DraftColumn::new("value", "VALUE", Cell::Text)],
            original: original.to_vec(),
            ..RowsInput::default()
        };
        let rows = merge(&input.original, &edits);
        let input = FormInput::Rows(Box::new(input));
        let mut state = form(vec![form_field("tags", "tags", input, FormValue::Rows(edits.clone()))], 0);
        state.spec.title = "Tags of web-1".into();
        state.draft = Some(Draft { rows, edits, row: 3, column: 1, ..Draft::default() });
        world.state.overlays.push(Overlay::Form(Box::new(state)));
        show(&format!("draft-{at}"), &world, "dark");
        let spot = |at| crate::ui::spot_at(&world.state, &world.store, &theme("dark"), NOW, at);
        let cells: Vec<Option<Spot>> = (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y))).map(spot).collect();
        for cell in [Spot::Cell(0, 0), Spot::Cell(0, 1), Spot::Cell(3, 0), Spot::Cell(3, 1), Spot::Continue] {
            assert!(cells.contains(&Some(cell)), "{cell:?} is nowhere on {at}");
        }
    }
}

#[test]
fn questions() {
    let mut world = seen(SMALL);
    let digits = Digits {
        profile: "prod".into(),
        account: "111122223333".into(),
        line: Line::new("33"),
        error: Some("These are not the last four digits.".into()),
    };
    world.state.overlays.push(Overlay::Digits(digits));
    show("digits-80x24", &world, "dark");

    let mut world = seen(SMALL);
    let what = Ask::Device {
        url: "https://device.sso.ap-northeast-2.amazonaws.com/?user_code=ABCD-EFGH".into(),
        code: "ABCD-EFGH".into(),
        until: NOW.plus(std::time::Duration::from_secs(570)),
    };
    world.event(Event::Ask(Question { id: 1, profile: "prod".into(), what }));
    show("device-80x24", &world, "dark");

    let mut world = seen(SMALL);
    let what = Ask::MfaCode {
        serial: "arn:aws:iam::111122223333:mfa/ops-alice".into(),
        again: Some("The code was not right.".into()),
    };
    world.event(Event::Ask(Question { id: 1, profile: "prod".into(), what }));
    world.type_text("123456");
    let screen = drawn(&world.state, &world.store, &theme("dark"));
    assert!(!text(&screen).contains("123456"), "a code is never shown");
    show("mfa-80x24", &world, "dark");

    let mut world = seen(SMALL);
    let lines = vec!["Stop 2 instances: 1 of 2 calls answered. It goes on if you leave.".into()];
    let sure = Sure { kind: SureKind::Quit, title: "Leave now?".into(), lines, yes: "leave", no: "stay" };
    world.state.overlays.push(Overlay::Sure(sure));
    show("sure-80x24", &world, "dark");
}

#[test]
fn the_band_says_whose_account_it_is_and_that_nothing_can_be_changed() {
    let band =
        |world: &World| text(&drawn(&world.state, &world.store, &theme("mono"))).lines().next().unwrap().to_string();
    for size in [LARGE, SMALL, (60, 24), (40, 8)] {
        let mut world = seen(size);
        world.state.read_only = true;
        let meter =
            Meter { calls_per_minute: 240, millidollars_per_hour: 1230, slowed: vec!["EC2 ap-northeast-2 ½".into()] };
        world.event(Event::Meter(meter));
        for words in ["prod", "READ-ONLY", "14:02"] {
            assert!(band(&world).contains(words), "{size:?} {}", band(&world));
        }
        assert_eq!(band(&world).contains("slowed"), size.0 >= 80, "{}", band(&world));
        assert_eq!(band(&world).contains("$1.23/h"), size.0 >= 120, "{}", band(&world));
        world.state.sandbox = true;
        world.state.speed = 10.0;
        assert!(band(&world).contains("SANDBOX ×10"), "{size:?} {}", band(&world));
    }
    let mut world = seen(LARGE);
    world.state.profiles[0].color = Some("#aa2200".parse().unwrap());
    let mut other = world.state.profiles[0].clone();
    (other.name, other.identity, other.color) = ("dev".into(), None, Some("#225588".parse().unwrap()));
    (other.read_only, other.label) = (true, "dev".into());
    world.state.profiles.push(other);
    show("band-two-profiles-120x40", &world, "dark");
    assert!(band(&world).contains("PARTLY READ-ONLY"), "{}", band(&world));
    world.state.profiles[0].label = "PRODUCTION".into();
    assert!(band(&world).starts_with(" PRODUCTION"), "what the user calls it: {}", band(&world));
}

#[test]
fn what_is_under_way_stands_at_the_end_of_the_last_line() {
    let mut world = seen(SMALL);
    world.state.runs.push(crate::app::Run {
        replaces: Vec::new(),
        id: 1,
        record: Box::new(crate::model::RunRecord::new("p-1".into(), NOW, &plan(false).plan)),
        began: NOW,
        ended: None,
        answer: String::new(),
        progress: None,
        phase: crate::app::RunPhase::Settling("web-1 stopping".into()),
    });
    let screen = text(&drawn(&world.state, &world.store, &theme("mono")));
    let last = screen.lines().last().unwrap();
    assert!(last.starts_with(" enter open") && last.ends_with("◐ Stop 2 instances: web-1 stopping"), "{last}");
    let text_of = |level| crate::model::Message { at: NOW, level, text: "Stop 2 instances: web-1 stopping".into() };
    world.state.notice = Some(crate::app::state::Notice { message: text_of(crate::model::Level::Info), until: NOW });
    let screen = text(&drawn(&world.state, &world.store, &theme("mono")));
    let last = screen.lines().last().unwrap();
    assert_eq!(last.matches("Stop 2 instances").count(), 1, "{last}");
}
