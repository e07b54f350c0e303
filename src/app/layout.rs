//! Where things stand on a screen of a given size. Shared with what draws, so that paging and drawing never disagree.

use super::state::Focus;
use crate::base::text;
use crate::model::{Column, FieldInfo, FieldType, Kind};

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// Column of its left edge, from 0.
    pub x: u16,
    /// Row of its upper edge, from 0.
    pub y: u16,
    /// Cells across.
    pub width: u16,
    /// Cells down.
    pub height: u16,
}

/// The parts of the screen, from top to bottom. A part that is not shown has no area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    /// The account band: one line.
    pub band: Area,
    /// What the view is, how much of it, how old: one line.
    pub heading: Area,
    /// The rows with their column titles (the first line).
    pub table: Option<Area>,
    /// The detail of a row, with its first line (a rule beside a table, its title when alone).
    pub detail: Option<Area>,
    /// Hints, or the newest message: one line.
    pub foot: Area,
}

/// Below this many columns or rows nothing useful can be shown but a plain message.
pub const LEAST: (u16, u16) = (40, 8);
/// From this size on the detail stands below the table instead of replacing it.
const TOGETHER: (u16, u16) = (90, 30);
/// From this width on it stands beside the table: both have lines enough then, and a line of a detail is no longer than 80 cells.
const BESIDE: u16 = 160;
/// What a detail keeps below a table with many rows.
const DETAIL_LINES: (u16, u16) = (8, 18);
/// What a table keeps over a detail: its titles and a few rows, also while none have come.
const TABLE_LINES: u16 = 4;

/// What decides how the screen is parted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parts {
    /// Whether the detail is open.
    pub detail: bool,
    /// Which of table and detail has the whole screen, if one was given it.
    pub whole: Option<Focus>,
    /// How many rows there are.
    pub rows: usize,
}

/// Whether the terminal is too small for anything but a plain message.
pub fn too_small((width, height): (u16, u16)) -> bool {
    width < LEAST.0 || height < LEAST.1
}

/// The parts of a screen of this size (columns, rows). A table of few rows takes the lines that they need, and the detail has the rest.
pub fn areas((width, height): (u16, u16), parts: Parts) -> Areas {
    let line = |y: u16| Area { x: 0, y: y.min(height), width, height: 1.min(height.saturating_sub(y)) };
    let body = Area { x: 0, y: 2.min(height), width, height: height.saturating_sub(3) };
    let mut areas = Areas {
        band: line(0),
        heading: line(1),
        table: Some(body),
        detail: None,
        foot: line(height.saturating_sub(1)),
    };
    if !parts.detail || parts.whole == Some(Focus::Table) {
        return areas;
    }
    if parts.whole == Some(Focus::Detail) {
        areas.table = None;
        areas.detail = Some(body);
    } else if width >= BESIDE && height >= LEAST.1 {
        // A cell between them is the line that parts them.
        let table = width * 3 / 5;
        areas.table = Some(Area { width: table, ..body });
        areas.detail = Some(Area { x: table + 1, width: width - table - 1, ..body });
    } else if width < TOGETHER.0 || height < TOGETHER.1 {
        areas.table = None;
        areas.detail = Some(body);
    } else {
        let least = (body.height * 2 / 5).clamp(DETAIL_LINES.0, DETAIL_LINES.1);
        let most = body.height - least;
        let needs = u16::try_from(parts.rows).unwrap_or(u16::MAX).saturating_add(1);
        // While there are none, the place where they will stand says why.
        let table = if parts.rows == 0 { most } else { needs.clamp(TABLE_LINES.min(most), most) };
        areas.table = Some(Area { height: table, ..body });
        areas.detail = Some(Area { y: body.y + table, height: body.height - table, ..body });
    }
    areas
}

/// Where a form's picker stands, on a screen of this size: with a frame, a line to type in and one that says what is shown.
pub fn picker((width, height): (u16, u16)) -> Area {
    let body = Area { x: 0, y: 2.min(height), width, height: height.saturating_sub(3) };
    let across = if width < 100 { width } else { (width - 8).min(160) };
    Area { x: (width - across) / 2, width: across, ..body }
}

/// The lines of a picker below its column titles: two of the frame, the line, what is shown, the titles and the last ones, which say
/// what cannot be taken and why. `because` has lines of its own if it is long.
pub fn picker_lines(size: (u16, u16), because: &str) -> usize {
    usize::from(picker(size).height.saturating_sub(5 + because_lines(size, because) + refusal_lines(size)))
}

/// The lines at a picker's foot for why a row cannot be taken: a sentence that is longer than a narrow screen has two.
pub fn refusal_lines(size: (u16, u16)) -> u16 {
    if picker(size).width < 100 { 2 } else { 1 }
}

/// How many lines the sentence on why there are no other rows has to itself: none if it fits behind the number of rows.
pub fn because_lines(size: (u16, u16), because: &str) -> u16 {
    /// `1,234 of 100,000, more loading`, and two cells between.
    const COUNTED: usize = 36;
    let room = usize::from(picker(size).width.saturating_sub(4));
    match text::width(because) {
        n if n + COUNTED <= room => 0,
        n if n <= room => 1,
        _ => 2,
    }
}

impl Areas {
    /// How many rows of the table are seen at once (its first line holds the column titles).
    pub fn rows(&self) -> usize {
        self.table.map_or(0, |t| usize::from(t.height.saturating_sub(1)))
    }
    /// How many lines of the detail are seen at once (its first line holds title and tabs).
    pub fn detail_lines(&self) -> usize {
        self.detail.map_or(0, |d| usize::from(d.height.saturating_sub(2)))
    }
}

/// How many rows of a view decide how wide columns are. The first ones of the order, not the visible ones: columns stand
/// still while one scrolls. Enough to see what names look like, and cheap.
pub const SAMPLE: usize = 64;
/// Cells before the first column: the cursor's gutter and the state's glyph.
pub const GUTTER: u16 = 4;
/// Cells between two columns.
pub const GAP: u16 = 2;
/// The first column keeps at least this many cells: a name of which eight are seen cannot be told from its neighbours.
const NAME_LEAST: u16 = 17;
/// The same where a view joins profiles or regions, and their columns need room too.
const NAME_LEAST_JOINED: u16 = 16;
/// The first column has up to so many cells before another column stands beside it, if its rows' names take them.
const NAME_FIRST: u16 = 28;

/// The least cells that the first column takes of `width`, where names of its rows take `want`: what a row is known by goes before what
/// else is said of it.
pub fn name_least(joined: bool, want: u16, width: u16) -> u16 {
    let least = if joined { NAME_LEAST_JOINED } else { NAME_LEAST };
    want.min(NAME_FIRST).min(width / 4).max(least)
}

/// The least cells that a column takes: its heading is whole, and it has at least `floor` where it can use them.
pub fn least(info: &FieldInfo, floor: u16) -> u16 {
    let title = u16::try_from(text::width(info.title)).unwrap_or(u16::MAX);
    info.width.0.max(title).max(floor.min(info.width.1))
}

/// The cells in which most values of a column can be read: its least, of texts and ids up to 24.
fn comfort(info: &FieldInfo) -> u16 {
    let most = match info.ty {
        FieldType::Text | FieldType::Id | FieldType::List | FieldType::Ips | FieldType::Ranges => info.width.1.min(24),
        _ => 0,
    };
    least(info, 0).max(most)
}

/// The columns of a view and what decides which of them are shown.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Its kind.
    pub kind: Kind,
    /// The fields, in order.
    pub columns: &'a [usize],
    /// How many after the first are left out.
    pub scroll: usize,
    /// How many cells names take ([`super::View::name_width`]).
    pub name: u16,
    /// Whether it joins several profiles, and several regions.
    pub joined: (bool, bool),
    /// Columns in which no row has anything: the first to go.
    pub empty: &'a [usize],
    /// Whether more columns come where there is room: not where somebody has chosen them.
    pub spare: bool,
}

/// The columns that fit into `width` cells at their least width, by position. What does not fit is dropped by priority; the first
/// column stays. A view that joins several profiles or regions says behind it whose a row is.
pub fn fit(wanted: Wanted<'_>, width: u16) -> Vec<usize> {
    let Wanted { kind, columns, scroll, joined: (profile, region), .. } = wanted;
    let places = [(profile, kind.profile()), (region, kind.region())];
    let places = places.into_iter().filter(|(is_joined, at)| *is_joined && !columns.contains(at)).map(|(_, at)| at);
    let name = name_least(profile || region, wanted.name, width);
    // Where nobody has chosen them, a column with nothing in it makes way also if there were room.
    let says = |f: &usize| !(wanted.spare && wanted.empty.contains(f));
    let mut kept: Vec<(usize, u16)> = columns
        .iter()
        .enumerate()
        .filter(|(i, f)| *i == 0 || *i > scroll && says(f))
        .map(|(i, f)| (*f, least(kind.fields.at(*f), if i == 0 { name } else { 0 })))
        .collect();
    let beside: u16 = places.clone().map(|at| least(kind.fields.at(at), 0) + GAP).sum();
    let room = width.saturating_sub(GUTTER + beside);
    let used = |kept: &[(usize, u16)]| kept.iter().map(|(_, w)| u32::from(w + GAP)).sum::<u32>();
    while kept.len() > 1 && used(&kept) > u32::from(room) + u32::from(GAP) {
        // When scrolled, what is on the right gives way: the user asked for what is on the left.
        let drop = if scroll > 0 {
            kept.len() - 1
        } else {
            let is_empty = |f: usize| wanted.empty.contains(&f);
            let soon = |f: usize| if let Column::Shown(p) = kind.fields.at(f).column { p } else { 1 };
            let candidates = kept.iter().enumerate().skip(1);
            candidates.max_by_key(|(i, (f, _))| (is_empty(*f), soon(*f), *i)).map_or(kept.len() - 1, |(i, _)| i)
        };
        kept.remove(drop);
    }
    let told = columns.iter().skip(1).filter(|f| says(f)).count() + 1;
    if wanted.spare && kept.len() == told {
        // What is there has room before more comes: names, and texts as long as most are.
        let ease = |f: usize| comfort(kind.fields.at(f)).saturating_sub(least(kind.fields.at(f), 0));
        let names = wanted.name.saturating_sub(name);
        let eased = kept.iter().skip(1).map(|(f, _)| u32::from(ease(*f))).sum::<u32>() + u32::from(names);
        let mut more: Vec<usize> = kind.columns().filter(|f| kind.fields.at(*f).spare > 0).collect();
        more.retain(|f| !columns.contains(f) && !wanted.empty.contains(f));
        more.sort_by_key(|f| kind.fields.at(*f).spare);
        for field in more {
            let width = comfort(kind.fields.at(field));
            if used(&kept) + u32::from(width) + eased > u32::from(room) {
                break;
            }
            kept.push((field, width));
        }
    }
    let mut shown: Vec<usize> = kept.into_iter().map(|(f, _)| f).collect();
    let first = 1.min(shown.len());
    shown.splice(first..first, places);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_size_makes_a_part_leave_the_screen() {
        for w in [0, 1, 39, 40, 80, 120, 300] {
            for h in 0..60 {
                for (detail, whole, rows) in [
                    (false, None, 0),
                    (true, None, 0),
                    (true, None, 3),
                    (true, None, 100_000),
                    (true, Some(Focus::Table), 3),
                    (true, Some(Focus::Detail), 3),
                ] {
                    let a = areas((w, h), Parts { detail, whole, rows });
                    for part in [Some(a.band), Some(a.heading), a.table, a.detail, Some(a.foot)].into_iter().flatten() {
                        assert!(part.x + part.width <= w && part.y + part.height <= h, "{w}x{h} {part:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_table_of_few_rows_leaves_its_lines_to_the_detail_and_on_a_wide_screen_they_stand_side_by_side() {
        let of = |size, rows, whole| areas(size, Parts { detail: true, whole, rows });
        let lines = |a: Areas| (a.table.map_or(0, |t| t.height), a.detail.map_or(0, |d| d.height));
        assert_eq!(lines(of((120, 40), 6, None)), (7, 30));
        assert_eq!(lines(of((120, 40), 100, None)), (23, 14));
        assert_eq!(lines(of((120, 40), 1, None)), (4, 33));
        assert_eq!(lines(of((120, 40), 6, Some(Focus::Detail))), (0, 37));
        assert_eq!(lines(of((120, 40), 6, Some(Focus::Table))), (37, 0));
        let wide = of((200, 50), 6, None);
        assert_eq!(lines(wide), (47, 47));
        assert_eq!(wide.table.map(|t| t.width), Some(120));
        assert_eq!(wide.detail.map(|d| (d.x, d.width)), Some((121, 79)));
    }

    #[test]
    fn on_80x24_the_detail_replaces_the_table_and_on_120x40_it_stands_below() {
        let open = Parts { detail: true, whole: None, rows: 100 };
        let small = areas((80, 24), open);
        assert!(small.table.is_none() && small.detail.is_some_and(|d| d.height == 21));
        let large = areas((120, 40), open);
        assert!(large.rows() > 15 && large.detail.is_some());
        assert_eq!(areas((80, 24), Parts::default()).rows(), 20);
    }
}
