//! What instances show beside their fields: console, screen, password; events, hibernation, Spot, CPU credits, what they are behind in.

use std::collections::BTreeSet;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeySize, PrivateDecryptingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use skydeck::model::Event;
use skydeck::model::connect::{KeyFile, Tools, ToolsLook};
use skydeck::runtime::Host;
use skydeck::sandbox::Sandbox;
use skydeck::sandbox::wire::Request;

use crate::support::desk::{Desk, Start};

fn small(view: &'static str) -> Start {
    Start { size: (80, 24), view, ..Start::default() }
}

#[test]
fn console_output_is_followed_until_somebody_reads_back_and_is_copied_as_text() {
    let mut desk = Desk::start(small("instances name=my-bastion-host"));
    desk.go("console-output").until("login:");
    desk.sees("Console output of my-bastion-host").sees("followed").sees("[  OK  ] Started sshd");
    desk.screen("console-output");
    desk.resize(120, 40).screen("console-output-wide");
    desk.resize(80, 24);
    // Read back, the page stays where it is; at its end it follows again.
    desk.keys("g").sees("Linux version").misses("login:");
    desk.keys("G").sees("login:");
    desk.keys("/").text_in("nvme").keys("enter").sees("1 of").screen("console-output-search");
    desk.keys("y");
    let copied = desk.host.iter().find_map(|h| if let Host::Copy(text) = h { Some(text.clone()) } else { None });
    let copied = copied.expect("it was copied");
    assert!(copied.lines().count() > 10 && copied.chars().all(|c| c == '\n' || !c.is_control()), "{copied:?}");
    desk.keys("esc esc").misses("Console output of");
    assert_eq!(desk.log.writes(), [], "looking changes nothing");
}

#[test]
fn another_boot_writes_on_and_the_end_stays_in_sight() {
    let mut desk = Desk::start(small("instances name=my-bastion-host"));
    desk.go("console-output").until("login:");
    let first = desk.text();
    desk.keys("esc").go("targets").go("auto-scaling-groups").go("instances name=my-bastion-host");
    desk.go("reboot").wait(1.0).keys("enter").wait(120.0);
    desk.go("console-output").until("login:");
    assert_ne!(desk.text(), first, "there is more above it");
    desk.keys("/").text_in("Restarting system").keys("enter").sees("1 of 1");
}

#[test]
fn a_boot_that_fails_is_seen_on_the_console() {
    let mut desk = Desk::start(small("instances name=ci-runner-3"));
    desk.go("console-output").until("Kernel panic");
}

#[test]
fn a_screenshot_is_a_new_file_and_drawn_where_there_are_colours() {
    let folder = tempfile::tempdir().expect("a folder");
    let downloads = folder.path().to_str().map(str::to_string);
    let mut desk = Desk::start(Start { downloads: downloads.clone(), ..small("instances name=my-bastion-host") });
    desk.go("screenshot").until("In full:");
    desk.sees("▀");
    desk.keys("esc").go("screenshot").until("In full:");
    let files: Vec<_> =
        std::fs::read_dir(folder.path()).expect("it is there").map(|f| f.expect("a file").path()).collect();
    assert_eq!(files.len(), 2, "never over another: {files:?}");
    assert!(files.iter().all(|f| std::fs::read(f).is_ok_and(|bytes| bytes.starts_with(&[0xff, 0xd8]))));
    desk.keys("esc").go("instances name=log-shipper").go("screenshot").sees("Graviton").misses("In full:");
    let mut mono = Desk::start(Start { downloads, theme: "mono", ..small("instances name=my-bastion-host") });
    mono.go("screenshot").until("In full:");
    mono.sees("too few colours to draw it").misses("▀");
}

/// One form of EC2's, answered well.
pub(super) fn done(sandbox: &Sandbox, form: &str) -> String {
    let scope =
        "AWS4-HMAC-SHA256 Credential=AKID/20261121/ap-northeast-2/ec2/aws4_request, SignedHeaders=host, Signature=0";
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static(scope));
    headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    let body = Bytes::from(format!("Version=2016-11-15&Action={form}"));
    let request = Request {
        method: Method::POST,
        host: "localhost".into(),
        path: "/".into(),
        query: String::new(),
        headers,
        body,
    };
    let reply = sandbox.handle(&request);
    let text = String::from_utf8(reply.body.collect().to_vec()).expect("a text");
    assert_eq!(reply.status.as_u16(), 200, "{text}");
    text
}

fn element<'x>(xml: &'x str, name: &str) -> &'x str {
    let rest = xml.split_once(&format!("<{name}>")).map_or("", |(_, rest)| rest);
    rest.split('<').next().unwrap_or_default()
}

/// A key in PEM, and its public half as OpenSSH has it, in Base64 once more.
fn key() -> (String, String) {
    let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).expect("a key");
    let der: Pkcs8V1Der<'_> = key.as_der().expect("it has a form");
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()));
    let public: aws_lc_rs::encoding::PublicKeyX509Der<'_> = key.public_key().as_der().expect("it has a form");
    // In DER the modulus of 2,048 bits stands behind 33 bytes, and three bytes of the exponent at the end.
    let der = public.as_ref();
    let (modulus, exponent) = (&der[32..32 + 257], &der[der.len() - 3..]);
    assert_eq!((modulus[0], exponent), (0, &[1, 0, 1][..]));
    let part = |bytes: &[u8]| [&u32::try_from(bytes.len()).expect("short").to_be_bytes()[..], bytes].concat();
    let blob = [part(b"ssh-rsa"), part(exponent), part(modulus)].concat();
    (pem, STANDARD.encode(format!("ssh-rsa {} me", STANDARD.encode(blob))))
}

#[test]
fn a_windows_password_is_decrypted_with_the_key_pair_s_file_shown_once_and_kept_nowhere() {
    let (pem, public) = key();
    let mut desk = Desk::start_with(small("instances name=win-1"), |sandbox| {
        let encoded = public.replace('+', "%2B").replace('=', "%3D");
        done(sandbox, &format!("ImportKeyPair&KeyName=win-key&PublicKeyMaterial={encoded}"));
        let images = done(sandbox, "DescribeImages&Filter.1.Name=platform&Filter.1.Value.1=windows&Owner.1=amazon");
        let run = format!(
            "RunInstances&ImageId={}&InstanceType=t3.large&MinCount=1&MaxCount=1&KeyName=win-key\
             &TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=win-1",
            element(&images, "imageId")
        );
        done(sandbox, &run);
    });
    desk.settle();
    desk.wait(60.0).refresh_until("1 of 31");
    desk.go("windows-password").until("There is no password yet");
    desk.screen("windows-password-not-yet");
    desk.keys("esc").wait(600.0);
    desk.go("windows-password").until("No file of the key pair win-key");
    // The file is put there, and looked for again.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("win-key.pem");
    std::fs::write(&path, &pem).expect("it can be written");
    let file = KeyFile::Usable(path.to_str().expect("a text").into());
    let tools =
        Tools { programs: BTreeSet::new(), keys: [("win-key".into(), file)].into_iter().collect(), ..Tools::default() };
    desk.press("r");
    desk.engine.handle(Event::FoundTools(ToolsLook { keys: vec!["win-key".into()], folders: Vec::new() }, tools));
    desk.until("User Administrator, password:");
    desk.keys("y");
    let copied = desk.host.iter().find_map(|h| if let Host::Copy(text) = h { Some(text.clone()) } else { None });
    let password = copied.expect("it was copied");
    assert_eq!(password.len(), 32);
    desk.sees(&password);
    // Neither a saved screen nor the log of messages has it.
    desk.host.clear();
    desk.keys("ctrl-s").sees("it was not written");
    assert!(!desk.host.iter().any(|h| matches!(h, Host::SaveScreen(_))));
    desk.keys("esc").misses(&password).go("messages").misses(&password);
    let journal = std::fs::read_to_string(&desk.journal).unwrap_or_default();
    assert!(!journal.contains(&password));
    // Another key is not the one.
    let (other, _) = key();
    std::fs::write(&path, other).expect("it can be written");
    desk.keys("esc").go("windows-password").until("No file of");
    let file = KeyFile::Usable(path.to_str().expect("a text").into());
    let tools =
        Tools { programs: BTreeSet::new(), keys: [("win-key".into(), file)].into_iter().collect(), ..Tools::default() };
    desk.press("r");
    desk.engine.handle(Event::FoundTools(ToolsLook { keys: vec!["win-key".into()], folders: Vec::new() }, tools));
    desk.until("is not the key that the password was");
}

/// Whoever has the password may change anything: it is shown to those alone who may connect.
#[test]
fn a_windows_password_is_not_shown_in_read_only_mode() {
    let mut desk = Desk::start(Start { read_only: true, ..small("instances name=legacy-erp") });
    desk.go("windows-password").sees("Read-only mode refuses it.");
    desk.go("console-output").until("Windows is Ready");
}

#[test]
fn pages_of_an_instance_say_why_they_are_none_and_stand_in_its_menu() {
    let mut desk = Desk::start(small("instances name=my-private-ec2"));
    desk.go("windows-password").sees("only Windows has such a password");
    desk.go("instances name=legacy-erp").go("windows-password").sees("launched without a key pair");
    desk.go("instances state:stopped").go("screenshot").sees("only a running instance has a screen");
    desk.wait(15.0).go("volumes").go("console-output").sees("console-output works on instances; this is volumes.");
    desk.go("instances name=my-private-ec2").keys("a").pick("Console output").until("login:");
}

#[test]
fn an_event_is_moved_in_the_zone_that_is_shown_and_refused_at_its_field() {
    let mut desk = Desk::start(small("instances name=log-shipper"));
    desk.go("reschedule-event").until("system-reboot 20");
    desk.screen("reschedule-event");
    desk.keys("esc esc esc")
        .go("instances name=log-shipper")
        .go("reschedule-event start=\"2027-02-03 03:00\"")
        .sees("deadline is 2026-11-30");
    desk.keys("esc esc esc")
        .go("instances name=log-shipper")
        .go("reschedule-event start=\"2026-11-21 09:05\"")
        .sees("an hour from now at least");
    desk.keys("esc esc esc")
        .go("instances name=log-shipper")
        .go("reschedule-event start=\"2026-11-25 03:00\"")
        .until("--not-before");
    desk.screen("reschedule-event-plan");
    desk.keys("enter").wait(5.0);
    desk.resize(120, 40).keys("r d").wait(0.5).until("Next event");
    desk.sees("2026-11-25 03:00");
}

#[test]
fn what_can_hibernate_does_and_what_cannot_says_why() {
    let mut desk = Desk::start_with(small("instances name=sleeper"), |sandbox| {
        let images =
            done(sandbox, "DescribeImages&Owner.1=amazon&Filter.1.Name=name&Filter.1.Value.1=al2023-ami-*-x86_64");
        let run = format!(
            "RunInstances&ImageId={}&InstanceType=m5.large&MinCount=1&MaxCount=1&HibernationOptions.Configured=true\
             &BlockDeviceMapping.1.DeviceName=/dev/xvda&BlockDeviceMapping.1.Ebs.Encrypted=true&BlockDeviceMapping.1.Ebs.VolumeSize=20\
             &TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=sleeper",
            element(&images, "imageId")
        );
        done(sandbox, &run);
    });
    desk.settle();
    desk.wait(60.0).refresh_until("running");
    desk.go("hibernate").until("--hibernate");
    desk.sees("stopped (hibernated)").screen("hibernate-plan");
    desk.wait(1.0).text_in("sleeper").keys("enter").misses("┌ Hibernate sleeper").wait(90.0).refresh_until("stopped  ");
    desk.keys("d").until("Client.UserInitiatedHibernate");
    desk.keys("d").go("instances name=my-private-ec2").go("hibernate").sees("launched without hibernation");
}

#[test]
fn spot_requests_and_prices_stand_beside_what_they_are_of_and_a_request_is_cancelled() {
    let mut desk = Desk::start(small("instances name=ci-runner-2"));
    desk.keys("l").pick("Spot request").sees("fulfilled");
    desk.keys("l").pick("Spot prices").until("c7i-flex");
    desk.sees("%").screen("spot-prices-of-a-type");
    desk.go("instances name=ci-runner-2").keys("l").pick("Spot request");
    desk.go("cancel-request").sees("is not terminated").screen("cancel-spot-request");
    let id = desk.focused().expect("a request");
    desk.text_in(&id).keys("enter").wait(5.0).refresh_until("cancelled");
    desk.go("instances name=ci-runner-2").sees("running");
}

#[test]
fn the_notice_of_an_interruption_is_seen_on_the_instance_and_counted_among_what_is_wrong() {
    let mut desk = Desk::start_with(small("instances name=ci-runner-2"), |sandbox| {
        sandbox.faults().add("ec2:DescribeSpotInstanceRequests reclaim x1".parse().expect("a fault"));
    });
    desk.settle();
    desk.keys("d").wait(0.5).until("marked-for-termination");
    desk.sees("no available Spot capacity").screen("spot-notice");
    desk.keys("esc").wait(200.0).refresh_until("terminated");
    desk.go("spot-requests instance:i-").until("closed");
    desk.sees("disabled");
}

#[test]
fn cpu_credits_are_said_and_switched() {
    let mut desk = Desk::start(Start { size: (120, 40), ..small("instances name=my-private-ec2") });
    desk.keys("d").wait(0.5).keys("tab 2").until("unlimited");
    desk.keys("esc esc").go("change-credits").until("Unlimited now.");
    desk.keys("esc esc esc")
        .go("instances name=my-private-ec2")
        .go("change-credits mode=standard")
        .until("CpuCredits=standard");
    desk.screen("change-credits-plan");
    desk.keys("enter").wait(70.0);
    desk.go("instances cpu_credits=standard name=my-private-ec2").until("my-private-ec2  ");
    desk.go("instances name=my-alchemine-batch").go("change-credits").sees("is not burstable");
}

#[test]
fn instances_behind_their_group_s_template_are_found() {
    let mut desk = Desk::start(Start { size: (120, 40), view: "instances behind:group", ..Start::default() });
    desk.until("my-asg-ec2");
    let rows = desk.engine.state.view.order.len();
    assert_eq!(rows, 1, "{}", desk.text());
    desk.keys("d").wait(0.5).keys("tab 2").until("template v2, its group's v3");
    desk.screen("behind");
}
