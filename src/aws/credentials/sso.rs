//! Device-code sign-in to IAM Identity Center, as `aws sso login --use-device-code` does it. The token goes to the file that the AWS
//! CLI and every SDK read: `~/.aws/sso/cache/SHA1.json`, of the session's name, or of the start URL in the older form.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_ssooidc::operation::create_token::{CreateTokenError, CreateTokenOutput};
use aws_sdk_ssooidc::operation::register_client::RegisterClientOutput;
use aws_sdk_ssooidc::operation::start_device_authorization::StartDeviceAuthorizationOutput;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_types::retry::RetryConfig;
use aws_types::region::Region;
use serde_json::json;
use sha1::{Digest as _, Sha1};

use super::handed;
use super::profiles::Profiles;
use super::prompt::{Prompt, Prompts};
use super::ways::SsoSettings;
use crate::aws::connector::Chain;
use crate::aws::{fault, retry_policy};
use crate::base::{Clock, Fault, FaultKind, Secret, Time};
use crate::model::operation::{Operation, Service};

// Not the account's API: unsigned requests of the sign-in itself, declared here only to name them in faults.
static REGISTER: Operation = Operation::read(Service::Sts, "RegisterClient");
static START: Operation = Operation::read(Service::Sts, "StartDeviceAuthorization");
static TOKEN: Operation = Operation::read(Service::Sts, "CreateToken");

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// RFC 8628: five seconds if the server names no interval, and five more at each `slow_down`.
const INTERVAL: Duration = Duration::from_secs(5);

/// Signs in; see [`crate::aws::Gateway::sso_sign_in`].
#[expect(clippy::disallowed_methods, reason = "the sign-in's own client, behind the chain's connector")]
pub(crate) async fn sign_in(
    profile: &str,
    profiles: &Profiles,
    settings: &SsoSettings,
    wire: Chain,
    clock: &Clock,
    prompts: Option<&Prompts>,
) -> Result<(), Fault> {
    let Some(prompts) = prompts else {
        return Err(Fault::new(FaultKind::Expired, "sign-in shows a code, which is not possible here")
            .hint("Open the console, or sign in with `aws sso login`."));
    };
    let path = token_path(settings)?;
    let sdk = aws_config::defaults(BehaviorVersion::latest())
        .http_client(wire)
        .no_credentials()
        .region(Region::new(settings.region.clone()))
        .profile_files(profiles.handed(profile))
        .profile_name(handed::NAME)
        .timeout_config(retry_policy::of_the_chain())
        .retry_config(RetryConfig::standard())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .load()
        .await;
    let client = aws_sdk_ssooidc::Client::new(&sdk);

    let mut register = client.register_client().client_name("skydeck").client_type("public");
    if settings.session.is_some() {
        register =
            register.set_scopes(Some(settings.scopes.clone())).grant_types(DEVICE_CODE).grant_types("refresh_token");
    }
    let registered = register.send().await.map_err(|e| unsigned(fault::of(&REGISTER, e)))?;
    let (Some(id), Some(secret)) = (registered.client_id(), registered.client_secret()) else {
        return Err(Fault::new(FaultKind::Unknown, "IAM Identity Center registered no client"));
    };
    let started = client
        .start_device_authorization()
        .client_id(id)
        .client_secret(secret)
        .start_url(&settings.start_url)
        .send()
        .await
        .map_err(|e| unsigned(fault::of(&START, e)))?;

    let page = started.verification_uri_complete().or(started.verification_uri());
    let (Some(url), Some(code)) = (page, started.user_code()) else {
        return Err(Fault::new(FaultKind::Unknown, "IAM Identity Center gave no code to sign in with"));
    };
    let expires = clock.now().plus(seconds(started.expires_in()));
    let notice = Prompt::SsoDevice { profile: profile.into(), url: url.to_string(), code: code.to_string(), expires };
    if prompts.send(notice).await.is_err() {
        return Err(Fault::new(FaultKind::Expired, "the sign-in was cancelled"));
    }
    let outcome = async {
        let token = wait(&client, &registered, &started, clock, expires).await?;
        let text = token_file(settings, &registered, &token, clock.now());
        write_private(&path, text.expose())
    }
    .await;
    // Nobody left to tell is no failure of the sign-in.
    let _ = prompts.send(Prompt::SsoDone { profile: profile.into(), signed_in: outcome.is_ok() }).await;
    outcome
}

/// Asks until the user confirmed, refused, or the code expired.
async fn wait(
    client: &aws_sdk_ssooidc::Client,
    registered: &RegisterClientOutput,
    started: &StartDeviceAuthorizationOutput,
    clock: &Clock,
    expires: Time,
) -> Result<CreateTokenOutput, Fault> {
    let mut interval = if started.interval() > 0 { seconds(started.interval()) } else { INTERVAL };
    loop {
        tokio::time::sleep(interval).await;
        if clock.now() >= expires {
            return Err(Fault::new(FaultKind::Expired, "the sign-in code expired before it was confirmed"));
        }
        let answer = client
            .create_token()
            .set_client_id(registered.client_id().map(String::from))
            .set_client_secret(registered.client_secret().map(String::from))
            .grant_type(DEVICE_CODE)
            .set_device_code(started.device_code().map(String::from))
            .send()
            .await;
        match answer {
            Ok(token) if token.access_token().is_some() => return Ok(token),
            Ok(_) => return Err(Fault::new(FaultKind::Unknown, "IAM Identity Center answered without a token")),
            Err(e) => match e.as_service_error() {
                Some(CreateTokenError::AuthorizationPendingException(_)) => {}
                Some(CreateTokenError::SlowDownException(_)) => interval += INTERVAL,
                Some(CreateTokenError::ExpiredTokenException(_)) => {
                    return Err(Fault::new(FaultKind::Expired, "the sign-in code expired before it was confirmed"));
                }
                Some(CreateTokenError::AccessDeniedException(_)) => {
                    return Err(Fault::new(FaultKind::Denied, "the sign-in was refused in the browser"));
                }
                _ => {
                    let fault = unsigned(fault::of(&TOKEN, e));
                    // The network may be gone for a while; the code is good until it expires.
                    if !fault.kind.passes_by_itself() {
                        return Err(fault);
                    }
                }
            },
        }
    }
}

fn unsigned(mut fault: Fault) -> Fault {
    fault.service = "SSO OIDC".into();
    fault.hints.clear();
    fault
}

fn seconds(s: i32) -> Duration {
    Duration::from_secs(u64::try_from(s).unwrap_or(0))
}

/// The file as the AWS CLI writes it.
fn token_file(
    settings: &SsoSettings,
    registered: &RegisterClientOutput,
    token: &CreateTokenOutput,
    now: Time,
) -> Secret {
    let mut file = json!({
        "startUrl": settings.start_url,
        "region": settings.region,
        "accessToken": token.access_token(),
        "expiresAt": now.plus(seconds(token.expires_in())).rfc3339(),
        "clientId": registered.client_id(),
        "clientSecret": registered.client_secret(),
        "registrationExpiresAt": Time::from_secs(registered.client_secret_expires_at()).rfc3339(),
    });
    if let Some(refresh) = token.refresh_token() {
        file["refreshToken"] = refresh.into();
    }
    Secret::new(file.to_string())
}

fn token_path(settings: &SsoSettings) -> Result<PathBuf, Fault> {
    let Some(home) = std::env::var_os("HOME").filter(|h| !h.is_empty()) else {
        return Err(Fault::new(FaultKind::Invalid, "HOME is not set, so there is no place for the sign-in's token"));
    };
    let name = settings.session.as_deref().unwrap_or(&settings.start_url);
    let hash: String = Sha1::digest(name.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    Ok(Path::new(&home).join(".aws/sso/cache").join(format!("{hash}.json")))
}

/// Written beside and renamed, readable by the owner alone from its first byte on.
fn write_private(path: &Path, text: &str) -> Result<(), Fault> {
    let failed = |e: std::io::Error| Fault::new(FaultKind::Invalid, format!("cannot write {}: {e}", path.display()));
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let _ = std::fs::remove_file(&beside);
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside).map_err(failed)?;
    let done = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    done.and_then(|()| std::fs::rename(&beside, path)).map_err(|e| {
        // A token is left nowhere but in its place.
        let _ = std::fs::remove_file(&beside);
        failed(e)
    })
}

#[cfg(test)]
#[path = "sso_tests.rs"]
mod tests;
