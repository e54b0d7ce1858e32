//! Prints `docs/catalogue.md`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    std::io::stdout().write_all(artel_catalogue::page(artel_catalogue::catalogue()).as_bytes())
}
