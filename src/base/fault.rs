//! What can go wrong with a request, in one shape for every service, table and screen.

use std::fmt;

use arcstr::ArcStr;

/// The families of faults that the console treats differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// IAM, an SCP or a bucket policy says no.
    Denied,
    /// Too many requests: `RequestLimitExceeded`, `Throttling`, `ThrottlingException`, `SlowDown`.
    Throttled,
    /// The credentials are expired or not valid any more; signing in again helps.
    Expired,
    /// There are no credentials at all.
    NoCredentials,
    /// The resource does not exist (or not yet: EC2 is eventually consistent).
    NotFound,
    /// AWS understood the request and says that it is not valid.
    Invalid,
    /// The resource is in a state, or in a use, that does not allow it.
    Conflict,
    /// A limit of the account.
    Quota,
    /// No answer: name not resolved, refused, timed out, cut off, or an answer that is not AWS's.
    Offline,
    /// Somebody answered, but not AWS: a proxy's or a sign-in page in HTML.
    Foreign,
    /// This process is read-only, or the write had no confirmed plan behind it.
    ReadOnly,
    /// AWS answered with something that this program has no family for.
    Unknown,
    /// A mistake in this program.
    Bug,
}

impl FaultKind {
    /// One word for a table's header and for `:messages`.
    pub const fn word(self) -> &'static str {
        match self {
            FaultKind::Denied => "denied",
            FaultKind::Throttled => "throttled",
            FaultKind::Expired => "expired",
            FaultKind::NoCredentials => "no credentials",
            FaultKind::NotFound => "not found",
            FaultKind::Invalid => "invalid",
            FaultKind::Conflict => "conflict",
            FaultKind::Quota => "quota",
            FaultKind::Offline => "offline",
            FaultKind::Foreign => "not AWS",
            FaultKind::ReadOnly => "read-only",
            FaultKind::Unknown => "unknown",
            FaultKind::Bug => "bug",
        }
    }
    /// Whether asking again later, unchanged, may succeed.
    pub const fn passes_by_itself(self) -> bool {
        matches!(self, FaultKind::Throttled | FaultKind::Offline | FaultKind::Foreign | FaultKind::Unknown)
    }
}

/// How far a request came before it failed: what decides between "failed" and "outcome unknown".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reached {
    /// It never left this process.
    NotSent,
    /// It may have been carried out: it was sent, or may have been, and no answer was read.
    Maybe,
    /// AWS answered.
    Answered,
}

/// A failed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The family.
    pub kind: FaultKind,
    /// The service's SDK id, e.g. `EC2`, `Elastic Load Balancing v2`; empty if no service was involved.
    pub service: ArcStr,
    /// The operation, e.g. `DescribeInstances`; empty if none.
    pub op: ArcStr,
    /// AWS's error code, e.g. `UnauthorizedOperation`; empty if there was no answer.
    pub code: ArcStr,
    /// A sentence. From AWS, or ours where AWS gave none. Untrusted: show it through [`crate::base::text::visible`].
    pub message: String,
    /// AWS's request id.
    pub request_id: Option<ArcStr>,
    /// How far it came.
    pub reached: Reached,
    /// What the user can do, one sentence each.
    pub hints: Vec<String>,
}

impl Fault {
    /// A fault of `kind` with a sentence, not tied to a request.
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Fault {
            kind,
            service: ArcStr::new(),
            op: ArcStr::new(),
            code: ArcStr::new(),
            message: message.into(),
            request_id: None,
            reached: Reached::NotSent,
            hints: Vec::new(),
        }
    }
    /// A mistake in this program.
    pub fn bug(message: impl Into<String>) -> Self {
        Fault::new(FaultKind::Bug, message)
    }
    /// Names the request that failed.
    #[must_use]
    pub fn of(mut self, service: impl Into<ArcStr>, op: impl Into<ArcStr>) -> Self {
        self.service = service.into();
        self.op = op.into();
        self
    }
    /// Adds AWS's error code.
    #[must_use]
    pub fn code(mut self, code: impl Into<ArcStr>) -> Self {
        self.code = code.into();
        self
    }
    /// Says how far the request came.
    #[must_use]
    pub fn reached(mut self, reached: Reached) -> Self {
        self.reached = reached;
        self
    }
    /// Adds what the user can do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl Fault {
    /// All that is known of it: the sentence, and on a line each what the user can do.
    pub fn told(&self) -> String {
        std::iter::once(self.to_string()).chain(self.hints.iter().cloned()).collect::<Vec<_>>().join("\n")
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.op.is_empty() {
            write!(f, "{}: ", self.op)?;
        }
        f.write_str(&self.message)?;
        if !self.code.is_empty() {
            write!(f, " ({})", self.code)?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}
