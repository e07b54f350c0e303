//! Every action is planned from what the kinds list, carried out by the executor on the embedded account, and followed until it
//! has come to rest.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use skydeck::act::{Execute, Executor, Journal, WaitStatus, check, dry_run};
use skydeck::aws::{Gateway, GatewayConfig};
use skydeck::base::{Clock, Scope, Time};
use skydeck::kinds::autoscaling::auto_scaling_groups::fields as groups;
use skydeck::kinds::cloudwatch::alarms;
use skydeck::kinds::ec2::instances::fields;
use skydeck::kinds::ec2::{
    images, launch_template_versions as versions, launch_templates, permissions, security_groups, snapshots, subnets,
    volumes,
};
use skydeck::kinds::elbv2::targets;
use skydeck::kinds::registry::ALL;
use skydeck::kinds::s3::objects;
use skydeck::kinds::{ActionContext, Interner, ListRequest, Target, What};
use skydeck::model::files::Files;
use skydeck::model::{
    ActEvent, Batch, Coverage, DryRun, FieldInfo, FormValue, Kind, Outcome, Outputs, Plan, Record, RunRecord, Selector,
    TableKey, Values, Waiter,
};
use skydeck::sandbox::{Sandbox, WorldSpec};
use skydeck::store::Store;

use crate::support::rows::Gather;

/// What is known of files where nobody looks.
static NO_FILES: Files = Files::none();

pub(super) struct Account {
    pub(super) sandbox: Sandbox,
    gateway: Gateway,
    pub(super) http: SharedHttpClient,
    pub(super) clock: Clock,
    pub(super) store: Store,
    seq: u64,
    run: u64,
    pub(super) folder: tempfile::TempDir,
}

impl Account {
    pub(super) fn open() -> Account {
        let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
        let sandbox = Sandbox::open(WorldSpec::Demo, clock.clone(), 1.0).unwrap();
        let http = sandbox.http_client();
        let config = GatewayConfig::sandbox(clock.clone(), ALL.operations(), http.clone());
        let folder = tempfile::tempdir().unwrap();
        Account { sandbox, gateway: Gateway::new(config), http, clock, store: Store::default(), seq: 0, run: 0, folder }
    }

    pub(super) fn key(kind: &str, selector: Selector) -> TableKey {
        let info = ALL.kind(kind).unwrap().info;
        let scope = match info.scoping {
            skydeck::model::Scoping::Account => Scope::account("sandbox"),
            skydeck::model::Scoping::Region => Scope::region("sandbox", "ap-northeast-2"),
        };
        TableKey { scope, kind: Kind(info), selector }
    }

    /// Lists a table into the store.
    pub(super) async fn list(&mut self, key: &TableKey) {
        let (sender, receiver) = channel();
        let request = ListRequest {
            gateway: self.gateway.clone(),
            scope: key.scope.clone(),
            selector: key.selector.clone(),
            what: What::Everything,
            interner: Interner::default(),
            clock: self.clock.clone(),
        };
        self.seq += 1;
        let asked = self.clock.now();
        (ALL.kind(key.kind.name).unwrap().list)(request, Box::new(Gather(sender))).await.unwrap();
        let rows = receiver.try_iter().flatten().map(Arc::new).collect();
        let coverage = Coverage::Sweep { began: self.seq };
        let batch = Batch { table: key.clone(), seq: self.seq, asked, coverage, rows, outcome: Outcome::Done };
        self.store.apply(batch, self.clock.now());
    }

    pub(super) async fn everything(&mut self) {
        for kind in ["instances", "target-groups", "targets", "auto-scaling-groups", "alarms"] {
            self.list(&Account::key(kind, Selector::All)).await;
        }
    }

    pub(super) fn find(&self, key: &TableKey, want: impl Fn(&Record) -> bool) -> Target {
        let row = self.store.table(key).unwrap().rows().find(|r| r.gone.is_none() && want(&r.record));
        Target { table: key.clone(), record: row.unwrap_or_else(|| panic!("no such row in {key:?}")).record.clone() }
    }

    pub(super) fn plan(&self, action: &str, targets: &[Target], values: &[(&str, &str)]) -> Plan {
        self.plan_with(action, targets, values, &NO_FILES)
    }

    /// The same, with what is known of this machine.
    pub(super) fn plan_with(&self, action: &str, targets: &[Target], values: &[(&str, &str)], files: &Files) -> Plan {
        let cx = ActionContext {
            store: &self.store,
            scope: &targets[0].table.scope,
            targets,
            now: self.clock.now(),
            zone: &jiff::tz::TimeZone::UTC,
            downloads: ".",
            files,
            me: &skydeck::model::my_address::MyAddress::NotAsked,
        };
        let action = ALL.action(targets[0].table.kind, action).unwrap();
        let value = |v: &str| if v == "yes" { FormValue::Flag(true) } else { FormValue::Text(v.into()) };
        let text = |(k, v): &(&str, &str)| ((*k).into(), value(v));
        action.planned(&cx, &Values(values.iter().map(text).collect())).unwrap()
    }

    /// Carries a plan out; returns what was told of it.
    async fn sent(&mut self, plan: &Plan) -> Vec<ActEvent> {
        self.run += 1;
        let (out, mut news) = tokio::sync::mpsc::channel(1000);
        let journal = Journal::at(self.folder.path().join("journal"), self.clock.now());
        // A gateway has one executor.
        let gateway = Gateway::new(GatewayConfig::sandbox(self.clock.clone(), ALL.operations(), self.http.clone()));
        gateway.identity("sandbox").await.unwrap();
        let pins = BTreeMap::from([("sandbox".into(), (None, gateway.generation("sandbox")))]);
        let name = journal.run_name(self.run);
        let record = RunRecord::new(name.clone(), self.clock.now(), &plan.with_tokens(&name));
        let executor = Executor::new(gateway, ALL, journal, self.clock.clone(), out);
        executor.carry(Execute { run: self.run, record, pins }).await;
        let mut events = Vec::new();
        while let Ok(event) = news.try_recv() {
            events.push(event);
        }
        events
    }

    /// Carries a plan out and follows it; returns how it came to rest.
    async fn carry(&mut self, plan: &Plan) -> WaitStatus {
        let mut done = 0;
        let mut outputs = Outputs::new();
        for event in self.sent(plan).await {
            match event {
                ActEvent::Done { step, outputs: made, .. } => {
                    done += 1;
                    outputs.extend(made.into_iter().map(|(name, text)| ((step, name), text)));
                }
                ActEvent::Failed { fault, .. } | ActEvent::Unknown { fault, .. } => panic!("{}: {fault}", plan.title),
                _ => {}
            }
        }
        assert_eq!(done, plan.steps.len(), "{}", plan.title);
        let since = self.clock.now();
        let wait = plan.wait.resolve(&outputs);
        loop {
            self.clock.advance(Duration::from_secs(5));
            let tables: Vec<TableKey> = wait.rows().into_iter().map(|(t, _)| t.clone()).collect();
            for table in tables {
                self.list(&table).await;
            }
            match check(&wait, &self.store, since, self.clock.now()) {
                WaitStatus::Moving(_) => {}
                end => return end,
            }
        }
    }

    /// Carries it out and expects it to come to the state that was wanted.
    pub(super) async fn done(&mut self, plan: &Plan) {
        let end = self.carry(plan).await;
        assert!(matches!(end, WaitStatus::There(_)), "{}: {end:?}", plan.title);
    }
}

fn is_alone(r: &Record) -> bool {
    r.tag("aws:autoscaling:groupName").is_none()
        && r.get(&fields::LIFECYCLE).as_str() == Some("normal")
        && r.get(&fields::ROOT_DEVICE_TYPE).as_str() == Some("ebs")
        && r.state.as_ref().is_some_and(|(_, s)| s == "running")
}

#[tokio::test]
async fn an_instance_is_stopped_started_tagged_rebooted_and_terminated() {
    let mut a = Account::open();
    a.everything().await;
    let key = Account::key("instances", Selector::All);
    let id = a.find(&key, is_alone).record.id.clone();
    let it = |a: &Account| vec![a.find(&key, |r| r.id == id)];

    let stop = a.plan("stop", &it(&a), &[]);
    assert_eq!(dry_run(&a.gateway, &ALL, &stop).await, DryRun::Allowed);
    a.done(&stop).await;
    let undo = stop.undo.unwrap().line;
    a.done(&a.plan(&undo, &it(&a), &[])).await;
    assert_eq!(it(&a)[0].record.state.as_ref().map(|(_, s)| s.as_str()), Some("running"));

    let tags = a.plan("tags", &it(&a), &[("set", "Env=test,Odd=a b")]);
    a.done(&tags).await;
    a.list(&key).await;
    assert_eq!(it(&a)[0].record.tag("Odd").map(|v| v.as_str()), Some("a b"));
    a.done(&a.plan("tags", &it(&a), &[("remove", "Odd")])).await;
    a.list(&key).await;
    assert_eq!(it(&a)[0].record.tag("Odd"), None);

    a.done(&a.plan("reboot", &it(&a), &[])).await;
    a.done(&a.plan("terminate", &it(&a), &[])).await;
}

/// What a step's own way back calls, as a plan.
fn way_back(plan: &Plan) -> Plan {
    let undo = plan.steps[0].undo.clone().expect("a way back");
    let step = skydeck::model::Step::new(undo.title, undo.call);
    Plan { steps: vec![step], wait: Waiter::AtOnce, ..plan.clone() }
}

#[tokio::test]
async fn what_an_instance_is_allowed_and_by_whom_is_changed_and_put_back() {
    let mut a = Account::open();
    let kinds =
        ["instances", "security-groups", "network-interfaces", "instance-protection", "instance-profiles", "vpcs"];
    for kind in kinds {
        a.list(&Account::key(kind, Selector::All)).await;
    }
    let key = Account::key("instances", Selector::All);
    let id = a.find(&key, |r| r.name == "my-bastion-host").record.id.clone();
    let it = |a: &Account| vec![a.find(&key, |r| r.id == id)];
    let of = |a: &Account, field: &'static FieldInfo| it(a)[0].record.get(field).clone();

    // Other security groups, and back.
    let groups = Account::key("security-groups", Selector::All);
    let vpc = of(&a, &fields::VPC_ID).as_str().unwrap().to_string();
    let before = of(&a, &fields::SECURITY_GROUP_IDS);
    let is_other = |r: &Record| {
        r.get(&skydeck::kinds::ec2::security_groups::VPC_ID).as_str() == Some(&vpc) && r.name == "my-app-alb-sg"
    };
    let other = a.find(&groups, is_other).record.id.clone();
    let change = a.plan("change-security-groups", &it(&a), &[("groups", "my-app-alb-sg")]);
    assert_eq!(dry_run(&a.gateway, &ALL, &change).await, DryRun::Allowed);
    assert!(change.needs.is_empty(), "{:?}", change.needs);
    a.done(&change).await;
    assert_eq!(of(&a, &fields::SECURITY_GROUP_IDS).items(), std::slice::from_ref(&other));
    a.done(&way_back(&change)).await;
    a.list(&key).await;
    assert_eq!(of(&a, &fields::SECURITY_GROUP_IDS), before);
    let interfaces = Account::key("network-interfaces", Selector::All);
    let eni = a
        .find(&interfaces, |r| r.get(&skydeck::kinds::ec2::network_interfaces::INSTANCE).as_str() == Some(id.as_str()));
    a.done(&a.plan("change-security-groups", &[eni], &[("groups", other.as_str())])).await;
    a.list(&key).await;
    assert_eq!(of(&a, &fields::SECURITY_GROUP_IDS).items(), [other], "the instance's are its interface's");

    // Protection: EC2 refuses what the plan of a termination says that it would.
    a.done(&a.plan("change-protection", &it(&a), &[("termination", "on"), ("stop", "on")])).await;
    let cx = ActionContext {
        store: &a.store,
        scope: &key.scope,
        targets: &it(&a),
        now: a.clock.now(),
        zone: &jiff::tz::TimeZone::UTC,
        downloads: ".",
        files: &NO_FILES,
        me: &skydeck::model::my_address::MyAddress::NotAsked,
    };
    let end = ALL.action(key.kind, "terminate").unwrap();
    assert!(end.planned(&cx, &Values::default()).is_err_and(|f| f.code == "OperationNotPermitted"));
    a.done(&a.plan("change-protection", &it(&a), &[("termination", "off"), ("stop", "off")])).await;

    // The metadata, each option.
    let options = [("imdsv2", "optional"), ("hop_limit", "5"), ("tags", "enabled")];
    let change = a.plan("change-metadata-options", &it(&a), &options);
    assert_eq!(dry_run(&a.gateway, &ALL, &change).await, DryRun::Allowed);
    a.done(&change).await;
    assert_eq!(of(&a, &fields::METADATA_HOPS), skydeck::model::Value::Int(5));
    a.done(&way_back(&change)).await;
    a.list(&key).await;
    assert_eq!(of(&a, &fields::METADATA_TOKENS).as_str(), Some("required"));

    a.done(&a.plan("change-source-dest-check", &it(&a), &[])).await;
    assert_eq!(of(&a, &fields::SOURCE_DEST_CHECK).as_bool(), Some(false));

    // A role: given, replaced, taken away.
    a.done(&a.plan("change-instance-profile", &it(&a), &[("profile", "web")])).await;
    a.done(&a.plan("change-instance-profile", &it(&a), &[("profile", "db")])).await;
    a.list(&key).await;
    assert!(of(&a, &fields::PROFILE).as_str().is_some_and(|arn| arn.ends_with(":instance-profile/db")));
    a.done(&a.plan("change-instance-profile", &it(&a), &[("profile", "none")])).await;
    a.list(&key).await;
    assert_eq!(of(&a, &fields::PROFILE), skydeck::model::Value::Empty);
}

#[tokio::test]
async fn whatever_of_ec2_has_tags_is_tagged_and_untagged() {
    let mut a = Account::open();
    let tagged: Vec<&str> =
        ALL.kinds.iter().filter(|k| ALL.action(Kind(k.info), "tags").is_some()).map(|k| k.info.name).collect();
    assert_eq!(tagged.len(), 23, "{tagged:?}");
    // AWS's own prefix lists cannot be tagged.
    let is_own = |r: &Record| !r.name.starts_with("com.amazonaws.");
    for kind in tagged {
        let key = Account::key(kind, Selector::All);
        a.list(&key).await;
        let id = a
            .find(&key, |r| !matches!(r.state.as_ref().map(|s| s.1.as_str()), Some("terminated")) && is_own(r))
            .record
            .id
            .clone();
        let it = |a: &Account| vec![a.find(&key, |r| r.id == id)];
        let plan = a.plan("tags", &it(&a), &[("set", "Checked=yes")]);
        assert_eq!(dry_run(&a.gateway, &ALL, &plan).await, DryRun::Allowed, "{kind}");
        a.done(&plan).await;
        a.list(&key).await;
        assert_eq!(it(&a)[0].record.tag("Checked").map(|v| v.as_str()), Some("yes"), "{kind}");
        a.done(&a.plan("tags", &it(&a), &[("remove", "Checked")])).await;
        a.list(&key).await;
        assert_eq!(it(&a)[0].record.tag("Checked"), None, "{kind}");
    }
}

#[tokio::test]
async fn a_target_is_taken_out_and_registered_again() {
    let mut a = Account::open();
    a.everything().await;
    let all = Account::key("targets", Selector::All);
    let healthy = |r: &Record| r.state.as_ref().is_some_and(|(_, s)| s == "healthy");
    let instance = |r: &Record| r.get(&targets::ID).as_str().is_some_and(|i| i.starts_with("i-"));
    let first = a.find(&all, |r| healthy(r) && instance(r));
    let group = first.record.get(&targets::TARGET_GROUP_ARN).as_str().unwrap().to_string();
    let of = Account::key("targets", Selector::Parent(group.as_str().into()));
    a.list(&of).await;
    let target = vec![a.find(&of, |r| r.id == first.record.id)];
    let out = a.plan("deregister", &target, &[]);
    a.done(&out).await;

    let undo = out.undo.unwrap();
    let (table, id) = undo.on[0].clone();
    let args: Vec<(&str, &str)> = undo.line.split(' ').skip(1).map(|w| w.split_once('=').unwrap()).collect();
    let group = vec![a.find(&table, |r| r.id == id)];
    a.list(&of).await;
    let back = a.plan("register", &group, &args);
    a.done(&back).await;
}

#[tokio::test]
async fn a_groups_desired_capacity_is_set_and_set_back() {
    let mut a = Account::open();
    a.everything().await;
    let key = Account::key("auto-scaling-groups", Selector::All);
    let n = |r: &Record, f: &FieldInfo| r.get(f).as_int().unwrap();
    // The demo's group scales by itself: given time, it comes to rest.
    let group = vec![a.find(&key, |r| n(r, &groups::MIN) < n(r, &groups::MAX))];
    let now = n(&group[0].record, &groups::DESIRED);
    let other = if now < n(&group[0].record, &groups::MAX) { now + 1 } else { now - 1 };
    let plan = a.plan("set-desired-capacity", &group, &[("desired", &other.to_string())]);
    a.done(&plan).await;
    let id = group[0].record.id.clone();
    let again = vec![a.find(&key, |r| r.id == id)];
    assert_eq!(again[0].record.get(&groups::DESIRED).as_int(), Some(other));
    let back = a.plan("set-desired-capacity", &again, &[("desired", &now.to_string())]);
    assert_eq!(back.destructive, now < other, "what is terminated is gone");
    a.done(&back).await;
}

#[tokio::test]
async fn a_gateway_is_detached_where_no_public_address_is_and_the_plan_says_what_ec2_refuses() {
    let mut a = Account::open();
    let key = Account::key("internet-gateways", Selector::All);
    for kind in ["internet-gateways", "vpcs", "network-interfaces"] {
        a.list(&Account::key(kind, Selector::All)).await;
    }
    let ids: Vec<_> = a.store.table(&key).unwrap().rows().map(|r| r.record.id.clone()).collect();
    let (mut refused, mut free) = (0, None);
    for id in ids {
        let it = vec![a.find(&key, |r| r.id == id)];
        let plan = a.plan("detach", &it, &[]);
        let said = plan.consequences.iter().any(|c| c.text.contains("DependencyViolation"));
        let allowed = dry_run(&a.gateway, &ALL, &plan).await == DryRun::Allowed;
        assert_ne!(said, allowed, "{id}: {:?}", plan.consequences);
        (refused, free) = if allowed { (refused, Some((id, plan))) } else { (refused + 1, free) };
    }
    let (id, plan) = free.expect("a VPC without public addresses");
    assert!(refused > 0);
    let vpc = plan.steps[0].call.get("VpcId").cloned().unwrap();
    a.done(&plan).await;
    let back = a.plan("attach", &[a.find(&key, |r| r.id == id)], &[]);
    assert_eq!(back.steps[0].call.get("VpcId"), Some(&vpc), "the one VPC that has none");
    a.done(&back).await;
}

#[tokio::test]
async fn an_alarms_actions_are_disabled_and_enabled() {
    let mut a = Account::open();
    a.everything().await;
    let key = Account::key("alarms", Selector::All);
    let alarm = a.find(&key, |r| r.get(&alarms::ACTIONS_ENABLED).as_bool() == Some(true));
    let id = alarm.record.id.clone();
    a.done(&a.plan("disable-actions", &[alarm], &[])).await;
    let alarm = a.find(&key, |r| r.id == id);
    assert_eq!(alarm.record.get(&alarms::ACTIONS_ENABLED).as_bool(), Some(false));
    a.done(&a.plan("enable-actions", &[alarm], &[])).await;
}

#[tokio::test]
async fn an_object_is_downloaded_also_in_read_only_mode_and_never_over_a_file() {
    let mut a = Account::open();
    let buckets = Account::key("buckets", Selector::All);
    a.list(&buckets).await;
    let names: Vec<String> = a.store.table(&buckets).unwrap().rows().map(|r| r.record.id.to_string()).collect();
    a.gateway.set_read_only();
    for bucket in names {
        let key = Account::key("objects", Selector::Parent(bucket.as_str().into()));
        a.list(&key).await;
        let is_object = |r: &&skydeck::store::Row| {
            let action = ALL.action(Kind(ALL.kind("objects").unwrap().info), "download").unwrap();
            r.record.get(&objects::SIZE).as_int().is_some_and(|s| s > 0) && (action.available)(&r.record).is_ok()
        };
        let Some(row) = a.store.table(&key).unwrap().rows().find(is_object) else { continue };
        let target = Target { table: key.clone(), record: row.record.clone() };
        let size = u64::try_from(row.record.get(&objects::SIZE).as_int().unwrap()).unwrap();
        let folder: PathBuf = a.folder.path().join("into");
        std::fs::create_dir(&folder).unwrap();
        let plan = a.plan("download", &[target], &[("folder", folder.to_str().unwrap()), ("file", "x.bin")]);
        assert_eq!(plan.wait, Waiter::AtOnce);
        a.done(&plan).await;
        assert_eq!(std::fs::metadata(folder.join("x.bin")).unwrap().len(), size);
        return;
    }
    panic!("the demo account has an object to download");
}

#[tokio::test]
async fn a_snapshot_is_made_shared_copied_to_another_region_restored_and_deleted() {
    let mut a = Account::open();
    let (volumes, snapshots) = (Account::key("volumes", Selector::All), Account::key("snapshots", Selector::All));
    for kind in ["volumes", "snapshots", "images", "availability-zones", "regions", "instances"] {
        a.list(&Account::key(kind, Selector::All)).await;
    }
    let scratch = a.find(&volumes, |r| r.name == "scratch");
    a.done(&a.plan("create-snapshot", &[scratch], &[("name", "before")])).await;
    let it = |a: &Account| vec![a.find(&snapshots, |r| r.name == "before")];
    assert_eq!(it(&a)[0].record.state.as_ref().map(|(_, s)| s.as_str()), Some("completed"));

    let permissions = Account::key("snapshot-permissions", Selector::All);
    a.list(&permissions).await;
    a.done(&a.plan("share", &it(&a), &[("with", "111122223333,444455556666")])).await;
    let less = a.plan("share", &it(&a), &[("with", "444455556666"), ("public", "yes")]);
    assert_eq!(less.steps.len(), 2, "one call gives, one takes away");
    a.done(&less).await;
    let row = a.find(&permissions, |r| r.id == it(&a)[0].record.id);
    assert_eq!(row.record.get(&permissions::SHARED_WITH).items(), ["444455556666", "all"]);

    let copy = a.plan("copy", &it(&a), &[("region", "us-east-1"), ("name", "far"), ("encrypted", "yes")]);
    assert_eq!(dry_run(&a.gateway, &ALL, &copy).await, DryRun::Allowed);
    a.done(&copy).await;
    let there = TableKey::all(Scope::region("sandbox", "us-east-1"), snapshots.kind);
    let far = a.find(&there, |r| r.name == "far");
    assert_eq!(far.record.get(&snapshots::ENCRYPTED).as_bool(), Some(true));
    assert_eq!(far.record.get(&snapshots::VOLUME).as_str(), Some("vol-ffffffff"));

    let values = [("zone", "ap-northeast-2a"), ("name", "restored")];
    a.done(&a.plan("restore", &it(&a), &values)).await;
    a.list(&volumes).await;
    let restored = a.find(&volumes, |r| r.name == "restored");
    assert_eq!(restored.record.get(&volumes::fields::SNAPSHOT).as_str(), Some(it(&a)[0].record.id.as_str()));
    a.done(&a.plan("delete", &it(&a), &[])).await;
}

#[tokio::test]
async fn an_image_is_copied_to_another_region_shared_and_deregistered_and_ec2_refuses_what_the_form_does() {
    let mut a = Account::open();
    let images = Account::key("images", Selector::All);
    for kind in ["images", "regions", "image-permissions", "instances"] {
        a.list(&Account::key(kind, Selector::All)).await;
    }
    let own = |r: &Record| r.name == "my-app-ami-2026-10";
    let it = |a: &Account| vec![a.find(&images, own)];
    a.done(&a.plan("copy", &it(&a), &[("region", "us-east-1"), ("encrypted", "yes")])).await;
    let there = TableKey::all(Scope::region("sandbox", "us-east-1"), images.kind);
    let far = a.find(&there, own);
    assert_eq!(far.record.get(&images::SOURCE_IMAGE).as_str(), Some(it(&a)[0].record.id.as_str()));
    assert_eq!(far.record.get(&images::ENCRYPTED).as_bool(), Some(true));
    assert_eq!(far.record.tag("Name"), it(&a)[0].record.tag("Name"), "the tags are copied");
    // The default key: EC2 does not share it, and the plan says that this cannot be known.
    let share = a.plan("share", std::slice::from_ref(&far), &[("with", "111122223333")]);
    assert!(share.consequences.iter().any(|c| c.text.contains("default key")));
    assert!(matches!(dry_run(&a.gateway, &ALL, &share).await, DryRun::Failed(f) if f.code == "InvalidParameter"));
    a.done(&a.plan("deregister", &[far], &[])).await;

    a.done(&a.plan("share", &it(&a), &[("with", "111122223333")])).await;
    // Block public access is on from the start: the form says so before EC2 does.
    let public = ALL.action(images.kind, "share").unwrap();
    let targets = it(&a);
    let cx = ActionContext {
        store: &a.store,
        scope: &targets[0].table.scope,
        targets: &targets,
        now: a.clock.now(),
        zone: &jiff::tz::TimeZone::UTC,
        downloads: ".",
        files: &NO_FILES,
        me: &skydeck::model::my_address::MyAddress::NotAsked,
    };
    let refused = public.planned(&cx, &Values::default().with("public", FormValue::Flag(true))).unwrap_err();
    assert!(refused.message.contains("Block public access is on"), "{refused}");
    let partners = a.find(&images, |r| r.name == "partner-agent-3.2");
    a.done(&a.plan("copy", &[partners], &[("name", "ours")])).await;
}

#[tokio::test]
async fn a_volume_grows_and_takes_the_next_change_only_when_that_is_completed() {
    let mut a = Account::open();
    let (volumes, changes) =
        (Account::key("volumes", Selector::All), Account::key("volume-modifications", Selector::All));
    for kind in ["volumes", "volume-modifications", "instances"] {
        a.list(&Account::key(kind, Selector::All)).await;
    }
    let it = |a: &Account| vec![a.find(&volumes, |r| r.name == "scratch")];
    let size = |a: &Account| it(a)[0].record.get(&volumes::fields::SIZE_GIB).as_int();
    a.done(&a.plan("modify", &it(&a), &[("size", "30")])).await;
    a.list(&volumes).await;
    assert_eq!(size(&a), Some(30));
    let last = a.find(&changes, |r| r.id == it(&a)[0].record.id);
    assert_eq!(last.record.state.as_ref().map(|(_, s)| s.as_str()), Some("optimizing"));
    let (store, targets) = (&a.store, it(&a));
    let cx = ActionContext {
        store,
        scope: &targets[0].table.scope,
        targets: &targets,
        now: a.clock.now(),
        zone: &jiff::tz::TimeZone::UTC,
        downloads: ".",
        files: &NO_FILES,
        me: &skydeck::model::my_address::MyAddress::NotAsked,
    };
    let values = Values::default().with("size", FormValue::Text("40".into()));
    let refused = ALL.action(volumes.kind, "modify").unwrap().planned(&cx, &values).unwrap_err();
    assert!(refused.message.contains("optimizing"), "{refused}");
    a.clock.advance(Duration::from_secs(600));
    a.list(&changes).await;
    let other = a.plan("modify", &it(&a), &[("type", "io2"), ("iops", "500")]);
    a.done(&other).await;
    a.list(&volumes).await;
    assert_eq!(it(&a)[0].record.get(&volumes::fields::TYPE).as_str(), Some("io2"));
    let back = &other.steps[0].undo.as_ref().unwrap().call;
    assert_eq!(back.get("VolumeType").and_then(|t| t.as_str()), Some("gp3"));
}

impl Account {
    /// A subnet of the VPC that a version's groups are of.
    fn subnet_of(&self, version: &Target) -> String {
        let group = version.record.get(&versions::SECURITY_GROUP_IDS).items()[0].clone();
        let group = self.find(&Account::key("security-groups", Selector::All), |r| r.id == group);
        let vpc = group.record.get(&security_groups::VPC_ID).clone();
        let free = |r: &Record| *r.get(&subnets::VPC_ID) == vpc && r.get(&subnets::AVAILABLE_IPS).as_int() > Some(0);
        self.find(&Account::key("subnets", Selector::All), free).record.id.to_string()
    }
}

/// Where everything is that a launch is made of.
async fn launching() -> Account {
    let mut a = Account::open();
    a.everything().await;
    for kind in
        ["launch-templates", "images", "vpcs", "subnets", "security-groups", "key-pairs", "volumes", "instance-types"]
    {
        a.list(&Account::key(kind, Selector::All)).await;
    }
    a
}

#[tokio::test]
async fn a_template_gets_a_version_which_becomes_the_default_is_launched_and_goes() {
    let mut a = launching().await;
    let all = Account::key("launch-templates", Selector::All);
    let template = a.find(&all, |_| true);
    let of = Account::key("launch-template-versions", Selector::Parent(template.record.id.clone()));
    a.list(&of).await;
    let first = template.record.get(&launch_templates::DEFAULT_VERSION).as_int().unwrap();
    let plan = a.plan("new-version", std::slice::from_ref(&template), &[("type", "t3.small"), ("make_default", "yes")]);
    assert_eq!(plan.steps.len(), 2);
    a.done(&plan).await;
    a.list(&of).await;
    a.list(&all).await;
    let new = a.find(&of, |r| r.state.as_ref().is_some_and(|(_, s)| s == "default, latest"));
    let text = |r: &Record, f: &FieldInfo| r.get(f).as_str().map(str::to_string);
    let source = a.find(&of, |r| r.get(&versions::VERSION).as_int() == Some(first));
    assert_eq!(text(&new.record, &versions::TYPE).as_deref(), Some("t3.small"));
    for field in [&versions::IMAGE_ID, &versions::KEY_NAME] {
        assert_eq!(text(&new.record, field), text(&source.record, field), "{} is inherited", field.name);
    }
    // It is launched from, and nothing of it is said again.
    let subnet = a.subnet_of(&new);
    let launch = a.plan("launch", &[a.find(&all, |_| true)], &[("name", "from-template"), ("subnet", &subnet)]);
    let said: Vec<_> = launch.steps[0].call.args.iter().map(|(name, _)| *name).collect();
    assert_eq!(said, ["LaunchTemplate", "SubnetId", "TagSpecifications", "MinCount", "MaxCount", "ClientToken"]);
    assert_eq!(dry_run(&a.gateway, &ALL, &launch.with_tokens("t-1")).await, DryRun::Allowed);
    a.done(&launch).await;
    let instances = Account::key("instances", Selector::All);
    a.list(&instances).await;
    let made = a.find(&instances, |r| r.name == "from-template");
    assert_eq!(made.record.get(&fields::TYPE).as_str(), Some("t3.small"));
    let number = new.record.get(&versions::VERSION).as_int().unwrap().to_string();
    assert_eq!(made.record.tag("aws:ec2launchtemplate:version").map(|v| v.as_str()), Some(number.as_str()));
    // One like it is what it is.
    let like = a.plan("launch-more", &[made], &[("name", "like-it")]);
    assert_eq!(dry_run(&a.gateway, &ALL, &like.with_tokens("t-1")).await, DryRun::Allowed);
    a.done(&like).await;
    a.list(&instances).await;
    assert_eq!(a.find(&instances, |r| r.name == "like-it").record.get(&fields::TYPE).as_str(), Some("t3.small"));
    // The default one is kept by EC2, and the plan says so before.
    let action = ALL.action(Kind(ALL.kind("launch-template-versions").unwrap().info), "delete").unwrap();
    assert!((action.available)(&new.record).is_err());
    a.done(&a.plan("set-default", &[a.find(&all, |_| true)], &[("version", &first.to_string())])).await;
    a.list(&of).await;
    let new = a.find(&of, |r| r.id == new.record.id);
    let plan = a.plan("delete", &[new], &[]);
    assert_eq!(dry_run(&a.gateway, &ALL, &plan.with_tokens("t-1")).await, DryRun::Allowed);
    a.done(&plan).await;
}

#[tokio::test]
async fn a_launch_without_room_or_permission_says_what_can_be_done() {
    let mut a = launching().await;
    let all = Account::key("launch-templates", Selector::All);
    let template = a.find(&all, |_| true);
    let of = Account::key("launch-template-versions", Selector::Parent(template.record.id.clone()));
    a.list(&of).await;
    let subnet = a.subnet_of(&a.find(&of, |_| true));
    let plan = a.plan("launch", &[template], &[("type", "t3.small"), ("subnet", &subnet)]);
    let fault = |events: Vec<ActEvent>| {
        let failed =
            events.into_iter().find_map(|e| if let ActEvent::Failed { fault, .. } = e { Some(fault) } else { None });
        failed.expect("it was refused")
    };
    a.sandbox.faults().add("ec2:RunInstances no-room".parse().unwrap());
    // Permissions are all that a dry run asks about.
    assert_eq!(dry_run(&a.gateway, &ALL, &plan.with_tokens("t-1")).await, DryRun::Allowed);
    let full = fault(a.sent(&plan).await);
    assert_eq!(full.code, "InsufficientInstanceCapacity");
    assert!(
        full.message.starts_with("We currently do not have sufficient t3.small capacity in the Availability Zone"),
        "{full}"
    );
    let told = full.told();
    for says in [
        "Other zones of the region that offer t3.small: ap-northeast-2",
        "Similar types that ap-northeast-2",
        "t3a.small",
        "AWS does not say",
    ] {
        assert!(told.contains(says), "{says}: {told}");
    }
    assert!(!told.contains("t4g.small"), "another architecture: {told}");
    a.sandbox.faults().clear();
    // What IAM says is decoded, where that is allowed, in the dry run and in the call.
    a.sandbox.faults().add("ec2:RunInstances forbid".parse().unwrap());
    let DryRun::Denied(denied) = dry_run(&a.gateway, &ALL, &plan.with_tokens("t-1")).await else {
        panic!("it is denied")
    };
    let says = "The required IAM permission is ec2:RunInstances on arn:aws:ec2:ap-northeast-2:000000000000:instance/*: the policy statement Forbidden denies it";
    assert!(denied.hints[0].starts_with(says), "{denied:?}");
    assert!(!denied.message.contains("Encoded"), "{denied}");
    a.sandbox.faults().clear();
    a.sandbox.faults().add("ec2:RunInstances deny".parse().unwrap());
    a.sandbox.faults().add("sts:DecodeAuthorizationMessage deny".parse().unwrap());
    let denied = fault(a.sent(&plan).await);
    assert!(denied.hints[0].ends_with("instance/*: no policy statement allows it."), "{denied:?}");
    let how = &denied.hints[1];
    assert!(
        how.contains("could not be decoded (denied): aws sts decode-authorization-message --encoded-message "),
        "{how}"
    );
    assert!(how.ends_with("--query DecodedMessage --output text --region ap-northeast-2"), "{how}");
}
