use super::*;

async fn files(config: &str) -> Profiles {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, config).unwrap();
    let path = path.to_string_lossy().into_owned();
    let env = Env::from_slice(&[("AWS_CONFIG_FILE", path.as_str()), ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/c")]);
    Profiles::read_with(&env).await.unwrap()
}

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
[profile loop]
role_arn = arn:aws:iam::222222222222:role/loop
source_profile = loop
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-central-1
[profile work]
sso_session = corp
sso_account_id = 333333333333
sso_role_name = dev
[profile old]
sso_start_url = https://old.awsapps.com/start
sso_region = us-east-1
[profile fed]
role_arn = arn:aws:iam::222222222222:role/fed
source_profile = work
[profile console]
login_session = arn:aws:iam::012345678901:user/me
";

#[tokio::test]
async fn a_chain_of_roles_is_followed_to_where_it_starts_and_mfa_anywhere_in_it_is_seen() {
    let p = files(CONFIG).await;
    let (roles, base) = p.roles("deep");
    assert_eq!(roles.iter().map(|r| r.profile.as_str()).collect::<Vec<_>>(), ["deep", "admin"]);
    assert_eq!(base, Base::Profile("base".into()));
    assert!(p.wants_mfa("deep") && p.wants_mfa("admin") && !p.wants_mfa("base") && !p.wants_mfa("fed"));
    assert_eq!(p.roles("loop").1, Base::OwnKeys("loop".into()));
    let (roles, base) = p.roles("upon");
    assert_eq!((roles.len(), base), (1, Base::OwnKeys("both".into())), "beyond the first, keys win over a role");
}

#[tokio::test]
async fn each_profile_knows_how_one_signs_in_to_it() {
    let p = files(CONFIG).await;
    let SignIn::Sso(sso) = p.sign_in("fed") else { panic!("a role on top of an SSO profile") };
    assert_eq!((sso.session.as_deref(), sso.region.as_str()), (Some("corp"), "eu-central-1"));
    assert_eq!(sso.scopes, ["sso:account:access"]);
    assert!(matches!(p.sign_in("old"), SignIn::Sso(s) if s.session.is_none() && s.scopes.is_empty()));
    assert_eq!((p.sign_in("console"), p.sign_in("base")), (SignIn::Login, SignIn::Other));
}

#[tokio::test]
async fn an_unknown_profile_is_named_with_the_nearest_one() {
    let fault = files(CONFIG).await.unknown("wrok");
    assert!(fault.message.contains("wrok") && fault.hints[0].contains("--profile work"), "{fault:?}");
}
