//! The credential chain's errors in sentences. The SDK hides the reason three sources deep ("an error occurred while loading
//! credentials"), and says the same for a token that expired and for a network that is down.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::source::Trouble;
use super::ways::SignIn;
use crate::aws::fault::{chain_text, find};
use crate::aws::gateway::ProfileSel;
use crate::base::{Fault, FaultKind, Time, text::shell_quote};

/// Why there are no credentials for `profile`, and what to do.
pub(crate) fn credentials(trouble: Trouble<'_>, profile: &ProfileSel, sign_in: &SignIn) -> Fault {
    match trouble {
        Trouble::Failed(e) => failed(e, profile, sign_in),
        Trouble::Past(at) => past(at, profile, sign_in),
        Trouble::Unsendable(what, odd) => Fault::new(
            FaultKind::NoCredentials,
            format!("the {what} from {} contains {odd}, which no AWS key has", giver(profile, sign_in)),
        ),
    }
}

/// ` of profile NAME`; nothing where nobody named one.
fn of(profile: &ProfileSel) -> String {
    profile.named_by().map(|_| format!(" of profile {}", profile.scope_name())).unwrap_or_default()
}

fn giver(profile: &ProfileSel, sign_in: &SignIn) -> String {
    match sign_in {
        SignIn::Process(program) => format!("the credential process {program}{}", of(profile)),
        SignIn::Sso(_) | SignIn::Login => format!("the sign-in{}", of(profile)),
        SignIn::Other => format!("the source of the credentials{}", of(profile)),
    }
}

/// What arrives has expired already: whoever gave it keeps it, or its clock or this one is wrong.
fn past(at: Time, profile: &ProfileSel, sign_in: &SignIn) -> Fault {
    let text = format!("{} gave credentials that expired at {}", giver(profile, sign_in), at.rfc3339());
    let what = match sign_in {
        SignIn::Process(_) => {
            "Run the profile's credential_process by hand: the Expiration in its answer must be in the future. Sign \
             in with the program it belongs to, or clear that program's cache."
        }
        _ => "Sign in again. If you just did, check this computer's clock.",
    };
    Fault::new(FaultKind::Expired, text).hint(what)
}

fn failed(e: &CredentialsError, profile: &ProfileSel, sign_in: &SignIn) -> Fault {
    if let Some(own) = find::<Fault>(e) {
        return own.clone();
    }
    let text = chain_text(e);
    let of = of(profile);
    if find::<ConnectorError>(e).is_some_and(|c| c.is_io() || c.is_timeout()) && *sign_in != SignIn::Other {
        return Fault::new(
            FaultKind::Offline,
            format!("the sign-in service could not be reached for the credentials{of} ({text})"),
        );
    }
    let named = profile.named_by().map(|_| profile.scope_name());
    let arg = named.map(|name| format!(" --profile {}", shell_quote(&name))).unwrap_or_default();
    match sign_in {
        SignIn::Sso(_) if text.contains("ForbiddenException") || text.contains("No access") => {
            Fault::new(FaultKind::Denied, format!("the sign-in has no access to the role{of} ({text})"))
        }
        SignIn::Sso(_) => {
            Fault::new(FaultKind::Expired, format!("the sign-in{of} has expired, or you have not signed in")).hint(
                format!(
                    "Sign in here with `:sign-in`, or in another terminal with `aws sso login{arg}`, which is \
                     noticed automatically."
                ),
            )
        }
        SignIn::Login => {
            Fault::new(FaultKind::Expired, format!("the sign-in{of} has expired, or you have not signed in"))
                .hint(format!("Sign in with `aws login{arg}` in another terminal, which is noticed automatically."))
        }
        SignIn::Process(program) => {
            Fault::new(FaultKind::Expired, format!("the credential process {program}{of} failed: {text}"))
                .hint("Run the profile's credential_process by hand to see why.")
        }
        SignIn::Other if matches!(e, CredentialsError::CredentialsNotLoaded(_)) => none(profile),
        SignIn::Other if text.contains("ExpiredToken") => {
            Fault::new(FaultKind::Expired, format!("the credentials{of} have expired")).hint("Sign in again.")
        }
        SignIn::Other => {
            Fault::new(FaultKind::NoCredentials, format!("the credentials{of} could not be loaded: {text}"))
                .hint("Run skydeck check to see which sources were tried.")
        }
    }
}

/// That nothing has credentials.
pub(crate) fn none(profile: &ProfileSel) -> Fault {
    let (text, sign_in) = match profile.named_by() {
        Some(_) => {
            let name = profile.scope_name();
            let arg = shell_quote(&name).into_owned();
            (format!("profile {name} has no credentials"), format!("Set them with `aws configure --profile {arg}`."))
        }
        None => (
            "no AWS credentials were found".to_string(),
            "Sign in with `aws configure sso`, `aws login` or `aws configure`, or name a profile with --profile."
                .to_string(),
        ),
    };
    Fault::new(FaultKind::NoCredentials, text)
        .hint(sign_in)
        .hint("To look around without an account: `skydeck --sandbox`.")
}
