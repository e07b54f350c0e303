//! `change-metadata-options`: how an instance's metadata answer those on it.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-existing-instances.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/work-with-tags-in-IMDS.html>

use super::not_ending;
use crate::base::text::visible;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::instances::fields::{METADATA_ENDPOINT, METADATA_HOPS, METADATA_TAGS, METADATA_TOKENS, PROFILE};
use crate::kinds::ec2::senders::MODIFY_INSTANCE_METADATA_OPTIONS;
use crate::kinds::plan_builder::{
    called, draft, field, form_title, label, line, note, pick, severe, sorted, subject, text_of, title, unknown,
    wait_field,
};
use crate::model::{
    Arg, Call, Choice, Consequence, Cost, FieldInfo, FormField, FormSpec, Plan, Record, Step, StepUndo, Value, Values,
    Waiter,
};

/// `change-metadata-options`.
pub static CHANGE_METADATA: Action = Action::on_rows(&INFO, "change-metadata-options", "Change metadata options", plan)
    .group(MenuGroup::Settings)
    .doc(
        "Changes the instance metadata service: whether IMDSv2 is required or IMDSv1 works too, how many hops an \
         answer travels, whether the service is on, and whether it has the instance's tags.",
    )
    .several()
    .calls(&[&MODIFY_INSTANCE_METADATA_OPTIONS])
    .only_if(not_ending)
    .form(refine);

/// One of the options.
struct Setting {
    /// The form's field.
    name: &'static str,
    label: &'static str,
    help: &'static str,
    /// Its two words and what they say; none: it is a number.
    words: &'static [(&'static str, &'static str)],
    /// The API's member.
    member: &'static str,
    /// Where it is read.
    field: &'static FieldInfo,
}

const TOKENS: usize = 0;
const ENDPOINT: usize = 1;
const HOPS: usize = 2;
const TAGS: usize = 3;

static SETTINGS: [Setting; 4] = [
    Setting {
        name: "imdsv2",
        label: "IMDSv2",
        help: "required: reading the metadata takes a session token.",
        words: &[("required", "required"), ("optional", "optional  IMDSv1 works too")],
        member: "HttpTokens",
        field: &METADATA_TOKENS,
    },
    Setting {
        name: "endpoint",
        label: "Metadata",
        help: "Whether the metadata service is on: a role's credentials and the user data come from it.",
        words: &[("enabled", "enabled"), ("disabled", "disabled  no metadata on the instance")],
        member: "HttpEndpoint",
        field: &METADATA_ENDPOINT,
    },
    Setting {
        name: "hop_limit",
        label: "Hop limit",
        help: "How many hops a token travels, 1 to 64: 1 stays on the instance, containers on a bridge network need 2.",
        words: &[],
        member: "HttpPutResponseHopLimit",
        field: &METADATA_HOPS,
    },
    Setting {
        name: "tags",
        label: "Instance tags",
        help: "Whether programs on the instance can read its tags there.",
        words: &[("enabled", "enabled"), ("disabled", "disabled")],
        member: "InstanceMetadataTags",
        field: &METADATA_TAGS,
    },
];

const KEEP: &str = "keep";
/// `ModifyInstanceMetadataOptions` takes these.
const MOST_HOPS: i64 = 64;

fn now(row: &Record, setting: &Setting) -> Option<String> {
    match row.get(setting.field) {
        Value::Int(n) => Some(n.to_string()),
        value => value.as_str().map(str::to_string),
    }
}

fn option(cx: &ActionContext<'_>, values: &Values, setting: &Setting) -> FormField {
    let all: Vec<Option<String>> = cx.targets.iter().map(|t| now(&t.record, setting)).collect();
    let common = all.first().cloned().flatten().filter(|first| all.iter().all(|a| a.as_ref() == Some(first)));
    let mut out = if setting.words.is_empty() {
        let mut out = line(values, setting.name, setting.label, common.as_deref().unwrap_or_default(), setting.help);
        let text = text_of(&out);
        out.error = match text.parse::<i64>() {
            Ok(n) if (1..=MOST_HOPS).contains(&n) => None,
            // Where they differ, nothing leaves them as they are.
            _ if text.is_empty() && common.is_none() => None,
            Ok(n) => Some(format!("Must be from 1 to {MOST_HOPS}, not {n}.")),
            Err(_) => Some(format!("Must be a whole number from 1 to {MOST_HOPS}, not {}.", visible(&text))),
        };
        out
    } else {
        let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into(), disabled: None };
        let mut choices: Vec<Choice> = setting.words.iter().map(|(value, label)| choice(value, label)).collect();
        if common.is_none() {
            choices.push(choice(KEEP, "unchanged"));
        }
        let default = common.as_deref().unwrap_or(KEEP);
        pick(values, (setting.name, setting.label), choices, default, setting.help)
    };
    out.facts = match &common {
        Some(_) => String::new(),
        None if all.contains(&None) => "AWS did not say what it is now.".into(),
        None => "Different on the selected instances.".into(),
    };
    out
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut fields: Vec<FormField> = SETTINGS.iter().map(|s| option(cx, values, s)).collect();
    if text_of(&fields[TAGS]) == "enabled" {
        let unfit = cx.targets.iter().find_map(|t| {
            let bad = t.record.tags.iter().find(|(k, _)| !fits(k))?;
            Some(format!(
                "The tag key {} of {} is not allowed: with instance tags on, keys have only letters, digits and + - \
                 = . , _ : @.",
                visible(&bad.0),
                label(&t.record)
            ))
        });
        if fields[TAGS].error.is_none() {
            fields[TAGS].error = unfit;
        }
    }
    FormSpec { title: form_title(cx, "Change metadata options of"), fields, needs: Vec::new() }
}

/// Whether a tag's key can stand in a path of the metadata.
fn fits(key: &str) -> bool {
    let sign = |c: char| c.is_ascii_alphanumeric() || "+-=.,_:@".contains(c);
    key.chars().all(sign) && !matches!(key, "." | ".." | "_index")
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let wanted: Vec<(&Setting, String)> = SETTINGS
        .iter()
        .map(|s| (s, form.text(s.name).to_string()))
        .filter(|(_, text)| !text.is_empty() && text != KEEP)
        .collect();
    let differs = |t: &Target| wanted.iter().any(|(s, text)| now(&t.record, s).as_ref() != Some(text));
    let changed: Vec<Target> = cx.targets.iter().filter(|t| differs(t)).cloned().collect();
    if changed.is_empty() {
        return Err(Fault::new(
            FaultKind::Invalid,
            "Nothing would change: the metadata options are like that already.",
        ));
    }
    let mut plan = draft(
        "change-metadata-options",
        title("Change metadata options of", &INFO, &changed),
        &changed,
        changed.iter().map(|t| subject(t, difference(&t.record, &wanted))).collect(),
    );
    plan.steps = changed.iter().map(|t| step(t, &wanted)).collect();
    plan.consequences = sorted(follows(&changed, &wanted));
    plan.cost = Some(Cost::same("Instance metadata costs nothing"));
    plan.wait = Waiter::all(wanted.iter().map(|(s, text)| wait_field(&changed, s.field, text, 2)).collect());
    Ok(plan)
}

/// `IMDSv2 optional → required, hop limit 1 → 2`
fn difference(row: &Record, wanted: &[(&Setting, String)]) -> String {
    let one = |(s, text): &(&Setting, String)| {
        let was = now(row, s);
        (was.as_ref() != Some(text)).then(|| format!("{} {} → {text}", s.label, was.as_deref().unwrap_or("unknown")))
    };
    wanted.iter().filter_map(one).collect::<Vec<_>>().join(", ")
}

/// The options of one call: what differs.
fn call(t: &Target, options: &[(&Setting, String)]) -> Call {
    let call = MODIFY_INSTANCE_METADATA_OPTIONS
        .call(t.table.scope.clone())
        .arg("InstanceId", Arg::Str(t.record.id.clone()))
        .on([t.record.id.clone()]);
    options.iter().fold(call, |call, (s, text)| match text.parse::<i64>() {
        Ok(n) if s.words.is_empty() => call.arg(s.member, Arg::Int(n)),
        _ => call.arg(s.member, Arg::str(text)),
    })
}

fn step(t: &Target, wanted: &[(&Setting, String)]) -> Step {
    let other = |(s, text): &&(&Setting, String)| now(&t.record, s).as_ref() != Some(text);
    let new: Vec<(&Setting, String)> = wanted.iter().filter(other).cloned().collect();
    let old: Option<Vec<(&Setting, String)>> = new.iter().map(|(s, _)| Some((*s, now(&t.record, s)?))).collect();
    let who = label(&t.record);
    let step = Step::new(format!("change the metadata options of {who}"), call(t, &new));
    match old {
        Some(old) => step.undone_by(StepUndo::new(format!("restore the metadata options of {who}"), call(t, &old))),
        None => step,
    }
}

fn follows(changed: &[Target], wanted: &[(&Setting, String)]) -> Vec<Consequence> {
    let mut out = Vec::new();
    // Those for which an option becomes this word, as a sentence names them.
    let becoming = |setting: usize, word: &str| -> Option<String> {
        wanted.iter().find(|(s, text)| s.member == SETTINGS[setting].member && text == word)?;
        let who = changed.iter().filter(|t| now(&t.record, &SETTINGS[setting]).as_deref() != Some(word));
        let who: Vec<String> = who.map(|t| label(&t.record)).collect();
        (!who.is_empty()).then(|| called("instance", &who))
    };
    if let Some(who) = becoming(TOKENS, "required") {
        // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-transition-to-version-2.html
        out.push(unknown(format!(
            "Programs on {who} that still use IMDSv1 (old SDKs and agents, scripts with a plain curl) get 401 at \
             once: the metric MetadataNoToken counts their requests and should be 0 for some days before"
        )));
    }
    if let Some(who) = becoming(TOKENS, "optional") {
        out.push(severe(format!(
            "An application on {who} that can be tricked into sending a request gives away the role's credentials: \
             no token is needed"
        )));
    }
    if let Some(who) = becoming(ENDPOINT, "disabled") {
        let with_role = changed.iter().any(|t| field(&t.record, &PROFILE).is_some());
        let lost = if with_role { "the credentials of its role, " } else { "" };
        out.push(severe(format!(
            "Programs on {who} can no longer read {lost}its user data or anything else in the metadata"
        )));
    }
    if becoming(TAGS, "enabled").is_some() {
        out.push(note("Everybody on the instance can read its tags without a permission"));
        out.push(note("While it is on, new tags whose keys have blanks or / are refused"));
    }
    let hops = wanted.iter().find(|(s, _)| s.member == SETTINGS[HOPS].member).and_then(|(_, n)| n.parse::<i64>().ok());
    let before = |t: &Target| if let Value::Int(n) = t.record.get(&METADATA_HOPS) { Some(*n) } else { None };
    if hops == Some(1) && changed.iter().any(|t| before(t) != Some(1)) {
        out.push(severe("Containers on a bridge network are one hop further and get no token any more"));
    }
    if changed.iter().any(|t| crate::kinds::plan_builder::state(&t.record) != "running") {
        out.push(note("Instances that are not running use it from their next start"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::testing::{Row, Rows, row};
    use crate::model::{FormValue, Severity};

    fn instance(id: &str, tokens: &str, hops: i64) -> Row {
        row(&INFO, id, id, "running")
            .with(&METADATA_TOKENS, Value::text(tokens))
            .with(&METADATA_ENDPOINT, Value::text("enabled"))
            .with(&METADATA_HOPS, Value::Int(hops))
            .with(&METADATA_TAGS, Value::text("disabled"))
    }

    fn planned(rows: Vec<Record>, values: &[(&str, &str)]) -> Result<Plan, Fault> {
        let store = Rows::default();
        let targets: Vec<_> = rows.into_iter().map(|r| store.target(&INFO, r)).collect();
        let values = Values(values.iter().map(|(k, v)| ((*k).into(), FormValue::Text((*v).into()))).collect());
        CHANGE_METADATA.planned(&store.context(&targets), &values)
    }

    #[test]
    fn only_what_differs_is_sent_and_put_back() {
        let p = planned(vec![instance("i-1", "optional", 1).record()], &[("imdsv2", "required"), ("hop_limit", "2")]);
        let p = p.expect("a plan");
        assert_eq!(p.subjects[0].change, "IMDSv2 optional → required, Hop limit 1 → 2");
        let args = |c: &Call| c.args.iter().map(|(k, v)| format!("{k}={v:?}")).collect::<Vec<_>>();
        let sent = args(&p.steps[0].call);
        assert_eq!(sent.len(), 3, "{sent:?}");
        let back = &p.steps[0].undo.as_ref().expect("a way back").call;
        assert_eq!(back.get("HttpTokens"), Some(&Arg::str("optional")));
        assert_eq!(back.get("HttpPutResponseHopLimit"), Some(&Arg::Int(1)));
        assert!(p.consequences.iter().any(|c| c.severity == Severity::Unknown && c.text.contains("MetadataNoToken")));
        let same = planned(vec![instance("i-1", "required", 2).record()], &[]);
        assert!(same.is_err_and(|f| f.message.contains("are like that already")));
    }

    #[test]
    fn several_that_differ_keep_what_is_not_chosen() {
        let rows = || vec![instance("i-1", "optional", 1).record(), instance("i-2", "required", 3).record()];
        let p = planned(rows(), &[("imdsv2", "required")]).expect("a plan");
        assert_eq!(p.steps.len(), 1);
        assert_eq!(p.steps[0].call.get("HttpPutResponseHopLimit"), None);
        let p = planned(rows(), &[("hop_limit", "1")]).expect("a plan");
        assert_eq!(p.steps.len(), 1);
        assert!(p.consequences.iter().any(|c| c.text.contains("bridge")), "{:?}", p.consequences);
    }

    #[test]
    fn bad_hops_and_tags_that_do_not_fit_are_said_at_their_fields() {
        let one = || vec![instance("i-1", "required", 2).tags(&[("Cost center", "1")]).record()];
        for (hops, says) in [("0", "from 1 to 64, not 0"), ("65", "not 65"), ("two", "from 1 to 64, not two")] {
            let why = planned(one(), &[("hop_limit", hops)]).expect_err(hops).message;
            assert!(why.contains(says), "{why}");
        }
        let why = planned(one(), &[("tags", "enabled")]).expect_err("a blank").message;
        assert!(why.contains("The tag key Cost center of i-1 is not allowed"), "{why}");
        let off = planned(one(), &[("endpoint", "disabled")]).expect("a plan");
        assert!(off.consequences.iter().any(|c| c.severity == Severity::Severe), "{:?}", off.consequences);
    }
}
