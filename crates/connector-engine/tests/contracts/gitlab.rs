use serde_json::json;

use crate::service::{Service, ok, status};

async fn service() -> Service {
    let credential = json!({"token": "glpat-0123456789", "instance_url": "http://git.example/"});
    Service::start("gitlab", &["git.example"], credential).await
}

#[tokio::test]
async fn requests_are_as_documented() {
    let id = "ada/engine";
    let at = "git.example/api/v4/projects/ada%2Fengine";
    let lines: Vec<String> = [
        format!("GET {at}/issues?state=opened&labels=a,b&per_page=100"),
        format!("POST {at}/issues"),
        format!("POST {at}/merge_requests/3/notes"),
        format!("GET {at}/merge_requests?target_branch=main&per_page=100"),
        format!("POST {at}/merge_requests"),
        format!("PUT {at}/merge_requests/4/merge"),
        format!("GET {at}/repository/files/src%2Fa%20b.rs?ref=main"),
        format!("POST {at}/repository/files/a.txt"),
        format!("PUT {at}/repository/files/a.txt"),
        format!("GET {at}/repository/commits?ref_name=main&per_page=100"),
        format!("GET {at}/repository/branches?search=fix&per_page=100"),
        format!("GET {at}/pipelines?status=failed&per_page=100"),
        format!("POST {at}/pipeline"),
        format!("GET {at}/search?scope=issues&search=bug&per_page=100"),
    ]
    .into();
    let file = json!({"id": id, "file_path": "a.txt", "branch": "main", "content": "Hi", "commit_message": "Add"});
    let written = r#"{"branch":"main","content":"Hi","commit_message":"Add"}"#;
    let rows = [
        ("user", json!({}), "GET git.example/api/v4/user", ""),
        (
            "projects",
            json!({"search": "x"}),
            "GET git.example/api/v4/projects?membership=true&search=x&per_page=100",
            "",
        ),
        ("issues", json!({"id": id, "state": "opened", "labels": ["a", "b"]}), &lines[0], ""),
        ("issue_create", json!({"id": id, "title": "T"}), &lines[1], r#"{"title":"T"}"#),
        (
            "note_create",
            json!({"id": id, "kind": "merge_requests", "iid": 3, "body": "Ok"}),
            &lines[2],
            r#"{"body":"Ok"}"#,
        ),
        ("mrs", json!({"id": id, "target_branch": "main"}), &lines[3], ""),
        (
            "mr_create",
            json!({"id": id, "source_branch": "fix", "target_branch": "main", "title": "Fix"}),
            &lines[4],
            r#"{"source_branch":"fix","target_branch":"main","title":"Fix"}"#,
        ),
        ("mr_merge", json!({"id": id, "iid": 4, "squash": true}), &lines[5], r#"{"squash":true}"#),
        ("file_get", json!({"id": id, "file_path": "src/a b.rs", "ref": "main"}), &lines[6], ""),
        ("file_create", file.clone(), &lines[7], written),
        ("file_put", file, &lines[8], written),
        ("commits", json!({"id": id, "ref_name": "main"}), &lines[9], ""),
        ("branches", json!({"id": id, "search": "fix"}), &lines[10], ""),
        ("pipelines", json!({"id": id, "status": "failed"}), &lines[11], ""),
        ("pipeline_run", json!({"id": id, "ref": "main"}), &lines[12], r#"{"ref":"main"}"#),
        ("search", json!({"id": id, "scope": "issues", "search": "bug"}), &lines[13], ""),
        (
            "search_all",
            json!({"scope": "projects", "search": "e"}),
            "GET git.example/api/v4/search?scope=projects&search=e&per_page=100",
            "",
        ),
    ];
    service().await.sends(&[("private-token", "glpat-0123456789")], &ok(&json!({})), &rows).await;
}

#[tokio::test]
async fn links_are_followed_and_429_is_obeyed() {
    let service = service().await;
    let link = "<http://git.example/api/v4/projects?page=2>; rel=\"next\"";
    service.answers([
        status(200, &[("link", link)], "[{\"id\": 1}]"),
        status(429, &[("retry-after", "0.05")], "Retry later"),
        ok(&json!([{"id": 2}])),
    ]);
    let outcome = service.all_pages("projects", &json!({})).await;
    assert_eq!((outcome.data, outcome.pages), (json!([{"id": 1}, {"id": 2}]), 2));
    service.answers([status(400, &[], r#"{"message": {"title": ["can't be blank"]}}"#)]);
    let told = service.call("issue_create", &json!({"id": 1, "title": "x"})).await.unwrap_err().to_string();
    assert!(told.contains(r#"{"title":["can't be blank"]}"#), "{told}");
}
