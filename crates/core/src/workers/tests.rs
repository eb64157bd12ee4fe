use super::*;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// Whatever takes longer has failed.
const LONG: Duration = Duration::from_secs(60);

/// Waits for something that happens on another thread; did it?
fn soon(so: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while !so() {
        if started.elapsed() > LONG {
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    true
}

fn asking(abort: &dyn Fn() -> bool) -> Wishes<'_> {
    Wishes { abort, progress: &|_| {} }
}

#[test]
fn every_task_runs_once() {
    for threads in [1, 2, 3, 8] {
        let workers = Workers::new(threads).unwrap();
        for count in [0, 1, 2, 3, 100] {
            let mut pieces = vec![0; count];
            let run = |exec: &Exec, pieces: &mut Vec<usize>| {
                exec.for_each_mut(pieces.iter_mut().collect(), [0.0, 1.0], |i, p, _| **p += i + 1)
            };
            assert_eq!(run(&Exec::alone(&workers), &mut pieces), Ok(()));
            assert_eq!(workers.lead(&asking(&|| false), |exec| run(exec, &mut pieces)), Ok(Ok(())));
            assert!(pieces.iter().enumerate().all(|(i, p)| *p == 2 * (i + 1)));
        }
    }
}

#[test]
fn as_many_tasks_run_at_once_as_there_are_threads() {
    for threads in [1, 2, 5] {
        let workers = Workers::new(threads).unwrap();
        for _ in 0..3 {
            let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let all_there = workers.lead(&asking(&|| false), |exec| {
                exec.for_each(3 * threads, [0.0, 1.0], |i, _| {
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    assert!(i >= threads || soon(|| most.load(Ordering::SeqCst) == threads));
                    now.fetch_sub(1, Ordering::SeqCst);
                })
            });
            assert_eq!((all_there, most.into_inner()), (Ok(Ok(())), threads));
        }
    }
}

/// Neither what leads a render nor a task of it needs to look at anything for that.
#[test]
fn the_host_is_asked_on_its_own_thread_whatever_the_render_does() {
    let workers = Workers::new(2).unwrap();
    let (asked, told, here) = (AtomicUsize::new(0), AtomicUsize::new(0), std::thread::current().id());
    let mine = |count: &AtomicUsize| {
        assert_eq!(std::thread::current().id(), here);
        count.fetch_add(1, Ordering::SeqCst);
    };
    let abort = || {
        mine(&asked);
        false
    };
    let wishes = Wishes { abort: &abort, progress: &|_| mine(&told) };
    let ten_more = || {
        let (asked_before, told_before) = (asked.load(Ordering::SeqCst), told.load(Ordering::SeqCst));
        let more = |count: &AtomicUsize, before| count.load(Ordering::SeqCst) >= before + 10;
        soon(|| more(&asked, asked_before) && more(&told, told_before))
    };
    let led = workers.lead(&wishes, |exec| {
        assert_ne!(std::thread::current().id(), here);
        let leads = ten_more();
        let helps = AtomicUsize::new(0);
        exec.for_each(2, [0.0, 1.0], |_, _| {
            helps.fetch_add(usize::from(ten_more()), Ordering::SeqCst);
        })?;
        Ok::<_, Stop>((leads, helps.into_inner()))
    });
    assert_eq!(led, Ok(Ok((true, 2))));
}

#[test]
fn abort_stops_long_work_soon() {
    let workers = Workers::new(2).unwrap();
    let started = Instant::now();
    let abort = || started.elapsed() > Duration::from_millis(20);
    let done = AtomicUsize::new(0);
    let end = workers.lead(&asking(&abort), |exec| {
        exec.for_each(100_000, [0.0, 1.0], |_, _| {
            done.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(5));
        })
    });
    assert_eq!(end, Ok(Err(Stop::Aborted)));
    assert!(done.into_inner() < 50_000);
}

/// Once it is not wanted any more, nothing of a render is done.
#[test]
fn no_step_begins_after_an_abort() {
    let workers = Workers::new(2).unwrap();
    let led = workers.lead(&asking(&|| true), |exec| {
        assert!(soon(|| exec.cancel().is_set()));
        exec.for_each(5, [0.0, 1.0], |_, _| panic!("a task"))
    });
    assert_eq!(led, Ok(Err(Stop::Aborted)));
}

/// That a task got no buffer is not lost, whatever the work makes of it; the next work goes on.
#[test]
fn a_task_without_memory_ends_the_work() {
    let workers = Workers::new(2).unwrap();
    let led = workers.lead(&asking(&|| false), |exec| {
        let end = exec.for_each(1000, [0.0, 1.0], |i, cancel| {
            assert!(i < 900, "it goes on");
            if i == 3 {
                cancel.set_out_of_memory();
            }
            std::thread::sleep(Duration::from_millis(1));
        });
        assert_eq!(end, Err(Stop::OutOfMemory));
        Ok::<_, Stop>(())
    });
    assert_eq!(led, Err(Stop::OutOfMemory));
    assert_eq!(workers.lead(&asking(&|| false), |exec| exec.for_each(8, [0.0, 1.0], |_, _| {})), Ok(Ok(())));
}

#[test]
fn vectors_are_put_together() {
    assert_eq!(try_concat(&[vec![1, 2], Vec::new(), vec![3]]), Ok(vec![1, 2, 3]));
}

/// One render holds all threads in tasks that do not end; others begin, end, and are given up.
#[test]
fn no_render_waits_for_another() {
    for threads in [1, 2, 3] {
        let workers = Workers::new(threads).unwrap();
        let (held, over) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let first = scope.spawn(|| {
                workers.lead(&asking(&|| false), |exec| {
                    exec.for_each(threads, [0.0, 1.0], |_, _| {
                        held.fetch_add(1, Ordering::SeqCst);
                        assert!(soon(|| over.load(Ordering::SeqCst)));
                    })
                })
            });
            assert!(soon(|| held.load(Ordering::SeqCst) == threads));
            for abort in [false, true] {
                let ended = workers.lead(&asking(&|| abort), |exec| {
                    assert!(soon(|| exec.cancel().is_set() == abort));
                    exec.for_each(20, [0.0, 1.0], |_, _| {})
                });
                assert_eq!(ended, Ok(if abort { Err(Stop::Aborted) } else { Ok(()) }));
            }
            over.store(true, Ordering::SeqCst);
            assert_eq!(first.join().unwrap(), Ok(Ok(())));
        });
    }
}

/// Those that help one render leave it between two tasks when another begins.
#[test]
fn threads_are_shared_between_renders() {
    let workers = Workers::new(2).unwrap();
    // Who did the last tasks, and how many of them in a row.
    let (in_a_row, over) = (Mutex::new((None, 0)), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let task = |_: usize, _: &Cancel| {
                std::thread::sleep(Duration::from_micros(100));
                let mut last = in_a_row.lock().unwrap();
                let me = Some(std::thread::current().id());
                *last = (me, if last.0 == me { last.1 + 1 } else { 1 });
            };
            let stop = || over.load(Ordering::SeqCst);
            workers.lead(&asking(&stop), |exec| exec.for_each(usize::MAX, [0.0, 1.0], task))
        });
        assert!(soon(|| in_a_row.lock().unwrap().1 > 0));
        let alone = workers.lead(&asking(&|| false), |_| {
            in_a_row.lock().unwrap().1 = 0;
            soon(|| in_a_row.lock().unwrap().1 > 100)
        });
        over.store(true, Ordering::SeqCst);
        assert_eq!(alone, Ok(true));
    });
}

#[test]
fn progress_only_moves_forward() {
    let workers = Workers::new(2).unwrap();
    let told = Mutex::new(Vec::new());
    let wishes = Wishes { abort: &|| false, progress: &|done| told.lock().unwrap().push(done) };
    let heard = |so: &dyn Fn(f64) -> bool| soon(|| told.lock().unwrap().last().is_some_and(|done| so(*done)));
    let led = workers.lead(&wishes, |exec| {
        for share in [[0.0, 0.5], [0.2, 0.3], [0.5, 1.0]] {
            exec.for_each(4, share, |_, _| {})?;
            assert!(heard(&|done| done >= share[1]));
        }
        Ok::<_, Stop>(())
    });
    assert_eq!(led, Ok(Ok(())));
    let told = told.into_inner().unwrap();
    assert!(told.windows(2).all(|two| two[0] <= two[1]) && *told.last().unwrap() == 1.0, "{told:?}");
}

#[test]
fn a_panic_comes_out_and_the_threads_live_on() {
    let workers = Workers::new(2).unwrap();
    for at in 0..3 {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let asked = Cell::new(0);
            let abort = || {
                asked.set(asked.get() + 1);
                assert!(at != 2 || asked.get() < 3, "the host's thread");
                false
            };
            workers.lead(&asking(&abort), |exec| {
                assert!(at != 0, "the leader");
                exec.for_each(8, [0.0, 1.0], |i, _| assert!(at != 1 || i != 3, "a task"))?;
                // What the host's thread can no longer ask about is not wanted.
                assert!(at != 2 || soon(|| exec.cancel().is_set()));
                Ok::<_, Stop>(())
            })
        }));
        let text = *caught.unwrap_err().downcast::<&str>().unwrap();
        assert_eq!(text, ["the leader", "a task", "the host's thread"][at]);
        assert_eq!(workers.lead(&asking(&|| false), |exec| exec.for_each(8, [0.0, 1.0], |_, _| {})), Ok(Ok(())));
    }
    assert_eq!(workers.free.load(Ordering::SeqCst), 2, "seats that nobody gave back");
}

/// What thread makes the workers, or leads to one more of them, and how that one calculates, changes no number.
#[test]
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn threads_do_not_calculate_as_the_host_does() {
    fn numbers() -> [u32; 3] {
        let [third, half, less] = std::hint::black_box([-3.0f32, f32::MIN_POSITIVE, f32::from_bits(7)]);
        [(1.0 / third).to_bits(), (half / 2.0).to_bits(), (less * 2.0).to_bits()]
    }
    let usual = numbers();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            crate::simd::calculate_oddly();
            let odd = numbers();
            let (workers, seen) = (Workers::new(2).unwrap(), Mutex::new(Vec::new()));
            let look = |exec: &Exec| {
                let there = AtomicUsize::new(0);
                exec.for_each(2, [0.0, 1.0], |_, _| {
                    there.fetch_add(1, Ordering::SeqCst);
                    assert!(soon(|| there.load(Ordering::SeqCst) == 2));
                    seen.lock().unwrap().push(numbers());
                })
            };
            let (wishes, workers) = (asking(&|| false), &workers);
            assert_eq!(workers.lead(&wishes, look), Ok(Ok(())));
            // One more leader, made while the first is busy.
            let inner = |_: &Exec| {
                let led = std::thread::scope(|scope| {
                    let host = || {
                        crate::simd::calculate_oddly();
                        workers.lead(&asking(&|| false), |_| seen.lock().unwrap().push(numbers()))
                    };
                    scope.spawn(host).join().unwrap()
                });
                assert_eq!(led, Ok(()));
            };
            assert_eq!(workers.lead(&wishes, inner), Ok(()));
            crate::simd::calculate_as_usual();
            assert!(odd.iter().zip(usual).all(|(odd, usual)| *odd != usual), "the test is none: {odd:x?}");
            assert_eq!(seen.into_inner().unwrap(), [usual; 3]);
        });
    });
}

#[test]
fn what_is_kept_is_given_back_on_another_thread_before_it_ends() {
    struct Tells(std::sync::mpsc::Sender<Option<String>>);
    impl Drop for Tells {
        fn drop(&mut self) {
            let _ = self.0.send(std::thread::current().name().map(str::to_string));
        }
    }
    let (workers, (tell, hear)) = (Workers::new(2).unwrap(), std::sync::mpsc::channel());
    for _ in 0..20 {
        drop(Exec::alone(&workers).keep(Tells(tell.clone())));
    }
    drop((workers, tell));
    let where_dropped: Vec<_> = hear.iter().collect();
    assert_eq!(where_dropped.len(), 20);
    assert!(where_dropped.iter().all(|name| name.as_ref().is_some_and(|n| n.starts_with("fathom-"))));
}

#[test]
#[cfg(target_os = "linux")]
fn no_thread_outlives_the_pool() {
    // A name of its own in the list of this process's threads, which other tests share.
    let named = |name: &str| {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        tasks
            .filter(|t| {
                std::fs::read_to_string(t.as_ref().unwrap().path().join("comm")).is_ok_and(|c| c.trim() == name)
            })
            .count()
    };
    let workers = Workers::new(40).unwrap();
    Exec::alone(&workers).for_each(80, [0.0, 1.0], |_, _| {}).unwrap();
    // A thread names itself a moment after it began, and stays in the list for a moment after it was joined.
    assert!(soon(|| named("fathom-38") == 1));
    drop(workers);
    assert!(soon(|| named("fathom-38") == 0));
}
