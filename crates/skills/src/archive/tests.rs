//! Zips that are as they should be, and a corpus of those that are not.

use artel_domain::SkillName;
use serde_json::Map;

use super::*;

/// Two of them are more than a skill may have.
const HALF: usize = 6 * 1024 * 1024;
const TEXT: &str = "---\nname: report\ndescription: d\n---\nHow.\n";

/// Zips by hand, so that each header can lie.
#[derive(Default)]
struct Zip {
    bytes: Vec<u8>,
    list: Vec<u8>,
    entries: u16,
}

struct Entry<'a> {
    name: &'a [u8],
    content: &'a [u8],
    /// 0: as it is; 8: deflate.
    method: u16,
    flags: u16,
    /// What its header says of the bytes that come out.
    claims: u32,
    crc: u32,
    mode: u32,
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

fn entry<'a>(name: &'a str, content: &'a [u8]) -> Entry<'a> {
    let claims = u32::try_from(content.len()).unwrap();
    Entry { name: name.as_bytes(), content, method: 0, flags: 0x800, claims, crc: crc(content), mode: 0o100_644 }
}

impl Zip {
    fn with(mut self, entry: &Entry<'_>) -> Self {
        let offset = u32::try_from(self.bytes.len()).unwrap();
        let packed = u32::try_from(entry.content.len()).unwrap();
        let length = u16::try_from(entry.name.len()).unwrap();
        let mut common = Vec::new();
        for half in [20, entry.flags, entry.method, 0, 0x21] {
            common.extend_from_slice(&u16::to_le_bytes(half));
        }
        for word in [entry.crc, packed, entry.claims] {
            common.extend_from_slice(&u32::to_le_bytes(word));
        }
        common.extend_from_slice(&length.to_le_bytes());
        common.extend_from_slice(&[0, 0]);
        self.bytes.extend_from_slice(b"PK\x03\x04");
        self.bytes.extend_from_slice(&common);
        self.bytes.extend_from_slice(entry.name);
        self.bytes.extend_from_slice(entry.content);
        self.list.extend_from_slice(b"PK\x01\x02\x14\x03");
        self.list.extend_from_slice(&common);
        self.list.extend_from_slice(&[0; 6]);
        self.list.extend_from_slice(&(entry.mode << 16).to_le_bytes());
        self.list.extend_from_slice(&offset.to_le_bytes());
        self.list.extend_from_slice(entry.name);
        self.entries += 1;
        self
    }

    fn end(self) -> Vec<u8> {
        let Self { mut bytes, list, entries } = self;
        let (at, length) = (u32::try_from(bytes.len()).unwrap(), u32::try_from(list.len()).unwrap());
        bytes.extend_from_slice(&list);
        bytes.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        bytes.extend_from_slice(&entries.to_le_bytes());
        bytes.extend_from_slice(&entries.to_le_bytes());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&at.to_le_bytes());
        bytes.extend_from_slice(&[0, 0]);
        bytes
    }
}

/// A skill with one more entry.
fn and(entry: &Entry<'_>) -> Vec<u8> {
    Zip::default().with(&self::entry("report/SKILL.md", TEXT.as_bytes())).with(entry).end()
}

fn folder() -> Folder {
    let file =
        |path: &str, content: &[u8]| SkillFile { path: SkillPath::parse(path).unwrap(), content: content.to_vec() };
    Folder {
        text: SkillText {
            name: SkillName::parse("report").unwrap(),
            description: "Отчёт: d".to_owned(),
            extra: Map::new(),
            prompt: "How.".to_owned(),
        },
        files: vec![file("a.bin", &[0, 1, 255]), file("шаблоны/отчёт 1.md", "# Отчёт".as_bytes())],
    }
}

/// So many zeros, packed.
fn packed(zeros: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("zeros", SimpleFileOptions::default()).unwrap();
    zip.write_all(&vec![0; zeros]).unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let end = zip.windows(4).position(|window| window == ENTRY).unwrap();
    zip[30 + "zeros".len()..end].to_vec()
}

#[test]
fn what_is_packed_is_unpacked_as_it_was() {
    let zip = pack(&folder()).unwrap();
    assert_eq!(unpack(&zip), Ok(folder()));
    assert_eq!(pack(&folder()).unwrap(), zip, "the same bytes each time");
}

#[test]
fn a_skill_may_stand_at_the_top_with_what_systems_leave_there() {
    let zip = Zip::default()
        .with(&Entry { mode: 0o040_755, ..entry("scripts/", b"") })
        .with(&entry("scripts/a.py", b"1"))
        .with(&entry("SKILL.md", TEXT.as_bytes()))
        .with(&entry("__MACOSX/._SKILL.md", b"x"))
        .with(&entry(".DS_Store", b"x"))
        .with(&Entry { mode: 0, ..entry("b.md", b"") });
    let skill = unpack(&zip.end()).unwrap();
    let paths: Vec<_> = skill.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!((paths, skill.text.prompt.as_str()), (vec!["b.md", "scripts/a.py"], "How."));
}

#[test]
fn hostile_zips_are_refused_with_what_is_wrong() {
    let link = Entry { mode: 0o120_777, ..entry("report/link", b"/etc/passwd") };
    let device = Entry { mode: 0o060_644, ..entry("report/disk", b"") };
    let fifo = Entry { mode: 0o010_644, ..entry("report/fifo", b"") };
    let (bomb, small, of_half) = (packed(11 * 1024 * 1024), packed(HALF), crc(&vec![0; HALF]));
    let lies = |content, claims| Entry { method: 8, claims, crc: 0, ..entry("report/zeros", content) };
    let half = |name| Entry { method: 8, crc: of_half, claims: HALF as u32, ..entry(name, &small) };
    let twice = Zip::default()
        .with(&entry("report/SKILL.md", TEXT.as_bytes()))
        .with(&half("report/one"))
        .with(&half("report/two"));
    let many = (0..1001).fold(Zip::default(), |zip, number| zip.with(&entry(&format!("report/{number}"), b"")));
    let files = (0..101).fold(Zip::default().with(&entry("SKILL.md", TEXT.as_bytes())), |zip, number| {
        zip.with(&entry(&format!("f{number}"), b""))
    });
    let named = |name| and(&entry(name, b"x"));
    let mut cut = pack(&folder()).unwrap();
    cut.truncate(cut.len() / 2);
    let mut flipped = and(&entry("report/a", b"some bytes"));
    let at = flipped.windows(10).position(|window| window == b"some bytes").unwrap();
    flipped[at] = b'S';
    let corpus: Vec<(&str, Vec<u8>, &str)> = vec![
        ("not a zip", b"# SKILL".to_vec(), "zip cannot be read as a zip"),
        ("nothing", Vec::new(), "zip cannot be read as a zip"),
        ("cut off", cut, "zip cannot be read as a zip"),
        ("a bit flipped", flipped, "zip is damaged"),
        ("a link", and(&link), "zip has \"report/link\", which is a link or no file"),
        ("a device", and(&device), "zip has \"report/disk\", which is a link or no file"),
        ("a pipe", and(&fifo), "zip has \"report/fifo\", which is a link or no file"),
        ("an absolute name", named("/etc/passwd"), "zip has the name \"/etc/passwd\", which must be relative"),
        ("a way out", named("report/../../x"), "zip has the name \"report/../../x\", which has '.' or '..'"),
        ("a way out to another skill", named("../other/SKILL.md"), "zip has the name \"../other/SKILL.md\", which has"),
        (
            "a way out by backslashes",
            named("report\\..\\..\\x"),
            "zip has the name \"report\\\\..\\\\..\\\\x\", which must",
        ),
        ("a drive", named("C:/x"), "zip has the name \"C:/x\", which must be relative"),
        ("a NUL in a name", named("report/a\0.md"), "zip has the name \"report/a\\0.md\", which has a control"),
        ("a long name", named(&format!("report/{}", "x".repeat(300))), "zip has the name \"report/xxxx"),
        ("no UTF-8", and(&Entry { name: b"report/\xff", ..entry("", b"") }), "zip has a name that is not UTF-8"),
        ("a bomb", and(&lies(&bomb, 11 * 1024 * 1024)), "The skill has more than 10 MiB when it is unpacked."),
        ("a bomb that says it is small", and(&lies(&bomb, 10)), "zip is damaged"),
        ("two halves of a bomb", twice.end(), "The skill has more than 10 MiB when it is unpacked."),
        (
            "an absolute skill",
            Zip::default().with(&entry("/SKILL.md", TEXT.as_bytes())).end(),
            "zip has the name \"/SKILL.md\", which",
        ),
        ("more than it says", and(&lies(&small, 10)), "zip is damaged"),
        ("1001 entries", many.end(), "zip has more than 1000 entries"),
        ("101 files", files.end(), "files has 101 files"),
        ("one name twice", and(&entry("report/SKILL.md", TEXT.as_bytes())), "zip has two entries of one name"),
        (
            "one name but for case",
            and(&entry("report/skill.md", b"x")),
            "zip has the name \"skill.md\", which is SKILL.md",
        ),
        (
            "a file in a file",
            Zip::default()
                .with(&entry("SKILL.md", TEXT.as_bytes()))
                .with(&entry("a", b""))
                .with(&entry("a/b", b""))
                .end(),
            "files has a/b, which lies in another file",
        ),
        ("encrypted", and(&Entry { flags: 0x801, ..entry("report/a", b"0123456789abcdef") }), "zip is encrypted"),
        (
            "another method",
            and(&Entry { method: 14, ..entry("report/a", b"x") }),
            "zip is damaged: compression method not supported",
        ),
        ("another skill beside it", named("other/a.md"), "zip has \"other/a.md\" beside the skill's folder"),
        (
            "another folder",
            Zip::default().with(&entry("other/SKILL.md", TEXT.as_bytes())).end(),
            "name is report, and its folder is called \"other\"",
        ),
        ("no skill", Zip::default().with(&entry("report/a.md", b"x")).end(), "zip has no SKILL.md"),
        ("no text", Zip::default().with(&entry("SKILL.md", b"---\nname: \xff")).end(), "SKILL.md must be UTF-8"),
    ];
    assert!(corpus.len() >= 12);
    for (what, zip, why) in corpus {
        let told = unpack(&zip).unwrap_err().to_string();
        assert!(told.starts_with(why), "{what}: {told}");
    }
}

#[test]
fn a_zip_may_be_cut_anywhere_and_changed_anywhere() {
    let zip = pack(&folder()).unwrap();
    for end in 0..zip.len() {
        assert!(unpack(&zip[..end]).is_err(), "cut at {end}");
    }
    for at in 0..zip.len() {
        let mut changed = zip.clone();
        changed[at] ^= 0x55;
        // It may be the same skill still (a time, say); what matters is that nothing breaks.
        if let Ok(unpacked) = unpack(&changed) {
            assert!(unpacked.files.len() <= 2);
        }
    }
}
