//! What went wrong where, in sentences.

use crate::base::text::listed;
use crate::base::{Fault, Scope};

/// A fault, and the account and region that it is from.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trouble {
    pub(super) scope: Scope,
    pub(super) fault: Fault,
}

/// At most so many different faults are told; the rest is counted.
const TOLD: usize = 5;

/// One line for each fault, with where it happened if more than one place was asked, and then what to do. `profiles` and `places`: how
/// many were asked.
pub(super) fn sentences(troubles: &[Trouble], profiles: usize, places: usize) -> String {
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for t in troubles {
        let text = t.fault.to_string();
        let place = if places > 1 { place(&t.scope, profiles > 1) } else { String::new() };
        match told.iter_mut().find(|(known, _)| *known == text) {
            Some((_, at)) if at.contains(&place) => {}
            Some((_, at)) => at.push(place),
            None => told.push((text, vec![place])),
        }
    }
    let line = |(text, places): &(String, Vec<String>)| {
        let places = listed(places);
        if places.is_empty() { text.clone() } else { format!("{places}: {text}") }
    };
    let mut lines: Vec<String> = told.iter().take(TOLD).map(line).collect();
    if told.len() > TOLD {
        lines.push(format!("(and {} more)", told.len() - TOLD));
    }
    for hint in troubles.iter().flat_map(|t| &t.fault.hints) {
        if !lines.contains(hint) {
            lines.push(hint.clone());
        }
    }
    lines.join("\n  ")
}

/// `ap-east-1`, or `dev ap-east-1` among several profiles.
pub(super) fn place(scope: &Scope, profiles: bool) -> String {
    let profile = scope.profile().filter(|_| profiles || scope.region_code().is_none());
    [profile, scope.region_code()].into_iter().flatten().map(|s| s.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::FaultKind;

    fn at(region: &str, text: &str) -> Trouble {
        let fault = Fault::new(FaultKind::Expired, text).of("EC2", "DescribeInstances").hint("Sign in.");
        Trouble { scope: Scope::region("dev", region), fault }
    }

    #[test]
    fn each_fault_names_its_regions_once() {
        let all = [at("ap-east-1", "refused"), at("eu-south-1", "refused"), at("us-east-1", "no answer")];
        assert_eq!(
            sentences(&all, 1, 4),
            "ap-east-1 and eu-south-1: DescribeInstances: refused\n  us-east-1: DescribeInstances: no answer\n  Sign in."
        );
        assert_eq!(sentences(&all[..1], 2, 2), "dev ap-east-1: DescribeInstances: refused\n  Sign in.");
        assert_eq!(sentences(&all[..1], 1, 1), "DescribeInstances: refused\n  Sign in.", "there is but one place");
    }

    #[test]
    fn of_what_is_listed_once_an_account_the_profile_is_named() {
        let fault = Fault::new(FaultKind::Denied, "no");
        let all = ["dev", "prod"].map(|p| Trouble { scope: Scope::account(p), fault: fault.clone() });
        assert_eq!(sentences(&all, 2, 2), "dev and prod: no");
    }
}
