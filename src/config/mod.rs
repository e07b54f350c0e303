//! Settings, keymaps and themes.
