//! For `skydeck check`: where credentials were looked for, in the order in which it is done, and what answered.

use crate::aws::gateway::ProfileSel;
use crate::base::{Fault, Time};

use super::profiles::{Base, Profiles};
use super::source::Source;

/// Whether a source has anything to offer, as far as can be seen without asking it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// It is set up.
    Yes,
    /// It is not.
    No,
    /// Only asking tells (instance metadata).
    Unknown,
}

/// One source of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// E.g. `environment (AWS_ACCESS_KEY_ID)`.
    pub name: String,
    /// Whether it is set up.
    pub seen: Seen,
}

/// What `skydeck check` prints of a profile's credentials. No secrets in it.
#[derive(Debug, Clone)]
pub struct Report {
    /// The sources in their order.
    pub order: Vec<Tried>,
    /// The provider that answered, in the SDK's words, and the access key id's last four characters.
    pub answered: Result<(String, String), Fault>,
    /// When what answered expires, if it does.
    pub expires: Option<Time>,
}

pub(crate) async fn of(profile: &ProfileSel, sandbox: bool, source: &Source) -> Report {
    let order = if sandbox {
        vec![Tried { name: "the sandbox's own".to_string(), seen: Seen::Yes }]
    } else {
        order(profile, &Profiles::read().await.unwrap_or_default())
    };
    let answered = source.get().await.map(|c| {
        let id = c.access_key_id();
        let tail: String = id.chars().skip(id.chars().count().saturating_sub(4)).collect();
        (provider_name(&c), tail)
    });
    Report { order, answered, expires: source.expiry() }
}

/// The SDK names a provider only in debug output, which redacts the secrets.
fn provider_name(c: &aws_credential_types::Credentials) -> String {
    let text = format!("{c:?}");
    let name = text.split("provider_name: \"").nth(1).and_then(|rest| rest.split('"').next());
    name.unwrap_or("unnamed").to_string()
}

fn order(profile: &ProfileSel, files: &Profiles) -> Vec<Tried> {
    let name = profile.scope_name();
    let mut tried = Vec::new();
    let mut add = |name: String, seen: bool| tried.push(Tried { name, seen: if seen { Seen::Yes } else { Seen::No } });
    let set = |v: &str| std::env::var_os(v).is_some_and(|v| !v.is_empty());
    if profile.flag().is_none() {
        add("environment (AWS_ACCESS_KEY_ID)".to_string(), set("AWS_ACCESS_KEY_ID"));
    }
    add(format!("profile {name} ({})", how(files, &name)), files.has(&name));
    if profile.flag().is_none() {
        add("web identity (AWS_WEB_IDENTITY_TOKEN_FILE)".to_string(), set("AWS_WEB_IDENTITY_TOKEN_FILE"));
        let container = set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || set("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        add("container (AWS_CONTAINER_CREDENTIALS_…)".to_string(), container);
        let off = std::env::var("AWS_EC2_METADATA_DISABLED").is_ok_and(|v| v.eq_ignore_ascii_case("true"));
        let seen = if off { Seen::No } else { Seen::Unknown };
        tried.push(Tried { name: "instance metadata (IMDSv2)".to_string(), seen });
    }
    tried
}

/// What a profile's credentials are made of: `role admin from profile base: SSO session corp`.
fn how(files: &Profiles, name: &str) -> String {
    if !files.has(name) {
        return "not in ~/.aws/config or ~/.aws/credentials".to_string();
    }
    let (roles, base) = files.roles(name);
    let mut words: Vec<String> = roles
        .iter()
        .map(|r| {
            let role = r.arn.rsplit('/').next().unwrap_or(&r.arn);
            format!("role {role}{} from ", if r.mfa_serial.is_some() { " with MFA" } else { "" })
        })
        .collect();
    words.push(match &base {
        Base::Source(source) => source.clone(),
        Base::OwnKeys(_) => "its own keys".to_string(),
        Base::Profile(p) => {
            let kinds = [
                ("web_identity_token_file", "web identity"),
                ("sso_session", "IAM Identity Center"),
                ("sso_start_url", "IAM Identity Center"),
                ("login_session", "aws login"),
                ("credential_process", "a credential process"),
                ("aws_access_key_id", "keys"),
            ];
            let kind = kinds.iter().find(|(key, _)| files.get(p, key).is_some()).map_or("nothing", |(_, kind)| *kind);
            if p == name { kind.to_string() } else { format!("profile {p}: {kind}") }
        }
    });
    words.concat()
}
