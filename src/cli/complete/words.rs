//! The words that only this program knows: kinds and their fields, actions, regions, profiles, themes, keymaps, worlds.

use crate::app::aliases::expand;
use crate::app::board::BOARDS;
use crate::aws::credentials::profiles::Profiles;
use crate::base::regions;
use crate::cli::Options;
use crate::cli::args::SETTINGS_FILE;
use crate::cli::session;
use crate::config::settings::Aliases;
use crate::config::{self, keymap, theme};
use crate::kinds::{KindDef, registry};
use crate::model::{FieldInfo, FieldType, Kind};

use super::{Offer, Offers};

/// What files say.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(super) profiles: Vec<String>,
    pub(super) themes: Vec<String>,
    pub(super) keymaps: Vec<String>,
    pub(super) aliases: Aliases,
}

/// Those that begin with what was typed; where there is none, those that have it in them.
pub(super) fn beginning(all: Vec<Offer>, typed: &str) -> Vec<Offer> {
    all.into_iter().filter(|o| o.text.starts_with(typed)).collect()
}

fn offer(text: impl Into<String>, doc: impl Into<String>) -> Offer {
    Offer { text: text.into(), doc: doc.into() }
}

fn plain(words: &[String]) -> Vec<Offer> {
    words.iter().map(|w| offer(w, "")).collect()
}

fn kind(name: &str) -> Option<Kind> {
    registry::ALL.kind(name).map(|def| Kind(def.info)).filter(|kind| !kind.side)
}

impl Known {
    /// Reads the files. What cannot be read offers nothing: a completion says no errors.
    pub(crate) fn of(options: &Options) -> Known {
        let named = options.settings_file(std::env::var_os(SETTINGS_FILE));
        let paths = config::paths(named.as_ref().map(|(path, by)| (path.as_path(), *by)));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let profiles = runtime.ok().and_then(|runtime| runtime.block_on(Profiles::read()).ok());
        Known {
            profiles: profiles.map(|p| p.names()).unwrap_or_default(),
            themes: theme::names(Some(&paths.themes)),
            keymaps: keymap::names(Some(&paths.keymaps)),
            aliases: session::settings(options).0.settings.aliases,
        }
    }
    pub(super) fn profiles(&self) -> Vec<Offer> {
        plain(&self.profiles)
    }
    pub(super) fn themes(&self) -> Vec<Offer> {
        plain(&self.themes)
    }
    pub(super) fn keymaps(&self) -> Vec<Offer> {
        plain(&self.keymaps)
    }
    pub(super) fn regions(&self) -> Vec<Offer> {
        regions::codes().map(|r| offer(r, "")).collect()
    }
    pub(super) fn worlds(&self) -> Vec<Offer> {
        vec![
            offer("demo", "A small company's account, with something of everything."),
            offer("empty", "A new account."),
            offer("fleet:", "A number of instances: fleet:10000."),
        ]
    }
    pub(super) fn kinds(&self) -> Vec<Offer> {
        let known = registry::ALL.kinds.iter().filter(|k| !k.info.side);
        known.map(|k: &&'static KindDef| offer(k.info.name, k.info.doc)).collect()
    }
    /// A kind, also by an alias of it.
    fn kind(&self, name: &str) -> Option<Kind> {
        kind(expand(&self.aliases, name).split(' ').next().unwrap_or_default())
    }
    /// Kinds, and aliases of them.
    pub(super) fn lists(&self) -> Vec<Offer> {
        let mut all = self.kinds();
        let aliases = self.aliases.iter().filter(|(name, _)| self.kind(name).is_some());
        all.extend(aliases.map(|(name, line)| offer(name, line)));
        all
    }
    /// Kinds, and places that are no table.
    pub(super) fn views(&self) -> Vec<Offer> {
        let mut all = self.lists();
        all.extend(BOARDS.iter().map(|b| offer(b.name, b.doc)));
        all
    }
    /// Actions, each name once: it may be one on several kinds.
    pub(super) fn actions(&self) -> Vec<Offer> {
        let mut all: Vec<Offer> = Vec::new();
        for action in registry::ALL.actions.iter().filter(|a| a.changes) {
            if all.iter().all(|o| o.text != action.name) {
                all.push(offer(action.name, action.doc));
            }
        }
        all
    }

    /// A term of a query of this kind.
    pub(super) fn terms(&self, of: &str, typed: &str) -> Offers {
        let Some(kind) = self.kind(of).filter(|k| !k.takes_text()) else { return Offers::Words(Vec::new()) };
        let (not, typed) = if let Some(rest) = typed.strip_prefix('!') { ("!", rest) } else { ("", typed) };
        if let Some(at) = typed.find([':', '=', '<', '>']) {
            let value_at = at + typed[at..].chars().take_while(|c| ":=<>".contains(*c)).count();
            let (start, value) = typed.split_at(value_at);
            let field = kind.resolve(&typed[..at]).map(|i| kind.fields.at(i));
            let values = field.map(|f| self.values(f)).unwrap_or_default();
            return Offers::Words(beginning(values, value)).after(&format!("{not}{start}"));
        }
        let mut all = fields(kind, ":");
        all.push(offer("tag:", "A tag by its key: tag:Env=prod."));
        Offers::Words(beginning(all, typed)).after(not)
    }
    /// What a field may be compared with, where that is known without asking AWS.
    fn values(&self, field: &FieldInfo) -> Vec<Offer> {
        match field.ty {
            FieldType::Bool => vec![offer("yes", ""), offer("no", "")],
            _ if field.name == "region" => self.regions(),
            _ => Vec::new(),
        }
    }

    /// `--on`: a kind and its query in one word; so is a view in quotes.
    pub(super) fn rows(&self, typed: &str) -> Offers {
        let Some((before, last)) = typed.rsplit_once(' ') else {
            return Offers::Words(beginning(self.lists(), typed));
        };
        let of = before.split(' ').next().unwrap_or_default();
        self.terms(of, last).after(&format!("{before} "))
    }

    /// `--columns`: names with commas between them.
    pub(super) fn columns(&self, of: Option<&str>, typed: &str) -> Offers {
        let (before, last) = typed.rsplit_once(',').map_or(("", typed), |(b, l)| (&typed[..=b.len()], l));
        let mut all = of.and_then(|of| self.kind(of)).map(|kind| fields(kind, "")).unwrap_or_default();
        all.push(offer("tag:", "The tag with this key: tag:Env."));
        all.push(offer("region", "The region that the row was listed in."));
        all.push(offer("account", "The account's digits."));
        let given = |name: &str| before.split(',').any(|b| b == name);
        all.retain(|o| !given(&o.text));
        Offers::Words(beginning(all, last)).after(before)
    }

    /// `--sort`: the same with `-` before what is sorted downwards.
    pub(super) fn sorts(&self, of: Option<&str>, typed: &str) -> Offers {
        let (before, last) = typed.rsplit_once(',').map_or(("", typed), |(b, l)| (&typed[..=b.len()], l));
        let (down, last) = last.strip_prefix('-').map_or(("", last), |rest| ("-", rest));
        let all = of.and_then(|of| self.kind(of)).map(|kind| fields(kind, "")).unwrap_or_default();
        Offers::Words(beginning(all, last)).after(&format!("{before}{down}"))
    }
}

fn fields(kind: Kind, end: &str) -> Vec<Offer> {
    kind.iter().map(|f| offer(format!("{}{end}", f.name), f.doc)).collect()
}
