use serde_json::json;

use crate::service::{Service, ok, status};

const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

async fn service() -> Service {
    Service::start("telegram", &["api.telegram.org"], json!({"token": TOKEN})).await
}

#[tokio::test]
async fn requests_are_as_documented() {
    let rows = [
        ("getMe", json!({}), "/getMe", ""),
        ("getUpdates", json!({"offset": 8, "timeout": 0}), "/getUpdates", r#"{"offset":8,"timeout":0}"#),
        (
            "setWebhook",
            json!({"url": "https://a.example/h", "secret_token": "s_1"}),
            "/setWebhook",
            r#"{"url":"https://a.example/h","secret_token":"s_1"}"#,
        ),
        ("getWebhookInfo", json!({}), "/getWebhookInfo", ""),
        ("deleteWebhook", json!({}), "/deleteWebhook", "{}"),
        (
            "sendMessage",
            json!({"chat_id": 42, "text": "Привет", "parse_mode": "HTML"}),
            "/sendMessage",
            r#"{"chat_id":42,"text":"Привет","parse_mode":"HTML"}"#,
        ),
        (
            "editMessageText",
            json!({"chat_id": 42, "message_id": 5, "text": "Пока"}),
            "/editMessageText",
            r#"{"text":"Пока","chat_id":42,"message_id":5}"#,
        ),
        (
            "deleteMessage",
            json!({"chat_id": 42, "message_id": 5}),
            "/deleteMessage",
            r#"{"chat_id":42,"message_id":5}"#,
        ),
        (
            "answerCallbackQuery",
            json!({"callback_query_id": "q"}),
            "/answerCallbackQuery",
            r#"{"callback_query_id":"q"}"#,
        ),
        ("getChat", json!({"chat_id": "@c"}), "/getChat", r#"{"chat_id":"@c"}"#),
        ("getChatMember", json!({"chat_id": 42, "user_id": 7}), "/getChatMember", r#"{"chat_id":42,"user_id":7}"#),
        ("getFile", json!({"file_id": "f"}), "/getFile", r#"{"file_id":"f"}"#),
    ];
    let lines: Vec<String> = rows.iter().map(|row| format!("POST api.telegram.org/bot{TOKEN}{}", row.2)).collect();
    let rows: Vec<_> =
        rows.iter().zip(&lines).map(|(row, line)| (row.0, row.1.clone(), line.as_str(), row.3)).collect();
    let apart = ["sendPhoto", "sendDocument", "file_download"];
    service().await.sends_but(&apart, &[], &ok(&json!({"ok": true, "result": true})), &rows).await;
}

#[tokio::test]
async fn files_are_uploaded_as_parts_and_downloaded_from_their_own_path() {
    let service = service().await;
    for (operation, field) in [("sendPhoto", "photo"), ("sendDocument", "document")] {
        service.answers([ok(&json!({"ok": true, "result": {"message_id": 6}}))]);
        let params = json!({"chat_id": 42, "caption": "x", field: {"name": "a.png", "media_type": "image/png", "base64": "QUJD"}});
        service.call(operation, &params).await.unwrap();
        let seen = service.seen().pop().unwrap();
        assert_eq!(seen.line, format!("POST api.telegram.org/bot{TOKEN}/{operation}"));
        let boundary = seen.headers["content-type"].strip_prefix("multipart/form-data; boundary=").unwrap().to_owned();
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n42\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\nx\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\nABC\r\n--{boundary}--\r\n"
        );
        assert_eq!(seen.body, expected);
    }
    service.answers([status(200, &[("content-type", "application/pdf")], "%PDF")]);
    let outcome = service.call("file_download", &json!({"file_path": "documents/file_1.pdf"})).await.unwrap();
    assert_eq!(outcome.data, json!({"media_type": "application/pdf", "bytes": 4, "base64": "JVBERg=="}));
    assert_eq!(service.seen()[0].line, format!("GET api.telegram.org/file/bot{TOKEN}/documents/file_1.pdf"));
}

#[tokio::test]
async fn retry_after_in_the_body_is_obeyed_and_the_token_is_never_shown() {
    let service = service().await;
    service.answers([
        status(429, &[], r#"{"ok": false, "error_code": 429, "parameters": {"retry_after": 0.05}}"#),
        ok(&json!({"ok": true, "result": {"message_id": 1}})),
    ]);
    let message = json!({"chat_id": 42, "text": "a"});
    assert_eq!(service.call("sendMessage", &message).await.unwrap().data, json!({"message_id": 1}));
    let echo = format!("no such method: /bot{TOKEN}/sendMessage");
    service.answers([ok(&json!({"ok": false, "error_code": 404, "description": echo}))]);
    let told = service.call("sendMessage", &message).await.unwrap_err().to_string();
    assert_eq!(told, "the service answered 200 404: no such method: /bot***/sendMessage");
    service.answers([ok(
        &json!({"ok": false, "error_code": 400, "description": "moved", "parameters": {"migrate_to_chat_id": -100}}),
    )]);
    let told = service.call("sendMessage", &message).await.unwrap_err().to_string();
    assert!(told.contains("the group became a supergroup") || told.contains("The group became a supergroup"), "{told}");
}
