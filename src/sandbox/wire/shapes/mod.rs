//! The shapes of requests and answers, from AWS's own models.
//!
//! The table ([`crate::aws::shapes`]) is botocore's, reduced to the operations of the sandbox. It is what a client of AWS knows: members
//! with their types and names on the wire, which are required, bounds of numbers and lengths, enumerations.
//!
//! | module | what it owns |
//! |---|---|
//! | [`given`] | what a request or an answer has to offer to be checked, whatever its protocol |
//! | [`walk`], `errors` | what does not fit, and AWS's words for it |
//! | `answers` | whether what is answered fits |
//! | [`render`] | answers written from a tree |
//! | [`rest`] | requests and answers whose members are in headers, the query and the body |
//! | `unmodelled` | parameters that the sandbox does nothing with |
//! | [`reads`] | what handlers read, for the test that derives those |

mod answers;
mod errors;
pub mod given;
pub mod reads;
pub mod render;
pub mod rest;
mod unmodelled;
pub mod walk;

pub use crate::aws::shapes::{Kind, Member, Operation, Shape, Shapes, of};
pub use unmodelled::is_unmodelled;

use crate::model::operation::Service;
use crate::sandbox::wire::{Call, Params, Protocol, Reply};
use given::Given;
use walk::Style;

/// Names that belong to the protocol, not to the operation.
const OF_PROTOCOL: &[&str] = &[
    "Action",
    "Version",
    "AWSAccessKeyId",
    "Expires",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureVersion",
    "Timestamp",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
];

/// Answers a form with `handler` if its parameters fit the operation's input and the sandbox models them, else with AWS's error.
pub fn answer_form(call: &Call<'_>, handler: impl FnOnce() -> Reply) -> Reply {
    let style = if call.protocol == Protocol::Ec2Query { Style::Ec2 } else { Style::Form };
    answer::<Params>(call, &call.params, style, handler)
}

/// The same for an input that was read by a service's own codec.
pub fn answer<G: Given>(call: &Call<'_>, input: &G, style: Style, handler: impl FnOnce() -> Reply) -> Reply {
    let shapes = of(call.service);
    let operation = call.operation.as_str();
    if !shapes.has(operation) {
        return handler();
    }
    let walk = walk::walk(shapes, shapes.input(operation), input, style, OF_PROTOCOL);
    if let Some(e) = errors::error(&walk.findings, style) {
        return call.fail(&e);
    }
    if !reads::on()
        && let Err(e) = unmodelled::check(call.service, operation, &walk.leaves, style)
    {
        return call.fail(&e);
    }
    reads::begin();
    let reply = handler();
    reads::end(&walk.leaves);
    // What is answered as a tree is checked before it is written ([`check_answer`]): CloudWatch's three protocols, and JSON.
    if cfg!(debug_assertions) && call.service != Service::CloudWatch && call.protocol != Protocol::Json {
        let misfits = answers::misfits_of_xml(call, &reply);
        assert!(misfits.is_empty(), "{operation}: the answer does not fit: {misfits:?}");
    }
    reply
}

/// In debug builds: an answer fits its operation's output.
///
/// # Panics
/// If it does not.
pub fn check_answer<G: Given>(call: &Call<'_>, answer: &G) {
    if cfg!(debug_assertions) {
        let misfits = answers::misfits(call, answer, Style::Typed, &[]);
        assert!(misfits.is_empty(), "{}: the answer does not fit: {misfits:?}", call.operation);
    }
}
