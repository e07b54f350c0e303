//! What all hops together come to, in a few words.

use super::{Answer, At, Hop};

/// What a client sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing that was looked at stands in the way: it is answered, or refused by the instance itself.
    Open,
    /// It times out.
    TimesOut,
    /// The way is open, and the instance itself refuses: nothing listens.
    Refused,
    /// It cannot be told.
    Unknown,
}

/// What all hops come to: the first that fails decides. What listens inside decides where the way there is open.
pub fn verdict(hops: &[Hop]) -> (Verdict, String) {
    let of = |answer: Answer| hops.iter().filter(move |h| h.at != At::Inside && h.sign.answer == answer);
    if let Some(hop) = of(Answer::Failed).next() {
        let others = of(Answer::Failed).count() - 1;
        let more = match others {
            0 => String::new(),
            1 => ", and one more hop".into(),
            n => format!(", and {n} more hops"),
        };
        return (Verdict::TimesOut, format!("{}{more}", culprit(hop.at)));
    }
    if let Some(hop) = of(Answer::Unknown).next() {
        return (Verdict::Unknown, format!("not known: {}", culprit(hop.at)));
    }
    let inside = hops.iter().find(|h| h.at == At::Inside).map(|h| &h.sign);
    match inside.map(|s| s.answer) {
        Some(Answer::Failed) => (Verdict::Refused, "the way is open, and nothing inside takes the connection".into()),
        Some(Answer::Passed) => (Verdict::Open, "the way is open, and it is answered inside".into()),
        _ => (Verdict::Open, "the way is open; if refused, nothing listens".into()),
    }
}

/// What a hop is, in a sentence.
fn culprit(at: At) -> &'static str {
    match at {
        At::SourceState => "the source's state",
        At::SourceGroups => "outbound rules of the source's groups",
        At::SourceAclOut | At::SourceAclBack => "network ACL of the source's subnet",
        At::SourceRoute => "the source's route",
        At::State => "the instance's state",
        At::Checks => "the instance's status checks",
        At::Address => "no public address",
        At::PublicAccess => "VPC Block Public Access",
        At::Route => "the route back",
        At::AclIn | At::AclBack => "network ACL of the instance's subnet",
        At::Groups => "inbound rules of its security groups",
        At::Inside => "what listens inside",
    }
}
