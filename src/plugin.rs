//! One plug-in as the host sees it between setHost and Unload.
#![allow(unsafe_code, reason = "copies the record that the host passes to setHost")]

use crate::failure::{Failure, OK, Reply};
use crate::suites::Host;
use crate::{hosts, log, pool};
use fathom_core::Effect;
use fathom_core::effects;
use openfx_sys as ofx;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// State of the plug-in of this index. It must survive both fates of a library: unmapped after Unload, or kept.
pub(crate) struct Plugin {
    index: usize,
    state: Mutex<State>,
}

struct State {
    announced: Option<Announced>,
    /// Loads without their Unload. Some hosts load again for every instance, on any thread.
    loads: usize,
    host: Option<Arc<Host>>,
    /// Which announcement `host` came from.
    from: Option<Announced>,
}

/// What setHost was given.
#[derive(Clone, Copy)]
struct Announced(ofx::OfxHost);

// SAFETY: the record is two addresses; they are only handed back to the host, in actions that it calls.
unsafe impl Send for Announced {}

impl PartialEq for Announced {
    fn eq(&self, other: &Self) -> bool {
        let fetch = |a: &Self| a.0.fetchSuite.map(|f| f as usize);
        self.0.host == other.0.host && fetch(self) == fetch(other)
    }
}

/// How many plug-ins are loaded, each counted as often as it is loaded.
static LOADED: Mutex<usize> = Mutex::new(0);

fn loaded() -> MutexGuard<'static, usize> {
    LOADED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Plugin {
    pub(crate) const fn new(index: usize) -> Self {
        Self { index, state: Mutex::new(State { announced: None, loads: 0, host: None, from: None }) }
    }

    /// The door of what it draws over the picture, as hosts keep it.
    pub(crate) fn overlay_entry(&self) -> *mut std::ffi::c_void {
        crate::DOORS[self.index].2 as *mut std::ffi::c_void
    }

    /// The effect behind it.
    pub(crate) fn effect(&self) -> &'static dyn Effect {
        effects::ALL[self.index]
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The host says who it is; the last word counts.
    ///
    /// # Safety
    /// `host` is NULL or a valid record, whose content stays valid until the plug-in is unloaded.
    pub(crate) unsafe fn set_host(&self, host: *const ofx::OfxHost) {
        // SAFETY: as promised by the caller.
        self.state().announced = unsafe { host.as_ref() }.copied().map(Announced);
    }

    /// The Load action.
    pub(crate) fn load(&self) -> Reply {
        let mut state = self.state();
        let host = state.fetch()?;
        state.loads += 1;
        *loaded() += 1;
        log::line(|| {
            let known: String = hosts::rows(host.facts().known_as())
                .map(|row| format!("\n  {:?}, versions {}: {} ({})", row.quirk, row.versions, row.symptom, row.source))
                .collect();
            format!("load {} in {:?}{known}", self.effect().info().name, host.facts())
        });
        OK
    }

    /// The Unload action; harmless without a Load.
    pub(crate) fn unload(&self) -> Reply {
        let (own_last, last) = {
            let mut state = self.state();
            if state.loads == 0 {
                return OK;
            }
            state.loads -= 1;
            if state.loads == 0 {
                (state.host, state.from) = (None, None);
            }
            let mut all = loaded();
            *all -= 1;
            (state.loads == 0, *all == 0)
        };
        if own_last {
            self.effect().purge();
        }
        if last {
            pool::close();
        }
        OK
    }

    /// The host, for actions between Load and Unload.
    pub(crate) fn host(&self) -> Result<Arc<Host>, Failure> {
        let mut state = self.state();
        match &state.host {
            Some(host) if state.from == state.announced => Ok(host.clone()),
            // setHost came again with another host.
            Some(_) => state.fetch(),
            None => Err(Failure::quiet(ofx::kOfxStatFailed)),
        }
    }
}

impl State {
    fn fetch(&mut self) -> Result<Arc<Host>, Failure> {
        let announced = self.announced.ok_or_else(|| Failure::quiet(ofx::kOfxStatErrMissingHostFeature))?;
        // SAFETY: setHost gave it, and it is valid until Unload, before which the host calls this.
        let host = Arc::new(unsafe { Host::fetch(&announced.0) }?);
        (self.host, self.from) = (Some(host.clone()), Some(announced));
        Ok(host)
    }
}
