//! An entry of a network ACL: what its row says, what is typed, what a request has; and what has to be called so that an ACL has the
//! wanted ones.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html>

use std::collections::BTreeMap;
use std::fmt;

use arcstr::ArcStr;
use ipnet::IpNet;

use crate::base::Scope;
use crate::kinds::action::Sender;
use crate::kinds::ec2::exposure::Traffic;
use crate::kinds::ec2::senders::{CREATE_NETWORK_ACL_ENTRY, DELETE_NETWORK_ACL_ENTRY, REPLACE_NETWORK_ACL_ENTRY};
use crate::model::{Arg, Call, Step, StepUndo};
use crate::net::path::AclEntry;
use crate::net::range::Range as _;

/// The number of `*`.
pub(super) const LAST: u16 = 32_767;

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Whether it is for what leaves.
    pub(super) outbound: bool,
    /// 1 to 32766; 32767 is `*`.
    pub(super) number: u16,
    /// Whether it allows.
    pub(super) allow: bool,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or a protocol's number.
    pub(super) protocol: ArcStr,
    /// First port, or ICMP's type; -1 for all.
    pub(super) from: i32,
    /// Last port, or ICMP's code; -1 for all.
    pub(super) to: i32,
    /// From whom, or to whom.
    pub(super) range: IpNet,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Create(Entry),
    Replace { was: Entry, to_be: Entry },
    Delete(Entry),
}

impl Entry {
    /// Reads what an ACL's row says: `in 100 allow tcp 22 10.0.0.0/8`.
    pub(super) fn parse(text: &str) -> Option<Entry> {
        let words: Vec<&str> = text.split(' ').collect();
        let [way, number, does, protocol, what @ .., range] = words.as_slice() else { return None };
        let protocol: ArcStr = match *protocol {
            "all" => "-1".into(),
            "gre" => "47".into(),
            "esp" => "50".into(),
            "ah" => "51".into(),
            other => other.into(),
        };
        let (from, to) = match (protocol.as_str(), what) {
            ("tcp" | "udp", [ports]) if *ports != "all" => {
                let (low, high) = ports.split_once('-').unwrap_or((ports, ports));
                (low.parse().ok()?, high.parse().ok()?)
            }
            ("tcp" | "udp", _) => (0, 65_535),
            ("icmp" | "icmpv6", ["type", kind]) => (kind.parse().ok()?, -1),
            ("icmp" | "icmpv6", ["type", kind, "code", code]) => (kind.parse().ok()?, code.parse().ok()?),
            _ => (-1, -1),
        };
        Some(Entry {
            outbound: *way == "out",
            number: if *number == "*" { LAST } else { number.parse().ok()? },
            allow: *does == "allow",
            protocol,
            from,
            to,
            range: IpNet::read(range)?,
        })
    }
    /// Its number as AWS's console shows it.
    pub(super) fn shown_number(&self) -> String {
        if self.number == LAST { "*".into() } else { self.number.to_string() }
    }
    /// `in` or `out`.
    pub(super) fn way(&self) -> &'static str {
        if self.outbound { "out" } else { "in" }
    }
    /// `allow` or `deny`.
    pub(super) fn action(&self) -> &'static str {
        if self.allow { "allow" } else { "deny" }
    }
    fn traffic(&self) -> Traffic<'_> {
        let some = |n: i32| Some(n).filter(|n| *n >= 0);
        Traffic { protocol: self.protocol_word(), from: some(self.from), to: some(self.to) }
    }
    /// The protocol as it is typed.
    pub(super) fn protocol_word(&self) -> &str {
        if self.protocol == "-1" { "all" } else { &self.protocol }
    }
    /// Its ports as they are typed: `22`, `8000-8100`, `all`; ICMP's type and code `3/4`.
    pub(super) fn ports(&self) -> String {
        match (self.protocol.as_str(), self.from, self.to) {
            ("tcp" | "udp", 0, 65_535) | (_, -1, -1) => "all".into(),
            ("icmp" | "icmpv6", kind, -1) => kind.to_string(),
            ("icmp" | "icmpv6", kind, code) => format!("{kind}/{code}"),
            (_, from, to) if from == to => from.to_string(),
            (_, from, to) => format!("{from}-{to}"),
        }
    }
    /// The cells of a draft table.
    pub(super) fn cells(&self) -> Vec<ArcStr> {
        vec![
            self.way().into(),
            self.shown_number().into(),
            self.action().into(),
            self.protocol_word().into(),
            self.ports().into(),
            self.range.to_string().into(),
        ]
    }
    /// As a packet's way sees it; `None` for a protocol that has no number.
    pub(super) fn seen(&self) -> Option<AclEntry> {
        let protocol = self.protocol_number().parse().ok()?;
        let ports = match (protocol, u16::try_from(self.from), u16::try_from(self.to)) {
            (6 | 17, Ok(0), Ok(65_535)) => None,
            (6 | 17, Ok(from), Ok(to)) => Some((from, to)),
            _ => None,
        };
        Some(AclEntry {
            number: self.number,
            outbound: self.outbound,
            allow: self.allow,
            protocol,
            ports,
            range: self.range,
        })
    }
    /// IANA's number, which is what a request has.
    fn protocol_number(&self) -> &str {
        match self.protocol.as_str() {
            "tcp" => "6",
            "udp" => "17",
            "icmp" => "1",
            "icmpv6" => "58",
            other => other,
        }
    }
    /// What it is the only one of: its direction and number.
    fn place(&self) -> (bool, u16) {
        (self.outbound, self.number)
    }
}

/// `in 100 allow tcp 22 10.0.0.0/8`: as the row's list has it.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (way, number, does) = (self.way(), self.shown_number(), self.action());
        write!(f, "{way} {number} {does} {} {}", self.traffic().words(), self.range)
    }
}

/// The calls that lead from entries to others: what is replaced and new before what goes, unless a direction would have more than it may for
/// a moment.
pub(super) fn changes(before: &[Entry], after: &[Entry]) -> Vec<Change> {
    let was: BTreeMap<(bool, u16), &Entry> = before.iter().map(|e| (e.place(), e)).collect();
    let wanted: BTreeMap<(bool, u16), &Entry> = after.iter().map(|e| (e.place(), e)).collect();
    let mut out = Vec::new();
    for outbound in [false, true] {
        let mut put = Vec::new();
        for (place, entry) in wanted.iter().filter(|(place, _)| place.0 == outbound) {
            match was.get(place) {
                Some(old) if old != entry => {
                    put.push(Change::Replace { was: (*old).clone(), to_be: (*entry).clone() });
                }
                Some(_) => {}
                None => put.push(Change::Create((*entry).clone())),
            }
        }
        let gone = was.iter().filter(|(place, _)| place.0 == outbound && !wanted.contains_key(*place));
        let gone: Vec<Change> = gone.map(|(_, e)| Change::Delete((*e).clone())).collect();
        let created = put.iter().filter(|c| matches!(c, Change::Create(_))).count();
        let crowded = count(before, outbound) + created > super::MOST_ENTRIES && !gone.is_empty();
        let (first, last) = if crowded { (gone, put) } else { (put, gone) };
        out.extend(first);
        out.extend(last);
    }
    out
}

/// Entries of a direction, without `*`: what the quota counts.
pub(super) fn count(entries: &[Entry], outbound: bool) -> usize {
    entries.iter().filter(|e| e.outbound == outbound && e.number != LAST).count()
}

fn of_acl(sender: &'static Sender, scope: &Scope, acl: &ArcStr, e: &Entry) -> Call {
    let call = sender.call(scope.clone()).arg("NetworkAclId", Arg::Str(acl.clone())).on([acl.clone()]);
    call.arg("RuleNumber", Arg::Int(e.number.into())).arg("Egress", Arg::Bool(e.outbound))
}

fn put(sender: &'static Sender, scope: &Scope, acl: &ArcStr, e: &Entry) -> Call {
    let call = of_acl(sender, scope, acl, e)
        .arg("Protocol", Arg::str(e.protocol_number()))
        .arg("RuleAction", Arg::str(e.action()));
    let call = match e.range {
        IpNet::V4(range) => call.arg("CidrBlock", Arg::str(range.to_string())),
        IpNet::V6(range) => call.arg("Ipv6CidrBlock", Arg::str(range.to_string())),
    };
    let (from, to) = (Arg::Int(e.from.into()), Arg::Int(e.to.into()));
    match e.protocol.as_str() {
        "tcp" | "udp" => call.arg("PortRange", Arg::Map(vec![("From", from), ("To", to)])),
        "icmp" | "icmpv6" => call.arg("IcmpTypeCode", Arg::Map(vec![("Code", to), ("Type", from)])),
        _ => call,
    }
}

/// A change as a step, with its way back.
pub(super) fn step(scope: &Scope, acl: &ArcStr, change: &Change) -> Step {
    let create = |e: &Entry| put(&CREATE_NETWORK_ACL_ENTRY, scope, acl, e);
    let replace = |e: &Entry| put(&REPLACE_NETWORK_ACL_ENTRY, scope, acl, e);
    let delete = |e: &Entry| of_acl(&DELETE_NETWORK_ACL_ENTRY, scope, acl, e);
    let undo = |title: String, call: Call, destructive: bool| StepUndo { destructive, ..StepUndo::new(title, call) };
    match change {
        Change::Create(e) => Step::new(format!("create \"{e}\""), create(e)).undone_by(undo(
            format!("delete \"{e}\" again"),
            delete(e),
            true,
        )),
        Change::Replace { was, to_be } => Step::new(format!("replace \"{was}\" by \"{to_be}\""), replace(to_be))
            .undone_by(undo(format!("replace it by \"{was}\" again"), replace(was), false)),
        Change::Delete(e) => Step::new(format!("delete \"{e}\""), delete(e)).undone_by(undo(
            format!("create \"{e}\" again"),
            create(e),
            false,
        )),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(text: &str) -> Entry {
        Entry::parse(text).expect("an entry")
    }

    #[test]
    fn what_a_row_says_is_read_and_written_as_it_was() {
        for text in [
            "in 100 allow tcp 22 10.0.0.0/8",
            "in * deny all 0.0.0.0/0",
            "out 32766 deny udp 53-100 2600:1f14::/32",
            "in 90 allow icmp type 8 10.0.0.0/8",
            "in 91 allow icmpv6 type 3 code 4 ::/0",
            "out 7 allow tcp all 0.0.0.0/0",
            "in 8 allow icmp all 0.0.0.0/0",
        ] {
            assert_eq!(entry(text).to_string(), text);
        }
        assert_eq!(entry("in 5 allow esp 10.0.0.0/8").protocol, "50");
    }

    #[test]
    fn a_request_has_numbers_for_protocols_and_ports_only_where_there_are_some() {
        let scope = Scope::region("p", "eu-west-1");
        let call = |text: &str| step(&scope, &"acl-1".into(), &Change::Create(entry(text))).call;
        let tcp = call("in 100 allow tcp 22 10.0.0.0/8");
        assert_eq!(tcp.get("Protocol"), Some(&Arg::str("6")));
        assert_eq!(tcp.get("PortRange"), Some(&Arg::Map(vec![("From", Arg::Int(22)), ("To", Arg::Int(22))])));
        let six = call("out 7 deny all ::/0");
        assert_eq!((six.get("Ipv6CidrBlock"), six.get("PortRange")), (Some(&Arg::str("::/0")), None));
        let ping = call("in 90 allow icmp type 8 10.0.0.0/8");
        assert_eq!(ping.get("IcmpTypeCode"), Some(&Arg::Map(vec![("Code", Arg::Int(-1)), ("Type", Arg::Int(8))])));
    }

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let one = (0..2usize, 1..6u16, 0..3usize).prop_map(|(way, number, what)| {
            let way = ["in", "out"][way];
            let what = ["allow tcp 22 10.0.0.0/8", "deny all 0.0.0.0/0", "allow udp 53 ::/0"][what];
            entry(&format!("{way} {number} {what}"))
        });
        proptest::collection::vec(one, 0..8).prop_map(|mut all| {
            let mut seen = std::collections::BTreeSet::new();
            all.retain(|e| seen.insert(e.place()));
            all
        })
    }

    proptest! {
        #[test]
        fn every_edit_leads_to_the_wanted_entries_by_calls_that_ec2_takes(before in entries(), after in entries()) {
            let mut now: BTreeMap<(bool, u16), Entry> = before.iter().map(|e| (e.place(), e.clone())).collect();
            for change in changes(&before, &after) {
                match change {
                    Change::Create(e) => {
                        prop_assert!(now.insert(e.place(), e).is_none(), "NetworkAclEntryAlreadyExists");
                    }
                    Change::Replace { was, to_be } => prop_assert_eq!(now.insert(to_be.place(), to_be), Some(was)),
                    Change::Delete(e) => {
                        prop_assert!(now.remove(&e.place()).is_some(), "InvalidNetworkAclEntry.NotFound");
                    }
                }
            }
            let wanted: BTreeMap<(bool, u16), Entry> = after.iter().map(|e| (e.place(), e.clone())).collect();
            prop_assert_eq!(now, wanted);
        }
    }

    #[test]
    fn a_full_direction_loses_first_what_is_not_wanted_any_more() {
        let before: Vec<Entry> = (1..=20).map(|n| entry(&format!("in {n} allow tcp {n} 10.0.0.0/8"))).collect();
        let mut after = before.clone();
        after[0] = entry("in 21 allow tcp 1 10.0.0.0/8");
        assert!(matches!(&changes(&before, &after)[..], [Change::Delete(_), Change::Create(_)]));
        assert!(matches!(&changes(&before[1..], &after[..2])[0], Change::Create(_)));
    }
}
