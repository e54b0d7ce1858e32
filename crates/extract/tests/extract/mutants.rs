//! Files with a few bytes changed, cut off or repeated. What is read of them does not matter; a panic does.

use std::time::{Duration, Instant};

use artel_extract::{Limits, Size, passages};
use fastrand::Rng;

use crate::files::{docx, odt, p, pptx, read_within, xlsx};

/// Changes of each file; `EXTRACT_MUTANTS` asks for more.
const CHANGES: u64 = 400;
const LONGEST: Duration = Duration::from_secs(10);

#[test]
fn no_change_of_a_file_is_a_panic() {
    let changes = std::env::var("EXTRACT_MUTANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(CHANGES);
    let limits = Limits { unpacked_bytes: 1 << 20, text_bytes: 1 << 20, seconds: 5, ..Limits::default() };
    for (index, file) in files().iter().enumerate() {
        for seed in 0..changes {
            let mutant = changed(file, &mut Rng::with_seed(seed));
            let started = Instant::now();
            if let Ok(document) = read_within(&mutant, limits.clone()) {
                passages(&document, Size { target: 20, most: 30 });
            }
            assert!(started.elapsed() < LONGEST, "file {index}, seed {seed}");
        }
    }
}

fn files() -> Vec<Vec<u8>> {
    let stored = |text: &str| text.as_bytes().to_vec();
    vec![
        docx(&(p("1", "Заголовок") + "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>" + &p("", "Абзац"))),
        xlsx("<row><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" s=\"1\"><v>46147</v></c></row>"),
        pptx(&["<a:p><a:r><a:t>x</a:t></a:r></a:p>"]),
        odt("<text:h>Заголовок</text:h><text:p>Абзац</text:p>"),
        stored(
            "# a\n\n- b\n  - c\n\n| d | e |\n|---|---|\n| f | g |\n\n[h]: i\n\n```\nj\n```\n<p>k</p> [^1]\n\n[^1]: l",
        ),
        stored("<!DOCTYPE html><title>a</title><h1>b</h1><ul><li>c</ul><table><tr><td>d<td>e</table><pre>f</pre>&amp;"),
        stored("a;b;c\n1;\"2\n\";3\n4;5;6\n"),
        stored(
            "From: a@b.c\r\nTo: =?koi8-r?B?8NLJ18XU?= <d@e.f>\r\nDate: Tue, 5 May 2026 10:00:00 +0300\r\n\
                Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>g\r\n--x\r\n\
                Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nRnJvbTogYQ==\r\n--x--\r\n",
        ),
        "1. Предмет\n\n1.1. Текст,\nещё.\n\n- пункт\n".encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ]
}

fn changed(file: &[u8], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = file.to_vec();
    for _ in 0..rng.usize(1..6) {
        if bytes.is_empty() {
            break;
        }
        let (at, other) = (rng.usize(..bytes.len()), rng.usize(..bytes.len()));
        match rng.u8(..6) {
            0 => bytes[at] = rng.u8(..),
            1 => bytes[at] ^= 1 << rng.u8(..8),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at.min(other)..at.max(other))),
            4 => bytes.insert(at, rng.choice(b"<>&\"|#-\n\0;=/".iter().copied()).unwrap_or_default()),
            _ => {
                let piece = bytes[at.min(other)..at.max(other)].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}
