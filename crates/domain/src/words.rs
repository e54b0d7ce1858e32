//! Enums that are one word each on every wire and in every table.
//!
//! FROZEN: the words, because databases, journals and clients hold them. A new word may be added.

// `$text` is a `tt`: a derive macro cannot read a `literal` fragment, and the schemas would then name the Rust
// variants.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $text:tt),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        pub enum $name { $($(#[$about])* #[serde(rename = $text)] $variant),* }

        impl $name {
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    )*};
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema as _;

    use crate::AgentStatus;

    #[test]
    fn the_schema_of_an_enum_lists_the_words_of_the_wire() {
        let schema = serde_json::to_value(AgentStatus::schema()).unwrap();
        assert_eq!(schema["enum"], serde_json::json!(["draft", "published"]));
    }

    macro_rules! assert_words {
        ($($name:path => $($word:literal)*;)*) => {$($(
            assert_eq!(<$name>::parse($word).map(<$name>::as_str), Some($word), stringify!($name));
        )*)*};
    }

    #[test]
    fn every_word_of_a_released_version_is_still_known() {
        assert_words! {
            crate::agent::AgentStatus => "draft" "published";
            crate::agent::AgentKind => "custom" "builtin" "system";
            crate::agent::BuiltinAgent => "codelab";
            crate::approval::ApprovalState => "pending" "approved" "rejected" "expired" "cancelled";
            crate::approval::Decision => "approve" "edit" "reject" "expire";
            crate::approval::RuleEffect => "allow" "ask" "deny";
            crate::approval::Comparison => "eq" "gt" "lt" "matches";
            crate::budget::BudgetScope => "run" "agent" "tenant";
            crate::call::EffectClass => "read_only" "idempotent" "verifiable" "at_most_once";
            crate::call::CallState => "planned" "awaiting_approval" "dispatched" "succeeded" "failed" "unknown";
            crate::oauth::GrantType => "password" "refresh_token" "authorization_code" "client_credentials";
            crate::oauth::SigningKeyState => "active" "retiring";
            crate::run::RunStatus => "queued" "running" "succeeded" "failed";
            crate::run::Phase => "queued" "running" "waiting_for_approval" "succeeded" "failed" "cancelled";
            crate::session::Visibility => "private" "tenant";
            crate::specialist::Specialist => "orchestrator" "coder" "architect" "debug" "ask";
            crate::specialist::Confidence => "high" "medium" "low";
            crate::specialist::SwitchCause => "user" "router" "model" "plan";
            crate::specialist::RoutedBy => "model" "keywords";
            crate::subagent::SubagentKind => "explore" "execute" "verify";
            crate::task::TaskState => "active" "paused" "done";
            crate::task::Overlap => "skip" "queue" "cancel_previous";
            crate::task::Misfire => "run_once" "skip";
            crate::task::StartCause => "schedule" "hand" "parent" "event";
            crate::tool::ToolStatus => "active" "deprecated";
            crate::tool::ExecutionType => "http_webhook" "internal";
            crate::tool::AuthType => "none" "api_key" "oauth2" "service" "bearer_token" "basic_auth" "custom_header" "query_param";
            crate::tool::ArgumentPlace => "path" "query" "body" "header";
            crate::tool::HttpMethod => "GET" "POST" "PUT" "PATCH" "DELETE";
            crate::tool::PermissionScope => "read" "write";
            crate::tool_ref::Executor => "server" "client" "control";
            crate::webhook::WebhookEvent => "approval.requested" "approval.decided" "approval.expired" "approval.cancelled"
                "run.succeeded" "run.failed" "run.cancelled" "webhook.test";
            crate::webhook::WebhookDeliveryState => "pending" "sending" "delivered" "failed" "dropped";
            crate::skill::SkillScope => "custom" "system";
            crate::wait::WaitFor => "approval" "client" "form" "child" "until" "event";
            crate::wait::FieldType => "text" "textarea" "number" "date" "select" "multiselect" "boolean" "file";
        }
    }
}
