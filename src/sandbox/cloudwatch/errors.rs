//! CloudWatch's errors and page tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::sandbox::wire::ApiError;
use crate::sandbox::wire::Tree;

/// An operation's answer: [`Tree::Null`] where the operation has no output.
pub(super) type Outcome = Result<Tree, ApiError>;

pub(super) fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterValue", message)
}

pub(super) fn invalid_token() -> ApiError {
    ApiError::new("InvalidNextToken", "The token is invalid.")
}

/// An opaque token.
pub(super) fn page_token(s: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("t:{s}"))
}

/// Reads what [`page_token`] wrote.
pub(super) fn read_page_token(token: &str) -> Result<String, ApiError> {
    let text = URL_SAFE_NO_PAD.decode(token).ok().and_then(|b| String::from_utf8(b).ok());
    text.and_then(|t| t.strip_prefix("t:").map(str::to_owned)).ok_or_else(invalid_token)
}
