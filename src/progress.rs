//! The host's progress bar, for renders that last.

use crate::instance::{Instance, Mark};
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

/// Shorter renders show nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// The bar moves no oftener than this.
const STEP: Duration = Duration::from_millis(100);

/// A bar that appears by itself. Used only on the thread that the host called us on.
pub(crate) struct Progress<'a> {
    instance: &'a Instance,
    label: String,
    /// When the bar is to appear or move next; `None` is never.
    next: Cell<Option<Instant>>,
    shown: RefCell<Option<Mark<'a>>>,
    cancelled: Cell<bool>,
    /// The most that was done: steps of a render tell their own shares, and a bar does not go back.
    most: Cell<f64>,
}

impl<'a> Progress<'a> {
    /// `wanted`: may a bar be shown at all?
    pub(crate) fn new(instance: &'a Instance, wanted: bool) -> Self {
        Self {
            instance,
            label: format!("Rendering {}", instance.effect.info().name),
            next: Cell::new(wanted.then(|| Instant::now() + PATIENCE)),
            shown: RefCell::new(None),
            cancelled: Cell::new(false),
            most: Cell::new(0.0),
        }
    }

    /// So much is done (0..1).
    pub(crate) fn update(&self, done: f64) {
        self.most.set(self.most.get().max(done.clamp(0.0, 1.0)));
        let now = Instant::now();
        if self.next.get().is_none_or(|next| now < next) {
            return;
        }
        self.next.set(Some(now + STEP));
        let (host, handle) = (&self.instance.host, self.instance.handle);
        let mut shown = self.shown.borrow_mut();
        if shown.is_none() {
            let mark = self.instance.claim_progress();
            *shown = mark.filter(|_| host.progress_start(handle, &self.label));
            if shown.is_none() {
                self.next.set(None);
                return;
            }
        }
        if !host.progress_update(handle, self.most.get()) {
            self.cancelled.set(true);
        }
    }

    /// Did the artist press the bar's cancel button?
    pub(crate) fn cancelled(&self) -> bool {
        self.cancelled.get()
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        if self.shown.get_mut().is_some() {
            self.instance.host.progress_end(self.instance.handle);
        }
    }
}
