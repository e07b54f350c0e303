//! What the SDK is handed instead of the files: the settings of one profile and of its services, in the form that the SDK's own reader
//! takes, under a name that it takes. No keys are in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};

use super::profiles::Profiles;
use super::ways::{SsoSettings, WebIdentity};

/// What the profile is called in there.
pub(crate) const NAME: &str = "default";
/// What its section of services is called, and its sign-in.
const SERVICES: &str = "services";

/// Settings that are ours to read: credentials, and what decides them.
const OURS: &[&str] = &[
    "source_profile",
    "external_id",
    "mfa_serial",
    "duration_seconds",
    "web_identity_token_file",
    "login_session",
    "services",
];
const OURS_BEGIN: &[&str] = &["aws_", "sso_", "role_", "credential_"];

impl Profiles {
    /// A profile's settings without anything of its credentials.
    pub(crate) fn handed(&self, profile: &str) -> EnvConfigFiles {
        self.files(profile, &[], "")
    }

    /// The same with a web identity.
    pub(crate) fn handed_web_identity(&self, profile: &str, web: &WebIdentity) -> EnvConfigFiles {
        let mut lines = vec![("web_identity_token_file", web.token_file.as_str()), ("role_arn", &web.role_arn)];
        lines.extend(web.session_name.as_deref().map(|name| ("role_session_name", name)));
        self.files(profile, &lines, "")
    }

    /// The same with a sign-in. `None` if its session has a name that the SDK passes over: it has to be called by that name, by which
    /// its token is found.
    pub(crate) fn handed_sso(
        &self,
        profile: &str,
        sso: &SsoSettings,
        account: &str,
        role: &str,
    ) -> Option<EnvConfigFiles> {
        let mut lines = vec![("sso_account_id", account), ("sso_role_name", role)];
        let own = [("sso_start_url", sso.start_url.as_str()), ("sso_region", sso.region.as_str())];
        let Some(session) = &sso.session else {
            lines.extend(own);
            return Some(self.files(profile, &lines, ""));
        };
        if !is_identifier(session) {
            return None;
        }
        lines.push(("sso_session", session));
        let mut section = format!("[sso-session {session}]\n");
        own.iter().for_each(|(key, value)| put(&mut section, key, value));
        Some(self.files(profile, &lines, &section))
    }

    fn files(&self, profile: &str, lines: &[(&str, &str)], sections: &str) -> EnvConfigFiles {
        let mut text = format!("[{NAME}]\n");
        let mut own: BTreeMap<&String, &String> = BTreeMap::new();
        for section in [&self.config, &self.credentials].iter().filter_map(|sections| sections.get(profile)) {
            own.extend(section.values.iter().filter(|(_, value)| !value.is_empty()));
        }
        own.retain(|key, _| !OURS.contains(&key.as_str()) && !OURS_BEGIN.iter().any(|b| key.starts_with(b)));
        own.iter().for_each(|(key, value)| put(&mut text, key, value));
        lines.iter().for_each(|(key, value)| put(&mut text, key, value));
        if let Some(services) = self.get(profile, "services").and_then(|name| self.services.get(name)) {
            put(&mut text, SERVICES, SERVICES);
            let _ = writeln!(text, "[{SERVICES} {SERVICES}]");
            for (service, settings) in &services.values {
                if !is_identifier(service) || !settings.starts_with('\n') {
                    continue;
                }
                let _ = writeln!(text, "{service} =");
                for (key, value) in settings.lines().filter_map(|l| l.split_once('=')) {
                    let (key, value) = (key.trim(), value.trim());
                    if is_identifier(key) {
                        let _ = writeln!(text, "  {key} = {value}");
                    }
                }
            }
        }
        text.push_str(sections);
        EnvConfigFiles::builder().with_contents(EnvConfigFileKind::Config, text).build()
    }
}

/// One setting; what the SDK's reader would not take as it stands is left out.
fn put(text: &mut String, key: &str, value: &str) {
    if is_identifier(key) && !value.contains(['\n', '\r']) {
        let _ = writeln!(text, "{key} = {value}");
    }
}

/// What the SDK takes for a name (aws-runtime, `env_config/normalize.rs`): it passes over all others.
fn is_identifier(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-/.%@:+".contains(c))
}

#[cfg(test)]
mod tests {
    use aws_types::os_shim_internal::{Env, Fs};

    use super::super::profiles::tests::files;
    use super::*;

    async fn read(files: EnvConfigFiles) -> aws_config::profile::ProfileSet {
        aws_config::profile::load(&Fs::real(), &Env::from_slice(&[]), &files, Some(NAME.into())).await.unwrap()
    }

    #[tokio::test]
    async fn the_sdk_is_handed_a_profiles_settings_under_a_name_it_takes_and_no_keys() {
        let config = "[profile 결제]\nregion = eu-west-1\nuse_fips_endpoint = true\nendpoint_url = http://h:1/#a\nrole_arn = r\n\
                      sso_session = x\ncredential_process = p\nservices = my svc\ns3 =\n  a = b\nodd key = 1\n\
                      [services 'my svc']\ns3 =\n  endpoint_url = http://localhost:5555\n";
        let p = files(config, "[결제]\naws_access_key_id = AKIA\naws_secret_access_key = hush\n").await;
        let set = read(p.handed("결제")).await;
        let of = |key| set.get_profile(NAME).unwrap().get(key);
        assert_eq!((of("region"), of("use_fips_endpoint")), (Some("eu-west-1"), Some("true")));
        assert_eq!((of("endpoint_url"), of("services")), (Some("http://h:1/#a"), Some(SERVICES)));
        for key in ["aws_access_key_id", "aws_secret_access_key", "role_arn", "sso_session", "credential_process", "s3"]
        {
            assert_eq!(of(key), None, "{key}");
        }
        let shown = format!("{set:?}");
        assert!(shown.contains("http://localhost:5555") && !shown.contains("hush"), "{shown}");
        assert!(
            read(p.handed("none")).await.get_profile(NAME).is_some(),
            "a profile that does not exist is an empty one"
        );
    }

    #[tokio::test]
    async fn a_sign_in_is_handed_over_by_its_own_name_or_not_at_all() {
        let p = files("[profile a]\nsso_session = old\n", "").await;
        let sso = |session: Option<&str>| SsoSettings {
            session: session.map(Into::into),
            start_url: "https://x/start/#/".into(),
            region: "us-east-1".into(),
            scopes: Vec::new(),
        };
        let set = read(p.handed_sso("a", &sso(Some("corp")), "1", "dev").unwrap()).await;
        assert_eq!(set.sso_session("corp").unwrap().get("sso_start_url"), Some("https://x/start/#/"));
        assert_eq!(set.get_profile(NAME).unwrap().get("sso_session"), Some("corp"));
        assert!(p.handed_sso("a", &sso(Some("FOO BAR")), "1", "dev").is_none());
        let set = read(p.handed_sso("a", &sso(None), "1", "dev").unwrap()).await;
        assert_eq!(set.get_profile(NAME).unwrap().get("sso_region"), Some("us-east-1"));
    }
}
