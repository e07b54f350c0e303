//! Every kind lists the embedded account through the SDK, the gateway and its guard, and its pages say so.

use std::collections::BTreeSet;
use std::sync::mpsc::{Sender, channel};

use arcstr::ArcStr;
use futures::future::BoxFuture;
use skydeck::aws::{Gateway, GatewayConfig};
use skydeck::base::{Clock, Fault, RowId, Scope, Time};
use skydeck::kinds::cloudwatch::instance_metrics;
use skydeck::kinds::ec2::instances::{fields, instance};
use skydeck::kinds::ec2::volumes::volume;
use skydeck::kinds::ec2::{addresses, instance_protection, instance_volumes, key_pairs, nat_gateways, subnets, vpcs};
use skydeck::kinds::ec2::{images, instance_type_zones, instance_types, launch_template_versions, launch_templates};
use skydeck::kinds::ec2::{network_interfaces, security_group_rules, security_group_usage, security_groups};
use skydeck::kinds::elbv2::load_balancers;
use skydeck::kinds::registry::ALL;
use skydeck::kinds::s3::objects;
use skydeck::kinds::{Interner, KindDef, ListRequest, PaidRow, Sink, What, facts};
use skydeck::model::{Filters, Operation, Record, Scoping, Selector, Tone, Value};
use skydeck::query::Query;
use skydeck::sandbox::{Sandbox, WorldSpec};

const REGION: &str = "ap-northeast-2";

struct Account {
    gateway: Gateway,
    clock: Clock,
}

#[derive(Default)]
struct Found {
    rows: Vec<Record>,
    asked: Vec<&'static str>,
    metrics: u32,
}

enum News {
    Asked(&'static str),
    Metrics(u32),
    Rows(Vec<Record>),
}

struct Gather(Sender<News>);

impl Sink for Gather {
    fn ask(&mut self, op: &'static Operation) -> BoxFuture<'_, Result<(), Fault>> {
        self.0.send(News::Asked(op.name)).unwrap();
        Box::pin(async { Ok(()) })
    }
    fn bought(&mut self, rows: &[PaidRow]) {
        self.0.send(News::Metrics(rows.iter().map(|b| b.metrics).sum())).unwrap();
    }
    fn page(&mut self, rows: Vec<Record>) -> BoxFuture<'_, Result<(), Fault>> {
        self.0.send(News::Rows(rows)).unwrap();
        Box::pin(async { Ok(()) })
    }
}

impl Account {
    fn open(world: WorldSpec) -> Account {
        let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
        let sandbox = Sandbox::open(world, clock.clone(), 1.0).unwrap();
        let config = GatewayConfig::sandbox(clock.clone(), ALL.operations(), sandbox.http_client());
        Account { gateway: Gateway::new(config), clock }
    }
    fn request(&self, kind: &KindDef, selector: Selector, what: What) -> ListRequest {
        let profile = self.gateway.profiles_in_use()[0].clone();
        let scope = match kind.info.scoping {
            Scoping::Account => Scope::account(profile),
            Scoping::Region => Scope::region(profile, REGION),
        };
        let (gateway, clock) = (self.gateway.clone(), self.clock.clone());
        ListRequest { gateway, scope, selector, what, interner: Interner::default(), clock }
    }
    async fn try_list(&self, kind: &str, selector: Selector, what: What) -> Result<Found, Fault> {
        let def = ALL.kind(kind).unwrap();
        let (send, receive) = channel();
        (def.list)(self.request(def, selector, what), Box::new(Gather(send))).await?;
        let mut found = Found::default();
        for news in receive.try_iter() {
            match news {
                News::Asked(op) => found.asked.push(op),
                News::Metrics(n) => found.metrics += n,
                News::Rows(rows) => found.rows.extend(rows),
            }
        }
        Ok(found)
    }
    async fn list(&self, kind: &str, selector: Selector, what: What) -> Found {
        self.try_list(kind, selector, what).await.unwrap_or_else(|f| panic!("{kind}: {f}"))
    }
    async fn all(&self, kind: &str) -> Vec<Record> {
        self.list(kind, Selector::All, What::Everything).await.rows
    }
}

fn ids<'a>(rows: impl IntoIterator<Item = &'a Record>) -> What {
    What::Ids(rows.into_iter().map(|r| r.id.clone()).collect::<Vec<RowId>>().into())
}

#[tokio::test]
async fn every_kind_that_lists_by_itself_has_rows_in_the_demo_account() {
    let account = Account::open(WorldSpec::Demo);
    for kind in ALL.kinds.iter().map(|d| d.info) {
        if kind.parent.is_some_and(|p| !p.fans_out) || kind.is_paid() || kind.derived.is_some() || kind.takes_text() {
            continue;
        }
        let found = account.list(kind.name, Selector::All, What::Everything).await;
        assert!(!found.rows.is_empty(), "{} is empty", kind.name);
        let unique: BTreeSet<_> = found.rows.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(unique.len(), found.rows.len(), "{}: two rows have one id", kind.name);
        for op in &found.asked {
            assert!(kind.operations.iter().any(|o| o.name == *op), "{} asks for {op} undeclared", kind.name);
        }
        for row in &found.rows {
            assert!(!matches!(row.state, Some((Tone::Unknown, ref s)) if s.is_empty()), "{} {}", kind.name, row.id);
        }
    }
}

/// The values that a field has in some rows, as AWS's filters have it: not each of hundreds.
fn values(rows: &[Record], field: usize) -> BTreeSet<ArcStr> {
    let of = |r: &Record| match r.at(field) {
        Value::Bool(flag) => vec![ArcStr::from(flag.to_string())],
        value => value.items(),
    };
    rows.iter().flat_map(of).take(200).collect()
}

#[tokio::test]
async fn a_filtered_table_has_the_rows_that_the_query_finds_in_all_and_none_else_whatever_the_field() {
    let account = Account::open(WorldSpec::Demo);
    let mut tried = Vec::new();
    for kind in ALL.kinds.iter().map(|d| d.info) {
        let fields: Vec<usize> = (0..kind.fields.len()).filter(|i| kind.fields.at(*i).filter.is_some()).collect();
        if fields.is_empty() {
            continue;
        }
        let whole = account.all(kind.name).await;
        for field in fields {
            let info = kind.fields.at(field);
            for value in values(&whole, field) {
                let selector = Selector::Filter(Filters::of(kind, [(info.name, vec![value.clone()])]).unwrap());
                let found = account.list(kind.name, selector.clone(), What::Everything).await;
                let text = format!("{}={value}", info.name);
                let query = Query::parse(&text, kind).unwrap();
                let ids = |rows: &[Record]| rows.iter().map(|r| r.id.clone()).collect::<BTreeSet<_>>();
                let mut wanted = whole.clone();
                wanted.retain(|r| query.matches(r, account.clock.now()));
                assert_eq!(ids(&found.rows), ids(&wanted), "{} {text}", kind.name);
                if info.filter.is_some_and(|f| f.lower_case) {
                    assert_eq!(value, value.to_lowercase(), "{} {text}", kind.name);
                    assert_eq!(query.filters(kind).map(Selector::Filter), Some(selector.clone()), "{text}");
                }
                tried.push(info.name);
            }
            // A row that passes no more is still asked for by id.
            let none = Selector::Filter(Filters::of(kind, [(info.name, vec!["none-such".into()])]).unwrap());
            let by_id = account.list(kind.name, none, ids(&whole[..1])).await;
            assert_eq!(by_id.rows.first().map(|r| &r.id), Some(&whole[0].id), "{} {}", kind.name, info.name);
        }
    }
    assert!(tried.len() > 30, "{tried:?}");
}

#[tokio::test]
async fn rows_asked_for_by_id_are_the_rows_of_the_whole_list_and_a_missing_one_fails_nothing() {
    let account = Account::open(WorldSpec::Demo);
    for def in ALL.kinds {
        let kind = def.info;
        if kind.parent.is_some_and(|p| !p.fans_out) || kind.is_paid() || kind.derived.is_some() || kind.takes_text() {
            continue;
        }
        let whole = account.all(kind.name).await;
        let two: Vec<&Record> = whole.iter().take(2).collect();
        let found = account.list(kind.name, Selector::All, ids(two.iter().copied())).await.rows;
        let names = |rows: &[Record]| rows.iter().map(|r| r.id.clone()).collect::<BTreeSet<_>>();
        assert_eq!(names(&found), two.iter().map(|r| r.id.clone()).collect(), "{}", kind.name);
    }
    let one = account.all("instances").await.swap_remove(0);
    let with_gone = What::Ids(vec![one.id.clone(), "i-0123456789abcdef0".into()].into());
    for kind in ["instances", "instance-statuses"] {
        let found = account.list(kind, Selector::All, with_gone.clone()).await.rows;
        assert_eq!(found.iter().map(|r| &r.id).collect::<Vec<_>>(), [&one.id], "{kind}");
    }
    let by_filter = [
        "volumes",
        "images",
        "security-groups",
        "security-group-rules",
        "addresses",
        "key-pairs",
        "vpcs",
        "subnets",
        "internet-gateways",
        "route-tables",
        "network-acls",
        "spot-requests",
        "nat-gateways",
        "peerings",
        "endpoints",
        "prefix-lists",
        "dhcp-options",
        "flow-logs",
    ];
    for kind in by_filter {
        let one = account.all(kind).await.swap_remove(0);
        let (prefix, _) = one.id.split_once('-').unwrap();
        let with_gone = What::Ids(vec![format!("{prefix}-0123456789abcdef0").into(), one.id.clone()].into());
        let found = account.list(kind, Selector::All, with_gone).await;
        assert_eq!(found.rows.iter().map(|r| &r.id).collect::<Vec<_>>(), [&one.id], "{kind}");
        assert_eq!(found.asked.len(), 1, "{kind}");
        let many: Vec<RowId> = (0..401).map(|n| format!("{prefix}-{n:017x}").into()).collect();
        let found = account.list(kind, Selector::All, What::Ids(many.into())).await;
        assert_eq!((found.rows.len(), found.asked.len()), (0, 3), "{kind}: a filter takes 200 values");
    }
}

#[tokio::test]
async fn instances_are_read_with_what_plans_need() {
    let rows = Account::open(WorldSpec::Demo).all("instances").await;
    assert!(rows.len() >= 30, "{}", rows.len());
    let state = |s: instance::InstanceState| rows.iter().filter(|r| instance::state(r) == s).count();
    assert!(state(instance::InstanceState::Running) > 0 && state(instance::InstanceState::Stopped) > 0);
    assert!(rows.iter().any(|r| instance::group(r).is_some()), "somebody is in a group");
    assert!(rows.iter().any(instance::is_spot));
    for r in rows.iter().filter(|r| instance::state(r) == instance::InstanceState::Running) {
        assert!(matches!(r.get(&fields::PRIVATE_IP), Value::Ip(_)), "{}", r.id);
        assert!(r.get(&fields::LAUNCHED).as_time().is_some(), "{}", r.id);
        assert!(instance::root_is_ebs(r).is_some(), "{}", r.id);
        if instance::public_ip(r).is_some() {
            assert!(instance::public_ip_is_elastic(r).is_some(), "{}: whose address is it?", r.id);
        }
    }
}

#[tokio::test]
async fn what_costs_and_is_used_by_nothing_stands_out_and_the_rest_says_who_uses_it() {
    let account = Account::open(WorldSpec::Demo);
    let instances = account.all("instances").await;
    let is_instance = |id: &str| instances.iter().any(|i| i.id == id);
    let addresses = account.all("addresses").await;
    let (lone, used): (Vec<&Record>, Vec<_>) = addresses.iter().partition(|a| addresses::is_unattached(a));
    assert_eq!(lone.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["old-vpn"]);
    let nats = account.all("nat-gateways").await;
    let of_nat = |a: &Record| nats.iter().any(|n| n.get(&nat_gateways::ALLOCATIONS).items().contains(&a.id));
    assert!(!used.is_empty() && used.iter().all(|a| addresses::instance(a).is_some_and(is_instance) || of_nat(a)));
    assert!(used.iter().all(|a| addresses::association_id(a).is_some() || of_nat(a)));
    assert!(used.iter().all(|a| addresses::public_ip(a).is_some()));
    assert!(addresses.iter().all(|a| a.get(&addresses::COST).as_f64() == Some(0.005)));
    let volumes = account.all("volumes").await;
    let (lone, used): (Vec<&Record>, Vec<_>) = volumes.iter().partition(|v| volume::instances(v).is_empty());
    assert_eq!(lone.len(), 2, "{lone:?}");
    assert!(lone.iter().all(|v| volume::state(v) == volume::VolumeState::Available));
    for v in used {
        assert_eq!(volume::state(v), volume::VolumeState::InUse);
        assert!(volume::instances(v).iter().all(|i| is_instance(i)), "{v:?}");
        assert!(volume::device(v).is_some() && volume::size_gib(v).is_some() && volume::zone(v).is_some());
    }
}

#[tokio::test]
async fn networks_and_keys_are_what_instances_say_that_they_are_in_and_have() {
    let account = Account::open(WorldSpec::Demo);
    let (vpcs, subnets, keys) =
        (account.all("vpcs").await, account.all("subnets").await, account.all("key-pairs").await);
    assert!(
        vpcs.iter().any(|v| v.get(&vpcs::IS_DEFAULT).as_bool() == Some(true))
            && vpcs.iter().any(|v| v.name == "my-vpc")
    );
    for s in &subnets {
        let vpc =
            vpcs.iter().find(|v| Some(v.id.as_str()) == s.get(&subnets::VPC_ID).as_str()).expect("its VPC is listed");
        assert!(
            !vpc.get(&vpcs::CIDR).items().is_empty()
                && s.get(&subnets::CIDR).is_some()
                && s.get(&subnets::ZONE).is_some()
        );
        assert!(s.get(&subnets::AVAILABLE_IPS).as_int().is_some_and(|n| n > 0), "{s:?}");
    }
    for i in account.all("instances").await.iter().filter(|i| instance::vpc_id(i).is_some()) {
        let subnet = i.get(&fields::SUBNET_ID).as_str().and_then(|id| subnets.iter().find(|s| s.id == id));
        assert_eq!(subnet.and_then(|s| s.get(&subnets::VPC_ID).as_str()), instance::vpc_id(i), "{}", i.id);
        if let Some(key) = i.get(&fields::KEY_NAME).as_str() {
            assert!(keys.iter().any(|k| k.name == key && key_pairs::key_type(k) == Some("rsa")), "{key}");
        }
    }
}

#[tokio::test]
async fn the_table_of_images_has_ones_own_and_shared_ones_and_others_come_by_owner_or_id_only() {
    let account = Account::open(WorldSpec::Demo);
    let names = |rows: &[Record]| {
        let mut names: Vec<String> = rows.iter().map(|r| r.name.to_string()).collect();
        names.sort_unstable();
        names
    };
    let own = ["my-app-ami-2026-10", "my-asg-ec2-ami-0817", "my-asg-ec2-ami-1210", "partner-agent-3.2"];
    let all = account.all("images").await;
    assert_eq!(names(&all), own);
    let deprecated = |r: &&Record| r.get(&images::DEPRECATED).is_some();
    assert_eq!(all.iter().filter(deprecated).map(|r| r.name.as_str()).collect::<Vec<_>>(), ["my-asg-ec2-ami-0817"]);
    let asked = |text: &str| {
        let query = Query::parse(text, &images::INFO).unwrap();
        Selector::Filter(query.filters(&images::INFO).unwrap_or_else(|| panic!("{text} is nothing for AWS")))
    };
    let amazon =
        account.list("images", asked("owner_alias=amazon name=al2023-ami-*-arm64"), What::Everything).await.rows;
    assert_eq!(names(&amazon), ["al2023-ami-2023.9.20261020.0-kernel-6.12-arm64"]);
    let canonical = account.list("images", asked("owner_id=099720109477 name=*noble*"), What::Everything).await;
    assert_eq!((canonical.rows.len(), canonical.asked.len()), (2, 1));
    let windows =
        account.list("images", asked("owner_alias=amazon name=Windows_Server-2025-*"), What::Everything).await;
    assert_eq!(windows.rows.len(), 1, "a name is asked for as it is written");
    let mine = account.list("images", asked("name=my-asg-*"), What::Everything).await;
    assert_eq!(names(&mine.rows), own[1..3], "by its name alone one's own is looked for: anybody may take any name");
    let by_id = account.list("images", asked(&format!("id={}", amazon[0].id)), What::Everything).await;
    assert_eq!(by_id.rows.len(), 1, "who knows the id need not know the owner");
}

#[tokio::test]
async fn versions_of_a_template_say_what_they_changed_and_which_is_the_default() {
    let account = Account::open(WorldSpec::Demo);
    let template = account.all("launch-templates").await.swap_remove(0);
    let parent = Selector::Parent(template.id.clone());
    let rows = account.list("launch-template-versions", parent, What::Everything).await.rows;
    assert_eq!(rows.len(), 3);
    let said = |number: usize| rows[number - 1].get(&launch_template_versions::DIFFERENCES).items();
    assert_eq!((said(1).len(), said(3)), (0, vec![ArcStr::from("Monitoring: + true")]));
    assert!(said(2).iter().any(|d| d.contains("-> t3.micro")), "{:?}", said(2));
    let newest = rows[2].get(&launch_template_versions::VERSION).as_int();
    assert_eq!(newest, template.get(&launch_templates::LATEST_VERSION).as_int());
}

#[tokio::test]
async fn several_hundred_types_are_offered_and_some_are_missing_in_some_zone() {
    let account = Account::open(WorldSpec::Demo);
    let (types, zones) = (account.all("instance-types").await, account.all("instance-type-zones").await);
    assert!(types.len() > 700 && types.len() == zones.len(), "{} {}", types.len(), zones.len());
    let of = |name: &str| zones.iter().find(|z| z.id == name).map(|z| z.get(&instance_type_zones::ZONES).items());
    assert_eq!(of("t2.micro").unwrap(), ["ap-northeast-2a", "ap-northeast-2c"]);
    assert_eq!(of("t3.micro").unwrap().len(), 4);
    let free = |t: &&Record| t.get(&instance_types::FREE_TIER).as_bool() == Some(true);
    assert_eq!(types.iter().filter(free).count(), 6);
    let c7gn = types.iter().find(|t| t.id == "c7gn.xlarge").unwrap();
    assert_eq!(c7gn.get(&instance_types::PURPOSE).as_str(), Some("compute optimized"));
    assert_eq!(c7gn.get(&instance_types::PROCESSOR).as_str(), Some("AWS"));
}

#[tokio::test]
async fn a_security_group_says_who_has_it_and_what_it_opens_to_the_world() {
    let account = Account::open(WorldSpec::Demo);
    let (groups, rules) = (account.all("security-groups").await, account.all("security-group-rules").await);
    let usage = account.all("security-group-usage").await;
    let interfaces = account.all("network-interfaces").await;
    for group in &groups {
        let has = |i: &&Record| i.get(&network_interfaces::SECURITY_GROUP_IDS).items().contains(&group.id);
        let number = interfaces.iter().filter(has).count();
        let row = usage.iter().find(|u| u.id == group.id).expect("each group has its use");
        assert_eq!(row.get(&security_group_usage::INTERFACES).as_int(), Some(number as i64), "{}", group.name);
        let of_it = |out: &str| {
            let of = |r: &&Record| r.get(&security_group_rules::GROUP_ID).as_str() == Some(group.id.as_str());
            let goes = |r: &&Record| r.get(&security_group_rules::DIRECTION).as_str() == Some(out);
            rules.iter().filter(of).filter(goes).count() as i64
        };
        assert_eq!(group.get(&security_groups::INBOUND).as_int(), Some(of_it("inbound")), "{}", group.name);
        assert_eq!(group.get(&security_groups::OUTBOUND).as_int(), Some(of_it("outbound")), "{}", group.name);
    }
    let balancers = account.all("load-balancers").await;
    for id in balancers.iter().flat_map(|b| b.get(&load_balancers::SECURITY_GROUP_IDS).items()) {
        let row = usage.iter().find(|u| u.id == id).expect("a balancer's group has its use");
        let by = row.get(&security_group_usage::USED_BY).items();
        assert!(by.iter().any(|u| u.ends_with("load balancer") || u.ends_with("load balancers")), "{by:?}");
    }
    let bad = |g: &&Record| g.get(&security_groups::OPEN_TO).tone() == Some(Tone::Bad);
    let mut names: Vec<&str> = groups.iter().filter(bad).map(|g| g.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["my-db-migration-sg", "open-by-mistake-sg"]);
}

#[tokio::test]
async fn volumes_of_a_fleet_come_page_by_page() {
    let found = Account::open(WorldSpec::Fleet(2500)).list("volumes", Selector::All, What::Everything).await;
    assert_eq!(found.rows.len(), 2500);
    assert_eq!(found.asked, ["DescribeVolumes"; 3], "pages of 1000");
}

#[tokio::test]
async fn a_fleet_comes_page_by_page() {
    let found = Account::open(WorldSpec::Fleet(2500)).list("instances", Selector::All, What::Everything).await;
    assert_eq!(found.rows.len(), 2500);
    assert_eq!(found.asked, ["DescribeInstances"; 3], "pages of 1000");
}

#[tokio::test]
async fn metrics_are_asked_for_by_instance_only_and_counted_as_charged() {
    let account = Account::open(WorldSpec::Demo);
    let rows = account.all("instances").await;
    let running: Vec<_> =
        rows.iter().filter(|r| instance::state(r) == instance::InstanceState::Running).take(3).collect();
    let found = account.list("instance-metrics", Selector::All, ids(running.iter().copied())).await;
    assert_eq!((found.rows.len(), found.metrics, found.asked.len()), (3, 3, 1));
    assert!(
        found.rows.iter().any(|r| matches!(r.get(&instance_metrics::CPU), Value::Series(s) if s.points.len() == 12))
    );
    let refused = account.try_list("instance-metrics", Selector::All, What::Everything).await;
    assert!(refused.is_err(), "metrics of everything cost money for rows that nobody sees");
    let found = account.list("metrics", Selector::Parent(running[0].id.clone()), What::Everything).await;
    assert_eq!((found.rows.len(), found.metrics), (4, 4));
}

#[tokio::test]
async fn targets_of_one_group_are_among_those_of_all() {
    let account = Account::open(WorldSpec::Demo);
    let all = account.all("targets").await;
    let group = account.all("target-groups").await.into_iter().find(|g| all.iter().any(|t| t.id.contains(&*g.id)));
    let group = group.unwrap();
    let of_one = account.list("targets", Selector::Parent(group.id.clone()), What::Everything).await.rows;
    assert!(!of_one.is_empty() && of_one.len() < all.len());
    assert!(of_one.iter().all(|t| all.iter().any(|a| a.id == t.id)));
}

#[tokio::test]
async fn every_bucket_of_the_account_opens_wherever_it_is() {
    let account = Account::open(WorldSpec::Demo);
    let mut folders = 0;
    for bucket in account.all("buckets").await {
        let rows = account.list("objects", Selector::Parent(bucket.id.clone()), What::Everything).await.rows;
        for row in rows.iter().filter(|r| r.get(&objects::TYPE).as_str() == Some("folder")).take(3) {
            folders += 1;
            let link = (ALL.kind("objects").unwrap().links)(row, &Scope::Global).remove(0);
            let inside = account.list("objects", link.selector, What::Everything).await.rows;
            assert!(!inside.is_empty(), "{} is empty", row.id);
            let again = account.list("objects", Selector::Parent(bucket.id.clone()), ids([row])).await.rows;
            assert_eq!(again.len(), 1, "{}", row.id);
        }
    }
    assert!(folders > 0);
}

#[tokio::test]
async fn facts_have_every_field() {
    let account = Account::open(WorldSpec::Demo);
    let def = ALL.kind("instances").unwrap();
    let row = account.all("instances").await.swap_remove(0);
    let request = account.request(def, Selector::All, What::Everything);
    let json = facts::element(&skydeck::query::Placed(&row, &request.scope), Some("000000000000"));
    assert_eq!((json["region"].as_str(), json["id"].as_str()), (Some(REGION), Some(row.id.as_str())));
    assert_eq!(json["facts"].as_object().unwrap().len(), def.info.fields.len());
}

#[tokio::test]
async fn raw_is_awss_own_answer_cut_to_the_row() {
    let account = Account::open(WorldSpec::Demo);
    let bucket = account.all("buckets").await.swap_remove(0).id;
    let changed = account.all("instances").await.into_iter().find(|r| r.name == "my-asg-ec2").unwrap().id;
    for def in ALL.kinds.iter().filter(|k| k.raw.is_some() && !k.info.side) {
        let (kind, raw) = (def.info.name, def.raw.unwrap());
        let selector = match kind {
            "objects" => Selector::Parent(bucket.clone()),
            "trail" => Selector::Parent(changed.clone()),
            _ => Selector::All,
        };
        let rows = account.list(kind, selector.clone(), What::Everything).await.rows;
        for row in rows.iter().take(3) {
            let request = account.request(def, selector.clone(), What::Everything);
            let answer = raw(request, row.id.clone()).await.unwrap_or_else(|f| panic!("{kind} {}: {f}", row.id));
            let [part] = answer.parts.as_slice() else { panic!("{kind}: {answer:?}") };
            let op = def.info.operations[0];
            let came = &part.came;
            assert!(came.title.starts_with(&format!("{} {}", op.service.cli(), op.name)), "{kind}: {}", came.title);
            assert!(came.title.contains("  "), "{kind} is not cut to the row: {}", came.title);
            let [json, _] = part.cli.as_ref().unwrap_or_else(|| panic!("{kind}: not as the AWS CLI prints it"));
            assert!(json.title.ends_with("[]") || kind == "objects", "{kind} is not cut to the row: {}", json.title);
            let text = came.lines.join("\n");
            let own = row.kind.index_of("id").and_then(|i| row.at(i).as_str()).unwrap_or(&row.name);
            // A version has no id of AWS's.
            let own = if kind == "launch-template-versions" { &row.name } else { own };
            // An entry of a network ACL has none either: what comes is its ACL.
            let has_none = matches!(kind, "objects" | "network-acl-entries");
            assert!(text.contains(own) || has_none, "{kind} without {own}: {text}");
        }
    }
}

fn tag(row: &Record, key: &str) -> Option<String> {
    row.tag(key).map(ToString::to_string)
}

#[tokio::test]
async fn tags_that_come_from_a_call_of_their_own_are_those_of_the_row() {
    let account = Account::open(WorldSpec::Demo);
    for (kind, of, operation) in [
        ("load-balancer-tags", "load-balancers", "DescribeTags"),
        ("target-group-tags", "target-groups", "DescribeTags"),
        ("bucket-tags", "buckets", "GetBucketTagging"),
        ("alarm-tags", "alarms", "ListTagsForResource"),
    ] {
        let rows = account.all(of).await;
        let all = account.list(kind, Selector::All, What::Everything).await;
        assert_eq!(all.rows.len(), rows.len(), "{kind}: each has an answer, also without tags");
        assert!(all.rows.iter().any(|r| !r.tags.is_empty()), "{kind}");
        let some = account.list(kind, Selector::All, ids(rows.iter().take(2))).await;
        assert_eq!(some.rows.len(), 2, "{kind}");
        let calls = some.asked.iter().filter(|o| **o == operation).count();
        assert_eq!(calls, if operation == "DescribeTags" { 1 } else { 2 }, "{kind}");
        // One that is gone fails no other.
        let gone = match of {
            "load-balancers" => rows[0].id.replace("loadbalancer/app/", "loadbalancer/app/x"),
            "target-groups" => rows[0].id.replace("targetgroup/", "targetgroup/x"),
            _ => "no-such-thing".into(),
        };
        let with_gone = What::Ids(vec![gone.into(), rows[0].id.clone()].into());
        let found = account.list(kind, Selector::All, with_gone).await.rows;
        assert_eq!(found.iter().map(|r| &r.id).collect::<Vec<_>>(), [&rows[0].id], "{kind}");
    }
    let buckets = account.all("bucket-tags").await;
    assert!(buckets.iter().any(|r| tag(r, "Retention").as_deref() == Some("1y")));
}

#[tokio::test]
async fn disks_and_protection_of_an_instance_are_read_as_a_plan_needs_them() {
    let account = Account::open(WorldSpec::Demo);
    let rows = account.all("instances").await;
    let with_disk = rows.iter().filter(|r| !instance::volumes(r).is_empty()).take(3).collect::<Vec<_>>();
    let disks = account.list("instance-volumes", Selector::All, ids(with_disk.iter().copied())).await;
    assert_eq!((disks.rows.len(), disks.asked.len()), (3, 1));
    for (disks, instance) in disks.rows.iter().zip(&with_disk) {
        let ids = disks.get(&instance_volumes::DISKS).items();
        assert_eq!((&disks.id, ids.len()), (&instance.id, instance::volumes(instance).len()));
        assert!(ids[0].starts_with(instance::volumes(instance)[0].as_str()) && ids[0].contains("GiB"), "{}", ids[0]);
        assert!(disks.get(&instance_volumes::COST).as_f64().is_some_and(|c| c > 0.0));
    }
    let all = account.all("instance-volumes").await;
    assert!(all.len() > 3 && all.iter().all(|r| !r.get(&instance_volumes::DISKS).items().is_empty()));
    let shields = account.list("instance-protection", Selector::All, ids(rows.iter())).await;
    assert!(
        shields.rows.iter().any(|r| r.get(&instance_protection::TERMINATION).as_bool() == Some(true)),
        "the demo has a protected one"
    );
    assert!(shields.rows.iter().any(|r| r.get(&instance_protection::TERMINATION).as_bool() == Some(false)));
    assert_eq!(shields.asked.len(), 2 * rows.len());
}
