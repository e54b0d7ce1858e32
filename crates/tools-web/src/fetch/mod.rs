//! `web_fetch`: one address as readable text.

mod answer;
mod kind;
mod load;

use artel_catalogue::args::WebFetch;
use artel_tools::{Builtin, CallContext, Fuel, ToolError, ToolOutput};
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::charset;
use crate::page::{self, Page};
use crate::text_error::tell;
use answer::{keep, shortened};
use kind::Kind;
use load::{Loaded, load};

const USUAL_CHARS: u32 = 20_000;
const MOST_CHARS: u32 = 100_000;

/// Loads a page and returns what can be read on it.
pub struct WebFetchTool;

#[async_trait]
impl Builtin for WebFetchTool {
    const NAME: &'static str = "web_fetch";
    type Args = WebFetch;

    async fn call(&self, context: &CallContext, args: WebFetch) -> Result<ToolOutput, ToolError> {
        let max_chars = args.max_chars.unwrap_or(USUAL_CHARS);
        if !(1..=MOST_CHARS).contains(&max_chars) {
            let what = format!("max_chars: {max_chars} is not between 1 and {MOST_CHARS}");
            return Err(tell("invalid_argument", &what, "give a number in that range"));
        }
        let loaded = load(context, &args.url).await?;
        match Kind::of(&loaded.content_type, &loaded.bytes) {
            kind @ (Kind::Page | Kind::Text) => {
                let page = read(context, &loaded, kind).await?;
                readable(context, &loaded, page, max_chars).await
            }
            Kind::Pdf => Err(tell(
                "unavailable",
                "url: this is a PDF, and this installation has no sandbox to read PDFs in",
                "look for the same text as a page with web_search, or ask the user for it",
            )),
            Kind::File => file(context, loaded).await,
        }
    }
}

/// The text of what was loaded. Any size and any form of it may come from a stranger.
async fn read(context: &CallContext, loaded: &Loaded, kind: Kind) -> Result<Page, ToolError> {
    let (bytes, content_type, url) = (loaded.bytes.clone(), loaded.content_type.clone(), loaded.url.clone());
    let tenant = context.tenant_id;
    let work = move |fuel: &Fuel| {
        let content = charset::decoded(&bytes, &content_type);
        let as_text = |content| Page { title: None, content, is_cut: false };
        Ok(if kind == Kind::Page { page::read(content, url, tenant, fuel) } else { as_text(content) })
    };
    context.off_thread(work).await
}

/// The answer with the text, or with its beginning and where the whole of it is.
async fn readable(context: &CallContext, loaded: &Loaded, page: Page, max_chars: u32) -> Result<ToolOutput, ToolError> {
    let (content, is_long) = shortened(&page.content, max_chars as usize);
    let mut answer = json!({
        "url": loaded.url, "title": page.title, "content": content, "content_type": loaded.content_type,
        "truncated": is_long || page.is_cut,
    });
    if is_long {
        let title = page.title.unwrap_or_else(|| loaded.url.clone());
        if let Some(artifact) = keep(context, "web_page", title, "text/markdown; charset=utf-8", page.content).await? {
            answer["artifact_id"] = json!(artifact);
        }
    }
    Ok(answer.into())
}

/// A file that is no text: it is kept, and the model gets its handle.
async fn file(context: &CallContext, loaded: Loaded) -> Result<ToolOutput, ToolError> {
    let title = loaded.name();
    let kept = keep(context, "web_file", title.clone(), &loaded.content_type, loaded.bytes).await?;
    let Some(artifact) = kept else {
        let what = format!("url: this is a file of the type {}, and files cannot be kept here", loaded.content_type);
        return Err(tell("unavailable", &what, "use a page with text instead"));
    };
    let answer = json!({
        "url": loaded.url, "title": title, "content": Value::String(String::new()),
        "content_type": loaded.content_type, "truncated": false, "artifact_id": artifact,
    });
    Ok(answer.into())
}
