use serde::Serialize;

/// A name in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Title {
    pub ru: String,
    pub en: String,
}

/// Tools that belong together, as people see them.
#[derive(Debug, Clone)]
pub struct Group {
    /// A word for programs, such as `internet`.
    pub key: String,
    pub title: Title,
    /// Names of its tools, in their order.
    pub tools: Vec<String>,
}
