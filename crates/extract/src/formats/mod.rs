//! One reader for each type of file.

pub(crate) mod csv;
pub(crate) mod docx;
pub(crate) mod html;
pub(crate) mod mail;
pub(crate) mod markdown;
pub(crate) mod odt;
pub(crate) mod pdf;
pub(crate) mod plain;
pub(crate) mod pptx;
pub(crate) mod scan;
pub(crate) mod xlsx;

use crate::archive::Archive;
use crate::{Refusal, xml};

/// The title that an archive's properties name.
fn title(archive: &mut Archive<'_>, part: &str) -> Result<Option<String>, Refusal> {
    let Some(text) = archive.xml(part)? else { return Ok(None) };
    archive.stream(&text, |xml| {
        while let Some(node) = xml.next()? {
            match node {
                xml::Node::Open(element) if element.name() == b"title" => return xml.text_within().map(Some),
                _ => {}
            }
        }
        Ok(None)
    })
}
