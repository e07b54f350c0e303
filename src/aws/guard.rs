//! The guard of read-only mode: an interceptor in every service client that decides before anything is serialized.
//!
//! | what | console | read-only |
//! |---|---|---|
//! | an operation that nobody declared | refused | refused |
//! | a declared read | passes | passes |
//! | a declared write with a [`Permit`] for exactly it | passes, once | refused |
//! | the same that does nothing but let somebody in | passes, once | refused, unless the settings let the profile connect |
//! | a declared write whose typed input says `dry_run = true` | passes | refused: "not asked" |
//! | any other write, presigned ones included | refused | refused |
//!
//! What is no call of an SDK client asks the list of [`super::egress`].
//!
//! What passes is stamped again on each attempt (the SDK clears extensions when it clones a request for a retry), and the
//! connector refuses what has no stamp. A confirmed write whose credentials have changed by then gets none.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextMut, Input,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

use super::connector::Stamp;
use super::credentials::source::Source;
use super::retry_policy;
use crate::base::{Fault, FaultKind, Reached, Scope};
use crate::model::operation::{Access, Operation, Service};

/// The declared operations, by (service, name) as the SDK's metadata spells them.
pub(super) type Declared = HashMap<(&'static str, &'static str), &'static Operation>;

/// A call of a plan that the user confirmed.
#[derive(Debug, Clone)]
pub struct ConfirmedCall<'a> {
    /// The account and region that the plan was made for.
    pub scope: &'a Scope,
    /// What is called.
    pub operation: &'static Operation,
    /// The call's own name within the plan and the journal, unique in this run.
    pub call: &'a str,
    /// [`super::Gateway::generation`] when the plan was made.
    pub generation: u64,
}

/// What permits are made with. A gateway gives it away once ([`super::Gateway::take_mint`]): to the executor of confirmed plans. So nobody
/// else who holds a gateway can have a write let through.
#[derive(Debug)]
pub struct Mint(());

impl Mint {
    pub(super) const fn new() -> Self {
        Mint(())
    }
}

/// Lets one declared write pass the guard, once. Hand it to the request: `op.customize().interceptor(permit)`.
///
/// It is bound to the operation, the scope and the credentials it was given for, and dead after the first execution (the
/// retries of that execution included in it), whatever came of it. It cannot be cloned.
#[derive(Debug)]
pub struct Permit(Carried);

#[derive(Debug, Clone)]
struct Carried(Arc<PermitState>);

#[derive(Debug)]
struct PermitState {
    scope: Scope,
    operation: &'static Operation,
    call: Arc<str>,
    epoch: u64,
    used: AtomicBool,
}

impl Permit {
    /// Only the gateway gives permits, and never in read-only mode.
    pub(super) fn new(call: &ConfirmedCall<'_>, epoch: u64) -> Self {
        Permit(Carried(Arc::new(PermitState {
            scope: call.scope.clone(),
            operation: call.operation,
            call: call.call.into(),
            epoch,
            used: AtomicBool::new(false),
        })))
    }
    /// Takes it for what is no request of an SDK client: whether it is for exactly this, and was not used before.
    pub(super) fn redeem(self, scope: &Scope, operation: &Operation) -> bool {
        let Carried(state) = &self.0;
        state.scope == *scope && *state.operation == *operation && !state.used.swap(true, Ordering::SeqCst)
    }
}

impl Storable for Carried {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Permit {
    fn name(&self) -> &'static str {
        "SkydeckPermit"
    }
    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        cfg.interceptor_state().store_put(self.0.clone());
        Ok(())
    }
}

/// One way: once on, nothing in this run turns it off.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadOnly(Arc<AtomicBool>);

impl ReadOnly {
    pub(super) fn on(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
    pub(super) fn is_on(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// The interceptor of one service client.
pub(super) struct Guard {
    pub(super) declared: Arc<Declared>,
    /// Of the whole process, and of this client's profile.
    pub(super) read_only: [ReadOnly; 2],
    /// Whether this profile's instances may be connected to in read-only mode.
    pub(super) connects: bool,
    pub(super) scope: Scope,
    pub(super) source: Source,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard({:?})", self.scope)
    }
}

/// For each attempt: the stamp, and for a confirmed write the credentials that it was confirmed for.
struct StampForAttempts(Stamp, Option<u64>);

impl fmt::Debug for StampForAttempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StampForAttempts")
    }
}

impl Storable for StampForAttempts {
    type Storer = StoreReplace<Self>;
}

impl Guard {
    fn decide(&self, metadata: &Metadata, input: &Input, permit: Option<&Carried>) -> Result<StampForAttempts, Fault> {
        let (service, name) = (metadata.service().to_string(), metadata.name().to_string());
        let Some(&op) = self.declared.get(&(service.as_str(), name.as_str())) else {
            let text = format!("{service}'s {name} is not among the operations that this program may call");
            return Err(Fault::new(FaultKind::Bug, text).of(service, name));
        };
        let unconfirmed = || Ok(StampForAttempts(Stamp::new(self.scope.clone(), op, None), None));
        if op.access == Access::Read {
            return unconfirmed();
        }
        let refuse = |text: &str| Err(Fault::new(FaultKind::ReadOnly, text).of(op.service.sdk_id(), op.name));
        let rehearsal = op.dry_run && super::guard_inputs::dry_run(op.name, input) == Some(true);
        if self.read_only.iter().any(ReadOnly::is_on) && !(op.lets_in && self.connects) {
            return refuse(if rehearsal {
                "not asked: read-only mode sends no dry runs"
            } else {
                "read-only mode: no change is sent"
            });
        }
        if rehearsal {
            return unconfirmed();
        }
        let Some(Carried(slip)) = permit else {
            return refuse("a change needs a confirmed plan, and this one has none");
        };
        let same_place = slip.scope.profile() == self.scope.profile()
            && (slip.scope.region_code() == self.scope.region_code() || op.service == Service::S3);
        if slip.operation != op || !same_place {
            return refuse("this is not the change that was confirmed");
        }
        self.same_credentials(slip.epoch, op)?;
        if slip.used.swap(true, Ordering::SeqCst) {
            return refuse("this change was sent before: a confirmed plan sends each call once");
        }
        let stamp = Stamp::new(self.scope.clone(), op, Some(slip.call.clone()));
        Ok(StampForAttempts(stamp, Some(slip.epoch)))
    }

    fn same_credentials(&self, epoch: u64, op: &Operation) -> Result<(), Fault> {
        if epoch == self.source.epoch() {
            return Ok(());
        }
        let text = "not sent: the credentials changed after you confirmed";
        Err(Fault::new(FaultKind::Conflict, text).of(op.service.sdk_id(), op.name))
    }
}

impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "SkydeckGuard"
    }
    fn read_before_serialization(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(metadata) = cfg.load::<Metadata>() else {
            return Err(Fault::bug("a request without an operation's name").into());
        };
        let stamp = self.decide(metadata, context.input(), cfg.load::<Carried>())?;
        let op = stamp.0.operation();
        let state = cfg.interceptor_state();
        state.store_put(retry_policy::retry(op));
        state.store_put(retry_policy::timeouts(op));
        state.store_put(stamp);
        Ok(())
    }
    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(StampForAttempts(stamp, epoch)) = cfg.load::<StampForAttempts>() {
            // Each attempt is signed again, with whatever credentials there are by then: they must be the ones that were asked about.
            if let Some(epoch) = epoch {
                let reached = if stamp.may_have_arrived() { Reached::Maybe } else { Reached::NotSent };
                self.same_credentials(*epoch, stamp.operation()).map_err(|fault| fault.reached(reached))?;
            }
            context.request_mut().add_extension(stamp.clone());
        }
        Ok(())
    }
    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(StampForAttempts(stamp, _)) = cfg.load::<StampForAttempts>() {
            super::capture::note(stamp.operation(), context.response());
        }
        // The SDK's XML reader treats a document that breaks off as a shorter one: half a page would be the whole table.
        match context.response().body().bytes() {
            Some(body) if context.response().status().is_success() && is_cut_off(body) => {
                let text = "the answer is cut off: its XML is incomplete";
                Err(Fault::new(FaultKind::Offline, text).reached(Reached::Maybe).into())
            }
            _ => Ok(()),
        }
    }
}

/// Whether it is an XML document whose root is not closed by its last tag. Anything that is not XML is not.
fn is_cut_off(body: &[u8]) -> bool {
    let mut rest = body.trim_ascii();
    if rest.starts_with(b"<?xml") {
        let Some(end) = rest.windows(2).position(|w| w == b"?>") else { return true };
        rest = rest[end + 2..].trim_ascii_start();
    }
    let Some(root) = rest.strip_prefix(b"<").filter(|r| !r.starts_with(b"!")) else { return false };
    let name = root.split(|b| b.is_ascii_whitespace() || *b == b'>' || *b == b'/').next().unwrap_or_default();
    let closed = rest.strip_suffix(b">").map(<[u8]>::trim_ascii_end).is_some_and(|r| {
        r.strip_suffix(name).is_some_and(|r| r.ends_with(b"</")) || (r.ends_with(b"/") && !r[1..].contains(&b'<'))
    });
    !closed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_that_does_not_end_is_cut_off_and_what_is_not_xml_is_not() {
        for whole in
            ["", "{}", "<a/>", "<a>b</a>", "<?xml version=\"1.0\"?>\n<a x=\"1\"><b></b>\n</a >\n", "<a x='1' />"]
        {
            assert!(!is_cut_off(whole.as_bytes()), "{whole}");
        }
        for cut in
            ["<a>", "<a><b/>", "<a><b></b>", "<?xml version", "<?xml version=\"1.0\"?><a", "<a></b", "<", "<ab></b>"]
        {
            assert!(is_cut_off(cut.as_bytes()), "{cut}");
        }
    }
}
