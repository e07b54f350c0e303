//! Places that are no table: the overview.

use crate::support::desk::{Desk, Start};

fn overview(size: (u16, u16)) -> Desk {
    Desk::start(Start { view: "overview", size, ..Start::default() })
}

#[test]
fn the_overview_counts_what_there_is_and_each_line_leads_to_its_table() {
    for (size, name) in [((80, 24), "80x24"), ((120, 40), "120x40")] {
        let mut desk = overview(size);
        desk.sees("Overview").sees("✓ complete").misses("not known").misses("without");
        desk.screen(&format!("overview-{name}"));
        let mut seen = Vec::new();
        for line in 0..12 {
            desk.keys("g").keys(&"j ".repeat(line)).keys("enter");
            let view = &desk.engine.state.view;
            seen.push(format!("{} {}", view.kind.name, view.query.text).trim().to_string());
            desk.misses("Overview").keys("[").sees("Overview");
        }
        assert_eq!(
            seen,
            [
                "alarms state=ALARM",
                "targets health:unhealthy",
                "instances impaired_since!=none",
                "auto-scaling-groups in_service<100%",
                "waste",
                "instances",
                "volumes",
                "addresses",
                "load-balancers",
                "target-groups",
                "auto-scaling-groups",
                "alarms",
            ]
        );
    }
}

#[test]
fn what_the_overview_counts_is_what_the_tables_hold() {
    let mut desk = overview((120, 40));
    let text = desk.text();
    let counted = |title: &str, word: &str| -> usize {
        let line = text.lines().rfind(|l| l.contains(title)).unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = words.iter().rposition(|w| w.trim_end_matches(',') == word);
        at.and_then(|i| words[i - 1].parse().ok()).unwrap_or(0)
    };
    let expected = [
        ("instances state:running", counted("Instances  ", "running")),
        ("instances state:stopped", counted("Instances  ", "stopped")),
        ("volumes state:available", counted("Volumes", "available")),
        ("alarms state=ALARM", counted("Alarms in ALARM", "in")),
        ("targets health:unhealthy", counted("Unhealthy targets", "unhealthy")),
        ("waste", counted("Waste", "unused")),
    ];
    for (query, count) in expected {
        desk.go(query);
        assert_eq!(desk.engine.state.view.order.len(), count, "{query}:\n{text}");
    }
}

#[test]
fn a_board_stands_in_the_history_among_the_tables_and_knows_no_rows() {
    let mut desk = Desk::start(Start { size: (80, 24), ..Start::default() });
    desk.go("volumes").go("overview").sees("Overview");
    desk.go("stop").sees("works on instances; this is the overview.").keys("esc");
    desk.keys("/").sees("Overview").keys("space d a");
    desk.go("sort").sees("There are no rows here").sees("Overview");
    desk.keys("[").sees("Volumes").keys("]").sees("Overview").keys("esc").sees("Volumes").keys("[").sees("Instances");
    desk.keys("] ]").sees("Overview").keys("j j j j enter").sees("Waste").keys("esc").sees("Overview");
    desk.keys(":").keys("o v e r").sees("overview").keys("esc").keys("?").sees("a board");
}

#[test]
fn the_overview_follows_what_happens() {
    let mut desk = overview((120, 40));
    let before = desk.text();
    desk.wait(60.0).keys("r");
    desk.sees("Overview");
    let line = |text: &str| text.lines().find(|l| l.contains("Instances  ")).unwrap_or_default().to_string();
    assert_ne!(line(&before), line(&desk.text()), "an instance was stopped meanwhile");
}

#[test]
fn what_may_not_be_read_is_said_and_never_none() {
    let mut desk = Desk::start_with(Start { view: "overview", size: (80, 24), ..Start::default() }, |sandbox| {
        sandbox.faults().add("ec2:DescribeInstances deny".parse().expect("a fault"));
        sandbox.faults().add("cloudwatch:* deny".parse().expect("a fault"));
    });
    desk.settle();
    desk.sees("not known: alarms (denied)")
        .sees("not known: instances (denied)")
        .sees("without instances")
        .misses("Counts");
    desk.misses("✓ complete").screen("overview-denied");
    desk.sandbox.faults().clear();
    desk.keys("r").sees("✓ complete").misses("denied");
}

#[test]
fn the_overview_needs_no_colour() {
    let mut desk = Desk::start(Start { view: "overview", size: (80, 24), theme: "mono", ..Start::default() });
    desk.sees("●").sees("○").screen("overview-mono");
}
