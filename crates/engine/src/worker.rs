use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use artel_domain::{RunId, TenantId};
use artel_store::Claim;
use artel_tools::{Hold, hold};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::blocked::wake_blocked;
use crate::drive::drive;
use crate::scribe::{BLOCK, Stop};
use crate::signals::{Signal, SignalSender, signals};
use crate::slots::Room;
use crate::{Deps, EngineConfig};

/// The store is asked for work at least this often: wake-ups only make it faster.
const POLL: Duration = Duration::from_secs(1);

/// Claims runs and drives them, until it is shut down.
pub struct Worker {
    inner: Arc<Inner>,
    /// The loops; the runs are tracked apart, because they go on after claiming has stopped.
    loops: TaskTracker,
    stop_claiming: CancellationToken,
    stop_renewing: CancellationToken,
}

struct Inner {
    deps: Arc<Deps>,
    active: Mutex<HashMap<RunId, Active>>,
    runs: TaskTracker,
    slot_free: Notify,
}

struct Active {
    tenant_id: TenantId,
    epoch: i64,
    signal: SignalSender,
    hold: Hold,
}

impl Worker {
    /// Starts claiming at once: runs that a dead process left behind are taken up as soon as their lease is over.
    pub fn start(deps: Deps) -> Self {
        let inner = Arc::new(Inner {
            deps: Arc::new(deps),
            active: Mutex::default(),
            runs: TaskTracker::new(),
            slot_free: Notify::new(),
        });
        let worker = Self {
            inner,
            loops: TaskTracker::new(),
            stop_claiming: CancellationToken::new(),
            stop_renewing: CancellationToken::new(),
        };
        worker.loops.spawn(worker.inner.clone().claim_loop(worker.stop_claiming.clone()));
        worker.loops.spawn(worker.inner.clone().lease_loop(worker.stop_renewing.clone()));
        worker.loops.spawn(worker.inner.clone().cancel_loop(worker.stop_renewing.clone()));
        worker.loops.spawn(wake_blocked(worker.inner.deps.clone(), worker.stop_renewing.clone()));
        worker
    }

    /// Runs being driven right now.
    pub fn active(&self) -> usize {
        self.inner.active().len()
    }

    /// Stops claiming, lets runs finish for `grace`, then hands the others back so that another worker goes on with
    /// them at once.
    pub async fn shutdown(self, grace: Duration) {
        self.stop_claiming.cancel();
        self.inner.runs.close();
        if tokio::time::timeout(grace, self.inner.runs.wait()).await.is_err() {
            self.inner.signal_all(Signal::LetGo);
            self.inner.runs.wait().await;
        }
        self.stop_renewing.cancel();
        self.loops.close();
        self.loops.wait().await;
        match self.inner.deps.store.release_runs(&self.inner.config().worker).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "runs handed back for another worker"),
            Err(error) => tracing::warn!(%error, "runs could not be handed back; they go on when their lease is over"),
        }
        self.inner.deps.bus.wake_workers();
    }
}

impl Inner {
    fn config(&self) -> &EngineConfig {
        &self.deps.config
    }

    fn active(&self) -> MutexGuard<'_, HashMap<RunId, Active>> {
        self.active.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn claim_loop(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let room = self.room();
            let free = room.claims;
            let claimed = if free == 0 { 0 } else { self.claim(&room).await };
            if claimed == free && free > 0 {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.deps.bus.wait_for_work(), if free > 0 => {}
                () = self.slot_free.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }

    fn room(&self) -> Room {
        Room::of(self.config().max_active, self.active().values().map(|active| active.tenant_id))
    }

    async fn claim(self: &Arc<Self>, room: &Room) -> usize {
        let config = self.config();
        let limit = room.claims as u32;
        let asked_at = hold::now();
        match self.deps.store.claim_runs(&config.worker, config.lease, limit, BLOCK, &room.full).await {
            Ok(claims) => {
                let count = claims.len();
                for claim in claims {
                    self.take_up(claim, Hold::new(config.lease, asked_at));
                }
                count
            }
            Err(error) => {
                tracing::warn!(%error, "no runs could be claimed; trying again in a second");
                0
            }
        }
    }

    fn take_up(self: &Arc<Self>, claim: Claim, hold: Hold) {
        let (signal, receiver) = signals();
        let run_id = claim.run.id;
        if claim.recovered {
            tracing::warn!(%run_id, trace_id = claim.run.trace_id, crashes = claim.run.crash_count, "taking up a run that its worker left");
        }
        let (tenant_id, epoch) = (claim.run.tenant_id, claim.run.epoch);
        self.active().insert(run_id, Active { tenant_id, epoch, signal, hold: hold.clone() });
        let span = tracing::info_span!("run", %run_id, trace_id = claim.run.trace_id, tenant_id = %claim.run.tenant_id);
        let guard = Guard { inner: self.clone(), run_id, epoch: claim.run.epoch };
        let deps = self.deps.clone();
        self.runs.spawn(
            async move {
                match Box::pin(drive(deps, claim, receiver, hold)).await {
                    Ok(()) => {}
                    Err(Stop::LetGo) => tracing::info!("let go of the run"),
                    Err(error) => {
                        tracing::error!(%error, "the run cannot go on here; it is taken up again when its lease is over");
                    }
                }
                drop(guard);
            }
            .instrument(span),
        );
    }

    async fn lease_loop(self: Arc<Self>, stop: CancellationToken) {
        // A third of the lease is enough to keep it; a second at most lets a cancel that missed the bus through.
        let every = (self.config().lease / 3).min(Duration::from_millis(900));
        while stop.run_until_cancelled(tokio::time::sleep(every)).await.is_some() {
            let held: Vec<(RunId, i64)> = self.active().iter().map(|(id, active)| (*id, active.epoch)).collect();
            if held.is_empty() {
                continue;
            }
            let asked_at = hold::now();
            match self.deps.store.renew_leases(&self.config().worker, self.config().lease, &held).await {
                Ok(renewed) => {
                    self.note_renewed(&held, &renewed.lost, asked_at);
                    renewed.lost.iter().for_each(|run| self.signal_held(*run, &held, Signal::LetGo));
                    renewed.cancelled.iter().for_each(|run| self.signal_held(*run, &held, Signal::Cancel));
                }
                Err(error) => tracing::warn!(%error, "leases could not be renewed"),
            }
        }
    }

    async fn cancel_loop(self: Arc<Self>, stop: CancellationToken) {
        let mut cancellations = self.deps.bus.cancellations();
        while let Some(Some(run)) = stop.run_until_cancelled(cancellations.next()).await {
            if let Some(active) = self.active().get(&run) {
                active.signal.send(Signal::Cancel);
            }
        }
    }

    fn note_renewed(&self, held: &[(RunId, i64)], lost: &[RunId], asked_at: Duration) {
        let active = self.active();
        for (run, epoch) in held.iter().filter(|(run, _)| !lost.contains(run)) {
            if let Some(active) = active.get(run).filter(|active| active.epoch == *epoch) {
                active.hold.renewed(asked_at);
            }
        }
    }

    /// The run may have ended, and even been claimed anew, since `held` was read.
    fn signal_held(&self, run: RunId, held: &[(RunId, i64)], signal: Signal) {
        if let Some(active) = self.active().get(&run).filter(|active| held.contains(&(run, active.epoch))) {
            active.signal.send(signal);
        }
    }

    fn signal_all(&self, signal: Signal) {
        self.active().values().for_each(|active| active.signal.send(signal));
    }
}

/// Takes a run off the list when its driver ends, also by a panic; its lease then runs out by itself.
struct Guard {
    inner: Arc<Inner>,
    run_id: RunId,
    epoch: i64,
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut active = self.inner.active();
        if active.get(&self.run_id).is_some_and(|active| active.epoch == self.epoch) {
            active.remove(&self.run_id);
        }
        drop(active);
        // A slot is free, and the session's next run may be due.
        self.inner.slot_free.notify_one();
    }
}
