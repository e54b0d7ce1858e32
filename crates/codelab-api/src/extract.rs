//! What a request says, with refusals in the words of these surfaces.

use artel_domain::SessionId;
use artel_http::{At, Body, Checked, Params};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use crate::App;
use crate::fault::Fault;
use crate::refusals;

/// A JSON body.
pub(crate) struct Said<T>(pub(crate) T);

impl<T: DeserializeOwned + Checked> FromRequest<App> for Said<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        Ok(Self(Body::<T>::from_request(request, app).await?.value))
    }
}

/// The query string.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned + Checked + Send> FromRequestParts<App> for Query<T> {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        Ok(Self(Params::<T>::from_request_parts(parts, app).await?.0))
    }
}

/// The session of the path.
pub(crate) struct InPath(pub(crate) SessionId);

impl FromRequestParts<App> for InPath {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Fault> {
        let At(id) = At::<SessionId>::from_request_parts(parts, app).await?;
        // Nobody can have made one of another form.
        let fits = (1..=200).contains(&id.0.chars().count()) && !id.0.contains('\0');
        if fits { Ok(Self(id)) } else { Err(refusals::no_session().into()) }
    }
}

/// A switch in a query string, in all the spellings that Python, Dart and people use.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let word = String::deserialize(deserializer)?;
    match word.to_ascii_lowercase().as_str() {
        "" | "1" | "true" | "yes" | "on" => Ok(Some(true)),
        "0" | "false" | "no" | "off" => Ok(Some(false)),
        _ => Err(D::Error::custom("must be true or false")),
    }
}
