//! What listens, what answers, and what the rest of the world makes of it.

use super::*;
use crate::sandbox::elbv2::{Failure, Health};

#[test]
fn an_installed_web_server_answers_and_a_stopped_one_refuses() {
    let (mut bench, id) = Bench::launched("al2023", "t3.micro", "", &[22, 80]);
    bench.enter(&id);
    let refused = bench.run("curl localhost");
    assert_eq!(refused, "curl: (7) Failed to connect to localhost port 80 after 0 ms: Could not connect to server\n");
    assert_eq!(bench.status(), "7");
    let text = bench.run("sudo dnf install -y nginx");
    assert!(text.ends_with("Complete!\n"), "{text}");
    bench.run("sudo systemctl start nginx");
    assert!(bench.run("curl -s localhost").contains("Welcome to nginx!"));
    bench.run("sudo systemctl stop nginx");
    assert_eq!(bench.run("curl localhost"), refused);
}

#[test]
fn dnf_starts_nothing_and_apt_does() {
    let (mut bench, id) = Bench::launched("al2023", "t3.micro", "", &[22, 80]);
    bench.enter(&id);
    bench.run("sudo dnf install -y nginx");
    bench.run("curl -s localhost");
    assert_eq!(bench.status(), "7", "installed, and not started");
    bench.run("sudo systemctl enable --now nginx");
    assert!(bench.run("curl -s localhost").contains("Welcome to nginx!"));
    bench.run("echo '<h1>hi</h1>' | sudo tee /usr/share/nginx/html/index.html");
    assert_eq!(bench.run("curl -s localhost"), "<h1>hi</h1>\n");
    assert_eq!(bench.run("curl -s -o /dev/null -w '%{http_code}\\n' localhost/none"), "404\n");
    bench.run("sudo systemctl stop nginx");
    bench.run("curl -s localhost");
    assert_eq!(bench.status(), "7");
    let text = bench.run("systemctl status nginx");
    assert!(text.contains("Active: inactive (dead)") && text.contains("enabled"), "{text}");
    bench.run("sudo reboot");
    bench.pass(60);
    bench.enter(&id);
    assert_eq!(bench.run("curl -s localhost"), "<h1>hi</h1>\n", "enabled starts again, and the disk stays");
    // Another one that wants the same port.
    bench.run("sudo dnf install -y httpd");
    assert!(bench.run("sudo systemctl start httpd").starts_with("Job for httpd.service failed"));
    assert!(bench.run("systemctl status httpd").contains("98: Address already in use"));

    let (mut bench, id) = Bench::launched("noble", "t3.micro", "", &[22]);
    bench.enter(&id);
    assert!(bench.run("sudo apt-get install -y nginx").contains("E: Unable to locate package nginx"), "no lists yet");
    bench.run("sudo apt-get update && sudo apt-get install -y nginx");
    assert!(bench.run("curl -s localhost").contains("Welcome to nginx!"));
    let text = bench.run("stress -c 1");
    assert!(text.contains("sudo apt install stress"), "{text}");
}

#[test]
fn from_another_instance_a_closed_port_times_out_and_a_stopped_server_refuses() {
    let (mut bench, web) = Bench::launched(
        "noble",
        "t3.micro",
        "#!/bin/bash\napt-get update\napt-get install -y nginx\necho \"<h1>$(hostname -f)</h1>\" > /var/www/html/index.html\n",
        &[22],
    );
    let client = bench.launch("noble", "t3.micro", "");
    bench.pass(120);
    // The default group lets its members reach each other: the client gets another one.
    let vpc = bench.sandbox.within(|w, _| w.region(SEOUL).ec2.instances[web.as_str()].vpc.clone());
    let made = bench.ask(&format!("CreateSecurityGroup&GroupName=client&GroupDescription=x&VpcId={vpc}"));
    let group = made.split("<groupId>").nth(1).and_then(|t| t.split('<').next()).expect("an id").to_string();
    bench.ask(&format!("ModifyInstanceAttribute&InstanceId={client}&GroupId.1={group}"));
    let ip = |id: &str| bench.sandbox.world().peek(SEOUL).expect("it").ec2.instances[id].private_ip.to_string();
    let (address, name) = (ip(&web), format!("ip-{}", ip(&web).replace('.', "-")));
    bench.enter(&client);
    let before = bench.clock.now();
    let text = bench.run(&format!("curl http://{address}"));
    assert!(text.starts_with(&format!("curl: (28) Failed to connect to {address} port 80 after 131")), "{text}");
    assert_eq!(bench.clock.now().since(before).as_secs(), 131, "as long as Linux tries");
    assert_eq!(bench.status(), "28");
    let text = bench.run(&format!("curl -m 5 http://{address}"));
    assert_eq!(text, format!("curl: (28) Failed to connect to {address} port 80 after 5001 ms: Timeout was reached\n"));

    let own = bench.sandbox.within(|w, _| w.region(SEOUL).ec2.instances[web.as_str()].groups[0].clone());
    bench.ask(&format!("AuthorizeSecurityGroupIngress&GroupId={own}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=80&IpPermissions.1.ToPort=80&IpPermissions.1.Groups.1.GroupId={group}"));
    let page = bench.run(&format!("curl -s {address}"));
    assert!(
        page.starts_with("<h1>ip-172-31-") && page.ends_with(".compute.internal</h1>\n"),
        "user data wrote it: {page}"
    );
    assert!(page.contains(&name), "and its own name");
    bench.enter(&web);
    bench.run("sudo systemctl stop nginx");
    bench.enter(&client);
    let text = bench.run(&format!("curl http://{address}"));
    assert_eq!(
        text,
        format!("curl: (7) Failed to connect to {address} port 80 after 0 ms: Couldn't connect to server\n")
    );
    assert!(bench.run(&format!("nc -zv {address} 80")).ends_with("failed: Connection refused\n"));
    // ICMP is a rule of its own.
    let text = bench.run(&format!("ping -c 2 {address}"));
    assert!(text.contains("2 packets transmitted, 0 received, 100% packet loss"), "{text}");
}

#[test]
fn without_a_way_to_the_internet_nothing_is_installed() {
    let mut bench = Bench::of(WorldSpec::Demo);
    bench.enter("my-private-ec2");
    let online = bench.run("curl -s -m 3 checkip.amazonaws.com; echo $?");
    // The demo's private subnets have a NAT gateway: taken away, nothing comes through.
    let nat = online.lines().count() == 2;
    if nat {
        bench.sandbox.within(|w, _| {
            for t in w.region(SEOUL).ec2.route_tables.values_mut() {
                t.routes.retain(|r| !r.by.starts_with("nat-"));
            }
        });
    }
    let text = bench.run("sudo dnf install -y nginx");
    assert!(text.contains("Curl error (28): Timeout was reached"), "{text}");
    assert_eq!(bench.status(), "1");
    assert!(bench.run("systemctl status nginx").contains("could not be found"));
}

#[test]
fn the_ways_in_go_by_routes_groups_and_what_listens() {
    let (mut bench, id) = Bench::launched("al2023", "t3.micro", "", &[]);
    let (after, says) = bench.try_in(&id, "ec2-user", Over::Public).expect_err("closed");
    assert_eq!(after, 131);
    assert!(says.starts_with("ssh: connect to host ") && says.ends_with(" port 22: Connection timed out\n"), "{says}");
    let group = bench.sandbox.within(|w, _| w.region(SEOUL).ec2.instances[id.as_str()].groups[0].clone());
    bench.ask(&format!("AuthorizeSecurityGroupIngress&GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=22&IpPermissions.1.ToPort=22&IpPermissions.1.IpRanges.1.CidrIp=203.0.113.7/32"));
    assert_eq!(bench.try_in(&id, "ec2-user", Over::Public), Ok(()));
    assert!(bench.try_in(&id, "ubuntu", Over::Public).expect_err("who").1.contains("Permission denied (publickey)."));
    assert!(bench.try_in(&id, "root", Over::Public).expect_err("who").1.contains("rather than the user \"root\""));
    assert!(bench.try_in(&id, "ec2-user", Over::Session).expect_err("no role").1.contains("TargetNotConnected"));
    bench.enter(&id);
    bench.run("sudo systemctl stop sshd");
    assert!(bench.try_in(&id, "ec2-user", Over::Public).expect_err("stopped").1.ends_with("Connection refused\n"));
    bench.ask(&format!("RebootInstances&InstanceId.1={id}"));
    assert!(bench.try_in(&id, "ec2-user", Over::Public).expect_err("boots").1.ends_with("Connection refused\n"));
    bench.pass(60);
    assert_eq!(bench.try_in(&id, "ec2-user", Over::Public), Ok(()), "sshd is enabled");

    let demo = Bench::demo();
    let bastion = demo.id("my-bastion-host");
    assert_eq!(demo.try_in("my-bastion-host", "ec2-user", Over::Public), Ok(()));
    assert_eq!(demo.try_in("my-private-ec2", "ec2-user", Over::Through(bastion.as_str().into())), Ok(()));
    assert_eq!(demo.try_in("my-private-ec2", "ec2-user", Over::Private).map_err(|(after, _)| after), Err(131));
}

#[test]
fn from_the_bastion_ssh_leads_on_and_back() {
    let mut bench = Bench::demo();
    let id = bench.id("my-private-ec2");
    let ip = bench.sandbox.world().peek(SEOUL).expect("it").ec2.instances[id.as_str()].private_ip;
    assert!(bench.run(&format!("ssh ec2-user@{ip}")).contains("simulated by Skydeck"));
    assert!(bench.run("hostname -I").starts_with(&ip.to_string()));
    assert!(bench.run("exit").ends_with(&format!("Connection to {ip} closed.\n")));
    assert!(!bench.run("hostname -I").starts_with(&ip.to_string()));
}

#[test]
fn stress_raises_the_cpu_that_cloudwatch_shows_and_its_end_lets_it_fall() {
    let (mut bench, id) = Bench::launched("al2023", "t3.micro", "", &[22]);
    bench.enter(&id);
    bench.run("sudo dnf install -y stress");
    let cpu = |bench: &Bench| bench.sandbox.within(|w, now| ec2::cpu_percent(w, SEOUL, &id, now));
    bench.pass(300);
    let before = cpu(&bench);
    let text = bench.run("stress --cpu 2 --timeout 600 &");
    assert!(text.starts_with("[1] "), "{text}");
    bench.pass(60);
    assert!(before < 60.0 && cpu(&bench) > 99.0, "{before} and {}", cpu(&bench));
    let top = bench.run("top -b -n 1");
    assert!(top.contains("stress") && top.contains("100.0 us") || top.contains("97.0 us"), "{top}");
    bench.pass(600);
    assert!(cpu(&bench) < 60.0, "{}", cpu(&bench));
    bench.run("stress -c 2 &");
    bench.pass(60);
    assert!(cpu(&bench) > 99.0);
    bench.run("killall stress");
    bench.pass(60);
    assert!(cpu(&bench) < 60.0);
    // The alarm's own source.
    let text = bench.run("stress -c 1 -t 2m");
    assert!(
        text.contains("dispatching hogs: 1 cpu, 0 io, 0 vm, 0 hdd")
            && text.ends_with("successful run completed in 120s\n"),
        "{text}"
    );
}

#[test]
fn a_stopped_program_makes_its_target_unhealthy_with_awss_reason() {
    let mut bench = Bench::of(WorldSpec::Demo);
    let id = bench.id("my-alchemine-app-ec2");
    let health = |bench: &Bench| {
        let world = bench.sandbox.world();
        let groups = &world.peek(SEOUL).expect("it").elbv2.groups;
        groups.values().flat_map(|g| &g.targets).filter(|t| t.id == id).map(|t| (t.port, t.health)).collect::<Vec<_>>()
    };
    bench.pass(300);
    assert!(health(&bench).contains(&(80, Health::Healthy)), "{:?}", health(&bench));
    bench.enter("my-alchemine-app-ec2");
    bench.run("sudo systemctl stop nginx");
    bench.pass(300);
    assert!(health(&bench).contains(&(80, Health::Unhealthy(Failure::Refused))), "{:?}", health(&bench));
    let words = Health::Unhealthy(Failure::Refused).words(crate::sandbox::elbv2::Kind::Application);
    assert_eq!(words.reason, Some("Target.FailedHealthChecks"));
    bench.run("sudo systemctl start nginx");
    bench.pass(600);
    assert!(health(&bench).contains(&(80, Health::Healthy)), "{:?}", health(&bench));
}

#[test]
fn the_metadata_service_wants_a_token_where_the_instance_says_so() {
    let mut bench = Bench::demo();
    let id = bench.id("my-bastion-host");
    let none = bench.run("curl -s -o /dev/null -w '%{http_code}' http://169.254.169.254/latest/meta-data/");
    assert_eq!(none, "401");
    let line = "TOKEN=$(curl -s -X PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600')";
    bench.run(line);
    let text = bench
        .run("curl -s -H \"X-aws-ec2-metadata-token: $TOKEN\" http://169.254.169.254/latest/meta-data/instance-id");
    assert_eq!(text, id);
    bench.ask(&format!("ModifyInstanceMetadataOptions&InstanceId={id}&HttpTokens=optional"));
    assert_eq!(bench.run("curl -s http://169.254.169.254/latest/meta-data/instance-id"), id);
}

#[test]
fn health_checks_get_the_files_that_curl_gets() {
    const ELB: (&str, &str) = ("elasticloadbalancing", "2015-12-01");
    let script = "#!/bin/sh\napt-get update\napt-get install -y nginx\n";
    let (mut bench, id) = Bench::launched("noble", "t3.micro", script, &[80]);
    let between = |text: &str, tag: &str| {
        let rest = text.split_once(&format!("<{tag}>")).map(|(_, rest)| rest).unwrap_or_default();
        rest.split('<').next().unwrap_or_default().to_string()
    };
    let (vpc, subnets) = bench.sandbox.within(|w, _| {
        let ec2 = &w.region(SEOUL).ec2;
        let vpc = ec2.default_vpc().expect("a VPC").id.clone();
        let subnets: Vec<_> = ec2.subnets.values().filter(|s| s.vpc == vpc).map(|s| s.id.clone()).collect();
        (vpc, subnets)
    });
    let group = bench.ask_of(
        ELB,
        &format!(
            "CreateTargetGroup&Name=web&Protocol=HTTP&Port=80&VpcId={vpc}&HealthCheckPath=/health&HealthCheckIntervalSeconds=10&HealthyThresholdCount=2"
        ),
    );
    let group = between(&group, "TargetGroupArn");
    let lb = bench.ask_of(
        ELB,
        &format!("CreateLoadBalancer&Name=front&Subnets.member.1={}&Subnets.member.2={}", subnets[0], subnets[1]),
    );
    let lb = between(&lb, "LoadBalancerArn");
    bench.ask_of(
        ELB,
        &format!(
            "CreateListener&LoadBalancerArn={lb}&Protocol=HTTP&Port=80&DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn={group}"
        ),
    );
    bench.ask_of(ELB, &format!("RegisterTargets&TargetGroupArn={group}&Targets.member.1.Id={id}"));
    let health = |bench: &Bench| {
        let said = bench.ask_of(ELB, &format!("DescribeTargetHealth&TargetGroupArn={group}"));
        (between(&said, "State"), between(&said, "Reason"), between(&said, "Description"))
    };
    bench.enter(&id);
    assert!(bench.run("curl -s -o /dev/null -w '%{http_code}' localhost/health").contains("404"));
    bench.pass(400);
    let (state, reason, words) = health(&bench);
    assert_eq!((state.as_str(), reason.as_str()), ("unhealthy", "Target.ResponseCodeMismatch"), "{words}");
    assert!(words.contains("404"), "{words}");
    bench.run("echo ok | sudo tee /var/www/html/health");
    assert_eq!(bench.run("curl -s localhost/health"), "ok\n");
    bench.pass(120);
    assert_eq!(health(&bench).0, "healthy");
    bench.run("sudo systemctl stop nginx");
    bench.pass(120);
    assert_eq!(health(&bench).1, "Target.FailedHealthChecks");
}

#[test]
fn an_image_s_web_server_that_was_healthy_stays_so_when_somebody_looks() {
    let mut bench = Bench::of(WorldSpec::Demo);
    let healthy = |bench: &Bench| {
        bench.sandbox.within(|w, _| {
            let groups = w.region(SEOUL).elbv2.groups.values();
            let targets = groups.flat_map(|g| &g.targets).filter(|t| t.health == Health::Healthy);
            targets.map(|t| t.id.clone()).collect::<Vec<_>>()
        })
    };
    bench.pass(300);
    let before = healthy(&bench);
    assert!(!before.is_empty());
    for id in &before {
        bench.enter(id);
    }
    bench.pass(300);
    assert_eq!(healthy(&bench), before);
}
