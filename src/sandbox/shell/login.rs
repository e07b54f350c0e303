//! Whether one gets in: by the way that was chosen, over the world's networks.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::session::Shell;
use super::system_of;
use crate::base::Time;
use crate::model::connect::{Login, Over};
use crate::sandbox::ec2::connection::{self, Outcome, Packet};
use crate::sandbox::ec2::{self, InstanceState, lifecycle};
use crate::sandbox::world::World;

/// How long Linux tries to connect: six more SYNs, the last of which is waited for.
/// <https://docs.kernel.org/networking/ip-sysctl.html> (tcp_syn_retries)
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(131);

/// The user's own address, as the sandbox's "my IP" has it.
pub const MY_ADDRESS: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 7);

/// Who Session Manager logs in.
const SSM_USER: &str = "ssm-user";

/// What becomes of it.
pub enum Attempt {
    /// One is in; what is said first.
    In(Box<Shell>, String),
    /// One is not, after so much of the sandbox's time: what the program says, and its exit status.
    Refused {
        /// How long that takes, at the sandbox's speed.
        after: Duration,
        /// The program's words, a line each.
        says: String,
        /// Its exit status.
        status: i32,
    },
}

/// Tries to log in.
pub fn log_in(world: &mut World, login: &Login, now: Time) -> Attempt {
    let refused = |world: &World, after: Duration, says: String, status: i32| Attempt::Refused {
        after: world.scaled(after),
        says,
        status,
    };
    let ssh = |world: &World, address: IpAddr, port: Met| {
        let what = match port {
            Met::TimesOut => "Connection timed out",
            Met::Refused => "Connection refused",
            Met::NoHost => "No route to host",
        };
        let after = match port {
            Met::TimesOut => CONNECT_TIMEOUT,
            Met::NoHost => Duration::from_secs(3),
            Met::Refused => Duration::ZERO,
        };
        refused(world, after, format!("ssh: connect to host {address} port 22: {what}\n"), 255)
    };
    let (region, id) = (login.region.as_str(), login.instance.as_str());
    let Some(i) = ec2::instance(world, region, id) else {
        return refused(world, Duration::ZERO, format!("The instance {id} is not there any more.\n"), 255);
    };
    let mut user = login.user.clone();
    let private = i.private_ip;
    match &login.over {
        Over::Public | Over::OneTimeKey => {
            let state = world.peek(region).map(|r| &r.ec2);
            let address = state.and_then(|s| connection::public_ip(s, i)).unwrap_or(private);
            if let Err(met) = from_me(world, region, id, now) {
                return ssh(world, address.into(), met);
            }
        }
        // Neither a VPN nor IPv6 lead into the sandbox.
        Over::Private => return ssh(world, private.into(), Met::TimesOut),
        Over::V6(address) => return ssh(world, IpAddr::V6(*address), Met::TimesOut),
        Over::Through(bastion) => {
            let address = ec2::instance(world, region, bastion)
                .and_then(|b| world.peek(region).and_then(|r| connection::public_ip(&r.ec2, b)));
            if let Err(met) = from_me(world, region, bastion, now) {
                let address = address.unwrap_or(Ipv4Addr::UNSPECIFIED);
                let Attempt::Refused { after, says, status } = ssh(world, address.into(), met) else { unreachable!() };
                let says = format!("{says}Connection closed by UNKNOWN port 65535\n");
                return Attempt::Refused { after, says, status };
            }
            let met = match connection::from_instance(world, region, bastion, private, Packet::Tcp(22), now) {
                Outcome::Arrives(_) if answers(world, region, id, now) => None,
                Outcome::Arrives(_) => Some("Connection refused"),
                Outcome::NoHost => Some("No route to host"),
                Outcome::Dropped(_) => Some("Connection timed out"),
            };
            if let Some(what) = met {
                let after = if what == "Connection timed out" { CONNECT_TIMEOUT } else { Duration::from_secs(1) };
                let says = format!(
                    "channel 0: open failed: connect failed: {what}\nstdio forwarding failed\nConnection closed by UNKNOWN port 65535\n"
                );
                return refused(world, after, says, 255);
            }
        }
        Over::Endpoint => {
            let says = "There are no Instance Connect Endpoints in the sandbox: ssh through a bastion leads to a private instance.\n".into();
            return refused(world, Duration::ZERO, says, 255);
        }
        Over::Session => {
            // The agent has to be let in by IAM and to reach the service. [AWS: Session Manager prerequisites]
            let out =
                connection::from_instance(world, region, id, Ipv4Addr::new(52, 95, 193, 100), Packet::Tcp(443), now);
            let reaches = matches!(out, Outcome::Arrives(_));
            if i.iam_profile.is_none() || !reaches || !boots(world, region, id, now) {
                let says = format!(
                    "An error occurred (TargetNotConnected) when calling the StartSession operation: {id} is not connected.\n"
                );
                return refused(world, Duration::from_secs(1), says, 254);
            }
            user = SSM_USER.into();
        }
        Over::Forward => {
            let says =
                "The sandbox's instances are simulated: no port of this machine leads to one. The shell has curl.\n"
                    .into();
            return refused(world, Duration::ZERO, says, 255);
        }
    }
    if user != SSM_USER
        && let Err(why) = takes_user(world, region, id, 22, &user)
    {
        let host = private.to_string();
        return refused(world, Duration::from_secs(1), why.replace("{host}", &host), 255);
    }
    let taken = ec2::instance(world, region, id).is_some_and(|i| ec2::instance_connect::is_let_in(i, &user, now));
    if login.over == Over::OneTimeKey && !taken {
        let says = format!(
            "{user}@{private}: Permission denied (publickey).\n(simulated by Skydeck: its one-time key was good for a minute)\n"
        );
        return refused(world, Duration::from_secs(1), says, 255);
    }
    match Shell::log_in(world, region, id, &user, now) {
        Some((shell, says)) => Attempt::In(Box::new(shell), says),
        None => refused(world, Duration::ZERO, "The simulated shell knows Linux only.\n".into(), 255),
    }
}

/// What a connection meets instead of an answer.
#[derive(Clone, Copy)]
enum Met {
    TimesOut,
    Refused,
    NoHost,
}

/// From the user's own address to an instance's port 22.
fn from_me(world: &World, region: &str, id: &str, now: Time) -> Result<(), Met> {
    match connection::from_outside(world, region, id, MY_ADDRESS, Packet::Tcp(22), now) {
        Outcome::Arrives(_) if answers(world, region, id, now) => Ok(()),
        Outcome::Arrives(_) => Err(Met::Refused),
        Outcome::NoHost => Err(Met::NoHost),
        Outcome::Dropped(_) => Err(Met::TimesOut),
    }
}

fn answers(world: &World, region: &str, id: &str, now: Time) -> bool {
    let Some(state) = world.peek(region).map(|r| &r.ec2) else { return false };
    let boot = lifecycle::boot_takes(world, id);
    state.instances.get(id).is_some_and(|i| state.listens_on(i, 22, boot, now))
}

fn boots(world: &World, region: &str, id: &str, now: Time) -> bool {
    let boot = lifecycle::boot_takes(world, id);
    let i = ec2::instance(world, region, id).filter(|i| i.state == InstanceState::Running);
    i.and_then(|i| i.booted).is_some_and(|b| now >= b.plus(boot))
}

/// Whether an instance's ssh lets a user in: the one that its image has.
pub(super) fn takes_user(world: &World, region: &str, id: &str, port: u16, user: &str) -> Result<(), String> {
    let i = ec2::instance(world, region, id).filter(|i| i.platform.is_none());
    let state = world.peek(region).map(|r| &r.ec2);
    let Some(system) = state.zip(i).and_then(|(s, i)| system_of(s, i)).filter(|_| port == 22) else {
        return Err("kex_exchange_identification: Connection closed by remote host\n".into());
    };
    if user == system.user {
        return Ok(());
    }
    if user == "root" {
        return Err(format!(
            "Please login as the user \"{0}\" rather than the user \"root\".\n\nConnection to {{host}} closed.\n",
            system.user
        ));
    }
    Err(format!(
        "{user}@{{host}}: Permission denied (publickey).\n(simulated by Skydeck: this image lets {} in)\n",
        system.user
    ))
}
