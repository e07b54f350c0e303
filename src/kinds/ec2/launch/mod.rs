//! `launch`: instances from an image or a launch template, with everything that they need, a new key pair and a new security group among it, in one
//! plan. The same form, filled from the row, launches more like an instance and from an image or template, and makes templates and their versions.

mod data;
pub mod disks;
mod fields;
mod form;
mod hibernation;
mod image;
mod network;
mod plan;
mod source;
mod template;
mod template_plan;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_sources;

use super::senders::{
    AUTHORIZE_INGRESS, CREATE_KEY_PAIR, CREATE_LAUNCH_TEMPLATE, CREATE_LAUNCH_TEMPLATE_VERSION, CREATE_SECURITY_GROUP,
    DELETE_KEY_PAIR, DELETE_LAUNCH_TEMPLATE, DELETE_LAUNCH_TEMPLATE_VERSIONS, DELETE_SECURITY_GROUP,
    MODIFY_LAUNCH_TEMPLATE, REVOKE_INGRESS, RUN_INSTANCES, TERMINATE_INSTANCES,
};
use super::{images, instances, launch_template_versions, launch_templates};
use crate::kinds::action::{Action, MenuGroup, Sender};
use crate::kinds::plan_builder::state;
use crate::model::Record;

/// What a launch calls, and its ways back.
static LAUNCHES: &[&Sender] = &[
    &CREATE_KEY_PAIR,
    &CREATE_SECURITY_GROUP,
    &AUTHORIZE_INGRESS,
    &RUN_INSTANCES,
    &TERMINATE_INSTANCES,
    &REVOKE_INGRESS,
    &DELETE_SECURITY_GROUP,
    &DELETE_KEY_PAIR,
];

/// What the making of a template or of a version calls, and its ways back.
static TEMPLATES: &[&Sender] = &[
    &CREATE_KEY_PAIR,
    &CREATE_SECURITY_GROUP,
    &AUTHORIZE_INGRESS,
    &CREATE_LAUNCH_TEMPLATE,
    &CREATE_LAUNCH_TEMPLATE_VERSION,
    &MODIFY_LAUNCH_TEMPLATE,
    &DELETE_LAUNCH_TEMPLATE,
    &DELETE_LAUNCH_TEMPLATE_VERSIONS,
    &REVOKE_INGRESS,
    &DELETE_SECURITY_GROUP,
    &DELETE_KEY_PAIR,
];

/// `launch`.
pub static LAUNCH: Action = Action::on_scope(&instances::INFO, "launch", "Launch", plan::plan)
    .doc(
        "Launches instances: image, type, key pair, network, security groups, disks and user data, or all of that \
         from a launch template. The same plan can create a key pair and a security group. :launch purpose=web is a \
         web server with both.",
    )
    .calls(LAUNCHES)
    .asks_for_my_address()
    .form(form::launch);

/// `launch-more`.
pub static LAUNCH_MORE: Action =
    Action::on_rows(&instances::INFO, "launch-more", "Launch more like this", plan::plan_more)
        .group(MenuGroup::New)
        .doc(
            "Launches instances like this one, with its image, type, key pair, network, security groups, disks, user \
             data, profile and tags, all of which can be changed. The content of its disks is not copied; \
             create-image does that.",
        )
        .calls(LAUNCHES)
        .asks_for_my_address()
        .form(form::launch);

/// `launch`, on an image.
pub static LAUNCH_IMAGE: Action = Action::on_rows(&images::INFO, "launch", "Launch", plan::plan)
    .group(MenuGroup::New)
    .doc("Launches instances from this image.")
    .calls(LAUNCHES)
    .only_if(|row: &Record| match state(row) {
        "available" => Ok(()),
        other => Err(format!("It is {other}: only an available image can be launched.")),
    })
    .asks_for_my_address()
    .form(form::launch);

/// `launch`, on a launch template.
pub static LAUNCH_TEMPLATE: Action = Action::on_rows(&launch_templates::INFO, "launch", "Launch", plan::plan)
    .group(MenuGroup::New)
    .doc(
        "Launches instances from this template's default version, or another one; what you change is set for this \
         launch.",
    )
    .calls(LAUNCHES)
    .asks_for_my_address()
    .form(form::launch);

/// `launch`, on a version of a launch template.
pub static LAUNCH_VERSION: Action = Action::on_rows(&launch_template_versions::INFO, "launch", "Launch", plan::plan)
    .group(MenuGroup::New)
    .doc("Launches instances from this version of its launch template; what you change is set for this launch.")
    .calls(LAUNCHES)
    .asks_for_my_address()
    .form(form::launch);

/// `create-launch-template`.
pub static CREATE_TEMPLATE: Action = Action::on_scope(
    &launch_templates::INFO,
    "create-launch-template",
    "Create a launch template",
    template_plan::create,
)
.doc("Creates a launch template: launch settings saved under a name, in versions. Settings left out are set at launch.")
.calls(TEMPLATES)
.asks_for_my_address()
.form(form::create_template);

/// `create-template`, of an instance.
pub static TEMPLATE_OF_INSTANCE: Action = Action::on_rows(
    &instances::INFO,
    "create-template",
    "Create a launch template of it",
    template_plan::of_instance,
)
.group(MenuGroup::Images)
.doc(
    "Creates a launch template for instances like this one: the form starts with its settings, all of which can be \
     changed.",
)
.calls(TEMPLATES)
.asks_for_my_address()
.form(form::create_template);

/// `new-version`, of a launch template.
pub static NEW_VERSION: Action =
    Action::on_rows(&launch_templates::INFO, "new-version", "New version", template_plan::new_version)
        .group(MenuGroup::New)
        .doc("Creates a new version from an existing one, with the changes made here.")
        .calls(TEMPLATES)
        .asks_for_my_address()
        .form(form::new_version);

/// `new-version`, from a version.
pub static VERSION_OF_VERSION: Action = Action::on_rows(
    &launch_template_versions::INFO,
    "new-version",
    "New version from this",
    template_plan::new_version,
)
.group(MenuGroup::New)
.doc("Creates a new version of the template from this one, with the changes made here.")
.calls(TEMPLATES)
.asks_for_my_address()
.form(form::new_version);

/// The fields' names: also the arguments of a palette line and of `skydeck plan launch`.
mod names {
    pub const PURPOSE: &str = "purpose";
    pub const NAME: &str = "name";
    pub const IMAGE: &str = "image";
    pub const TYPE: &str = "type";
    pub const KEY: &str = "key";
    pub const KEY_NAME: &str = "key_name";
    pub const KEY_FILE: &str = "key_file";
    pub const TEMPLATE: &str = "template";
    pub const TEMPLATE_VERSION: &str = "template_version";
    pub const DESCRIPTION: &str = "description";
    pub const INSTANCE_NAME: &str = "instance_name";
    pub const MAKE_DEFAULT: &str = "make_default";
    pub const VPC: &str = "vpc";
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
    pub const HIBERNATION: &str = "hibernation";
}

/// What stands for no key pair, and for one or a group that the plan makes.
const NONE: &str = "none";
const NEW: &str = "new";
/// What stands for what the template has.
const FROM: &str = "template";
/// What stands for AWS's own choice of a subnet.
const ANY: &str = "any";
/// What an instance is for, where it is a web server.
const WEB: &str = "web";

/// Installs a web server at the first start, on every system that the form offers first: Amazon Linux, Ubuntu, Debian.
const WEB_SCRIPT: &str = "#!/bin/sh\n\
    if command -v dnf >/dev/null; then dnf install -y nginx; else apt-get update && apt-get install -y nginx; fi\n\
    systemctl enable --now nginx\n";
