//! Texts with places for members of a credential: `Bearer {token}`, `https://{portal}/rest`.

use serde::{Deserialize, Serialize};

/// A text in which `{member}` stands for a member of the credential, `{object.member}` for one inside of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template(Vec<Piece>);

/// A part of a [`Template`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// The name that stood in braces.
    Member(String),
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some(open) = rest.find('{') {
            let close = rest[open..].find('}').ok_or_else(|| format!("'{text}' has a {{ without its }}"))? + open;
            let name = &rest[open + 1..close];
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$')) {
                return Err(format!("'{{{name}}}' in '{text}' is not the name of a member"));
            }
            if open > 0 {
                pieces.push(Piece::Text(rest[..open].to_owned()));
            }
            pieces.push(Piece::Member(name.to_owned()));
            rest = &rest[close + 1..];
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self(pieces))
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        let shown = template.0.into_iter().map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Member(name) => format!("{{{name}}}"),
        });
        shown.collect()
    }
}

impl Template {
    /// A text without places.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(vec![Piece::Text(text.into())])
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The names in braces.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Member(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The text with every place filled.
    ///
    /// # Arguments
    /// * `fill`: what stands for a name.
    ///
    /// # Errors
    /// The first error of `fill`.
    pub fn fill<E>(&self, mut fill: impl FnMut(&str) -> Result<String, E>) -> Result<String, E> {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Member(name) => filled.push_str(&fill(name)?),
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::Template;

    #[test]
    fn a_template_keeps_its_text_and_fills_its_places() {
        let template = Template::try_from("https://{portal}/rest/{user.id}/".to_owned()).unwrap();
        assert_eq!(template.names().collect::<Vec<_>>(), ["portal", "user.id"]);
        let filled = template.fill(|name| Ok::<_, ()>(name.to_uppercase())).unwrap();
        assert_eq!(filled, "https://PORTAL/rest/USER.ID/");
        assert_eq!(String::from(template), "https://{portal}/rest/{user.id}/");
        for bad in ["{", "a{}", "{a b}"] {
            assert!(Template::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
