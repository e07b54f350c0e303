//! The embedded account: a server without a socket.
