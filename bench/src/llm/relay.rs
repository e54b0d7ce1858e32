//! A relay that passes on bytes or HTTP messages without reading them. It shows the least that a separate process
//! between client and model costs on a machine, and the least that it costs with this HTTP library.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Result;
use hyper::body::Incoming;
use hyper::header::HOST;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::report::say;

/// Passes requests on to `model` until the process is stopped. Its first line of output is its address.
pub(crate) async fn serve(model: SocketAddr, http: bool) -> Result<()> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    say(&json!({ "llm_relay": listener.local_addr()?.to_string() }).to_string())?;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let provider = Client::builder(TokioExecutor::new()).build(connector);
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await?;
        client.set_nodelay(true)?;
        let provider = provider.clone();
        // The client of a connection that breaks off sees the failure, so nothing is reported here.
        connections.spawn(async move {
            if http { requests(client, provider, model).await } else { bytes(client, model).await }.ok()
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn bytes(mut client: TcpStream, model: SocketAddr) -> Result<()> {
    let mut server = TcpStream::connect(model).await?;
    server.set_nodelay(true)?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

async fn requests(client: TcpStream, provider: Client<HttpConnector, Incoming>, model: SocketAddr) -> Result<()> {
    let answer = service_fn(|mut request: Request<Incoming>| {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let uri = Uri::builder().scheme("http").authority(model.to_string()).path_and_query(path).build();
        let provider = &provider;
        async move {
            *request.uri_mut() = uri?;
            request.headers_mut().remove(HOST);
            Ok::<_, anyhow::Error>(provider.request(request).await?)
        }
    });
    Ok(http1::Builder::new().serve_connection(TokioIo::new(client), answer).await?)
}
