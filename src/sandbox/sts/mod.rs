//! The sandbox's Security Token Service: the caller's identity and temporary keys, which are made up and open nothing else.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use crate::base::Time;
use crate::sandbox::wire::{ApiError, Call, Reply, Tree};
use crate::sandbox::world::World;

/// The user that signs with the sandbox's own keys.
const USER: &str = "sandbox";

/// Answers one call.
pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    if call.access_key.is_empty() {
        let e = ApiError::new("MissingAuthenticationToken", "Request is missing Authentication Token").status(403);
        return call.fail(&e);
    }
    let answered = match call.operation.as_str() {
        "GetCallerIdentity" => Ok(caller_identity(world, call)),
        "AssumeRole" => assume_role(world, call),
        "GetSessionToken" => session_token(world, call),
        "GetFederationToken" => federation_token(world, call),
        "GetAccessKeyInfo" => Ok(call.answer(&Tree::map([("Account", (&world.account).into())]))),
        "DecodeAuthorizationMessage" => decode(call),
        _ => Ok(call.unknown_operation()),
    };
    answered.unwrap_or_else(|e| call.fail(&e))
}

/// A denial as EC2 tells it: in words, and once more in a message that only STS reads.
pub(crate) struct Denial<'a> {
    /// The ARN of who asked.
    pub who: &'a str,
    /// `ec2:RunInstances`.
    pub action: &'a str,
    /// The ARN of what it was asked for.
    pub resource: &'a str,
    /// Whether a statement forbids it; else none allows it.
    pub forbidden: bool,
}

impl Denial<'_> {
    /// AWS's sentence, with the encoded message.
    pub(crate) fn sentence(&self) -> String {
        let why = match self.forbidden {
            true => "with an explicit deny in an identity-based policy".to_string(),
            false => format!("because no identity-based policy allows the {} action", self.action),
        };
        format!(
            "You are not authorized to perform this operation. User: {} is not authorized to perform: {} on resource: {} {why}. \
             Encoded authorization failure message: {}",
            self.who,
            self.action,
            self.resource,
            URL_SAFE_NO_PAD.encode(self.decoded().to_string())
        )
    }
    fn decoded(&self) -> Json {
        let statement = json!({ "statementId": "Forbidden", "effect": "DENY" });
        let matched: Vec<Json> = if self.forbidden { vec![statement] } else { Vec::new() };
        json!({
            "allowed": false,
            "explicitDeny": self.forbidden,
            "matchedStatements": { "items": matched },
            "failures": { "items": [] },
            "context": {
                "principal": { "arn": self.who },
                "action": self.action,
                "resource": self.resource,
                "conditions": { "items": [] },
            },
        })
    }
}

/// DecodeAuthorizationMessage: what [`Denial::sentence`] encoded.
fn decode(call: &Call<'_>) -> Result<Reply, ApiError> {
    let invalid = || ApiError::new("InvalidAuthorizationMessageException", "Message is not valid");
    let bytes =
        URL_SAFE_NO_PAD.decode(call.params.text("EncodedMessage").unwrap_or_default()).map_err(|_| invalid())?;
    let json: Json = serde_json::from_slice(&bytes).map_err(|_| invalid())?;
    json.get("allowed").and_then(Json::as_bool).ok_or_else(invalid)?;
    Ok(call.answer(&Tree::map([("DecodedMessage", json.to_string().into())])))
}

/// The same id for the same thing: `AIDA…` for users, `AROA…` for roles.
fn unique_id(world: &World, prefix: &str, name: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut random = world.random(name, prefix);
    let tail: String = (0..17).map(|_| char::from(LETTERS[usize::try_from(random.below(32)).unwrap_or(0)])).collect();
    format!("{prefix}{tail}")
}

/// Keys that [`keys`] gave out carry role and session in the access key's tail, since STS keeps no list of them.
/// Who signed a call.
pub(crate) struct Caller {
    /// Its unique id, `AIDA…` or `AROA…:SESSION`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The user's name, or the session's.
    pub name: String,
}

impl Caller {
    /// Name and ARN.
    pub(crate) fn signer(self) -> (String, String) {
        (self.name, self.arn)
    }
}

/// Who signed a call: the sandbox's user, or the session of a role that was assumed.
pub(crate) fn caller(world: &World, call: &Call<'_>) -> Caller {
    let account = world.account.as_str();
    let assumed =
        call.request.header("x-amz-security-token").and_then(|t| t.strip_prefix(TOKEN)).and_then(|t| t.split_once('/'));
    match assumed {
        Some((role, session)) => Caller {
            id: format!("{}:{session}", unique_id(world, "AROA", role)),
            arn: format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"),
            name: session.into(),
        },
        None => Caller {
            id: unique_id(world, "AIDA", USER),
            arn: format!("arn:aws:iam::{account}:user/{USER}"),
            name: USER.into(),
        },
    }
}

fn caller_identity(world: &World, call: &Call<'_>) -> Reply {
    let Caller { id, arn, .. } = caller(world, call);
    let account = world.account.as_str();
    call.answer(&Tree::map([("UserId", id.into()), ("Account", account.into()), ("Arn", arn.into())]))
}

/// What the session tokens of assumed roles begin with; `ROLE/SESSION` follows.
const TOKEN: &str = "sandbox-session/";

fn validation(message: String) -> ApiError {
    ApiError::new("ValidationError", message)
}

/// `DurationSeconds` within AWS's bounds.
fn duration(call: &Call<'_>, usual: i64, most: i64) -> Result<Duration, ApiError> {
    let seconds = call.params.int("DurationSeconds")?.unwrap_or(usual);
    let bound = match seconds {
        ..900 => "greater than or equal to 900".to_string(),
        s if s > most => format!("less than or equal to {most}"),
        _ => return Ok(Duration::from_secs(seconds.unsigned_abs())),
    };
    Err(validation(format!(
        "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have \
         value {bound}"
    )))
}

fn keys(world: &mut World, call: &Call<'_>, token: &str, lasts: Duration) -> Tree {
    let key = format!("ASIA{}", world.new_hex(16).to_uppercase());
    let secret = world.new_hex(40);
    // Whole seconds, as AWS tells them.
    let end = Time::from_secs(call.now.plus(lasts).secs());
    Tree::map([
        ("AccessKeyId", key.into()),
        ("SecretAccessKey", secret.into()),
        ("SessionToken", token.into()),
        ("Expiration", end.into()),
    ])
}

fn assume_role(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let missing = |field: &str| {
        validation(format!(
            "1 validation error detected: Value null at '{field}' failed to satisfy constraint: Member must not be null"
        ))
    };
    let arn = call.params.text("RoleArn").ok_or_else(|| missing("roleArn"))?;
    let session = call.params.text("RoleSessionName").ok_or_else(|| missing("roleSessionName"))?;
    check_name("roleSessionName", session, 64)?;
    let shape = |arn: &str| {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        matches!(parts[..], ["arn", _, "iam", "", account, role]
            if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) && role.len() > 5 && role.starts_with("role/"))
    };
    if !shape(arn) {
        return Err(validation(format!("{arn} is invalid")));
    }
    let own = format!("arn:aws:iam::{}:role/", world.account);
    let Some(role) = arn.strip_prefix(&own).and_then(|r| r.rsplit('/').next()).filter(|r| !r.is_empty()) else {
        return Err(ApiError::new(
            "AccessDenied",
            format!(
                "User: arn:aws:iam::{}:user/{USER} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                world.account
            ),
        )
        .status(403));
    };
    let source = call.params.text("SourceIdentity").filter(|s| !s.is_empty());
    if let Some(name) = source {
        check_name("sourceIdentity", name, 64)?;
    }
    let lasts = duration(call, 3600, 43_200)?;
    let id = unique_id(world, "AROA", role);
    let assumed = format!("arn:aws:sts::{}:assumed-role/{role}/{session}", world.account);
    let token = format!("{TOKEN}{role}/{session}");
    let user = Tree::map([("AssumedRoleId", format!("{id}:{session}").into()), ("Arn", assumed.into())]);
    Ok(call.answer(&Tree::map([
        ("Credentials", keys(world, call, &token, lasts)),
        ("AssumedRoleUser", user),
        ("SourceIdentity", source.into()),
    ])))
}

/// A session's or a federated user's name: at least two characters of letters, digits and `_+=,.@-`.
fn check_name(field: &str, name: &str, most: usize) -> Result<(), ApiError> {
    let why = if name.chars().count() < 2 {
        "Member must have length greater than or equal to 2".to_string()
    } else if name.chars().count() > most {
        format!("Member must have length less than or equal to {most}")
    } else if !name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)) {
        "Member must satisfy regular expression pattern: [\\w+=,.@-]*".to_string()
    } else {
        return Ok(());
    };
    Err(validation(format!(
        "1 validation error detected: Value '{name}' at '{field}' failed to satisfy constraint: {why}"
    )))
}

/// GetFederationToken: keys for somebody that the account knows by another name.
fn federation_token(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let name = call.params.text("Name").ok_or_else(|| {
        validation(
            "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null"
                .into(),
        )
    })?;
    check_name("name", name, 32)?;
    let lasts = duration(call, 43_200, 129_600)?;
    let account = world.account.clone();
    let user = Tree::map([
        ("FederatedUserId", format!("{account}:{name}").into()),
        ("Arn", format!("arn:aws:sts::{account}:federated-user/{name}").into()),
    ]);
    Ok(call.answer(&Tree::map([
        ("Credentials", keys(world, call, "sandbox-user", lasts)),
        ("FederatedUser", user),
        ("PackedPolicySize", 0_i64.into()),
    ])))
}

fn session_token(world: &mut World, call: &Call<'_>) -> Result<Reply, ApiError> {
    let lasts = duration(call, 43_200, 129_600)?;
    Ok(call.answer(&Tree::map([("Credentials", keys(world, call, "sandbox-user", lasts))])))
}

#[cfg(test)]
mod tests {
    use aws_sdk_sts as sdk;
    use sdk::error::ProvideErrorMetadata as _;

    use crate::base::{Clock, Time};
    use crate::sandbox::{ACCOUNT, Sandbox, WorldSpec};

    #[expect(clippy::disallowed_methods, reason = "a test's client, which ends in the sandbox")]
    fn client(sandbox: &Sandbox, keys: sdk::config::Credentials) -> sdk::Client {
        let config = sdk::Config::builder()
            .behavior_version(sdk::config::BehaviorVersion::latest())
            .region(sdk::config::Region::new("ap-northeast-2"))
            .credentials_provider(keys)
            .http_client(sandbox.http_client())
            .build();
        sdk::Client::from_conf(config)
    }

    #[tokio::test]
    async fn who_asks_is_the_user_or_the_role_that_was_assumed() {
        let clock = Clock::manual(Time::parse("2026-11-21T09:00:00Z").unwrap());
        let sandbox = Sandbox::open(WorldSpec::Empty, clock, 1.0).unwrap();
        let sts = client(&sandbox, sdk::config::Credentials::new("AKIASANDBOX", "secret", None, None, "test"));
        let me = sts.get_caller_identity().send().await.unwrap();
        assert_eq!(me.account(), Some(ACCOUNT));
        assert_eq!(me.arn(), Some(format!("arn:aws:iam::{ACCOUNT}:user/sandbox").as_str()));

        let role = format!("arn:aws:iam::{ACCOUNT}:role/ops");
        let out = sts.assume_role().role_arn(role).role_session_name("me").send().await.unwrap();
        let given = out.credentials().unwrap();
        assert_eq!(given.expiration().secs() - Time::parse("2026-11-21T09:00:00Z").unwrap().secs(), 3600);
        let token = Some(given.session_token().to_string());
        let keys = sdk::config::Credentials::new(given.access_key_id(), given.secret_access_key(), token, None, "test");
        let them = client(&sandbox, keys).get_caller_identity().send().await.unwrap();
        assert_eq!(them.arn(), Some(format!("arn:aws:sts::{ACCOUNT}:assumed-role/ops/me").as_str()));

        let e = sts.decode_authorization_message().encoded_message("x").send().await.unwrap_err();
        assert_eq!(e.code(), Some("InvalidAuthorizationMessageException"));
        let e = sts
            .assume_role()
            .role_arn("arn:aws:iam::111122223333:role/x")
            .role_session_name("me")
            .send()
            .await
            .unwrap_err();
        assert_eq!(e.code(), Some("AccessDenied"));
    }
}
