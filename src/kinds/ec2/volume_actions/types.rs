//! What AWS allows of each volume type, and the fields that ask for it.

use crate::kinds::plan_builder::{line, number, pick, text_of};
use crate::model::{Choice, FormField, Values};

pub(super) const SIZE: &str = "size";
pub(super) const TYPE: &str = "type";
pub(super) const IOPS: &str = "iops";
pub(super) const THROUGHPUT: &str = "throughput";

/// MiB a second and IOPS: gp3 gives a quarter of a MiB a second for each operation.
/// <https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html>
const IOPS_A_MIB: i64 = 4;

/// A type of volume and what AWS allows of it: sizes in GiB, I/O operations a second and how many of them a GiB (none where they are
/// not chosen), MiB a second. <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html>
pub(in crate::kinds::ec2) struct Bounds {
    pub name: &'static str,
    says: &'static str,
    pub size: (i64, i64),
    pub iops: Option<(i64, i64, i64)>,
    pub throughput: Option<(i64, i64)>,
}

/// All types, what is mostly wanted first.
pub(in crate::kinds::ec2) const TYPES: &[Bounds] = &[
    Bounds {
        name: "gp3",
        says: "general purpose SSD",
        size: (1, 65_536),
        iops: Some((3_000, 80_000, 500)),
        throughput: Some((125, 2_000)),
    },
    Bounds {
        name: "gp2",
        says: "general purpose SSD, previous generation",
        size: (1, 16_384),
        iops: None,
        throughput: None,
    },
    Bounds {
        name: "io2",
        says: "provisioned IOPS SSD",
        size: (4, 65_536),
        iops: Some((100, 256_000, 1_000)),
        throughput: None,
    },
    Bounds {
        name: "io1",
        says: "provisioned IOPS SSD, previous generation",
        size: (4, 16_384),
        iops: Some((100, 64_000, 50)),
        throughput: None,
    },
    Bounds { name: "st1", says: "throughput HDD", size: (125, 16_384), iops: None, throughput: None },
    Bounds { name: "sc1", says: "cold HDD", size: (125, 16_384), iops: None, throughput: None },
    Bounds { name: "standard", says: "magnetic, previous generation", size: (1, 1_024), iops: None, throughput: None },
];

impl Bounds {
    /// What is known of a type; `None` for one that AWS adds tomorrow.
    pub(super) fn of(name: &str) -> Option<&'static Bounds> {
        TYPES.iter().find(|t| t.name == name)
    }
    /// IOPS that a volume has without being asked for any; `None` where they have to be said, or cannot be.
    pub(super) fn free_iops(&self) -> Option<i64> {
        self.iops.filter(|_| self.name == "gp3").map(|(least, ..)| least)
    }
    /// The most IOPS that a volume of this size can have.
    fn most_iops(&self, gib: i64) -> Option<i64> {
        self.iops.map(|(least, most, each)| most.min(least.max(gib * each)))
    }
}

/// The type, of those that `refuse` says nothing against.
pub(super) fn type_field(
    values: &Values,
    default: &str,
    help: &str,
    refuse: impl Fn(&Bounds) -> Option<String>,
) -> FormField {
    let choices = TYPES.iter().map(|t| Choice {
        value: t.name.into(),
        label: arcstr::format!("{}  {}", t.name, t.says),
        disabled: refuse(t),
    });
    pick(values, (TYPE, "Type"), choices.collect(), default, help)
}

/// I/O operations a second, where the type takes any: `default` is what stands there; empty stands for AWS's own.
pub(super) fn iops_field(values: &Values, bounds: &Bounds, gib: i64, default: Option<i64>) -> Option<FormField> {
    let (least, most, each) = bounds.iops?;
    let mut iops = optional(values, (IOPS, "IOPS"), (least, most), default, "I/O operations per second.");
    let many = text_of(&iops).parse::<i64>().unwrap_or(0);
    let allowed = bounds.most_iops(gib).unwrap_or(most);
    if iops.error.is_none() && gib > 0 && many > allowed {
        iops.error = Some(format!("{} allows {each} per GiB: {allowed} for {gib} GiB.", bounds.name));
    }
    Some(iops)
}

/// MiB a second, where the type takes any, for a volume with so many IOPS.
pub(super) fn throughput_field(values: &Values, bounds: &Bounds, iops: i64, default: Option<i64>) -> Option<FormField> {
    let range = bounds.throughput?;
    let help = "MiB per second; 125 are included in the price.";
    let mut throughput = optional(values, (THROUGHPUT, "Throughput"), range, default, help);
    let much = text_of(&throughput).parse::<i64>().unwrap_or(0);
    if throughput.error.is_none() && much * IOPS_A_MIB > iops {
        throughput.error = Some(format!(
            "{} allows a quarter of a MiB per second for each I/O operation: {much} take {} IOPS.",
            bounds.name,
            much * IOPS_A_MIB
        ));
    }
    Some(throughput)
}

/// A number that may be left out: empty stands for AWS's default.
fn optional(
    values: &Values,
    (name, label): (&'static str, &'static str),
    range: (i64, i64),
    default: Option<i64>,
    help: &str,
) -> FormField {
    let given = values.text(name).map(str::trim);
    if default.is_none() && given.is_none_or(str::is_empty) {
        return line(values, name, label, "", format!("{help} Empty for the default."));
    }
    number(values, (name, label), range, default, help)
}
