/// Does work that keeps a processor busy, on a thread where no async task waits for it.
///
/// # Errors
/// The error of the work, or a text that says that it broke off (a panic).
pub async fn off_thread<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<String> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            tracing::error!(%error, "the work of a tool broke off");
            Err("the tool broke off; the server's log says why".to_owned().into())
        }
    }
}
