//! Makes files, as small as their formats allow.

use std::io::{Cursor, Write as _};

use artel_extract::{Block, Content, Document, Extractor, Limits, Programs, Refusal};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Reads without any program, and without the net that catches panics.
pub(crate) fn read(bytes: &[u8]) -> Result<Document, Refusal> {
    read_within(bytes, Limits::default())
}

pub(crate) fn read_within(bytes: &[u8], limits: Limits) -> Result<Document, Refusal> {
    Extractor::new(limits, Programs::default()).read_unguarded("folder/report.bin", bytes)
}

/// The blocks as lines: `# heading`, `- item`, `| cell | cell |`.
pub(crate) fn outline(document: &Document) -> String {
    document.blocks.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(block: &Block) -> String {
    let text = Document { blocks: vec![block.clone()], ..empty() }.markdown();
    match (&block.content, &block.place) {
        (Content::Table(table), _) => {
            let rows: Vec<String> = table.rows.iter().map(|row| row.join(" | ")).collect();
            format!("{}{}", if table.has_header { "= " } else { "" }, rows.join("\n| "))
        }
        (_, Some(place)) => format!("({place}) {text}"),
        _ => text,
    }
}

fn empty() -> Document {
    Document {
        kind: artel_extract::Kind::Text,
        title: String::new(),
        pages: None,
        language: artel_extract::Language::Other,
        blocks: Vec::new(),
        attachments: Vec::new(),
        notes: Vec::new(),
    }
}

/// An archive of texts.
pub(crate) fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let members: Vec<(&str, &[u8])> = members.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
    zip_of(&members).unwrap_or_default()
}

pub(crate) fn zip_of(members: &[(&str, &[u8])]) -> Result<Vec<u8>, zip::result::ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated))?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The relations of a part: id, type, target.
pub(crate) fn rels(relations: &[(&str, &str, &str)]) -> String {
    let all: String = relations
        .iter()
        .map(|(id, kind, target)| format!(r#"<Relationship Id="{id}" Type="http://x/{kind}" Target="{target}"/>"#))
        .collect();
    format!("<Relationships>{all}</Relationships>")
}

const TYPES: (&str, &str) = ("[Content_Types].xml", "<Types/>");

/// A Word file of this body, with two styles of headings.
pub(crate) fn docx(body: &str) -> Vec<u8> {
    docx_with(body, &[])
}

pub(crate) fn docx_with(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let styles = r#"<w:styles xmlns:w="w">
        <w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>
        <w:style w:styleId="2"><w:name w:val="heading 2"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
        <w:style w:styleId="mine"><w:name w:val="Own"/><w:basedOn w:val="2"/></w:style></w:styles>"#;
    let document = format!(r#"<?xml version="1.0"?><w:document xmlns:w="w"><w:body>{body}</w:body></w:document>"#);
    let relations = rels(&[("r1", "styles", "styles.xml"), ("r2", "footnotes", "footnotes.xml")]);
    let main = rels(&[("r1", "officeDocument", "word/document.xml")]);
    let mut members = vec![
        TYPES,
        ("_rels/.rels", main.as_str()),
        ("word/document.xml", document.as_str()),
        ("word/styles.xml", styles),
        ("word/_rels/document.xml.rels", relations.as_str()),
    ];
    members.extend_from_slice(more);
    zip(&members)
}

/// One paragraph of Word.
pub(crate) fn p(style: &str, text: &str) -> String {
    let style = if style.is_empty() { String::new() } else { format!(r#"<w:pPr><w:pStyle w:val="{style}"/></w:pPr>"#) };
    format!("<w:p>{style}<w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// A workbook with one sheet, `Продажи`, of these rows.
pub(crate) fn xlsx(rows: &str) -> Vec<u8> {
    xlsx_with(rows, "<sst><si><t>Артикул</t></si><si><r><t>Це</t></r><r><t>на</t></r><rPh><t>x</t></rPh></si></sst>")
}

pub(crate) fn xlsx_with(rows: &str, strings: &str) -> Vec<u8> {
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd.mm.yyyy"/></numFmts>
        <cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>
        <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/></cellXfs></styleSheet>"#;
    let book = r#"<workbook xmlns:r="r"><sheets><sheet name="Продажи" sheetId="7" r:id="r1"/></sheets></workbook>"#;
    let relations = rels(&[
        ("r1", "worksheet", "worksheets/sheet1.xml"),
        ("r2", "sharedStrings", "sharedStrings.xml"),
        ("r3", "styles", "styles.xml"),
    ]);
    zip(&[
        TYPES,
        ("xl/workbook.xml", book),
        ("xl/_rels/workbook.xml.rels", &relations),
        ("xl/worksheets/sheet1.xml", &format!("<worksheet><sheetData>{rows}</sheetData></worksheet>")),
        ("xl/sharedStrings.xml", strings),
        ("xl/styles.xml", styles),
    ])
}

/// A presentation of these slides, in this order; their parts are named in the opposite one.
pub(crate) fn pptx(slides: &[&str]) -> Vec<u8> {
    let count = slides.len();
    let part = |index: usize| format!("slides/slide{}.xml", count - index);
    let ids: String = (0..count).map(|index| format!(r#"<p:sldId id="{}" r:id="r{index}"/>"#, 256 + index)).collect();
    let relations: String = (0..count)
        .map(|index| format!(r#"<Relationship Id="r{index}" Type="x/slide" Target="{}"/>"#, part(index)))
        .collect();
    let slides: Vec<(String, String)> = slides
        .iter()
        .enumerate()
        .map(|(index, slide)| (format!("ppt/{}", part(index)), format!("<p:sld>{slide}</p:sld>")))
        .collect();
    let main = format!("<p:presentation><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>");
    let relations = format!("<Relationships>{relations}</Relationships>");
    let notes = rels(&[("n", "notesSlide", "../notesSlides/n.xml")]);
    let first = format!("ppt/slides/_rels/slide{count}.xml.rels");
    let mut members = vec![
        TYPES,
        ("ppt/presentation.xml", main.as_str()),
        ("ppt/_rels/presentation.xml.rels", relations.as_str()),
        (first.as_str(), notes.as_str()),
        ("ppt/notesSlides/n.xml", "<p:notes><a:p><a:r><a:t>Сказать о сроках</a:t></a:r></a:p></p:notes>"),
    ];
    members.extend(slides.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    zip(&members)
}

/// A text of OpenDocument.
pub(crate) fn odt(body: &str) -> Vec<u8> {
    let content = format!("<office:document-content><office:body>{body}</office:body></office:document-content>");
    zip(&[
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("content.xml", &content),
        ("meta.xml", "<office:meta><dc:title>Записка</dc:title></office:meta>"),
    ])
}

/// A PDF, one text in Latin letters for each page, without a table of objects: readers make it anew.
pub(crate) fn pdf(pages: &[&str]) -> Vec<u8> {
    let kids: String = (0..pages.len()).map(|index| format!("{} 0 R ", 10 + index * 2)).collect();
    let mut file = format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
         2 0 obj<</Type/Pages/Count {}/Kids[{kids}]>>endobj\n\
         3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n",
        pages.len()
    );
    for (index, text) in pages.iter().enumerate() {
        let (page, stream) = (10 + index * 2, 11 + index * 2);
        let lines: String = text.split('\n').map(|line| format!("({line}) Tj 0 -30 Td ")).collect();
        let content = format!("BT /F1 18 Tf 50 780 Td {lines}ET");
        file.push_str(&format!(
            "{page} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents {stream} 0 R\
             /Resources<</Font<</F1 3 0 R>>>>>>endobj\n\
             {stream} 0 obj<</Length {}>>stream\n{content}\nendstream endobj\n",
            content.len()
        ));
    }
    file.push_str("trailer<</Root 1 0 R>>\n%%EOF\n");
    file.into_bytes()
}
