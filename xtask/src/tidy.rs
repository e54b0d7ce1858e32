//! `tidy`: checks that the compiler does not make.

use anyhow::bail;

use crate::workspace::Workspace;
use crate::{arrows, catalogue_page, circles, columns, migrations, named_tests, pages, queries, sizes, translations};

pub(crate) fn tidy() -> anyhow::Result<()> {
    let workspace = Workspace::read()?;
    let root = &workspace.root;
    let circles = circles::findings(root)?;
    let faults = [
        arrows::faults(&workspace.packages),
        migrations::faults(root)?,
        queries::faults(root)?,
        pages::faults(root)?,
        named_tests::faults(root)?,
        catalogue_page::faults(root)?,
        translations::faults(root)?,
        columns::faults(root)?,
        circles.faults,
    ];
    let faults = faults.concat();
    for mended in circles.mended {
        println!("mended: {mended}");
    }
    for (file, lines) in sizes::long_files(root)? {
        let file = file.strip_prefix(root).unwrap_or(&file).display();
        println!("long: {file} has {lines} lines; do two things live in it?");
    }
    if !faults.is_empty() {
        bail!("not tidy:\n  {}", faults.join("\n  "));
    }
    println!("tidy: {} crates, every arrow is in the drawing", workspace.packages.len());
    Ok(())
}
