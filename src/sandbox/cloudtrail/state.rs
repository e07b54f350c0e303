//! The events of one region.

use std::collections::VecDeque;
use std::time::Duration;

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use crate::base::Time;

/// How long an event can be looked up.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>
pub const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// How long after a call its event is there: five minutes on average, as AWS says.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html>
pub const DELIVERED_AFTER: Duration = Duration::from_secs(5 * 60);

/// The most events that a region keeps. AWS has no such bound; a saved world has to have one.
const MOST: usize = 20_000;

/// Somebody's call.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// Its UUID.
    pub id: ArcStr,
    /// When it was called.
    pub at: Time,
    /// `StopInstances`
    pub name: ArcStr,
    /// `ec2.amazonaws.com`
    pub source: ArcStr,
    /// The user, or the session of a role.
    pub user: ArcStr,
    /// The ARN of who called.
    pub arn: ArcStr,
    /// The access key that signed it; empty where a service called.
    pub access_key: ArcStr,
    /// The address that it came from, or the service.
    pub from: ArcStr,
    /// What called, as it names itself.
    pub agent: ArcStr,
    /// Types (`AWS::EC2::Instance`) and names of what it was about.
    pub resources: Vec<(ArcStr, ArcStr)>,
    /// Why it was refused: AWS's code and sentence.
    pub error: Option<(ArcStr, ArcStr)>,
    /// What was asked for, as JSON.
    pub parameters: String,
}

/// A region's event history, the oldest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct State {
    /// The events.
    pub events: VecDeque<Event>,
    /// Counts events, for their ids.
    pub serial: u64,
}

impl State {
    /// Adds an event.
    pub fn push(&mut self, event: Event) {
        while self.events.len() >= MOST || self.events.front().is_some_and(|e| event.at.since(e.at) > KEPT) {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}
