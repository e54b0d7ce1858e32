//! The five blocks of a description.

/// What begins each block but the first, in their order.
const MARKS: [&str; 4] =
    ["Когда использовать:", "Когда НЕ использовать:", "Key constraints:", "Result interpretation:"];

/// A description taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks<'a> {
    pub purpose: &'a str,
    pub when: &'a str,
    pub when_not: &'a str,
    pub constraints: &'a str,
    pub interpretation: &'a str,
}

impl<'a> Blocks<'a> {
    /// # Errors
    /// Names the block that is missing, empty or out of order.
    pub fn of(description: &'a str) -> Result<Self, String> {
        let mut rest = description;
        let mut blocks = Vec::with_capacity(MARKS.len() + 1);
        for mark in MARKS {
            let (block, after) =
                rest.split_once(mark).ok_or_else(|| format!("the block '{mark}' is missing or out of order"))?;
            blocks.push(block.trim());
            rest = after;
        }
        blocks.push(rest.trim());
        if let Some(empty) = blocks.iter().position(|block| block.is_empty()) {
            let name = empty.checked_sub(1).and_then(|at| MARKS.get(at)).unwrap_or(&"purpose");
            return Err(format!("the block '{name}' is empty"));
        }
        let [purpose, when, when_not, constraints, interpretation] = blocks[..] else {
            return Err("a description has five blocks".to_owned());
        };
        Ok(Self { purpose, when, when_not, constraints, interpretation })
    }
}

#[cfg(test)]
mod tests {
    use super::Blocks;

    const WHOLE: &str =
        "P. Когда использовать: W. Когда НЕ использовать: N. Key constraints: C. Result interpretation: R.";

    #[test]
    fn a_description_comes_apart_into_five_blocks() {
        let blocks = Blocks::of(WHOLE).unwrap();
        assert_eq!((blocks.purpose, blocks.when, blocks.when_not), ("P.", "W.", "N."));
        assert_eq!((blocks.constraints, blocks.interpretation), ("C.", "R."));
    }

    #[test]
    fn a_block_that_is_missing_or_empty_is_named() {
        let missing = WHOLE.replace("Key constraints:", "");
        assert_eq!(Blocks::of(&missing).unwrap_err(), "the block 'Key constraints:' is missing or out of order");
        let empty = WHOLE.replace("N.", "");
        assert_eq!(Blocks::of(&empty).unwrap_err(), "the block 'Когда НЕ использовать:' is empty");
        assert_eq!(Blocks::of(&WHOLE[2..]).unwrap_err(), "the block 'purpose' is empty");
    }
}
