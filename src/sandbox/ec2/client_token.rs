//! Client tokens: a create request that is repeated with its token makes nothing new.

use arcstr::ArcStr;

use super::state::State;
use crate::sandbox::wire::{ApiError, Call};

/// Parameters that do not tell one request from another.
const APART: &[&str] = &["ClientToken", "DryRun"];

/// What the call's client token made before, if it did.
///
/// # Errors
/// `IdempotentParameterMismatch`, if it made something else.
pub(super) fn known(state: &State, call: &Call<'_>) -> Result<Option<ArcStr>, ApiError> {
    let Some((digest, id)) = key(call).and_then(|k| state.tokens.get(&k)) else { return Ok(None) };
    if *digest == call.params.digest(APART) { Ok(Some(id.clone())) } else { Err(mismatch()) }
}

/// Writes down what the call made.
pub(super) fn remember(state: &mut State, call: &Call<'_>, id: &ArcStr) {
    if let Some(key) = key(call) {
        state.tokens.insert(key, (call.params.digest(APART), id.clone()));
    }
}

fn key(call: &Call<'_>) -> Option<String> {
    let token = call.params.text("ClientToken").filter(|t| !t.is_empty())?;
    Some(format!("{} {token}", call.operation))
}

/// AWS's words for a token that comes with other parameters.
pub(super) fn mismatch() -> ApiError {
    let message = "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).";
    ApiError::new("IdempotentParameterMismatch", message)
}
