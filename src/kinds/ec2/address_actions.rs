//! What can be done to Elastic IP addresses, as data: allocate, associate, disassociate, release.

use arcstr::ArcStr;

use super::addresses::{self, INFO};
use super::instances;
use super::instances::instance::{self, InstanceState};
use super::senders::{ALLOCATE_ADDRESS, ASSOCIATE_ADDRESS, DISASSOCIATE_ADDRESS, RELEASE_ADDRESS};
use crate::base::text::visible;
use crate::base::{Fault, Scope};
use crate::kinds::action::{Action, ActionContext, FilledForm, MenuGroup, Target};
use crate::kinds::plan_builder::{
    Known, draft, form_title, label, line, live, made, name_tag, need, note, severe, sorted, subject, text_of, title,
    unknown, wait_state, whole,
};
use crate::kinds::prices;
use crate::kinds::rows_field::rows_field;
use crate::model::{
    Arg, Consequence, Cost, FormField, FormSpec, Kind, Money, Pick, Plan, Record, Step, StepUndo, TableKey, Values,
};

const NAME: &str = "name";
const INSTANCE: &str = "instance";
const INTERFACE: &str = "interface";

/// Elastic IP addresses of a region, unless the quota was raised.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html>
pub(super) const MOST_ADDRESSES: usize = 5;

/// What so many addresses of Amazon's cost while they stand.
pub(super) fn standing_cost(scope: &Scope, n: usize) -> Cost {
    let behind = "associated or not, until it is released";
    match prices::of(scope) {
        #[expect(clippy::cast_precision_loss, reason = "a few addresses")]
        Some(prices) => Cost::adds(prices.public_ipv4().times(n as f64), format!(", {behind}")),
        None => Cost::adds_unknown(format!("Billed by the hour, {behind}")),
    }
}

/// What these addresses cost an hour, if that is known of each and not nothing.
fn an_hour(cx: &ActionContext<'_>) -> Option<Money> {
    let sum: Option<f64> = cx.targets.iter().map(|t| t.record.get(&addresses::COST).as_f64()).sum();
    Some(prices::of(cx.scope)?.by_the_hour(sum.filter(|dollars| *dollars > 0.0)?))
}

/// `allocate`.
pub static ALLOCATE: Action = Action::on_scope(&INFO, "allocate", "Allocate an Elastic IP address", allocate)
    .doc("Allocates an Elastic IP address: a public IPv4 address that belongs to the account until it is released.")
    .calls(&[&ALLOCATE_ADDRESS, &RELEASE_ADDRESS])
    .form(|_, values| FormSpec {
        title: "Allocate an Elastic IP address".into(),
        fields: vec![line(values, NAME, "Name", "", "The Name tag; may be empty.")],
        needs: Vec::new(),
    });

fn allocate(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let name = form.given(NAME);
    let mut plan = draft("allocate", "Allocate an Elastic IP address".into(), &[], Vec::new());
    plan.phrase = "allocate".into();
    plan.steps = vec![allocate_step(cx.scope, 0, name.as_deref())];
    let mut all = Vec::new();
    if let Known::NotAsked(key) = whole(cx.store, cx.scope, &INFO) {
        need(&mut plan.needs, key);
    }
    if let Known::Complete(table) = whole(cx.store, cx.scope, &INFO) {
        let idle: Vec<&Record> = live(table).map(|r| &**r).filter(|r| addresses::is_unattached(r)).collect();
        if let Some(first) = idle.first() {
            all.push(note(format!(
                "There {} unattached already, for example {}: associate can use it",
                match idle.len() {
                    1 => "is 1 address".to_string(),
                    n => format!("are {n} addresses"),
                },
                label(first)
            )));
        }
        if live(table).count() >= MOST_ADDRESSES {
            all.push(unknown(format!(
                "The region has {} already: the quota is {MOST_ADDRESSES} unless it was raised (AddressLimitExceeded)",
                live(table).count()
            )));
        }
    }
    plan.wait = made("AllocationId", TableKey::all(cx.scope.clone(), Kind(&INFO)));
    plan.consequences = sorted(all);
    plan.cost = Some(standing_cost(cx.scope, 1));
    Ok(plan)
}

/// The step that allocates an address, which may have a name: its plan's step number `at`.
pub(super) fn allocate_step(scope: &Scope, at: usize, name: Option<&str>) -> Step {
    let mut call = ALLOCATE_ADDRESS.call(scope.clone()).arg("Domain", Arg::str("vpc"));
    if let Some(name) = name {
        call = call.arg("TagSpecifications", name_tag("elastic-ip", name));
    }
    let undo = StepUndo::new(
        "release the address",
        RELEASE_ADDRESS.call(scope.clone()).arg("AllocationId", Arg::out(at, "AllocationId")),
    )
    .destroys();
    Step::new("allocate the address", call).undone_by(undo)
}

/// `associate`.
pub static ASSOCIATE: Action = Action::on_rows(&INFO, "associate", "Associate", associate)
    .group(MenuGroup::Network)
    .doc(
        "Associates an Elastic IP address with an instance or a network interface. The plan says which public \
         address that one loses.",
    )
    .calls(&[&ASSOCIATE_ADDRESS, &DISASSOCIATE_ADDRESS])
    .only_if(|row| match addresses::service_managed(row) {
        Some(service) => Err(format!("Managed by {service}, which alone can associate it.")),
        None => Ok(()),
    })
    .form(associate_form);

fn associate_form(cx: &ActionContext<'_>, values: &Values) -> FormSpec {
    let mut needs = Vec::new();
    let interface = line(values, INTERFACE, "Interface", "", "eni-…, instead of an instance; empty otherwise.");
    let by_interface = !text_of(&interface).is_empty();
    let mut instance = instance_field(cx, values, (INSTANCE, "Instance"), &mut needs);
    let mut interface = interface;
    if by_interface {
        let typed = text_of(&interface);
        let chosen = !text_of(&instance).is_empty();
        instance.error = None;
        interface.error = if !typed.starts_with("eni-") {
            Some(format!("{} is not a network interface id (eni-…).", visible(&typed)))
        } else {
            chosen.then(|| "Choose an instance or an interface, not both.".to_string())
        };
    }
    FormSpec { title: form_title(cx, "Associate"), fields: vec![instance, interface], needs }
}

/// States of an instance that can have an address.
const CAN_HAVE: &str = "state=running,stopped,stopping,pending";

fn instance_field(
    cx: &ActionContext<'_>,
    values: &Values,
    (name, label): (&'static str, &'static str),
    needs: &mut Vec<TableKey>,
) -> FormField {
    let table = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
    let pick = Pick::one_of(table, "i-")
        .only(CAN_HAVE, "Instances that can have an address: all that are not terminated or terminating.");
    let refuse = |r: &Record| match instance::state(r) {
        InstanceState::Running | InstanceState::Stopped | InstanceState::Stopping | InstanceState::Pending => None,
        _ => Some(format!("It is {}.", crate::kinds::plan_builder::state(r))),
    };
    let said = (name, label, "the instances");
    rows_field(cx, values, said, (pick, ""), "The instance to associate it with.", &refuse, needs)
}

fn associate(cx: &ActionContext<'_>, form: &FilledForm<'_>) -> Result<Plan, Fault> {
    let t = &cx.targets[0];
    let (instance, interface) = (form.text(INSTANCE), form.text(INTERFACE));
    let key = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
    let host = cx.store.get(&key, &instance);
    let who: ArcStr = match interface.is_empty() {
        true => host.map_or_else(|| instance.clone(), |r| label(r).into()),
        false => interface.clone(),
    };
    let ip = ip_of(&t.record);
    let mut call = ASSOCIATE_ADDRESS.call(cx.scope.clone()).arg("AllocationId", Arg::Str(t.record.id.clone()));
    call = match interface.is_empty() {
        true => call.arg("InstanceId", Arg::Str(instance)),
        false => call.arg("NetworkInterfaceId", Arg::Str(interface)),
    };
    let mut all = Vec::new();
    let now = taken_from(cx, &t.record);
    // EC2 refuses to take it from another unless it is told to (Resource.AlreadyAssociated).
    call = call.arg("AllowReassociation", Arg::Bool(now.is_some()));
    if let Some(now) = &now {
        all.push(severe(format!("{ip} is taken from {now}, which no longer has it")));
    }
    if let Some(row) = host {
        all.extend(host_loses(row, &who, &ip));
        if instance::state(row) != InstanceState::Running {
            all.push(note(format!("Instance {who} is not running: the address waits for it")));
        }
    } else {
        all.push(unknown(format!("Whether {who} loses a public IP is not known")));
    }
    let change = format!("{} → {who}", now.as_deref().unwrap_or("unattached"));
    let mut plan = draft("associate", title("Associate", &INFO, cx.targets), cx.targets, vec![subject(t, change)]);
    let undo = StepUndo::new(
        format!("disassociate {ip} from {who}"),
        DISASSOCIATE_ADDRESS.call(cx.scope.clone()).arg("AssociationId", Arg::out(0, "AssociationId")),
    );
    plan.steps = vec![Step::new(format!("associate {ip} with {who}"), call.on([t.record.id.clone()])).undone_by(undo)];
    plan.consequences = sorted(all);
    plan.cost = Some(Cost::same("Costs the same, associated or not"));
    plan.wait = wait_state(cx.targets, &["associated"], &[], false, 2);
    Ok(plan)
}

/// What an instance loses that gets another address.
pub(super) fn host_loses(row: &Record, who: &str, ip: &str) -> Option<Consequence> {
    match (instance::public_ip(row), instance::public_ip_is_elastic(row)) {
        (Some(old), Some(true)) => Some(severe(format!(
            "Instance {who} already has Elastic IP {old}: {ip} replaces it, and {old} stays allocated and is still \
             billed"
        ))),
        (Some(old), _) => Some(severe(format!(
            "Instance {who} loses its public IP {old} for good: clients that use it no longer reach the instance"
        ))),
        (None, _) => None,
    }
}

/// What has the address now, as a sentence names it.
pub(super) fn taken_from(cx: &ActionContext<'_>, row: &Record) -> Option<String> {
    if addresses::is_unattached(row) {
        return None;
    }
    let Some(id) = addresses::instance(row) else {
        let interface = row.get(&addresses::NETWORK_INTERFACE).as_str();
        return Some(interface.map_or_else(|| "its present association".to_string(), |i| format!("interface {i}")));
    };
    let key = TableKey::all(cx.scope.clone(), Kind(&instances::INFO));
    Some(cx.store.get(&key, id).map_or_else(|| id.to_string(), |r| label(r)))
}

/// The address itself, as text.
pub(super) fn ip_of(row: &Record) -> String {
    addresses::public_ip(row).map_or_else(|| row.id.to_string(), |ip| ip.to_string())
}

/// `disassociate`.
pub static DISASSOCIATE: Action = Action::on_rows(&INFO, "disassociate", "Disassociate", disassociate)
    .group(MenuGroup::Network)
    .doc("Disassociates addresses. They stay allocated to the account and are still billed.")
    .several()
    .calls(&[&DISASSOCIATE_ADDRESS, &ASSOCIATE_ADDRESS])
    .only_if(|row| match (addresses::service_managed(row), addresses::association_id(row)) {
        (Some(service), _) => Err(format!("Managed by {service}, which alone can disassociate it.")),
        (None, Some(_)) => Ok(()),
        (None, None) => Err("Not associated.".into()),
    });

fn disassociate(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let mut all = Vec::new();
    let mut subjects = Vec::new();
    let mut steps = Vec::new();
    for t in cx.targets {
        let (ip, who) = (ip_of(&t.record), taken_from(cx, &t.record).unwrap_or_else(|| "nothing".into()));
        all.push(severe(format!("Clients no longer reach {who} at {ip}")));
        subjects.push(subject(t, format!("{who} → unattached")));
        let id = addresses::association_id(&t.record).unwrap_or_default();
        let call = DISASSOCIATE_ADDRESS.call(t.table.scope.clone()).arg("AssociationId", Arg::str(id));
        let step = Step::new(format!("disassociate {ip} from {who}"), call.on([t.record.id.clone()]));
        steps.push(match addresses::instance(&t.record) {
            Some(instance) => step.undone_by(give_back(&t.table.scope, t, instance, &who)),
            None => step,
        });
    }
    let mut plan = draft("disassociate", title("Disassociate", &INFO, cx.targets), cx.targets, subjects);
    plan.steps = steps;
    all.push(note("An instance without a public IP cannot reach the internet through an internet gateway"));
    plan.consequences = sorted(all);
    plan.cost = Some(match an_hour(cx) {
        Some(money) => Cost::stays(money, ", associated or not, until it is released"),
        None => Cost::same("Costs the same, associated or not"),
    });
    plan.wait = wait_state(cx.targets, &["unattached"], &[], false, 2);
    Ok(plan)
}

fn give_back(scope: &Scope, t: &Target, instance: &str, who: &str) -> StepUndo {
    let call = ASSOCIATE_ADDRESS
        .call(scope.clone())
        .arg("AllocationId", Arg::Str(t.record.id.clone()))
        .arg("InstanceId", Arg::str(instance))
        .arg("AllowReassociation", Arg::Bool(false));
    StepUndo::new(format!("associate {} with {who} again", ip_of(&t.record)), call.on([t.record.id.clone()]))
}

/// `release`.
pub static RELEASE: Action = Action::on_rows(&INFO, "release", "Release", release)
    .group(MenuGroup::Delete)
    .doc("Releases addresses. They are no longer billed and can go to another account; you can hardly get them back.")
    .several()
    .calls(&[&RELEASE_ADDRESS])
    .only_if(|row| match (addresses::service_managed(row), addresses::is_unattached(row)) {
        (Some(service), _) => Err(format!("Managed by {service}, which alone can release it.")),
        // EC2: InvalidIPAddress.InUse.
        (None, false) => Err("Still associated: disassociate it first.".into()),
        (None, true) => Ok(()),
    });

fn release(cx: &ActionContext<'_>, _: &FilledForm<'_>) -> Result<Plan, Fault> {
    let subjects = cx.targets.iter().map(|t| subject(t, "unattached → released for good")).collect();
    let mut plan = draft("release", title("Release", &INFO, cx.targets), cx.targets, subjects);
    let step = |t: &Target| {
        let call = RELEASE_ADDRESS.call(t.table.scope.clone()).arg("AllocationId", Arg::Str(t.record.id.clone()));
        Step::new(format!("release {}", ip_of(&t.record)), call.on([t.record.id.clone()]))
    };
    plan.steps = cx.targets.iter().map(step).collect();
    plan.destructive = true;
    plan.consequences = sorted(vec![note(
        "DNS names and firewall rules that contain the address keep pointing to it, whoever gets it next",
    )]);
    plan.cost = an_hour(cx).map(|money| Cost::saves(money.monthly(), ""));
    plan.wait = wait_state(cx.targets, &[], &[], true, 2);
    if let [one] = cx.targets {
        plan.phrase = ip_of(&one.record);
    }
    Ok(plan)
}
