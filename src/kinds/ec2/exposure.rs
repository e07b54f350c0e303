//! What rules of security groups open to the whole internet, and the services that are behind ports.

use std::fmt::Write as _;

use arcstr::ArcStr;

/// Services by their well-known TCP ports, and whether the internet should rather not reach them: administration and databases.
/// The latter are what AWS's own checks warn of: Trusted Advisor's "Security Groups – Specific Ports Unrestricted" and Security
/// Hub's EC2.19. <https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19>
const SERVICES: &[(i32, &str, bool)] = &[
    (20, "FTP data", true),
    (21, "FTP", true),
    (22, "SSH", true),
    (23, "Telnet", true),
    (25, "SMTP", true),
    (53, "DNS", false),
    (80, "HTTP", false),
    (110, "POP3", true),
    (135, "RPC", true),
    (143, "IMAP", true),
    (443, "HTTPS", false),
    (445, "SMB", true),
    (465, "SMTPS", false),
    (993, "IMAPS", false),
    (995, "POP3S", false),
    (1433, "SQL Server", true),
    (1434, "SQL Server", true),
    (1521, "Oracle", true),
    (2049, "NFS", true),
    (3306, "MySQL", true),
    (3389, "RDP", true),
    (5432, "PostgreSQL", true),
    (5439, "Redshift", true),
    (5500, "VNC", true),
    (5601, "OpenSearch dashboards", true),
    (5985, "WinRM", true),
    (5986, "WinRM", true),
    (6379, "Redis", true),
    (9042, "Cassandra", true),
    (9200, "OpenSearch", true),
    (9300, "OpenSearch", true),
    (11211, "Memcached", true),
    (27017, "MongoDB", true),
];

/// What a rule lets through: AWS's words for a protocol (`tcp`, `-1`, `50`) and its ports (ICMP: type and code), -1 and `None` for
/// all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic<'a> {
    /// As AWS says it.
    pub protocol: &'a str,
    /// First port, or ICMP type.
    pub from: Option<i32>,
    /// Last port, or ICMP code.
    pub to: Option<i32>,
}

impl<'a> Traffic<'a> {
    /// The protocol in words: `all` for -1, names for the numbers that have one; other numbers as they are.
    pub fn protocol_word(&self) -> &'a str {
        match self.protocol {
            "-1" => "all",
            "1" => "icmp",
            "6" => "tcp",
            "17" => "udp",
            "47" => "gre",
            "50" => "esp",
            "51" => "ah",
            "58" => "icmpv6",
            other => other,
        }
    }
    /// First and last port; `None`: it has none, or all of them. Of ICMP there are types and codes instead.
    pub fn ports(&self) -> Option<(i32, i32)> {
        let whole = |from: i32, to: i32| from < 0 || (from <= 0 && to >= 65_535);
        match (self.protocol_word(), self.from, self.to) {
            ("tcp" | "udp", Some(from), Some(to)) if !whole(from, to) => Some((from, to)),
            _ => None,
        }
    }
    /// `22`, `8000-8100`, `all`; of ICMP `type 8` or `type 3 code 4`.
    pub fn ports_word(&self) -> ArcStr {
        match (self.protocol_word(), self.from, self.to) {
            ("icmp" | "icmpv6", Some(kind), code) if kind >= 0 => {
                let mut out = format!("type {kind}");
                if let Some(code) = code.filter(|c| *c >= 0) {
                    _ = write!(out, " code {code}");
                }
                out.into()
            }
            _ => match self.ports() {
                None => arcstr::literal!("all"),
                Some((from, to)) if from == to => arcstr::format!("{from}"),
                Some((from, to)) => arcstr::format!("{from}-{to}"),
            },
        }
    }
    /// The service that has exactly this port.
    pub fn service(&self) -> Option<&'static str> {
        let (from, to) = self.ports()?;
        let udp = self.protocol_word() == "udp";
        let known = SERVICES.iter().find(|(port, ..)| *port == from && from == to)?;
        (!udp || known.1 == "DNS").then_some(known.1)
    }
    /// The services behind its ports that the internet should rather not reach; `all ports` if it lets everything through.
    pub fn sensitive(&self) -> Vec<&'static str> {
        let (from, to) = match (self.protocol_word(), self.ports()) {
            ("all" | "tcp", None) => return vec!["all ports"],
            ("tcp", Some(range)) => range,
            _ => return Vec::new(),
        };
        let mut found: Vec<&str> = SERVICES
            .iter()
            .filter(|(port, _, no)| *no && (from..=to).contains(port))
            .map(|(_, name, _)| *name)
            .collect();
        found.dedup();
        found
    }
    /// What it opens, in few words: the services that should not be reached, else its own service, else protocol and ports.
    pub fn opens(&self) -> Vec<ArcStr> {
        match self.sensitive() {
            some if !some.is_empty() => some.into_iter().map(ArcStr::from).collect(),
            _ => vec![self.service().map_or_else(|| self.words(), ArcStr::from)],
        }
    }
    /// `tcp 22`, `icmp type 8`, `all`.
    pub fn words(&self) -> ArcStr {
        match (self.protocol_word(), self.ports_word()) {
            ("all", _) => arcstr::literal!("all"),
            (protocol, ports) => arcstr::format!("{protocol} {ports}"),
        }
    }
}

/// Whether a range is the whole internet.
pub fn is_world(range: &str) -> bool {
    range.ends_with("/0")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(protocol: &str, from: i32, to: i32) -> Traffic<'_> {
        Traffic { protocol, from: Some(from), to: Some(to) }
    }

    #[test]
    fn traffic_is_said_in_words() {
        let words = [("tcp", 22, 22), ("6", 8000, 8100), ("-1", -1, -1), ("tcp", 0, 65_535), ("icmp", -1, -1)];
        let words = words.map(|(p, from, to)| of(p, from, to).words().to_string());
        assert_eq!(words, ["tcp 22", "tcp 8000-8100", "all", "tcp all", "icmp all"]);
        assert_eq!(of("icmp", 3, 4).words(), "icmp type 3 code 4");
        assert_eq!(of("icmp", 8, -1).words(), "icmp type 8");
        assert_eq!(Traffic { protocol: "50", from: None, to: None }.words(), "esp all");
        assert_eq!(of("132", 80, 80).words(), "132 all", "of other protocols AWS looks at no ports");
    }

    #[test]
    fn what_should_not_be_open_to_the_world_is_found_also_within_a_range() {
        assert_eq!(of("tcp", 22, 22).sensitive(), ["SSH"]);
        assert_eq!(of("tcp", 1433, 1434).sensitive(), ["SQL Server"]);
        assert_eq!(of("tcp", 3000, 4000).sensitive(), ["MySQL", "RDP"]);
        assert_eq!(of("tcp", 80, 80).sensitive(), [""; 0]);
        assert_eq!(of("udp", 22, 22).sensitive(), [""; 0]);
        assert_eq!(of("-1", -1, -1).sensitive(), ["all ports"]);
        assert_eq!(of("tcp", 0, 65_535).sensitive(), ["all ports"]);
        assert_eq!(of("tcp", 443, 443).opens(), ["HTTPS"]);
        assert_eq!(of("tcp", 8080, 8080).opens(), ["tcp 8080"]);
        assert!(is_world("0.0.0.0/0") && is_world("::/0") && !is_world("10.0.0.0/10") && !is_world("pl-1"));
    }
}
