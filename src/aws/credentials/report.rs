//! For `skydeck check`: where credentials were looked for, in the order in which it is done, and what answered.

use crate::aws::gateway::ProfileSel;
use crate::base::{Fault, Time};

use super::profiles::Profiles;
use super::source::Source;
use super::ways::{Base, Way};

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
    /// What was passed over in the files, a sentence each.
    pub passed_over: Vec<String>,
    /// The provider that answered, in the SDK's words, and the access key id's last four characters.
    pub answered: Result<(String, String), Fault>,
    /// When what answered expires, if it does.
    pub expires: Option<Time>,
}

pub(crate) async fn of(profile: &ProfileSel, sandbox: bool, source: &Source) -> Report {
    let files = if sandbox { Profiles::default() } else { Profiles::read().await.unwrap_or_default() };
    let order = if sandbox {
        vec![Tried { name: "the sandbox's own".to_string(), seen: Seen::Yes }]
    } else {
        order(profile, &files)
    };
    let answered = source.get().await.map(|c| {
        let id = c.access_key_id();
        let tail: String = id.chars().skip(id.chars().count().saturating_sub(4)).collect();
        (provider_name(&c), tail)
    });
    Report { order, passed_over: files.troubles().to_vec(), answered, expires: source.expiry() }
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
        add("web identity (AWS_WEB_IDENTITY_TOKEN_FILE)".to_string(), set("AWS_WEB_IDENTITY_TOKEN_FILE"));
    }
    let by = profile.variable().map(|variable| format!("{variable}: ")).unwrap_or_default();
    let (how, has) = how(files, &name);
    add(format!("profile {name} ({by}{how})"), has);
    if profile.flag().is_none() {
        let container = set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || set("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        add("container (AWS_CONTAINER_CREDENTIALS_…)".to_string(), container);
        let off = std::env::var("AWS_EC2_METADATA_DISABLED").is_ok_and(|v| v.eq_ignore_ascii_case("true"));
        let seen = if off { Seen::No } else { Seen::Unknown };
        tried.push(Tried { name: "instance metadata (IMDSv2)".to_string(), seen });
    }
    // A role of the profile's comes before a web identity of the environment's, as with the AWS CLI.
    if profile.flag().is_none() && files.roles(&name).is_ok_and(|(roles, _)| !roles.is_empty()) {
        tried.swap(1, 2);
    }
    tried
}

/// What is set up, but wrongly.
const UNUSABLE: &str = "unusable, see below";

/// What a profile's credentials are made of, `role admin from profile base: SSO session corp`; and whether there are any.
fn how(files: &Profiles, name: &str) -> (String, bool) {
    if !files.has(name) {
        return ("not in ~/.aws/config or ~/.aws/credentials".to_string(), false);
    }
    let (roles, base) = match files.roles(name) {
        Ok(found) => found,
        // Why is said with what answered.
        Err(_) => return (UNUSABLE.to_string(), false),
    };
    let mut words: String = roles
        .iter()
        .map(|r| {
            let role = r.arn.rsplit('/').next().unwrap_or(&r.arn);
            format!("role {role}{} from ", if r.mfa_serial.is_some() { " with MFA" } else { "" })
        })
        .collect();
    let own = matches!(&base, Base::Profile(p) if p == name);
    let (what, has) = match base {
        Base::Source(source) => (source, true),
        Base::Profile(p) => {
            let (kind, has) = match files.way(&p) {
                Ok(Way::WebIdentity(_)) => ("web identity".to_string(), true),
                Ok(Way::Sso { .. }) => ("IAM Identity Center".to_string(), true),
                Ok(Way::Login(_)) => ("aws login".to_string(), true),
                Ok(Way::Process(_)) => ("a credential process".to_string(), true),
                Ok(Way::Keys(_)) => ("keys".to_string(), true),
                Ok(Way::Nothing) => ("nothing".to_string(), false),
                Err(_) => (UNUSABLE.to_string(), false),
            };
            (if own { kind } else { format!("profile {p}: {kind}") }, has)
        }
    };
    words.push_str(&what);
    (words, has)
}
