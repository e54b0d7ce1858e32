//! A real nginx with a configuration of this repository.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

/// A running nginx; it ends with this value.
pub(crate) struct Nginx {
    /// The ports that the configuration was given, in the order of its wishes.
    pub(crate) ports: Vec<u16>,
    _child: Child,
}

/// Where nginx is. `None`, with the reason printed, when the machine has none; in CI that is a failure.
pub(crate) fn program() -> Option<String> {
    if let Ok(nginx) = std::env::var("ARTEL_TEST_NGINX") {
        return Some(nginx);
    }
    assert!(std::env::var_os("CI").is_none(), "ARTEL_TEST_NGINX is not set; ./scripts/test sets it");
    println!("skipped: ARTEL_TEST_NGINX is not set; ./scripts/test installs nginx and sets it");
    None
}

impl Nginx {
    /// Starts it on free ports: `written` makes the configuration of them.
    pub(crate) async fn start(
        nginx: &str,
        directory: &Path,
        wanted: usize,
        written: impl Fn(&[u16]) -> String,
    ) -> Self {
        for _ in 0..5 {
            // Free now, and perhaps somebody else's a moment later: then there is another try.
            let ports = free_ports(wanted).await;
            let file = directory.join("nginx.conf");
            std::fs::write(&file, written(&ports)).unwrap();
            let mut command = Command::new(nginx);
            // One process: it is gone with the test however that ends.
            command
                .arg("-p")
                .arg(directory)
                .arg("-c")
                .arg(&file)
                .args(["-g", "daemon off; master_process off;"])
                .stdin(Stdio::null())
                .kill_on_drop(true);
            let mut child = command.spawn().expect("nginx starts");
            if is_up(ports[0], &mut child).await {
                return Self { ports, _child: child };
            }
        }
        panic!("nginx did not start");
    }
}

async fn free_ports(count: usize) -> Vec<u16> {
    let mut held = Vec::new();
    for _ in 0..count {
        held.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
    }
    held.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

/// The text with one of its passages replaced; the passage must be there.
pub(crate) fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the configuration has no {from:?}");
    text.replace(from, to)
}

async fn is_up(port: u16, child: &mut Child) -> bool {
    for _ in 0..500 {
        if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return true;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}
