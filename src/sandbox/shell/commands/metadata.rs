//! The instance metadata service, with and without a token.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html>

use std::net::Ipv4Addr;
use std::time::Duration;

use base64::Engine as _;

use super::curl::Response;
use super::{Cx, Options};
use crate::sandbox::ec2::{self, connection};
use crate::sandbox::shell::host::Host;

/// Where it answers.
pub(super) const ADDRESS: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);

const SERVER: &str = "EC2ws";

/// What it says to a request.
pub(super) fn answer(
    cx: &Cx<'_, '_>,
    options: &Options,
    path: &str,
    port: u16,
) -> (Duration, Result<Response, (i32, String)>) {
    let host = &*cx.host;
    let time = Duration::from_millis(1);
    let Some(i) = host.instance() else { return (time, Err((7, "Couldn't connect to server".into()))) };
    if port != 80 {
        return (
            time,
            Err((
                7,
                format!("Failed to connect to {ADDRESS} port {port} after 0 ms: {}", host.system().curl.no_connection),
            )),
        );
    }
    let say = |code: u16, body: &str| (time, Ok(Response::new(code, SERVER, body)));
    if i.metadata.endpoint == "disabled" {
        return say(403, &error(403, "Forbidden"));
    }
    let headers: Vec<(String, String)> = options
        .all(&["-H", "--header"])
        .iter()
        .filter_map(|h| h.split_once(':'))
        .map(|(n, v)| (n.trim().to_lowercase(), v.trim().to_string()))
        .collect();
    let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    let method = options.value(&["-X", "--request"]).unwrap_or("GET");
    let token = token(host);
    if path == "/latest/api/token" {
        let lifetime = header("x-aws-ec2-metadata-token-ttl-seconds").and_then(|t| t.parse::<u32>().ok());
        return match (method, lifetime) {
            ("PUT", Some(1..=21_600)) => say(200, &token),
            ("PUT", _) => say(400, &error(400, "Bad Request")),
            _ => say(405, &error(405, "Method Not Allowed")),
        };
    }
    if method != "GET" {
        return say(405, &error(405, "Method Not Allowed"));
    }
    match header("x-aws-ec2-metadata-token") {
        Some(given) if given == token => {}
        Some(_) => return say(401, &error(401, "Unauthorized")),
        None if i.metadata.tokens == "required" => return say(401, &error(401, "Unauthorized")),
        None => {}
    }
    match value(host, path) {
        Some(text) => say(200, &text),
        None => say(404, &error(404, "Not Found")),
    }
}

/// A token of this boot: the shell's own reads no other, so that one is enough.
fn token(host: &Host<'_>) -> String {
    let booted = host.instance().and_then(|i| i.booted).map_or(0, |b| b.millis());
    let mut random = host.world.random(&host.id, &format!("token-{booted}"));
    let bytes: Vec<u8> = (0..5).flat_map(|_| random.u64().to_be_bytes()).collect();
    base64::engine::general_purpose::URL_SAFE.encode(bytes)
}

fn error(code: u16, title: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">\n \
         <head>\n  <title>{code} - {title}</title>\n </head>\n <body>\n  <h1>{code} - {title}</h1>\n </body>\n</html>\n"
    )
}

/// All that there is, by path. What is of no use here (credentials) is not there.
fn values(host: &Host<'_>) -> Vec<(String, String)> {
    let Some(i) = host.instance() else { return Vec::new() };
    let state = host.state();
    let mac = format!(
        "06:{:02x}:{:02x}:{:02x}:2d:37",
        i.private_ip.octets()[1],
        i.private_ip.octets()[2],
        i.private_ip.octets()[3]
    );
    let name = host.full_name();
    let public = connection::public_ip(state, i);
    let groups = i.groups.iter().filter_map(|g| state.groups.get(g)).map(|g| g.name.to_string());
    let mut out: Vec<(&str, String)> = vec![
        ("ami-id", i.image.to_string()),
        ("ami-launch-index", i.launch_index.to_string()),
        ("hostname", name.clone()),
        ("instance-action", "none".into()),
        ("instance-id", i.id.to_string()),
        ("instance-life-cycle", if i.spot.is_some() { "spot" } else { "on-demand" }.into()),
        ("instance-type", i.instance_type.to_string()),
        ("local-hostname", name),
        ("local-ipv4", i.private_ip.to_string()),
        ("mac", mac),
        ("placement/availability-zone", i.zone.to_string()),
        ("placement/region", host.region.to_string()),
        ("reservation-id", i.reservation.to_string()),
        ("security-groups", groups.collect::<Vec<_>>().join("\n")),
    ];
    if let Some(ip) = public {
        out.push(("public-hostname", ec2::public_dns(&host.region, ip)));
        out.push(("public-ipv4", ip.to_string()));
    }
    if let Some(arn) = &i.iam_profile {
        out.push(("iam/info", format!("{{\n  \"Code\" : \"Success\",\n  \"InstanceProfileArn\" : \"{arn}\"\n}}")));
    }
    let mut out: Vec<(String, String)> =
        out.into_iter().map(|(path, text)| (format!("/latest/meta-data/{path}"), text)).collect();
    if i.metadata.tags == "enabled" {
        out.extend(i.tags.iter().map(|(k, v)| (format!("/latest/meta-data/tags/instance/{k}"), v.to_string())));
    }
    if let Some(data) = &i.user_data {
        let text = base64::engine::general_purpose::STANDARD.decode(data.as_bytes()).unwrap_or_default();
        out.push(("/latest/user-data".into(), String::from_utf8_lossy(&text).into_owned()));
    }
    let document = format!(
        "{{\n  \"accountId\" : \"{}\",\n  \"architecture\" : \"{}\",\n  \"availabilityZone\" : \"{}\",\n  \"imageId\" : \"{}\",\n  \
         \"instanceId\" : \"{}\",\n  \"instanceType\" : \"{}\",\n  \"privateIp\" : \"{}\",\n  \"region\" : \"{}\"\n}}",
        host.world.account, i.architecture, i.zone, i.image, i.id, i.instance_type, i.private_ip, host.region
    );
    out.push(("/latest/dynamic/instance-identity/document".into(), document));
    out
}

/// A value, or the names below a path.
fn value(host: &Host<'_>, path: &str) -> Option<String> {
    let all = values(host);
    let exact = path.trim_end_matches('/');
    if let Some((_, text)) = all.iter().find(|(p, _)| p == exact) {
        return Some(text.clone());
    }
    let below = format!("{exact}/");
    let mut names: Vec<String> = all
        .iter()
        .filter_map(|(p, _)| p.strip_prefix(&below))
        .map(|rest| rest.split_once('/').map_or(rest.to_string(), |(folder, _)| format!("{folder}/")))
        .collect();
    names.sort();
    names.dedup();
    (!names.is_empty()).then(|| names.join("\n"))
}
