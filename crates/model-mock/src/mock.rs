use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::lowered::is_dynamic;
use crate::natural::natural;
use crate::plan::Plan;
use crate::render::answer;
use crate::{Endpoint, IncomingRequest, Protocol, Reply, Script, When};

use crate::request_log::{ClosedEarly, Counts, Recorded, RequestLog, Stats};

/// A scripted provider: its script and its records. Clones share both.
#[derive(Clone)]
pub struct Mock(Arc<Inner>);

struct Inner {
    behaviour: Mutex<Behaviour>,
    request_log: Mutex<RequestLog>,
    counts: watch::Sender<Counts>,
}

type Function = dyn Fn(&IncomingRequest) -> Reply + Send + Sync;

struct Behaviour {
    script: Arc<Script>,
    function: Option<Arc<Function>>,
    /// How often each reply was given.
    given: Vec<usize>,
    /// Rendered answers that depend on nothing but their key.
    ready: HashMap<Key, Arc<Plan>>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    reply: usize,
    protocol: Protocol,
    endpoint: Endpoint,
    stream: bool,
    include_usage: bool,
    calls_so_far: usize,
    model: String,
}

/// The largest number of rendered answers that are kept.
const MOST_READY: usize = 256;

impl Behaviour {
    fn new(script: Script) -> Self {
        Self { given: vec![0; script.replies.len()], script: Arc::new(script), function: None, ready: HashMap::new() }
    }

    /// The reply for a request: the first whose `when` matches, or else the next one without `when`.
    fn choose(&mut self, asked: &IncomingRequest) -> Option<usize> {
        let replies = &self.script.replies;
        let left =
            |at: usize, given: &[usize], unless_said: usize| given[at] < replies[at].times.unwrap_or(unless_said);
        let meant = |when: &When| when.matches(asked);
        let fitting = (0..replies.len())
            .find(|&at| replies[at].when.as_ref().is_some_and(meant) && left(at, &self.given, usize::MAX));
        let mut in_turn =
            (0..replies.len()).filter(|&at| replies[at].when.is_none() && asked.endpoint == Endpoint::Chat);
        let chosen = fitting.or_else(|| {
            let next = in_turn.clone().find(|&at| left(at, &self.given, 1));
            next.or_else(|| in_turn.next_back())
        })?;
        self.given[chosen] += 1;
        Some(chosen)
    }

    fn plan(&mut self, asked: &IncomingRequest) -> Arc<Plan> {
        if let Some(function) = self.function.clone().filter(|_| asked.endpoint == Endpoint::Chat) {
            return Arc::new(planned(asked, &function(asked), &self.script));
        }
        let Some(chosen) = self.choose(asked) else {
            let reply = if asked.endpoint == Endpoint::Chat { natural(asked) } else { Reply::default() };
            return Arc::new(planned(asked, &reply, &self.script));
        };
        let script = self.script.clone();
        let reply = &script.replies[chosen];
        if asked.endpoint != Endpoint::Chat || is_dynamic(reply) {
            return Arc::new(planned(asked, reply, &script));
        }
        let key = Key {
            reply: chosen,
            protocol: asked.protocol,
            endpoint: asked.endpoint,
            stream: asked.stream,
            include_usage: asked.include_usage,
            calls_so_far: asked.calls_so_far(),
            model: asked.model.clone(),
        };
        if self.ready.len() >= MOST_READY && !self.ready.contains_key(&key) {
            self.ready.clear();
        }
        self.ready.entry(key).or_insert_with(|| Arc::new(planned(asked, reply, &script))).clone()
    }
}

fn planned(asked: &IncomingRequest, reply: &Reply, script: &Script) -> Plan {
    Plan::new(&answer(asked, reply, script), reply)
}

impl Default for Mock {
    fn default() -> Self {
        Self::new(Script::default())
    }
}

impl Mock {
    /// A provider that follows a script.
    pub fn new(script: impl Into<Script>) -> Self {
        Self::with(Behaviour::new(script.into()))
    }

    /// A provider whose replies a function of the request returns.
    pub fn answering(function: impl Fn(&IncomingRequest) -> Reply + Send + Sync + 'static) -> Self {
        Self::with(Behaviour { function: Some(Arc::new(function)), ..Behaviour::new(Script::default()) })
    }

    fn with(behaviour: Behaviour) -> Self {
        let inner = Inner {
            behaviour: Mutex::new(behaviour),
            request_log: Mutex::new(RequestLog::new()),
            counts: watch::Sender::new(Counts::default()),
        };
        Self(Arc::new(inner))
    }

    /// Replaces the script. The new one begins with its first reply. The records stay.
    pub fn set_script(&self, script: impl Into<Script>) {
        *lock(&self.0.behaviour) = Behaviour::new(script.into());
    }

    /// The latest requests: at most 10,000 or 64 MiB of them.
    pub fn requests(&self) -> Vec<Recorded> {
        lock(&self.0.request_log).requests()
    }

    /// Forgets the requests, but not the counts.
    pub fn forget_requests(&self) {
        lock(&self.0.request_log).forget();
    }

    /// The current state, and the counts since the start.
    pub fn stats(&self) -> Stats {
        lock(&self.0.request_log).stats(*self.0.counts.borrow())
    }

    /// Waits until that many requests have come in all.
    pub async fn wait_requests(&self, count: u64) {
        self.wait_until(|counts| counts.requests >= count).await;
    }

    /// Waits until no answer is under way.
    pub async fn wait_idle(&self) {
        self.wait_until(|counts| counts.open_answers == 0).await;
    }

    /// Waits until clients have closed this many connections before the end of their answer. Returns the last one.
    pub async fn wait_closed(&self, count: u64) -> ClosedEarly {
        loop {
            self.wait_until(|counts| counts.closed_early >= count).await;
            if let Some(closed) = lock(&self.0.request_log).closed_early(count) {
                return closed;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    async fn wait_until(&self, holds: impl Fn(&Counts) -> bool) {
        // The sender lives as long as `self`.
        let _ = self.0.counts.subscribe().wait_for(|counts| holds(counts)).await;
    }

    pub(crate) fn plan(&self, asked: &IncomingRequest) -> Arc<Plan> {
        lock(&self.0.behaviour).plan(asked)
    }

    pub(crate) fn request_log(&self) -> MutexGuard<'_, RequestLog> {
        lock(&self.0.request_log)
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counts)) {
        self.0.counts.send_modify(change);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
