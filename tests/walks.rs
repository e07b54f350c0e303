//! Behaviour as it is seen: keys are pressed on the whole program (without its terminal) at the embedded account, and screens are
//! compared with `tests/goldens/walks`, styles included.

mod support {
    pub mod desk;
    pub mod fresh;
    pub mod golden;
}

mod walk {
    mod acting;
    mod leaving;
    mod looking;
    mod moving;
    mod networks;
    mod objects;
    mod read_only;
    mod troubles;
}
