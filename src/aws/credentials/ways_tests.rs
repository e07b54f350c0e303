use super::super::profiles::tests::files;
use super::*;

const CONFIG: &str = "\
[default]
region = eu-west-1
[profile base]
aws_access_key_id = AKIA
aws_secret_access_key = s
[profile admin]
role_arn = arn:aws:iam::111111111111:role/admin
source_profile = base
mfa_serial = arn:aws:iam::111111111111:mfa/me
[profile deep]
role_arn = arn:aws:iam::222222222222:role/deep
source_profile = admin
[profile both]
aws_access_key_id = AKIABOTH
aws_secret_access_key = s
role_arn = arn:aws:iam::111111111111:role/not-this-one
source_profile = base
[profile upon]
role_arn = arn:aws:iam::222222222222:role/upon
source_profile = both
mfa_serial = arn:aws:iam::111111111111:mfa/me
[profile self]
aws_access_key_id = AKIASELF
aws_secret_access_key = s
role_arn = arn:aws:iam::222222222222:role/self
source_profile = self
[profile loop]
role_arn = arn:aws:iam::222222222222:role/loop
source_profile = loop
[profile round]
role_arn = arn:aws:iam::222222222222:role/round
source_profile = about
[profile about]
role_arn = arn:aws:iam::222222222222:role/about
source_profile = round
[profile lost]
role_arn = arn:aws:iam::222222222222:role/lost
source_profile = bsae
[profile bare]
role_arn = arn:aws:iam::222222222222:role/bare
aws_access_key_id = AKIABARE
aws_secret_access_key = s
[sso-session 'FOO BAR']
sso_start_url = https://corp.awsapps.com/start/#/
sso_region = eu-central-1
[profile work]
sso_session = FOO BAR
sso_account_id = 333333333333
sso_role_name = dev
[profile old]
sso_start_url = https://old.awsapps.com/start
sso_region = us-east-1
sso_account_id = 333333333333
sso_role_name = dev
[profile half]
sso_session = FOO BAR
sso_account_id = 333333333333
[profile token]
sso_session = FOO BAR
[profile fed]
role_arn = arn:aws:iam::222222222222:role/fed
source_profile = work
[profile console]
login_session = arn:aws:iam::012345678901:user/me
[profile tool]
credential_process = SECRET=hush '/opt/my tools/cred' --secret hush
[profile pod]
role_arn = arn:aws:iam::222222222222:role/pod
web_identity_token_file = /token
source_profile = base
";

#[tokio::test]
async fn a_chain_of_roles_is_followed_to_where_it_starts_and_mfa_anywhere_in_it_is_seen() {
    let p = files(CONFIG, "").await;
    let (roles, base) = p.roles("deep").unwrap();
    assert_eq!(roles.iter().map(|r| r.profile.as_str()).collect::<Vec<_>>(), ["deep", "admin"]);
    assert_eq!(base, Base::Profile("base".into()));
    assert!(p.wants_mfa("deep") && p.wants_mfa("admin") && !p.wants_mfa("base") && !p.wants_mfa("fed"));
    let (roles, base) = p.roles("upon").unwrap();
    assert_eq!((roles.len(), base), (1, Base::Profile("both".into())), "beyond the first, keys win over a role");
    let (roles, base) = p.roles("self").unwrap();
    assert_eq!((roles.len(), base), (1, Base::Profile("self".into())), "on its own keys");
    assert_eq!(p.roles("pod").unwrap(), (vec![], Base::Profile("pod".into())), "the token is exchanged for the role");
}

#[tokio::test]
async fn a_chain_that_leads_nowhere_says_where_it_breaks() {
    let p = files(CONFIG, "").await;
    for (profile, says) in [
        ("loop", "form a circle"),
        ("round", "about comes back to round"),
        ("lost", "source_profile of profile lost"),
        ("bare", "nothing to assume it with"),
    ] {
        let fault = p.roles(profile).unwrap_err();
        assert!(fault.message.contains(says), "{profile}: {fault}");
    }
    assert!(p.roles("lost").unwrap_err().hints[0].contains("base"));
}

#[tokio::test]
async fn each_profile_knows_how_one_signs_in_to_it() {
    let p = files(CONFIG, "").await;
    let SignIn::Sso(sso) = p.sign_in("fed") else { panic!("a role on top of an SSO profile") };
    assert_eq!((sso.session.as_deref(), sso.region.as_str()), (Some("FOO BAR"), "eu-central-1"));
    assert_eq!(
        (sso.start_url.as_str(), sso.scopes),
        ("https://corp.awsapps.com/start/#/", vec!["sso:account:access".into()])
    );
    assert!(matches!(p.sign_in("old"), SignIn::Sso(s) if s.session.is_none() && s.scopes.is_empty()));
    assert_eq!((p.sign_in("console"), p.sign_in("base")), (SignIn::Login, SignIn::Other));
    assert_eq!(p.sign_in("tool"), SignIn::Process("/opt/my tools/cred".into()), "without what it is told");
    assert!(p.way("half").err().unwrap().message.contains("sso_role_name"));
    assert!(p.way("token").err().unwrap().message.contains("no sso_account_id"));
}

/// In one word what counts in a profile.
async fn counts(config: &str, credentials: &str) -> String {
    match files(&format!("[default]\n{config}"), &format!("[default]\n{credentials}")).await.way("default") {
        Ok(Way::Keys(keys)) => format!("{} {}", keys.access_key_id(), keys.session_token().unwrap_or("-")),
        Ok(Way::WebIdentity(_)) => "web identity".into(),
        Ok(Way::Sso { .. }) => "sso".into(),
        Ok(Way::Login(_)) => "login".into(),
        Ok(Way::Process(command)) => command,
        Ok(Way::Nothing) => "nothing".into(),
        Err(fault) => fault.message,
    }
}

#[tokio::test]
async fn of_a_profiles_settings_the_one_counts_that_counts_for_the_aws_cli() {
    let (keys, other) =
        ("aws_access_key_id=A\naws_secret_access_key=s\n", "aws_access_key_id=B\naws_secret_access_key=s\n");
    let sso = "sso_start_url=https://x\nsso_region=us-east-1\nsso_account_id=1\nsso_role_name=r\n";
    let (login, process) = ("login_session=arn\n", "credential_process=tool\n --flag\n");
    let web = "web_identity_token_file=/t\nrole_arn=arn\n";
    let all = format!("{web}{sso}{login}{process}{other}");
    for (config, credentials, want) in [
        (all.as_str(), keys, "web identity"),
        (&format!("{sso}{login}{process}{other}"), keys, "sso"),
        (&format!("{login}{process}{other}"), keys, "A -"),
        (&format!("{login}{process}{other}"), "", "login"),
        (&format!("{process}{other}"), "", "tool --flag"),
        (other, "", "B -"),
        ("aws_session_token=stale\n", keys, "A -"),
        ("", &format!("{keys}aws_session_token=t\n"), "A t"),
        (other, "aws_access_key_id=\naws_secret_access_key=\n", "B -"),
        ("", "aws_secret_access_key=s\n", "nothing"),
    ] {
        assert_eq!(counts(config, credentials).await, want, "{config} | {credentials}");
    }
    let half = counts(other, "aws_access_key_id=A\n").await;
    assert!(half.contains("no aws_secret_access_key in ") && half.ends_with("/credentials"), "{half}");
}

#[tokio::test]
async fn keys_that_no_header_carries_are_named_with_profile_and_file_and_not_shown() {
    for (text, key) in [
        ("aws_access_key_id = AK\u{ad}IA\naws_secret_access_key = hush\n", "aws_access_key_id"),
        ("aws_access_key_id = AKIA\naws_secret_access_key = hush\n  hush\n", "aws_secret_access_key"),
        (
            "aws_access_key_id = AKIA\naws_secret_access_key = hush\naws_session_token = hu\u{7f}sh\n",
            "aws_session_token",
        ),
    ] {
        let said = counts("", text).await;
        assert!(said.starts_with(&format!("{key} of profile default in /")), "{said}");
        assert!(said.contains("/credentials contains ") && !said.contains("hush") && !said.contains("AK"), "{said}");
    }
}
