//! Runs of several steps in a console that is killed at moments by chance: its next start says how they stand, and goes on with them or undoes
//! them. The account then has what the plan said, once, or nothing of it, as the AWS CLI reads it.
//!
//! `SKYDECK_KILLED_SEED=17` has other moments than the ones that are tried each time, `SKYDECK_KILLED_CASE=2` has one case alone.

use std::time::Duration;

use fastrand::Rng;
use rustix::process::Signal;
use serde_json::Value as Json;

use super::scripts::{Account, after, confirm, plan_changed, still_to_type};
use crate::support::left_out;
use crate::support::terminal::{Home, Terminal};

/// How fast the account lives: a volume is made in a tenth of a second.
const SPEED: f64 = 20.0;
/// The same where targets are drained and status checks are passed.
const FAST: f64 = 60.0;
/// So fast that the AWS CLI's waiters, which look every 15 seconds, see at their first look what they wait for.
const AT_ONCE: f64 = 600.0;
/// How long a run may take that was taken up.
const LONGEST: Duration = Duration::from_secs(300);
/// Each answer to a change is that late: what is killed meanwhile does not know whether it was carried out.
const LATE: [&str; 8] = [
    "ec2:Create* delay 200ms",
    "ec2:Authorize* delay 200ms",
    "ec2:RunInstances delay 200ms",
    "ec2:AttachVolume delay 200ms",
    "ec2:St* delay 200ms",
    "ec2:Modify* delay 200ms",
    "elbv2:Register* delay 200ms",
    "elbv2:Deregister* delay 200ms",
];
/// A moment is a line of the journal, and so many milliseconds after it at the most.
const LATER: u64 = 400;

/// A run that is killed.
struct Case {
    /// Where the console is when it begins, and what is seen there then.
    view: (&'static str, &'static str),
    /// What is pressed before the palette's line: which rows are marked.
    marks: &'static str,
    /// The palette's line.
    line: &'static str,
    /// What is typed to confirm it.
    phrase: &'static str,
    /// Lines of its journal, from the first to the last.
    lines: usize,
    /// How fast the account lives.
    speed: f64,
    /// At how many moments it is killed, for each choice.
    moments: u64,
    /// What the account has of it.
    has: fn(&Account) -> Vec<String>,
    /// The same once it was carried out, and where nothing of it was done.
    whole: &'static [&'static str],
    nothing: &'static [&'static str],
}

fn volumes(account: &Account, name: &str) -> Vec<String> {
    let without_device = |v: String| v.split(" /dev/").next().unwrap_or_default().trim_end_matches(" -").to_string();
    account.volumes(name).into_iter().map(without_device).collect()
}

fn text(v: &Json) -> &str {
    v.as_str().unwrap_or("-")
}

const CASES: [Case; 5] = [
    Case {
        view: ("volumes", "complete"),
        marks: "",
        line: "create-volume size=7 attach=my-bastion-host name=killed",
        phrase: "",
        lines: 7,
        speed: SPEED,
        moments: 1,
        has: |account| volumes(account, "killed"),
        whole: &["7 gp3 in-use"],
        nothing: &[],
    },
    Case {
        view: ("snapshots", "before"),
        marks: "",
        line: "restore size=9 attach=my-bastion-host name=killed",
        phrase: "",
        lines: 7,
        speed: SPEED,
        moments: 1,
        has: |account| volumes(account, "killed"),
        whole: &["9 gp3 in-use"],
        nothing: &[],
    },
    Case {
        view: ("instances", "complete"),
        marks: "",
        line: "launch name=killed image=al2023 type=t3.nano key=none groups=new ssh_from=203.0.113.0/24",
        phrase: "",
        lines: 8,
        speed: SPEED,
        moments: 1,
        has: |account| {
            let all = account.aws(&["describe-instances", "--filters", "Name=tag:Name,Values=killed"]);
            let of = |r: &Json| r["Instances"].as_array().unwrap().clone();
            let all = all["Reservations"].as_array().unwrap().iter().flat_map(of).collect::<Vec<Json>>();
            let lives = |i: &&Json| !matches!(text(&i["State"]["Name"]), "terminated" | "shutting-down");
            let said = |i: &Json| {
                let group = text(&i["SecurityGroups"][0]["GroupName"]).to_string();
                format!("{} {} {group}", text(&i["InstanceType"]), text(&i["State"]["Name"]))
            };
            let groups = account.aws(&["describe-security-groups", "--filters", "Name=group-name,Values=killed-sg"]);
            let rules = |g: &Json| {
                format!("{} with {} rule", text(&g["GroupName"]), g["IpPermissions"].as_array().unwrap().len())
            };
            let groups = groups["SecurityGroups"].as_array().unwrap().iter().map(rules);
            all.iter().filter(lives).map(said).chain(groups).collect()
        },
        whole: &["t3.nano running killed-sg", "killed-sg with 1 rule"],
        nothing: &[],
    },
    Case {
        view: ("instances name=my-bastion-host", "t3.nano"),
        marks: "",
        line: "change-type type=t3.small",
        phrase: "my-bastion-host",
        lines: 10,
        speed: SPEED,
        moments: 1,
        has: |account| {
            let host = account.host();
            vec![format!("{} {}", text(&host["InstanceType"]), text(&host["State"]["Name"]))]
        },
        whole: &["t3.small running"],
        nothing: &["t3.nano running"],
    },
    Case {
        view: ("instances name=my-bastion-host,my-alchemine-app-ec2-3", "complete"),
        marks: "*",
        line: "roll what=type type=t3.large",
        phrase: "roll 2",
        lines: 26,
        speed: FAST,
        moments: 5,
        has: rolled,
        whole: &["my-alchemine-app-ec2-3 t3.large running healthy", "my-bastion-host t3.large running"],
        nothing: &["my-alchemine-app-ec2-3 t3.medium running healthy", "my-bastion-host t3.nano running"],
    },
];

/// The two instances that are rolled: type, state, and how each of their targets is.
fn rolled(account: &Account) -> Vec<String> {
    let names = "Name=tag:Name,Values=my-bastion-host,my-alchemine-app-ec2-3";
    let all = account.aws(&["describe-instances", "--filters", names]);
    let of = |r: &Json| r["Instances"].as_array().unwrap().clone();
    let groups = account.asked("elbv2", &["describe-target-groups"]);
    let groups = groups["TargetGroups"].as_array().unwrap().iter();
    let health = |g: &Json| {
        account.asked("elbv2", &["describe-target-health", "--target-group-arn", text(&g["TargetGroupArn"])])
    };
    let healths: Vec<Json> = groups.map(health).collect();
    let targets = || healths.iter().flat_map(|h| h["TargetHealthDescriptions"].as_array().unwrap());
    let said = |i: Json| {
        let name =
            i["Tags"].as_array().unwrap().iter().find(|t| t["Key"] == "Name").map(|t| text(&t["Value"])).unwrap();
        let own = targets().filter(|t| t["Target"]["Id"] == i["InstanceId"]);
        let mut states: Vec<&str> = own.map(|t| text(&t["TargetHealth"]["State"])).collect();
        // What no load balancer uses is not checked.
        states.retain(|s| *s != "unused");
        states.dedup();
        format!("{name} {} {} {}", text(&i["InstanceType"]), text(&i["State"]["Name"]), states.join(" "))
            .trim_end()
            .to_string()
    };
    let mut out: Vec<String> = all["Reservations"].as_array().unwrap().iter().flat_map(of).map(said).collect();
    out.sort();
    out
}

/// The lines of a console's journal that are whole.
fn journal(home: &Home) -> Vec<Json> {
    let all = std::fs::read_to_string(home.path().join(".state/skydeck/journal.jsonl")).unwrap_or_default();
    all.lines().filter_map(|l| serde_json::from_str(l).ok()).collect()
}

/// Whether every run in it has come to its end.
fn is_over(home: &Home) -> bool {
    let journal = journal(home);
    let runs = |events: &[&str]| {
        journal
            .iter()
            .filter(|l| events.contains(&text(&l["event"])))
            .map(|l| text(&l["run"]).to_string())
            .collect::<std::collections::BTreeSet<_>>()
    };
    let began = runs(&["began"]);
    !began.is_empty() && began.is_subset(&runs(&["ended", "forgotten"]))
}

/// What is done about a run that was cut off.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Choice {
    GoOn,
    Undo,
}

/// Begins the run and kills the console at the moment.
fn begin_and_kill(case: &Case, account: &Account, home: &Home, rng: &mut Rng) {
    let (line, later) = (rng.usize(1..=case.lines), if rng.bool() { 0 } else { rng.u64(0..LATER) });
    eprintln!("  killed {later} ms after line {line} of {}", case.lines);
    let mut console = account.console(home, case.view.0);
    let is_taken = |t: &Terminal| ["Continue to the plan", "copy command"].iter().any(|part| t.text().contains(part));
    after(&mut console, &[case.view.1], case.marks);
    for _ in 0..10 {
        after(&mut console, &[case.view.1], &format!(":{}\r", case.line));
        // A line is refused while what it names is still being asked for (the latest image), and is typed again.
        if console.gives(Duration::from_secs(5), is_taken) {
            break;
        }
    }
    goes_out(&mut console, home, case.phrase);
    assert!(console.gives(LONGEST, |_| journal(home).len() >= line || is_over(home)), "{}", console.text());
    std::thread::sleep(Duration::from_millis(later));
    console.signal(Signal::KILL);
}

/// Takes what the next start offers. What the account is to have in the end.
fn take_up<'a>(case: &Case, choice: Choice, console: &mut Terminal, home: &Home) -> &'a [&'static str] {
    console.sees("Left unfinished by an earlier start");
    console.send("\r");
    console.until("what can be done", |t| {
        let text = t.text();
        text.contains("leave it as it is") && !text.contains("is being looked for")
    });
    let text = console.text();
    let journal = journal(home);
    let sent = |l: &&Json| self::text(&l["event"]) == "intent";
    // What has nothing to be known by is said to be not known, and no more.
    if let Some(last) = journal.last().filter(sent)
        && self::text(&last["operation"]) != "CreateSecurityGroup"
    {
        assert!(text.contains("is not known"), "{last}\n{text}");
    }
    let undoes = text.contains("shows a plan that takes back each step, the last one first");
    let goes_on =
        text.contains("shows the remaining steps as a plan") || text.contains("watch the rows until they settle");
    match choice {
        Choice::Undo if undoes => {
            console.send("j\r");
            console.sees("Undo: ");
            confirm_again(console, home, "undo");
            case.nothing
        }
        Choice::Undo => {
            // Nothing was sent: there is nothing to undo.
            assert!(!journal.iter().any(|l| sent(&l)), "{text}");
            console.send("jj\r");
            case.nothing
        }
        Choice::GoOn if goes_on => {
            let looks = text.contains("watch the rows until they settle");
            console.send("\r");
            if !looks {
                console.sees("Continue: ");
                confirm_again(console, home, "go on");
            }
            case.whole
        }
        // What is not known and must not be sent twice cannot be gone on with.
        Choice::GoOn => {
            assert!(text.contains("received it is not known"), "{text}");
            console.send("j\r");
            console.sees("Undo: ");
            confirm_again(console, home, "undo");
            case.nothing
        }
    }
}

/// Confirms a plan that is confirmed by typing or not, as the run stands.
fn confirm_again(console: &mut Terminal, home: &Home, phrase: &str) {
    // What goes out is pinned to an account: many consoles at once take a while to ask for theirs.
    console.until("the account", |t| t.text().lines().next().is_some_and(|line| line.contains("000000000000")));
    console.until("the plan", |t| t.text().contains("copy command"));
    let typed = console.text().contains(&format!("Type  {phrase}"));
    goes_out(console, home, if typed { phrase } else { "" });
}

/// Confirms a plan until the journal says that it goes out: what changes at the last moment has it read and confirmed once more.
fn goes_out(console: &mut Terminal, home: &Home, phrase: &str) {
    let before = journal(home).len();
    let mut digits = Some("0000");
    let mut typed = phrase;
    for _ in 0..5 {
        confirm(console, typed, digits.take());
        console.until("a line of the journal", |t| journal(home).len() > before || plan_changed(t).is_some());
        if journal(home).len() > before {
            return;
        }
        typed = still_to_type(console, phrase);
    }
    panic!("it does not go out:\n{}", console.text());
}

fn killed(case: &Case, choice: Choice, rng: &mut Rng) {
    let account = Account::sandbox_with(case.speed, &LATE);
    let home = Home::new();
    if case.line.starts_with("restore") {
        let host = account.host();
        let volume = host["BlockDeviceMappings"][0]["Ebs"]["VolumeId"].as_str().unwrap().to_string();
        let name = "ResourceType=snapshot,Tags=[{Key=Name,Value=before}]";
        let made = account.aws(&["create-snapshot", "--volume-id", &volume, "--tag-specifications", name]);
        account.aws(&["wait", "snapshot-completed", "--snapshot-ids", text(&made["SnapshotId"])]);
    }
    begin_and_kill(case, &account, &home, rng);
    let finished = is_over(&home);
    let mut console = account.console(&home, case.view.0);
    let mut wanted = if finished { case.whole } else { take_up(case, choice, &mut console, &home) };
    let rests_elsewhere = |t: &Terminal| t.text().contains("not as planned, see :runs");
    let ends = |console: &Terminal| {
        assert!(console.gives(LONGEST, |t| is_over(&home) || rests_elsewhere(t)), "no end:\n{}", console.text());
    };
    ends(&console);
    if !is_over(&home) {
        // The last call never left, and must not be sent twice: what was done before it is undone.
        console.send(":runs\r").sees("left under way by an earlier run");
        console.send("\r");
        wanted = take_up(case, Choice::Undo, &mut console, &home);
        ends(&console);
    }
    console.send("q");
    drop(console);
    let mut has = (case.has)(&account);
    // What is taken away is seen for a moment.
    for _ in 0..20 {
        if has == wanted {
            break;
        }
        std::thread::sleep(Duration::from_millis(500));
        has = (case.has)(&account);
    }
    assert_eq!(has, wanted, "{:#?}", journal(&home));
}

/// Each case is gone on with and undone, all at once: they wait most of the time.
#[test]
fn a_run_that_is_killed_at_any_moment_is_gone_on_with_or_undone_to_the_end_and_nothing_is_done_twice() {
    if left_out("the AWS CLI on the sandbox") {
        return;
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (seed, only) = (number("SKYDECK_KILLED_SEED").unwrap_or(1), number("SKYDECK_KILLED_CASE"));
    let moments = |case: &Case| 0..case.moments;
    let all = (0..).zip(&CASES).flat_map(|(i, case)| {
        moments(case).flat_map(move |m| [(i, m, case, Choice::GoOn), (i, m, case, Choice::Undo)])
    });
    std::thread::scope(|scope| {
        for (i, moment, case, choice) in all.filter(|(i, ..)| only.is_none_or(|only| only == *i)) {
            scope.spawn(move || {
                let mut rng = Rng::with_seed(seed * 8 + i * 2 + u64::from(choice == Choice::Undo) + moment * 1000);
                // Whatever goes wrong is told with what it takes to see it again.
                let told = std::panic::catch_unwind(move || killed(case, choice, &mut rng));
                assert!(
                    told.is_ok(),
                    "{choice:?} after `{}` was killed: case {i}, seed {seed}, moment {moment}",
                    case.line
                );
            });
        }
    });
}

/// The script of a rolling change, run by `sh` with the real AWS CLI, brings about what the console does.
#[test]
fn the_script_of_a_rolling_change_does_what_the_console_does() {
    if left_out("the AWS CLI on the sandbox") {
        return;
    }
    let roll = &CASES[4];
    let account = Account::sandbox(AT_ONCE);
    let script = account.run(&["roll", "what=type", "type=t3.large", "--on", roll.view.0]);
    let waits = ["target-deregistered", "instance-stopped", "instance-running", "instance-status-ok"];
    assert!(
        waits.iter().all(|w| script.contains(&format!(" wait {w} "))) && script.contains("# batch 2 of 2"),
        "{script}"
    );
    // The last batch's targets are on their way when the script ends.
    let comes = |what: &str, there: &dyn Fn() -> bool| {
        let there = (0..120).any(|_| {
            there() || {
                std::thread::sleep(Duration::from_millis(500));
                false
            }
        });
        assert!(there, "{what} does not come");
    };
    comes("what the console does", &|| rolled(&account) == roll.whole);

    // A group that does nothing by itself meanwhile; and one member: the AWS CLI has no waiter for Standby, and the script has a loop.
    let own = ["AlarmNotification", "ScheduledActions", "AZRebalance", "HealthCheck", "ReplaceUnhealthy"];
    let rests = ["suspend-processes", "--auto-scaling-group-name", "my-asg-ec2", "--scaling-processes"];
    account.asked("autoscaling", &[&rests[..], &own].concat());
    let desired = ["set-desired-capacity", "--auto-scaling-group-name", "my-asg-ec2", "--desired-capacity", "3"];
    account.asked("autoscaling", &desired);
    let group = || {
        let all =
            account.asked("autoscaling", &["describe-auto-scaling-groups", "--auto-scaling-group-names", "my-asg-ec2"]);
        let serves = |i: &&Json| i["LifecycleState"] == "InService";
        let members = all["AutoScalingGroups"][0]["Instances"].as_array().unwrap().clone();
        let ids: Vec<String> = members.iter().filter(serves).map(|i| text(&i["InstanceId"]).to_string()).collect();
        (ids, all["AutoScalingGroups"][0]["DesiredCapacity"].clone())
    };
    comes("the third member", &|| group().0.len() == 3);
    let member = group().0[0].clone();
    let script = account.run(&["roll", "what=stop-start", "--on", &format!("instances id={member}")]);
    assert!(script.contains("enter-standby") && script.contains("until [ "), "{script}");
    comes("the member's service", &|| group().0.contains(&member) && group().0.len() == 3);
    assert_eq!(group().1, 3);
}
