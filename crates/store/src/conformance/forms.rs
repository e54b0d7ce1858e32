//! Promises about forms: calls that wait for a human's values.

use std::sync::Arc;

use artel_domain::form::{not_submitted, submitted};
use artel_domain::{
    AskedForm, CallId, CallState, Form, FormState, Phase, Run, TenantId, ToolCallRow, ToolOutcome, UserId, Visibility,
    Wait,
};
use serde_json::{Value, json};

use super::calls::{changed, planned};
use super::world::{LEASE, World, ending, fence, now, uuid};
use crate::viewer::ACCESS;
use crate::{
    AnswerTo, Answered, AuditFilter, CallAnswer, CallChange, Created, FormFilter, NewRun, Step, Store, Viewer,
};

fn form() -> Form {
    Form { title: "Who?".to_owned(), description: Some("ü \u{1}".to_owned()), fields: Vec::new(), connect: None }
}

/// A run that sleeps over a form.
async fn asks(world: &World, in_session: &str, visibility: Visibility) -> Run {
    let Created::Run(run) = world.creates(NewRun { visibility, ..world.new_run(in_session) }).await else {
        panic!("refused")
    };
    let claims = world.claims_up_to(10, "worker", LEASE).await;
    let claim = claims.into_iter().find(|claim| claim.run.id == run.id).expect("it is free");
    let call =
        ToolCallRow { state: CallState::Dispatched, attempts: 1, dispatched_at: Some(now()), ..planned(&run, 0) };
    let wait = Some(Wait::Form { form: form(), until: Some(now()) });
    let said = CallChange { wait, ..changed(call.id, CallState::Dispatched) };
    // A call that waits for something else is no form.
    let other = ToolCallRow { wait: Some(Wait::Child), ..planned(&run, 1) };
    let step = Step { new_calls: vec![call, other], calls: vec![said], ..ending(1, Phase::Waiting) };
    world.store.commit(&fence(&claim.run), step).await.unwrap();
    claim.run
}

fn form_of(run: &Run) -> CallId {
    CallId::derive(run.id, 1, 0)
}

async fn answers(world: &World, viewer: &Viewer, run: &Run, output: Value) -> Answered {
    let answer = CallAnswer {
        session_id: run.session_id.clone(),
        call_id: form_of(run),
        to: AnswerTo::Form,
        outcome: ToolOutcome::Succeeded { output },
        by: Some(viewer.user_id),
        at: now(),
    };
    world.store.answer_call(viewer, answer, world.audit("form.answer")).await.unwrap()
}

async fn finds(world: &World, run: &Run) -> AskedForm {
    world.store.find_form(&world.viewer(), form_of(run)).await.unwrap().expect("the form exists")
}

/// The worker's next words about the call.
async fn told(world: &World, outcome: ToolOutcome) {
    let claim = world.claims("worker", LEASE).await.expect("the run is awake");
    let said = CallChange {
        result: if let ToolOutcome::Succeeded { output } = &outcome { Some(output.clone()) } else { None },
        finished_at: Some(now()),
        ..changed(form_of(&claim.run), outcome.state())
    };
    world.store.commit(&fence(&claim.run), Step { calls: vec![said], ..ending(9, Phase::Succeeded) }).await.unwrap();
}

async fn cancels(world: &World, run: &Run) {
    world.store.cancel_run(&world.viewer(), run.id, world.audit("run.cancel")).await.unwrap();
}

async fn lists(world: &World, viewer: &Viewer, filter: FormFilter) -> Vec<CallId> {
    let found = world.store.list_forms(viewer, FormFilter { limit: 10, ..filter }).await.unwrap();
    found.into_iter().map(|form| form.id).collect()
}

pub async fn a_form_is_found_as_it_was_asked_and_as_it_was_answered(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let run = asks(&world, "s", Visibility::Tenant).await;
    let asked = finds(&world, &run).await;
    assert_eq!((asked.run_id, &asked.session_id, asked.agent_id), (run.id, &run.session_id, run.agent_id));
    assert_eq!((asked.state, &asked.form, asked.ended_at), (FormState::Pending, &form(), None));
    assert!(asked.until.is_some_and(|until| until >= asked.asked_at));
    assert_eq!(
        answers(&world, &world.viewer(), &run, submitted(&json!({ "name": "Ада" }))).await,
        Answered::Accepted(run.id)
    );
    let answered = finds(&world, &run).await;
    let expected = AskedForm {
        state: FormState::Answered,
        values: Some(json!({ "name": "Ада" })),
        answered_by: Some(world.user),
        ended_at: answered.ended_at,
        ..asked
    };
    assert_eq!((&answered, answered.ended_at.is_some()), (&expected, true));
    told(&world, ToolOutcome::Succeeded { output: submitted(&json!({ "name": "Ада" })) }).await;
    let journalled = finds(&world, &run).await;
    assert_eq!((journalled.state, journalled.values), (FormState::Answered, expected.values), "it stays so");
}

pub async fn a_form_without_values_says_why(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let run = asks(&world, "declined", Visibility::Tenant).await;
    answers(&world, &world.viewer(), &run, not_submitted("not mine")).await;
    let declined = finds(&world, &run).await;
    assert_eq!(
        (declined.state, declined.reason.as_deref(), declined.values),
        (FormState::Declined, Some("not mine"), None)
    );
    told(&world, ToolOutcome::Succeeded { output: not_submitted("not mine") }).await;
    assert_eq!(finds(&world, &run).await.state, FormState::Declined);

    let run = asks(&world, "cancelled", Visibility::Tenant).await;
    cancels(&world, &run).await;
    told(&world, ToolOutcome::Unknown { error: "cancelled".to_owned() }).await;
    assert_eq!(finds(&world, &run).await.state, FormState::Cancelled);

    let run = asks(&world, "ended from its row", Visibility::Tenant).await;
    cancels(&world, &run).await;
    let claim = world.claims("worker", LEASE).await.unwrap();
    store.commit(&fence(&claim.run), ending(9, Phase::Cancelled)).await.unwrap();
    assert_eq!(finds(&world, &run).await.state, FormState::Cancelled, "no form is open of a run that is over");

    let run = asks(&world, "expired", Visibility::Tenant).await;
    cancels(&world, &run).await;
    told(&world, ToolOutcome::Succeeded { output: not_submitted("nobody answered in time") }).await;
    assert_eq!(finds(&world, &run).await.state, FormState::Expired);
}

pub async fn forms_are_listed_oldest_first_and_by_filter(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (a, b) = (asks(&world, "a", Visibility::Tenant).await, asks(&world, "b", Visibility::Tenant).await);
    let viewer = world.viewer();
    let all = FormFilter::default();
    assert_eq!(lists(&world, &viewer, all.clone()).await, [form_of(&a), form_of(&b)]);
    answers(&world, &viewer, &a, submitted(&json!({}))).await;
    for (filter, expected) in [
        (FormFilter { state: Some(FormState::Pending), ..all.clone() }, vec![form_of(&b)]),
        (FormFilter { state: Some(FormState::Answered), ..all.clone() }, vec![form_of(&a)]),
        (FormFilter { state: Some(FormState::Expired), ..all.clone() }, vec![]),
        (FormFilter { run_id: Some(b.id), ..all.clone() }, vec![form_of(&b)]),
        (FormFilter { run_id: Some(a.id), state: Some(FormState::Pending), ..all.clone() }, vec![]),
        (FormFilter { session_id: Some(a.session_id.clone()), ..all.clone() }, vec![form_of(&a)]),
        (FormFilter { session_id: Some(a.session_id.clone()), state: Some(FormState::Pending), ..all.clone() }, vec![]),
        (FormFilter { session_id: Some(b.session_id.clone()), run_id: Some(a.id), ..all.clone() }, vec![]),
    ] {
        assert_eq!(lists(&world, &viewer, filter.clone()).await, expected, "{filter:?}");
    }
    let first = store.list_forms(&viewer, FormFilter { limit: 1, ..all }).await.unwrap();
    assert_eq!(first.len(), 1);
}

pub async fn a_colleague_finds_no_form_of_a_private_session_and_answers_none(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let run = asks(&world, &uuid().to_string(), Visibility::Private).await;
    let colleague = Viewer::user(world.tenant, UserId(uuid()));
    let stranger = Viewer::service(TenantId(uuid()));
    for viewer in [&colleague, &stranger] {
        assert_eq!(store.find_form(viewer, form_of(&run)).await.unwrap(), None);
        for filter in [
            FormFilter::default(),
            FormFilter { state: Some(FormState::Pending), ..FormFilter::default() },
            FormFilter { run_id: Some(run.id), ..FormFilter::default() },
            FormFilter { session_id: Some(run.session_id.clone()), ..FormFilter::default() },
        ] {
            assert_eq!(lists(&world, viewer, filter.clone()).await, [], "{filter:?}");
        }
        assert_eq!(answers(&world, viewer, &run, submitted(&json!({}))).await, Answered::Unknown);
    }
    assert_eq!(finds(&world, &run).await.state, FormState::Pending);
    let everybodys = asks(&world, &uuid().to_string(), Visibility::Tenant).await;
    assert_eq!(
        answers(&world, &colleague, &everybodys, submitted(&json!({}))).await,
        Answered::Accepted(everybodys.id)
    );
}

pub async fn an_administrators_look_at_a_private_form_leaves_a_row(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let run = asks(&world, &uuid().to_string(), Visibility::Private).await;
    let admin = Viewer::user(world.tenant, UserId(uuid()));
    let audit = artel_domain::AuditEntry { entity_type: "session", ..world.audit(ACCESS) };
    let admin = admin.as_administrator(audit);
    assert!(store.find_form(&admin, form_of(&run)).await.unwrap().is_some());
    assert_eq!(answers(&world, &admin, &run, submitted(&json!({}))).await, Answered::Unknown, "they only look");
    let filter = AuditFilter { action: Some(ACCESS.to_owned()), limit: 10, ..AuditFilter::default() };
    assert_eq!(store.list_audit(&Viewer::service(world.tenant), filter).await.unwrap().len(), 1);
}
