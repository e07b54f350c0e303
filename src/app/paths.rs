//! Paths in forms: what is asked about them, and their completion. The files themselves are looked at elsewhere; here are only answers.

use arcstr::ArcStr;

use super::line::Line;
use super::overlay::{FormState, Overlay};
use super::update::Turn;
use crate::base::text::fitting;
use crate::model::files::{FileKind, FileLook, FileView, Files, folder_of, looks};
use crate::model::my_address::MyAddress;
use crate::model::{Effect, FormInput, FormValue, Level};

impl FormState {
    /// The path that is being typed in the focused field.
    fn typed_path(&self) -> Option<&str> {
        let field = self.field()?;
        let is_path = match &field.input {
            FormInput::Path { .. } => true,
            FormInput::Lines { .. } => matches!(field.value, FormValue::File(_)),
            _ => false,
        };
        self.line.as_ref().filter(|_| is_path).map(Line::text)
    }

    /// The names that could follow in the path that is being typed.
    pub fn candidates<'a>(&self, files: &'a Files) -> Vec<&'a str> {
        let Some(path) = self.typed_path() else { return Vec::new() };
        let folder = folder_of(path);
        let Some(FileView { what: FileKind::Folder(names), .. }) = files.at(folder, 0) else { return Vec::new() };
        let begun = path.strip_prefix(folder).unwrap_or(path);
        // What begins with a dot is hidden, as everywhere, until a dot is typed.
        let fits = |n: &&String| n.starts_with(begun) && (begun.starts_with('.') || !n.starts_with('.'));
        names.iter().filter(fits).map(String::as_str).collect()
    }
}

/// What all of them begin with.
fn common<'a>(names: &[&'a str]) -> &'a str {
    let Some((first, others)) = names.split_first() else { return "" };
    let mut n = first.len();
    for other in others {
        n = n.min(first.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count());
    }
    while !first.is_char_boundary(n) {
        n -= 1;
    }
    &first[..n]
}

/// As many candidates as there is room for, and how many more there are: `a.pem  keys/  and 3 more`.
pub fn in_room(names: &[&str], room: usize) -> String {
    let mut out = String::new();
    for (i, name) in names.iter().enumerate() {
        let more = names.len() - i - 1;
        let next = if i == 0 { (*name).to_string() } else { format!("  {name}") };
        let tail = if more > 0 { format!("  and {more} more") } else { String::new() };
        let all = format!("{out}{next}{tail}");
        if i > 0 && fitting(&all, room) < all.len() {
            return format!("{out}  and {} more", names.len() - i);
        }
        out.push_str(&next);
    }
    out
}

impl Turn<'_> {
    /// Asks for what is not known of the paths of the uppermost form.
    pub(super) fn look_at_paths(&mut self) {
        let Some(Overlay::Form(form)) = self.s.overlays.last() else { return };
        let mut wanted = looks(&form.spec);
        if let Some(path) = form.typed_path() {
            wanted.push(FileLook { path: folder_of(path).into(), read: 0 });
        }
        wanted.retain(|l| !self.s.files.knows(l) && !self.s.looking.contains(l));
        for look in wanted {
            self.s.looking.push(look.clone());
            self.emit(Effect::Look(look));
        }
    }

    /// The uppermost form may speak of the user's own address: it is asked for once.
    pub(super) fn look_at_my_address(&mut self) {
        let asks = match self.s.overlays.last() {
            Some(Overlay::Form(form)) => form.action.my_address,
            Some(Overlay::Plan(plan)) => plan.source.action().is_some_and(|a| a.my_address),
            _ => false,
        };
        if asks && self.s.me == MyAddress::NotAsked {
            self.s.me = MyAddress::Asked;
            self.emit(Effect::FindMyAddress);
        }
    }

    /// It was found out, or could not be. What failed is asked again with the next form.
    pub(super) fn my_address(&mut self, me: MyAddress) {
        self.s.me = me;
        self.refine_form();
        if let Some(inside) = self.s.waits_for_me.take() {
            match self.s.me.ip() {
                Some(_) => self.go_inside(inside),
                None => self.say(Level::Warning, self.s.me.says()),
            }
        }
    }

    /// Whether the uppermost form speaks of a path that was not looked at yet.
    pub(super) fn is_looking(&self) -> bool {
        let Some(Overlay::Form(form)) = self.s.overlays.last() else { return false };
        looks(&form.spec).iter().any(|l| !self.s.files.knows(l))
    }

    /// A path was looked at.
    pub(super) fn looked(&mut self, look: FileLook, view: FileView) {
        self.s.looking.retain(|l| *l != look);
        self.s.files.set(look, view);
        self.refine_form();
        if !self.is_looking()
            && let Some(Overlay::Form(form)) = self.s.overlays.last_mut()
            && std::mem::take(&mut form.editors.submit)
        {
            self.form_submit();
        }
    }

    /// Completes the path that is being typed as far as it can only go one way. Returns whether that added something.
    pub(super) fn complete_path(&mut self) -> bool {
        let Some(Overlay::Form(form)) = self.s.overlays.last() else { return false };
        let Some(path) = form.typed_path() else { return false };
        let folder = folder_of(path);
        let rest = common(&form.candidates(&self.s.files));
        let shown = if path.contains('/') { folder } else { "" };
        let done: ArcStr = format!("{shown}{rest}").into();
        if done.len() <= path.len() {
            return false;
        }
        let Some(Overlay::Form(form)) = self.s.overlays.last_mut() else { return false };
        form.line = Some(Line::new(done.as_str()));
        let value = form.line_value();
        self.set_field(value);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_as_far_as_they_agree() {
        assert_eq!(common(&["key.pem", "key.pub"]), "key.p");
        assert_eq!(common(&["가나", "각"]), "", "not in the middle of a character");
        assert_eq!(common(&["one/"]), "one/");
        assert_eq!(common(&[]), "");
    }

    #[test]
    fn candidates_that_have_no_room_are_counted() {
        let names = ["a.pem", "b.pem", "keys/", "키/"];
        assert_eq!(in_room(&names, 60), "a.pem  b.pem  keys/  키/");
        assert_eq!(in_room(&names, 26), "a.pem  b.pem  and 2 more");
        assert_eq!(in_room(&names, 5), "a.pem  and 3 more");
    }
}
