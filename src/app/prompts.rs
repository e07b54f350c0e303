//! Identities, credentials, and questions that only the user can answer.

use arcstr::ArcStr;

use super::command::Command as C;
use super::line::Line;
use super::overlay::{AskDialog, Overlay, Start};
use super::plan::disarmed;
use super::state::State;
use super::update::Turn;
use crate::base::{Fault, FaultKind, Secret};
use crate::config::Mode;
use crate::model::{Ask, Effect, Identity, Level, Question};
use crate::store::Store;

impl State {
    /// Why there is nothing to see, when no profile can be used and no row was ever read: the start screen.
    pub fn start(&self, store: &Store) -> Option<Start> {
        let fault = |p: &super::Profile| match &p.identity {
            Some(Err(f)) if matches!(f.kind, FaultKind::NoCredentials | FaultKind::Expired) => Some(f.clone()),
            _ => None,
        };
        if self.view.tables.iter().any(|t| store.table(t).is_some_and(|t| !t.is_empty())) {
            return None;
        }
        if !self.shown_profiles().all(|p| fault(p).is_some()) {
            return None;
        }
        let profile = self.shown_profiles().next()?;
        let fault = fault(profile)?;
        let mut lines = vec![match fault.kind {
            FaultKind::Expired => format!("The credentials of profile {} have expired.", profile.name),
            _ => format!("There are no credentials for profile {}.", profile.name),
        }];
        let key = |command: C| {
            let info = command.info();
            self.keymap.key_of(Mode::Table, info.name).unwrap_or_else(|| format!(":{}", info.name))
        };
        if profile.signs_in {
            lines.push(format!("{} signs in here.", key(C::Open)));
        }
        // What the fault itself advises is not said a second time.
        if !fault.hints.iter().any(|h| h.contains("aws ")) {
            let name = crate::base::text::shell_quote(&profile.name);
            lines.push(if profile.signs_in {
                format!("Or in another terminal: aws sso login --profile {name}")
            } else {
                format!("In another terminal: aws login --profile {name}, or aws configure --profile {name}")
            });
        }
        // Its advice about the sandbox is for the command line: here it is a key.
        lines.extend(fault.hints.iter().filter(|h| !h.contains("--sandbox")).cloned());
        lines.push(format!("New credentials are found by themselves; {} checks now.", key(C::Refresh)));
        lines.push(format!("{} opens a practice account, which costs nothing.", key(C::Sandbox)));
        Some(Start { profile: profile.name.clone(), fault, lines, signing_in: profile.signing_in })
    }
}

impl Turn<'_> {
    pub(super) fn identity(&mut self, profile: &ArcStr, who: Result<Identity, Fault>) {
        let Some(at) = self.s.profiles.iter().position(|p| p.name == *profile) else { return };
        let signing_in = self.s.profiles[at].signing_in.take().is_some();
        // A sign-in that was not possible says nothing new about who the profile is.
        if let (true, Err(fault)) = (signing_in, &who)
            && fault.kind == FaultKind::Invalid
        {
            return self.say(Level::Error, format!("No sign-in here: {}", fault.message));
        }
        let before = self.s.profiles[at].identity.replace(who.clone());
        match &who {
            Ok(identity) => {
                let generation = identity.generation;
                for overlay in &mut self.s.overlays {
                    let Overlay::Plan(plan) = overlay else { continue };
                    let Some(pin) = plan.pins.iter_mut().find(|p| p.profile == *profile) else { continue };
                    match &pin.who {
                        None => pin.who = Some((identity.account.clone(), generation)),
                        Some((_, old)) if *old != generation => plan.blocked = Some(disarmed(profile)),
                        Some(_) => {}
                    }
                }
                if matches!(before, Some(Err(_))) {
                    self.say(Level::Info, format!("Profile {profile} is {} in {}.", identity.user, identity.account));
                }
            }
            Err(fault) => {
                let same = matches!(&before, Some(Err(f)) if f.kind == fault.kind);
                if !same {
                    let hint = if fault.kind == FaultKind::Expired {
                        " Type :sign-in, or sign in in another terminal."
                    } else {
                        ""
                    };
                    self.say(Level::Error, format!("Profile {profile}: {}{hint}", fault.message));
                }
            }
        }
        // Two profiles may turn out to be one account: rows that both list are shown once.
        self.join();
    }

    /// Enter where there are no credentials: signs in, if one of the profiles can.
    pub(super) fn begin_anew(&mut self) {
        if self.s.profiles.iter().any(|p| p.signs_in) {
            return self.sign_in();
        }
        let key = self.s.keymap.key_of(Mode::Table, C::Sandbox.info().name).unwrap_or_default();
        let text = format!(
            "No profile here uses IAM Identity Center: sign in in another terminal. {key} opens a practice account."
        );
        self.say(Level::Warning, text);
    }

    /// Leaves for the embedded account, while there is no other that could be lost from sight.
    pub(super) fn open_sandbox(&mut self) {
        if self.s.start(self.store).is_some() {
            return self.emit(Effect::Sandbox);
        }
        let text = if self.s.sandbox {
            "This is the sandbox."
        } else {
            "From the shell, skydeck --sandbox opens the sandbox."
        };
        self.say(Level::Info, text);
    }

    /// Signs in for the view's profile, or for the first one whose credentials do not work.
    pub(super) fn sign_in(&mut self) {
        let here = self.s.view.scope().and_then(|s| s.profile()).cloned();
        let broken = |p: &super::Profile| matches!(p.identity, Some(Err(_)));
        let at = self
            .s
            .profiles
            .iter()
            .position(|p| broken(p) && here.as_ref().is_none_or(|h| *h == p.name))
            .filter(|at| self.s.profiles[*at].signs_in)
            .or_else(|| self.s.profiles.iter().position(|p| broken(p) && p.signs_in))
            .or_else(|| self.s.profiles.iter().position(broken))
            .or_else(|| self.s.profiles.iter().position(|p| Some(&p.name) == here.as_ref()));
        let Some(at) = at else { return };
        if self.s.profiles[at].signing_in.is_some() {
            self.say(Level::Info, "A sign-in is already in progress.");
            return;
        }
        let profile = self.s.profiles[at].name.clone();
        self.s.profiles[at].signing_in = Some(self.s.now);
        self.say(Level::Info, format!("Signing in for profile {profile}…"));
        self.emit(Effect::SignIn(profile));
    }

    /// A question: under whatever is open, so that no key meant for another dialogue answers it.
    pub(super) fn ask(&mut self, question: Question) {
        self.remove_question(question.id);
        let device = matches!(question.what, Ask::Device { .. });
        if !self.s.overlays.is_empty() {
            let what = if device { "A sign-in" } else { "An MFA code" };
            self.say(Level::Warning, format!("{what} is asked for profile {}: close this first.", question.profile));
        }
        self.push_below(Overlay::Ask(AskDialog { question, line: Line::default() }));
    }

    pub(super) fn asked(&mut self, id: u64) {
        self.remove_question(id);
        for profile in &mut self.s.profiles {
            profile.signing_in = None;
        }
    }

    fn remove_question(&mut self, id: u64) {
        self.s.overlays.retain(|o| !matches!(o, Overlay::Ask(a) if a.question.id == id));
    }

    pub(super) fn ask_accept(&mut self) {
        let Some(Overlay::Ask(ask)) = self.s.overlays.last() else { return };
        // A device code is entered in the browser: the question goes away by itself.
        if matches!(ask.question.what, Ask::Device { .. }) || ask.line.is_empty() {
            return;
        }
        let (id, code) = (ask.question.id, ask.line.text().trim().to_string());
        self.s.overlays.pop();
        self.emit(Effect::Answer(id, Some(Secret::new(code))));
    }
}
