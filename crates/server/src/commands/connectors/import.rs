use std::io::Read as _;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use artel_connectors::openapi::{ImportOptions, Imported, MAX_JSON_BYTES, import};
use artel_egress::Outgoing;
use url::Url;

use crate::cli::ImportArgs;
use crate::output;

/// Places that are told one by one; of more, their number.
const SHOWN: usize = 50;

/// Prints the YAML of a connector made of a document. What was left out goes to stderr.
pub(super) async fn run(args: &ImportArgs) -> anyhow::Result<ExitCode> {
    let source = Url::parse(&args.document).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let text = match &source {
        Some(url) => fetched(url).await?,
        None => read(&args.document).with_context(|| format!("{} cannot be read", args.document))?,
    };
    let options =
        ImportOptions { key: args.key.clone(), title: args.title.clone(), source, operations: args.operations.clone() };
    let made = import(&text, &options)?;
    tell(&made);
    let yaml = artel_connectors::to_yaml(&made.connector).map_err(anyhow::Error::msg)?;
    output::line(yaml.trim_end());
    Ok(ExitCode::SUCCESS)
}

/// No more of a file is read than a document may have.
fn read(path: &str) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(MAX_JSON_BYTES as u64 + 1).read_to_string(&mut text)?;
    Ok(text)
}

fn tell(made: &Imported) {
    let taken = made.connector.operations().count();
    output::error(&format!("{taken} of {} operations were taken", made.seen));
    for left in made.left_out.iter().take(SHOWN) {
        output::error(&format!("left out: {}: {}", left.place, left.reason));
    }
    let more = made.left_out.len().saturating_sub(SHOWN) + made.more_left_out;
    if more > 0 {
        output::error(&format!("and {more} more were left out"));
    }
    if made.cut_schemas > 0 {
        output::error(&format!("{} schemas were too deep or too large to be written out", made.cut_schemas));
    }
}

/// A document is fetched like everything that a stranger names: through the guard.
async fn fetched(url: &Url) -> anyhow::Result<String> {
    let egress = super::egress()?;
    let refused = || format!("{url} cannot be fetched");
    let (url_checked, rule) = egress.check(url.as_str(), &[]).with_context(refused)?;
    let outgoing = Outgoing {
        method: reqwest::Method::GET,
        url: url_checked,
        headers: reqwest::header::HeaderMap::new(),
        body: None,
        fresh: false,
    };
    let response = egress.send(outgoing, &rule).await.with_context(refused)?;
    let status = response.status();
    let (body, more) = response.read(MAX_JSON_BYTES + 1).await.with_context(refused)?;
    if !status.is_success() || more {
        let why = if more { "the document is too large".to_owned() } else { format!("the answer is {status}") };
        bail!("{url} cannot be fetched: {why}");
    }
    String::from_utf8(body.to_vec()).with_context(|| format!("{url} is not UTF-8"))
}
