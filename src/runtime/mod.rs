//! Floor 8: ties the floors together. [`Engine`] owns one Store and one viewer, in_flight out effects and feeds events back; it has
//! no terminal, so that tests drive it by pressing keys. [`console`] puts it behind a terminal.

pub mod connect;
pub mod console;
mod copy_table;
mod deriver;
pub mod editor;
mod effects;
mod encoder;
mod engine;
mod eviction;
mod identities;
mod in_flight;
mod inbox;
mod index_worker;
mod letting_in;
mod memory;
mod own_file;
mod picture;
mod pictures;
mod prompts;
mod save_screen;
mod screen;
mod scroll;
mod simulated;
mod task_tracker;
mod views_file;
mod watcher;
mod wide_cells;

pub use console::run;
pub use effects::WELCOMED;
pub use engine::{Engine, EngineConfig, Host, TURN};
pub use memory::MemoryFile;
pub use pictures::PictureSetting;
pub use screen::Screen;
pub use views_file::ViewsFile;
