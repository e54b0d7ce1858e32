//! What a program pays with.

use std::cell::Cell;
use std::sync::Weak;
use std::time::{Duration, Instant};

/// Steps that one program makes: looking at one value, or at one byte of a text.
const STEPS: u64 = 100_000_000;
/// Steps between two looks at the clock.
const STRIDE: u64 = 1 << 16;

/// A program has used up its steps or its time, or nobody waits for it any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it takes more work than one call may")]
pub struct Exhausted;

impl From<Exhausted> for String {
    fn from(exhausted: Exhausted) -> Self {
        exhausted.to_string()
    }
}

/// The steps and the time that one program has left.
pub struct Fuel {
    left: Cell<u64>,
    next_look: Cell<u64>,
    ends: Instant,
    caller: Option<Weak<()>>,
}

impl Fuel {
    /// * `longest`: from now.
    /// * `caller`: is gone when nobody waits for the program.
    pub(super) fn new(longest: Duration, caller: Weak<()>) -> Self {
        Self { caller: Some(caller), ..Self::steps(STEPS, longest) }
    }

    /// Fuel for work that is not a tenant's, or that a caller bounds itself.
    pub fn steps(steps: u64, longest: Duration) -> Self {
        let next_look = Cell::new(steps.saturating_sub(STRIDE));
        Self { left: Cell::new(steps), next_look, ends: Instant::now() + longest, caller: None }
    }

    /// Pays for steps before they are made.
    ///
    /// # Errors
    /// [`Exhausted`] when steps or time are used up. It stays so.
    pub fn spend(&self, steps: u64) -> Result<(), Exhausted> {
        let left = self.left.get().checked_sub(steps).ok_or(Exhausted);
        let Ok(left) = left else { return self.empty() };
        self.left.set(left);
        if left > self.next_look.get() {
            return Ok(());
        }
        self.next_look.set(left.saturating_sub(STRIDE));
        let is_alone = self.caller.as_ref().is_some_and(|caller| caller.strong_count() == 0);
        if is_alone || Instant::now() >= self.ends { self.empty() } else { Ok(()) }
    }

    /// The steps that are left.
    pub fn left(&self) -> u64 {
        self.left.get()
    }

    /// The time that is left.
    pub fn time_left(&self) -> Duration {
        self.ends.saturating_duration_since(Instant::now())
    }

    fn empty(&self) -> Result<(), Exhausted> {
        self.left.set(0);
        self.next_look.set(0);
        Err(Exhausted)
    }
}
