use serde_json::{Map, Value};

use super::BuildError;
use super::encode;
use crate::schema::{Operation, Parameter};

/// A parameter with the value that the caller gave, or its default.
pub(crate) struct Given<'a> {
    pub(crate) name: &'a str,
    pub(crate) parameter: &'a Parameter,
    pub(crate) value: Value,
}

/// The parameters that have a value, in the order of the connector. `null` is as absent.
pub(crate) fn given<'a>(
    operation: &'a Operation,
    params: &'a Map<String, Value>,
) -> impl Iterator<Item = Given<'a>> + use<'a> {
    operation.parameters.iter().filter_map(|(name, parameter)| {
        let value = params.get(name).or(parameter.default.as_ref()).filter(|value| !value.is_null())?;
        Some(Given { name, parameter, value: value.clone() })
    })
}

impl Given<'_> {
    /// What the service calls it.
    pub(crate) fn wire_name(&self) -> &str {
        self.parameter.at.as_deref().unwrap_or(self.name)
    }

    pub(crate) fn text(&self) -> Result<String, BuildError> {
        encode::scalar(&self.value).ok_or_else(|| BuildError::parameter(self.name, "is a text, a number or a flag"))
    }

    /// The members of an object of texts.
    pub(crate) fn members(&self) -> Result<Vec<(String, String)>, BuildError> {
        let odd = || BuildError::parameter(self.name, "is an object of texts, numbers and flags");
        let members = self.value.as_object().ok_or_else(odd)?;
        members.iter().map(|(name, value)| Ok((name.clone(), encode::scalar(value).ok_or_else(odd)?))).collect()
    }
}
