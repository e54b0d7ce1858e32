use artel_extract::{Block, Content, Document, Kind, Language, Passage, Place, Size, Table, passages};

const SIZE: Size = Size { target: 60, most: 80 };

fn heading(level: u8, text: &str) -> Content {
    Content::Heading { level, text: text.to_owned() }
}

fn text(text: &str) -> Content {
    Content::Paragraph(text.to_owned())
}

fn document(blocks: Vec<(Option<Place>, Content)>) -> Document {
    Document {
        kind: Kind::Text,
        title: String::new(),
        pages: None,
        language: Language::Other,
        blocks: blocks.into_iter().map(|(place, content)| Block { place, content }).collect(),
        attachments: Vec::new(),
        notes: Vec::new(),
    }
}

fn cut(contents: Vec<Content>) -> Vec<Passage> {
    passages(&document(contents.into_iter().map(|content| (None, content)).collect()), SIZE)
}

/// `path > path: text`
fn shown(passages: &[Passage]) -> Vec<String> {
    passages.iter().map(|passage| format!("{}: {}", passage.path.join(" > "), passage.text)).collect()
}

#[test]
fn a_passage_stands_under_its_headings() {
    let passages = cut(vec![
        text("До всего"),
        heading(1, "Договор"),
        heading(2, "Предмет"),
        text("Раз."),
        text("Два."),
        heading(2, "Цена"),
        text("Сто."),
        heading(1, "Приложение"),
        text("Три."),
    ]);
    let expected =
        [": До всего", "Договор > Предмет: Раз.\nДва.", "Договор > Цена: Сто.", "Приложение: Три."].map(str::to_owned);
    assert_eq!(shown(&passages), expected);
    assert_eq!(passages.iter().map(|passage| passage.ordinal).collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn a_heading_with_nothing_beneath_it_can_be_found() {
    let passages = cut(vec![
        heading(1, "Часть"),
        heading(2, "Пустая"),
        heading(2, "Полная"),
        text("Текст"),
        heading(1, "Последняя"),
    ]);
    assert_eq!(shown(&passages), ["Часть: Пустая", "Часть > Полная: Текст", ": Последняя"]);
}

#[test]
fn a_passage_stays_on_its_page() {
    let page = |number| Some(Place::Page(number));
    let document = document(vec![
        (page(1), heading(1, "Глава")),
        (page(1), text("Раз.")),
        (page(2), text("Два.")),
        (page(3), heading(1, "Конец")),
    ]);
    let passages = passages(&document, SIZE);
    assert_eq!(shown(&passages), ["Глава: Раз.", "Глава: Два.", ": Конец"]);
    assert_eq!(passages.into_iter().map(|passage| passage.place).collect::<Vec<_>>(), [page(1), page(2), page(3)]);
}

#[test]
fn a_table_is_cut_between_rows_and_each_piece_has_the_header() {
    let row = |number: usize| vec![format!("Артикул {number}"), format!("цена {number}|руб.")];
    let long = vec!["очень длинный ряд ".repeat(10), "и ещё".to_owned()];
    let mut rows = vec![vec!["Товар".to_owned(), "Цена".to_owned()]];
    rows.extend((1..=4).map(row));
    rows.push(long.clone());
    let passages = cut(vec![text("Прайс"), Content::Table(Table { rows, has_header: true })]);
    let header = "| Товар | Цена |";
    let expected = [
        format!("Прайс\n{header}\n| Артикул 1 | цена 1\\|руб. |"),
        format!("{header}\n| Артикул 2 | цена 2\\|руб. |"),
        format!("{header}\n| Артикул 3 | цена 3\\|руб. |"),
        format!("{header}\n| Артикул 4 | цена 4\\|руб. |"),
        format!("{header}\n{}", Table::line(&long)),
    ];
    let texts: Vec<String> = passages.into_iter().map(|passage| passage.text).collect();
    for text in &texts {
        assert!(text.lines().all(|line| line == "Прайс" || (line.starts_with("| ") && line.ends_with(" |"))), "{text}");
        assert!(text.contains(header), "{text}");
    }
    assert_eq!(texts.join("\n").matches("Артикул").count(), 4);
    assert_eq!(texts.last(), expected.last());
}

#[test]
fn a_long_paragraph_is_cut_between_sentences_and_nothing_is_lost() {
    let sentence = "Это предложение из семи слов о деле. ";
    let passages = cut(vec![text(sentence.repeat(20).trim())]);
    assert!(passages.iter().all(|passage| passage.text.chars().count() <= SIZE.most), "{passages:?}");
    assert!(passages.iter().all(|passage| passage.text.ends_with("деле.")), "{passages:?}");
    let whole: Vec<&str> = passages.iter().flat_map(|passage| passage.text.split_whitespace()).collect();
    assert_eq!(whole.join(" "), sentence.repeat(20).trim());
    let word = cut(vec![text(&"ы".repeat(1000))]);
    assert_eq!(
        word.iter().map(|passage| passage.text.chars().filter(|letter| *letter == 'ы').count()).sum::<usize>(),
        1000
    );
}
