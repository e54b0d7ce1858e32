//! Why there is no answer.

/// The largest number of redirects after the first request.
pub const MAX_REDIRECTS: usize = 3;

/// Why a URL is not called. The texts go to models and users, so they contain no resolved address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("this is not a URL with a host")]
    NotAUrl,
    #[error("only http and https URLs are called, not {0}")]
    Scheme(String),
    #[error("a URL with a user name or password in it is not called; use the tool's authentication")]
    UserInfo,
    #[error("port 0 cannot be called")]
    Port,
    #[error("a URL with a fragment (#) is not called")]
    Fragment,
    #[error(
        "the host is written in a form that is not accepted (percent-encoding, backslash, control character or trailing dot)"
    )]
    Spelling,
    #[error("the host {0} is not among the allowed domains")]
    NotAllowed(String),
    #[error("{0} has another scheme or port than the address that may be called")]
    OtherOrigin(String),
    #[error("the host {0} is not on the public internet")]
    NotPublic(String),
    #[error("the header {0} belongs to the connection, so that no request can bring it")]
    Header(String),
    #[error("a redirect from https to http is not followed")]
    Downgrade,
    #[error("a redirect to another origin, {0}, would take the body of the request there, and is not followed")]
    BodyElsewhere(String),
    #[error("more than {MAX_REDIRECTS} redirects are not followed")]
    TooManyRedirects,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// A hop was refused.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// No connection. When it is the first hop, the request cannot have had an effect.
    #[error("could not connect to the host")]
    Connect { first_hop: bool },
    /// The connection broke. The request may have had an effect.
    #[error("the connection was lost before the answer was complete")]
    Lost,
    /// The answer came, in a coding that nobody asked for. What its request did is done.
    #[error("the answer is compressed ({0}), although that was not asked for")]
    Compressed(String),
}

/// The operator's settings could not be used.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// An entry of the private hosts is not a host.
    #[error("'{0}' is not a host or host:port such as tool-mock or 127.0.0.1:9000")]
    PrivateHost(String),
    /// The HTTP client could not be built.
    #[error("the HTTP client cannot be built: {0}")]
    Client(String),
}
