use artel_engine::{SessionRef, follow_session};
use artel_http::serve::Received;
use artel_http::{Problem, upgrade};
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONNECTION, HeaderValue, UPGRADE};
use axum::response::Response;

use super::handshake::{BEARER, Guest, admit};
use super::meter::Meter;
use super::outbox::Outbox;
use super::talk::Talk;
use crate::App;
use crate::extract::{InPath, Query};
use crate::fault::Fault;
use crate::frames::Reader;
use crate::options::Options;

/// The IDE puts whole files of up to 10 MiB into a result.
const LARGEST_MESSAGE: usize = 16 * 1024 * 1024;
/// An idle socket holds its buffers: they are small.
const READ_BUFFER: usize = 2 * 1024;
const WRITE_BUFFER: usize = 0;

/// Talk with the agents of a session, over a WebSocket.
///
/// Query: `stream=tokens|whole`, `plans=1`, `tools=<names>`, `after=<seq>`, `seq=1`, `access_token=<token>`. Unknown
/// sessions are made for whoever shows credentials; an id that begins with `new_` asks for a fresh one, which the first
/// frame names.
#[utoipa::path(get, path = "/ws/{session_id}", tag = crate::stream::TAG, params(("session_id" = String, Path, description = "The session.", min_length = 1, max_length = 200), Options),
    responses((status = SWITCHING_PROTOCOLS, description = "The socket. Its frames are in docs/codelab.md."),
        (status = UPGRADE_REQUIRED, description = "No WebSocket was asked for.", body = crate::fault::Body)))]
pub(super) async fn open_socket(State(app): State<App>, request: Request) -> Result<Response, Fault> {
    let (mut parts, _) = request.into_parts();
    let received = parts.extensions.get::<Received>().cloned();
    let InPath(id) = InPath::from_request_parts(&mut parts, &app).await?;
    let Query(options) = Query::<Options>::from_request_parts(&mut parts, &app).await?;
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &app).await.map_err(|_| no_upgrade())?;
    let guest = admit(&app, &mut parts, id, &options).await?;
    let full = || Problem::too_many("You have as many open sockets as you may.", 10);
    let place = app.sockets.take_place(guest.user.tenant_id, guest.user.user_id).ok_or_else(full)?;
    let about = SessionRef { viewer: guest.user.viewer(), session_id: guest.session.clone() };
    // Before the upgrade: what the client does once it is connected cannot be missed.
    let view = options.view(&app.config, &guest.user, &parts.headers);
    let after = options.after().map(|after| after.entry);
    let following = follow_session(app.store.clone(), &*app.bus, about, after, options.pieces(view)).await?;
    let reader = Reader::new(view, following.known, options.after(), options.with_seq());
    let standing = guest.user.standing.clone();
    let meter = Meter::new(received, app.unfinished.hold(guest.user.tenant_id, guest.user.user_id));
    let talk = Talk::new(app.clone(), guest, options.client(), reader, following.entries);
    let upgrade = upgrade
        .protocols([BEARER])
        .max_message_size(LARGEST_MESSAGE)
        .max_frame_size(LARGEST_MESSAGE)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER);
    Ok(upgrade::upgrade(&standing, upgrade, move |socket, watch| {
        let tracker = app.sockets.tracker().clone();
        // Boxed: what it needs lives as long as it talks, and the upgrade's own state does not.
        tracker.track_future(Box::pin(async move {
            talk.hold(Outbox::new(socket, meter), watch).await;
            drop(place);
        }))
    }))
}

fn no_upgrade() -> Problem {
    let message = "This is a WebSocket: connect with one, version 13.";
    let problem = Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", message);
    problem
        .with_header(UPGRADE, HeaderValue::from_static("websocket"))
        .with_header(CONNECTION, HeaderValue::from_static("upgrade"))
}

impl Guest {
    pub(super) fn is(&self, tenant: artel_domain::TenantId, session: &artel_domain::SessionId) -> bool {
        self.user.tenant_id == tenant && self.session == *session
    }
}
