use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parameter::Parameter;

/// Parameters by name, in the order of the file: bodies and queries are written in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters(Vec<(String, Parameter)>);

impl Parameters {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.iter().find(|(known, _)| *known == name).map(|(_, parameter)| parameter)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Parameter)> {
        self.0.iter().map(|(name, parameter)| (name.as_str(), parameter))
    }

    /// Adds one at the end.
    pub fn push(&mut self, name: String, parameter: Parameter) {
        self.0.push((name, parameter));
    }
}

impl Serialize for Parameters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, parameter) in &self.0 {
            map.serialize_entry(name, parameter)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Parameters;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("parameters by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters, A::Error> {
        let mut read = Parameters::default();
        while let Some((name, parameter)) = map.next_entry::<String, Parameter>()? {
            if read.get(&name).is_some() {
                return Err(A::Error::custom(format!("the parameter {name} is there twice")));
            }
            read.0.push((name, parameter));
        }
        Ok(read)
    }
}
