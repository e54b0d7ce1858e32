//! A test for each promise of the traits, run on every store.
