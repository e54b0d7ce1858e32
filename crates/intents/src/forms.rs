use artel_domain::form::{not_submitted, submitted};
use artel_domain::{
    ArtifactId, AskedForm, AuditEntry, CallId, Fault, FieldType, FormState, Refusal, Requester, RunId, Subject,
    Timestamp, ToolOutcome,
};
use artel_identity::Scope;
use artel_store::{AnswerTo, Answered, CallAnswer, Viewer};
use artel_tools::{FormProblem, Programs, check_values};
use serde_json::{Value, json};

use crate::text::without_nul;
use crate::{Intents, scopes};

const DECLINED: &str = "the user did not want to answer";

/// Which form is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormRef {
    /// The call that asked for it.
    pub id: CallId,
    /// Only if it belongs to this run.
    pub of_run: Option<RunId>,
}

/// What a human does with a form.
#[derive(Debug, Clone, PartialEq)]
pub enum FormAnswer {
    /// Fills it in: values by the names of its fields.
    Values(Value),
    /// Does not answer. The model reads why.
    Decline { reason: Option<String> },
}

impl Intents {
    /// Answers a form, once, and returns it as it is now. Its run goes on with the answer as the result of the call.
    ///
    /// # Errors
    /// `Forbidden`: the scope `runs:write` is missing, or the requester sees the form and may not answer it. `Absent`:
    /// the form. `Conflict`: the form is answered, expired or cancelled (the details say so). `Invalid`: the
    /// values do not fit its fields; each fault names its field.
    pub async fn answer_form(
        &self,
        requester: &Requester,
        form: FormRef,
        answer: FormAnswer,
    ) -> Result<AskedForm, Refusal> {
        scopes::check(requester, Scope::RunsWrite)?;
        let asked = self.find_asked(requester, form).await?;
        self.check_agent_of(requester, asked.run_id).await?;
        check_open(&asked, self.clock.now())?;
        let (output, decision) = match answer {
            FormAnswer::Values(values) => (submitted(&self.check_form(requester, &asked, values).await?), "submit"),
            FormAnswer::Decline { reason } => {
                (not_submitted(&reason.map_or_else(|| DECLINED.to_owned(), without_nul)), "decline")
            }
        };
        let at = self.clock.now();
        let given = CallAnswer {
            session_id: asked.session_id.clone(),
            call_id: asked.id,
            to: AnswerTo::Form,
            outcome: ToolOutcome::Succeeded { output },
            by: Some(requester.user_id()),
            at,
        };
        let answered =
            self.store.answer_call(&Viewer::from(requester), given, audit(requester, &asked, decision, at)).await?;
        let now = self.find_asked(requester, form).await?;
        match answered {
            Answered::Accepted(_) => {
                self.bus.wake_workers();
                Ok(now)
            }
            Answered::Already(_) => Err(closed(&now)),
            Answered::Unknown => {
                let message = "The session's owner answers this form; everybody does in a session of the organisation.";
                Err(Refusal::forbidden(Subject::Form, "not_the_owner", message))
            }
        }
    }

    async fn find_asked(&self, requester: &Requester, form: FormRef) -> Result<AskedForm, Refusal> {
        let found = self.store.find_form(&self.viewer(requester), form.id).await?;
        let found = found.filter(|found| form.of_run.is_none_or(|run| run == found.run_id));
        found.ok_or_else(|| Refusal::absent(Subject::Form))
    }

    /// The values as the model gets them.
    async fn check_form(&self, requester: &Requester, asked: &AskedForm, values: Value) -> Result<Value, Refusal> {
        let form = asked.form.clone();
        let checked = Programs::of_process().run(asked.tenant_id, move |fuel| check_values(&form, &values, fuel)).await;
        let values = checked.map_err(|problem| match problem {
            FormProblem::Wrong(faults) => faulty(faults),
            FormProblem::BrokeOff(broke_off) => Refusal::internal(broke_off),
        })?;
        self.check_files(requester, asked, &values).await?;
        Ok(values)
    }

    /// Files are artifacts that whoever answers may read.
    async fn check_files(&self, requester: &Requester, asked: &AskedForm, values: &Value) -> Result<(), Refusal> {
        let mut faults = Vec::new();
        for field in asked.form.fields.iter().filter(|field| field.field_type == FieldType::File) {
            let named = values.get(&field.name).and_then(|file| file["artifact_id"].as_str());
            let Some(id) = named.and_then(|id| id.parse().ok()).map(ArtifactId) else { continue };
            if self.store.find_artifact(&Viewer::from(requester), id).await?.is_none() {
                let message = "there is no such artifact; send the file with POST /artifacts first".to_owned();
                faults.push(Fault { field: field.name.clone(), message });
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faulty(faults)) }
    }
}

fn faulty(faults: Vec<Fault>) -> Refusal {
    let under = |fault: Fault| {
        let field = if fault.field.is_empty() { "values".to_owned() } else { format!("values.{}", fault.field) };
        Fault { field, ..fault }
    };
    Refusal::faulty(Subject::Form, faults.into_iter().map(under).collect())
}

/// A form whose time is over is closed, also before a worker has recorded it.
fn check_open(asked: &AskedForm, now: Timestamp) -> Result<(), Refusal> {
    match asked.state {
        FormState::Pending if asked.until.is_none_or(|until| now < until) => Ok(()),
        FormState::Pending => Err(closed(&AskedForm { state: FormState::Expired, ..asked.clone() })),
        _ => Err(closed(asked)),
    }
}

fn closed(asked: &AskedForm) -> Refusal {
    let how = match asked.state {
        FormState::Expired => "has expired",
        FormState::Cancelled => "was cancelled with its run",
        _ => "is answered already",
    };
    let details = json!({ "status": asked.state, "answered_by": asked.answered_by, "ended_at": asked.ended_at });
    Refusal::conflict(Subject::Form, "conflict", format!("The form {how}.")).with_details(details)
}

/// The values are in the journal and nowhere else.
fn audit(requester: &Requester, asked: &AskedForm, decision: &str, at: Timestamp) -> AuditEntry {
    let details = json!({ "decision": decision, "run_id": asked.run_id });
    AuditEntry { details: Some(details), ..requester.audit("form.answer", "form", asked.id, at) }
}
