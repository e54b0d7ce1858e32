use serde_json::json;

use crate::service::{Service, ok, status};

async fn service() -> Service {
    let credential = json!({"portal": "acme.bitrix24.ru", "user_id": "1", "code": "k33fu1q9x2"});
    Service::start("bitrix24", &["acme.bitrix24.ru"], credential).await
}

#[tokio::test]
async fn requests_are_as_documented() {
    let rows = [
        (
            "item_list",
            json!({"entity_type_id": 2, "select": ["id"], "filter": {">id": 5}, "order": {"id": "ASC"}, "start": -1}),
            "crm.item.list",
            r#"{"entityTypeId":2,"select":["id"],"filter":{">id":5},"order":{"id":"ASC"},"start":-1}"#,
        ),
        ("item_get", json!({"entity_type_id": 2, "id": 5}), "crm.item.get", r#"{"entityTypeId":2,"id":5}"#),
        (
            "item_add",
            json!({"entity_type_id": 2, "fields": {"title": "Н"}}),
            "crm.item.add",
            r#"{"entityTypeId":2,"fields":{"title":"Н"}}"#,
        ),
        (
            "item_update",
            json!({"entity_type_id": 2, "id": 6, "fields": {"title": "Н"}}),
            "crm.item.update",
            r#"{"entityTypeId":2,"id":6,"fields":{"title":"Н"}}"#,
        ),
        (
            "status_list",
            json!({"filter": {"ENTITY_ID": "STATUS"}}),
            "crm.status.list",
            r#"{"filter":{"ENTITY_ID":"STATUS"}}"#,
        ),
        (
            "timeline_comment",
            json!({"entity_id": 5, "entity_type": "deal", "comment": "Да"}),
            "crm.timeline.comment.add",
            r#"{"fields":{"ENTITY_ID":5,"ENTITY_TYPE":"deal","COMMENT":"Да"}}"#,
        ),
        ("task_list", json!({"filter": {"STATUS": 2}}), "tasks.task.list", r#"{"filter":{"STATUS":2}}"#),
        (
            "task_add",
            json!({"title": "Звонок", "responsible_id": 1}),
            "tasks.task.add",
            r#"{"fields":{"TITLE":"Звонок","RESPONSIBLE_ID":1}}"#,
        ),
        ("profile", json!({}), "profile", "{}"),
        ("user_get", json!({"filter": {"ACTIVE": true}}), "user.get", r#"{"FILTER":{"ACTIVE":true}}"#),
        ("department_get", json!({"parent": 1}), "department.get", r#"{"PARENT":1}"#),
        (
            "message_add",
            json!({"dialog_id": "chat12", "message": "Готово"}),
            "im.message.add",
            r#"{"DIALOG_ID":"chat12","MESSAGE":"Готово"}"#,
        ),
        ("batch", json!({"halt": 0, "cmd": {"me": "profile"}}), "batch", r#"{"halt":0,"cmd":{"me":"profile"}}"#),
    ];
    let lines: Vec<String> =
        rows.iter().map(|row| format!("POST acme.bitrix24.ru/rest/1/k33fu1q9x2/{}.json", row.2)).collect();
    let rows: Vec<_> =
        rows.iter().zip(&lines).map(|(row, line)| (row.0, row.1.clone(), line.as_str(), row.3)).collect();
    service().await.sends(&[("content-type", "application/json")], &ok(&json!({"result": {}})), &rows).await;
}

#[tokio::test]
async fn lists_go_on_by_next_and_both_limits_are_obeyed() {
    let service = service().await;
    let busy = |code, error| status(code, &[("retry-after", "0.05")], &json!({"error": error}).to_string());
    service.answers([
        ok(&json!({"result": {"items": [{"id": 1}]}, "next": 50, "total": 51})),
        busy(429, "OPERATION_TIME_LIMIT"),
        ok(&json!({"result": {"items": [{"id": 2}]}, "total": 51})),
    ]);
    let outcome = service.all_pages("item_list", &json!({"entity_type_id": 2})).await;
    assert_eq!((outcome.data, outcome.pages), (json!([{"id": 1}, {"id": 2}]), 2));
    assert_eq!(service.seen()[2].body, r#"{"entityTypeId":2,"start":50}"#);
    service.answers([busy(503, "QUERY_LIMIT_EXCEEDED"), ok(&json!({"result": {"ID": "1"}}))]);
    assert_eq!(service.call("profile", &json!({})).await.unwrap().data, json!({"ID": "1"}));
    service.answers([status(503, &[], r#"{"error": "OVERLOAD_LIMIT", "error_description": "REST API is blocked"}"#)]);
    let told = service.call("profile", &json!({})).await.unwrap_err().to_string();
    assert_eq!(told, "the service answered 503 OVERLOAD_LIMIT: REST API is blocked");
}

#[tokio::test]
async fn an_application_refreshes_once_and_uses_the_rotated_token_next() {
    let hosts = ["acme.bitrix24.ru", "oauth.bitrix.info"];
    let credential = json!({"portal": "acme.bitrix24.ru", "client_id": "app.1", "client_secret": "s3cret-app", "refresh_token": "refresh-1"});
    let service = Service::start("bitrix24", &hosts, credential).await;
    let token = |access, refresh| ok(&json!({"access_token": access, "refresh_token": refresh, "expires_in": 3600}));
    service.answers([
        token("access-1", "refresh-2"),
        status(401, &[], r#"{"error": "expired_token", "error_description": "The access token provided has expired"}"#),
        token("access-2", "refresh-3"),
        ok(&json!({"result": {"ID": "1"}})),
    ]);
    assert_eq!(service.call("profile", &json!({})).await.unwrap().data, json!({"ID": "1"}));
    let seen: Vec<String> = service.seen().iter().map(|seen| format!("{} {}", seen.line, seen.body)).collect();
    let refresh = |token| {
        format!(
            "GET oauth.bitrix.info/oauth/token/?grant_type=refresh_token&client_id=app.1&client_secret=s3cret-app&refresh_token={token} "
        )
    };
    assert_eq!(
        seen,
        [
            refresh("refresh-1"),
            r#"POST acme.bitrix24.ru/rest/profile.json {"auth":"access-1"}"#.to_owned(),
            refresh("refresh-2"),
            r#"POST acme.bitrix24.ru/rest/profile.json {"auth":"access-2"}"#.to_owned(),
        ]
    );
}
