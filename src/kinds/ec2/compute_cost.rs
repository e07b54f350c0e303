//! What the compute of instances costs an hour by the price list, or why the list does not say it.
//!
//! The list has On-Demand prices of shared hardware with Linux (`Linux/UNIX` as AWS bills it): licences, Spot, dedicated hardware and
//! capacity that was reserved for a while are billed otherwise.
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/billing-info-fields.html>

use super::instances::fields;
use super::instances::instance::instance_type;
use crate::base::Scope;
use crate::base::text::visible;
use crate::kinds::action::Target;
use crate::kinds::plan_builder::{field, label, names};
use crate::kinds::prices::{self, Prices};
use crate::model::{Money, Record};

/// The platform that the list has prices of, as `PlatformDetails` says it.
const LINUX: &str = "Linux/UNIX";

/// How an instance is billed, apart from its type.
#[derive(Debug, Clone, Copy, Default)]
pub struct Billing<'a> {
    /// `PlatformDetails`, as far as it is known.
    pub platform: Option<&'a str>,
    /// Its lifecycle, where that is not `normal`: spot, scheduled, capacity-block.
    pub lifecycle: Option<&'a str>,
    /// Its tenancy, where that is not `default`: dedicated, host.
    pub tenancy: Option<&'a str>,
}

/// Why the list does not say what an instance costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unlisted {
    /// It has another platform; `None`: that is not known.
    Platform(Option<String>),
    /// It is no On-Demand Instance.
    Lifecycle(String),
    /// It stands on dedicated hardware.
    Tenancy(String),
    /// Its type is not in the list.
    Type(String),
    /// There is no list for the region.
    Region,
}

impl Unlisted {
    /// The sentence about some instances, without a final period.
    pub fn said(&self, who: &[String]) -> String {
        let (names, one) = (names(who), who.len() == 1);
        let verb = |singular, plural| if one { singular } else { plural };
        match self {
            Unlisted::Platform(Some(platform)) => format!("{names} {} {}", verb("runs", "run"), visible(platform)),
            Unlisted::Platform(None) => format!("what {names} {} is not known", verb("runs", "run")),
            Unlisted::Lifecycle(word) if word == "spot" => {
                format!("{names} {}", verb("is a Spot Instance", "are Spot Instances"))
            }
            Unlisted::Lifecycle(word) => format!("{names} {} billed as {}", verb("is", "are"), visible(word)),
            Unlisted::Tenancy(word) => format!("{names} {} {} tenancy", verb("has", "have"), visible(word)),
            Unlisted::Type(ty) => format!("{} is not in the price list", visible(ty)),
            Unlisted::Region => "there is no price list for this region".into(),
        }
    }
}

/// What a type costs an hour while it runs.
///
/// # Errors
/// Why that is not known here.
pub fn hourly(scope: &Scope, ty: &str, billing: Billing<'_>) -> Result<Money, Unlisted> {
    hourly_by(prices::of(scope), ty, billing)
}

fn hourly_by(prices: Option<Prices>, ty: &str, billing: Billing<'_>) -> Result<Money, Unlisted> {
    let list = prices.ok_or(Unlisted::Region)?;
    if let Some(word) = billing.lifecycle {
        return Err(Unlisted::Lifecycle(word.into()));
    }
    if let Some(word) = billing.tenancy {
        return Err(Unlisted::Tenancy(word.into()));
    }
    match billing.platform {
        Some(LINUX) => list.instance(ty).ok_or_else(|| Unlisted::Type(ty.into())),
        other => Err(Unlisted::Platform(other.map(str::to_string))),
    }
}

/// How a row is billed.
pub fn billing(row: &Record) -> Billing<'_> {
    let but = |info, usual: &str| field(row, info).filter(|word| *word != usual);
    Billing {
        platform: field(row, &fields::PLATFORM),
        lifecycle: but(&fields::LIFECYCLE, "normal"),
        tenancy: but(&fields::TENANCY, "default"),
    }
}

/// What all of these cost an hour while they run, as the types that `ty` says.
///
/// # Errors
/// Why it is not known, in a sentence without a final period that names the instances.
pub fn of_all<'a>(rows: &'a [Target], ty: impl Fn(&'a Record) -> Option<&'a str>) -> Result<Money, String> {
    of_all_by(prices::of, rows, ty)
}

fn of_all_by<'a>(
    prices: fn(&Scope) -> Option<Prices>,
    rows: &'a [Target],
    ty: impl Fn(&'a Record) -> Option<&'a str>,
) -> Result<Money, String> {
    let mut sum: Option<Money> = None;
    let mut unlisted: Vec<(Unlisted, Vec<String>)> = Vec::new();
    for t in rows {
        match hourly_by(prices(&t.table.scope), ty(&t.record).unwrap_or("an unknown type"), billing(&t.record)) {
            Ok(money) => sum = Some(sum.map_or(money, |sum| sum.plus(money))),
            Err(why) => match unlisted.iter_mut().find(|(known, _)| *known == why) {
                Some((_, who)) => who.push(label(&t.record)),
                None => unlisted.push((why, vec![label(&t.record)])),
            },
        }
    }
    let whys: Vec<String> = unlisted.iter().map(|(why, who)| why.said(who)).collect();
    match sum {
        Some(sum) if whys.is_empty() => Ok(sum),
        _ => Err(whys.join("; ")),
    }
}

/// What all of these cost an hour while they run, as they are.
///
/// # Errors
/// As [`of_all`].
pub fn now(rows: &[Target]) -> Result<Money, String> {
    of_all(rows, instance_type)
}

/// What all of these cost an hour while they run, as they are and as another type: by the same lists, so that the difference is one of the
/// types and not of the regions. Where a region's list has only one of the two, both go by the first list.
///
/// # Errors
/// As [`of_all`].
pub fn now_and_as(rows: &[Target], ty: &str) -> Result<(Money, Money), String> {
    let both = |prices| Ok((of_all_by(prices, rows, instance_type)?, of_all_by(prices, rows, |_| Some(ty))?));
    let (now, then) = both(prices::of)?;
    if now.list == then.list {
        return Ok((now, then));
    }
    both(|scope| prices::of(scope).map(|_| Prices::first()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::instances::INFO;
    use crate::kinds::testing::{Rows, row};
    use crate::model::Value;

    #[test]
    fn two_types_are_compared_by_one_list() {
        let account = Rows::default();
        let targets = |ty: &str| {
            let of = |row: crate::kinds::testing::Row| {
                row.with(&fields::TYPE, Value::text(ty)).with(&fields::PLATFORM, Value::text(LINUX)).record()
            };
            [account.target(&INFO, of(row(&INFO, "i-1", "web-1", "running")))]
        };
        let said = |from, to| {
            let (now, then) = now_and_as(&targets(from), to).expect("prices");
            format!("{} {} {}", now.amount, then.amount, prices::list_said(then.list))
        };
        assert_eq!(said("t3.micro", "t3.small"), "0.013 0.026 ap-northeast-2 2025-03");
        assert_eq!(said("c7g.large", "c8g.large"), "0.0725 0.07976 us-east-1 2026-06");
    }

    #[test]
    fn only_on_demand_linux_on_shared_hardware_has_a_price_and_the_rest_says_why() {
        let seoul = Scope::region("prod", "ap-northeast-2");
        let linux = Billing { platform: Some("Linux/UNIX"), ..Billing::default() };
        assert_eq!(hourly(&seoul, "t3.micro", linux).map(|m| m.amount), Ok(0.013));
        let said = |ty, billing| hourly(&seoul, ty, billing).map_err(|why| why.said(&["web-1".to_string()]));
        for (ty, billing, why) in [
            ("t3.micro", Billing { platform: Some("Windows"), ..linux }, "web-1 runs Windows"),
            ("t3.micro", Billing { platform: None, ..linux }, "what web-1 runs is not known"),
            ("t3.micro", Billing { lifecycle: Some("spot"), ..linux }, "web-1 is a Spot Instance"),
            ("t3.micro", Billing { lifecycle: Some("capacity-block"), ..linux }, "web-1 is billed as capacity-block"),
            ("t3.micro", Billing { tenancy: Some("host"), ..linux }, "web-1 has host tenancy"),
            ("m5.metal", linux, "m5.metal is not in the price list"),
        ] {
            assert_eq!(said(ty, billing), Err(why.to_string()));
        }
        let china = hourly(&Scope::region("prod", "cn-north-1"), "t3.micro", linux);
        assert_eq!(china, Err(Unlisted::Region), "it is not paid in dollars");
    }
}
