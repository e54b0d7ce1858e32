use std::time::Duration;

use artel_connectors::reply::Failure;

/// Why a call has no result. Every text is free of the credential's secrets.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExecuteError {
    /// The caller asked for something that does not exist or does not fit.
    #[error("{0}")]
    Arguments(String),
    /// The credential is dead or incomplete: a person must do something.
    #[error("{0}")]
    Credential(String),
    /// The service or its limits ask to wait longer than the caller does. Nothing was done.
    #[error("{service} is asked too often; try again in {} s", retry_after.as_secs().max(1))]
    TooFast { service: String, retry_after: Duration },
    /// The service is still preparing the result.
    #[error("the result is not ready; ask again in {} s", retry_after.as_secs().max(1))]
    NotReady { retry_after: Duration },
    /// The service said no.
    #[error("{}", told(.0))]
    Refused(Failure),
    /// The guard of addresses refused where the request, a redirect or the next page leads, and will again.
    #[error("{0}")]
    Forbidden(String),
    /// Nothing arrived at the service.
    #[error("{0}")]
    NotSent(String),
    /// The request may have had its effect, and nobody knows.
    #[error("{0}; it may have taken effect")]
    Unknown(String),
}

fn told(failure: &Failure) -> String {
    let code = failure.code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
    let means = failure.means.as_ref().map(|means| format!(" ({})", means.en)).unwrap_or_default();
    format!("the service answered {}{code}: {}{means}", failure.status, failure.message)
}
