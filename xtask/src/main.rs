//! Repository tasks that are too complex for a shell script: `cargo xtask tidy`, `sqlx-prepare` and `follow`.
//!
//! It reads the workspace from outside and links no crate of it, so it builds in seconds and works even when they do
//! not compile.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line's output")]

mod arrows;
mod catalogue_page;
mod circles;
mod columns;
mod database;
mod drawing;
mod files;
mod follow;
mod known_circles;
mod migrations;
mod modules;
mod named_tests;
mod pages;
mod paths;
mod queries;
mod sizes;
mod source;
mod sqlx_prepare;
mod tidy;
mod translations;
mod workspace;

use std::process::ExitCode;

use anyhow::bail;

const USAGE: &str = "usage: cargo xtask tidy
       cargo xtask sqlx-prepare [--check] [sqlite] [postgres]
       cargo xtask catalogue-page
       cargo xtask follow <page>...";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> anyhow::Result<()> {
    let mut arguments = arguments.iter().map(String::as_str);
    match arguments.next() {
        Some("tidy") => tidy::tidy(),
        Some("sqlx-prepare") => sqlx_prepare::sqlx_prepare(&arguments.collect::<Vec<_>>()),
        Some("catalogue-page") => catalogue_page::write(),
        Some("follow") => follow::follow(&arguments.collect::<Vec<_>>()),
        _ => bail!(USAGE),
    }
}
