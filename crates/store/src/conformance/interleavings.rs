//! Refreshes, repeats, thefts, revocations and broken calls in any order and at once, against a model: every set of
//! answers must be one that some order of the calls explains, and never may two tokens of a login live.

mod model;
mod script;

use std::sync::Arc;
use std::time::Duration;

use proptest::test_runner::{Config, TestCaseError, TestRunner};

use self::model::{Answer, Login, explain};
use self::script::{Call, Op, Script, scripts};
use super::login_world::{LoginWorld, successor};
use super::world::at_once;
use crate::Store;

/// Scripts that run beside each other, and how often; `ARTEL_INTERLEAVINGS` asks for more rounds.
const BESIDE: usize = 25;
const ROUNDS: u32 = 16;

#[expect(clippy::unused_async, reason = "promises are async; proptest is not")]
pub async fn whatever_happens_at_once_at_most_one_token_of_a_login_lives(store: Arc<dyn Store>) {
    let cases = std::env::var("ARTEL_INTERLEAVINGS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS);
    let config = Config { cases, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let outcome = tokio::task::block_in_place(|| {
        TestRunner::new(config).run(&scripts(BESIDE), |scripts| {
            let runs = scripts.into_iter().map(|script| play(Arc::clone(&store), script));
            let outcomes = tokio::runtime::Handle::current().block_on(at_once(runs));
            outcomes.into_iter().collect::<Result<(), String>>().map_err(TestCaseError::fail)
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Plays a script against a world of its own; an error is a contradiction.
async fn play(store: Arc<dyn Store>, script: Script) -> Result<(), String> {
    let world = LoginWorld::new(&store).await;
    let mut at = world.opened;
    let mut tokens = Vec::new();
    for _ in 0..script::LOGINS {
        tokens.push(world.logs_in(at).await.1);
    }
    let mut candidates = vec![vec![Login::new(at); script::LOGINS]];
    for (number, step) in script.into_iter().enumerate() {
        at += Duration::from_secs(step.later_seconds);
        let newest: Vec<_> = candidates[0].iter().map(|login| login.newest).collect();
        let calls: Vec<Call> = step.ops.iter().map(|op| op.against(&newest)).collect();
        let answers = at_once(calls.iter().enumerate().map(|(index, call)| {
            let (world, tokens, call, cut) =
                (world.clone(), tokens.clone(), *call, step.cuts.get(index).copied().flatten());
            async move { (call, answer(&world, &tokens, call, at, cut).await) }
        }))
        .await;
        settle(&world, &tokens, at).await;
        let explained = explain(&candidates, &answers, at);
        let seen = look(&world, &tokens, &newest, at).await?;
        let fitting: Vec<_> = explained.into_iter().filter(|logins| prediction(logins, &seen, at) == seen).collect();
        if fitting.is_empty() {
            return Err(format!(
                "step {number} at {at}: no order explains {answers:?} and {seen:?} after any of {candidates:?}"
            ));
        }
        candidates = fitting;
    }
    Ok(())
}

/// What the store says, unless the caller leaves before it does.
async fn answer(
    world: &LoginWorld,
    tokens: &[String],
    call: Call,
    at: artel_domain::Timestamp,
    cut: Option<u64>,
) -> Option<Answer> {
    let asked = ask(world, tokens, call, at);
    match cut {
        None => Some(asked.await),
        Some(micros) => tokio::time::timeout(Duration::from_micros(micros), asked).await.ok(),
    }
}

async fn ask(world: &LoginWorld, tokens: &[String], call: Call, at: artel_domain::Timestamp) -> Answer {
    let audit = world.audit("auth.something", at);
    match call.op {
        Op::Present => {
            let outcome = world.refreshes(&token(tokens, call), at).await;
            Answer::Rotation(outcome.as_str())
        }
        Op::Steal => {
            let thief = LoginWorld { client: artel_domain::ClientId::new("a thief's client"), ..world.clone() };
            Answer::Rotation(thief.refreshes(&token(tokens, call), at).await.as_str())
        }
        Op::RevokeToken => Answer::Done(u64::from(
            world.store.revoke_refresh_token(&token(tokens, call), &world.client, audit).await.unwrap(),
        )),
        Op::RevokeAll => {
            Answer::Done(world.store.revoke_families(world.tenant, world.user, None, audit).await.unwrap())
        }
    }
}

fn token(tokens: &[String], call: Call) -> String {
    (0..call.generation).fold(tokens[call.login].clone(), |token, _| successor(&token))
}

/// Returns when no call that was left by its caller is still under way: this one waits for the family and changes
/// nothing.
async fn settle(world: &LoginWorld, tokens: &[String], at: artel_domain::Timestamp) {
    for login in 0..tokens.len() {
        ask(world, tokens, Call { op: Op::Steal, login, generation: 0 }, at).await;
    }
}

/// Which generations of each login live. More than one is wrong whatever the model says.
async fn look(
    world: &LoginWorld,
    tokens: &[String],
    newest: &[usize],
    at: artel_domain::Timestamp,
) -> Result<Vec<Vec<usize>>, String> {
    let mut seen = Vec::new();
    for (login, newest) in newest.iter().enumerate() {
        let mut live = Vec::new();
        for generation in 0..=newest + script::MOST_AT_ONCE + 1 {
            if world.is_live(&token(tokens, Call { op: Op::Present, login, generation }), at).await {
                live.push(generation);
            }
        }
        if live.len() > 1 {
            return Err(format!("tokens {live:?} of one login live at once"));
        }
        seen.push(live);
    }
    Ok(seen)
}

fn prediction(logins: &[Login], seen: &[Vec<usize>], at: artel_domain::Timestamp) -> Vec<Vec<usize>> {
    logins.iter().zip(seen).map(|(login, _)| login.live(at).into_iter().collect()).collect()
}
