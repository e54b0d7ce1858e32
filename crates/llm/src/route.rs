//! Which models answer for a name: the model itself, then its fallbacks.

use std::collections::{BTreeMap, HashMap};

use crate::{ConfigError, ModelName, RouteConfig};

/// The provider part of the operator's own names.
pub(crate) const ROUTE: &str = "route";

/// What happens to calls for one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Route {
    /// The model meant, when the name is one of the operator's own.
    pub(crate) model: Option<ModelName>,
    pub(crate) fallbacks: Vec<ModelName>,
    pub(crate) retries: Option<u32>,
}

/// All routes, by full name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Routes(HashMap<ModelName, Route>);

impl Routes {
    /// `check` makes names of models full.
    pub(crate) fn read(
        config: &BTreeMap<String, RouteConfig>,
        check: impl Fn(&str) -> Result<ModelName, String>,
    ) -> Result<Self, ConfigError> {
        let own_names = |name: &str| config.get(name).and_then(|route| route.model.as_deref());
        // A fallback may be one of the operator's own names: it stands for its model.
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

    /// The operator's own names, sorted, with the models they stand for.
    pub(crate) fn own_names(&self) -> Vec<(&str, &ModelName)> {
        let mut names: Vec<_> =
            self.0.iter().filter_map(|(name, route)| Some((name.model(), route.model.as_ref()?))).collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        names
    }
}

#[cfg(test)]
mod tests;
