//! Rebuild when a migration or a prepared query comes or goes: the macros of sqlx read both directories, and rustc
//! knows of neither.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=.sqlx");
}
