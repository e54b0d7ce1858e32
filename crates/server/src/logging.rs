//! Structured logs on stderr: JSON, or pretty for people.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::Config;

/// Starts logging for the rest of the process; a second call changes nothing.
pub(crate) fn start(config: &Config) {
    // Was checked when the configuration was read.
    let filter: Targets = config.log_level.parse().unwrap_or_default();
    let registry = tracing_subscriber::registry().with(filter);
    let _ = if config.log_json {
        registry
            .with(
                fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_current_span(true)
                    .with_span_list(false)
                    .with_writer(std::io::stderr),
            )
            .try_init()
    } else {
        registry
            .with(
                fmt::layer()
                    .compact()
                    .with_target(false)
                    .with_ansi(std::io::stderr().is_terminal())
                    .with_writer(std::io::stderr),
            )
            .try_init()
    };
}
