//! A page that tells more of one row: what its console wrote, what is on its screen, its first password. What it is made of is asked for while
//! it is open and not longer; a password leaves with the page.

use super::connect::key_look;
use super::overlay::{MenuItem, MenuValue, On, Overlay, Page};
use super::state::State;
use super::update::Turn;
use super::view::RowKey;
use crate::base::text::{fitting, listed, visible, width};
use crate::base::{RowId, Secret, Time};
use crate::kinds::row_page::{PageBody, PageContent, RowPage};
use crate::model::connect::{KeyFile, Tools, ToolsLook};
use crate::model::{Effect, Kind, Level, Picture, Record, TableKey};
use crate::store::Store;

/// Where a page stands that is followed: whatever comes, its last line is in sight.
pub(super) const END: usize = usize::MAX;
/// Cells at both sides of a page's text: its border, and one of air.
const SIDES: u16 = 4;

/// Cells of a line of a page on a screen of this width.
pub fn page_room(width: u16) -> usize {
    usize::from(width.saturating_sub(SIDES)).max(1)
}

/// A page that is open.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenPage {
    /// Which.
    pub page: &'static RowPage,
    /// Of which row.
    pub row: RowKey,
    /// Since when: what was asked for before is not shown.
    pub since: Time,
    /// What is made of what AWS answers.
    pub made: Made,
}

/// What is made of AWS's answer on this machine.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Made {
    /// Nothing yet, or there is nothing to make.
    #[default]
    Nothing,
    /// The file of this key pair is looked for.
    Looking(ToolsLook),
    /// It is being made.
    Making,
    /// The picture, and the file that it was written to or a sentence why there is none.
    Picture(Picture, Result<String, String>),
    /// The text in the clear.
    Secret(Secret),
    /// It could not be made: a sentence.
    Failed(String),
}

/// How a line of a page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineLook {
    /// What the row's machine says.
    Text,
    /// What this program says of it.
    Quiet,
    /// What went wrong.
    Bad,
    /// What was asked for, and is to be found at once.
    Key,
}

/// A page as it is drawn.
pub struct RowPageView<'a> {
    /// `Console output of web-1`.
    pub title: String,
    /// Of which moment it is, and whether it is followed.
    pub right: String,
    /// Its lines, none longer than the room.
    pub lines: Vec<(String, LineLook)>,
    /// The picture below them.
    pub picture: Option<&'a Picture>,
}

impl State {
    /// The page of a row that has the keys.
    pub fn open_page(&self) -> Option<&OpenPage> {
        match self.overlays.last() {
            Some(Overlay::Pager(p)) => match &p.page {
                Page::Row(page) => Some(page),
                Page::Help | Page::Messages | Page::Run(_) => None,
            },
            _ => None,
        }
    }
    /// Whether a password is on the screen.
    pub(super) fn shows_a_secret(&self) -> bool {
        self.open_page().is_some_and(|p| matches!(p.made, Made::Secret(_)))
    }

    /// What AWS has answered since the page was opened.
    fn page_content(&self, store: &Store, open: &OpenPage) -> Option<PageContent> {
        let row = store.side(&open.row.table, Kind(open.page.side), &open.row.id)?;
        Some((open.page.read)(row)).filter(|content| content.asked.is_some_and(|at| at >= open.since))
    }

    /// The row of the side table that is to be asked for now.
    pub(super) fn row_page_needs(&self, store: &Store) -> Option<(TableKey, RowId)> {
        let open = self.open_page()?;
        let content = self.page_content(store, open);
        let wanted = content.is_none_or(|content| content.body.follows());
        wanted.then(|| (side_table(open), open.row.id.clone()))
    }

    /// A page as it is drawn with lines of so many cells.
    pub fn row_page<'a>(&self, store: &Store, open: &'a OpenPage, room: usize) -> RowPageView<'a> {
        let label = store.get(&open.row.table, &open.row.id).map_or(open.row.id.clone(), |r| r.label().clone());
        let mut view = RowPageView {
            title: format!("{} of {label}", open.page.title),
            right: String::new(),
            lines: Vec::new(),
            picture: None,
        };
        let content = self.page_content(store, open);
        let clock = |at: Time| {
            let at = at.civil_in(&self.zone);
            format!("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", at.year, at.month, at.day, at.hour, at.minute, at.second)
        };
        let at = content.as_ref().and_then(|c| c.at);
        let mut say = |text: &str, look: LineLook| {
            let lines = if matches!(look, LineLook::Text | LineLook::Key) {
                broken(text, room).map(str::to_string).collect()
            } else {
                wrapped(text, room)
            };
            view.lines.extend(lines.into_iter().map(|line| (line, look)));
        };
        let fault = store.table(&side_table(open)).and_then(|t| t.status.fault.as_ref());
        match (content.as_ref().map(|c| &c.body), fault) {
            (None, Some(fault)) => {
                say(&fault.to_string(), LineLook::Bad);
                fault.hints.iter().for_each(|hint| say(hint, LineLook::Quiet));
            }
            (None, None) => say("Asking AWS.", LineLook::Quiet),
            (Some(PageBody::NotYet(why)), _) => {
                say(why, LineLook::Quiet);
                say("It is asked for again while this page is open.", LineLook::Quiet);
            }
            (Some(PageBody::Nothing(why)), _) => say(why, LineLook::Quiet),
            (Some(PageBody::Lines(text)), _) => text.lines().for_each(|line| say(line, LineLook::Text)),
            (Some(PageBody::Jpeg(_) | PageBody::Encrypted(_)), _) => match &open.made {
                Made::Nothing | Made::Looking(_) | Made::Making => say("Reading it.", LineLook::Quiet),
                Made::Failed(why) => say(why, LineLook::Bad),
                Made::Secret(text) => {
                    say("User Administrator, password:", LineLook::Quiet);
                    say("", LineLook::Text);
                    say(text.expose(), LineLook::Key);
                    say("", LineLook::Text);
                    say("It is on this page only and kept nowhere. y copies it.", LineLook::Quiet);
                    say(
                        "If it was changed on the instance, this one is not valid any more: AWS keeps the first.",
                        LineLook::Quiet,
                    );
                }
                Made::Picture(picture, saved) => {
                    match saved {
                        Ok(path) => say(&format!("In full: {path}"), LineLook::Quiet),
                        Err(why) => say(why, LineLook::Bad),
                    }
                    view.picture = Some(picture);
                }
            },
        }
        if let Some(at) = at {
            let follows = content.as_ref().is_some_and(|c| c.body.follows());
            view.right = if follows { format!("{}, followed", clock(at)) } else { clock(at) };
        }
        view
    }
}

fn side_table(open: &OpenPage) -> TableKey {
    TableKey::all(open.row.table.scope.clone(), Kind(open.page.side))
}

/// A line in pieces of so many cells.
fn broken(text: &str, room: usize) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let cut = fitting(text, room);
        let piece = &text[..cut];
        rest = (cut < text.len()).then(|| &text[cut..]);
        Some(piece)
    })
}

/// A sentence in lines of so many cells, between words where that is possible.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    for word in text.split(' ') {
        for (i, piece) in broken(word, room).enumerate() {
            match out.last_mut() {
                Some(line) if line.is_empty() => line.push_str(piece),
                Some(line) if i == 0 && width(line) + 1 + width(piece) <= room => {
                    line.push(' ');
                    line.push_str(piece);
                }
                _ => out.push(piece.to_string()),
            }
        }
    }
    out
}

impl Turn<'_> {
    /// `:console-output` and the like: opens a page of the selected row.
    pub(super) fn open_row_page(&mut self, name: &str) {
        let kind = self.s.view.kind;
        let Some(page) = self.s.registry.pages(kind.0).find(|p| p.name == name).filter(|_| self.s.board.is_none())
        else {
            let kinds: Vec<String> = self.s.registry.kinds_with_page(name).map(Into::into).collect();
            let these = self.s.board.as_ref().map_or(kind.name, |board| board.board.info().name);
            return self.say(Level::Info, format!("{name} works on {}; this is {these}.", listed(&kinds)));
        };
        let Some(row) = self.focused() else { return self.say(Level::Info, "No row selected.") };
        let Some(record) = self.store.get(&row.table, &row.id) else { return };
        if let Some(why) = self.no_page(page, &row, record) {
            return self.say(Level::Warning, why);
        }
        let since = self.s.now;
        self.pager(Page::Row(Box::new(OpenPage { page, row, since, made: Made::Nothing })));
        if let Some(Overlay::Pager(pager)) = self.s.overlays.last_mut() {
            pager.scroll = END;
        }
    }

    /// Why a page of a row cannot be shown now. What takes a private key opens a machine, as a connection does: whoever may not connect is
    /// not shown it.
    fn no_page(&self, page: &RowPage, row: &RowKey, record: &Record) -> Option<String> {
        let profile = row.table.scope.profile().filter(|_| page.key.is_some());
        (page.available)(record)
            .err()
            .or_else(|| profile.and_then(|p| self.s.no_connection(p)))
            .or_else(|| page.key.and_then(|key| key(record).err()))
    }

    /// The pages of the row that the menu of actions is about.
    pub(super) fn page_items(&self, on: &On) -> Vec<MenuItem> {
        let [row] = on.rows.as_slice() else { return Vec::new() };
        let Some(record) = self.store.get(&row.table, &row.id) else { return Vec::new() };
        let item = |page: &'static RowPage| MenuItem {
            group: "Look",
            label: page.title.to_string(),
            detail: page.doc.to_string(),
            disabled: self.no_page(page, row, record),
            value: MenuValue::Name(page.name),
            ..MenuItem::default()
        };
        self.s.registry.pages(row.table.kind.0).map(item).collect()
    }

    fn open_page_mut(&mut self) -> Option<&mut OpenPage> {
        match self.s.overlays.last_mut() {
            Some(Overlay::Pager(p)) => match &mut p.page {
                Page::Row(page) => Some(page),
                Page::Help | Page::Messages | Page::Run(_) => None,
            },
            _ => None,
        }
    }

    /// `r`: what is shown is asked for again. Whether a page of a row has the keys.
    pub(super) fn row_page_anew(&mut self) -> bool {
        let now = self.s.now;
        let Some(open) = self.open_page_mut() else { return false };
        let table = side_table(open);
        if !matches!(open.made, Made::Making | Made::Looking(_)) {
            open.made = Made::Nothing;
            // What is followed stays in sight until something newer comes.
            let follows = open.page.follows;
            if !follows {
                open.since = now;
            }
        }
        self.emit(Effect::Refresh(vec![table]));
        true
    }

    /// What AWS has answered is read, where it takes more than drawing it.
    pub(super) fn row_page_goes_on(&mut self) {
        let Some(open) = self.s.open_page().filter(|open| open.made == Made::Nothing) else { return };
        let (table, id) = (open.row.table.clone(), open.row.id.clone());
        let made = match self.s.page_content(self.store, open).map(|content| content.body) {
            Some(PageBody::Jpeg(jpeg)) => {
                let folder = self.s.downloads.clone();
                self.emit(Effect::ShowPicture { table, id, jpeg, folder });
                Made::Making
            }
            Some(PageBody::Encrypted(_)) => {
                let key = open.page.key.zip(self.store.get(&table, &id)).map(|(key, row)| key(row));
                match key {
                    Some(Ok(name)) => {
                        let look = key_look(self.s, name);
                        self.emit(Effect::FindTools(look.clone()));
                        Made::Looking(look)
                    }
                    Some(Err(why)) => Made::Failed(why),
                    None => Made::Failed("It is not there any more.".into()),
                }
            }
            _ => return,
        };
        if let Some(open) = self.open_page_mut() {
            open.made = made;
        }
    }

    /// It was looked for the key pair's file.
    pub(super) fn found_key(&mut self, look: &ToolsLook, tools: &Tools) {
        let Some(open) = self.s.open_page() else { return };
        if open.made != Made::Looking(look.clone()) {
            return;
        }
        let name = look.keys.first().cloned().unwrap_or_default();
        let data = self.s.page_content(self.store, open).map(|content| content.body);
        let (table, id) = (open.row.table.clone(), open.row.id.clone());
        let made = match (tools.keys.get(&name), data) {
            (Some(KeyFile::Usable(path)), Some(PageBody::Encrypted(data))) => {
                self.emit(Effect::Decrypt { table, id, data, key: path.clone() });
                Made::Making
            }
            (Some(KeyFile::Refused(why)), _) => Made::Failed(why.clone()),
            (Some(KeyFile::Missing(folders)), _) => {
                let shown = |f: &String| if f == "." { "the working folder".into() } else { visible(f).into_owned() };
                let folders = listed(&folders.iter().map(shown).collect::<Vec<_>>());
                Made::Failed(format!(
                    "No file of the key pair {} in {folders}: put it there, or name its folder in connect.keys of the settings; r looks again.",
                    visible(&name)
                ))
            }
            _ => Made::Nothing,
        };
        if let Some(open) = self.open_page_mut() {
            open.made = made;
        }
    }

    fn page_made(&mut self, table: &TableKey, id: &RowId, made: Made) {
        if let Some(open) = self.open_page_mut()
            && open.made == Made::Making
            && open.row.table == *table
            && open.row.id == *id
        {
            open.made = made;
        }
    }

    /// A picture was read.
    pub(super) fn pictured(
        &mut self,
        table: &TableKey,
        id: &RowId,
        picture: Result<(Picture, Result<String, String>), String>,
    ) {
        if let Ok((_, Ok(path))) = &picture {
            // It is there also where the page was left meanwhile.
            self.say(Level::Info, format!("The screenshot is in {path}"));
        }
        let made = picture.map_or_else(Made::Failed, |(picture, saved)| Made::Picture(picture, saved));
        self.page_made(table, id, made);
    }

    /// A password was decrypted; it is dropped where its page was left meanwhile.
    pub(super) fn decrypted(&mut self, table: &TableKey, id: &RowId, text: Result<Secret, String>) {
        self.page_made(table, id, text.map_or_else(Made::Failed, Made::Secret));
    }

    /// `y` on a page: its text. Whether something has the keys that a text is copied of.
    pub(super) fn copy_row_page(&mut self) -> bool {
        let Some(open) = self.s.open_page() else { return true };
        if let Made::Secret(text) = &open.made {
            let text = text.clone();
            self.emit(Effect::CopySecret(text));
            self.say(Level::Info, "Copied the password.");
            return true;
        }
        let text = match (self.s.page_content(self.store, open).map(|c| c.body), &open.made) {
            (Some(PageBody::Lines(text)), _) => {
                text.lines().map(|l| visible(l).into_owned()).collect::<Vec<_>>().join("\n")
            }
            (_, Made::Picture(_, Ok(path))) => path.clone(),
            _ => {
                self.say(Level::Info, "There is nothing to copy yet.");
                return true;
            }
        };
        let what = if matches!(open.made, Made::Picture(..)) { "the path of the file" } else { "the console output" };
        self.copied_as(what, text);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_and_an_empty_one_stays_a_line() {
        assert_eq!(broken("abcdef", 4).collect::<Vec<_>>(), ["abcd", "ef"]);
        assert_eq!(broken("결제워커", 5).collect::<Vec<_>>(), ["결제", "워커"]);
        assert_eq!(broken("", 5).collect::<Vec<_>>(), [""]);
        assert_eq!(wrapped("a few words 결제워커", 6), ["a few", "words", "결제워", "커"]);
        assert_eq!(wrapped("", 6), [""]);
        assert_eq!(broken("결", 1).collect::<Vec<_>>(), ["결"], "it comes to an end");
    }
}
