//! Requests and answers of REST protocols (S3): members in headers, in the query and in the body, compared with their shapes.

use http::HeaderMap;

use super::walk::{Constraint, Problem, Style, findings};
use super::{reads, unmodelled};
use crate::aws::shapes::{Kind, Member, Shape, Shapes, of};
use crate::model::operation::Service;
use crate::sandbox::wire::Node;

/// What is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// A header or parameter that no handler reads, by its name on the wire.
    Unmodelled(String),
    /// The body is no document of this operation's.
    Document,
}

/// The texts of a request that stand outside its body: the API's name, the name on the wire, the text.
type Texts<'r> = Vec<(&'static str, &'static str, &'r str)>;

fn texts<'r>(
    input: &'static Shape,
    header: impl Fn(&str) -> Option<&'r str>,
    query: impl Fn(&str) -> Option<&'r str>,
) -> Texts<'r> {
    let text = |m: &'static Member| {
        let name = m.xml_name();
        let found = match m.place.as_deref() {
            Some("header") => header(name),
            Some("querystring") => query(name),
            _ => None,
        };
        found.filter(|t| !t.is_empty()).map(|t| (m.name.as_str(), name, t))
    };
    input.members.iter().filter_map(text).collect()
}

/// Answers a request with `handler` if it fits its operation's input and the sandbox models what it asks for.
///
/// # Errors
/// What does not fit.
pub fn answer<'r, R>(
    service: Service,
    operation: &str,
    header: impl Fn(&str) -> Option<&'r str>,
    query: impl Fn(&str) -> Option<&'r str>,
    body: Option<&Node>,
    handler: impl FnOnce() -> R,
) -> Result<R, Misfit> {
    let shapes = of(service);
    let Some(input) = shapes.input(operation) else { return Ok(handler()) };
    let texts = texts(input, header, query);
    if !reads::on()
        && let Some((_, wire, _)) =
            texts.iter().find(|(name, _, text)| unmodelled::refuses(service, operation, name, text))
    {
        return Err(Misfit::Unmodelled((*wire).to_owned()));
    }
    if body.is_some_and(|root| !document_fits(shapes, input, root)) {
        return Err(Misfit::Document);
    }
    reads::begin();
    let out = handler();
    let named: Vec<(&str, &str)> = texts.iter().map(|(name, _, text)| (*name, *text)).collect();
    reads::end_texts(&named);
    Ok(out)
}

/// The shape of a body: of the member that alone is the body, or of all; `None` if it is no document.
fn of_body(shapes: &'static Shapes, whole: &'static Shape) -> Option<&'static Shape> {
    let Some(payload) = &whole.payload else { return Some(whole) };
    let member = whole.members.iter().find(|m| m.name == *payload)?;
    shapes.shape(&member.shape).filter(|s| s.kind == Kind::Structure)
}

/// Whether an operation is sent a document: else its body is nobody's business here.
pub fn takes_document(service: Service, operation: &str) -> bool {
    let shapes = of(service);
    shapes.input(operation).is_some_and(|input| input.payload.is_some() && of_body(shapes, input).is_some())
}

fn document_fits(shapes: &'static Shapes, input: &'static Shape, root: &Node) -> bool {
    let Some(shape) = of_body(shapes, input) else { return true };
    let found = findings(shapes, Some(shape), root, Style::Form, &[]);
    // Numbers' bounds and lengths are told by the operations, in words of their own.
    found.iter().all(|f| match &f.problem {
        Problem::Constraints(all) => !all.iter().any(|c| matches!(c, Constraint::OneOf(_))),
        Problem::Unknown(_) | Problem::Type(_) => false,
        // An attribute, which [`Node`] leaves aside.
        Problem::Missing => f.wire.ends_with("xsi:type"),
    })
}

/// What does not fit in an answer: elements of its document, and headers of AWS's own.
pub fn misfits(service: Service, operation: &str, headers: &HeaderMap, body: &[u8], always: &[&str]) -> Vec<String> {
    let shapes = of(service);
    if !shapes.has(operation) {
        return Vec::new();
    }
    let members = shapes.output(operation).map_or(&[][..], |o| &o.members);
    let mut wrong = Vec::new();
    for name in headers.keys().map(http::HeaderName::as_str).filter(|n| n.starts_with("x-amz-")) {
        let known = members.iter().any(|m| match m.place.as_deref() {
            Some("header") => m.xml_name().eq_ignore_ascii_case(name),
            Some("headers") => name.starts_with(&m.xml_name().to_ascii_lowercase()),
            _ => false,
        });
        if !known && !always.contains(&name) {
            wrong.push(format!("the header {name} is nothing that AWS sends"));
        }
    }
    let document = shapes.output(operation).and_then(|o| of_body(shapes, o));
    match (document, Node::parse(body)) {
        (_, _) if body.is_empty() => {}
        (None, _) => {}
        (Some(_), None) => wrong.push("it is no XML".to_owned()),
        (Some(shape), Some(root)) => {
            for f in findings(shapes, Some(shape), &root, Style::Form, &[]) {
                match f.problem {
                    Problem::Unknown(_) => wrong.push(format!("{} is nothing that AWS sends", f.wire)),
                    Problem::Missing if !f.wire.ends_with("xsi:type") => wrong.push(format!("{} is missing", f.wire)),
                    Problem::Type(kind) => wrong.push(format!("{} is {:?}, no {kind:?}", f.wire, f.value)),
                    Problem::Missing | Problem::Constraints(_) => {}
                }
            }
        }
    }
    wrong
}
