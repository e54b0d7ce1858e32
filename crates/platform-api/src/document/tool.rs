//! What goes together in a tool: an `http_webhook` needs an endpoint, a `verifiable` one says where to ask, an internal
//! one names its function. A derive cannot say that, so it is added to what the derive said.

use artel_tools::builtins;
use serde_json::{Value, json};
use utoipa::openapi::schema::{AllOfBuilder, AnyOfBuilder, Object, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr};

/// Splits the schemas of a new tool and of a change into their members and what goes together.
pub(super) fn refine(openapi: &mut OpenApi) {
    let Some(schemas) = openapi.components.as_mut().map(|components| &mut components.schemas) else { return };
    let for_new = [AnyOfBuilder::new().item(plain_webhook()).item(verifiable_webhook()).item(internal())];
    let as_it_was = AnyOfBuilder::new().item(same_kind()).item(becomes_webhook()).item(becomes_internal());
    let for_change =
        [as_it_was, AnyOfBuilder::new().item(same_effect()).item(plain_effect()).item(becomes_verifiable())];
    for (name, members, rules) in
        [("CreateTool", "ToolMembers", Vec::from(for_new)), ("UpdateTool", "ToolChanges", Vec::from(for_change))]
    {
        let Some(schema) = schemas.remove(name) else { continue };
        schemas.insert(members.to_owned(), schema);
        let whole = AllOfBuilder::new().item(Ref::from_schema_name(members));
        let whole = rules.into_iter().fold(whole, |whole, rule| whole.item(Schema::from(rule.build())));
        schemas.insert(name.to_owned(), RefOr::T(whole.build().into()));
    }
}

fn plain_webhook() -> Object {
    of_kind("http_webhook")
        .property("endpoint", text())
        .required("endpoint")
        .property("effect", among(PLAIN.map(Value::from).into_iter().chain([Value::Null])))
        .build()
}

fn verifiable_webhook() -> Object {
    let object = of_kind("http_webhook").property("endpoint", text()).required("endpoint");
    let object = object.property("effect", among([json!("verifiable")])).required("effect");
    object.property("status_endpoint", text()).required("status_endpoint").build()
}

/// Its name, or else what it keeps, says which function.
fn internal() -> Object {
    of_kind("internal").property("name", among(function_names())).property("endpoint", among([Value::Null])).build()
}

fn function_names() -> Vec<Value> {
    builtins().iter().map(|tool| json!(tool.descriptor().name)).collect()
}

fn same_kind() -> Object {
    ObjectBuilder::new().property("execution_type", among([Value::Null])).property("endpoint", text()).build()
}

fn becomes_webhook() -> Object {
    of_kind("http_webhook").property("endpoint", text()).build()
}

fn becomes_internal() -> Object {
    let object = of_kind("internal").property("name", among(function_names())).required("name");
    object.property("endpoint", among([Value::Null])).required("endpoint").build()
}

fn same_effect() -> Object {
    ObjectBuilder::new().property("effect", among([Value::Null])).build()
}

fn plain_effect() -> Object {
    ObjectBuilder::new().property("effect", among(PLAIN.map(Value::from))).required("effect").build()
}

fn becomes_verifiable() -> Object {
    let object = ObjectBuilder::new().property("effect", among([json!("verifiable")])).required("effect");
    object.property("status_endpoint", text()).build()
}

/// Effects that need nothing else.
const PLAIN: [&str; 3] = ["read_only", "idempotent", "at_most_once"];

fn of_kind(execution_type: &str) -> ObjectBuilder {
    ObjectBuilder::new().property("execution_type", among([json!(execution_type)])).required("execution_type")
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// Any of these values, of whatever type.
fn among(values: impl IntoIterator<Item = Value>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).enum_values(Some(values))
}
