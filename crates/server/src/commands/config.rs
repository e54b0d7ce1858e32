use std::process::ExitCode;

use crate::config::{Config, Settings, table};
use crate::output;

pub(crate) fn check() -> anyhow::Result<ExitCode> {
    let mut settings = Settings::load()?;
    Config::read(&mut settings)?;
    for line in table(&settings) {
        output::line(&line);
    }
    let unknown = settings.unknown_in_file();
    if !unknown.is_empty() {
        output::error(&format!("artel.toml has settings that Artel does not know: {}", unknown.join(", ")));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
