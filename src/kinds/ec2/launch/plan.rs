//! The plan of a launch: a key pair and a group if new ones are wanted, then the launch.

use std::time::Duration;

use arcstr::ArcStr;

use super::form::{DATA_FILE, MOST_DATA, form, tag_table};
use super::image::{Image, is_resolved};
use super::{ANY, NEW, NONE, disks, names};
use crate::base::text::visible;
use crate::base::{Fault, FaultKind, Secret};
use crate::kinds::action::{ActionContext, FilledForm};
use crate::kinds::ec2::compute_cost::{self, Billing};
use crate::kinds::ec2::group_actions::create::{door_rules, steps as group_steps, warnings};
use crate::kinds::ec2::instances::INFO;
use crate::kinds::ec2::key_pair_actions::create_step;
use crate::kinds::ec2::key_pairs;
use crate::kinds::ec2::senders::{INSTANCE_IDS, RUN_INSTANCES, TERMINATE_INSTANCES};
use crate::kinds::file_fields::{in_full, lines_value};
use crate::kinds::plan_builder::{draft, note, sorted, unknown};
use crate::model::{Arg, Call, Consequence, Cost, FormValue, Kind, Out, Plan, Step, StepUndo, TableKey, Waiter};

/// An instance runs within seconds, a large or bare metal one within minutes.
const STARTING: Duration = Duration::from_secs(15 * 60);

pub(super) fn plan(cx: &ActionContext<'_>, filled: &FilledForm<'_>) -> Result<Plan, Fault> {
    let again = form(cx, filled.values);
    if !is_resolved(&again.image) {
        return Err(Fault::new(FaultKind::Invalid, "Image: the latest is still being asked for.".to_string()));
    }
    let (name, count) = (filled.given(names::NAME), filled.number(names::COUNT).unwrap_or(1));
    let who = name.as_deref().map_or_else(|| "the instance".to_string(), |n| visible(n).into_owned());
    let ty = filled.text(names::TYPE);
    let what = match count {
        1 => format!("a {ty}"),
        n => format!("{n} × {ty}"),
    };
    let mut plan = draft(
        "launch",
        format!("Launch {what}{}", name.as_deref().map_or_else(String::new, |n| format!(" as {}", visible(n)))),
        &[],
        Vec::new(),
    );
    plan.phrase = name.as_deref().unwrap_or("launch").to_string();
    let mut all = Vec::new();
    let key = key(cx, filled, &again.image, &mut plan.steps);
    let group = new_group(cx, filled, &mut plan.steps, &mut all);
    let (call, mut more) = run(cx, filled, &again.image, (key.as_ref(), group), count);
    all.append(&mut more);
    let at = plan.steps.len();
    let table = TableKey::all(cx.scope.clone(), Kind(&INFO));
    let out = Out { step: at, output: INSTANCE_IDS };
    let becomes = |want: &'static [&'static str], gone_is_fine| Waiter::Created {
        out,
        table: table.clone(),
        want,
        fail: if gone_is_fine { &[] } else { &["terminated", "shutting-down"] },
        gone_is_fine,
        within: STARTING,
    };
    let undo = StepUndo {
        title: format!("terminate {}", if count == 1 { who.clone() } else { format!("the {count} instances") }),
        call: TERMINATE_INSTANCES.call(cx.scope.clone()).arg("InstanceIds", Arg::List(vec![Arg::Out(out)])),
        // A group that an interface has is not deleted: it waits for the end.
        wait: becomes(&["terminated"], true),
        destructive: true,
        hurts: filled
            .flag(names::PROTECT)
            .then(|| "termination protection keeps EC2 from it until it is switched off".to_string()),
    };
    plan.steps.push(Step::new(format!("launch {who}"), call).undone_by(undo));
    plan.wait = becomes(&["running"], false);
    all.push(note(format!("it starts from {}", again.image.says())));
    plan.consequences = sorted(all);
    // What was only named is looked up: an image that is not there stands against the plan.
    plan.needs = again.spec.needs.clone();
    plan.cost = Some(cost(cx, filled, &again.image, count));
    Ok(plan)
}

/// The key pair's name, and the step that makes a new one.
fn key(cx: &ActionContext<'_>, filled: &FilledForm<'_>, image: &Image, steps: &mut Vec<Step>) -> Option<ArcStr> {
    match filled.text(names::KEY).as_str() {
        NONE | "" => None,
        NEW => {
            let name = filled.text(names::KEY_NAME);
            let file = in_full(cx.files, &filled.text(names::KEY_FILE));
            let ty = if image.is_windows() { "rsa" } else { "ed25519" };
            steps.push(create_step(cx, (&name, ty), &file));
            Some(name)
        }
        id => {
            // It is launched with it by its name.
            let row = cx.store.get(&TableKey::all(cx.scope.clone(), Kind(&key_pairs::INFO)), id);
            Some(row.map_or_else(|| ArcStr::from(id), |r| r.name.clone()))
        }
    }
}

/// The step at which a new group is made, if one is wanted.
fn new_group(
    cx: &ActionContext<'_>,
    filled: &FilledForm<'_>,
    steps: &mut Vec<Step>,
    all: &mut Vec<Consequence>,
) -> Option<usize> {
    if !filled.text(names::GROUPS).split(',').any(|g| g == NEW) {
        return None;
    }
    let (at, rules, name) = (steps.len(), door_rules(cx, filled), filled.text(names::GROUP_NAME));
    all.extend(warnings(&rules));
    if rules.is_empty() {
        all.push(note(format!("nothing comes in through the new group {}", visible(&name))));
    }
    let vpc = filled.text("vpc");
    steps.extend(group_steps(
        cx.scope,
        at,
        (&name, &format!("made with {}", filled.given(names::NAME).unwrap_or_else(|| "an instance".into())), &vpc),
        &rules,
    ));
    Some(at)
}

/// The launch itself, with what is to be said of it.
fn run(
    cx: &ActionContext<'_>,
    filled: &FilledForm<'_>,
    image: &Image,
    (key, new_group): (Option<&ArcStr>, Option<usize>),
    count: i64,
) -> (Call, Vec<Consequence>) {
    let mut all = Vec::new();
    let mut call = RUN_INSTANCES
        .call(cx.scope.clone())
        .arg("ImageId", Arg::Str(image.id().unwrap_or_default()))
        .arg("InstanceType", Arg::Str(filled.text(names::TYPE)));
    match key {
        Some(key) => call = call.arg("KeyName", Arg::Str(key.clone())),
        None => all
            .push(note("without a key pair nobody logs in by SSH; Session Manager and EC2 Instance Connect need none")),
    }
    let groups: Vec<Arg> = filled
        .text(names::GROUPS)
        .split(',')
        .filter(|g| !g.is_empty())
        .map(|g| match (g, new_group) {
            (NEW, Some(at)) => Arg::out(at, "GroupId"),
            (id, _) => Arg::str(id),
        })
        .collect();
    let subnet = filled.given(names::SUBNET).filter(|s| s != ANY);
    match filled.text(names::PUBLIC_IP).as_str() {
        // Only a network interface of one's own can be said to have a public address or none.
        public @ ("yes" | "no") => {
            let mut interface =
                vec![("DeviceIndex", Arg::Int(0)), ("AssociatePublicIpAddress", Arg::Bool(public == "yes"))];
            interface.extend(subnet.map(|s| ("SubnetId", Arg::Str(s))));
            interface.push(("Groups", Arg::List(groups)));
            call = call.arg("NetworkInterfaces", Arg::List(vec![Arg::Map(interface)]));
        }
        _ => {
            if let Some(subnet) = subnet {
                call = call.arg("SubnetId", Arg::Str(subnet));
            }
            call = call.arg("SecurityGroupIds", Arg::List(groups));
        }
    }
    let (disks, _) = disks::mappings(filled.values, image);
    if !disks.is_empty() {
        call = call.arg("BlockDeviceMappings", Arg::List(disks));
    }
    if let Some((bytes, file)) = user_data(cx, filled) {
        call = call.arg("UserData", Arg::SecretFile { bytes, file });
        all.push(note(format!("the user data is a secret: for the command, save it as {DATA_FILE} first")));
    }
    if let Some(profile) = filled.given(names::PROFILE) {
        let member = if profile.starts_with("arn:") { "Arn" } else { "Name" };
        call = call.arg("IamInstanceProfile", Arg::Map(vec![(member, Arg::Str(profile))]));
    }
    if filled.flag(names::SPOT) {
        let mut market = vec![("MarketType", Arg::str("spot"))];
        if let Some(price) = filled.given(names::MAX_PRICE) {
            market.push(("SpotOptions", Arg::Map(vec![("MaxPrice", Arg::Str(price))])));
        }
        call = call.arg("InstanceMarketOptions", Arg::Map(market));
        all.push(unknown("EC2 may take a Spot Instance back with two minutes' notice"));
    }
    call = call.arg("MetadataOptions", Arg::Map(vec![("HttpTokens", Arg::Str(filled.text(names::IMDSV2)))]));
    if filled.flag(names::MONITORING) {
        call = call.arg("Monitoring", Arg::Map(vec![("Enabled", Arg::Bool(true))]));
    }
    if filled.flag(names::PROTECT) {
        call = call.arg("DisableApiTermination", Arg::Bool(true));
    }
    let tags = tags(filled);
    if !tags.is_empty() {
        let of = |resource: &'static str| {
            Arg::Map(vec![("ResourceType", Arg::str(resource)), ("Tags", Arg::List(tags.clone()))])
        };
        call = call.arg("TagSpecifications", Arg::List(vec![of("instance"), of("volume")]));
    }
    call = call.arg("MinCount", Arg::Int(count)).arg("MaxCount", Arg::Int(count)).arg("ClientToken", Arg::Token);
    (call, all)
}

/// What was typed, the file that was named, or what the purpose proposes.
fn user_data(cx: &ActionContext<'_>, filled: &FilledForm<'_>) -> Option<(Secret<bytes::Bytes>, ArcStr)> {
    if let Some(value) = lines_value(cx.files, filled.values, names::USER_DATA, MOST_DATA) {
        let file = value.file.unwrap_or_else(|| DATA_FILE.into());
        return Some((value.bytes, file)).filter(|(bytes, _)| !bytes.expose().is_empty());
    }
    let proposed = filled.spec.fields.iter().find(|f| f.name == names::USER_DATA)?;
    let FormValue::Secret(text) = &proposed.value else { return None };
    let bytes = bytes::Bytes::from(text.expose().clone().into_bytes());
    (!bytes.is_empty()).then(|| (Secret::new(bytes), DATA_FILE.into()))
}

/// The name and the other tags, as a request has them.
fn tags(filled: &FilledForm<'_>) -> Vec<Arg> {
    let tag = |key: &str, value: &str| Arg::Map(vec![("Key", Arg::str(key)), ("Value", Arg::str(value))]);
    let mut out: Vec<Arg> = filled.given(names::NAME).map(|n| tag("Name", &n)).into_iter().collect();
    let rows = tag_table().rows(filled.values);
    out.extend(rows.iter().filter_map(|r| Some(tag(r.cells.first()?, r.cells.get(1)?))));
    out
}

/// By the hour for the instances, if the price is known; disks and addresses besides are said.
fn cost(cx: &ActionContext<'_>, filled: &FilledForm<'_>, image: &Image, count: i64) -> Cost {
    let spot = filled.flag(names::SPOT).then_some("spot");
    let billing = Billing { platform: image.platform(), lifecycle: spot, tenancy: None };
    let hour = compute_cost::hourly(cx.scope, &filled.text(names::TYPE), billing);
    let (_, sizes) = disks::mappings(filled.values, image);
    let gib: i64 = sizes.iter().map(|(gib, _)| gib).sum();
    let disks = if gib > 0 {
        format!(", and {} GiB of disk by the month", gib * count)
    } else {
        ", and its disks by the month".into()
    };
    #[expect(clippy::cast_precision_loss, reason = "a hundred instances at most")]
    let n = count as f64;
    match hour {
        Ok(money) => Cost::adds(money.times(n), format!(" while it runs{disks}")),
        Err(why) => Cost::adds_unknown(format!("it is billed while it runs{disks}; {}", why.said(&["it".into()]))),
    }
}
