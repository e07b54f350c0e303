//! Rolling changes over fleets by chance: in Auto Scaling groups, in target groups, in both, in none, with several ports. The calls of each plan
//! are carried out on a pure account that keeps AWS's rules.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::base::Time;
use crate::kinds::autoscaling::auto_scaling_groups::{self as groups, fields as group_fields};
use crate::kinds::ec2::instances::fields;
use crate::kinds::ec2::instances::instance::GROUP_TAG;
use crate::kinds::elbv2::{target_groups, targets};
use crate::kinds::testing::{Rows, consequences, row, texts, values};
use crate::model::{Arg, Call, Confirm, RunEntry, RunRecord, Selector, StepState, Value, Waiter};

/// An instance of a fleet: its Auto Scaling group, and the target groups and ports that it was registered with by hand.
#[derive(Debug, Clone)]
struct Member {
    group: Option<usize>,
    by_hand: BTreeSet<(usize, i64)>,
}

#[derive(Debug, Clone)]
struct Fleet {
    members: Vec<Member>,
    /// Of each Auto Scaling group, by how much its desired capacity may go down.
    room: [i64; 2],
}

fn fleet() -> impl Strategy<Value = Fleet> {
    let port = prop_oneof![Just(80_i64), Just(8080)];
    let member = (prop::option::of(0..2_usize), prop::collection::btree_set((0..3_usize, port), 0..4))
        .prop_map(|(group, by_hand)| Member { group, by_hand });
    (prop::collection::vec(member, 1..13), [0..6_i64, 0..6_i64]).prop_map(|(members, room)| Fleet { members, room })
}

fn id(i: usize) -> String {
    format!("i-{i:04}")
}

fn arn(name: &str) -> String {
    format!("arn:aws:elasticloadbalancing:ap-northeast-2:000000000000:targetgroup/{name}/73e2d6bc24d8a067")
}

/// The target group that an Auto Scaling group keeps.
fn kept(group: usize) -> String {
    arn(&format!("kept-{group}"))
}

/// What AWS knows.
#[derive(Debug, Clone, PartialEq)]
struct Account {
    types: BTreeMap<String, String>,
    running: BTreeSet<String>,
    /// By group: minimum, desired, and whether each member is in service.
    groups: BTreeMap<String, (i64, i64, BTreeMap<String, bool>)>,
    targets: BTreeSet<(String, String, i64)>,
}

impl Fleet {
    fn account(&self) -> Account {
        let mut out = Account {
            types: BTreeMap::new(),
            running: BTreeSet::new(),
            groups: BTreeMap::new(),
            targets: BTreeSet::new(),
        };
        for (i, m) in self.members.iter().enumerate() {
            out.types.insert(id(i), "t3.micro".into());
            out.running.insert(id(i));
            if let Some(g) = m.group {
                let group = out.groups.entry(format!("asg-{g}")).or_insert((0, 0, BTreeMap::new()));
                group.1 += 1;
                group.2.insert(id(i), true);
                out.targets.insert((kept(g), id(i), 80));
            }
            out.targets.extend(m.by_hand.iter().map(|(tg, port)| (arn(&format!("hand-{tg}")), id(i), *port)));
        }
        for (g, room) in self.room.iter().enumerate() {
            if let Some(group) = out.groups.get_mut(&format!("asg-{g}")) {
                group.0 = (group.1 - room).max(0);
            }
        }
        out
    }

    fn rows(&self) -> (Rows, Vec<crate::kinds::action::Target>) {
        let account = self.account();
        let mut rows = Rows::default();
        let of_group = |(name, (min, desired, members)): (&String, &(i64, i64, BTreeMap<String, bool>))| {
            let ids: Vec<&str> = members.keys().map(String::as_str).collect();
            let kept = arn(&name.replace("asg", "kept"));
            row(&groups::INFO, name, name, "steady")
                .with(&group_fields::INSTANCES, texts(&ids))
                .with(&group_fields::SERVING, texts(&ids))
                .with(&group_fields::STANDBY, texts(&[]))
                .with(&group_fields::MIN, Value::Int(*min))
                .with(&group_fields::DESIRED, Value::Int(*desired))
                .with(&group_fields::MAX, Value::Int(desired + 2))
                .with(&group_fields::TARGET_GROUP_ARNS, texts(&[&kept]))
                .record()
        };
        rows.complete(&groups::INFO, Selector::All, account.groups.iter().map(of_group).collect());
        let arns: BTreeSet<&String> = account.targets.iter().map(|(arn, ..)| arn).collect();
        let balanced = |arn: &&String| {
            row(&target_groups::INFO, arn, arn, "").with(&target_groups::LOAD_BALANCERS, texts(&["my-alb"])).record()
        };
        rows.complete(&target_groups::INFO, Selector::All, arns.iter().map(balanced).collect());
        let target = |(arn, id, port): &(String, String, i64)| {
            let row_id = targets::row_id(arn, id, i32::try_from(*port).ok());
            row(&targets::INFO, &row_id, "", "healthy")
                .with(&targets::ID, Value::text(id.as_str()))
                .with(&targets::PORT, Value::Int(*port))
                .with(&targets::TARGET_GROUP_ARN, Value::text(arn.as_str()))
                .record()
        };
        rows.complete(&targets::INFO, Selector::All, account.targets.iter().map(target).collect());
        let instance = |(i, m): (usize, &Member)| {
            let name = m.group.map(|g| format!("asg-{g}"));
            let tags: Vec<(&str, &str)> = name.iter().map(|n| (GROUP_TAG, n.as_str())).collect();
            let row = row(&INFO, &id(i), &format!("web-{i}"), "running").with(&fields::TYPE, Value::text("t3.micro"));
            rows.target(&INFO, row.tags(&tags).record())
        };
        let all = self.members.iter().enumerate().map(instance).collect();
        (rows, all)
    }
}

fn ids(call: &Call, name: &str) -> Vec<String> {
    call.get(name).map(Arg::texts).unwrap_or_default()
}

fn text(call: &Call, name: &str) -> String {
    call.get(name).and_then(Arg::as_str).unwrap_or_default().to_string()
}

impl Account {
    /// Carries out a call as AWS does, and refuses what AWS refuses. `alone` are in no group: they may be stopped where they stand.
    fn call(&mut self, call: &Call, alone: &BTreeSet<String>) -> Result<(), String> {
        let is_out = |account: &Account, id: &String| {
            let serves = account.groups.values().any(|g| g.2.get(id) == Some(&true));
            alone.contains(id) || !(serves || account.targets.iter().any(|(_, t, _)| t == id))
        };
        let instances = ids(call, "InstanceIds");
        match call.op.name {
            "EnterStandby" | "ExitStandby" => {
                let enters = call.op.name == "EnterStandby";
                let name = text(call, "AutoScalingGroupName");
                let group = self.groups.get_mut(&name).ok_or("no such group")?;
                let n = i64::try_from(instances.len()).expect("few");
                if enters
                    && (group.1 - n < group.0 || call.get("ShouldDecrementDesiredCapacity") != Some(&Arg::Bool(true)))
                {
                    return Err(format!("{name} has min-size={}, desired-size={}", group.0, group.1));
                }
                group.1 += if enters { -n } else { n };
                for id in &instances {
                    let serves = group.2.get_mut(id).ok_or("not a member")?;
                    if *serves != enters || !self.running.contains(id) {
                        return Err(format!("{id} is not in {}", if enters { "InService" } else { "Standby" }));
                    }
                    *serves = !enters;
                    let target = (arn(&name.replace("asg", "kept")), id.clone(), 80);
                    if enters {
                        self.targets.remove(&target)
                    } else {
                        self.targets.insert(target)
                    };
                }
            }
            "RegisterTargets" | "DeregisterTargets" => {
                let arn = text(call, "TargetGroupArn");
                let Some(Arg::List(all)) = call.get("Targets") else { return Err("no targets".into()) };
                for t in all {
                    let id = t.member("Id").and_then(Arg::as_str).ok_or("no id")?.to_string();
                    let port = t.member("Port").and_then(Arg::as_int).ok_or("no port")?;
                    let registers = call.op.name == "RegisterTargets";
                    if registers && !self.running.contains(&id) {
                        return Err(format!("{id} is not running"));
                    }
                    let target = (arn.clone(), id.clone(), port);
                    let changed = if registers { self.targets.insert(target) } else { self.targets.remove(&target) };
                    if !changed {
                        return Err(format!("{} of {id} changes nothing", call.op.name));
                    }
                }
            }
            "StopInstances" | "RebootInstances" => {
                for id in &instances {
                    if !is_out(self, id) {
                        return Err(format!("{} of {id}, which serves", call.op.name));
                    }
                    if call.op.name == "StopInstances" && !self.running.remove(id) {
                        return Err(format!("{id} is stopped"));
                    }
                }
            }
            "StartInstances" => self.running.extend(instances),
            "ModifyInstanceAttribute" => {
                let id = text(call, "InstanceId");
                let ty = call.get("InstanceType").and_then(|t| t.member("Value")).and_then(Arg::as_str);
                if self.running.contains(&id) {
                    return Err(format!("IncorrectInstanceState: {id} runs"));
                }
                self.types.insert(id, ty.ok_or("no type")?.into());
            }
            other => return Err(format!("{other} is no call of a rolling change")),
        }
        Ok(())
    }

    /// Those that do not serve as they did in the beginning.
    fn out(&self, before: &Account) -> usize {
        let gone = |id: &&String| {
            let target = |(arn, t, port): &(String, String, i64)| {
                t == *id && !self.targets.contains(&(arn.clone(), t.clone(), *port))
            };
            !self.running.contains(*id)
                || self.groups.values().any(|g| g.2.get(*id) == Some(&false))
                || before.targets.iter().any(target)
        };
        before.types.keys().filter(gone).count()
    }
}

/// A run of which this many steps were done.
fn run_after(plan: &Plan, steps: usize) -> RunRecord {
    let mut run = RunRecord::new("1-1-1".into(), Time::from_secs(1), plan);
    for step in 0..steps {
        let at = Time::from_secs(i64::try_from(step).expect("few") + 2);
        run.apply(&RunEntry::Outcome { step, state: StepState::Done, outputs: Vec::new() }, at);
    }
    run
}

fn alone(fleet: &Fleet) -> BTreeSet<String> {
    let is = |(_, m): &(usize, &Member)| m.group.is_none() && m.by_hand.is_empty();
    fleet.members.iter().enumerate().filter(is).map(|(i, _)| id(i)).collect()
}

/// Whether some batch takes more of a group than its minimum allows.
fn is_refused(fleet: &Fleet, batch: usize) -> bool {
    fleet.members.chunks(batch).any(|b| {
        (0..2).any(|g| {
            let n = i64::try_from(b.iter().filter(|m| m.group == Some(g)).count()).expect("few");
            let all = i64::try_from(fleet.members.iter().filter(|m| m.group == Some(g)).count()).expect("few");
            n > 0 && n > fleet.room[g].min(all)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Never more than a batch is out of service, each is changed once, and at the end each is exactly where it was; wherever it stops, its way
    /// back leads to the beginning.
    #[test]
    fn a_fleet_is_changed_batch_by_batch_and_is_then_where_it_was(
        fleet in fleet(), batch in 1..13_usize, what in 0..3_usize, stops in 0..1000_usize,
    ) {
        let batch = batch.min(fleet.members.len());
        let what = ["stop-start", "reboot", "type"][what];
        let (rows, all) = fleet.rows();
        let size = batch.to_string();
        let mut put = vec![("what", what), ("batch", size.as_str()), ("pause", "5m")];
        if what == "type" {
            put.push(("type", "t3.small"));
        }
        let planned = ROLL.planned(&rows.context(&all), &values(&put));
        if is_refused(&fleet, batch) {
            let fault = planned.expect_err("AWS would refuse it");
            prop_assert!(fault.message.contains("min-size"), "{}", fault.message);
            return Ok(());
        }
        let plan = planned.expect("a plan");
        let (before, alone) = (fleet.account(), alone(&fleet));
        let (mut now, mut changed) = (before.clone(), BTreeMap::<String, usize>::new());
        let end = stops % (plan.steps.len() + 1);
        let mut midway = before.clone();
        for (i, step) in plan.steps.iter().enumerate() {
            if i == end {
                midway = now.clone();
            }
            now.call(&step.call, &alone).map_err(|why| TestCaseError::fail(format!("step {i}, {}: {why}", step.title)))?;
            prop_assert!(now.out(&before) <= batch, "{} out of service after {}", now.out(&before), step.title);
            if matches!(step.call.op.name, "RebootInstances" | "StopInstances") {
                for id in ids(&step.call, "InstanceIds") {
                    *changed.entry(id).or_default() += 1;
                }
            }
        }
        if end == plan.steps.len() {
            midway = now.clone();
        }
        prop_assert!(changed.len() == fleet.members.len() && changed.values().all(|n| *n == 1), "{changed:?}");
        let mut wanted = before.clone();
        if what == "type" {
            wanted.types.values_mut().for_each(|ty| *ty = "t3.small".into());
        }
        prop_assert_eq!(&now, &wanted);
        // Each batch is one row of steps, and the pause stands before all but the first.
        let of = plan.steps.iter().filter_map(|s| s.batch).map(|b| b.of).max();
        prop_assert_eq!(of, Some(fleet.members.len().div_ceil(batch)));
        let pauses = plan.steps.iter().filter(|s| matches!(s.before, Waiter::Pause { .. })).count();
        prop_assert_eq!(Some(pauses + 1), of);
        // Stopped anywhere, and undone.
        if let Ok(back) = run_after(&plan, end).undo_steps() {
            for step in &back.steps {
                midway.call(&step.call, &alone).map_err(|why| TestCaseError::fail(format!("back, {}: {why}", step.title)))?;
            }
        }
        prop_assert_eq!(&midway, &before, "after {} steps", end);
    }
}

fn two_of_a_group() -> Fleet {
    let member = |group, by_hand: &[(usize, i64)]| Member { group, by_hand: by_hand.iter().copied().collect() };
    Fleet {
        members: vec![member(Some(0), &[]), member(Some(0), &[]), member(None, &[(0, 80), (0, 8080)])],
        room: [1, 0],
    }
}

fn calls(plan: &Plan) -> Vec<&str> {
    plan.calls().map(|c| c.op.name).collect()
}

#[test]
fn a_member_goes_into_standby_a_target_is_drained_and_both_come_back() {
    let (rows, all) = two_of_a_group().rows();
    let plan = ROLL.planned(&rows.context(&all), &values(&[])).expect("a plan");
    let member = ["EnterStandby", "StopInstances", "StartInstances", "ExitStandby"];
    let target = ["DeregisterTargets", "StopInstances", "StartInstances", "RegisterTargets"];
    assert_eq!(calls(&plan), [member, member, target].concat());
    let both = plan.steps[8].call.get("Targets").expect("targets");
    assert!(matches!(both, Arg::List(all) if all.len() == 2), "both ports in one call: {both:?}");
    assert!(consequences(&plan).contains("at most 1 instance is out of service at a time"), "{}", consequences(&plan));
    assert!(
        matches!(&plan.wait, Waiter::State { want, ids, .. } if *want == ["healthy"] && ids.len() == 2),
        "{:?}",
        plan.wait
    );
    assert!(plan.rests_on.iter().any(|(table, _)| table.kind.name == "auto-scaling-groups"), "{:?}", plan.rests_on);
}

#[test]
fn what_is_in_no_group_is_said_to_be_down_and_typed() {
    let fleet = Fleet { members: vec![Member { group: None, by_hand: BTreeSet::new() }], room: [0, 0] };
    let (rows, all) = fleet.rows();
    let plan = ROLL.planned(&rows.context(&all), &values(&[])).expect("a plan");
    assert_eq!(calls(&plan), ["StopInstances", "StartInstances"]);
    assert!(consequences(&plan).contains("Instance web-0 is in no Auto Scaling group and no target group"));
    assert_eq!(plan.confirm(), Confirm::Type("web-0".into()));
}

#[test]
fn what_is_not_known_is_not_rolled() {
    let (_, all) = two_of_a_group().rows();
    let rows = Rows::default();
    let cx = rows.context(&all);
    let spec = (ROLL.refine)(&cx, &values(&[]));
    let kinds: Vec<&str> = spec.needs.iter().map(|t| t.kind.name).collect();
    assert_eq!(kinds, ["target-groups", "targets", "auto-scaling-groups"]);
    assert!(spec.fields[0].error.as_deref().is_some_and(|e| e.contains("being loaded")), "{:?}", spec.fields[0].error);
    assert!(ROLL.planned(&cx, &values(&[])).is_err());
}

#[test]
fn alarms_are_looked_at_before_each_batch() {
    let (mut rows, all) = two_of_a_group().rows();
    let alarm = row(&crate::kinds::cloudwatch::alarms::INFO, "cpu-high", "cpu-high", "OK").record();
    rows.complete(&crate::kinds::cloudwatch::alarms::INFO, Selector::All, vec![alarm]);
    let put = values(&[("alarms", "cpu-high"), ("pause", "30")]);
    let plan = ROLL.planned(&rows.context(&all), &put).expect("a plan");
    let guarded = plan.steps.iter().filter(|s| s.before.rows().iter().any(|(t, _)| t.kind.name == "alarms")).count();
    assert_eq!(guarded, 3);
    assert!(plan.steps[4].before.pause().is_some() && plan.steps[0].before.pause().is_none());
    let wrong = values(&[("alarms", "cpu-hihg")]);
    assert!(ROLL.planned(&rows.context(&all), &wrong).is_err());
}

#[test]
fn alarms_of_every_region_halt_the_change() {
    let (mut rows, mut all) = two_of_a_group().rows();
    let alarm = |name: &str| row(&crate::kinds::cloudwatch::alarms::INFO, name, name, "OK").record();
    let table = &crate::kinds::cloudwatch::alarms::INFO;
    rows.complete(table, Selector::All, vec![alarm("cpu-high"), alarm("errors")]);
    let seoul = rows.scope.clone();
    let tokyo = crate::base::Scope::region("prod", "ap-northeast-1");
    rows.scope = tokyo.clone();
    rows.complete(table, Selector::All, vec![alarm("cpu-high")]);
    rows.complete(&target_groups::INFO, Selector::All, Vec::new());
    rows.complete(&targets::INFO, Selector::All, Vec::new());
    all.push(rows.target(&INFO, row(&INFO, "i-tokyo", "far", "running").record()));
    rows.scope = seoul.clone();
    let plan = ROLL.planned(&rows.context(&all), &values(&[("alarms", "cpu-high,errors")])).expect("a plan");
    let looked: Vec<(crate::base::Scope, usize)> =
        plan.steps[0].before.rows().into_iter().map(|(t, ids)| (t.scope.clone(), ids.len())).collect();
    assert_eq!(looked, [(seoul, 2), (tokyo, 1)], "of a name that both have, both");
    let said = consequences(&plan);
    assert!(said.contains("cpu-high in ap-northeast-2") && said.contains("cpu-high in ap-northeast-1"), "{said}");
}

/// A target group of addresses has an instance by its secondary address, which only its network interface tells.
#[test]
fn a_target_at_a_secondary_address_is_drained_too() {
    use crate::kinds::ec2::network_interfaces as nics;
    let mut rows = Rows::default();
    let by_ip = arn("by-ip");
    let group = row(&target_groups::INFO, &by_ip, "by-ip", "")
        .with(&target_groups::TARGET_TYPE, Value::text("ip"))
        .with(&target_groups::VPC_ID, Value::text("vpc-1"))
        .with(&target_groups::LOAD_BALANCERS, texts(&["my-alb"]));
    rows.complete(&target_groups::INFO, Selector::All, vec![group.record()]);
    let target = |ip: &str| {
        row(&targets::INFO, &targets::row_id(&by_ip, ip, Some(80)), "", "healthy")
            .with(&targets::ID, Value::text(ip))
            .with(&targets::PORT, Value::Int(80))
            .with(&targets::TARGET_GROUP_ARN, Value::text(by_ip.as_str()))
            .record()
    };
    rows.complete(&targets::INFO, Selector::All, vec![target("10.1.0.77"), target("10.1.0.99")]);
    let instance = row(&INFO, "i-1", "web-1", "running")
        .with(&fields::PRIVATE_IP, Value::ip(Some("10.1.0.9")))
        .with(&fields::VPC_ID, Value::text("vpc-1"))
        .record();
    let all = vec![rows.target(&INFO, instance)];
    let needs = (ROLL.refine)(&rows.context(&all), &values(&[])).needs;
    assert!(needs.iter().any(|t| t.kind.name == "network-interfaces"), "{needs:?}");
    let nic = |id: &str, instance: &str, ips: &[&str]| {
        row(&nics::INFO, id, "", "in-use")
            .with(&nics::INSTANCE, Value::text(instance))
            .with(&nics::PRIVATE_IPS, Value::ips(ips.iter().copied()))
            .record()
    };
    let of_both = vec![nic("eni-1", "i-1", &["10.1.0.9", "10.1.0.77"]), nic("eni-2", "i-2", &["10.1.0.99"])];
    rows.complete(&nics::INFO, Selector::All, of_both);
    let plan = ROLL.planned(&rows.context(&all), &values(&[])).expect("a plan");
    assert_eq!(calls(&plan), ["DeregisterTargets", "StopInstances", "StartInstances", "RegisterTargets"]);
    assert!(
        matches!(plan.steps[0].call.get("Targets"), Some(Arg::List(l)) if l.len() == 1),
        "{:?}",
        plan.steps[0].call
    );
    assert!(format!("{:?}", plan.steps[0].call).contains("10.1.0.77"), "{:?}", plan.steps[0].call);
}
