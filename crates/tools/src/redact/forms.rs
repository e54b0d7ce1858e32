//! The forms in which a secret is looked for, beside the one in which it was given.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::plain::{Plain, Space};

/// Shorter needles would hit innocent text everywhere.
pub(super) const SHORTEST: usize = 4;
/// The same for base64 and hexadecimal, of which files consist.
const SHORTEST_ENCODED: usize = 6;

/// A secret that is looked for as it is, whatever white space is in it: shorter ones would be found across words.
const SHORTEST_BROKEN: usize = 16;

/// What is looked for in the place of a secret.
#[derive(Default)]
pub(super) struct Forms {
    /// In texts with their white space, each as its plain form.
    pub(super) whole: Vec<Vec<u8>>,
    /// In texts without their white space.
    pub(super) broken: Vec<Vec<u8>>,
}

/// All forms of a secret.
pub(super) fn of(secret: &str) -> Forms {
    if secret.len() < SHORTEST {
        return Forms::default();
    }
    let hexadecimal = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let mut encoded = vec![hexadecimal.to_ascii_uppercase(), hexadecimal, STANDARD_NO_PAD.encode(secret)];
    encoded.extend((0..3).map(|offset| within_base64(secret, offset)));
    let url_safe: Vec<String> = encoded.iter().skip(2).map(|text| text.replace('+', "-").replace('/', "_")).collect();
    encoded.extend(url_safe);
    encoded.retain(|text| text.len() >= SHORTEST_ENCODED);
    let mut forms = Forms {
        whole: encoded.iter().map(|text| Plain::of(text, Space::Kept).bytes).collect(),
        broken: encoded.into_iter().map(String::into_bytes).collect(),
    };
    forms.whole.push(Plain::of(secret, Space::Kept).bytes);
    forms.whole.retain(|form| form.len() >= SHORTEST);
    let without_space = Plain::of(secret, Space::Skipped).bytes;
    if without_space.len() >= SHORTEST_BROKEN {
        forms.broken.push(without_space);
    }
    forms
}

/// What a longer text's base64 has of a secret that stands in it, whatever is around the secret.
///
/// # Arguments
/// * `offset`: bytes before the secret, without their threes.
fn within_base64(secret: &str, offset: usize) -> String {
    let bytes: Vec<u8> = std::iter::repeat_n(0, offset).chain(secret.bytes()).collect();
    let encoded = STANDARD_NO_PAD.encode(&bytes);
    let (first, last) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
    encoded[first..last].to_owned()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::within_base64;

    #[test]
    fn a_secret_is_found_in_the_base64_of_whatever_holds_it() {
        for before in ["", "a", "ab", "abc", "Bearer "] {
            for after in ["", "x", "yz", "..."] {
                let held = STANDARD.encode(format!("{before}s3cret-canary{after}"));
                assert!(held.contains(&within_base64("s3cret-canary", before.len() % 3)), "{before} {after}");
            }
        }
    }
}
