use serde_json::{Value, json};

use crate::service::{Answer, Service, ok, status};

async fn service() -> Service {
    let service = Service::start("sbis", &["online.sbis.ru"], json!({"login": "ada", "password": "pass-word"})).await;
    service.answers([result(&json!("session-1")), result(&json!({}))]);
    service.call("current_user", &json!({})).await.unwrap();
    let seen = service.seen();
    assert_eq!(seen[0].line, "POST online.sbis.ru/auth/service/");
    assert_eq!(
        seen[0].body,
        r#"{"jsonrpc":"2.0","method":"СБИС.Аутентифицировать","params":{"Параметр":{"Логин":"ada","Пароль":"pass-word"}},"protocol":2,"id":1}"#
    );
    service
}

fn result(value: &Value) -> Answer {
    ok(&json!({"jsonrpc": "2.0", "id": 1, "result": value}))
}

#[tokio::test]
async fn requests_are_as_documented() {
    let action = json!({"document_id": "d", "stage": {"Название": "Отправка"}});
    let rows = [
        (
            "documents",
            json!({"type": "ДокОтгрВх", "date_from": "01.10.2026"}),
            "СписокДокументов",
            r#"{"Фильтр":{"Тип":"ДокОтгрВх","ДатаС":"01.10.2026","Навигация":{"РазмерСтраницы":"200","Страница":"0"}}}"#,
        ),
        (
            "changes",
            json!({"event_id": "e", "inn": "7"}),
            "СписокИзменений",
            r#"{"Фильтр":{"ИдентификаторСобытия":"e","НашаОрганизация":{"СвЮЛ":{"ИНН":"7"}},"Навигация":{"РазмерСтраницы":"200","Страница":"0"}}}"#,
        ),
        ("document", json!({"document_id": "d"}), "ПрочитатьДокумент", r#"{"Документ":{"Идентификатор":"d"}}"#),
        (
            "document_write",
            json!({"document": {"Тип": "ДокОтгрИсх"}}),
            "ЗаписатьДокумент",
            r#"{"Документ":{"Тип":"ДокОтгрИсх"}}"#,
        ),
        (
            "attachment_write",
            json!({"document_id": "d", "attachments": [{"Файл": {"Имя": "a"}}]}),
            "ЗаписатьВложение",
            r#"{"Документ":{"Идентификатор":"d","Вложение":[{"Файл":{"Имя":"a"}}]}}"#,
        ),
        (
            "prepare_action",
            action.clone(),
            "ПодготовитьДействие",
            r#"{"Документ":{"Идентификатор":"d","Этап":{"Название":"Отправка"}}}"#,
        ),
        (
            "do_action",
            action,
            "ВыполнитьДействие",
            r#"{"Документ":{"Идентификатор":"d","Этап":{"Название":"Отправка"}}}"#,
        ),
        ("current_user", json!({}), "ИнформацияОТекущемПользователе", r#"{"Параметр":{}}"#),
        (
            "counteragent",
            json!({"inn": "7605016030"}),
            "ИнформацияОКонтрагенте",
            r#"{"Участник":{"СвЮЛ":{"ИНН":"7605016030"}}}"#,
        ),
        ("our_organizations", json!({}), "СписокНашихОрганизаций", r#"{"Фильтр":{}}"#),
        ("certificates", json!({}), "СписокСертификатов", r#"{"Фильтр":{}}"#),
        ("tasks", json!({}), "СписокЗадач", r#"{"Фильтр":{"Навигация":{"РазмерСтраницы":"200","Страница":"0"}}}"#),
    ];
    let bodies: Vec<String> = rows
        .iter()
        .map(|row| format!(r#"{{"jsonrpc":"2.0","method":"СБИС.{}","params":{},"protocol":2,"id":1}}"#, row.2, row.3))
        .collect();
    let line = "POST online.sbis.ru/service/?srv=1";
    let rows: Vec<_> =
        rows.iter().zip(&bodies).map(|(row, body)| (row.0, row.1.clone(), line, body.as_str())).collect();
    let headers = [("x-sbissessionid", "session-1"), ("content-type", "application/json-rpc; charset=utf-8")];
    service().await.sends(&headers, &result(&json!({})), &rows).await;
}

#[tokio::test]
async fn the_session_is_renewed_once_and_a_second_refusal_is_told() {
    let service = service().await;
    service.answers([status(401, &[], "{}"), result(&json!("session-2")), result(&json!({"Пользователь": {}}))]);
    service.call("current_user", &json!({})).await.unwrap();
    assert_eq!(service.seen()[2].headers["x-sbissessionid"], "session-2");
    service.answers([status(401, &[], "{}"), result(&json!("session-3")), status(401, &[], "{}")]);
    let told = service.call("current_user", &json!({})).await.unwrap_err().to_string();
    assert!(told.starts_with("the service answered 401") && service.seen().len() == 3, "{told}");
}

#[tokio::test]
async fn lists_go_on_while_there_is_more_and_an_error_with_200_is_one() {
    let service = service().await;
    let page =
        |id: &str, more: &str| result(&json!({"Документ": [{"Идентификатор": id}], "Навигация": {"ЕстьЕще": more}}));
    service.answers([page("a", "Да"), status(503, &[("retry-after", "0.05")], ""), page("b", "Нет")]);
    let outcome = service.all_pages("documents", &json!({"type": "ДокОтгрВх"})).await;
    assert_eq!((outcome.data.as_array().unwrap().len(), outcome.pages), (2, 2));
    assert!(service.seen()[2].body.contains(r#""Страница":1"#));
    service.answers([ok(&json!({"error": {"code": -1, "message": "Ошибка", "details": "Документ не найден", "data": {"error_code": 404}}}))]);
    let told = service.call("document", &json!({"document_id": "x"})).await.unwrap_err().to_string();
    assert_eq!(told, "the service answered 200 404: Документ не найден");
}

#[tokio::test]
async fn a_login_that_wants_an_sms_says_so_and_an_application_signs_in_by_its_keys() {
    let service = Service::start("sbis", &["online.sbis.ru"], json!({"login": "ada", "password": "pass-word"})).await;
    let sms = json!({"error": {"message": "Код", "data": {"classid": "{00000000-0000-0000-0000-1fa000001002}"}}});
    service.answers([ok(&sms)]);
    let told = service.call("current_user", &json!({})).await.unwrap_err().to_string();
    assert!(told.contains("wants a code by SMS"), "{told}");
    let keys = json!({"app_client_id": "1", "app_secret": "s3cret-a", "secret_key": "s3cret-b"});
    let service = Service::start("sbis", &["online.sbis.ru"], keys).await;
    service.answers([ok(&json!({"token": "app-token"})), result(&json!({}))]);
    service.call("current_user", &json!({})).await.unwrap();
    let seen = service.seen();
    assert_eq!(seen[0].line, "POST online.sbis.ru/oauth/service/");
    assert_eq!(seen[0].body, r#"{"app_client_id":"1","app_secret":"s3cret-a","secret_key":"s3cret-b"}"#);
    assert_eq!(seen[1].headers["x-sbisaccesstoken"], "app-token");
}
