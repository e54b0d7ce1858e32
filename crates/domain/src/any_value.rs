//! The schema of a member that holds any JSON value, for the API's document.

use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType};

/// A schema without a type: any value fits.
pub fn any_value() -> Schema {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).build().into()
}
