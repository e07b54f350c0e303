//! Images, launch templates and instance types.

use arcstr::ArcStr;
use skydeck::kinds::What;
use skydeck::kinds::ec2::{images, instance_type_zones, instance_types, launch_template_versions, launch_templates};
use skydeck::model::{Record, Selector};
use skydeck::query::Query;
use skydeck::sandbox::WorldSpec;

use super::Account;

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
