//! From a file's bytes to text that can be searched and cited: what type of file it is, its headings, paragraphs, lists
//! and tables with the pages, sheets and slides they stand on, and passages made of them.
//!
//! A file is hostile until it was read. The type is told by the bytes; the name is used for a title only. Everything is
//! bounded by [`Limits`]: bytes that are unpacked, text that is kept, the depth of elements, pages, time. What cannot
//! be read within them is a [`Refusal`], whose text says to a person what is wrong and what to do. A file is read whole
//! or not at all: an index that silently lacks half of a document gives wrong answers that nobody notices.
//!
//! PDF and images are read by `pdftotext`, `pdftoppm` and `tesseract` as child processes with limits of their own; all
//! other formats are read in this process by parsers that keep no tree, so that nothing recurses.
//!
//! Reading takes a thread for up to [`Limits::seconds`]: call it where blocking is allowed.
//!
//! This crate must never know a store, a tenant, a network or an async runtime.

mod archive;
mod budget;
mod charset;
mod child;
mod document;
mod extractor;
mod flow;
mod formats;
mod kind;
mod language;
mod limits;
mod passages;
mod programs;
mod refusal;
mod sniff;
mod xml;

pub use document::{Attachment, Block, Content, Document, Place, Table};
pub use extractor::Extractor;
pub use kind::Kind;
pub use language::Language;
pub use limits::Limits;
pub use passages::{Passage, Size, passages};
pub use programs::Programs;
pub use refusal::Refusal;
