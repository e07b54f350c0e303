//! Statistics over samples. Pure.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html>

use crate::sandbox::metric::Sample;

/// One statistic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stat {
    /// The mean.
    Average,
    /// The sum.
    Sum,
    /// The least.
    Minimum,
    /// The most.
    Maximum,
    /// How many.
    SampleCount,
    /// A percentile, from 0 to 100.
    Percentile(f64),
    /// Something of the values between two bounds.
    Trimmed(Trim, Bounds),
    /// How many of a hundred values are above the first and at most the second.
    Rank(f64, f64),
}

/// What is made of the values that are left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trim {
    /// Their mean.
    Mean,
    /// Their sum.
    Sum,
    /// How many they are.
    Count,
    /// The mean of all, those beyond a bound moved to it.
    Winsorized,
}

/// The two bounds of a trimmed statistic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bounds {
    /// Of a hundred values in order.
    Percent(f64, f64),
    /// Values: above the first, at most the second.
    Value(f64, f64),
}

impl Stat {
    /// From AWS's word: `Average`, `p99.9`, `tm90`, `TM(2%:98%)`, `PR(:300)`, `IQM`.
    pub fn parse(s: &str) -> Option<Stat> {
        Some(match s {
            "Average" | "avg" => Stat::Average,
            "Sum" | "sum" => Stat::Sum,
            "Minimum" | "min" => Stat::Minimum,
            "Maximum" | "max" => Stat::Maximum,
            "SampleCount" | "n" => Stat::SampleCount,
            "IQM" => Stat::Trimmed(Trim::Mean, Bounds::Percent(25.0, 75.0)),
            _ if s.ends_with(')') => ranged(s)?,
            _ => match s.strip_prefix('p') {
                Some(digits) => Stat::Percentile(percent(digits)?),
                None => Stat::Trimmed(trim(s.get(..2)?, false)?, Bounds::Percent(0.0, percent(s.get(2..)?)?)),
            },
        })
    }
    /// Whether it is one of the five that every metric has: `Statistic`, not `ExtendedStatistic`.
    pub const fn is_plain(self) -> bool {
        matches!(self, Stat::Average | Stat::Sum | Stat::Minimum | Stat::Maximum | Stat::SampleCount)
    }
    /// Its value. None where the single values are not known, where nothing is left between the bounds, and of percentiles
    /// over negative values: AWS has no datapoint there. [AWS: GetMetricStatistics]
    pub fn of(self, s: &Sample) -> Option<f64> {
        match self {
            Stat::Average => Some(s.average()),
            Stat::Sum => Some(s.sum),
            Stat::Minimum => Some(s.min),
            Stat::Maximum => Some(s.max),
            Stat::SampleCount => Some(s.count),
            Stat::Percentile(_) if s.min < 0.0 => None,
            Stat::Percentile(p) => percentile(&s.values()?, s.count, p),
            Stat::Rank(from, to) => {
                let inside: f64 = s.values()?.iter().filter(|(v, _)| *v > from && *v <= to).map(|(_, n)| n).sum();
                (s.count > 0.0).then(|| inside / s.count * 100.0)
            }
            Stat::Trimmed(trim, bounds) => trimmed(&s.values()?, s.count, trim, bounds),
        }
    }
}

fn percent(digits: &str) -> Option<f64> {
    // Digits alone: what Rust reads besides (`inf`, `1e2`, `+5`) AWS does not.
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    digits.parse().ok().filter(|p| plain && (0.0..=100.0).contains(p))
}

fn trim(word: &str, upper: bool) -> Option<Trim> {
    let words = if upper { ["TM", "TS", "TC", "WM"] } else { ["tm", "ts", "tc", "wm"] };
    let kinds = [Trim::Mean, Trim::Sum, Trim::Count, Trim::Winsorized];
    words.into_iter().zip(kinds).find_map(|(w, kind)| (w == word).then_some(kind))
}

/// `TM(2%:98%)`, `TC(150:1000)`, `WM(:95%)`, `PR(100:)`.
fn ranged(s: &str) -> Option<Stat> {
    let (word, rest) = s.split_once('(')?;
    let (from, to) = rest.strip_suffix(')')?.split_once(':')?;
    if from.is_empty() && to.is_empty() {
        return None;
    }
    let number = |s: &str| s.parse::<f64>().ok().filter(|n| n.is_finite());
    let is_percent = from.ends_with('%') || to.ends_with('%');
    let (low, high) = if is_percent {
        let read = |s: &str, open: f64| if s.is_empty() { Some(open) } else { percent(s.strip_suffix('%')?) };
        (read(from, 0.0)?, read(to, 100.0)?)
    } else {
        let read = |s: &str, open: f64| if s.is_empty() { Some(open) } else { number(s) };
        (read(from, f64::NEG_INFINITY)?, read(to, f64::INFINITY)?)
    };
    if low >= high {
        return None;
    }
    match word {
        "PR" if !is_percent => Some(Stat::Rank(low, high)),
        _ => {
            let bounds = if is_percent { Bounds::Percent(low, high) } else { Bounds::Value(low, high) };
            Some(Stat::Trimmed(trim(word, true)?, bounds))
        }
    }
}

/// What floating-point sums of counts may be off by.
const SLACK: f64 = 1e-6;

/// The least value that so much of a hundred is not above.
fn percentile(values: &[(f64, f64)], count: f64, p: f64) -> Option<f64> {
    let rank = count * p / 100.0;
    let mut reached = 0.0;
    let found = values.iter().find(|(_, n)| {
        reached += n;
        reached + SLACK >= rank
    });
    found.or(values.last()).map(|(v, _)| *v)
}

fn trimmed(values: &[(f64, f64)], count: f64, trim: Trim, bounds: Bounds) -> Option<f64> {
    let mean = |n: f64, sum: f64| (n > 0.0).then(|| sum / n);
    if trim == Trim::Winsorized {
        let (low, high) = match bounds {
            Bounds::Value(low, high) => (low, high),
            Bounds::Percent(low, high) => (percentile(values, count, low)?, percentile(values, count, high)?),
        };
        let sum = values.iter().map(|(v, n)| v.max(low).min(high) * n).sum();
        return mean(count, sum);
    }
    // Whole values only: at most so many of a hundred go.
    let ranks = match bounds {
        Bounds::Percent(low, high) => {
            Some(((count * low / 100.0 + SLACK).floor(), (count * high / 100.0 - SLACK).ceil()))
        }
        Bounds::Value(..) => None,
    };
    let (mut reached, mut n, mut sum) = (0.0, 0.0, 0.0);
    for (value, times) in values {
        let (from, to) = (reached, reached + times);
        reached = to;
        let left = match (ranks, bounds) {
            (Some((low, high)), _) => (to.min(high) - from.max(low)).max(0.0),
            (None, Bounds::Value(low, high)) if *value > low && *value <= high => *times,
            _ => 0.0,
        };
        n += left;
        sum += value * left;
    }
    match trim {
        Trim::Count => Some(n),
        Trim::Sum => Some(sum),
        _ => mean(n, sum),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(stat: &str, sample: &Sample) -> Option<f64> {
        Stat::parse(stat).unwrap().of(sample)
    }
    fn hundred() -> Sample {
        Sample::of((1..=100).map(|n| (f64::from(n), 1.0))).unwrap()
    }

    #[test]
    fn statistics_of_merged_samples_are_those_of_all_values() {
        let mut s = Sample::one(2.0);
        s.merge(&Sample::one(10.0));
        let all: Vec<f64> =
            ["Average", "Sum", "Minimum", "Maximum", "SampleCount"].map(|n| of(n, &s).unwrap()).to_vec();
        assert_eq!(all, [6.0, 12.0, 2.0, 10.0, 2.0]);
        assert_eq!((of("p100", &s), of("p0", &s), of("p50", &s)), (Some(10.0), Some(2.0), Some(2.0)));
        for bad in [
            "p101",
            "Avg",
            "p",
            "p-1",
            "p1e1",
            "pinf",
            "tm",
            "tm101",
            "TM()",
            "TM(:)",
            "TM(9%:1%)",
            "TM(1%:50)",
            "PR(1%:2%)",
            "xx90",
            "가",
        ] {
            assert_eq!(Stat::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn percentiles_weigh_each_value_by_how_often_it_came() {
        let s = Sample::of([(100.0, 15.0), (1.0, 85.0)]).unwrap();
        for (stat, value) in
            [("p80", 1.0), ("p85", 1.0), ("p85.1", 100.0), ("p90", 100.0), ("p0.0", 1.0), ("p100", 100.0)]
        {
            assert_eq!(of(stat, &s), Some(value), "{stat}");
        }
        assert_eq!((s.count, s.sum), (100.0, 1585.0));
        assert_eq!(of("p90", &hundred()), Some(90.0));
    }

    #[test]
    fn trimmed_winsorized_and_ranked_statistics_are_the_documented_ones() {
        for (stat, value) in [
            ("tm90", 45.5),
            ("TM(10%:90%)", 50.5),
            ("TM(:95%)", 48.0),
            ("TM(80%:)", 90.5),
            ("TM(10:20)", 15.5),
            ("IQM", 50.5),
            ("tc90", 90.0),
            ("TC(10:20)", 10.0),
            ("TC(2%:98%)", 96.0),
            ("ts90", 4095.0),
            ("TS(80%:)", 1810.0),
            ("wm98", 50.47),
            ("WM(10%:90%)", 50.40),
            ("WM(10:20)", 18.55),
            ("PR(:30)", 30.0),
            ("PR(10:20)", 10.0),
            ("PR(95:)", 5.0),
        ] {
            let got = of(stat, &hundred()).unwrap();
            assert!((got - value).abs() < 1e-9, "{stat}: {got}, not {value}");
        }
        assert_eq!(of("TM(200:300)", &hundred()), None);
        assert_eq!(of("tm90", &Sample::one(7.0)), Some(7.0));
    }

    #[test]
    fn statistic_sets_have_no_percentiles_unless_all_their_values_are_the_same() {
        let told = Sample::set(10.0, 55.0, 1.0, 10.0);
        for stat in ["p50", "tm90", "WM(1%:9%)", "tc50", "ts50", "PR(:5)", "IQM"] {
            assert_eq!(of(stat, &told), None, "{stat}");
            assert!(of(stat, &Sample::set(4.0, 20.0, 5.0, 5.0)).is_some(), "{stat}");
        }
        assert_eq!(of("p50", &Sample::set(4.0, 22.0, 5.0, 5.0)), None);
        assert_eq!(of("Average", &told), Some(5.5));
        let mut mixed = Sample::one(3.0);
        mixed.merge(&told);
        assert_eq!(of("p50", &mixed), None);
        assert_eq!(of("p50", &Sample::one(-1.0)), None);
    }

    #[test]
    fn many_different_values_are_bounded_and_still_told_apart() {
        let mut s = Sample::one(0.0);
        for n in 1..10_000 {
            s.merge(&Sample::one(f64::from(n)));
        }
        assert_eq!((s.count, s.max), (10_000.0, 9_999.0));
        let got = of("p90", &s).unwrap();
        assert!((got - 9_000.0).abs() < 90.0, "{got}");
    }
}
