//! The query language of `/`, of the palette and of `get`.
