//! The size of frames: what is larger than the known clients bear closes their socket.

use serde_json::json;

use super::wire::{Frame, error};

/// Python's `websockets` takes no more by default.
const LARGEST: usize = 1024 * 1024;
/// Room for the cursor.
const SPARE: usize = 64;

/// The frame, or, in place of one that is too large, an error that says so.
pub(super) fn fit(frame: Frame) -> Frame {
    let bytes = frame.text().len();
    if bytes + SPARE <= LARGEST {
        return frame;
    }
    let code = if frame.kind() == "tool_call" { "TOOL_EXECUTION_ERROR" } else { "AGENT_ERROR" };
    let message = format!("A frame of type {} has {bytes} bytes; clients take at most {LARGEST}.", frame.kind());
    let mut details = json!({ "code": "frame_too_large", "type": frame.kind(), "bytes": bytes });
    for member in ["call_id", "tool_name"] {
        if let Some(value) = frame.0.get(member) {
            details[member] = value.clone();
        }
    }
    error(code, &message, Some(&details))
}
