//! A command over ssh as what is changed: what is asked about it, and the way to each instance.

use std::time::Duration;

use arcstr::ArcStr;

use super::form::pause;
use crate::base::RowId;
use crate::base::text::visible;
use crate::kinds::action::ActionContext;
use crate::kinds::ec2::connect::command::{self, NoWay, WAYS};
use crate::kinds::plan_builder::{label, line, need, pick, text_of};
use crate::model::connect::{Launch, why_no_user};
use crate::model::{Choice, FormField, FormSpec, TableKey, Values};

const COMMAND: &str = "command";
const WAY: &str = "way";
const USER: &str = "user";
const LIMIT: &str = "limit";

/// A command, and how each instance is reached.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Over {
    pub(super) command: ArcStr,
    pub(super) limit: Duration,
    pub(super) launches: Vec<(RowId, Launch)>,
}

impl Over {
    pub(super) fn of(cx: &ActionContext<'_>, spec: &FormSpec) -> Result<Over, String> {
        let text = |name: &str| spec.fields.iter().find(|f| f.name == name).map(text_of).unwrap_or_default();
        let (way, user) = (text(WAY), text(USER));
        let user = Some(user.as_str()).filter(|u| !u.is_empty());
        let to = |t| match command::launch(cx, t, &way, user) {
            Ok(launch) => Ok((t.record.id.clone(), launch)),
            Err(NoWay { why, .. }) => Err(format!("{}: {why}", label(&t.record))),
        };
        let launches = cx.targets.iter().map(to).collect::<Result<_, _>>()?;
        Ok(Over { command: text(COMMAND), limit: limit(&text(LIMIT))?, launches })
    }
    /// How an instance is reached.
    pub(super) fn to(&self, id: &str) -> Option<&Launch> {
        self.launches.iter().find(|(row, _)| row == id).map(|(_, launch)| launch)
    }
}

/// How long it may take.
fn limit(text: &str) -> Result<Duration, String> {
    match pause(text)? {
        length if length.is_zero() => Err("It has to have some time: 10m.".into()),
        length => Ok(length),
    }
}

pub(super) fn fields(cx: &ActionContext<'_>, values: &Values, needs: &mut Vec<TableKey>) -> Vec<FormField> {
    let help = "One line, read by the shell over there. An exit status other than 0 halts the change.";
    let mut command = line(values, COMMAND, "Command", "", help);
    let text = text_of(&command);
    command.error = if text.is_empty() {
        Some("Write the command.".into())
    } else if text.chars().any(char::is_control) {
        Some("A command is one line, without control characters.".into())
    } else if text.len() > command::MOST {
        Some(format!("A command has at most {} bytes; this one has {}.", command::MOST, text.len()))
    } else {
        None
    };

    let choice =
        |(value, label): &(&str, &str)| Choice { value: (*value).into(), label: (*label).into(), disabled: None };
    let help = "As with connect: your own ssh, its settings and keys. It asks nothing: host keys have to be known.";
    let mut way = pick(values, (WAY, "Way"), WAYS.iter().map(choice).collect(), "auto", help);
    let mut user = line(values, USER, "User", "", "");
    let name = text_of(&user);
    user.error = Some(name.as_str())
        .filter(|n| !n.is_empty())
        .and_then(why_no_user)
        .map(|why| format!("{}.", crate::base::text::capital(&why)));
    let said = Some(name.as_str()).filter(|n| !n.is_empty() && user.error.is_none());

    let mut users: Vec<String> = Vec::new();
    let known = way.error.is_none();
    for t in cx.targets.iter().filter(|_| known) {
        match command::launch(cx, t, &text_of(&way), said) {
            Ok(launch) if !users.contains(&launch.login.user) => users.push(launch.login.user),
            Ok(_) => {}
            Err(no) => {
                no.needs.into_iter().for_each(|table| need(needs, table));
                way.error.get_or_insert(format!("{}: {}", label(&t.record), no.why));
            }
        }
    }
    user.help = match users.as_slice() {
        [] => "Who logs in; empty: as the image has it.".into(),
        users => {
            let users: Vec<String> = users.iter().map(|u| visible(u).into_owned()).collect();
            format!("Who logs in; empty: as the image has it. Now {}.", users.join(", "))
        }
    };
    let mut most =
        line(values, LIMIT, "Limit", "10m", "How long it may take on each: 90s, 10m, 1h. After that the change halts.");
    most.error = limit(&text_of(&most)).err();
    vec![command, way, user, most]
}
