//! Where instances serve: their Auto Scaling group, and the target groups that they are registered with, by it or by somebody else.

use std::net::IpAddr;

use arcstr::ArcStr;

use crate::base::text::visible;
use crate::base::{RowId, Scope};
use crate::kinds::action::{ActionContext, Target};
use crate::kinds::autoscaling::auto_scaling_groups::{self as groups, fields as group_fields};
use crate::kinds::autoscaling::capacity::Capacity;
use crate::kinds::ec2::instances::instance::{self, GROUP_TAG};
use crate::kinds::ec2::network_interfaces;
use crate::kinds::elbv2::targets::{self, Health};
use crate::kinds::elbv2::{name_of_arn, target_groups};
use crate::kinds::plan_builder::{Known, by_scope, count, label, list, live, need, whole};
use crate::model::{Kind, Record, TableKey};

/// Why it cannot be told where they serve, and the tables that would tell.
#[derive(Debug)]
pub(super) struct Missing {
    pub(super) why: String,
    pub(super) needs: Vec<TableKey>,
}

/// One instance, and where it serves.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) target: &'a Target,
    pub(super) group: Option<Membership<'a>>,
    /// With target groups that its Auto Scaling group does not keep, or that has none.
    pub(super) own: Vec<Registration<'a>>,
    /// With the target groups of its Auto Scaling group.
    pub(super) of_group: Vec<Registration<'a>>,
}

/// A member of an Auto Scaling group.
#[derive(Clone, Copy)]
pub(super) struct Membership<'a> {
    pub(super) row: &'a Record,
    pub(super) scope: &'a Scope,
    /// It is in Standby already: it is left there.
    pub(super) aside: bool,
}

/// A target: a row of a target group.
#[derive(Clone, Copy)]
pub(super) struct Registration<'a> {
    pub(super) row: &'a Record,
    pub(super) arn: &'a str,
    pub(super) scope: &'a Scope,
    /// What it has to become to be back.
    pub(super) back: &'static [&'static str],
}

impl<'a> Place<'a> {
    /// Its group, if it is in service there.
    pub(super) fn member(&self) -> Option<&Membership<'a>> {
        self.group.as_ref().filter(|g| !g.aside)
    }
    /// Whether nothing sends it work, as far as is known: it is changed where it stands.
    pub(super) fn is_alone(&self) -> bool {
        self.group.is_none() && self.own.is_empty()
    }
    /// The rows that the plan was made from, beside its instance.
    pub(super) fn rests_on(&self) -> Vec<(TableKey, RowId)> {
        let row = |scope: &Scope, r: &Record| (TableKey::all(scope.clone(), r.kind), r.id.clone());
        let group = self.group.iter().map(|g| row(g.scope, g.row));
        group.chain(self.own.iter().chain(&self.of_group).map(|r| row(r.scope, r.row))).collect()
    }
}

impl Membership<'_> {
    pub(super) fn is_of(&self, other: &Membership<'_>) -> bool {
        self.scope == other.scope && self.row.id == other.row.id
    }
    /// What AWS says to so many members at once: its own words, and what helps.
    pub(super) fn refuses(&self, n: i64) -> Option<String> {
        let (min, desired, max) = groups::capacity(self.row)?;
        // Of a group with weights each member takes its own: AWS is asked.
        if !Capacity::of(self.row).is_in_instances() || desired - n >= min {
            return None;
        }
        let name = visible(&self.row.id);
        let n_said = count(usize::try_from(n).unwrap_or_default(), "instance");
        let helps = if desired > min {
            "Take a smaller batch."
        } else {
            "Lower its minimum, or raise its desired capacity, first."
        };
        Some(format!(
            "AutoScalingGroup {name} has min-size={min}, max-size={max}, and desired-size={desired}: AWS does not place {n_said} \
             into standby. {helps}"
        ))
    }
}

impl Registration<'_> {
    /// Its target group's name.
    pub(super) fn group_name(&self) -> String {
        visible(name_of_arn(self.arn)).into_owned()
    }
}

/// Where each of the instances serves.
///
/// # Errors
/// What would tell is not loaded, cannot be read, or says that one of them is on its way.
pub(super) fn survey<'a>(cx: &ActionContext<'a>) -> Result<Vec<Place<'a>>, Missing> {
    let mut needs = Vec::new();
    let mut failed = None;
    let mut scopes: Vec<&'a Scope> = Vec::new();
    for t in cx.targets {
        if !scopes.contains(&&t.table.scope) {
            scopes.push(&t.table.scope);
        }
    }
    for scope in &scopes {
        let in_groups = cx.targets.iter().any(|t| t.table.scope == **scope && t.record.tag(GROUP_TAG).is_some());
        let kinds = [&target_groups::INFO, &targets::INFO].into_iter().chain(in_groups.then_some(&groups::INFO));
        for kind in kinds {
            match whole(cx.store, scope, kind) {
                Known::Complete(_) => {}
                Known::NotAsked(key) => need(&mut needs, key),
                Known::Failed(word) => {
                    failed.get_or_insert(format!(
                        "{} could not be read ({word}): where the instances serve is not known, so they cannot be taken out of it.",
                        kind.title
                    ));
                    need(&mut needs, TableKey::all((*scope).clone(), Kind(kind)));
                }
            }
        }
    }
    if let Some(why) = failed {
        return Err(Missing { why, needs });
    }
    for scope in &scopes {
        if let Some(Known::NotAsked(key)) = interfaces(cx, scope) {
            need(&mut needs, key);
        }
    }
    if !needs.is_empty() {
        let why = "Where the instances serve is not known yet: groups and targets are being loaded.".into();
        return Err(Missing { why, needs });
    }
    cx.targets.iter().map(|t| place(cx, t)).collect()
}

/// The network interfaces of a region, which alone tell an instance's secondary addresses; `None`: no target group of its instances' VPCs has
/// addresses for targets.
fn interfaces<'a>(cx: &ActionContext<'a>, scope: &Scope) -> Option<Known<'a>> {
    let Known::Complete(of) = whole(cx.store, scope, &target_groups::INFO) else { return None };
    let is_of =
        |vpc: &str| cx.targets.iter().any(|t| t.table.scope == *scope && instance::vpc_id(&t.record) == Some(vpc));
    let matters =
        |row: &Record| target_groups::target_type(row) == Some("ip") && target_groups::vpc_id(row).is_some_and(is_of);
    live(of).any(|row| matters(row)).then(|| whole(cx.store, scope, &network_interfaces::INFO))
}

/// Why secondary addresses are not known, a word for each region where they matter and could not be read.
pub(super) fn unread_addresses(cx: &ActionContext<'_>) -> Vec<&'static str> {
    let of = |(scope, _): (&Scope, Vec<&Target>)| match interfaces(cx, scope) {
        Some(Known::Failed(word)) => Some(word),
        _ => None,
    };
    by_scope(cx.targets).into_iter().filter_map(of).collect()
}

/// All private addresses of an instance, as far as they are known.
fn addresses(cx: &ActionContext<'_>, t: &Target) -> Vec<IpAddr> {
    let mut all = instance::addresses(&t.record);
    if let Some(Known::Complete(table)) = interfaces(cx, &t.table.scope) {
        let own = live(table).filter(|row| row.get(&network_interfaces::INSTANCE).as_str() == Some(&t.record.id));
        let of = |row: &Record| {
            let fields = [&network_interfaces::PRIVATE_IPS, &network_interfaces::IPV6];
            fields
                .into_iter()
                .flat_map(|f| row.get(f).blocks().map(|b| b.range().addr()).collect::<Vec<_>>())
                .collect::<Vec<_>>()
        };
        all.extend(own.flat_map(|row| of(row)));
    }
    all
}

fn place<'a>(cx: &ActionContext<'a>, t: &'a Target) -> Result<Place<'a>, Missing> {
    let scope = &t.table.scope;
    let group = membership(cx, t)?;
    let kept = group.map(|g| groups::target_group_arns(g.row)).unwrap_or_default();
    let (mut own, mut of_group) = (Vec::new(), Vec::new());
    let (Known::Complete(all), Known::Complete(of)) =
        (whole(cx.store, scope, &targets::INFO), whole(cx.store, scope, &target_groups::INFO))
    else {
        return Err(Missing { why: "Target groups are not loaded.".into(), needs: Vec::new() });
    };
    let own_addresses = addresses(cx, t);
    for row in live(all).map(|r| &**r) {
        let (Some(id), Some(arn)) = (targets::target_id(row), targets::group_arn(row)) else { continue };
        let group_row = of.get(arn).filter(|r| r.gone.is_none()).map(|r| &*r.record);
        if !is_target((&t.record, &own_addresses), id, group_row) || is_leaving(row) {
            continue;
        }
        let registration = Registration { row, arn, scope, back: back(group_row) };
        let list = if kept.iter().any(|k| k == arn) { &mut of_group } else { &mut own };
        list.push(registration);
    }
    let key = |r: &Registration<'_>| r.row.id.clone();
    own.sort_by_key(key);
    of_group.sort_by_key(key);
    // A member that is in Standby already has nothing of its group's to come back to.
    if group.is_some_and(|g| g.aside) {
        of_group.clear();
    }
    Ok(Place { target: t, group, own, of_group })
}

/// Whether a target's id is this instance: its id, or one of its addresses in a group of addresses of its VPC.
fn is_target((row, addresses): (&Record, &[IpAddr]), id: &str, group: Option<&Record>) -> bool {
    if id == row.id {
        return true;
    }
    let same_vpc = group.and_then(target_groups::vpc_id).is_some_and(|vpc| instance::vpc_id(row) == Some(vpc));
    same_vpc && id.parse::<IpAddr>().is_ok_and(|ip| addresses.contains(&ip))
}

fn is_leaving(row: &Record) -> bool {
    matches!(targets::health(row), Health::Draining | Health::UnhealthyDraining)
        || row.get(&targets::REASON_CODE).as_str() == Some("Target.NotRegistered")
}

/// What a target comes to when it is back: healthy, unless nobody sends it anything or nobody checks.
fn back(group: Option<&Record>) -> &'static [&'static str] {
    let Some(group) = group else { return &["healthy"] };
    let idle = list(group, &target_groups::LOAD_BALANCERS).is_empty();
    match (idle, target_groups::is_checked(group) == Some(false)) {
        (true, _) => &["unused", "healthy", "unavailable"],
        (false, true) => &["unavailable", "healthy"],
        (false, false) => &["healthy"],
    }
}

fn membership<'a>(cx: &ActionContext<'a>, t: &'a Target) -> Result<Option<Membership<'a>>, Missing> {
    let scope = &t.table.scope;
    let Some(name) = t.record.tag(GROUP_TAG) else { return Ok(None) };
    let Known::Complete(table) = whole(cx.store, scope, &groups::INFO) else { return Ok(None) };
    let Some(row) = table.get(name).filter(|r| r.gone.is_none()).map(|r| &*r.record) else { return Ok(None) };
    let id: &ArcStr = &t.record.id;
    // A detached instance may keep the tag for a while.
    if !groups::instances(row).contains(id) {
        return Ok(None);
    }
    let aside = groups::standby(row).contains(id);
    let refused = |why: String| Missing { why, needs: Vec::new() };
    let (who, group) = (label(&t.record), visible(name));
    if !aside && !row.get(&group_fields::SERVING).items().contains(id) {
        return Err(refused(format!(
            "{who} is not in service in Auto Scaling group {group}: wait until it is, or leave it out."
        )));
    }
    let puts = !groups::target_group_arns(row).is_empty();
    if !aside && puts && groups::is_suspended(row, "AddToLoadBalancer") {
        return Err(refused(format!(
            "Auto Scaling group {group} does not register {who} again while its AddToLoadBalancer process is suspended: resume it first."
        )));
    }
    Ok(Some(Membership { row, scope, aside }))
}
