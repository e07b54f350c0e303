//! The table of prices as it is written: a thing a line, a region a column.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::model::PriceList;

const TEXT: &str = include_str!("list.txt");
/// What stands where a price is not known.
const UNKNOWN: &str = "-";
/// What prices are in.
const CURRENCY: &str = "USD";

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(TEXT));

struct Table {
    regions: Vec<&'static str>,
    lines: FxHashMap<&'static str, Line>,
    /// One for each region and month that a line has.
    lists: Vec<PriceList>,
}

/// What a thing costs.
struct Line {
    /// The month of its prices in all regions but the first.
    month: &'static str,
    /// By region; what is missing at the end is not known.
    prices: Vec<Option<f64>>,
}

impl Table {
    /// Passes over what it cannot read: a test holds that there is nothing of the kind.
    fn read(text: &'static str) -> Table {
        let mut lines = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).map(str::split_ascii_whitespace);
        let mut titles = lines.next().into_iter().flatten().skip(1);
        let first = titles.next().unwrap_or_default();
        let regions: Vec<&str> = titles.collect();
        let line = |mut words: std::str::SplitAsciiWhitespace<'static>| {
            let (thing, month) = (words.next()?, words.next()?);
            let prices = words.map(|w| (w != UNKNOWN).then(|| w.parse().ok()).flatten()).collect();
            Some((thing, Line { month, prices }))
        };
        let lines: FxHashMap<&str, Line> = lines.filter_map(line).collect();
        let mut lists: Vec<PriceList> = Vec::new();
        for (at, region) in regions.iter().enumerate() {
            for month in lines.values().map(|l| if at == FIRST.0 { first } else { l.month }) {
                let list = PriceList { region, month, currency: CURRENCY };
                if !lists.contains(&list) {
                    lists.push(list);
                }
            }
        }
        Table { regions, lines, lists }
    }
}

/// A region of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column(usize);

/// The one that stands for regions that are not there.
pub(super) const FIRST: Column = Column(0);

impl Column {
    /// A region's, if it has one.
    pub(super) fn of(region: &str) -> Option<Column> {
        TABLE.regions.iter().position(|r| *r == region).map(Column)
    }
    /// What a thing costs there, and by which list.
    pub(super) fn price(self, thing: &str) -> Option<(f64, &'static PriceList)> {
        let line = TABLE.lines.get(thing)?;
        let amount = line.prices.get(self.0).copied().flatten()?;
        let region = TABLE.regions.get(self.0)?;
        let is = |l: &&PriceList| l.region == *region && (self == FIRST || l.month == line.month);
        Some((amount, TABLE.lists.iter().find(is)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::ec2::instance_type_name::TypeName;

    /// Lines that are no instances.
    const OTHERS: &[&str] = &[
        "gp3",
        "gp2",
        "io",
        "st1",
        "sc1",
        "gp3-iops",
        "io-iops",
        "standard",
        "snapshot",
        "application",
        "network",
        "gateway",
        "nat-gateway",
        "endpoint",
        "public-ipv4",
        "internet-out",
        "between-regions",
    ];

    fn instances() -> impl Iterator<Item = (&'static str, &'static Line)> {
        TABLE.lines.iter().map(|(thing, line)| (*thing, line)).filter(|(thing, _)| !OTHERS.contains(thing))
    }

    #[test]
    fn every_line_of_the_table_can_be_read() {
        assert_eq!(TABLE.regions[0], "us-east-1");
        let is_month = |m: &str| m.len() == 7 && m.starts_with("20") && m.as_bytes()[4] == b'-';
        assert!(TABLE.lists.iter().all(|l| is_month(l.month)), "{:?}", TABLE.lists);
        let lines = TEXT.lines().filter(|l| !l.is_empty() && !l.starts_with('#')).skip(1);
        let mut n = 0;
        for line in lines {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            assert_eq!(words.len(), TABLE.regions.len() + 2, "{line}");
            for word in &words[2..] {
                let price = word.parse::<f64>().ok();
                assert!(*word == UNKNOWN || price.is_some_and(|p| p > 0.0 && p < 1.0), "{word} in {line}");
            }
            n += 1;
        }
        assert_eq!(n, TABLE.lines.len(), "no thing has two lines");
        for thing in OTHERS {
            assert!(FIRST.price(thing).is_some(), "{thing} is not known in the first region");
        }
    }

    #[test]
    fn what_is_no_volume_and_no_fee_is_a_family_or_a_type() {
        for (thing, _) in instances() {
            let name = if thing.contains('.') { thing.to_string() } else { format!("{thing}.large") };
            assert!(TypeName::parse(&name).is_some(), "{thing}");
        }
    }

    #[test]
    fn no_region_is_cheaper_or_dearer_than_regions_are() {
        // São Paulo has the highest prices, 1.3 to 1.7 times the first region's; Mumbai the lowest, for AMD and Graviton 0.61 of them.
        // What is outside is a slip of the pen: a price of another size, of dedicated tenancy on top of São Paulo's, of reserved capacity.
        for (thing, line) in instances().filter(|(thing, _)| !thing.contains('.')) {
            let first = line.prices[0].expect("known in the first region");
            for (region, price) in TABLE.regions.iter().zip(&line.prices) {
                let Some(price) = price else { continue };
                let least = if *region == "ap-south-1" { 0.6 } else { 0.99 };
                assert!((least..1.7).contains(&(price / first)), "{thing} in {region}: {price} of {first}");
            }
        }
        for (thing, dearest) in [("gp3", 1.95), ("gp2", 1.95), ("io", 1.95), ("st1", 1.95), ("sc1", 1.95)] {
            let first = FIRST.price(thing).expect("known").0;
            for region in &TABLE.regions {
                let price = Column::of(region).and_then(|c| c.price(thing)).expect("known everywhere").0;
                assert!((0.99..dearest).contains(&(price / first)), "{thing} in {region}");
            }
        }
    }

    #[test]
    fn a_nat_gateway_is_known_everywhere_and_dearest_in_sao_paulo() {
        for region in &TABLE.regions {
            let price = Column::of(region).and_then(|c| c.price("nat-gateway")).expect("known").0;
            assert!((0.045..=0.093).contains(&price), "{region}: {price}");
            assert_eq!(price == 0.093, *region == "sa-east-1", "{region}");
        }
    }

    #[test]
    fn gp3_is_a_fifth_cheaper_than_gp2_in_every_region() {
        for region in &TABLE.regions {
            let at = |thing| Column::of(region).and_then(|c| c.price(thing)).expect("known").0;
            assert!((at("gp3") / at("gp2") - 0.8).abs() < 0.001, "{region}");
        }
    }
}
