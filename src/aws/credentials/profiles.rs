//! `~/.aws/config` and `~/.aws/credentials` (or the files that `AWS_CONFIG_FILE` and `AWS_SHARED_CREDENTIALS_FILE` name), read by
//! the SDK's own parser. Nothing is cached: a profile added elsewhere is seen at the next question.

use aws_config::profile::ProfileSet;
use aws_types::os_shim_internal::{Env, Fs};

use crate::base::{Fault, FaultKind, text};

/// The profiles as the files have them now.
#[derive(Debug, Clone, Default)]
pub struct Profiles(ProfileSet);

/// How a profile gets its credentials, as far as signing in differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// IAM Identity Center.
    Sso(SsoSettings),
    /// `aws login`.
    Login,
    /// A credential process: what it needs is its own affair.
    Process,
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
    /// Another profile's own credentials.
    Profile(String),
    /// `credential_source`: `Environment`, `Ec2InstanceMetadata`, `EcsContainer`.
    Source(String),
    /// Keys in the profile that names the role itself.
    OwnKeys(String),
}

impl Profiles {
    /// Reads the files. A missing file is an empty one.
    ///
    /// # Errors
    /// A sentence, if a file cannot be read or its syntax is broken.
    pub async fn read() -> Result<Profiles, Fault> {
        Profiles::read_with(&Env::real()).await
    }

    pub(crate) async fn read_with(env: &Env) -> Result<Profiles, Fault> {
        match aws_config::profile::load(&Fs::real(), env, &Default::default(), None).await {
            Ok(set) => Ok(Profiles(set)),
            Err(e) => {
                let mut why = e.to_string();
                let mut at = std::error::Error::source(&e);
                while let Some(source) = at {
                    why = format!("{why}: {source}");
                    at = source.source();
                }
                Err(Fault::new(FaultKind::Invalid, format!("the AWS configuration cannot be read: {why}")))
            }
        }
    }

    /// Every profile's name, in order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.0.profiles().map(String::from).collect();
        names.sort();
        names
    }

    /// Whether the profile exists.
    pub fn has(&self, name: &str) -> bool {
        self.0.get_profile(name).is_some()
    }

    /// A setting of a profile.
    pub fn get(&self, profile: &str, key: &str) -> Option<&str> {
        self.0.get_profile(profile)?.get(key).map(str::trim).filter(|v| !v.is_empty())
    }

    /// That there is no such profile, with the nearest name there is.
    pub fn unknown(&self, name: &str) -> Fault {
        let names = self.names();
        let fault = Fault::new(FaultKind::NoCredentials, format!("there is no AWS profile named {name}"));
        match text::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => fault.hint(format!("Did you mean --profile {}?", text::shell_quote(near))),
            None if names.is_empty() => fault.hint("Make one with `aws configure`, or try `skydeck --sandbox`."),
            None => fault.hint(format!("Profiles there are: {}.", names.join(", "))),
        }
    }

    /// The chain of roles that `profile` assumes, outermost first, and where it starts. Empty if it assumes none.
    pub fn roles(&self, profile: &str) -> (Vec<Role>, Base) {
        let mut roles = Vec::new();
        let mut at = profile.to_string();
        loop {
            let first = roles.is_empty();
            // As the SDK and the CLI have it: beyond the first profile, keys win over a role.
            let keys = !first && self.get(&at, "aws_access_key_id").is_some();
            let Some(arn) = self.get(&at, "role_arn") else {
                return (roles, Base::Profile(at));
            };
            if keys {
                // Asked by its name, the SDK's provider would assume that role instead.
                return (roles, Base::OwnKeys(at));
            }
            if self.get(&at, "web_identity_token_file").is_some() {
                return (roles, Base::Profile(at));
            }
            let text = |key| self.get(&at, key).map(String::from);
            roles.push(Role {
                profile: at.clone(),
                arn: arn.to_string(),
                mfa_serial: text("mfa_serial"),
                external_id: text("external_id"),
                session_name: text("role_session_name"),
                duration_seconds: text("duration_seconds").and_then(|s| s.parse().ok()),
            });
            if let Some(source) = text("credential_source") {
                return (roles, Base::Source(source));
            }
            match text("source_profile") {
                Some(next) if roles.iter().all(|r| r.profile != next) => at = next,
                _ => return (roles, Base::OwnKeys(at)),
            }
        }
    }

    /// Whether any role on the way to `profile`'s credentials wants an MFA code.
    pub fn wants_mfa(&self, profile: &str) -> bool {
        self.roles(profile).0.iter().any(|r| r.mfa_serial.is_some())
    }

    /// How one signs in to `profile`, or to the profile that its roles start from.
    pub fn sign_in(&self, profile: &str) -> SignIn {
        let base = match self.roles(profile).1 {
            Base::Profile(p) | Base::OwnKeys(p) => p,
            Base::Source(_) => return SignIn::Other,
        };
        if let Some(sso) = self.sso(&base) {
            SignIn::Sso(sso)
        } else if self.get(&base, "login_session").is_some() {
            SignIn::Login
        } else if self.get(&base, "credential_process").is_some() {
            SignIn::Process
        } else {
            SignIn::Other
        }
    }

    fn sso(&self, profile: &str) -> Option<SsoSettings> {
        if let Some(name) = self.get(profile, "sso_session") {
            let session = self.0.sso_session(name)?;
            let scopes = session.get("sso_registration_scopes").unwrap_or("sso:account:access");
            return Some(SsoSettings {
                session: Some(name.to_string()),
                start_url: session.get("sso_start_url")?.to_string(),
                region: session.get("sso_region")?.to_string(),
                scopes: scopes.split(',').map(|s| s.trim().to_string()).filter(|s| !s.is_empty()).collect(),
            });
        }
        Some(SsoSettings {
            session: None,
            start_url: self.get(profile, "sso_start_url")?.to_string(),
            region: self.get(profile, "sso_region")?.to_string(),
            scopes: Vec::new(),
        })
    }
}

#[cfg(test)]
#[path = "profiles_tests.rs"]
mod tests;
