//! A command on an instance over ssh: the same vector as connecting, with the command behind it, and what its end says.

use std::time::Duration;

use futures::future::FutureExt;

use super::CONNECTS;
use crate::aws::programs::{Ended, Started};
use crate::base::text::{cut_end, visible};
use crate::base::{Fault, FaultKind, Reached, RowId};
use crate::kinds::action::{ActionContext, Answer, Outgoing, Sender, Target};
use crate::kinds::args::{Args, sent};
use crate::kinds::connect::ConnectContext;
use crate::kinds::ec2::images;
use crate::model::connect::{Launch, Login, Over, SSH, WORDS};
use crate::model::{Arg, Call, Filters, Kind, Operation, Retry, Selector, Service, TableKey};
use crate::store::Progress;

/// Bytes of a command. A line of this length fits the arguments of every system.
pub(in crate::kinds::ec2) const MOST: usize = 4_000;
/// Cells of a line that is kept of its output.
const SAID: usize = 200;
/// What ssh ends with where it is to blame and not the command: ssh(1), EXIT STATUS.
const SSH_FAILED: i32 = 255;
/// What was answered, as the run's record has it.
const RESULT: &str = "Result";

/// What a command's ssh has before the options of connecting: it asks nobody (`BatchMode`), gives up on who does not answer, and notices a
/// connection that is gone. ssh_config(5).
const QUIET: &[&str] = &[
    "-o",
    "BatchMode=yes",
    "-o",
    "ConnectTimeout=20",
    "-o",
    "ServerAliveInterval=15",
    "-o",
    "ServerAliveCountMax=4",
    "-n",
];

/// The ways that may be asked for: what each is called, and what it may be.
pub(in crate::kinds::ec2) const WAYS: &[(&str, &str)] = &[
    ("auto", "auto  the first way that there is: public, IPv6, a bastion, private"),
    ("public", "public  its public IPv4 address"),
    ("ipv6", "ipv6  its IPv6 address"),
    ("bastion", "bastion  through a bastion of its VPC"),
    ("private", "private  its private address: a VPN, a peering, a machine in the VPC"),
];

/// Carries out a command. Sent twice it is done twice.
pub static RUN_COMMAND: Sender = Sender {
    op: Operation::write(Service::Ssh, "RunCommand", Retry::Never).with_outputs(&[RESULT]),
    send: |s| run(s).boxed(),
};

/// Why an instance cannot be reached, and the tables that may tell more.
pub(in crate::kinds::ec2) struct NoWay {
    pub(in crate::kinds::ec2) why: String,
    pub(in crate::kinds::ec2) needs: Vec<TableKey>,
}

/// What is started to log in to an instance. `user`: who the user says logs in.
///
/// # Errors
/// There is no such way, or what would tell is still to come.
pub(in crate::kinds::ec2) fn launch(
    cx: &ActionContext<'_>,
    t: &Target,
    way: &str,
    user: Option<&str>,
) -> Result<Launch, NoWay> {
    let no = |why: &str| NoWay { why: why.into(), needs: Vec::new() };
    let Some(machine) = cx.files.machine.as_ref().filter(|m| m.tools.is_some()) else {
        return Err(no("Looking for what is installed here."));
    };
    let ways = (CONNECTS.ways)(&ConnectContext {
        store: cx.store,
        table: &t.table,
        row: &t.record,
        tools: machine.tools.as_ref(),
        settings: &machine.settings,
        bastions: &machine.bastions,
        refused: None,
        user,
        port: None,
        simulated: machine.simulated,
    });
    let whole = |(table, ids): &(TableKey, Option<Vec<RowId>>)| match ids {
        None => Some(table.clone()),
        Some(ids) if table.kind == Kind(&images::INFO) && user.is_none() => {
            let missing: Vec<RowId> = ids.iter().filter(|id| cx.store.get(table, id).is_none()).cloned().collect();
            let filters = Filters::of(&images::INFO, [(images::ID.name, missing)])?;
            Some(TableKey { selector: Selector::Filter(filters), ..table.clone() })
        }
        Some(_) if table.kind == Kind(&images::INFO) || *table == t.table => None,
        Some(_) => Some(table.clone()),
    };
    let settled = |table: &TableKey| {
        let status = cx.store.table(table).map(|t| &t.status);
        status.is_some_and(|s| s.progress == Progress::Complete || s.fault.is_some())
    };
    let needs: Vec<TableKey> = ways.needs.iter().filter_map(whole).filter(|table| !settled(table)).collect();
    if !needs.is_empty() {
        return Err(NoWay { why: "What leads there is being loaded.".into(), needs });
    }
    let is_meant = |over: &Over| {
        matches!(
            (way, over),
            ("auto" | "public", Over::Public)
                | ("auto" | "ipv6", Over::V6(_))
                | ("auto" | "bastion", Over::Through(_))
                | ("auto" | "private", Over::Private)
        )
    };
    let mut why = None;
    for found in &ways.ways {
        let Some(launch) = found.launch.as_ref().filter(|l| l.program == SSH && is_meant(&l.login.over)) else {
            continue;
        };
        match &found.why_not {
            None => return Ok(launch.clone()),
            Some(not) => why = why.or_else(|| Some(not.clone())),
        }
    }
    // What cannot be started says why by its label's way alone.
    let of_label = |label: &str| ways.ways.iter().find(|w| w.label.starts_with(label)).and_then(|w| w.why_not.clone());
    let label = match way {
        "bastion" => "ssh through",
        "public" => "ssh",
        _ => "",
    };
    let why = why.or_else(|| of_label(label).filter(|_| !label.is_empty()));
    Err(no(&why.unwrap_or_else(|| "No way by ssh leads there.".into())))
}

/// The call that carries out a command over such a way. Nobody but the user has written the command: it is one word, behind the `--` that ends
/// the options, and only the shell over there reads it.
pub(in crate::kinds::ec2) fn call(t: &Target, launch: &Launch, command: &str, most: Duration) -> Call {
    let quiet = QUIET.iter().map(|w| (*w).to_string());
    let words: Vec<String> = std::iter::once(SSH.to_string())
        .chain(quiet)
        .chain(launch.args.iter().cloned())
        .chain(["--".to_string(), command.to_string()])
        .collect();
    RUN_COMMAND
        .call(t.table.scope.clone())
        .arg(WORDS, Arg::strs(words))
        .arg("User", Arg::str(launch.login.user.as_str()))
        .arg("Over", Arg::str(launch.login.over.text()))
        .arg("Seconds", Arg::Int(i64::try_from(most.as_secs()).unwrap_or(i64::MAX)))
        .on([t.record.id.clone()])
}

async fn run(s: Outgoing) -> Result<Answer, Fault> {
    let mut args = Args::of(&s.call);
    let (words, user, over) = (args.texts(WORDS)?, args.text("User")?, args.text("Over")?);
    let seconds = args.int("Seconds")?;
    args.end()?;
    s.dry_run()?;
    let wrong = |what: &str| Fault::bug(format!("{what} is no start of ssh."));
    let [program, options @ .., end, command] = words.as_slice() else { return Err(wrong("A vector without words")) };
    if program != SSH || end != "--" {
        return Err(wrong(&visible(program)));
    }
    let login = Login {
        region: s.call.scope.region_code().cloned().unwrap_or_default(),
        instance: s.call.subjects.first().cloned().unwrap_or_default(),
        user,
        over: Over::read(&over).ok_or_else(|| wrong(&visible(&over)))?,
    };
    let all = options.iter().chain([end, command]).cloned().collect();
    let most = Duration::from_secs(u64::try_from(seconds).unwrap_or_default());
    let start = Started { program: SSH, args: all, command: command.clone(), login, most };
    let ended = s.gateway.run_program(s.mode.permit(), &s.call, start).await?;
    told(ended, most).map_err(|fault| fault.of(s.call.op.service.sdk_id(), s.call.op.name))
}

/// What an end says. A status is the command's own, and stops what follows unless it is 0; of ssh's it is told whether the command can have begun.
fn told(ended: Ended, most: Duration) -> Result<Answer, Fault> {
    let (status, said, erred) = match ended {
        Ended::TooLong => {
            let text = format!(
                "it took longer than {} s, and ssh was ended: whether the command goes on over there is not known",
                most.as_secs()
            );
            return Err(Fault::new(FaultKind::Unknown, text).reached(Reached::Maybe));
        }
        Ended::Status { status, said, erred } => (status, last_line(&said), last_line(&erred)),
    };
    let line = if said.is_empty() { erred.clone() } else { said };
    match status {
        0 => {
            let result = if line.is_empty() { "exit status 0".to_string() } else { format!("exit status 0: {line}") };
            Ok(sent(None, result.clone()).with(RESULT, Some(&result)))
        }
        SSH_FAILED => Err(of_ssh(&erred)),
        status => {
            let line = if line.is_empty() { String::new() } else { format!(": {line}") };
            Err(Fault::new(FaultKind::Conflict, format!("exit status {status}{line}")).reached(Reached::Answered))
        }
    }
}

/// What ssh says itself: nobody was reached, nobody was let in, or a connection broke.
fn of_ssh(last: &str) -> Fault {
    let says = |all: &[&str]| all.iter().any(|part| last.contains(part));
    // OpenSSH's words: sshconnect.c, clientloop.c, packet.c.
    let unreached = ["Network is unreachable", "Connection timed out", "No route to host", "Operation timed out"];
    let begun = ["closed by remote host", "client_loop", "Timeout, server", "Connection reset", "Broken pipe"];
    let text = if last.is_empty() { "ssh failed with exit status 255".to_string() } else { last.to_string() };
    if last.starts_with("ssh: connect to host") && says(&unreached) {
        return Fault::new(FaultKind::Offline, text).reached(Reached::NotSent);
    }
    if last.is_empty() || says(&begun) {
        let text = format!("{text}: whether the command was carried out is not known");
        return Fault::new(FaultKind::Unknown, text).reached(Reached::Maybe);
    }
    Fault::new(FaultKind::Conflict, text).reached(Reached::Answered)
}

/// The last line that says something, without the program's name before it.
fn last_line(text: &str) -> String {
    let last = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    cut_end(&visible(last), SAID).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(status: i32, said: &str, erred: &str) -> Result<Answer, Fault> {
        told(Ended::Status { status, said: said.into(), erred: erred.into() }, Duration::from_secs(60))
    }

    #[test]
    fn the_last_line_and_the_status_are_told_and_any_but_0_stops() {
        let answer = end(0, "one\n\x1b]0;x\x07two\n\n", "").expect("0");
        assert!(answer.text.starts_with("exit status 0: ") && !answer.text.contains('\x1b'), "{}", answer.text);
        assert_eq!(end(0, "", "").expect("0").text, "exit status 0");
        let fault = end(3, "", "Job for nginx.service failed\n").expect_err("3");
        assert_eq!(
            (fault.message.as_str(), fault.reached),
            ("exit status 3: Job for nginx.service failed", Reached::Answered)
        );
    }

    #[test]
    fn of_what_ssh_says_it_is_told_whether_the_command_can_have_begun() {
        let of = |erred: &str| end(255, "", erred).map_err(|f| (f.kind, f.reached)).expect_err("255");
        let not = (FaultKind::Offline, Reached::NotSent);
        assert_eq!(of("ssh: connect to host 10.0.0.1 port 22: Connection timed out\n"), not);
        assert_eq!(of("ssh: connect to host 10.0.0.1 port 22: Network is unreachable\n"), not);
        let refused = (FaultKind::Conflict, Reached::Answered);
        assert_eq!(of("ssh: connect to host 10.0.0.1 port 22: Connection refused"), refused);
        assert_eq!(of("ubuntu@10.0.0.1: Permission denied (publickey)."), refused);
        assert_eq!(of("Host key verification failed."), refused);
        let unknown = (FaultKind::Unknown, Reached::Maybe);
        assert_eq!((of("Connection to 10.0.0.1 closed by remote host."), of("")), (unknown, unknown));
        assert_eq!(
            told(Ended::TooLong, Duration::from_secs(9)).map_err(|f| f.reached).expect_err("late"),
            Reached::Maybe
        );
    }
}
