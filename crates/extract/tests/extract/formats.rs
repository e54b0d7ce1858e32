use artel_extract::{Kind, Language};
use encoding_rs::{KOI8_R, WINDOWS_1251};

use crate::files::{docx, docx_with, odt, outline, p, pptx, read};

type Checked = Result<(), artel_extract::Refusal>;

#[test]
fn a_text_has_paragraphs_lists_and_headings_in_every_encoding() -> Checked {
    let text = "ДОГОВОР ПОСТАВКИ № 17\n\n1. Предмет договора\n\n1.1. Поставщик обязуется передать товар, а Покупатель — \
                принять\nи оплатить его.\n1.2. Срок поставки — 5 дней.\n\nСостав:\n- болты\n- гайки\n";
    let expected = "# ДОГОВОР ПОСТАВКИ № 17\n# 1. Предмет договора\n1.1. Поставщик обязуется передать товар, а \
                    Покупатель — принять и оплатить его.\n1.2. Срок поставки — 5 дней.\nСостав:\n- болты\n- гайки";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [text.as_bytes(), &WINDOWS_1251.encode(text).0, &wide] {
        let document = read(bytes)?;
        assert_eq!(outline(&document), expected);
        assert_eq!((document.kind, document.language), (Kind::Text, Language::Russian));
        assert_eq!(document.title, "ДОГОВОР ПОСТАВКИ № 17");
    }
    let old = KOI8_R.encode("Просто письмо из прошлого, без заголовка.").0.into_owned();
    let document = read(&old)?;
    assert_eq!(outline(&document), "Просто письмо из прошлого, без заголовка.");
    assert_eq!(document.title, "report", "the name of the file, when nothing else names it");
    Ok(())
}

#[test]
fn markdown_keeps_its_structure() -> Checked {
    let text = "---\ntitle: \"Памятка\"\n---\n# Раздел\n\nПервая строка\nвторая *строка* `код`.\n\n- раз\n  - два\n\n\
                | Артикул | Цена |\n|---|---|\n| А-1 | 10 |\n\n```sh\nls \\\n  -l\n```\n\n## Ниже\n\nСм. [сайт](http://x).\n";
    let document = read(text.as_bytes())?;
    assert_eq!(
        outline(&document),
        "# Раздел\nПервая строка вторая строка код.\n- раз\n  - два\n= Артикул | Цена\n| А-1 | 10\nls \\\n  -l\n\
         ## Ниже\nСм. сайт."
    );
    assert_eq!((document.kind, document.title.as_str()), (Kind::Markdown, "Памятка"));
    Ok(())
}

#[test]
fn a_page_keeps_its_structure_and_loses_its_scripts() -> Checked {
    let page = "<!DOCTYPE html><html><head><title>О нас &amp; о вас</title><style>p{}</style></head><body>\
                <script>if (a < b) alert('<p>')</script><h1>Мы</h1><p>Первый<br>абзац<ul><li>раз<ul><li>два</ul>\
                <li>три</ul><table><caption>Цены</caption><tr><th>Товар<th>Цена<tr><td>Болт</td><td>1&nbsp;000</td>\
                </table><svg><text>нет</text></svg><noscript>нет</noscript><pre>a\n  b</pre><template>нет</template>\
                <div>Конец";
    let document = read(page.as_bytes())?;
    assert_eq!(
        outline(&document),
        "# Мы\nПервый\nабзац\n- раз\n  - два\n- три\nЦены\n= Товар | Цена\n| Болт | 1 000\na\n  b\nКонец"
    );
    assert_eq!((document.kind, document.title.as_str()), (Kind::Html, "О нас & о вас"));
    let old = format!("<html><meta charset=windows-1251><p>{}", "Страница на русском языке");
    assert_eq!(outline(&read(&WINDOWS_1251.encode(&old).0)?), "Страница на русском языке");
    Ok(())
}

#[test]
fn word_has_headings_lists_tables_and_notes() -> Checked {
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", p("", text));
    let body = [
        p("1", "Договор"),
        p("2", "Предмет"),
        p("mine", "Свой стиль"),
        "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"1\"/><w:numId w:val=\"3\"/></w:numPr></w:pPr><w:r><w:t>пункт</w:t></w:r>\
         </w:p>"
            .to_owned(),
        "<w:p><w:r><w:t>Слово</w:t><w:tab/><w:t xml:space=\"preserve\">и </w:t><w:br/><w:t>ещё&#33;</w:t></w:r>\
         <w:del><w:r><w:delText>удалено</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>ушло</w:t></w:r></w:moveFrom>\
         <w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
            .to_owned(),
        format!(
            "<w:tbl><w:tr>{}{}</w:tr><w:tr>{}<w:tc>{}{}</w:tc></w:tr></w:tbl>",
            cell("Товар"),
            cell("Цена"),
            cell("Болт"),
            p("", "сто"),
            p("", "рублей")
        ),
        "<mc:AlternateContent><mc:Choice><w:p><w:r><w:t>Надпись</w:t></w:r></w:p></mc:Choice><mc:Fallback><w:p><w:r>\
         <w:t>Надпись</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>"
            .to_owned(),
    ]
    .concat();
    let notes = "<w:footnotes xmlns:w=\"w\"><w:footnote w:type=\"separator\"><w:p><w:r><w:t>нет</w:t></w:r></w:p>\
                 </w:footnote><w:footnote><w:p><w:r><w:t>Сноска</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let document = read(&docx_with(&body, &[("word/footnotes.xml", notes)]))?;
    assert_eq!(
        outline(&document),
        "# Договор\n## Предмет\n## Свой стиль\n  - пункт\nСлово и\nещё!\n= Товар | Цена\n| Болт | сто рублей\n\
         Надпись\nСноска"
    );
    assert_eq!((document.kind, document.title.as_str()), (Kind::Docx, "Договор"));
    let named = [("docProps/core.xml", "<cp:core><dc:title>Название</dc:title></cp:core>")];
    assert_eq!(read(&docx_with(&p("1", "Глава"), &named))?.title, "Название");
    Ok(())
}

#[test]
fn slides_come_in_the_order_of_the_show() -> Checked {
    let title = |text: &str| {
        format!("<p:sp><p:nvPr><p:ph type=\"title\"/></p:nvPr><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sp>")
    };
    let first = title("План")
        + "<p:sp><a:p><a:r><a:t>Рост</a:t></a:r></a:p><a:p><a:pPr lvl=\"1\"/><a:r><a:t>на 5%</a:t></a:r></a:p></p:sp>\
           <p:sp><p:nvPr><p:ph type=\"sldNum\"/></p:nvPr><a:p><a:fld><a:t>1</a:t></a:fld></a:p></p:sp>";
    let second = title("Итог")
        + "<a:tbl><a:tr><a:tc><a:p><a:r><a:t>Год</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>Сумма</a:t></a:r></a:p>\
           </a:tc></a:tr><a:tr><a:tc><a:p><a:r><a:t>2026</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>7</a:t></a:r>\
           </a:p></a:tc></a:tr></a:tbl>";
    let document = read(&pptx(&[&first, &second]))?;
    assert_eq!(
        outline(&document),
        "(slide 1) # План\n(slide 1) Рост\n(slide 1)   - на 5%\n(slide 1) Сказать о сроках\n(slide 2) # Итог\n\
         = Год | Сумма\n| 2026 | 7"
    );
    assert_eq!((document.kind, document.pages), (Kind::Pptx, Some(2)));
    Ok(())
}

#[test]
fn open_document_has_headings_lists_and_tables() -> Checked {
    let body = "<text:tracked-changes><text:p>удалено</text:p></text:tracked-changes>\
                <text:h text:outline-level=\"2\">Порядок</text:h>\n<text:p>Один<text:s text:c=\"3\"/>два\
                <office:annotation><text:p>примечание</text:p></office:annotation></text:p>\
                <text:list><text:list-item><text:p>пункт</text:p></text:list-item></text:list>\
                <table:table><table:table-row><table:table-cell><text:p>Товар</text:p></table:table-cell>\
                <table:table-cell><text:p>Цена</text:p></table:table-cell>\
                <table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row><table:table-row>\
                <table:table-cell><text:p>Болт</text:p></table:table-cell>\
                <table:table-cell><text:p>5</text:p></table:table-cell></table:table-row></table:table>";
    let document = read(&odt(body))?;
    assert_eq!(outline(&document), "## Порядок\nОдин два\n- пункт\n= Товар | Цена\n| Болт | 5");
    assert_eq!((document.kind, document.title.as_str()), (Kind::Odt, "Записка"));
    Ok(())
}

#[test]
fn the_name_says_nothing_about_the_type() -> Checked {
    let extractor = artel_extract::Extractor::default();
    assert_eq!(extractor.read("virus.exe", &docx(&p("", "Текст")))?.kind, Kind::Docx);
    assert_eq!(extractor.read("report.pdf", b"<!DOCTYPE html><p>page")?.kind, Kind::Html);
    assert_eq!(extractor.read("report.docx", "Просто текст".as_bytes())?.title, "report");
    Ok(())
}
