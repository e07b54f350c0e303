//! The simulated shell on a world whose clock is moved by hand.

mod disks;
mod lines;
mod network;
mod words_of_tools;

use std::time::Duration;

use super::login::{Attempt, log_in};
use super::{Next, Shell};
use crate::base::{Clock, Time};
use crate::model::connect::{Login, Over};
use crate::sandbox::ec2::{self, LaunchRequest};
use crate::sandbox::wire::Request;
use crate::sandbox::{Sandbox, WorldSpec};

const NOW: Time = Time::from_secs(1_795_252_800);
const SEOUL: &str = "ap-northeast-2";

/// A world, and a shell in it.
pub(super) struct Bench {
    sandbox: Sandbox,
    clock: Clock,
    shell: Option<Shell>,
}

impl Bench {
    fn of(spec: WorldSpec) -> Bench {
        let clock = Clock::manual(NOW);
        Bench { sandbox: Sandbox::open(spec, clock.clone(), 1.0).expect("a world"), clock, shell: None }
    }
    /// The demo, logged in to its bastion.
    fn demo() -> Bench {
        let mut bench = Bench::of(WorldSpec::Demo);
        bench.enter("my-bastion-host");
        bench
    }
    /// A new account with one instance of an image, in the default VPC; its group lets in what `open` names.
    fn launched(image: &str, kind: &str, user_data: &str, open: &[u16]) -> (Bench, String) {
        let bench = Bench::of(WorldSpec::Empty);
        let id = bench.launch(image, kind, user_data);
        for port in open {
            let group = bench.sandbox.within(|w, _| w.region(SEOUL).ec2.instances[id.as_str()].groups[0].clone());
            bench.ask(&format!(
                "AuthorizeSecurityGroupIngress&GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort={port}&IpPermissions.1.ToPort={port}&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0/0"
            ));
        }
        bench.pass(120);
        (bench, id)
    }
    fn launch(&self, image: &str, kind: &str, user_data: &str) -> String {
        use base64::Engine as _;
        let data = base64::engine::general_purpose::STANDARD.encode(user_data);
        self.sandbox.within(|world, now| {
            let images = &world.region(SEOUL).ec2.images;
            let image = images
                .values()
                .find(|i| i.name.contains(image) && i.architecture == "x86_64")
                .expect("an image")
                .id
                .clone();
            let request = LaunchRequest {
                image,
                instance_type: kind.into(),
                count: 1,
                user_data: (!user_data.is_empty()).then(|| data.into()),
                zone: Some("ap-northeast-2a".into()),
                ..LaunchRequest::default()
            };
            ec2::launch(world, SEOUL, &request, now).expect("launched")[0].to_string()
        })
    }
    /// Time passes.
    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.sandbox.advance();
    }
    /// A call of EC2's API; it has to succeed.
    fn ask(&self, form: &str) -> String {
        self.ask_of(("ec2", "2016-11-15"), form)
    }
    /// A call of a service's API, of this version; it has to succeed.
    fn ask_of(&self, (service, version): (&str, &str), form: &str) -> String {
        let mut headers = http::HeaderMap::new();
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=AKID/20261121/{SEOUL}/{service}/aws4_request, SignedHeaders=host, Signature=0"
        );
        headers.insert("authorization", scope.parse().expect("a header"));
        headers.insert("content-type", "application/x-www-form-urlencoded".parse().expect("a header"));
        let request = Request {
            method: http::Method::POST,
            host: "localhost".into(),
            path: "/".into(),
            query: String::new(),
            headers,
            body: format!("Version={version}&Action={form}").into(),
        };
        let reply = self.sandbox.handle(&request);
        let text = String::from_utf8(reply.body.collect().to_vec()).expect("text");
        assert_eq!(reply.status.as_u16(), 200, "{form}: {text}");
        text
    }
    fn id(&self, name: &str) -> String {
        let find = |i: &&ec2::Instance| i.tag("Name") == Some(name);
        self.sandbox.world().peek(SEOUL).and_then(|r| r.ec2.instances.values().find(find)).expect(name).id.to_string()
    }
    /// Logs in to an instance by its name or id, whatever the way there; returns what is said first.
    fn enter(&mut self, name: &str) -> String {
        let id = if name.starts_with("i-") { name.to_string() } else { self.id(name) };
        let entered = self.sandbox.within(|world, now| {
            let i = ec2::instance(world, SEOUL, &id).expect("it is there");
            let system = world.peek(SEOUL).and_then(|r| super::system_of(&r.ec2, i));
            let user = system.map_or("ec2-user", |s| s.user.as_str()).to_string();
            Shell::log_in(world, SEOUL, &id, &user, now)
        });
        let (shell, text) = entered.expect("it runs");
        self.shell = Some(shell);
        text
    }
    /// Tries a way in from outside: in, or what the program says and after how long.
    fn try_in(&self, name: &str, user: &str, over: Over) -> Result<(), (u64, String)> {
        let id = if name.starts_with("i-") { name.to_string() } else { self.id(name) };
        let login = Login { region: SEOUL.into(), instance: id.as_str().into(), user: user.into(), over };
        match self.sandbox.within(|world, now| log_in(world, &login, now)) {
            Attempt::In(..) => Ok(()),
            Attempt::Refused { after, says, .. } => Err((after.as_secs(), says)),
        }
    }
    /// A line, and all that it says until the next prompt; the clock goes along.
    fn run(&mut self, line: &str) -> String {
        let shell = self.shell.as_mut().expect("logged in");
        shell.enter(line);
        let mut text = String::new();
        for _ in 0..2_000 {
            let turn = self.sandbox.within(|world, now| shell.turn(world, now));
            text.push_str(&turn.text);
            match turn.next {
                Next::At(time) => {
                    let wait = time.since(self.clock.now());
                    self.clock.advance(wait);
                }
                Next::Line | Next::Over(_) => return text,
            }
        }
        panic!("{line} does not end: {text}");
    }
    /// What stands before the next line.
    fn prompt(&self) -> String {
        let shell = self.shell.as_ref().expect("logged in");
        self.sandbox.within(|world, _| shell.prompt(world))
    }
    /// The exit status of the last line.
    fn status(&mut self) -> String {
        self.run("echo $?").trim().to_string()
    }
}
