//! What can be connected to: which kind's rows, and the pure function from a row to the ways.

use std::collections::BTreeMap;

use crate::model::connect::{ConnectSettings, Tools, Ways};
use crate::model::{KindInfo, Record, TableKey};
use crate::store::Store;

/// A kind whose rows can be connected to.
#[derive(Clone, Copy)]
pub struct Connects {
    /// The kind.
    pub kind: &'static KindInfo,
    /// The ways to one of its rows.
    pub ways: fn(&ConnectContext<'_>) -> Ways,
}

/// What the ways are made from.
#[derive(Clone, Copy)]
pub struct ConnectContext<'a> {
    /// Every table.
    pub store: &'a Store,
    /// The row's.
    pub table: &'a TableKey,
    /// The row.
    pub row: &'a Record,
    /// What is installed here; `None`: that was not looked at yet.
    pub tools: Option<&'a Tools>,
    /// What the settings say.
    pub settings: &'a ConnectSettings,
    /// The instance that was gone through last, by VPC.
    pub bastions: &'a BTreeMap<String, String>,
    /// Why nothing may be started, if so: one sentence.
    pub refused: Option<&'a str>,
    /// Who logs in, if the user has said so.
    pub user: Option<&'a str>,
    /// Whether the account is the embedded one: a shell of its own opens, and no program has to be installed.
    pub simulated: bool,
    /// The port to forward, if the user has said so.
    pub port: Option<u16>,
}
