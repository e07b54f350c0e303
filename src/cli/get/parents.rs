//! `--of`: the row that others hang off, by its id, ARN or name.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::join_all;

use super::lister::{Lister, Wish};
use super::trouble::{Trouble, place};
use crate::base::text::{listed, suggest, visible};
use crate::base::{Fault, FaultKind, RowId, Scope};
use crate::cli::Failure;
use crate::kinds::naming::{id_of, region_of};
use crate::kinds::{KindDef, What, s3};
use crate::model::{FieldType, Record, Selector};

/// The tables of a kind that are asked for in one scope.
pub(super) struct Asked {
    pub(super) scope: Scope,
    pub(super) selectors: Vec<Selector>,
    /// Why it is not known whether there is such a parent.
    pub(super) doubt: Option<Fault>,
}

/// How many ids an error lists.
const FEW: usize = 5;

/// What one scope knows of the name.
enum Found {
    /// These rows.
    Rows(Vec<RowId>),
    /// It may be there: that could not be looked up, but what was given is an id.
    Unseen(RowId, Fault),
    /// It is not there; rows have these names.
    No(Vec<String>),
}

impl Lister {
    /// Where the wished rows are to be looked for. What failed on the way there is added to `troubles`.
    ///
    /// # Errors
    /// Nothing, or more than one thing, is called so.
    pub(super) async fn asked(
        &self,
        wish: &Wish,
        scopes: &[Scope],
        troubles: &mut Vec<Trouble>,
    ) -> Result<Vec<Asked>, Failure> {
        let Some((parent, of)) = self.parent(wish.def).zip(wish.of.as_deref()) else {
            let whole = |scope: &Scope| Asked { scope: scope.clone(), selectors: vec![Selector::All], doubt: None };
            return Ok(scopes.iter().map(whole).collect());
        };
        if parent.info.name == s3::buckets::INFO.name {
            // A bucket's name is its own, and S3 says if there is none.
            let selectors = vec![Selector::Parent(s3::objects::given(of))];
            let asked = |scope: &Scope| Asked { scope: scope.clone(), selectors: selectors.clone(), doubt: None };
            return Ok(scopes.iter().map(asked).collect());
        }
        let here: Vec<&Scope> = scopes.iter().filter(|s| lies_in(of, s)).collect();
        if here.is_empty() {
            let region = region_of(of).unwrap_or_default();
            return Err(Failure::Usage(format!(
                "{} is in {region}, which is not looked at: add --region {region}.",
                visible(of)
            )));
        }
        let answers = join_all(here.iter().map(|scope| self.find(parent, scope, of))).await;
        let (mut asked, mut names, mut failed) = (Vec::new(), Vec::new(), false);
        for (scope, answer) in here.iter().map(|s| (*s).clone()).zip(answers) {
            match answer {
                Ok(Found::Rows(ids)) if ids.len() > 1 => return Err(ambiguous(parent, of, &ids)),
                Ok(Found::Rows(ids)) => {
                    let selectors = ids.into_iter().map(Selector::Parent).collect();
                    asked.push(Asked { scope, selectors, doubt: None });
                }
                Ok(Found::Unseen(id, fault)) => {
                    asked.push(Asked { scope, selectors: vec![Selector::Parent(id)], doubt: Some(fault) });
                }
                Ok(Found::No(mut known)) => names.append(&mut known),
                Err(fault) => {
                    failed = true;
                    troubles.push(Trouble { scope, fault });
                }
            }
        }
        if asked.is_empty() && !failed {
            names.sort_unstable();
            names.dedup();
            return Err(nowhere(parent, of, &here, &names));
        }
        Ok(asked)
    }

    async fn find(&self, parent: &'static KindDef, scope: &Scope, of: &str) -> Result<Found, Fault> {
        // By its id it is one request, however many there are.
        let id = id_of(of);
        let (rows, fault) = self.table(parent, scope, Selector::All, What::Ids(vec![RowId::from(id)].into())).await;
        match fault {
            // No such id, or none at all.
            Some(f) if matches!(f.kind, FaultKind::NotFound | FaultKind::Invalid) => {}
            Some(f) if f.kind == FaultKind::Denied && (id.starts_with("i-") || of.starts_with("arn:")) => {
                return Ok(Found::Unseen(id.into(), f));
            }
            Some(f) => return Err(f),
            None if rows.is_empty() => {}
            None => return Ok(Found::Rows(rows.iter().map(|r| r.id.clone()).collect())),
        }
        let (rows, fault) = self.table(parent, scope, Selector::All, What::Everything).await;
        let called = |r: &&Arc<Record>| r.name == of || r.id == of || r.shown_id() == of;
        let mut found: Vec<_> = rows.iter().filter(called).collect();
        // What was terminated keeps its name for an hour.
        let lives = |r: &Record| r.state.as_ref().is_none_or(|(_, state)| state != "terminated");
        if found.iter().any(|r| lives(r)) {
            found.retain(|r| lives(r));
        }
        match (found.is_empty(), fault) {
            (false, _) => Ok(Found::Rows(found.iter().map(|r| r.id.clone()).collect())),
            (true, Some(fault)) => Err(fault),
            (true, None) => Ok(Found::No(rows.iter().map(|r| r.label().to_string()).collect())),
        }
    }

    /// The kind that rows of `def` hang off.
    pub(super) fn parent(&self, def: &KindDef) -> Option<&'static KindDef> {
        self.registry.kind(def.info.parent?.kind)
    }
}

/// Whether rows that were charged for say nothing at all: CloudWatch answers so also for what does not exist.
pub(super) fn say_nothing(rows: &[Arc<Record>]) -> bool {
    let empty = |r: &Record| {
        let mut series = r.kind.iter().enumerate().filter(|(_, f)| f.ty == FieldType::Series);
        series.all(|(i, _)| r.at(i).as_f64().is_none())
    };
    rows.iter().all(|r| empty(r))
}

/// Whether what is named may be in the scope: an ARN says where it is.
fn lies_in(of: &str, scope: &Scope) -> bool {
    match (region_of(of), scope.region_code()) {
        (Some(region), Some(here)) => region == here,
        _ => true,
    }
}

fn ambiguous(parent: &KindDef, of: &str, ids: &[RowId]) -> Failure {
    let mut few: Vec<String> = ids.iter().take(FEW).map(ToString::to_string).collect();
    if ids.len() > FEW {
        few.push("…".into());
    }
    Failure::Usage(format!(
        "{} {} are called {}: name one by its id ({}).",
        ids.len(),
        parent.info.name.replace('-', " "),
        visible(of),
        few.join(", ")
    ))
}

fn nowhere(parent: &KindDef, of: &str, scopes: &[&Scope], names: &[String]) -> Failure {
    let profiles = scopes.iter().filter_map(|s| s.profile()).collect::<BTreeSet<_>>().len() > 1;
    let mut places: Vec<String> = scopes.iter().map(|s| place(s, profiles)).collect();
    places.dedup();
    let id = of.starts_with("arn:") || of.starts_with("i-");
    Failure::Failed(format!(
        "There is no {} {}{} in {}.{}",
        parent.info.singular,
        if id { "" } else { "called " },
        visible(of),
        listed(&places),
        if id { String::new() } else { suggest(of, names.iter().map(String::as_str)) }
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_says_what_and_where() {
        let instance = "arn:aws:ec2:eu-west-1:000000000000:instance/i-0123456789abcdef0";
        assert_eq!((id_of(instance), region_of(instance)), ("i-0123456789abcdef0", Some("eu-west-1")));
        let group =
            "arn:aws:autoscaling:eu-west-1:000000000000:autoScalingGroup:u-u-i-d:autoScalingGroupName/web fleet";
        assert_eq!(id_of(group), "web fleet");
        let target_group = "arn:aws:elasticloadbalancing:eu-west-1:000000000000:targetgroup/web/0123456789abcdef";
        assert_eq!(id_of(target_group), target_group);
        assert!(lies_in(target_group, &Scope::region("p", "eu-west-1")) && lies_in("web", &Scope::region("p", "r")));
        assert!(!lies_in(target_group, &Scope::region("p", "eu-west-2")));
        assert_eq!(region_of("web"), None);
    }
}
