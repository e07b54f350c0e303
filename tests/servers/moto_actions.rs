//! Every action acts on moto, through form, plan, executor and the guard's permits, and boto3 says what came of it.

mod ways;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use crate::support::left_out;
use crate::support::moto::Moto;
use crate::support::rows::{gateway, pages, scope};
use arcstr::ArcStr;
use serde_json::{Value as Json, json};
use skydeck::act::{Execute, Executor, Journal, dry_run};
use skydeck::aws::{Gateway, GatewayConfig};
use skydeck::base::{Clock, FaultKind, Secret};
use skydeck::kinds::ec2::senders::SEND_SSH_PUBLIC_KEY;
use skydeck::kinds::ec2::{permissions, security_groups};
use skydeck::kinds::registry::ALL;
use skydeck::kinds::{ActionContext, Target, What};
use skydeck::model::connect::{OneTimeKey, SendKey};
use skydeck::model::files::Files;
use skydeck::model::{
    ActEvent, Arg, Batch, Coverage, DryRun, Filters, FormValue, Outcome, Plan, Record, RowEdit, RunRecord, Selector,
    TableKey, Values,
};
use skydeck::store::Store;

/// What is known of files where nobody looks.
static NO_FILES: Files = Files::none();

const REGION: &str = "ap-northeast-2";

/// Filled once. Each test acts on rows of its own, so that they may run side by side.
static SERVER: LazyLock<(Moto, Json)> = LazyLock::new(|| {
    let moto = Moto::start();
    let ids = moto.run("seed_actions.py", &[REGION]);
    (moto, ids)
});

/// The account, in the process of the test; see [`Moto::inside`].
pub(super) struct Account {
    pub(super) moto: Moto,
    gateway: Gateway,
    ids: Json,
}

/// What the seed printed, handed to the process of the test.
const IDS: &str = "SKYDECK_TEST_IDS";

pub(super) fn account() -> Option<Account> {
    if let Some(moto) = Moto::of_parent() {
        let ids = serde_json::from_str(&std::env::var(IDS).unwrap()).unwrap();
        return Some(Account { moto, gateway: gateway(), ids });
    }
    if left_out("actions on moto") {
        return None;
    }
    let (moto, ids) = &*SERVER;
    moto.inside(None, &[(IDS, &ids.to_string())]);
    None
}

/// A store that knows a row of a side table.
fn knowing(target: &Target, side: Arc<Record>) -> Store {
    let mut store = Store::default();
    let now = Clock::system().now();
    let batch = Batch {
        table: TableKey::all(target.table.scope.clone(), side.kind),
        seq: 1,
        asked: now,
        coverage: Coverage::Ids(Arc::new(vec![side.id.clone()])),
        rows: vec![side],
        outcome: Outcome::Done,
    };
    store.apply(batch, now);
    store
}

impl Account {
    fn id(&self, name: &str) -> &str {
        self.ids[name].as_str().unwrap()
    }

    pub(super) async fn rows(&self, kind: &str, parent: Option<&str>, wanted: impl Fn(&str) -> bool) -> Vec<Target> {
        let selector = parent.map_or(Selector::All, |p| Selector::Parent(p.into()));
        let table = TableKey {
            scope: scope(&self.gateway, kind, REGION),
            kind: skydeck::model::Kind(ALL.kind(kind).unwrap().info),
            selector: selector.clone(),
        };
        let rows = pages(&self.gateway, kind, REGION, selector, What::Everything).await.concat();
        let found = rows.into_iter().filter(|r| wanted(&r.id));
        found.map(|record| Target { table: table.clone(), record: record.into() }).collect()
    }

    /// A store that knows all of a kind.
    pub(super) async fn known(&self, kinds: &[&str]) -> Store {
        let mut store = Store::default();
        for (seq, kind) in (1..).zip(kinds) {
            let rows = self.rows(kind, None, |_| true).await;
            let table =
                TableKey::all(scope(&self.gateway, kind, REGION), skydeck::model::Kind(ALL.kind(kind).unwrap().info));
            let batch = Batch {
                table,
                seq,
                asked: Clock::system().now(),
                coverage: Coverage::Sweep { began: seq },
                rows: rows.into_iter().map(|t| t.record).collect(),
                outcome: Outcome::Done,
            };
            store.apply(batch, Clock::system().now());
        }
        store
    }

    /// Rows that AWS is asked for by a filter.
    async fn rows_by(&self, kind: &str, by: &[(&str, &str)]) -> Vec<Target> {
        let info = ALL.kind(kind).unwrap().info;
        let by = by.iter().map(|(name, value)| (*name, vec![ArcStr::from(*value)]));
        let selector = Selector::Filter(Filters::of(info, by).unwrap());
        let table = TableKey {
            scope: scope(&self.gateway, kind, REGION),
            kind: skydeck::model::Kind(info),
            selector: selector.clone(),
        };
        let rows = pages(&self.gateway, kind, REGION, selector, What::Everything).await.concat();
        rows.into_iter().map(|record| Target { table: table.clone(), record: record.into() }).collect()
    }

    /// A plan that knows the row of a side table.
    fn plan_knowing(&self, action: &str, target: &Target, side: Arc<Record>, values: &[(&str, &str)]) -> Plan {
        self.plan_in(&knowing(target, side), action, std::slice::from_ref(target), values)
    }

    /// The same with values as they are.
    fn plan_of(&self, action: &str, target: &Target, side: Arc<Record>, values: &Values) -> Plan {
        let store = knowing(target, side);
        self.plan_from(&store, action, std::slice::from_ref(target), values)
    }

    async fn instances(&self, names: &[&str]) -> Vec<Target> {
        let ids: Vec<&str> = names.iter().map(|n| self.id(n)).collect();
        self.rows("instances", None, |id| ids.contains(&id)).await
    }

    fn plan(&self, action: &str, targets: &[Target], values: &[(&str, &str)]) -> Plan {
        self.plan_in(&Store::default(), action, targets, values)
    }

    /// The same where these tables are known.
    pub(super) fn plan_in(&self, store: &Store, action: &str, targets: &[Target], values: &[(&str, &str)]) -> Plan {
        let value = |k: &str, v: &str| match (k, v) {
            ("user_data", text) => FormValue::Secret(Secret::new(text.into())),
            ("rules", text) => FormValue::Rows(text.split(';').map(rule_edit).collect()),
            (_, "yes") => FormValue::Flag(true),
            (_, text) => FormValue::Text(text.into()),
        };
        let values = Values(values.iter().map(|(k, v)| ((*k).into(), value(k, v))).collect());
        self.plan_from(store, action, targets, &values)
    }

    /// A plan from values as a form has them.
    pub(super) fn plan_from(&self, store: &Store, action: &str, targets: &[Target], values: &Values) -> Plan {
        let cx = ActionContext {
            store,
            scope: &targets[0].table.scope,
            targets,
            now: Clock::system().now(),
            zone: &jiff::tz::TimeZone::UTC,
            downloads: ".",
            files: &NO_FILES,
            me: &skydeck::model::my_address::MyAddress::NotAsked,
        };
        let action = ALL.action(targets[0].table.kind, action).unwrap();
        for t in targets {
            (action.available)(&t.record).unwrap_or_else(|why| panic!("{} is not offered: {why}", action.name));
        }
        action.planned(&cx, values).unwrap_or_else(|f| panic!("{}: {f}", action.name))
    }

    /// Carries the plan out; gives what was told of it, and the journal's lines.
    async fn carry_with(&self, gateway: Gateway, plan: Plan) -> (Vec<ActEvent>, String) {
        static RUN: AtomicU64 = AtomicU64::new(1);
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::system();
        let journal = Journal::at(folder.path().join("journal"), clock.now());
        let path = journal.path().to_path_buf();
        let (send, mut receive) = tokio::sync::mpsc::channel(1000);
        let run = RUN.fetch_add(1, Ordering::Relaxed);
        let profile = &gateway.profiles_in_use()[0].clone();
        let name = journal.run_name(run);
        // A gateway has one executor: each run here has a gateway of its own.
        // A plan is pinned to who it is made for, so that must be known first.
        assert_eq!(gateway.identity(profile).await.unwrap().account, "123456789012");
        let pins = BTreeMap::from([(profile.clone(), (None, gateway.generation(profile)))]);
        let carry = Execute {
            run,
            record: RunRecord::new(name.clone(), Clock::system().now(), &plan.with_tokens(&name)),
            pins,
        };
        let executor = Executor::new(gateway, ALL, journal, clock, send);
        executor.carry(carry.clone()).await;
        // A second Enter, a late event: the same run is carried out once.
        executor.carry(carry).await;
        // What moto makes is there at once: nothing has to be waited for between two calls.
        for _ in &plan.steps {
            executor.go_on(run).await;
        }
        drop(executor);
        let mut events = Vec::new();
        while let Some(event) = receive.recv().await {
            events.push(event);
        }
        (events, std::fs::read_to_string(path).unwrap())
    }

    /// The plan of an action that makes something.
    pub(super) fn made(&self, action: &str, values: &[(&str, &str)]) -> Plan {
        let value = |v: &str| if v == "yes" { FormValue::Flag(true) } else { FormValue::Text(v.into()) };
        let values = Values(values.iter().map(|(k, v)| ((*k).into(), value(v))).collect());
        self.made_of(&Store::default(), action, &values)
    }

    /// The same with values as they are, where something is known.
    fn made_of(&self, store: &Store, action: &str, values: &Values) -> Plan {
        let scope = scope(&self.gateway, "instances", REGION);
        let cx = ActionContext {
            store,
            scope: &scope,
            targets: &[],
            now: Clock::system().now(),
            zone: &jiff::tz::TimeZone::UTC,
            downloads: ".",
            files: &NO_FILES,
            me: &skydeck::model::my_address::MyAddress::NotAsked,
        };
        let action = ALL.actions.iter().find(|a| a.name == action).unwrap();
        action.planned(&cx, values).unwrap_or_else(|f| panic!("{}: {f}", action.name))
    }

    /// Carries it out and demands success.
    pub(super) async fn make(&self, action: &str, values: &[(&str, &str)]) {
        self.carried(action, self.made(action, values)).await;
    }

    /// Carries it out and demands success: each call done once, its intent and its outcome in the journal.
    pub(super) async fn act(&self, action: &str, targets: &[Target], values: &[(&str, &str)]) {
        self.carried(action, self.plan(action, targets, values)).await;
    }

    pub(super) async fn carried(&self, action: &str, plan: Plan) {
        let calls = plan.steps.len();
        let (events, journal) = self.carry_with(gateway(), plan).await;
        let done = events.iter().filter(|e| matches!(e, ActEvent::Done { .. })).count();
        let bad = events.iter().find(|e| matches!(e, ActEvent::Failed { .. } | ActEvent::Unknown { .. }));
        assert!(done == calls && bad.is_none(), "{action}: {done} of {calls} calls: {bad:?}");
        assert!(journal.lines().count() >= 2 * calls, "{action}: {journal}");
    }

    /// A row as boto3 sees it.
    pub(super) fn truth(&self, kind: &str, field: &str, is: &str) -> Json {
        let seen = self.moto.run("truth.py", &[REGION, kind]);
        let rows = seen[kind]["rows"].as_array().unwrap();
        rows.iter().find(|r| r[field] == is).cloned().unwrap_or(Json::Null)
    }

    fn state(&self, name: &str) -> Json {
        self.truth("instances", "id", self.id(name))["state"].clone()
    }
}

#[tokio::test]
async fn instances_stop_start_reboot_and_terminate() {
    let Some(account) = account() else { return };
    account.act("start", &account.instances(&["stopped"]).await, &[]).await;
    assert_eq!(account.state("stopped"), "running");
    account.act("stop", &account.instances(&["running-1", "running-2"]).await, &[]).await;
    assert_eq!([account.state("running-1"), account.state("running-2")], [json!("stopped"), json!("stopped")]);
    account.act("start", &account.instances(&["running-1"]).await, &[]).await;
    account.act("stop", &account.instances(&["running-1"]).await, &[("force", "yes")]).await;
    assert_eq!(account.state("running-1"), "stopped");
    account.act("reboot", &account.instances(&["stopped"]).await, &[]).await;
    assert_eq!(account.state("stopped"), "running");
    account.act("terminate", &account.instances(&["doomed"]).await, &[]).await;
    assert_eq!(account.state("doomed"), "terminated");
    assert_eq!(account.state("bystander"), "running", "what was not chosen is not touched");
}

#[tokio::test]
async fn tags_are_set_and_removed_and_others_stay() {
    let Some(account) = account() else { return };
    let rows = account.instances(&["bystander"]).await;
    account.act("tags", &rows, &[("set", r"Env=prod,팀=플랫\,폼 🚀\=1"), ("remove", "Old")]).await;
    let tags = &account.truth("instances", "id", account.id("bystander"))["$tags"];
    assert_eq!(*tags, json!({"Name": "bystander", "Env": "prod", "팀": "플랫,폼 🚀=1"}));
}

#[tokio::test]
async fn whatever_has_tags_is_tagged() {
    let Some(account) = account() else { return };
    // moto tells a launch template's tags in DescribeTags alone: the embedded account is the judge of those.
    for kind in ["volumes", "security-groups", "network-interfaces", "vpcs", "subnets", "internet-gateways"] {
        let rows = account.rows(kind, None, |_| true).await;
        let few = &rows[..rows.len().min(2)];
        account.act("tags", few, &[("set", "Checked=yes")]).await;
        for t in few {
            let seen = account.truth(kind, "id", &t.record.id);
            assert_eq!(seen["$tags"]["Checked"], "yes", "{kind}");
        }
        account
            .act(
                "tags",
                &account.rows(kind, None, |id| few.iter().any(|t| t.record.id == id)).await,
                &[("remove", "Checked")],
            )
            .await;
        assert_eq!(account.truth(kind, "id", &few[0].record.id)["$tags"]["Checked"], Json::Null, "{kind}");
    }
}

#[tokio::test]
async fn an_instance_gets_other_groups_protection_metadata_and_a_role() {
    let Some(account) = account() else { return };
    let it = async || account.instances(&["allowed"]).await;
    let seen = || account.truth("instances", "id", account.id("allowed"));
    let (first, second) = (account.id("first").to_string(), account.id("second").to_string());
    account.act("change-security-groups", &it().await, &[("groups", &format!("{first},{second}"))]).await;
    assert_eq!(seen()["security_group_ids"], json!([first, second]));
    account.act("change-source-dest-check", &it().await, &[]).await;
    assert_eq!(seen()["source_dest_check"], json!(false));
    let options = [("imdsv2", "required"), ("hop_limit", "3"), ("tags", "enabled")];
    account.act("change-metadata-options", &it().await, &options).await;
    let now = seen();
    let read = [&now["metadata_tokens"], &now["metadata_hops"], &now["metadata_tags"]];
    assert_eq!(read, [&json!("required"), &json!(3), &json!("enabled")]);
    // What DescribeInstanceAttribute says, which boto3 reads for the test.
    account.act("change-protection", &it().await, &[("termination", "on")]).await;
    let protected = account.moto.run("attribute.py", &[REGION, account.id("allowed"), "disableApiTermination"]);
    assert_eq!(protected, json!(true));
    account.act("change-protection", &it().await, &[("termination", "off")]).await;
    let profile = async |name: &str| {
        let store = account.known(&["instance-profiles"]).await;
        let plan = account.plan_in(&store, "change-instance-profile", &it().await, &[("profile", name)]);
        account.carried("change-instance-profile", plan).await;
        account.moto.run("attribute.py", &[REGION, account.id("allowed"), "profile"])
    };
    assert_eq!(profile("web").await, json!("web"));
    assert_eq!(profile("db").await, json!("db"));
    assert_eq!(profile("none").await, Json::Null);
}

#[tokio::test]
async fn an_instance_with_two_interfaces_is_changed_by_its_primary_one() {
    let Some(account) = account() else { return };
    let it = account.instances(&["several"]).await;
    let store = account.known(&["network-interfaces", "security-groups"]).await;
    let first = account.id("first").to_string();
    let plan = account.plan_in(&store, "change-security-groups", &it, &[("groups", &first)]);
    assert_eq!(plan.steps[0].call.op.name, "ModifyNetworkInterfaceAttribute");
    // moto keeps the groups of an instance and of its interfaces apart: the interface is what was changed.
    let interface = plan.steps[0].call.get("NetworkInterfaceId").and_then(|a| a.as_str()).unwrap().to_string();
    account.carried("change-security-groups", plan).await;
    assert_eq!(account.truth("network-interfaces", "id", &interface)["security_group_ids"], json!([first]));
}

#[tokio::test]
async fn targets_are_registered_and_deregistered() {
    let Some(account) = account() else { return };
    let arn = account.id("group");
    let group = account.rows("target-groups", None, |id| id == arn).await;
    account.act("register", &group, &[("target", account.id("spare"))]).await;
    assert_eq!(account.truth("targets", "id", account.id("spare"))["port"], 80);
    let id = account.id("target");
    let rows = account.rows("targets", Some(arn), |row| row.contains(id)).await;
    account.act("deregister", &rows, &[]).await;
    // moto forgets a target at once: no draining to see.
    assert_eq!(account.truth("targets", "id", id), Json::Null);
    assert_eq!(account.truth("targets", "id", account.id("spare"))["port"], 80);
}

#[tokio::test]
async fn volumes_are_made_attached_detached_and_deleted() {
    let Some(account) = account() else { return };
    let host = account.id("bystander");
    let zone = account.truth("instances", "id", host)["zone"].as_str().unwrap().to_string();
    let values = [("size", "7"), ("zone", zone.as_str()), ("name", "data"), ("attach", host), ("device", "/dev/sdg")];
    account.make("create-volume", &values).await;
    let seen = || account.truth("volumes", "name", "data");
    let volume = seen();
    assert_eq!(
        [&volume["state"], &volume["instances"], &volume["device"]],
        [&json!("in-use"), &json!([host]), &json!("/dev/sdg")]
    );
    assert_eq!([&volume["size_gib"], &volume["type"], &volume["encrypted"]], [&json!(7), &json!("gp3"), &json!(true)]);
    let id = volume["id"].as_str().unwrap();
    let rows = async || account.rows("volumes", None, |row| row == id).await;
    account.act("detach", &rows().await, &[]).await;
    assert_eq!(seen()["state"], "available");
    account.act("attach", &rows().await, &[("instance", host), ("device", "/dev/sdh")]).await;
    assert_eq!(seen()["device"], "/dev/sdh");
    account.act("detach", &rows().await, &[("force", "yes")]).await;
    account.act("delete", &rows().await, &[]).await;
    assert_eq!(seen(), Json::Null);
}

#[tokio::test]
async fn an_internet_gateway_is_attached_and_detached() {
    let Some(account) = account() else { return };
    let (id, vpc) = (account.id("gateway"), account.id("vpc"));
    let rows = async || account.rows("internet-gateways", None, |row| row == id).await;
    let seen = || account.truth("internet-gateways", "id", id)["vpc_id"].clone();
    account.act("attach", &rows().await, &[("vpc", vpc)]).await;
    assert_eq!(seen(), vpc);
    account.act("detach", &rows().await, &[]).await;
    assert_eq!(seen(), Json::Null);
}

#[tokio::test]
async fn a_launch_makes_its_key_and_its_group_and_what_was_said_of_it_is_so() {
    let Some(account) = account() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop-key.pem");
    let vpc = account.rows("vpcs", None, |_| true).await[0].record.id.to_string();
    let subnets = account.rows("subnets", None, |_| true).await;
    let subnet = subnets.iter().find(|t| t.record.get(&skydeck::kinds::ec2::subnets::VPC_ID).as_str() == Some(&vpc));
    let values = [
        ("name", "shop-1"),
        ("image", "ami-12c6146b"),
        ("type", "t3.small"),
        ("key", "new"),
        ("key_name", "shop-key"),
        ("key_file", file.to_str().unwrap()),
        ("vpc", &vpc),
        ("subnet", subnet.unwrap().record.id.as_str()),
        ("groups", "new"),
        ("group_name", "shop-1-sg"),
        ("ssh_from", "203.0.113.0/24"),
        ("http", "yes"),
        ("count", "2"),
        ("protect", "yes"),
    ];
    account.make("launch", &values).await;
    assert!(std::fs::read_to_string(&file).unwrap().contains("PRIVATE KEY"));
    let seen = account.moto.run("truth.py", &[REGION, "instances"]);
    let ours: Vec<&Json> =
        seen["instances"]["rows"].as_array().unwrap().iter().filter(|r| r["name"] == "shop-1").collect();
    assert_eq!(ours.len(), 2);
    for row in ours {
        assert_eq!((&row["type"], &row["key_name"]), (&json!("t3.small"), &json!("shop-key")));
        assert_eq!(row["security_groups"], json!(["shop-1-sg"]));
    }
}

#[tokio::test]
async fn snapshots_are_made_and_deleted() {
    // moto has no CreateImage with tags on the snapshots: the embedded account is the judge of that.
    let Some(account) = account() else { return };
    let volume = account.rows("volumes", None, |_| true).await[..1].to_vec();
    account.act("create-snapshot", &volume, &[("name", "before"), ("description", "it's [a]")]).await;
    let snapshot = account.truth("snapshots", "name", "before");
    assert_eq!(
        (&snapshot["volume"], &snapshot["description"]),
        (&json!(volume[0].record.id.as_str()), &json!("it's [a]"))
    );
    let id = snapshot["id"].as_str().unwrap().to_string();
    account.act("delete", &account.rows("snapshots", None, |row| row == id).await, &[]).await;
    assert_eq!(account.truth("snapshots", "name", "before"), Json::Null);
}

#[tokio::test]
async fn a_snapshot_is_shared_copied_and_restored() {
    let Some(account) = account() else { return };
    let volume = account.rows("volumes", None, |_| true).await[..1].to_vec();
    account.act("create-snapshot", &volume, &[("name", "to-share")]).await;
    let id = account.truth("snapshots", "name", "to-share")["id"].as_str().unwrap().to_string();
    let rows = async || account.rows("snapshots", None, |row| row == id).await;
    account.act("share", &rows().await, &[("with", "111122223333,444455556666")]).await;
    let with = async || account.rows("snapshot-permissions", None, |row| row == id).await[0].record.clone();
    let shared = |row: &skydeck::model::Record| row.get(&permissions::SHARED_WITH).items();
    assert_eq!(shared(with().await.as_ref()), ["111122223333", "444455556666"]);
    // The list as it is to be: one goes, and everybody comes.
    let (it, known) = (rows().await, with().await);
    let plan = account.plan_knowing("share", &it[0], known, &[("with", "444455556666"), ("public", "yes")]);
    account.carried("share", plan).await;
    assert_eq!(shared(with().await.as_ref()), ["444455556666", "all"]);
    account.act("copy", &rows().await, &[("region", REGION), ("description", "a copy's")]).await;
    let copy = account.truth("snapshots", "description", "a copy's");
    assert_eq!(copy["state"], "completed");
    assert_ne!(copy["id"], id.as_str());
    let zone = [("zone", "ap-northeast-2a"), ("size", "100"), ("name", "restored")];
    account.act("restore", &rows().await, &zone).await;
    let restored = account.truth("volumes", "name", "restored");
    assert_eq!((&restored["snapshot"], &restored["size_gib"]), (&json!(id), &json!(100)));
}

#[tokio::test]
async fn an_image_is_copied_and_shared_and_deregistered() {
    let Some(account) = account() else { return };
    let public = account.rows_by("images", &[("id", "ami-12c6146b")]).await;
    account.act("copy", &public, &[("region", REGION), ("name", "mine"), ("description", "it's [a]")]).await;
    let copy = account.truth("images", "name", "mine");
    assert_eq!((&copy["state"], &copy["description"]), (&json!("available"), &json!("it's [a]")));
    let id = copy["id"].as_str().unwrap().to_string();
    let rows = async || account.rows("images", None, |row| row == id).await;
    account.act("share", &rows().await, &[("with", "111122223333"), ("public", "yes")]).await;
    let with = account.rows("image-permissions", None, |row| row == id).await;
    assert_eq!(with[0].record.get(&permissions::SHARED_WITH).items(), ["111122223333", "all"]);
    assert_eq!(account.truth("images", "name", "mine")["public"], true);
    account.act("deregister", &rows().await, &[]).await;
    assert_eq!(account.truth("images", "name", "mine"), Json::Null);
}

#[tokio::test]
async fn a_volume_grows_and_gets_another_type() {
    let Some(account) = account() else { return };
    account.make("create-volume", &[("size", "7"), ("zone", "ap-northeast-2a"), ("name", "grows")]).await;
    let seen = || account.truth("volumes", "name", "grows");
    let id = seen()["id"].as_str().unwrap().to_string();
    let rows = async || account.rows("volumes", None, |row| row == id).await;
    account.act("modify", &rows().await, &[("size", "9")]).await;
    assert_eq!((&seen()["size_gib"], &seen()["type"]), (&json!(9), &json!("gp3")));
    account.act("modify", &rows().await, &[("type", "io2"), ("iops", "400")]).await;
    assert_eq!((&seen()["type"], &seen()["iops"]), (&json!("io2"), &json!(400)));
    let last = account.rows("volume-modifications", None, |row| row == id).await;
    assert_eq!(last[0].record.state.as_ref().map(|(_, s)| s.as_str()), Some("completed"));
}

/// `+in|tcp|443|10.0.0.0/8|said` adds a rule, `-in tcp 22 from 10.0.0.0/8` takes one out.
fn rule_edit(text: &str) -> RowEdit {
    match text.strip_prefix('-') {
        Some(key) => RowEdit::Remove { key: key.into(), from: Vec::new() },
        None => {
            let mut cells: Vec<ArcStr> = text.trim_start_matches('+').split('|').map(ArcStr::from).collect();
            cells.insert(1, ArcStr::new());
            RowEdit::Add(cells)
        }
    }
}

#[tokio::test]
async fn a_group_is_made_its_rules_are_edited_and_it_is_deleted() {
    let Some(account) = account() else { return };
    let vpc = account.rows("vpcs", None, |_| true).await[0].record.id.to_string();
    let values = [
        ("name", "shop"),
        ("description", "for the shop"),
        ("vpc", &vpc),
        ("ssh", "yes"),
        ("ssh_from", "203.0.113.0/24"),
        ("http", "yes"),
    ];
    account.make("create-security-group", &values).await;
    let id = account.truth("security-groups", "name", "shop")["id"].as_str().unwrap().to_string();
    let rows = async || account.rows("security-groups", None, |row| row == id).await;
    let rules = async || {
        let all = rows().await[0].record.get(&skydeck::kinds::ec2::security_groups::RULES).items();
        all.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let out = "out all all to 0.0.0.0/0";
    let made = ["in tcp 22 from 203.0.113.0/24", "in tcp 80 from 0.0.0.0/0", "in tcp 80 from ::/0", out];
    assert_eq!(rules().await, made);
    let edit = format!(
        "-in tcp 80 from 0.0.0.0/0;-in tcp 80 from ::/0;+in|tcp|8000-8100|{id}|its own;+in|icmp|8|10.0.0.0/8|;+out|udp|53|10.0.0.2|DNS;+in|tcp|443|{}|",
        account.id("prefix_list")
    );
    account.act("rules", &rows().await, &[("rules", &edit)]).await;
    let edited = [
        "in icmp 8 from 10.0.0.0/8".to_string(),
        "in tcp 22 from 203.0.113.0/24".into(),
        format!("in tcp 443 from {}", account.id("prefix_list")),
        format!("in tcp 8000-8100 from {id}  # its own"),
        out.into(),
        "out udp 53 to 10.0.0.2/32  # DNS".into(),
    ];
    assert_eq!(rules().await, edited);
    // As boto3 reads them.
    let seen = account.moto.run("truth.py", &[REGION, "security-group-rules"]);
    let ours = seen["security-group-rules"]["rows"].as_array().unwrap().iter().filter(|r| r["group_id"] == id.as_str());
    assert_eq!(ours.count(), 6);
    account.act("delete", &rows().await, &[]).await;
    assert_eq!(account.truth("security-groups", "name", "shop"), Json::Null);
}

#[tokio::test]
async fn an_address_is_allocated_given_taken_and_released() {
    let Some(account) = account() else { return };
    account.make("allocate", &[("name", "web-ip")]).await;
    let seen = || account.truth("addresses", "name", "web-ip");
    let id = seen()["id"].as_str().unwrap().to_string();
    let rows = async || account.rows("addresses", None, |row| row == id).await;
    let host = account.id("spare");
    account.act("associate", &rows().await, &[("instance", host)]).await;
    assert_eq!(seen()["instance"], host);
    // It is taken from one and given to another in one call.
    account.act("associate", &rows().await, &[("instance", account.id("bystander"))]).await;
    assert_eq!(seen()["instance"], account.id("bystander"));
    account.act("disassociate", &rows().await, &[]).await;
    assert_eq!(seen()["state"], "unattached");
    // From the instance's side: this one, then a new one in its place.
    let instance = async || account.rows("instances", None, |row| row == host).await;
    account.act("associate-address", &instance().await, &[("address", &id)]).await;
    assert_eq!(seen()["instance"], host);
    account.act("associate-address", &instance().await, &[("address", "new"), ("name", "newer-ip")]).await;
    assert_eq!(account.truth("addresses", "name", "newer-ip")["instance"], host);
    for name in ["web-ip", "newer-ip"] {
        let row = account.truth("addresses", "name", name)["id"].as_str().unwrap().to_string();
        let rows = async || account.rows("addresses", None, |r| r == row).await;
        if account.truth("addresses", "name", name)["state"] == "associated" {
            account.act("disassociate", &rows().await, &[]).await;
        }
        account.act("release", &rows().await, &[]).await;
        assert_eq!(account.truth("addresses", "name", name), Json::Null);
    }
}

#[tokio::test]
async fn key_pairs_are_made_imported_and_deleted_and_the_private_half_is_kept_once() {
    let Some(account) = account() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a key.pem");
    account.make("create-key-pair", &[("name", "a key"), ("file", file.to_str().unwrap())]).await;
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("-----BEGIN"));
    let seen = |name: &str| account.truth("key-pairs", "name", name);
    assert_eq!(seen("a key")["type"], "ed25519");
    let public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7sVLbQpAbjIJE5xpJKg4Pp2ZOV6VNgz5PmQGsDNVnH me@host";
    account.make("import-key-pair", &[("name", "mine"), ("public_key", public)]).await;
    assert!(seen("mine")["fingerprint"].is_string());
    // The file is there: no second pair is made.
    let again = account.made("create-key-pair", &[("name", "other"), ("file", file.to_str().unwrap())]);
    let (events, journal) = account.carry_with(gateway(), again).await;
    assert!(matches!(events.last(), Some(ActEvent::Failed { fault, .. }) if fault.message.contains("exists already")));
    assert!(!journal.contains("intent") && seen("other") == Json::Null, "nothing was sent: {journal}");
    let pairs = account.rows("key-pairs", None, |_| true).await;
    account.act("delete", &pairs, &[]).await;
    assert_eq!([seen("a key"), seen("mine")], [Json::Null, Json::Null]);
}

#[tokio::test]
async fn an_instance_that_stands_still_gets_another_type() {
    let Some(account) = account() else { return };
    account.act("change-type", &account.instances(&["target"]).await, &[("type", "m5.large")]).await;
    let seen = account.truth("instances", "id", account.id("target"));
    assert_eq!([&seen["type"], &seen["state"]], [&json!("m5.large"), &json!("running")]);
}

#[tokio::test]
async fn a_group_gets_the_desired_capacity() {
    let Some(account) = account() else { return };
    let rows = account.rows("auto-scaling-groups", None, |id| id == "그룹 1").await;
    account.act("set-desired-capacity", &rows, &[("desired", "3")]).await;
    // moto launches at once, and keeps no activities.
    assert_eq!(account.truth("auto-scaling-groups", "name", "그룹 1")["desired"], 3);
}

#[tokio::test]
async fn alarms_are_silenced_and_heard_again() {
    let Some(account) = account() else { return };
    let alarm = async |name: &'static str| account.rows("alarms", None, move |id| id == name).await;
    account.act("disable-actions", &alarm("on").await, &[]).await;
    account.act("enable-actions", &alarm("off").await, &[]).await;
    let on = |name: &str| account.truth("alarms", "name", name)["actions_enabled"].clone();
    assert_eq!([on("on"), on("off"), on("other")], [json!(false), json!(true), json!(true)]);
}

#[tokio::test]
async fn an_object_is_downloaded_whole_and_its_key_cannot_leave_the_folder() {
    let Some(account) = account() else { return };
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("into");
    std::fs::create_dir(&into).unwrap();
    let values = [("folder", into.to_str().unwrap())];
    account.act("download", &account.rows("objects", Some("downloads/dir/"), |_| true).await, &values).await;
    account.act("download", &account.rows("objects", Some("downloads"), |id| id == "..").await, &values).await;
    let files: Vec<Vec<u8>> =
        std::fs::read_dir(&into).unwrap().map(|f| std::fs::read(f.unwrap().path()).unwrap()).collect();
    assert_eq!(files.len(), 2, "both are in the folder");
    assert!(files.contains(&(0..=255).cycle().take(256 * 4096).collect::<Vec<u8>>()), "whole");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing beside the folder");
}

#[tokio::test]
async fn a_dry_run_is_allowed_and_changes_nothing() {
    let Some(account) = account() else { return };
    let plan = account.plan("terminate", &account.instances(&["bystander"]).await, &[]);
    assert!(matches!(dry_run(&account.gateway, &ALL, &plan).await, DryRun::Allowed));
    assert_eq!(account.state("bystander"), "running");
}

#[tokio::test]
async fn no_confirmed_plan_leaves_a_read_only_process() {
    let Some(account) = account() else { return };
    let base = GatewayConfig::new(Clock::system(), ALL.operations());
    let gateway = Gateway::new(GatewayConfig { read_only: true, ..base });
    let plan = account.plan("terminate", &account.instances(&["bystander"]).await, &[]);
    assert!(matches!(dry_run(&gateway, &ALL, &plan).await, DryRun::NotAsked));
    let (events, _) = account.carry_with(gateway, plan).await;
    let refused = |e: &ActEvent| matches!(e, ActEvent::Failed { fault, .. } if fault.kind == FaultKind::ReadOnly);
    assert!(events.iter().any(refused) && !events.iter().any(|e| matches!(e, ActEvent::Done { .. })), "{events:?}");
    assert_eq!(account.state("bystander"), "running");
}

/// moto takes any key for any instance; that boto3's model and this client's are the same service is what it shows.
#[tokio::test]
async fn a_one_time_key_is_made_sent_and_gone_afterwards() {
    let Some(account) = account() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new/key");
    let scope = scope(&account.gateway, "instances", REGION);
    let profile = scope.profile().unwrap().clone();
    let call = SEND_SSH_PUBLIC_KEY.call(scope).arg("InstanceId", Arg::str(account.id("bystander")));
    let send = SendKey { call: call.arg("InstanceOSUser", Arg::str("ec2-user")), command: Vec::new() };
    let key = OneTimeKey { file: file.to_str().unwrap().into(), sends: vec![send] };
    let sent = |read_only, connects: bool| {
        let base = GatewayConfig::new(Clock::system(), ALL.operations());
        let connects = connects.then(|| profile.to_string()).into_iter().collect();
        let gateway = Gateway::new(GatewayConfig { read_only, connects, ..base });
        let journal = Journal::at(folder.path().join("journal"), Clock::system().now());
        let executor = Executor::new(gateway, ALL, journal, Clock::system(), tokio::sync::mpsc::channel(8).0);
        let (key, profile) = (key.clone(), profile.clone());
        async move { executor.let_in(&key, &profile, 0).await }
    };
    for (read_only, connects) in [(false, false), (true, true)] {
        let kept = sent(read_only, connects).await.unwrap();
        assert!(file.exists() && file.with_extension("pub").exists());
        drop(kept);
        assert!(!file.parent().unwrap().exists());
    }
    let fault = sent(true, false).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::ReadOnly, "{fault}");
    assert!(!file.parent().unwrap().exists(), "the key that nobody took is gone, too");
}

#[tokio::test]
async fn launch_templates_get_versions_are_launched_and_deleted() {
    let Some(account) = account() else { return };
    let image = account.id("image").to_string();
    let image = image.as_str();
    let values = [("name", "made-lt"), ("image", image), ("type", "t3.micro"), ("key", "none"), ("description", "one")];
    account.make("create-launch-template", &values).await;
    let made = account.truth("launch-templates", "name", "made-lt");
    assert_eq!(made["default_version"], 1);
    let id = made["id"].as_str().unwrap().to_string();
    let first = account.rows("launch-template-versions", Some(&id), |_| true).await;
    // Said again, because moto inherits nothing from a source version.
    let over = [("type", "t3.small"), ("image", image), ("description", "two"), ("hibernation", "yes")];
    account.act("new-version", &first, &over).await;
    let two = format!("{id}:2");
    let seen = account.truth("launch-template-versions", "id", &two);
    assert_eq!(
        [&seen["type"], &seen["image_id"], &seen["description"]],
        [&json!("t3.small"), &json!(image), &json!("two")]
    );
    let second = account.rows("launch-template-versions", Some(&id), |row| row == two).await;
    account.act("set-default", &second, &[]).await;
    assert_eq!(account.truth("launch-templates", "id", &id)["default_version"], 2);
    // moto takes HibernationOptions and forgets them.
    account.act("launch", &second, &[("name", "from-lt"), ("hibernation", "yes")]).await;
    assert_eq!(account.truth("instances", "name", "from-lt")["type"], "t3.small");
    let template = account.rows("launch-templates", None, |row| row == id).await;
    account.act("delete", &template, &[]).await;
    assert_eq!(account.truth("launch-templates", "name", "made-lt"), Json::Null);
}

#[tokio::test]
async fn another_instance_is_launched_like_one_that_is_there() {
    let Some(account) = account() else { return };
    let bystander = account.instances(&["bystander"]).await;
    // moto says no group of an instance.
    let groups = account.rows("security-groups", None, |_| true).await;
    let of_vpc = |t: &&Target| t.record.get(&security_groups::VPC_ID).as_str() == Some(account.id("vpc"));
    let group = groups.iter().find(of_vpc).unwrap().record.id.to_string();
    account.act("launch-more", &bystander, &[("name", "its-like"), ("groups", &group)]).await;
    let (like, one) =
        (account.truth("instances", "name", "its-like"), account.truth("instances", "id", account.id("bystander")));
    for field in ["type", "image_id", "subnet_id", "vpc_id"] {
        assert_eq!(like[field], one[field], "{field}");
    }
    assert_eq!(like["$tags"]["Env"], "dev");
}
