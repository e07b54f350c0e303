//! Questions: the account's last four digits, an MFA code, a device code, and what is asked again before it is done.

use ratatui::layout::Rect;

use crate::app::State;
use crate::app::overlay::{AskDialog, Digits, Sure};
use crate::base::Time;
use crate::config::{Mode, Role};
use crate::model::Ask;

use super::format;
use super::painter::{Pen, cells};
use super::styled_text::{self, Line, item, middle};

/// No question is wider.
const WIDEST: u16 = 76;

/// A box with lines in it. Returns the inside.
fn boxed(pen: &mut Pen<'_>, area: Rect, title: &str, right: &str, lines: &[Line]) -> Rect {
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inner = pen.frame(middle(area, wide(area), height), title, right);
    styled_text::draw(pen, inner, lines, 0);
    inner
}

/// On a small screen a box takes the whole width: what would stick out beside it cannot be read anyway.
fn wide(area: Rect) -> u16 {
    if area.width <= WIDEST + 16 { area.width } else { WIDEST }
}

fn room(area: Rect) -> u16 {
    wide(area).saturating_sub(4)
}

/// The last four digits of the account's id.
pub fn digits(pen: &mut Pen<'_>, area: Rect, digits: &Digits) {
    let text = format!(
        "First change in account {} (profile {}) since the console started. Type the last four digits of the account id: \
         they are in the top line of the screen.",
        hidden(&digits.account),
        digits.profile
    );
    let mut lines = item("!", &text, room(area), Role::Warning);
    if let Some(error) = &digits.error {
        lines.extend(item("✗", error, room(area), Role::Error));
    }
    lines.push(Line::blank());
    lines.push(Line::of("Last four digits: ", Role::Text));
    let inner = boxed(pen, area, "Is this the right account?", &digits.profile, &lines);
    if inner.height > 0 {
        let x = inner.x + cells("Last four digits: ");
        pen.input(x, inner.bottom() - 1, inner.right().saturating_sub(x), &digits.line, Role::Input);
    }
}

/// The account's id without what has to be typed: it is to be read elsewhere, not copied from here.
fn hidden(account: &str) -> String {
    let keep = account.chars().count().saturating_sub(4);
    account.chars().enumerate().map(|(i, c)| if i < keep { c } else { '·' }).collect()
}

/// An MFA code, or a device code to be entered in a browser.
pub fn ask(pen: &mut Pen<'_>, area: Rect, dialog: &AskDialog, now: Time) {
    let room = room(area);
    let question = &dialog.question;
    match &question.what {
        Ask::MfaCode { serial, again } => {
            let mut lines = item("·", &format!("Code of the device {serial}"), room, Role::Text);
            if let Some(again) = again {
                lines.extend(item("!", again, room, Role::Warning));
            }
            lines.push(Line::blank());
            lines.push(Line::of("Code: ", Role::Text));
            let title = format!("MFA code for profile {}", question.profile);
            let inner = boxed(pen, area, &title, "", &lines);
            if inner.height > 0 {
                // Dots: somebody may be looking over a shoulder, and the code is good for half a minute.
                let x = inner.x + cells("Code: ");
                let dots = "•".repeat(dialog.line.text().chars().count());
                let after = pen.say(x, inner.bottom() - 1, inner.right().saturating_sub(x), &dots, Role::Input);
                pen.cursor = Some((after.min(inner.right().saturating_sub(1)), inner.bottom() - 1));
            }
        }
        Ask::Device { url, code, until } => {
            let mut lines = item("1", "Open this address in a browser, on any machine:", room, Role::Text);
            lines.extend(
                super::painter::wrap(url, room.saturating_sub(2))
                    .into_iter()
                    .map(|l| Line::of("  ", Role::Link).and(l, Role::Link)),
            );
            lines.extend(item("2", "Check that it shows this code, and allow it:", room, Role::Text));
            lines.push(Line::of("  ", Role::Text).and(code.clone(), Role::Code));
            lines.push(Line::blank());
            let left = if *until > now {
                format!("valid for {}", format::span(minutes(now, *until)))
            } else {
                "expired".into()
            };
            lines.push(Line::of(format!("◐ waiting for the browser, {left}"), Role::Busy));
            boxed(pen, area, &format!("Sign in to {}", question.profile), "", &lines);
        }
    }
}

/// Whole minutes until then, at least one, in seconds: so that nothing on the screen counts seconds.
fn minutes(now: Time, until: Time) -> i64 {
    i64::try_from(until.since(now).as_secs().div_ceil(60).max(1)).unwrap_or(1) * 60
}

/// Something that is asked again before it is done.
pub fn sure(pen: &mut Pen<'_>, area: Rect, state: &State, sure: &Sure) {
    let room = room(area);
    let mut lines: Vec<Line> = sure.lines.iter().flat_map(|l| item("·", l, room, Role::Text)).collect();
    lines.push(Line::blank());
    let key = |command: &str| state.keymap.key_of(Mode::Menu, command).unwrap_or_default();
    lines.push(
        Line::of(key("accept"), Role::Key)
            .and(format!(" or y {}", sure.yes), Role::Hint)
            .and("    ", Role::Hint)
            .and(key("back"), Role::Key)
            .and(format!(" or n {}", sure.no), Role::Hint),
    );
    boxed(pen, area, &sure.title, "", &lines);
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_digits_that_are_asked_for_are_not_on_the_screen() {
        assert_eq!(super::hidden("111122223333"), "11112222····");
    }
}
