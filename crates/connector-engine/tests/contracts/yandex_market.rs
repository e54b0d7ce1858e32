use serde_json::json;

use crate::service::{Service, ok, status};

const HOST: &str = "api.partner.market.yandex.ru";

async fn service() -> Service {
    let hosts = [HOST, "market-partner-reports.s3.yandex.net"];
    Service::start("yandex_market", &hosts, json!({"api_key": "ACMA:key"})).await
}

#[tokio::test]
async fn requests_are_as_documented() {
    let rows = [
        ("token_info", json!({}), "POST api.partner.market.yandex.ru/v2/auth/token", ""),
        (
            "campaigns",
            json!({"page_token": "p=="}),
            "GET api.partner.market.yandex.ru/v2/campaigns?pageToken=p%3D%3D&limit=100",
            "",
        ),
        (
            "orders",
            json!({"business_id": 1, "statuses": ["PROCESSING"], "fake": false}),
            "POST api.partner.market.yandex.ru/v1/businesses/1/orders?limit=50",
            r#"{"statuses":["PROCESSING"],"fake":false}"#,
        ),
        (
            "order_status",
            json!({"campaign_id": 2, "order_id": 3, "status": "PROCESSING", "substatus": "READY_TO_SHIP"}),
            "PUT api.partner.market.yandex.ru/v2/campaigns/2/orders/3/status",
            r#"{"order":{"status":"PROCESSING","substatus":"READY_TO_SHIP"}}"#,
        ),
        (
            "order_stats",
            json!({"campaign_id": 2, "date_from": "2026-07-01"}),
            "POST api.partner.market.yandex.ru/v2/campaigns/2/stats/orders?limit=200",
            r#"{"dateFrom":"2026-07-01"}"#,
        ),
        (
            "returns",
            json!({"campaign_id": 2, "statuses": ["A", "B"]}),
            "GET api.partner.market.yandex.ru/v2/campaigns/2/returns?limit=50&statuses=A,B",
            "",
        ),
        (
            "offers",
            json!({"business_id": 1, "offer_ids": ["A-1"]}),
            "POST api.partner.market.yandex.ru/v2/businesses/1/offer-mappings?limit=100",
            r#"{"offerIds":["A-1"]}"#,
        ),
        (
            "prices_set",
            json!({"business_id": 1, "offers": [{"offerId": "A-1", "price": {"value": 5, "currencyId": "RUR"}}]}),
            "POST api.partner.market.yandex.ru/v2/businesses/1/offer-prices/updates",
            r#"{"offers":[{"offerId":"A-1","price":{"value":5,"currencyId":"RUR"}}]}"#,
        ),
        (
            "stocks_get",
            json!({"campaign_id": 2}),
            "POST api.partner.market.yandex.ru/v2/campaigns/2/offers/stocks?limit=200",
            "{}",
        ),
        (
            "stocks_set",
            json!({"campaign_id": 2, "skus": [{"sku": "A-1", "items": [{"count": 7}]}]}),
            "PUT api.partner.market.yandex.ru/v2/campaigns/2/offers/stocks",
            r#"{"skus":[{"sku":"A-1","items":[{"count":7}]}]}"#,
        ),
        (
            "feedbacks",
            json!({"business_id": 1, "reaction_status": "NEED_REACTION"}),
            "POST api.partner.market.yandex.ru/v2/businesses/1/goods-feedback?limit=50",
            r#"{"reactionStatus":"NEED_REACTION"}"#,
        ),
        (
            "feedback_comment",
            json!({"business_id": 1, "feedback_id": 9, "text": "Спасибо"}),
            "POST api.partner.market.yandex.ru/v2/businesses/1/goods-feedback/comments/update",
            r#"{"feedbackId":9,"comment":{"text":"Спасибо"}}"#,
        ),
        ("report_info", json!({"report_id": "r-1"}), "GET api.partner.market.yandex.ru/v2/reports/info/r-1", ""),
    ];
    let reply = ok(&json!({"status": "OK", "result": {}}));
    service().await.sends_but(&["report_prices"], &[("api-key", "ACMA:key")], &reply, &rows).await;
}

#[tokio::test]
async fn a_report_is_made_waited_for_and_fetched_without_the_key() {
    let service = service().await;
    service.answers([
        ok(&json!({"status": "OK", "result": {"reportId": "r-1"}})),
        ok(&json!({"status": "OK", "result": {"status": "DONE", "file": "http://market-partner-reports.s3.yandex.net/r-1.csv"}})),
        status(200, &[("content-type", "text/csv")], "a;b"),
    ]);
    let outcome = service.call("report_prices", &json!({"business_id": 1})).await.unwrap();
    assert_eq!(outcome.data, json!({"media_type": "text/csv", "bytes": 3, "base64": "YTti"}));
    let seen = service.seen();
    let lines: Vec<&str> = seen.iter().map(|seen| seen.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "POST api.partner.market.yandex.ru/v2/reports/prices/generate",
            "GET api.partner.market.yandex.ru/v2/reports/info/r-1",
            "GET market-partner-reports.s3.yandex.net/r-1.csv",
        ]
    );
    assert!(seen[1].headers.contains_key("api-key") && !seen[2].headers.contains_key("api-key"));
}

#[tokio::test]
async fn lists_go_on_by_token_420_is_obeyed_and_an_error_with_200_is_one() {
    let service = service().await;
    let page = |id: u64, next: serde_json::Value| ok(&json!({"orders": [{"orderId": id}], "paging": next}));
    service.answers([
        page(1, json!({"nextPageToken": "t2"})),
        status(420, &[("retry-after", "0.05")], "{}"),
        page(2, json!({})),
    ]);
    let outcome = service.all_pages("orders", &json!({"business_id": 1})).await;
    assert_eq!((outcome.data, outcome.pages), (json!([{"orderId": 1}, {"orderId": 2}]), 2));
    let seen = service.seen();
    assert_eq!(seen[2].line, "POST api.partner.market.yandex.ru/v1/businesses/1/orders?pageToken=t2&limit=50");
    service.answers([ok(&json!({"status": "ERROR", "errors": [{"code": "BAD_REQUEST", "message": "no such offer"}]}))]);
    let refused = service.call("offers", &json!({"business_id": 1})).await.unwrap_err();
    assert_eq!(refused.to_string(), "the service answered 200 BAD_REQUEST: no such offer");
}

#[tokio::test]
async fn a_file_that_comes_compressed_is_no_file() {
    let service = service().await;
    service.answers([
        ok(&json!({"status": "OK", "result": {"reportId": "r-1"}})),
        ok(&json!({"status": "OK", "result": {"status": "DONE", "file": "http://market-partner-reports.s3.yandex.net/r-1.csv"}})),
        status(200, &[("content-type", "text/csv"), ("content-encoding", "gzip")], "\u{1f}a;b"),
    ]);
    let told = service.call("report_prices", &json!({"business_id": 1})).await.unwrap_err().to_string();
    assert!(told.contains("the answer is compressed (gzip)"), "{told}");
}
