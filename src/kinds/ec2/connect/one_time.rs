//! The way by a key that is good for a minute: EC2 Instance Connect, without the AWS CLI.
//!
//! The key pair is made on this machine for this connection alone; EC2 hands its public half to the instance, whose sshd asks for it there
//! (`AuthorizedKeysCommand` of the package ec2-instance-connect).
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-connect-methods.html>

use std::net::IpAddr;

use super::argv::{self, Identity, Jump};
use super::bastion::{Bastion, Bastions};
use super::{Key, Target, led};
use crate::base::RowId;
use crate::kinds::ec2::instances::instance;
use crate::kinds::ec2::senders::SEND_SSH_PUBLIC_KEY;
use crate::kinds::plan_builder::label;
use crate::model::Arg;
use crate::model::connect::{OneTimeKey, Over, SSH, SendKey, Way};

/// Where the key would be in the embedded account, which makes one, too, and shows the same path each time.
const SIMULATED: &str = "/run/user/1000/skydeck/key";
/// What there has to be.
const TAKES: &str = "EC2 Instance Connect hands the key to the instance for a minute: it takes the package ec2-instance-connect \
                     there, which Amazon Linux and Ubuntu have.";

/// The way: to the public address, else through the likeliest bastion that leads there now; none where neither is there.
pub(super) fn way(target: &Target<'_>, bastions: &Bastions, private: Option<IpAddr>) -> Option<Way> {
    let row = target.cx.row;
    if let Some(address) = instance::public_ip(row) {
        let takers = [(row.id.clone(), target.user.name.clone())];
        return Some(made(target, "ssh with a one-time key".into(), Over::OneTimeKey, &takers, |key| {
            argv::ssh(&target.user.name, address.into(), Some(key), None)
        }));
    }
    let (Bastions::Found(found), Some(private)) = (bastions, private) else { return None };
    let (bastion, address) = found.iter().filter(|b| b.why_not.is_none()).find_map(|b| Some((b, b.address?)))?;
    Some(through(target, bastion, address, private))
}

/// Through a bastion, which is logged in to with its own key's file, or with the same one-time key where there is none.
fn through(target: &Target<'_>, bastion: &Bastion, address: IpAddr, private: IpAddr) -> Way {
    let row = target.cx.row;
    let (user, key) = target.login(bastion);
    let mut takers = vec![(row.id.clone(), target.user.name.clone())];
    if !matches!(key, Key::File(_)) {
        takers.push((bastion.row.id.clone(), user.name.clone()));
    }
    let title = format!("one-time key through {}", label(&bastion.row));
    let over = Over::Through(bastion.row.id.clone());
    let way = made(target, title, over, &takers, |one_time| {
        let jump = Jump { user: &user.name, address, key: Some(key.path().unwrap_or(one_time)) };
        argv::ssh(&target.user.name, private, Some(one_time), Some(&jump))
    });
    // Its key's file may be unfit: then that is no matter here.
    led(way, bastion, Key::File(String::new()), row)
}

fn made(
    target: &Target<'_>,
    title: String,
    over: Over,
    takers: &[(RowId, String)],
    args: impl FnOnce(Identity<'_>) -> Vec<String>,
) -> Way {
    let cx = target.cx;
    let place = if cx.simulated { Some(SIMULATED.into()) } else { cx.tools.and_then(|t| t.one_time.clone()) };
    let file = place.clone().unwrap_or_else(|| SIMULATED.into());
    let mut way = target.way('o', title, SSH, args(Identity { path: &file, only: true }), over);
    if place.is_none() {
        let why =
            "There is no folder that a key can be made in: set TMPDIR to one of yours whose path has neither % nor ${.";
        way.why_not = way.why_not.or_else(|| Some(why.into()));
    }
    let send = |(instance, user): &(RowId, String)| SendKey {
        call: SEND_SSH_PUBLIC_KEY
            .call(cx.table.scope.clone())
            .arg("InstanceId", Arg::Str(instance.clone()))
            .arg("InstanceOSUser", Arg::str(user.as_str()))
            .on([instance.clone()]),
        command: argv::send_key(instance, user, &file, &target.options()),
    };
    if let Some(launch) = &mut way.launch {
        launch.one_time = Some(OneTimeKey { file: file.clone(), sends: takers.iter().map(send).collect() });
    }
    way.notes.push(target.user.from.clone());
    way.notes.push(TAKES.into());
    way
}
