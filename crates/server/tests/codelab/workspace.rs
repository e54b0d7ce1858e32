//! What the IDE does with a tool call: it does it, in a directory of its own.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) struct Workspace {
    root: TempDir,
    /// Names of the tools that were executed, in order.
    pub(crate) done: Vec<String>,
}

impl Workspace {
    pub(crate) fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap(), done: Vec::new() }
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.root.path().join(path)).ok()
    }

    /// The `tool_result` frame for a `tool_call` frame.
    pub(crate) fn execute(&mut self, call: &Value) -> Value {
        let tool = call["tool_name"].as_str().unwrap();
        self.done.push(tool.to_owned());
        match self.result(tool, &call["arguments"]) {
            Ok(result) => {
                json!({ "type": "tool_result", "call_id": call["call_id"], "tool_name": tool, "result": result, "error": null })
            }
            Err(error) => {
                json!({ "type": "tool_result", "call_id": call["call_id"], "tool_name": tool, "result": null, "error": error })
            }
        }
    }

    fn result(&self, tool: &str, args: &Value) -> Result<Value, String> {
        let path = self.path(args["path"].as_str().unwrap_or("."))?;
        match tool {
            "read_file" => {
                let content = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
                Ok(json!({ "success": true, "lines_read": content.lines().count(), "content": content }))
            }
            "write_file" => {
                let content = args["content"].as_str().unwrap();
                std::fs::write(&path, content).map_err(|error| error.to_string())?;
                Ok(json!({ "success": true, "bytes_written": content.len() }))
            }
            "list_files" => {
                let entries = std::fs::read_dir(&path).map_err(|error| error.to_string())?;
                let names: Vec<String> =
                    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
                Ok(json!({ "success": true, "total_count": names.len(), "items": names }))
            }
            "execute_command" => {
                let words: Vec<&str> = args["command"].as_str().unwrap().split(' ').collect();
                let output = Command::new(words[0])
                    .args(&words[1..])
                    .current_dir(&path)
                    .output()
                    .map_err(|error| error.to_string())?;
                Ok(
                    json!({ "exit_code": output.status.code(), "stdout": String::from_utf8_lossy(&output.stdout), "stderr": "", "timed_out": false }),
                )
            }
            other => Err(format!("Ошибка валидации: Unsupported tool: {other}")),
        }
    }

    fn path(&self, relative: &str) -> Result<PathBuf, String> {
        if relative.contains("..") || relative.starts_with('/') {
            return Err("only paths within the project".to_owned());
        }
        Ok(self.root.path().join(relative))
    }
}
