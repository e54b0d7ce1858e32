//! The pages. The template escapes everything that comes from outside.

use std::sync::LazyLock;

use artel_domain::OAuthClient;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("page.css");

/// The policy names the style by its hash, so no other style and no script is used.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));

/// What the login page shows.
pub(super) struct Login<'a> {
    pub(super) client: &'a OAuthClient,
    pub(super) scopes: &'a [String],
    pub(super) form: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) error: Option<&'a str>,
}

pub(super) fn content_security_policy(form_action: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; form-action {form_action}; frame-ancestors 'none'; base-uri 'none'",
        *STYLE_HASH
    )
}

pub(super) fn login(view: &Login<'_>) -> Markup {
    let application = &view.client.name;
    document(
        "Sign in",
        &html! {
            h1 { "Sign in" }
            p { strong { (application) } " asks to act for you." }
            @if !view.scopes.is_empty() {
                ul { @for scope in view.scopes { li { code { (scope) } @if let Some(meaning) = meaning(scope) { " " (meaning) } } } }
            }
            @if let Some(error) = view.error { p.error role="alert" { (error) } }
            form method="post" action="/oauth/authorize" {
                input type="hidden" name="form" value=(view.form);
                label for="username" { "Username or e-mail" }
                input #username name="username" type="text" value=[view.name] autocomplete="username" autocapitalize="none"
                    spellcheck="false" maxlength="255" required autofocus;
                label for="password" { "Password" }
                input #password name="password" type="password" autocomplete="current-password" maxlength="1024" required;
                button type="submit" name="action" value="sign_in" { "Sign in" }
                button.quiet type="submit" name="action" value="cancel" formnovalidate { "Cancel" }
            }
        },
    )
}

pub(super) fn failure(text: &str) -> Markup {
    document(
        "Sign in",
        &html! {
            h1 { "This did not work" }
            p.error role="alert" { (text) }
            p { "You were not sent anywhere. Close this page, or go back to the application and start again." }
        },
    )
}

fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · Artel" }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    }
}

/// The meaning of a scope in words, for the person who signs in.
fn meaning(scope: &str) -> Option<&'static str> {
    Some(match scope {
        "openid" => "know who you are",
        "profile" => "know your username",
        "email" => "know your e-mail address",
        "api:read" => "read agents, tools and runs",
        "api:write" => "change agents and tools, and start runs",
        "api:admin" => "administer the organisation",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped() {
        let evil = r#""><script>alert(1)</script>"#;
        let page = failure(evil).into_string();
        assert!(!page.contains("<script>") && page.contains("&lt;script&gt;"), "{page}");
    }

    #[test]
    fn the_policy_allows_one_style_and_nothing_else() {
        let policy = content_security_policy("'self' https://app.example");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(!policy.contains("unsafe") && policy.contains("form-action 'self' https://app.example;"), "{policy}");
        let page = failure("x").into_string();
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        assert_eq!(style, STYLE, "the hash is of what the browser sees");
    }
}
