//! Metrics as services publish them and CloudWatch keeps them: names, dimensions, and the samples of a period.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// What a metric was in one period: its identity, its unit, its values.
pub type Datum = (MetricKey, &'static str, Sample);

/// A metric's identity; dimensions are sorted by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MetricKey {
    /// `AWS/EC2`…
    pub namespace: String,
    /// `CPUUtilization`…
    pub name: String,
    /// Name and value.
    pub dimensions: Vec<(String, String)>,
}

impl MetricKey {
    /// The key with its dimensions in order.
    pub fn new(namespace: &str, name: &str, dimensions: &[(&str, &str)]) -> MetricKey {
        let mut dimensions: Vec<_> = dimensions.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        dimensions.sort();
        MetricKey { namespace: namespace.into(), name: name.into(), dimensions }
    }
    /// The value of the only dimension, if it is this one.
    pub fn only(&self, dimension: &str) -> Option<&str> {
        match self.dimensions.as_slice() {
            [(name, value)] if name == dimension => Some(value),
            _ => None,
        }
    }
}

/// What is known of the values of one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// How many values.
    pub count: f64,
    /// Their sum.
    pub sum: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
    /// The values with how often each came, in order; none if they are all the same, or if only the four above were told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    spread: Vec<(f64, f64)>,
}

/// How many different values of a period are kept apart; of more, neighbours are taken together, as CloudWatch does too.
const MOST_APART: usize = 2_000;

impl Sample {
    /// One value.
    pub const fn one(value: f64) -> Sample {
        Sample::set(1.0, value, value, value)
    }
    /// A statistic set: the single values are not known, unless they can only be all the same.
    pub const fn set(count: f64, sum: f64, min: f64, max: f64) -> Sample {
        Sample { count, sum, min, max, spread: Vec::new() }
    }
    /// Values with how often each came. `None` if there are none.
    pub fn of(values: impl IntoIterator<Item = (f64, f64)>) -> Option<Sample> {
        let mut spread: Vec<(f64, f64)> = values.into_iter().filter(|(_, n)| *n > 0.0).collect();
        spread.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (min, max) = (spread.first()?.0, spread.last()?.0);
        let (count, sum) = spread.iter().fold((0.0, 0.0), |(n, s), (v, c)| (n + c, s + v * c));
        let mut sample = Sample { count, sum, min, max, spread };
        sample.tidy(MOST_APART);
        Some(sample)
    }
    /// Adds another period's values.
    pub fn merge(&mut self, other: &Sample) {
        let spread = match (self.values(), other.values()) {
            (Some(ours), Some(theirs)) => {
                let mut all = [ours, theirs].concat();
                all.sort_by(|a, b| a.0.total_cmp(&b.0));
                all
            }
            _ => Vec::new(),
        };
        self.merge_told(other);
        self.spread = spread;
        self.tidy(MOST_APART);
    }
    /// Adds another period's values and forgets the single ones: what the five plain statistics need.
    pub fn merge_told(&mut self, other: &Sample) {
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.spread.clear();
    }
    /// The same without the single values.
    pub const fn told(&self) -> Sample {
        Sample::set(self.count, self.sum, self.min, self.max)
    }
    /// Keeps at most so many values apart.
    pub fn coarsen(&mut self, most: usize) {
        self.tidy(most);
    }
    /// The same values as if there were `factor` times as many.
    pub fn scale_count(&mut self, factor: f64) {
        self.count *= factor;
        self.sum *= factor;
        self.spread.iter_mut().for_each(|(_, n)| *n *= factor);
    }
    /// The mean.
    pub fn average(&self) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { 0.0 }
    }
    /// Equal values become one, neighbours too while there are more than `most`.
    fn tidy(&mut self, most: usize) {
        self.spread.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        while self.spread.len() > most.max(2) {
            let pairs = self.spread.chunks(2);
            self.spread = pairs
                .map(|pair| match pair {
                    [a, b] => ((a.0 * a.1 + b.0 * b.1) / (a.1 + b.1), a.1 + b.1),
                    one => one.first().copied().unwrap_or_default(),
                })
                .collect();
        }
        // Values that are all the same need no list.
        if self.spread.len() == 1 {
            self.spread.clear();
        }
    }
    /// The values with how often each came, in order. None of a statistic set, unless all its values are the same: AWS has
    /// no percentiles of it either. [AWS: PutMetricData]
    pub fn values(&self) -> Option<Cow<'_, [(f64, f64)]>> {
        if !self.spread.is_empty() {
            return Some(Cow::Borrowed(&self.spread));
        }
        let even = self.min == self.max && (self.sum - self.min * self.count).abs() <= 1e-9 * self.sum.abs();
        even.then(|| Cow::Owned(vec![(self.min, self.count)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_kept_apart_are_bounded() {
        let mut s = Sample::one(0.0);
        for n in 1..10_000 {
            s.merge(&Sample::one(f64::from(n)));
        }
        assert!(s.spread.len() > 1 && s.spread.len() <= MOST_APART, "{}", s.spread.len());
    }
}
