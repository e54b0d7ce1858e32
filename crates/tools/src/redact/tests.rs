use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

use super::Redactor;

const SECRET: &str = "qcanary/WW=99 Ж+\"\\x";

fn redactor(secret: &str) -> Redactor {
    let mut redactor = Redactor::default();
    redactor.hide(secret);
    redactor
}

fn percent(text: &str, encodes: impl Fn(u8) -> bool, upper: bool) -> String {
    let one = |byte: u8| match (encodes(byte), upper) {
        (true, true) => format!("%{byte:02X}"),
        (true, false) => format!("%{byte:02x}"),
        (false, _) => char::from(byte).to_string(),
    };
    text.bytes().map(one).collect()
}

#[test]
fn a_secret_is_hidden_in_every_form_and_place() {
    let mut redactor = redactor("s3cr t/");
    redactor.hide("s3cr t/longer");
    let mut value = json!({"s3cr t/": ["a s3cr t/ b", "q=s3cr%20t%2F", "q=s3cr+t%2F"], "n": 1, "x": "s3cr t/longer"});
    redactor.value(&mut value);
    assert_eq!(value, json!({"***": ["a *** b", "q=***", "q=***"], "n": 1, "x": "***"}));
}

#[test]
fn it_does_not_matter_which_characters_are_encoded_and_how() {
    let redactor = redactor(SECRET);
    let always = |byte: u8| !byte.is_ascii_graphic() || matches!(byte, b'"' | b'\\' | b'%');
    for upper in [true, false] {
        for kept in ["", "/", "/=", "-._~", ":@,=$!/", "abcdefghijklmnopqrstuvwxyzWW"] {
            let once = percent(SECRET, |byte| always(byte) || !kept.contains(char::from(byte)), upper);
            for written in [once.replace("%20", "+"), once.replace('%', "%25"), once] {
                assert_eq!(redactor.text(&format!("a={written}&b")), "a=***&b", "{written}");
            }
        }
    }
    let json = serde_json::to_string(SECRET).unwrap();
    let twice = serde_json::to_string(&json).unwrap();
    let units = SECRET.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<Vec<_>>().concat();
    let html = SECRET.chars().map(|letter| format!("&#{};", letter as u32)).collect::<Vec<_>>().concat();
    for written in [json.trim_matches('"'), twice.trim_matches(['"', '\\']), &json.replace('/', "\\/"), &units, &html] {
        let shown = redactor.text(&format!("<{written}>"));
        assert!(shown.contains("***") && !shown.contains("canary") && shown.len() <= 12, "{written}: {shown}");
    }
}

#[test]
fn a_secret_in_base64_or_hexadecimal_is_hidden() {
    assert_eq!(redactor("s3cret>>?").text("a czNjcmV0Pj4/ b czNjcmV0Pj4_ c"), "a *** b *** c");
    let redactor = redactor(SECRET);
    for before in ["", "a", "ab", "Bearer "] {
        let held = format!("{before}{SECRET}, and more");
        for written in
            [STANDARD.encode(&held), URL_SAFE_NO_PAD.encode(&held), STANDARD.encode(&held).replace('/', "\\/")]
        {
            assert!(redactor.text(&written).contains("***"), "{written}");
        }
    }
    let hex = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    assert_eq!(redactor.text(&format!("0x{hex} {}", hex.to_uppercase())), "0x*** ***");
}

/// As mail and many programs write long texts of base64.
fn in_lines(text: &str, columns: usize, line_break: &str) -> String {
    let lines: Vec<&str> = text.as_bytes().chunks(columns).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.join(line_break)
}

#[test]
fn a_secret_in_broken_lines_of_base64_or_hexadecimal_is_hidden() {
    let secret =
        "qcanary/WW=99 \u{416}+\"\\x, and as long as the keys of many services are: ????>>>>~~~~0123456789abcdef";
    let redactor = redactor(secret);
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    for before in ["", "a", "ab", &"c".repeat(40)] {
        let held = format!("{before}{secret}, and more");
        for encoded in [STANDARD.encode(&held), URL_SAFE_NO_PAD.encode(&held), hex(&held)] {
            for columns in [4, 19, 60, 64, 76] {
                for line_break in ["\n", "\r\n", "\n    ", " ", "\\n", "\\r\\n", "\\\\n", "\\u000a", "%0D%0A", "&#10;"]
                {
                    let written = in_lines(&encoded, columns, line_break);
                    let shown = redactor.text(&format!("key:\n{written}\nend"));
                    let left: String = shown.replace(line_break, "");
                    assert!(shown.contains("***") && shown.ends_with("\nend"), "{line_break:?} {columns}: {shown}");
                    assert!(left.len() < held.len() - secret.len() + 120, "{line_break:?} {columns}: {shown}");
                }
            }
        }
    }
    let mut value = json!({ "attachment": in_lines(&STANDARD.encode(secret), 76, "\r\n") });
    redactor.value(&mut value);
    assert_eq!(value, json!({ "attachment": "***" }));
    let once = in_lines(&STANDARD.encode(secret), 76, "\n");
    let cut = &once[..once.len() - 9];
    assert!(!redactor.beginning(&format!("token {cut}")).contains(&once[60..90]), "{cut}");
}

#[test]
fn what_lies_around_a_secret_in_broken_lines_stays() {
    let redactor = redactor("s3cret-canary-0123456789");
    let encoded = STANDARD.encode("s3cret-canary-0123456789");
    let text = format!("before {}\r\n{}\n  after", &encoded[..10], &encoded[10..]);
    assert_eq!(redactor.text(&text), "before ***\n  after");
    assert_eq!(redactor.text("s3cret-can\nary-0123456789 x"), "*** x");
    assert_eq!(redactor.text("a b\nc d e"), "a b\nc d e");
}

#[test]
fn a_number_that_is_a_secret_is_hidden() {
    let mut value = json!({"pin": 48_151_623, "n": 4815});
    redactor("48151623").value(&mut value);
    assert_eq!(value, json!({"pin": "***", "n": 4815}));
}

#[test]
fn secrets_that_overlap_leave_no_rest() {
    let mut redactor = redactor("first-half");
    redactor.hide("half-and-rest");
    assert_eq!(redactor.text("<first-half-and-rest>"), "<***>");
}

#[test]
fn the_beginning_of_a_secret_at_the_end_of_what_was_cut_is_hidden() {
    let redactor = redactor("s3cret-canary");
    assert_eq!(redactor.beginning("token s3cret-can"), "token ***");
    assert_eq!(redactor.beginning("token s3cret%2Dcan"), "token ***");
    assert_eq!(redactor.beginning("token s3c"), "token s3c");
    assert_eq!(redactor.text("token s3cret-can"), "token s3cret-can");
}

#[test]
fn a_secret_of_three_characters_does_not_spoil_the_answer() {
    assert_eq!(redactor("abc").text("abcdef"), "abcdef");
}

#[test]
fn innocent_text_stays_as_it_is() {
    for text in ["100% & \\ \\u12 %zz", "да \u{1f600}", "", "a+b c"] {
        assert_eq!(redactor(SECRET).text(text), text);
    }
}
