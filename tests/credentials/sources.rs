//! The sources of credentials that the SDK's chain knows, each where AWS's documentation says it looks: what signs the request in
//! the end is read off the server. Each in a process of its own, since the environment is a process's.

use crate::support::aws::{EMPTY, Server, home, in_a_process};
use skydeck::aws::{Gateway, GatewayConfig, ProfileSel};
use skydeck::base::{Clock, FaultKind, Scope};
use skydeck::model::operation::{Operation, Service};

static DESCRIBE: Operation = Operation::read(Service::Ec2, "DescribeInstances");

/// A server that answers the credential chain by `chain`, and EC2 with nothing.
fn server(chain: impl Fn(&str) -> Option<(&'static str, String)> + Send + 'static) -> Server {
    Server::start(move |r| chain(r).unwrap_or(("200 OK", EMPTY.to_string())))
}

/// Asks EC2 once in a process with this environment; gives the requests that came.
fn asked(server: &Server, config: &str, profile: &str, env: &[(&str, &str)]) -> Vec<String> {
    let home = home(config);
    let own = [("TEST_ENDPOINT", server.url.as_str()), ("TEST_PROFILE", profile), ("AWS_REGION", "eu-west-1")];
    in_a_process("child_asks", home.path(), &[&own, env].concat());
    server.log()
}

/// The access key that signed EC2's request: the last one.
fn signer(log: &[String]) -> &str {
    let last = log.last().map(String::as_str).unwrap_or_default();
    last.split("Credential=").nth(1).and_then(|c| c.split('/').next()).unwrap_or("nobody")
}

#[tokio::test]
#[ignore = "run by the tests of this file in processes of their own"]
async fn child_asks() {
    let profile = std::env::var("TEST_PROFILE").unwrap();
    let profiles = if profile.is_empty() { Vec::new() } else { vec![ProfileSel::Named(profile)] };
    let endpoint_url = std::env::var("TEST_ENDPOINT").ok();
    let config = GatewayConfig::new(Clock::system(), vec![&DESCRIBE]);
    let gateway = Gateway::new(GatewayConfig { profiles, endpoint_url, ..config });
    let scope = Scope::account(gateway.profiles_in_use()[0].clone());
    let ec2 = gateway.ec2(&scope).await.unwrap();
    ec2.describe_instances().send().await.unwrap();
    // A second client of the same profile asks for no second set.
    let other = gateway.ec2(&Scope::region(scope.profile().unwrap().clone(), "us-east-1")).await.unwrap();
    other.describe_instances().send().await.unwrap();
}

#[test]
fn a_web_identity_token_is_exchanged_for_the_role_that_the_environment_names() {
    const ROLE: &str = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
        <AccessKeyId>ASIAWEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
        <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult>\
        </AssumeRoleWithWebIdentityResponse>";
    let server = server(|r| r.contains("Action=AssumeRoleWithWebIdentity").then(|| ("200 OK", ROLE.to_string())));
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "the.web.token").unwrap();
    let env = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap()),
        ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/pod"),
        ("AWS_ROLE_SESSION_NAME", "console"),
        ("AWS_ENDPOINT_URL_STS", server.url.as_str()),
    ];
    let log = asked(&server, "", "", &env);
    assert!(log[0].contains("WebIdentityToken=the.web.token") && log[0].contains("RoleSessionName=console"), "{log:?}");
    assert!(!log[0].to_lowercase().contains("authorization:"), "the exchange itself is not signed");
    assert_eq!((signer(&log), log.len()), ("ASIAWEB", 3));
}

const JSON: &str =
    r#"{"AccessKeyId":"KEY","SecretAccessKey":"s","Token":"t","Expiration":"2099-01-01T00:00:00Z","Code":"Success"}"#;

#[test]
fn a_container_asks_the_address_that_it_was_given_with_its_token() {
    let server = server(|r| r.starts_with("GET /creds").then(|| ("200 OK", JSON.replace("KEY", "ASIAECS"))));
    let uri = format!("{}/creds", server.url);
    let env = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str()), ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "secret-1")];
    let log = asked(&server, "", "", &env);
    assert!(log[0].contains("secret-1"), "{log:?}");
    assert_eq!((signer(&log), log.len()), ("ASIAECS", 3));
}

#[test]
fn an_instance_asks_its_metadata_with_a_session_token() {
    let server = server(|r| {
        let path = r.split(' ').nth(1).unwrap_or_default();
        match path {
            "/latest/api/token" => Some(("200 OK", "imds-token".into())),
            "/latest/meta-data/iam/security-credentials/" | "/latest/meta-data/iam/security-credentials" => {
                Some(("200 OK", "web-role".into()))
            }
            "/latest/meta-data/iam/security-credentials/web-role" => Some(("200 OK", JSON.replace("KEY", "ASIAIMDS"))),
            p if p.starts_with("/latest/") => Some(("404 Not Found", String::new())),
            _ => None,
        }
    });
    let env = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.url.as_str()), ("AWS_EC2_METADATA_DISABLED", "false")];
    let log = asked(&server, "", "", &env);
    assert!(log[0].starts_with("PUT /latest/api/token"), "version 2 of the service: {log:?}");
    let keys = log.iter().find(|r| r.contains("security-credentials/web-role")).unwrap();
    assert!(keys.contains("imds-token"), "{keys}");
    assert_eq!(signer(&log), "ASIAIMDS");
}

#[test]
fn a_profiles_process_is_run_and_its_answer_used() {
    let server = server(|_| None);
    let answer = r#"{"Version":1,"AccessKeyId":"ASIAPROC","SecretAccessKey":"s","SessionToken":"t","Expiration":"2099-01-01T00:00:00Z"}"#;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answer");
    std::fs::write(&file, answer).unwrap();
    let config = format!("[profile tool]\ncredential_process = cat \"{}\"\n", file.display());
    let log = asked(&server, &config, "tool", &[("PATH", "/usr/bin:/bin")]);
    assert_eq!((signer(&log), log.len()), ("ASIAPROC", 2));
}

#[test]
fn a_login_session_that_is_still_good_is_used_as_the_aws_cli_left_it() {
    let server = server(|_| None);
    let config = "[profile me]\nlogin_session = arn:aws:iam::012345678901:user/me\n";
    let token = r#"{"accessToken":{"accessKeyId":"ASIALOGIN","secretAccessKey":"s","sessionToken":"t","accountId":"012345678901",
        "expiresAt":"2099-01-01T00:00:00Z"},"tokenType":"aws_sigv4","refreshToken":"r","clientId":"c","dpopKey":"k"}"#;
    let folder = tempfile::tempdir().unwrap();
    // SHA-256 of the session's ARN.
    let name = "8414b4abb386c26fc4158ae15f0f140f13b0a8c66be2340c24ce9a5fa4e69cc9.json";
    std::fs::write(folder.path().join(name), token).unwrap();
    let env = [("AWS_LOGIN_CACHE_DIRECTORY", folder.path().to_str().unwrap())];
    let log = asked(&server, config, "me", &env);
    assert_eq!((signer(&log), log.len()), ("ASIALOGIN", 2));
}

#[test]
fn sources_that_fail_say_why_and_hang_nobody() {
    let server = Server::start(|_| ("500 Internal Server Error", "no".to_string()));
    let uri = format!("{}/creds", server.url);
    let config = "[profile tool]\ncredential_process = false\n";
    let env =
        [("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str()), ("AWS_REGION", "eu-west-1"), ("PATH", "/usr/bin:/bin")];
    in_a_process("child_fails", home(config).path(), &env);
}

#[tokio::test]
#[ignore = "run by the test above in its own process"]
async fn child_fails() {
    let config = GatewayConfig::new(Clock::system(), vec![&DESCRIBE]);
    let profiles = vec![ProfileSel::Named("tool".into()), ProfileSel::DefaultChain];
    let gateway = Gateway::new(GatewayConfig { profiles, ..config });
    let begun = std::time::Instant::now();
    for profile in ["tool", "default"] {
        let fault = gateway.ec2(&Scope::account(profile)).await.unwrap_err();
        assert!(matches!(fault.kind, FaultKind::NoCredentials | FaultKind::Expired), "{profile}: {fault:?}");
        assert!(!fault.message.is_empty() && !fault.hints.is_empty(), "{profile}: {fault:?}");
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(40), "{:?}", begun.elapsed());
}
