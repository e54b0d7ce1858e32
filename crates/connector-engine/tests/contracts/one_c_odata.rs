use serde_json::json;

use crate::service::{Service, ok, status};

async fn service() -> Service {
    let credential = json!({"base": "http://server.example/base", "username": "Админ", "password": "пароль"});
    Service::start("one_c_odata", &["server.example"], credential).await
}

#[tokio::test]
async fn requests_are_as_documented() {
    let key = "0d4a79ab-1f1c-11e8-9c5c-00155d000b01";
    let catalog = "Catalog_%D0%A2%D0%BE%D0%B2%D0%B0%D1%80";
    let entity = "Catalog_Товар";
    let at = "server.example/base/odata/standard.odata";
    let one = format!("{at}/{catalog}(guid'{key}')");
    let lines: Vec<String> = [
        format!("GET {at}/$metadata"),
        format!("GET {at}/{catalog}?$filter=Code%20eq%20%271%27&$select=Ref_Key,Code&$top=10"),
        format!("GET {one}?$select=Code"),
        format!("POST {at}/{catalog}"),
        format!("PATCH {one}"),
        format!("DELETE {one}"),
        format!("POST {one}/Post?PostingModeOperational=false"),
        format!("POST {one}/Unpost"),
        format!("GET {at}/InformationRegister_X/SliceLast(Period=datetime'2026-10-01T00:00:00',Condition='A%20eq%20''x''')?$top=100"),
        format!("GET {at}/AccumulationRegister_X/Balance()?$top=100"),
        format!("GET {at}/AccumulationRegister_X/Turnovers(StartPeriod=datetime'2026-10-01T00:00:00')?$top=100"),
        format!("GET {at}/AccountingRegister_X/Balance(AccountCondition='Code%20eq%20''41''')?$top=100"),
        format!("GET {at}/AccumulationRegister_X_RecordType?$top=100"),
    ]
    .into();
    let of = |more: serde_json::Value| {
        let mut params = json!({"entity": entity, "key": key});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let rows = [
        ("metadata", json!({}), &*lines[0], ""),
        (
            "query",
            json!({"entity": entity, "filter": "Code eq '1'", "select": ["Ref_Key", "Code"], "top": 10}),
            &lines[1],
            "",
        ),
        ("get", of(json!({"select": ["Code"]})), &lines[2], ""),
        (
            "create",
            json!({"entity": entity, "object": {"Description": "Ложка"}}),
            &lines[3],
            r#"{"Description":"Ложка"}"#,
        ),
        (
            "update",
            of(json!({"object": {"Description": "Вилка"}, "load_mode": true})),
            &lines[4],
            r#"{"Description":"Вилка"}"#,
        ),
        ("mark_deleted", of(json!({})), &lines[4], r#"{"DeletionMark":true}"#),
        ("delete", of(json!({})), &lines[5], ""),
        ("post", of(json!({})), &lines[6], ""),
        ("unpost", of(json!({})), &lines[7], ""),
        (
            "slice_last",
            json!({"register": "InformationRegister_X", "period": "2026-10-01T00:00:00", "condition": "A eq 'x'"}),
            &lines[8],
            "",
        ),
        ("balance", json!({"register": "AccumulationRegister_X"}), &lines[9], ""),
        ("turnovers", json!({"register": "AccumulationRegister_X", "start": "2026-10-01T00:00:00"}), &lines[10], ""),
        (
            "account_balance",
            json!({"register": "AccountingRegister_X", "account_condition": "Code eq '41'"}),
            &lines[11],
            "",
        ),
        ("records", json!({"register": "AccumulationRegister_X"}), &lines[12], ""),
    ];
    let headers = [("authorization", "Basic 0JDQtNC80LjQvTrQv9Cw0YDQvtC70Yw=")];
    service().await.sends(&headers, &ok(&json!({"value": []})), &rows).await;
}

#[tokio::test]
async fn rows_go_on_by_skip_and_errors_have_their_words() {
    let service = service().await;
    service.answers([ok(&json!({"value": [{"n": 1}, {"n": 2}]})), ok(&json!({"value": [{"n": 3}]}))]);
    let outcome = service.all_pages("query", &json!({"entity": "Catalog_X", "top": 2})).await;
    assert_eq!((outcome.data.as_array().unwrap().len(), outcome.pages), (3, 2));
    assert_eq!(service.seen()[1].line, "GET server.example/base/odata/standard.odata/Catalog_X?$top=2&$skip=2");
    let error = json!({"odata.error": {"code": "9", "message": {"lang": "ru", "value": "Тип не найден"}}});
    service.answers([status(404, &[], &error.to_string())]);
    let told = service.call("query", &json!({"entity": "Catalog_X"})).await.unwrap_err().to_string();
    assert!(told.starts_with("the service answered 404 9: Тип не найден (There is no such object"), "{told}");
    // Neither a name nor a key can lead to another place.
    for params in [json!({"entity": "../x"}), json!({"entity": "A?b"}), json!({"entity": "A", "key": "1'"})] {
        assert!(service.call("get", &params).await.is_err(), "{params}");
    }
}
