//! `change-dns`: the DNS options of a VPC.

use crate::base::{Fault, FaultKind};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::ec2::senders::MODIFY_VPC_ATTRIBUTE;
use crate::kinds::ec2::vpc_attributes::{self as attributes, DNS_HOSTNAMES, DNS_SUPPORT};
use crate::kinds::ec2::vpcs::INFO;
use crate::kinds::plan_builder::{beside, draft, form_title, note, pick, severe, sorted, subject, title, unknown};
use crate::model::{Arg, Call, Choice, FieldInfo, FormField, FormSpec, Kind, Plan, Step, StepUndo, TableKey, Values};

/// `change-dns`.
pub static CHANGE_DNS: Action = Action::on_rows(&INFO, "change-dns", "DNS options", plan)
    .group(MenuGroup::Settings)
    .doc("Says whether Amazon's DNS server answers in a VPC, and whether instances with public addresses get public DNS names.")
    .calls(&[&MODIFY_VPC_ATTRIBUTE])
    .form(refine);

/// A field of the form, what it is of, and the parameter.
const OPTIONS: [(&str, &str, &FieldInfo, &str); 2] = [
    ("dns_support", "DNS server", &DNS_SUPPORT, "EnableDnsSupport"),
    ("dns_hostnames", "DNS names", &DNS_HOSTNAMES, "EnableDnsHostnames"),
];

/// How it is now, as far as that is known.
fn now(cx: &ActionContext<'_>, t: &Target, field: &FieldInfo) -> Option<bool> {
    cx.store.side(&t.table, Kind(&attributes::INFO), &t.record.id)?.get(field).as_bool()
}

fn word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let [t] = cx.targets else { return FormSpec::default() };
    let mut needs: Vec<TableKey> = Vec::new();
    let choice = |value: &str| Choice { value: value.into(), label: value.into(), disabled: None };
    let one = |(name, label, field, _): &(&'static str, &'static str, &FieldInfo, &str)| -> FormField {
        let is = now(cx, t, field);
        let help = match *name {
            "dns_support" => "Amazon's DNS server answers at the VPC's range plus two.",
            _ => "Needs the DNS server.",
        };
        let mut f = pick(values, (*name, *label), vec![choice("on"), choice("off")], is.map_or("", word), help);
        if is.is_none() {
            f.facts = format!("now: {}", beside(cx.store, &t.table, &attributes::INFO, &mut Vec::new()));
        }
        f
    };
    let mut fields: Vec<FormField> = OPTIONS.iter().map(one).collect();
    if OPTIONS.iter().any(|(_, _, field, _)| now(cx, t, field).is_none()) {
        beside(cx.store, &t.table, &attributes::INFO, &mut needs);
    }
    let is = |f: &FormField, what: &str| f.value == crate::model::FormValue::Text(what.into());
    // AWS: "You can only enable DNS hostnames if you've enabled DNS support." [API_ModifyVpcAttribute]
    if is(&fields[0], "off") && is(&fields[1], "on") {
        fields[1].error = Some("DNS names need the DNS server: turn that on, too.".into());
    }
    FormSpec { title: form_title(cx, "DNS options of"), fields, needs }
}

fn call(t: &Target, parameter: &'static str, on: bool) -> Call {
    let call = MODIFY_VPC_ATTRIBUTE.call(t.table.scope.clone()).arg("VpcId", Arg::Str(t.record.id.clone()));
    call.arg(parameter, Arg::Map(vec![("Value", Arg::Bool(on))])).on([t.record.id.clone()])
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let [t] = cx.targets else { return Err(Fault::bug("change-dns takes one VPC.")) };
    let (mut steps, mut said, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for (name, label, field, parameter) in OPTIONS {
        let (is, to_be) = (now(cx, t, field), form.text(name) == "on");
        if is == Some(to_be) {
            continue;
        }
        let step = Step::new(format!("turn {} the {label}", word(to_be)), call(t, parameter, to_be));
        steps.push(match is {
            Some(was) => {
                step.undone_by(StepUndo::new(format!("turn {} the {label} again", word(was)), call(t, parameter, was)))
            }
            None => {
                all.push(unknown(format!("How the {label} are set now is not known: there is no way back")));
                step
            }
        });
        said.push(format!("{label} {} → {}", is.map_or("?", word), word(to_be)));
        if name == "dns_support" && !to_be {
            all.push(severe("Names are not resolved any more in it, except by DNS servers of your own"));
        }
    }
    if steps.is_empty() {
        return Err(Fault::new(FaultKind::Invalid, "Nothing would change: the options are like that already."));
    }
    // Names need the server: it is turned on first, and off last.
    if form.text(OPTIONS[0].0) != "on" {
        steps.reverse();
    }
    let mut plan =
        draft("change-dns", title("DNS options of", &INFO, cx.targets), cx.targets, vec![subject(t, said.join(" · "))]);
    plan.steps = steps;
    all.push(note("It applies to what is asked from now on"));
    plan.consequences = sorted(all);
    Ok(plan)
}
