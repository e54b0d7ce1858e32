use serde_json::json;

use crate::service::{Service, ok, status};

async fn service() -> Service {
    Service::start("ozon", &["api-seller.ozon.ru"], json!({"client_id": "836", "api_key": "0296-key"})).await
}

#[tokio::test]
async fn requests_are_as_documented() {
    let (since, to) = ("2026-10-01T00:00:00Z", "2026-10-02T00:00:00Z");
    let rows = [
        ("roles", json!({}), "POST api-seller.ozon.ru/v1/roles", "{}"),
        ("warehouses", json!({}), "POST api-seller.ozon.ru/v2/warehouse/list", r#"{"limit":200}"#),
        (
            "product_list",
            json!({"offer_ids": ["A-1"], "limit": 10}),
            "POST api-seller.ozon.ru/v3/product/list",
            r#"{"filter":{"offer_id":["A-1"],"visibility":"ALL"},"limit":10}"#,
        ),
        (
            "product_info",
            json!({"offer_id": ["A-1"]}),
            "POST api-seller.ozon.ru/v3/product/info/list",
            r#"{"offer_id":["A-1"]}"#,
        ),
        (
            "stocks_info",
            json!({"cursor": "c"}),
            "POST api-seller.ozon.ru/v4/product/info/stocks",
            r#"{"filter":{"visibility":"ALL"},"cursor":"c","limit":1000}"#,
        ),
        (
            "prices_info",
            json!({"product_ids": ["5"]}),
            "POST api-seller.ozon.ru/v5/product/info/prices",
            r#"{"filter":{"product_id":["5"],"visibility":"ALL"},"limit":1000}"#,
        ),
        (
            "stocks_update",
            json!({"stocks": [{"offer_id": "A-1", "stock": 7, "warehouse_id": 1}]}),
            "POST api-seller.ozon.ru/v2/products/stocks",
            r#"{"stocks":[{"offer_id":"A-1","stock":7,"warehouse_id":1}]}"#,
        ),
        (
            "prices_update",
            json!({"prices": [{"offer_id": "A-1", "price": "500"}]}),
            "POST api-seller.ozon.ru/v1/product/import/prices",
            r#"{"prices":[{"offer_id":"A-1","price":"500"}]}"#,
        ),
        (
            "fbs_list",
            json!({"since": since, "to": to, "statuses": ["delivered"], "sort_dir": "asc"}),
            "POST api-seller.ozon.ru/v4/posting/fbs/list",
            r#"{"filter":{"since":"2026-10-01T00:00:00Z","to":"2026-10-02T00:00:00Z","statuses":["delivered"]},"limit":1000,"sort_dir":"asc"}"#,
        ),
        (
            "fbs_unfulfilled",
            json!({"cutoff_from": since, "cutoff_to": to}),
            "POST api-seller.ozon.ru/v4/posting/fbs/unfulfilled/list",
            r#"{"filter":{"cutoff_from":"2026-10-01T00:00:00Z","cutoff_to":"2026-10-02T00:00:00Z"},"limit":1000}"#,
        ),
        (
            "fbs_get",
            json!({"posting_number": "1-1-1"}),
            "POST api-seller.ozon.ru/v3/posting/fbs/get",
            r#"{"posting_number":"1-1-1"}"#,
        ),
        (
            "fbs_ship",
            json!({"posting_number": "1-1-1", "packages": [{"products": [{"product_id": 1, "quantity": 1}]}]}),
            "POST api-seller.ozon.ru/v4/posting/fbs/ship",
            r#"{"posting_number":"1-1-1","packages":[{"products":[{"product_id":1,"quantity":1}]}]}"#,
        ),
        (
            "fbo_list",
            json!({"since": since, "to": to}),
            "POST api-seller.ozon.ru/v3/posting/fbo/list",
            r#"{"filter":{"since":"2026-10-01T00:00:00Z","to":"2026-10-02T00:00:00Z"},"limit":1000}"#,
        ),
        ("returns", json!({}), "POST api-seller.ozon.ru/v1/returns/list", r#"{"last_id":0,"limit":500}"#),
        (
            "reviews",
            json!({"status": "UNPROCESSED"}),
            "POST api-seller.ozon.ru/v2/review/list",
            r#"{"status":"UNPROCESSED","limit":100}"#,
        ),
        (
            "review_comment",
            json!({"review_id": "r", "text": "Спасибо"}),
            "POST api-seller.ozon.ru/v1/review/comment/create",
            r#"{"review_id":"r","text":"Спасибо"}"#,
        ),
        (
            "accruals",
            json!({"date": "2026-10-01"}),
            "POST api-seller.ozon.ru/v1/finance/accrual/by-day",
            r#"{"date":"2026-10-01"}"#,
        ),
    ];
    let headers = [("client-id", "836"), ("api-key", "0296-key"), ("content-type", "application/json")];
    service().await.sends(&headers, &ok(&json!({"result": {}})), &rows).await;
}

#[tokio::test]
async fn lists_go_on_by_last_id_and_by_cursor() {
    let service = service().await;
    service.answers([
        ok(&json!({"result": {"items": [{"product_id": 1}, {"product_id": 2}], "last_id": "b"}})),
        ok(&json!({"result": {"items": [{"product_id": 3}], "last_id": ""}})),
    ]);
    let outcome = service.all_pages("product_list", &json!({"limit": 2})).await;
    assert_eq!((outcome.data.as_array().unwrap().len(), outcome.pages), (3, 2));
    assert_eq!(service.seen()[1].body, r#"{"filter":{"visibility":"ALL"},"last_id":"b","limit":2}"#);
    service.answers([
        ok(&json!({"returns": [{"id": 7}], "has_next": true})),
        ok(&json!({"returns": [{"id": 9}], "has_next": false})),
    ]);
    let outcome = service.all_pages("returns", &json!({})).await;
    assert_eq!((outcome.data, outcome.pages), (json!([{"id": 7}, {"id": 9}]), 2));
    assert_eq!(service.seen()[1].body, r#"{"last_id":7,"limit":500}"#);
}

#[tokio::test]
async fn refused_items_are_told_and_a_storm_is_waited_out() {
    let service = service().await;
    let stocks = json!({"stocks": [{"offer_id": "A", "stock": 1, "warehouse_id": 1}]});
    service.answers([
        status(429, &[("retry-after", "0.05")], "{}"),
        ok(&json!({"result": [{"updated": true, "errors": []}, {"updated": false, "errors": [{"code": "NOT_FOUND", "message": "no such offer"}]}]})),
    ]);
    let outcome = service.call("stocks_update", &stocks).await.unwrap();
    assert_eq!((outcome.refused_items[0].index, outcome.refused_items[0].message.as_str()), (1, "no such offer"));
    assert_eq!(service.seen().len(), 2);
    service.answers([status(503, &[], r#"{"message": "Circle is open"}"#)]);
    let told = service.call_with("stocks_update", &stocks, None, std::time::Duration::from_secs(1)).await.unwrap_err();
    assert!(told.to_string().starts_with("ozon is asked too often; try again in"), "{told}");
}
