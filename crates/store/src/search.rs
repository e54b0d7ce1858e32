use artel_domain::{MemoryFile, UserId};
use artel_words::Query;
use async_trait::async_trait;

use crate::{Result, Viewer};

/// Something that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<T> {
    pub item: T,
    /// Greater is better. It compares what one search found, nothing else.
    pub score: f64,
}

/// Texts that are found by their words. What a viewer may not see is neither found nor looked at: the question to the
/// database says who asks, and its words are those of one shelf ([`artel_words::Shelf`]).
#[async_trait]
pub trait Search: Send + Sync {
    /// Files of a user's memory whose path begins with `prefix` and that have one of the words at least, in their path,
    /// title, source or text. The best first.
    async fn search_memory(
        &self,
        viewer: &Viewer,
        owner: UserId,
        prefix: &str,
        query: &Query,
        limit: u32,
    ) -> Result<Vec<Found<MemoryFile>>>;
}
