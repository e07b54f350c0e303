//! The state of the account: all services, one consistent graph. Knows no protocol.

pub mod event_queue;
pub mod fact;

use std::collections::{BTreeMap, VecDeque};

use arcstr::ArcStr;
use serde::{Deserialize, Serialize};

use super::random::Random;
use super::{autoscaling, cloudtrail, cloudwatch, ec2, elbv2, s3};
use crate::base::Time;
use event_queue::Queue;
use fact::News;

/// The account id of every sandbox: twelve digits as all are, and recognisably nobody's.
pub const ACCOUNT: &str = "000000000000";

/// One account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct World {
    /// The version of the saved form; see [`World::VERSION`].
    version: u32,
    /// What every random number comes from, together with a resource's id.
    pub seed: u64,
    /// The twelve-digit account id.
    pub account: ArcStr,
    /// When the world was made.
    pub born: Time,
    /// What durations are divided by. Not saved: it is the run's, not the world's.
    #[serde(skip, default = "one")]
    pub speed: f64,
    /// When this run began: until then, time ran as the wall's. Not saved either.
    #[serde(skip)]
    pub since: Time,
    /// The moment that the world is being brought to. Not saved.
    #[serde(skip)]
    pub until: Time,
    /// Whether what is launched meanwhile finds no room: a fault on purpose. Not saved.
    #[serde(skip)]
    pub no_room: bool,
    /// Counts ids that were made.
    serial: u64,
    /// What will happen.
    #[serde(alias = "physics")]
    pub events: Queue,
    /// What has happened and was not yet told to the services that it concerns. Empty between requests.
    #[serde(skip)]
    pub(super) news: VecDeque<News>,
    /// The regions that were touched.
    pub regions: BTreeMap<ArcStr, Region>,
    /// Buckets and objects: global, each bucket with its region.
    pub s3: s3::state::State,
}

fn one() -> f64 {
    1.0
}

/// One region's services.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Region {
    /// Instances, networks, volumes, images.
    pub ec2: ec2::state::State,
    /// Load balancers and target groups.
    pub elbv2: elbv2::state::State,
    /// Auto Scaling groups.
    pub autoscaling: autoscaling::state::State,
    /// Alarms and metrics.
    pub cloudwatch: cloudwatch::state::State,
    /// Who called what.
    #[serde(default)]
    pub cloudtrail: cloudtrail::state::State,
}

impl World {
    /// Whether a bucket of this name is the account's: what other services are told of S3.
    pub fn has_bucket(&self, name: &str) -> bool {
        self.s3.buckets.contains_key(name)
    }
    /// The saved form's version. A saved world of another version is refused.
    pub const VERSION: u32 = 2;

    /// An account with nothing in it.
    pub fn new(seed: u64, now: Time) -> World {
        World {
            version: World::VERSION,
            seed,
            account: ACCOUNT.into(),
            born: now,
            speed: one(),
            since: Time::from_secs(0),
            until: now,
            no_room: false,
            serial: 0,
            events: Queue::default(),
            news: VecDeque::new(),
            regions: BTreeMap::new(),
            s3: s3::state::State::default(),
        }
    }

    /// The form that the world was saved in, and the one that this program reads and writes.
    pub(super) fn version(&self) -> (u32, u32) {
        (self.version, World::VERSION)
    }

    /// A region's state, made at the first touch (with its default VPC, as every region has).
    pub fn region(&mut self, name: &str) -> &mut Region {
        let seed = self.seed;
        let untouched = || Region { ec2: ec2::state::State::of_new_region(seed, name), ..Region::default() };
        self.regions.entry(name.into()).or_insert_with(untouched)
    }

    /// A region's state, if it was ever touched.
    pub fn peek(&self, name: &str) -> Option<&Region> {
        self.regions.get(name)
    }

    /// The shared form of a region's name.
    pub(crate) fn region_name(&self, name: &str) -> ArcStr {
        self.regions.get_key_value(name).map_or_else(|| name.into(), |(k, _)| k.clone())
    }

    /// A generator of the numbers that belong to `id`; `salt` tells one use from another (`"boot"`, `"cpu"`).
    pub fn random(&self, id: &str, salt: &str) -> Random {
        Random::new(self.seed, &[id, salt])
    }

    fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// A new id as EC2 makes them: `PREFIX-0` and sixteen hexadecimal digits.
    pub fn new_id(&mut self, prefix: &str) -> ArcStr {
        let n = Random::new(self.seed, &[prefix, &self.next_serial().to_string()]).u64();
        arcstr::format!("{prefix}-0{n:016x}")
    }

    /// `count` hexadecimal digits (ELB's ARNs end in 16).
    pub fn new_hex(&mut self, count: usize) -> String {
        let mut random = Random::new(self.seed, &["hex", &self.next_serial().to_string()]);
        let mut out = String::with_capacity(count + 16);
        while out.len() < count {
            out.push_str(&format!("{:016x}", random.u64()));
        }
        out.truncate(count);
        out
    }

    /// A UUID as request ids, activity ids and policy ARNs have.
    pub fn new_uuid(&mut self) -> String {
        let h = self.new_hex(32);
        format!("{}-{}-4{}-a{}-{}", &h[..8], &h[8..12], &h[13..16], &h[17..20], &h[20..32])
    }

    /// A request id.
    pub(crate) fn new_request_id(&mut self) -> String {
        self.new_uuid()
    }
}
