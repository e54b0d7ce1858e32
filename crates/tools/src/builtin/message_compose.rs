use artel_catalogue::args::{MessageCompose as Args, Variant};
use artel_domain::EffectClass;
use async_trait::async_trait;
use serde_json::json;

use super::Builtin;
use crate::artifacts::ToolArtifact;
use crate::context::CallContext;
use crate::output::{ToolError, ToolOutput};

/// Shows the user a few variants of one message.
pub(crate) struct MessageCompose;

#[async_trait]
impl Builtin for MessageCompose {
    const NAME: &'static str = "message_compose";
    const EFFECT: EffectClass = EffectClass::Idempotent;
    type Args = Args;

    async fn call(&self, context: &CallContext, args: Args) -> Result<ToolOutput, ToolError> {
        check(&args.variants)?;
        let Some(artifacts) = &context.artifacts else {
            return Err("unavailable: drafts cannot be kept here; put the message into your answer".into());
        };
        let variants: Vec<_> = args
            .variants
            .iter()
            .map(|variant| {
                let mut shown = json!({ "label": variant.label, "text": variant.text });
                if let Some(subject) = &variant.subject {
                    shown["subject"] = json!(subject);
                }
                shown
            })
            .collect();
        let draft = json!({ "channel": args.channel, "variants": variants });
        let artifact = ToolArtifact {
            ordinal: 0,
            kind: "message_draft",
            title: args.variants.iter().find_map(|variant| variant.subject.clone()),
            media_type: "application/json".to_owned(),
            bytes: draft.to_string().into(),
            is_ephemeral: true,
        };
        let kept = artifacts.keep(context, artifact).await?;
        Ok(json!({ "artifact_id": kept }).into())
    }
}

/// What the schema cannot say: texts that are not blank, labels that differ.
fn check(variants: &[Variant]) -> Result<(), String> {
    for (at, variant) in variants.iter().enumerate() {
        if variant.label.trim().is_empty() || variant.text.trim().is_empty() {
            return Err(format!("invalid_argument: variants[{at}] has a blank label or text; write both"));
        }
        if variants[..at].iter().any(|other| other.label.trim() == variant.label.trim()) {
            let label = variant.label.trim();
            return Err(format!(
                "invalid_argument: variants[{at}].label \"{label}\" stands twice; give each variant a label of its own"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::MessageCompose;
    use crate::builtin::testing::{MemoryKeeper, answer_keeping, refusal};

    fn variants(labels: &[&str]) -> Value {
        let variants: Vec<Value> =
            labels.iter().map(|label| json!({"label": label, "text": "Hello", "subject": "A subject"})).collect();
        json!({ "variants": variants, "channel": "email" })
    }

    #[tokio::test]
    async fn the_draft_is_kept_and_the_same_call_finds_it() {
        let kept = MemoryKeeper::default();
        let first = answer_keeping(MessageCompose, variants(&["Formal", "Friendly"]), &kept).await.unwrap();
        let again = answer_keeping(MessageCompose, variants(&["Formal", "Friendly"]), &kept).await.unwrap();
        assert_eq!(first, again);
        let artifact = kept.all().pop().unwrap();
        assert_eq!((artifact.kind, artifact.title.as_deref()), ("message_draft", Some("A subject")));
        assert!(artifact.is_ephemeral);
        let draft: Value = serde_json::from_slice(&artifact.bytes).unwrap();
        assert_eq!(draft["variants"][1], json!({"label": "Friendly", "text": "Hello", "subject": "A subject"}));
    }

    #[tokio::test]
    async fn every_bad_draft_has_its_own_text() {
        let blank = json!({"variants": [{"label": "A", "text": " "}, {"label": "B", "text": "b"}]});
        for (args, expected) in [
            (variants(&["A"]), "at /variants: [{\"label\":\"A\""),
            (variants(&["A", "B", "C", "D", "E"]), "at /variants"),
            (variants(&["A", " A "]), "variants[1].label \"A\" stands twice; give each variant a label of its own"),
            (blank, "variants[0] has a blank label or text; write both"),
            (json!({}), "\"variants\" is a required property"),
            (json!({"variants": [{"label": "A"}, {"label": "B", "text": "b"}]}), "\"text\" is a required property"),
            (json!({"variants": [{"label": "A", "text": "a", "tone": "warm"}, {"label": "B", "text": "b"}]}), "'tone'"),
        ] {
            let told = refusal(MessageCompose, args).await;
            assert!(told.starts_with("invalid_argument: ") && told.contains(expected), "{told}");
        }
        let told = refusal(MessageCompose, variants(&["A", "B"])).await;
        assert_eq!(told, "unavailable: drafts cannot be kept here; put the message into your answer");
    }
}
