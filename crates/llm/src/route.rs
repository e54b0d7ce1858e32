//! Routes: the models that answer for a name, which are the model itself and its fallbacks.

use std::collections::{BTreeMap, HashMap};

use crate::{ConfigError, ModelName, RouteConfig};

/// The provider part of the names that the operator chose.
pub(crate) const ROUTE: &str = "route";

/// What happens to calls for one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Route {
    /// The model that the name stands for, when the operator chose the name.
    pub(crate) model: Option<ModelName>,
    pub(crate) fallbacks: Vec<ModelName>,
    pub(crate) retries: Option<u32>,
}

/// All routes, by full name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes(HashMap<ModelName, Route>);

impl Routes {
    /// Reads the routes of a configuration. `check` turns model names into full names.
    pub(crate) fn read(
        config: &BTreeMap<String, RouteConfig>,
        check: impl Fn(&str) -> Result<ModelName, String>,
    ) -> Result<Self, ConfigError> {
        let own_names = |name: &str| config.get(name).and_then(|route| route.model.as_deref());
        // A fallback may be a name that the operator chose. It stands for that name's model.
        let full = |name: &str| check(own_names(name).unwrap_or(name));
        let mut routes = HashMap::new();
        for (name, route) in config {
            let refused = |reason: String| ConfigError::Route { name: name.clone(), reason };
            let model = route.model.as_deref().map(&full).transpose().map_err(refused)?;
            let key = match model {
                Some(_) if name.is_empty() || name.contains(char::is_whitespace) || name.contains(':') => {
                    return Err(refused("a name of one's own has no colon and no space".to_owned()));
                }
                Some(_) => ModelName::new(ROUTE, name),
                None => check(name).map_err(refused)?,
            };
            let fallbacks = route.fallbacks.iter().map(|name| full(name)).collect::<Result<_, _>>().map_err(refused)?;
            if routes.insert(key, Route { model, fallbacks, retries: route.retries }).is_some() {
                return Err(refused("another route is for the same model".to_owned()));
            }
        }
        Ok(Self(routes))
    }

    pub(crate) fn of(&self, name: &ModelName) -> Option<&Route> {
        if self.0.is_empty() { None } else { self.0.get(name) }
    }

    /// The names that the operator chose, sorted, with the models that they stand for.
    pub(crate) fn own_names(&self) -> Vec<(&str, &ModelName)> {
        let mut names: Vec<_> =
            self.0.iter().filter_map(|(name, route)| Some((name.model(), route.model.as_ref()?))).collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        names
    }
}

#[cfg(test)]
mod tests;
