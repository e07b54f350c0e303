//! A simulated shell on the sandbox's instances: a line in, what it writes out, and what it changes in the world.
//!
//! It says that it is simulated, and knows what the files under `data` name: systems, packages, commands. What they ask of the network, of
//! disks and of services is answered by the world that everything else stands in: a port that no rule opens times out here too, and what is stopped
//! here is unhealthy behind its load balancer. What it does not know is refused in a sentence, and never half done.
//!
//! | module | what it owns |
//! |---|---|
//! | [`words`], [`lexer`] | a line taken apart |
//! | [`machine`], `expand` | a line carried out: lists, loops, pipes, redirects; what is filled in |
//! | [`session`] | who is logged in where, and what is said when |
//! | [`host`], [`boot`], [`files`] | one instance from within, made at the first look |
//! | [`commands`] | the commands |
//! | `pattern` | the simple patterns of grep |
//! | [`data`] | what they know |
//! | [`login`] | whether one gets in at all |
//! | [`remote`] | one command over ssh, without anybody before it |
//!
//! It must not know any terminal.

mod boot;
mod commands;
mod data;
mod expand;
mod files;
mod host;
mod lexer;
pub mod login;
mod machine;
mod pattern;
pub mod remote;
mod session;
#[cfg(test)]
mod tests;
mod words;

pub use session::{Next, Shell, Turn};

use crate::sandbox::ec2::state::{Instance, State};

/// The system that an instance runs.
fn system_of(state: &State, i: &Instance) -> Option<&'static data::System> {
    let image = state.images.get(&i.image);
    let names = image.into_iter().flat_map(|i| [i.family.as_str(), i.name.as_str(), i.description.as_str()]);
    // A root device of that name is Ubuntu's, among the images that there are.
    let device = (i.root_device == "/dev/sda1").then_some("noble");
    data::system(names.filter(|n| !n.is_empty()).chain(device))
}
