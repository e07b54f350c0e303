//! What lies over the table: plans, forms, draft tables, questions.

use super::*;

static ACTION: Action =
    Action::on_rows(&world::INSTANCES, "stop", "Stop", |_, _| Err(Fault::bug("not used"))).doc("Stops.").several();

pub(super) fn plan(severe: bool) -> PlanDialog {
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
