//! EC2's changing operations, each with what sends it: a request built from a call's arguments, exactly.

mod addresses;
mod gateways;
mod groups;
mod images;
mod instances;
mod interfaces;
mod key_pairs;
mod launch;
mod profiles;
mod snapshots;
mod tags;
mod volumes;

pub use addresses::{ALLOCATE_ADDRESS, ASSOCIATE_ADDRESS, DISASSOCIATE_ADDRESS, RELEASE_ADDRESS};
pub use gateways::{ATTACH_INTERNET_GATEWAY, DETACH_INTERNET_GATEWAY};
pub use groups::{
    AUTHORIZE_EGRESS, AUTHORIZE_INGRESS, CREATE_SECURITY_GROUP, DELETE_SECURITY_GROUP, DESCRIBE_EGRESS,
    DESCRIBE_INGRESS, REVOKE_EGRESS, REVOKE_INGRESS,
};
pub use images::{CREATE_IMAGE, DEREGISTER_IMAGE};
pub use instances::{
    MODIFY_INSTANCE_ATTRIBUTE, MODIFY_INSTANCE_METADATA_OPTIONS, REBOOT_INSTANCES, START_INSTANCES, STOP_INSTANCES,
    TERMINATE_INSTANCES,
};
pub use interfaces::MODIFY_NETWORK_INTERFACE_ATTRIBUTE;
pub use key_pairs::{CREATE_KEY_PAIR, DELETE_KEY_PAIR, IMPORT_KEY_PAIR};
pub use launch::{INSTANCE_IDS, RUN_INSTANCES};
pub use profiles::{
    ASSOCIATE_IAM_INSTANCE_PROFILE, ASSOCIATION_ID, DISASSOCIATE_IAM_INSTANCE_PROFILE, REPLACE_IAM_INSTANCE_PROFILE,
};
pub use snapshots::{CREATE_SNAPSHOT, DELETE_SNAPSHOT};
pub use tags::{CREATE_TAGS, DELETE_TAGS};
pub use volumes::{ATTACH_VOLUME, CREATE_VOLUME, DELETE_VOLUME, DETACH_VOLUME};
