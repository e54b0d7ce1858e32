//! Forms that runs ask people to fill in, through the real binary, on both stores.
#![expect(clippy::unwrap_used, reason = "tests and what helps them fail by panicking")]

use artel_testkit::{Artel, Client, Database, Event, Launch, ModelServer, on_both_stores};
use serde_json::{Value, json};

/// A model that asks once, and the product.
struct World {
    model: ModelServer,
    artel: Artel,
    client: Client,
    agent: String,
}

fn delivery() -> Value {
    json!({
        "title": "Delivery",
        "fields": [
            { "name": "city", "label": "City", "type": "text", "required": true },
            { "name": "count", "label": "How many", "type": "number" },
            { "name": "speed", "label": "Speed", "type": "select", "options": ["normal", "express"], "default": "normal" },
            { "name": "contract", "label": "Contract", "type": "file" },
        ],
    })
}

impl World {
    async fn new(database: Database) -> Self {
        Self::asking(database, delivery()).await
    }

    async fn asking(database: Database, form: Value) -> Self {
        let model = ModelServer::calling_the_tool_once(form).await;
        let artel =
            Launch::new(env!("CARGO_BIN_EXE_artel"), database).with("OPENAI_BASE_URL", model.url()).start().await;
        let client = artel.client().await;
        let tool =
            json!({ "name": "request_form", "execution_type": "internal", "input_schema": { "type": "object" } });
        let agent = client.agent("openai:gpt-4o-mini", &[tool]).await;
        Self { model, artel, client, agent }
    }

    /// A run that waits, and its form.
    async fn waits(&self) -> (String, Value) {
        let (status, run) =
            self.client.post("/runs", &json!({ "agent_id": self.agent, "input_message": "Send it" })).await;
        assert_eq!((status, &run["waiting_for"]), (202, &json!(["form"])), "{run:#}");
        let run = run["id"].as_str().unwrap().to_owned();
        let (_, pending) = self.client.get(&format!("/forms?status=pending&run_id={run}")).await;
        assert_eq!(pending[0]["status"], "pending", "{pending}");
        (run, pending[0].clone())
    }

    async fn answers(&self, form: &Value, body: Value) -> (u16, Value) {
        self.client.post(&path(form, "/answer"), &body).await
    }

    /// `kill -9` and a new life.
    async fn dies_and_lives(&mut self) {
        self.artel.kill().await;
        self.artel.restart().await;
        self.client = self.client.at(self.artel.url());
    }

    /// What the model was told of its call.
    fn told(&self) -> Value {
        let requests = self.model.requests();
        let last = requests.last().unwrap()["messages"].as_array().unwrap().last().unwrap().clone();
        serde_json::from_str(last["content"].as_str().unwrap()).unwrap()
    }

    async fn events(&self, run: &str) -> Vec<Event> {
        self.client.events(run, None).await.rest().await
    }
}

fn path(form: &Value, more: &str) -> String {
    format!("/forms/{}{more}", form["id"].as_str().unwrap())
}

async fn an_answered_form_is_the_result_of_its_call(database: Database) {
    let world = World::new(database).await;
    let (run, form) = world.waits().await;
    assert_eq!(
        (&form["title"], &form["fields"]),
        (&json!("Delivery"), &{
            let mut fields = delivery()["fields"].clone();
            for at in 1..4 {
                fields[at]["required"] = json!(false);
            }
            fields
        })
    );
    assert_eq!(form["values_schema"]["required"], json!(["city"]));
    let values = json!({ "city": "Казань", "count": 2, "speed": "express" });
    let (status, answered) = world.answers(&form, json!({ "values": values })).await;
    assert_eq!((status, &answered["status"], &answered["values"]), (200, &json!("answered"), &values), "{answered:#}");
    assert!(answered["answered_by"].is_string() && answered["ended_at"].is_string(), "{answered:#}");
    let (status, refused) = world.answers(&form, json!({ "values": values })).await;
    assert_eq!((status, &refused["details"]["status"]), (409, &json!("answered")), "{refused}");
    let finished = world.client.finished_run(&run).await;
    assert_eq!(finished["status"], "succeeded", "{finished:#}");
    assert_eq!(world.told(), json!({ "submitted": true, "values": values }));
    let events = world.events(&run).await;
    let names: Vec<&str> = events.iter().map(|event| event.name.as_str()).filter(|name| *name != "token").collect();
    assert_eq!(names, ["start", "tool_call", "form_requested", "form_answered", "tool_result", "result"]);
    assert_eq!((&events[2].data["form_id"], &events[2].data["title"]), (&form["id"], &json!("Delivery")));
    assert_eq!((&events[3].data["submitted"], &events[3].data["values"]), (&json!(true), &values));
    assert_eq!(world.client.get(&path(&form, "")).await.1, answered, "the journal changes nothing of it");
    let (rows, whole) = world.artel.command(&["audit", "verify"]).await;
    assert!(whole, "{rows}");
}

async fn values_that_do_not_fit_are_named_field_by_field(database: Database) {
    let world = World::new(database).await;
    let (run, form) = world.waits().await;
    let absent = json!({ "artifact_id": "00000000-0000-4000-8000-000000000001" });
    for (values, field) in [
        (json!({}), "values.city"),
        (json!({ "city": "a", "town": "b" }), "values.town"),
        (json!({ "city": "a", "speed": "fast" }), "values.speed"),
        (json!({ "city": "a", "contract": absent }), "values.contract"),
    ] {
        let (status, refused) = world.answers(&form, json!({ "values": values })).await;
        assert_eq!((status, &refused["field_errors"][0]["field"]), (422, &json!(field)), "{values}: {refused}");
    }
    let (status, refused) = world.answers(&form, json!({ "values": { "city": 1, "count": "many" } })).await;
    let fields: Vec<&Value> = refused["field_errors"].as_array().unwrap().iter().map(|fault| &fault["field"]).collect();
    assert_eq!((status, fields), (422, vec![&json!("values.city"), &json!("values.count")]), "{refused}");
    for body in [json!({}), json!({ "values": [] }), json!({ "values": {}, "reason": "no" })] {
        assert_eq!(world.answers(&form, body.clone()).await.0, 422, "{body}");
    }
    assert_eq!(world.client.get(&path(&form, "")).await.1["status"], "pending", "nothing is lost by a wrong answer");
    let sent = world.client.request("POST", "/artifacts").header("content-type", "multipart/form-data; boundary=b");
    let part =
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\na contract\r\n--b--\r\n";
    let artifact: Value = serde_json::from_str(&sent.body(part).send().await.unwrap().text().await.unwrap()).unwrap();
    let file = json!({ "artifact_id": artifact["artifact_id"] });
    let (status, answered) = world.answers(&form, json!({ "values": { "city": "a", "contract": file } })).await;
    assert_eq!((status, &answered["values"]["contract"]), (200, &file), "{artifact} {answered}");
    assert_eq!(world.client.finished_run(&run).await["status"], "succeeded");
}

async fn a_form_outlives_crashes_on_both_sides_of_its_answer(database: Database) {
    let mut world = World::new(database).await;
    let (run, form) = world.waits().await;
    world.dies_and_lives().await;
    let (_, again) = world.client.get(&path(&form, "")).await;
    assert_eq!(again, form);
    assert_eq!(world.answers(&form, json!({ "values": { "city": "Kazan" } })).await.0, 200);
    world.dies_and_lives().await;
    let (status, refused) = world.answers(&form, json!({ "values": { "city": "Perm" } })).await;
    assert_eq!(status, 409, "{refused}");
    assert_eq!(world.client.finished_run(&run).await["status"], "succeeded");
    assert_eq!(world.told(), json!({ "submitted": true, "values": { "city": "Kazan" } }));
    let events = world.events(&run).await;
    let count = |name: &str| events.iter().filter(|event| event.name == name).count();
    assert_eq!((count("form_requested"), count("form_answered"), count("tool_result")), (1, 1, 1));
}

async fn of_many_answers_at_once_one_counts(database: Database) {
    let world = World::new(database).await;
    let (run, form) = world.waits().await;
    let (_other, url) = world.artel.another().await;
    let mut tasks = tokio::task::JoinSet::new();
    for at in 0..12 {
        let client = if at % 2 == 0 { world.client.clone() } else { world.client.at(&url) };
        let (path, body) = (path(&form, "/answer"), json!({ "values": { "city": format!("city {at}") } }));
        tasks.spawn(async move { (client.post(&path, &body).await.0, body) });
    }
    let answers = tasks.join_all().await;
    let accepted: Vec<&Value> =
        answers.iter().filter(|(status, _)| *status == 200).map(|(_, body)| &body["values"]).collect();
    assert_eq!(accepted.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|(status, _)| matches!(status, 200 | 409)), "{answers:?}");
    assert_eq!(world.client.finished_run(&run).await["status"], "succeeded");
    assert_eq!(&world.told()["values"], accepted[0]);
}

async fn nobody_answering_and_not_wanting_to_are_told_to_the_model(database: Database) {
    let form = json!({ "timeout_s": 1, "title": "Quick", "fields": [{ "name": "a", "label": "A", "type": "text" }] });
    let world = World::asking(database, form).await;
    let (run, form) = world.waits().await;
    assert!(form["expires_at"].is_string(), "{form}");
    assert_eq!(world.client.finished_run(&run).await["status"], "succeeded");
    assert_eq!(world.told(), json!({ "submitted": false, "reason": "nobody answered in time" }));
    let (status, refused) = world.answers(&form, json!({ "values": {} })).await;
    assert_eq!((status, &refused["details"]["status"]), (409, &json!("expired")), "{refused}");
    let (run, form) = world.waits().await;
    let (status, declined) = world.answers(&form, json!({ "reason": "not my order" })).await;
    assert_eq!((status, &declined["status"]), (200, &json!("declined")), "{declined}");
    assert_eq!(world.client.finished_run(&run).await["status"], "succeeded");
    assert_eq!(world.told(), json!({ "submitted": false, "reason": "not my order" }));
}

async fn a_cancelled_run_takes_its_form_with_it(database: Database) {
    let world = World::new(database).await;
    let (run, form) = world.waits().await;
    assert_eq!(world.client.post(&format!("/runs/{run}/cancel"), &json!({})).await.0, 202);
    assert_eq!(world.client.finished_run(&run).await["phase"], "cancelled");
    let (status, refused) = world.answers(&form, json!({ "values": { "city": "a" } })).await;
    assert_eq!((status, &refused["details"]["status"]), (409, &json!("cancelled")), "{refused}");
    assert_eq!(world.client.get("/forms?status=pending").await.1, json!([]));
    assert_eq!(world.client.get("/forms?status=cancelled").await.1[0]["id"], form["id"]);
}

/// The form of a private run: a colleague finds and answers nothing, an administrator reads it and does not answer.
async fn a_private_form_is_its_owners(database: Database) {
    let world = World::new(database).await;
    let body = json!({ "agent_id": world.agent, "input_message": "Send it", "visibility": "private" });
    let (status, run) = world.client.post("/runs", &body).await;
    assert_eq!(status, 202, "{run}");
    let (_, mine) = world.client.get("/forms").await;
    let form = &mine[0];
    let tenant = run["tenant_id"].as_str().unwrap();
    let as_user = async |user: &str, scopes: &str| {
        let args = ["token", "--tenant", tenant, "--user", user, "--scopes", scopes];
        let (token, made) = world.artel.command(&args).await;
        assert!(made, "artel token");
        Client::new(world.artel.url(), token.trim())
    };
    let colleague = as_user("00000000-0000-4000-8000-0000000000e1", "runs:read,runs:write,agents:read").await;
    let answer = json!({ "values": { "city": "a" } });
    assert_eq!(colleague.get(&path(form, "")).await.0, 404);
    assert_eq!(colleague.get("/forms").await.1, json!([]));
    assert_eq!(colleague.post(&path(form, "/answer"), &answer).await.0, 404);
    let admin = as_user("00000000-0000-4000-8000-0000000000a1", "admin").await;
    assert_eq!(admin.get(&path(form, "")).await.1["id"], form["id"]);
    let (status, refused) = admin.post(&path(form, "/answer"), &answer).await;
    assert_eq!((status, &refused["error"]), (403, &json!("not_the_owner")), "{refused}");
    let reader = as_user("00000000-0000-4000-8000-0000000000e1", "runs:read").await;
    assert_eq!(reader.post(&path(form, "/answer"), &answer).await.0, 403);
    assert_eq!(world.answers(form, answer).await.0, 200);
    assert_eq!(world.client.finished_run(run["id"].as_str().unwrap()).await["status"], "succeeded");
}

/// A model that asks wrongly hears how to ask, and no form is made.
async fn a_form_that_cannot_be_filled_in_is_never_asked(database: Database) {
    let world = World::asking(
        database,
        json!({ "title": "Log in", "fields": [{ "name": "password", "label": "P", "type": "text" }] }),
    )
    .await;
    let (status, run) = world.client.post("/runs", &json!({ "agent_id": world.agent, "input_message": "x" })).await;
    assert_eq!((status, &run["status"]), (201, &json!("succeeded")), "{run}");
    let requests = world.model.requests();
    let told = requests.last().unwrap()["messages"].as_array().unwrap().last().unwrap().to_string();
    assert!(told.contains("invalid_argument: fields[0]") && told.contains("ask with connect"), "{told}");
    assert_eq!(world.client.get("/forms").await.1, json!([]));
}

on_both_stores! {
    an_answered_form_is_the_result_of_its_call as an_answered_form_is_a_result_on_sqlite, an_answered_form_is_a_result_on_postgres;
    values_that_do_not_fit_are_named_field_by_field as wrong_values_are_named_on_sqlite, wrong_values_are_named_on_postgres;
    a_form_outlives_crashes_on_both_sides_of_its_answer as a_form_outlives_crashes_on_sqlite, a_form_outlives_crashes_on_postgres;
    of_many_answers_at_once_one_counts as one_answer_counts_on_sqlite, one_answer_counts_on_postgres;
    nobody_answering_and_not_wanting_to_are_told_to_the_model as a_form_without_an_answer_on_sqlite, a_form_without_an_answer_on_postgres;
    a_cancelled_run_takes_its_form_with_it as a_cancelled_run_closes_its_form_on_sqlite, a_cancelled_run_closes_its_form_on_postgres;
    a_private_form_is_its_owners as a_private_form_is_its_owners_on_sqlite, a_private_form_is_its_owners_on_postgres;
    a_form_that_cannot_be_filled_in_is_never_asked as a_bad_form_is_never_asked_on_sqlite, a_bad_form_is_never_asked_on_postgres;
}
