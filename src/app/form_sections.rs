//! Sections of a form: what is rarely used is folded to one line until it is opened.

use std::ops::Range;

use super::overlay::{FormState, Overlay};
use super::update::Turn;
use crate::base::text::visible;
use crate::model::{FormField, FormInput, FormValue};

impl FormState {
    /// The fields of the section that a field belongs to, if it is folded.
    pub fn folded(&self, at: usize) -> Option<Range<usize>> {
        let section = self.spec.fields.get(at)?.section?;
        if self.editors.open.contains(&section) {
            return None;
        }
        let is = |i: &usize| self.spec.fields.get(*i).is_some_and(|f| f.section == Some(section));
        let start = (0..=at).rev().take_while(is).last()?;
        let end = (at..self.spec.fields.len()).take_while(is).last()? + 1;
        Some(start..end)
    }

    /// Whether the cursor is on the row below the fields that leads to the plan.
    pub fn on_continue(&self) -> bool {
        self.focus >= self.spec.fields.len()
    }

    /// The next place for the cursor, around the ends: a field, the first one of a folded section, which stands for it, or the row below
    /// them all.
    pub(super) fn next_stop(&self, by: isize) -> usize {
        let n = self.spec.fields.len() + 1;
        let mut at = self.focus;
        for _ in 0..n {
            at = (at + n).saturating_add_signed(by.signum()) % n;
            if self.spec.fields.get(at).is_some_and(FormField::is_hidden) {
                continue;
            }
            if self.folded(at).is_none_or(|section| section.start == at) {
                break;
            }
        }
        at
    }

    /// Whether no field is below the cursor.
    pub(super) fn is_last_stop(&self) -> bool {
        self.on_continue() || self.next_stop(1) == self.spec.fields.len()
    }

    /// Puts the cursor on a field, in whatever section.
    pub(super) fn focus_on(&mut self, at: usize) {
        if self.folded(at).is_some() {
            self.editors.open.extend(self.spec.fields.get(at).and_then(|f| f.section));
        }
        self.focus = at;
    }
}

/// A field's value in a word or two, for the line of a folded section.
pub fn summary(field: &FormField) -> String {
    match (&field.input, &field.value) {
        (_, FormValue::Flag(on)) => if *on { "yes" } else { "no" }.into(),
        (FormInput::Choice(choices), FormValue::Text(value)) => {
            let label = choices.iter().find(|c| c.value == *value).map_or(value.as_str(), |c| c.label.as_str());
            none_if_empty(&visible(label.split("  ").next().unwrap_or(label)))
        }
        (_, FormValue::Text(text)) => none_if_empty(&visible(text)),
        (_, FormValue::Secret(text)) if text.expose().is_empty() => "–".into(),
        (_, FormValue::Secret(text)) => format!("{} B", text.expose().len()),
        (_, FormValue::File(path)) => format!("@{}", visible(path)),
        (FormInput::Rows(input), FormValue::Rows(edits)) => match (input.original.len(), edits.len()) {
            (rows, 0) => rows.to_string(),
            (rows, changes) => format!("{rows}, {changes} changed"),
        },
        (_, FormValue::Rows(_)) => "–".into(),
    }
}

fn none_if_empty(text: &str) -> String {
    if text.is_empty() { "–".into() } else { text.to_string() }
}

impl Turn<'_> {
    /// Opens the folded section under the cursor. Returns whether there was one.
    pub(super) fn open_section(&mut self) -> bool {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return false };
        let Some(section) = form.folded(form.focus) else { return false };
        // What is wrong in it is where one begins.
        let wrong = section.clone().find(|i| form.spec.fields[*i].error.is_some());
        form.focus_on(wrong.unwrap_or(section.start));
        form.enter_field();
        true
    }
}
