//! Why IAM said no: which action on which resource, and whether a statement forbids it or none allows it.
//!
//! EC2 says it in the message, or in an encoded one beside it that who has `sts:DecodeAuthorizationMessage` can read:
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html>

use serde_json::Value as Json;

use super::{Gateway, fault};
use crate::base::text::{shell_quote, visible};
use crate::base::{Fault, FaultKind, Scope};
use crate::model::operation::{Operation, Service};

/// `DecodeAuthorizationMessage`: changes nothing. Asked once, when a call was denied with an encoded message.
pub static DECODE_AUTHORIZATION_MESSAGE: Operation = Operation::read(Service::Sts, "DecodeAuthorizationMessage");

/// What stands before the encoded message.
const MARK: &str = "Encoded authorization failure message:";

/// The denial with what can be found out about it, as hints. What is no denial of AWS's stays as it is.
pub async fn explain(gateway: &Gateway, op: &Operation, scope: &Scope, mut fault: Fault) -> Fault {
    if fault.kind != FaultKind::Denied || fault.code.is_empty() {
        return fault;
    }
    let (sentence, encoded) = parts(&fault.message);
    let (sentence, encoded) = (sentence.to_string(), encoded.map(str::to_string));
    let known = said(&sentence);
    let mut why = match &known {
        Some(known) => known.clone(),
        None => format!("The required IAM permission is {}.", op.iam_actions().join(", ")),
    };
    let mut how = None;
    if let Some(message) = encoded {
        // In a box of its own: a request's future is large, and nearly no call needs this one.
        match Box::pin(decode(gateway, scope, &message)).await {
            Ok(Some(told)) => why = told,
            Ok(None) => {}
            Err(no) => {
                let command = command(gateway, scope, &message);
                how = Some(format!("The encoded message could not be decoded ({}): {command}", no.kind.word()));
            }
        }
        fault.message = sentence;
    }
    fault.hints.splice(0..0, std::iter::once(why).chain(how));
    fault
}

/// The sentence, and the encoded message after it.
fn parts(message: &str) -> (&str, Option<&str>) {
    match message.split_once(MARK) {
        Some((sentence, encoded)) => (sentence.trim(), encoded.split_whitespace().next()),
        None => (message, None),
    }
}

/// What the sentence itself says: `… is not authorized to perform: ec2:X on resource: arn:… because no identity-based policy allows …`.
fn said(sentence: &str) -> Option<String> {
    let rest = sentence.split_once("is not authorized to perform: ")?.1;
    let action = rest.split_whitespace().next()?.trim_end_matches('.');
    let resource = rest.split_once("on resource: ").and_then(|(_, r)| r.split_whitespace().next());
    let forbidden = rest.contains("explicit deny");
    Some(sentence_of(action, resource.map(|r| r.trim_end_matches('.')), forbidden.then_some(None)))
}

/// `ec2:RunInstances on arn:…: no statement allows it.`
fn sentence_of(action: &str, resource: Option<&str>, forbidden: Option<Option<&str>>) -> String {
    let on = resource.map_or_else(String::new, |r| format!(" on {}", visible(r)));
    let why = match forbidden {
        Some(Some(statement)) => format!("the policy statement {} denies it (explicit deny)", visible(statement)),
        Some(None) => "a policy statement denies it (explicit deny)".into(),
        None => "no policy statement allows it".into(),
    };
    format!("The required IAM permission is {}{on}: {why}.", visible(action))
}

/// Asks STS. `None`: the answer says nothing that can be read.
async fn decode(gateway: &Gateway, scope: &Scope, message: &str) -> Result<Option<String>, Fault> {
    let sts = gateway.sts(scope).await?;
    let out = sts.decode_authorization_message().encoded_message(message).send().await;
    let out = out.map_err(|e| fault::of(&DECODE_AUTHORIZATION_MESSAGE, e))?;
    Ok(out.decoded_message().and_then(told))
}

fn told(decoded: &str) -> Option<String> {
    let json: Json = serde_json::from_str(decoded).ok()?;
    let action = json.pointer("/context/action")?.as_str()?;
    let resource = json.pointer("/context/resource").and_then(Json::as_str);
    let forbidden = json.get("explicitDeny").and_then(Json::as_bool) == Some(true);
    let statements = json.pointer("/matchedStatements/items").and_then(Json::as_array);
    let statement = statements.into_iter().flatten().find_map(|s| s.get("statementId")?.as_str());
    let statement = statement.filter(|s| !s.is_empty());
    Some(sentence_of(action, resource, forbidden.then_some(statement)))
}

/// The command that decodes it, by whoever may.
fn command(gateway: &Gateway, scope: &Scope, message: &str) -> String {
    let mut out = format!(
        "aws sts decode-authorization-message --encoded-message {} --query DecodedMessage --output text",
        shell_quote(message)
    );
    if let Some(profile) = scope.profile().and_then(|p| gateway.profile_flag(p)) {
        out.push_str(&format!(" --profile {}", shell_quote(profile)));
    }
    if let Some(region) = scope.region_code() {
        out.push_str(&format!(" --region {region}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn action_resource_and_kind_of_statement_are_read_from_both_forms_of_the_message() {
        let message = "You are not authorized to perform this operation. User: arn:aws:sts::1:assumed-role/x/y is not authorized to \
            perform: ec2:RunInstances on resource: arn:aws:ec2:r:1:instance/* with an explicit deny in a service control policy. \
            Encoded authorization failure message: g4oZPB-_x";
        let (sentence, encoded) = parts(message);
        assert_eq!(encoded, Some("g4oZPB-_x"));
        assert_eq!(
            said(sentence).as_deref(),
            Some(
                "The required IAM permission is ec2:RunInstances on arn:aws:ec2:r:1:instance/*: a policy statement \
                 denies it (explicit deny)."
            )
        );
        let allowed =
            "User: u is not authorized to perform: sts:AssumeRole because no identity-based policy allows the action";
        assert_eq!(
            said(allowed).as_deref(),
            Some("The required IAM permission is sts:AssumeRole: no policy statement allows it.")
        );
        let (plain, none) = parts("You are not authorized to perform this operation.");
        assert_eq!((said(plain), none), (None, None));
        let decoded = r#"{"allowed":false,"explicitDeny":true,"matchedStatements":{"items":[{"statementId":"NoRun","effect":"DENY"}]},
            "failures":{"items":[]},"context":{"principal":{"id":"A","arn":"arn"},"action":"ec2:RunInstances","resource":"arn:aws:ec2:r:1:instance/*"}}"#;
        assert_eq!(
            told(decoded).as_deref(),
            Some(
                "The required IAM permission is ec2:RunInstances on arn:aws:ec2:r:1:instance/*: the policy statement \
                 NoRun denies it (explicit deny)."
            )
        );
        assert_eq!((told("no JSON"), told("{}")), (None, None));
    }
}
