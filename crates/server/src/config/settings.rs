//! Where values come from and how they are read.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;

use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::near;

/// A value that stops the start.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {problem}{}", ending(.name, .example))]
pub(crate) struct Invalid {
    pub(crate) name: String,
    pub(crate) problem: String,
    pub(crate) example: String,
}

/// Some faults have no example of what is right.
fn ending(name: &str, example: &str) -> String {
    if example.is_empty() { String::new() } else { format!(". Example: {name}={example}") }
}

/// One setting as it took effect, for `artel config check`.
#[derive(Debug, Clone)]
pub(crate) struct Effective {
    pub(crate) name: &'static str,
    pub(crate) shown: String,
    pub(crate) source: &'static str,
    /// Why it changes nothing, of a setting that older deployments have and this product does not need.
    pub(crate) idle: Option<&'static str>,
}

/// All values given, and what was asked for.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    environment: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
    effective: Vec<Effective>,
}

impl Settings {
    /// The environment, and `artel.toml` of the working directory or the file that `ARTEL_CONFIG` names.
    pub(crate) fn load() -> Result<Self, Invalid> {
        let environment: BTreeMap<String, String> = std::env::vars().collect();
        let file = match environment.get("ARTEL_CONFIG") {
            Some(path) => read_file(Path::new(path))?,
            None if Path::new("artel.toml").exists() => read_file(Path::new("artel.toml"))?,
            None => BTreeMap::new(),
        };
        Ok(Self { environment, file, effective: Vec::new() })
    }

    #[cfg(test)]
    pub(crate) fn of(values: &[(&str, &str)]) -> Self {
        let environment = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { environment, ..Self::default() }
    }

    pub(crate) fn effective(&self) -> &[Effective] {
        &self.effective
    }

    /// Names in the file that nothing asked for: probably misspelt.
    pub(crate) fn unknown_in_file(&self) -> Vec<&str> {
        self.file.keys().map(String::as_str).filter(|name| !self.effective.iter().any(|e| e.name == *name)).collect()
    }

    /// What is said of a name in the file that nothing asked for.
    pub(crate) fn why_unknown(&self, name: &str) -> String {
        let meant = near::meant(name, self.effective.iter().map(|setting| setting.name));
        let meant = meant.map_or_else(String::new, |meant| format!("; is {meant} meant?"));
        format!("artel.toml sets it, and there is no such setting{meant}")
    }

    /// Variables of the environment that are no settings, but nearly.
    pub(crate) fn near_misses(&self) -> Vec<String> {
        let known = |name: &str| self.effective.iter().any(|setting| setting.name == name);
        let unknown = self.environment.keys().filter(|name| !known(name) && !name.starts_with("SECRET_"));
        let meant = |name: &String| {
            let meant = near::meant(name, self.effective.iter().map(|setting| setting.name))?;
            Some(format!("the variable {name} means nothing here; is {meant} meant?"))
        };
        unknown.filter_map(meant).collect()
    }

    /// The value as given; an empty one counts as absent, as in the seed's compose files.
    pub(crate) fn given(&mut self, name: &'static str) -> Option<String> {
        let (value, source) = match (self.environment.get(name), self.file.get(name)) {
            (Some(value), _) if !value.trim().is_empty() => (value, "environment"),
            (_, Some(value)) if !value.trim().is_empty() => (value, "artel.toml"),
            _ => {
                self.effective.push(Effective { name, shown: String::new(), source: "default", idle: None });
                return None;
            }
        };
        self.effective.push(Effective { name, shown: value.clone(), source, idle: None });
        Some(value.trim().to_owned())
    }

    /// A setting that is known and changes nothing, because of `why`: whoever gave it is told so.
    pub(crate) fn idle(&mut self, name: &'static str, why: &'static str) -> Option<String> {
        let given = self.given(name);
        if let Some(effective) = self.effective.iter_mut().find(|e| e.name == name) {
            effective.idle = Some(why);
        }
        given
    }

    /// A line about each setting that was given and changes nothing.
    pub(crate) fn given_idly(&self) -> Vec<String> {
        let given = self.effective.iter().filter(|setting| setting.source != "default");
        given.filter_map(|setting| Some(format!("{} changes nothing: {}", setting.name, setting.idle?))).collect()
    }

    /// Notes the default of a setting that was not given.
    fn fall_back(&mut self, name: &'static str, value: impl Display) {
        if let Some(effective) = self.effective.iter_mut().find(|e| e.name == name) {
            effective.shown = value.to_string();
        }
    }

    pub(crate) fn parse<T: FromStr>(
        &mut self,
        name: &'static str,
        default: &str,
        shape: &str,
        example: &str,
    ) -> Result<T, Invalid> {
        let given = self.given(name);
        if given.is_none() {
            self.fall_back(name, default);
        }
        let text = given.unwrap_or_else(|| default.to_owned());
        text.parse().map_err(|_| invalid(name, format!("'{text}' is not {shape}"), example))
    }

    pub(crate) fn text(
        &mut self,
        name: &'static str,
        default: &str,
        shape: &str,
        example: &str,
    ) -> Result<String, Invalid> {
        self.parse(name, default, shape, example)
    }

    pub(crate) fn number<T: FromStr + Display + PartialOrd + Copy>(
        &mut self,
        name: &'static str,
        default: T,
        range: RangeInclusive<T>,
    ) -> Result<T, Invalid> {
        let shape = format!("a whole number from {} to {}", range.start(), range.end());
        let (default, example) = (default.to_string(), default.to_string());
        let value: T = self.parse(name, &default, &shape, &example)?;
        if range.contains(&value) { Ok(value) } else { Err(invalid(name, format!("{value} is not {shape}"), &example)) }
    }

    /// A number that has no fixed default.
    pub(crate) fn number_if_given<T: FromStr + Display + PartialOrd + Copy>(
        &mut self,
        name: &'static str,
        range: RangeInclusive<T>,
        example: T,
    ) -> Result<Option<T>, Invalid> {
        if self.given(name).is_none() {
            return Ok(None);
        }
        self.effective.retain(|effective| effective.name != name);
        self.number(name, example, range).map(Some)
    }

    pub(crate) fn flag(&mut self, name: &'static str, default: bool) -> Result<bool, Invalid> {
        let text = self.parse::<String>(name, if default { "true" } else { "false" }, "true or false", "true")?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err(invalid(name, format!("'{text}' is not true or false"), "true")),
        }
    }

    pub(crate) fn one_of(&mut self, name: &'static str, words: &[&str], default: &str) -> Result<String, Invalid> {
        let text = self.text(name, default, "a word", default)?.to_ascii_lowercase();
        match words.iter().find(|word| word.eq_ignore_ascii_case(&text)) {
            Some(word) => Ok((*word).to_owned()),
            None => Err(invalid(name, format!("'{text}' is not one of {}", words.join(", ")), default)),
        }
    }

    pub(crate) fn list<T: FromStr>(
        &mut self,
        name: &'static str,
        shape: &str,
        example: &str,
    ) -> Result<Vec<T>, Invalid> {
        let Some(text) = self.given(name) else {
            self.fall_back(name, "");
            return Ok(Vec::new());
        };
        let item =
            |item: &str| item.parse().map_err(|_| invalid(name, format!("'{item}' is none of {shape}"), example));
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(item).collect()
    }

    /// A value that is never shown.
    pub(crate) fn secret(
        &mut self,
        name: &'static str,
        least_characters: usize,
    ) -> Result<Option<SecretString>, Invalid> {
        let given = self.given(name);
        self.mask(name);
        match given {
            Some(text) if text.chars().count() < least_characters => {
                Err(invalid(name, format!("it has fewer than {least_characters} characters"), "<a long random text>"))
            }
            given => Ok(given.map(SecretString::from)),
        }
    }

    /// JSON that may hold secrets: errors name the place, never the text.
    pub(crate) fn json_secret<T: DeserializeOwned + Default>(
        &mut self,
        name: &'static str,
        example: &str,
    ) -> Result<T, Invalid> {
        let given = self.given(name);
        self.mask(name);
        let Some(text) = given else { return Ok(T::default()) };
        serde_json::from_str(&text).map_err(|error| {
            let problem =
                format!("it is not the JSON that is expected (line {}, column {})", error.line(), error.column());
            invalid(name, problem, &format!("'{example}'"))
        })
    }

    /// JSON without secrets.
    pub(crate) fn json<T: DeserializeOwned + Default>(
        &mut self,
        name: &'static str,
        example: &str,
    ) -> Result<T, Invalid> {
        let Some(text) = self.given(name) else { return Ok(T::default()) };
        serde_json::from_str(&text).map_err(|error| {
            invalid(name, format!("it is not the JSON that is expected: {error}"), &format!("'{example}'"))
        })
    }

    fn mask(&mut self, name: &'static str) {
        if let Some(effective) = self.effective.iter_mut().find(|e| e.name == name && !e.shown.is_empty()) {
            "********".clone_into(&mut effective.shown);
        }
    }

    /// Hides the password of a URL that was read.
    pub(crate) fn mask_url(&mut self, name: &'static str) {
        if let Some(effective) = self.effective.iter_mut().find(|e| e.name == name) {
            effective.shown = masked(&effective.shown);
        }
    }
}

fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            format!("{scheme}://{}:********@{host}{path}", user.split(':').next().unwrap_or_default())
        }
        None => url.to_owned(),
    }
}

pub(crate) fn invalid(name: &str, problem: String, example: &str) -> Invalid {
    Invalid { name: name.to_owned(), problem, example: example.to_owned() }
}

/// Flattens the file: `[agent_runtime] internal_api_key = "x"` means `AGENT_RUNTIME__INTERNAL_API_KEY=x`.
fn read_file(path: &Path) -> Result<BTreeMap<String, String>, Invalid> {
    let problem = |problem: String| invalid("ARTEL_CONFIG", format!("{}: {problem}", path.display()), "./artel.toml");
    let text = std::fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    let table: toml::Table =
        toml::from_str(&text).map_err(|error| problem(error.to_string().lines().collect::<Vec<_>>().join(" ")))?;
    let mut values = BTreeMap::new();
    flatten("", &table, &mut values);
    Ok(values)
}

fn flatten(prefix: &str, table: &toml::Table, values: &mut BTreeMap<String, String>) {
    for (name, value) in table {
        let name = format!("{prefix}{}", name.to_ascii_uppercase());
        match value {
            toml::Value::Table(inner) if !is_json_setting(&name) => flatten(&format!("{name}__"), inner, values),
            toml::Value::String(text) => drop(values.insert(name, text.clone())),
            toml::Value::Array(items) if items.iter().all(toml::Value::is_str) => {
                let items: Vec<&str> = items.iter().filter_map(toml::Value::as_str).collect();
                values.insert(name, items.join(","));
            }
            other => drop(values.insert(name, serde_json::to_string(other).unwrap_or_default())),
        }
    }
}

/// Tables that are one value each.
fn is_json_setting(name: &str) -> bool {
    matches!(name, "AUTH_API_KEYS" | "LLM_PROVIDERS" | "LLM_LIMITS" | "LLM_ROUTES")
}
