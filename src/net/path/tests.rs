//! 2,000 networks, each judged a second time by packets: one after the other, bit by bit, straight from AWS's documents, with none of the code
//! that is judged.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use super::*;

/// Numbers that are the same each time (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
    fn one_in(&mut self, n: u64) -> bool {
        self.roll(n) == 0
    }
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        let at = self.roll(all.len() as u64);
        all[usize::try_from(at).unwrap()]
    }
}

const RANGES: [&str; 8] = [
    "0.0.0.0/0",
    "0.0.0.0/0",
    "203.0.113.0/24",
    "203.0.113.7/32",
    "10.0.0.0/16",
    "10.0.1.0/24",
    "10.1.0.0/16",
    "198.51.100.0/25",
];
/// In none of the narrower ranges.
const STRANGER: Ipv4Addr = Ipv4Addr::new(8, 8, 8, 8);
/// One of each part that the ranges cut the internet into.
const ANYBODY: [[u8; 4]; 6] =
    [[8, 8, 8, 8], [203, 0, 113, 7], [203, 0, 113, 9], [198, 51, 100, 9], [10, 0, 1, 1], [10, 1, 0, 1]];

fn net(text: &str) -> IpNet {
    let (ip, bits) = text.split_once('/').unwrap();
    IpNet::V4(Ipv4Net::new(ip.parse().unwrap(), bits.parse().unwrap()).unwrap())
}

fn table(dice: &mut Dice, vpc: u8) -> Table {
    let active = |dice: &mut Dice| !dice.one_in(20);
    let mut routes = vec![Route { to: Some(net(&format!("10.{vpc}.0.0/16"))), via: "local".into(), active: true }];
    if !dice.one_in(8) {
        let via = dice.of(&["igw-1", "igw-1", "igw-1", "igw-1", "igw-1", "nat-1", "tgw-1"]);
        routes.push(Route { to: Some(net("0.0.0.0/0")), via: via.into(), active: active(dice) });
    }
    if !dice.one_in(4) {
        let via = dice.of(&["pcx-1", "pcx-1", "pcx-1", "pcx-2", "tgw-1"]);
        routes.push(Route { to: Some(net(&format!("10.{}.0.0/16", 1 - vpc))), via: via.into(), active: active(dice) });
    }
    if dice.one_in(5) {
        let (to, via) = (dice.of(&["203.0.113.0/24", "198.51.100.0/25"]), dice.of(&["igw-1", "nat-1", "vgw-1"]));
        routes.push(Route { to: Some(net(to)), via: via.into(), active: active(dice) });
    }
    if dice.one_in(8) {
        routes.push(Route { to: None, via: "vpce-1".into(), active: true });
    }
    Table { id: "rtb-1".into(), name: "rtb-1".into(), routes }
}

fn acl(dice: &mut Dice) -> Vec<AclEntry> {
    let mut out = Vec::new();
    for outbound in [false, true] {
        if !dice.one_in(20) {
            let all = net("0.0.0.0/0");
            out.push(AclEntry { number: 100, outbound, allow: true, protocol: -1, ports: None, range: all });
        }
        for _ in 0..dice.roll(5) / 2 {
            let ports = dice.of(&[None, Some((22, 22)), Some((0, 1023)), Some((1024, 65535)), Some((32768, 60999))]);
            out.push(AclEntry {
                number: u16::try_from(dice.roll(200)).unwrap() + 1,
                outbound,
                allow: !dice.one_in(3),
                protocol: dice.of(&[-1, 6, 17]),
                ports,
                range: net(dice.of(&RANGES)),
            });
        }
    }
    // A number is there once in each direction.
    out.sort_by_key(|e| (e.outbound, e.number));
    out.dedup_by_key(|e| (e.outbound, e.number));
    out
}

fn rules(dice: &mut Dice, group: &str) -> Vec<Rule> {
    let mut out = Vec::new();
    for n in 0..4 + dice.roll(4) {
        let peer = match dice.roll(6) {
            0 => Peer::Group(dice.of(&["sg-a", "sg-b"]).into()),
            1 | 2 => Peer::Range(net("0.0.0.0/0")),
            _ => Peer::Range(net(dice.of(&RANGES))),
        };
        out.push(Rule {
            id: format!("sgr-{n}"),
            group: group.into(),
            name: group.into(),
            outbound: n == 0 || dice.one_in(4),
            protocol: Some(dice.of(&[-1, -1, 6, 6, 17])),
            ports: dice.of(&[None, Some((22, 443)), Some((0, 65535)), Some((443, 443))]),
            peer,
        });
    }
    out
}

fn end(dice: &mut Dice, name: &str, n: u8) -> End {
    let (vpc, subnet) = (u8::from(dice.one_in(3)), u8::from(dice.one_in(2)));
    let state = if dice.one_in(30) { Sign::failed("stopped") } else { Sign::passed("running") };
    let address = IpAddr::V4(Ipv4Addr::new(10, vpc, subnet, 10 + n));
    let acl = acl(dice);
    let public_access = dice.of(&["off", "off", "off", "off", "off", "off", "off", "block-ingress"]);
    let subnet = Subnet {
        id: format!("subnet-{vpc}{subnet}"),
        table: Some(table(dice, vpc)),
        acl: Some((format!("acl-{name}"), acl)),
        public_access: Some(public_access.into()),
    };
    let group = format!("sg-{name}");
    End {
        name: name.into(),
        state,
        checks: Sign::passed("2/2"),
        vpc: Some(format!("vpc-{vpc}")),
        subnets: vec![subnet],
        private: Client::address(address),
        public: (!dice.one_in(6)).then(|| IpAddr::V4(Ipv4Addr::new(198, 51, 100, 100 + n))),
        rules: Some(rules(dice, &group)),
        groups: vec![group],
    }
}

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Arrives,
    Lost,
    /// It leaves what is known of the network.
    Beyond,
}

fn bits(ip: Ipv4Addr) -> u32 {
    u32::from_be_bytes(ip.octets())
}

fn within(range: &IpNet, ip: Ipv4Addr) -> bool {
    let IpNet::V4(range) = range else { return false };
    let length = u32::from(range.prefix_len());
    (0..length).all(|bit| (bits(range.addr()) ^ bits(ip)) & (0x8000_0000 >> bit) == 0)
}

fn next_hop(end: &End, ip: Ipv4Addr) -> String {
    let mut found = ("none".to_string(), -1);
    for route in &end.subnets[0].table.as_ref().unwrap().routes {
        let Some(to) = route.to.filter(|to| within(to, ip)) else { continue };
        let length = i32::from(to.prefix_len());
        if length > found.1 {
            found = (if route.active { route.via.clone() } else { "hole".into() }, length);
        }
    }
    found.0
}

fn acl_lets(end: &End, outbound: bool, protocol: i16, port: u16, ip: Ipv4Addr) -> bool {
    let entries = &end.subnets[0].acl.as_ref().unwrap().1;
    for number in 0..=32767 {
        for e in entries.iter().filter(|e| e.number == number && e.outbound == outbound) {
            let port_fits = e.ports.is_none() || e.ports.is_some_and(|(a, b)| a <= port && port <= b);
            if (e.protocol < 0 || e.protocol == protocol) && port_fits && within(&e.range, ip) {
                return e.allow;
            }
        }
    }
    false
}

fn group_lets(end: &End, outbound: bool, protocol: i16, port: u16, ip: Ipv4Addr, of: &[String]) -> bool {
    let mut lets = false;
    for r in end.rules.as_ref().unwrap().iter().filter(|r| r.outbound == outbound) {
        let everything = r.protocol == Some(-1);
        let port_fits = everything || r.ports.is_none() || r.ports.is_some_and(|(a, b)| a <= port && port <= b);
        let peer_fits = match &r.peer {
            Peer::Range(range) => within(range, ip),
            Peer::Group(id) => of.iter().any(|g| g == id),
            Peer::PrefixList(_) => false,
        };
        lets |= (everything || r.protocol == Some(protocol)) && port_fits && peer_fits;
    }
    lets
}

fn four(ip: IpAddr) -> Ipv4Addr {
    if let IpAddr::V4(ip) = ip { ip } else { STRANGER }
}

fn runs(end: &End) -> bool {
    end.state.answer == Answer::Passed
}

/// From the internet to the public address.
fn from_outside(ip: Ipv4Addr, to: &End, service: Service, client_port: u16) -> Fate {
    let p = service.protocol.number();
    let alive = runs(to) && to.public.is_some() && to.subnets[0].public_access.as_deref() == Some("off");
    let in_and_out = acl_lets(to, false, p, service.port, ip)
        && group_lets(to, false, p, service.port, ip, &[])
        && acl_lets(to, true, p, client_port, ip);
    match next_hop(to, ip).as_str() {
        _ if !alive || !in_and_out => Fate::Lost,
        "igw-1" => Fate::Arrives,
        "tgw-1" | "vgw-1" => Fate::Beyond,
        _ => Fate::Lost,
    }
}

fn from_inside(from: &End, to: &End, by: By, service: Service, client_port: u16) -> Fate {
    let p = service.protocol.number();
    let (source, target) = (four(from.private.range.addr()), four(to.private.range.addr()));
    if by == By::Public {
        let Some(public) = to.public.map(four) else { return Fate::Lost };
        let leaves = runs(from)
            && group_lets(from, true, p, service.port, public, &[])
            && acl_lets(from, true, p, service.port, public)
            && acl_lets(from, false, p, client_port, public);
        return match (next_hop(from, public).as_str(), from.public.map(four)) {
            _ if !leaves => Fate::Lost,
            ("igw-1", Some(ip)) => from_outside(ip, to, service, client_port),
            ("igw-1", None) | ("none" | "hole", _) => Fate::Lost,
            // Whoever it comes out as, some of the target's side may let nobody in.
            _ if ANYBODY.iter().all(|ip| from_outside((*ip).into(), to, service, client_port) == Fate::Lost) => {
                Fate::Lost
            }
            _ => Fate::Beyond,
        };
    }
    let groups = runs(from)
        && runs(to)
        && group_lets(from, true, p, service.port, target, &to.groups)
        && group_lets(to, false, p, service.port, source, &from.groups);
    if from.subnets[0].id == to.subnets[0].id {
        return if groups { Fate::Arrives } else { Fate::Lost };
    }
    let acls = acl_lets(from, true, p, service.port, target)
        && acl_lets(to, false, p, service.port, source)
        && acl_lets(to, true, p, client_port, source)
        && acl_lets(from, false, p, client_port, target);
    let (there, back) = (next_hop(from, target), next_hop(to, source));
    let beyond = |hop: &str| hop == "tgw-1" || hop == "vgw-1";
    match () {
        () if !groups || !acls => Fate::Lost,
        () if from.vpc == to.vpc => Fate::Arrives,
        () if there.starts_with("pcx-") && there == back => Fate::Arrives,
        () if beyond(&there) && (beyond(&back) || back.starts_with("pcx-")) => Fate::Beyond,
        () if there.starts_with("pcx-") && beyond(&back) => Fate::Beyond,
        () => Fate::Lost,
    }
}

/// What may be read of an end: now and then something may not.
fn as_read(dice: &mut Dice, end: &End) -> (End, bool) {
    let mut seen = end.clone();
    let hidden = dice.one_in(4);
    if hidden {
        match dice.roll(4) {
            0 => seen.subnets[0].table = None,
            1 => seen.subnets[0].acl = None,
            2 => seen.subnets[0].public_access = None,
            _ => seen.rules = None,
        }
    }
    (seen, hidden)
}

#[test]
fn two_thousand_networks_are_judged_as_packets_fare() {
    let mut counts = [0_u32; 4];
    for seed in 0..2000 {
        let mut dice = Dice(seed);
        let (from, to) = (end(&mut dice, "a", 1), end(&mut dice, "b", 2));
        let (from_seen, hidden_from) = as_read(&mut dice, &from);
        let (to_seen, hidden_to) = as_read(&mut dice, &to);
        let service =
            Service { protocol: dice.of(&[Protocol::Tcp, Protocol::Tcp, Protocol::Udp]), port: dice.of(&[22, 443]) };
        let (origin, by, stranger) = match dice.roll(4) {
            0 => {
                let ip = dice.of(&[Ipv4Addr::new(203, 0, 113, 7), Ipv4Addr::new(198, 51, 100, 9), STRANGER]);
                (Origin::Outside(Client::address(ip.into())), By::Nearest, Some(ip))
            }
            1 => (Origin::Outside(Client { range: net("0.0.0.0/0"), anybody: true }), By::Nearest, Some(STRANGER)),
            2 => (Origin::Inside(Box::new(from_seen)), By::Public, None),
            _ => (Origin::Inside(Box::new(from_seen)), By::Nearest, None),
        };
        let mut hops = hops(&origin, &to_seen, by, service);
        // What listens inside is not known, takes the connection, or refuses it: that counts where packets arrive.
        let inside = [Answer::Unknown, Answer::Passed, Answer::Failed][seed as usize % 3];
        if let Some(hop) = hops.iter_mut().find(|h| h.at == At::Inside) {
            hop.sign.answer = inside;
        }
        let (found, words) = verdict(&hops);
        let ports = [1024, 2000, 32767, 32768, 50000, 60999, 61000, 65535];
        let fates: Vec<Fate> = ports
            .iter()
            .map(|port| match stranger {
                Some(ip) => from_outside(ip, &to, service, *port),
                None => from_inside(&from, &to, by, service, *port),
            })
            .collect();
        let all = |fate: Fate| fates.iter().all(|f| *f == fate);
        let told = || format!("network {seed}: {words} {fates:?}\n{hops:#?}");
        match found {
            Verdict::Open => assert!(all(Fate::Arrives) && inside != Answer::Failed, "{}", told()),
            Verdict::Refused => assert!(all(Fate::Arrives) && inside == Answer::Failed, "{}", told()),
            Verdict::TimesOut => assert!(all(Fate::Lost), "{}", told()),
            Verdict::Unknown => {
                let read = !hidden_to && (stranger.is_some() || !hidden_from);
                let parts = hops.iter().any(|h| h.sign.evidence.contains("a part"));
                let beyond = hops.iter().any(|h| h.sign.evidence.contains("beyond"));
                assert!(!read || parts || beyond, "{}", told());
            }
        }
        counts[found as usize] += 1;
    }
    assert!(counts.iter().all(|n| *n >= 50), "all verdicts are met: {counts:?}");
}

#[test]
fn two_halves_of_the_internet_let_everybody_in_and_a_narrow_rule_nobody_in_particular() {
    let mut dice = Dice(7);
    let mut to = end(&mut dice, "b", 2);
    let rule = |range: &str| Rule {
        id: "sgr-1".into(),
        group: "sg-b".into(),
        name: "sg-b".into(),
        outbound: false,
        protocol: Some(6),
        ports: Some((22, 22)),
        peer: Peer::Range(net(range)),
    };
    let service = Service { protocol: Protocol::Tcp, port: 22 };
    let anybody = Origin::Outside(Client { range: net("0.0.0.0/0"), anybody: true });
    let mut groups = |rules: Vec<Rule>| {
        to.rules = Some(rules);
        let hops = hops(&anybody, &to, By::Nearest, service);
        hops.into_iter().find(|h| h.at == At::Groups).unwrap().sign.answer
    };
    assert_eq!(groups(vec![rule("0.0.0.0/1"), rule("128.0.0.0/1")]), Answer::Passed);
    assert_eq!(groups(vec![rule("203.0.113.0/24")]), Answer::Failed);
    assert_eq!(groups(Vec::new()), Answer::Failed);
}
