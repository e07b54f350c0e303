//! The gateway to AWS: the only place where clients are built.
