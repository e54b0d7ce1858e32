# `just` lists the recipes. Without `just`: scripts/tools exec just RECIPE

set shell := ["bash", "-euo", "pipefail", "-c"]
set positional-arguments

[private]
default:
    @just --list --unsorted

# All tests, on SQLite and on PostgreSQL + Redis
test *arguments:
    scripts/test "$@"

# Everything that must hold beside the tests
check: fmt typos tidy deny unused clippy doc

# The whole product with the demo agent, on embedded SQLite
demo:
    cargo run --release -- demo

# Formatting
fmt:
    cargo fmt --all --check

# Spelling
typos:
    scripts/tools exec typos

# Arrows between crates, migration twins, generated files
tidy:
    cargo xtask tidy

# Licences, sources and banned crates of the dependencies
deny:
    scripts/tools exec cargo-deny --log-level warn check bans licenses sources

# Dependencies that nothing uses
unused:
    scripts/tools exec cargo-shear

# Lints
clippy:
    cargo clippy --workspace --all-targets --quiet -- -D warnings

# The web interface: build, --check, test, types
console *arguments:
    scripts/console "$@"

# API documentation, with every link resolved
# The binary is left out: its comments are the help that clap prints as it stands, not Markdown.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --exclude artel --no-deps --quiet

# Write crates/store-*/.sqlx after a query or a migration changed
sqlx-prepare *databases:
    cargo xtask sqlx-prepare "$@"

# Write docs/openapi.json
openapi:
    mkdir -p docs
    cargo run --quiet --package artel -- openapi > docs/openapi.json

# The figures of docs/benchmarks.md
bench *arguments:
    bench/run "$@"
