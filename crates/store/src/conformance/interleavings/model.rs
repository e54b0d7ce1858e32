//! What a login is, said without a database.

use artel_domain::Timestamp;

use super::super::login_world::{FAMILY_TTL, GRACE, TOKEN_TTL};
use super::script::{Call, Op};

/// Its tokens are numbered; the newest is the only one that can live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) newest: usize,
    rotated_at: Timestamp,
    revoked: bool,
    token_ends: Timestamp,
    ends: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Rotation(&'static str),
    /// How many logins were ended.
    Done(u64),
}

impl Login {
    pub(super) fn new(at: Timestamp) -> Self {
        Self { newest: 0, rotated_at: at, revoked: false, token_ends: at + TOKEN_TTL, ends: at + FAMILY_TTL }
    }

    pub(super) fn live(&self, at: Timestamp) -> Option<usize> {
        (!self.revoked && self.token_ends > at).then_some(self.newest)
    }

    fn present(&mut self, generation: usize, by_its_client: bool, at: Timestamp) -> &'static str {
        if generation > self.newest {
            return "unknown";
        }
        if !by_its_client {
            return "wrong_client";
        }
        if self.revoked {
            return "revoked";
        }
        if self.token_ends <= at {
            return "expired";
        }
        if generation == self.newest {
            self.newest += 1;
            self.rotated_at = at;
            self.token_ends = self.ends.min(at + TOKEN_TTL);
            return "ok";
        }
        if generation + 1 == self.newest && at < self.rotated_at + GRACE {
            return "repeated";
        }
        self.revoked = true;
        "reused"
    }

    fn revoke(&mut self, at: Timestamp) -> u64 {
        let lived = self.live(at).is_some();
        self.revoked |= lived;
        u64::from(lived)
    }
}

fn apply(logins: &mut [Login], call: Call, at: Timestamp) -> Answer {
    let login = &mut logins[call.login];
    match call.op {
        Op::Present => Answer::Rotation(login.present(call.generation, true, at)),
        Op::Steal => Answer::Rotation(login.present(call.generation, false, at)),
        Op::RevokeToken if call.generation > login.newest => Answer::Done(0),
        Op::RevokeToken => Answer::Done(login.revoke(at)),
        Op::RevokeAll => Answer::Done(logins.iter_mut().map(|login| login.revoke(at)).sum()),
    }
}

/// Every state in which some order of these calls, with just these answers, may have left the logins. A call without an
/// answer was left by its caller: it may have happened or not.
pub(super) fn explain(before: &[Vec<Login>], calls: &[(Call, Option<Answer>)], at: Timestamp) -> Vec<Vec<Login>> {
    let mut after = Vec::new();
    for logins in before {
        orders(logins, calls, at, &mut after);
    }
    after
}

fn orders(logins: &[Login], calls: &[(Call, Option<Answer>)], at: Timestamp, after: &mut Vec<Vec<Login>>) {
    if calls.is_empty() {
        if !after.iter().any(|known| known == logins) {
            after.push(logins.to_vec());
        }
        return;
    }
    for next in 0..calls.len() {
        let mut rest = calls.to_vec();
        let (call, answer) = rest.swap_remove(next);
        let mut then = logins.to_vec();
        let predicted = apply(&mut then, call, at);
        if answer.is_none() {
            orders(logins, &rest, at, after);
        }
        if answer.is_none_or(|answer| answer == predicted) {
            orders(&then, &rest, at, after);
        }
    }
}
