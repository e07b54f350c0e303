//! What has to be called so that a security group has the wanted rules: the fewest calls, and no door closed that is open before and
//! after.
//!
//! New doors are opened before old ones are closed, unless the group would have more rules than it may for a moment: then old ones go
//! first, which are no doors that the wanted rules have. A door that only gets another description stays open: it is updated.

use std::collections::BTreeMap;

use arcstr::ArcStr;

use super::door::{Door, Rule};

/// Rules of one direction and one family of addresses that a group may have, unless the quota was raised.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>
pub const QUOTA: usize = 60;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// `AuthorizeSecurityGroupIngress` or `…Egress`.
    Authorize(Vec<Rule>),
    /// `RevokeSecurityGroupIngress` or `…Egress`; with the descriptions that they have, for the way back.
    Revoke(Vec<Rule>),
    /// `UpdateSecurityGroupRuleDescriptionsIngress` or `…Egress`: the rule to be, and what was said of it before.
    Describe(Vec<(Rule, ArcStr)>),
}

impl Change {
    /// Whether it is about what leaves: all rules of a change are.
    pub fn outbound(&self) -> bool {
        match self {
            Change::Authorize(rules) | Change::Revoke(rules) => rules.first().is_some_and(|r| r.door.outbound),
            Change::Describe(rules) => rules.first().is_some_and(|(r, _)| r.door.outbound),
        }
    }
}

/// The calls that lead from rules to others, in their order.
pub fn changes(before: &[Rule], after: &[Rule]) -> Vec<Change> {
    let was: BTreeMap<&Door, &ArcStr> = before.iter().map(|r| (&r.door, &r.description)).collect();
    let wanted: BTreeMap<&Door, &ArcStr> = after.iter().map(|r| (&r.door, &r.description)).collect();
    let mut out = Vec::new();
    for outbound in [false, true] {
        let of = |rules: &BTreeMap<&Door, &ArcStr>, not_in: &BTreeMap<&Door, &ArcStr>| -> Vec<Rule> {
            let these = rules.iter().filter(|(door, _)| door.outbound == outbound && !not_in.contains_key(*door));
            these.map(|(door, said)| Rule { door: (*door).clone(), description: (*said).clone() }).collect()
        };
        let (added, removed) = (of(&wanted, &was), of(&was, &wanted));
        let described: Vec<(Rule, ArcStr)> = wanted
            .iter()
            .filter(|(door, _)| door.outbound == outbound)
            .filter_map(|(door, said)| Some((door, said, was.get(*door)?)))
            .filter(|(_, said, before)| said != before)
            .map(|(door, said, before)| {
                (Rule { door: (*door).clone(), description: (*said).clone() }, (*before).clone())
            })
            .collect();
        let crowded = crowded(before, &added, outbound) && !crowded(after, &[], outbound);
        let (authorize, revoke) = (Change::Authorize(added), Change::Revoke(removed));
        let order = if crowded { [revoke, authorize] } else { [authorize, revoke] };
        let [first, last] = order;
        out.extend([first, Change::Describe(described), last].into_iter().filter(|c| !is_nothing(c)));
    }
    out
}

/// Whether rules and others besides them would be more than the quota allows.
fn crowded(rules: &[Rule], and: &[Rule], outbound: bool) -> bool {
    most(rules.iter().chain(and), outbound) > QUOTA
}

/// How many rules of a direction count towards the fuller of its two quotas: ranges of IPv4 and of IPv6 are counted apart, and what
/// names a group or a list counts for both.
pub fn most<'r>(rules: impl Iterator<Item = &'r Rule>, outbound: bool) -> usize {
    use super::door::Peer::Range;
    let (mut v4, mut v6) = (0, 0);
    for rule in rules.filter(|r| r.door.outbound == outbound) {
        match rule.door.peer {
            Range(ipnet::IpNet::V4(_)) => v4 += 1,
            Range(ipnet::IpNet::V6(_)) => v6 += 1,
            _ => (v4, v6) = (v4 + 1, v6 + 1),
        }
    }
    v4.max(v6)
}

fn is_nothing(change: &Change) -> bool {
    match change {
        Change::Authorize(rules) | Change::Revoke(rules) => rules.is_empty(),
        Change::Describe(rules) => rules.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn rule(text: &str) -> Rule {
        Rule::parse(text).expect("a rule")
    }

    /// What EC2 would do with a call: it refuses a door that is there, and one that is not.
    fn apply(rules: &mut BTreeMap<Door, ArcStr>, change: &Change) {
        match change {
            Change::Authorize(new) => {
                for r in new {
                    assert!(
                        rules.insert(r.door.clone(), r.description.clone()).is_none(),
                        "InvalidPermission.Duplicate"
                    );
                }
            }
            Change::Revoke(old) => {
                for r in old {
                    assert!(rules.remove(&r.door).is_some(), "InvalidPermission.NotFound");
                }
            }
            Change::Describe(all) => {
                for (r, was) in all {
                    let said = rules.get_mut(&r.door).expect("InvalidPermission.NotFound");
                    assert_eq!(said, was);
                    *said = r.description.clone();
                }
            }
        }
    }

    fn rules() -> impl Strategy<Value = Vec<Rule>> {
        let one = (0..2usize, 0..3usize, 0..6usize, 0..3usize).prop_map(|(way, what, peer, said)| {
            let (way, of) = [("in", "from"), ("out", "to")][way];
            let what = ["tcp 22", "udp 53", "all all"][what];
            let peer = ["0.0.0.0/0", "::/0", "10.0.0.0/8", "10.1.0.0/16", "sg-1", "pl-1"][peer];
            Rule { description: ["", "a", "b"][said].into(), ..rule(&format!("{way} {what} {of} {peer}")) }
        });
        proptest::collection::vec(one, 0..12).prop_map(|rules| {
            // A group has each door once.
            let mut seen = BTreeSet::new();
            rules.into_iter().filter(|r| seen.insert(r.door.clone())).collect()
        })
    }

    proptest! {
        #[test]
        fn every_edit_leads_to_the_wanted_set_and_closes_no_door_that_stays(before in rules(), after in rules()) {
            let doors = |rules: &[Rule]| rules.iter().map(|r| r.door.clone()).collect::<BTreeSet<_>>();
            let stay: BTreeSet<Door> = doors(&before).intersection(&doors(&after)).cloned().collect();
            let mut now: BTreeMap<Door, ArcStr> = before.iter().map(|r| (r.door.clone(), r.description.clone())).collect();
            let calls = changes(&before, &after);
            prop_assert!(calls.len() <= 6, "three a direction at the most");
            for call in &calls {
                apply(&mut now, call);
                prop_assert!(stay.iter().all(|door| now.contains_key(door)), "a door was closed for a moment");
            }
            let wanted: BTreeMap<Door, ArcStr> = after.iter().map(|r| (r.door.clone(), r.description.clone())).collect();
            prop_assert_eq!(now, wanted);
        }
    }

    #[test]
    fn doors_are_opened_before_others_are_closed_and_a_description_is_only_updated() {
        let before = [rule("in tcp 80 from 0.0.0.0/0"), rule("in tcp 22 from 10.0.0.0/8  # old")];
        let after = [rule("in tcp 80 from sg-1"), rule("in tcp 22 from 10.0.0.0/8  # new")];
        let calls = changes(&before, &after);
        assert!(
            matches!(&calls[..], [Change::Authorize(a), Change::Describe(d), Change::Revoke(r)]
            if a[0].door == after[0].door && d[0].0 == after[1] && r[0] == before[0]),
            "{calls:?}"
        );
        assert_eq!(changes(&before, &before), []);
    }

    #[test]
    fn a_full_group_closes_first_what_is_not_wanted_any_more() {
        let before: Vec<Rule> = (0..QUOTA).map(|i| rule(&format!("in tcp {i} from 10.0.0.0/8"))).collect();
        let mut after = before.clone();
        after[0] = rule("in tcp 9999 from 10.0.0.0/8");
        assert!(matches!(&changes(&before, &after)[..], [Change::Revoke(_), Change::Authorize(_)]));
        after[0] = rule("in tcp 9999 from ::/0");
        assert!(matches!(&changes(&before, &after)[..], [Change::Authorize(_), Change::Revoke(_)]), "IPv6 has room");
    }
}
