use serde_json::json;

use crate::service::{Service, ok, status};

const HOST: &str = "diadoc-api.kontur.ru";

async fn service() -> Service {
    let credential = json!({"client_id": "integrator", "client_secret": "s3cret-d", "refresh_token": "refresh-1"});
    let service = Service::start("diadoc", &[HOST, "identity.kontur.ru"], credential).await;
    service.answers([ok(&json!({"access_token": "access-1", "refresh_token": "refresh-2", "expires_in": 3600}))]);
    service.answers([ok(&json!({"Organizations": []}))]);
    service.call("my_organizations", &json!({})).await.unwrap();
    let seen = service.seen();
    assert_eq!(seen[0].line, "POST identity.kontur.ru/connect/token");
    assert_eq!(
        seen[0].body,
        "grant_type=refresh_token&client_id=integrator&client_secret=s3cret-d&refresh_token=refresh-1"
    );
    service
}

#[tokio::test]
async fn requests_are_as_documented() {
    let ids = json!({"box_id": "b", "message_id": "m", "entity_id": "e"});
    let message = json!({"message": {"FromBoxId": "b", "ToBoxId": "c", "DocumentAttachments": []}});
    let rows = [
        ("my_organizations", json!({}), "GET diadoc-api.kontur.ru/GetMyOrganizations?autoRegister=false", ""),
        (
            "counteragents",
            json!({"my_box_id": "b", "query": "Ромашка"}),
            "GET diadoc-api.kontur.ru/V3/GetCounteragents?myBoxId=b&query=%D0%A0%D0%BE%D0%BC%D0%B0%D1%88%D0%BA%D0%B0",
            "",
        ),
        (
            "org_by_inn",
            json!({"inn": "9656351023"}),
            "GET diadoc-api.kontur.ru/GetOrganizationsByInnKpp?inn=9656351023",
            "",
        ),
        (
            "documents",
            json!({"box_id": "b", "filter_category": "Any.Inbound", "from_document_date": "01.10.2026"}),
            "GET diadoc-api.kontur.ru/V3/GetDocuments?boxId=b&filterCategory=Any.Inbound&fromDocumentDate=01.10.2026&count=100",
            "",
        ),
        ("document", ids.clone(), "GET diadoc-api.kontur.ru/V3/GetDocument?boxId=b&messageId=m&entityId=e", ""),
        (
            "message",
            json!({"box_id": "b", "message_id": "m"}),
            "GET diadoc-api.kontur.ru/V5/GetMessage?boxId=b&messageId=m",
            "",
        ),
        ("entity_content", ids, "GET diadoc-api.kontur.ru/V4/GetEntityContent?boxId=b&messageId=m&entityId=e", ""),
        (
            "print_form",
            json!({"box_id": "b", "message_id": "m", "document_id": "d"}),
            "GET diadoc-api.kontur.ru/GeneratePrintForm?boxId=b&messageId=m&documentId=d",
            "",
        ),
        (
            "new_events",
            json!({"box_id": "b", "after_index_key": "k+1="}),
            "GET diadoc-api.kontur.ru/V7/GetNewEvents?boxId=b&afterIndexKey=k%2B1%3D&limit=100",
            "",
        ),
        (
            "post_message",
            message,
            "POST diadoc-api.kontur.ru/V3/PostMessage?operationId=key-1",
            r#"{"FromBoxId":"b","ToBoxId":"c","DocumentAttachments":[]}"#,
        ),
        (
            "post_patch",
            json!({"patch": {"BoxId": "b", "MessageId": "m"}}),
            "POST diadoc-api.kontur.ru/V3/PostMessagePatch?operationId=key-1",
            r#"{"BoxId":"b","MessageId":"m"}"#,
        ),
    ];
    let headers = [("authorization", "Bearer access-1"), ("accept", "application/json")];
    service().await.sends(&headers, &ok(&json!({})), &rows).await;
}

#[tokio::test]
async fn a_print_form_is_asked_for_again_until_it_is_there() {
    let service = service().await;
    let not_yet = || status(204, &[("retry-after", "0.05")], "");
    service.answers([not_yet(), not_yet(), status(200, &[("content-type", "application/pdf")], "%PDF")]);
    let form = json!({"box_id": "b", "message_id": "m", "document_id": "d"});
    let outcome = service.call("print_form", &form).await.unwrap();
    assert_eq!((outcome.data["base64"].as_str(), service.seen().len()), (Some("JVBERg=="), 3));
}

#[tokio::test]
async fn events_go_on_by_index_key_and_statuses_have_their_meaning() {
    let service = service().await;
    service.answers([ok(&json!({"Events": [{"IndexKey": "k1"}, {"IndexKey": "k2"}]})), ok(&json!({"Events": []}))]);
    let outcome = service.all_pages("new_events", &json!({"box_id": "b"})).await;
    assert_eq!((outcome.data.as_array().unwrap().len(), outcome.pages), (2, 2));
    assert_eq!(service.seen()[1].line, "GET diadoc-api.kontur.ru/V7/GetNewEvents?boxId=b&afterIndexKey=k2&limit=100");
    service.answers([status(402, &[], "no subscription")]);
    let told = service.call("my_organizations", &json!({})).await.unwrap_err().to_string();
    assert_eq!(told, "the service answered 402: no subscription (The organisation has no API subscription)");
}

#[tokio::test]
async fn the_old_way_to_sign_in_logs_in_once_and_once_more_when_it_has_ended() {
    let credential = json!({"api_client_id": "dev-key-1", "login": "ada", "password": "pass-word"});
    let service = Service::start("diadoc", &[HOST], credential).await;
    let list = || ok(&json!({"Organizations": []}));
    service.answers([
        status(200, &[], "token-1"),
        list(),
        list(),
        status(401, &[], ""),
        status(200, &[], "token-2"),
        list(),
    ]);
    for _ in 0..3 {
        service.call("my_organizations", &json!({})).await.unwrap();
    }
    let seen = service.seen();
    assert_eq!(seen.len(), 6);
    assert_eq!(seen[0].line, "POST diadoc-api.kontur.ru/V3/Authenticate?type=password");
    assert_eq!(seen[0].body, r#"{"login":"ada","password":"pass-word"}"#);
    assert_eq!(seen[0].headers["authorization"], "DiadocAuth ddauth_api_client_id=dev-key-1");
    assert_eq!(seen[5].headers["authorization"], "DiadocAuth ddauth_api_client_id=dev-key-1,ddauth_token=token-2");
}
