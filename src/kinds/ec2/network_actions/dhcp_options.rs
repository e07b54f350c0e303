//! `create-dhcp-options`, `associate` and `delete` of sets of DHCP options.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html>

use arcstr::ArcStr;

use super::{called_by_id, made_becomes};
use crate::base::Fault;
use crate::base::text::visible;
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup};
use crate::kinds::ec2::dhcp_options::{INFO, keys};
use crate::kinds::ec2::senders::{ASSOCIATE_DHCP_OPTIONS, CREATE_DHCP_OPTIONS, DELETE_DHCP_OPTIONS, DHCP_OPTIONS_ID};
use crate::kinds::ec2::vpcs;
use crate::kinds::plan_builder::{
    Known, called, draft, form_title, label, line, live, name_tag, need, note, pick, severe, sorted, subject, text_of,
    title, unknown, wait_state, whole,
};
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Arg, Choice, Consequence, FormField, FormSpec, Kind, Pick, Plan, Record, Step, StepUndo, TableKey, Values, Waiter,
};

/// `create-dhcp-options`.
pub static CREATE: Action = Action::on_scope(&INFO, "create-dhcp-options", "Create a set of DHCP options", plan)
    .doc(
        "Creates a set of DHCP options: DNS servers, domain name, time servers. A set is never changed; give a VPC \
         another with associate.",
    )
    .calls(&[&CREATE_DHCP_OPTIONS, &DELETE_DHCP_OPTIONS])
    .form(refine);

const NAME: &str = "name";
const DOMAIN: &str = "domain";
const DNS: &str = "dns";
const NTP: &str = "ntp";
const NETBIOS: &str = "netbios";
const NODE_TYPE: &str = "node_type";
const VPC: &str = "vpc";

/// Servers in one option. [AWS: DHCP option sets]
const MOST: usize = 4;
/// The VPC's own DNS server, as the API calls it.
const AMAZON: &str = "AmazonProvidedDNS";

fn parts(text: &str) -> Vec<ArcStr> {
    text.split([',', ' ']).map(str::trim).filter(|p| !p.is_empty()).map(ArcStr::from).collect()
}

/// What is wrong with a list of servers.
fn why_not(servers: &[ArcStr], amazon: bool) -> Option<String> {
    if servers.len() > MOST {
        return Some(format!("At most {MOST} servers, not {}.", servers.len()));
    }
    let fits = |s: &&ArcStr| s.parse::<std::net::IpAddr>().is_ok() || amazon && s.as_str() == AMAZON;
    let bad = servers.iter().find(|s| !fits(s))?;
    let or = if amazon { format!(" or {AMAZON}") } else { String::new() };
    Some(format!("{} is not an address{or}.", visible(bad)))
}

fn servers_field(values: &Values, name: &'static str, label: &'static str, default: &str, help: &str) -> FormField {
    let mut field = line(values, name, label, default, help);
    field.error = why_not(&parts(&text_of(&field)), name == DNS);
    field
}

fn refine(_: &ActionContext<'_>, values: &Values) -> FormSpec {
    let name = line(values, NAME, "Name", "", "The Name tag; may be empty.");
    let help = format!("Up to {MOST} addresses with commas between, or {AMAZON}, the VPC's own.");
    let mut dns = servers_field(values, DNS, "DNS servers", AMAZON, &help);
    let mut domain = line(values, DOMAIN, "Domain name", "", "What instances append to short names; may be empty.");
    let text = text_of(&domain);
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ' ');
    if !text.chars().all(letter) {
        domain.error = Some("A domain has letters, digits, hyphens and periods; several have blanks between.".into());
    }
    let ntp =
        servers_field(values, NTP, "Time servers", "", "Up to 4 addresses; may be empty. Amazon's is 169.254.169.123.");
    let netbios = servers_field(values, NETBIOS, "NetBIOS servers", "", "Up to 4 addresses; may be empty.");
    let types = ["", "1", "2", "4", "8"];
    let types = types.map(|t| Choice {
        value: t.into(),
        label: match t {
            "" => "none".into(),
            "2" => "2  point to point, which AWS recommends".into(),
            t => t.into(),
        },
        disabled: None,
    });
    let node = pick(values, (NODE_TYPE, "Node type"), types.to_vec(), "", "The NetBIOS node type.");
    let nothing = [&dns, &domain, &ntp, &netbios, &node].iter().all(|f| text_of(f).is_empty());
    if nothing && dns.error.is_none() {
        dns.error = Some("A set has one option at least.".into());
    }
    let other = |f: FormField| f.in_section("Others");
    let fields = vec![name, dns, domain, other(ntp), other(netbios), other(node)];
    FormSpec { title: "Create a set of DHCP options".into(), fields, needs: Vec::new() }
}

fn plan(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut plan = draft("create-dhcp-options", "Create a set of DHCP options".into(), &[], Vec::new());
    let name = form.given(NAME);
    plan.phrase = name.as_deref().unwrap_or("create").to_string();
    let mut options = Vec::new();
    let mut put = |key: &str, values: Vec<ArcStr>| {
        if !values.is_empty() {
            let values = Arg::List(values.into_iter().map(Arg::Str).collect());
            options.push(Arg::Map(vec![("Key", Arg::str(key)), ("Values", values)]));
        }
    };
    put(keys::DOMAIN_NAME, form.given(DOMAIN).into_iter().collect());
    put(keys::NAME_SERVERS, parts(&form.text(DNS)));
    put(keys::NTP_SERVERS, parts(&form.text(NTP)));
    put(keys::NETBIOS_SERVERS, parts(&form.text(NETBIOS)));
    put(keys::NETBIOS_NODE_TYPE, form.given(NODE_TYPE).into_iter().collect());
    let mut call = CREATE_DHCP_OPTIONS.call(cx.scope.clone()).arg("DhcpConfigurations", Arg::List(options));
    if let Some(name) = &name {
        call = call.arg("TagSpecifications", name_tag("dhcp-options", name));
    }
    let undo = StepUndo::new(
        "delete the set",
        DELETE_DHCP_OPTIONS.call(cx.scope.clone()).arg("DhcpOptionsId", Arg::out(0, DHCP_OPTIONS_ID)),
    )
    .destroys();
    plan.steps = vec![Step::new("create the set", call).undone_by(undo)];
    plan.wait = made_becomes(cx, (0, DHCP_OPTIONS_ID), &INFO, (&[], &[]), 2);
    let mut all = vec![note("No VPC has it yet: associate gives it to one"), note("A set cannot be changed later")];
    if !parts(&form.text(DNS)).iter().any(|s| s == AMAZON) {
        all.push(note(
            "Without AmazonProvidedDNS, names of private hosted zones and of interface endpoints need your own servers",
        ));
    }
    plan.consequences = sorted(all);
    Ok(plan)
}

/// `associate`.
pub static ASSOCIATE: Action = Action::on_rows(&INFO, "associate", "Associate", associate)
    .group(MenuGroup::Network)
    .doc("Gives a VPC this set of DHCP options, in place of the one that it has.")
    .calls(&[&ASSOCIATE_DHCP_OPTIONS])
    .form(associate_form);

fn associate_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let own = cx.targets.first().map(|t| t.record.id.clone()).unwrap_or_default();
    let has = |r: &Record| {
        (r.get(&vpcs::DHCP_OPTIONS).as_str() == Some(own.as_str())).then(|| "It has this set.".to_string())
    };
    let table = TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO));
    let said = (VPC, "VPC", "the VPCs");
    let vpc =
        rows_field(cx, values, said, (Pick::one_of(table, "vpc-"), ""), "The VPC that gets it.", &has, &mut needs);
    FormSpec { title: form_title(cx, "Associate"), fields: vec![vpc], needs }
}

fn associate(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let (t, vpc) = (&cx.targets[0], form.text(VPC));
    let mut needs = Vec::new();
    let name = called_by_id(cx, &vpcs::INFO, &vpc, &mut needs);
    let table = TableKey::all(cx.scope.clone(), Kind(&vpcs::INFO));
    let old = cx.store.get(&table, &vpc).and_then(|r| r.get(&vpcs::DHCP_OPTIONS).as_str().map(ArcStr::from));
    let mut plan =
        draft("associate", title("Associate", &INFO, cx.targets), cx.targets, vec![subject(t, format!("→ of {name}"))]);
    let call = |id: Arg| {
        let call = ASSOCIATE_DHCP_OPTIONS.call(t.table.scope.clone()).arg("DhcpOptionsId", id);
        call.arg("VpcId", Arg::str(&*vpc))
    };
    let step = Step::new(format!("give it to {name}"), call(Arg::Str(t.record.id.clone())).on([t.record.id.clone()]));
    plan.steps = vec![match &old {
        Some(old) => step.undone_by(StepUndo::new(format!("give {name} {old} again"), call(Arg::Str(old.clone())))),
        None => step,
    }];
    plan.rests_on = vec![(table.clone(), vpc.to_string().into())];
    plan.wait = Waiter::Field {
        table,
        ids: vec![vpc.to_string().into()],
        field: &vpcs::DHCP_OPTIONS,
        want: t.record.id.to_string(),
        within: std::time::Duration::from_secs(120),
    };
    plan.consequences = sorted(vec![
        severe(format!("Every instance of {name} gets these name servers when its lease is renewed, within hours")),
        note("An instance gets them at once if its lease is renewed by hand or it is started again"),
    ]);
    plan.needs = needs;
    Ok(plan)
}

/// `delete`.
pub static DELETE: Action = Action::on_rows(&INFO, "delete", "Delete", delete)
    .group(MenuGroup::Delete)
    .doc("Deletes sets of DHCP options. EC2 refuses while a VPC has one (DependencyViolation).")
    .several()
    .calls(&[&DELETE_DHCP_OPTIONS]);

fn users(cx: &ActionContext<'_>, id: &str, needs: &mut Vec<TableKey>) -> Vec<Consequence> {
    match whole(cx.store, cx.scope, &vpcs::INFO) {
        Known::Complete(table) => {
            let with = |r: &Record| r.get(&vpcs::DHCP_OPTIONS).as_str() == Some(id);
            let have: Vec<String> = live(table).filter(|r| with(r)).map(|r| label(r)).collect();
            if have.is_empty() {
                return Vec::new();
            }
            vec![severe(format!("EC2 refuses while a VPC has it (DependencyViolation): {}", called("VPC", &have)))]
        }
        Known::Failed(word) => vec![unknown(format!("Whether a VPC has it is not known ({word})"))],
        Known::NotAsked(key) => {
            need(needs, key);
            vec![unknown("Whether a VPC has it is not known (not loaded)")]
        }
    }
}

fn delete(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, "→ deleted")).collect();
    let mut plan = draft("delete", title("Delete", &INFO, cx.targets), cx.targets, subjects);
    let mut all = Vec::new();
    for t in cx.targets {
        all.extend(users(cx, &t.record.id, &mut plan.needs));
        let call = DELETE_DHCP_OPTIONS.call(t.table.scope.clone()).arg("DhcpOptionsId", Arg::Str(t.record.id.clone()));
        plan.steps.push(Step::new(format!("delete {}", label(&t.record)), call.on([t.record.id.clone()])));
    }
    plan.destructive = true;
    plan.consequences = sorted(all);
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    Ok(plan)
}
