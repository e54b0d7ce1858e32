//! The XML page of Yandex: `<doc>` with `<url>`, `<title>`, `<headline>`, `<passages>` and `<modtime>`; words of the
//! query are marked with `<hlword>` inside of them.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::ask::Failure;
use super::hit::Hit;

/// "Nothing was found": an empty list, not an error.
const NOTHING: &str = "15";

#[derive(Default)]
struct Doc {
    url: String,
    title: String,
    headline: String,
    passages: String,
    modtime: String,
}

/// The results of a page.
pub(super) fn hits(xml: &str) -> Result<Vec<Hit>, Failure> {
    let mut reader = Reader::from_str(xml);
    let (mut hits, mut doc, mut within) = (Vec::new(), None, Vec::<String>::new());
    loop {
        match reader.read_event().map_err(|_| Failure::Form("well-formed XML"))? {
            Event::Start(start) => {
                let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                match name.as_str() {
                    "doc" => doc = Some(Doc::default()),
                    "error" => return of_error(&start),
                    _ => {}
                }
                within.push(name);
            }
            Event::End(end) => {
                within.pop();
                if end.local_name().as_ref() == b"doc" {
                    hits.extend(doc.take().and_then(|doc: Doc| doc.hit()));
                }
            }
            Event::Text(text) => {
                let text = text.decode().map_err(|_| Failure::Form("readable text"))?;
                if let Some(doc) = &mut doc {
                    doc.take_in(&within, &text);
                }
            }
            Event::GeneralRef(entity) => {
                if let (Some(doc), Some(letter)) = (&mut doc, letter(&entity)) {
                    doc.take_in(&within, letter.encode_utf8(&mut [0; 4]));
                }
            }
            Event::Eof => return Ok(hits),
            _ => {}
        }
    }
}

fn of_error(start: &quick_xml::events::BytesStart<'_>) -> Result<Vec<Hit>, Failure> {
    let code = start.try_get_attribute("code").ok().flatten();
    match code.map(|code| String::from_utf8_lossy(&code.value).into_owned()).as_deref() {
        Some(NOTHING) => Ok(Vec::new()),
        Some("32" | "55") => Err(Failure::Limited),
        _ => Err(Failure::Form("results")),
    }
}

/// `&amp;`, `&#1103;` and their like.
fn letter(entity: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(letter)) = entity.resolve_char_ref() {
        return Some(letter);
    }
    match entity.as_ref() {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        _ => None,
    }
}

impl Doc {
    /// Text that stands within these elements.
    fn take_in(&mut self, within: &[String], text: &str) {
        let is_in = |name: &str| within.iter().any(|element| element == name);
        let place = match () {
            () if is_in("passage") => &mut self.passages,
            () if is_in("title") => &mut self.title,
            () if is_in("headline") => &mut self.headline,
            () if is_in("url") => &mut self.url,
            () if is_in("modtime") => &mut self.modtime,
            () => return,
        };
        place.push_str(text);
    }

    fn hit(self) -> Option<Hit> {
        let snippet = if self.passages.trim().is_empty() { self.headline } else { self.passages };
        // Text that came out of XML may hold `<`; it is no HTML.
        let safe = |text: &str| text.replace('<', "&lt;");
        Hit::new(&safe(&self.title), self.url.trim(), &safe(&snippet), time(self.modtime.trim()))
    }
}

/// `20260701T120000` as ISO 8601.
fn time(modtime: &str) -> Option<String> {
    let (date, time) = modtime.split_once('T')?;
    let is_date =
        date.len() == 8 && time.len() >= 6 && modtime.bytes().all(|byte| byte.is_ascii_digit() || byte == b'T');
    is_date.then(|| {
        format!("{}-{}-{}T{}:{}:{}Z", &date[..4], &date[4..6], &date[6..], &time[..2], &time[2..4], &time[4..6])
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::hits;

    #[test]
    fn marked_words_and_entities_are_text() {
        let page = "<yandexsearch><response><results><grouping><group><doc id=\"1\"><url>https://a.example/?a=1&amp;b=2</url>\
            <title>Ключевая <hlword>ставка</hlword></title><modtime>20260701T090000</modtime>\
            <passages><passage>До <hlword>16</hlword> &lt; 17</passage></passages></doc></group></grouping></results></response></yandexsearch>";
        let found = serde_json::to_value(hits(page).unwrap()).unwrap();
        let expected = json!([{"title": "Ключевая ставка", "url": "https://a.example/?a=1&b=2", "snippet": "До 16 < 17",
            "published_at": "2026-07-01T09:00:00Z"}]);
        assert_eq!(found, expected);
    }

    #[test]
    fn nothing_found_is_an_empty_list_and_a_limit_is_a_limit() {
        let error =
            |code: u8| format!("<yandexsearch><response><error code=\"{code}\">…</error></response></yandexsearch>");
        assert!(hits(&error(15)).unwrap().is_empty());
        assert_eq!(hits(&error(55)).unwrap_err().to_string(), "allows no more requests now");
        assert_eq!(hits(&error(42)).unwrap_err().to_string(), "answered without results");
        assert!(hits("<a><b></a>").is_err());
    }
}
