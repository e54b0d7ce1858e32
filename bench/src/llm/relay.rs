//! A relay that reads nothing of what it passes on: the least that a process of its own between a client and a model costs on a machine.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use serde_json::json;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::report::say;

/// Passes bytes on to `model` until the process is stopped. Its first line says where it listens.
pub(crate) async fn serve(model: SocketAddr) -> Result<()> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    say(&json!({ "llm_relay": listener.local_addr()?.to_string() }).to_string())?;
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await?;
        // One that breaks off is its client's to complain about.
        connections.spawn(async move { relay(client, model).await.ok() });
        while connections.try_join_next().is_some() {}
    }
}

async fn relay(mut client: TcpStream, model: SocketAddr) -> Result<()> {
    client.set_nodelay(true)?;
    let mut server = TcpStream::connect(model).await?;
    server.set_nodelay(true)?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
