//! Token buckets: at most a share of what AWS documents, so that a dashboard never starves the account's own automation.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arcstr::ArcStr;
use rustc_hash::FxHashMap;
use tokio::time::Instant;

use crate::base::Scope;
use crate::model::{Access, Operation, Service};

/// How much of the documented request rate polling may take, in percent (`--api-share`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u32);

impl Share {
    /// 1 to 100 percent.
    pub fn percent(p: u32) -> Self {
        Share(p.clamp(1, 100))
    }
}

impl Default for Share {
    fn default() -> Self {
        Share(20)
    }
}

/// A bucket's size and refill per second as AWS documents them for one account and region.
///
/// EC2: "Request throttling for the Amazon EC2 API" (non-mutating 100 and 20/s; mutating 50 and 5/s). ELB: bursts of about 40 Describe
/// calls, then 10/s. CloudWatch: GetMetricData 50/s, DescribeAlarms 9/s ("CloudWatch service quotas"). S3: 5,500 GET/HEAD
/// a second and prefix; ListBuckets is not documented and taken as 10/s, as are Auto Scaling and STS.
fn documented(op: &Operation) -> (f64, f64) {
    match (op.service, op.access) {
        (Service::Ec2, Access::Read) => (100.0, 20.0),
        (Service::Ec2, Access::Write) => (50.0, 5.0),
        (Service::Elbv2, _) => (40.0, 10.0),
        (Service::CloudWatch, _) if op.name == "GetMetricData" => (50.0, 50.0),
        (Service::CloudWatch, _) => (9.0, 9.0),
        (Service::S3, _) if op.name != "ListBuckets" => (500.0, 500.0),
        _ => (50.0, 10.0),
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    /// The account if it is known, else the profile: AWS counts by account, however many profiles reach it.
    owner: ArcStr,
    region: ArcStr,
    service: Service,
    /// AWS counts these apart: EC2's reads from its writes, GetMetricData from the rest. What changes seldom is counted apart
    /// too: a request for each row must not make the list itself wait.
    class: u8,
}

struct Bucket {
    tokens: f64,
    size: f64,
    refill: f64,
    /// 1 = full rate; halved by each throttling answer, restored slowly by success.
    factor: f64,
    at: Instant,
}

/// All buckets. Cheap to clone.
#[derive(Clone)]
pub struct Budget {
    share: f64,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    buckets: FxHashMap<Key, Bucket>,
    /// Accounts by profile, as far as they are known.
    accounts: FxHashMap<ArcStr, ArcStr>,
}

/// The slowest that throttling makes a bucket.
const LEAST_FACTOR: f64 = 1.0 / 32.0;
/// How much of the full rate a success brings back.
const RESTORE: f64 = 0.02;

impl Budget {
    /// Buckets of `share` of the documented rates.
    pub fn new(share: Share) -> Self {
        Budget { share: f64::from(share.0) / 100.0, inner: Arc::default() }
    }

    /// Says whose account a profile reaches: from here on it shares the buckets of that account's other profiles.
    pub fn identified(&self, profile: &ArcStr, account: &ArcStr) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.accounts.insert(profile.clone(), account.clone()).as_ref() == Some(account) {
            return;
        }
        // What was taken under the profile's own name was taken from the account.
        let own: Vec<(Key, Bucket)> = inner.buckets.extract_if(|k, _| k.owner == *profile).collect();
        for (key, mine) in own {
            let ours = inner.buckets.entry(Key { owner: account.clone(), ..key });
            ours.and_modify(|b| {
                b.tokens = b.tokens.min(mine.tokens);
                b.factor = b.factor.min(mine.factor);
            })
            .or_insert(mine);
        }
    }

    fn key(accounts: &FxHashMap<ArcStr, ArcStr>, scope: &Scope, op: &Operation) -> Key {
        let profile = scope.profile().cloned().unwrap_or_default();
        Key {
            owner: accounts.get(&profile).cloned().unwrap_or(profile),
            region: scope.region_code().cloned().unwrap_or_default(),
            service: op.service,
            class: u8::from(op.access == Access::Write)
                + 2 * u8::from(op.name == "GetMetricData")
                + 4 * u8::from(op.rarely_changes),
        }
    }

    fn with<R>(&self, scope: &Scope, op: &Operation, now: Instant, f: impl FnOnce(&mut Bucket) -> R) -> R {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let key = Self::key(&inner.accounts, scope, op);
        let bucket = inner.buckets.entry(key).or_insert_with(|| {
            let (size, refill) = documented(op);
            let size = (size * self.share).max(1.0);
            Bucket { tokens: size, size, refill: refill * self.share, factor: 1.0, at: now }
        });
        f(bucket)
    }

    /// Takes a token at the moment `now`, or says how long to wait before trying again.
    pub fn take(&self, scope: &Scope, op: &Operation, now: Instant) -> Result<(), Duration> {
        self.with(scope, op, now, |b| {
            let rate = b.refill * b.factor;
            b.tokens = (b.tokens + now.duration_since(b.at).as_secs_f64() * rate).min((b.size * b.factor).max(1.0));
            b.at = now;
            if b.tokens >= 1.0 {
                b.tokens -= 1.0;
                Ok(())
            } else {
                // Up to a fifth more, so that many tables waiting on one bucket do not wake at the same moment.
                let wait = (1.0 - b.tokens) / rate;
                Err(Duration::from_secs_f64((wait * (1.0 + fastrand::f64() * 0.2)).clamp(0.001, 60.0)))
            }
        })
    }

    /// Waits for a token.
    pub async fn wait(&self, scope: &Scope, op: &Operation) {
        while let Err(wait) = self.take(scope, op, Instant::now()) {
            tokio::time::sleep(wait).await;
        }
    }

    /// AWS throttled a call of this class: half the rate, and nothing saved up.
    pub fn throttled(&self, scope: &Scope, op: &Operation, now: Instant) {
        self.with(scope, op, now, |b| {
            b.factor = (b.factor / 2.0).max(LEAST_FACTOR);
            b.tokens = 0.0;
            b.at = now;
        });
    }

    /// A call of this class succeeded.
    pub fn succeeded(&self, scope: &Scope, op: &Operation) {
        self.with(scope, op, Instant::now(), |b| b.factor = (b.factor + RESTORE).min(1.0));
    }

    /// What runs slower than it may, for the header: `EC2 ap-northeast-2 ½`.
    pub fn slowed(&self) -> Vec<String> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        // A service has a bucket for each class of operations: the slowest speaks for it, else the header would seem to slow
        // down when the first of them is well again.
        let mut least: BTreeMap<(String, String), f64> = BTreeMap::new();
        for (k, b) in inner.buckets.iter().filter(|(_, b)| b.factor < 0.95) {
            let factor = least.entry((k.service.to_string(), k.region.to_string())).or_insert(1.0);
            *factor = factor.min(b.factor);
        }
        least.into_iter().map(|((service, region), f)| format!("{service} {region} at {:.0} %", f * 100.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Operation, Retry};

    static OP: Operation = Operation::read(Service::Ec2, "DescribeInstances");

    fn scope() -> Scope {
        Scope::region("p", "r")
    }

    /// Tokens taken from `from` on in `secs` seconds of asking without pause.
    fn taken(b: &Budget, from: Instant, secs: u64) -> u32 {
        let (mut now, mut n) = (from, 0);
        let end = from + Duration::from_secs(secs);
        while now < end {
            match b.take(&scope(), &OP, now) {
                Ok(()) => n += 1,
                Err(w) => now += w,
            }
        }
        n
    }

    #[test]
    fn polling_takes_no_more_than_its_share() {
        let b = Budget::new(Share::percent(20));
        let n = taken(&b, Instant::now(), 10);
        // A bucket of 20 and 4 a second for 10 s.
        assert!((50..=60).contains(&n), "{n}");
    }

    #[test]
    fn of_a_service_s_classes_the_slowest_speaks() {
        static LIST: Operation = Operation::read(Service::Ec2, "DescribeInstances");
        static STOP: Operation = Operation::write(Service::Ec2, "StopInstances", Retry::Safe);
        let b = Budget::new(Share::default());
        let now = Instant::now();
        b.throttled(&scope(), &LIST, now);
        b.throttled(&scope(), &STOP, now);
        b.throttled(&scope(), &STOP, now);
        assert_eq!(b.slowed(), ["EC2 r at 25 %"]);
    }

    #[test]
    fn throttling_halves_the_rate_and_success_restores_it() {
        let b = Budget::new(Share::percent(20));
        let start = Instant::now();
        taken(&b, start, 1);
        b.throttled(&scope(), &OP, start + Duration::from_secs(1));
        let slow = taken(&b, start + Duration::from_secs(1), 20);
        assert!((30..=42).contains(&slow), "{slow}");
        assert_eq!(b.slowed().len(), 1);
        for _ in 0..50 {
            b.succeeded(&scope(), &OP);
        }
        assert!(b.slowed().is_empty());
    }
    #[test]
    fn two_profiles_of_one_account_share_its_buckets_and_other_classes_do_not() {
        static WRITE: Operation = Operation::write(Service::Ec2, "StopInstances", crate::model::Retry::Safe);
        let b = Budget::new(Share::percent(20));
        let now = Instant::now();
        let (p, q) = (Scope::region("p", "r"), Scope::region("q", "r"));
        let empty = |scope: &Scope| (0..100).take_while(|_| b.take(scope, &OP, now).is_ok()).count();
        assert_eq!(empty(&p), 20);
        b.throttled(&p, &OP, now);
        // Before it is known whose they are, each is taken for an account of its own.
        assert_eq!(empty(&q), 20);
        for profile in ["p", "q"] {
            b.identified(&profile.into(), &"000000000000".into());
        }
        let later = now + Duration::from_secs(2);
        assert!(b.take(&q, &OP, later).is_ok(), "4 a second, halved, for 2 s");
        let both = (0..100).take_while(|i| b.take(if i % 2 == 0 { &p } else { &q }, &OP, later).is_ok()).count();
        assert_eq!(both, 3);
        assert_eq!(b.slowed().len(), 1, "throttled once, whatever the profile is called");
        for free in [Scope::region("p", "s"), Scope::region("other", "r")] {
            assert_eq!((0..100).take_while(|_| b.take(&free, &OP, now).is_ok()).count(), 20, "{free}");
        }
        assert!(b.take(&p, &WRITE, now).is_ok());
    }
}
