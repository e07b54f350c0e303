//! Changes: form, plan, confirm, watch; and what must never be sent twice, or without being written down first.

use std::os::unix::fs::PermissionsExt;

use skydeck::app::{Overlay, RunPhase};
use skydeck::base::{RowId, Secret};

use crate::support::desk::{Desk, Start};

/// At an instance, with everything known that plans ask for.
fn at(name: &str) -> Desk {
    let mut desk = Desk::open();
    // What a plan wants to know of is asked while it is shown; here it is known before.
    desk.go("targets").go("auto-scaling-groups").go(&format!("instances name={name}"));
    assert!(desk.focused().is_some(), "{name}:\n{}", desk.text());
    desk
}

fn plan_is_open(desk: &Desk) -> bool {
    desk.engine.state.overlays.iter().any(|o| matches!(o, Overlay::Plan(_)))
}

fn settled(desk: &Desk) -> Option<bool> {
    desk.engine.state.runs.last().and_then(|r| match &r.phase {
        RunPhase::Settled(ok, _) => Some(*ok),
        _ => None,
    })
}

/// Lets time pass until the newest run is over.
fn until_over(desk: &mut Desk) {
    for _ in 0..200 {
        if desk.engine.state.runs.last().is_some_and(skydeck::app::Run::is_over) {
            return;
        }
        desk.wait(5.0).keys("r");
    }
    panic!("it never comes to rest:\n{}", desk.text());
}

fn journal(desk: &Desk) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(&desk.journal).unwrap_or_default();
    text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

#[test]
fn an_instance_is_stopped_from_the_menu_to_the_plan_to_its_rest_and_the_journal_has_it_all() {
    let mut desk = at("my-private-ec2");
    desk.keys("a").screen("actions-menu");
    desk.pick("Stop").screen("stop-plan-120x40");
    desk.sees("aws ec2 stop-instances").sees("IAM allows");
    assert_eq!(desk.log.count("StopInstances"), 0, "a plan only asks for permission");
    assert!(!desk.journal.exists(), "nothing is written down before it is confirmed");
    desk.keys("enter");
    assert_eq!(desk.log.count("StopInstances"), 1);
    desk.wait(2.0).keys("r").screen("stopping");
    until_over(&mut desk);
    assert_eq!(settled(&desk), Some(true), "{}", desk.text());
    desk.keys("r").sees("stopped").screen("stopped");
    assert_eq!(desk.log.count("StopInstances"), 1, "and it is never sent again");

    let mode = std::fs::metadata(&desk.journal).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let lines = journal(&desk);
    let events: Vec<&str> = lines.iter().map(|l| l["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["began", "intent", "outcome", "ended"]);
    let intent = &lines[1];
    assert_eq!(intent["operation"], "StopInstances");
    assert_eq!(intent["account"], "000000000000");
    assert_eq!(intent["region"], "ap-northeast-2");
    assert!(intent["identity"].as_str().unwrap().starts_with("arn:aws:"), "{intent}");
    let intent_id = intent["parameters"]["InstanceIds"][0].as_str().expect("an id").to_string();
    assert!(intent_id.starts_with("i-"), "{intent}");
    assert!(lines[2]["request_id"].as_str().is_some_and(|r| !r.is_empty()), "{}", lines[2]);
    let text = std::fs::read_to_string(&desk.journal).unwrap();
    for secret in ["secret", "Secret", "AKIA", "Signature", "token", "Credential"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    // What was seen of it is in the detail, also the checks of another table.
    desk.keys("d").wait(0.3).keys("tab 5").sees("changes").screen("changes-120x40");
    desk.sees("● running → ◐ stopping").sees("◐ stopping → ○ stopped").sees("3/3 → –");
    desk.keys("d");
    // And so is what changed anywhere, from wherever one is.
    desk.go("buckets").keys("C").screen("all-changes-120x40");
    desk.sees("state stopping → stopped");
    desk.keys("/ s t o p p e d enter").sees("Instances  ");
    let at = desk.engine.state.view.cursor.clone().expect("a row");
    assert_eq!((at.table.kind.name, &*at.id), ("instances", intent_id.as_str()));
    desk.keys("[ [");
    desk.go("runs").screen("runs");
    desk.keys("enter").sees("aws ec2 start-instances");
}

#[test]
fn plans_look_right_in_every_theme_and_size() {
    for (size, name) in [((120, 40), "120x40"), ((80, 24), "80x24")] {
        for theme in ["dark", "light", "mono"] {
            let mut desk = Desk::start(Start { size, theme, view: "targets", ..Start::default() });
            desk.go("auto-scaling-groups").go("instances name=my-alchemine-app-ec2").go("stop");
            desk.screen(&format!("plan-{name}-{theme}"));
        }
    }
}

#[test]
fn the_options_of_a_stop_wait_behind_tab() {
    let mut desk = at("my-private-ec2");
    desk.go("stop").keys("tab").screen("stop-options");
    desk.keys("esc esc");
    desk.go("stop force").sees("--force").sees("!");
    desk.keys("enter enter");
    assert_eq!(desk.log.count("StopInstances"), 0, "force is severe: a bare Enter does nothing");
}

#[test]
fn keys_pressed_twice_do_nothing_twice() {
    let mut desk = at("my-private-ec2");
    desk.go("stop").press("enter enter enter");
    desk.settle();
    desk.keys("enter enter esc enter");
    assert_eq!(desk.log.count("StopInstances"), 1, "{:?}", desk.log.writes());
    assert_eq!(desk.engine.state.runs.len(), 1);
}

#[test]
fn what_is_typed_or_pasted_into_a_plan_does_not_confirm_it() {
    let mut desk = at("my-private-ec2");
    desk.go("stop");
    desk.engine.handle(skydeck::model::Event::Paste(Secret::new("y\n\r\nyes\n".into())));
    desk.settle();
    assert_eq!(desk.log.count("StopInstances"), 0);
    assert!(plan_is_open(&desk), "{}", desk.text());
}

#[test]
fn an_instance_is_terminated_only_when_its_name_is_typed() {
    let mut desk = at("my-private-ec2");
    desk.go("terminate").screen("terminate-plan");
    desk.keys("enter").sees("my-private-ec2");
    desk.text_in("my-private-ec").keys("enter");
    desk.keys("backspace backspace").text_in("x").keys("enter");
    assert_eq!(desk.log.count("TerminateInstances"), 0);
    desk.keys("ctrl-u").text_in("my-private-ec2").screen("terminate-typed").keys("enter");
    assert_eq!(desk.log.count("TerminateInstances"), 1, "{}", desk.text());
    until_over(&mut desk);
    assert_eq!(settled(&desk), Some(true));
    desk.keys("r").screen("terminated");
}

#[test]
fn several_marked_rows_are_terminated_by_a_phrase_that_counts_them() {
    let mut desk = at("ci-runner-1,ci-runner-2,ci-runner-3");
    desk.keys("M").go("terminate").sees("terminate 3").screen("terminate-three");
    desk.text_in("terminate 2").keys("enter");
    assert_eq!(desk.log.count("TerminateInstances"), 0);
    desk.keys("ctrl-u").text_in("terminate 3").keys("enter");
    assert_eq!(desk.log.count("TerminateInstances"), 1, "one call for the three");
}

#[test]
fn stopping_the_only_healthy_target_is_severe_and_needs_its_name() {
    let mut desk = at("my-alchemine-app-ec2");
    desk.go("stop").sees("! ").sees("is the only healthy target of target group my-alchemine-app-tg-8080");
    desk.keys("enter");
    assert_eq!(desk.log.count("StopInstances"), 0);
    desk.text_in("my-alchemine-app-ec2").keys("enter");
    assert_eq!(desk.log.count("StopInstances"), 1, "{}", desk.text());
}

#[test]
fn stopping_a_member_says_that_its_group_will_terminate_and_replace_it() {
    let mut desk = at("my-asg-ec2");
    desk.go("stop").sees("! ").sees("my-asg-ec2 treats a stopped instance as unhealthy").screen("stop-member");
    desk.keys("enter");
    assert_eq!(desk.log.count("StopInstances"), 0);
}

#[test]
fn what_a_plan_does_not_know_it_asks_for_and_knows_then() {
    // Neither target health nor groups were looked at before.
    let mut desk = Desk::start(Start { view: "instances name=my-alchemine-app-ec2", ..Start::default() });
    desk.go("stop");
    desk.sees("is the only healthy target of target group my-alchemine-app-tg-8080");
    desk.screen("plan-knows-more");
    // What was meant for the plan before must not confirm this one.
    desk.text_in("my-alchemine-app-ec2").keys("enter");
    assert_eq!(desk.log.count("StopInstances"), 0);
    desk.wait(1.5).keys("enter");
    assert_eq!(desk.log.count("StopInstances"), 1, "{}", desk.text());
}

#[test]
fn state_that_changed_since_the_plan_was_read_stops_it() {
    let mut desk = at("my-private-ec2");
    let id: RowId = desk.focused().unwrap();
    desk.go("stop");
    // Somebody else stops it meanwhile.
    let log = desk.log.clone();
    let mut other = Desk::beside(&desk, Start { view: "instances name=my-private-ec2", ..Start::default() });
    other.go("targets").go("auto-scaling-groups").go("instances name=my-private-ec2").go("stop").keys("enter");
    assert_eq!(other.log.count("StopInstances"), 1, "{}", other.text());
    other.wait(1.0);
    desk.keys("enter");
    assert_eq!(log.count("StopInstances"), 0, "{id}: {}", desk.text());
    desk.screen("plan-changed");
}

#[test]
fn a_denied_permission_is_said_before_anything_is_confirmed() {
    let mut desk = at("my-private-ec2");
    desk.sandbox.faults().add("ec2:StopInstances deny".parse().unwrap());
    desk.go("stop").screen("plan-denied");
}

#[test]
fn a_call_that_fails_says_why_and_the_console_goes_on() {
    let mut desk = at("my-private-ec2");
    desk.go("stop");
    desk.sandbox.faults().add("ec2:StopInstances deny".parse().unwrap());
    desk.keys("enter").screen("run-failed");
    assert!(matches!(desk.engine.state.runs.last().map(|r| &r.phase), Some(RunPhase::Failed(_))));
    let events: Vec<_> = journal(&desk).iter().map(|l| l["event"].as_str().unwrap().to_string()).collect();
    assert_eq!(events, ["began", "intent", "outcome", "ended"]);
    desk.keys("j k").sees("my-private-ec2");
}

#[test]
fn a_journal_that_cannot_be_written_refuses_the_change() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let mut desk = Desk::start(Start { state: Some(file), view: "targets", ..Start::default() });
    desk.go("auto-scaling-groups").go("instances name=my-private-ec2").go("stop").keys("enter");
    assert_eq!(desk.log.count("StopInstances"), 0);
    desk.go("messages").sees("Nothing was sent");
}

#[test]
fn a_run_that_was_cut_off_is_offered_at_the_next_start() {
    let mut desk = at("my-private-ec2");
    desk.go("stop").keys("enter");
    assert_eq!(journal(&desk).last().unwrap()["event"], "outcome");
    let mut desk = desk.again();
    desk.screen("left-under-way");
    desk.keys("enter").screen("left-choices");
    desk.pick("go on").keys("esc");
    let text = desk.text();
    assert_eq!(desk.log.writes(), [], "nothing is sent without a plan: {text}");
}

#[test]
fn a_cut_off_run_is_forgotten_when_told_so() {
    let mut desk = at("my-private-ec2");
    desk.go("stop").keys("enter");
    let mut desk = desk.again();
    desk.keys("enter").pick("forget");
    let mut desk = desk.again();
    desk.misses("under way");
}

#[test]
fn quitting_while_something_is_under_way_asks_first() {
    let mut desk = at("my-private-ec2");
    desk.go("stop");
    // Not before: the dry run is as slow.
    desk.sandbox.faults().add("ec2:StopInstances delay 2s".parse().unwrap());
    desk.press("enter");
    desk.until_that(|d| d.log.count("StopInstances") == 1);
    desk.press("q");
    let text = desk.text();
    assert!(desk.host.is_empty(), "{text}");
    desk.press("n");
    desk.settle();
    assert_eq!(desk.log.count("StopInstances"), 1);
}

#[test]
fn tags_are_edited_in_place_and_sent_as_the_difference() {
    let mut desk = at("my-private-ec2");
    desk.go("tags").screen("tags-draft");
    desk.keys("esc").go("tags set=Team=web").screen("tags-plan");
    desk.keys("enter");
    assert_eq!(desk.log.count("CreateTags"), 1, "{}", desk.text());
    assert_eq!(desk.log.count("DeleteTags"), 0);
}

#[test]
fn tags_of_several_rows_are_one_table_whose_cells_say_what_is_wrong() {
    for (size, theme) in [((120, 40), "dark"), ((80, 24), "light"), ((80, 24), "mono")] {
        let at = format!("{}x{}-{theme}", size.0, size.1);
        let mut desk = Desk::start(Start { size, theme, view: "instances name:my-", ..Start::default() });
        desk.keys("M").go("tags").screen(&format!("tags-several-{at}"));
        // A value for all, a row that goes, a new one with Hangul, and a key that is AWS's own.
        desk.keys("down right enter ctrl-u").text_in("prod").keys("enter n").text_in("팀").keys("enter");
        desk.text_in("결제와 정산을 맡은 아주 긴 이름의 팀".repeat(3).as_str()).keys("enter n");
        desk.text_in("aws:x").keys("enter esc A").screen(&format!("tags-wrong-{at}"));
        desk.sees("keys that begin with aws: are reserved for AWS.");
        desk.keys("d A").screen(&format!("tags-several-plan-{at}"));
        assert_eq!(desk.log.count("CreateTags"), 0);
    }
}

#[test]
fn a_draft_typed_in_the_palette_is_a_plan_and_read_only_carries_out_none() {
    let mut desk = at("my-private-ec2");
    desk.go("tags +Team=web -Env").sees("aws ec2 create-tags").sees("aws ec2 delete-tags").keys("enter");
    assert_eq!((desk.log.count("CreateTags"), desk.log.count("DeleteTags")), (1, 1), "{}", desk.text());
    let mut desk = Desk::start(Start { read_only: true, view: "instances name=my-private-ec2", ..Start::default() });
    desk.go("tags +Team=web").sees("Read-only").keys("enter");
    assert_eq!(desk.log.writes(), []);
}

#[test]
fn user_data_is_edited_in_the_form_and_is_in_no_plan_and_no_journal() {
    for (size, theme) in [((120, 40), "dark"), ((80, 24), "light"), ((80, 24), "mono")] {
        let at = format!("{}x{}-{theme}", size.0, size.1);
        let mut desk = Desk::start(Start { size, theme, view: "instances state:stopped", ..Start::default() });
        desk.go("edit-user-data");
        desk.settle();
        desk.screen(&format!("user-data-{at}"));
        desk.keys("enter ctrl-end").text_in("#!/bin/sh").keys("enter").text_in("echo 결제 hunter2").keys("enter");
        desk.screen(&format!("user-data-open-{at}"));
        desk.keys("alt-enter").screen(&format!("user-data-plan-{at}"));
        desk.sees("aws ec2 modify-instance-attribute").sees("Value@=fileb://user-data.txt").misses("hunter2");
        desk.keys("enter");
        assert_eq!(desk.log.count("ModifyInstanceAttribute"), 1, "{}", desk.text());
        let written = std::fs::read_to_string(&desk.journal).unwrap();
        assert!(written.contains("ModifyInstanceAttribute") && !written.contains("hunter2"), "{written}");
        assert!(!format!("{:?}", desk.engine.state.runs.last().map(|r| &r.record)).contains("hunter2"));
        // What is there now is what is edited next.
        until_over(&mut desk);
        assert_eq!(settled(&desk), Some(true), "{}", desk.text());
        desk.go("edit-user-data");
        desk.settle();
        desk.keys("enter").sees("echo 결제 hunter2");
    }
}

#[test]
fn user_data_is_seen_but_not_changed_where_nothing_may_be() {
    let mut desk = Desk::start(Start { read_only: true, view: "instances state:stopped", ..Start::default() });
    desk.go("edit-user-data");
    desk.settle();
    desk.keys("enter").text_in("x").keys("alt-enter").sees("Read-only").keys("enter");
    assert_eq!(desk.log.writes(), []);
}

#[test]
fn an_action_is_found_by_typing_and_an_address_is_made_in_place() {
    let view = "instances name=my-bastion-host";
    let mut desk = Desk::start(Start { size: (80, 24), view, ..Start::default() });
    desk.keys("a / a d d r")
        .screen("actions-narrowed-80x24")
        .sees("Associate an Elastic IP address")
        .misses("Terminate");
    desk.keys("enter").settle();
    desk.screen("associate-address-form-80x24")
        .keys("enter")
        .screen("associate-address-picker-80x24")
        .keys("down down enter");
    desk.sees("The instance already has it.").keys("ctrl-c").go(view);
    desk.go("associate-address address=new name=jump").screen("associate-address-plan-80x24");
    desk.sees("allocate-address").sees("still billed");
    assert!(desk.log.writes().iter().all(|asked| asked.dry_run));
}

#[test]
fn rows_that_nobody_looked_at_are_asked_for_and_completed_in_the_palette() {
    let mut desk = Desk::start(Start { size: (80, 24), view: "instances name=my-bastion-host", ..Start::default() });
    assert_eq!(desk.log.count("DescribeAddresses"), 0);
    desk.keys(":").text_in("associate-address address=old").settle();
    desk.sees("old-vpn").screen("palette-rows-80x24").keys("tab enter");
    desk.sees("203.0.113.121 → 203.0.113.203");
}

#[test]
fn a_picker_says_in_whole_sentences_why_there_are_no_others() {
    for (size, at) in [((80, 24), "80x24"), ((120, 40), "120x40")] {
        let mut desk = Desk::start(Start { size, view: "volumes state:available", ..Start::default() });
        desk.go("attach").keys("enter").settle();
        desk.screen(&format!("attach-picker-{at}")).sees("its own zone only.");
    }
}

#[test]
fn a_volumes_rare_fields_are_folded_and_its_price_is_seen() {
    for (size, at) in [((120, 40), "120x40"), ((80, 24), "80x24")] {
        let mut desk = Desk::start(Start { size, view: "volumes", ..Start::default() });
        desk.go("create-volume").screen(&format!("create-volume-{at}")).sees("▹ more").sees("a month as gp3");
        desk.keys("tab tab tab enter").screen(&format!("create-volume-open-{at}")).sees("▾ more");
    }
}

#[test]
fn the_desired_capacity_is_set_and_the_group_follows() {
    let mut desk = Desk::start(Start { view: "auto-scaling-groups my-asg-ec2", ..Start::default() });
    desk.go("set-desired-capacity").screen("capacity-form").keys("esc");
    desk.go("set-desired-capacity 3").screen("capacity-plan").keys("enter");
    assert_eq!(desk.log.count("SetDesiredCapacity"), 1, "{}", desk.text());
    until_over(&mut desk);
    assert_eq!(settled(&desk), Some(true), "{}", desk.text());
}

#[test]
fn a_target_is_taken_out_and_put_back() {
    let mut desk = Desk::start(Start { view: "targets tg=my-asg-ec2-tg", ..Start::default() });
    desk.go("deregister").sees("aws elbv2 deregister-targets").screen("deregister-plan");
    assert_eq!(desk.log.writes(), []);
    desk.keys("esc");
    // One that gets no traffic is taken out by a bare Enter.
    desk.go("targets tg=my-alchemine-app-tg-80 state:unhealthy").go("deregister").keys("enter");
    assert_eq!(desk.log.count("DeregisterTargets"), 1, "{}", desk.text());
    until_over(&mut desk);
    assert_eq!(settled(&desk), Some(true), "{}", desk.text());
}

#[test]
fn alarm_actions_are_switched_off_and_on() {
    let mut desk = Desk::start(Start { view: "alarms", ..Start::default() });
    desk.go("disable-actions").sees("notifies nobody").screen("alarm-plan").keys("enter");
    assert_eq!(desk.log.count("DisableAlarmActions"), 0, "nobody being notified is severe");
    desk.text_in("db-cpu-critical").keys("enter");
    desk.until_that(|d| d.text().lines().any(|l| l.contains("db-cpu-critical") && l.trim_end().ends_with("no")));
    assert_eq!(desk.log.count("DisableAlarmActions"), 1, "{}", desk.text());
    desk.wait(3.0).keys("r").go("enable-actions").keys("enter");
    assert_eq!(desk.log.count("EnableAlarmActions"), 1, "{}", desk.text());
}

/// Tags of several rows are one table; where they differ it says so, and nothing is set there unless it is typed over.
#[test]
fn tags_of_several_rows_are_mixed_until_one_value_is_typed() {
    let mut desk = Desk::open();
    desk.keys("space space space").go("tags").sees("(mixed)").sees("1 of 3: batch").screen("tags-of-several");
    desk.keys("j right enter").text_in("qa").keys("enter").misses("all 3: ci, prod (mixed)").keys("A");
    desk.sees("copy command").sees("Key=Env,Value=qa").misses("Key=tier");
}
