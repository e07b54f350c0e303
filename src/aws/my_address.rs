//! By which address this machine is seen from outside: what checkip.amazonaws.com answers.
//!
//! It is no call of AWS's API, and so on the list of [`super::egress`]: without credentials, without a body, at most once a run of the console
//! unless it fails, and only where a form speaks of the user's own address.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use aws_smithy_types::byte_stream::ByteStream;

use super::Gateway;
use super::egress::{CHECK_IP, Destination, Egress};
use crate::model::my_address::{AddressSource, MyAddress};

/// An address and a line end.
const MOST: usize = 64;
/// A form waits for nothing; this is when it says so.
const WITHIN: Duration = Duration::from_secs(5);

impl Gateway {
    /// Asks for it. The embedded account answers by itself: an address of the range for documentation (RFC 5737), and nothing leaves.
    pub async fn my_address(&self) -> MyAddress {
        if self.is_sandbox() {
            return MyAddress::Known(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7)), AddressSource::Sandbox);
        }
        match tokio::time::timeout(WITHIN, ask(&self.egress(), &CHECK_IP)).await {
            Ok(Ok(ip)) => MyAddress::Known(ip, AddressSource::CheckIp),
            Ok(Err(why)) => MyAddress::Failed(why),
            Err(_) => MyAddress::Failed("checkip.amazonaws.com did not answer".into()),
        }
    }
}

async fn ask(egress: &Egress<'_>, whom: &Destination) -> Result<IpAddr, String> {
    let answer = egress.send(whom).await.map_err(|fault| fault.message)?;
    if !answer.status().is_success() {
        return Err(format!("{} answered with HTTP {}", whom.host(), answer.status().as_u16()));
    }
    let mut body = ByteStream::new(answer.into_body());
    let mut text = Vec::new();
    while let Some(part) = body.next().await {
        text.extend_from_slice(&part.map_err(|_| format!("the answer of {} was cut off", whom.host()))?);
        if text.len() > MOST {
            break;
        }
    }
    read(&text).ok_or_else(|| format!("{} answered something else", whom.host()))
}

/// The address in an answer; a strange server's words are not shown.
fn read(answer: &[u8]) -> Option<IpAddr> {
    std::str::from_utf8(answer).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;
    use crate::aws::guard::ReadOnly;

    #[tokio::test]
    async fn the_answer_is_an_address_and_nothing_else_is_taken_for_one() {
        for (answer, want) in [
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n203.0.113.7\n",
                Ok("203.0.113.7".parse().expect("an address")),
            ),
            ("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>", Err("answered something else")),
            ("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", Err("answered with HTTP 503")),
        ] {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
            let host = listener.local_addr().expect("an address").to_string();
            let there = Destination { origin: format!("http://{host}").leak(), ..CHECK_IP };
            let server = std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().expect("a client");
                let _ = stream.read(&mut [0; 1024]);
                stream.write_all(answer.as_bytes()).expect("an answer");
            });
            let declared = [there];
            let egress = Egress::with(&declared, ReadOnly::default());
            assert_eq!(ask(&egress, &there).await, want.map_err(|why| format!("{host} {why}")));
            server.join().expect("the server ends");
        }
    }

    #[test]
    fn an_address_of_ipv6_is_one_too() {
        assert_eq!(read(b"2001:db8::7\n"), "2001:db8::7".parse().ok());
    }
}
