//! Room for replies that nobody has read yet. A client that asks and does not read costs the memory of its replies, so
//! those of one tenant together have a bound, and those of all.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use artel_domain::TenantId;
use axum::body::{Body, Bytes};
use axum::response::{IntoResponse as _, Response};
use hyper::body::{Body as _, Frame, SizeHint};

use crate::Problem;

/// Replies up to this size are not counted: as many bytes wait in the buffers of a connection anyway.
const SMALL: usize = 64 * 1024;
/// Unread bytes of one tenant, and of all. One reply of a tenant fits always, whatever its size.
const OF_TENANT: usize = 64 * 1024 * 1024;
const OF_ALL: usize = 512 * 1024 * 1024;

/// The unread replies of this process.
#[derive(Debug, Default)]
pub(crate) struct Replies(Mutex<Unread>);

#[derive(Debug, Default)]
struct Unread {
    of_tenants: HashMap<TenantId, usize>,
    of_all: usize,
}

impl Replies {
    /// The reply, counted until the last of it is handed to the connection.
    ///
    /// # Arguments
    /// * `may_refuse`: the request changed nothing, so that it can be made again. The replies of others are counted
    ///   too, and given whatever there is.
    pub(crate) fn held(self: &Arc<Self>, tenant: TenantId, may_refuse: bool, reply: Response) -> Response {
        // What has no size is made while it is read.
        let bytes = reply.body().size_hint().exact().and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or_default();
        if bytes <= SMALL {
            return reply;
        }
        let Some(room) = self.room(tenant, bytes, may_refuse) else { return full().into_response() };
        reply.map(|body| Body::new(Held { body, rest: Bytes::new(), _room: room }))
    }

    fn room(self: &Arc<Self>, tenant: TenantId, bytes: usize, may_refuse: bool) -> Option<Room> {
        let mut unread = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = unread.of_tenants.get(&tenant).copied().unwrap_or_default();
        let is_full = own.saturating_add(bytes) > OF_TENANT || unread.of_all.saturating_add(bytes) > OF_ALL;
        if may_refuse && own > 0 && is_full {
            return None;
        }
        unread.of_tenants.insert(tenant, own.saturating_add(bytes));
        unread.of_all = unread.of_all.saturating_add(bytes);
        Some(Room { replies: Arc::clone(self), tenant, bytes })
    }
}

fn full() -> Problem {
    let message = "Replies that your organisation has asked for and not read take all of their room. Read them, or ask \
                   for less at once.";
    Problem::too_many(message, 1)
}

/// The bytes of one reply, until it is dropped.
#[derive(Debug)]
struct Room {
    replies: Arc<Replies>,
    tenant: TenantId,
    bytes: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut unread = self.replies.0.lock().unwrap_or_else(PoisonError::into_inner);
        unread.of_all = unread.of_all.saturating_sub(self.bytes);
        let left = unread.of_tenants.get(&self.tenant).map_or(0, |own| own.saturating_sub(self.bytes));
        if left == 0 {
            unread.of_tenants.remove(&self.tenant);
        } else {
            unread.of_tenants.insert(self.tenant, left);
        }
    }
}

/// A body that is handed over piece by piece. A connection takes a whole body at once otherwise, and holds it for as
/// long as its client reads.
struct Held {
    body: Body,
    rest: Bytes,
    _room: Room,
}

impl hyper::body::Body for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        while self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(frame) => return Poll::Ready(Some(Ok(frame))),
                },
                ended => return Poll::Ready(ended),
            }
        }
        let most = SMALL.min(self.rest.len());
        // A copy: a part of the bytes keeps all of them in memory.
        let piece = Bytes::copy_from_slice(&self.rest.split_to(most));
        if self.rest.is_empty() {
            self.rest = Bytes::new();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        self.body.size_hint().exact().map_or_else(SizeHint::new, |bytes| SizeHint::with_exact(bytes + rest))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use artel_domain::TenantId;
    use axum::body::{Body, to_bytes};
    use axum::response::Response;
    use hyper::body::Body as _;
    use uuid::Uuid;

    use super::{OF_TENANT, Replies, SMALL};

    fn tenant(number: u128) -> TenantId {
        TenantId(Uuid::from_u128(number))
    }

    fn reply(bytes: usize) -> Response {
        Response::new(Body::from(vec![b'a'; bytes]))
    }

    #[tokio::test]
    async fn unread_replies_of_a_tenant_have_a_bound_and_others_have_theirs() {
        let (replies, half) = (Arc::new(Replies::default()), OF_TENANT / 2);
        let held = |number, bytes| replies.held(tenant(number), true, reply(bytes));
        let unread = [held(1, half), held(1, half)];
        assert!(unread.iter().all(|reply| reply.status() == 200));
        assert_eq!(held(1, SMALL + 1).status(), 429);
        assert_eq!(held(1, SMALL).status(), 200, "small ones are not counted");
        assert_eq!(held(2, half).status(), 200);
        assert_eq!(replies.held(tenant(1), false, reply(half)).status(), 200, "what was done is told");
        drop(unread);
        assert_eq!(held(1, OF_TENANT + 1).status(), 200, "one reply fits always");
        assert!(replies.0.lock().unwrap().of_tenants.is_empty());
    }

    #[tokio::test]
    async fn a_held_reply_comes_in_pieces_with_its_length() {
        let replies = Arc::new(Replies::default());
        let body = replies.held(tenant(1), true, reply(3 * SMALL + 7)).into_body();
        assert_eq!(body.size_hint().exact(), Some(3 * SMALL as u64 + 7));
        assert_eq!(to_bytes(body, usize::MAX).await.unwrap(), vec![b'a'; 3 * SMALL + 7]);
        assert_eq!(replies.0.lock().unwrap().of_all, 0);
    }
}
