//! Behaviour as it is seen: keys are pressed on the whole program (without its terminal) at the embedded account, and screens are
//! compared with `tests/goldens/walks`, styles included. And the files that are made from the code: pictures, the generated pages.

#[path = "../support/mod.rs"]
mod support;

mod acting;
mod boards;
mod connecting;
mod creating;
mod derived;
mod docs_fresh;
mod floors;
mod instance_pages;
mod leaving;
mod looking;
mod map;
mod moving;
mod networks;
mod objects;
mod read_only;
mod rolling;
mod screenshots;
mod troubles;
mod two_editors;
mod vpc_wizard;
