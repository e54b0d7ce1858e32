use super::Settings;

/// The effective configuration as lines `NAME = value  (source)`.
pub(crate) fn table(settings: &Settings) -> Vec<String> {
    let mut rows = settings.effective().to_vec();
    rows.sort_by_key(|row| row.name);
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
    let line = |row: &super::settings::Effective| {
        let shown = if row.shown.is_empty() { "(not set)" } else { &row.shown };
        format!("{:width$} = {shown}  ({})", row.name, row.source)
    };
    rows.iter().map(line).collect()
}
