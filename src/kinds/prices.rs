//! AWS's list prices that the console knows, by region: one table (`prices/list.txt`), which says where its figures are from and of which month
//! they are. What is not known of a region goes by us-east-1's list, and every amount says whose list it goes by.

mod instances;
mod list;

use self::list::{Column, FIRST};
use crate::base::Scope;
use crate::model::{Money, Per, PriceList, SEVERAL};

/// The list prices of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices(Column);

/// Metrics that GetMetricData gives for a dollar: $0.01 for 1,000. <https://aws.amazon.com/cloudwatch/pricing/>
pub const METRICS_FOR_A_DOLLAR: u64 = 100_000;

/// What so many metrics cost: `$0.12`.
pub fn metrics_cost(metrics: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a price in cents")]
    let dollars = metrics as f64 / METRICS_FOR_A_DOLLAR as f64;
    format!("${dollars:.2}")
}

/// What is provisioned of a gp3 volume beyond this is paid for: I/O operations a second, MiB a second.
/// <https://aws.amazon.com/ebs/pricing/>
const GP3_FREE: (f64, f64) = (3_000.0, 125.0);
/// A MiB a second of a gp3 volume a month costs half of what a GiB does: so it is in us-east-1 ($0.04 and $0.08) and, by AWS's price list, in
/// ap-northeast-1 ($49.152 a GiB a second, $0.096) and ap-south-1.
const THROUGHPUT_OF_GIB: f64 = 0.5;
/// From so many I/O operations a second on, one of an io2 volume costs so much of the first ones' price.
/// <https://aws.amazon.com/ebs/pricing/>; by AWS's price list of ap-northeast-1 $0.074, $0.0518 and $0.03626.
const IO2_STEPS: [(f64, f64); 3] = [(0.0, 1.0), (32_000.0, 0.7), (64_000.0, 0.49)];

fn io2_priced(iops: f64) -> f64 {
    let ends = IO2_STEPS.iter().skip(1).map(|s| s.0).chain([f64::MAX]);
    IO2_STEPS.iter().zip(ends).map(|((from, part), to)| (iops.min(to) - from).max(0.0) * part).sum()
}

/// The prices of a scope: its region's own, else us-east-1's. `None` for China's regions, which are not paid in dollars.
pub fn of(scope: &Scope) -> Option<Prices> {
    let region = scope.region_code().map_or("", |r| r.as_str());
    let column = Column::of(region).unwrap_or(FIRST);
    (!region.starts_with("cn-")).then_some(Prices(column))
}

/// So many dollars a month for volumes of these places, as their rows say it; `None` if one of the places has no prices.
pub fn monthly_of<'a>(places: impl IntoIterator<Item = &'a Scope>, amount: f64) -> Option<Money> {
    let each = places.into_iter().map(|scope| Some(of(scope)?.by_the_month(0.0)));
    let all: Option<Vec<Money>> = each.collect();
    let sum = all?.into_iter().reduce(Money::plus)?;
    Some(Money { amount, ..sum })
}

impl Prices {
    /// Those that stand for regions whose prices are not known.
    pub const fn first() -> Prices {
        Prices(FIRST)
    }
    /// What a thing costs here, or else in the first region.
    fn price(self, thing: &str, per: Per) -> Option<Money> {
        let (amount, list) = self.0.price(thing).or_else(|| FIRST.price(thing))?;
        Some(Money { amount, per, list })
    }
    /// The same of what the table always has.
    fn known(self, thing: &str, per: Per) -> Money {
        self.price(thing, per).unwrap_or(Money { amount: 0.0, per, list: &SEVERAL })
    }
    /// So many dollars a month for volumes: what rows say in their fields.
    pub fn by_the_month(self, amount: f64) -> Money {
        Money { amount, ..self.known("gp3", Per::Month) }
    }
    /// So many dollars an hour for public IPv4 addresses.
    pub fn by_the_hour(self, amount: f64) -> Money {
        Money { amount, ..self.public_ipv4() }
    }
    /// A public IPv4 address of Amazon's an hour, an Elastic IP too, associated or not. One's own (BYOIP) costs nothing.
    /// <https://aws.amazon.com/vpc/pricing/>
    pub fn public_ipv4(self) -> Money {
        self.known("public-ipv4", Per::Hour)
    }
    /// So many bytes out to the internet, after the first 100 GB of a month. <https://aws.amazon.com/ec2/pricing/on-demand/>
    pub fn internet_out(self, bytes: u64) -> Money {
        #[expect(clippy::cast_precision_loss, reason = "a price in cents")]
        self.known("internet-out", Per::Once).times(bytes as f64 / 1e9)
    }
    /// So many GiB a month in snapshots of the standard tier: what is written, of which later ones have only what has changed.
    /// <https://aws.amazon.com/ebs/pricing/>
    pub fn snapshot(self, gib: f64) -> Money {
        self.known("snapshot", Per::Month).times(gib)
    }
    /// So many GB to another region, mostly. <https://aws.amazon.com/ec2/pricing/on-demand/>
    pub fn between_regions(self, gb: f64) -> Money {
        self.known("between-regions", Per::Once).times(gb)
    }
    /// An instance of this type, with Linux, on demand; `None` for a type whose family's price is not known here.
    pub fn instance(self, instance_type: &str) -> Option<Money> {
        let hour = |column| instances::hourly(column, instance_type);
        let (amount, list) = hour(self.0).or_else(|| hour(FIRST))?;
        Some(Money { amount, per: Per::Hour, list })
    }
    /// The same by this region's list alone: what stands beside others to be compared with them.
    pub fn instance_here(self, instance_type: &str) -> Option<Money> {
        let (amount, list) = instances::hourly(self.0, instance_type)?;
        Some(Money { amount, per: Per::Hour, list })
    }
    /// A load balancer of this type an hour, without what goes through it; `None` for a type that AWS adds tomorrow.
    /// <https://aws.amazon.com/elasticloadbalancing/pricing/>
    pub fn load_balancer(self, kind: &str) -> Option<Money> {
        let known = ["application", "network", "gateway"].contains(&kind);
        self.price(kind, Per::Hour).filter(|_| known)
    }
    /// A NAT gateway an hour, without what goes through it. <https://aws.amazon.com/vpc/pricing/>
    pub fn nat_gateway(self) -> Money {
        self.known("nat-gateway", Per::Hour)
    }
    /// An interface endpoint in one zone an hour, without what goes through it. <https://aws.amazon.com/privatelink/pricing/>
    pub fn interface_endpoint(self) -> Money {
        self.known("endpoint", Per::Hour)
    }
    /// A volume a month: its room, I/O operations and MiB a second, without requests and snapshots. `None` for a type that AWS adds
    /// tomorrow, and for `standard` where that is not known: all volumes of a region go by one list.
    pub fn volume(self, kind: &str, gib: i32, iops: i32, throughput: i32) -> Option<Money> {
        let price = |thing: &str| Some(self.0.price(thing)?.0);
        let (gib, iops, throughput) = (f64::from(gib), f64::from(iops), f64::from(throughput));
        let (room, speed) = match kind {
            "gp3" => {
                let each = price("gp3")?;
                let ops = (iops - GP3_FREE.0).max(0.0) * price("gp3-iops")?;
                (each, ops + (throughput - GP3_FREE.1).max(0.0) * each * THROUGHPUT_OF_GIB)
            }
            "io1" => (price("io")?, iops * price("io-iops")?),
            "io2" => (price("io")?, io2_priced(iops) * price("io-iops")?),
            "gp2" | "st1" | "sc1" | "standard" => (price(kind)?, 0.0),
            _ => return None,
        };
        Some(self.by_the_month(gib * room + speed))
    }
}

/// Whose list an amount goes by, in a column: `us-east-1 2026-06`.
pub fn list_said(list: &PriceList) -> String {
    format!("{} {}", list.region, list.month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::addresses;

    fn at(region: &str) -> Prices {
        of(&Scope::region("p", region)).expect("prices")
    }

    #[test]
    fn what_a_volume_costs_follows_its_type_and_what_is_provisioned_beyond_it() {
        let cents = |prices: Prices, kind, gib, iops, throughput| {
            prices.volume(kind, gib, iops, throughput).map(|money| (money.amount * 100.0).round())
        };
        let first = |kind, gib, iops, throughput| cents(Prices::first(), kind, gib, iops, throughput);
        assert_eq!(first("gp3", 100, 3000, 125), Some(800.0));
        assert_eq!(first("gp3", 100, 4000, 225), Some(1700.0));
        assert_eq!(first("gp2", 100, 300, 0), Some(1000.0));
        assert_eq!(first("io1", 100, 40_000, 0), Some(261_250.0));
        assert_eq!(first("io2", 100, 40_000, 0), Some(245_650.0));
        assert_eq!(first("io2", 100, 70_000, 0), Some(373_960.0));
        assert_eq!(first("gp4", 100, 3000, 125), None, "no other type's price");
        // $0.096 a GiB, $0.006 an operation, $0.048 a MiB; $0.142 a GiB, $0.074, $0.0518 and $0.03626 an operation.
        let tokyo = at("ap-northeast-1");
        assert_eq!(cents(tokyo, "gp3", 100, 4000, 225), Some(960.0 + 600.0 + 480.0));
        assert_eq!(cents(tokyo, "io2", 100, 70_000, 0), Some(1_420.0 + 236_800.0 + 165_760.0 + 21_756.0));
        let standard = |region| cents(at(region), "standard", 100, 0, 0);
        assert_eq!((standard("ap-northeast-2"), standard("eu-central-1")), (Some(800.0), None));
    }

    #[test]
    fn what_the_pages_say_of_prices_is_what_the_table_says() {
        let price = format!("${}", Prices::first().public_ipv4().amount);
        assert!(addresses::INFO.doc.contains(&format!("{price} an hour")) && addresses::COST.doc.contains(&price));
    }

    #[test]
    fn a_region_goes_by_its_own_list_as_far_as_that_is_known_and_china_by_none() {
        let by = |money: Option<Money>| money.map(|m| list_said(m.list)).unwrap_or_default();
        let seoul = at("ap-northeast-2");
        assert_eq!(by(seoul.instance("t3.micro")), "ap-northeast-2 2025-03");
        assert_eq!(seoul.instance("t3.micro").map(|m| m.amount), Some(0.013));
        assert_eq!(by(seoul.instance("c8g.large")), "us-east-1 2026-06", "a family that is not known there");
        assert_eq!(seoul.instance_here("c8g.large"), None, "beside others it would look cheap");
        assert_eq!(by(seoul.instance("q1.large")), "");
        assert_eq!(by(Some(seoul.by_the_month(1.0))), "ap-northeast-2 2021-07");
        assert_eq!(by(Some(seoul.public_ipv4())), "ap-northeast-2 2024-02");
        assert_eq!(by(seoul.load_balancer("network")), "us-east-1 2026-06");
        assert_eq!(seoul.load_balancer("gp3"), None);
        let elsewhere = at("eu-south-2");
        assert_eq!(elsewhere, Prices::first());
        assert_eq!(by(elsewhere.instance("t3.micro")), "us-east-1 2026-06");
        assert_eq!(of(&Scope::region("p", "cn-north-1")), None);
    }

    #[test]
    fn volumes_of_several_regions_go_by_several_lists() {
        let scope = |region| Scope::region("p", region);
        let (first, seoul, china) = (scope("us-east-1"), scope("ap-northeast-2"), scope("cn-north-1"));
        let said = |places: &[&Scope]| monthly_of(places.iter().copied(), 2.0).map(|m| m.said(""));
        assert_eq!(said(&[&first, &first]).as_deref(), Some("about $2.00 a month (us-east-1 list prices of 2026-06)"));
        let several = "about $2.00 a month (list prices of several regions)";
        assert_eq!(said(&[&first, &seoul]).as_deref(), Some(several));
        assert_eq!((said(&[&first, &china]), said(&[])), (None, None));
    }
}
