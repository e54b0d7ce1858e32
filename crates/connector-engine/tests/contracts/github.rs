use serde_json::json;

use crate::service::{Service, ok, status};

async fn service() -> Service {
    Service::start("github", &["api.github.com"], json!({"token": "ghp_0123456789"})).await
}

#[tokio::test]
async fn requests_are_as_documented() {
    let repo = |more: serde_json::Value| {
        let mut params = json!({"owner": "octocat", "repo": "hello"});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    };
    let at = "api.github.com/repos/octocat/hello";
    let lines = [
        format!("GET {at}/issues?state=all&labels=bug,ui&per_page=100"),
        format!("POST {at}/issues"),
        format!("POST {at}/issues/1/comments"),
        format!("GET {at}/pulls?base=main&per_page=100"),
        format!("POST {at}/pulls"),
        format!("PUT {at}/pulls/4/merge"),
        format!("GET {at}/contents/src/a%20b.rs?ref=main"),
        format!("PUT {at}/contents/a.txt"),
        format!("GET {at}/commits?path=src/main.rs&per_page=100"),
        format!("POST {at}/actions/workflows/ci.yml/dispatches"),
    ];
    let rows = [
        ("user", json!({}), "GET api.github.com/user", ""),
        (
            "repos",
            json!({"sort": "updated", "page": 2}),
            "GET api.github.com/user/repos?sort=updated&per_page=100&page=2",
            "",
        ),
        ("issues", repo(json!({"state": "all", "labels": "bug,ui"})), &lines[0], ""),
        (
            "issue_create",
            repo(json!({"title": "T", "labels": ["bug"]})),
            &lines[1],
            r#"{"title":"T","labels":["bug"]}"#,
        ),
        ("comment", repo(json!({"issue_number": 1, "body": "Me too"})), &lines[2], r#"{"body":"Me too"}"#),
        ("pulls", repo(json!({"base": "main"})), &lines[3], ""),
        (
            "pull_create",
            repo(json!({"head": "fix", "base": "main", "title": "Fix", "draft": true})),
            &lines[4],
            r#"{"head":"fix","base":"main","title":"Fix","draft":true}"#,
        ),
        (
            "pull_merge",
            repo(json!({"pull_number": 4, "merge_method": "squash"})),
            &lines[5],
            r#"{"merge_method":"squash"}"#,
        ),
        ("content_get", repo(json!({"path": "src/a b.rs", "ref": "main"})), &lines[6], ""),
        (
            "content_put",
            repo(json!({"path": "a.txt", "message": "Add", "content": "SGVsbG8="})),
            &lines[7],
            r#"{"message":"Add","content":"SGVsbG8="}"#,
        ),
        ("commits", repo(json!({"path": "src/main.rs"})), &lines[8], ""),
        (
            "search_issues",
            json!({"q": "repo:octocat/hello is:open"}),
            "GET api.github.com/search/issues?q=repo:octocat/hello%20is:open&per_page=100",
            "",
        ),
        ("search_code", json!({"q": "a+b"}), "GET api.github.com/search/code?q=a%2Bb&per_page=100", ""),
        ("workflow_dispatch", repo(json!({"workflow_id": "ci.yml", "ref": "main"})), &lines[9], r#"{"ref":"main"}"#),
    ];
    let headers = [
        ("authorization", "Bearer ghp_0123456789"),
        ("accept", "application/vnd.github+json"),
        ("x-github-api-version", "2022-11-28"),
        ("user-agent", "artel"),
    ];
    service().await.sends(&headers, &ok(&json!({})), &rows).await;
}

#[tokio::test]
async fn links_are_followed_to_the_last_page_and_never_to_another_host() {
    let service = service().await;
    let page = |id: u64, link: &str| status(200, &[("link", link)], &json!([{"id": id}]).to_string());
    service.answers([
        page(1, "<http://api.github.com/user/repos?per_page=100&page=2>; rel=\"next\", <http://x/>; rel=\"last\""),
        page(2, "<http://api.github.com/user/repos?page=1>; rel=\"prev\""),
    ]);
    let outcome = service.all_pages("repos", &json!({})).await;
    assert_eq!((outcome.data, outcome.pages), (json!([{"id": 1}, {"id": 2}]), 2));
    let seen = service.seen();
    assert_eq!(seen[1].line, "GET api.github.com/user/repos?per_page=100&page=2");
    assert_eq!(seen[1].headers["authorization"], "Bearer ghp_0123456789");
    service.answers([page(1, "<http://evil.example/repos?page=2>; rel=\"next\"")]);
    let bounds = artel_connector_engine::PageBounds { max_pages: 5, max_items: 100 };
    let told = service.call_with("repos", &json!({}), Some(bounds), std::time::Duration::from_secs(5)).await;
    assert!(told.unwrap_err().to_string().contains("another host, evil.example"));
}

#[tokio::test]
async fn one_page_says_what_brings_the_next() {
    let service = service().await;
    let link = "<http://api.github.com/user/repos?per_page=100&page=2>; rel=\"next\"";
    service.answers([status(200, &[("link", link)], "[{\"id\": 1}]")]);
    let outcome = service.call("repos", &json!({})).await.unwrap();
    assert_eq!(outcome.next.map(serde_json::Value::from), Some(json!({"page": 2, "per_page": 100})));
}

#[tokio::test]
async fn both_limits_are_obeyed() {
    let service = service().await;
    service.answers([
        status(403, &[("retry-after", "0.05")], r#"{"message": "You have exceeded a secondary rate limit"}"#),
        status(429, &[("retry-after", "0.05")], "{}"),
        ok(&json!({"login": "octocat"})),
    ]);
    assert_eq!(service.call("user", &json!({})).await.unwrap().data, json!({"login": "octocat"}));
    service.answers([status(403, &[], r#"{"message": "Resource not accessible"}"#)]);
    assert!(service.call("user", &json!({})).await.unwrap_err().to_string().contains("403: Resource not accessible"));
    service.answers([status(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "99999999999")], "{}")]);
    assert!(service.call("user", &json!({})).await.unwrap_err().to_string().contains("github is asked too often"));
}
