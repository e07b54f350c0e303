//! CloudWatch's state in a region: alarms, their history, and recorded metrics. Knows no protocol.

use std::collections::{BTreeMap, VecDeque};

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use crate::base::Time;
use crate::sandbox::metric::{MetricKey, Sample};
use crate::sandbox::pace::Pace;

/// What will happen to alarms and metrics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A minute is over: alarms are evaluated.
    Minute,
    /// Ten seconds are over: alarms with shorter periods than a minute are.
    Tenth,
    /// A composite alarm has waited for its suppressor, or long enough after it.
    Review,
}

/// The state of CloudWatch in one region.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// Alarms by name.
    pub alarms: BTreeMap<ArcStr, Alarm>,
    /// What happened to alarms, oldest first.
    pub history: VecDeque<HistoryItem>,
    /// Metrics that were sent or recorded, as a list: a key is no text.
    pub series: Vec<Series>,
    /// Whether the minute's evaluation is scheduled.
    pub ticking: bool,
    /// Whether that of every ten seconds is.
    #[serde(default)]
    pub tenths: bool,
}

/// A metric's samples, one a minute, in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Series {
    /// Which metric.
    pub key: MetricKey,
    /// Its unit.
    pub unit: String,
    /// The minute's start and what came in it.
    pub samples: Vec<(Time, Sample)>,
}

/// The three states of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlarmState {
    /// Within the threshold.
    Ok,
    /// Not.
    Alarm,
    /// Cannot say.
    Insufficient,
}

impl AlarmState {
    /// AWS's word.
    pub const fn word(self) -> &'static str {
        match self {
            AlarmState::Ok => "OK",
            AlarmState::Alarm => "ALARM",
            AlarmState::Insufficient => "INSUFFICIENT_DATA",
        }
    }
    /// From AWS's word.
    pub fn parse(s: &str) -> Option<AlarmState> {
        [AlarmState::Ok, AlarmState::Alarm, AlarmState::Insufficient].into_iter().find(|a| a.word() == s)
    }
}

/// One alarm.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name, unique in the region.
    pub name: ArcStr,
    /// A sentence by whoever made it.
    pub description: Option<String>,
    /// When it was last put.
    pub configured: Time,
    /// Whether its actions are carried out.
    pub actions_enabled: bool,
    /// ARNs for each state.
    pub ok_actions: Vec<String>,
    /// ARNs.
    pub alarm_actions: Vec<String>,
    /// ARNs.
    pub insufficient_actions: Vec<String>,
    /// Its state.
    pub state: AlarmState,
    /// Why.
    pub reason: String,
    /// Why, as JSON.
    pub reason_data: Option<String>,
    /// When its state was last set, changed or not.
    pub updated: Time,
    /// When its state last changed.
    pub transitioned: Time,
    /// What it watches.
    pub watch: Watch,
    /// Tags.
    pub tags: Vec<(String, String)>,
    /// The alarm that holds its actions back, of a composite one.
    #[serde(default)]
    pub suppressor: Option<Suppressor>,
    /// What holds its actions back now.
    #[serde(default)]
    pub suppressed: Option<Suppressed>,
    /// The state that it last acted on, or would have if it had actions.
    #[serde(default)]
    pub acted: Option<AlarmState>,
}

/// What a composite alarm's actions are held back by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressor {
    /// The other alarm, by its name or its ARN, as it was said.
    pub alarm: String,
    /// How long it is waited for, in seconds.
    pub wait: i64,
    /// How long actions are held back after it, in seconds.
    pub extension: i64,
}

/// Why actions are held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SuppressedBy {
    /// The suppressor is in `ALARM`.
    Alarm,
    /// It may get there.
    WaitPeriod,
    /// It was there just now.
    ExtensionPeriod,
}

/// That actions are held back, and until when if that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    /// By what.
    pub by: SuppressedBy,
    /// Until when.
    pub until: Option<Time>,
}

impl Suppressed {
    /// AWS's word.
    pub const fn word(&self) -> &'static str {
        match self.by {
            SuppressedBy::Alarm => "Alarm",
            SuppressedBy::WaitPeriod => "WaitPeriod",
            SuppressedBy::ExtensionPeriod => "ExtensionPeriod",
        }
    }
    /// A sentence.
    pub fn reason(&self, suppressor: &Suppressor) -> String {
        let Suppressor { alarm, wait, extension } = suppressor;
        match self.by {
            SuppressedBy::Alarm => format!("The suppressor alarm {alarm} is in ALARM"),
            SuppressedBy::WaitPeriod => format!("Waiting {wait} seconds for the suppressor alarm {alarm}"),
            SuppressedBy::ExtensionPeriod => {
                format!("Waiting {extension} seconds after the suppressor alarm {alarm} left ALARM")
            }
        }
    }
}

impl Alarm {
    /// An alarm that was just made.
    pub fn new(name: &str, watch: Watch, now: Time) -> Alarm {
        Alarm {
            name: name.into(),
            description: None,
            configured: now,
            actions_enabled: true,
            ok_actions: Vec::new(),
            alarm_actions: Vec::new(),
            insufficient_actions: Vec::new(),
            state: AlarmState::Insufficient,
            reason: "Unchecked: Initial alarm creation".into(),
            reason_data: None,
            updated: now,
            transitioned: now,
            watch,
            tags: Vec::new(),
            suppressor: None,
            suppressed: None,
            acted: Some(AlarmState::Insufficient),
        }
    }
    /// The state that it last acted on.
    pub fn acted(&self) -> AlarmState {
        self.acted.unwrap_or(self.state)
    }
    /// Whether its period is shorter than a minute.
    pub fn is_quick(&self) -> bool {
        matches!(&self.watch, Watch::Metric(w) if w.period < 60)
    }
    /// `MetricAlarm` or `CompositeAlarm`.
    pub const fn kind(&self) -> &'static str {
        match self.watch {
            Watch::Metric(_) => "MetricAlarm",
            Watch::Rule(_) => "CompositeAlarm",
        }
    }
    /// Its ARN.
    pub fn arn(&self, account: &str, region: &str) -> String {
        format!("arn:aws:cloudwatch:{region}:{account}:alarm:{}", self.name)
    }
}

/// What an alarm watches.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Watch {
    /// One metric.
    Metric(Box<MetricWatch>),
    /// Other alarms' states.
    Rule(String),
}

/// A metric and its threshold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MetricWatch {
    /// Which metric; none for math.
    pub key: Option<MetricKey>,
    /// `Average`…, or `p99`.
    pub stat: String,
    /// Seconds.
    pub period: i64,
    /// The unit it asked for.
    pub unit: Option<String>,
    /// How many periods are looked at.
    pub evaluation_periods: i64,
    /// How many of them must breach.
    pub datapoints_to_alarm: Option<i64>,
    /// The threshold.
    pub threshold: f64,
    /// `GreaterThanThreshold`…
    pub comparison: String,
    /// `breaching`, `notBreaching`, `ignore`, `missing`.
    pub treat_missing: Option<String>,
    /// `evaluate` or `ignore`.
    pub low_samples: Option<String>,
    /// Queries, for an alarm on math, as JSON.
    pub metrics: Option<serde_json::Value>,
}

/// Something that happened to an alarm.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HistoryItem {
    /// The alarm's name.
    pub alarm: ArcStr,
    /// `MetricAlarm` or `CompositeAlarm`.
    pub kind: String,
    /// When.
    pub at: Time,
    /// `ConfigurationUpdate`, `StateUpdate` or `Action`.
    pub item: String,
    /// A sentence.
    pub summary: String,
    /// JSON.
    pub data: String,
}

/// AWS keeps two weeks; this many items are enough for a console and bound the saved world.
const MOST_HISTORY: usize = 20_000;
/// How long history and sent metrics are kept, in seconds.
const KEPT: i64 = 14 * 86_400;

impl State {
    /// Adds to the history, and forgets what AWS would have forgotten.
    pub fn remember(&mut self, item: HistoryItem) {
        let at = item.at;
        self.history.push_back(item);
        while self.history.len() > MOST_HISTORY || self.history.front().is_some_and(|h| at.secs() - h.at.secs() > KEPT)
        {
            self.history.pop_front();
        }
    }
    /// Adds a sample to a metric's minute, or to so many seconds of it: of the faster clock of the two.
    pub fn record(&mut self, key: &MetricKey, unit: &str, at: Time, (pace, seconds): (Pace, i64), mut sample: Sample) {
        let slot = pace.slot(at, seconds);
        let own = key.namespace.starts_with("AWS/");
        if own {
            sample.coarsen(MOST_OWN);
        }
        // One list for each unit that a metric was sent with. [AWS: PutMetricData]
        let place = self.series.binary_search_by(|s| s.key.cmp(key).then_with(|| s.unit.as_str().cmp(unit)));
        let at = place.unwrap_or_else(|at| {
            self.series.insert(at, Series { key: key.clone(), unit: unit.to_owned(), samples: Vec::new() });
            at
        });
        let series = &mut self.series[at];
        match series.samples.binary_search_by_key(&slot, |(t, _)| *t) {
            Ok(i) => series.samples[i].1.merge(&sample),
            Err(i) => series.samples.insert(i, (slot, sample)),
        }
        // What the account records of itself is looked at for the last day at most.
        let kept = if own { 86_400 } else { KEPT };
        let oldest = slot.secs() - kept;
        let keep_from = series.samples.partition_point(|(t, _)| t.secs() < oldest);
        if keep_from > 256 {
            series.samples.drain(..keep_from);
        }
        series.join(pace.wall(Time::from_secs(pace.shows(slot).secs() - 86_400)));
    }
    /// A metric that was sent or recorded, once for each unit.
    pub fn series(&self, key: &MetricKey) -> &[Series] {
        let from = self.series.partition_point(|s| s.key < *key);
        let to = from + self.series[from..].partition_point(|s| s.key == *key);
        &self.series[from..to]
    }
}

/// How many values of a minute are kept apart of what the account records of itself.
const MOST_OWN: usize = 64;

impl Series {
    /// Joins what is older than the longest look of an alarm to whole minutes of the wall's.
    fn join(&mut self, before: Time) {
        let minute = |t: Time| t.secs().div_euclid(60);
        let mut end = self.samples.partition_point(|(t, _)| minute(*t) < minute(before));
        while end > 1 {
            let last = minute(self.samples[end - 1].0);
            let from = self.samples.partition_point(|(t, _)| minute(*t) < last);
            if end - from < 2 {
                return;
            }
            let mut rest: Vec<(Time, Sample)> = self.samples.drain(from + 1..end).collect();
            let whole = &mut self.samples[from];
            whole.0 = Time::from_secs(last * 60);
            rest.drain(..).for_each(|(_, sample)| whole.1.merge(&sample));
            end = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::world::World;

    #[test]
    fn what_a_fast_clock_recorded_is_joined_to_whole_minutes_and_nothing_is_lost() {
        let start = Time::from_secs(1_795_252_800);
        let mut world = World::new(1, start);
        (world.speed, world.since) = (50.0, start);
        let (mut state, key) = (State::default(), MetricKey::new("App", "x", &[]));
        for n in 0..20_000 {
            let at = Time::from_millis(start.millis() + n * 1_200);
            state.record(&key, "None", at, (world.pace(), 60), Sample::one(1.0));
        }
        let samples = &state.series(&key)[0].samples;
        // A day of its own clock minute by minute, and six hours of the wall's.
        assert!((1_440..2_000).contains(&samples.len()), "{}", samples.len());
        assert_eq!(samples.iter().map(|(_, s)| s.count).sum::<f64>(), 20_000.0);
        assert!(samples.windows(2).all(|w| w[0].0 < w[1].0));
        assert!(samples.iter().take(300).all(|(t, s)| t.secs() % 60 == 0 && s.count == 50.0));
        assert!(samples.iter().rev().take(1_000).all(|(_, s)| s.count == 1.0));
    }
}
