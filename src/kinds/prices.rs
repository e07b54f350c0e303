//! AWS's list prices that the console knows. Read from the pages named beside each; renewed by hand, with the month.

mod instances;

use crate::base::Scope;
use crate::model::{Money, Per, PriceList};

/// What is known of a region's prices.
#[derive(Debug, PartialEq)]
pub struct Prices {
    list: PriceList,
    /// A public IPv4 address of Amazon's an hour, an Elastic IP too, associated or not. <https://aws.amazon.com/vpc/pricing/>
    public_ipv4: f64,
    /// A GB (10^9 bytes) that leaves AWS for the internet, after the first 100 GB of a month.
    /// <https://aws.amazon.com/ec2/pricing/on-demand/>
    internet_out: f64,
    /// A load balancer an hour by its type, without what goes through it. <https://aws.amazon.com/elasticloadbalancing/pricing/>
    load_balancers: &'static [(&'static str, f64)],
    volumes: &'static [Volume],
    /// A GiB of snapshots of the standard tier a month: what is written, of which later ones have only what has changed.
    /// <https://aws.amazon.com/ebs/pricing/>
    snapshot: f64,
    /// A GB that goes to another region of AWS, mostly. <https://aws.amazon.com/ec2/pricing/on-demand/>
    between_regions: f64,
    /// A family's `large` an hour.
    instances: &'static [(&'static str, f64)],
}

/// The regions whose lists are here; the first stands for those whose are not.
pub static ALL: &[Prices] = &[Prices {
    list: PriceList { region: "us-east-1", month: "2026-06", currency: "USD" },
    public_ipv4: 0.005,
    internet_out: 0.09,
    load_balancers: &[("application", 0.0225), ("network", 0.0225), ("gateway", 0.0125)],
    volumes: VOLUMES,
    snapshot: 0.05,
    between_regions: 0.02,
    instances: instances::US_EAST_1,
}];

/// Metrics that GetMetricData gives for a dollar: $0.01 for 1,000. <https://aws.amazon.com/cloudwatch/pricing/>
pub const METRICS_FOR_A_DOLLAR: u64 = 100_000;

/// What so many metrics cost: `$0.12`.
pub fn metrics_cost(metrics: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a price in cents")]
    let dollars = metrics as f64 / METRICS_FOR_A_DOLLAR as f64;
    format!("${dollars:.2}")
}

/// What counts beyond some amount costs so much each, up to the next step: US dollars a month.
#[derive(Debug, PartialEq)]
struct Beyond(f64, f64);

/// An EBS volume type: a GiB, an I/O operation a second, a MiB a second; each by the month, without requests and snapshots.
/// <https://aws.amazon.com/ebs/pricing/>
#[derive(Debug, PartialEq)]
struct Volume {
    kind: &'static str,
    gib: f64,
    iops: &'static [Beyond],
    throughput: &'static [Beyond],
}

static VOLUMES: &[Volume] = &[
    // 3,000 IOPS and 125 MiB/s are in the price of the room.
    Volume { kind: "gp3", gib: 0.08, iops: &[Beyond(3_000.0, 0.005)], throughput: &[Beyond(125.0, 0.04)] },
    Volume { kind: "gp2", gib: 0.10, iops: &[], throughput: &[] },
    Volume { kind: "io1", gib: 0.125, iops: &[Beyond(0.0, 0.065)], throughput: &[] },
    Volume {
        kind: "io2",
        gib: 0.125,
        iops: &[Beyond(0.0, 0.065), Beyond(32_000.0, 0.0455), Beyond(64_000.0, 0.032)],
        throughput: &[],
    },
    Volume { kind: "st1", gib: 0.045, iops: &[], throughput: &[] },
    Volume { kind: "sc1", gib: 0.015, iops: &[], throughput: &[] },
    Volume { kind: "standard", gib: 0.05, iops: &[], throughput: &[] },
];

fn stepped(steps: &[Beyond], n: f64) -> f64 {
    let ends = steps.iter().skip(1).map(|s| s.0).chain([f64::MAX]);
    steps.iter().zip(ends).map(|(Beyond(from, each), to)| (n.min(to) - from).max(0.0) * each).sum()
}

/// The prices of a scope: its region's own, else those that stand for it. `None` for China's regions, which are not paid in dollars.
pub fn of(scope: &Scope) -> Option<&'static Prices> {
    let region = scope.region_code().map_or("", |r| r.as_str());
    let own = ALL.iter().find(|p| p.list.region == region);
    own.or(ALL.first()).filter(|_| !region.starts_with("cn-"))
}

impl Prices {
    const fn money(&'static self, amount: f64, per: Per) -> Money {
        Money { amount, per, list: &self.list }
    }
    /// So many dollars a month: what rows say in their fields.
    pub const fn by_the_month(&'static self, amount: f64) -> Money {
        self.money(amount, Per::Month)
    }
    /// So many dollars an hour.
    pub const fn by_the_hour(&'static self, amount: f64) -> Money {
        self.money(amount, Per::Hour)
    }
    /// A public IPv4 address of Amazon's. One's own (BYOIP) costs nothing.
    pub const fn public_ipv4(&'static self) -> Money {
        self.money(self.public_ipv4, Per::Hour)
    }
    /// So many bytes out to the internet.
    pub fn internet_out(&'static self, bytes: u64) -> Money {
        #[expect(clippy::cast_precision_loss, reason = "a price in cents")]
        self.money(bytes as f64 / 1e9 * self.internet_out, Per::Once)
    }
    /// So many GiB in snapshots of the standard tier.
    pub fn snapshot(&'static self, gib: f64) -> Money {
        self.by_the_month(gib * self.snapshot)
    }
    /// So many GB to another region.
    pub fn between_regions(&'static self, gb: f64) -> Money {
        self.money(gb * self.between_regions, Per::Once)
    }
    /// An instance of this type, with Linux, on demand; `None` for a type whose family's price is not known here.
    pub fn instance(&'static self, instance_type: &str) -> Option<Money> {
        instances::hourly(self.instances, instance_type).map(|amount| self.by_the_hour(amount))
    }
    /// A load balancer of this type that nothing goes through; `None` for a type that AWS adds tomorrow.
    pub fn load_balancer(&'static self, kind: &str) -> Option<Money> {
        let (_, amount) = self.load_balancers.iter().find(|(name, _)| *name == kind)?;
        Some(self.by_the_hour(*amount))
    }
    /// A volume; `None` for a type that AWS adds tomorrow.
    pub fn volume(&'static self, kind: &str, gib: i32, iops: i32, throughput: i32) -> Option<Money> {
        let v = self.volumes.iter().find(|v| v.kind == kind)?;
        let room = f64::from(gib) * v.gib;
        Some(self.by_the_month(room + stepped(v.iops, f64::from(iops)) + stepped(v.throughput, f64::from(throughput))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::{addresses, instance_volumes, volumes};

    #[test]
    fn what_a_volume_costs_follows_its_type_and_what_is_provisioned_beyond_it() {
        let cents = |kind, gib, iops, throughput| {
            ALL[0].volume(kind, gib, iops, throughput).map(|money| (money.amount * 100.0).round())
        };
        assert_eq!(cents("gp3", 100, 3000, 125), Some(800.0));
        assert_eq!(cents("gp3", 100, 4000, 225), Some(1700.0));
        assert_eq!(cents("gp2", 100, 300, 0), Some(1000.0));
        assert_eq!(cents("io1", 100, 40_000, 0), Some(261_250.0));
        assert_eq!(cents("io2", 100, 40_000, 0), Some(245_650.0));
        assert_eq!(cents("io2", 100, 70_000, 0), Some(374_050.0));
        assert_eq!(cents("gp4", 100, 3000, 125), None, "no other type's price");
    }

    #[test]
    fn what_the_pages_say_of_prices_is_what_the_table_says() {
        let price = format!("${}", ALL[0].public_ipv4);
        assert!(addresses::INFO.doc.contains(&format!("{price} an hour")) && addresses::COST.doc.contains(&price));
        for field in [volumes::fields::COST, instance_volumes::COST] {
            assert!(field.doc.contains(ALL[0].list.region), "{}", field.name);
        }
    }

    #[test]
    fn another_region_goes_by_the_first_list_and_china_by_none() {
        let at = |region| of(&Scope::region("p", region)).map(|p| p.list.region);
        assert_eq!(
            (at("us-east-1"), at("ap-northeast-2"), at("cn-north-1")),
            (Some("us-east-1"), Some("us-east-1"), None)
        );
    }
}
