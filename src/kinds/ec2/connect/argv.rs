//! The words that each way's program is started with. Addresses are addresses, ids are ids and user names are user names before they come here: nothing that
//! a stranger has named is among the words, and none of them begins with a dash but for the options that are written here.

use std::net::IpAddr;

use crate::base::text::shell_quote;

/// A host that is gone through.
pub(super) struct Jump<'a> {
    /// Who logs in there.
    pub(super) user: &'a str,
    /// Its address.
    pub(super) address: IpAddr,
    /// Its key's file, if there is one.
    pub(super) key: Option<Identity<'a>>,
}

/// A private key's file.
#[derive(Clone, Copy)]
pub(super) struct Identity<'a> {
    /// Its path.
    pub(super) path: &'a str,
    /// Whether ssh is to try no other key: it tries an agent's before this one, and a server lets in no more after six. ssh_config(5),
    /// `IdentitiesOnly`; sshd_config(5), `MaxAuthTries`.
    pub(super) only: bool,
}

impl<'a> Identity<'a> {
    /// One among others.
    pub(super) fn of(path: &'a str) -> Identity<'a> {
        Identity { path, only: false }
    }
}

/// So that no other key is tried.
const ONLY: &str = "IdentitiesOnly=yes";

/// `ssh -i KEY USER@ADDRESS`, through another host with `-J`. Host keys are looked at as the user has set it up.
///
/// ssh hands none of its options on to the host of `-J`, `-i` neither (ssh(1): they "generally apply to the destination host and not any
/// specified jump hosts"). So where that host has a key file, the ssh which goes there is written out as `ProxyCommand`, which is what `-J` is
/// made of; a shell reads that one, and ssh expands `%`.
pub(super) fn ssh(user: &str, address: IpAddr, key: Option<Identity<'_>>, jump: Option<&Jump<'_>>) -> Vec<String> {
    let mut args = Vec::new();
    if let Some(Identity { path, only }) = key {
        args.extend(["-i".to_string(), path.to_string()]);
        if only {
            args.extend(["-o".to_string(), ONLY.to_string()]);
        }
    }
    match jump {
        Some(Jump { user, address, key: Some(Identity { path, only }) }) => {
            let key = shell_quote(path);
            let only = if *only { format!(" -o {ONLY}") } else { String::new() };
            let command = format!("ssh -i {key}{only} -W '[%h]:%p' {user}@{address}");
            args.extend(["-o".to_string(), format!("ProxyCommand={command}")]);
        }
        Some(Jump { user, address, key: None }) => {
            args.extend(["-J".to_string(), format!("{user}@{}", in_brackets(*address))]);
        }
        None => {}
    }
    args.push(format!("{user}@{address}"));
    args
}

/// An address where a port may follow.
fn in_brackets(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

/// A session of Session Manager.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html>
pub(super) fn session(instance: &str, options: &[String]) -> Vec<String> {
    let args = ["ssm", "start-session", "--target", instance];
    args.iter().map(ToString::to_string).chain(options.iter().cloned()).collect()
}

/// The same as a forward of one port. The parameters are JSON: the CLI takes them as they are.
pub(super) fn forward(instance: &str, port: u16, local: u16, options: &[String]) -> Vec<String> {
    let mut args = session(instance, &[]);
    let parameters = format!("{{\"portNumber\":[\"{port}\"],\"localPortNumber\":[\"{local}\"]}}");
    args.extend(["--document-name", "AWS-StartPortForwardingSession", "--parameters"].map(String::from));
    args.push(parameters);
    args.extend(options.iter().cloned());
    args
}

/// By EC2 Instance Connect through an endpoint in the VPC. Without a key file the CLI makes a key and has EC2 hand its public half to the instance for a
/// minute (SendSSHPublicKey). <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connect-using-eice.html>
pub(super) fn endpoint(instance: &str, user: &str, options: &[String]) -> Vec<String> {
    let args =
        ["ec2-instance-connect", "ssh", "--instance-id", instance, "--os-user", user, "--connection-type", "eice"];
    args.iter().map(ToString::to_string).chain(options.iter().cloned()).collect()
}

/// The command that has EC2 hand the public half of a key in a file to an instance for a minute.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connect-linux-inst-eic.html>
pub(super) fn send_key(instance: &str, user: &str, file: &str, options: &[String]) -> Vec<String> {
    let key = format!("file://{file}.pub");
    let args =
        ["aws", "ec2-instance-connect", "send-ssh-public-key", "--instance-id", instance, "--instance-os-user", user];
    let args = args.iter().map(ToString::to_string).chain(["--ssh-public-key".to_string(), key]);
    args.chain(options.iter().cloned()).collect()
}

/// What a Remote Desktop client reads: where the forwarded port is, and who logs in.
/// <https://learn.microsoft.com/en-us/azure/virtual-desktop/rdp-properties>
pub(super) fn rdp(local: u16, user: &str) -> String {
    format!("full address:s:localhost:{local}\r\nusername:s:{user}\r\nprompt for credentials:i:1\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 1, 0, 14));

    #[test]
    fn the_words_are_those_that_a_person_would_type() {
        assert_eq!(ssh("ubuntu", TARGET, None, None), ["ubuntu@10.1.0.14"]);
        let v6: IpAddr = "2600:1f14::9".parse().expect("an address");
        assert_eq!(ssh("admin", v6, Some(Identity::of("/k/a.pem")), None), ["-i", "/k/a.pem", "admin@2600:1f14::9"]);
        let jump = Jump { user: "ec2-user", address: v6, key: None };
        assert_eq!(ssh("ubuntu", TARGET, None, Some(&jump)), ["-J", "ec2-user@[2600:1f14::9]", "ubuntu@10.1.0.14"]);
        let options: Vec<String> = ["--profile", "my prod", "--region", "eu-west-1"].map(String::from).to_vec();
        assert_eq!(
            session("i-1", &options),
            ["ssm", "start-session", "--target", "i-1", "--profile", "my prod", "--region", "eu-west-1"]
        );
        let forwarded = forward("i-1", 3389, 13389, &options);
        let parameters: serde_json::Value = serde_json::from_str(&forwarded[7]).expect("it is JSON");
        assert_eq!(parameters["portNumber"][0], "3389");
        assert_eq!(parameters["localPortNumber"][0], "13389");
    }

    #[test]
    fn a_jump_with_a_key_is_a_command_that_a_shell_reads_as_it_was_meant() {
        for path in ["/k/a.pem", "/k/it's a $(id) `x`; rm -rf ~.pem", "/k/\"q\"\\.pem", "/k/열쇠.pem"] {
            let jump = Jump {
                user: "ec2-user",
                address: "54.1.2.3".parse().expect("an address"),
                key: Some(Identity::of(path)),
            };
            let args = ssh("ubuntu", TARGET, Some(Identity::of("/k/t.pem")), Some(&jump));
            assert_eq!((args.len(), args[0].as_str(), args[2].as_str()), (5, "-i", "-o"));
            let command = args[3].strip_prefix("ProxyCommand=").expect("it is one");
            let words = shell_words::split(command).expect("words");
            assert_eq!(words, ["ssh", "-i", path, "-W", "[%h]:%p", "ec2-user@54.1.2.3"]);
        }
    }
}
