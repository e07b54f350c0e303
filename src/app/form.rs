//! Forms: an action's `refine` makes the fields for the values so far, again after every edit and when a table it reads arrives.

use super::draft;
use super::line::Line;
use super::overlay::{Draft, Editors, FormState, On, Overlay, PlanSource, Sure, SureKind, enabled};
use super::update::Turn;
use crate::base::Secret;
use crate::input::{Key, KeyCode};
use crate::kinds::Action;
use crate::model::{Choice, FormField, FormInput, FormSpec, FormValue, Level, TableKey, Values};

impl FormState {
    /// The focused field.
    pub fn field(&self) -> Option<&FormField> {
        self.spec.fields.get(self.focus)
    }

    /// Opens the editor that the focused field needs.
    pub(super) fn enter_field(&mut self) {
        (self.line, self.draft, self.editors.area) = (None, None, None);
        self.sought.clear();
        if self.folded(self.focus).is_some() {
            return;
        }
        let Some(field) = self.spec.fields.get(self.focus) else { return };
        match (&field.input, &field.value) {
            (FormInput::Number { .. }, FormValue::Text(s)) => self.line = Some(Line::proposed(s.as_str())),
            (FormInput::Path { .. }, FormValue::Text(s)) | (FormInput::Lines { .. }, FormValue::File(s)) => {
                self.line = Some(Line::new(s.as_str()));
            }
            (FormInput::Secret, FormValue::Secret(s)) => self.line = Some(Line::new(s.expose().as_str())),
            (FormInput::Text, FormValue::Text(s)) => self.line = Some(Line::new(s.as_str())),
            (FormInput::Text | FormInput::Number { .. }, _) => self.line = Some(Line::default()),
            (FormInput::Rows(input), value) => self.draft = Some(draft::begin(input, value)),
            _ => {}
        }
    }

    /// The value that the line of the focused field stands for.
    pub(super) fn line_value(&self) -> FormValue {
        let text = self.line.as_ref().map_or("", Line::text);
        match self.field().map(|f| &f.input) {
            Some(FormInput::Lines { .. }) => FormValue::File(text.into()),
            Some(FormInput::Secret) => FormValue::Secret(Secret::new(text.into())),
            _ => FormValue::Text(text.into()),
        }
    }

    /// Whether anything was put in that leaving would lose.
    fn is_touched(&self) -> bool {
        !self.values.0.is_empty() || self.draft.as_ref().is_some_and(|d| !d.undo.is_empty())
    }
}

impl Turn<'_> {
    /// The form for these values, or a sentence about a row that is gone.
    pub(super) fn refined(&self, action: &Action, on: &On, values: &Values) -> Result<FormSpec, String> {
        let (targets, _) = action.sift(self.resolve(&on.rows)?);
        Ok((action.refine)(&self.context(&on.scope, &targets), values))
    }

    pub(super) fn open_form(&mut self, action: &'static Action, on: On, values: Values, spec: FormSpec) {
        // What is only not asked for yet is no error of the user's.
        let wrong = spec.fields.iter().position(|f| f.error.is_some()).filter(|_| spec.needs.is_empty());
        let focus = wrong.unwrap_or(0);
        let editors = Editors::default();
        self.s.files.clear();
        let sought = String::new();
        let (line, draft, picker, error) = (None, None, None, None);
        let mut form = FormState { action, on, values, spec, focus, line, draft, picker, sought, error, editors };
        wrong.into_iter().for_each(|at| form.focus_on(at));
        form.enter_field();
        self.s.overlays.push(Overlay::Form(Box::new(form)));
    }

    /// Refines the uppermost form after its values changed, or what it looks at.
    pub(super) fn refine_form(&mut self) {
        let Some(Overlay::Form(form)) = self.s.overlays.last() else { return };
        let refined = self.refined(form.action, &form.on, &form.values);
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        match refined {
            Ok(spec) => {
                form.error = None;
                form.focus = form.focus.min(spec.fields.len());
                // What was typed as a name is the row's id from here on: no name is looked for again.
                for field in spec.fields.iter().filter(|f| matches!(f.input, FormInput::Pick(_))) {
                    if form.values.get(field.name).is_some_and(|v| *v != field.value) {
                        form.values.set(field.name, field.value.clone());
                    }
                }
                form.spec = spec;
                // Rows that have changed in the account meanwhile are under the edits at once.
                if let Some(draft) = &mut form.draft
                    && let Some(FormInput::Rows(input)) = form.spec.fields.get(form.focus).map(|f| &f.input)
                {
                    draft.lay_over(input);
                }
            }
            Err(why) => form.error = Some(why),
        }
    }

    /// A table has news: a form that reads it shows them, and keeps what was put in.
    pub(super) fn refine_again(&mut self, table: &TableKey) {
        let of = |f: &FormState| f.spec.needs.contains(table) || f.on.rows.iter().any(|r| r.table == *table);
        let reads = matches!(self.s.overlays.last(), Some(Overlay::Form(f)) if of(f));
        if reads {
            self.refine_form();
            if let Some(Overlay::Form(form)) = self.s.overlays.last_mut()
                && form.line.is_none()
                && form.draft.is_none()
                && form.sought.is_empty()
                && form.editors.area.is_none()
            {
                form.enter_field();
            }
        }
    }

    pub(super) fn set_field(&mut self, value: FormValue) {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        let Some(name) = form.field().map(|f| f.name) else { return };
        form.values.set(name, value);
        self.refine_form();
    }

    /// A key that is no command, in a form.
    pub(super) fn form_key(&mut self, key: Key) {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        if form.open_picker().is_some() {
            // The rows have the keys: what is no command there is none.
            return;
        }
        if form.editors.area.is_some() {
            return self.area_key(key);
        }
        if let Some(draft) = &mut form.draft {
            match &mut draft.editing {
                Some(line) => drop(line.key(key)),
                None if key.code == KeyCode::Char(' ') => self.draft_cycle(),
                None => {}
            }
            return;
        }
        if let Some(line) = &mut form.line {
            let empty = line.is_empty();
            if line.key(key) {
                // Back out of a file's path: the text is the field's value again.
                if empty && key.code == KeyCode::Backspace && self.leave_file() {
                    return;
                }
                let Some(Overlay::Form(form)) = self.s.overlays.last() else { return };
                let value = form.line_value();
                self.set_field(value);
            }
            return;
        }
        if form.folded(form.focus).is_some() {
            return;
        }
        match form.field().map(|f| (&f.input, &f.value)) {
            Some((FormInput::Pick(_), _)) => self.picker_seek(key),
            Some((FormInput::Lines { .. }, _)) => self.lines_key(key),
            Some((FormInput::Toggle, value)) if key.code == KeyCode::Char(' ') => {
                let flip = FormValue::Flag(*value != FormValue::Flag(true));
                self.set_field(flip);
            }
            Some((FormInput::Choice(choices), FormValue::Text(value))) => {
                let Some((sought, found)) = seek(choices, value, &form.sought, key) else { return };
                let value = found.map(|c| FormValue::Text(c.value.clone()));
                form.sought = sought;
                value.into_iter().for_each(|v| self.set_field(v));
            }
            _ => {}
        }
    }

    pub(super) fn form_paste(&mut self, text: &str) {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        if form.open_picker().is_some() {
            // It goes to the picker's line, or nowhere.
        } else if let Some(line) = form.draft.as_mut().and_then(|d| d.editing.as_mut()) {
            line.insert(text);
        } else if let Some(line) = &mut form.line {
            line.insert(text);
            let value = form.line_value();
            self.set_field(value);
        } else {
            self.lines_paste(text);
        }
    }

    /// The next field, or the one before. While a cell is edited: the next cell of its row.
    pub(super) fn form_focus(&mut self, by: isize) {
        if self.s.picker().is_some() {
            return self.picker_focus(None);
        }
        if self.draft_next_cell(by) {
            return;
        }
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        form.focus = form.next_stop(by);
        form.enter_field();
    }

    /// Arrow down and up: rows of a draft, else fields.
    pub(super) fn form_by(&mut self, by: isize) {
        if self.s.picker().is_some() {
            return self.picker_by(by);
        }
        if self.draft_by(by) {
            return;
        }
        self.form_focus(by.signum());
    }

    /// Arrow left and right: the cursor in a line, columns of a draft, else the value itself.
    pub(super) fn form_sideways(&mut self, by: isize) {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        if let Some(draft) = &mut form.draft {
            let columns = draft.rows.get(draft.row).map_or(0, |r| r.cells.len());
            match &mut draft.editing {
                Some(line) => drop(line.key(Key::plain(if by < 0 { KeyCode::Left } else { KeyCode::Right }))),
                None => draft.column = draft.column.saturating_add_signed(by).min(columns.saturating_sub(1)),
            }
            return;
        }
        if let Some(line) = &mut form.line {
            line.key(Key::plain(if by < 0 { KeyCode::Left } else { KeyCode::Right }));
            return;
        }
        form.sought.clear();
        if let Some(picker) = form.open_picker_mut() {
            picker.line.key(Key::plain(if by < 0 { KeyCode::Left } else { KeyCode::Right }));
            return;
        }
        if form.folded(form.focus).is_some() {
            return;
        }
        let next = match form.field().map(|f| (&f.input, &f.value)) {
            Some((FormInput::Pick(_), _)) => return self.picker_step(by),
            Some((FormInput::Toggle, value)) => FormValue::Flag(*value != FormValue::Flag(true)),
            Some((FormInput::Choice(choices), value)) => {
                let open: Vec<_> = enabled(choices).collect();
                let now = open.iter().position(|c| FormValue::Text(c.value.clone()) == *value);
                let at = match now {
                    Some(i) => (i + open.len()).saturating_add_signed(by) % open.len().max(1),
                    None => 0,
                };
                match open.get(at) {
                    Some(c) => FormValue::Text(c.value.clone()),
                    None => return,
                }
            }
            _ => return,
        };
        self.set_field(next);
    }

    /// Enter: takes over a cell or what a picker is on, opens a picker, goes to the next field, and from the last one to the plan.
    pub(super) fn form_accept(&mut self) {
        if self.s.picker().is_some() {
            return self.picker_take();
        }
        if self.draft_take_over() {
            return;
        }
        if self.open_section() || self.open_lines() {
            return;
        }
        if matches!(self.s.overlays.last(), Some(Overlay::Form(f)) if f.picker.is_some()) {
            return self.picker_open();
        }
        self.form_go_on();
    }

    /// The next field, or from the last one the plan.
    pub(super) fn form_go_on(&mut self) {
        let Some(Overlay::Form(form)) = self.s.overlays.last() else { return };
        if !form.is_last_stop() {
            self.form_focus(1);
        } else {
            self.form_submit();
        }
    }

    /// Makes a plan of the form; a wrong field is named and gets the cursor.
    pub(super) fn form_submit(&mut self) {
        self.draft_take_over();
        self.refine_form();
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        if form.error.is_some() {
            return;
        }
        if let Some(at) = form.spec.fields.iter().position(|f| f.error.is_some()) {
            form.focus_on(at);
            form.error.clone_from(&form.spec.fields[at].error);
            form.enter_field();
            return;
        }
        let (source, on) = (PlanSource::Action(form.action, form.values.clone()), form.on.clone());
        if self.is_looking() {
            if let Some(Overlay::Form(form)) = self.s.overlays.last_mut() {
                form.editors.submit = true;
            }
            return;
        }
        if let Err(why) = self.open_plan(source, on, true)
            && let Some(Overlay::Form(form)) = self.s.overlays.last_mut()
        {
            form.error = Some(why);
        }
    }

    /// Escape: out of the cell, else out of the form; asks again if that would lose something.
    pub(super) fn form_leave(&mut self) {
        if self.s.picker().is_some() {
            return self.picker_close();
        }
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        if let Some(draft) = &mut form.draft
            && draft.editing.take().is_some()
        {
            return;
        }
        if self.leave_lines() {
            return;
        }
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        let changed = form.draft.as_ref().map_or(0, Draft::changes);
        if changed == 0 || !form.is_touched() {
            self.s.overlays.pop();
            return;
        }
        self.s.overlays.push(Overlay::Sure(Sure {
            kind: SureKind::LeaveForm,
            title: "Discard the draft?".into(),
            lines: vec![match changed {
                1 => "1 change is not applied yet and will be lost.".into(),
                n => format!("{n} changes are not applied yet and will be lost."),
            }],
            yes: "leave",
            no: "keep editing",
        }));
    }

    pub(super) fn refuse(&mut self, why: impl Into<String>) {
        self.say(Level::Warning, why);
    }
}

/// What has been typed after `key`, and the choice that it finds: one that begins with it, else one that has it in its name or its value.
/// A letter by itself goes to the next such choice; what finds nothing begins anew. `None`: the key is not for this.
fn seek<'a>(choices: &'a [Choice], value: &str, sought: &str, key: Key) -> Option<(String, Option<&'a Choice>)> {
    let now = choices.iter().position(|c| c.value == value);
    let from = |at: usize, word: &str| {
        let open = || choices.iter().cycle().skip(at).take(choices.len()).filter(|c| c.disabled.is_none());
        let begins = open().find(|c| c.label.to_lowercase().starts_with(word));
        let has = |c: &&Choice| c.label.to_lowercase().contains(word) || c.value.to_lowercase().contains(word);
        begins.or_else(|| open().find(has))
    };
    let Some(typed) = key.typed() else {
        let fewer = sought.char_indices().next_back().filter(|_| key.code == KeyCode::Backspace)?.0;
        return Some((sought[..fewer].into(), None));
    };
    let letter: String = typed.to_lowercase().collect();
    let word = format!("{sought}{letter}");
    if !sought.is_empty()
        && let Some(found) = from(now.unwrap_or(0), &word)
    {
        return Some((word, Some(found)));
    }
    let next = from(now.map_or(0, |i| i + 1), &letter);
    Some((if next.is_some() { letter } else { sought.into() }, next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_found_by_what_is_typed_of_its_name_or_its_id() {
        let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into(), disabled: None };
        let mut choices = [
            choice("i-0a1", "api-1"),
            choice("i-0a2", "api-2"),
            choice("i-0b3", "grafana"),
            choice("i-0b4", "결제-워커-07"),
            choice("i-0c5", "my-api"),
        ];
        let mut at = ("i-0a1".to_string(), String::new());
        let mut press = |choices: &[Choice], keys: &str| {
            for c in keys.chars() {
                let key = Key::plain(if c == '<' { KeyCode::Backspace } else { KeyCode::Char(c) });
                let Some((sought, found)) = seek(choices, &at.0, &at.1, key) else { continue };
                at = (found.map_or(at.0.clone(), |c| c.value.to_string()), sought);
            }
            at.0.clone()
        };
        assert_eq!(press(&choices, "gra"), "i-0b3");
        assert_eq!(press(&choices, "<<<a"), "i-0a1", "a letter by itself goes on, around the end");
        assert_eq!(press(&choices, "a"), "i-0a2", "the same again goes to the next");
        assert_eq!(press(&choices, "pi-1"), "i-0a1");
        assert_eq!(press(&choices, "<<<<<<0c5"), "i-0c5", "an id is found too");
        assert_eq!(press(&choices, "<<<결"), "i-0b4");
        assert_eq!(press(&choices, "?"), "i-0b4", "what nothing has changes nothing");
        choices[2].disabled = Some("Not now.".into());
        assert_eq!(press(&choices, "<<g"), "i-0b4", "what cannot be chosen is passed over");
    }
}
