//! Ways to connect to a machine, as data: what is started, what it looks like where it is copied, and what there is on this machine to do it with.
//!
//! A program is started from its argument vector, never by a shell; what a stranger may have named (an instance, a key pair) is in none of
//! the words.

use std::collections::{BTreeMap, BTreeSet};

use arcstr::ArcStr;
use indexmap::IndexMap;

use super::call::Call;
use super::table::TableKey;
use crate::base::RowId;
use crate::base::text::shell_quote;

/// A program that gets the terminal.
#[derive(Debug, Clone, PartialEq)]
pub struct Launch {
    /// One of [`PROGRAMS`].
    pub program: &'static str,
    /// Its arguments, a word each.
    pub args: Vec<String>,
    /// The profile whose instance it is.
    pub profile: ArcStr,
    /// With what: the row's name, for sentences.
    pub to: String,
    /// A file that is written before it is started.
    pub file: Option<LaunchFile>,
    /// A key that is made for this connection alone.
    pub one_time: Option<OneTimeKey>,
    /// What it comes to: the embedded account, whose networks no program of this machine leads to, logs in by that.
    pub login: Login,
}

/// Who logs in where, and over what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// The region's code.
    pub region: ArcStr,
    /// The instance's id.
    pub instance: RowId,
    /// The user name.
    pub user: String,
    /// The way there.
    pub over: Over,
}

/// The way to an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// Its public address.
    Public,
    /// An IPv6 address.
    V6(std::net::Ipv6Addr),
    /// Its private address, from this machine.
    Private,
    /// Another instance, by its id.
    Through(RowId),
    /// Its public address, with a one-time key of EC2 Instance Connect.
    OneTimeKey,
    /// An EC2 Instance Connect Endpoint.
    Endpoint,
    /// Session Manager.
    Session,
    /// No login: a port of it.
    Forward,
}

/// A file that another program connects with while this one runs. It has no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaunchFile {
    /// Its path.
    pub path: String,
    /// What is in it.
    pub text: String,
}

impl Launch {
    /// As a shell reads it, with what comes before it.
    pub fn text(&self) -> String {
        let mut commands = self.one_time.as_ref().map(OneTimeKey::commands).unwrap_or_default();
        commands.push(self.words());
        commands.iter().map(|words| quoted(words)).collect::<Vec<_>>().join(" && ")
    }
    /// The program alone, as a shell reads it.
    pub fn line(&self) -> String {
        quoted(&self.words())
    }
    fn words(&self) -> Vec<String> {
        std::iter::once(self.program.to_string()).chain(self.args.iter().cloned()).collect()
    }
}

/// Words as a shell reads them.
fn quoted(words: &[String]) -> String {
    words.iter().map(|w| shell_quote(w)).collect::<Vec<_>>().join(" ")
}

/// A key pair that is made for one connection: a file in a folder of its own, both gone afterwards, whose public half is sent before the program
/// starts.
#[derive(Debug, Clone, PartialEq)]
pub struct OneTimeKey {
    /// The private key's path; beside it `.pub`. Its folder is made with it.
    pub file: String,
    /// Who is to take its public half, the call without the key.
    pub sends: Vec<SendKey>,
}

/// A call that sends a public key.
#[derive(Debug, Clone, PartialEq)]
pub struct SendKey {
    /// The call, without the key.
    pub call: Call,
    /// The same as a command, which reads the key from its file.
    pub command: Vec<String>,
}

impl OneTimeKey {
    /// What makes the key and sends it, as commands.
    fn commands(&self) -> Vec<Vec<String>> {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let folder = self.file.rsplit_once('/').map_or(".", |(folder, _)| folder);
        let mut out = vec![
            words(&["mkdir", "-m", "700", folder]),
            words(&["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", &self.file]),
        ];
        out.extend(self.sends.iter().map(|send| send.command.clone()));
        out
    }
}

impl Over {
    /// As a journal keeps it.
    pub fn text(&self) -> String {
        match self {
            Over::Public => "public".into(),
            Over::V6(address) => format!("v6:{address}"),
            Over::Private => "private".into(),
            Over::Through(id) => format!("through:{id}"),
            Over::OneTimeKey => "one-time-key".into(),
            Over::Endpoint => "endpoint".into(),
            Over::Session => "session".into(),
            Over::Forward => "forward".into(),
        }
    }
    /// Reads it back.
    pub fn read(text: &str) -> Option<Over> {
        Some(match text.split_once(':') {
            Some(("v6", address)) => Over::V6(address.parse().ok()?),
            Some(("through", id)) => Over::Through(id.into()),
            _ => match text {
                "public" => Over::Public,
                "private" => Over::Private,
                "one-time-key" => Over::OneTimeKey,
                "endpoint" => Over::Endpoint,
                "session" => Over::Session,
                "forward" => Over::Forward,
                _ => return None,
            },
        })
    }
}

/// The argument of a call that is a program's start: all of its words, the program's name first.
pub const WORDS: &str = "Words";

/// OpenSSH's client.
pub const SSH: &str = "ssh";
/// The AWS CLI.
pub const AWS: &str = "aws";
/// What the AWS CLI starts sessions of Session Manager with.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html>
pub const SESSION_PLUGIN: &str = "session-manager-plugin";
/// The programs that are looked for.
pub const PROGRAMS: &[&str] = &[SSH, AWS, SESSION_PLUGIN];

/// A way to connect.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Way {
    /// A word or two: `ssh`, `through my-bastion-host`.
    pub label: String,
    /// The letter that chooses it in the menu.
    pub letter: Option<char>,
    /// What is started; `None` only where [`Way::why_not`] says why.
    pub launch: Option<Launch>,
    /// What else there is to know, a sentence each.
    pub notes: Vec<String>,
    /// Why it cannot be done now: one sentence.
    pub why_not: Option<String>,
    /// The VPC and the instance in it that it leads through: remembered once it was chosen.
    pub through: Option<(ArcStr, ArcStr)>,
}

/// All ways to one row, the likeliest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ways {
    /// They.
    pub ways: Vec<Way>,
    /// Rows that they rest on and that are to be there: whole tables, or some of their rows.
    pub needs: Vec<(TableKey, Option<Vec<RowId>>)>,
    /// The key pairs whose files are looked for.
    pub keys: Vec<ArcStr>,
}

/// What the settings say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConnectSettings {
    /// Folders in which key files are looked for, after `~/.ssh`.
    pub folders: Vec<String>,
    /// User names by patterns of images' names, in order.
    pub users: IndexMap<String, String>,
    /// The folder that files are written to; empty: none is written.
    pub downloads: String,
    /// Profiles whose instances may be connected to in read-only mode.
    pub in_read_only: BTreeSet<ArcStr>,
    /// The AWS CLI's options that mean the same account as here, by profile: `--profile prod`.
    pub flags: BTreeMap<ArcStr, Vec<String>>,
}

/// What is to be looked for on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolsLook {
    /// Names of key pairs.
    pub keys: Vec<ArcStr>,
    /// Folders beside `~/.ssh`, as they are written in the settings.
    pub folders: Vec<String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tools {
    /// Which of [`PROGRAMS`] are there.
    pub programs: BTreeSet<&'static str>,
    /// What was found for each key pair.
    pub keys: BTreeMap<ArcStr, KeyFile>,
    /// Where a key that is made for one connection would be put: in a new folder. `None`: nowhere.
    pub one_time: Option<String>,
}

/// What forms and plans know of this machine where they start programs of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Machine {
    /// What the settings say.
    pub settings: ConnectSettings,
    /// The instance that was gone through last, by VPC.
    pub bastions: BTreeMap<String, String>,
    /// Whether the account is the embedded one.
    pub simulated: bool,
    /// What was looked for.
    pub looked: Option<ToolsLook>,
    /// What was found, once it was.
    pub tools: Option<Tools>,
}

/// The file of a key pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFile {
    /// There is none in these folders.
    Missing(Vec<String>),
    /// It can be used: its path in full.
    Usable(String),
    /// It is there and cannot be used: a sentence that says what to do.
    Refused(String),
}

/// What a key pair's file may be called: as AWS's console saves it, as [`safe_name`] does, and without an ending.
pub fn key_files(name: &str) -> Vec<String> {
    let name = safe_name(name);
    if name.is_empty() { Vec::new() } else { vec![format!("{name}.pem"), name] }
}

/// A key pair's name as a file's: it cannot lead out of a folder, and is never hidden.
pub fn safe_name(name: &str) -> String {
    let safe: String = name.chars().map(|c| if c == '/' || c == '\0' || c.is_control() { '_' } else { c }).collect();
    if safe.starts_with('.') { format!("key{safe}") } else { safe }
}

/// Why a user name is none; `None`: it is one. What begins with a dash would be an option, and a host could hide behind a blank or an `@`.
/// As useradd takes it by default, with capitals for Windows (`Administrator`) and dots.
/// <https://manpages.debian.org/bookworm/passwd/useradd.8.en.html>
pub fn why_no_user(name: &str) -> Option<String> {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let other = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() {
        return Some("a user name cannot be empty".into());
    }
    if name.len() > 32 {
        return Some("a user name has at most 32 characters".into());
    }
    if !name.starts_with(first) || !name.chars().all(other) {
        return Some(format!(
            "{} is no user name; it begins with a letter and has letters, digits, dashes, dots and underscores",
            crate::base::text::visible(name)
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_pairs_name_leads_out_of_no_folder_and_is_no_option() {
        assert_eq!(key_files("my-key"), ["my-key.pem", "my-key"]);
        assert_eq!(key_files("../../etc/passwd"), ["key.._.._etc_passwd.pem", "key.._.._etc_passwd"]);
        assert_eq!(key_files(".."), ["key...pem", "key.."]);
        assert_eq!(key_files("a\0b\nc"), ["a_b_c.pem", "a_b_c"]);
        assert_eq!(key_files("열쇠"), ["열쇠.pem", "열쇠"]);
        assert!(key_files("").is_empty());
    }

    #[test]
    fn no_user_name_is_an_option_or_has_a_host_in_it() {
        for good in ["ec2-user", "Administrator", "_svc", "a.b"] {
            assert_eq!(why_no_user(good), None, "{good}");
        }
        for bad in ["", "-oProxyCommand=x", "$(id)", "a b", "a@b", "a\nb", "관리자", "root;id", &"x".repeat(33)] {
            assert!(why_no_user(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn a_way_is_read_back_as_it_was_written() {
        let v6 = Over::V6("2600:1f14::9".parse().expect("an address"));
        for over in [Over::Public, v6, Over::Private, Over::Through("i-1".into()), Over::OneTimeKey, Over::Endpoint] {
            assert_eq!(Over::read(&over.text()), Some(over));
        }
        assert_eq!((Over::read(""), Over::read("v6:x")), (None, None));
    }

    #[test]
    fn what_is_copied_means_to_a_shell_what_is_started() {
        let args = vec!["-i".to_string(), "/home/a b/it's $(id).pem".into(), "ec2-user@10.0.0.1".into()];
        let login = Login { region: "r".into(), instance: "i-1".into(), user: "u".into(), over: Over::Public };
        let launch = Launch {
            program: SSH,
            args: args.clone(),
            profile: "p".into(),
            to: "web".into(),
            file: None,
            one_time: None,
            login,
        };
        let words = shell_words::split(&launch.text()).expect("words");
        assert_eq!(words[1..], args);
    }
}
