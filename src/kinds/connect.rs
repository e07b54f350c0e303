//! What can be connected to: which kind's rows, and the pure function from a row to the ways.

use std::collections::BTreeMap;

use arcstr::ArcStr;

use super::action::Sender;
use crate::model::connect::{ConnectSettings, Tools, Ways};
use crate::model::{KindInfo, Record, TableKey};
use crate::store::Store;

/// A kind whose rows can be connected to.
#[derive(Clone, Copy)]
pub struct Connects {
    /// The kind.
    pub kind: &'static KindInfo,
    /// The operations that a way may call before its program is started.
    pub operations: &'static [&'static Sender],
    /// The ways to one of its rows.
    pub ways: fn(&ConnectContext<'_>) -> Ways,
}

impl Connects {
    /// The key pairs that some rows' ways are tried with.
    pub fn keys<'a>(
        &self,
        store: &Store,
        rows: impl Iterator<Item = (&'a TableKey, &'a Record)>,
        (settings, bastions): (&ConnectSettings, &BTreeMap<String, String>),
    ) -> Vec<ArcStr> {
        let mut keys: Vec<ArcStr> = Vec::new();
        for (table, row) in rows {
            let cx = ConnectContext {
                store,
                table,
                row,
                tools: None,
                settings,
                bastions,
                refused: None,
                user: None,
                port: None,
                simulated: false,
            };
            for key in (self.ways)(&cx).keys {
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        keys
    }
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
