//! The rest of `create-vpc`: subnets over zones, an internet gateway, NAT gateways, route tables.
//!
//! Where no zone is chosen the VPC stands alone. Otherwise [`mod@form`] has fields for the network and lays it out ([`mod@layout`], pure);
//! [`mod@steps`] makes it, what others need first; [`mod@said`] says what it comes to.

mod form;
mod layout;
mod network;
mod said;
mod steps;
#[cfg(test)]
mod tests;

pub(super) use form::{Form, form};
pub(super) use said::{consequences, cost, title};
pub(super) use steps::add;
