//! `create-subnet`: a range of a VPC in a zone. The form calculates while the range is typed.

use ipnet::Ipv6Net;

use super::MOST_SUBNETS;
use crate::base::Fault;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, FilledForm};
use crate::kinds::ec2::group_actions::create::vpc_field;
use crate::kinds::ec2::ipv6_facts;
use crate::kinds::ec2::range_facts::{free, of_subnet, of_subnets, ranges, read, siblings, why_no_subnet};
use crate::kinds::ec2::senders::{CREATE_SUBNET, DELETE_SUBNET, MODIFY_SUBNET_ATTRIBUTE, SUBNET_ID};
use crate::kinds::ec2::subnets::{INFO, IPV6_CIDR};
use crate::kinds::ec2::volume_actions::create::zone_field;
use crate::kinds::ec2::vpcs;
use crate::kinds::plan_builder::{draft, line, name_tag, note, sorted, text_of, toggle, unknown};
use crate::model::{Arg, FormField, FormSpec, Kind, Out, Plan, Record, Step, StepUndo, TableKey, Values, Waiter};
use crate::net::cidr::Cidr;

/// `create-subnet`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-subnet", "Create a subnet", plan)
    .doc(
        "Creates a subnet in a VPC and a zone. The form proposes a free range, and a /64 of IPv6 where the VPC has that, and says what a \
         range overlaps and how many addresses it has.",
    )
    .calls(&[&CREATE_SUBNET, &MODIFY_SUBNET_ATTRIBUTE, &DELETE_SUBNET])
    .form(refine);

const NAME: &str = "name";
const VPC: &str = "vpc";
const CIDR: &str = "cidr";
const IPV6: &str = "ipv6_cidr";
const ZONE: &str = "zone";
const PUBLIC: &str = "public_ip";

/// The size that is proposed: room for 251 instances.
const PROPOSED: u8 = 24;

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let vpc = vpc_field(cx, values, &mut needs);
    let at = text_of(&vpc);
    let row = cx.store.get(&TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO)), &at);
    let own: Vec<Cidr> = row.map(|r| ranges(r, &vpcs::CIDR)).unwrap_or_default();
    let (others, all_known) = siblings(cx, &at, &mut needs);
    let proposed = free(&own, &others, PROPOSED).filter(|_| all_known).map_or_else(String::new, |c| c.to_string());
    let mut cidr =
        line(values, CIDR, "IPv4 range", &proposed, "Part of the VPC's range, /16 to /28; it cannot be changed later.");
    match read(&text_of(&cidr)) {
        Ok(range) => {
            cidr.facts = of_subnet(range);
            cidr.error = why_no_subnet(range, &own, &others);
        }
        Err(_) if all_known && !own.is_empty() && text_of(&cidr).is_empty() && proposed.is_empty() => {
            cidr.error = Some("The VPC has no free range any more: associate another one with it.".into());
        }
        Err(why) => cidr.error = Some(why),
    }
    let zone = zone_field(cx, values, None, "Its Availability Zone; it cannot be changed later.", &mut needs);
    let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
    let help = "Instances get a public IPv4 address by default. They use it once a route leads to an internet gateway.";
    let public = toggle(values, PUBLIC, "Public IPv4", help);
    let own_six = row.map(|r| ipv6_facts::ranges(r, &vpcs::IPV6_CIDR)).unwrap_or_default();
    let six = (!own_six.is_empty()).then(|| ipv6_field(cx, values, &at, &own_six));
    let fields = [name, vpc, zone, cidr].into_iter().chain(six).chain([public]).collect();
    FormSpec { title: "Create a subnet".into(), fields, needs }
}

/// The range of IPv6, of a VPC that has any: the next free one unless another is typed, or none.
fn ipv6_field(cx: &ActionContext<'_>, values: &Values, vpc: &str, own: &[Ipv6Net]) -> FormField {
    // What this needs, the range of IPv4 needs too.
    let of = |s: &Record| ipv6_facts::ranges(s, &IPV6_CIDR);
    let (others, all_known) = of_subnets(cx, vpc, &mut Vec::new(), of);
    let proposed = ipv6_facts::free(own, &others).filter(|_| all_known).map_or_else(String::new, |n| n.to_string());
    let help = "Part of the VPC's range, /44 to /64 in steps of four; empty for none.";
    let mut field = line(values, IPV6, "IPv6 range", &proposed, help);
    let text = text_of(&field);
    if !text.trim().is_empty() {
        match ipv6_facts::read(&text) {
            Ok(net) => {
                field.facts = ipv6_facts::of_subnet(net);
                field.error = ipv6_facts::why_no_subnet(net, own, &others);
            }
            Err(why) => field.error = Some(why),
        }
    }
    field
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (name, vpc, cidr, zone) = (form.given(NAME), form.text(VPC), form.text(CIDR), form.text(ZONE));
    let title = match &name {
        Some(name) => format!("Create the subnet {}", visible(name)),
        None => format!("Create a subnet {cidr}"),
    };
    let mut plan = draft("create-subnet", title, &[], Vec::new());
    plan.phrase = name.as_ref().map_or_else(|| cidr.to_string(), ToString::to_string);
    let mut call = CREATE_SUBNET
        .call(cx.scope.clone())
        .arg("VpcId", Arg::Str(vpc.clone()))
        .arg("CidrBlock", Arg::Str(cidr.clone()))
        .arg("AvailabilityZone", Arg::Str(zone));
    let six = form.given(IPV6);
    if let Some(six) = &six {
        call = call.arg("Ipv6CidrBlock", Arg::Str(six.clone()));
    }
    if let Some(name) = &name {
        call = call.arg("TagSpecifications", name_tag("subnet", name));
    }
    let undo = StepUndo::new(
        "delete the subnet",
        DELETE_SUBNET.call(cx.scope.clone()).arg("SubnetId", Arg::out(0, SUBNET_ID)),
    )
    .destroys();
    let table = TableKey::all(cx.scope.clone(), Kind(&INFO));
    let made = Waiter::Created {
        out: Out { step: 0, output: SUBNET_ID },
        table,
        want: &["available"],
        fail: &["failed", "failed-insufficient-capacity"],
        gone_is_fine: false,
        within: std::time::Duration::from_secs(120),
    };
    let create = Step::new("create the subnet", call).undone_by(undo);
    if form.flag(PUBLIC) {
        let public = MODIFY_SUBNET_ATTRIBUTE.call(cx.scope.clone()).arg("SubnetId", Arg::out(0, SUBNET_ID));
        let public = public.arg("MapPublicIpOnLaunch", super::public_ip::switch(true));
        plan.steps =
            vec![create.then_wait(made.clone()), Step::new("give new instances a public IPv4 address", public)];
    } else {
        plan.steps = vec![create];
    }
    plan.wait = made;
    let mut needs = Vec::new();
    let (others, all_known) = siblings(cx, &vpc, &mut needs);
    let mut all = vec![note("It uses the main route table and the default network ACL of the VPC")];
    if others.len() >= MOST_SUBNETS {
        all.push(unknown(format!(
            "The VPC has {} subnets: the quota is {MOST_SUBNETS} unless it was raised (SubnetLimitExceeded)",
            others.len()
        )));
    }
    if !all_known {
        let ranges = six.map_or_else(|| format!("{cidr} is"), |six| format!("{cidr} and {six} are"));
        all.push(unknown(format!(
            "Whether {ranges} free in the VPC is not known: EC2 refuses if not (InvalidSubnet.Conflict)"
        )));
    }
    (plan.consequences, plan.needs) = (sorted(all), needs);
    Ok(plan)
}
