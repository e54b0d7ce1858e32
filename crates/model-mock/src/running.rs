//! A mock that serves.

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::{Mock, Script, server};

impl Mock {
    /// Serves until the future is dropped, which closes every connection.
    ///
    /// # Errors
    /// Fails when the listener fails.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        server::serve(self, listener).await
    }
}

/// A [`Mock`] that serves on a free loopback port until it is dropped.
pub struct ModelMock {
    mock: Mock,
    url: String,
    _server: JoinSet<std::io::Result<()>>,
}

impl ModelMock {
    /// Starts a mock that follows a script.
    ///
    /// # Errors
    /// Fails when no port is free.
    pub async fn start(script: impl Into<Script>) -> std::io::Result<Self> {
        Self::serve(Mock::new(script)).await
    }

    /// Starts this mock on a free port.
    ///
    /// # Errors
    /// Fails when no port is free.
    pub async fn serve(mock: Mock) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let mut server = JoinSet::new();
        server.spawn(mock.clone().serve(listener));
        Ok(Self { mock, url, _server: server })
    }

    /// The base URL for Anthropic and Ollama, without a path. OpenAI's base URL has `/v1` after it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl std::ops::Deref for ModelMock {
    type Target = Mock;

    fn deref(&self) -> &Mock {
        &self.mock
    }
}
