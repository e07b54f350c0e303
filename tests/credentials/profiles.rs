//! Whose credentials are used, how one signs in, and what is said when one has not: each in a process of its own, since the
//! environment is a process's.

use crate::support::aws::{EMPTY, Server, home, in_a_process};
use skydeck::aws::{Gateway, GatewayConfig, ProfileSel, Prompt};
use skydeck::base::{Clock, FaultKind, Scope, Secret};
use skydeck::model::operation::{Operation, Service};

static DESCRIBE: Operation = Operation::read(Service::Ec2, "DescribeInstances");

fn config() -> GatewayConfig {
    GatewayConfig::new(Clock::system(), vec![&DESCRIBE])
}

#[test]
fn a_named_profile_is_not_overridden_by_keys_in_the_environment_and_no_name_is_the_whole_chain() {
    let server = Server::start(|_| ("200 OK", EMPTY.to_string()));
    let home = home(
        "[profile work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = s\nregion = eu-west-3\n[profile other]\nregion = eu-west-1\n",
    );
    let env = [
        ("AWS_ACCESS_KEY_ID", "AKIAENV"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_DEFAULT_REGION", "us-west-2"),
        ("TEST_ENDPOINT", server.url.as_str()),
    ];
    in_a_process("child_profiles", home.path(), &env);
    let log = server.log();
    // The environment's region comes before a profile's, also of one that was named.
    assert!(log[0].contains("AKIAWORK/") && log[0].contains("/us-west-2/ec2/"), "{}", log[0]);
    assert!(log[1].contains("AKIAENV/") && log[1].contains("/us-west-2/ec2/"), "{}", log[1]);
    assert_eq!(log.len(), 2);
}

#[tokio::test]
#[ignore = "run by the test above in its own process"]
async fn child_profiles() {
    let url = std::env::var("TEST_ENDPOINT").unwrap();
    let names = ["work", "other", "wrok"].map(|n| ProfileSel::Named(n.into()));
    let profiles = names.into_iter().chain([ProfileSel::DefaultChain]).collect();
    let gateway = Gateway::new(GatewayConfig { profiles, endpoint_url: Some(url), ..config() });
    for profile in ["work", "default"] {
        let ec2 = gateway.ec2(&Scope::account(profile)).await.unwrap();
        ec2.describe_instances().send().await.unwrap();
    }
    assert_eq!(gateway.default_region("work").await.unwrap().as_deref(), Some("us-west-2"));
    assert_eq!((gateway.profile_flag("work"), gateway.profile_flag("default")), (Some("work"), None));
    // A profile without credentials of its own borrows none from the environment.
    let fault = gateway.ec2(&Scope::account("other")).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NoCredentials, "{fault}");
    let fault = gateway.ec2(&Scope::account("wrok")).await.unwrap_err();
    assert!(fault.message.contains("wrok") && fault.hints[0].contains("work"), "{fault:?}");
    let report = gateway.credential_report("default").await.unwrap();
    assert_eq!(report.answered.unwrap().1, "AENV");
    assert_eq!(gateway.profiles().await.unwrap(), ["other", "work"]);
}

#[test]
fn what_belongs_to_no_region_is_asked_in_the_first_named_one_else_where_the_console_looks() {
    let server = Server::start(|_| ("200 OK", EMPTY.to_string()));
    let env = [
        ("AWS_ACCESS_KEY_ID", "AKIAENV"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("TEST_ENDPOINT", server.url.as_str()),
    ];
    in_a_process("child_no_region", home("").path(), &env);
    let log = server.log();
    assert!(log[0].contains("/eu-north-1/ec2/"), "{}", log[0]);
    assert!(log[1].contains("/us-east-1/ec2/"), "{}", log[1]);
}

#[tokio::test]
#[ignore = "run by the test above in its own process"]
async fn child_no_region() {
    let endpoint_url = std::env::var("TEST_ENDPOINT").ok();
    for region in [Some("eu-north-1".to_string()), None] {
        let gateway = Gateway::new(GatewayConfig { region, endpoint_url: endpoint_url.clone(), ..config() });
        let ec2 = gateway.ec2(&Scope::account("default")).await.unwrap();
        ec2.describe_instances().send().await.unwrap();
    }
}

#[test]
fn no_credentials_at_all_says_so_and_offers_the_sandbox() {
    in_a_process("child_nothing", home("").path(), &[("AWS_REGION", "us-east-1")]);
}

#[tokio::test]
#[ignore = "run by the test above in its own process"]
async fn child_nothing() {
    let gateway = Gateway::new(config());
    let fault = gateway.identity("default").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::NoCredentials, "{fault:?}");
    assert!(fault.hints.iter().any(|h| h.contains("skydeck --sandbox")), "{fault:?}");
    assert!(fault.hints.iter().any(|h| h.contains("aws login")), "{fault:?}");
}

#[test]
fn an_sso_profile_without_a_sign_in_is_expired_and_says_what_to_do() {
    let config = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-central-1\n\
                  [profile corp]\nsso_session = corp\nsso_account_id = 333333333333\nsso_role_name = dev\nregion = eu-west-1\n\
                  [profile login]\nlogin_session = arn:aws:iam::012345678901:user/me\nregion = eu-west-1\n";
    in_a_process("child_sso", home(config).path(), &[]);
}

#[tokio::test]
#[ignore = "run by the test above in its own process"]
async fn child_sso() {
    let profiles = ["corp", "login"].map(|n| ProfileSel::Named(n.into())).into();
    let gateway = Gateway::new(GatewayConfig { profiles, ..config() });
    for (profile, command) in [("corp", "aws sso login --profile corp"), ("login", "aws login --profile login")] {
        let fault = gateway.ec2(&Scope::account(profile)).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Expired, "{fault:?}");
        assert!(fault.hints.iter().any(|h| h.contains(command)), "{fault:?}");
    }
    let fault = gateway.sso_sign_in("login").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Invalid, "{fault:?}");
}

#[test]
fn a_profile_without_credentials_does_not_keep_another_from_listing() {
    let instance = "<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId>\
                    </item></instancesSet></item></reservationSet></DescribeInstancesResponse>";
    let who = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn><Account>1</Account>\
               </GetCallerIdentityResult></GetCallerIdentityResponse>";
    let server =
        Server::start(move |r| ("200 OK", if r.contains("Action=GetCallerIdentity") { who } else { instance }.into()));
    let home = home(
        "[profile good]\naws_access_key_id = AKIAGOOD\naws_secret_access_key = s\n[profile gone]\nlogin_session = arn:aws:iam::2:user/x\n",
    );
    let get = |profiles: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_skydeck"));
        command.env_clear().env("HOME", home.path()).args(["get", "instances", "-o", "json", "--region", "eu-west-1"]);
        let out = command.args(["--endpoint-url", &server.url]).args(profiles).output().unwrap();
        let text = |b| String::from_utf8(b).unwrap();
        (out.status.code(), text(out.stdout), text(out.stderr))
    };
    let (status, out, err) = get(&["--profile", "good", "--profile", "gone"]);
    assert_eq!(status, Some(3), "{err}");
    assert!(out.contains("i-1") && err.contains("gone") && err.contains("aws login"), "{out}{err}");
    let (status, out, err) = get(&["--profile", "gone"]);
    assert_eq!((status, out.as_str()), (Some(1), ""), "{err}");
}

const ROLE: &str = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId>\
    <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration>\
    </Credentials></AssumeRoleResult></AssumeRoleResponse>";

#[test]
fn a_role_behind_mfa_asks_in_the_console_once_and_sends_the_code() {
    let server = Server::start(|r| ("200 OK", if r.contains("Action=AssumeRole") { ROLE } else { EMPTY }.to_string()));
    let config = "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n[profile admin]\nregion = eu-west-1\n\
                  role_arn = arn:aws:iam::111111111111:role/admin\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n";
    let env = [("AWS_ENDPOINT_URL_STS", server.url.as_str()), ("TEST_ENDPOINT", server.url.as_str())];
    in_a_process("child_mfa", home(config).path(), &env);
    let log = server.log();
    assert!(
        log[0].contains("TokenCode=123456") && log[0].contains("SerialNumber=arn") && log[0].contains("AKIABASE/"),
        "{log:?}"
    );
    assert_eq!(log.iter().filter(|r| r.contains("Action=AssumeRole")).count(), 1, "asked once for both clients");
    assert_eq!(log.iter().filter(|r| r.contains("ASIAROLE/")).count(), 2, "{log:?}");
}

#[tokio::test]
#[ignore = "run by the test above in its own process"]
async fn child_mfa() {
    let (prompts, mut asked) = tokio::sync::mpsc::channel(4);
    let profiles = vec![ProfileSel::Named("admin".into())];
    let url = std::env::var("TEST_ENDPOINT").ok();
    let gateway = Gateway::new(GatewayConfig { profiles, prompts: Some(prompts), endpoint_url: url, ..config() });
    let scopes = [Scope::account("admin"), Scope::region("admin", "us-east-1")];
    // The first question is not answered: said so, and not put again by itself.
    let (declined, ()) = tokio::join!(gateway.ec2(&scopes[0]), async { drop(asked.recv().await) });
    assert_eq!(declined.unwrap_err().kind, FaultKind::NoCredentials);
    assert_eq!(gateway.ec2(&scopes[0]).await.unwrap_err().kind, FaultKind::NoCredentials);
    gateway.refresh("admin").await;
    let typing = async {
        let Some(Prompt::MfaCode { answer, serial, .. }) = asked.recv().await else { panic!("another question") };
        assert_eq!(serial, "arn:aws:iam::1:mfa/me");
        // Longer than the five seconds that the SDK gives a provider.
        tokio::time::sleep(std::time::Duration::from_secs(6)).await;
        answer.send(Secret::new("123456".into())).unwrap();
    };
    let (a, b, ()) = tokio::join!(gateway.ec2(&scopes[0]), gateway.ec2(&scopes[1]), typing);
    a.unwrap().describe_instances().send().await.unwrap();
    b.unwrap().describe_instances().send().await.unwrap();
    assert!(asked.try_recv().is_err());
}

#[test]
fn a_device_code_sign_in_leaves_a_token_that_the_sdk_then_uses() {
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |r| {
        let path = r.split(' ').nth(1).unwrap_or_default();
        match path.split('?').next().unwrap_or_default() {
            "/client/register" => {
                ("200 OK", r#"{"clientId":"c","clientSecret":"s","clientSecretExpiresAt":4000000000}"#.to_string())
            }
            "/device_authorization" => (
                "200 OK",
                r#"{"deviceCode":"d","userCode":"ABCD-EFGH","verificationUri":"https://v","expiresIn":600,"interval":1}"#.to_string(),
            ),
            "/token" if calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 => {
                ("400 Bad Request", r#"{"__type":"AuthorizationPendingException","error":"authorization_pending"}"#.to_string())
            }
            "/token" => ("200 OK", r#"{"accessToken":"tok-1","expiresIn":28800,"refreshToken":"ref"}"#.to_string()),
            "/federation/credentials" => (
                "200 OK",
                r#"{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"s","sessionToken":"t","expiration":4000000000000}}"#
                    .to_string(),
            ),
            _ => ("200 OK", EMPTY.to_string()),
        }
    });
    let config = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-central-1\n\
                  [profile corp]\nsso_session = corp\nsso_account_id = 333333333333\nsso_role_name = dev\nregion = eu-west-1\n";
    let url = server.url.as_str();
    let env = [("AWS_ENDPOINT_URL_SSO_OIDC", url), ("AWS_ENDPOINT_URL_SSO", url), ("TEST_ENDPOINT", url)];
    let home = home(config);
    in_a_process("child_device_code", home.path(), &env);
    let log = server.log();
    assert!(log.iter().any(|r| r.contains("/federation/credentials") && r.contains("tok-1")), "{log:?}");
    assert!(log.last().unwrap().contains("ASIASSO/"), "{log:?}");
    assert_eq!(std::fs::read_dir(home.path().join(".aws/sso/cache")).unwrap().count(), 1);
}

#[tokio::test]
#[ignore = "run by the test above in its own process"]
async fn child_device_code() {
    let (prompts, mut asked) = tokio::sync::mpsc::channel(4);
    let profiles = vec![ProfileSel::Named("corp".into())];
    let url = std::env::var("TEST_ENDPOINT").ok();
    let gateway = Gateway::new(GatewayConfig { profiles, prompts: Some(prompts), endpoint_url: url, ..config() });
    let scope = Scope::account("corp");
    assert_eq!(gateway.ec2(&scope).await.unwrap_err().kind, FaultKind::Expired);
    gateway.sso_sign_in("corp").await.unwrap();
    assert!(matches!(asked.recv().await, Some(Prompt::SsoDevice { code, .. }) if code == "ABCD-EFGH"));
    assert!(matches!(asked.recv().await, Some(Prompt::SsoDone { signed_in: true, .. })));
    gateway.ec2(&scope).await.unwrap().describe_instances().send().await.unwrap();
}
