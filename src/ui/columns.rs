//! How wide the columns are that fit. Pure: from what the fields say about themselves and from what their cells want, never
//! from what is scrolled into view, so that columns stand still while one moves through a list. Which columns fit is decided
//! one floor below ([`crate::app::layout::fit`]), because what is not seen is not asked for.

use crate::app::layout::{GAP, least};
use crate::model::behind::REGION;
use crate::model::{FieldInfo, FieldType};

use super::painter::cells;

/// A column to be placed.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// What it says about itself.
    pub info: &'static FieldInfo,
    /// How many cells its contents would take.
    pub want: u16,
    /// Whether it shows names for ids: they are read like other texts, and an id is only told from others.
    pub named: bool,
}

impl Wish {
    fn most(&self) -> u16 {
        self.info.width.1.max(least(self.info, 0))
    }
}

/// A column on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Its first cell, from where the first column begins.
    pub x: u16,
    /// How many cells it takes.
    pub width: u16,
}

/// A name gives way to a state down to this many cells.
const NAME_HARD_LEAST: u16 = 13;

/// A name has so many cells before other texts and ids have more than their least, and up to as many more as nearly all names take.
const NAME_SOON: (u16, u16) = (24, 40);

/// How wide a column would be made in one round, by its position and wish; `None` leaves it as it is.
type Pass<'a> = &'a dyn Fn(usize, &Wish) -> Option<u16>;

/// A place for each column within `room` cells, in order. What does not fit even at its least width is squeezed from the
/// right.
///
/// The first one has at least `name.0` cells ([`crate::app::layout::name_least`]); nearly all of its texts fit into `name.1`.
pub fn place(wishes: &[Wish], room: u16, name: (u16, u16)) -> Vec<Placed> {
    let floor = |i: usize| if i == 0 { name.0 } else { 0 };
    let soon = name.1.clamp(NAME_SOON.0, NAME_SOON.1);
    // Addresses that turn out to be short leave their room to others.
    let start = |(i, w): (usize, &Wish)| match w.info.ty {
        FieldType::Ip | FieldType::Range => w.want.max(cells(w.info.title)).min(least(w.info, 0)),
        _ => least(w.info, floor(i)),
    };
    let mut widths: Vec<u16> = wishes.iter().enumerate().map(start).collect();
    let used = widths.iter().map(|w| w + GAP).sum::<u16>().saturating_sub(GAP);
    let mut left = room.saturating_sub(used);
    let wide =
        |ty| matches!(ty, FieldType::Text | FieldType::List | FieldType::Ips | FieldType::Ranges | FieldType::Id);
    let is_id = |w: &Wish| w.info.ty == FieldType::Id && !w.named;
    // Narrow values whole, a name as nearly all are, short texts whole, other texts, ids; what is left goes to names.
    let passes: [Pass<'_>; 6] = [
        &|_, w| (!wide(w.info.ty)).then(|| w.want.min(w.most())),
        &|at, w| (at == 0).then(|| w.want.min(soon)),
        &|at, w| (at > 0 && (w.named || w.info.ty == FieldType::Text)).then(|| w.want.min(14).min(w.most())),
        &|at, w| (at > 0 && !is_id(w) && wide(w.info.ty)).then(|| w.want.min(w.most())),
        &|at, w| (at > 0 && is_id(w)).then(|| w.want.min(w.most())),
        &|_, w| wide(w.info.ty).then_some(w.want),
    ];
    for pass in passes {
        for (at, wish) in wishes.iter().enumerate() {
            let more = pass(at, wish).map_or(0, |to| to.saturating_sub(widths[at]));
            // Of a region's code a part says no more than the short one.
            let more = if more > left && wish.info.name == REGION.name { 0 } else { more.min(left) };
            widths[at] += more;
            left -= more;
        }
    }
    // A state is said whole: a name gives way to it while it can still be told from others.
    for (at, wish) in wishes.iter().enumerate().skip(1).filter(|(_, w)| w.info.ty == FieldType::State) {
        let more = wish.want.min(wish.most()).saturating_sub(widths[at]).min(widths[0].saturating_sub(NAME_HARD_LEAST));
        widths[at] += more;
        widths[0] -= more;
    }
    let mut x: u16 = 0;
    widths
        .into_iter()
        .map(|width| {
            let at = x.min(room);
            let placed = Placed { x: at, width: width.min(room - at) };
            x = x.saturating_add(width + GAP);
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

    fn wish(info: &'static FieldInfo, want: u16) -> Wish {
        Wish { info, want, named: false }
    }

    #[test]
    fn names_have_room_before_ids_and_what_is_left_is_theirs_too() {
        let all = [wish(&NAME, 60), wish(&ID, 19), wish(&STATE, 8)];
        let widths = |room| place(&all, room, (17, 40)).iter().map(|p| p.width).collect::<Vec<_>>();
        assert_eq!(widths(47), [24, 11, 8]);
        assert_eq!(widths(55), [32, 11, 8]);
        assert_eq!(widths(70), [40, 18, 8]);
        assert_eq!(widths(200), [60, 19, 8]);
    }

    #[test]
    fn a_name_that_stands_for_an_id_has_room_before_ids() {
        let target = Wish { named: true, ..wish(&ID, 19) };
        let widths = |target| place(&[wish(&NAME, 60), target, wish(&STATE, 8), wish(&ID, 19)], 60, (17, 40));
        let widths = |target| widths(target).iter().map(|p| p.width).collect::<Vec<_>>();
        assert_eq!(widths(wish(&ID, 19)), [24, 11, 8, 11]);
        assert_eq!(place(&[wish(&NAME, 20), target, wish(&STATE, 8), wish(&ID, 19)], 60, (17, 40))[1].width, 15);
    }

    #[test]
    fn a_state_is_said_whole_at_the_cost_of_the_name() {
        let widths = |state| place(&[wish(&NAME, 60), wish(&ID, 19), wish(&STATE, state)], 40, (17, 40));
        let widths = |state| widths(state).iter().map(|p| p.width).collect::<Vec<_>>();
        assert_eq!(widths(8), [17, 11, 8]);
        assert_eq!(widths("terminated".len() as u16), [15, 11, 10]);
        assert_eq!(widths(40), [13, 11, 12], "but it leaves some of the name");
    }

    proptest! {
        #[test]
        fn columns_never_overlap_nor_leave_the_screen(room in 1u16..300, wants in proptest::collection::vec(0u16..200, 4)) {
            let infos = [&NAME, &ID, &STATE, &CPU];
            let all: Vec<Wish> = infos.iter().zip(&wants).map(|(i, w)| wish(i, *w)).collect();
            let placed = place(&all, room, (17, 40));
            for pair in placed.windows(2) {
                prop_assert!(pair[1].width == 0 || pair[0].x + pair[0].width + GAP <= pair[1].x);
            }
            for p in &placed {
                prop_assert!(p.x + p.width <= room);
            }
        }
    }
}
