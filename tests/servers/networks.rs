//! Arithmetic of ranges against Python's `ipaddress`, over ranges that a generator makes of a fixed seed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::process::{Command, Stdio};

use ipnet::IpNet;
use skydeck::net::cidr::Cidr;
use skydeck::net::range::Range as _;
use skydeck::net::split::{How, split};

/// Ranges of each family.
const RANGES: usize = 1500;

/// A range with whatever host bits.
fn some_range(random: &mut fastrand::Rng, six: bool) -> String {
    if six {
        format!("{}/{}", Ipv6Addr::from(random.u128(..)), random.u8(0..=128))
    } else {
        format!("{}/{}", Ipv4Addr::from(random.u32(..)), random.u8(0..=32))
    }
}

fn ours(question: &str) -> String {
    let words: Vec<&str> = question.split(' ').collect();
    let net = IpNet::read(words[1]).unwrap();
    let mut out = String::new();
    match words[..] {
        ["sheet", _] => {
            let range = net.trunc();
            write!(out, "{range} {} {} {}", range.netmask(), range.hostmask(), range.broadcast()).unwrap();
            match range {
                IpNet::V4(net) => {
                    let cidr = Cidr::new(net);
                    let (first, last) = cidr.hosts();
                    write!(out, " {first} {last} {} {}", cidr.host_count(), cidr.size()).unwrap();
                    assert_eq!((IpNet::from(cidr.net()), cidr.last().into()), (range, range.broadcast()));
                }
                IpNet::V6(net) => {
                    let bits = 128 - u32::from(net.prefix_len());
                    let size = 1_u128
                        .checked_shl(bits)
                        .map_or("340282366920938463463374607431768211456".into(), |n| n.to_string());
                    write!(out, " {} {} {size} {size}", range.network(), range.broadcast()).unwrap();
                }
            }
        }
        ["split", _, how, n] => {
            let how = if how == "into" { How::Into(n.parse().unwrap()) } else { How::Prefix(n.parse().unwrap()) };
            let made = split(net, how).unwrap();
            let texts = |all: &[IpNet]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            write!(out, "{} | {}", texts(&made.parts), texts(&made.free)).unwrap();
        }
        _ => unreachable!("{question}"),
    }
    out.trim_end().to_string()
}

#[test]
fn pythons_ipaddress_says_the_same_of_every_range_and_of_its_parts() {
    let mut random = fastrand::Rng::with_seed(11);
    let mut questions = Vec::new();
    for n in 0..RANGES * 2 {
        let range = some_range(&mut random, n % 2 == 1);
        questions.push(format!("sheet {range}"));
        let net = IpNet::read(&range).unwrap();
        let room = net.max_prefix_len() - net.prefix_len();
        let deeper = random.u8(0..=room.min(8));
        questions.push(format!("split {range} prefix {}", net.prefix_len() + deeper));
        questions.push(format!("split {range} into {}", random.u64(1..=1 << room.min(8))));
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/py/networks.py");
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    let mut stdin = python.stdin.take().unwrap();
    let asked = questions.join("\n") + "\n";
    let writer = std::thread::spawn(move || stdin.write_all(asked.as_bytes()).unwrap());
    let out = python.wait_with_output().unwrap();
    writer.join().unwrap();
    let said = String::from_utf8(out.stdout).unwrap();
    let answers: Vec<&str> = said.lines().map(str::trim_end).collect();
    assert!(out.status.success() && answers.len() == questions.len(), "{} answers", answers.len());
    for (question, theirs) in questions.iter().zip(answers) {
        // Addresses that stand for one of IPv4 have two spellings (RFC 5952, 5): this one of Python's is another before its version 3.13.
        let ours = ours(question).replace("::ffff:255.255.255.255", "::ffff:ffff:ffff");
        assert_eq!(ours, theirs.replace("::ffff:255.255.255.255", "::ffff:ffff:ffff"), "{question}");
    }
}
