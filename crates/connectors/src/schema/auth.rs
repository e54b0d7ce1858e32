//! What a credential holds, and how it is shown to the service.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::condition::Condition;
use super::method::Method;
use super::pointer::Pointer;
use super::template::Template;
use super::text::Text;

/// One member of a credential: what the person fills in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Text>,
    /// Is it hidden in everything that is shown? What is no secret (a host, a kind of token) says `false`.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub secret: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// Used when the credential lacks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    #[serde(default, skip_serializing_if = "Format::is_text")]
    pub format: Format,
    /// The only values that it may have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
    /// A regular expression that the whole value fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// May a URL be `http:`? For services of a private network.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain_http: bool,
}

/// What a member's value is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    #[default]
    Text,
    /// `https://host/path`, without a query.
    Url,
    /// A host name, perhaps with a port.
    Host,
    /// An object of texts.
    Object,
    /// A list of texts.
    List,
}

impl Format {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if takes a reference")]
    fn is_text(&self) -> bool {
        *self == Self::Text
    }
}

/// One way to sign in. The first whose members the credential has is used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    pub key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// The members that a credential must have for this scheme.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Takes the place of the host `main` under this scheme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Template>,
    /// What each request carries. An item whose members the credential lacks is left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub send: Vec<Send>,
    /// A session that is opened first; its value is `{session}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<Login>,
    /// A token that is fetched first; its value is `{access_token}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2: Option<Oauth2>,
}

/// Where a credential's value goes in a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Send {
    Header {
        name: String,
        value: Template,
    },
    Query {
        name: String,
        value: Template,
    },
    /// A member of the JSON or form body.
    Body {
        at: Pointer,
        value: Template,
    },
    /// HTTP Basic, in UTF-8.
    Basic {
        username: Template,
        password: Template,
    },
    /// Every member of an object of the credential is a header.
    HeadersOf {
        member: String,
    },
    /// Every member of an object of the credential is a query parameter.
    QueryOf {
        member: String,
    },
}

/// A request that opens or closes a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    #[serde(default = "post")]
    pub method: Method,
    pub url: Template,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Template>,
    /// A JSON body; texts in it are templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<Value>,
    /// A form body.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub form: BTreeMap<String, Template>,
}

/// A session: log in, keep what comes back, log in once more when it has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    pub request: SignInRequest,
    /// Where the session stands in the reply.
    pub session: Found,
    pub lifetime_seconds: u64,
    /// Replies that mean: the session has ended.
    pub ended: Vec<Condition>,
    /// Replies to the login that mean more than "refused": what the person is told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout: Option<SignInRequest>,
}

/// What a certain refusal means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    pub when: Condition,
    pub means: Text,
}

/// Where a value stands in a reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    At(Pointer),
    Header(String),
    /// The whole body is the value.
    Body,
}

/// A token by OAuth 2.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oauth2 {
    pub grant: Grant,
    pub token_url: Template,
    /// Where a person agrees; only for the grant `authorization_code`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorize_url: Option<Template>,
    /// How the request for a token is written.
    #[serde(default)]
    pub write_as: TokenRequestForm,
    /// Where the client's id and secret go.
    #[serde(default)]
    pub client: ClientIn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Sent with every request for a token.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, Template>,
    #[serde(default = "access_token")]
    pub access_token: Pointer,
    #[serde(default = "refresh_token")]
    pub refresh_token: Pointer,
    #[serde(default = "expires_in")]
    pub expires_in: Pointer,
    /// How long a token lives when the reply does not say.
    #[serde(default = "an_hour")]
    pub lifetime_seconds: u64,
    /// Replies that mean: the token has ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ended: Vec<Condition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    ClientCredentials,
    /// The credential holds a `refresh_token`; a new one in a reply takes its place.
    RefreshToken,
    /// A person agrees in a browser; what comes of it is a refresh token, and from then on it is one.
    AuthorizationCode,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenRequestForm {
    #[default]
    Form,
    Json,
    /// A GET with everything in the query.
    Query,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientIn {
    #[default]
    Body,
    Basic,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if takes a reference")]
fn is_yes(flag: &bool) -> bool {
    *flag
}

fn post() -> Method {
    Method::Post
}

fn access_token() -> Pointer {
    Pointer::member("access_token")
}

fn refresh_token() -> Pointer {
    Pointer::member("refresh_token")
}

fn expires_in() -> Pointer {
    Pointer::member("expires_in")
}

fn an_hour() -> u64 {
    3600
}
