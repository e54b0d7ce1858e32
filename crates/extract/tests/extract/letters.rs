use artel_extract::Kind;
use encoding_rs::KOI8_R;

use crate::files::{outline, read};

type Checked = Result<(), artel_extract::Refusal>;

const LETTER: &str = "From: =?utf-8?B?0JDQvdC90LA=?= <anna@example.com>\r\nTo: bob@example.com\r\n\
    Subject: =?utf-8?B?0JTQvtCz0L7QstC+0YA=?=\r\nDate: Tue, 5 May 2026 10:00:00 +0300\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n\
    --y\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nДобрый день.\r\n\r\n- первое\r\n- второе\r\n\
    --y\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Добрый день.\r\n--y--\r\n\
    --x\r\nContent-Type: application/pdf; name=\"scan.pdf\"\r\nContent-Disposition: attachment;\r\n \
    filename*=UTF-8''%D1%81%D1%87%D1%91%D1%82.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n\
    --x\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@example.com\r\nSubject: inner\r\n\r\nInner text.\r\n--x--\r\n";

#[test]
fn a_letter_names_people_text_attachments_and_letters_within() -> Checked {
    let document = read(LETTER.as_bytes())?;
    assert_eq!(
        outline(&document),
        "# Договор\nFrom: Анна <anna@example.com>\nTo: bob@example.com\nDate: 2026-05-05T10:00:00+03:00\nДобрый день.\n\
         - первое\n- второе\n- Attachment: счёт.pdf\n## inner\nFrom: c@example.com\nInner text."
    );
    assert_eq!((document.kind, document.title.as_str()), (Kind::Mail, "Договор"));
    let [attachment] = document.attachments.as_slice() else { unreachable!("{:?}", document.attachments) };
    assert_eq!((attachment.name.as_str(), attachment.media_type.as_str()), ("счёт.pdf", "application/pdf"));
    assert_eq!(attachment.bytes, 5);
    Ok(())
}

#[test]
fn a_letter_that_is_only_a_page_is_read_as_one() -> Checked {
    let head = "From: a@b.c\nTo: d@e.f\nSubject: x\nContent-Type: text/html; charset=koi8-r\n\n";
    let bytes = [head.as_bytes(), &KOI8_R.encode("<h2>Счёт</h2><p>Оплатите").0].concat();
    let document = read(&bytes)?;
    assert_eq!(outline(&document), "# x\nFrom: a@b.c\nTo: d@e.f\n## Счёт\nОплатите");
    Ok(())
}
