use artel_extract::{Content, Kind, Place};

use crate::files::{outline, read, xlsx};

type Checked = Result<(), artel_extract::Refusal>;

#[test]
fn a_sheet_shows_what_people_see() -> Checked {
    let rows = "<row><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"D1\" t=\"inlineStr\"><is>\
                <t>Дата</t></is></c></row><row/><row><c r=\"A3\" t=\"str\"><f>A&amp;B</f><v>А-1</v></c>\
                <c r=\"B3\"><v>0.30000000000000004</v></c><c r=\"C3\" s=\"2\"><v>0.155</v></c>\
                <c r=\"D3\" s=\"1\"><v>46147</v></c><c r=\"E3\" t=\"b\"><v>1</v></c></row>";
    let document = read(&xlsx(rows))?;
    assert_eq!(outline(&document), "= Артикул | Цена |  | Дата\n| А-1 | 0.3 | 15.5% | 2026-05-05 | TRUE");
    assert_eq!((document.kind, document.pages, document.title.as_str()), (Kind::Xlsx, Some(1), "report"));
    let place = document.blocks.first().and_then(|block| block.place.clone());
    assert_eq!(place, Some(Place::Sheet { number: 1, name: "Продажи".to_owned() }));
    Ok(())
}

#[test]
fn fields_are_told_from_text() -> Checked {
    let document = read("Артикул;Название;Цена\nА-1;\"Болт; \"\"М8\"\"\";10,5\nА-2;Гайка;3\n".as_bytes())?;
    assert_eq!(outline(&document), "= Артикул | Название | Цена\n| А-1 | Болт; \"М8\" | 10,5\n| А-2 | Гайка | 3");
    assert_eq!(document.kind, Kind::Csv);
    for (columns, rows) in [(400, 60), (400, 3), (9000, 5), (20_000, 3)] {
        let row = |cell: &str| vec![cell; columns].join(";") + "\n";
        let wide = row("столбец") + &row("число 1").repeat(rows);
        assert_eq!(read(wide.as_bytes())?.kind, Kind::Csv, "{rows} rows of {columns}");
    }
    let numbers = read(b"1,2\n3,4\n")?;
    assert!(matches!(&numbers.blocks[0].content, Content::Table(table) if !table.has_header), "{numbers:?}");
    Ok(())
}
