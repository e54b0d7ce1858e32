use super::parse;

const SMALL: &str = "\
key: weather
title: {ru: Погода, en: Weather}
hosts:
  main: https://api.weather.example
credential:
  token:
    title: {ru: Ключ, en: Key}
    required: true
auth:
  - key: token
    send:
      - header: {name: Authorization, value: 'Bearer {token}'}
modules:
  - key: forecasts
    title: {ru: Прогнозы, en: Forecasts}
    operations:
      - key: today
        summary: {ru: Сегодня, en: Today}
        access: read
        path: /v1/{city}
        parameters:
          city: {in: path, required: true, schema: {type: string}}
          lang: {in: query}
";

fn faults(change: impl Fn(&str) -> String) -> Vec<String> {
    match parse("weather.yaml", &change(SMALL)) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn a_small_connector_is_read() {
    let connector = parse("weather.yaml", SMALL).unwrap();
    let (module, operation) = connector.operation("today").unwrap();
    assert_eq!((module.key.as_str(), operation.path.as_str()), ("forecasts", "/v1/{city}"));
    assert_eq!(operation.parameters.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["city", "lang"]);
}

#[test]
fn what_is_written_is_read_again_as_the_same() {
    let connector = parse("weather.yaml", SMALL).unwrap();
    let written = super::to_yaml(&connector).unwrap();
    assert_eq!(parse("again.yaml", &written).unwrap(), connector, "{written}");
}

#[test]
fn an_unknown_member_is_told_with_its_file_and_line() {
    let told = faults(|text| text.replace("        access: read\n", "        access: read\n        verb: GET\n"));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("weather.yaml:20: ") && told[0].contains("verb"), "{told:?}");
}

#[test]
fn a_wrong_value_inside_of_a_choice_is_told_with_its_line() {
    let told = faults(|text| text.replace("value: 'Bearer {token}'", "valu: 'Bearer {token}'"));
    assert!(told[0].starts_with("weather.yaml:12: ") && told[0].contains("valu"), "{told:?}");
    let told = faults(|text| text.replace("access: read", "access: reads"));
    assert!(told[0].starts_with("weather.yaml:19: ") && told[0].contains("read"), "{told:?}");
    let told = faults(|text| text.replace("{in: query}", "{in: query, at: [1]}"));
    assert!(told[0].starts_with("weather.yaml:23: "), "{told:?}");
}

#[test]
fn parts_that_do_not_fit_together_are_told_all_at_once() {
    let told = faults(|text| {
        text.replace("/v1/{city}", "/v1/{town}")
            .replace("'Bearer {token}'", "'Bearer {key}'")
            .replace("lang: {in: query}", "lang: {in: body}")
    });
    let expect = [
        ("weather.yaml:10: ", "{key}"),
        ("weather.yaml:17: ", "{town}"),
        ("weather.yaml:22: ", "city"),
        ("weather.yaml:23: ", "body"),
    ];
    for (start, word) in expect {
        assert!(told.iter().any(|fault| fault.starts_with(start) && fault.contains(word)), "{start}{word}: {told:#?}");
    }
}

#[test]
fn text_that_is_no_yaml_is_told_with_its_line() {
    let told = faults(|text| text.replace("hosts:\n", "hosts: [\n"));
    assert!(told[0].starts_with("weather.yaml:"), "{told:?}");
    assert!(!told[0].contains('\n'), "{told:?}");
}

#[test]
fn an_http_host_is_refused_unless_the_credential_brings_it() {
    let told = faults(|text| text.replace("https://api", "http://api"));
    assert!(told[0].contains("https://"), "{told:?}");
}

#[test]
fn a_header_of_the_connection_is_refused_wherever_it_stands() {
    let with = |from: &'static str, to: &'static str| faults(move |text| text.replace(from, to));
    for told in [
        with("{name: Authorization,", "{name: Content-Length,"),
        with("hosts:\n", "headers: {Transfer-Encoding: chunked}\nhosts:\n"),
        with("access: read\n", "access: read\n        always: {headers: {Host: x}}\n"),
        with("access: read\n", "access: read\n        idempotency: {in: header, name: Expect}\n"),
    ] {
        assert!(told.iter().any(|fault| fault.contains("belongs to the connection")), "{told:?}");
    }
}
