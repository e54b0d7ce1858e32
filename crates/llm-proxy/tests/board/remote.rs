//! A process that calls models through a proxy sends the provider exactly the same request as a process without one,
//! and gets the same answer.

use std::collections::BTreeMap;

use artel_domain::{AssistantCall, ToolSpec};
use artel_llm::{
    Completion, Config, Delta, ImageSource, Message, Models, Params, Part, PartBody, ProxyEndpoint, Reasoning, Request,
    Rest,
};
use artel_model_mock::{Protocol, Reply, Script, Step, Usage};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::world::{KEY, PROTOCOLS, World, config, model};

fn marked(body: PartBody) -> Part {
    Part { body, cache_control: Some(json!({ "type": "ephemeral" })) }
}

fn object(value: Value) -> Rest {
    serde_json::from_value(value).unwrap()
}

/// A request with everything that the common form can hold and the protocol can carry.
fn request(models: &Models, protocol: Protocol) -> Request {
    let picture = Part {
        body: PartBody::Image {
            source: ImageSource::Inline { media_type: "image/png".into(), data: "aGk=".into() },
            detail: None,
        },
        cache_control: None,
    };
    let signed = Reasoning::Thinking { thinking: "Hm.".into(), signature: Some("c2ln".into()) };
    let hidden = Reasoning::RedactedThinking { data: "aGk=".into() };
    let call = AssistantCall {
        id: "toolu_1".into(),
        name: "weather".into(),
        arguments: r#"{"city":"Rome"}"#.into(),
        ..AssistantCall::default()
    };
    let mut shown = vec![Part::text("cloudy")];
    if protocol == Protocol::Anthropic {
        shown.push(picture.clone());
    }
    let messages = vec![
        Message::System {
            content: vec![marked(PartBody::Text("Be brief.".into()))],
            developer: false,
            rest: Rest::new(),
        },
        Message::system("Be kind."),
        Message::User { content: vec![Part::text("Where is this?"), picture], rest: Rest::new() },
        Message::Assistant {
            content: vec![Part::text("Let me see.")],
            calls: vec![call],
            reasoning: vec![signed, hidden],
            rest: Rest::new(),
            origin: None,
        },
        Message::Tool { call_id: "toolu_1".into(), content: shown, is_error: true, rest: Rest::new() },
        Message::user("And now?"),
    ];
    let schema = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    let tool = ToolSpec {
        name: "weather".into(),
        description: "The weather".into(),
        input_schema: schema,
        rest: object(json!({ "cache_control": { "type": "ephemeral" } })),
    };
    let params = json!({ "max_tokens": 9000, "stop": ["END"], "temperature": 0.5, "tool_choice": "auto", "thinking": { "type": "enabled", "budget_tokens": 2000 } });
    Request {
        model: models.check(model(protocol)).unwrap(),
        messages,
        tools: vec![tool],
        params: Params::read(params.as_object().unwrap()).unwrap(),
        account: "ada".into(),
        used_by: artel_llm::UsedBy::default(),
        keys: BTreeMap::new(),
        trace: None,
    }
}

/// The answer, its deltas, and the request that the provider received.
async fn ask(world: &World, models: &Models, protocol: Protocol) -> (Completion, Vec<Delta>, Value) {
    world.mock.forget_requests();
    let (sender, mut receiver) = mpsc::channel(1000);
    let served = models.stream(request(models, protocol), sender).await.unwrap();
    let mut deltas = Vec::new();
    while let Some(delta) = receiver.recv().await {
        // In one process the finish word is a part of the answer; a proxy sends it in a member beside the answer.
        if !matches!(delta, Delta::Opened(_) | Delta::Rest(_)) {
            deltas.push(delta);
        }
    }
    let asked = world.mock.requests().pop().unwrap().json();
    (Completion { finish_word: None, rest: Rest::new(), ..served.answer }, deltas, asked)
}

#[tokio::test]
async fn a_call_through_the_proxy_is_the_same_call_as_one_in_process() {
    let world = World::new("").await;
    let here = Models::new(Config { retries: 0, ..config(world.mock.url()) }).unwrap();
    let endpoint = ProxyEndpoint { url: world.url.clone(), internal_key: Some(KEY.into()) };
    let behind = Models::new(Config { retries: 0, proxy: Some(endpoint), ..config(world.mock.url()) }).unwrap();
    for protocol in PROTOCOLS {
        let mut steps = vec![
            Step::thinking("Well.", "d2VsbA=="),
            Step::text("Let me look."),
            Step::call("weather", json!({ "city": "Oslo" })),
        ];
        if protocol == Protocol::Anthropic {
            steps.insert(1, Step::RedactedThinking("aGlkZGVu".into()));
        }
        let usage = Usage { input: 10, output: 20, cache_read: 30, cache_creation: 4, reasoning: 5 };
        world.mock.set_script(Script::from(Reply::of(steps).usage(usage)));
        let (mut answer, mut deltas, asked) = ask(&world, &here, protocol).await;
        let (mut remote_answer, mut remote_deltas, remote_asked) = ask(&world, &behind, protocol).await;
        if protocol == Protocol::Ollama {
            // Ids are generated anew for each call.
            for calls in [&mut answer.calls, &mut remote_answer.calls] {
                for call in calls {
                    call.id.clear();
                }
            }
            for delta in deltas.iter_mut().chain(&mut remote_deltas) {
                if let Delta::Call { id, .. } = delta {
                    id.clear();
                }
            }
        }
        assert_eq!(remote_asked, asked, "{protocol:?}");
        assert_eq!(remote_answer, answer, "{protocol:?}");
        assert_eq!(remote_deltas, deltas, "{protocol:?}");
    }
}
