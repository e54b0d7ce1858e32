//! Who calls, and what they are answered.

use std::net::SocketAddr;
use std::time::Duration;

use artel_domain::{TenantId, UserId};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

/// Somebody who calls one of the two ports.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) port: Router,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) ip: [u8; 4],
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Client {
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn viewer(&self) -> artel_store::Viewer {
        artel_store::Viewer::user(self.tenant, self.user)
    }

    #[must_use]
    pub(crate) fn being(self, tenant: TenantId, user: UserId) -> Self {
        Self { tenant, user, ..self }
    }

    #[must_use]
    pub(crate) fn at(self, ip: [u8; 4]) -> Self {
        Self { ip, ..self }
    }

    /// The same caller at the other port or with another one's routes.
    #[must_use]
    pub(crate) fn to(self, port: &Router) -> Self {
        Self { port: port.clone(), ..self }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, Body::empty()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Body::from(body.to_string())).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Body::from(body.to_string())).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((self.ip, 4000))));
        let response = self.port.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, body, text }
    }

    /// The id of a new session of theirs at the gateway.
    pub(crate) async fn opens_session(&self) -> String {
        let made = self.send("POST", "/api/v1/sessions", Body::empty()).await;
        made.is(201)["id"].as_str().unwrap().to_owned()
    }

    /// What waits for their word in the session, as soon as something does.
    pub(crate) async fn is_asked(&self, session: &str) -> Value {
        for _ in 0..1000 {
            let pending = self.get(&format!("/api/v1/sessions/{session}/pending-approvals")).await;
            if pending.body["count"] != 0 {
                return pending.body;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody was asked within 10 s");
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Value {
        assert_eq!(self.status, status, "{}", self.text);
        &self.body
    }

    /// An error with every key that some client reads.
    #[track_caller]
    pub(crate) fn is_fault(&self, status: u16, code: &str) -> &Self {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.body["error"], code, "{}", self.text);
        for key in ["message", "detail", "error_description"] {
            assert_eq!(self.body[key], self.body["message"], "{key}: {}", self.text);
            assert!(self.body[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {}", self.text);
        }
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {:?}", self.headers)).to_str().unwrap()
    }
}
