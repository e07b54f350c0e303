//! What an instance shows beside its fields: its console's output, its screen, its first Windows password. Each is a side table with one
//! request for each instance, asked only while its page is open.

pub mod console_output;
pub mod screenshot;
pub mod windows_password;
