//! How a profile gets its credentials: which of its settings counts, in botocore's order (botocore/credentials.py,
//! `create_credential_resolver`). The SDK's order differs (it takes a process or a sign-in before keys in the credentials file), and so
//! would the account.

use std::path::Path;

use aws_credential_types::Credentials;

use super::ini::{self, Section};
use super::profiles::Profiles;
use super::sendable;
use crate::base::{Fault, FaultKind};

/// How a profile gets its credentials, as far as signing in differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// IAM Identity Center.
    Sso(SsoSettings),
    /// `aws login`.
    Login,
    /// A credential process, by its program's name without what it is told: what it needs is its own affair.
    Process(String),
    /// Anything else: keys, roles, the environment, an instance's role.
    Other,
}

/// What device-code sign-in needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoSettings {
    /// `[sso-session NAME]`, or `None` for the older form with everything in the profile.
    pub session: Option<String>,
    /// `sso_start_url`.
    pub start_url: String,
    /// `sso_region`.
    pub region: String,
    /// `sso_registration_scopes`, `sso:account:access` if not given; none for the older form.
    pub scopes: Vec<String>,
}

/// One step of a role chain, from the profile outwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The profile that names it.
    pub profile: String,
    /// `role_arn`.
    pub arn: String,
    /// `mfa_serial`.
    pub mfa_serial: Option<String>,
    /// `external_id`.
    pub external_id: Option<String>,
    /// `role_session_name`.
    pub session_name: Option<String>,
    /// `duration_seconds`.
    pub duration_seconds: Option<i32>,
}

/// Where a chain of roles starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// A profile's own credentials.
    Profile(String),
    /// `credential_source`: `Environment`, `Ec2InstanceMetadata`, `EcsContainer`.
    Source(String),
}

/// A profile's own credentials, before any role. No `Debug`: there are secrets in it.
pub(crate) enum Way {
    /// Keys in one of the files.
    Keys(Credentials),
    /// `web_identity_token_file` and `role_arn`.
    WebIdentity(WebIdentity),
    /// IAM Identity Center.
    Sso { settings: SsoSettings, account: String, role: String },
    /// `login_session`.
    Login(String),
    /// `credential_process`, with its arguments.
    Process(String),
    /// None of these.
    Nothing,
}

/// A token in a file that STS exchanges for a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebIdentity {
    pub(crate) token_file: String,
    pub(crate) role_arn: String,
    pub(crate) session_name: Option<String>,
}

fn invalid(text: String) -> Fault {
    Fault::new(FaultKind::Invalid, text)
}

impl Profiles {
    /// The chain of roles that `profile` assumes, outermost first, and where it starts. Empty if it assumes none.
    ///
    /// # Errors
    /// [`FaultKind::Invalid`] and [`FaultKind::NoCredentials`] if the chain leads nowhere.
    pub fn roles(&self, profile: &str) -> Result<(Vec<Role>, Base), Fault> {
        let mut roles: Vec<Role> = Vec::new();
        let mut at = profile.to_string();
        loop {
            self.sound(&at)?;
            let role = self.line(&at, "role_arn")?;
            // A web identity is exchanged for the role by itself.
            let (Some(arn), None) = (role, self.get(&at, "web_identity_token_file")) else {
                return Ok((roles, Base::Profile(at)));
            };
            let text = |key| self.line(&at, key);
            roles.push(Role {
                profile: at.clone(),
                arn,
                mfa_serial: text("mfa_serial")?,
                external_id: text("external_id")?,
                session_name: text("role_session_name")?,
                duration_seconds: text("duration_seconds")?.and_then(|s| s.parse().ok()),
            });
            let next = match (text("source_profile")?, text("credential_source")?) {
                (Some(_), Some(_)) => {
                    let text =
                        format!("profile {at} has both source_profile and credential_source: remove one of them");
                    return Err(invalid(text));
                }
                (None, None) => {
                    let text = format!("profile {at} names a role, but nothing to assume it with");
                    return Err(Fault::new(FaultKind::NoCredentials, text)
                        .hint("Give it source_profile or credential_source in ~/.aws/config."));
                }
                (None, Some(source)) => return Ok((roles, Base::Source(source))),
                (Some(next), None) => next,
            };
            if !self.has(&next) {
                let mut fault = self.unknown(&next, None);
                fault.message = format!("{}: it is the source_profile of profile {at}", fault.message);
                return Err(fault);
            }
            // Beyond the first profile, keys win over a role; so a profile may stand on its own keys.
            let keys = ["aws_access_key_id", "aws_secret_access_key"].iter().any(|key| self.get(&next, key).is_some());
            if keys {
                self.sound(&next)?;
                return Ok((roles, Base::Profile(next)));
            }
            if roles.iter().any(|r| r.profile == next) {
                let text = format!("the roles of profile {profile} form a circle: {at} comes back to {next}");
                return Err(invalid(text));
            }
            at = next;
        }
    }

    /// Whether any role on the way to `profile`'s credentials wants an MFA code.
    pub fn wants_mfa(&self, profile: &str) -> bool {
        self.roles(profile).is_ok_and(|(roles, _)| roles.iter().any(|r| r.mfa_serial.is_some()))
    }

    /// How one signs in to `profile`, or to the profile that its roles start from.
    pub fn sign_in(&self, profile: &str) -> SignIn {
        let base = match self.roles(profile) {
            Ok((_, Base::Profile(base))) => base,
            _ => return SignIn::Other,
        };
        match self.way(&base) {
            Ok(Way::Sso { settings, .. }) => SignIn::Sso(settings),
            Ok(Way::Login(_)) => SignIn::Login,
            Ok(Way::Process(command)) => SignIn::Process(program(&command)),
            _ => SignIn::Other,
        }
    }

    /// What counts of a profile's own credentials; roles are left aside.
    ///
    /// # Errors
    /// [`FaultKind::Invalid`] and [`FaultKind::NoCredentials`] with the setting that is wrong and its file.
    pub(crate) fn way(&self, profile: &str) -> Result<Way, Fault> {
        self.sound(profile)?;
        if let Some(web) = self.web_identity(profile, None, None, None)? {
            return Ok(Way::WebIdentity(web));
        }
        let (account, role) = (self.line(profile, "sso_account_id")?, self.line(profile, "sso_role_name")?);
        match (account, role) {
            (Some(account), Some(role)) => return Ok(Way::Sso { settings: self.sso(profile)?, account, role }),
            (None, None) => {}
            (account, _) => {
                let lacks = if account.is_some() { "sso_role_name" } else { "sso_account_id" };
                return Err(invalid(format!("profile {profile} uses IAM Identity Center, but has no {lacks}")));
            }
        }
        if let Some(keys) = keys(profile, self.credentials.get(profile), &self.places.credentials)? {
            return Ok(Way::Keys(keys));
        }
        if let Some(session) = self.line(profile, "login_session")? {
            return Ok(Way::Login(session));
        }
        if let Some(command) = self.get(profile, "credential_process") {
            // What continues on the next line is one more argument, as to the CLI's own reader of commands.
            return Ok(Way::Process(command.replace('\n', " ")));
        }
        if let Some(keys) = keys(profile, self.config.get(profile), &self.places.config)? {
            return Ok(Way::Keys(keys));
        }
        if self.get(profile, "sso_session").is_some() {
            let text = format!("profile {profile} names an sso_session, but no sso_account_id and sso_role_name");
            return Err(invalid(text).hint("Choose an account and a role with `aws configure sso`."));
        }
        Ok(Way::Nothing)
    }

    /// The web identity of a profile, each part overridden by what the environment says.
    pub(crate) fn web_identity(
        &self,
        profile: &str,
        token_file: Option<String>,
        role_arn: Option<String>,
        session_name: Option<String>,
    ) -> Result<Option<WebIdentity>, Fault> {
        let or_own = |given: Option<String>, key| given.map_or_else(|| self.line(profile, key), |v| Ok(Some(v)));
        let Some(token_file) = or_own(token_file, "web_identity_token_file")? else { return Ok(None) };
        let Some(role_arn) = or_own(role_arn, "role_arn")? else {
            let text = format!(
                "there is a web identity token for profile {profile}, but no role: set role_arn or AWS_ROLE_ARN"
            );
            return Err(invalid(text));
        };
        let session_name = or_own(session_name, "role_session_name")?;
        Ok(Some(WebIdentity { token_file, role_arn, session_name }))
    }

    fn sso(&self, profile: &str) -> Result<SsoSettings, Fault> {
        let of_profile = |key| self.line(profile, key);
        let needed = |value: Option<String>, key: &str| {
            value.ok_or_else(|| invalid(format!("profile {profile} uses IAM Identity Center, but has no {key}")))
        };
        let (own_url, own_region) = (of_profile("sso_start_url")?, of_profile("sso_region")?);
        let Some(name) = of_profile("sso_session")? else {
            return Ok(SsoSettings {
                session: None,
                start_url: needed(own_url, "sso_start_url")?,
                region: needed(own_region, "sso_region")?,
                scopes: Vec::new(),
            });
        };
        let path = self.places.config.display();
        let Some(session) = self.sso_sessions.get(&name) else {
            let text = format!("profile {profile} names the sso_session {name}, and {path} has no section for it");
            return Err(self.with_troubles(invalid(text)));
        };
        if let Some(line) = session.wrong {
            let text =
                format!("sso-session {name} cannot be read: line {line} of {path} is not of the form name = value");
            return Err(invalid(text));
        }
        let part = |key: &str, own: Option<String>| {
            let value = session.values.get(key).filter(|v| !v.is_empty()).cloned();
            match (value, own) {
                (Some(value), Some(own)) if value != own => {
                    let text = format!("profile {profile} and its sso-session {name} disagree about {key} in {path}");
                    Err(invalid(text))
                }
                (Some(value), _) | (None, Some(value)) if value.contains(char::is_control) => {
                    Err(invalid(format!("{key} of sso-session {name} in {path} is not one line of text")))
                }
                (value, own) => needed(value.or(own), key),
            }
        };
        let scopes = session.values.get("sso_registration_scopes").map_or("sso:account:access", String::as_str);
        Ok(SsoSettings {
            start_url: part("sso_start_url", own_url)?,
            region: part("sso_region", own_region)?,
            scopes: scopes.split(',').map(|s| s.trim().to_string()).filter(|s| !s.is_empty()).collect(),
            session: Some(name),
        })
    }
}

/// The keys of one section of one file: never mixed with the other file's.
fn keys(profile: &str, section: Option<&Section>, path: &Path) -> Result<Option<Credentials>, Fault> {
    let Some(section) = section else { return Ok(None) };
    let of = |key: &str| section.values.get(key).map(|v| v.trim()).filter(|v| !v.is_empty());
    let Some(id) = of("aws_access_key_id") else { return Ok(None) };
    let path = path.display();
    let Some(secret) = of("aws_secret_access_key") else {
        let text = format!("profile {profile} has aws_access_key_id, but no aws_secret_access_key in {path}");
        return Err(Fault::new(FaultKind::NoCredentials, text));
    };
    let token = ["aws_security_token", "aws_session_token"].into_iter().find_map(|key| Some((key, of(key)?)));
    let pairs = [("aws_access_key_id", id), ("aws_secret_access_key", secret)];
    for (key, value) in pairs.into_iter().chain(token) {
        sendable::check(&format!("{key} of profile {profile} in {path}"), value)?;
    }
    Ok(Some(Credentials::new(id, secret, token.map(|(_, t)| t.to_string()), None, "profile")))
}

/// A command's program, without what it is told: that may be a secret.
fn program(command: &str) -> String {
    let words = ini::words(command).unwrap_or_else(|| command.split_whitespace().map(String::from).collect());
    // `NAME=VALUE program`, as a shell has it.
    words.into_iter().find(|w| !w.contains('=')).unwrap_or_default()
}

#[cfg(test)]
#[path = "ways_tests.rs"]
mod tests;
