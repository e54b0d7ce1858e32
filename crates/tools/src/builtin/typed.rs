//! From a type with typed arguments to a [`Tool`].

use std::time::Duration;

use artel_catalogue::{catalogue, schema_of};
use artel_domain::EffectClass;
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::context::CallContext;
use crate::descriptor::{DEFAULT_TIMEOUT, Descriptor};
use crate::output::{ToolError, ToolOutput};
use crate::tool::{MadeAs, Tool, Unavailable, Verified};

/// One built-in tool. To add one: a file with a type that implements this, and its line in [`super::builtins`].
///
/// The texts, the time and the schema of a tool of the catalogue are there: it leaves `TITLE`, `DESCRIPTION` and
/// `TIMEOUT` out, and its `Args` is the catalogue's type.
#[async_trait]
pub trait Builtin: Send + Sync + 'static {
    /// What a model calls: `[a-z0-9_]{1,64}`.
    const NAME: &'static str;
    /// What people read.
    const TITLE: &'static str = Self::NAME;
    /// What a model reads to decide whether to call it.
    const DESCRIPTION: &'static str = "";
    /// The longest that one call takes.
    const TIMEOUT: Duration = DEFAULT_TIMEOUT;
    /// What recovery may do with a call that was cut off.
    const EFFECT: EffectClass = EffectClass::ReadOnly;
    /// The arguments. Their JSON Schema is made of this type, and a model reads the comments on its members.
    type Args: DeserializeOwned + JsonSchema + Send;

    /// The effect of a call of these arguments, where they make a difference.
    fn effect(&self, _args: &Self::Args) -> EffectClass {
        Self::EFFECT
    }

    /// As [`Tool::available`].
    ///
    /// # Errors
    /// Says what is missing, and what the operator does about it.
    fn available(&self) -> Result<(), Unavailable> {
        Ok(())
    }

    /// As [`Tool::made_as`].
    ///
    /// # Errors
    /// As for [`Tool::made_as`].
    async fn made_as(&self, _context: &CallContext, _args: Self::Args) -> Result<Option<MadeAs>, ToolError> {
        Ok(None)
    }

    /// As [`Tool::note_refusal`].
    async fn note_refusal(&self, _context: &CallContext, _args: Self::Args, _reason: &str) {}

    /// As [`Tool::call`].
    ///
    /// # Errors
    /// The variant says who hears of it: the model, or the run.
    async fn call(&self, context: &CallContext, args: Self::Args) -> Result<ToolOutput, ToolError>;

    /// As [`Tool::verify`].
    async fn verify(&self, _context: &CallContext, _args: Self::Args) -> Verified {
        Verified::Unknown
    }
}

/// A [`Builtin`] as a [`Tool`].
pub struct Typed<T> {
    tool: T,
    descriptor: Descriptor,
}

impl<T: Builtin> Typed<T> {
    pub fn new(tool: T) -> Self {
        let descriptor = catalogue().entry(T::NAME).map_or_else(
            || {
                let descriptor = Descriptor::new(T::NAME, T::DESCRIPTION, schema_of::<T::Args>());
                descriptor.title(T::TITLE).timeout(T::TIMEOUT).effect(T::EFFECT)
            },
            Descriptor::of_entry,
        );
        Self { tool, descriptor }
    }

    fn misfit(&self, error: &serde_json::Error) -> ToolError {
        self.descriptor.refusal(&format!("the arguments do not fit: {error}")).into()
    }
}

#[async_trait]
impl<T: Builtin> Tool for Typed<T> {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn effect(&self, args: &Value) -> EffectClass {
        T::Args::deserialize(args).map_or(T::EFFECT, |args| self.tool.effect(&args))
    }

    fn available(&self) -> Result<(), Unavailable> {
        self.tool.available()
    }

    async fn made_as(&self, context: &CallContext, args: Value) -> Result<Option<MadeAs>, ToolError> {
        let args = T::Args::deserialize(self.descriptor.plain(args)).map_err(|error| self.misfit(&error))?;
        self.tool.made_as(context, args).await
    }

    async fn note_refusal(&self, context: &CallContext, args: Value, reason: &str) {
        if let Ok(args) = T::Args::deserialize(self.descriptor.plain(args)) {
            self.tool.note_refusal(context, args, reason).await;
        }
    }

    async fn call(&self, context: &CallContext, args: Value) -> Result<ToolOutput, ToolError> {
        context.record.note(|exchange| exchange.attempts = 1);
        let args = self.descriptor.plain(args);
        // A tenant's row may have a looser schema than the tool's own.
        if self.descriptor.codes {
            let (descriptor, given) = (self.descriptor.clone(), args.clone());
            context.off_thread(move |fuel| descriptor.check(&given, fuel)).await?;
        }
        let args = T::Args::deserialize(args).map_err(|error| self.misfit(&error))?;
        self.tool.call(context, args).await
    }

    async fn verify(&self, context: &CallContext, args: Value) -> Verified {
        match T::Args::deserialize(args) {
            Ok(args) => self.tool.verify(context, args).await,
            Err(_) => Verified::Unknown,
        }
    }
}
