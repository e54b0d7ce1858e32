//! A private session beside a colleague of the same tenant: every operation of every surface, through the real binary.
//!
//! The operations are read from the OpenAPI document and from the routers' sources. One that `plan` does not know fails
//! the test, so that no new operation is forgotten.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

mod every_operation;
mod ides;
mod operations;
mod plan;
mod world;
