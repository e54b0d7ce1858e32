use std::sync::Arc;

use artel_bus::Bus;
use artel_domain::Clock;

use crate::{Gate, MetricsText};

/// What every surface of a process is built on. A process has one, and so one gate: what the gate learns of a key on
/// one surface holds on all of them. Cheap to clone.
///
/// `S` is as much of the store as a surface asks for.
pub struct Ground<S: ?Sized> {
    pub store: Arc<S>,
    pub bus: Arc<dyn Bus>,
    pub clock: Arc<dyn Clock>,
    /// Tells who calls, from where, and how much they may.
    pub gate: Gate,
    pub metrics: Arc<dyn MetricsText>,
}

impl<S: ?Sized> Ground<S> {
    /// The same for a surface that asks for other traits of the store.
    pub fn with_store<T: ?Sized>(&self, store: Arc<T>) -> Ground<T> {
        let Self { store: _, bus, clock, gate, metrics } = self.clone();
        Ground { store, bus, clock, gate, metrics }
    }
}

impl<S: ?Sized> Clone for Ground<S> {
    fn clone(&self) -> Self {
        Self {
            store: self.store.clone(),
            bus: self.bus.clone(),
            clock: self.clock.clone(),
            gate: self.gate.clone(),
            metrics: self.metrics.clone(),
        }
    }
}
