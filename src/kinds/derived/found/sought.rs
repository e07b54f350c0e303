//! What a text that somebody looks for may be: an address, a name that stands for one, an id, an ARN, a name or a piece of one.

use std::net::{IpAddr, Ipv4Addr};

use arcstr::ArcStr;

use crate::base::RowId;
use crate::kinds::naming::region_of;
use crate::kinds::registry::ALL;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// Whoever has this address.
    Address(IpAddr),
    /// The load balancer with this DNS name, in lower case.
    Balancer(String),
    /// The row of a kind with this id, which is whole.
    Row(&'static str, RowId),
    /// Whatever is called so, or has that in its name, its id, its tags, its addresses and what else is its own. In lower case.
    Text(String),
}

/// What is looked for by a line: all that stands after the word, also in quotes.
///
/// # Errors
/// Nothing does.
pub(super) fn read(rest: &str) -> Result<RowId, String> {
    let text = rest.strip_prefix('"').and_then(|r| r.strip_suffix('"')).unwrap_or(rest).trim();
    match text.is_empty() {
        true => Err("find takes what to look for: find 10.1.4.77, find web-1, find i-0123.".into()),
        false => Ok(text.into()),
    }
}

impl Sought {
    /// Reads a text as it stands in a log, an alert or a browser: with a scheme, a port and a path, too.
    pub fn of(text: &str) -> Sought {
        let text = text.trim();
        if let Some(named) = ALL.named(text).filter(|n| n.whole && n.parent.is_none()) {
            return Sought::Row(named.kind.0.name, named.id);
        }
        let host = host(text);
        if let Some(ip) = address(host) {
            return Sought::Address(ip);
        }
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        dns(&host).unwrap_or_else(|| Sought::Text(text.to_lowercase()))
    }

    /// Whether a region's rows can be meant: an ARN and most of AWS's DNS names say theirs.
    pub fn may_lie_in(text: &str, region: &str) -> bool {
        let text = text.trim();
        if text.starts_with("arn:") {
            return region_of(text).is_none_or(|of| of == region);
        }
        let host = host(text).trim_end_matches('.').to_ascii_lowercase();
        let amazon = host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn");
        let internal = host.ends_with(".compute.internal");
        let named = || host.split('.').find(|label| crate::base::regions::name(label).is_some());
        !(amazon || internal) || named().is_none_or(|of| of == region)
    }
}

/// The host in `https://HOST:PORT/PATH`, `HOST:PORT` and `[HOST]:PORT`; else the text.
fn host(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = if text.contains("://") { rest.split(['/', '?', '#']).next().unwrap_or(rest) } else { rest };
    if let Some((inside, _)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        return inside;
    }
    match rest.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') && port.parse::<u16>().is_ok() => host,
        _ => rest,
    }
}

/// An address, also as a range of one.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.strip_suffix("/32").or_else(|| text.strip_suffix("/128")).unwrap_or(text);
    text.parse().ok()
}

/// `43-200-141-12` and so on.
fn dashed(text: &str) -> Option<IpAddr> {
    text.replace('-', ".").parse::<Ipv4Addr>().ok().map(IpAddr::V4)
}

/// What AWS's DNS names stand for.
///
/// Instances: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-naming.html>; balancers:
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html>; buckets:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html>.
fn dns(host: &str) -> Option<Sought> {
    let (first, rest) = host.split_once('.')?;
    let of_instances = rest == "ec2.internal"
        || rest.ends_with(".compute.internal")
        || rest == "compute-1.amazonaws.com"
        || rest.ends_with(".compute.amazonaws.com")
        || rest.ends_with(".compute.amazonaws.com.cn");
    if of_instances {
        if let Some(ip) = ["ec2-", "ip-"].iter().find_map(|p| dashed(first.strip_prefix(p)?)) {
            return Some(Sought::Address(ip));
        }
        let named = ALL.named(first).filter(|n| n.whole)?;
        return Some(Sought::Row(named.kind.0.name, named.id));
    }
    let amazon = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
    // Application and Classic Load Balancers end in REGION.elb, Network Load Balancers in elb.REGION.
    if amazon.ends_with(".elb") || amazon.contains(".elb.") {
        let name = host.strip_prefix("dualstack.").unwrap_or(host);
        return Some(Sought::Balancer(name.to_string()));
    }
    let (bucket, _) = amazon
        .split_once(".s3.")
        .or_else(|| amazon.split_once(".s3-"))
        .or_else(|| Some((amazon.strip_suffix(".s3")?, "")))?;
    Some(Sought::Row(crate::kinds::s3::buckets::INFO.name, ArcStr::from(bucket)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match Sought::of(text) {
            Sought::Address(ip) => format!("address {ip}"),
            Sought::Balancer(name) => format!("balancer {name}"),
            Sought::Row(kind, id) => format!("{kind} {id}"),
            Sought::Text(text) => format!("text {text}"),
        }
    }

    #[test]
    fn an_address_is_read_as_logs_and_browsers_write_it() {
        for text in [
            "10.1.4.77",
            " 10.1.4.77\n",
            "10.1.4.77:8080",
            "10.1.4.77/32",
            "http://10.1.4.77:8080/health?a=b",
            "ip-10-1-4-77.ec2.internal",
            "ip-10-1-4-77.ap-northeast-2.compute.internal",
            "ec2-10-1-4-77.compute-1.amazonaws.com",
            "https://ec2-10-1-4-77.ap-northeast-2.compute.amazonaws.com/",
        ] {
            assert_eq!(read(text), "address 10.1.4.77", "{text}");
        }
        for text in ["2600:1f14:0:0::7", "[2600:1f14::7]:443", "2600:1f14::7/128", "https://[2600:1f14::7]/x"] {
            assert_eq!(read(text), "address 2600:1f14::7", "{text}");
        }
    }

    #[test]
    fn names_of_balancers_instances_and_buckets_say_what_they_are_of() {
        let alb = "my-alb-1234567890.ap-northeast-2.elb.amazonaws.com";
        for text in [alb, &format!("https://{alb}:443/x"), &format!("dualstack.{alb}"), &alb.to_uppercase()] {
            assert_eq!(read(text), format!("balancer {alb}"), "{text}");
        }
        let nlb = "my-nlb-0123456789abcdef.elb.eu-west-1.amazonaws.com";
        assert_eq!(read(nlb), format!("balancer {nlb}"));
        for text in ["i-0123456789abcdef0", "i-0123456789abcdef0.us-west-2.compute.internal"] {
            assert_eq!(read(text), "instances i-0123456789abcdef0", "{text}");
        }
        for text in
            ["logs.s3.eu-west-1.amazonaws.com", "https://logs.s3.amazonaws.com/a/b", "logs.s3-eu-west-1.amazonaws.com"]
        {
            assert_eq!(read(text), "buckets logs", "{text}");
        }
        assert_eq!(
            read("arn:aws:ec2:eu-west-1:000000000000:volume/vol-0123456789abcdef0"),
            "volumes vol-0123456789abcdef0"
        );
    }

    #[test]
    fn everything_else_is_a_name_or_a_piece_of_one() {
        for text in
            ["web-1", "결제-워커", "i-0123", "10.1.4", "10.1.4.256", "10.1.0.0/16", "a.example.com", "web:80", "a/b"]
        {
            assert_eq!(read(text), format!("text {text}"), "{text}");
        }
        assert_eq!(read("Web Server"), "text web server");
        assert_eq!(read("$(id)"), "text $(id)");
    }

    #[test]
    fn a_text_that_says_its_region_is_not_looked_for_elsewhere() {
        let arn = "arn:aws:ec2:eu-west-1:000000000000:volume/vol-0123456789abcdef0";
        for (text, there) in [
            (arn, "eu-west-1"),
            ("ip-10-1-4-77.ap-northeast-2.compute.internal", "ap-northeast-2"),
            ("my-alb-1.ap-northeast-2.elb.amazonaws.com", "ap-northeast-2"),
            ("my-nlb-1.elb.ap-northeast-2.amazonaws.com:80", "ap-northeast-2"),
        ] {
            assert!(Sought::may_lie_in(text, there) && !Sought::may_lie_in(text, "us-west-2"), "{text}");
        }
        for text in
            ["10.1.4.77", "web-1", "ip-10-1-4-77.ec2.internal", "arn:aws:s3:::logs", "ap-northeast-2.example.com"]
        {
            assert!(Sought::may_lie_in(text, "us-west-2"), "{text}");
        }
    }
}
