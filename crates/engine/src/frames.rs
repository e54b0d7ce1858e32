//! Puts small deltas together: the first one goes out at once, later ones after 50 ms or 512 bytes, whichever is first.

use std::time::Duration;

use tokio::time::Instant;

const LONGEST_WAIT: Duration = Duration::from_millis(50);
const LARGEST: usize = 512;

#[derive(Debug, Default)]
pub(crate) struct Frames {
    text: String,
    /// When the buffered text must go; `None` while nothing is buffered.
    due: Option<Instant>,
    /// Something of this answer went out before.
    begun: bool,
}

impl Frames {
    /// Takes text in; gives a frame back when one is complete.
    pub(crate) fn push(&mut self, text: &str) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        self.text.push_str(text);
        if !self.begun || self.text.len() >= LARGEST {
            return self.take();
        }
        self.due.get_or_insert_with(|| Instant::now() + LONGEST_WAIT);
        None
    }

    /// What is buffered, if anything.
    pub(crate) fn take(&mut self) -> Option<String> {
        self.due = None;
        if self.text.is_empty() {
            return None;
        }
        self.begun = true;
        Some(std::mem::take(&mut self.text))
    }

    /// Returns when the buffered text must go; never while nothing is buffered.
    pub(crate) async fn due(&self) {
        match self.due {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Frames;

    #[tokio::test(start_paused = true)]
    async fn the_first_delta_goes_at_once_and_later_ones_wait_for_time_or_size() {
        let mut frames = Frames::default();
        assert_eq!(frames.push("Hel"), Some("Hel".into()));
        assert_eq!(frames.push("lo"), None);
        assert_eq!(frames.push(" there"), None);
        let before = tokio::time::Instant::now();
        frames.due().await;
        assert_eq!(before.elapsed().as_millis(), 50);
        assert_eq!(frames.take(), Some("lo there".into()));
        assert_eq!(frames.push(&"x".repeat(511)), None);
        assert_eq!(frames.push("yz").map(|f| f.len()), Some(513));
        assert_eq!(frames.take(), None);
    }
}
