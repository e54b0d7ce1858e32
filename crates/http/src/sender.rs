//! Who sends a request. The head says who it is; the body may come long after it, and the answer too.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};

use axum::http::Extensions;
use axum::response::{IntoResponse as _, Response};

use crate::{Loss, Standing};

/// Where a surface leaves the standing of whoever sends a request: an extension of the request. The body ends with that
/// standing, and so does the wait for an answer.
#[derive(Clone, Default)]
pub struct Sender(Arc<Known>);

#[derive(Default)]
struct Known {
    standing: OnceLock<Standing>,
    refusal: OnceLock<fn(Loss) -> Response>,
}

impl Sender {
    /// The sender of a request.
    pub fn of(extensions: &mut Extensions) -> Self {
        extensions.get_or_insert_default::<Self>().clone()
    }

    /// The sender is known. The first who says so is believed: a request has one sender.
    pub fn is(&self, standing: &Standing) {
        let _ = self.0.standing.set(standing.clone());
    }

    /// The 401 of a surface whose errors have a shape of their own.
    pub fn is_refused_with(&self, refusal: fn(Loss) -> Response) {
        let _ = self.0.refusal.set(refusal);
    }

    pub(crate) fn standing(&self) -> Option<&Standing> {
        self.0.standing.get()
    }

    /// The answer to a sender who has lost their standing.
    pub(crate) fn refusal(&self, loss: Loss) -> Response {
        match self.0.refusal.get() {
            Some(refusal) => refusal(loss),
            None => loss.problem().into_response(),
        }
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sender").field(&self.standing()).finish()
    }
}

/// Why a body did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyCut {
    /// The sender lost their standing while the body was on its way.
    #[error("the sender's access was ended")]
    AccessEnded,
    #[error("nothing came for a minute")]
    Silent,
    #[error(transparent)]
    Broken(hyper::Error),
}

impl BodyCut {
    /// The cut behind the error of an extractor.
    pub(crate) fn of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a Self> {
        let mut error = Some(error);
        while let Some(found) = error {
            if let Some(cut) = found.downcast_ref::<Self>() {
                return Some(cut);
            }
            error = found.source();
        }
        None
    }
}
