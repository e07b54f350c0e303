//! Whose account and whose keys are used: for every combination of `--profile`, the variables that name a profile, and keys in the
//! environment, each also set to nothing, the region, the key that signs, and the read-only setting are those of the profile and the
//! keys that the real AWS CLI names. And files as people have them: what the AWS CLI reads is read.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::aws::Server;
use crate::support::python::{Python, clean};
use serde_json::{Value, json};

/// A combination as both programs get it.
#[derive(Debug, Clone, Default)]
struct Asked {
    args: Vec<String>,
    env: BTreeMap<&'static str, &'static str>,
}

impl Asked {
    fn with(mut self, name: &'static str, value: Option<&'static str>) -> Asked {
        self.env.extend(value.map(|v| (name, v)));
        self
    }
    /// Without what is set to nothing.
    fn bare(&self) -> Asked {
        let mut bare = self.clone();
        bare.env.retain(|_, v| !v.is_empty());
        if bare.args.last().is_some_and(String::is_empty) {
            bare.args.clear();
        }
        bare
    }
}

/// What a combination comes to.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    profile: String,
    /// The last four characters of the key's id.
    key: String,
    region: String,
    read_only: bool,
}

const CONFIG: &str = "[default]\nregion = eu-west-1\n[profile dev]\nregion = eu-north-1\n[profile ops]\nregion = eu-south-1\n\
                      aws_access_key_id = AKIASTALE\naws_secret_access_key = s\n";
const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIADFLT\naws_secret_access_key = s\n[dev]\naws_access_key_id = AKIADEVX\n\
                           aws_secret_access_key = s\n[ops]\naws_access_key_id = AKIAOPSX\naws_secret_access_key = s\n";
/// Read-only are default and ops.
const SETTINGS: &str = "[profiles.default]\nread_only = true\n[profiles.ops]\nread_only = true\n";

fn home(config: &str, credentials: &[u8]) -> tempfile::TempDir {
    let home = crate::support::aws::home(config);
    std::fs::write(home.path().join(".aws/credentials"), credentials).unwrap();
    std::fs::create_dir_all(home.path().join(".config/skydeck")).unwrap();
    std::fs::write(home.path().join(".config/skydeck/config.toml"), SETTINGS).unwrap();
    home
}

/// An EC2 and an STS that have nothing.
fn server() -> Server {
    let who = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn><Account>1</Account>\
               </GetCallerIdentityResult></GetCallerIdentityResponse>";
    Server::start(move |r| {
        ("200 OK", if r.contains("Action=GetCallerIdentity") { who } else { crate::support::aws::EMPTY }.into())
    })
}

fn skydeck(home: &Path, asked: &Asked) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skydeck"));
    command.env_clear().env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").env("PATH", "/usr/bin:/bin");
    command.args(&asked.args).envs(&asked.env).stdin(Stdio::null());
    command
}

/// The status, and standard output and error as one text.
fn ended(command: &mut Command) -> (Option<i32>, String) {
    let out = command.output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap();
    (out.status.code(), text)
}

/// What `skydeck check` says, and which key signed what it sent to the server.
fn ours(home: &Path, server: &Server, asked: &Asked) -> Result<Answer, String> {
    let before = server.log().len();
    let (_, text) = ended(skydeck(home, asked).args(["check", "--endpoint-url", &server.url]));
    let line = |word: &str| text.lines().find_map(|l| l.trim().strip_prefix(word)).map(|l| l.trim().to_string());
    let (Some(profile), Some(region)) = (line("profile "), line("✓ region")) else { return Err(text) };
    let log = server.log();
    let mut scopes: Vec<(&str, &str)> = Vec::new();
    for sent in &log[before..] {
        let scope: Vec<&str> = sent.split("Credential=").nth(1).unwrap().split('/').take(3).collect();
        scopes.push((scope[0], scope[2]));
    }
    scopes.dedup();
    assert!(scopes.iter().all(|(key, at)| *key == scopes[0].0 && *at == region), "{asked:?}: {scopes:?} {text}");
    let key = scopes[0].0;
    Ok(Answer { profile, key: key[key.len() - 4..].into(), region, read_only: line("✓ read-only").is_some() })
}

/// The AWS CLI's answers to all of them, each as it stands and without what is set to nothing.
fn theirs(home: &Path, asked: &[Asked]) -> Vec<(Value, Value)> {
    let mut command = Python::aws_cli().our("whose_keys.py");
    clean(&mut command);
    for name in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        command.env_remove(name);
    }
    let mut child = command.env("HOME", home).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut ask = |asked: &Asked| -> Value {
        writeln!(input, "{}", json!({"args": asked.args, "env": asked.env})).unwrap();
        serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap()
    };
    let answers = asked.iter().map(|a| (ask(a), ask(&a.bare()))).collect();
    drop(input);
    assert!(child.wait().unwrap().success());
    answers
}

fn combinations() -> Vec<Asked> {
    let id = "AWS_ACCESS_KEY_ID";
    let secret = "AWS_SECRET_ACCESS_KEY";
    let keys = [
        [None, None],
        [Some("AKIAENVX"), Some("s")],
        [Some(""), Some("")],
        [Some(""), Some("s")],
        [Some("AKIAENVX"), Some("")],
    ];
    let regions = [None, Some("ap-south-1"), Some("")];
    let mut all = Vec::new();
    for option in [None, Some("dev"), Some("")] {
        for plain in [None, Some("ops"), Some("")] {
            for default in [None, Some("dev"), Some("")] {
                for [key, hush] in keys {
                    let args = option.map(|name| vec!["--profile".to_string(), name.to_string()]).unwrap_or_default();
                    let asked = Asked { args, env: BTreeMap::new() }
                        .with("AWS_PROFILE", plain)
                        .with("AWS_DEFAULT_PROFILE", default)
                        .with(id, key)
                        .with(secret, hush)
                        .with("AWS_DEFAULT_REGION", regions[all.len() % regions.len()]);
                    all.push(asked);
                }
            }
        }
    }
    all
}

#[test]
fn region_key_and_read_only_are_those_of_the_profile_and_the_keys_that_the_aws_cli_names() {
    if crate::support::left_out("the AWS CLI's order of profiles and keys") {
        return;
    }
    let home = home(CONFIG, CREDENTIALS.as_bytes());
    let all = combinations();
    let theirs = theirs(home.path(), &all);
    let (mut compared, mut refused) = (0, 0);
    let server = server();
    for (asked, (as_it_stands, bare)) in all.iter().zip(theirs) {
        let ours = ours(home.path(), &server, asked);
        if as_it_stands["error"].as_str().is_some_and(|e| e.contains("AWS_SECRET_ACCESS_KEY")) {
            let said = ours.unwrap_err();
            assert!(said.contains("AWS_SECRET_ACCESS_KEY is not"), "{asked:?}: {said}");
            refused += 1;
            continue;
        }
        // To the CLI a variable that is set to nothing names a profile or a region without a name, and it stops there. Here it is
        // as if it were not set.
        let theirs = if as_it_stands["region"].is_string() { as_it_stands } else { bare };
        let Some(key) = theirs["key"].as_str() else {
            // Without the empty one, half of the keys is left in the environment.
            assert!(ours.unwrap_err().contains("AWS_SECRET_ACCESS_KEY is not"), "{asked:?}: {theirs}");
            refused += 1;
            continue;
        };
        let profile = theirs["profile"].as_str().unwrap_or("default");
        let want = Answer {
            profile: profile.into(),
            key: key.into(),
            region: theirs["region"].as_str().unwrap().into(),
            read_only: profile != "dev",
        };
        assert_eq!(ours, Ok(want), "{asked:?}");
        compared += 1;
    }
    assert_eq!(compared + refused, 135);
    assert!(compared >= 110 && refused >= 10, "{compared} compared, {refused} refused by both");
}

const CHAINS: &str = "\
[default]
region = eu-west-1
[profile role]
role_arn = arn:aws:iam::111111111111:role/a
source_profile = default
external_id = xyz
region = eu-west-2
[profile over]
role_arn = arn:aws:iam::111111111111:role/b
source_profile = role
region = eu-west-3
[profile source]
role_arn = arn:aws:iam::111111111111:role/e
credential_source = Environment
region = eu-west-1
[profile both]
region = eu-west-1
credential_process = echo '{\"Version\":1,\"AccessKeyId\":\"ASIAPROC\",\"SecretAccessKey\":\"s\"}'
aws_access_key_id = AKIACONFIG
aws_secret_access_key = s
[profile twice]
region = eu-west-1
credential_process = false
";
const CHAIN_KEYS: &str = "[default]\naws_access_key_id = AKIADFLT\naws_secret_access_key = s\n[twice]\n\
                          aws_access_key_id = AKIATWICE\naws_secret_access_key = s\n";

/// STS, which makes a key's id of the action and the role that are asked for, and an EC2 that has nothing.
fn sts() -> Server {
    Server::start(|request| {
        let field =
            |name: &str| request.split(name).nth(1).and_then(|v| v.split(['&', '\r', '\n']).next()).unwrap_or_default();
        let (action, role) = (field("Action="), field("RoleArn="));
        let id = format!(
            "ASIA{}{}",
            if action == "AssumeRole" { "" } else { "WEB" },
            role.rsplit("%2F").next().unwrap_or_default()
        );
        let keys = format!(
            "<Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
             <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>a:b</AssumedRoleId>\
             <Arn>arn:aws:sts::1:assumed-role/x/y</Arn></AssumedRoleUser>"
        );
        let answer = match action {
            "AssumeRole" | "AssumeRoleWithWebIdentity" => {
                format!("<{action}Response><{action}Result>{keys}</{action}Result></{action}Response>")
            }
            _ => crate::support::aws::EMPTY.to_string(),
        };
        ("200 OK", answer)
    })
}

/// What was asked, by which key, in which region.
fn steps(server: &Server) -> Vec<String> {
    let step = |request: &String| {
        let action = request.split("Action=").nth(1).and_then(|v| v.split('&').next()).unwrap_or_default().to_string();
        let scope: Vec<&str> =
            request.split("Credential=").nth(1).map(|c| c.split('/').take(3).collect()).unwrap_or_default();
        format!("{action} {} {}", scope.first().unwrap_or(&"-"), scope.get(2).unwrap_or(&"-"))
    };
    // Who one is, and what belongs to a list beside it, is asked by the same keys; only the way to them is compared.
    let aside = |s: &String| s.starts_with("GetCallerIdentity") || s.starts_with("DescribeInstanceStatus");
    server.log().iter().map(step).filter(|s| !aside(s)).collect()
}

#[test]
fn the_way_to_the_keys_is_the_aws_clis() {
    if crate::support::left_out("the AWS CLI's chain of credentials") {
        return;
    }
    let aws = Python::aws_cli().script_path("aws");
    let web = |asked: Asked| asked.with("AWS_ROLE_ARN", Some("arn:aws:iam::111111111111:role/web"));
    let keys =
        |asked: Asked| asked.with("AWS_ACCESS_KEY_ID", Some("AKIAENVX")).with("AWS_SECRET_ACCESS_KEY", Some("s"));
    let by_variable = |name| Asked::default().with("AWS_PROFILE", Some(name));
    // With the token of a web identity in the environment, and without.
    for (asked, token, last) in [
        (profile("role"), false, "ASIAa"),
        (profile("over"), true, "ASIAb"),
        (by_variable("role"), true, "ASIAa"),
        (Asked::default(), true, "ASIAWEBweb"),
        (by_variable("twice"), false, "AKIATWICE"),
        (profile("both"), true, "ASIAPROC"),
        (keys(profile("source")), false, "ASIAe"),
        (keys(by_variable("source")), true, "AKIAENVX"),
    ] {
        let asked = web(asked);
        let run = |mut command: Command, home: &Path, server: &Server| {
            std::fs::write(home.join("token"), "the.web.token").unwrap();
            if token {
                command.env("AWS_WEB_IDENTITY_TOKEN_FILE", home.join("token"));
            }
            command.env("AWS_ENDPOINT_URL_STS", &server.url).args(["--endpoint-url", &server.url]);
            let (status, said) = ended(&mut command);
            assert_eq!(status, Some(0), "{asked:?}: {said}");
            steps(server)
        };
        // A home for each: the CLI keeps what STS gave.
        let (home_of_theirs, home_of_ours, theirs, ours) =
            (home(CHAINS, CHAIN_KEYS.as_bytes()), home(CHAINS, CHAIN_KEYS.as_bytes()), sts(), sts());
        let mut command = Command::new(&aws);
        command
            .env_clear()
            .env("HOME", home_of_theirs.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(&asked.env).args(["ec2", "describe-instances"]).args(&asked.args).stdin(Stdio::null());
        let theirs = run(command, home_of_theirs.path(), &theirs);
        let mut command = skydeck(home_of_ours.path(), &asked);
        command.args(["get", "instances"]);
        let ours = run(command, home_of_ours.path(), &ours);
        assert!(theirs.last().unwrap().contains(&format!(" {last} ")), "{asked:?}: {theirs:?}");
        assert_eq!(ours, theirs, "{asked:?}");
    }
}

#[test]
fn a_variable_that_names_no_profile_is_named_and_so_is_the_nearest_profile() {
    let home = home(CONFIG, CREDENTIALS.as_bytes());
    for variable in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
        for keys in [None, Some("AKIAENVX")] {
            let asked = Asked::default().with(variable, Some("deb")).with("AWS_ACCESS_KEY_ID", keys);
            let (status, said) = ended(skydeck(home.path(), &asked).args(["get", "instances"]));
            assert_eq!(status, Some(2), "{said}");
            let want = format!(
                "There is no profile deb in the AWS configuration files, which {variable} names. Did you mean dev?"
            );
            assert_eq!(said.trim_end(), format!("skydeck: {want}"));
        }
    }
}

#[test]
fn two_variables_that_disagree_are_spoken_of() {
    let (home, server) = (home(CONFIG, CREDENTIALS.as_bytes()), server());
    let asked = Asked::default().with("AWS_PROFILE", Some("ops")).with("AWS_DEFAULT_PROFILE", Some("dev"));
    let (status, said) = ended(skydeck(home.path(), &asked).args(["get", "instances", "--endpoint-url", &server.url]));
    assert!(status == Some(0) && said.contains("AWS_PROFILE is ops: dev is used"), "{said}");
}

/// What `get instances` ends with, and the key that signed its last request.
fn listed(home: &Path, asked: &Asked) -> (Option<i32>, String, String) {
    let server = server();
    let mut command = skydeck(home, asked);
    let (status, said) = ended(command.args(["get", "instances", "-o", "json", "--endpoint-url", &server.url]));
    let log = server.log();
    let key = log.last().and_then(|r| r.split("Credential=").nth(1)?.split('/').next()).unwrap_or_default();
    (status, said, key.to_string())
}

fn profile(name: &str) -> Asked {
    Asked { args: vec!["--profile".into(), name.into()], ..Asked::default() }
}

#[test]
fn what_no_header_can_carry_is_a_sentence_with_the_values_name_and_its_file() {
    let path = |home: &tempfile::TempDir| home.path().join(".aws/credentials").display().to_string();
    let keys =
        |id: &str, secret: &str| format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    for (credentials, what) in [
        (keys("AKIAHUSH\u{a0}", "s\u{200b}HUSH"), "aws_secret_access_key of profile default"),
        (keys("AKIA\u{200b}HUSH", "HUSH"), "aws_access_key_id of profile default"),
        (keys("\u{feff}AKIAHUSH", "HUSH"), "aws_access_key_id of profile default"),
        (keys("AKIAHUSH", "HUSH") + "aws_session_token = HUSH\u{1}HUSH\n", "aws_session_token of profile default"),
        (keys("AKIAHUSH", "HUSH\n  HUSH"), "aws_secret_access_key of profile default"),
    ] {
        let home = home("[default]\nregion = eu-west-1\n", credentials.as_bytes());
        let (status, said, key) = listed(home.path(), &Asked::default());
        assert_eq!((status, key.as_str()), (Some(1), ""), "{said}");
        let file = path(&home);
        assert!(said.contains(&format!("{what} in {file} contains ")) && !said.contains("HUSH"), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
    let home = home("[default]\nregion = eu-west-1\n", b"");
    for (id, secret, token, name) in [
        ("AKIAHUSH\r", "HUSH", None, "AWS_ACCESS_KEY_ID"),
        ("AKIAHUSH", "HUSH\r\n", None, "AWS_SECRET_ACCESS_KEY"),
        ("AKIAHUSH", "HUSH", Some("HUSH\n"), "AWS_SESSION_TOKEN"),
        ("AKIAHUSH\u{e9}", "HUSH", None, "AWS_ACCESS_KEY_ID"),
    ] {
        let asked = Asked::default()
            .with("AWS_ACCESS_KEY_ID", Some(id))
            .with("AWS_SECRET_ACCESS_KEY", Some(secret))
            .with("AWS_SESSION_TOKEN", token);
        let (status, said, key) = listed(home.path(), &asked);
        assert_eq!((status, key.as_str()), (Some(1), ""), "{said}");
        assert!(said.contains(&format!("{name} contains ")) && !said.contains("HUSH"), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
    for (variable, value) in [("AWS_REGION", "eu-west-1\r"), ("AWS_DEFAULT_REGION", "eu west")] {
        let (status, said, _) = listed(home.path(), &Asked::default().with(variable, Some(value)));
        assert!(status == Some(1) && said.contains(&format!("{variable} is not a valid region")), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
}

#[test]
fn settings_that_the_sdk_panics_at_do_not_reach_it() {
    let keys = "[default]\naws_access_key_id = AKIADFLT\naws_secret_access_key = s\n";
    for (setting, variables) in [
        ("retry_mode = legacy\nmax_attempts = 0", &[][..]),
        ("", &[("AWS_RETRY_MODE", "legacy"), ("AWS_MAX_ATTEMPTS", "many")]),
        ("endpoint_url =", &[("AWS_ENDPOINT_URL_STS", ""), ("AWS_ENDPOINT_URL_EC2", "")]),
        ("services = s\n[services s]\nec2 =\n  endpoint_url =", &[]),
    ] {
        let home = home(&format!("[default]\nregion = eu-west-1\n{setting}\n"), keys.as_bytes());
        let mut asked = Asked::default();
        asked.env.extend(variables.iter().copied());
        let (status, said, key) = listed(home.path(), &asked);
        assert_eq!((status, key.as_str()), (Some(0), "AKIADFLT"), "{setting} {variables:?}: {said}");
    }
    // Nobody listens at AWS's own address here: what matters is the sentence.
    let home = home("[default]\nregion = eu-west-1\n", keys.as_bytes());
    let asked = Asked::default().with("AWS_ENDPOINT_URL", Some("")).with("HTTPS_PROXY", Some("http://127.0.0.1:1"));
    let (status, said) = ended(skydeck(home.path(), &asked).args(["get", "instances"]));
    assert!(status == Some(1) && !said.contains("panicked"), "{said}");
    let asked = Asked::default().with("AWS_EXECUTION_ENV", Some("a\nb"));
    let (status, said, _) = listed(home.path(), &asked);
    assert!(status == Some(1) && said.contains("AWS_EXECUTION_ENV must be one line"), "{said}");
}

#[test]
fn what_a_process_gives_is_looked_at_too() {
    let answer = |id: &str, until: &str| {
        format!(
            r#"{{"Version":1,"AccessKeyId":"{id}","SecretAccessKey":"s","SessionToken":"t","Expiration":"{until}"}}"#
        )
    };
    let run = |answer: String| {
        let home = home("", b"");
        std::fs::write(home.path().join("answer"), answer).unwrap();
        let at = home.path().join("answer").display().to_string();
        let config = format!("[profile tool]\nregion = eu-west-1\ncredential_process = /bin/cat '{at}' # --hush\n");
        std::fs::write(home.path().join(".aws/config"), config).unwrap();
        listed(home.path(), &profile("tool"))
    };
    let (status, said, _) = run(answer("ASIA", "2020-01-01T00:00:00Z"));
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains(
        "the credential process /bin/cat of profile tool gave credentials that expired at 2020-01-01T00:00:00Z"
    ));
    assert!(said.contains("credential_process by hand") && !said.contains("hush"), "{said}");
    let (status, said, _) = run(answer("AS\\u00a0IA", "2099-01-01T00:00:00Z"));
    assert!(status == Some(1) && said.contains("/bin/cat of profile tool contains a no-break space"), "{said}");
    assert_eq!(run(answer("ASIAGOOD", "2099-01-01T00:00:00Z")).2, "ASIAGOOD");
}

#[test]
fn files_as_people_have_them_are_read_and_one_bad_section_costs_that_section() {
    let config = "stray\n[profile one]\n    region = eu-west-1\n[profile two] /* x */\nregion = eu-west-2\n[profile bad]\nnonsense\n\
                  [profile 'my prof']\nregion = eu-west-3\n[profile 결제]\nregion = eu-south-1\n";
    let mut credentials = "\u{feff}".to_string();
    for (name, key) in [("one", "ONE"), ("two", "TWO"), ("bad", "BAD"), ("my prof", "PROF"), ("결제", "PAY")] {
        credentials.push_str(&format!("[{name}]\r\naws_access_key_id = AKIA{key}\r\naws_secret_access_key = s\r\n"));
    }
    let home = home(config, credentials.as_bytes());
    for (name, key) in [("one", "AKIAONE"), ("two", "AKIATWO"), ("my prof", "AKIAPROF"), ("결제", "AKIAPAY")] {
        let (status, said, signed) = listed(home.path(), &profile(name));
        assert_eq!((status, signed.as_str()), (Some(0), key), "{name}: {said}");
    }
    let (status, said, signed) = listed(home.path(), &profile("bad"));
    assert_eq!((status, signed.as_str()), (Some(1), ""), "{said}");
    assert!(said.contains("profile bad cannot be read: line 7 of ") && said.contains("/.aws/config"), "{said}");
}

#[test]
fn names_are_those_that_aws_configure_writes() {
    if crate::support::left_out("aws configure") {
        return;
    }
    let home = home("", b"");
    let aws = Python::aws_cli().script_path("aws");
    for (name, key) in [("my prof", "AKIAPROF"), ("결제", "AKIAPAY"), ("it's", "AKIAITS"), ("a\"b c", "AKIAQUOTE")] {
        for (setting, value) in [("aws_access_key_id", key), ("aws_secret_access_key", "s"), ("region", "eu-west-3")] {
            let mut command = Command::new(&aws);
            clean(&mut command);
            command.env("HOME", home.path()).env_remove("AWS_CONFIG_FILE").env_remove("AWS_SHARED_CREDENTIALS_FILE");
            let done = command.args(["configure", "set", setting, value, "--profile", name]).output().unwrap();
            assert!(done.status.success(), "{done:?}");
        }
        let read = theirs(home.path(), &[profile(name)]).remove(0).0;
        let (status, said, signed) = listed(home.path(), &profile(name));
        if read["key"] == key[key.len() - 4..] {
            assert_eq!((status, signed.as_str()), (Some(0), key), "{name}: {said}");
        } else {
            // What the CLI writes and does not read itself is wrong usage here, too.
            assert!(signed.is_empty() && status == Some(2), "{name}: {said} {read}");
        }
    }
}

#[test]
fn a_session_with_blanks_in_its_name_is_found_by_the_token_that_the_aws_cli_left() {
    let server = Server::start(|r| {
        let role = r#"{"roleCredentials":{"accessKeyId":"ASIASSO","secretAccessKey":"s","sessionToken":"t","expiration":4000000000000}}"#;
        (
            "200 OK",
            if r.contains("/federation/credentials") { role.into() } else { crate::support::aws::EMPTY.to_string() },
        )
    });
    let config = "[sso-session 'FOO BAR']\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-central-1\n\
                  sso_registration_scopes = sso:account:access\n[profile corp]\nsso_session = FOO BAR\n\
                  sso_account_id = 333333333333\nsso_role_name = dev\nregion = eu-west-1\n";
    let home = home(config, b"");
    std::fs::create_dir_all(home.path().join(".aws/sso/cache")).unwrap();
    // SHA-1 of `FOO BAR`.
    let token = r#"{"startUrl":"https://corp.awsapps.com/start","region":"eu-central-1","accessToken":"tok-1","expiresAt":"2099-01-01T00:00:00Z"}"#;
    std::fs::write(home.path().join(".aws/sso/cache/0135faa6323685ba8a8ff8d3f955f0c36949d8fb.json"), token).unwrap();
    let asked = profile("corp");
    let mut command = skydeck(home.path(), &asked);
    command.env("AWS_ENDPOINT_URL_SSO", &server.url);
    let (status, said) = ended(command.args(["get", "instances", "-o", "json", "--endpoint-url", &server.url]));
    assert_eq!(status, Some(0), "{said}");
    let log = server.log();
    assert!(log.iter().any(|r| r.contains("/federation/credentials") && r.contains("tok-1")), "{log:?}");
    assert!(log.last().unwrap().contains("ASIASSO/"), "{log:?}");
}

#[test]
fn a_credentials_file_in_utf_16_is_named_with_what_to_do() {
    let bytes: Vec<u8> = std::iter::once(0xfeff).chain(CREDENTIALS.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let home = home(CONFIG, &bytes);
    for asked in [Asked::default(), profile("dev"), Asked::default().with("AWS_PROFILE", Some("dev"))] {
        let (status, said, _) = listed(home.path(), &asked);
        assert_eq!(status, Some(1), "{said}");
        let file = home.path().join(".aws/credentials").display().to_string();
        assert!(said.contains(&file) && said.contains("UTF-16") && said.contains("save it as UTF-8"), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
}

#[test]
fn a_settings_file_is_blamed_on_who_named_it_and_an_empty_variable_names_none() {
    let home = home(CONFIG, CREDENTIALS.as_bytes());
    let (status, said) =
        ended(skydeck(home.path(), &Asked::default().with("SKYDECK_CONFIG", Some(""))).args(["config", "--check"]));
    assert_eq!(status, Some(0), "{said}");
    let named = Asked::default().with("SKYDECK_CONFIG", Some("/nonexistent/x.toml"));
    let (status, said) = ended(skydeck(home.path(), &named).args(["get", "regions", "--sandbox"]));
    assert!(status == Some(2) && said.contains("SKYDECK_CONFIG") && !said.contains("--config"), "{said}");
}
