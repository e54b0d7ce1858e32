use std::sync::Arc;

use artel_catalogue::args::{MemoryRead, ReadMemory as Args};
use artel_domain::{MemoryFile, MemoryPath, Requester};
use artel_store::memory::MOST_MEMORY_FILES;
use artel_store::{Page, Viewer};
use artel_tools::{Builtin, CallContext, ToolError, ToolOutput};
use artel_words::Query;
use async_trait::async_trait;
use serde_json::{Value, json};

use crate::knowledge::{Knowledge, path_of};
use crate::refusals::{no_file, of_store, tell};

/// Files that a search answers at most.
const MOST_FOUND: u32 = 50;

/// Reads the memory of whoever started the run.
pub(crate) struct ReadMemoryTool(pub(crate) Arc<Knowledge>);

#[async_trait]
impl Builtin for ReadMemoryTool {
    const NAME: &'static str = "read_memory";
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        let requester = self.0.requester(context).await?;
        let answer = match args.action {
            MemoryRead::List => self.list(&requester, &args).await?,
            MemoryRead::Read => self.read(&requester, &args).await?,
            MemoryRead::ReadMany => self.read_many(&requester, &args).await?,
        };
        Ok(answer.into())
    }
}

impl ReadMemoryTool {
    async fn list(&self, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let (viewer, owner) = (Viewer::from(requester), requester.user_id());
        let prefix = args.prefix.as_deref().unwrap_or_default();
        let asked = args.query.as_deref().filter(|query| !query.trim().is_empty());
        let files: Vec<MemoryFile> = match asked.map(Query::read) {
            None => {
                let all = Page { limit: MOST_MEMORY_FILES, offset: 0 };
                self.0.store.list_memory(&viewer, owner, prefix, all).await.map_err(|error| of_store(&error))?.0
            }
            Some(Some(query)) => {
                let found = self.0.store.search_memory(&viewer, owner, prefix, &query, MOST_FOUND).await;
                found.map_err(|error| of_store(&error))?.into_iter().map(|found| found.item).collect()
            }
            Some(None) => {
                let what = "query has no word";
                return Err(tell("invalid_argument", what, "give words, or leave query out to list all files"));
            }
        };
        let rows: Vec<Value> = files.iter().map(row).collect();
        Ok(json!({ "files": rows }))
    }

    async fn read(&self, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let Some(path) = args.path.as_deref() else {
            return Err(tell("invalid_argument", "path is missing", "give the path of a file that list shows"));
        };
        let path = path_of("path", path)?;
        self.find(requester, &path).await?.ok_or_else(|| ToolError::Tell(no_file(path.as_str())))
    }

    /// A file that cannot be read says so in its row.
    async fn read_many(&self, requester: &Requester, args: &Args) -> Result<Value, ToolError> {
        let Some(paths) = &args.paths else {
            return Err(tell("invalid_argument", "paths is missing", "give at most 20 paths that list shows"));
        };
        let mut files = Vec::new();
        for text in paths {
            files.push(match path_of("path", text) {
                Ok(path) => match self.find(requester, &path).await? {
                    Some(file) => file,
                    None => json!({ "path": text, "error": no_file(text) }),
                },
                Err(ToolError::Tell(why)) => json!({ "path": text, "error": why }),
                Err(other) => return Err(other),
            });
        }
        Ok(json!({ "files": files }))
    }

    async fn find(&self, requester: &Requester, path: &MemoryPath) -> Result<Option<Value>, ToolError> {
        let found = self.0.store.find_memory(&Viewer::from(requester), requester.user_id(), path).await;
        let found = found.map_err(|error| of_store(&error))?;
        Ok(found.map(|(file, content)| {
            json!({
                "path": file.path.as_str(),
                "content": content,
                "title": file.title,
                "source": file.source,
                "version": file.version,
                "updated_at": file.updated_at,
            })
        }))
    }
}

fn row(file: &MemoryFile) -> Value {
    json!({
        "path": file.path.as_str(),
        "title": file.title,
        "source": file.source,
        "updated_at": file.updated_at,
        "bytes": file.bytes,
    })
}
