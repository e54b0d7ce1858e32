//! Path and query parameters, with our errors.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::body::{Checked, Faults, nul};
use crate::{FieldError, Problem};

/// Ids from the path. One that cannot be read cannot exist: 404.
#[derive(Debug, Clone, Copy)]
pub struct At<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::<T>::from_request_parts(parts, state).await;
        found.map(|Path(ids)| Self(ids)).map_err(|_| Problem::not_found("resource"))
    }
}

/// The query string as a typed structure; what does not fit is 422.
#[derive(Debug, Clone)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned + Checked, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn read<T: DeserializeOwned + Checked>(query: &str) -> Result<T, Problem> {
    let pairs = || url::form_urlencoded::parse(query.as_bytes());
    if let Some((name, _)) = pairs().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(Problem::invalid(vec![nul(&name)]));
    }
    let deserializer = serde_urlencoded::Deserializer::new(pairs());
    let params: T = serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let field = match error.path().to_string().as_str() {
            "." | "?" => String::new(),
            path => path.to_owned(),
        };
        Problem::invalid(vec![FieldError { field, message: error.inner().to_string() }])
    })?;
    Faults::of(&params).map(|()| params)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Page {
        limit: Option<u32>,
    }

    impl Checked for Page {
        fn check(&self, faults: &mut Faults) {
            faults.range("limit", self.limit, 1..=200);
        }
    }

    #[test]
    fn numbers_out_of_shape_or_range_are_named() {
        assert_eq!(read::<Page>("limit=5&other=1").unwrap().limit, Some(5));
        for bad in ["limit=0", "limit=201", "limit=x", "limit=", "limit=1&limit=2", "limit=-1"] {
            let problem = read::<Page>(bad).unwrap_err();
            assert_eq!(problem.status(), 422, "{bad}");
            assert!(format!("{problem:?}").contains("limit"), "{bad}: {problem:?}");
        }
    }

    #[test]
    fn a_nul_character_is_refused_before_a_database_sees_it() {
        assert_eq!(read::<Page>("q=%00").unwrap_err().status(), 422);
    }
}
