//! What goes together in a decision, in an answer to a form and in a rule's condition. A derive cannot say that, so it
//! is added to what the derive said.

use serde_json::{Value, json};
use utoipa::openapi::schema::{
    AllOfBuilder, AnyOf, AnyOfBuilder, ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type,
};
use utoipa::openapi::{OpenApi, Ref, RefOr};

/// Splits the schemas into their members and what goes together.
pub(super) fn refine(openapi: &mut OpenApi) {
    let Some(schemas) = openapi.components.as_mut().map(|components| &mut components.schemas) else { return };
    for (name, members, rule) in [
        ("DecideApproval", "DecisionMembers", decision()),
        ("AnswerForm", "AnswerMembers", answer()),
        ("ArgumentCondition", "ConditionMembers", condition()),
        ("Approvers", "ApproverNames", somebody()),
    ] {
        let Some(schema) = schemas.remove(name) else { continue };
        schemas.insert(members.to_owned(), schema);
        let whole = AllOfBuilder::new().item(Ref::from_schema_name(members)).item(Schema::from(rule));
        schemas.insert(name.to_owned(), RefOr::T(whole.build().into()));
    }
}

/// New arguments come with an edit, and with nothing else.
fn decision() -> AnyOf {
    let arguments = ObjectBuilder::new().schema_type(Type::Object);
    let edits = ObjectBuilder::new()
        .property("decision", among(&["edit"]))
        .property("arguments", arguments)
        .required("arguments");
    let others =
        ObjectBuilder::new().property("decision", among(&["approve", "reject"])).property("arguments", nothing());
    AnyOfBuilder::new().item(edits).item(others).build()
}

/// Values, or a reason why there are none.
fn answer() -> AnyOf {
    let filled = ObjectBuilder::new()
        .property("values", ObjectBuilder::new().schema_type(Type::Object))
        .property("reason", nothing())
        .required("values");
    let declined = ObjectBuilder::new()
        .property("values", nothing())
        .property("reason", ObjectBuilder::new().schema_type(Type::String))
        .required("reason");
    AnyOfBuilder::new().item(filled).item(declined).build()
}

fn nothing() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).enum_values(Some([Value::Null]))
}

/// Numbers are compared with numbers, patterns are texts.
fn condition() -> AnyOf {
    let of = |words: &[&str], kind| {
        let value = ObjectBuilder::new().schema_type(SchemaType::new(kind));
        ObjectBuilder::new().property("is", among(words)).property("value", value)
    };
    let equals = ObjectBuilder::new().property("is", among(&["eq"]));
    AnyOfBuilder::new().item(equals).item(of(&["gt", "lt"], Type::Number)).item(of(&["matches"], Type::String)).build()
}

/// Approvers that name nobody are refused.
fn somebody() -> AnyOf {
    let of = |member: &str| {
        let named = ArrayBuilder::new().min_items(Some(1));
        ObjectBuilder::new().property(member, named).required(member)
    };
    AnyOfBuilder::new().item(of("users")).item(of("scopes")).build()
}

fn among(words: &[&str]) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words.iter().map(|word| json!(word))))
}
