//! A server that hands out ready pages of instances by AWS's paging rules, on a free loopback port.
//!
//! The number of instances is the endpoint's path: `http://127.0.0.1:PORT/10000`; a second part is how long each answer waits, in
//! milliseconds; with a third there is nothing but instances, with a fourth they are spread over several VPCs. A page has 1,000 instances and 3 MB of XML, or 1,000 of what else is listed here; it is made once, and only the digits of its
//! ids and addresses are written anew for each answer, which takes a fraction of a millisecond. Status checks are answered for the ids
//! that are asked for, too, and an instance for the filter of its id or private address; whatever else is asked has an empty answer. `GET /calls` tells what was called since it was last asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::fleet_rows::{
    found_image, id, image, instance, instance_type, network, number_of, offering, private_ip, rule, snapshot, status,
    volume,
};

use super::networks::{networks, spread};

/// Instances on a page: what DescribeInstances gives at the most.
pub const PAGE: usize = 1000;

/// There is one volume of its own, and one image, for so many instances.
pub const INSTANCES_A_VOLUME: usize = 5;

/// Instance types in the region, and images of a maker that a filter finds.
const TYPES: usize = 800;
const FOUND: usize = PAGE;

/// Stands where the page's number goes, in five digits.
pub(super) const NUMBER: &str = "@@@@@";

/// The server. It ends with the process.
pub struct Server(String);

/// Ready answers.
struct Ready {
    instances: Items,
    spread: Items,
    statuses: Items,
    volumes: Items,
    images: Items,
    found: Items,
    snapshots: Items,
    rules: Items,
    types: Items,
    offerings: Items,
    calls: Mutex<Vec<String>>,
}

/// A page of 1,000.
struct Items {
    /// Each item's XML, one after the other, with [`NUMBER`]s in it.
    page: Vec<u8>,
    /// Where those are.
    numbers: Vec<usize>,
    /// Where each item ends.
    ends: Vec<usize>,
    /// The answer's name and its set's.
    names: (&'static str, &'static str),
}

impl Server {
    /// Starts it.
    pub fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let ready = Arc::new(Ready::new());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let ready = ready.clone();
                std::thread::spawn(move || serve(stream, &ready));
            }
        });
        Server(url)
    }

    /// The address of an account with nothing in it.
    pub fn url(&self) -> String {
        self.0.clone()
    }

    /// The address of an account with this many instances.
    pub fn fleet(&self, instances: usize) -> String {
        fleet(&self.0, instances)
    }
}

/// What a server at `url` was called since this was last asked: `ACTION`, with ` by id` where ids were named.
pub fn calls(url: &str) -> Vec<String> {
    let host = url.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    write!(stream, "GET /calls HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    body.lines().map(String::from).collect()
}

/// The address of an account with this many instances, of a server at `url`.
pub fn fleet(url: &str, instances: usize) -> String {
    format!("{url}/{instances}")
}

/// The address of the same, spread over several VPCs.
pub fn several_vpcs(url: &str, instances: usize) -> String {
    format!("{}/0/0/1", fleet(url, instances))
}

/// Answers one connection's requests, one after the other.
fn serve(stream: TcpStream, ready: &Ready) {
    let _ = stream.set_nodelay(true);
    let Ok(mut out) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    loop {
        let (mut path, mut length, mut key) = (String::new(), 0, String::new());
        let mut line = String::new();
        loop {
            line.clear();
            if reader.read_line(&mut line).is_ok_and(|n| n > 0) {
                let lower = line.trim().to_ascii_lowercase();
                if lower.is_empty() {
                    break;
                } else if path.is_empty() {
                    path = line.split(' ').nth(1).unwrap_or("/").to_string();
                } else if let Some(n) = lower.strip_prefix("content-length:") {
                    length = n.trim().parse().unwrap_or(0);
                } else if lower.starts_with("authorization:") {
                    let credential = lower.split_once("credential=").map_or("", |(_, c)| c);
                    key = credential.split('/').next().unwrap_or_default().into();
                }
            } else {
                return;
            }
        }
        if path == "/calls" {
            let calls = std::mem::take(&mut *ready.calls.lock().unwrap()).join("\n");
            let _ =
                write!(out, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{calls}", calls.len());
            return;
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let (kind, answer) = ready.answer(&path, &key, &String::from_utf8_lossy(&body));
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\n{}content-length: {}\r\n\r\n",
            if kind.ends_with("cbor") { "smithy-protocol: rpc-v2-cbor\r\n" } else { "" },
            answer.len()
        );
        if out.write_all(head.as_bytes()).and_then(|()| out.write_all(&answer)).is_err() {
            return;
        }
    }
}

impl Ready {
    fn new() -> Ready {
        Ready {
            instances: Items::new(("DescribeInstances", "reservationSet"), instance),
            spread: Items::new(("DescribeInstances", "reservationSet"), spread),
            statuses: Items::new(("DescribeInstanceStatus", "instanceStatusSet"), |out, i| status(out, &id(i))),
            volumes: Items::new(("DescribeVolumes", "volumeSet"), volume),
            images: Items::new(("DescribeImages", "imagesSet"), image),
            found: Items::new(("DescribeImages", "imagesSet"), found_image),
            snapshots: Items::new(("DescribeSnapshots", "snapshotSet"), snapshot),
            rules: Items::new(("DescribeSecurityGroupRules", "securityGroupRuleSet"), rule),
            types: Items::new(("DescribeInstanceTypes", "instanceTypeSet"), instance_type),
            offerings: Items::new(("DescribeInstanceTypeOfferings", "instanceTypeOfferingSet"), offering),
            calls: Mutex::default(),
        }
    }

    /// Who calls is of the account that the access key ends in, if that is two digits.
    fn answer(&self, path: &str, key: &str, body: &str) -> (&'static str, Vec<u8>) {
        const XML: &str = "text/xml;charset=UTF-8";
        let mut parts = path.trim_matches('/').split('/');
        let mut number = || parts.next().and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
        let (instances, wait) = (number(), number());
        let (alone, several_vpcs) = (number() > 0, number() > 0);
        std::thread::sleep(Duration::from_millis(wait as u64));
        if let Some((_, operation)) = path.split_once("/operation/") {
            self.calls.lock().unwrap().push(operation.into());
            return ("application/cbor", vec![0xa0]);
        }
        let parameter = |name: &str| {
            body.split('&').find_map(|p| p.split_once('=').filter(|(k, _)| *k == name).map(|(_, v)| v.to_string()))
        };
        let number = |name: &str| parameter(name).and_then(|n| n.parse::<usize>().ok());
        let (from, most) = (number("NextToken").unwrap_or(0), number("MaxResults").unwrap_or(PAGE).min(PAGE));
        let action = parameter("Action").unwrap_or_default();
        let by_id = parameter("InstanceId.1").or(parameter("Filter.1.Value.1")).is_some();
        self.calls.lock().unwrap().push(if by_id { format!("{action} by id") } else { action.clone() });
        let xml = match action.as_str() {
            "DescribeInstances" if several_vpcs => return (XML, self.spread.page(instances, from, most)),
            "DescribeInstances" => {
                // One id as a filter brings one instance; other filters and several ids are as if there were none.
                let one =
                    parameter("Filter.1.Name").filter(|n| n == "instance-id" && !body.contains("Filter.1.Value.2"));
                let at = one.and_then(|_| number_of(&parameter("Filter.1.Value.1")?)).filter(|at| *at < instances);
                // An address is that of one on each page; the first page's is enough.
                if parameter("Filter.1.Name").is_some_and(|n| n.ends_with("ip-address")) {
                    let at = parameter("Filter.1.Value.1").and_then(|ip| (0..PAGE).find(|i| private_ip(*i) == ip));
                    let (all, from) = at.filter(|at| *at < instances).map_or((0, 0), |at| (at + 1, at));
                    return (XML, self.instances.page(all, from, most));
                }
                let (all, from) = at.map_or((instances, from), |at| (at + 1, at));
                return (XML, self.instances.page(all, from, most));
            }
            "DescribeVolumes" | "DescribeImages" | "DescribeSnapshots" | "DescribeSecurityGroupRules" if alone => {
                format!("<{action}Response></{action}Response>")
            }
            // One for five instances. By a filter there are none.
            "DescribeVolumes" => {
                let all = if by_id { 0 } else { instances / INSTANCES_A_VOLUME };
                return (XML, self.volumes.page(all, from, most));
            }
            // As many of one's own as there are volumes, and a page of a maker's by a filter; nobody has shared any.
            "DescribeImages" if parameter("Owner.1").is_some_and(|o| o == "self") => {
                return (XML, self.images.page(instances / INSTANCES_A_VOLUME, from, most));
            }
            "DescribeImages" => {
                let all = if by_id && parameter("ExecutableBy.1").is_none() { FOUND } else { 0 };
                return (XML, self.found.page(all, from, most));
            }
            "DescribeSnapshots" => {
                // What one owns, and what one may restore: that is more, but nobody has shared any.
                let mine = parameter("Owner.1").or_else(|| parameter("RestorableBy.1")).is_some_and(|o| o == "self");
                let all = if mine { instances } else { 0 };
                return (XML, self.snapshots.page(all, from, most));
            }
            "DescribeSecurityGroupRules" => return (XML, self.rules.page(instances, from, most)),
            "DescribeInstanceTypes" => return (XML, self.types.page(TYPES, from, most)),
            "DescribeInstanceTypeOfferings" => return (XML, self.offerings.page(TYPES, from, most)),
            "DescribeInstanceStatus" if !by_id => return (XML, self.statuses.page(instances, from, most)),
            "DescribeInstanceStatus" => statuses(body),
            "GetCallerIdentity" => {
                let last = key.get(key.len().saturating_sub(2)..).unwrap_or_default();
                let account = format!("{:012}", last.parse::<u64>().unwrap_or(0));
                format!(
                    "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                     <GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/bench</Arn><UserId>AIDAEXAMPLE</UserId>\
                     <Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
                )
            }
            other if several_vpcs && networks(other).is_some() => networks(other).unwrap_or_default(),
            other if network(other).is_some() => network(other).unwrap_or_default(),
            other => format!("<{other}Response><{other}Result/></{other}Response>"),
        };
        (XML, xml.into_bytes())
    }
}

impl Items {
    fn new(names: (&'static str, &'static str), item: impl Fn(&mut String, usize)) -> Items {
        let (mut page, mut ends) = (String::new(), Vec::new());
        for i in 0..PAGE {
            item(&mut page, i);
            ends.push(page.len());
        }
        let numbers = page.match_indices(NUMBER).map(|(at, _)| at).collect();
        Items { page: page.into_bytes(), numbers, ends, names }
    }

    /// The page that begins with the item `from` of `all`.
    fn page(&self, all: usize, from: usize, most: usize) -> Vec<u8> {
        let (action, set) = self.names;
        let count = most.min(all.saturating_sub(from));
        let (first, number) = (from % PAGE, format!("{:05}", from / PAGE));
        let count = count.min(PAGE - first);
        let start = if first == 0 { 0 } else { self.ends[first - 1] };
        let end = if count == 0 { start } else { self.ends[first + count - 1] };
        let mut out = Vec::with_capacity(end - start + 512);
        let head = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{action}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
             <requestId>8f7724cf-496f-496e-8fe3-example</requestId><{set}>"
        );
        out.extend_from_slice(head.as_bytes());
        let head = out.len();
        out.extend_from_slice(&self.page[start..end]);
        for at in self.numbers.iter().filter(|at| (start..end).contains(*at)) {
            let at = at - start + head;
            out[at..at + NUMBER.len()].copy_from_slice(number.as_bytes());
        }
        out.extend_from_slice(format!("</{set}>").as_bytes());
        if from + count < all {
            out.extend_from_slice(format!("<nextToken>{}</nextToken>", from + count).as_bytes());
        }
        out.extend_from_slice(format!("</{action}Response>").as_bytes());
        out
    }
}

fn statuses(body: &str) -> String {
    let mut set = String::new();
    for id in body.split('&').filter(|p| p.starts_with("InstanceId.")).filter_map(|p| p.split_once('=')) {
        status(&mut set, id.1);
    }
    format!(
        "<DescribeInstanceStatusResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId>\
         <instanceStatusSet>{set}</instanceStatusSet></DescribeInstanceStatusResponse>"
    )
}
