//! What each shipped connector sends and understands, against a local server that answers as the service documents.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bitrix24;
mod diadoc;
mod generic;
mod github;
mod gitlab;
mod large;
mod one_c_odata;
mod ozon;
mod sbis;
mod service;
mod signing_in;
mod telegram;
mod walls;
mod wildberries;
mod yandex_market;
