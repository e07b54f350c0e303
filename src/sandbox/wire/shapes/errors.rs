//! AWS's words for a request that does not fit its operation's input.
//!
//! EC2 has codes of its own (`UnknownParameter`, `MissingParameter`, `InvalidParameterValue`):
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>. It names the part of the name that it does not know, as it
//! was sent. The other services tell all broken constraints in one `ValidationError`. Members that they do not know are passed over
//! here: no document of AWS's was found that says what they do with them, and an SDK of tomorrow may send some.

use super::walk::{Constraint, Finding, Problem, Style};
use crate::aws::shapes::Kind;
use crate::sandbox::wire::ApiError;

/// The error for what was found; `None` if AWS would not mind.
pub(super) fn error(findings: &[Finding], style: Style) -> Option<ApiError> {
    match style {
        Style::Ec2 => ec2(findings),
        Style::Form | Style::Typed => of_type(findings, style).or_else(|| validation(findings)),
    }
}

fn ec2(findings: &[Finding]) -> Option<ApiError> {
    let unknown = findings.iter().find_map(|f| match &f.problem {
        Problem::Unknown(name) => Some(name),
        _ => None,
    });
    if let Some(name) = unknown {
        return Some(ApiError::new("UnknownParameter", format!("The parameter {name} is not recognized")));
    }
    let missing = findings.iter().find(|f| f.problem == Problem::Missing);
    missing.or(findings.first()).map(|f| {
        let leaf = f.wire.rsplit('.').find(|hop| hop.parse::<u64>().is_err()).unwrap_or(&f.wire);
        let mut lower: Vec<char> = leaf.chars().collect();
        lower.iter_mut().take(1).for_each(|c| c.make_ascii_lowercase());
        let lower: String = lower.into_iter().collect();
        let value = f.value.as_deref().unwrap_or_default();
        let invalid = |message: String| ApiError::new("InvalidParameterValue", message);
        match &f.problem {
            Problem::Missing => {
                ApiError::new("MissingParameter", format!("The request must contain the parameter {}", f.wire))
            }
            Problem::Type(Kind::Boolean) => {
                invalid(format!("Invalid value '{value}' for {}. Must be specified as true or false.", f.wire))
            }
            Problem::Type(Kind::Structure) | Problem::Unknown(_) => {
                ApiError::new("UnknownParameter", format!("The parameter {leaf} is not recognized"))
            }
            Problem::Type(Kind::Timestamp | Kind::String) => {
                invalid(format!("Value ({value}) for parameter {lower} is invalid. Invalid format."))
            }
            Problem::Type(_) => {
                invalid(format!("Value ({value}) for parameter {} is invalid. Expected a number", f.wire))
            }
            Problem::Constraints(all) => match all.first() {
                Some(Constraint::Least(n)) => invalid(format!(
                    "Value ( {value} ) for parameter {lower} is invalid. Expecting a value greater than {n}."
                )),
                Some(Constraint::Most(n)) => invalid(format!(
                    "Value ( {value} ) for parameter {lower} is invalid. Expecting a value smaller than {n}."
                )),
                _ => invalid(format!("Value ({value}) for parameter {lower} is invalid.")),
            },
        }
    })
}

/// A value that cannot be read as what it should be, before anything is validated.
fn of_type(findings: &[Finding], style: Style) -> Option<ApiError> {
    findings.iter().find_map(|f| {
        let Problem::Type(kind) = f.problem else { return None };
        let value = f.value.as_deref().unwrap_or_default();
        if style == Style::Typed {
            let message = match kind {
                _ if f.value.is_none() => "Start of structure or map found where not expected.".to_owned(),
                Kind::String => "NUMBER_VALUE can not be converted to a String".to_owned(),
                Kind::Boolean => "STRING_VALUE can not be converted to a Boolean".to_owned(),
                _ => "STRING_VALUE can not be converted to a number".to_owned(),
            };
            return Some(ApiError::new("SerializationException", message));
        }
        let message = match kind {
            _ if f.value.is_none() => "Unexpected complex element termination".to_owned(),
            Kind::Boolean => format!("Unable to parse '{value}' as a boolean"),
            Kind::Timestamp => format!("timestamp must follow ISO8601: '{value}'"),
            Kind::Integer | Kind::Long | Kind::Float | Kind::Double => format!("Unable to parse '{value}' as a number"),
            _ => "Unexpected complex element termination".to_owned(),
        };
        Some(ApiError::new("MalformedInput", message))
    })
}

/// `2 validation errors detected: Value … at '…' failed to satisfy constraint: …; Value …`
fn validation(findings: &[Finding]) -> Option<ApiError> {
    let mut all: Vec<String> = Vec::new();
    for f in findings {
        let at = |constraint: &str| {
            let value = f.value.as_ref().map_or_else(|| "null".to_owned(), |v| format!("'{v}'"));
            format!("Value {value} at '{}' failed to satisfy constraint: {constraint}", f.path)
        };
        match &f.problem {
            Problem::Missing => all.push(at("Member must not be null")),
            Problem::Constraints(broken) if f.of_elements => {
                let each: Vec<String> = broken.iter().map(words).collect();
                all.push(at(&format!("Member must satisfy constraint: [{}]", each.join(", "))));
            }
            Problem::Constraints(broken) => all.extend(broken.iter().map(|c| at(&words(c)))),
            Problem::Unknown(_) | Problem::Type(_) => {}
        }
    }
    let (count, s) = (all.len(), if all.len() == 1 { "" } else { "s" });
    let message = || format!("{count} validation error{s} detected: {}", all.join("; "));
    (count > 0).then(|| ApiError::new("ValidationError", message()))
}

fn words(constraint: &Constraint) -> String {
    match constraint {
        Constraint::Least(n) => format!("Member must have value greater than or equal to {n}"),
        Constraint::Most(n) => format!("Member must have value less than or equal to {n}"),
        Constraint::Shortest(n) => format!("Member must have length greater than or equal to {n}"),
        Constraint::Longest(n) => format!("Member must have length less than or equal to {n}"),
        Constraint::OneOf(values) => format!("Member must satisfy enum value set: [{}]", values.join(", ")),
    }
}
