use serde_json::json;

use crate::service::{Service, ok, status};

const HOSTS: [&str; 9] = [
    "common-api.wildberries.ru",
    "content-api.wildberries.ru",
    "discounts-prices-api.wildberries.ru",
    "marketplace-api.wildberries.ru",
    "statistics-api.wildberries.ru",
    "seller-analytics-api.wildberries.ru",
    "feedbacks-api.wildberries.ru",
    "finance-api.wildberries.ru",
    "documents-api.wildberries.ru",
];

async fn service() -> Service {
    Service::start("wildberries", &HOSTS, json!({"token": "jwt.to.ken"})).await
}

#[tokio::test]
async fn requests_are_as_documented() {
    let rows = [
        ("ping", json!({}), "GET common-api.wildberries.ru/ping", ""),
        ("seller_info", json!({}), "GET common-api.wildberries.ru/api/v1/seller-info", ""),
        (
            "cards_list",
            json!({"locale": "ru", "text_search": "A-1", "ascending": true}),
            "POST content-api.wildberries.ru/content/v2/get/cards/list?locale=ru",
            r#"{"settings":{"sort":{"ascending":true},"filter":{"withPhoto":-1,"textSearch":"A-1"},"cursor":{"limit":100}}}"#,
        ),
        (
            "prices_list",
            json!({"limit": 10, "offset": 20, "nm_id": 5}),
            "GET discounts-prices-api.wildberries.ru/api/v2/list/goods/filter?limit=10&offset=20&filterNmID=5",
            "",
        ),
        (
            "prices_set",
            json!({"data": [{"nmID": 5, "price": 500, "discount": 30}]}),
            "POST discounts-prices-api.wildberries.ru/api/v2/upload/task",
            r#"{"data":[{"nmID":5,"price":500,"discount":30}]}"#,
        ),
        (
            "prices_task",
            json!({"upload_id": 7}),
            "GET discounts-prices-api.wildberries.ru/api/v2/history/tasks?uploadID=7",
            "",
        ),
        ("warehouses", json!({}), "GET marketplace-api.wildberries.ru/api/v3/warehouses", ""),
        (
            "stocks_get",
            json!({"warehouse_id": 100, "chrt_ids": [1, 2]}),
            "POST marketplace-api.wildberries.ru/api/v3/stocks/100",
            r#"{"chrtIds":[1,2]}"#,
        ),
        (
            "stocks_set",
            json!({"warehouse_id": 100, "stocks": [{"chrtId": 1, "amount": 7}]}),
            "PUT marketplace-api.wildberries.ru/api/v3/stocks/100",
            r#"{"stocks":[{"chrtId":1,"amount":7}]}"#,
        ),
        ("orders_new", json!({}), "GET marketplace-api.wildberries.ru/api/v3/orders/new", ""),
        (
            "orders",
            json!({"date_from": 1_700_000_000}),
            "GET marketplace-api.wildberries.ru/api/v3/orders?limit=1000&next=0&dateFrom=1700000000",
            "",
        ),
        (
            "orders_status",
            json!({"orders": [13_833_711]}),
            "POST marketplace-api.wildberries.ru/api/v3/orders/status",
            r#"{"orders":[13833711]}"#,
        ),
        (
            "stat_orders",
            json!({"date_from": "2026-10-01T00:00:00", "flag": 0}),
            "GET statistics-api.wildberries.ru/api/v1/supplier/orders?dateFrom=2026-10-01T00:00:00&flag=0",
            "",
        ),
        (
            "stat_sales",
            json!({"date_from": "2026-10-01"}),
            "GET statistics-api.wildberries.ru/api/v1/supplier/sales?dateFrom=2026-10-01",
            "",
        ),
        (
            "wb_stocks",
            json!({"nm_ids": [5]}),
            "POST seller-analytics-api.wildberries.ru/api/analytics/v1/stocks-report/wb-warehouses",
            r#"{"nmIds":[5],"limit":250000}"#,
        ),
        (
            "sales_report",
            json!({"date_from": "2026-10-01", "date_to": "2026-10-07", "period": "weekly"}),
            "POST finance-api.wildberries.ru/api/finance/v1/sales-reports/detailed",
            r#"{"dateFrom":"2026-10-01","dateTo":"2026-10-07","limit":100000,"rrdId":0,"period":"weekly"}"#,
        ),
        (
            "feedbacks",
            json!({"is_answered": false, "nm_id": 5}),
            "GET feedbacks-api.wildberries.ru/api/v1/feedbacks?isAnswered=false&take=5000&skip=0&nmId=5",
            "",
        ),
        (
            "feedback_answer",
            json!({"id": "f", "text": "Спасибо"}),
            "POST feedbacks-api.wildberries.ru/api/v1/feedbacks/answer",
            r#"{"id":"f","text":"Спасибо"}"#,
        ),
        (
            "feedback_answer_edit",
            json!({"id": "f", "text": "Да"}),
            "PATCH feedbacks-api.wildberries.ru/api/v1/feedbacks/answer",
            r#"{"id":"f","text":"Да"}"#,
        ),
    ];
    service().await.sends(&[("authorization", "Bearer jwt.to.ken")], &ok(&json!({})), &rows).await;
}

#[tokio::test]
async fn cards_are_read_until_the_service_counts_fewer_than_asked() {
    let service = service().await;
    let page = |id: u64, total: u64| {
        ok(&json!({"cards": [{"nmID": id}], "cursor": {"updatedAt": "t", "nmID": id, "total": total}}))
    };
    service.answers([page(1, 100), page(2, 1)]);
    let outcome = service.all_pages("cards_list", &json!({})).await;
    assert_eq!((outcome.data, outcome.pages, outcome.next), (json!([{"nmID": 1}, {"nmID": 2}]), 2, None));
    let second = service.seen().pop().unwrap();
    assert_eq!(
        second.body,
        r#"{"settings":{"filter":{"withPhoto":-1},"cursor":{"limit":100,"updatedAt":"t","nmID":1}}}"#
    );
}

#[tokio::test]
async fn a_report_is_read_until_204_with_ids_beyond_53_bits() {
    let service = service().await;
    service.answers([ok(&json!([{"rrdId": 9_007_199_254_740_993_u64}])), status(204, &[], "")]);
    let outcome = service.all_pages("sales_report", &json!({"date_from": "a", "date_to": "b"})).await;
    assert_eq!((outcome.data, outcome.pages), (json!([{"rrdId": 9_007_199_254_740_993_u64}]), 2));
    assert!(service.seen()[1].body.contains(r#""rrdId":9007199254740993"#));
}

#[tokio::test]
async fn it_waits_as_long_as_the_service_says_and_an_error_with_200_is_one() {
    let service = service().await;
    service.answers([status(429, &[("x-ratelimit-retry", "0.05")], "{}"), ok(&json!({"orders": []}))]);
    assert_eq!(service.call("orders_new", &json!({})).await.unwrap().data, json!([]));
    service.answers([ok(&json!({"error": true, "errorText": "цена слишком низкая"}))]);
    let refused = service.call("prices_set", &json!({"data": [{"nmID": 1}]})).await.unwrap_err();
    assert_eq!(refused.to_string(), "the service answered 200: цена слишком низкая");
    // A wrong name would be answered 204 and change nothing: it is refused before it is sent.
    let _ = service.seen();
    let stocks = json!({"warehouse_id": 1, "stocks": [{"chrtID": 1, "amount": 1}]});
    assert!(service.call("stocks_set", &stocks).await.is_err() && service.seen().is_empty());
}
