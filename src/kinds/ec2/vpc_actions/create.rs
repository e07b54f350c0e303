//! `create-vpc`: a VPC with its range, alone or with a network in it. The form calculates while the range is typed.

use super::{MOST_VPCS, wizard};
use crate::base::Fault;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, FilledForm};
use crate::kinds::ec2::range_facts::{of_vpc, overlap, read, vpc_ranges};
use crate::kinds::ec2::senders::{
    ALLOCATE_ADDRESS, ASSOCIATE_ROUTE_TABLE, ATTACH_INTERNET_GATEWAY, CREATE_INTERNET_GATEWAY, CREATE_NAT_GATEWAY,
    CREATE_ROUTE, CREATE_ROUTE_TABLE, CREATE_SUBNET, CREATE_VPC, DELETE_INTERNET_GATEWAY, DELETE_NAT_GATEWAY,
    DELETE_ROUTE, DELETE_ROUTE_TABLE, DELETE_SUBNET, DELETE_VPC, DETACH_INTERNET_GATEWAY, DISASSOCIATE_ROUTE_TABLE,
    MODIFY_SUBNET_ATTRIBUTE, MODIFY_VPC_ATTRIBUTE, RELEASE_ADDRESS, VPC_ID,
};
use crate::kinds::ec2::vpcs::INFO;
use crate::kinds::plan_builder::{
    Known, draft, line, live, name_tag, need, note, pick, sorted, text_of, toggle, unknown, whole,
};
use crate::model::{Arg, Choice, FormSpec, Kind, Out, Plan, Step, StepUndo, TableKey, Values, Waiter};
use crate::net::cidr::Cidr;

/// `create-vpc`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-vpc", "Create a VPC", plan)
    .doc(
        "Creates a VPC with an IPv4 range, and one of IPv6 from Amazon if you want: alone, or with public and private subnets in \
         the zones that you choose, an internet gateway, NAT gateways and route tables, all named after the VPC.",
    )
    .calls(&[
        &CREATE_VPC,
        &MODIFY_VPC_ATTRIBUTE,
        &DELETE_VPC,
        &CREATE_INTERNET_GATEWAY,
        &ATTACH_INTERNET_GATEWAY,
        &DETACH_INTERNET_GATEWAY,
        &DELETE_INTERNET_GATEWAY,
        &CREATE_SUBNET,
        &MODIFY_SUBNET_ATTRIBUTE,
        &DELETE_SUBNET,
        &CREATE_ROUTE_TABLE,
        &CREATE_ROUTE,
        &ASSOCIATE_ROUTE_TABLE,
        &DISASSOCIATE_ROUTE_TABLE,
        &DELETE_ROUTE,
        &DELETE_ROUTE_TABLE,
        &ALLOCATE_ADDRESS,
        &RELEASE_ADDRESS,
        &CREATE_NAT_GATEWAY,
        &DELETE_NAT_GATEWAY,
    ])
    .form(refine);

const NAME: &str = "name";
const CIDR: &str = "cidr";
const IPV6: &str = "ipv6";
const DNS_NAMES: &str = "dns_hostnames";
const TENANCY: &str = "tenancy";

/// The first /16 of 10.0.0.0/8 that no VPC of the region has: what can be peered later.
fn proposed(taken: &[Cidr]) -> Option<Cidr> {
    "10.0.0.0/8".parse::<Cidr>().ok()?.free(16, taken)
}

fn refine(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let (others, all_known) = vpc_ranges(cx, "", &mut needs);
    let taken: Vec<Cidr> = others.iter().map(|(_, c)| *c).collect();
    let free = proposed(&taken).filter(|_| all_known).map_or_else(String::new, |c| c.to_string());
    let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
    let mut cidr = line(values, CIDR, "IPv4 range", &free, "/16 to /28; it cannot be changed later, only added to.");
    match read(&text_of(&cidr)) {
        Ok(range) => {
            cidr.facts = of_vpc(range);
            if let Some((name, other)) = overlap(range, &others) {
                cidr.facts.push_str(&format!(" · overlaps {name} ({other}): the two can never be peered"));
            }
        }
        Err(why) => cidr.error = Some(why),
    }
    let ipv6 = toggle(values, IPV6, "IPv6", "A /56 of Amazon's IPv6 addresses, too.");
    let names = toggle(values, DNS_NAMES, "DNS names", "Instances with public addresses get public DNS names.");
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into(), disabled: None };
    let tenancies =
        vec![choice("default", "default  shared hardware"), choice("dedicated", "dedicated  hardware of your own")];
    let tenancy =
        pick(values, (TENANCY, "Tenancy"), tenancies, "default", "On whose hardware its instances run by default.");
    let network = network(cx, values, (&text_of(&name), &text_of(&cidr)), &mut needs);
    let mut fields = vec![name, cidr, ipv6, names];
    fields.extend(network.fields);
    fields.push(tenancy.in_section("More"));
    FormSpec { title: "Create a VPC".into(), fields, needs }
}

/// What is to be in it.
fn network(cx: &ActionContext<'_>, values: &Values, of: (&str, &str), needs: &mut Vec<TableKey>) -> wizard::Form {
    let (name, range) = of;
    wizard::form(cx, values, (name, read(range).ok()), needs)
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (name, cidr) = (form.given(NAME), form.text(CIDR));
    let mut needs = Vec::new();
    let network = network(cx, form.values, (&form.text(NAME), &cidr), &mut needs).network;
    let title = match (&network, &name) {
        (Some(network), _) => wizard::title(name.as_deref(), &cidr, network),
        (None, Some(n)) => format!("Create the VPC {}", visible(n)),
        (None, None) => format!("Create a VPC {cidr}"),
    };
    let mut plan = draft("create-vpc", title, &[], Vec::new());
    plan.phrase = name.as_ref().map_or_else(|| cidr.to_string(), ToString::to_string);
    let mut call = CREATE_VPC.call(cx.scope.clone()).arg("CidrBlock", Arg::Str(cidr.clone()));
    if form.flag(IPV6) {
        call = call.arg("AmazonProvidedIpv6CidrBlock", Arg::Bool(true));
    }
    let dedicated = form.text(TENANCY) == "dedicated";
    if dedicated {
        call = call.arg("InstanceTenancy", Arg::str("dedicated"));
    }
    if let Some(name) = &name {
        call = call.arg("TagSpecifications", name_tag("vpc", name));
    }
    let undo =
        StepUndo::new("delete the VPC", DELETE_VPC.call(cx.scope.clone()).arg("VpcId", Arg::out(0, VPC_ID))).destroys();
    let made = Waiter::Created {
        out: Out { step: 0, output: VPC_ID },
        table: TableKey::all(cx.scope.clone(), Kind(&INFO)),
        want: &["available"],
        fail: &[],
        gone_is_fine: false,
        within: std::time::Duration::from_secs(120),
    };
    plan.steps = vec![Step::new("create the VPC", call).undone_by(undo)];
    plan.wait = made.clone();
    let dns = form.flag(DNS_NAMES);
    if let (Some(create), true) = (plan.steps.first_mut(), dns || network.is_some()) {
        create.wait = made;
    }
    if dns {
        plan.steps.push(dns_names(cx));
    }
    let mut all = match &network {
        Some(network) => {
            wizard::add(cx, network, &mut plan.steps);
            plan.cost = wizard::cost(cx.scope, network);
            wizard::consequences(cx, network, form.flag(IPV6), &mut needs)
        }
        None => vec![note("It has no subnet yet, and no way to the internet")],
    };
    if dedicated {
        // https://aws.amazon.com/ec2/pricing/dedicated-instances/
        all.push(unknown(
            "Instances on dedicated hardware cost more, and there is a fee for each hour and region that has any",
        ));
    }
    match whole(cx.store, cx.scope, &INFO) {
        Known::Complete(table) => {
            let n = live(table).count();
            if n >= MOST_VPCS {
                all.push(unknown(format!(
                    "The region has {n} VPCs: the quota is {MOST_VPCS} unless it was raised (VpcLimitExceeded)"
                )));
            }
            let others = vpc_ranges(cx, "", &mut Vec::new()).0;
            if let Ok(range) = read(&cidr)
                && let Some((name, other)) = overlap(range, &others)
            {
                all.push(unknown(format!("{range} overlaps {name} ({other}): the two can never be peered")));
            }
        }
        Known::NotAsked(key) => need(&mut needs, key),
        Known::Failed(_) => {}
    }
    (plan.consequences, plan.needs) = (sorted(all), needs);
    Ok(plan)
}

/// Public DNS names for what gets a public address in it.
fn dns_names(cx: &ActionContext<'_>) -> Step {
    let call = |on: bool| {
        let call = MODIFY_VPC_ATTRIBUTE.call(cx.scope.clone()).arg("VpcId", Arg::out(0, VPC_ID));
        call.arg("EnableDnsHostnames", Arg::Map(vec![("Value", Arg::Bool(on))]))
    };
    let undo = StepUndo::new("give instances no public DNS names again", call(false));
    Step::new("give instances public DNS names", call(true)).undone_by(undo)
}
