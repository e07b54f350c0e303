//! Who each profile is: asked at the start, and again by itself for as long as the answer is a fault.

use arcstr::ArcStr;
use rustc_hash::FxHashMap;

use crate::aws::Gateway;
use crate::aws::fault::wants_new_credentials;
use crate::base::{Fault, FaultKind, Time};
use crate::fetch::cadence::after_fault;
use crate::model::{Event, Identity};

/// Asks the gateway who a profile is, as news for the viewer.
pub(super) async fn who_is(gateway: &Gateway, profile: ArcStr) -> Event {
    let answer = gateway.identity_and_generation(&profile).await.map(|(i, generation)| Identity {
        account: i.account,
        arn: i.arn,
        user: i.user_name,
        generation,
    });
    Event::Identity(profile, answer)
}

/// A profile of which it is not known whether its credentials work.
#[derive(Default)]
struct Doubt {
    faults: u32,
    /// When to ask; `None` while somebody asks.
    due: Option<Time>,
    /// Whether the credentials are loaded anew first: AWS called them expired.
    renew: bool,
}

/// Profiles in doubt. A profile that is not here is who it was.
#[derive(Default)]
pub(super) struct Identities(FxHashMap<ArcStr, Doubt>);

impl Identities {
    /// Somebody asks now (the start, a sign-in): nobody else does meanwhile.
    pub(super) fn asked(&mut self, profile: &ArcStr) {
        self.0.entry(profile.clone()).or_default().due = None;
    }

    /// Takes note of the answer. Returns whether a profile works that did not before.
    pub(super) fn heard(&mut self, profile: &ArcStr, fault: Option<&Fault>, now: Time) -> bool {
        let Some(fault) = fault else {
            return self.0.remove(profile).is_some_and(|d| d.faults > 0);
        };
        let doubt = self.0.entry(profile.clone()).or_default();
        doubt.faults += 1;
        doubt.renew = wants_new_credentials(fault);
        doubt.due = Some(now.plus(after_fault(fault, doubt.faults)));
        false
    }

    /// A table could not be read for want of credentials: they may be somebody else's when they come back.
    pub(super) fn suspect(&mut self, profile: &ArcStr, fault: &Fault, now: Time) {
        if matches!(fault.kind, FaultKind::Expired | FaultKind::NoCredentials) && !self.0.contains_key(profile) {
            self.heard(profile, Some(fault), now);
        }
    }

    /// Who is to be asked for now, and whether with credentials loaded anew.
    pub(super) fn due(&mut self, now: Time) -> Vec<(ArcStr, bool)> {
        let due = self.0.iter_mut().filter(|(_, d)| d.due.is_some_and(|at| at <= now));
        due.map(|(profile, d)| {
            d.due = None;
            (profile.clone(), d.renew)
        })
        .collect()
    }

    /// When somebody is to be asked for next.
    pub(super) fn wake(&self) -> Option<Time> {
        self.0.values().filter_map(|d| d.due).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::credentials::source::DECLINED;

    fn at(secs: i64) -> Time {
        Time::from_secs(secs)
    }

    #[test]
    fn a_profile_that_could_not_be_reached_is_asked_again_less_and_less_often() {
        let (mut all, p) = (Identities::default(), ArcStr::from("p"));
        let offline = Fault::new(FaultKind::Offline, "");
        all.asked(&p);
        assert_eq!((all.wake(), all.due(at(1000))), (None, vec![]), "somebody asks already");
        assert!(!all.heard(&p, Some(&offline), at(0)));
        assert_eq!((all.wake(), all.due(at(1))), (Some(at(2)), vec![]));
        assert_eq!(all.due(at(2)), [(p.clone(), false)]);
        assert_eq!(all.due(at(3)), [], "once");
        all.heard(&p, Some(&offline), at(3));
        assert_eq!(all.wake(), Some(at(7)));
        assert!(all.heard(&p, None, at(8)), "it works again");
        assert_eq!(all.wake(), None);
        assert!(!all.heard(&p, None, at(9)), "it worked all the time");
    }

    #[test]
    fn expired_credentials_are_looked_for_every_15_seconds_and_loaded_anew() {
        let (mut all, p) = (Identities::default(), ArcStr::from("p"));
        let expired = Fault::new(FaultKind::Expired, "");
        all.suspect(&p, &Fault::new(FaultKind::Denied, ""), at(0));
        assert_eq!(all.wake(), None, "a table that is denied says nothing of the credentials");
        all.suspect(&p, &expired, at(0));
        all.suspect(&p, &expired, at(10));
        assert_eq!(all.due(at(15)), [(p.clone(), true)]);
        all.heard(&p, Some(&expired), at(16));
        assert_eq!(all.wake(), Some(at(31)));
        // The user signs in meanwhile.
        all.asked(&p);
        assert_eq!(all.due(at(60)), []);
        all.heard(&p, Some(&expired.clone().code(DECLINED)), at(61));
        assert_eq!(all.due(at(80)), [(p.clone(), false)]);
        all.heard(&p, None, at(81));
        all.suspect(&p, &expired.code("AuthFailure"), at(90));
        assert_eq!(
            all.due(at(110)),
            [(p, false)],
            "a region that is not enabled: STS is asked, no process is run again"
        );
    }
}
