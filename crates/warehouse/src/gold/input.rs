//! The tables' contents as lines, out of pieces that end anywhere.

use std::io::{self, BufRead, Read};

use super::Feed;

/// Reads a feed.
pub(super) struct FeedReader<'f> {
    feed: &'f mut Feed<'f>,
    piece: Vec<u8>,
    at: usize,
}

impl<'f> FeedReader<'f> {
    pub(super) fn new(feed: &'f mut Feed<'f>) -> Self {
        Self { feed, piece: Vec::new(), at: 0 }
    }
}

impl Read for FeedReader<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let there = self.fill_buf()?;
        let length = there.len().min(into.len());
        into[..length].copy_from_slice(&there[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for FeedReader<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at >= self.piece.len() {
            match self.feed.next() {
                None => return Ok(&[]),
                Some(piece) => (self.piece, self.at) = (piece.map_err(io::Error::other)?, 0),
            }
        }
        Ok(&self.piece[self.at..])
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}
