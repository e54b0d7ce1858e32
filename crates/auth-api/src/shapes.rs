//! The shapes of the document: forms that the service reads, and answers that derives cannot say.

use serde_json::json;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, PartialSchema, ToResponse, ToSchema};

pub(crate) use artel_http::openapi::{Conflict, Unauthenticated};

pub(crate) const TOKENS: &str = "tokens";
pub(crate) const PEOPLE: &str = "people";
pub(crate) const PAGES: &str = "pages";
pub(crate) const METADATA: &str = "metadata";
pub(crate) const HEALTH: &str = "health";

macro_rules! named_answers {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl<'r> ToResponse<'r> for $name {
            fn response() -> (&'r str, RefOr<utoipa::openapi::Response>) {
                (stringify!($name), RefOr::Ref(Ref::from_response_name(stringify!($name))))
            }
        }
    )*};
}

named_answers! {
    /// For registration.
    Forbidden,
    /// For metadata, which asks the database for keys.
    Unavailable
}

/// A parameter of a form: its name, what it is, whether it must be there.
type Parameter = (&'static str, &'static str, bool);

/// A form of texts. Those that must be there are not empty: an empty one counts as absent. Others that are not named
/// here are texts too, and are not read.
fn form(parameters: &[Parameter]) -> ObjectBuilder {
    let mut schema = ObjectBuilder::new();
    for (name, about, is_needed) in parameters {
        let kind = if *is_needed { SchemaType::Type(Type::String) } else { maybe_text() };
        let text = ObjectBuilder::new().schema_type(kind).description(Some(*about));
        let text = text.min_length(is_needed.then_some(1));
        schema = schema.property(*name, text);
        if *is_needed {
            schema = schema.required(*name);
        }
    }
    schema.additional_properties(Some(ObjectBuilder::new().schema_type(maybe_text())))
}

/// As JSON, `null` counts as absent.
fn maybe_text() -> SchemaType {
    [Type::String, Type::Null].into_iter().collect()
}

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident = $parameters:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                form(&$parameters).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

forms! {
    /// `POST /oauth/revoke`, `POST /oauth/introspect`
    TokenQuestion = [("token", "An access or refresh token.", true), CLIENT, SECRET];
    /// `POST /oauth/logout`
    LogOut = [("everywhere", "`true`: every login of the account.", false)];
    /// `POST /oauth/register-user`
    RegisterUser = [
        ("username", "3 to 255 of the characters A-Z a-z 0-9 _", true),
        ("password", "At least 8 characters of several kinds.", true),
        ("email", "Shown to clients with the scopes `openid` and `email`.", false),
        ("invite", "Of an administrator; it decides the organisation.", false)
    ];
    /// `POST /oauth/password`
    ChangePassword = [("current_password", "As it is.", true), ("new_password", "As it is to be.", true)];
    /// `POST /oauth/authorize`
    LoginForm = [
        ("form", "The sealed request, as the page has it.", true),
        ("username", "A username or an e-mail address.", false),
        ("password", "The password.", false),
        ("action", "`cancel`: the user does not agree.", false)
    ];
}

const CLIENT: Parameter = ("client_id", "The client, unless it authenticates by HTTP Basic.", false);
const SECRET: Parameter = ("client_secret", "Of clients that have one, unless it is in HTTP Basic.", false);
const SCOPE: Parameter = ("scope", "Words with spaces between them; all that are allowed when absent.", false);

/// `POST /oauth/token`: one form for each grant.
pub(crate) struct TokenRequest;

impl PartialSchema for TokenRequest {
    fn schema() -> RefOr<Schema> {
        let grants: [(&str, &[Parameter]); 4] = [
            ("password", &[("username", "Or an e-mail address.", true), ("password", "The password.", true), SCOPE]),
            ("refresh_token", &[("refresh_token", "It works once.", true), SCOPE]),
            (
                "authorization_code",
                &[
                    ("code", "Of the redirect.", true),
                    ("redirect_uri", "As in the request for the code.", true),
                    ("code_verifier", "Of the challenge (PKCE).", true),
                ],
            ),
            ("client_credentials", &[SCOPE]),
        ];
        let mut schema = OneOfBuilder::new();
        for (grant, parameters) in grants {
            let parameters: Vec<Parameter> = parameters.iter().copied().chain([CLIENT, SECRET]).collect();
            let word = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([json!(grant)]));
            schema = schema.item(form(&parameters).property("grant_type", word).required("grant_type"));
        }
        schema.into()
    }
}

impl ToSchema for TokenRequest {}

/// What a client asks a browser to open.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the description of what `authorize` reads")]
pub(crate) struct AuthorizeParams {
    /// `code`
    response_type: String,
    client_id: String,
    /// Registered with the client.
    redirect_uri: String,
    /// PKCE: of 43 characters.
    code_challenge: String,
    /// `S256`
    code_challenge_method: String,
    #[param(nullable = false)]
    scope: Option<String>,
    #[param(nullable = false)]
    state: Option<String>,
    #[param(nullable = false)]
    nonce: Option<String>,
    #[param(nullable = false)]
    login_hint: Option<String>,
}

/// RFC 7662. Everything but `active` is there only when that is `true`.
#[derive(ToSchema)]
#[schema(examples(json!({ "active": false })))]
#[expect(dead_code, reason = "the schema of what `introspect_token` answers")]
pub(crate) struct Introspection {
    active: bool,
    /// `bearer` or `refresh_token`
    token_type: Option<String>,
    sub: Option<String>,
    client_id: Option<String>,
    username: Option<String>,
    scope: Option<String>,
    tenant_id: Option<String>,
    iat: Option<i64>,
    exp: Option<i64>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `get_userinfo` answers")]
pub(crate) struct Userinfo {
    #[schema(format = Uuid)]
    sub: String,
    preferred_username: String,
    name: String,
    #[schema(format = Uuid)]
    tenant_id: String,
    is_admin: bool,
    client_id: String,
    scope: String,
    #[schema(format = DateTime)]
    created_at: String,
    last_login_at: Option<String>,
    /// With the scopes `openid` and `email`.
    email: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `log_out` answers")]
pub(crate) struct LoggedOut {
    /// `logged_out`
    status: String,
    sessions_ended: u64,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `register_user` answers")]
pub(crate) struct Registered {
    #[schema(format = Uuid)]
    id: String,
    #[schema(format = Uuid)]
    sub: String,
    username: String,
    email: Option<String>,
    #[schema(format = Uuid)]
    tenant_id: String,
    #[schema(format = DateTime)]
    created_at: String,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `change_password` answers")]
pub(crate) struct PasswordChanged {
    /// `password_changed`
    status: String,
}

/// RFC 8414, and OpenID Connect Discovery.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `get_server_metadata` answers")]
pub(crate) struct ServerMetadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: String,
    revocation_endpoint: String,
    introspection_endpoint: String,
    scopes_supported: Vec<String>,
    response_types_supported: Vec<String>,
    grant_types_supported: Vec<String>,
    code_challenge_methods_supported: Vec<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `check_health` answers")]
pub(crate) struct Health {
    /// `healthy`
    status: String,
    version: String,
    environment: String,
}

/// Every error, with every key that some client reads.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `error` writes")]
pub(crate) struct ErrorBody {
    /// A word of OAuth, or one of this service.
    error: String,
    error_description: String,
    /// The same.
    message: String,
    /// The same.
    detail: String,
    /// The log has the request under this id.
    trace_id: String,
    #[schema(required = false)]
    field_errors: Vec<FieldError>,
    /// Seconds.
    #[schema(required = false, nullable = false)]
    retry_after: Option<u64>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "the schema of what `error` writes")]
pub(crate) struct FieldError {
    field: String,
    message: String,
}
