//! Faults on purpose: throttling, denials, delays, hangs, cut and foreign answers, expired credentials.
//!
//! Rules stand outside the world: they are the run's, not the account's, and are asked before a request reaches its service, in
//! the SDK's connector and behind the socket alike. Knows protocols and operations' names, and no resource.
//!
//! A rule as text, as tests and a world's file write it:
//! `SERVICE:OPERATION WHAT [xCOUNT] [for SECONDSs]`, e.g. `ec2:Describe* throttle x3`, `s3:GetObject cut 1000`,
//! `*:* delay 2s for 30s`.

use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use super::s3;
use super::sts::Denial;
use super::wire::{ApiError, Body, Call, Protocol, Reply};
use crate::base::Time;
use crate::model::operation::Service;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// `RequestLimitExceeded`, `Throttling`, `SlowDown`, as the service says it.
    Throttle,
    /// `UnauthorizedOperation`, `AccessDenied`: no statement allows it.
    Deny,
    /// The same, because a statement forbids it.
    Forbid,
    /// `InsufficientInstanceCapacity` for what would be launched or started.
    NoRoom,
    /// The right answer; and AWS takes its capacity back from the region's running Spot Instances, in two minutes.
    Reclaim,
    /// `RequestExpired`, `ExpiredToken`.
    Expire,
    /// 500.
    Fail,
    /// An answer of a proxy in HTML, with this status.
    Html(u16),
    /// The right answer, that much later.
    Delay(Duration),
    /// The request is carried out and no answer ever comes.
    Hang,
    /// The right answer's first bytes, and then the connection is gone.
    Cut(u64),
}

/// One rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The service as the AWS CLI names it (`ec2`, `s3`…); `*` is any.
    pub service: String,
    /// The operation; a `*` at its end stands for anything.
    pub operation: String,
    /// What goes wrong.
    pub trouble: Trouble,
    /// How often; without end if `None`.
    pub count: Option<u32>,
    /// Until when; from the first request that it fits if a text said `for`.
    pub until: Option<Time>,
    /// How long from the first request that it fits.
    pub lasts: Option<Duration>,
}

impl Rule {
    /// A rule without end.
    pub fn new(service: &str, operation: &str, trouble: Trouble) -> Rule {
        Rule { service: service.into(), operation: operation.into(), trouble, count: None, until: None, lasts: None }
    }
    /// The same, that many times.
    #[must_use]
    pub fn times(mut self, count: u32) -> Rule {
        self.count = Some(count);
        self
    }
    /// The same, for that long from the first request that it fits.
    #[must_use]
    pub fn lasting(mut self, lasts: Duration) -> Rule {
        self.lasts = Some(lasts);
        self
    }
    fn fits(&self, service: Service, operation: &str) -> bool {
        let name = if service == Service::S3 { "s3" } else { service.cli() };
        (self.service == "*" || self.service.eq_ignore_ascii_case(name))
            && match self.operation.strip_suffix('*') {
                Some(start) => operation.starts_with(start),
                None => operation == self.operation,
            }
    }
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Rule, String> {
        let wrong = |what: &str| format!("'{text}' is no fault: {what}");
        let mut words = text.split_whitespace().peekable();
        let target = words.next().ok_or_else(|| wrong("it is empty"))?;
        let (service, operation) =
            target.split_once(':').ok_or_else(|| wrong("it must begin with SERVICE:OPERATION"))?;
        let verb = words.next().ok_or_else(|| wrong("it does not say what goes wrong"))?;
        let mut number = || words.next_if(|w| w.starts_with(|c: char| c.is_ascii_digit()));
        let trouble = match verb {
            "throttle" => Trouble::Throttle,
            "deny" => Trouble::Deny,
            "forbid" => Trouble::Forbid,
            "no-room" => Trouble::NoRoom,
            "reclaim" => Trouble::Reclaim,
            "expire" => Trouble::Expire,
            "fail" => Trouble::Fail,
            "hang" => Trouble::Hang,
            "html" => {
                let status = number().map_or(Ok(502), str::parse);
                Trouble::Html(status.map_err(|_| wrong("'html' takes an HTTP status, such as 502"))?)
            }
            "cut" => {
                let bytes = number().map_or(Ok(100), str::parse);
                Trouble::Cut(bytes.map_err(|_| wrong("'cut' takes a number of bytes, such as 1000"))?)
            }
            "delay" => {
                Trouble::Delay(number().and_then(seconds).ok_or_else(|| wrong("a delay needs a time, such as 2s"))?)
            }
            other => {
                let all = [
                    "throttle", "deny", "forbid", "no-room", "reclaim", "expire", "fail", "hang", "html", "cut",
                    "delay",
                ];
                let near = crate::base::text::nearest(other, all)
                    .map(|n| format!("; did you mean '{n}'?"))
                    .unwrap_or_default();
                return Err(wrong(&format!("nothing is named '{other}'{near}")));
            }
        };
        let mut rule = Rule::new(service, operation, trouble);
        while let Some(word) = words.next() {
            if word == "for" {
                rule.lasts =
                    Some(words.next().and_then(seconds).ok_or_else(|| wrong("'for' needs a time, such as 30s"))?);
            } else {
                let count = word.strip_prefix('x').and_then(|n| n.parse().ok());
                rule.count = Some(count.ok_or_else(|| wrong(&format!("'{word}' is neither xCOUNT nor 'for TIME'")))?);
            }
        }
        Ok(rule)
    }
}

/// `2s`, `1.5s`, `200ms`.
fn seconds(s: &str) -> Option<Duration> {
    let (digits, unit) = s.strip_suffix("ms").map(|d| (d, 0.001)).or_else(|| s.strip_suffix('s').map(|d| (d, 1.0)))?;
    let n: f64 = digits.parse().ok()?;
    Duration::try_from_secs_f64(n * unit).ok()
}

/// The rules of a running sandbox. Cheap to clone; the clones are one list.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Rule>>>);

impl Faults {
    /// Adds a rule. The first that fits a request is the one that counts.
    pub fn add(&self, rule: Rule) {
        self.rules().push(rule);
    }
    /// Takes all rules away.
    pub fn clear(&self) {
        self.rules().clear();
    }
    /// The rules that still stand.
    pub fn list(&self) -> Vec<Rule> {
        self.rules().clone()
    }
    /// The same rules, as a list of their own.
    pub(super) fn copy(&self) -> Faults {
        Faults(Arc::new(Mutex::new(self.list())))
    }
    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What goes wrong with this call, if anything does; counts it.
    pub(super) fn matching(&self, call: &Call<'_>) -> Option<Trouble> {
        let mut rules = self.rules();
        if rules.is_empty() {
            return None;
        }
        let operation = if call.protocol == Protocol::Rest { s3::operation(call) } else { call.operation.as_str() };
        rules.retain(|r| r.until.is_none_or(|t| call.now < t) && r.count != Some(0));
        let rule = rules.iter_mut().find(|r| r.fits(call.service, operation))?;
        if let Some(lasts) = rule.lasts.take() {
            rule.until = Some(call.now.plus(lasts));
        }
        if let Some(count) = &mut rule.count {
            *count -= 1;
        }
        Some(rule.trouble.clone())
    }
}

/// Long enough to be never for every client, and still an end.
const NEVER: Duration = Duration::from_secs(24 * 3600);

/// The answer that a trouble makes out of a call; `carry_out` gives the right one.
pub(super) fn answer(trouble: &Trouble, call: &Call<'_>, carry_out: impl FnOnce() -> Reply) -> Reply {
    match trouble {
        Trouble::Throttle => call.fail(&throttled(call)),
        Trouble::Deny => call.fail(&denied(call, false)),
        Trouble::Forbid => call.fail(&denied(call, true)),
        // The service says it: it knows types and zones.
        Trouble::NoRoom | Trouble::Reclaim => carry_out(),
        Trouble::Expire => call.fail(&expired(call)),
        Trouble::Fail => call.fail(&ApiError::new("InternalError", "An internal error has occurred").status(500)),
        Trouble::Html(status) => {
            let page =
                "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";
            Reply::new(*status, "text/html", page)
        }
        Trouble::Delay(d) => {
            let mut reply = carry_out();
            reply.delay = *d;
            reply
        }
        Trouble::Hang => {
            let mut reply = carry_out();
            reply.delay = NEVER;
            reply
        }
        Trouble::Cut(bytes) => cut(carry_out(), *bytes),
    }
}

fn throttled(call: &Call<'_>) -> ApiError {
    match call.service {
        Service::Ec2 => ApiError::new("RequestLimitExceeded", "Request limit exceeded.").status(503),
        Service::S3 => ApiError::new("SlowDown", "Please reduce your request rate.").status(503),
        _ => ApiError::new("Throttling", "Rate exceeded"),
    }
}

fn denied(call: &Call<'_>, forbidden: bool) -> ApiError {
    match call.service {
        // Nobody is told more of what only reads.
        Service::Ec2 if call.operation.starts_with("Describe") || call.operation.starts_with("Get") => {
            ApiError::new("UnauthorizedOperation", "You are not authorized to perform this operation.").status(403)
        }
        Service::Ec2 => {
            let account = super::world::ACCOUNT;
            let resource = format!("arn:aws:ec2:{}:{account}:{}", call.region, resource(call));
            let denial = Denial {
                who: &format!("arn:aws:iam::{account}:user/sandbox"),
                action: &format!("ec2:{}", call.operation),
                resource: &resource,
                forbidden,
            };
            ApiError::new("UnauthorizedOperation", denial.sentence()).status(403)
        }
        Service::S3 => ApiError::new("AccessDenied", "Access Denied").status(403),
        service => {
            let who = format!("arn:aws:iam::{}:user/sandbox", super::world::ACCOUNT);
            let action = format!("{}:{}", service.iam_prefix(), call.operation);
            let message = format!(
                "User: {who} is not authorized to perform: {action} because no identity-based policy allows the {action} action"
            );
            ApiError::new("AccessDenied", message).status(403)
        }
    }
}

/// What the call would change, as the end of an ARN: `instance/i-0a1`.
fn resource(call: &Call<'_>) -> String {
    const KINDS: &[(&str, &str)] = &[
        ("i-", "instance"),
        ("vol-", "volume"),
        ("snap-", "snapshot"),
        ("ami-", "image"),
        ("sg-", "security-group"),
        ("subnet-", "subnet"),
        ("vpc-", "vpc"),
        ("eni-", "network-interface"),
        ("eipalloc-", "elastic-ip"),
        ("igw-", "internet-gateway"),
        ("lt-", "launch-template"),
    ];
    // What a launch is denied is the instance that it would make.
    if call.operation == "RunInstances" {
        return "instance/*".into();
    }
    let first = call.params.children().find_map(|(_, node)| {
        let text = node.value().or_else(|| node.list("").first().and_then(|n| n.value()))?;
        let (_, kind) = KINDS.iter().find(|(prefix, _)| text.starts_with(prefix))?;
        Some(format!("{kind}/{text}"))
    });
    first.unwrap_or_else(|| "*".into())
}

fn expired(call: &Call<'_>) -> ApiError {
    match call.service {
        Service::Ec2 => ApiError::new("RequestExpired", "Request has expired."),
        Service::S3 => ApiError::new("ExpiredToken", "The provided token has expired."),
        _ => ApiError::new("ExpiredToken", "The security token included in the request is expired").status(403),
    }
}

/// A body that says how long it is and ends before.
fn cut(mut reply: Reply, bytes: u64) -> Reply {
    let len = reply.body.len();
    if bytes >= len {
        return reply;
    }
    let whole = std::mem::replace(&mut reply.body, Body::Bytes(Bytes::new()));
    let mut left = bytes;
    let mut parts: Box<dyn Iterator<Item = Bytes> + Send + Sync> = match whole {
        Body::Bytes(b) => Box::new(std::iter::once(b)),
        Body::Stream { parts, .. } => parts,
    };
    let first = std::iter::from_fn(move || {
        if left == 0 {
            return None;
        }
        let mut part = parts.next()?;
        part.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        left -= part.len() as u64;
        Some(part)
    });
    reply.body = Body::Stream { len, parts: Box::new(first) };
    reply.set("content-length", &len.to_string());
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_from_its_text_and_a_mistake_is_named() {
        let r: Rule = "ec2:Describe* throttle x3 for 30s".parse().unwrap();
        assert_eq!(r, Rule::new("ec2", "Describe*", Trouble::Throttle).times(3).lasting(Duration::from_secs(30)));
        assert!(r.fits(Service::Ec2, "DescribeInstances") && !r.fits(Service::Ec2, "RunInstances"));
        assert!(!r.fits(Service::AutoScaling, "DescribeX"));
        assert_eq!("*:* delay 200ms".parse::<Rule>().unwrap().trouble, Trouble::Delay(Duration::from_millis(200)));
        assert_eq!("s3:GetObject cut 1000".parse::<Rule>().unwrap().trouble, Trouble::Cut(1000));
        assert!("ec2:X throtle".parse::<Rule>().unwrap_err().contains("did you mean 'throttle'"));
        assert_eq!("ec2:RunInstances no-room x1".parse::<Rule>().unwrap().trouble, Trouble::NoRoom);
        for bad in
            ["", "ec2", "ec2:X", "ec2:X delay", "ec2:X deny 3", "ec2:X deny for ever", "ec2:X html 20x", "ec2:X cut 1k"]
        {
            assert!(bad.parse::<Rule>().is_err(), "{bad}");
        }
    }
}
