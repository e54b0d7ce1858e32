use std::process::ExitCode;

use crate::config::{Config, Settings, table};
use crate::output;

pub(crate) fn check() -> anyhow::Result<ExitCode> {
    let mut settings = Settings::load()?;
    Config::read(&mut settings)?;
    for line in table(&settings) {
        output::line(&line);
    }
    for idle in settings.given_idly() {
        output::error(&idle);
    }
    for near in settings.near_misses() {
        output::error(&near);
    }
    let unknown = settings.unknown_in_file();
    for name in &unknown {
        output::error(&format!("{name}: {}", settings.why_unknown(name)));
    }
    Ok(if unknown.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
