//! Answers that are waited for. A request is checked once, and its answer may come minutes later: whoever has lost
//! their standing meanwhile gets 401 instead. Every operation of every surface is held to this here.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;

use crate::sender::Sender;
use crate::{Loss, Standing, Watch};

/// An answer that comes sooner was not waited for. With the time after which a loss is noticed at the latest this stays
/// below five seconds.
const PROMPT: Duration = Duration::from_secs(1);

tokio::task_local! {
    /// The request ends somebody's access itself.
    static ENDS_ACCESS: Arc<AtomicBool>;
}

/// The request under way ends an access, maybe the one that it came with: it is answered all the same.
pub(crate) fn this_request_ends_access() {
    let _ = ENDS_ACCESS.try_with(|ends| ends.store(true, Ordering::Relaxed));
}

/// The answer, or 401 when its reader loses their standing before it comes. The work behind it is dropped then, as it
/// is when the reader hangs up.
pub(crate) async fn while_standing(sender: Sender, answer: impl Future<Output = Response>) -> Response {
    let ends_access = Arc::new(AtomicBool::new(false));
    let mut answer = pin!(ENDS_ACCESS.scope(ends_access.clone(), answer));
    let standing = loop {
        tokio::select! {
            biased;
            answer = &mut answer => return answer,
            () = tokio::time::sleep(PROMPT) => {}
        }
        if let Some(standing) = sender.standing() {
            break standing;
        }
    };
    let (answered, loss) = tokio::select! {
        biased;
        loss = loss(standing) => (None, Some(loss)),
        // The loss may be what ended the wait: it ends the runs of its caller.
        answer = &mut answer => {
            let loss = lost_meanwhile(standing, answer.status()).await;
            (Some(answer), loss)
        }
    };
    match (loss.filter(|_| !ends_access.load(Ordering::Relaxed)), answered) {
        (Some(loss), _) => sender.refusal(loss),
        (None, Some(answer)) => answer,
        (None, None) => answer.await,
    }
}

/// A failure of the server tells nothing that a reader without standing may not know, and a store that is away would be
/// waited for once more.
async fn lost_meanwhile(standing: &Standing, answer: StatusCode) -> Option<Loss> {
    let is_lost = !answer.is_server_error() && standing.is_lost().await;
    is_lost.then_some(Loss::Revoked)
}

/// Waits for the loss of a standing, also of one that was lost a moment ago.
async fn loss(standing: &Standing) -> Loss {
    let watch: Watch = standing.watch();
    if standing.is_lost().await { Loss::Revoked } else { watch.await }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::response::IntoResponse as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_has_a_permanent_standing_waits_as_long_as_it_takes() {
        let sender = Sender::default();
        sender.is(&Standing::permanent());
        let answer = async {
            tokio::time::sleep(Duration::from_mins(10)).await;
            StatusCode::NO_CONTENT.into_response()
        };
        assert_eq!(while_standing(sender, answer).await.status(), 204);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_of_nobody_is_answered() {
        let answer = async {
            tokio::time::sleep(Duration::from_mins(1)).await;
            StatusCode::OK.into_response()
        };
        assert_eq!(while_standing(Sender::default(), answer).await.status(), 200);
    }
}
