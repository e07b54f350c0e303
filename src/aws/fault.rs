//! `SdkError` of any service becomes a [`Fault`]: its family, AWS's code and sentence, how far the request came, what to do.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use super::connector::Unanswered;
use super::credentials::source::DECLINED;
use crate::base::{Fault, FaultKind, Reached};
use crate::model::operation::Operation;

/// The fault behind an SDK error of `op`.
///
/// `reached` is exact: [`Reached::NotSent`] only if no attempt of the call can have been received, [`Reached::Answered`] only if
/// AWS's own error was read; anything between is [`Reached::Maybe`].
pub fn of<E>(op: &Operation, error: SdkError<E, HttpResponse>) -> Fault
where
    E: Error + ProvideErrorMetadata + RequestId + Send + Sync + 'static,
{
    if let Some(own) = find::<Fault>(&error) {
        // The guard's refusal, the connector's, or a provider's own sentence.
        let own = own.clone();
        return if own.op.is_empty() { own.of(op.service.sdk_id(), op.name) } else { own };
    }
    let fault = match &error {
        // A good answer whose body could not be read arrives as a service error too.
        SdkError::ServiceError(e) if e.raw().status().is_success() && e.err().code().is_none() => {
            garbled(e.raw(), &error)
        }
        SdkError::ServiceError(answer) => answered(answer.err(), answer.raw()),
        SdkError::ResponseError(answer) => garbled(answer.raw(), &error),
        SdkError::TimeoutError(_) => {
            Fault::new(FaultKind::Offline, "no answer before the timeout").reached(Reached::Maybe)
        }
        SdkError::DispatchFailure(failure) => unanswered(failure.is_timeout(), &error),
        SdkError::ConstructionFailure(_) => match find::<CredentialsError>(&error) {
            Some(e) => Fault::new(FaultKind::NoCredentials, chain_text(e)),
            None => Fault::new(FaultKind::Invalid, chain_text(&error)),
        },
        _ => Fault::new(FaultKind::Unknown, chain_text(&error)).reached(Reached::Maybe),
    };
    fault.of(op.service.sdk_id(), op.name)
}

/// Whether reloading the credentials may help. Not after a question that the user answered with "no"; and not after EC2's
/// `AuthFailure`, which is also its answer to good credentials in a region that the account has not enabled: a credential process
/// would be run again and again. STS is asked who one is, and says so if they are bad.
pub fn wants_new_credentials(fault: &Fault) -> bool {
    fault.kind == FaultKind::Expired && fault.code != DECLINED && fault.code != "AuthFailure"
}

/// Whether the fault is EC2's "yes" to a dry run: `DryRunOperation`.
pub fn is_dry_run_ok(fault: &Fault) -> bool {
    fault.code == "DryRunOperation"
}

fn answered<E: ProvideErrorMetadata + RequestId>(e: &E, raw: &HttpResponse) -> Fault {
    let status = raw.status().as_u16();
    let code = e.code().unwrap_or_default();
    let kind = match kind_of_code(code) {
        FaultKind::Unknown => kind_of_status(status),
        kind => kind,
    };
    let message = match e.message().map(str::trim).filter(|m| !m.is_empty()) {
        Some(m) => m.to_string(),
        // S3 answers HEAD requests without a body, and a proxy answers without an error of AWS's.
        None if code.is_empty() => format!("the answer was HTTP {status} without an error code"),
        None => format!("AWS gave no reason, only HTTP {status}"),
    };
    // EC2 says AuthFailure of credentials, and of what belongs to another account: "Not authorized for image:ami-0a1".
    let others = code == "AuthFailure" && message.starts_with("Not authorized for");
    let kind = if others { FaultKind::Denied } else { kind };
    let mut fault = Fault::new(kind, message).reached(Reached::Answered);
    if code.is_empty() && (status >= 500 || looks_like_html(raw)) {
        // A load balancer or a proxy on the way: who knows what it did with the request.
        fault.kind = if looks_like_html(raw) { FaultKind::Foreign } else { FaultKind::Offline };
        fault.reached = Reached::Maybe;
        fault = fault.hint(NOT_AWS);
    }
    fault.code = code.into();
    fault.request_id = e.request_id().map(Into::into);
    for hint in if others { OF_ANOTHER } else { hints(code, fault.kind) } {
        fault = fault.hint(*hint);
    }
    fault.hints.extend(super::quota::hint(code));
    fault
}

/// Of what another account owns.
const OF_ANOTHER: &[&str] = &["It belongs to another account: only its owner can do that."];

/// What to look at when somebody else answers.
const NOT_AWS: &str = "Check the endpoint (--endpoint-url, AWS_ENDPOINT_URL) and the proxy (HTTPS_PROXY, NO_PROXY).";

fn looks_like_html(raw: &HttpResponse) -> bool {
    raw.headers().get("content-type").is_some_and(|t| t.contains("html"))
        || raw
            .body()
            .bytes()
            .is_some_and(|b| b.trim_ascii_start().starts_with(b"<!") || b.trim_ascii_start().starts_with(b"<html"))
}

/// An answer came that could not be read: cut off, not XML, a proxy's page.
fn garbled<R>(raw: &HttpResponse, error: &SdkError<R, HttpResponse>) -> Fault
where
    R: Error + 'static,
{
    let text = chain_text(error);
    let (what, hint) = if looks_like_html(raw) {
        ("the answer is not from AWS but a web page", Some(NOT_AWS))
    } else if text.contains("stalled") || text.contains("throughput") || text.contains("minimum") {
        ("the answer stopped arriving", None)
    } else if raw.body().bytes().is_none() {
        ("the answer was cut off", None)
    } else {
        ("the answer could not be read: it is incomplete, or not in this service's format", None)
    };
    let status = raw.status().as_u16();
    // Where a parser gave up on a web page tells nobody anything.
    let detail = if looks_like_html(raw) { format!("HTTP {status}") } else { format!("HTTP {status}: {text}") };
    let kind = if looks_like_html(raw) { FaultKind::Foreign } else { FaultKind::Offline };
    let fault = Fault::new(kind, format!("{what} ({detail})")).reached(Reached::Maybe);
    match hint {
        Some(h) => fault.hint(h),
        None => fault,
    }
}

fn unanswered<R>(timeout: bool, error: &SdkError<R, HttpResponse>) -> Fault
where
    R: Error + 'static,
{
    if let Some(e) = find::<CredentialsError>(error) {
        return Fault::new(FaultKind::NoCredentials, chain_text(e));
    }
    let reached = find::<Unanswered>(error).map_or(Reached::Maybe, |u| u.reached);
    let text = chain_text(error);
    let what = match reached {
        Reached::NotSent if timeout => "no connection before the timeout",
        Reached::NotSent => "no connection",
        _ if timeout => "no answer before the timeout",
        _ => "the connection broke before an answer came",
    };
    let fault = Fault::new(FaultKind::Offline, format!("{what} ({text})")).reached(reached);
    if text.contains("dns") || text.contains("lookup") || text.contains("resolve") {
        return fault.hint("The host name was not found: is the region right, and is there a network?");
    }
    if text.contains("certificate") {
        return fault.hint("The certificate was refused: is there a proxy that inspects TLS, or is the clock wrong?");
    }
    fault
}

/// The first `T` among the sources of `e`.
pub(super) fn find<'a, T: Error + 'static>(e: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut at = Some(e);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        at = error.source();
    }
    None
}

/// The innermost sentences of a chain of errors; the outer ones ("dispatch failure", "io error") say nothing to a user.
pub(super) fn chain_text(e: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut at = Some(e);
    while let Some(error) = at {
        let text = error.to_string();
        let noise = [
            "dispatch failure",
            "response error",
            "io error",
            "other",
            "timeout",
            "user error",
            "request has timed out",
        ];
        let repeated = parts.last().is_some_and(|p: &String| p.contains(&text));
        if !noise.contains(&text.as_str()) && !repeated {
            parts.retain(|p| !text.contains(p.as_str()));
            parts.push(text);
        }
        at = error.source();
    }
    let skip = parts.len().saturating_sub(2);
    parts.split_off(skip).join(": ")
}

/// The family of an AWS error code. Names are those of the services' error pages; what is not here goes by its HTTP status.
pub fn kind_of_code(code: &str) -> FaultKind {
    match code {
        "UnauthorizedOperation"
        | "AccessDenied"
        | "AccessDeniedException"
        | "Client.UnauthorizedOperation"
        | "AllAccessDisabled"
        | "AccountProblem"
        | "OptInRequired"
        | "Blocked"
        | "NotSignedUp"
        | "InvalidObjectState"
        | "AccessForbidden"
        | "ForbiddenException"
        | "OperationNotPermitted"
        | "UnauthorizedAccess"
        | "NotAuthorized"
        // EC2 Instance Connect: "Either your AWS credentials are not valid or you do not have access to the EC2 instance."
        | "AuthException"
        | "PendingVerification" => FaultKind::Denied,

        "RequestLimitExceeded"
        | "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "SlowDown"
        | "TooManyRequestsException"
        | "EC2ThrottledException"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete"
        | "LimitExceededException"
        | "TooManyRequests"
        | "SnapshotCreationPerVolumeRateExceeded" => FaultKind::Throttled,

        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "TokenRefreshRequired"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "AuthFailure"
        | "SignatureDoesNotMatch"
        | "InvalidToken"
        | "InvalidSecurity"
        | "RequestTimeTooSkewed"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "InvalidSecurityToken"
        | "UnauthorizedException"
        | "IDPCommunicationError" => FaultKind::Expired,

        "NoSuchBucket"
        | "NoSuchKey"
        | "NoSuchUpload"
        | "NoSuchVersion"
        | "NotFound"
        | "ResourceNotFound"
        | "ResourceNotFoundException"
        | "LoadBalancerNotFound"
        | "TargetGroupNotFound"
        | "ListenerNotFound"
        | "RuleNotFound"
        | "NoSuchTagSet"
        | "NoSuchLifecycleConfiguration"
        | "NoSuchBucketPolicy"
        | "NoSuchCORSConfiguration"
        | "NoSuchPublicAccessBlockConfiguration"
        | "ServerSideEncryptionConfigurationNotFoundError"
        | "OwnershipControlsNotFoundError"
        | "NoSuchWebsiteConfiguration"
        | "ReplicationConfigurationNotFoundError"
        | "ActiveInstanceRefreshNotFound"
        | "CertificateNotFound"
        | "SubnetNotFound"
        | "TrustStoreNotFound" => FaultKind::NotFound,

        "IncorrectInstanceState"
        | "IncorrectState"
        | "IncorrectModificationState"
        | "IncorrectSpotRequestState"
        | "EC2InstanceStateInvalidException"
        | "DependencyViolation"
        | "VolumeInUse"
        | "ResourceInUse"
        | "ResourceInUseFault"
        | "BucketNotEmpty"
        | "BucketAlreadyExists"
        | "BucketAlreadyOwnedByYou"
        | "ScalingActivityInProgress"
        | "ScalingActivityInProgressFault"
        | "ResourceContention"
        | "ResourceContentionFault"
        | "InstanceRefreshInProgress"
        | "AlreadyExists"
        | "AlreadyExistsFault"
        | "IdempotentParameterMismatch"
        | "OperationAborted"
        | "PreconditionFailed"
        | "NotModified"
        | "ConditionalRequestConflict"
        | "InvalidState"
        | "RuleInUse"
        | "PriorityInUse"
        | "IncorrectInstanceProfile"
        | "ConcurrentModification"
        | "ConcurrentModificationException"
        | "InUse"
        | "InvalidInstanceAttributeValue.Conflict"
        | "UnsupportedHibernationConfiguration"
        | "OperationNotPermittedException"
        | "RestoreAlreadyInProgress" => FaultKind::Conflict,

        "VcpuLimitExceeded"
        | "InsufficientInstanceCapacity"
        | "InsufficientAddressCapacity"
        | "InsufficientCapacity"
        | "InsufficientFreeAddressesInSubnet"
        | "InsufficientHostCapacity"
        | "InsufficientVolumeCapacity"
        | "LimitExceeded"
        | "LimitExceededFault"
        | "TooManyBuckets"
        | "MaxSpotInstanceCountExceeded"
        | "ResourceCountExceeded" => FaultKind::Quota,

        "MalformedQueryString"
        | "MissingAction"
        | "InvalidAction"
        | "UnsupportedOperation"
        | "Unsupported"
        | "ValidationError"
        | "ValidationException"
        | "MissingParameter"
        | "UnknownParameter"
        | "MalformedXML"
        | "MalformedPolicy"
        | "EntityTooLarge"
        | "EntityTooSmall"
        | "IllegalLocationConstraintException"
        | "MethodNotAllowed"
        | "NotImplemented"
        | "BadDigest"
        | "PermanentRedirect"
        | "AuthorizationHeaderMalformed"
        | "KeyTooLongError"
        | "UnknownOperationException"
        | "MissingRequiredParameterException"
        | "IncompatibleProtocols"
        | "UnsupportedProtocol" => FaultKind::Invalid,

        "ServiceUnavailable"
        | "Unavailable"
        | "InternalError"
        | "InternalFailure"
        | "InternalServiceError"
        | "InternalServiceFault"
        | "RequestTimeout"
        | "RequestTimeoutException"
        | "EC2InstanceUnavailableException"
        | "ServerInternal" => FaultKind::Unknown,

        _ => kind_of_shape(code),
    }
}

/// EC2 names its errors by pattern: `InvalidInstanceID.NotFound`, `InstanceLimitExceeded`, `InvalidGroup.InUse`.
fn kind_of_shape(code: &str) -> FaultKind {
    let ends = |ends: &[&str]| ends.iter().any(|e| code.ends_with(e));
    if ends(&[".NotFound", ".Unknown", "NotFoundException", "NotFoundFault", "NotFound"]) {
        FaultKind::NotFound
    } else if ends(&["LimitExceeded", "LimitExceededFault", "QuotaExceeded", "TooMany"]) || code.starts_with("TooMany")
    {
        FaultKind::Quota
    } else if ends(&[
        ".InUse",
        ".Duplicate",
        "InUse",
        "InUseException",
        "Conflict",
        "AlreadyExists",
        "AlreadyExist",
        "InProgress",
    ]) || ends(&[".AlreadyAssociated", ".AlreadyExists", "InvalidState", "IncorrectState"])
        || code.starts_with("Duplicate")
        || code.starts_with("Incorrect")
    {
        FaultKind::Conflict
    } else if code.starts_with("Insufficient") {
        FaultKind::Quota
    } else if ["Invalid", "Malformed", "Missing", "Unsupported"].iter().any(|p| code.starts_with(p)) {
        FaultKind::Invalid
    } else {
        FaultKind::Unknown
    }
}

fn kind_of_status(status: u16) -> FaultKind {
    match status {
        401 | 403 => FaultKind::Denied,
        404 => FaultKind::NotFound,
        409 | 412 => FaultKind::Conflict,
        429 => FaultKind::Throttled,
        400..=499 => FaultKind::Invalid,
        _ => FaultKind::Unknown,
    }
}

fn hints(code: &str, kind: FaultKind) -> &'static [&'static str] {
    match code {
        "RequestTimeTooSkewed" | "RequestExpired" => {
            &["This machine's clock is minutes off: set it, e.g. with `timedatectl set-ntp true`."]
        }
        "SignatureDoesNotMatch" => &["The secret key does not match the key id, or this machine's clock is wrong."],
        "AuthFailure" | "OptInRequired" => &[
            "The credentials were refused in this region: it may not be enabled for the account, or this machine's clock is wrong.",
        ],
        "PermanentRedirect" | "AuthorizationHeaderMalformed" => &["The bucket is in another region."],
        _ => match kind {
            FaultKind::Expired => {
                &["Sign in again (another terminal is fine: it is noticed automatically), then refresh."]
            }
            FaultKind::Denied => &["`skydeck policy` prints the smallest IAM policy that the console needs."],
            _ => &[],
        },
    }
}

#[cfg(test)]
#[path = "fault_tests.rs"]
mod tests;
