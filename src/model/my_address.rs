//! The public address of the user's own machine: what a rule for "my IP" lets in.

use std::net::IpAddr;

/// How it was found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressSource {
    /// Over SSH: the client's end of the connection (`SSH_CONNECTION`), because the console runs elsewhere.
    SshConnection,
    /// What checkip.amazonaws.com answered.
    CheckIp,
    /// The embedded account's stand-in for it: nothing is asked outside.
    Sandbox,
}

impl AddressSource {
    /// For a sentence: `by …`.
    pub fn words(self) -> &'static str {
        match self {
            AddressSource::SshConnection => "SSH_CONNECTION",
            AddressSource::CheckIp => "checkip.amazonaws.com",
            AddressSource::Sandbox => "the sandbox",
        }
    }
}

/// What is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum MyAddress {
    /// It was not asked for.
    #[default]
    NotAsked,
    /// It is being asked for.
    Asked,
    /// It is known.
    Known(IpAddr, AddressSource),
    /// It could not be found out: why, in a few words.
    Failed(String),
}

impl MyAddress {
    /// The address, if it is known.
    pub fn ip(&self) -> Option<IpAddr> {
        if let MyAddress::Known(ip, _) = self { Some(*ip) } else { None }
    }
    /// A sentence about it.
    pub fn says(&self) -> String {
        match self {
            MyAddress::NotAsked | MyAddress::Asked => "Looking up your own address.".into(),
            MyAddress::Known(ip, from) => format!("Your address is {ip}, according to {}.", from.words()),
            MyAddress::Failed(why) => format!("Your own address could not be found ({why}): type it."),
        }
    }
    /// The client's address in `SSH_CONNECTION` (`client port server port`), if it is one.
    pub fn of_ssh(variable: &str) -> Option<MyAddress> {
        let first = variable.split_whitespace().next()?;
        // A link-local address has its interface after a percent sign.
        let ip: IpAddr = first.split('%').next()?.parse().ok()?;
        Some(MyAddress::Known(ip, AddressSource::SshConnection))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_of_an_ssh_connection_is_its_first_word() {
        let known =
            |text: &str| Some(MyAddress::Known(text.parse().expect("an address"), AddressSource::SshConnection));
        assert_eq!(MyAddress::of_ssh("203.0.113.7 52100 10.0.0.4 22"), known("203.0.113.7"));
        assert_eq!(MyAddress::of_ssh("2001:db8::7 52100 2001:db8::4 22"), known("2001:db8::7"));
        assert_eq!(MyAddress::of_ssh("fe80::1%eth0 1 fe80::2%eth0 22"), known("fe80::1"));
        assert_eq!(MyAddress::of_ssh(""), None);
        assert_eq!(MyAddress::of_ssh("nonsense"), None);
    }
}
