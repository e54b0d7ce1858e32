//! What goes together in a new tool: an `http_webhook` needs an endpoint, a `verifiable` one says where to ask, an internal one names
//! its function. A derive cannot say that, so it is added to what the derive said.

use artel_tools::functions;
use serde_json::{Value, json};
use utoipa::openapi::schema::{AllOfBuilder, AnyOfBuilder, Object, ObjectBuilder, Schema};
use utoipa::openapi::{OpenApi, Ref, RefOr};

const WHOLE: &str = "CreateTool";
const MEMBERS: &str = "ToolMembers";

/// Splits the schema of a new tool into its members and what goes together.
pub(super) fn refine(openapi: &mut OpenApi) {
    let Some(schemas) = openapi.components.as_mut().map(|components| &mut components.schemas) else { return };
    let Some(members) = schemas.remove(WHOLE) else { return };
    schemas.insert(MEMBERS.to_owned(), members);
    let kinds = AnyOfBuilder::new().item(plain_webhook()).item(verifiable_webhook()).item(internal());
    let whole = AllOfBuilder::new().item(Ref::from_schema_name(MEMBERS)).item(Schema::from(kinds.build()));
    schemas.insert(WHOLE.to_owned(), RefOr::T(whole.build().into()));
}

fn plain_webhook() -> Object {
    let effects = [json!("read_only"), json!("idempotent"), json!("at_most_once"), Value::Null];
    one_of("http_webhook").property("endpoint", text()).required("endpoint").property("effect", among(effects)).build()
}

fn verifiable_webhook() -> Object {
    let object = one_of("http_webhook").property("endpoint", text()).required("endpoint");
    let object = object.property("effect", among([json!("verifiable")])).required("effect");
    object.property("status_endpoint", text()).required("status_endpoint").build()
}

fn internal() -> Object {
    let names = functions().iter().map(|function| json!(function.name));
    one_of("internal").property("name", among(names)).property("endpoint", among([Value::Null])).build()
}

fn one_of(execution_type: &str) -> ObjectBuilder {
    ObjectBuilder::new().property("execution_type", among([json!(execution_type)])).required("execution_type")
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String)
}

/// Any of these values, of whatever type.
fn among(values: impl IntoIterator<Item = Value>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::AnyValue).enum_values(Some(values))
}
