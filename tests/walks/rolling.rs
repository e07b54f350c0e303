//! Rolling changes: form, plan, run, halt and end, at 80x24.

use skydeck::app::{Run, RunPhase};

use crate::support::desk::{Desk, Start};

/// At these instances, with where they serve known.
fn at(query: &str) -> Desk {
    let mut desk = Desk::start(Start { size: (80, 24), view: "targets", ..Start::default() });
    desk.go("target-groups").go("auto-scaling-groups").go("alarms").go(&format!("instances {query}"));
    assert!(desk.focused().is_some(), "{query}:\n{}", desk.text());
    desk
}

fn run(desk: &Desk) -> &Run {
    desk.engine.state.runs.last().expect("a run")
}

fn until(desk: &mut Desk, what: &str, there: impl Fn(&Run) -> bool) {
    for _ in 0..400 {
        if there(run(desk)) {
            return;
        }
        desk.wait(5.0).keys("r");
    }
    panic!("{what} never comes: {:?}\n{}", run(desk).phase, desk.text());
}

/// The two targets of a load balancer, one after the other.
#[test]
fn targets_are_drained_changed_and_back_one_after_the_other() {
    let mut desk = at("name=my-alchemine-app-ec2,my-alchemine-app-ec2-3");
    desk.keys("*").go("roll").screen("roll-form-80x24");
    desk.keys("esc").go("roll what=stop-start pause=5m").screen("roll-plan-80x24");
    desk.sees("roll 2");
}

fn confirmed(desk: &mut Desk) {
    let phrase = match desk.engine.state.overlays.last() {
        Some(skydeck::app::Overlay::Plan(p)) => match p.plan.confirm() {
            skydeck::model::Confirm::Type(text) => text,
            skydeck::model::Confirm::Enter => String::new(),
        },
        _ => panic!("no plan:\n{}", desk.text()),
    };
    let keys: Vec<String> = phrase.chars().map(|c| if c == ' ' { "space".into() } else { c.to_string() }).collect();
    desk.wait(1.0);
    if !keys.is_empty() {
        desk.keys(&keys.join(" "));
    }
    desk.keys("enter");
}

#[test]
fn a_rolling_change_ends_with_every_target_where_it_was_its_timeline_and_its_script() {
    let mut desk = at("name=my-alchemine-app-ec2,my-alchemine-app-ec2-3");
    desk.keys("*").go("roll what=stop-start pause=5m");
    confirmed(&mut desk);
    until(&mut desk, "a wait", |r| matches!(&r.phase, RunPhase::Waiting(_, text) if !text.is_empty()));
    desk.go("runs").screen("roll-runs-80x24");
    desk.keys("enter").sees("batch 1 of 2, waiting: ").sees("batch 2 of 2: not begun").sees("halt");
    desk.keys("esc esc");
    until(&mut desk, "the pause", |r| matches!(&r.phase, RunPhase::Waiting(w, _) if w.pause().is_some()));
    until(&mut desk, "the end", Run::is_over);
    assert!(matches!(run(&desk).phase, RunPhase::Settled(true, _)), "{:?}", run(&desk).phase);
    let n = run(&desk).record.batches().expect("batches");
    assert_eq!((desk.log.count("StopInstances"), desk.log.count("StartInstances")), (n, n));
    assert_eq!(desk.log.count("DeregisterTargets"), desk.log.count("RegisterTargets"));
    desk.go("runs").keys("enter").sees("batches 1 to 2 of 2: done").sees("copy the script");
    desk.keys("enter").sees("Timeline").sees("batch 2 of 2");
}

#[test]
fn a_rolling_change_that_is_halted_can_be_gone_on_with() {
    let mut desk = at("name=my-alchemine-app-ec2,my-alchemine-app-ec2-3");
    desk.keys("*").go("roll what=stop-start");
    confirmed(&mut desk);
    until(&mut desk, "a wait", |r| matches!(&r.phase, RunPhase::Waiting(_, text) if !text.is_empty()));
    desk.go("runs").keys("enter").pick("halt");
    assert_eq!(run(&desk).phase, RunPhase::Halted, "{}", desk.text());
    desk.wait(600.0);
    assert_eq!(desk.log.count("StopInstances"), 0, "nothing more was sent");
    desk.go("runs").keys("enter").screen("roll-halted-80x24");
    desk.keys("enter").sees("Continue: ");
    confirmed(&mut desk);
    until(&mut desk, "the end", Run::is_over);
    assert!(matches!(run(&desk).phase, RunPhase::Settled(true, _)), "{:?}", run(&desk).phase);
}

/// A group that is at its minimum lets no member go: said in the form, in AWS's words.
#[test]
fn a_member_of_an_auto_scaling_group_goes_through_standby() {
    let mut desk = at("name=my-asg-ec2");
    desk.go("roll").screen("roll-member-80x24");
}

/// The link is down for the call that stops an instance: the change says so, tries again, and ends as if nothing had been.
#[test]
fn a_rolling_change_outlasts_a_lost_link() {
    let mut desk = at("name=my-alchemine-app-ec2,my-alchemine-app-ec2-3");
    desk.keys("*").go("roll what=stop-start");
    confirmed(&mut desk);
    desk.sandbox.faults().add("ec2:StopInstances cut 0 for 400s".parse().unwrap());
    until(&mut desk, "a lost link", |r| r.record.is_lost().is_some_and(|(_, lost)| lost.tries > 2));
    let (_, lost) = run(&desk).record.is_lost().unwrap();
    assert!(lost.maybe, "an answer that breaks off may be one to what was done");
    let said =
        desk.engine.state.messages.iter().filter(|m| m.text.contains("goes on by itself once there is one")).count();
    assert_eq!(said, 1, "said once");
    desk.go("runs").keys("enter").sees("goes on by itself").sees("halt").keys("esc esc");
    until(&mut desk, "the end", Run::is_over);
    assert!(matches!(run(&desk).phase, RunPhase::Settled(true, _)), "{:?}", run(&desk).phase);
    let titles: Vec<String> = run(&desk).record.timeline().into_iter().map(|r| r.title).collect();
    assert!(titles.iter().any(|t| t.starts_with("no answer, sent ")), "{titles:?}");
    desk.go("runs").keys("enter enter").sees("✓").sees("batch 1 of 2").misses("stop my-alchemine-app-ec2");
    desk.keys("enter").sees("no answer, sent ");
}

/// A command over ssh: its form, its plan with the words that ssh gets, and what it says in the run's record. The simulated shell stands in for ssh.
#[test]
fn a_rolling_command_is_carried_out_by_the_simulated_shell() {
    let mut desk = at("name=my-bastion-host");
    desk.go("images").go("security-groups").go("instances name=my-bastion-host");
    desk.go("roll what=command command=\"hostname -f\"").sees("Rolling change of").screen("roll-command-form-80x24");
    desk.keys("ctrl-o").sees("What the command changes is not known here").screen("roll-command-plan-80x24");
    confirmed(&mut desk);
    until(&mut desk, "the end", Run::is_over);
    assert!(matches!(run(&desk).phase, RunPhase::Settled(true, _)), "{:?}", run(&desk).phase);
    let titles: Vec<String> = run(&desk).record.timeline().into_iter().map(|r| r.title).collect();
    assert!(titles[0].starts_with("run hostname -f on my-bastion-host: exit status 0: ip-10-"), "{titles:?}");
    desk.go("runs").keys("enter enter").sees("Timeline").keys("enter").sees("exit status 0: ip-10-");
}
