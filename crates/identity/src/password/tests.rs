use rstest::rstest;

use super::*;

fn secret(text: &str) -> SecretString {
    text.into()
}

#[test]
fn a_password_is_known_again_and_no_other_is() {
    let passwords = Passwords::new().unwrap();
    let stored = passwords.hash(&secret("Correct-h0rse!")).unwrap();
    assert!(stored.expose().starts_with("$argon2id$v=19$m=32768,t=3,p=1$"), "{}", stored.expose());
    assert!(passwords.verify(&secret("Correct-h0rse!"), Some(&stored)));
    for wrong in ["correct-h0rse!", "Correct-h0rse! ", "", "Correct-h0rse"] {
        assert!(!passwords.verify(&secret(wrong), Some(&stored)), "{wrong:?}");
    }
}

#[test]
fn the_same_password_is_kept_differently_each_time() {
    let passwords = Passwords::new().unwrap();
    assert_ne!(passwords.hash(&secret("admin")).unwrap(), passwords.hash(&secret("admin")).unwrap());
}

#[test]
fn nobody_has_no_password_and_costs_as_much_as_somebody() {
    let passwords = Passwords::new().unwrap();
    let stored = passwords.hash(&secret("admin")).unwrap();
    let parameters = |hash: &Hashed| PasswordHash::new(hash.expose()).unwrap().params.to_string();
    assert_eq!(parameters(&passwords.nobody), parameters(&stored));
    let length = |hash: &Hashed| PasswordHash::new(hash.expose()).unwrap().hash.unwrap().len();
    assert_eq!(length(&passwords.nobody), length(&stored));
    assert!(!passwords.verify(&secret("admin"), None));
}

#[test]
fn what_is_no_hash_lets_nobody_in() {
    let passwords = Passwords::new().unwrap();
    for broken in ["", "admin", "$argon2id$v=19$m=32768,t=3,p=1$", "$2b$12$abcdefghijklmnopqrstuv"] {
        assert!(!passwords.verify(&secret(broken), Some(&Hashed::new(broken))), "{broken:?}");
    }
    assert!(!passwords.verify(&secret(&"a".repeat(LONGEST_BYTES + 1)), None));
}

#[test]
fn neither_a_password_nor_its_hash_can_be_printed() {
    let passwords = Passwords::new().unwrap();
    let stored = passwords.hash(&secret("canary")).unwrap();
    assert_eq!(format!("{passwords:?} {stored:?}"), "Passwords(..) Hashed(..)");
}

#[rstest]
#[case("Aa1!aaaa", Ok(()))]
#[case("Пароль1!", Ok(()))]
#[case("Aa1!aaa", Err(PasswordFault::TooShort))]
#[case("aa1!aaaa", Err(PasswordFault::NoUpperCase))]
#[case("AA1!AAAA", Err(PasswordFault::NoLowerCase))]
#[case("Aaa!aaaa", Err(PasswordFault::NoDigit))]
#[case("Aa11aaaa", Err(PasswordFault::NoSpecial))]
#[case("Aa11aaa-", Err(PasswordFault::NoSpecial))]
fn a_new_password_follows_the_rules(#[case] password: &str, #[case] expected: Result<(), PasswordFault>) {
    assert_eq!(check_new_password(password), expected);
}

#[test]
fn a_new_password_has_at_most_72_characters_however_many_bytes_they_take() {
    let long = |letters: usize| format!("Aa1!{}", "я".repeat(letters));
    assert_eq!(check_new_password(&long(68)), Ok(()));
    assert_eq!(check_new_password(&long(69)), Err(PasswordFault::TooLong));
}

#[test]
fn a_password_is_known_again_in_every_form_of_its_letters() {
    let passwords = Passwords::new().unwrap();
    let (composed, decomposed) = ("Au\u{E9}-42!", "Aue\u{301}-42!");
    for (chosen, typed) in [(composed, decomposed), (decomposed, composed), ("a\u{A0}b", "a b")] {
        let stored = passwords.hash(&secret(chosen)).unwrap();
        assert!(passwords.verify(&secret(typed), Some(&stored)), "{chosen:?} {typed:?}");
    }
}

#[test]
fn a_hash_of_the_letters_as_they_were_typed_still_works() {
    let passwords = Passwords::new().unwrap();
    for typed in ["Aue\u{301}-42!", "Au\u{E9}-42!"] {
        let old: PasswordHash = passwords.argon2.hash_password_with_salt(typed.as_bytes(), &[7; 16]).unwrap();
        let stored = Hashed::new(old.to_string());
        for now in ["Aue\u{301}-42!", "Au\u{E9}-42!"] {
            assert!(passwords.verify(&secret(now), Some(&stored)), "{typed:?} {now:?}");
        }
    }
}
