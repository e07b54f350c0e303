//! The question: who asks, and what is to be reached.

use std::net::IpAddr;

use crate::base::RowId;
use crate::base::text::visible;
use crate::kinds::ec2::instances;
use crate::model::Record;
use crate::net::path::{Protocol, Service};

/// The word for the user's own address.
pub const ME: &str = "me";
/// The word for everybody.
pub(super) const ANYWHERE: &str = "anywhere";

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Who asks: an address, a range, an instance, a group, or one of the words above.
    pub from: String,
    /// What is to be reached: an instance's id, name or address.
    pub to: String,
    /// At which port.
    pub service: Service,
}

/// What it takes, in a sentence.
const TAKES: &str = "doctor takes who asks and what is to be reached: doctor me web-1:22, doctor anywhere web-1:443, doctor bastion 10.1.4.77:5432.";

/// Reads `FROM TO:PORT`, `TO:PORT`, `FROM TO:PORT/udp`; names with blanks stand in quotes.
///
/// # Errors
/// A sentence about what it is not.
pub fn read(text: &str) -> Result<Question, String> {
    let words = words(text);
    let (from, to) = match words.as_slice() {
        [to] => (ME, to.as_str()),
        [from, to] => (from.as_str(), to.as_str()),
        _ => return Err(TAKES.into()),
    };
    let Some((name, port)) = to.rsplit_once(':').filter(|(name, _)| !name.is_empty()) else {
        return Err(format!("Which port? Write it behind a colon: {}:22.", visible(to)));
    };
    let name = name.strip_prefix('[').and_then(|n| n.strip_suffix(']')).unwrap_or(name);
    let (port, protocol) = match port.split_once('/') {
        None | Some((_, "tcp")) => (port.trim_end_matches("/tcp"), Protocol::Tcp),
        Some((port, "udp")) => (port, Protocol::Udp),
        Some((_, other)) => return Err(format!("The protocol is tcp or udp, not {}.", visible(other))),
    };
    let number = port.parse().ok().filter(|n: &u16| *n > 0 && port.bytes().all(|b| b.is_ascii_digit()));
    let port = number.ok_or_else(|| format!("A port is a number from 1 to 65535, not {}.", visible(port)))?;
    Ok(Question { from: from.into(), to: name.into(), service: Service { protocol, port } })
}

/// The same question in one way of writing: what the table is called by.
///
/// # Errors
/// As [`read`].
pub(super) fn normal(text: &str) -> Result<RowId, String> {
    let Question { from, to, service } = read(text)?;
    let udp = if service.protocol == Protocol::Udp { "/udp" } else { "" };
    let to = if to.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv6()) { format!("[{to}]") } else { to };
    Ok(arcstr::format!("{} {}", quoted(&from), quoted(&format!("{to}:{}{udp}", service.port))))
}

/// The question that a row suggests.
pub(super) fn offer(row: &Record) -> Option<String> {
    if !std::ptr::eq(row.kind.0, &instances::INFO) {
        return None;
    }
    let windows = row.get(&instances::fields::PLATFORM).as_str().is_some_and(|p| p.starts_with("Windows"));
    let port = if windows { 3389 } else { 22 };
    Some(format!("{ME} {}", quoted(&format!("{}:{port}", row.label()))))
}

fn quoted(word: &str) -> String {
    if word.contains(char::is_whitespace) { format!("\"{word}\"") } else { word.into() }
}

fn words(text: &str) -> Vec<String> {
    let (mut out, mut word, mut inside) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => inside = !inside,
            c if c.is_whitespace() && !inside => {
                if !word.is_empty() {
                    out.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}
