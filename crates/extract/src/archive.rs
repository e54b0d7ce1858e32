//! A ZIP archive whose claims are not believed: nothing is allocated by a size that a header names, every byte that
//! comes out is counted, and only members that are asked for by name are unpacked.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::budget::{Budget, at_most};
use crate::xml::{Node, Xml};
use crate::{Refusal, charset};

pub(crate) struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    budget: &'a Budget<'a>,
}

/// What each entry of an archive's directory begins with.
const ENTRY: &[u8] = b"PK\x01\x02";

/// What one part of an Office file says of another.
pub(crate) struct Relation {
    pub(crate) id: String,
    /// The last word of its type: `slide`, `styles`, `officeDocument`.
    pub(crate) kind: String,
    /// The other part's name in the archive.
    pub(crate) target: String,
}

impl<'a> Archive<'a> {
    pub(crate) fn open(bytes: &'a [u8], budget: &'a Budget<'a>) -> Result<Self, Refusal> {
        // The library makes an entry for each member before it says how many there are.
        let entries = bytes.windows(ENTRY.len()).filter(|window| *window == ENTRY).count();
        at_most(entries as u64, budget.limits.members, "files in the archive")?;
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(of_zip)?;
        Ok(Self { zip, budget })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name).is_some()
    }

    pub(crate) fn has_under(&self, folder: &str) -> bool {
        self.zip.file_names_raw().any(|name| name.starts_with(folder.as_bytes()))
    }

    /// The bytes of a member, or nothing when there is none of that name.
    pub(crate) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        self.budget.time()?;
        let Some(index) = self.zip.index_for_name(name) else { return Ok(None) };
        let member = self.zip.by_index(index).map_err(of_zip)?;
        let mut bytes = Vec::new();
        let most = self.budget.unpackable().saturating_add(1);
        let read = member.take(most).read_to_end(&mut bytes);
        self.budget.unpack(bytes.len() as u64)?;
        read.map_err(|error| Refusal::damaged(format!("{name} cannot be unpacked ({error})")))?;
        Ok(Some(bytes))
    }

    /// The text of a member that is XML.
    pub(crate) fn xml(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        let Some(bytes) = self.read(name)? else { return Ok(None) };
        // Nearly all of them are UTF-8, which needs no second copy of the bytes.
        let bytes = match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => return Ok(Some(text)),
            Ok(text) => text.into_bytes(),
            Err(other) => other.into_bytes(),
        };
        self.budget.unpack(bytes.len() as u64)?;
        let text = charset::decoded(&bytes, Some("utf-8"));
        text.map(Some).ok_or_else(|| Refusal::damaged(format!("{name} is no text")))
    }

    /// Reads a text as XML, within the budget of the archive.
    pub(crate) fn stream<T>(
        &self,
        text: &str,
        read: impl FnOnce(&mut Xml<'_, '_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        read(&mut Xml::new(text, self.budget))
    }

    /// The text of a member without which the file means nothing.
    pub(crate) fn main_xml(&mut self, name: &str) -> Result<String, Refusal> {
        self.xml(name)?.ok_or_else(|| Refusal::damaged(format!("{name} is missing")))
    }

    /// The part that holds the document itself.
    pub(crate) fn main_part(&mut self, usual: &str) -> Result<String, Refusal> {
        let relations = self.relations("")?;
        let found = relations.into_iter().find(|relation| relation.kind == "officeDocument");
        Ok(found.map_or_else(|| usual.to_owned(), |relation| relation.target))
    }

    /// What a part says of others; `""` is the archive itself.
    pub(crate) fn relations(&mut self, part: &str) -> Result<Vec<Relation>, Refusal> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let slash = if folder.is_empty() { "" } else { "/" };
        let Some(text) = self.xml(&format!("{folder}{slash}_rels/{file}.rels"))? else { return Ok(Vec::new()) };
        let mut xml = Xml::new(&text, self.budget);
        let mut found = Vec::new();
        while let Some(node) = xml.next()? {
            let Node::Open(element) = node else { continue };
            let (Some(id), Some(kind), Some(target)) =
                (element.attribute(b"Id"), element.attribute(b"Type"), element.attribute(b"Target"))
            else {
                continue;
            };
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            self.budget.hold(id.len() + kind.len() + folder.len() + target.len(), 2)?;
            found.push(Relation { id, kind, target: resolved(folder, &target) });
        }
        Ok(found)
    }
}

/// A target from the folder of the part that names it.
fn resolved(folder: &str, target: &str) -> String {
    let base = if target.starts_with('/') { "" } else { folder };
    let mut path: Vec<&str> = base.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/').filter(|step| !step.is_empty() && *step != ".") {
        if step == ".." {
            path.pop();
        } else {
            path.push(step);
        }
    }
    path.join("/")
}

fn of_zip(error: ZipError) -> Refusal {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => Refusal::Encrypted,
        other => Refusal::damaged(format!("the archive cannot be read ({other})")),
    }
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn a_target_is_found_from_its_folder() {
        assert_eq!(resolved("ppt", "slides/slide1.xml"), "ppt/slides/slide1.xml");
        assert_eq!(resolved("ppt/slides", "../notesSlides/n.xml"), "ppt/notesSlides/n.xml");
        assert_eq!(resolved("xl", "/xl/worksheets/a.xml"), "xl/worksheets/a.xml");
        assert_eq!(resolved("", "../../etc/passwd"), "etc/passwd");
    }
}
