//! `curl`: HTTP over the world's networks, to instances, load balancers, the metadata service and the little of the internet that there is.

use std::net::Ipv4Addr;
use std::time::Duration;

use super::network::{Answer, reach, resolve};
use super::{Cx, Options, Ran, metadata};
use crate::sandbox::ec2::connection::{Arrival, Packet};
use crate::sandbox::ec2::state::Page;
use crate::sandbox::elbv2::Health;
use crate::sandbox::elbv2::state::{Action, Answer as App, Kind, Listener, LoadBalancer};
use crate::sandbox::shell::host::Host;
use crate::sandbox::shell::login::CONNECT_TIMEOUT;
use crate::sandbox::shell::machine::Part;
use crate::sandbox::shell::session::Change;
use crate::sandbox::shell::{data, files};
use crate::sandbox::wire::matches_wildcard;
use crate::sandbox::world::World;

/// What comes back.
pub(super) struct Response {
    pub(super) code: u16,
    pub(super) server: String,
    pub(super) body: String,
    /// Where a redirect leads.
    pub(super) location: Option<String>,
}

impl Response {
    pub(super) fn new(code: u16, server: &str, body: impl Into<String>) -> Response {
        Response { code, server: server.into(), body: body.into(), location: None }
    }
}

/// A URL taken apart.
struct Url {
    secure: bool,
    host: String,
    port: u16,
    path: String,
}

/// Redirects that `-L` follows: curl's own limit is 50.
const MOST_REDIRECTS: usize = 10;

fn url(text: &str) -> Result<Url, Ran> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let secure = match scheme.to_lowercase().as_str() {
        "http" => false,
        "https" => true,
        other => {
            return Err(Ran::failed(
                &format!("curl: (1) Protocol \"{other}\" not supported or disabled in libcurl\n"),
                1,
            ));
        }
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let path = path.split('#').next().unwrap_or_default();
    let path = if path.starts_with('/') { path.to_string() } else { format!("/{path}") };
    let (host, port) = authority.rsplit_once(':').map_or((authority, None), |(h, p)| (h, Some(p)));
    let bad = || Ran::failed("curl: (3) URL using bad/illegal format or missing URL\n", 3);
    let port = match port.map(str::parse::<u16>) {
        None if secure => 443,
        None => 80,
        Some(Ok(port)) if port > 0 => port,
        Some(_) => {
            return Err(Ran::failed(
                "curl: (3) URL rejected: Port number was not a decimal number between 0 and 65535\n",
                3,
            ));
        }
    };
    if host.is_empty() || !host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')) {
        return Err(bad());
    }
    Ok(Url { secure, host: host.to_string(), port, path })
}

/// `curl URL`
pub(super) fn curl(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    const FLAGS: &[&str] = &[
        "-s",
        "-S",
        "-f",
        "-i",
        "-I",
        "-v",
        "-L",
        "-k",
        "-V",
        "--version",
        "--silent",
        "--show-error",
        "--fail",
        "--head",
        "--location",
        "--include",
        "--verbose",
        "--insecure",
    ];
    const VALUES: &[&str] = &[
        "-m",
        "--max-time",
        "--connect-timeout",
        "-o",
        "--output",
        "-w",
        "--write-out",
        "-X",
        "--request",
        "-H",
        "--header",
    ];
    let options = match Options::read("curl", arguments, FLAGS, VALUES) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    if options.has(&["-V", "--version"]) {
        let version = &cx.host.system().curl.version;
        return Ran::out(format!("curl {version} (simulated by Skydeck)\nProtocols: http https\n"));
    }
    let [target] = options.rest.as_slice() else {
        return match options.rest.is_empty() {
            true => Ran::failed("curl: try 'curl --help' or 'curl --manual' for more information\n", 2),
            false => super::not_simulated("curl", "more than one URL"),
        };
    };
    let silent = options.has(&["-s", "--silent"]) && !options.has(&["-S", "--show-error"]);
    let mut log = String::new();
    let mut target = target.clone();
    let mut waited = Duration::ZERO;
    for _ in 0..MOST_REDIRECTS {
        let to = match url(&target) {
            Ok(to) => to,
            Err(ran) => return ran,
        };
        let (time, result) = once(cx, &options, &to, &mut log);
        waited += time;
        let verbose =
            if options.has(&["-v", "--verbose"]) { vec![Part::Err(std::mem::take(&mut log))] } else { Vec::new() };
        match result {
            Err((status, why)) => {
                let mut ran =
                    Ran::failed(&if silent { String::new() } else { format!("curl: ({status}) {why}\n") }, status);
                ran.parts.splice(0..0, verbose);
                if let Some(format) = options.value(&["-w", "--write-out"]) {
                    ran = ran.then(Part::Out(written(format, 0, waited)));
                }
                return ran.after(waited);
            }
            Ok(response) => {
                if let Some(next) = response.location.clone().filter(|_| options.has(&["-L", "--location"])) {
                    target = next;
                    continue;
                }
                return shown(cx, &options, &response, waited, verbose);
            }
        }
    }
    Ran::failed(&format!("curl: (47) Maximum ({MOST_REDIRECTS}) redirects followed\n"), 47)
}

/// One request: how long it took, and what came of it.
fn once(
    cx: &mut Cx<'_, '_>,
    options: &Options,
    to: &Url,
    log: &mut String,
) -> (Duration, Result<Response, (i32, String)>) {
    let limit = ["-m", "--max-time", "--connect-timeout"]
        .iter()
        .filter_map(|n| options.value(&[n]))
        .filter_map(super::basics::span)
        .min();
    let Some(address) = resolve(cx.host, &to.host) else {
        return (Duration::from_millis(20), Err((6, format!("Could not resolve host: {}", to.host))));
    };
    log.push_str(&format!("*   Trying {address}:{}...\n", to.port));
    if address == metadata::ADDRESS {
        return metadata::answer(cx, options, &to.path, to.port);
    }
    let words = &cx.host.system().curl.no_connection;
    // Of 7.81's words those of the system.
    let system_words = words == "Connection refused";
    let failed = |status: i32, millis: u128, words: &str| {
        Err((status, format!("Failed to connect to {} port {} after {millis} ms: {words}", to.host, to.port)))
    };
    match reach(cx.host, address, Packet::Tcp(to.port)) {
        Answer::Refused { millis } => {
            log.push_str(&format!("* connect to {address} port {} failed: Connection refused\n", to.port));
            (Duration::from_millis(millis as u64), failed(7, millis as u128, words))
        }
        Answer::NoHost => {
            let words = if system_words { "No route to host" } else { words };
            (Duration::from_millis(3_070), failed(7, 3_070, words))
        }
        Answer::Nothing => match limit.filter(|l| *l < CONNECT_TIMEOUT) {
            Some(limit) if system_words => {
                (limit, Err((28, format!("Connection timed out after {} milliseconds", limit.as_millis() + 1))))
            }
            Some(limit) => (limit, failed(28, limit.as_millis() + 1, "Timeout was reached")),
            None => {
                let millis = CONNECT_TIMEOUT.as_millis() + 72;
                (CONNECT_TIMEOUT, failed(28, millis, if system_words { "Connection timed out" } else { words }))
            }
        },
        Answer::Answers { from, millis } => {
            log.push_str(&format!("* Connected to {} ({address}) port {}\n", to.host, to.port));
            let time = Duration::from_millis(millis as u64 + 1);
            let result = match from {
                Arrival::Itself => {
                    let (region, id) = (cx.host.region.clone(), cx.host.id.clone());
                    page(cx.host, &region, &id, to)
                }
                Arrival::Instance(region, id) => page(cx.host, &region, &id, to),
                Arrival::Service(region, arn) => balancer(cx.host, &region, &arn, to),
                Arrival::Internet(seen_as) => Ok(internet(address, seen_as, to)),
            };
            // A program that takes the connection and says nothing.
            let Err((28, _)) = &result else { return (time, result) };
            let limit = limit.unwrap_or(Duration::from_secs(300));
            (
                limit,
                Err((
                    28,
                    format!("Operation timed out after {} milliseconds with 0 bytes received", limit.as_millis()),
                )),
            )
        }
    }
}

/// What `-w` asks for.
fn written(format: &str, code: u16, time: Duration) -> String {
    let seconds = format!("{:.6}", time.as_secs_f64());
    let text = format.replace("%{http_code}", &format!("{code:03}")).replace("%{response_code}", &format!("{code:03}"));
    text.replace("%{time_total}", &seconds).replace("\\n", "\n").replace("\\t", "\t")
}

fn shown(cx: &Cx<'_, '_>, options: &Options, response: &Response, waited: Duration, mut parts: Vec<Part>) -> Ran {
    let mut text = String::new();
    let only_head = options.has(&["-I", "--head"]);
    if only_head || options.has(&["-i", "--include"]) {
        text.push_str(&format!("HTTP/1.1 {} {}\nServer: {}\n", response.code, reason(response.code), response.server));
        text.push_str(&format!("Content-Length: {}\n", response.body.len()));
        text.extend(response.location.iter().map(|l| format!("Location: {l}\n")));
        text.push_str("Connection: keep-alive\n\n");
    }
    let fails = options.has(&["-f", "--fail"]) && response.code >= 400;
    if fails {
        let why = format!("curl: (22) The requested URL returned error: {}\n", response.code);
        parts.push(Part::Err(if options.has(&["-s"]) && !options.has(&["-S"]) { String::new() } else { why }));
        return Ran { parts, status: 22 }.after(waited);
    }
    if !only_head {
        text.push_str(&response.body);
    }
    match options.value(&["-o", "--output"]) {
        Some(path) => {
            let full = cx.path(path);
            if let Some(why) = files::why_not(cx.host, &full, &cx.user) {
                return Ran::failed(
                    &format!(
                        "Warning: Failed to open the file {path}: {why}\ncurl: (23) Failure writing output to destination\n"
                    ),
                    23,
                );
            }
            parts.push(Part::Do(Change::Write { path: full, text, append: false, user: cx.user.clone() }));
        }
        None => parts.push(Part::Out(text)),
    }
    if let Some(format) = options.value(&["-w", "--write-out"]) {
        parts.push(Part::Out(written(format, response.code, waited)));
    }
    Ran { parts, status: 0 }.after(waited)
}

fn reason(code: u16) -> &'static str {
    http::StatusCode::from_u16(code).ok().and_then(|c| c.canonical_reason()).unwrap_or("OK")
}

/// What an instance's program answers.
fn page(host: &mut Host<'_>, region: &str, id: &str, to: &Url) -> Result<Response, (i32, String)> {
    let app = host.world.peek(region).map_or(App::Code(200), |r| r.elbv2.answer_of(id, to.port));
    match app {
        App::Refused => return Err((56, "Recv failure: Connection reset by peer".into())),
        App::Silence => return Err((28, String::new())),
        App::Code(200) => {}
        App::Code(code) => return Ok(Response::new(code, "nginx", format!("{code} {}\n", reason(code)))),
    }
    if to.secure {
        return Err((35, "OpenSSL/3.0.13: error:0A00010B:SSL routines::wrong version number".into()));
    }
    let now = host.now;
    let Some(other) = Host::open(host.world, region, id, now) else {
        return Ok(Response::new(200, "Microsoft-IIS/10.0", "OK\n"));
    };
    let Some((name, service)) = other.listener(to.port) else { return Ok(Response::new(200, "nginx", "OK\n")) };
    if to.port == 22 {
        return Err((1, "Received HTTP/0.9 when not allowed".into()));
    }
    let manager = other.manager();
    let package = data::package_of(name, manager);
    let server = package.and_then(|p| p.server(manager)).unwrap_or_else(|| "app".into());
    if service.documents.is_none() {
        return match package {
            // What is no web server closes what it does not understand.
            Some(_) => Err((52, "Empty reply from server".into())),
            None => Ok(Response::new(200, &server, format!("OK from {}\n", other.full_name()))),
        };
    }
    let found = other.instance().and_then(|i| other.state().page(i, to.port, &to.path)).unwrap_or(Page::Missing);
    Ok(match found {
        Page::Text(text) => Response::new(200, &server, text),
        none => error_page(none.status(), &server),
    })
}

fn error_page(code: u16, server: &str) -> Response {
    let title = format!("{code} {}", reason(code));
    let body = format!(
        "<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}</h1></center>\n<hr><center>{server}</center>\n</body>\n</html>\n"
    );
    Response::new(code, server, body)
}

fn internet(address: Ipv4Addr, seen_as: Ipv4Addr, _: &Url) -> Response {
    let page = data::SITES.iter().find(|s| s.address == address).map_or("", |s| s.page.as_str());
    Response::new(200, "nginx", page.trim_start_matches('\n').replace("{address}", &seen_as.to_string()))
}

/// Whether a balancer listens on a port.
pub(super) fn has_listener(world: &World, region: &str, arn: &str, port: u16) -> bool {
    world.peek(region).is_some_and(|r| r.elbv2.listeners.values().any(|l| l.balancer == arn && l.port == port))
}

/// The address of a balancer's name, of its node in the caller's zone, else of its first: the public one, also within its own VPC, unless it
/// is internal. <https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html#load-balancer-scheme>
pub(super) fn balancer_address(host: &Host<'_>, region: &str, name: &str) -> Option<Ipv4Addr> {
    let state = host.world.peek(region)?;
    let named = |lb: &&LoadBalancer| lb.dns.eq_ignore_ascii_case(name);
    let lb = state.elbv2.balancers.values().find(named)?;
    let i = host.instance()?;
    let zone = lb.zones.iter().find(|z| z.name == i.zone.as_str()).or(lb.zones.first())?;
    let kept = crate::sandbox::ec2::kept_in(host.world, region, &lb.arn, &zone.subnet)?;
    Some(kept.public.as_ref().map_or(kept.private_ip, |p| p.ip))
}

/// What a balancer answers: by its listener's rules, from a healthy target.
fn balancer(host: &mut Host<'_>, region: &str, arn: &str, to: &Url) -> Result<Response, (i32, String)> {
    const SERVER: &str = "awselb/2.0";
    let state = host.world.peek(region).map(|r| &r.elbv2);
    let Some((lb, listener)) = state.and_then(|s| {
        let listener = s.listeners.values().find(|l| l.balancer == arn && l.port == to.port)?;
        Some((s.balancers.get(arn)?, listener))
    }) else {
        return Err((52, "Empty reply from server".into()));
    };
    if to.secure != matches!(listener.protocol.as_str(), "HTTPS" | "TLS") {
        return Err(if to.secure {
            (35, "Recv failure: Connection reset by peer".into())
        } else {
            (52, "Empty reply from server".into())
        });
    }
    let actions = actions(listener, to);
    let Some(action) = actions.last() else { return Ok(error_page(503, SERVER)) };
    let config = |name: &str| action.config.get(name).cloned().unwrap_or_default();
    match action.kind.as_str() {
        "fixed-response" => {
            let code = config("StatusCode").parse().unwrap_or(503);
            Ok(Response::new(code, SERVER, config("MessageBody")))
        }
        "redirect" => {
            let scheme = if to.secure { "https" } else { "http" };
            let port = to.port.to_string();
            let (path, query) = to.path.split_once('?').unwrap_or((&to.path, ""));
            let fill = |name: &str| {
                let text = config(name).replace("#{host}", &to.host).replace("#{port}", &port);
                text.replace("#{path}", path.trim_start_matches('/'))
                    .replace("#{query}", query)
                    .replace("#{protocol}", scheme)
            };
            let mut location =
                format!("{}://{}:{}{}", fill("Protocol").to_lowercase(), fill("Host"), fill("Port"), fill("Path"));
            if !fill("Query").is_empty() {
                location.push_str(&format!("?{}", fill("Query")));
            }
            let code = if config("StatusCode") == "HTTP_302" { 302 } else { 301 };
            Ok(Response { location: Some(location), ..error_page(code, SERVER) })
        }
        _ => {
            let groups = action.forward.iter().filter_map(|(g, weight)| Some((state?.groups.get(g)?, *weight)));
            let group = groups.filter(|(_, weight)| *weight > 0).max_by_key(|(_, weight)| *weight).map(|(g, _)| g);
            let Some(group) = group else { return Ok(error_page(503, SERVER)) };
            let up: Vec<(String, u16)> =
                group.targets.iter().filter(|t| t.health == Health::Healthy).map(|t| (t.id.clone(), t.port)).collect();
            // Without a healthy one all are tried. <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html>
            let all = || {
                group
                    .targets
                    .iter()
                    .filter(|t| matches!(t.health, Health::Unhealthy(_)))
                    .map(|t| (t.id.clone(), t.port))
                    .collect()
            };
            let targets = if up.is_empty() { all() } else { up };
            if targets.is_empty() {
                return if lb.kind == Kind::Network { Err((28, String::new())) } else { Ok(error_page(503, SERVER)) };
            }
            // One after the other.
            let turn = host.world.new_hex(8);
            let turn = usize::from_str_radix(&turn, 16).unwrap_or_default() % targets.len();
            let (id, port) = targets[turn].clone();
            let inner = Url { secure: false, host: to.host.clone(), port, path: to.path.clone() };
            let listens = crate::sandbox::ec2::instance(host.world, region, &id).is_some_and(|i| {
                let boot = crate::sandbox::ec2::lifecycle::boot_takes(host.world, &id);
                host.world.peek(region).is_some_and(|r| r.ec2.listens_on(i, port, boot, host.now))
            });
            if listens { page(host, region, &id, &inner) } else { Ok(error_page(502, SERVER)) }
        }
    }
}

/// The actions of the first rule whose conditions all hold, else the default ones. What a condition asks of headers does not hold.
fn actions<'l>(listener: &'l Listener, to: &Url) -> &'l [Action] {
    let (path, query) = to.path.split_once('?').unwrap_or((&to.path, ""));
    let mut rules: Vec<_> = listener.rules.iter().collect();
    rules.sort_by_key(|r| r.priority);
    let holds = |c: &crate::sandbox::elbv2::state::Condition| match c.field.as_str() {
        "path-pattern" => c.values.iter().any(|v| matches_wildcard(v, path)),
        "host-header" => c.values.iter().any(|v| matches_wildcard(&v.to_lowercase(), &to.host.to_lowercase())),
        "http-request-method" => c.values.iter().any(|v| v == "GET"),
        "query-string" => c.pairs.iter().any(|(name, value)| {
            query
                .split('&')
                .map(|q| q.split_once('=').unwrap_or((q, "")))
                .any(|(n, v)| name.as_ref().is_none_or(|w| matches_wildcard(w, n)) && matches_wildcard(value, v))
        }),
        _ => false,
    };
    rules.into_iter().find(|r| r.conditions.iter().all(holds)).map_or(&listener.actions, |r| &r.actions)
}
