//! `artel users`, `artel clients` and the signing keys.

use artel_domain::{GrantType, TenantId};
use clap::{Args, Subcommand};

const HOME: &str = "00000000-0000-0000-0000-000000000001";

#[derive(Subcommand)]
pub(crate) enum UsersCommand {
    /// Make a user and print the password, unless it comes from standard input
    ///
    ///   artel users create ada --email ada@example.com
    ///   printf %s "$PASSWORD" | artel users create ada --password-stdin
    #[command(verbatim_doc_comment)]
    Create(UserArgs),
    /// List the users of an organisation
    List {
        #[arg(long, default_value = HOME)]
        tenant: TenantId,
    },
    /// Give a user a new password and end all their logins
    SetPassword {
        /// Username or e-mail address
        user: String,
        /// Read the password from standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// Let a user sign in no more: ends all their logins and revokes their API keys
    ///
    /// Access tokens that were given already work until their end (15 minutes at most).
    Deactivate {
        /// Username or e-mail address
        user: String,
    },
    /// Let a deactivated user sign in again
    Activate {
        /// Username or e-mail address
        user: String,
    },
    /// Print a code with which somebody can register once: POST /oauth/register-user with it as `invite`
    Invite {
        /// The organisation that they join
        #[arg(long, default_value = HOME)]
        tenant: TenantId,
        /// They become an administrator of it
        #[arg(long)]
        admin: bool,
        /// How long the code works
        #[arg(long, default_value_t = 72, value_parser = clap::value_parser!(i64).range(1..=8760))]
        hours: i64,
    },
}

#[derive(Args)]
pub(crate) struct UserArgs {
    /// 3 to 255 of the characters A-Z a-z 0-9 _
    pub(crate) username: String,
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// The organisation they belong to
    #[arg(long, default_value = HOME)]
    pub(crate) tenant: TenantId,
    /// Their tokens may carry api:admin
    #[arg(long)]
    pub(crate) admin: bool,
    /// Read the password from standard input instead of making one
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Subcommand)]
pub(crate) enum ClientsCommand {
    /// Register a program that asks for tokens
    ///
    /// A web or desktop program where people sign in with a browser (authorization code with PKCE):
    ///   artel clients create my-app --redirect-uri https://app.example.com/callback
    /// A service that acts for itself; its secret is printed once:
    ///   artel clients create my-service --confidential --grants client_credentials --scopes api:read
    /// A program of your own that asks for passwords itself (avoid it; see docs/auth.md):
    ///   artel clients create my-ide --first-party --grants password,refresh_token
    #[command(verbatim_doc_comment)]
    Create(ClientArgs),
    /// List the clients of an organisation
    List {
        #[arg(long, default_value = HOME)]
        tenant: TenantId,
    },
    /// Give a confidential client a new secret and print it; the old one stops working at once
    RotateSecret { client_id: String },
    /// Let a client ask for tokens no more, and end every login through it
    Deactivate { client_id: String },
}

#[derive(Args)]
pub(crate) struct ClientArgs {
    /// 3 to 255 of the characters A-Z a-z 0-9 _ -
    pub(crate) client_id: String,
    /// What people see on the login page; default: the client id
    #[arg(long)]
    pub(crate) name: Option<String>,
    #[arg(long)]
    pub(crate) description: Option<String>,
    /// The organisation it belongs to, whose users it serves
    #[arg(long, default_value = HOME)]
    pub(crate) tenant: TenantId,
    /// It can keep a secret (a server), and must show it
    #[arg(long)]
    pub(crate) confidential: bool,
    /// It is yours: serves users of every organisation, and may use the password grant
    #[arg(long)]
    pub(crate) first_party: bool,
    /// The most that its tokens may carry; several with commas
    #[arg(long, value_delimiter = ',', default_values = ["api:read", "api:write"])]
    pub(crate) scopes: Vec<String>,
    /// authorization_code, refresh_token, client_credentials, password; several with commas
    #[arg(long, value_delimiter = ',', default_values = ["authorization_code", "refresh_token"], value_parser = grant)]
    pub(crate) grants: Vec<GrantType>,
    /// Where the browser goes with the code; compared exactly. Repeat it for several
    #[arg(long)]
    pub(crate) redirect_uri: Vec<String>,
    /// Default: AUTH_SERVICE__ACCESS_TOKEN_LIFETIME
    #[arg(long, value_parser = clap::value_parser!(i64).range(10..=86_400))]
    pub(crate) access_ttl_seconds: Option<i64>,
    /// Default: AUTH_SERVICE__REFRESH_TOKEN_LIFETIME
    #[arg(long, value_parser = clap::value_parser!(i64).range(60..=31_536_000))]
    pub(crate) refresh_ttl_seconds: Option<i64>,
}

#[derive(Args)]
pub(crate) struct RotateArgs {
    /// How long tokens that the old key signed still work; verifiers remember keys for an hour
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(i64).range(1..=720))]
    pub(crate) overlap_hours: i64,
}

fn grant(word: &str) -> Result<GrantType, String> {
    let known = || "it is none of authorization_code, refresh_token, client_credentials, password".to_owned();
    GrantType::parse(word).ok_or_else(known)
}
