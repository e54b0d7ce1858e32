//! Zips of skills. Nothing is allocated by a size that a header names, and every byte that comes out is counted.

use std::io::{Cursor, Read as _, Write as _};

use artel_domain::skill::{LARGEST_SKILL, SKILL_FILE};
use artel_domain::{SkillFile, SkillPath};
use zip::ZipArchive;
use zip::ZipWriter;
use zip::result::{ZipError, ZipResult};
use zip::write::SimpleFileOptions;

use crate::{BadSkill, Folder, SkillText, check_files};

/// The most bytes of a zip: a skill that cannot be compressed, with its names.
pub const LARGEST_ZIP: usize = 11 * 1024 * 1024;
/// The most entries of a zip, folders and what systems leave there included.
const MOST_ENTRIES: usize = 1000;
/// How an entry of the list of entries begins.
const ENTRY: &[u8] = b"PK\x01\x02";
/// The bits of a Unix mode that say what a thing is, and those of a file and of a folder.
const KIND: u32 = 0o170_000;
const FILE: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

/// Unpacks a skill: `SKILL.md` stands at the top, or in one folder that is called like the skill.
///
/// It keeps a processor busy for as long as [`LARGEST_SKILL`] takes to unpack: call it off the async threads.
///
/// # Errors
/// `TooLarge`: the skill would have more than [`LARGEST_SKILL`] bytes. `Invalid`: the zip is damaged, holds something
/// else than files and folders, names a place outside of its folder, or is no skill.
pub fn unpack(bytes: &[u8]) -> Result<Folder, BadSkill> {
    if bytes.len() > LARGEST_ZIP {
        return Err(BadSkill::TooLarge("The zip has more than 11 MiB.".to_owned()));
    }
    // Each entry takes memory as soon as the list is read.
    if bytes.windows(ENTRY.len()).filter(|window| *window == ENTRY).nth(MOST_ENTRIES).is_some() {
        return Err(wrong(format!("has more than {MOST_ENTRIES} entries")));
    }
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(of_zip)?;
    if zip.len() > MOST_ENTRIES {
        return Err(wrong(format!("has more than {MOST_ENTRIES} entries")));
    }
    if zip.has_duplicate_names() {
        return Err(wrong("has two entries of one name"));
    }
    let (mut found, mut left) = (Vec::new(), LARGEST_SKILL);
    for index in 0..zip.len() {
        let name = checked_name(&mut zip, index)?;
        if let Some(name) = name {
            found.push((name, read(&mut zip, index, &mut left)?));
        }
    }
    folder_of(found)
}

/// The name of a file; `None`: a folder, or what a system leaves in each folder.
fn checked_name(zip: &mut ZipArchive<Cursor<&[u8]>>, index: usize) -> Result<Option<String>, BadSkill> {
    let entry = zip.by_index_raw(index).map_err(of_zip)?;
    let name = std::str::from_utf8(entry.name_raw());
    let name = name.map_err(|_| wrong("has a name that is not UTF-8; pack it again with UTF-8 names"))?.to_owned();
    let kind = entry.unix_mode().unwrap_or_default() & KIND;
    if entry.is_symlink() || !matches!(kind, 0 | FILE | FOLDER) {
        return Err(wrong(format!("has {}, which is a link or no file", shown(&name))));
    }
    if entry.encrypted() {
        return Err(wrong("is encrypted; send one without a password"));
    }
    let path = name.strip_suffix('/').unwrap_or(&name);
    // No path of a file is that of the skill's own text: only its folder is one.
    let checked = path.strip_suffix(SKILL_FILE).map_or(path, |folder| folder.strip_suffix('/').unwrap_or(folder));
    if path != SKILL_FILE {
        SkillPath::parse(checked).map_err(|error| wrong(format!("has the name {}, which {error}", shown(&name))))?;
    }
    let is_litter = name.starts_with("__MACOSX/") || path.rsplit('/').next() == Some(".DS_Store");
    Ok((!name.ends_with('/') && kind != FOLDER && !is_litter).then_some(name))
}

/// The bytes of an entry. What its header says of their number is not believed.
///
/// # Arguments
/// * `left`: the bytes that may still come out of the zip.
fn read(zip: &mut ZipArchive<Cursor<&[u8]>>, index: usize, left: &mut u64) -> Result<Vec<u8>, BadSkill> {
    let entry = zip.by_index(index).map_err(of_zip)?;
    let mut bytes = Vec::new();
    let read = entry.take(*left + 1).read_to_end(&mut bytes);
    let length = bytes.len() as u64;
    if length > *left {
        return Err(BadSkill::TooLarge("The skill has more than 10 MiB when it is unpacked.".to_owned()));
    }
    read.map_err(|error| wrong(format!("is damaged: {error}")))?;
    *left -= length;
    Ok(bytes)
}

fn folder_of(found: Vec<(String, Vec<u8>)>) -> Result<Folder, BadSkill> {
    let at_top = found.iter().any(|(name, _)| name == SKILL_FILE);
    let top = found.first().and_then(|(name, _)| name.split_once('/')).map(|(top, _)| format!("{top}/"));
    let folder = if at_top { String::new() } else { top.unwrap_or_default() };
    let (mut text, mut files) = (None, Vec::new());
    for (name, content) in found {
        let Some(path) = name.strip_prefix(&folder) else {
            return Err(wrong(format!("has {} beside the skill's folder; send one skill in a zip", shown(&name))));
        };
        if path == SKILL_FILE {
            let read = String::from_utf8(content).map_err(|_| BadSkill::of(SKILL_FILE, "must be UTF-8"))?;
            text = Some(SkillText::read(&read)?);
            continue;
        }
        let path =
            SkillPath::parse(path).map_err(|error| wrong(format!("has the name {}, which {error}", shown(path))))?;
        files.push(SkillFile { path, content });
    }
    let text = text.ok_or_else(|| wrong("has no SKILL.md at its top or in its one folder"))?;
    let name = folder.trim_end_matches('/');
    if !name.is_empty() && name != text.name.as_str() {
        return Err(BadSkill::of("name", format!("is {}, and its folder is called {}", text.name, shown(name))));
    }
    check_files(&files)?;
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(Folder { text, files })
}

/// Packs a skill into a zip with one folder that is called like it. The same skill gives the same bytes.
///
/// It keeps a processor busy: call it off the async threads.
///
/// # Errors
/// None that a skill which is kept can cause.
pub fn pack(folder: &Folder) -> ZipResult<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o644);
    let name = &folder.text.name;
    zip.start_file(format!("{name}/{SKILL_FILE}"), options)?;
    zip.write_all(folder.text.write().as_bytes())?;
    for file in &folder.files {
        zip.start_file(format!("{name}/{}", file.path), options)?;
        zip.write_all(&file.content)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn of_zip(error: ZipError) -> BadSkill {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            wrong("is encrypted; send one without a password")
        }
        ZipError::UnsupportedArchive(_) => wrong("is packed in a way that is not known here; use deflate or store"),
        other => wrong(format!("cannot be read as a zip ({other})")),
    }
}

fn wrong(message: impl Into<String>) -> BadSkill {
    BadSkill::of("zip", message)
}

/// A name as a message shows it.
fn shown(name: &str) -> String {
    let beginning: String = name.chars().take(100).collect();
    format!("{beginning:?}")
}

#[cfg(test)]
mod tests;
