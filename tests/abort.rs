//! The host is asked whether to stop whatever a render is at: here it waits for a file that nobody writes.
#![cfg(unix)]

mod common;

use common::deep::Folder;
use common::{Session, same_bits};
use mock_host::*;
use std::fs::OpenOptions;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Sends a render that stops within, at the pipe that it reads, and lets it go on when the host was asked ten times meanwhile, or after a
/// minute. Was it asked?
fn asked_while_waiting(pipe: &Path, stops: bool, render: impl FnOnce(Abort)) -> bool {
    let (stop, asked, ended) = <(Arc<AtomicBool>, Arc<AtomicU32>, AtomicBool)>::default();
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            // Returns when the plug-in has opened the pipe, too; then that waits for something to read.
            let writer = OpenOptions::new().write(true).open(pipe).unwrap();
            let (began, before) = (Instant::now(), asked.load(Ordering::Acquire));
            let heard = |times: u32| {
                while asked.load(Ordering::Acquire) < before + times {
                    if ended.load(Ordering::Acquire) || began.elapsed() > Duration::from_secs(60) {
                        return false;
                    }
                    std::thread::sleep(Duration::from_millis(1));
                }
                true
            };
            let ten = heard(10);
            // Told to stop, it need not ask again.
            stop.store(stops, Ordering::Release);
            let told = ten && heard(11);
            drop(writer);
            told
        });
        render(Abort::Watched { stop: stop.clone(), asked: asked.clone() });
        ended.store(true, Ordering::Release);
        // If the plug-in never came to the pipe.
        let _reader = OpenOptions::new().read(true).write(true).open(pipe);
        watch.join().unwrap()
    })
}

#[test]
fn the_host_is_asked_while_a_render_waits() {
    let folder = Folder::new();
    let s = Session::at_work(Profile::strict(), "ZDefocus", Context::General, (72, 48));
    let disc = s.render(&RenderRequest::at(1.0));
    s.instance.set("bokehShape", "Image").unwrap();
    for stops in [false, true] {
        let pipe = folder.path(if stops { "stops.png" } else { "goes_on.png" });
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        s.instance.set("bokehFile", pipe.to_string_lossy().as_ref()).unwrap();
        let asked = asked_while_waiting(&pipe, stops, |abort| {
            let rendered = s.instance.render_with(&RenderRequest::at(1.0).abort(abort)).unwrap();
            assert_eq!(rendered.stopped_after.is_some(), stops);
            // A file with nothing in it is no bokeh.
            assert!(stops || same_bits(&rendered.picture, &disc));
        });
        assert!(asked, "the host was not asked");
    }
    // Nothing but pixels that the render that was given up left out.
    let other: Vec<_> = s.host.violations().into_iter().filter(|v| v.check != Check::UnwrittenPixels).collect();
    assert_eq!(other, []);
}
