//! Which styles of a workbook show a number as a date or a percentage.

use std::collections::HashMap;

use super::number::Look;
use crate::Refusal;
use crate::flow::Flow;
use crate::xml::{Node, Xml};

/// The look of each style, by its number.
pub(super) fn looks(text: &str, flow: &Flow<'_>) -> Result<Vec<Look>, Refusal> {
    let mut xml = Xml::new(text, flow.budget);
    let (mut own, mut looks, mut is_in_cells) = (HashMap::new(), Vec::new(), false);
    while let Some(node) = xml.next()? {
        match node {
            Node::Open(element) => match element.name() {
                b"numFmt" => {
                    let code = element.attribute(b"formatCode").unwrap_or_default();
                    flow.budget.hold(0, 1)?;
                    own.extend(element.number::<u32>(b"numFmtId").map(|id| (id, of_code(&code))));
                }
                b"cellXfs" => is_in_cells = true,
                b"xf" if is_in_cells => {
                    let id = element.number::<u32>(b"numFmtId").unwrap_or_default();
                    flow.budget.hold(1, 0)?;
                    looks.push(own.get(&id).copied().unwrap_or_else(|| builtin(id)));
                }
                _ => {}
            },
            Node::Close(end) if end.name() == b"cellXfs" => is_in_cells = false,
            _ => {}
        }
    }
    Ok(looks)
}

/// The formats that every workbook has.
fn builtin(id: u32) -> Look {
    match id {
        9 | 10 => Look::Percent,
        14..=17 | 27..=31 | 36 | 50..=58 => Look::Date,
        18..=21 | 32..=35 | 45 | 47 => Look::Time,
        22 => Look::DateTime,
        46 => Look::Hours,
        _ => Look::Number,
    }
}

/// The format for positive numbers, without texts and colours in it.
fn of_code(code: &str) -> Look {
    let (mut letters, mut quoted, mut is_escaped) = (String::new(), false, false);
    let (mut bracketed, mut elapsed) = (None::<String>, None);
    for letter in code.chars() {
        match letter {
            _ if std::mem::take(&mut is_escaped) => {}
            '"' => quoted = !quoted,
            _ if quoted => {}
            '\\' | '_' | '*' => is_escaped = true,
            '[' => bracketed = Some(String::new()),
            ']' => elapsed = elapsed.or(bracketed.take().and_then(|word| of_elapsed(&word))),
            other => match &mut bracketed {
                Some(word) => word.extend(other.to_lowercase()),
                None if other == ';' => break,
                None => letters.extend(other.to_lowercase()),
            },
        }
    }
    // Russian Excel writes its own letters into some files.
    let has = |any: &[char]| letters.contains(any);
    match (has(&['y', 'd', 'г', 'д']), has(&['h', 's', 'ч'])) {
        _ if letters.contains('%') => Look::Percent,
        _ if letters.contains("general") || letters.contains("основной") => Look::Number,
        _ if elapsed.is_some() => elapsed.unwrap_or_default(),
        (true, true) => Look::DateTime,
        (true, false) => Look::Date,
        (false, true) => Look::Time,
        (false, false) => Look::Number,
    }
}

/// `[h]`: hours that go on after the 24th, as in the sum of a timesheet; `[m]` and `[s]` likewise.
fn of_elapsed(word: &str) -> Option<Look> {
    match word.chars().next()? {
        first if !word.chars().all(|letter| letter == first) => None,
        'h' | 'ч' => Some(Look::Hours),
        'm' | 'м' => Some(Look::Minutes),
        's' | 'с' => Some(Look::Seconds),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, of_code};

    #[test]
    fn a_code_is_understood() {
        let cases = [
            ("General", Look::Number),
            ("0.00", Look::Number),
            ("#,##0.00 \"руб.\"", Look::Number),
            ("# ##0\\ [$₽-419];[Red]-# ##0", Look::Number),
            ("0.0%", Look::Percent),
            ("DD.MM.YYYY", Look::Date),
            ("[$-419]d mmmm yyyy\\ \"г.\";@", Look::Date),
            ("h:mm", Look::Time),
            ("[h]:mm:ss", Look::Hours),
            ("[ч]:мм;@", Look::Hours),
            ("[$-F400][hh]:mm", Look::Hours),
            ("[mm]:ss", Look::Minutes),
            ("[s]", Look::Seconds),
            ("[Red]h:mm", Look::Time),
            ("yyyy-mm-dd hh:mm:ss", Look::DateTime),
        ];
        for (code, expected) in cases {
            assert_eq!(of_code(code), expected, "{code}");
        }
    }
}
