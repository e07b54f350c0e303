//! Connecting: which ways there are, what is started and what is not, as it is seen at 80 columns.

use std::collections::BTreeSet;

use skydeck::model::Event;
use skydeck::model::connect::{KeyFile, Launch, Over, PROGRAMS, Tools, ToolsLook};
use skydeck::runtime::Host;

use crate::support::desk::{Desk, Start};

/// As if this machine had all programs, and this file of the key pair. What it really has is looked at first.
fn furnish(desk: &mut Desk, file: KeyFile) {
    let key = "my-ec2-keypair";
    let look = ToolsLook { keys: vec![key.into()], folders: Vec::new() };
    let programs: BTreeSet<&'static str> = PROGRAMS.iter().copied().collect();
    let keys = [(key.into(), file)].into_iter().collect();
    desk.engine.handle(Event::FoundTools(
        look,
        Tools { programs, keys, one_time: Some("/run/user/1000/skydeck-1/key".into()) },
    ));
    desk.settle();
}

fn usable() -> KeyFile {
    KeyFile::Usable("/home/me/.ssh/my-ec2-keypair.pem".into())
}

/// The ways to an instance of the demo, in a console that does not know that the account is the embedded one.
fn connecting(name: &str, start: Start) -> Desk {
    let mut desk = Desk::start(Start { view: "instances", ..start });
    desk.to(name).keys("c");
    furnish(&mut desk, usable());
    desk
}

fn outside() -> Start {
    Start { sandbox: false, size: (80, 24), ..Start::default() }
}

#[test]
fn the_ways_are_shown_with_their_commands_and_the_chosen_one_is_copied() {
    let mut desk = connecting("my-bastion-host", outside());
    desk.sees("Connect to my-bastion-host").sees("$ ssh -i /home/me/.ssh/my-ec2-keypair.pem ec2-user@");
    desk.screen("connect-bastion");
    desk.keys("y");
    let copied = desk.host.iter().find_map(|h| if let Host::Copy(text) = h { Some(text.clone()) } else { None });
    let copied = copied.unwrap_or_default();
    assert!(copied.starts_with("ssh -i /home/me/.ssh/my-ec2-keypair.pem ec2-user@"), "{copied}");
    assert_eq!(copied.lines().count(), 1);
    desk.keys("esc").misses("Connect to");
}

#[test]
fn a_private_instance_is_reached_through_the_bastion_that_its_groups_let_in() {
    let mut desk = connecting("my-alchemine-app-ec2-2", outside());
    desk.sees("ssh through my-bastion-host").sees("It has no public IPv4 address.");
    desk.screen("connect-private");
    desk.resize(120, 40).screen("connect-private-wide");
    desk.resize(80, 24);
    furnish(&mut desk, KeyFile::Missing(vec!["~/.ssh".into()]));
    desk.sees("$ ssh -J ec2-user@").sees("No file of the key pair my-ec2-keypair");
}

#[test]
fn what_cannot_be_done_is_said_and_not_started() {
    let mut desk = connecting("my-bastion-host", outside());
    let open = "Others can read the key file, and ssh refuses it: chmod 400 /k/my-ec2-keypair.pem";
    furnish(&mut desk, KeyFile::Refused(open.into()));
    desk.keys("s").sees("chmod 400");
    assert_eq!(started(&desk), None);
    desk.keys("esc");
    desk.keys("esc").to("my-openvpn-ec2").keys("c").sees("is stopped: start it first.");
    desk.keys("enter");
    assert_eq!(started(&desk), None);
}

fn started(desk: &Desk) -> Option<Launch> {
    desk.host.iter().find_map(|h| if let Host::Connect(launch, _) = h { Some(launch.clone()) } else { None })
}

#[test]
fn in_the_sandbox_the_command_is_shown_and_the_simulated_shell_is_what_opens() {
    let mut desk = connecting("my-bastion-host", Start { size: (80, 24), ..Start::default() });
    desk.sees("$ ssh -i /home/me/.ssh/my-ec2-keypair.pem ec2-user@").sees("Simulated by Skydeck: a shell of the");
    desk.screen("connect-sandbox");
    desk.keys("f").sees("no port of this machine leads");
    assert_eq!(started(&desk), None);
    desk.keys("s");
    let launch = started(&desk).expect("a way was chosen");
    assert_eq!((launch.login.user.as_str(), launch.login.region.as_str()), ("ec2-user", "ap-northeast-2"));
    assert_eq!(launch.login.over, Over::Public);
    // No program of this machine has to be there for it.
    let mut desk = Desk::start(Start { view: "instances", size: (80, 24), ..Start::default() });
    desk.to("my-private-ec2").keys("c");
    let look = ToolsLook { keys: vec!["my-ec2-keypair".into()], folders: Vec::new() };
    desk.engine.handle(Event::FoundTools(look, Tools::default()));
    desk.settle();
    desk.keys("b");
    assert!(matches!(started(&desk).map(|l| l.login.over), Some(Over::Through(_))));
}

#[test]
fn a_one_time_key_is_shown_with_its_call_and_sent_before_the_program_starts() {
    let mut desk = connecting("my-bastion-host", outside());
    desk.keys("down down down").sees("send-ssh-public-key").sees("IdentitiesOnly=yes");
    desk.screen("connect-one-time");
    // In the embedded account it is sent, too.
    let mut desk = connecting("my-bastion-host", Start { size: (80, 24), ..Start::default() });
    desk.keys("o");
    let launch = started(&desk).expect("the key was taken");
    assert_eq!((launch.login.over, desk.log.count("SendSSHPublicKey")), (Over::OneTimeKey, 1));
    // What AWS refuses is said in its words, and nothing is started.
    let mut desk = connecting("my-bastion-host", Start { size: (80, 24), ..Start::default() });
    desk.sandbox.faults().add("ec2-instance-connect:SendSSHPublicKey deny".parse().expect("a fault"));
    desk.keys("o").go("messages").sees("ssh was not started: SendSSHPublicKey: ");
    assert_eq!(started(&desk), None);
}

#[test]
fn in_read_only_mode_nothing_is_started() {
    let mut desk = connecting("my-bastion-host", Start { read_only: true, ..Start::default() });
    desk.sees("Read-only mode refuses it.");
    desk.keys("s enter");
    assert_eq!(started(&desk), None);
    let mut desk = connecting("my-bastion-host", Start { read_only: true, ..outside() });
    desk.sees("Read-only mode refuses it.");
    desk.keys("s enter");
    assert_eq!(started(&desk), None);
    assert_eq!(desk.log.writes(), []);
}

#[test]
fn other_rows_are_not_connected_to_and_the_line_says_which_are() {
    let mut desk = Desk::start(Start { view: "volumes", ..outside() });
    desk.keys("c").sees("connect works on instances; this is volumes.");
    desk.go("overview").go("connect").sees("connect works on instances; this is overview.");
    desk.go("instances").to("my-bastion-host").go("connect deploy 5432").sees("Connect to my-bastion-host");
    furnish(&mut desk, usable());
    desk.sees("$ ssh -i /home/me/.ssh/my-ec2-keypair.pem deploy@").sees("User deploy: you have said so.");
    desk.keys("esc").keys(":");
    desk.text_in("connect -oProxyCommand=x").keys("enter").sees("-oProxyCommand=x is no user name");
}

#[test]
fn what_somebody_has_stopped_since_the_table_was_read_is_not_connected_to() {
    let mut desk = connecting("my-private-ec2", outside());
    desk.sees("$ ssh -i").keys("esc");
    let mut other = Desk::beside(&desk, Start { view: "instances name=my-private-ec2", ..Start::default() });
    other.go("targets").go("auto-scaling-groups").go("instances name=my-private-ec2").go("stop").keys("enter");
    assert_eq!(other.log.count("StopInstances"), 1, "{}", other.text());
    desk.sees("my-private-ec2").keys("c").sees("my-private-ec2 is stopping");
    desk.keys("p enter");
    assert_eq!(started(&desk), None);
}
