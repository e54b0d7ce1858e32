use super::{Catalogue, Origin};

const OWN: &str = "\
key: own
title: {ru: Свой, en: Own}
hosts: {main: 'https://own.example'}
modules:
  - {key: m, title: {ru: М, en: M}, operations: [{key: o, summary: {ru: О, en: O}, access: read, path: /o}]}
";

#[test]
fn every_shipped_connector_is_whole() {
    let (catalogue, warnings) = Catalogue::new(&[]);
    assert!(warnings.is_empty(), "{warnings:#?}");
    let keys: Vec<&str> = catalogue.iter().map(|listed| listed.connector.key.as_str()).collect();
    assert_eq!(keys, super::SHIPPED.map(|(file, _)| file.trim_end_matches(".yaml")));
}

#[test]
fn every_shipped_operation_has_its_texts_and_an_example() {
    let (catalogue, _) = Catalogue::new(&[]);
    for listed in catalogue.iter() {
        let connector = &listed.connector;
        let generic = matches!(connector.key.as_str(), "http" | "jsonrpc");
        assert!(generic || connector.operations().count() >= 10, "{}", connector.key);
        assert!(generic || (connector.probe.is_some() && !connector.recipes.is_empty()), "{}", connector.key);
        for (_, operation) in connector.operations() {
            let name = format!("{} {}", connector.key, operation.key);
            assert!(!operation.summary.ru.is_empty() && !operation.summary.en.is_empty(), "{name}");
            assert!(!operation.examples.is_empty(), "{name}");
        }
    }
}

#[test]
fn the_operators_files_are_added_and_a_broken_one_is_left_out_with_its_line() {
    let files = [
        ("own.yaml".to_owned(), OWN.to_owned()),
        ("broken.yaml".to_owned(), OWN.replace("access: read", "access: maybe")),
        ("twice.yaml".to_owned(), OWN.to_owned()),
    ];
    let (catalogue, warnings) = Catalogue::new(&files);
    assert_eq!(catalogue.get("own").unwrap().origin, Origin::Operator);
    let told: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("broken.yaml:5: ") && told[1].starts_with("twice.yaml:1: "), "{told:?}");
    assert_eq!(told.len(), 2);
}
