//! Sharing of images and snapshots: with whom, as a list that is edited, and the calls that make the difference.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html>,
//! <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html>

use std::time::Duration;

use arcstr::ArcStr;

use super::permissions::{ALL, BLOCKED, SHARED_WITH, shared_with};
use crate::base::text::visible;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{ActionContext, FilledForm, Sender, Target};
use crate::kinds::plan_builder::{
    beside, draft, form_title, label, line, names, note, severe, sorted, subject, text_of, title, toggle, unknown,
};
use crate::model::{
    Arg, Call, Consequence, Cost, FormField, FormSpec, FormValue, Kind, KindInfo, Plan, Record, Step, StepUndo,
    TableKey, Values, Waiter,
};

const WITH: &str = "with";
const PUBLIC: &str = "public";

/// AWS is eventually consistent about permissions too.
const SEEN: Duration = Duration::from_secs(120);

/// What is shared, and how EC2 calls it.
pub(super) struct Sharing {
    /// The side table that has with whom it is shared.
    pub permissions: &'static KindInfo,
    /// The operation.
    pub sender: &'static Sender,
    /// Its argument with the id.
    pub id: &'static str,
    /// The attribute.
    pub attribute: &'static str,
    /// Its argument for everybody.
    pub group: &'static str,
    /// Whether it can be shared with an organization.
    pub organizations: bool,
    /// What who has it can do: `launch it`.
    pub can: &'static str,
    /// Whether it is encrypted; `None` = not known.
    pub encrypted: fn(&Record) -> Option<bool>,
    /// What EC2 answers where an encrypted one is to be public.
    pub refusal: &'static str,
}

/// With whom it is shared now, sorted; `None` = not known.
fn present(cx: &ActionContext<'_>, sharing: &Sharing, t: &Target) -> Option<Vec<ArcStr>> {
    cx.store.side(&t.table, Kind(sharing.permissions), &t.record.id).map(|r| shared_with(r))
}

fn is_blocked(cx: &ActionContext<'_>, sharing: &Sharing, t: &Target) -> bool {
    let row = cx.store.side(&t.table, Kind(sharing.permissions), &t.record.id);
    row.and_then(|r| r.get(&BLOCKED).as_bool()) == Some(true)
}

/// The form: whom it is shared with, and whether with everybody.
pub(super) fn form(cx: &ActionContext<'_>, values: &Values, sharing: &Sharing) -> FormSpec {
    let mut needs = Vec::new();
    let Some(t) = cx.targets.first() else { return FormSpec::default() };
    let now = present(cx, sharing, t);
    let facts = match &now {
        None => {
            let word = beside(cx.store, &t.table, sharing.permissions, &mut needs);
            format!("Whom it is shared with now is {word}: nobody is removed.")
        }
        Some(now) if now.is_empty() => "Not shared with anybody now.".into(),
        Some(now) if now.iter().any(|w| w == ALL) => "Public now.".into(),
        Some(now) => format!("Shared with {} now.", names(now)),
    };
    let named = now.iter().flatten().filter(|w| *w != ALL).map(ArcStr::as_str).collect::<Vec<_>>().join(",");
    let help = match sharing.organizations {
        true => "Account ids (12 digits) and ARNs of organizations or organizational units, separated by commas.",
        false => "Account ids (12 digits), separated by commas.",
    };
    let mut with = line(values, WITH, "With", &named, help).with_facts(facts);
    with.error = parts(&text_of(&with)).iter().find_map(|w| why_not(w, sharing.organizations));
    FormSpec {
        title: form_title(cx, "Share"),
        fields: vec![with, public(cx, values, sharing, t, now.as_deref())],
        needs,
    }
}

fn public(cx: &ActionContext<'_>, values: &Values, sharing: &Sharing, t: &Target, now: Option<&[ArcStr]>) -> FormField {
    let was = now.is_some_and(|now| now.iter().any(|w| w == ALL));
    let mut public = toggle(values, PUBLIC, "Public", format!("Every AWS account can {}.", sharing.can));
    if values.get(PUBLIC).is_none() {
        public.value = FormValue::Flag(was);
    }
    if public.value == FormValue::Flag(true) && !was {
        public.error = if (sharing.encrypted)(&t.record) == Some(true) {
            Some(format!("It is encrypted and so cannot be public ({}).", sharing.refusal))
        } else {
            is_blocked(cx, sharing, t)
                .then(|| "Block public access is on in this region (OperationNotPermitted): turn it off first.".into())
        };
    }
    public
}

fn parts(text: &str) -> Vec<ArcStr> {
    let mut out: Vec<ArcStr> =
        text.split([',', ' ']).map(str::trim).filter(|p| !p.is_empty()).map(ArcStr::from).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Whom a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Account,
    Organization,
    Unit,
}

fn who(text: &str) -> Option<Who> {
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Who::Account);
    }
    // arn:aws:organizations::111122223333:organization/o-abc, …:ou/o-abc/ou-abc-def
    let rest = text.strip_prefix("arn:aws")?.split_once(":organizations::")?.1;
    let resource = rest.split_once(':')?.1;
    match resource.split_once('/')? {
        ("organization", id) if id.starts_with("o-") => Some(Who::Organization),
        ("ou", id) if id.starts_with("o-") && id.contains("/ou-") => Some(Who::Unit),
        _ => None,
    }
}

fn why_not(text: &str, organizations: bool) -> Option<String> {
    match who(text) {
        Some(Who::Account) => None,
        Some(_) if organizations => None,
        Some(_) => Some("A snapshot can be shared with accounts only.".into()),
        None if organizations => {
            Some(format!("{} is neither an account id (12 digits) nor an organization's ARN.", visible(text)))
        }
        None => Some(format!("{} is not an account id: these have 12 digits.", visible(text))),
    }
}

/// What becomes of the permissions.
struct Difference {
    add: Vec<ArcStr>,
    remove: Vec<ArcStr>,
}

fn difference(now: Option<&[ArcStr]>, form: &FilledForm<'_>) -> Difference {
    let mut wanted = parts(&form.text(WITH));
    if form.flag(PUBLIC) {
        wanted.push(ALL.into());
    }
    let known = now.unwrap_or_default();
    Difference {
        add: wanted.iter().filter(|w| !known.contains(w)).cloned().collect(),
        remove: known.iter().filter(|w| !wanted.contains(w)).cloned().collect(),
    }
}

/// The plan of such a form: what is given first, then what is taken away, since one request does one of them.
pub(super) fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>, sharing: &Sharing) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let now = present(cx, sharing, t);
    let difference = difference(now.as_deref(), form);
    let Difference { add, remove } = &difference;
    if add.is_empty() && remove.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "Nothing would change: it is shared like that already."));
    }
    let who = label(&t.record);
    let change = [("+", add), ("-", remove)].map(|(sign, list)| list.iter().map(move |w| format!("{sign}{w}")));
    let change: Vec<String> = change.into_iter().flatten().collect();
    let mut plan = draft(
        "share",
        title("Share", &t.record.kind, cx.targets),
        cx.targets,
        vec![subject(t, format!("shared with: {}", change.join(" ")))],
    );
    for (verb, back, list) in [("add", "remove", add), ("remove", "add", remove)] {
        if list.is_empty() {
            continue;
        }
        let said = |verb: &str| match verb {
            "add" => format!("share {who} with {}", everybody(list)),
            _ => format!("stop sharing {who} with {}", everybody(list)),
        };
        let undo = StepUndo {
            title: said(back),
            call: call(t, sharing, back, list),
            wait: Waiter::AtOnce,
            destructive: false,
            hurts: (back == "remove").then(|| "What they made from it meanwhile stays with them".into()),
        };
        plan.steps.push(Step::new(said(verb), call(t, sharing, verb, list)).undone_by(undo));
    }
    let mut all = consequences(t, sharing, &difference);
    match &now {
        Some(now) => {
            let mut then: Vec<ArcStr> = now.iter().filter(|w| !remove.contains(w)).chain(add).cloned().collect();
            then.sort_unstable();
            plan.wait = Waiter::Field {
                table: TableKey::all(t.table.scope.clone(), Kind(sharing.permissions)),
                ids: vec![t.record.id.clone()],
                field: &SHARED_WITH,
                want: then.join(", "),
                within: SEEN,
            };
        }
        None => {
            let word = beside(cx.store, &t.table, sharing.permissions, &mut plan.needs);
            all.push(unknown(format!("Whom it is shared with now is {word}: nobody is removed")));
        }
    }
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("Sharing costs nothing; whoever makes something from it pays for that"));
    Ok(plan)
}

fn everybody(list: &[ArcStr]) -> String {
    let said: Vec<&str> = list.iter().map(|w| if w == ALL { "everybody" } else { w.as_str() }).collect();
    names(&said)
}

fn consequences(t: &Target, sharing: &Sharing, difference: &Difference) -> Vec<Consequence> {
    let Difference { add, remove } = difference;
    let mut all = Vec::new();
    let has_all = |list: &[ArcStr]| list.iter().any(|w| w == ALL);
    let named = |list: &[ArcStr]| list.iter().any(|w| w != ALL);
    if has_all(add) {
        all.push(severe(format!(
            "Every AWS account can {} and read everything in it: passwords, keys and logs too",
            sharing.can
        )));
        all.push(severe("Copies made while it is public stay when it is private again"));
    }
    if has_all(remove) {
        all.push(severe(format!("Accounts that it is not shared with by name can no longer {}", sharing.can)));
    }
    if named(add) {
        all.push(note(format!(
            "These accounts can {} and read everything in it; what they make from it is theirs",
            sharing.can
        )));
    }
    if named(remove) {
        all.push(severe(format!("These accounts can no longer {}: what depends on that fails", sharing.can)));
    }
    if !add.is_empty() && !has_all(add) {
        match (sharing.encrypted)(&t.record) {
            Some(false) => {}
            Some(true) => all.push(unknown(
                "It is encrypted: EC2 refuses if it uses the default key (aws/ebs); with a key of your own, the \
                 other accounts need permission for the key",
            )),
            None => all.push(unknown(
                "Whether it is encrypted is not known: EC2 refuses if it uses the default key (aws/ebs)",
            )),
        }
    }
    all
}

fn call(t: &Target, sharing: &Sharing, verb: &str, list: &[ArcStr]) -> Call {
    let mut call = sharing
        .sender
        .call(t.table.scope.clone())
        .arg(sharing.id, Arg::Str(t.record.id.clone()))
        .arg("Attribute", Arg::str(sharing.attribute))
        .arg("OperationType", Arg::str(verb));
    let of = |wanted: Who| list.iter().filter(move |w| who(w) == Some(wanted)).cloned().collect::<Vec<ArcStr>>();
    let groups = list.iter().filter(|w| *w == ALL).cloned().collect();
    for (name, items) in [
        ("UserIds", of(Who::Account)),
        (sharing.group, groups),
        ("OrganizationArns", of(Who::Organization)),
        ("OrganizationalUnitArns", of(Who::Unit)),
    ] {
        if !items.is_empty() {
            call = call.arg(name, Arg::strs(items));
        }
    }
    call.on([t.record.id.clone()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_an_organization_and_a_unit_are_told_from_what_is_none_of_them() {
        for (text, is) in [
            ("111122223333", Some(Who::Account)),
            ("11112222333", None),
            ("11112222333a", None),
            ("arn:aws:organizations::111122223333:organization/o-a1b2c3", Some(Who::Organization)),
            ("arn:aws-cn:organizations::111122223333:ou/o-a1b2c3/ou-ab12-cd34", Some(Who::Unit)),
            ("arn:aws:iam::111122223333:root", None),
            (ALL, None),
        ] {
            assert_eq!(who(text), is, "{text}");
        }
        assert!(why_not("arn:aws:organizations::111122223333:organization/o-a1b2c3", false).is_some());
    }
}
