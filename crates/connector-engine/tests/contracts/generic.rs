use serde_json::json;

use crate::service::{Service, ok, status};

#[tokio::test]
async fn any_rest_service_is_called_below_its_own_address() {
    let credential = json!({"base_url": "http://own.example/api/", "bearer": "t0ken-1", "headers": {"X-Team": "7"}, "query": {"tenant": "a"}});
    let service = Service::start("http", &["own.example"], credential).await;
    service.answers([ok(&json!([1])), status(200, &[], "plain"), status(204, &[], "")]);
    let get = json!({"method": "GET", "path": "/items", "query": {"q": "x y"}});
    assert_eq!(service.call("request", &get).await.unwrap().data, json!([1]));
    let post = json!({"method": "POST", "path": "/items", "body": {"a": 1}, "headers": {"X-Trace": "5"}});
    assert_eq!(service.call("request", &post).await.unwrap().data, json!("plain"));
    assert_eq!(
        service.call("request", &json!({"method": "DELETE", "path": "/items/1"})).await.unwrap().data,
        json!(null)
    );
    let seen = service.seen();
    assert_eq!(seen[0].line, "GET own.example/api/items?q=x%20y&tenant=a");
    assert_eq!(
        (seen[0].headers["authorization"].as_str(), seen[0].headers["x-team"].as_str()),
        ("Bearer t0ken-1", "7")
    );
    assert_eq!((seen[1].body.as_str(), seen[1].headers["x-trace"].as_str()), (r#"{"a":1}"#, "5"));
    assert_eq!(seen[2].line, "DELETE own.example/api/items/1?tenant=a");
}

#[tokio::test]
async fn any_json_rpc_service_is_called_and_its_errors_are_errors() {
    let credential = json!({"endpoint": "http://rpc.example/v1", "basic": {"username": "ada", "password": "pass-word"}, "read_methods": ["get"]});
    let service = Service::start("jsonrpc", &["rpc.example"], credential).await;
    service.answers([
        ok(&json!({"jsonrpc": "2.0", "result": 19, "id": 1})),
        ok(&json!({"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": 1})),
    ]);
    let call = json!({"method": "subtract", "params": [42, 23]});
    assert_eq!(service.call("call", &call).await.unwrap().data, json!(19));
    let told = service.call("call", &json!({"method": "foobar"})).await.unwrap_err().to_string();
    assert_eq!(told, "the service answered 200 -32601: Method not found (There is no such method)");
    let seen = service.seen();
    assert_eq!(seen[0].line, "POST rpc.example/v1");
    assert_eq!(seen[0].body, r#"{"jsonrpc":"2.0","method":"subtract","params":[42,23],"id":1}"#);
    assert_eq!(seen[0].headers["authorization"], "Basic YWRhOnBhc3Mtd29yZA==");
    assert_eq!(seen[0].headers["accept-encoding"], "identity", "nothing is decompressed here");
}
