use artel_domain::{Entry, Run, RunId};
use artel_http::caller::RunsRead;
use artel_http::{At, Caller, Checked, Params, Problem};
use artel_store::Viewer;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::TAG;
use super::messages::messages;
use super::view::{RunView, view};
use crate::App;
use crate::reply::sized;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GetRun {
    /// `messages`: also what was said.
    #[param(inline, nullable = false)]
    include: Option<Include>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Include {
    Messages,
}

impl Checked for GetRun {}

/// Read a run.
///
/// Needs `runs:read`.
#[utoipa::path(get, path = "/runs/{run_id}", tag = TAG, params(("run_id" = RunId, Path), GetRun),
    responses((status = 200, description = "The run as it is now.", body = RunView)))]
pub(crate) async fn get_run(
    State(app): State<App>,
    caller: Caller<RunsRead>,
    At(run): At<RunId>,
    Params(wanted): Params<GetRun>,
) -> Result<Response, Problem> {
    let viewer = app.viewer(&caller);
    let run = app.store.find_run(&viewer, run).await?.ok_or_else(|| Problem::not_found("run"))?;
    let said = match wanted.include {
        Some(Include::Messages) => Some(messages(&journal(&app, &viewer, &run, 0).await?)),
        None => None,
    };
    let mut view = view(&app, &viewer, run).await?;
    view.messages = said;
    sized(caller.tenant_id, view.bytes(), move || view).await
}

/// All entries of the run after `after` so far.
pub(super) async fn journal(app: &App, viewer: &Viewer, run: &Run, mut after: i64) -> Result<Vec<Entry>, Problem> {
    const PAGE: u32 = 1000;
    let mut entries = Vec::new();
    loop {
        let page = app.store.run_entries(viewer, run.id, after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        after = page.last().map_or(after, |entry| entry.seq);
        entries.extend(page);
        if is_last {
            return Ok(entries);
        }
    }
}
