//! A plan, before every change: what changes, what else happens, what it costs, what IAM says, the commands, and how it is
//! confirmed. On a small screen it takes the place of the table.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::command::Command;
use crate::app::help;
use crate::app::overlay::{Pin, PlanDialog, PlanPhase};
use crate::base::FaultKind;
use crate::config::{Mode, Role};
use crate::model::{Confirm, DryRun, Plan, Severity};

use super::painter::{Pen, cells};
use super::styled_text::{self, Line, item, middle};

/// No wider than a line that is still easy to read.
const WIDEST: u16 = 114;
/// Below this width of the screen the dialogue takes all of it.
const SMALL: u16 = 100;

/// Rows of which a long change has lines of its own: of more, each has one line, so that what else happens is in sight.
const FEW: usize = 3;
/// What stands between the parts of a change.
const PARTS: &str = " · ";

/// Draws the dialogue over `area`.
pub fn draw(pen: &mut Pen<'_>, area: Rect, state: &State, dialog: &PlanDialog) {
    let width = if area.width < SMALL { area.width } else { (area.width - 4).min(WIDEST) };
    let room = width.saturating_sub(4);
    let end = ending(dialog, room);
    let mut body = body_of(dialog, state.sandbox, room, usize::MAX);
    if dialog.scroll == 0 && body.len() + end.len() + 3 > usize::from(area.height) {
        body = body_of(dialog, state.sandbox, room, fold(dialog, area.height));
    }
    let height = u16::try_from(body.len() + end.len() + 3).unwrap_or(u16::MAX);
    let place = middle(area, width, height.max(6));
    let inner = pen.frame(place, &title(&dialog.plan), &whose(dialog));
    if inner.height == 0 {
        return;
    }
    let below = u16::try_from(end.len()).unwrap_or(0).min(inner.height);
    let top = Rect { height: inner.height.saturating_sub(below + 1), ..inner };
    styled_text::draw(pen, top, &body, dialog.scroll);
    let foot = Rect { y: inner.bottom() - below, height: below, ..inner };
    styled_text::draw(pen, foot, &end, 0);
    if below > 0 {
        confirm(pen, Rect { y: inner.bottom() - 1, height: 1, ..inner }, state, dialog);
    }
}

/// `Stop 26 instances (4 of 30 skipped)`.
fn title(plan: &Plan) -> String {
    match plan.skipped.len() {
        0 => plan.title.clone(),
        left => format!("{} ({left} of {} skipped)", plan.title, left + plan.subjects.len()),
    }
}

fn whose(dialog: &PlanDialog) -> String {
    let region = dialog.plan.subjects.first().map_or(&dialog.on.scope, |s| &s.table.scope).region_code().cloned();
    let whose = |pin: &Pin| {
        let account = pin.who.as_ref().map(|(account, _)| account.clone());
        account.into_iter().chain([pin.profile.clone()]).collect::<Vec<_>>()
    };
    region.into_iter().chain(dialog.pins.iter().flat_map(whose)).collect::<Vec<_>>().join(" · ")
}

/// Warnings, then so many of the rows, then what is worth knowing, then the commands.
fn body_of(dialog: &PlanDialog, sandbox: bool, room: u16, shown: usize) -> Vec<Line> {
    let mut out = Vec::new();
    consequences(&mut out, dialog, room, Severity::Severe);
    consequences(&mut out, dialog, room, Severity::Unknown);
    let paragraph = |out: &mut Vec<Line>| {
        if !out.is_empty() {
            out.push(Line::blank());
        }
    };
    paragraph(&mut out);
    let rows = subjects(dialog, room, shown);
    let warned = out.len();
    out.extend(rows);
    skipped(&mut out, dialog, room);
    if out.len() > warned {
        out.push(Line::blank());
    }
    let before = out.len();
    consequences(&mut out, dialog, room, Severity::Note);
    if !dialog.plan.needs.is_empty() {
        let mut kinds: Vec<String> = dialog.plan.needs.iter().map(|t| t.kind.0.title.to_lowercase()).collect();
        kinds.dedup();
        out.extend(item("◌", &format!("still loading: {}", kinds.join(", ")), room, Role::Busy));
    }
    if let Some(cost) = &dialog.plan.cost {
        out.extend(item("·", &cost.to_string(), room, Role::Note));
    }
    if let Some(undo) = &dialog.plan.undo {
        let but = undo.but.as_ref().map(|b| format!(", but {b}")).unwrap_or_default();
        out.extend(item("·", &format!("undo: :{}{but}", undo.line), room, Role::Note));
    }
    verdict(&mut out, before, &dialog.dry_run, room);
    out.push(Line::blank());
    for command in &dialog.commands {
        out.extend(shell(command, room));
    }
    if sandbox && !dialog.commands.is_empty() {
        let why = "to run this against the sandbox, start skydeck sandbox --listen";
        out.extend(item("·", why, room, Role::Quiet));
    }
    out
}

fn consequences(out: &mut Vec<Line>, dialog: &PlanDialog, room: u16, severity: Severity) {
    let (glyph, role) = match severity {
        Severity::Severe => ("!", Role::Danger),
        Severity::Unknown => ("?", Role::Warning),
        Severity::Note => ("·", Role::Note),
    };
    for c in dialog.plan.consequences.iter().filter(|c| c.severity == severity) {
        out.extend(item(glyph, &c.text, room, role));
    }
}

/// How many rows are shown where not everything fits: a third of the screen, so that what else there is to read stands on it too. Whoever
/// scrolls sees all.
fn fold(dialog: &PlanDialog, height: u16) -> usize {
    let few = usize::from(height / 3).max(4);
    let all = dialog.plan.subjects.len();
    if all <= few + 1 { all } else { few }
}

/// Rows that are left alone, a line for each reason.
fn skipped(out: &mut Vec<Line>, dialog: &PlanDialog, room: u16) {
    /// Names of a reason.
    const NAMES: usize = 4;
    let mut by_reason: Vec<(&str, Vec<&str>)> = Vec::new();
    for s in &dialog.plan.skipped {
        match by_reason.iter_mut().find(|(why, _)| *why == s.why) {
            Some((_, labels)) => labels.push(&s.label),
            None => by_reason.push((&s.why, vec![&s.label])),
        }
    }
    for (why, labels) in by_reason {
        let more = match labels.len() {
            n if n > NAMES => format!(" and {} more", n - NAMES),
            _ => String::new(),
        };
        let names = labels[..labels.len().min(NAMES)].join(", ");
        out.extend(item("–", &format!("{} skipped ({names}{more}): {why}", labels.len()), room, Role::Quiet));
    }
}

/// What IAM says: at the end of the last line if there is room, else on its own.
fn verdict(out: &mut Vec<Line>, from: usize, dry_run: &DryRun, room: u16) {
    let (text, role) = match dry_run {
        DryRun::NotSupported => ("Permission not checked: this call has no dry run".to_string(), Role::Quiet),
        DryRun::NotAsked => ("Permission not checked (read-only)".to_string(), Role::Quiet),
        DryRun::Asking => ("◌ checking permission (dry run)".to_string(), Role::Busy),
        DryRun::Allowed => ("✓ IAM allows it (dry run)".to_string(), Role::Good),
        DryRun::AllowedInPart { asked, of } => {
            (format!("✓ IAM allows {asked} of {of} calls (dry run); the others have no dry run"), Role::Good)
        }
        DryRun::Denied(fault) => {
            out.extend(item("✗", &format!("IAM does not allow it: {fault}"), room, Role::Danger));
            for hint in &fault.hints {
                out.extend(item(" ", hint, room, Role::Quiet));
            }
            return;
        }
        // What is said of the request itself, and not of the way to it, it would say of the real one too.
        DryRun::Failed(fault) if matches!(fault.kind, FaultKind::Invalid | FaultKind::Conflict | FaultKind::Quota) => {
            out.extend(item("✗", &format!("EC2 would refuse it: {fault}"), room, Role::Danger));
            for hint in &fault.hints {
                out.extend(item(" ", hint, room, Role::Quiet));
            }
            return;
        }
        DryRun::Failed(fault) => {
            out.extend(item("?", &format!("Permission not checked: {fault}"), room, Role::Warning));
            return;
        }
    };
    match out.last_mut() {
        Some(line) if from > 0 && line.right.is_none() && line.width() + cells(&text) + 3 <= room => {
            line.right = Some((text, role));
        }
        _ => out.push(Line { left: Vec::new(), right: Some((text, role)) }),
    }
}

fn subjects(dialog: &PlanDialog, room: u16, shown: usize) -> Vec<Line> {
    let all = &dialog.plan.subjects;
    let hidden = all.len() - shown.min(all.len());
    let column = |f: fn(&crate::model::Subject) -> &str, most: u16| {
        all.iter().map(|s| cells(&crate::base::text::visible(f(s)))).max().unwrap_or(0).min(most)
    };
    // What becomes of a row is said whole, below it if it is long; then comes the name, and of the id what there is room for.
    let few = all.len() <= FEW;
    let change = match column(|s| &s.change, u16::MAX) {
        long if long > room * 2 / 3 && few => 0,
        change => change.min(room * 2 / 3),
    };
    let label = column(|s| &s.label, (room - change).saturating_sub(2).max(room / 4));
    // An id that has the name in it (an ARN) says nothing more.
    fn id_of(s: &crate::model::Subject) -> &str {
        if s.shown_id.contains(s.label.as_str()) { "" } else { &s.shown_id }
    }
    let left = room.saturating_sub(label + 2 + change + 2);
    let id = all.iter().map(|s| cells(&crate::base::text::visible(id_of(s)))).max().unwrap_or(0).min(left);
    // Fewer cells than this tell no id from another.
    let id = if id < 9 { 0 } else { id };
    let more = (hidden > 0).then(|| Line::of(format!("… and {hidden} more: ↓ shows all"), Role::Quiet));
    all.iter()
        .take(shown)
        .flat_map(|s| {
            let pad = |text: &str, to: u16, middle: bool| {
                let text = crate::base::text::visible(text);
                let to = usize::from(to);
                let cut = if middle {
                    crate::base::text::cut_middle(&text, to)
                } else {
                    crate::base::text::cut_end(&text, to)
                };
                format!("{cut}{}  ", " ".repeat(to.saturating_sub(crate::base::text::width(&cut))))
            };
            let mut line = Line::of(pad(&s.label, label, false), Role::Title);
            if id > 0 {
                line = line.and(pad(id_of(s), id, true), Role::Quiet);
            }
            if !few || cells(&s.change) <= room.saturating_sub(line.width()) {
                return vec![line.and(s.change.clone(), Role::Text)];
            }
            // What is too long for the rest of the line is said below it, each part of it by itself.
            let parts = s.change.split(PARTS).flat_map(|part| item(" ", part, room, Role::Text));
            std::iter::once(line).chain(parts).collect()
        })
        .chain(more)
        .collect()
}

/// A command wrapped as a shell reads it: broken between words, each line but the last ending in ` \`, so that what is selected
/// on the screen runs as it stands.
pub fn shell(command: &str, room: u16) -> Vec<Line> {
    let room_for = usize::from(room.saturating_sub(6));
    let width = crate::base::text::width;
    let mut rows: Vec<String> = Vec::new();
    for given in command.lines() {
        let given = given.trim_end().trim_end_matches('\\').trim();
        for option in options(&words(given)) {
            // An option stays with its values where a line can hold them.
            let whole = option.join(" ");
            let pieces = if width(&whole) <= room_for { vec![whole.as_str()] } else { option };
            for piece in pieces {
                match rows.last_mut() {
                    Some(row) if width(row) + 1 + width(piece) <= room_for => {
                        row.push(' ');
                        row.push_str(piece);
                    }
                    _ => rows.push(piece.to_string()),
                }
            }
        }
    }
    let last = rows.len().saturating_sub(1);
    let mut out = Vec::new();
    for (i, row) in rows.into_iter().enumerate() {
        let before = if i == 0 { "$ " } else { "    " };
        let after = if i < last { " \\" } else { "" };
        let mut pieces = broken(&row, room_for);
        if let Some(end) = pieces.last_mut() {
            end.push_str(after);
        }
        for (n, piece) in pieces.into_iter().enumerate() {
            out.push(Line::of(if n == 0 { before } else { "" }, Role::Quiet).and(piece, Role::Code));
        }
    }
    out
}

/// A word longer than a line (an ARN at 80 columns), in pieces that a shell puts together again: each but the last ends in `\`, with the
/// quotes closed before it and opened after it, and what follows begins at the margin.
fn broken(row: &str, most: usize) -> Vec<String> {
    if crate::base::text::width(row) <= most {
        return vec![row.to_string()];
    }
    let most = most.max(4);
    let mut out = vec![String::new()];
    let (mut used, mut quoted, mut escaped) = (0, false, false);
    let mut rest = row;
    while let Some(c) = rest.chars().next() {
        // A number in `$'…'` is one character to the shell.
        let number = rest.strip_prefix("$'").filter(|_| !quoted && !escaped).and_then(|r| r.find('\''));
        let (unit, next) = rest.split_at(number.map_or(c.len_utf8(), |end| end + 3));
        rest = next;
        let cells = crate::base::text::width(unit);
        // Room for the quote that closes and for the backslash; a character and the backslash before it stay together.
        if used + cells + 2 > most && !escaped {
            if let Some(piece) = out.last_mut() {
                piece.push_str(if quoted { "'\\" } else { "\\" });
            }
            out.push(if quoted { "'".into() } else { String::new() });
            used = usize::from(quoted);
        }
        (quoted, escaped) = (quoted ^ (c == '\'' && !escaped), c == '\\' && !quoted && !escaped);
        used += cells;
        if let Some(piece) = out.last_mut() {
            piece.push_str(unit);
        }
    }
    out
}

/// Words in groups: the command, then each option with its values.
fn options<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut out: Vec<Vec<&str>> = Vec::new();
    for word in words {
        match out.last_mut() {
            Some(group) if !word.starts_with("--") => group.push(word),
            _ => out.push(vec![word]),
        }
    }
    out
}

/// The words of a command, quoted ones whole.
fn words(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut start, mut quote, mut escaped) = (0, None, false);
    for (i, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (None, '\\') | (Some('"'), '\\') => escaped = true,
            (None, '\'' | '"') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, ' ') => {
                if start < i {
                    out.push(&text[start..i]);
                }
                start = i + 1;
            }
            _ => {}
        }
    }
    if start < text.len() {
        out.push(&text[start..]);
    }
    out
}

/// What stands between the body and the last line, and an empty line for that one.
fn ending(dialog: &PlanDialog, room: u16) -> Vec<Line> {
    let mut out = Vec::new();
    if let Some(why) = &dialog.blocked {
        out.extend(item("✗", why, room, Role::Error));
    }
    if let Some(notice) = &dialog.notice {
        out.extend(item("!", notice, room, Role::Warning));
    }
    out.push(Line::blank());
    out
}

/// The last line: how it is confirmed, and the other keys.
fn confirm(pen: &mut Pen<'_>, area: Rect, state: &State, dialog: &PlanDialog) {
    let go = help::verb(dialog);
    let mut end = area.right();
    // What has to be typed is seen whole while it is typed; the other keys stand on the last line anyway.
    let (lead, tail, least) = match dialog.plan.confirm() {
        Confirm::Type(phrase) => {
            let what = format!(" to {go}: ");
            let (lead, typed) = (5 + cells(&phrase) + 2, cells(&phrase) + 1);
            let tail = if lead + cells(&what) + typed <= area.width { what } else { ": ".to_string() };
            (format!(" {phrase} "), tail.clone(), lead + cells(&tail) + typed)
        }
        Confirm::Enter => (String::new(), String::new(), 0),
    };
    let least = least.max(area.width / 2);
    let others = help::hints(state, &crate::store::Store::default());
    let mine = matches!(state.mode(), Mode::Plan | Mode::Confirm);
    for hint in others.iter().rev().filter(|h| mine && h.command != Command::CarryOut) {
        let need = cells(&hint.key) + cells(&hint.title) + 1;
        if end.saturating_sub(need + 3) < area.x + least {
            break;
        }
        let x = end - need;
        let after = pen.say(x, area.y, need, &hint.key, Role::Key);
        pen.say(after + 1, area.y, need, &hint.title, Role::Hint);
        end = x.saturating_sub(3);
    }
    let room = end.saturating_sub(area.x);
    if dialog.blocked.is_some() {
        pen.say(area.x, area.y, room, "This cannot be done.", Role::Quiet);
        return;
    }
    if dialog.phase == PlanPhase::Rereading {
        pen.say(area.x, area.y, room, "◐ Reading the current state again before changing anything…", Role::Busy);
        return;
    }
    match dialog.plan.confirm() {
        Confirm::Enter => {
            let key = state.keymap.key_of(Mode::Plan, "carry-out").unwrap_or_default();
            let x = pen.say(area.x, area.y, room, &key, Role::Key);
            pen.say(x + 1, area.y, room, &go, Role::Hint);
        }
        Confirm::Type(_) => {
            let x = pen.say(area.x, area.y, room, "Type ", Role::Text);
            let x = pen.say(x, area.y, room.saturating_sub(x - area.x), &lead, Role::Danger);
            let x = pen.say(x, area.y, end.saturating_sub(x), &tail, Role::Text);
            pen.input(x, area.y, end.saturating_sub(x).max(2), &dialog.typed, Role::Input);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(command: &str, room: u16) -> Vec<String> {
        shell(command, room).iter().map(|l| l.left.iter().map(|(t, _)| t.as_str()).collect()).collect()
    }

    #[test]
    fn a_command_is_broken_between_words_and_never_inside_quotes() {
        let command = "aws ec2 create-tags --resources i-0a1f --tags 'Key=Name,Value=a b  c'\\''d' --profile prod";
        assert_eq!(
            text(command, 44),
            [
                "$ aws ec2 create-tags --resources i-0a1f \\",
                "    --tags 'Key=Name,Value=a b  c'\\''d' \\",
                "    --profile prod"
            ]
        );
        assert_eq!(text(command, 200), [format!("$ {command}")]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_still_one_word_to_a_shell() {
        let arn = format!(
            "arn:aws:elasticloadbalancing:ap-northeast-2:000000000000:targetgroup/{}/7ea16de46c1f4b34",
            "m".repeat(32)
        );
        let odd = format!("Key=Name,Value={} it'\\''s 결제 $HOME", "long ".repeat(12));
        let hostile = crate::base::text::shell_quote(&"it's \x1b[201~\nrm \u{202e}".repeat(9)).into_owned();
        for command in [
            format!("printf %s --arn {arn} --region r"),
            format!("printf %s --tags '{odd}' --region 'a b'"),
            format!("printf %s --key {hostile}"),
        ] {
            for room in [30, 41, 72, 76] {
                let shown = text(&command, room);
                assert!(
                    shown.len() > 2 && shown.iter().all(|l| crate::base::text::width(l) <= usize::from(room)),
                    "{shown:?}"
                );
                let script = shown.join("\n");
                let run =
                    |script: &str| std::process::Command::new("bash").args(["-c", script]).output().unwrap().stdout;
                assert_eq!(run(&script["$ ".len()..]), run(&command), "{script}");
            }
        }
    }

    #[test]
    fn what_is_broken_already_is_broken_anew() {
        assert_eq!(text("aws s3api x \\\n    --bucket b", 80), ["$ aws s3api x --bucket b"]);
    }
}
