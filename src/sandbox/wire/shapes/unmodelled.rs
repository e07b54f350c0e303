//! Parameters that AWS has and that no handler here reads: refused, because whoever sends one means something by it.
//!
//! `unmodelled.txt` lists them, an operation and a parameter a line; `tests/sandbox/shapes.rs` derives it from what the handlers read.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use serde_json::Value;

use super::given::{Given, Scalar};
use super::walk::{Leaf, Style};
use crate::model::operation::Service;
use crate::sandbox::wire::ApiError;

/// The list, as `tests/sandbox/shapes.rs` writes it.
const LIST: &str = include_str!("unmodelled.txt");

/// Values that ask for what is so here without a word: keys are PEM, an instance has one interface that goes with it, addresses are Amazon's,
/// balancers speak IPv4, labels say times in UTC.
const HARMLESS: &[(&str, &str)] = &[
    ("KeyFormat", "pem"),
    ("PublicIpv4Pool", "amazon"),
    ("IpAddressType", "ipv4"),
    ("LabelOptions.Timezone", "+0000"),
    ("NetworkInterfaces.DeviceIndex", "0"),
    ("NetworkInterfaces.DeleteOnTermination", "true"),
];

/// Whether the sandbox does nothing with this parameter of this operation.
pub fn is_unmodelled(service: Service, operation: &str, path: &str) -> bool {
    static ALL: OnceLock<HashMap<(&str, &str), HashSet<&str>>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut all: HashMap<(&str, &str), HashSet<&str>> = HashMap::new();
        for line in LIST.lines().filter(|l| !l.starts_with('#')) {
            let mut words = line.split(' ');
            if let (Some(service), Some(operation), Some(path)) = (words.next(), words.next(), words.next()) {
                all.entry((service, operation)).or_default().insert(path);
            }
        }
        all
    });
    all.get(&(service.cli(), operation)).is_some_and(|paths| paths.contains(path))
}

/// Refuses a request that has such a parameter and asks for something with it.
///
/// # Errors
/// `UnsupportedOperation` in EC2, `ValidationError` elsewhere, saying that the sandbox does not model it.
pub(super) fn check<G: Given>(
    service: Service,
    operation: &str,
    leaves: &[Leaf<'_, G>],
    style: Style,
) -> Result<(), ApiError> {
    match leaves.iter().find(|l| is_unmodelled(service, operation, &l.path) && asks(&l.path, l.given)) {
        None => Ok(()),
        Some(leaf) => Err(error(operation, &leaf.path, style)),
    }
}

/// Whether a text is refused for being that of such a parameter.
pub(super) fn refuses(service: Service, operation: &str, path: &str, text: &str) -> bool {
    is_unmodelled(service, operation, path) && asks(path, &Value::from(text))
}

/// The error for a parameter that is not modelled.
pub(super) fn error(operation: &str, path: &str, style: Style) -> ApiError {
    let code = if style == Style::Ec2 { "UnsupportedOperation" } else { "ValidationError" };
    ApiError::new(code, format!("The sandbox does not model the parameter {path} of {operation}."))
}

/// Whether a value asks for anything: not if it is empty, or switches off what is off here anyway.
fn asks<G: Given>(path: &str, given: &G) -> bool {
    match given.scalar() {
        Some(Scalar::Text(s)) => !s.is_empty() && !s.eq_ignore_ascii_case("false") && !HARMLESS.contains(&(path, s)),
        Some(Scalar::Bool(on)) => on,
        Some(_) => true,
        None => !given.names().is_empty() || !given.elements().is_empty(),
    }
}
