//! Which columns fit, and how wide each is. Pure: from what the fields say about themselves and from what their cells want,
//! never from what is scrolled into view, so that columns stand still while one moves through a list.

use crate::model::{Column as Shown, FieldInfo, FieldType};

/// Cells between two columns.
pub const GAP: u16 = 2;

/// A column that might be shown.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// What it says about itself.
    pub info: &'static FieldInfo,
    /// How many cells its contents would take.
    pub want: u16,
    /// How many cells stand before the text of the first column: the state's glyph.
    pub lead: u16,
}

impl Wish {
    fn least(&self) -> u16 {
        self.info.width.0.max(super::pen::cells(self.info.title)) + self.lead
    }
    fn most(&self) -> u16 {
        self.info.width.1.max(self.least())
    }
    /// How soon it goes when there is too little room. What the user added stays as long as the most useful ones.
    fn priority(&self) -> u8 {
        match self.info.column {
            Shown::Shown(p) => p,
            Shown::Hidden | Shown::DetailOnly => 1,
        }
    }
}

/// A column on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its position among the wishes.
    pub wish: usize,
    /// Its first cell, from the table's left edge.
    pub x: u16,
    /// How many cells it takes.
    pub width: u16,
}

/// The columns that fit into `room` cells, in order. The first stays always; `scroll` leaves out so many after it. Then the
/// ones with the highest number go first, and of equals the last.
pub fn place(wishes: &[Wish], room: u16, scroll: usize) -> Vec<Placed> {
    let mut kept: Vec<usize> = (0..wishes.len()).filter(|i| *i == 0 || *i > scroll).collect();
    let total = |kept: &[usize]| kept.iter().map(|i| wishes[*i].least() + GAP).sum::<u16>().saturating_sub(GAP);
    while kept.len() > 1 && total(&kept) > room {
        let goes = kept.iter().enumerate().skip(1).max_by_key(|(at, i)| (wishes[**i].priority(), *at));
        match goes {
            Some((at, _)) => kept.remove(at),
            None => break,
        };
    }
    let mut widths: Vec<u16> = kept.iter().map(|i| wishes[*i].least()).collect();
    if let [only] = widths.as_mut_slice() {
        *only = (*only).min(room);
    }
    let mut left = room.saturating_sub(total(&kept));
    let grow = |at: usize, to: u16, widths: &mut [u16], left: &mut u16| {
        let more = to.saturating_sub(widths[at]).min(*left);
        widths[at] += more;
        *left -= more;
    };
    let wide = |ty| matches!(ty, FieldType::Text | FieldType::List | FieldType::Id);
    // Narrow values whole; then a name that can be told from others, other texts, ids; what is left is the name's.
    let passes: [&dyn Fn(usize, &Wish) -> Option<u16>; 5] = [
        &|_, w| (!wide(w.info.ty)).then(|| w.want.min(w.most())),
        &|at, w| (at == 0).then(|| w.want.min(24)),
        &|at, w| (at > 0 && w.info.ty != FieldType::Id && wide(w.info.ty)).then(|| w.want.min(w.most())),
        &|at, w| (at > 0 && w.info.ty == FieldType::Id).then(|| w.want.min(w.most())),
        &|_, w| wide(w.info.ty).then_some(w.want),
    ];
    for pass in passes {
        for at in 0..kept.len() {
            if let Some(to) = pass(at, &wishes[kept[at]]) {
                grow(at, to, &mut widths, &mut left);
            }
        }
    }
    let mut x = 0;
    kept.iter()
        .zip(widths)
        .map(|(wish, width)| {
            let placed = Placed { wish: *wish, x, width };
            x += width + GAP;
            placed
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    static NAME: FieldInfo = FieldInfo::new("name", "NAME", FieldType::Text, "").shown(0);
    static ID: FieldInfo = FieldInfo::new("id", "ID", FieldType::Id, "").shown(2).cells(11, 19);
    static STATE: FieldInfo = FieldInfo::new("state", "STATE", FieldType::State, "").shown(0);
    static CPU: FieldInfo = FieldInfo::new("cpu", "CPU 1h", FieldType::Series, "").shown(9);
    static ADDED: FieldInfo = FieldInfo::new("added", "ADDED", FieldType::Text, "");

    fn wish(info: &'static FieldInfo, want: u16) -> Wish {
        Wish { info, want, lead: 0 }
    }
    fn names(wishes: &[Wish], room: u16, scroll: usize) -> Vec<&'static str> {
        place(wishes, room, scroll).iter().map(|p| wishes[p.wish].info.name).collect()
    }

    #[test]
    fn the_least_important_column_goes_first_and_what_the_user_added_stays() {
        let all = [wish(&NAME, 20), wish(&ID, 19), wish(&STATE, 8), wish(&CPU, 8), wish(&ADDED, 8)];
        assert_eq!(names(&all, 120, 0), ["name", "id", "state", "cpu", "added"]);
        assert_eq!(names(&all, 45, 0), ["name", "id", "state", "added"]);
        assert_eq!(names(&all, 30, 0), ["name", "state", "added"]);
        assert_eq!(names(&all, 3, 0), ["name"]);
        assert_eq!(names(&all, 45, 2), ["name", "cpu", "added"]);
    }

    #[test]
    fn ids_are_cut_before_names_and_names_take_what_is_left() {
        let all = [wish(&NAME, 60), wish(&ID, 19), wish(&STATE, 8)];
        let widths = |room| place(&all, room, 0).iter().map(|p| p.width).collect::<Vec<_>>();
        assert_eq!(widths(47), [24, 11, 8]);
        assert_eq!(widths(120), [60, 19, 8]);
        assert_eq!(widths(70), [39, 19, 8]);
    }

    proptest! {
        #[test]
        fn columns_never_overlap_nor_leave_the_screen(room in 1u16..300, scroll in 0usize..6, wants in proptest::collection::vec(0u16..200, 5)) {
            let infos = [&NAME, &ID, &STATE, &CPU, &ADDED];
            let all: Vec<Wish> = infos.iter().zip(&wants).map(|(i, w)| wish(i, *w)).collect();
            let placed = place(&all, room, scroll);
            prop_assert!(!placed.is_empty());
            for pair in placed.windows(2) {
                prop_assert!(pair[0].x + pair[0].width + GAP <= pair[1].x);
            }
            for p in &placed {
                prop_assert!(p.x + p.width <= room);
            }
        }
    }
}
