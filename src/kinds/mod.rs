//! Floor 4: everything about one kind of resource: its typed struct, fields, list function, links and actions.
//!
//! A kind is a folder or file under its service, and one line in [`registry`]. SDK types end in the file that calls
//! the SDK.

pub mod action;
mod action_docs;
pub mod args;
pub mod autoscaling;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod connect;
pub mod convert;
pub mod derived;
pub mod docs;
pub mod draft_table;
pub mod ec2;
pub mod elbv2;
pub mod facts;
pub mod file_fields;
pub mod intern;
pub mod large_pages;
pub mod listing;
pub mod mend;
mod menu_group;
pub mod naming;
pub mod paging;
pub mod plan_builder;
pub mod prices;
pub mod raw;
pub mod registry;
pub mod row_page;
pub mod row_spec;
pub mod rows_field;
pub mod s3;
mod tags;
#[cfg(test)]
pub(crate) mod testing;
pub mod web_console;

pub use action::{
    Action, ActionContext, Answer, FilledForm, MakePlan, MenuGroup, Outgoing, Output, SendMode, Sender, Takes, Target,
};
pub use intern::Interner;
pub use listing::{AskAhead, KindDef, ListRequest, Pages, PaidRow, Sink, What};
pub use registry::Registry;
