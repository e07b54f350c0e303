//! Ways to connect to an instance: over SSH, through a bastion, through AWS's own services.
//!
//! Pure: what is known of the instance, of its VPC and of this machine becomes a list of ways, each with the words that are started. What of it is not known is
//! asked for ([`Ways::needs`], [`Ways::keys`]), and a way says that it waits.

mod argv;
mod bastion;
pub(super) mod command;
mod one_time;
#[cfg(test)]
mod tests;
mod user;

use std::net::IpAddr;

use arcstr::ArcStr;

use self::argv::{Identity, Jump};
use self::bastion::{Bastion, Bastions};
use self::user::User;
use super::images;
use super::instances::instance::{self, InstanceState};
use super::instances::{self, fields};
use super::network_acls;
use super::security_groups;
use super::senders::SEND_SSH_PUBLIC_KEY;
use crate::base::text::{listed, visible};
use crate::kinds::connect::{ConnectContext, Connects};
use crate::kinds::plan_builder::{self, field, label, state};
use crate::model::connect::{AWS, KeyFile, Launch, LaunchFile, Login, Over, SESSION_PLUGIN, SSH, Way, Ways};
use crate::model::{Kind, Record, TableKey, Value};

/// Instances are connected to.
pub static CONNECTS: Connects = Connects { kind: &instances::INFO, operations: &[&SEND_SSH_PUBLIC_KEY], ways };

/// Remote Desktop.
const RDP: u16 = 3389;
/// A forwarded port's end on this machine is so far above it: free for anybody, and told from one's own services.
const APART: u16 = 10_000;

/// What the ways to one instance are made from.
struct Target<'a> {
    cx: &'a ConnectContext<'a>,
    user: User,
    /// Why nothing can be done at all.
    refused: Option<String>,
}

fn ways(cx: &ConnectContext<'_>) -> Ways {
    let row = cx.row;
    let image = image(cx, row);
    let mut user = user::of(row, image, &cx.settings.users);
    if let Some(name) = cx.user {
        user = User { name: name.into(), from: format!("User {name}: you have said so.") };
    }
    let refused = cx.refused.map(ToString::to_string).or_else(|| not_running(row));
    let target = Target { cx, user, refused };
    let bastions = bastions(cx);
    let mut ways = if user::is_windows(row) { target.windows(&bastions) } else { target.linux(&bastions) };
    if cx.simulated {
        ways.iter_mut().for_each(|way| in_the_sandbox(way, user::is_windows(row)));
    }
    // One letter, one way.
    for i in 1..ways.len() {
        if ways[..i].iter().any(|w| w.letter == ways[i].letter) {
            ways[i].letter = None;
        }
    }
    Ways { ways, needs: needs(cx, &bastions), keys: keys(row, &bastions) }
}

/// What a way comes to in the embedded account: a shell of its own, which knows Linux and no ports of this machine. The command is what it would be.
fn in_the_sandbox(way: &mut Way, windows: bool) {
    let Some(launch) = &mut way.launch else { return };
    launch.file = None;
    let why = match launch.login.over {
        Over::Forward => Some("The sandbox's instances are simulated: no port of this machine leads to one."),
        _ if windows => Some("The sandbox's simulated shell knows Linux only."),
        _ => None,
    };
    way.why_not = way.why_not.take().or_else(|| why.map(Into::into));
    if why.is_some() {
        return;
    }
    way.notes.insert(0, "Simulated by Skydeck: a shell of the sandbox opens in its place, and takes any key.".into());
}

fn not_running(row: &Record) -> Option<String> {
    match instance::state(row) {
        InstanceState::Running => None,
        InstanceState::Stopped => Some(format!("{} is stopped: start it first.", label(row))),
        _ => Some(format!("{} is {}: only a running instance can be connected to.", label(row), state(row))),
    }
}

fn image<'a>(cx: &'a ConnectContext<'_>, of: &Record) -> Option<&'a Record> {
    let id = field(of, &fields::IMAGE_ID)?;
    cx.store.get(&TableKey::all(cx.table.scope.clone(), Kind(&images::INFO)), id).map(AsRef::as_ref)
}

fn key_name(row: &Record) -> Option<ArcStr> {
    field(row, &fields::KEY_NAME).map(ArcStr::from)
}

fn bastions(cx: &ConnectContext<'_>) -> Bastions {
    let chosen = instance::vpc_id(cx.row).and_then(|vpc| cx.bastions.get(vpc));
    bastion::find(cx.store, &cx.table.scope, cx.row, chosen.map(String::as_str))
}

/// The tables that say more: the instance itself, so that an address that was released is not used; its image; the VPC's other instances; the
/// rules of its groups; the network ACLs, which are few.
fn needs(cx: &ConnectContext<'_>, bastions: &Bastions) -> Vec<(TableKey, Option<Vec<crate::base::RowId>>)> {
    let scope = &cx.table.scope;
    let all = |kind| TableKey::all(scope.clone(), Kind(kind));
    let mut out = vec![(cx.table.clone(), Some(vec![cx.row.id.clone()]))];
    let mut rows: Vec<&Record> = vec![cx.row];
    if let Bastions::Found(found) = bastions {
        rows.extend(found.iter().map(|b| b.row.as_ref()));
    }
    let ids: Vec<ArcStr> = rows.iter().filter_map(|r| field(r, &fields::IMAGE_ID).map(ArcStr::from)).collect();
    if !ids.is_empty() {
        out.push((all(&images::INFO), Some(ids)));
    }
    if let Some(table) = instance::vpc_id(cx.row).and_then(|vpc| bastion::table(cx.store, scope, vpc)) {
        out.push((table, None));
        out.push((all(&network_acls::INFO), None));
    }
    let groups = bastion::groups(cx.row);
    if !groups.is_empty() {
        out.push((all(&security_groups::INFO), Some(groups)));
    }
    out
}

fn keys(row: &Record, bastions: &Bastions) -> Vec<ArcStr> {
    let mut keys: Vec<ArcStr> = key_name(row).into_iter().collect();
    if let Bastions::Found(found) = bastions {
        for name in found.iter().filter_map(|b| key_name(&b.row)) {
            if !keys.contains(&name) {
                keys.push(name);
            }
        }
    }
    keys
}

/// A key's file, as far as it is known.
enum Key {
    /// The file.
    File(String),
    /// None: ssh tries what it has. A sentence.
    Own(String),
    /// The file is there and cannot be used: a sentence.
    Refused(String),
}

impl Key {
    fn path(&self) -> Option<Identity<'_>> {
        if let Key::File(path) = self { Some(Identity::of(path)) } else { None }
    }
}

impl<'a> Target<'a> {
    fn key_of(&self, row: &Record) -> Key {
        let Some(name) = key_name(row) else {
            return Key::Own(format!("{} was launched without a key pair: ssh tries your own keys.", label(row)));
        };
        match self.cx.tools.and_then(|tools| tools.keys.get(&name)) {
            Some(KeyFile::Usable(path)) => Key::File(path.clone()),
            Some(KeyFile::Refused(why)) => Key::Refused(why.clone()),
            Some(KeyFile::Missing(folders)) => {
                let shown =
                    |f: &String| if f == "." { "the working folder".to_string() } else { visible(f).into_owned() };
                let folders = listed(&folders.iter().map(shown).collect::<Vec<_>>());
                Key::Own(format!("No file of the key pair {} in {folders}: ssh tries your own keys.", visible(&name)))
            }
            None => Key::Own(format!("Looking for the file of the key pair {}.", visible(&name))),
        }
    }

    /// Why a program cannot be started.
    fn lacks(&self, programs: &[&str]) -> Option<String> {
        if self.cx.simulated {
            return None;
        }
        let Some(tools) = self.cx.tools else { return Some("Looking for what is installed here.".into()) };
        let missing = programs.iter().find(|p| !tools.programs.contains(*p))?;
        Some(match *missing {
            SSH => "ssh is not installed here: install OpenSSH's client.".into(),
            AWS => "The AWS CLI (aws) is not installed here.".into(),
            SESSION_PLUGIN => {
                "session-manager-plugin is not installed: it is the AWS CLI's plugin for Session Manager.".into()
            }
            other => format!("{other} is not installed here."),
        })
    }

    fn way(&self, letter: char, label: impl Into<String>, program: &'static str, args: Vec<String>, over: Over) -> Way {
        let profile = self.cx.table.scope.profile().cloned().unwrap_or_default();
        let to = plan_builder::label(self.cx.row);
        let region = self.cx.table.scope.region_code().map(ArcStr::from).unwrap_or_default();
        let login = Login { region, instance: self.cx.row.id.clone(), user: self.user.name.clone(), over };
        let launch = Launch { program, args, profile, to, file: None, one_time: None, login };
        Way {
            label: label.into(),
            letter: Some(letter),
            launch: Some(launch),
            notes: Vec::new(),
            why_not: self.refused.clone().or_else(|| self.lacks(&[program])),
            through: None,
        }
    }

    /// A way that is not there.
    fn none(&self, letter: char, label: &str, why: impl Into<String>) -> Way {
        let why_not = Some(self.refused.clone().unwrap_or_else(|| why.into()));
        Way { label: label.into(), letter: Some(letter), why_not, ..Way::default() }
    }

    fn ssh(&self, letter: char, label: impl Into<String>, address: IpAddr, jump: Option<&Jump<'_>>, over: Over) -> Way {
        let key = self.key_of(self.cx.row);
        let args = argv::ssh(&self.user.name, address, key.path(), jump);
        let mut way = self.way(letter, label, SSH, args, over);
        way.notes.push(self.user.from.clone());
        match key {
            Key::File(_) => {}
            Key::Own(note) => way.notes.push(note),
            Key::Refused(why) => way.why_not = way.why_not.or(Some(why)),
        }
        way
    }

    fn linux(&self, bastions: &Bastions) -> Vec<Way> {
        let row = self.cx.row;
        let mut out = vec![match instance::public_ip(row) {
            Some(address) => self.ssh('s', "ssh", address.into(), None, Over::Public),
            None => self.none('s', "ssh", "It has no public IPv4 address."),
        }];
        let private = row.get(&fields::PRIVATE_IP).as_ip();
        for block in row.get(&fields::IPV6).blocks().take(1) {
            let address = block.range().addr();
            if Some(address) != private {
                let over = if let IpAddr::V6(v6) = address { Over::V6(v6) } else { Over::Private };
                out.push(self.ssh('v', "ssh over IPv6", address, None, over));
            }
        }
        out.extend(self.through(bastions, private));
        if let Some(address) = private {
            let mut way = self.ssh('p', "ssh, private address", address, None, Over::Private);
            way.notes.push("It takes a network that leads there: a VPN, a peering, a machine in the VPC.".into());
            out.push(way);
        }
        out.extend(one_time::way(self, bastions, private));
        out.push(self.endpoint());
        out.push(self.session());
        out.push(self.forward(self.cx.port.unwrap_or(80)));
        out
    }

    fn windows(&self, bastions: &Bastions) -> Vec<Way> {
        let port = self.cx.port.unwrap_or(RDP);
        let mut out = vec![self.forward(port), self.session()];
        let private = self.cx.row.get(&fields::PRIVATE_IP).as_ip();
        if let (Bastions::Found(found), Some(IpAddr::V4(private))) = (bastions, private) {
            for bastion in found {
                let Some(address) = bastion.address else { continue };
                let (user, key) = self.login(bastion);
                let mut args = argv::ssh(&user.name, address, key.path(), None);
                let local = local_port(port);
                args.splice(0..0, ["-N".to_string(), "-L".into(), format!("{local}:{private}:{port}")]);
                let mut way =
                    self.way('b', format!("forward through {}", label(&bastion.row)), SSH, args, Over::Forward);
                way.notes.push(user.from);
                way.notes.push(format!("localhost:{local} is its port {port} until Ctrl-C."));
                if port == RDP {
                    self.for_remote_desktop(&mut way, local);
                }
                out.push(led(way, bastion, key, self.cx.row));
            }
        }
        out
    }

    fn login(&self, bastion: &Bastion) -> (User, Key) {
        let user = user::of(&bastion.row, image(self.cx, &bastion.row), &self.cx.settings.users);
        (user, self.key_of(&bastion.row))
    }

    /// Through the VPC's bastions.
    fn through(&self, bastions: &Bastions, private: Option<IpAddr>) -> Vec<Way> {
        const LABEL: &str = "ssh through a bastion";
        let found = match bastions {
            Bastions::Found(found) => found,
            Bastions::Coming => return vec![self.none('b', LABEL, "Looking for one in its VPC.")],
            Bastions::Failed(word) => {
                return vec![self.none('b', LABEL, format!("The instances of its VPC could not be read: {word}."))];
            }
        };
        let Some(private) = private else { return Vec::new() };
        let ways: Vec<Way> = found
            .iter()
            .map(|bastion| {
                let title = format!("ssh through {}", label(&bastion.row));
                let Some(address) = bastion.address else {
                    return self.none('b', &title, bastion.why_not.clone().unwrap_or_default());
                };
                let (user, key) = self.login(bastion);
                let jump = Jump { user: &user.name, address, key: key.path() };
                let way = self.ssh('b', title, private, Some(&jump), Over::Through(bastion.row.id.clone()));
                led(way, bastion, key, self.cx.row)
            })
            .collect();
        if ways.is_empty() {
            let why =
                "None found: no running instance of its VPC with a public address is let in on port 22 by its groups.";
            return vec![self.none('b', LABEL, why)];
        }
        ways
    }

    /// The AWS CLI's options that mean this account and region.
    fn options(&self) -> Vec<String> {
        let scope = &self.cx.table.scope;
        let mut options = scope.profile().and_then(|p| self.cx.settings.flags.get(p)).cloned().unwrap_or_default();
        if let Some(region) = scope.region_code() {
            options.extend(["--region".to_string(), region.to_string()]);
        }
        options
    }

    fn endpoint(&self) -> Way {
        let mut options = self.options();
        if let Key::File(path) = self.key_of(self.cx.row) {
            options.splice(0..0, ["--private-key-file".to_string(), path]);
        }
        let args = argv::endpoint(&self.cx.row.id, &self.user.name, &options);
        let mut way = self.way('e', "Instance Connect Endpoint", AWS, args, Over::Endpoint);
        way.why_not = way.why_not.or_else(|| self.lacks(&[SSH]));
        way.notes.push(self.user.from.clone());
        way.notes.push("It takes version 2 of the AWS CLI, and such an endpoint in the VPC.".into());
        way
    }

    fn session(&self) -> Way {
        let args = argv::session(&self.cx.row.id, &self.options());
        let way = self.way('m', "Session Manager", AWS, args, Over::Session);
        self.by_agent(way)
    }

    fn forward(&self, port: u16) -> Way {
        let local = local_port(port);
        let args = argv::forward(&self.cx.row.id, port, local, &self.options());
        let title = if port == RDP { "Remote Desktop by Session Manager" } else { "port by Session Manager" };
        let mut way = self.way('f', title, AWS, args, Over::Forward);
        way.notes.push(format!("localhost:{local} is its port {port} until Ctrl-C. :connect PORT takes another."));
        if port == RDP {
            self.for_remote_desktop(&mut way, local);
        }
        self.by_agent(way)
    }

    /// The file that a Remote Desktop client opens meanwhile. It is called by the instance's id: a name may be anything.
    fn for_remote_desktop(&self, way: &mut Way, local: u16) {
        let folder = &self.cx.settings.downloads;
        let id: String = self.cx.row.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        let Some(launch) = way.launch.as_mut().filter(|_| !folder.is_empty() && !id.is_empty()) else { return };
        let path = format!("{}/{id}.rdp", folder.trim_end_matches('/'));
        way.notes.push(format!("A Remote Desktop client opens {} meanwhile.", visible(&path)));
        if key_name(self.cx.row).is_some() {
            way.notes.push("The administrator's first password: :windows-password.".into());
        }
        launch.file = Some(LaunchFile { path, text: argv::rdp(local, user::ADMINISTRATOR) });
    }

    fn by_agent(&self, mut way: Way) -> Way {
        way.why_not = way.why_not.or_else(|| self.lacks(&[SESSION_PLUGIN]));
        let profile = match self.cx.row.get(&fields::PROFILE) {
            Value::Empty => ", and it has no instance profile that would let it",
            _ => "",
        };
        way.notes.push(format!("It takes the SSM Agent, running and let in by IAM{profile}."));
        way
    }
}

fn local_port(port: u16) -> u16 {
    port.checked_add(APART).unwrap_or(port)
}

/// What a bastion adds to a way through it.
fn led(mut way: Way, bastion: &Bastion, key: Key, row: &Record) -> Way {
    way.why_not = way.why_not.or_else(|| bastion.why_not.clone());
    match key {
        Key::Refused(why) => way.why_not = way.why_not.or(Some(why)),
        Key::Own(note) if !way.notes.contains(&note) => way.notes.push(note),
        _ => {}
    }
    way.notes.extend(bastion.notes.iter().cloned());
    way.through = instance::vpc_id(row).map(|vpc| (vpc.into(), bastion.row.id.clone()));
    way
}
