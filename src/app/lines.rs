//! A text of several lines in a form: edited here, in the user's own editor, or taken from a file.

use super::overlay::Overlay;
use super::text_area::TextArea;
use super::update::Turn;
use crate::base::Secret;
use crate::input::{Key, KeyCode};
use crate::model::{Effect, FormInput, FormValue, Level};

impl Turn<'_> {
    /// The text of the focused field, its file's name, if it is one of several lines.
    fn focused_lines(&self) -> Option<(Secret, &'static str)> {
        let Some(Overlay::Form(form)) = self.s.overlays.last() else { return None };
        let field = form.field().filter(|_| form.folded(form.focus).is_none())?;
        match (&field.input, &field.value) {
            (FormInput::Lines { file, .. }, FormValue::Secret(text)) => Some((text.clone(), file)),
            (FormInput::Lines { file, .. }, _) => Some((Secret::default(), file)),
            _ => None,
        }
    }

    /// Enter on a text that is not open opens it. Returns whether there was one.
    pub(super) fn open_lines(&mut self) -> bool {
        let Some((text, _)) = self.focused_lines() else { return false };
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return false };
        if form.line.is_some() {
            return false;
        }
        form.editors.area = Some(TextArea::new(text.expose().as_str()));
        true
    }

    /// A key on a text that is not open: `@` names a file, anything else that is typed opens it.
    pub(super) fn lines_key(&mut self, key: Key) {
        if key.code == KeyCode::Char('@') {
            self.set_field(FormValue::File("".into()));
            if let Some(Overlay::Form(form)) = self.s.overlays.last_mut() {
                form.enter_field();
            }
        } else if key.typed().is_some() && self.open_lines() {
            self.area_key(key);
        }
    }

    /// A key in an open text.
    pub(super) fn area_key(&mut self, key: Key) {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        let Some(area) = &mut form.editors.area else { return };
        if area.key(key) {
            self.area_changed();
        }
    }

    /// Text that is pasted goes into an open text with its line ends, and opens one that is not.
    pub(super) fn lines_paste(&mut self, text: &str) {
        if !matches!(self.s.overlays.last(), Some(Overlay::Form(f)) if f.editors.area.is_some()) && !self.open_lines() {
            return;
        }
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
        if let Some(area) = &mut form.editors.area {
            area.insert(text);
            self.area_changed();
        }
    }

    fn area_changed(&mut self) {
        let Some(Overlay::Form(form)) = self.s.overlays.last() else { return };
        let Some(area) = &form.editors.area else { return };
        let (text, name) = (Secret::new(area.text().to_string()), form.field().map(|f| (f.name, f.value.clone())));
        // A text that was only moved through is not changed.
        if let Some((_, FormValue::Secret(now))) = name
            && now == text
        {
            return;
        }
        self.set_field(FormValue::Secret(text));
    }

    /// Escape out of an open text: it stays the field's value. Returns whether one was open.
    pub(super) fn leave_lines(&mut self) -> bool {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return false };
        form.editors.area.take().is_some()
    }

    /// Back from a file's path to the text itself. Returns whether there was such a path.
    pub(super) fn leave_file(&mut self) -> bool {
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return false };
        match form.field().map(|f| (f.name, &f.value)) {
            Some((name, FormValue::File(_))) => form.values.unset(name),
            _ => return false,
        }
        self.refine_form();
        if let Some(Overlay::Form(form)) = self.s.overlays.last_mut() {
            form.enter_field();
        }
        true
    }

    /// Hands the text to the user's own editor.
    pub(super) fn call_editor(&mut self) {
        match self.focused_lines() {
            Some((text, file)) => self.emit(Effect::Edit { text, file }),
            None => self.say(Level::Info, "There is no text of several lines here to edit."),
        }
    }

    /// The user's own editor has ended.
    pub(super) fn edited(&mut self, text: Result<Secret, String>) {
        match text {
            Ok(text) => {
                let Some((now, _)) = self.focused_lines() else { return };
                let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return };
                (form.editors.area, form.line) = (None, None);
                if now != text {
                    self.set_field(FormValue::Secret(text));
                }
            }
            Err(why) => self.say(Level::Error, why),
        }
    }
}
