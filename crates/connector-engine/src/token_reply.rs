//! What a reply without a token means.

use artel_tools::{Redactor, TokenReply};

use crate::attempt::Reply;
use crate::error::ExecuteError;

/// Refusals by which a service says that it cannot answer now.
const NOT_NOW: [&str; 3] = ["temporarily_unavailable", "server_error", "slow_down"];

/// A reply to a request for a token, and what could be read of it.
pub(crate) struct Answered {
    pub(crate) reply: Reply,
    pub(crate) told: Option<TokenReply>,
}

impl Answered {
    /// Why there is no token. Nothing of the reply's body is told but the words of a refusal.
    ///
    /// # Arguments
    /// * `known`: what the connector knows this refusal to mean.
    /// * `usual`: what a refusal means when nothing else is known.
    pub(crate) fn nothing_given(
        &self,
        service: &str,
        known: Option<&str>,
        usual: &str,
        redactor: &Redactor,
    ) -> ExecuteError {
        let status = self.reply.status;
        let words = self.told.as_ref().and_then(|reply| reply.refusal(redactor));
        let is_down = status >= 500 || status == 429;
        if is_down || words.as_ref().is_some_and(|words| NOT_NOW.iter().any(|code| words.starts_with(code))) {
            let text = format!("{service} answered {status} when it was asked for a token; try again later");
            return ExecuteError::NotSent(text);
        }
        let is_refusal = words.is_some() || known.is_some() || self.status_refuses();
        if !is_refusal {
            let text = format!(
                "{service} answered {status} without a token, which is no answer to a request for one; check the \
                 addresses of the account"
            );
            return ExecuteError::NotSent(text);
        }
        let (said, means) = (words.unwrap_or_else(|| status.to_string()), known.unwrap_or(usual));
        ExecuteError::Credential(redactor.text(&format!("{service} refused the credential ({said}): {means}")))
    }

    /// 400 is also what a server says that is none for tokens; one that is answers in JSON or as a form.
    fn status_refuses(&self) -> bool {
        let is_object = self.told.as_ref().is_some_and(|reply| reply.body().is_object());
        matches!(self.reply.status, 401 | 403) || (self.reply.status == 400 && is_object)
    }
}
