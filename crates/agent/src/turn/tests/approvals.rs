//! An approved call is executed as it was shown, or the human is asked again.

use artel_domain::{Target, ToolRef};

use super::*;
use crate::turn::Present;

fn held(effect: EffectClass) -> Turn {
    turn_after([started(), requested(1), answered(1, "", 1), asks(1, 0, effect), shown(1)])
}

/// The question of this round, with what it shows.
fn shown(round: u32) -> Event {
    Event::ApprovalRequested {
        approval_id: ApprovalId::of_round(id(1, 0), round),
        call_id: id(1, 0),
        name: "echo".into(),
        args: json!({}),
        args_digest: String::new(),
        reason: "dangerous".into(),
        target: Some(Target::named(ToolRef::builtin(&format!("echo {round}")))),
        changed: Vec::new(),
        replaces: None,
        approvers: Vec::new(),
    }
}

fn approves(round: u32) -> Event {
    let (call_id, approval_id) = (id(1, 0), ApprovalId::of_round(id(1, 0), round));
    Event::ApprovalDecided {
        approval_id,
        call_id,
        decision: Decision::Approve,
        args: None,
        feedback: None,
        decided_by: None,
        answered: false,
    }
}

#[test]
fn a_call_whose_tool_changed_is_asked_about_again_and_the_new_question_replaces_the_old() {
    let mut turn = held(EffectClass::AtMostOnce);
    turn.observe(|_| Present::Changed);
    let (journal, actions) = play(&mut turn, [approves(1)]);
    assert_eq!((kinds(&journal), actions), (vec!["approval_decided", "approval_requested"], vec![]));
    let Event::ApprovalRequested { approval_id, replaces, .. } = &journal[1] else { panic!("{journal:?}") };
    assert_eq!((*approval_id, *replaces), (ApprovalId::of_round(id(1, 0), 2), Some(ApprovalId::derive(id(1, 0)))));
    assert_eq!((turn.waits(), turn.awaiting()), (vec![Wait::Approval], 1));

    let (journal, actions) = play(&mut turn, [approves(1)]);
    assert_eq!((kinds(&journal), actions), (vec!["approval_decided"], vec![]), "the old approval is worth nothing");
    let (journal, actions) = play(&mut turn, [approves(2)]);
    assert_eq!((kinds(&journal), actions.len()), (vec!["approval_decided", "tool_dispatched"], 1));
}

#[test]
fn an_edited_call_is_asked_about_again_with_the_edited_arguments() {
    let mut turn = held(EffectClass::AtMostOnce);
    turn.observe(|_| Present::Changed);
    let edit = decided(1, 0, Decision::Edit, Some(json!({ "n": 9 })));
    let (journal, _) = play(&mut turn, [edit]);
    assert!(matches!(&journal[1], Event::ApprovalRequested { args, .. } if *args == json!({ "n": 9 })));
}

#[test]
fn a_call_whose_tool_is_gone_is_refused_and_a_rejected_call_is_not_compared() {
    let mut turn = held(EffectClass::AtMostOnce);
    turn.observe(|_| Present::Refused("gone".into()));
    let (journal, _) = play(&mut turn.clone(), [approves(1)]);
    assert!(
        matches!(&journal[1], Event::ToolFinished { outcome: ToolOutcome::Failed { error }, .. } if error == "gone")
    );
    let (journal, _) = play(&mut turn, [decided(1, 0, Decision::Reject, None)]);
    assert!(matches!(
        &journal[1],
        Event::ToolFinished { outcome: ToolOutcome::Failed { error }, .. }
            if error.contains("rejected")
    ));
}

#[test]
fn an_interrupted_call_is_not_repeated_at_a_changed_tool() {
    for (effect, present, expected) in [
        (EffectClass::Idempotent, Present::AsShown, vec!["tool_dispatched"]),
        (EffectClass::Idempotent, Present::Changed, vec!["approval_requested"]),
        (EffectClass::ReadOnly, Present::Changed, vec!["approval_requested"]),
        (EffectClass::Verifiable, Present::Changed, vec!["tool_finished", "model_requested"]),
        (EffectClass::Idempotent, Present::Refused("gone".into()), vec!["tool_finished", "model_requested"]),
        (EffectClass::AtMostOnce, Present::Changed, vec!["tool_finished", "model_requested"]),
    ] {
        let mut turn = held(effect);
        play(&mut turn, [approves(1)]);
        turn.observe(|_| present.clone());
        assert_eq!(outstanding(&turn).0, expected, "{effect:?} {present:?}");
    }
}

#[test]
fn a_call_without_a_question_is_not_compared() {
    let mut turn = turn_after([started(), requested(1), answered(1, "", 1), reads(1, 0), dispatched(1, 0, 1)]);
    turn.observe(|_| Present::Changed);
    assert_eq!(outstanding(&turn).0, ["tool_dispatched"]);
}

#[test]
fn a_journal_with_two_rounds_is_replayed_to_the_second() {
    let journal = [
        started(),
        requested(1),
        answered(1, "", 1),
        asks(1, 0, EffectClass::AtMostOnce),
        shown(1),
        approves(1),
        shown(2),
    ];
    let mut turn = turn_after(journal);
    assert_eq!(turn.call(id(1, 0)).unwrap().approval, Some(ApprovalId::of_round(id(1, 0), 2)));
    let (journal, _) = play(&mut turn, [approves(2)]);
    assert_eq!(kinds(&journal), ["approval_decided", "tool_dispatched"]);
}
