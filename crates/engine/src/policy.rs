use artel_domain::event::Verdict;
use artel_domain::{Agent, Binding, Run, Tool};
use serde_json::Value;

/// Decides whether a call is made, refused, or put before a human. Asked once per call, before anything is dispatched; the answer is
/// journalled with the call, so that a restart cannot change it.
pub trait Policy: Send + Sync {
    fn verdict(&self, run: &Run, agent: &Agent, binding: &Binding, tool: &Tool, args: &Value) -> Verdict;
}

/// Every bound tool may be called.
#[derive(Debug, Clone, Copy, Default)]
pub struct AllowAll;

impl Policy for AllowAll {
    fn verdict(&self, _: &Run, _: &Agent, _: &Binding, _: &Tool, _: &Value) -> Verdict {
        Verdict::Allow
    }
}
