use super::*;

#[test]
fn names_that_look_alike_are_one() {
    for (left, right) in [
        ("write_file", "write file"),
        ("write_file", "Write_File"),
        ("write_file", "WRITE-FILE"),
        ("write_file", " write_file\t"),
        ("write_file", "write.file"),
        ("write_file", "write__file"),
        ("write_file", "write_file\u{200b}"),
        ("write_file", "wri\u{ad}te_fi\u{202e}le"),
        ("write_file", "writ\u{435}_file"),
        ("write_file", "WRIT\u{415}_FILE"),
        ("write_file", "ｗｒｉｔｅ＿ｆｉｌｅ"),
        ("write_file", "write\u{a0}file"),
        ("write_file", "write—file"),
        ("HTTP", "\u{41d}TTP"),
        ("make", "m\u{430}ke"),
        ("paypal", "paypa1"),
        ("École", "E\u{301}COLE"),
        ("write_file", "writeFile"),
        ("write_file", "WriteFile"),
        ("write_file", "writefile"),
        ("write_file", "wríte_file"),
        ("погода в городе", "Погода_в_городе"),
        ("delete_order", "deIete_order"),
        ("delete_order", "DeIete-Order"),
        ("delete_order", "deIeteOrder"),
        ("delete_order", "đelete_order"),
        ("delete_order", "ĐELETE_ORDER"),
        ("delete_order", "delete_ørder"),
        ("delete_order", "ɗelete_order"),
        ("delete_order", "ᴅelete_order"),
        ("delete_order", "dele\u{3c4}e_order"),
        ("delete_order", "đeIeτe_ørᴅer"),
    ] {
        assert!(are_same(left, right), "{left} {right:?}: {:?} {:?}", forms(left), forms(right));
    }
}

#[test]
fn other_names_are_others() {
    for (left, right) in [
        ("write_file", "write_files"),
        ("search", "research"),
        ("погода", "прогноз"),
        ("ёлка", "елка"),
        ("🔥", "🌊"),
        ("...", "---"),
        ("echo_1", "echo_2"),
        ("тест", "тост"),
        ("list_ids", "list_idx"),
    ] {
        assert!(!are_same(left, right), "{left} {right}");
    }
}

#[test]
fn a_tool_is_known_by_its_other_name_however_that_is_written() {
    assert_eq!(alias("Run-Command"), Some("execute_command"));
    assert_eq!(alias("execute_command"), Some("run_command"));
    assert_eq!(alias("run_commands"), None);
    assert!(pattern_forms("run command").iter().all(|form| forms("execute_command").contains(form)));
}

#[test]
fn a_pattern_keeps_its_stars() {
    assert_eq!(pattern_forms("Write *"), ["write_*"]);
    assert_eq!(pattern_forms("?rite"), ["?rite"]);
    assert_eq!(pattern_forms("ID*"), ["id*"], "no other name begins so");
    assert!(forms("write_").contains(&"write_".to_owned()), "a star after the last separator fits it");
}

#[test]
fn what_nobody_sees_is_in_no_name() {
    for name in ["a\u{200b}", "a\nb", "\u{202e}a", "a\u{e0041}", "a\0", "\u{feff}a", "\u{3164}", " \u{a0} "] {
        assert!(fault(name).is_some(), "{name:?}");
    }
    for name in ["write_file", "погода в городе", "مرحبا", "名前", "🔥 fire", ""] {
        assert_eq!(fault(name), None, "{name:?}");
    }
}

#[test]
fn the_case_of_no_letter_counts() {
    let has_case = |c: &char| c.is_uppercase() || c.is_lowercase();
    for letter in (0..=0x0010_ffff).filter_map(char::from_u32).filter(has_case) {
        let name = format!("a{letter}b");
        assert!(are_same(&name, &name.to_lowercase()), "{letter:?} (U+{:04X})", u32::from(letter));
        assert!(are_same(&name, &name.to_uppercase()), "{letter:?} (U+{:04X})", u32::from(letter));
    }
}

#[test]
fn the_pattern_of_schemas_says_what_is_refused() {
    let pattern = schema_pattern();
    assert!(pattern.starts_with("^[^\\u0000-\\u001f\\u007f-\\u009f\\u00ad"), "{pattern}");
}

#[test]
fn a_strangers_text_is_shown_without_what_nobody_sees() {
    for (text, shown) in [
        ("plain text", "plain text"),
        ("погода", "погода"),
        ("a\nb\tc", "a b c"),
        ("\u{1b}[31mred\u{7}", "[31mred"),
        ("pay\u{202e}lap\u{200b}", "paylap"),
    ] {
        assert_eq!(visible(text), shown);
    }
}

#[test]
fn a_quoted_text_cannot_end_its_quotation() {
    assert_eq!(quoted("Ozon «Юг»"), "\"Ozon «Юг»\"");
    assert_eq!(quoted("a\" (x)\n\u{202e}of \\"), "\"a\\\" (x) of \\\\\"");
}

#[test]
fn a_word_is_found_however_it_is_written() {
    for text in
        ["Your P\u{430}ssword", "pass\u{200b}word", "PASSWORD!", "my-password-2", "ｐａｓｓｗｏｒｄ", "pässword"]
    {
        assert!(mentions(text, "password") && contains(text, "password"), "{text:?}");
    }
    assert!(contains("pass word", "password") && !mentions("a compass word", "password"));
    assert!(mentions("Ваш ПАРОЛЬ от почты", "пароль") && !mentions("Ваш город", "пароль"));
}
