//! What every tool is to the rest of the product.

use artel_domain::{EffectClass, ToolOutcome};
use async_trait::async_trait;
use serde_json::Value;

use crate::context::CallContext;
use crate::descriptor::Descriptor;
use crate::output::{ToolError, ToolOutput};

/// One tool. The engine finds it in a [`Registry`](crate::Registry) and knows nothing else of it.
#[async_trait]
pub trait Tool: Send + Sync {
    /// Name, texts, schema and limits.
    fn descriptor(&self) -> &Descriptor;

    /// What recovery may do with a call of these arguments that was cut off.
    ///
    /// # Arguments
    /// * `args`: as the model wrote them, not yet checked against the schema.
    fn effect(&self, _args: &Value) -> EffectClass {
        self.descriptor().effect
    }

    /// Can this installation call the tool?
    ///
    /// # Errors
    /// Says what is missing and how the operator can provide it. The tool is then not offered to models.
    fn available(&self) -> Result<(), Unavailable> {
        Ok(())
    }

    /// As whom the call would be made. Whoever asks a human about the call (a rule, the operator, the tool itself), the
    /// human is shown this. Asked when the call is planned, and again before a call that was held is made. `None` for a
    /// tool that acts as nobody.
    ///
    /// Nothing is promised about the moment of the call, so a tool that acts as somebody looks again then. A call that
    /// a human was asked about is made only when [`CallContext::agreement`] says that they were shown this account.
    ///
    /// # Arguments
    /// * `args`: as for [`Tool::call`].
    ///
    /// # Errors
    /// As for [`Tool::call`], which would be refused for the same reason. After [`ToolError::NotNow`] the question is
    /// put again.
    async fn made_as(&self, _context: &CallContext, _args: Value) -> Result<Option<MadeAs>, ToolError> {
        Ok(None)
    }

    /// A call that a human was to be asked about ends with what [`Tool::made_as`] refused it with, and is never made. A
    /// tool that writes its refusals down does it here too. After a crash it may be told of the same call once more.
    ///
    /// # Arguments
    /// * `args`: as for [`Tool::call`].
    /// * `reason`: what the model is told.
    async fn note_refusal(&self, _context: &CallContext, _args: Value, _reason: &str) {}

    /// Makes the call. Arguments fit the schema and the caller has the permission: the registry has checked both.
    ///
    /// The future is dropped when the deadline of the context passes or the run is cancelled. Work that goes on outside
    /// of it (a thread, a child process) ends with `context.cancel`.
    ///
    /// # Errors
    /// The variant says who hears of it: the model, or the run.
    async fn call(&self, context: &CallContext, args: Value) -> Result<ToolOutput, ToolError>;

    /// Finds out what became of a call that was cut off. Asked for calls with the effect `verifiable` only.
    async fn verify(&self, _context: &CallContext, _args: Value) -> Verified {
        Verified::Unknown
    }
}

/// Why a tool cannot be called on this installation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this tool is unavailable: {reason}; {how_to}")]
pub struct Unavailable {
    pub reason: String,
    /// What the operator does about it.
    pub how_to: String,
}

/// As whom a call is made.
#[derive(Debug, Clone, PartialEq)]
pub struct MadeAs {
    /// For the human: what is done, and as whom.
    pub words: String,
    /// Everything that decides as whom the call is made and where that leads, for the human and for the tool, which
    /// knows it again. No secret is in it.
    pub account: Value,
    /// A human must agree to the call, whatever the rules say.
    pub needs_consent: bool,
}

/// What became of a call that was cut off.
#[derive(Debug, Clone, PartialEq)]
pub enum Verified {
    /// The call took effect, and this is what it came to.
    Finished(ToolOutcome),
    /// The call had no effect and may be made again.
    NeverArrived,
    /// Nobody knows, or the call is still under way.
    Unknown,
    /// The tool could not be asked, because something of this installation is away for the moment. The same question
    /// can be asked again soon. The text is for the log.
    NotNow(String),
}
