//! What a question comes to: of one who asks, or of each member of a group.

use super::network::{MOST_MEMBERS, Way};
use super::{inside, told};
use crate::model::{Inputs, Record};
use crate::net::path::{self, At, Hop, Origin, Service, Verdict, hops};

/// Names that are told one by one.
const MOST_NAMES: usize = 5;

/// What is said of the way.
pub(super) struct Judged {
    /// The hops of the one who asks; of a group those of the member that fares worst.
    pub(super) hops: Vec<Hop>,
    pub(super) verdict: Verdict,
    pub(super) why: String,
    /// How its members fare, where that is not alike.
    pub(super) members: Option<String>,
}

/// A member, its hops, and what they come to.
struct Member<'w> {
    name: &'w str,
    hops: Vec<Hop>,
    verdict: Verdict,
    why: String,
}

/// Judges the way of all who ask.
pub(super) fn all(inputs: &Inputs, way: &Way, service: Service) -> Judged {
    let to: Option<&Record> = inputs.rows("instances").iter().map(AsRef::as_ref).find(|r| r.id == way.to_row);
    let within = to.and_then(|row| inside::sign(inputs, row, service));
    let from = |origin: &Origin| {
        let mut hops = hops(origin, &way.to, way.by, service);
        if let (Some(sign), Some(last)) = (&within, hops.iter_mut().find(|h| h.at == At::Inside)) {
            last.sign = sign.clone();
        }
        hops
    };
    let members: Vec<Member<'_>> = way
        .members
        .iter()
        .map(|(name, end)| {
            let hops = from(&Origin::Inside(Box::new(end.clone())));
            let (verdict, why) = path::verdict(&hops);
            Member { name, hops, verdict, why }
        })
        .collect();
    if members.is_empty() {
        let hops = from(&way.from);
        let (verdict, why) = path::verdict(&hops);
        let group = way.from_row.as_deref().filter(|id| id.starts_with("sg-"));
        let nobody = group.map_or_else(String::new, |id| format!("; no instance is in {} now", way.group_name(id)));
        return Judged { hops, verdict, why: format!("{why}{nobody}"), members: None };
    }
    of_members(members)
}

fn of_members(members: Vec<Member<'_>>) -> Judged {
    let count = members.len();
    let through = members.iter().filter(|m| m.verdict == Verdict::Open).count();
    let alike = members.iter().all(|m| (m.verdict, &m.why) == (members[0].verdict, &members[0].why));
    let only = if count == MOST_MEMBERS { "the first " } else { "" };
    let told_apart = (!alike).then(|| {
        let of = |verdict: Verdict| {
            let names: Vec<&str> = members.iter().filter(|m| m.verdict == verdict).map(|m| m.name).collect();
            let more = names.len().saturating_sub(MOST_NAMES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let first = &names[..names.len().min(MOST_NAMES)];
            (!names.is_empty()).then(|| format!("{}: {}{more}", told(verdict).1, first.join(", ")))
        };
        let all = [Verdict::TimesOut, Verdict::Unknown, Verdict::Refused, Verdict::Open];
        all.into_iter().filter_map(of).collect::<Vec<_>>().join("; ")
    });
    // What surely fails says more than what is not known, and that more than what is open.
    let grave = |v: Verdict| match v {
        Verdict::TimesOut => 0,
        Verdict::Unknown => 1,
        Verdict::Refused => 2,
        Verdict::Open => 3,
    };
    let Some(worst) = members.into_iter().min_by_key(|m| grave(m.verdict)) else {
        return Judged { hops: Vec::new(), verdict: Verdict::Unknown, why: String::new(), members: None };
    };
    let why = match (alike, count, through) {
        (true, 1, _) => format!("{}, its only instance: {}", worst.name, worst.why),
        (true, ..) => format!("all of {only}{count} instances alike: {}", worst.why),
        (false, _, 0) => format!("none of {only}{count} instances gets through; {}: {}", worst.name, worst.why),
        (false, ..) => format!("{through} of {only}{count} instances get through; {}: {}", worst.name, worst.why),
    };
    Judged { hops: worst.hops, verdict: worst.verdict, why, members: told_apart }
}
