//! Tools of the browser and of forms.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// The arguments of `browser_interact`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BrowserInteract {
    /// what to do
    pub action: BrowserAction,
    /// for navigate: an http or https address
    #[schemars(length(min = 1, max = 2000))]
    pub url: Option<String>,
    /// the element, from the last snapshot
    #[schemars(length(min = 1, max = 50))]
    pub r#ref: Option<String>,
    /// for fill and type: the text; for wait: a text that must appear
    #[schemars(length(max = 65_536))]
    pub text: Option<String>,
    /// for select: the option's value or text
    #[schemars(length(max = 1000))]
    pub value: Option<String>,
    /// for upload_file: a file of the workspace
    #[schemars(length(min = 1, max = 1000))]
    pub path: Option<String>,
    /// for screenshot: all of the page; false if absent
    pub full_page: Option<bool>,
    /// for fill and type: press Enter afterwards; false if absent
    pub submit: Option<bool>,
}

/// What `browser_interact` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BrowserAction {
    Navigate,
    Snapshot,
    Click,
    Fill,
    Type,
    Select,
    UploadFile,
    Screenshot,
    Back,
    Wait,
    Close,
}

/// The arguments of `request_form`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestForm {
    /// what the form is about
    #[schemars(length(min = 1, max = 200))]
    pub title: String,
    /// what the user should know
    #[schemars(length(max = 2000))]
    pub description: Option<String>,
    /// what is asked
    #[schemars(length(min = 1, max = 20))]
    pub fields: Option<Vec<FormFieldArgs>>,
    /// a service that the user is to connect, instead of fields
    pub connect: Option<Connect>,
    /// give up after this time
    #[schemars(range(min = 1, max = 2_592_000))]
    pub timeout_s: Option<u32>,
}

/// One field of a form.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormFieldArgs {
    /// the key in values
    #[schemars(regex(pattern = "^[A-Za-z_][A-Za-z0-9_]{0,63}$"))]
    pub name: String,
    /// what the user reads
    #[schemars(length(min = 1, max = 200))]
    pub label: String,
    /// what is entered
    pub r#type: FormFieldKind,
    /// must be filled; false if absent
    pub required: Option<bool>,
    /// for select and multiselect: what may be chosen
    #[schemars(length(min = 1, max = 100))]
    pub options: Option<Vec<String>>,
    /// what is filled in at first
    pub default: Option<Value>,
}

/// What is entered into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FormFieldKind {
    Text,
    Textarea,
    Number,
    Date,
    Select,
    Multiselect,
    Boolean,
    File,
}

/// A service that the user is to connect.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// the service's id
    #[schemars(length(min = 1, max = 100))]
    pub service: String,
}
