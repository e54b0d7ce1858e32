//! Artifacts: files that users send and tools make. Their rows are in the store, their bytes in a directory or in a
//! bucket that speaks S3.
//!
//! This crate must never know HTTP, a session's workspace or a tool: it is given bytes and gives them back.

mod error;
mod files;
mod ground;
mod keeper;
mod link;
mod media;
mod place;
mod sweep;
mod upload;

pub use error::ArtifactError;
pub use files::{ArtifactFiles, Beginning, ByteStream};
pub use link::{ArtifactLinks, Link};
pub use media::media_type;
pub use place::Place;
pub use upload::{LARGEST, Upload};
