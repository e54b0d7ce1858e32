//! Names that are nearly those of settings: probably misspelt.

/// Below this length a name differs from too many others by little.
const SHORTEST: usize = 8;

/// The known name that this one is probably meant to be.
pub(super) fn meant<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let upper = name.to_ascii_uppercase();
    let near = known.map(|known| (distance(&upper, known), known)).filter(|(distance, _)| *distance <= 2);
    near.min().filter(|_| name.len() >= SHORTEST).map(|(_, known)| known)
}

/// Letters to add, to leave out, to replace or to swap with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > 2 {
        return usize::MAX;
    }
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for (at, row) in rows.iter_mut().enumerate() {
        row[0] = at;
    }
    rows[0] = (0..=other.len()).collect();
    for i in 1..=one.len() {
        for j in 1..=other.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
            rows[i][j] = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                rows[i][j] = rows[i][j].min(rows[i - 2][j - 2] + 1);
            }
        }
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let known = ["DATABASE_URL", "REDIS_URL", "LOG_LEVEL", "DB_POOL_SIZE"];
        for (slip, right) in [
            ("DATABASE_ULR", Some("DATABASE_URL")),
            ("DATABASE_URI", Some("DATABASE_URL")),
            ("database_uri", Some("DATABASE_URL")),
            ("LOG_LEVELS", Some("LOG_LEVEL")),
            ("DB_POOLSIZE", Some("DB_POOL_SIZE")),
            ("LOGLEVEL", Some("LOG_LEVEL")),
            ("HOSTNAME", None),
            ("PATH", None),
            ("SQLALCHEMY_DATABASE_URL", None),
        ] {
            assert_eq!(meant(slip, known.into_iter()), right, "{slip}");
        }
    }
}
