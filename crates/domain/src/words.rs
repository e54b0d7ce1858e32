//! Enums that are one word each on every wire and in every table.

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
}
