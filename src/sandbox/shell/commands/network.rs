//! The network from within: names, what answers, addresses and routes.

use std::net::Ipv4Addr;
use std::time::Duration;

use arcstr::ArcStr;

use super::live::Pings;
use super::{Cx, Live, Options, Ran, not_simulated};
use crate::base::text::visible;
use crate::model::connect::why_no_user;
use crate::sandbox::ec2::connection::{self, Arrival, Outcome, Packet};
use crate::sandbox::ec2::{self, lifecycle};
use crate::sandbox::shell::data;
use crate::sandbox::shell::host::Host;
use crate::sandbox::shell::login::CONNECT_TIMEOUT;
use crate::sandbox::shell::machine::Part;
use crate::sandbox::shell::session::Change;

/// What a packet meets.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// It is answered from there, after so many milliseconds.
    Answers { from: Arrival, millis: f64 },
    /// The host answers that nothing listens.
    Refused { millis: f64 },
    /// Nothing has the address.
    NoHost,
    /// Nothing comes back.
    Nothing,
}

/// Sends a packet from an instance.
pub(super) fn reach(host: &Host<'_>, to: Ipv4Addr, packet: Packet) -> Answer {
    // Whatever the loopback's addresses: nothing else is there than the instance.
    let arrival = match connection::from_instance(host.world, &host.region, &host.id, to, packet, host.now) {
        Outcome::Arrives(arrival) => arrival,
        Outcome::NoHost => return Answer::NoHost,
        Outcome::Dropped(_) => return Answer::Nothing,
    };
    let distance = |zone: Option<&ArcStr>| match zone == host.instance().map(|i| &i.zone) {
        true => 0.35,
        false => 1.1,
    };
    let (millis, listens) = match &arrival {
        Arrival::Itself => (0.03, listens(host, &host.region, &host.id, packet)),
        Arrival::Instance(region, id) => {
            let zone = ec2::instance(host.world, region, id).map(|i| &i.zone);
            (if *region == host.region { distance(zone) } else { 34.0 }, listens(host, region, id, packet))
        }
        Arrival::Service(region, owner) => {
            let millis = if *region == host.region { 0.9 } else { 34.0 };
            let is_balancer = owner.contains(":loadbalancer/");
            match packet {
                // Neither balancers nor NAT gateways answer an echo.
                Packet::Echo => return Answer::Nothing,
                Packet::Tcp(port) if is_balancer => {
                    (millis, super::curl::has_listener(host.world, region, owner, port))
                }
                Packet::Tcp(_) => return Answer::Nothing,
            }
        }
        Arrival::Internet(_) => {
            let site = data::SITES.iter().any(|s| s.address == to);
            match packet {
                Packet::Echo if site => (28.0, true),
                Packet::Tcp(80 | 443) if site => (28.0, true),
                Packet::Tcp(53) if site && (to.octets()[0] == 8 || to.octets()[0] == 1) => (28.0, true),
                // Of what is out there no more is known.
                _ => return Answer::Nothing,
            }
        }
    };
    if listens { Answer::Answers { from: arrival, millis } } else { Answer::Refused { millis } }
}

/// Whether something answers on an instance: an echo its system, a port what listens there.
fn listens(host: &Host<'_>, region: &str, id: &str, packet: Packet) -> bool {
    let Packet::Tcp(port) = packet else { return true };
    let Some(state) = host.world.peek(region).map(|r| &r.ec2) else { return false };
    let boot = lifecycle::boot_takes(host.world, id);
    state.instances.get(id).is_some_and(|i| state.listens_on(i, port, boot, host.now))
}

/// The address of a name, as Amazon's resolver in the VPC tells it.
pub(super) fn resolve(host: &Host<'_>, name: &str) -> Option<Ipv4Addr> {
    if let Ok(address) = name.parse() {
        return Some(address);
    }
    let name = name.trim_end_matches('.').to_lowercase();
    if name == "localhost" {
        return Some(Ipv4Addr::LOCALHOST);
    }
    let i = host.instance()?;
    if name == host.short_name() || name == host.full_name() {
        return Some(i.private_ip);
    }
    if !host.state().vpcs.get(&i.vpc).is_some_and(|v| v.dns_support) {
        return None;
    }
    if let Some(site) = data::SITES.iter().find(|s| s.names.contains(&name)) {
        return Some(site.address);
    }
    for (region, r) in &host.world.regions {
        let mine = *region == host.region;
        for j in r.ec2.instances.values().filter(|j| !j.state.is_ending()) {
            if mine && j.vpc == i.vpc && name == ec2::private_dns(region, j.private_ip) {
                return Some(j.private_ip);
            }
            let public = connection::public_ip(&r.ec2, j);
            if let Some(public) = public.filter(|ip| name == ec2::public_dns(region, *ip)) {
                // Within the VPC the public name leads to the private address.
                // <https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html>
                return Some(if mine && j.vpc == i.vpc { j.private_ip } else { public });
            }
        }
        if let Some(address) = super::curl::balancer_address(host, region, &name) {
            return Some(address);
        }
    }
    None
}

/// `ping [-c COUNT] HOST`
pub(super) fn ping(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = match Options::read("ping", arguments, &["-n", "-4"], &["-c", "-i", "-W", "-w"]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let [name] = options.rest.as_slice() else {
        return Ran::failed("ping: usage error: Destination address required\n", 1);
    };
    if options.value(&["-W", "-w"]).is_some() {
        return not_simulated("ping", "-W or -w");
    }
    let count = match options.value(&["-c"]).map(|n| n.parse::<u32>().map_err(|_| n)) {
        None => None,
        Some(Ok(n)) if n > 0 => Some(n),
        Some(Ok(n)) => {
            return Ran::failed(
                &format!("ping: invalid argument: '{n}': out of range: 1 <= value <= 9223372036854775807\n"),
                1,
            );
        }
        Some(Err(n)) => return Ran::failed(&format!("ping: invalid argument: '{n}'\n"), 1),
    };
    let every = match options.value(&["-i"]).map(|t| t.parse::<f64>()) {
        None => 1.0,
        Some(Ok(t)) if (0.2..=3_600.0).contains(&t) => t,
        Some(_) => return Ran::failed("ping: the simulated one takes an interval of 0.2 to 3600 seconds\n", 1),
    };
    let Some(address) = resolve(cx.host, name) else {
        return Ran::failed(&format!("ping: {name}: Name or service not known\n"), 2);
    };
    let shown = if name.parse::<Ipv4Addr>().is_ok() { address.to_string() } else { name.clone() };
    let pings = Pings {
        name: shown.clone(),
        address,
        count,
        every: Duration::from_secs_f64(every),
        sent: 0,
        received: 0,
        errors: 0,
        times: (0.0, 0.0, 0.0, 0.0),
    };
    Ran::out(format!("PING {shown} ({address}) 56(84) bytes of data.\n")).then(Part::Live(Live::Ping(Box::new(pings))))
}

/// `nc -z [-v] HOST PORT`
pub(super) fn nc(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = match Options::read("nc", arguments, &["-z", "-v", "-n"], &["-w"]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let ([name, port], true) = (options.rest.as_slice(), options.has(&["-z"])) else {
        return not_simulated("nc", "anything but -z HOST PORT");
    };
    let Some(port) = port.parse::<u16>().ok().filter(|p| *p > 0) else {
        return Ran::failed(&format!("nc: port number invalid: {port}\n"), 1);
    };
    let limit = match options.value(&["-w"]).map(super::basics::span) {
        None => CONNECT_TIMEOUT,
        Some(Some(t)) => t.min(CONNECT_TIMEOUT),
        Some(None) => return Ran::failed("nc: timeout is no number\n", 1),
    };
    let Some(address) = resolve(cx.host, name) else {
        return Ran::failed(
            &format!("nc: getaddrinfo for host \"{name}\" port {port}: Name or service not known\n"),
            1,
        );
    };
    let say = |what: &str| format!("nc: connect to {name} ({address}) port {port} (tcp) failed: {what}\n");
    match reach(cx.host, address, Packet::Tcp(port)) {
        Answer::Answers { .. } if !options.has(&["-v"]) => Ran::quietly(0),
        Answer::Answers { .. } => Ran {
            parts: vec![Part::Err(format!("Connection to {name} ({address}) {port} port [tcp/*] succeeded!\n"))],
            status: 0,
        },
        Answer::Refused { .. } => Ran::failed(&say("Connection refused"), 1),
        Answer::NoHost => Ran::failed(&say("No route to host"), 1).after(Duration::from_secs(3)),
        Answer::Nothing => Ran::failed(&say("Connection timed out"), 1).after(limit),
    }
}

/// `ssh [-i KEY] [USER@]HOST`: on to another instance.
pub(super) fn ssh(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let options = match Options::read("ssh", arguments, &["-A", "-v"], &["-i", "-l", "-p", "-o"]) {
        Ok(options) => options,
        Err(ran) => return ran,
    };
    let [target] = options.rest.as_slice() else {
        return not_simulated("ssh", "a command behind the host, or none at all");
    };
    if cx.piped || cx.quiet {
        return not_simulated("ssh", "a pipe");
    }
    let (user, name) = target.rsplit_once('@').map_or((None, target.as_str()), |(u, h)| (Some(u), h));
    let user = user.or(options.value(&["-l"])).unwrap_or(&cx.user).to_string();
    let port = options.value(&["-p"]).map_or(Some(22), |p| p.parse::<u16>().ok());
    let Some(port) = port else { return Ran::failed("Bad port\n", 255) };
    if let Some(why) = why_no_user(&user) {
        return Ran::failed(&format!("ssh: {why}\n"), 255);
    }
    let Some(address) = resolve(cx.host, name) else {
        return Ran::failed(
            &format!("ssh: Could not resolve hostname {}: Name or service not known\n", visible(name)),
            255,
        );
    };
    let say = |what: &str| format!("ssh: connect to host {name} port {port}: {what}\n");
    let arrival = match reach(cx.host, address, Packet::Tcp(port)) {
        Answer::Answers { from, .. } => from,
        Answer::Refused { .. } => return Ran::failed(&say("Connection refused"), 255),
        Answer::NoHost => return Ran::failed(&say("No route to host"), 255).after(Duration::from_secs(3)),
        Answer::Nothing => return Ran::failed(&say("Connection timed out"), 255).after(CONNECT_TIMEOUT),
    };
    let (region, id) = match arrival {
        Arrival::Itself => (cx.host.region.clone(), cx.host.id.clone()),
        Arrival::Instance(region, id) => (region, id),
        Arrival::Service(..) | Arrival::Internet(_) => {
            return Ran::failed("kex_exchange_identification: Connection closed by remote host\n", 255);
        }
    };
    match crate::sandbox::shell::login::takes_user(cx.host.world, &region, &id, port, &user) {
        Ok(()) => {
            let text = "(simulated by Skydeck: whatever key the instance has, this shell has it too)\n";
            Ran::out(text).then(Part::Do(Change::Enter(region, id, user)))
        }
        Err(why) => Ran::failed(&why.replace("{host}", name), 255),
    }
}

/// `ip a`, `ip r`
pub(super) fn ip(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    let words: Vec<&str> = arguments.iter().map(String::as_str).filter(|a| *a != "-4").collect();
    let host = &*cx.host;
    let Some(i) = host.instance() else { return Ran::quietly(1) };
    let Some(subnet) = host.state().subnets.get(&i.subnet) else { return Ran::quietly(1) };
    let name = if host.is_nitro() { &host.system().interface.nitro } else { &host.system().interface.xen };
    let cidr = subnet.cidr;
    match words.as_slice() {
        ["a" | "addr" | "address"] | ["a" | "addr" | "address", "show"] => {
            let [_, b, c, d] = i.private_ip.octets();
            let mac = format!(
                "06:{b:02x}:{c:02x}:{d:02x}:{:02x}:{:02x}",
                i.interface.len(),
                i.interface.bytes().next_back().unwrap_or(7)
            );
            let link = if host.is_nitro() { "\n    altname enp0s5" } else { "" };
            let left = 3_600 - host.since(i.booted.unwrap_or(host.now)).as_secs() % 1_800;
            Ran::out(format!(
                "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    \
                 link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    \
                 inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n\
                 2: {name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9001 qdisc mq state UP group default qlen 1000\n    \
                 link/ether {mac} brd ff:ff:ff:ff:ff:ff{link}\n    \
                 inet {}/{} metric 512 brd {} scope global dynamic {name}\n       valid_lft {left}sec preferred_lft {left}sec\n",
                i.private_ip,
                cidr.prefix_len(),
                cidr.broadcast()
            ))
        }
        ["r" | "route"] | ["r" | "route", "show"] => {
            let router = Ipv4Addr::from(u32::from(cidr.network()) + 1);
            Ran::out(format!(
                "default via {router} dev {name} proto dhcp src {ip} metric 512\n\
                 {cidr} dev {name} proto kernel scope link src {ip} metric 512\n\
                 {router} dev {name} proto dhcp scope link src {ip} metric 512\n",
                ip = i.private_ip
            ))
        }
        _ => not_simulated("ip", "this"),
    }
}

/// `ss -tln`
pub(super) fn ss(cx: &mut Cx<'_, '_>, arguments: &[String]) -> Ran {
    if let Err(ran) = Options::read("ss", arguments, &["-t", "-l", "-n", "-p"], &[]) {
        return ran;
    }
    let mut ports: Vec<u16> = Vec::new();
    if let Some(software) = cx.host.software() {
        for (_, service) in software.services.iter().filter(|(name, _)| cx.host.runs(name)) {
            ports.extend(&service.ports);
        }
    }
    ports.sort_unstable();
    let mut text = String::from("State      Recv-Q     Send-Q         Local Address:Port         Peer Address:Port\n");
    for port in ports {
        text.push_str(&format!(
            "LISTEN     0          {:<15}      0.0.0.0:{port:<15}   0.0.0.0:*\n",
            if port == 80 { 511 } else { 128 }
        ));
    }
    Ran::out(text)
}
