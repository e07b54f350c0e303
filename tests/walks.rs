//! Behaviour as it is seen: keys are pressed on the whole program (without its terminal) at the embedded account, and screens are
//! compared with `tests/goldens/walks`, styles included.

mod support {
    pub mod desk;
    pub mod golden;
}

use support::desk::{Desk, Start};

#[test]
fn the_first_screen_is_the_instances_of_the_account() {
    for (size, name) in [((120, 40), "120x40"), ((80, 24), "80x24")] {
        for theme in ["dark", "light", "mono"] {
            let mut desk = Desk::start(Start { size, theme, ..Start::default() });
            desk.screen(&format!("start-{name}-{theme}"));
        }
    }
}
