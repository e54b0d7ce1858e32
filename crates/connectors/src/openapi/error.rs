/// Why no connector can be made of a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    #[error(
        "the document has {bytes} bytes; at most {limit} are read. Take the one that is not dereferenced, or a part"
    )]
    TooLarge { bytes: usize, limit: usize },
    #[error("the document is neither JSON nor YAML: {0}")]
    Unreadable(String),
    #[error("this is Swagger 2.0; convert it to OpenAPI 3 first (`npx swagger2openapi`, or editor.swagger.io)")]
    Swagger2,
    #[error("the document is not OpenAPI 3.0 or 3.1: {0}")]
    Version(String),
    #[error("the document describes nothing that can be called: {0}")]
    Nothing(String),
    #[error("the document has more than {limit} {what}; take a part of it with `operations`")]
    TooMany { what: &'static str, limit: usize },
    #[error(
        "the document's references make too much work of it; take a part of it with `operations`, or split its \
         largest schemas"
    )]
    TooMuchWork,
}
