//! How often a plug-in asks whether to stop, and how soon it does.

use crate::frame::Abort;
use std::sync::atomic::Ordering;
use std::thread::ThreadId;
use std::time::{Duration, Instant};

/// When the plug-in asked whether to stop. Time in which the host makes an image for it is the host's own and does not count; nor does, between
/// two questions of one thread, that in which the thread had no processor: others had it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Polls {
    pub last: Instant,
    /// Who asked last, and how long it had waited for a processor by then.
    asker: (ThreadId, Duration),
    pub longest_gap: Duration,
    /// When the host wants the action to stop, or first said so.
    pub aborted: Option<Instant>,
}

impl Polls {
    /// The action begins.
    pub fn start(abort: &Abort) -> Self {
        let now = Instant::now();
        let aborted = match abort {
            Abort::After(wait) => Some(now + *wait),
            _ => None,
        };
        Self { last: now, asker: asker(), longest_gap: Duration::ZERO, aborted }
    }

    /// The plug-in asks for the `n`th time, from 0; the answer.
    pub fn asked(&mut self, abort: &Abort, n: u32) -> bool {
        let (now, asker) = (Instant::now(), asker());
        let waited = if asker.0 == self.asker.0 { asker.1.saturating_sub(self.asker.1) } else { Duration::ZERO };
        self.longest_gap = self.longest_gap.max(now.duration_since(self.last).saturating_sub(waited));
        (self.last, self.asker) = (now, asker);
        let stop = match abort {
            Abort::Never => false,
            Abort::AtPoll(at) => n >= *at,
            Abort::After(_) => self.aborted.is_some_and(|at| now >= at),
            Abort::Watched { stop, asked } => {
                asked.fetch_add(1, Ordering::AcqRel);
                stop.load(Ordering::Acquire)
            }
        };
        if stop {
            self.aborted.get_or_insert(now);
        }
        stop
    }

    /// The host says through the progress bar that the action is to stop.
    pub fn stop(&mut self) {
        let now = Instant::now();
        self.aborted = Some(self.aborted.map_or(now, |at| at.min(now)));
        // As good as a question that was answered.
        self.last = now;
    }

    /// The host was at work itself.
    pub fn host_worked(&mut self, began: Instant, ended: Instant) {
        self.last = without(self.last, began, ended);
        self.aborted = self.aborted.map(|at| without(at, began, ended));
    }
}

/// This thread, and how long it was ready so far but had no processor; nothing where the system does not tell.
fn asker() -> (ThreadId, Duration) {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let waited = text.split_whitespace().nth(1).and_then(|v| v.parse().ok()).map(Duration::from_nanos);
    (std::thread::current().id(), waited.unwrap_or_default())
}

/// A moment from which on time is measured, moved on by what is not to count.
fn without(at: Instant, began: Instant, ended: Instant) -> Instant {
    if at < ended { at + (ended - at.max(began)) } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hosts_own_work_does_not_count() {
        let ms = Duration::from_millis;
        let mut polls = Polls::start(&Abort::After(ms(100)));
        let start = polls.last;
        // Before the host wants to stop.
        polls.host_worked(start + ms(10), start + ms(30));
        assert_eq!((polls.last, polls.aborted), (start + ms(20), Some(start + ms(100))));
        // It wants to while it works, and has wanted to before it works.
        polls.host_worked(start + ms(90), start + ms(140));
        assert_eq!(polls.aborted, Some(start + ms(140)));
        polls.host_worked(start + ms(150), start + ms(170));
        assert_eq!((polls.last, polls.aborted), (start + ms(90), Some(start + ms(160))));
    }
}
