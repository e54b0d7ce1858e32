//! What may happen, as proptest makes it up.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::{Just, Strategy, prop_oneof};

pub(super) const LOGINS: usize = 2;
pub(super) const MOST_AT_ONCE: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Present,
    /// By another client.
    Steal,
    RevokeToken,
    RevokeAll,
}

/// A token is named by how far it is from the newest: -1 is one that nobody has got yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    op: Op,
    login: usize,
    back: i32,
}

/// The same with the token's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) op: Op,
    pub(super) login: usize,
    pub(super) generation: usize,
}

/// Calls at once, some time after those before. A call that is cut is left by its caller after so many microseconds.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) later_seconds: u64,
    pub(super) ops: Vec<Planned>,
    pub(super) cuts: Vec<Option<u64>>,
}

pub(super) type Script = Vec<Step>;

impl Planned {
    pub(super) fn against(&self, newest: &[usize]) -> Call {
        let newest = i32::try_from(newest[self.login]).unwrap_or(i32::MAX);
        let generation = usize::try_from(newest - self.back).unwrap_or_default();
        Call { op: self.op, login: self.login, generation }
    }
}

pub(super) fn scripts(beside: usize) -> impl Strategy<Value = Vec<Script>> {
    vec(vec(step(), 1..8), beside)
}

fn step() -> impl Strategy<Value = Step> {
    let later = prop_oneof![
        6 => Just(0),
        2 => Just(4),
        1 => Just(9),
        2 => Just(10),
        1 => Just(3600),
        1 => Just(29 * 24 * 3600),
        1 => Just(30 * 24 * 3600),
    ];
    let cut = weighted(0.15, prop_oneof![0..300_u64, 300..5000_u64]);
    (later, vec(planned(), 1..=MOST_AT_ONCE), vec(cut, MOST_AT_ONCE)).prop_map(|(later_seconds, ops, cuts)| Step {
        later_seconds,
        ops,
        cuts,
    })
}

fn planned() -> impl Strategy<Value = Planned> {
    let op = prop_oneof![16 => Just(Op::Present), 1 => Just(Op::Steal), 1 => Just(Op::RevokeToken), 1 => Just(Op::RevokeAll)];
    let back = prop_oneof![1 => Just(-1), 12 => Just(0), 5 => Just(1), 1 => Just(2), 1 => Just(3)];
    (op, 0..LOGINS, back).prop_map(|(op, login, back)| Planned { op, login, back })
}
