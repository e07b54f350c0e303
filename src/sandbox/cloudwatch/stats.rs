//! Statistics over samples. Pure.

use serde::{Deserialize, Serialize};

/// What is known of the values of one period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// How many values.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
}

impl Sample {
    /// One value.
    pub const fn one(value: f64) -> Sample {
        Sample { count: 1.0, sum: value, min: value, max: value }
    }
    /// Adds another period's values.
    pub fn merge(&mut self, other: &Sample) {
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }
    /// The mean.
    pub fn average(&self) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { 0.0 }
    }
}

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
}

impl Stat {
    /// From AWS's word: `Average`, `p99.9`, `tm90` (read as the percentile it trims to).
    pub fn parse(s: &str) -> Option<Stat> {
        Some(match s {
            "Average" | "avg" => Stat::Average,
            "Sum" | "sum" => Stat::Sum,
            "Minimum" | "min" => Stat::Minimum,
            "Maximum" | "max" => Stat::Maximum,
            "SampleCount" | "n" => Stat::SampleCount,
            "IQM" => Stat::Percentile(50.0),
            _ => {
                let digits = s.strip_prefix("tm").or_else(|| s.strip_prefix("wm")).or_else(|| s.strip_prefix('p'))?;
                let p: f64 = digits.parse().ok()?;
                (0.0..=100.0).contains(&p).then_some(Stat::Percentile(p))?
            }
        })
    }
    /// Its value. A percentile is read between least, mean and most: the single values are not kept.
    pub fn of(self, s: &Sample) -> f64 {
        match self {
            Stat::Average => s.average(),
            Stat::Sum => s.sum,
            Stat::Minimum => s.min,
            Stat::Maximum => s.max,
            Stat::SampleCount => s.count,
            Stat::Percentile(p) if p >= 50.0 => s.average() + (s.max - s.average()) * (p - 50.0) / 50.0,
            Stat::Percentile(p) => s.min + (s.average() - s.min) * p / 50.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_of_merged_samples_are_those_of_all_values() {
        let mut s = Sample::one(2.0);
        s.merge(&Sample::one(10.0));
        let all: Vec<f64> =
            ["Average", "Sum", "Minimum", "Maximum", "SampleCount"].map(|n| Stat::parse(n).unwrap().of(&s)).to_vec();
        assert_eq!(all, [6.0, 12.0, 2.0, 10.0, 2.0]);
        assert_eq!(Stat::parse("p100").unwrap().of(&s), 10.0);
        assert_eq!(Stat::parse("p0").unwrap().of(&s), 2.0);
        assert_eq!(Stat::parse("p101"), None);
        assert_eq!(Stat::parse("Avg"), None);
    }
}
