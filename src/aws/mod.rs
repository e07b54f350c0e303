//! The gateway to AWS: the only place where clients are built.

/// Builds every client.
#[derive(Debug, Clone)]
pub struct Gateway;

/// A one-use permission for one write, handed to exactly one call by a confirmed plan.
#[derive(Debug)]
pub struct Permit;
