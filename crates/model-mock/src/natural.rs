use crate::script::Step;
use crate::{Call, IncomingRequest, Reply, Words};

/// The reply of a mock without a script: a call of the first tool that is offered, then a text with its result. Without
/// tools it echoes the message.
pub(crate) fn natural(asked: &IncomingRequest) -> Reply {
    if asked.last_role() == "tool" {
        return Reply::of([Step::Text(Words::Whole(format!("The tool said {}", asked.last_text())))]);
    }
    match asked.first_tool() {
        Some(_) => Reply::of([Step::Tool(Call::default())]),
        None => Reply::of([Step::Echo]),
    }
}
