//! Time-outs and retries, set for each operation by what it declares: nothing is inherited from process-wide defaults.
//!
//! | operation | attempts | why |
//! |---|---|---|
//! | read | 2, and 1 if throttled | a lost connection must not fail a sweep of ten pages; a throttled one goes to the poller, which slows down |
//! | write, `Safe` or `Token` | 3 | doing it twice is doing it once |
//! | write, `Never` | 1 | a time-out is "outcome unknown", settled by looking |

use std::time::Duration;

use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority, RetryReason,
};
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::{ErrorKind, RetryConfig};
use aws_smithy_types::timeout::TimeoutConfig;

use super::connector::Stamp;
use crate::model::operation::{Access, Operation, Retry, Service};

/// To a connection. Three seconds: the SDK's own default is 3.1, and a second SYN goes out after one.
const CONNECT: Duration = Duration::from_secs(3);
/// To the answer's first byte: what ends "a page that never comes".
const FIRST_BYTE: Duration = Duration::from_secs(15);
/// A whole attempt, its body included: three megabytes of XML over a link of a megabit a second take half of it.
const ATTEMPT: Duration = Duration::from_secs(45);
/// How long a body may stand still, in either direction.
const STALL: Duration = Duration::from_secs(10);

/// How often an operation may be sent in one call.
pub const fn attempts(op: &Operation) -> u32 {
    match (op.access, op.retry) {
        (_, Retry::Never) => 1,
        (Access::Read, _) => 2,
        (Access::Write, _) => 3,
    }
}

pub(super) fn retry(op: &Operation) -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(attempts(op))
        .with_initial_backoff(Duration::from_millis(300))
        .with_max_backoff(Duration::from_secs(3))
}

/// A body that is sent or received as a stream has no time-out of its own: the stall protection ends it.
pub(super) fn timeouts(op: &Operation) -> TimeoutConfig {
    let connect = TimeoutConfig::builder().connect_timeout(CONNECT);
    match (op.service, op.name) {
        (Service::S3, "PutObject" | "UploadPart") => {
            connect.disable_read_timeout().disable_operation_attempt_timeout().disable_operation_timeout()
        }
        // S3 answers the copy of a large object slowly, and keeps the connection alive with spaces meanwhile.
        (Service::S3, "CopyObject" | "UploadPartCopy" | "CompleteMultipartUpload") => connect
            .read_timeout(Duration::from_secs(60))
            .disable_operation_attempt_timeout()
            .disable_operation_timeout(),
        _ => connect.read_timeout(FIRST_BYTE).operation_attempt_timeout(ATTEMPT).disable_operation_timeout(),
    }
    .build()
}

/// Of the credential chain's own requests (STS behind MFA, the device-code sign-in): small answers, and somebody waits for them.
/// All attempts of one together end after [`ATTEMPT`].
pub(in crate::aws) fn of_the_chain() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(FIRST_BYTE)
        .operation_attempt_timeout(FIRST_BYTE)
        .operation_timeout(ATTEMPT)
        .build()
}

pub(super) fn stall_protection() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::enabled().grace_period(STALL).build()
}

/// Hands a throttled read to the poller at once instead of sending it again.
#[derive(Debug)]
pub(super) struct NoSecondThrottledRead;

impl ClassifyRetry for NoSecondThrottledRead {
    fn classify_retry(&self, ctx: &InterceptorContext) -> RetryAction {
        self.classify_retry_v2(ctx, &RetryAction::NoActionIndicated)
    }
    fn classify_retry_v2(&self, ctx: &InterceptorContext, previous: &RetryAction) -> RetryAction {
        let throttled = matches!(
            previous,
            RetryAction::RetryIndicated(RetryReason::RetryableError { kind: ErrorKind::ThrottlingError, .. })
        );
        let stamp = ctx.response().and_then(|r| r.extension::<Stamp>());
        let read = stamp.is_some_and(|s| s.operation().access == Access::Read);
        if throttled && read { RetryAction::RetryForbidden } else { RetryAction::NoActionIndicated }
    }
    fn name(&self) -> &'static str {
        "NoSecondThrottledRead"
    }
    fn priority(&self) -> RetryClassifierPriority {
        // The AWS error code classifier runs just after the modeled one; this must see what either of them said.
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }
}
