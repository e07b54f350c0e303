use super::*;
use crate::kinds::testing::{Rows, consequences, row, texts, values};
use crate::model::{Confirm, Severity, Value};

fn volume(gib: i64, kind: &str, iops: i64, throughput: Option<i64>) -> Record {
    row(&INFO, "vol-1", "data", "in-use")
        .with(&fields::SIZE_GIB, Value::Int(gib))
        .with(&fields::TYPE, Value::text(kind))
        .with(&fields::IOPS, Value::Int(iops))
        .with(&fields::THROUGHPUT, throughput.map_or(Value::Empty, Value::Int))
        .with(&fields::MULTI_ATTACH, Value::Bool(false))
        .with(&fields::INSTANCES, texts(&["i-1"]))
        .with(&fields::DEVICE, Value::text("/dev/xvda"))
        .record()
}

fn gp3() -> Record {
    volume(20, "gp3", 3_000, Some(125))
}

fn account(modified: Option<&str>) -> Rows {
    let mut rows = Rows::default();
    let host = row(&instances::INFO, "i-1", "web-1", "running")
        .with(&instances::fields::ROOT_DEVICE, Value::text("/dev/xvda"))
        .with(&instances::fields::PLATFORM, Value::text("Linux/UNIX"));
    rows.complete(&instances::INFO, Selector::All, vec![host.record()]);
    if let Some(word) = modified {
        let last = row(&modifications::INFO, "vol-1", "", word)
            .with(&modifications::STATE, Value::State(crate::model::Tone::Busy, word.into()))
            .with(&modifications::PROGRESS, Value::Int(45));
        rows.complete(&modifications::INFO, Selector::All, vec![last.record()]);
    }
    rows
}

fn planned(what: Record, modified: Option<&str>, all: &[(&str, &str)]) -> Result<Plan, Fault> {
    let rows = account(modified);
    let targets = [rows.target(&INFO, what)];
    MODIFY.planned(&rows.context(&targets), &values(all))
}

#[test]
fn a_growth_says_what_differs_alone_that_it_cannot_be_undone_and_what_to_run_inside() {
    let p = planned(gp3(), Some("completed"), &[("size", "40")]).expect("a plan");
    let call = &p.steps[0].call;
    assert_eq!((call.get("Size"), call.get("VolumeType"), call.get("Iops")), (Some(&Arg::Int(40)), None, None));
    assert!(p.steps[0].undo.is_none() && consequences(&p).contains("This cannot be undone"));
    assert!(consequences(&p).contains("Linux: if lsblk shows a partition on it: sudo growpart /dev/nvme0n1 1"));
    assert!(p.then[0].starts_with("On web-1: "), "{:?}", p.then);
    assert!(p.then.iter().any(|t| t.contains("resize2fs")), "it is said again when it is done: {:?}", p.then);
    assert_eq!(p.confirm(), Confirm::Enter);
    assert_eq!(p.subjects[0].change, "20 GiB gp3, 3000 IOPS, 125 MiB/s → 40 GiB gp3, 3000 IOPS, 125 MiB/s");
    let cost = p.cost.expect("a cost").to_string();
    assert!(cost.starts_with("About $1.82 a month more"), "{cost}");
    assert!(
        matches!(&p.wait, Waiter::State { table, want, .. } if table.kind.name == "volume-modifications" && want.contains(&"optimizing"))
    );
}

#[test]
fn another_type_or_speed_has_its_way_back_and_what_it_needs_is_said_with_it() {
    let p = planned(gp3(), Some("completed"), &[("type", "io2"), ("iops", "6000")]).expect("a plan");
    let (call, back) = (&p.steps[0].call, p.steps[0].undo.as_ref().expect("a way back"));
    assert_eq!((call.get("VolumeType"), call.get("Iops")), (Some(&Arg::str("io2")), Some(&Arg::Int(6_000))));
    assert_eq!((back.call.get("VolumeType"), back.call.get("Iops")), (Some(&Arg::str("gp3")), Some(&Arg::Int(3_000))));
    assert_eq!((back.call.get("Throughput"), back.call.get("Size")), (Some(&Arg::Int(125)), None));
    assert!(back.hurts.as_ref().is_some_and(|h| h.contains("counts as one of four in 24 hours")));
    // What a large gp2 volume had it keeps.
    let p = planned(volume(2_000, "gp2", 6_000, None), Some("completed"), &[("type", "gp3")]).expect("a plan");
    let call = &p.steps[0].call;
    assert_eq!((call.get("Iops"), call.get("Throughput")), (Some(&Arg::Int(6_000)), Some(&Arg::Int(250))));
    assert!(call.get("Size").is_none());
    // It has outgrown the type that it was.
    let p = planned(volume(900, "standard", 0, None), Some("completed"), &[("type", "gp3"), ("size", "2000")]);
    assert!(p.expect("a plan").steps[0].undo.is_none(), "standard has at most 1,024 GiB");
}

#[test]
fn what_ebs_would_refuse_is_said_at_its_field() {
    for (what, modified, values, says) in [
        (gp3(), None, &[("size", "10")][..], "Size: It has 20 GiB and cannot be made smaller"),
        (gp3(), None, &[("size", "70000")], "Size: Must be from 20 to 65536"),
        (gp3(), None, &[("type", "st1")], "Type: This is a root volume: an instance cannot boot"),
        (gp3(), None, &[("type", "gp9")], "Type: gp9 is not one of them"),
        (gp3(), None, &[("iops", "20000")], "IOPS: gp3 allows 500 per GiB: 10000 for 20 GiB"),
        (gp3(), None, &[("throughput", "800")], "800 take 3200 IOPS"),
        (gp3(), None, &[], "Nothing would change"),
        (gp3(), Some("optimizing"), &[("size", "40")], "Its last modification is optimizing, 45% done"),
        (volume(20_000, "gp3", 3_000, Some(125)), None, &[("type", "gp2")], "gp2 has at most 16384 GiB"),
    ] {
        let fault = planned(what, modified, values).expect_err(says);
        assert!(fault.message.contains(says), "{values:?}: {}", fault.message);
    }
    let multi = |kind| {
        let mut v = volume(20, kind, 300, None);
        v.values.set(INFO.index_of(fields::MULTI_ATTACH.name).expect("a field"), Value::Bool(true));
        v
    };
    assert!((MODIFY.available)(&multi("io1")).is_err());
    let fault = planned(multi("io2"), None, &[("type", "gp3")]).expect_err("keeps its type");
    assert!(fault.message.contains("Multi-Attach keeps its type"), "{}", fault.message);
}

#[test]
fn beyond_two_tebibytes_the_partition_table_matters_and_is_not_known() {
    let p = planned(volume(2_000, "gp3", 3_000, Some(125)), Some("completed"), &[("size", "3000")]).expect("a plan");
    let unknown: Vec<_> = p.consequences.iter().filter(|c| c.severity == Severity::Unknown).collect();
    assert!(unknown.len() == 1 && unknown[0].text.contains("with an MBR it does not boot"), "{unknown:?}");
    assert_eq!(p.confirm(), Confirm::Type("data".into()));
}
