//! Facts: what a service says has happened, for services above it that it does not know.
//!
//! A service tells a fact with [`World::tell`]. What follows from it stands in one table, `sandbox::physics`, which delivers
//! facts in their order as soon as the operation or the event that told them is through.

use arcstr::ArcStr;

use super::World;
use crate::base::Time;
use crate::sandbox::cloudwatch::state::Alarm;

/// Something that has happened.
#[derive(Debug, Clone)]
pub enum Fact {
    /// An instance came to another state: it runs, stopped, terminated, or is no longer shown.
    InstanceChanged {
        /// Its id.
        instance: ArcStr,
    },
    /// A minute of the sandbox's clock is over.
    MinuteOver {
        /// Its beginning, as the sandbox's clock shows it.
        minute: Time,
    },
    /// An alarm went to another state, and nothing holds its actions back.
    AlarmFired {
        /// The alarm as it was then.
        alarm: Box<Alarm>,
    },
    /// An alarm is still in its state a minute later, and has scaling policies among the actions of that state.
    AlarmStands {
        /// The alarm as it was then.
        alarm: Box<Alarm>,
    },
}

/// A fact, and where and when it happened.
#[derive(Debug, Clone)]
pub struct News {
    /// The region.
    pub region: ArcStr,
    /// The moment.
    pub at: Time,
    /// What happened.
    pub fact: Fact,
}

impl World {
    /// Tells a fact to whom it concerns.
    pub(in crate::sandbox) fn tell(&mut self, region: &str, at: Time, fact: Fact) {
        let region = self.region_name(region);
        self.news.push_back(News { region, at, fact });
    }
    /// Takes the oldest fact that was not delivered.
    pub(in crate::sandbox) fn next_news(&mut self) -> Option<News> {
        self.news.pop_front()
    }
}
