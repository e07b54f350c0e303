//! What is made and edited: security groups and their rules.

use crate::support::desk::{Desk, Start};

/// Sizes and themes in which a form has to look right.
const LOOKS: [((u16, u16), &str, &str); 3] =
    [((80, 24), "light", "80x24-light"), ((120, 40), "dark", "120x40-dark"), ((80, 24), "mono", "80x24-mono")];

#[test]
fn rules_are_edited_in_a_table_and_reviewed_as_a_difference() {
    for (size, theme, at) in LOOKS {
        let mut desk =
            Desk::start(Start { size, theme, view: "security-groups name=my-bastion-host-sg", ..Start::default() });
        desk.go("rules").screen(&format!("rules-{at}")).sees("inbound").sees("my-ip");
        // A preset from the menu, found by typing.
        desk.keys("p").text_in("https").keys("enter").settle();
        desk.screen(&format!("rules-edited-{at}")).sees("authorize 1");
        desk.keys("A").settle();
        desk.screen(&format!("rules-plan-{at}")).sees("authorize-security-group-ingress");
        desk.keys("enter").settle();
        assert_eq!(desk.log.count("AuthorizeSecurityGroupIngress"), 1, "{}", desk.text());
    }
}

#[test]
fn rules_are_written_in_the_palette_and_what_is_wrong_is_said_at_its_cell() {
    let mut desk = Desk::start(Start { view: "security-groups name=my-bastion-host-sg", ..Start::default() });
    desk.go("rules +ports=5432,source=anywhere").sees("PostgreSQL is opened to the whole internet").sees("Type");
    desk.keys("esc");
    desk.go("rules +ports=70000,source=my-ip").sees("70000 is not a port");
    desk.keys("ctrl-c");
    desk.go("create-security-group name=shop ssh http")
        .screen("create-security-group-plan")
        .sees("203.0.113.7/32")
        .keys("enter")
        .settle();
    assert_eq!(desk.log.count("CreateSecurityGroup"), 1, "{}", desk.text());
    desk.go("security-groups name=shop").sees("shop");
}

#[test]
fn nothing_of_it_is_sent_where_nothing_may_be_changed() {
    let mut desk =
        Desk::start(Start { read_only: true, view: "security-groups name=my-bastion-host-sg", ..Start::default() });
    desk.go("rules +ports=443,source=anywhere").sees("Read-only").keys("enter");
    assert_eq!(desk.log.writes(), []);
}

#[test]
fn the_launch_form_fits_with_its_defaults() {
    for (size, theme, at) in LOOKS {
        let mut desk = Desk::start(Start { size, theme, view: "instances", ..Start::default() });
        desk.keys("a").screen(&format!("launch-menu-{at}")).keys("enter").settle();
        desk.screen(&format!("launch-form-{at}")).sees("Amazon Linux 2023").keys("right").settle();
        desk.screen(&format!("launch-web-{at}")).sees("web-sg");
        // Every field, the folded ones among them: more than twenty-five.
        desk.keys("shift-tab shift-tab enter").settle();
        let Some(skydeck::app::Overlay::Form(form)) = desk.engine.state.overlays.last() else { panic!("no form") };
        assert!(form.spec.fields.len() >= 25, "{}", form.spec.fields.len());
        desk.screen(&format!("launch-more-{at}"));
    }
}

#[test]
fn a_web_server_runs_after_twelve_keys_with_a_new_group_and_a_new_key() {
    let folder = tempfile::tempdir().unwrap();
    let downloads = Some(folder.path().to_string_lossy().into_owned());
    let mut desk = Desk::start(Start { view: "instances", downloads, ..Start::default() });
    let keys = ["a", "enter", "right", "alt-enter", "enter"];
    for key in keys {
        desk.keys(key);
        desk.settle();
    }
    for _ in 0..60 {
        desk.wait(5.0).keys("r");
    }
    let sent = ["CreateKeyPair", "CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "RunInstances"];
    assert_eq!(sent.map(|call| desk.log.count(call)), [1; 4], "{}", desk.text());
    desk.go("instances name=web").sees("running");
    let key = std::fs::read_to_string(folder.path().join("web-key.pem")).unwrap();
    assert!(key.contains("PRIVATE KEY"), "the private key is kept");
    let journal = std::fs::read_to_string(&desk.journal).unwrap();
    assert!(journal.contains("RunInstances") && !journal.contains("PRIVATE KEY") && !journal.contains("nginx"));
    // All of it is undone in reverse: the group goes when the instance that has it is gone.
    desk.keys("esc").go("runs").keys("enter").settle();
    desk.sees("undo");
}

#[test]
fn a_launch_is_written_in_the_palette_and_bad_input_is_said_at_its_field() {
    let mut desk = Desk::start(Start { view: "instances", ..Start::default() });
    desk.go("launch type=t3.micro key=none name=one protect").keys("alt-enter").settle();
    desk.sees("run-instances").sees("--disable-api-termination").screen("launch-palette-plan");
    desk.keys("ctrl-c");
    for (line, says) in [
        ("launch type=t3.mikro", "t3.mikro"),
        ("launch image=ami-0123456789abcdef0", "There is no image ami-0123456789abcdef0"),
        ("launch count=0", "1 to 100"),
        ("launch profile=a/b", "not a valid name of an instance profile"),
        ("launch groups=nonesuch", "nonesuch"),
    ] {
        desk.go(line).settle();
        desk.sees(says).keys("ctrl-c");
    }
    assert!(desk.log.writes().iter().all(|asked| asked.dry_run), "{}", desk.text());
}

#[test]
fn a_launch_from_a_template_shows_what_that_gives_and_says_it_not_again() {
    for (size, theme, at) in LOOKS {
        let mut desk = Desk::start(Start { size, theme, view: "launch-templates", ..Start::default() });
        desk.go("launch").settle();
        desk.sees("from the template").screen(&format!("launch-template-form-{at}"));
        // Its groups are of a VPC that has no default subnet.
        desk.keys("alt-enter").settle();
        desk.sees("The template has no subnet").keys("ctrl-c");
        desk.go("launch subnet=my-private-subnet-app-a");
        if !desk.text().contains("--launch-template") {
            desk.keys("alt-enter").settle();
        }
        desk.sees("IAM allows it").sees("--launch-template").screen(&format!("launch-template-plan-{at}"));
    }
    let mut desk = Desk::start(Start { view: "launch-templates", ..Start::default() });
    desk.go("new-version type=t3.small make_default").settle();
    // Where the versions were not there yet it is the form that is seen.
    if !desk.text().contains("create-launch-template-version") {
        desk.keys("alt-enter").settle();
    }
    desk.sees("create-launch-template-version").sees("modify-launch-template");
}

#[test]
fn an_instance_fills_the_form_of_a_launch_like_it() {
    let mut desk = Desk::start(Start { view: "instances name=my-private-ec2", ..Start::default() });
    desk.go("launch-more").settle();
    desk.sees("Launch more like my-private-ec2").sees("my-private-ec2").screen("launch-like-form");
    desk.keys("alt-enter").settle();
    desk.sees("run-instances").screen("launch-like-plan");
}

#[test]
fn an_image_and_a_snapshot_are_made_and_followed_until_they_are_there() {
    let mut desk = Desk::start(Start { size: (80, 24), view: "instances name=my-private-ec2", ..Start::default() });
    desk.go("create-image").screen("create-image-80x24").sees("No reboot").keys("tab tab space alt-enter");
    desk.settle();
    desk.screen("create-image-plan-80x24").sees("create-image").sees("--no-reboot");
    desk.text_in("my-private-ec2").keys("enter");
    desk.settle();
    assert_eq!(desk.log.count("CreateImage"), 1, "{}", desk.text());
    for _ in 0..80 {
        desk.wait(10.0).keys("r");
    }
    desk.go("images name:my-private").sees("available");
    desk.go("deregister").keys("alt-enter");
    desk.settle();
    desk.sees("--delete-associated-snapshots").keys("ctrl-c");
    desk.go("volumes state:available").go("create-snapshot name=before").keys("enter");
    desk.settle();
    for _ in 0..80 {
        desk.wait(10.0).keys("r");
    }
    desk.go("snapshots name=before").sees("completed");
}

#[test]
fn a_reason_is_whole_on_a_narrow_screen() {
    let small = |view| Start { size: (80, 24), view, ..Start::default() };
    let mut desk = Desk::start(small("volumes state:in-use"));
    desk.go("modify size=4").sees("It has 8 GiB and cannot be made smaller").sees("copy the files.").keys("ctrl-c");
    desk.go("modify size=20").sees("20 GiB gp3, 3000 IOPS, 125 MiB/s").keys("ctrl-c");
    let mut desk = Desk::start(small("security-groups name=my-bastion-host-sg"));
    desk.go("rules +ports=80,source=my-app-ecs-sg")
        .screen("rules-reason-80x24")
        .sees("Did you mean")
        .sees("my-app-ec2-sg?");
    desk.keys("ctrl-c");
    // What is offered and refused, in the picker.
    let mut desk = Desk::start(small("instances"));
    desk.go("launch type=t3.nano subnet=nonesuch");
    desk.sees("nonesuch is not one of the subnets");
}

#[test]
fn rules_are_shown_by_their_groups_names_and_their_difference_is_whole() {
    let view = "security-groups name=my-app-ec2-sg";
    let mut desk = Desk::start(Start { size: (80, 24), view, ..Start::default() });
    desk.go("rules").settle();
    desk.sees("my-bastion-host-sg").sees("my-app-alb-sg").misses("sg-0");
    // A preset leaves open from whom: that is typed next.
    desk.keys("p").text_in("mysql").keys("enter").settle();
    desk.text_in("my-bastion-host-sg").keys("enter").settle();
    desk.sees("1 change not applied").keys("ctrl-c");
    desk.go("rules +ports=443,source=10.0.0.0/8,description=office +ports=22,source=10.1.0.0/16 \
         -\"in tcp 8080 from my-app-alb-sg\"");
    desk.settle();
    desk.screen("rules-difference-80x24").sees("+ in tcp 443 from 10.0.0.0/8  # office");
    desk.sees("+ in tcp 22 from 10.1.0.0/16").sees("- in tcp 8080 from my-app-alb-sg").sees("revoke");
}

#[test]
fn disks_tags_and_places_of_a_launch_are_arguments_in_any_order() {
    let mut desk = Desk::start(Start { size: (120, 60), view: "instances", ..Start::default() });
    desk.go("subnets").go("vpcs").go("instances");
    let plan = |desk: &mut Desk, line: &str| {
        desk.go(line);
        if !desk.text().contains("aws ec2 run-instances") {
            desk.keys("alt-enter").settle();
        }
    };
    plan(
        &mut desk,
        "launch max_price=0.01 spot subnet=my-private-subnet-app-a tags=Env=prod,팀=결제 disk=30 disk=device=/dev/sdf,size=9",
    );
    desk.sees("aws ec2 run-instances").sees("subnet-0").sees("0.01").sees("39 GiB of disk").keys("ctrl-c");
    plan(&mut desk, "launch groups=my-private-ec2-sg subnet=my-private-subnet-app-a vpc=my-vpc +Env=prod");
    desk.sees("aws ec2 run-instances").sees("Env").keys("ctrl-c");
    desk.go("launch disk=big").sees("with device, size, type, iops, encrypted, delete");
}

#[test]
fn the_table_of_tags_stands_alone_and_the_words_beside_it_only_where_they_are_used() {
    let mut desk = Desk::start(Start { size: (80, 24), view: "instances name=my-bastion-host", ..Start::default() });
    desk.go("tags").settle();
    desk.sees("KEY").misses("Set").misses("Remove").keys("ctrl-c");
    // What is wrong with such a word is said at it.
    desk.go("tags set=aws:x=1").sees("Set").sees("aws: are reserved for AWS").misses("Remove").keys("ctrl-c");
    desk.go("tags set=Env=dev remove=tier").sees("Env prod → dev").sees("delete-tags");
}

#[test]
fn the_form_of_a_launch_says_which_network_it_is_and_whether_the_internet_reaches_it() {
    let mut desk = Desk::start(Start { size: (120, 40), view: "instances", ..Start::default() });
    desk.go("launch").settle();
    desk.sees("the default VPC").sees("Default subnets assign one");
    desk.keys("ctrl-c").go("launch subnet=my-private-subnet-app-a name=");
    if desk.text().contains("aws ec2") {
        desk.keys("tab").settle();
    }
    desk.sees("The subnet assigns none");
}

#[test]
fn what_goes_wrong_with_a_launch_says_what_stands_and_where_else_there_may_be_room() {
    let small = || Start { size: (80, 24), view: "instances", ..Start::default() };
    let planned = |desk: &mut Desk, line: &str| {
        desk.go("instance-types").go("instances").go(line).settle();
        if !desk.text().contains("copy command") {
            desk.keys("alt-enter").settle();
        }
    };
    // A zone without room: the zones that offer the type, and that nobody can ask for room.
    let mut desk = Desk::start(small());
    planned(&mut desk, "launch name=one type=t3.micro");
    desk.sandbox.faults().add("ec2:RunInstances no-room".parse().unwrap());
    desk.keys("enter").settle();
    desk.go("messages").settle();
    desk.screen("launch-no-room-80x24").sees("InsufficientInstanceCapacity").sees("ap-northeast-2c");
    // A group is made and its rules are refused: what stands, and the ways on and back.
    let folder = tempfile::tempdir().unwrap();
    let downloads = Some(folder.path().to_string_lossy().into_owned());
    let mut desk = Desk::start(Start { downloads, ..small() });
    planned(&mut desk, "launch purpose=web");
    desk.sandbox.faults().add("ec2:AuthorizeSecurityGroupIngress deny".parse().unwrap());
    desk.keys("enter").settle();
    desk.screen("launch-half-80x24").sees("2 of 4 done, :runs continues or undoes").sees(":messages");
    desk.sandbox.faults().clear();
    desk.go("runs").settle();
    desk.screen("launch-half-runs-80x24").sees("enter: continue or undo").keys("enter").settle();
    desk.sees("web-sg").sees("undo").keys("ctrl-c");
    // A denial with an encoded message.
    let mut desk = Desk::start(small());
    planned(&mut desk, "launch name=one type=t3.micro");
    desk.sandbox.faults().add("ec2:RunInstances forbid".parse().unwrap());
    desk.keys("enter").settle();
    desk.go("messages").settle();
    desk.screen("launch-forbidden-80x24").sees("statement Forbidden").sees("ec2:RunInstances");
}

#[test]
fn where_images_of_others_are_is_said_where_none_of_one_s_own_is_found() {
    let mut desk = Desk::start(Start { size: (80, 24), view: "images ubuntu", ..Start::default() });
    desk.sees("None of 4 images matches ubuntu").sees("owner_alias=amazon").sees("owner_id=099720109477 (Ubuntu)");
}

#[test]
fn a_description_that_overwrites_another_says_what_it_was() {
    let mut desk =
        Desk::start(Start { size: (80, 24), view: "security-groups name=my-db-migration-sg", ..Start::default() });
    let describe = |desk: &mut Desk, text: &str| {
        desk.go("rules").settle();
        desk.keys("right right right right right enter ctrl-u").text_in(text).keys("enter A").settle();
    };
    describe(&mut desk, "first");
    desk.misses("(was").keys("enter").settle();
    desk.keys("r").settle();
    describe(&mut desk, "second");
    desk.sees("# second  (was # first)");
}
