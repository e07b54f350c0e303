//! `launch`: instances from an image, with everything that they need, a new key pair and a new security group among it, in one plan.

pub mod disks;
mod form;
mod image;
mod network;
mod plan;
#[cfg(test)]
mod tests;

use super::instances::INFO;
use super::senders::{
    AUTHORIZE_INGRESS, CREATE_KEY_PAIR, CREATE_SECURITY_GROUP, DELETE_KEY_PAIR, DELETE_SECURITY_GROUP, REVOKE_INGRESS,
    RUN_INSTANCES, TERMINATE_INSTANCES,
};
use crate::kinds::action::Action;

/// `launch`.
pub static LAUNCH: Action = Action::on_scope(&INFO, "launch", "Launch", plan::plan)
    .doc(
        "Launches instances: image, type, key pair, network, security groups, disks, user data. A new key pair and a new security group \
         are made by the same plan. :launch purpose=web is a web server with both.",
    )
    .calls(&[
        &CREATE_KEY_PAIR,
        &CREATE_SECURITY_GROUP,
        &AUTHORIZE_INGRESS,
        &RUN_INSTANCES,
        &TERMINATE_INSTANCES,
        &REVOKE_INGRESS,
        &DELETE_SECURITY_GROUP,
        &DELETE_KEY_PAIR,
    ])
    .asks_for_my_address()
    .form(form::refine);

/// The fields' names: also the arguments of a palette line and of `skydeck plan launch`.
mod names {
    pub const PURPOSE: &str = "purpose";
    pub const NAME: &str = "name";
    pub const IMAGE: &str = "image";
    pub const TYPE: &str = "type";
    pub const KEY: &str = "key";
    pub const KEY_NAME: &str = "key_name";
    pub const KEY_FILE: &str = "key_file";
    pub const SUBNET: &str = "subnet";
    pub const PUBLIC_IP: &str = "public_ip";
    pub const GROUPS: &str = "groups";
    pub const GROUP_NAME: &str = "group_name";
    pub const DISK: &str = "disk";
    pub const USER_DATA: &str = "user_data";
    pub const PROFILE: &str = "profile";
    pub const COUNT: &str = "count";
    pub const SPOT: &str = "spot";
    pub const MAX_PRICE: &str = "max_price";
    pub const TAGS: &str = "tags";
    pub const PROTECT: &str = "protect";
    pub const IMDSV2: &str = "imdsv2";
    pub const MONITORING: &str = "monitoring";
}

/// What stands for no key pair, and for one or a group that the plan makes.
const NONE: &str = "none";
const NEW: &str = "new";
/// What stands for AWS's own choice of a subnet.
const ANY: &str = "any";
/// What an instance is for, where it is a web server.
const WEB: &str = "web";

/// Installs a web server at the first start, on every system that the form offers first: Amazon Linux, Ubuntu, Debian.
const WEB_SCRIPT: &str = "#!/bin/sh\n\
    if command -v dnf >/dev/null; then dnf install -y nginx; else apt-get update && apt-get install -y nginx; fi\n\
    systemctl enable --now nginx\n";
