//! The operations through the door that requests take.
