//! `docs/catalogue.md` is made from the data of the catalogue: `catalogue-page` writes it, `tidy` compares it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::workspace::{Workspace, cargo};

const PAGE: &str = "docs/catalogue.md";

pub(crate) fn write() -> anyhow::Result<()> {
    let root = Workspace::read()?.root;
    std::fs::write(root.join(PAGE), made(&root)?).context(PAGE)?;
    println!("wrote {PAGE}");
    Ok(())
}

pub(crate) fn faults(root: &Path) -> anyhow::Result<Vec<String>> {
    let written = std::fs::read_to_string(root.join(PAGE)).context(PAGE)?;
    Ok(if written == made(root)? {
        Vec::new()
    } else {
        vec![format!("{PAGE} is not what the catalogue says; run `cargo xtask catalogue-page`")]
    })
}

/// The page as the catalogue's crate prints it. The crate is small, so that this takes seconds.
fn made(root: &Path) -> anyhow::Result<String> {
    let arguments = ["run", "--quiet", "--package", "artel-catalogue", "--example", "page"];
    let output = Command::new(cargo()).args(arguments).current_dir(root).output().context("cargo")?;
    if !output.status.success() {
        bail!("the page of the catalogue cannot be made: {}", String::from_utf8_lossy(&output.stderr));
    }
    String::from_utf8(output.stdout).context("the page of the catalogue")
}
