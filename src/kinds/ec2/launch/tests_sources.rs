//! Launches, templates and versions that are made after something.

use arcstr::ArcStr;

use super::*;
use crate::base::{Fault, Secret, Time};
use crate::kinds::action::Target;
use crate::kinds::autoscaling::auto_scaling_groups as groups;
use crate::kinds::ec2::instances::fields as i;
use crate::kinds::ec2::launch_template_versions as versions;
use crate::kinds::ec2::template_fields as t;
use crate::kinds::ec2::{
    images, instance_types, instance_user_data, key_pairs, launch_templates, security_groups, subnets, volumes, vpcs,
};
use crate::kinds::testing::{Rows, row, texts};
use crate::model::{Arg, Confirm, FormField, FormSpec, FormValue, Plan, Record, RowEdit, Selector, Value, Values};

const ID: &str = "lt-0a1";

fn version(n: i64, state: &str, with: impl FnOnce(crate::kinds::testing::Row) -> crate::kinds::testing::Row) -> Record {
    let row = row(&versions::INFO, &format!("{ID}:{n}"), "web", state)
        .with(&versions::DEFAULT, Value::text(state))
        .with(&versions::TEMPLATE_ID, Value::text(ID))
        .with(&versions::VERSION, Value::Int(n))
        .with(&versions::IMAGE_ID, Value::Empty)
        .with(&versions::TYPE, Value::Empty)
        .with(&versions::KEY_NAME, Value::Empty)
        .with(&versions::SECURITY_GROUP_IDS, Value::Empty)
        .with(&versions::PROFILE, Value::Empty)
        .with(&versions::USER_DATA, Value::Bool(false))
        .with(&t::SUBNET_ID, Value::Empty)
        .with(&t::PUBLIC_IP, Value::Empty)
        .with(&t::INTERFACES, Value::Int(0))
        .with(&t::REQUIREMENTS, Value::Bool(false))
        .with(&t::DISKS, Value::Empty)
        .with(&t::LAUNCH_TAGS, Value::Empty);
    with(row).record()
}

/// A VPC, two subnets, a group, a key, images of two architectures, and the versions of one template.
fn account(all: Vec<Record>) -> Rows {
    let mut rows = Rows::default();
    let vpc = |id: &str, is| row(&vpcs::INFO, id, "", "available").with(&vpcs::IS_DEFAULT, Value::Bool(is)).record();
    rows.complete(&vpcs::INFO, Selector::All, vec![vpc("vpc-1", true), vpc("vpc-2", false)]);
    let subnet = |id: &str, zone: &str| {
        row(&subnets::INFO, id, "", "available")
            .with(&subnets::VPC_ID, Value::text("vpc-1"))
            .with(&subnets::ZONE, Value::text(zone))
            .with(&subnets::AVAILABLE_IPS, Value::Int(9))
            .record()
    };
    let other = row(&subnets::INFO, "subnet-9", "", "available").with(&subnets::VPC_ID, Value::text("vpc-2")).record();
    rows.complete(&subnets::INFO, Selector::All, vec![subnet("subnet-a", "r-1a"), subnet("subnet-b", "r-1b"), other]);
    let group = |id: &str, vpc: &str, is_default| {
        row(&security_groups::INFO, id, id, "")
            .with(&security_groups::VPC_ID, Value::text(vpc))
            .with(&security_groups::IS_DEFAULT, Value::Bool(is_default))
            .record()
    };
    let groups = vec![group("sg-1", "vpc-1", true), group("sg-2", "vpc-1", false), group("sg-9", "vpc-2", false)];
    rows.complete(&security_groups::INFO, Selector::All, groups);
    let image = |id: &str, architecture: &str| {
        row(&images::INFO, id, id, "available")
            .with(&images::ARCHITECTURE, Value::text(architecture))
            .with(&images::ROOT_SIZE, Value::Int(8))
            .with(&images::ROOT_DEVICE, Value::text("/dev/xvda"))
            .with(&images::CREATED, Value::Time(Time::from_secs(1)))
            .record()
    };
    rows.complete(&images::INFO, Selector::All, vec![image("ami-1", "x86_64"), image("ami-2", "arm64")]);
    let ty = |name: &str, architecture: &str| {
        row(&instance_types::INFO, name, name, "")
            .with(&instance_types::ARCHITECTURES, texts(&[architecture]))
            .with(&instance_types::ZONES, texts(&["r-1a", "r-1b"]))
            .with(&instance_types::PRICE, Value::Float(0.0104))
            .record()
    };
    let types = vec![ty("t3.micro", "x86_64"), ty("t3.small", "x86_64"), ty("t4g.micro", "arm64")];
    rows.complete(&instance_types::INFO, Selector::All, types);
    rows.complete(&key_pairs::INFO, Selector::All, vec![row(&key_pairs::INFO, "key-1", "mine", "").record()]);
    let latest = all.iter().filter_map(|r| r.get(&versions::VERSION).as_int()).max().unwrap_or(1);
    let template = row(&launch_templates::INFO, ID, "web", "")
        .with(&launch_templates::DEFAULT_VERSION, Value::Int(1))
        .with(&launch_templates::LATEST_VERSION, Value::Int(latest))
        .record();
    rows.complete(&launch_templates::INFO, Selector::All, vec![template]);
    rows.complete(&versions::INFO, Selector::Parent(ID.into()), all);
    let group = row(&groups::INFO, "asg", "asg", "steady")
        .with(&groups::fields::LAUNCH_TEMPLATE, Value::text("web"))
        .with(&groups::fields::LAUNCH_TEMPLATE_VERSION, Value::text("$Latest"))
        .record();
    rows.complete(&groups::INFO, Selector::All, vec![group]);
    rows
}

/// A version that gives nearly everything, with a network interface.
fn whole(n: i64, state: &str) -> Record {
    version(n, state, |r| {
        r.with(&versions::IMAGE_ID, Value::text("ami-1"))
            .with(&versions::TYPE, Value::text("t3.small"))
            .with(&versions::KEY_NAME, Value::text("mine"))
            .with(&versions::SECURITY_GROUP_IDS, texts(&["sg-2"]))
            .with(&t::SUBNET_ID, Value::text("subnet-a"))
            .with(&t::PUBLIC_IP, Value::Bool(true))
            .with(&t::INTERFACES, Value::Int(1))
            .with(&t::IMDS, Value::text("required"))
            .with(&t::MONITORING, Value::Bool(true))
            .with(&t::PROTECTION, Value::Bool(true))
            .with(&versions::USER_DATA, Value::Bool(true))
            .with(
                &t::DISKS,
                texts(&["/dev/xvda size=20 type=gp3 throughput=250 encrypted=true delete=true snapshot=snap-1"]),
            )
            .with(&t::LAUNCH_TAGS, texts(&["instance Env=prod", "instance Name=web", "network-interface Env=prod"]))
    })
}

fn values(all: &[(&str, &str)]) -> Values {
    let value = |v: &str| match v {
        "yes!" => FormValue::Flag(true),
        "no!" => FormValue::Flag(false),
        v => FormValue::Text(v.into()),
    };
    Values(all.iter().map(|(k, v)| ((*k).into(), value(v))).collect())
}

fn the<'a>(spec: &'a FormSpec, name: &str) -> &'a FormField {
    spec.fields.iter().find(|f| f.name == name).unwrap_or_else(|| panic!("no field {name}"))
}

fn launched(rows: &Rows, given: &[(&str, &str)]) -> Result<Plan, Fault> {
    LAUNCH.planned(&rows.context(&[]), &values(given))
}

fn args(plan: &Plan) -> Vec<&'static str> {
    plan.steps[0].call.args.iter().map(|(name, _)| *name).collect()
}

fn made<'a>(plan: &'a Plan, name: &str) -> Option<&'a Arg> {
    plan.steps[0].call.get(name)
}

#[test]
fn what_a_template_gives_is_not_said_again() {
    let rows = account(vec![whole(1, "default"), whole(2, "latest")]);
    let plan = launched(&rows, &[("template", ID)]).expect("a plan");
    assert_eq!(args(&plan), ["LaunchTemplate", "MinCount", "MaxCount", "ClientToken"]);
    let named = vec![("LaunchTemplateId", Arg::str(ID)), ("Version", Arg::str("$Default"))];
    assert_eq!(made(&plan, "LaunchTemplate"), Some(&Arg::Map(named)));
    assert_eq!(plan.confirm(), Confirm::Enter);
    assert!(plan.title.contains("t3.small"), "{}", plan.title);
    assert!(plan.cost.as_ref().is_some_and(|c| c.to_string().contains("20 GiB")), "{:?}", plan.cost);
    let spec = (LAUNCH.refine)(&rows.context(&[]), &values(&[("template", "web"), ("template_version", "2")]));
    for (name, says) in
        [("type", "t3.small"), ("image", "ami-1"), ("key", "mine"), ("groups", "sg-2"), ("subnet", "subnet-a")]
    {
        let crate::model::FormInput::Pick(pick) = &the(&spec, name).input else { panic!("{name}") };
        let value = FormValue::Text(pick.also[0].value.clone());
        assert_eq!(
            (&the(&spec, name).value, &pick.also[0].label),
            (&value, &arcstr::format!("from the template: {says}"))
        );
    }
    let plan =
        launched(&rows, &[("template", "web"), ("template_version", "latest"), ("name", "two")]).expect("a plan");
    assert!(format!("{:?}", made(&plan, "LaunchTemplate")).contains("$Latest"));
}

#[test]
fn what_is_typed_over_a_template_is_said_so_that_nothing_else_of_it_is_lost() {
    let rows = account(vec![whole(1, "default, latest")]);
    let over = [("template", ID), ("type", "t3.micro"), ("groups", "sg-1"), ("protect", "no!"), ("name", "other")];
    let plan = launched(&rows, &over).expect("a plan");
    assert_eq!(
        args(&plan),
        [
            "LaunchTemplate",
            "InstanceType",
            "NetworkInterfaces",
            "DisableApiTermination",
            "TagSpecifications",
            "MinCount",
            "MaxCount",
            "ClientToken"
        ]
    );
    assert_eq!(made(&plan, "DisableApiTermination"), Some(&Arg::Bool(false)));
    // The interface keeps its subnet and address, since an instance-level group beside it is refused.
    let interface = vec![
        ("DeviceIndex", Arg::Int(0)),
        ("AssociatePublicIpAddress", Arg::Bool(true)),
        ("SubnetId", Arg::str("subnet-a")),
        ("Groups", Arg::strs(["sg-1"])),
    ];
    assert_eq!(made(&plan, "NetworkInterfaces"), Some(&Arg::List(vec![Arg::Map(interface)])));
    let tags = format!("{:?}", made(&plan, "TagSpecifications"));
    assert!(tags.contains("\"other\"") && tags.contains("\"prod\"") && !tags.contains("\"web\""), "{tags}");
    // A disk that is edited is said with what the table does not show of it.
    let to = ["/dev/xvda", "40", "gp3", "", "yes", "yes"].map(ArcStr::from).to_vec();
    let from = ["/dev/xvda", "20", "gp3", "", "yes", "yes"].map(ArcStr::from).to_vec();
    let edit = RowEdit::Change { key: "/dev/xvda".into(), from, to };
    let with = values(&[("template", ID)]).with("disk", FormValue::Rows(vec![edit]));
    let plan = LAUNCH.planned(&rows.context(&[]), &with).expect("a plan");
    let disk = format!("{:?}", made(&plan, "BlockDeviceMappings"));
    assert!(disk.contains("snap-1") && disk.contains("Int(40)") && disk.contains("Int(250)"), "{disk}");
}

#[test]
fn a_template_that_cannot_be_launched_says_so_at_its_field() {
    let rows = account(vec![
        version(1, "default", |r| r.with(&versions::SECURITY_GROUP_IDS, texts(&["sg-2"]))),
        version(2, "latest", |r| {
            r.with(&versions::IMAGE_ID, Value::text("ami-1")).with(&t::REQUIREMENTS, Value::Bool(true))
        }),
        version(3, "other", |r| {
            r.with(&versions::IMAGE_ID, Value::text("ami-2"))
                .with(&versions::TYPE, Value::text("t3.micro"))
                .with(&versions::KEY_NAME, Value::text("mine"))
                .with(&t::MARKET, Value::text("spot"))
        }),
    ]);
    for (given, field, says) in [
        (&[("template", ID)][..], "image", "The template has no image"),
        (&[("template", ID), ("image", "ami-1"), ("public_ip", "yes")], "public_ip", "InvalidParameterCombination"),
        (
            &[("template", ID), ("template_version", "7")],
            "template_version",
            "There is no version 7: versions are 1 to 3.",
        ),
        (&[("template", ID), ("template_version", "newest")], "template_version", "newest is not a version"),
        (&[("template", ID), ("template_version", "2")], "type", "by requirements"),
        (&[("template", ID), ("template_version", "3")], "type", "Its architecture is x86_64; the image's is arm64."),
        (&[("template", ID), ("template_version", "3"), ("key", "none")], "key", "The template sets mine"),
        (&[("template", ID), ("template_version", "3"), ("spot", "no!")], "spot", "asks for Spot"),
        (&[("template", "wep")], "template", "wep is not one of the launch templates"),
        (&[("template", ID), ("groups", "template,sg-1")], "groups", "choose one or the other"),
    ] {
        let spec = (LAUNCH.refine)(&rows.context(&[]), &values(given));
        let error = the(&spec, field).error.clone().unwrap_or_default();
        assert!(error.contains(says), "{given:?}: {error:?}");
    }
    // With an image it can: the type is proposed, since the template has none.
    let plan = launched(&rows, &[("template", ID), ("image", "ami-1")]).expect("a plan");
    assert_eq!(args(&plan), ["LaunchTemplate", "ImageId", "InstanceType", "MinCount", "MaxCount", "ClientToken"]);
}

#[test]
fn groups_of_another_vpc_than_the_default_one_want_a_subnet_of_theirs() {
    let rows = account(vec![version(1, "default, latest", |r| {
        r.with(&versions::IMAGE_ID, Value::text("ami-1"))
            .with(&versions::TYPE, Value::text("t3.micro"))
            .with(&versions::SECURITY_GROUP_IDS, texts(&["sg-9"]))
    })]);
    let spec = (LAUNCH.refine)(&rows.context(&[]), &values(&[("template", ID)]));
    assert!(the(&spec, "subnet").error.as_ref().is_some_and(|e| e.contains("The template has no subnet")), "{spec:?}");
    let plan = launched(&rows, &[("template", ID), ("subnet", "subnet-9")]).expect("a plan");
    assert_eq!(args(&plan), ["LaunchTemplate", "SubnetId", "MinCount", "MaxCount", "ClientToken"]);
    // With a group and a subnet of the default VPC it goes there.
    let there = [("template", ID), ("vpc", "vpc-1"), ("groups", "sg-1")];
    assert!(launched(&rows, &there).is_ok());
    // A version may leave it to the launch.
    let template = [rows.target(&launch_templates::INFO, row(&launch_templates::INFO, ID, "web", "").record())];
    assert!(NEW_VERSION.planned(&rows.context(&template), &values(&[("type", "t3.small")])).is_ok());
}

#[test]
fn versions_that_are_not_there_yet_are_asked_for_and_nothing_is_planned() {
    let mut rows = Rows::default();
    rows.complete(&launch_templates::INFO, Selector::All, vec![row(&launch_templates::INFO, ID, "web", "").record()]);
    let spec = (LAUNCH.refine)(&rows.context(&[]), &values(&[("template", ID)]));
    assert!(spec.needs.iter().any(|k| k.kind.name == "launch-template-versions"), "{:?}", spec.needs);
    assert!(launched(&rows, &[("template", ID)]).is_err_and(|f| f.message.contains("loading")));
}

fn instance(rows: &mut Rows) -> Target {
    let record = row(&instances::INFO, "i-1", "web-1", "running")
        .with(&i::IMAGE_ID, Value::text("ami-1"))
        .with(&i::TYPE, Value::text("t3.small"))
        .with(&i::VPC_ID, Value::text("vpc-1"))
        .with(&i::SUBNET_ID, Value::text("subnet-b"))
        .with(&i::PUBLIC_IP, Value::text("203.0.113.9"))
        .with(&i::ELASTIC_IPS, Value::Empty)
        .with(&i::KEY_NAME, Value::text("mine"))
        .with(&i::SECURITY_GROUP_IDS, texts(&["sg-1", "sg-2"]))
        .with(&i::PROFILE, Value::text("arn:aws:iam::123456789012:instance-profile/web"))
        .with(&i::IMDS, Value::text("v1 and v2"))
        .with(&i::MONITORING, Value::text("enabled"))
        .tags(&[("Name", "web-1"), ("Env", "prod"), ("aws:autoscaling:groupName", "asg")])
        .record();
    let disk = |id: &str, device: &str, gib: i64| {
        use crate::kinds::ec2::volumes::fields as v;
        row(&volumes::INFO, id, "", "in-use")
            .with(&v::INSTANCES, texts(&["i-1"]))
            .with(&v::DEVICE, Value::text(device))
            .with(&v::SIZE_GIB, Value::Int(gib))
            .with(&v::TYPE, Value::text("gp3"))
            .with(&v::IOPS, Value::Int(3000))
            .with(&v::ENCRYPTED, Value::Bool(true))
            .with(&v::DELETE_ON_TERMINATION, Value::Bool(device != "/dev/sdf"))
            .record()
    };
    rows.complete(&volumes::INFO, Selector::All, vec![disk("vol-2", "/dev/sdf", 100), disk("vol-1", "/dev/xvda", 30)]);
    let data = row(&instance_user_data::INFO, "i-1", "", "")
        .with(&instance_user_data::SIZE, Value::Bytes(4))
        .with(&instance_user_data::TEXT, Value::Secret(std::sync::Arc::new(Secret::new("#!/x".into()))))
        .record();
    rows.complete(&instance_user_data::INFO, Selector::All, vec![data]);
    rows.target(&instances::INFO, record)
}

#[test]
fn a_launch_like_an_instance_says_all_that_is_known_of_it() {
    let mut rows = account(vec![whole(1, "default, latest")]);
    let target = [instance(&mut rows)];
    let plan = LAUNCH_MORE.planned(&rows.context(&target), &Values::default()).expect("a plan");
    assert_eq!((plan.action, plan.title.as_str()), ("launch-more", "Launch a t3.small as web-1"));
    let said: Vec<_> = ["ImageId", "InstanceType", "KeyName"].iter().map(|n| made(&plan, n).cloned()).collect();
    assert_eq!(said, [Some(Arg::str("ami-1")), Some(Arg::str("t3.small")), Some(Arg::str("mine"))]);
    let interface = vec![
        ("DeviceIndex", Arg::Int(0)),
        ("AssociatePublicIpAddress", Arg::Bool(true)),
        ("SubnetId", Arg::str("subnet-b")),
        ("Groups", Arg::strs(["sg-1", "sg-2"])),
    ];
    assert_eq!(made(&plan, "NetworkInterfaces"), Some(&Arg::List(vec![Arg::Map(interface)])));
    let disks = format!("{:?}", made(&plan, "BlockDeviceMappings"));
    assert!(disks.find("/dev/sdf").zip(disks.find("/dev/xvda")).is_some_and(|(a, b)| a < b), "{disks}");
    assert!(disks.contains("Int(100)") && disks.contains("Int(30)") && !disks.contains("Iops"), "{disks}");
    assert!(made(&plan, "UserData").is_some_and(|d| d.as_bytes().is_some_and(|b| b.as_ref() == b"#!/x")));
    assert_eq!(made(&plan, "MetadataOptions"), Some(&Arg::Map(vec![("HttpTokens", Arg::str("optional"))])));
    assert_eq!(made(&plan, "Monitoring"), Some(&Arg::Map(vec![("Enabled", Arg::Bool(true))])));
    let tags = format!("{:?}", made(&plan, "TagSpecifications"));
    assert!(tags.contains("Env") && tags.contains("web-1") && !tags.contains("aws:"), "{tags}");
    // Typed over, it is another.
    let plan = LAUNCH_MORE
        .planned(&rows.context(&target), &values(&[("name", "web-2"), ("public_ip", "subnet")]))
        .expect("a plan");
    assert_eq!(made(&plan, "SubnetId"), Some(&Arg::str("subnet-b")));
    assert!(format!("{:?}", made(&plan, "TagSpecifications")).contains("web-2"));
}

#[test]
fn disks_of_an_instance_that_are_not_known_are_asked_for_and_said_to_be_unknown() {
    let mut rows = account(Vec::new());
    let target = [instance(&mut rows)];
    rows.store = account(Vec::new()).store;
    let spec = (LAUNCH_MORE.refine)(&rows.context(&target), &Values::default());
    assert!(spec.needs.iter().any(|k| k.kind.name == "volumes" && k.selector != Selector::All), "{:?}", spec.needs);
    assert!(spec.needs.iter().any(|k| k.kind.name == "instance-user-data"), "{:?}", spec.needs);
    assert_eq!(the(&spec, "disk").facts, "The instance's own user data are loading.");
}

#[test]
fn images_and_templates_are_launched_from_their_own_rows() {
    let rows = account(vec![whole(1, "default"), whole(2, "latest")]);
    let image = rows.target(
        &images::INFO,
        rows.store.get(&TableKeyOf::all(&rows, &images::INFO), "ami-2").cloned().map(|r| (*r).clone()).expect("a row"),
    );
    let plan = LAUNCH_IMAGE.planned(&rows.context(&[image]), &Values::default()).expect("a plan");
    assert_eq!(
        (made(&plan, "ImageId"), made(&plan, "InstanceType")),
        (Some(&Arg::str("ami-2")), Some(&Arg::str("t4g.micro")))
    );
    let template = rows.target(&launch_templates::INFO, row(&launch_templates::INFO, ID, "web", "").record());
    let plan = LAUNCH_TEMPLATE.planned(&rows.context(&[template]), &Values::default()).expect("a plan");
    assert!(format!("{:?}", made(&plan, "LaunchTemplate")).contains("$Default"));
    let version = rows.target(&versions::INFO, whole(2, "latest"));
    let plan = LAUNCH_VERSION.planned(&rows.context(&[version]), &Values::default()).expect("a plan");
    assert!(format!("{:?}", made(&plan, "LaunchTemplate")).contains("\"2\""));
}

/// The key of a whole table.
struct TableKeyOf;

impl TableKeyOf {
    fn all(rows: &Rows, kind: &'static crate::model::KindInfo) -> crate::model::TableKey {
        crate::model::TableKey::all(rows.scope.clone(), crate::model::Kind(kind))
    }
}

fn data(plan: &Plan) -> &Arg {
    made(plan, "LaunchTemplateData").expect("data")
}

fn members(arg: &Arg) -> Vec<&'static str> {
    if let Arg::Map(m) = arg { m.iter().map(|(k, _)| *k).collect() } else { Vec::new() }
}

#[test]
fn a_template_says_what_was_chosen_and_leaves_the_rest_to_the_launch() {
    let rows = account(vec![whole(1, "default, latest")]);
    let none = [("name", "three"), ("image", "none"), ("type", "none"), ("key", "none"), ("instance_name", "web")];
    let plan = CREATE_TEMPLATE.planned(&rows.context(&[]), &values(&none)).expect("a plan");
    assert_eq!(plan.steps[0].call.op.name, "CreateLaunchTemplate");
    assert_eq!(members(data(&plan)), ["MetadataOptions", "TagSpecifications"]);
    let some = [("name", "four"), ("image", "ami-1"), ("subnet", "subnet-a"), ("groups", "sg-2"), ("key", "mine")];
    let with = values(&some).with("user_data", FormValue::Secret(Secret::new("#!/x".into())));
    let plan = CREATE_TEMPLATE.planned(&rows.context(&[]), &with).expect("a plan");
    // A template's data know a subnet in an interface alone, and user data in base64.
    assert_eq!(
        members(data(&plan)),
        [
            "ImageId",
            "InstanceType",
            "KeyName",
            "NetworkInterfaces",
            "BlockDeviceMappings",
            "UserData",
            "MetadataOptions"
        ]
    );
    assert!(data(&plan).member("UserData").is_some_and(|d| d.as_bytes().is_some_and(|b| b.as_ref() == b"IyEveA==")));
    assert!(!format!("{plan:?}").contains("IyEveA"), "user data are a secret");
    let undo = plan.steps[0].undo.as_ref().expect("a way back");
    assert_eq!(undo.call.op.name, "DeleteLaunchTemplate");
    for (name, says) in [("web", "AlreadyExistsException"), ("a", "Use 3 to 128"), ("a b c", "is not allowed")] {
        let spec = (CREATE_TEMPLATE.refine)(&rows.context(&[]), &values(&[("name", name)]));
        assert!(the(&spec, "name").error.as_ref().is_some_and(|e| e.contains(says)), "{name}");
    }
}

#[test]
fn a_template_of_an_instance_is_called_after_it_and_gives_its_name() {
    let mut rows = account(vec![whole(1, "default, latest")]);
    let target = [instance(&mut rows)];
    let plan = TEMPLATE_OF_INSTANCE.planned(&rows.context(&target), &Values::default()).expect("a plan");
    assert_eq!((plan.action, made(&plan, "LaunchTemplateName")), ("create-template", Some(&Arg::str("web-1"))));
    let tags = format!("{:?}", data(&plan).member("TagSpecifications"));
    assert!(tags.contains("web-1") && tags.contains("prod"), "{tags}");
    assert!(data(&plan).member("NetworkInterfaces").is_some() && data(&plan).member("SecurityGroupIds").is_none());
}

#[test]
fn a_new_version_says_what_is_otherwise_and_keeps_its_sources_snapshots() {
    let rows = account(vec![whole(1, "default"), whole(2, "latest")]);
    let of = |kind, record| [rows.target(kind, record)];
    let template = of(&launch_templates::INFO, row(&launch_templates::INFO, ID, "web", "").record());
    let given = values(&[("type", "t3.micro"), ("description", "small"), ("make_default", "yes!")]);
    let plan = NEW_VERSION.planned(&rows.context(&template), &given).expect("a plan");
    let names: Vec<_> = plan.steps.iter().map(|s| s.call.op.name).collect();
    assert_eq!(names, ["CreateLaunchTemplateVersion", "ModifyLaunchTemplate"]);
    assert_eq!(made(&plan, "SourceVersion"), Some(&Arg::str("1")));
    assert_eq!(
        members(data(&plan)),
        ["InstanceType", "BlockDeviceMappings"],
        "does not take snapshots from its source"
    );
    assert!(format!("{:?}", data(&plan)).contains("snap-1"));
    assert_eq!(plan.steps[1].call.get("DefaultVersion"), Some(&Arg::out(0, "LaunchTemplateVersion.VersionNumber")));
    let back: Vec<_> = plan.steps.iter().map(|s| s.undo.as_ref().expect("a way back").call.op.name).collect();
    assert_eq!(back, ["DeleteLaunchTemplateVersions", "ModifyLaunchTemplate"]);
    assert!(
        plan.consequences.iter().any(|c| c.text.contains("Auto Scaling group asg ($Latest) launches from it")),
        "{:?}",
        plan.consequences
    );
    let version = of(&versions::INFO, whole(2, "latest"));
    let plan = VERSION_OF_VERSION.planned(&rows.context(&version), &values(&[("type", "t3.micro")])).expect("a plan");
    assert_eq!(made(&plan, "SourceVersion"), Some(&Arg::str("2")));
    let plain = account(vec![version_without_disks()]);
    let same = NEW_VERSION.planned(&plain.context(&template), &Values::default());
    assert!(same.is_err_and(|f| f.message.contains("the same as version 1")));
}

fn version_without_disks() -> Record {
    version(1, "default, latest", |r| r.with(&versions::IMAGE_ID, Value::text("ami-1")))
}
