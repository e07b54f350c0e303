//! The smallest change that would mend the first hop that fails.

use arcstr::ArcStr;

use super::network::Way;
use crate::kinds::mend::Mend;
use crate::net::path::{Answer, At, By, Client, Hop, Origin, Service};

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kinds::derived) struct Change {
    /// In words.
    pub(in crate::kinds::derived) text: String,
    /// `KIND ID ACTION ARGUMENTS`, where an action makes it.
    pub(in crate::kinds::derived) mend: Option<String>,
    /// The row that is changed.
    pub(in crate::kinds::derived) row: Option<ArcStr>,
}

/// Reads [`Change::mend`].
pub(in crate::kinds::derived) fn read(line: &str) -> Option<Mend> {
    let mut words = line.splitn(4, ' ');
    let (kind, id, action) = (words.next()?, words.next()?, words.next()?);
    Some(Mend {
        kind: kind.into(),
        row: id.into(),
        action: action.into(),
        arguments: words.next().unwrap_or_default().into(),
    })
}

/// What would mend the first hop that fails.
pub(in crate::kinds::derived) fn of(hops: &[Hop], way: &Way, service: Service) -> Option<Change> {
    let failed = hops.iter().find(|h| h.sign.answer == Answer::Failed)?;
    let words = |text: String| Change { text, mend: None, row: failed.sign.by.as_deref().map(ArcStr::from) };
    let (kind, target) = way.target();
    let on_target = |text: &str, action: &str| Change {
        text: format!("{text} {}", way.to.name),
        mend: Some(format!("{kind} {target} {action}")),
        row: Some(target.clone()),
    };
    let what = format!("{} {}", service.protocol.word(), service.port);
    Some(match failed.at {
        At::Groups => {
            let source = source(way);
            rule(way, &way.to.groups, "in", &what, "from", &source, service)?
        }
        At::SourceGroups => {
            let Origin::Inside(from) = &way.from else { return None };
            rule(way, &from.groups, "out", &what, "to", &whole(&way.to.private), service)?
        }
        At::State if failed.sign.evidence.starts_with("stopped") => on_target("start", "start"),
        At::Address if way.to.public.is_none() => {
            on_target("associate an Elastic IP address with", "associate-address")
        }
        At::AclIn => words(format!("an entry in the network ACL that allows {what} in, before the one that denies it")),
        At::AclBack => words(format!(
            "an outbound entry in the network ACL that allows {} 1024-65535, for the answers",
            service.protocol.word()
        )),
        At::SourceAclOut => words(format!("an outbound entry in the source's network ACL that allows {what}")),
        At::SourceAclBack => words("an inbound entry in the source's network ACL that allows 1024-65535".into()),
        At::Route if matches!(way.from, Origin::Outside(_)) => {
            words("a route back to the source: an internet gateway, or where a private one is".into())
        }
        At::Route | At::SourceRoute => words("a peering or transit gateway, with a route to it on both sides".into()),
        At::PublicAccess => words("an exclusion of the subnet from VPC Block Public Access".into()),
        _ => return None,
    })
}

/// A rule that lets exactly this through.
fn rule(
    way: &Way,
    groups: &[String],
    direction: &str,
    what: &str,
    preposition: &str,
    peer: &str,
    service: Service,
) -> Option<Change> {
    let group = groups.first()?;
    let (protocol, port) = (service.protocol.word(), service.port);
    Some(Change {
        text: format!("allow {what} {preposition} {peer} in {}", way.group_name(group)),
        mend: Some(format!(
            "security-groups {group} rules +way={direction},protocol={protocol},ports={port},source={peer}"
        )),
        row: Some(ArcStr::from(group.as_str())),
    })
}

/// Who asks, as a rule names them: an address alone, a range, the group that was asked about.
fn source(way: &Way) -> String {
    match &way.from {
        Origin::Outside(client) => whole(client),
        // Over the internet it is seen as its own public address.
        Origin::Inside(from) if way.by == By::Public => match from.public {
            Some(ip) => whole(&Client::address(ip)),
            None => whole(&from.private),
        },
        Origin::Inside(from) => match from.groups.as_slice() {
            [group] if from.private.range.prefix_len() == 0 => group.clone(),
            _ => whole(&from.private),
        },
    }
}

fn whole(client: &Client) -> String {
    client.range.to_string()
}
