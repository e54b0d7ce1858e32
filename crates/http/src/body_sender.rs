//! Who sends the body of a request. The head says who it is; the body may come long after it.

use std::error::Error;
use std::sync::{Arc, OnceLock};

use crate::Standing;

/// Where the gate leaves the standing of whoever sends a body: an extension of the request.
#[derive(Debug, Clone, Default)]
pub(crate) struct BodySender(Arc<OnceLock<Standing>>);

impl BodySender {
    /// The sender is known. The first who says so is believed: a request has one sender.
    pub(crate) fn is(&self, standing: &Standing) {
        let _ = self.0.set(standing.clone());
    }

    pub(crate) fn standing(&self) -> Option<&Standing> {
        self.0.get()
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
