use std::path::PathBuf;
use std::time::Duration;

/// The longest that a caller waits for a connection, a place in the writer's queue or the writer's answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// Where the database is and how many connections read it.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    pub path: PathBuf,
    /// Connections that may be open, the writer's among them.
    pub pool_size: u32,
    /// Further ones under load.
    pub max_overflow: u32,
    /// How long a caller waits for a connection, or for a place in the writer's queue.
    pub acquire_timeout: Duration,
}

impl SqliteOptions {
    /// A path, or a URL such as `sqlite:///var/lib/artel/artel.db` (what follows a `?` is ignored).
    pub fn new(path_or_url: &str) -> Self {
        let path = match path_or_url.strip_prefix("sqlite:") {
            Some(rest) => rest.strip_prefix("//").unwrap_or(rest).split('?').next().unwrap_or_default(),
            None => path_or_url,
        };
        Self { path: PathBuf::from(path), pool_size: 5, max_overflow: 10, acquire_timeout: Duration::from_secs(30) }
    }

    /// How long a caller waits for one thing.
    pub(crate) fn patience(&self) -> Duration {
        self.acquire_timeout.min(DEADLINE)
    }

    /// Connections of the reading pool.
    pub(crate) fn readers(&self) -> u32 {
        self.capacity().saturating_sub(1).max(1)
    }

    /// All connections, reading and writing.
    pub(crate) fn capacity(&self) -> u32 {
        self.pool_size.saturating_add(self.max_overflow).max(2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_every_form_of_url_name_the_same_file() {
        for text in ["/d/artel.db", "sqlite:/d/artel.db", "sqlite:///d/artel.db", "sqlite:///d/artel.db?mode=rwc"] {
            assert_eq!(SqliteOptions::new(text).path, PathBuf::from("/d/artel.db"), "{text}");
        }
        assert_eq!(SqliteOptions::new("sqlite://artel.db").path, PathBuf::from("artel.db"));
    }
}
