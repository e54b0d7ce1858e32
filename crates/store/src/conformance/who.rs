//! Promises about who sees and changes what of a session: its owner, a colleague, an approver, an administrator, a
//! service.

use std::sync::Arc;

use artel_domain::{
    Approval, CallId, Decision, Phase, Run, RunId, SessionId, ToolCallRow, ToolOutcome, ToolRef, UserId, Visibility,
};
use serde_json::json;

use super::approvals::{deciding, question};
use super::calls::planned;
use super::world::{World, at_once, ending, fence, now, session, uuid};
use crate::viewer::ACCESS;
use crate::{
    AnswerTo, Answered, ApprovalFilter, AuditFilter, CallAnswer, CancelOutcome, Created, Decided, NewRun, Page,
    RunFilter, SessionFilter, Step, Store, Viewer,
};

/// A run that waits for a human in a session of the world's user.
struct Waiting {
    run: Run,
    asked: Approval,
    call: CallId,
}

/// With these approvers.
async fn waiting(world: &World, in_session: &str, visibility: Visibility, approvers: &[&str]) -> Waiting {
    let Created::Run(run) = world.creates(NewRun { visibility, ..world.new_run(in_session) }).await else {
        panic!("refused")
    };
    let claims = world.claims_up_to(10, "worker", super::world::LEASE).await;
    let claim = claims.into_iter().find(|claim| claim.run.id == run.id).expect("it is free");
    let approvers = approvers.iter().map(|name| (*name).to_owned()).collect();
    let asked = Approval { approvers, ..question(&run, 0) };
    let call = ToolCallRow { tool: Some(ToolRef::client("write_file")), ..planned(&run, 0) };
    let step = Step {
        entries: vec![super::world::delta(&fence(&claim.run), claim.first_seq, 1, "secret")],
        new_calls: vec![call.clone()],
        approvals: vec![asked.clone()],
        ..ending(claim.first_seq + 1, Phase::Waiting)
    };
    world.store.commit(&fence(&claim.run), step).await.unwrap();
    Waiting { run: *run, asked, call: call.id }
}

fn colleague(world: &World) -> Viewer {
    Viewer::user(world.tenant, UserId(uuid()))
}

fn administrator(world: &World) -> Viewer {
    let viewer = colleague(world);
    let mut audit = world.audit(ACCESS);
    audit.actor.user_id = Some(viewer.user_id);
    audit.entity_type = "session";
    viewer.with_scopes(&["admin".to_owned()]).as_administrator(audit)
}

fn of_session(id: &SessionId) -> RunFilter {
    RunFilter { session_id: Some(id.clone()), limit: 10, ..RunFilter::default() }
}

fn all_approvals() -> ApprovalFilter {
    ApprovalFilter { limit: 10, ..ApprovalFilter::default() }
}

/// How much the viewer sees of the session: one flag for each way to look.
async fn sees(world: &World, viewer: &Viewer, waiting: &Waiting) -> Vec<bool> {
    let (store, run) = (&world.store, &waiting.run);
    let session = &run.session_id;
    vec![
        store.find_run(viewer, run.id).await.unwrap().is_some(),
        !store.list_runs(viewer, RunFilter { limit: 10, ..RunFilter::default() }).await.unwrap().is_empty(),
        !store.list_runs(viewer, of_session(session)).await.unwrap().is_empty(),
        !store.list_tool_calls(viewer, &[run.id]).await.unwrap().is_empty(),
        store.find_session(viewer, session).await.unwrap().is_some(),
        !store.run_entries(viewer, run.id, 0, 10).await.unwrap().is_empty(),
        !store.session_entries_after(viewer, session, 0, 10).await.unwrap().is_empty(),
    ]
}

async fn sees_approval(world: &World, viewer: &Viewer, asked: &Approval) -> Vec<bool> {
    let store = &world.store;
    let in_session = ApprovalFilter { session_id: Some(asked.session_id.clone()), ..all_approvals() };
    vec![
        store.find_approval(viewer, asked.id).await.unwrap().is_some(),
        !store.list_approvals(viewer, all_approvals()).await.unwrap().is_empty(),
        !store.list_approvals(viewer, in_session).await.unwrap().is_empty(),
        !store
            .list_approvals(viewer, ApprovalFilter { run_id: Some(asked.run_id), ..all_approvals() })
            .await
            .unwrap()
            .is_empty(),
        !store
            .list_approvals(viewer, ApprovalFilter { state: Some(asked.state), ..all_approvals() })
            .await
            .unwrap()
            .is_empty(),
    ]
}

fn none(flags: &[bool]) -> bool {
    flags.iter().all(|seen| !seen)
}

fn all(flags: &[bool]) -> bool {
    flags.iter().all(|seen| *seen)
}

async fn decides(world: &World, viewer: &Viewer, asked: &Approval, decision: Decision) -> bool {
    let args = (decision == Decision::Edit).then(|| json!({"path": "b"}));
    let decided = Decided { args, by: Some(viewer.user_id), ..deciding(asked, decision) };
    world.store.decide_approval(viewer, decided, world.audit("approval.decide")).await.unwrap().is_some()
}

async fn starts(world: &World, viewer: &Viewer, in_session: &SessionId) -> Created {
    let new = NewRun { session_id: in_session.clone(), id: RunId(uuid()), ..world.new_run("") };
    let principal = artel_domain::Principal { user_id: viewer.user_id, ..new.principal };
    world.store.create_run(viewer, NewRun { principal, ..new }, world.audit("run.create")).await.unwrap()
}

fn unique() -> String {
    uuid().to_string()
}

pub async fn a_colleague_finds_nothing_of_a_private_session(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let waiting = waiting(&world, &unique(), Visibility::Private, &[]).await;
    assert!(all(&sees(&world, &world.viewer(), &waiting).await), "the owner sees it");
    assert!(all(&sees_approval(&world, &world.viewer(), &waiting.asked).await));
    let colleague = colleague(&world).with_scopes(&["api:write".to_owned(), "runs:write".to_owned()]);
    assert_eq!(sees(&world, &colleague, &waiting).await, [false; 7]);
    assert_eq!(sees_approval(&world, &colleague, &waiting.asked).await, [false; 5]);
    assert_eq!(
        store
            .list_sessions(&colleague, SessionFilter { active_only: false }, Page { limit: 9, offset: 0 })
            .await
            .unwrap()
            .1,
        0
    );
}

pub async fn a_colleague_changes_nothing_of_a_private_session(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let waiting = waiting(&world, &unique(), Visibility::Private, &[]).await;
    let (run, session) = (&waiting.run, &waiting.run.session_id);
    for stranger in [colleague(&world), administrator(&world)] {
        assert_eq!(
            store.cancel_run(&stranger, run.id, world.audit("run.cancel")).await.unwrap(),
            CancelOutcome::Missing
        );
        assert!(!decides(&world, &stranger, &waiting.asked, Decision::Approve).await);
        assert_eq!(starts(&world, &stranger, session).await, Created::SessionTaken);
        assert_eq!(
            store.rename_session(&stranger, session, "stolen", world.audit("session.rename")).await.unwrap(),
            None
        );
        assert!(!store.end_session(&stranger, session, world.audit("session.end")).await.unwrap());
        let answer = CallAnswer {
            to: AnswerTo::Client,
            session_id: session.clone(),
            call_id: waiting.call,
            outcome: ToolOutcome::Succeeded { output: json!("forged") },
            by: Some(stranger.user_id),
            at: now(),
        };
        assert_eq!(store.answer_call(&stranger, answer, world.audit("call.answer")).await.unwrap(), Answered::Unknown);
    }
    assert_eq!(world.finds(run.id).await.phase, Phase::Waiting);
    assert_eq!(store.list_runs(&world.viewer(), of_session(session)).await.unwrap().len(), 1);
}

pub async fn a_session_of_the_tenant_is_everybodys_in_it(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let waiting = waiting(&world, &unique(), Visibility::Tenant, &[]).await;
    let colleague = colleague(&world);
    assert!(all(&sees(&world, &colleague, &waiting).await));
    assert!(all(&sees_approval(&world, &colleague, &waiting.asked).await));
    assert!(none(&sees(&world, &other.viewer(), &waiting).await), "another tenant");
    assert!(decides(&world, &colleague, &waiting.asked, Decision::Approve).await);
    assert!(matches!(starts(&world, &colleague, &waiting.run.session_id).await, Created::Run(_)));
    let found = store.find_session(&colleague, &waiting.run.session_id).await.unwrap().unwrap();
    assert_eq!((found.owner_id, found.visibility), (Some(world.user), Visibility::Tenant), "it stays its owner's");
    assert!(matches!(
        store.cancel_run(&colleague, waiting.run.id, world.audit("run.cancel")).await.unwrap(),
        CancelOutcome::Requested(_)
    ));
}

pub async fn a_named_approver_sees_and_decides_the_approval_and_nothing_else(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let by_name = colleague(&world);
    let by_scope = colleague(&world).with_scopes(&["finance".to_owned()]);
    let name = format!("user:{}", by_name.user_id);
    for approver in [by_name, by_scope] {
        let waiting = waiting(&world, &unique(), Visibility::Private, &[&name, "scope:finance"]).await;
        assert_eq!(sees(&world, &approver, &waiting).await, [false; 7]);
        assert_eq!(sees_approval(&world, &approver, &waiting.asked).await, [true; 5]);
        assert!(none(&sees_approval(&world, &colleague(&world), &waiting.asked).await), "nobody else does");
        assert!(decides(&world, &approver, &waiting.asked, Decision::Edit).await);
        let decided = store.find_approval(&world.viewer(), waiting.asked.id).await.unwrap().unwrap();
        assert_eq!(decided.decided_by, Some(approver.user_id), "the owner sees who decided");
    }
}

pub async fn new_arguments_for_a_clients_call_come_from_the_owner_or_an_approver(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let waiting = waiting(&world, &unique(), Visibility::Tenant, &["scope:finance"]).await;
    assert!(!decides(&world, &colleague(&world), &waiting.asked, Decision::Edit).await);
    let approver = colleague(&world).with_scopes(&["finance".to_owned()]);
    assert!(decides(&world, &approver, &waiting.asked, Decision::Edit).await);
}

pub async fn an_administrator_reads_and_leaves_a_row_for_the_owner(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let waiting = waiting(&world, &unique(), Visibility::Private, &[]).await;
    let administrator = administrator(&world);
    assert!(all(&sees(&world, &administrator, &waiting).await));
    assert!(all(&sees_approval(&world, &administrator, &waiting.asked).await));
    let rows = AuditFilter { action: Some(ACCESS.to_owned()), limit: 100, ..AuditFilter::default() };
    let rows = store.list_audit(&world.viewer(), rows).await.unwrap();
    assert_eq!(rows.len(), 1, "one for the request, however often it looks");
    assert_eq!(
        (rows[0].user_id, rows[0].entity_id.as_str()),
        (Some(administrator.user_id), waiting.run.session_id.0.as_str())
    );
    let again = Viewer::user(world.tenant, administrator.user_id).as_administrator(world.audit(ACCESS));
    store.find_run(&again, waiting.run.id).await.unwrap().unwrap();
    store.find_run(&again, world.starts("of the tenant").await.id).await.unwrap().unwrap();
    let of =
        |action: &'static str| AuditFilter { action: Some(action.to_owned()), limit: 100, ..AuditFilter::default() };
    assert_eq!(
        store.list_audit(&world.viewer(), of(ACCESS)).await.unwrap().len(),
        2,
        "the next request leaves another"
    );
}

pub async fn an_administrator_decides_only_where_a_rule_names_administrators(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    for (approvers, decided) in [(&[][..], false), (&["scope:finance"], false), (&["scope:admin"], true)] {
        let waiting = waiting(&world, &unique(), Visibility::Private, approvers).await;
        assert_eq!(
            decides(&world, &administrator(&world), &waiting.asked, Decision::Approve).await,
            decided,
            "{approvers:?}"
        );
    }
}

pub async fn a_service_works_in_the_session_that_it_names(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let waiting = waiting(&world, "chat", Visibility::Private, &[]).await;
    let service = Viewer::service_as(world.tenant, UserId(uuid()));
    assert!(all(&sees(&world, &service, &waiting).await));
    assert_eq!(store.session_key(&service, &session("chat")).await.unwrap(), session("chat"));
    assert!(matches!(starts(&world, &service, &session("chat")).await, Created::Run(_)));
    assert!(decides(&world, &service, &waiting.asked, Decision::Approve).await);
    assert!(none(&sees(&world, &Viewer::service(other.tenant), &waiting).await), "but not in another tenant");
    let owner = store.find_session(&world.viewer(), &session("chat")).await.unwrap().unwrap().owner_id;
    assert_eq!(owner, Some(world.user));
}

pub async fn two_users_have_two_sessions_of_one_name(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    world.starts("chat-1").await;
    let second = colleague(&world);
    let read = store.find_session(&second, &session("chat-1")).await.unwrap().unwrap();
    assert_eq!(read.owner_id, Some(world.user), "before they begin their own they read the tenant's");
    let key = store.session_key(&second, &session("chat-1")).await.unwrap();
    assert_eq!((key.name(), &key), ("chat-1", &SessionId::of_user(second.user_id, "chat-1")));
    assert_eq!(starts(&world, &second, &session("chat-1")).await, Created::SessionTaken, "nobody joins by chance");
    let Created::Run(run) = starts(&world, &second, &key).await else { panic!("refused") };
    assert_eq!(run.session_id, key);
    for (viewer, id) in [(world.viewer(), session("chat-1")), (second, key)] {
        assert_eq!(store.session_key(&viewer, &session("chat-1")).await.unwrap(), id);
        let found = store.find_session(&viewer, &session("chat-1")).await.unwrap().unwrap();
        assert_eq!((found.id, found.owner_id), (id.clone(), Some(viewer.user_id)));
        assert_eq!(store.list_runs(&viewer, of_session(&id)).await.unwrap().len(), 1);
    }
}

pub async fn of_many_users_who_begin_one_name_at_once_each_gets_a_session(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let begun = at_once((0..20).map(|_| {
        let (world, viewer) = (world.clone(), colleague(&world));
        async move {
            loop {
                let key = world.store.session_key(&viewer, &session("chat")).await.unwrap();
                if let Created::Run(run) = starts(&world, &viewer, &key).await {
                    return (viewer.user_id, run.session_id);
                }
            }
        }
    }));
    for (user, id) in begun.await {
        let found = store.find_session(&Viewer::user(world.tenant, user), &session("chat")).await.unwrap().unwrap();
        assert_eq!((found.owner_id, found.id), (Some(user), id));
    }
}

pub async fn a_unique_id_is_one_session_for_the_whole_tenant(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (id, second) = (session(&unique()), colleague(&world));
    world.starts(&id.0).await;
    assert_eq!(store.session_key(&second, &id).await.unwrap(), id);
    assert!(matches!(starts(&world, &second, &id).await, Created::Run(_)));
    assert_eq!(store.list_runs(&world.viewer(), of_session(&id)).await.unwrap().len(), 2);
}

pub async fn a_name_that_looks_like_a_stored_id_is_nobody_elses(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let victim = colleague(&world);
    let forged = SessionId::of_user(victim.user_id, "chat");
    let key = store.session_key(&world.viewer(), &forged).await.unwrap();
    assert_eq!(key, SessionId::of_user(world.user, &forged.0));
    assert_eq!(key.shown(), forged, "it is shown as it was said");
}

pub async fn the_audit_log_hides_rows_about_a_colleagues_private_session(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let Waiting { run, asked, call } = waiting(&world, &unique(), Visibility::Private, &[]).await;
    let ids = [
        ("session", run.session_id.0.clone()),
        ("run", run.id.to_string()),
        ("approval", asked.id.to_string()),
        ("tool_call", call.to_string()),
        ("tool", uuid().to_string()),
    ];
    for (entity_type, entity_id) in &ids {
        let row =
            artel_domain::AuditEntry { entity_type, entity_id: entity_id.clone(), ..world.audit("thing.happened") };
        store.record_audit(world.tenant, row).await.unwrap();
    }
    let filter = AuditFilter { action: Some("thing.happened".to_owned()), limit: 100, ..AuditFilter::default() };
    let seen = async |viewer: &Viewer| store.list_audit(viewer, filter.clone()).await.unwrap().len();
    assert_eq!(seen(&world.viewer()).await, 5);
    assert_eq!(seen(&administrator(&world)).await, 5);
    assert_eq!(seen(&colleague(&world)).await, 1, "the tool's alone");
}

pub async fn the_owner_of_a_session_finds_who_looked_into_it(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let second = World { user: UserId(uuid()), ..world.clone() };
    let hers = waiting(&world, &unique(), Visibility::Private, &[]).await.run;
    let his = waiting(&second, &unique(), Visibility::Private, &[]).await.run;
    let administrator = administrator(&world);
    for run in [&hers, &his] {
        store.find_run(&administrator, run.id).await.unwrap().unwrap();
    }
    for (owner, run) in [(&world, &hers), (&second, &his)] {
        let filter = AuditFilter {
            action: Some(ACCESS.to_owned()),
            session_owner: Some(owner.user),
            limit: 9,
            ..AuditFilter::default()
        };
        let rows = store.list_audit(&owner.viewer(), filter).await.unwrap();
        let found: Vec<_> = rows.iter().map(|row| row.entity_id.as_str()).collect();
        assert_eq!(found, [run.session_id.0.as_str()]);
    }
}
