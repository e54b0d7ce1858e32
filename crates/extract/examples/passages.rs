//! What is understood of a file: `cargo run -p artel-extract --example passages FILE`.
#![expect(clippy::print_stdout, reason = "it is what the example is for")]

use std::path::PathBuf;

use artel_extract::{Extractor, Limits, Programs, Size, passages};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = PathBuf::from(std::env::args_os().nth(1).ok_or("name a file")?);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let document = Extractor::new(Limits::default(), Programs::found()).read(&name, &std::fs::read(&path)?)?;
    println!("{}: {:?}, pages {:?}, {:?}", document.kind.name(), document.title, document.pages, document.language);
    document.notes.iter().for_each(|note| println!("note: {note}"));
    document.attachments.iter().for_each(|attachment| println!("attachment: {attachment:?}"));
    for passage in passages(&document, Size::default()) {
        let place = passage.place.map(|place| place.to_string()).unwrap_or_default();
        println!("\n[{}] {place} {}\n{}", passage.ordinal, passage.path.join(" > "), passage.text);
    }
    Ok(())
}
