//! A call as an `aws` CLI command that can be copied and run as it stands.
//!
//! Option names are the API's member names in kebab-case, as the AWS CLI makes them from the same model
//! (`botocore.xform_name`). Lists of structures use the CLI's shorthand where nothing in them needs quoting, else JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json};

use crate::base::Scope;
use crate::base::text::shell_quote;
use crate::model::connect::WORDS;
use crate::model::{Arg, Call, Service};

/// How this run reaches AWS: what has to stand in each command so that it does the same elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CliContext {
    /// The profile that was named, if one was.
    pub profile: Option<String>,
    /// A custom endpoint, if one is in use.
    pub endpoint_url: Option<String>,
}

/// `InstanceIds` → `instance-ids`, `TargetGroupARN` → `target-group-arn`, as the CLI spells options.
pub fn kebab(member: &str) -> String {
    let chars: Vec<char> = member.chars().collect();
    let mut out = String::new();
    for (i, c) in chars.iter().enumerate() {
        let prev = i.checked_sub(1).map(|j| chars[j]);
        let next = chars.get(i + 1);
        let starts = c.is_ascii_uppercase()
            && prev.is_some_and(|p| {
                p.is_ascii_lowercase()
                    || p.is_ascii_digit()
                    || (p.is_ascii_uppercase() && next.is_some_and(char::is_ascii_lowercase))
            });
        if starts {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// A value as JSON, by the API's member names. Secrets are left out as `‹secret›`.
pub fn json(arg: &Arg) -> Json {
    match arg {
        Arg::Str(s) => Json::String(s.to_string()),
        Arg::Int(i) => Json::from(*i),
        Arg::Bool(b) => Json::Bool(*b),
        Arg::List(v) => Json::Array(v.iter().map(json).collect()),
        Arg::Map(m) => Json::Object(m.iter().map(|(k, v)| ((*k).to_string(), json(v))).collect()),
        Arg::Secret(s) => Json::String(s.to_string()),
        Arg::SecretFile { bytes, .. } => Json::String(bytes.to_string()),
        Arg::Float(n) => Json::from(*n),
        Arg::Blob(bytes) => Json::String(STANDARD.encode(bytes)),
        // In the journal and on the screen: what a script puts a variable for, and what a plan's number makes.
        Arg::Out(out) => Json::String(format!("‹{} of step {}›", out.output, out.step + 1)),
        Arg::Token => Json::String("‹token›".into()),
    }
}

/// The call's input as one JSON object, without positional arguments.
pub fn input_json(call: &Call) -> Json {
    let members: Map<String, Json> =
        call.args.iter().filter(|(k, _)| !k.is_empty()).map(|(k, v)| ((*k).to_string(), json(v))).collect();
    Json::Object(members)
}

/// Values that the CLI would not take literally: `file://x` is read from disk.
fn is_indirect(s: &str) -> bool {
    ["file://", "fileb://", "http://", "https://"].iter().any(|p| s.starts_with(p))
}

fn any_indirect(arg: &Arg) -> bool {
    match arg {
        Arg::Str(s) => is_indirect(s),
        Arg::List(v) => v.iter().any(any_indirect),
        Arg::Map(m) => m.iter().any(|(_, v)| any_indirect(v)),
        _ => false,
    }
}

/// `Key=Env,Value=prod`, if nothing in it means something to the shorthand parser.
fn shorthand(arg: &Arg) -> Option<String> {
    let Arg::Map(members) = arg else { return None };
    let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@".contains(&b));
    let mut parts = Vec::new();
    for (k, v) in members {
        let text = match v {
            // Read from the file as it is, by version 1 and 2 alike.
            Arg::SecretFile { file, .. } => {
                parts.push(format!("{k}@={}", in_shorthand(&format!("fileb://{file}"))));
                continue;
            }
            Arg::Str(s) if plain(s) => s.to_string(),
            Arg::Int(i) => i.to_string(),
            Arg::Float(n) => n.to_string(),
            Arg::Bool(b) => b.to_string(),
            _ => return None,
        };
        parts.push(format!("{k}={text}"));
    }
    (!parts.is_empty()).then(|| parts.join(","))
}

/// `ImageId=ami-1,Ebs={VolumeSize=8},Groups=[sg-1],UserData@=file://data.b64`: structures and lists within others. A secret is text here, and is
/// read from its file.
fn deep_shorthand(members: &[(&'static str, Arg)]) -> String {
    fn value(arg: &Arg) -> String {
        match arg {
            Arg::List(items) => format!("[{}]", items.iter().map(value).collect::<Vec<_>>().join(",")),
            Arg::Map(members) => format!("{{{}}}", deep_shorthand(members)),
            Arg::Bool(b) => b.to_string(),
            other => match json(other) {
                Json::String(text) => in_shorthand(&text),
                number => number.to_string(),
            },
        }
    }
    let one = |(name, arg): &(&'static str, Arg)| match arg {
        Arg::SecretFile { file, .. } => format!("{name}@={}", in_shorthand(&format!("file://{file}"))),
        other => format!("{name}={}", value(other)),
    };
    members.iter().map(one).collect::<Vec<_>>().join(",")
}

/// A value in single quotes, where the shorthand would read something else in it.
fn in_shorthand(text: &str) -> String {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@".contains(&b));
    if plain { text.to_string() } else { format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")) }
}

fn option(argv: &mut Vec<String>, name: &str, arg: &Arg) {
    let flag = format!("--{}", kebab(name));
    match arg {
        Arg::Bool(true) => argv.push(flag),
        // `NoReboot`: the other one of `--no-reboot | --reboot`.
        Arg::Bool(false) if name.starts_with("No") && name[2..].starts_with(char::is_uppercase) => {
            argv.push(format!("--{}", kebab(&name[2..])));
        }
        // The CLI's own word for it (`aws ec2 run-instances help`).
        Arg::Bool(false) if name == "DisableApiTermination" => argv.push("--enable-api-termination".into()),
        // `--ingress | --egress` (`aws ec2 create-network-acl-entry help`).
        Arg::Bool(false) if name == "Egress" => argv.push("--ingress".into()),
        Arg::Bool(false) => argv.push(format!("--no-{}", kebab(name))),
        Arg::Int(i) => argv.extend([flag, i.to_string()]),
        Arg::Float(n) => argv.extend([flag, n.to_string()]),
        // Version 1 of the CLI takes a blob as it is, version 2 as base64; a file both read as it is.
        Arg::Blob(bytes) if fed(bytes).is_some() => argv.extend([flag, "fileb:///dev/stdin".to_string()]),
        Arg::Blob(_) | Arg::Out(_) | Arg::Token => {
            let text = json(arg);
            argv.extend([flag, text.as_str().unwrap_or_default().to_string()]);
        }
        // A value that starts with a dash would be read as an option.
        Arg::Str(s) if s.starts_with('-') => argv.push(format!("{flag}={s}")),
        Arg::Str(s) => argv.extend([flag, s.to_string()]),
        Arg::Secret(s) => argv.extend([flag, s.to_string()]),
        Arg::SecretFile { file, .. } => argv.extend([flag, format!("fileb://{file}")]),
        // The CLI has a switch where the API has a structure of one flag (`DisableApiTermination`).
        // Each has its `--no-…`, also the one that RunInstances has another word for.
        Arg::Map(members) if matches!(members[..], [("Value", Arg::Bool(_))]) => {
            let no = if matches!(members[0].1, Arg::Bool(true)) { "" } else { "no-" };
            argv.push(format!("--{no}{}", kebab(name)));
        }
        // JSON reads no file: what has a secret in it is said in the shorthand, however deep it goes.
        Arg::Map(members) if members.iter().any(|(_, a)| matches!(a, Arg::SecretFile { .. })) => {
            argv.extend([flag, shorthand(arg).unwrap_or_else(|| deep_shorthand(members))]);
        }
        Arg::Map(_) => argv.extend([flag, shorthand(arg).unwrap_or_else(|| json(arg).to_string())]),
        Arg::List(items) => {
            let texts: Option<Vec<String>> = items
                .iter()
                .map(|i| match i {
                    // One item that reads as JSON would make the CLI read the whole list as JSON.
                    Arg::Str(s) if !s.starts_with(['-', '[', '{']) => Some(s.to_string()),
                    Arg::Int(n) => Some(n.to_string()),
                    Arg::Map(_) => shorthand(i),
                    _ => None,
                })
                .collect();
            argv.push(flag);
            match texts {
                Some(t) if !t.is_empty() => argv.extend(t),
                _ => argv.push(json(arg).to_string()),
            }
        }
    }
}

/// The words of the command, unquoted.
pub fn argv(call: &Call, context: &CliContext) -> Vec<String> {
    if call.op.service == Service::Ssh {
        return call.get(WORDS).map(Arg::texts).unwrap_or_default();
    }
    let mut out = vec!["aws".to_string(), call.op.service.cli().to_string(), kebab(call.op.name)];
    if call.args.iter().any(|(_, a)| any_indirect(a)) {
        out.extend(["--cli-input-json".to_string(), input_json(call).to_string()]);
    } else {
        for (name, arg) in call.args.iter().filter(|(k, _)| !k.is_empty()) {
            match (call.op.name, *name) {
                // The CLI has one option of its own for both (`aws ec2 run-instances help`).
                ("RunInstances", "MinCount") => out.extend(["--count".to_string(), count(call)]),
                ("RunInstances", "MaxCount") => {}
                _ => option(&mut out, name, arg),
            }
        }
    }
    for (_, arg) in call.args.iter().filter(|(k, _)| k.is_empty()) {
        if let Arg::Str(s) = arg {
            out.push(if s.starts_with('-') { format!("./{s}") } else { s.to_string() });
        }
    }
    out.extend(options(&call.scope, context));
    out
}

/// The options that say where: profile, region, endpoint.
pub(super) fn options(scope: &Scope, context: &CliContext) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(p) = &context.profile {
        out.extend(["--profile".to_string(), p.clone()]);
    }
    if let Some(r) = scope.region_code() {
        out.extend(["--region".to_string(), r.to_string()]);
    }
    if let Some(u) = &context.endpoint_url {
        out.extend(["--endpoint-url".to_string(), u.clone()]);
    }
    out
}

/// `2`, or `1:2` for as many as there are, but one at least.
fn count(call: &Call) -> String {
    let of = |name: &str| call.get(name).and_then(Arg::as_int).unwrap_or(1);
    let (least, most) = (of("MinCount"), of("MaxCount"));
    if least == most { most.to_string() } else { format!("{least}:{most}") }
}

/// The text that a blob is, if a shell can hand it over.
fn fed(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// What a command reads from its standard input, as the words that stand before it: `printf %s '…' | `.
pub(super) fn feed(call: &Call) -> String {
    let text = call.args.iter().find_map(|(_, arg)| fed(arg.as_blob()?));
    text.map(|text| format!("printf %s {} | ", shell_quote(text))).unwrap_or_default()
}

/// The command as one line for a POSIX shell.
pub fn cli_text(call: &Call, context: &CliContext) -> String {
    feed(call) + &argv(call, context).iter().map(|w| shell_quote(w)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Scope;
    use crate::model::{Operation, Retry, Service};

    static STOP: Operation = Operation::write(Service::Ec2, "StopInstances", Retry::Safe).with_dry_run();
    static TAG: Operation = Operation::write(Service::Ec2, "CreateTags", Retry::Safe).with_dry_run();

    fn call(op: &'static Operation) -> Call {
        Call::new(op, Scope::region("prod", "ap-northeast-2"))
    }

    #[test]
    fn a_command_names_profile_region_and_endpoint_as_in_use() {
        let c = call(&STOP).arg("InstanceIds", Arg::strs(["i-1", "i-2"])).arg("Force", Arg::Bool(true));
        let context = CliContext { profile: Some("prod".into()), endpoint_url: Some("http://127.0.0.1:5000".into()) };
        assert_eq!(
            cli_text(&c, &context),
            "aws ec2 stop-instances --instance-ids i-1 i-2 --force --profile prod --region ap-northeast-2 \
             --endpoint-url http://127.0.0.1:5000"
        );
    }

    #[test]
    fn what_shorthand_cannot_say_is_said_in_json_and_quoted() {
        let tag = |k: &str, v: &str| Arg::Map(vec![("Key", Arg::str(k)), ("Value", Arg::str(v))]);
        let plain = call(&TAG).arg("Tags", Arg::List(vec![tag("Env", "prod")]));
        assert!(cli_text(&plain, &CliContext::default()).contains("--tags Key=Env,Value=prod"));
        let odd = call(&TAG).arg("Tags", Arg::List(vec![tag("it's", "a,b=c $HOME 결제")]));
        let text = cli_text(&odd, &CliContext::default());
        assert!(text.contains(r#"'[{"Key":"it'\''s","Value":"a,b=c $HOME 결제"}]'"#), "{text}");
    }

    #[test]
    fn a_value_that_the_cli_would_read_from_a_file_is_passed_as_json() {
        let c = call(&TAG).arg("Resources", Arg::strs(["file:///etc/passwd"]));
        assert!(cli_text(&c, &CliContext::default()).contains("--cli-input-json"));
    }

    #[test]
    fn option_names_are_the_clis() {
        for (member, want) in [
            ("InstanceIds", "instance-ids"),
            ("TargetGroupArn", "target-group-arn"),
            ("DBInstance", "db-instance"),
            ("AutoScalingGroupName", "auto-scaling-group-name"),
            ("StopInstances", "stop-instances"),
        ] {
            assert_eq!(kebab(member), want);
        }
    }
}
