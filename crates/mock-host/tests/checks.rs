//! The host's checks, shown to find what a plug-in does wrong, and to find nothing in one that behaves.

use mock_host::*;
use std::path::PathBuf;

/// The deliberately bad plug-in, which cargo builds beside the tests.
fn plugin() -> PathBuf {
    let exe = std::env::current_exe().unwrap();
    let profile = exe.ancestors().nth(2).unwrap();
    let name = format!("{}misbehave{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    profile.join("examples").join(name)
}

fn source() -> Picture {
    Picture::from_fn(RectI::new(-2, 1, 14, 13), Components::Rgba, |x, y| [x as f32, y as f32, 0.5, 1.0])
}

struct Setup {
    host: Host,
    // Before the bundle: an instance must be gone when its library goes.
    instance: Instance,
    _bundle: Bundle,
}

fn setup(profile: Profile) -> Setup {
    let host = Host::new(profile);
    let bundle = Bundle::open_private(plugin(), &host).unwrap();
    let context = host.profile().contexts[0];
    let instance = bundle.effect("misbehave").unwrap().create(context).unwrap();
    instance.connect("Source", source()).unwrap();
    Setup { host, instance, _bundle: bundle }
}

/// The checks that fail with a fault, in a render and whatever surrounds it.
fn faulty(fault: i32) -> Vec<Check> {
    faulty_in(Profile::strict(), fault)
}

fn faulty_in(profile: Profile, fault: i32) -> Vec<Check> {
    let Setup { host, instance, _bundle } = setup(profile);
    instance.load_value("fault", fault).unwrap();
    let _ = instance.render(&RenderRequest::at(1.0).window(RectI::new(0, 2, 8, 9)));
    let _ = instance.set("gain", 3.0);
    drop(instance);
    let mut checks: Vec<_> = host.violations().iter().map(|v| v.check).collect();
    checks.dedup();
    checks
}

#[test]
fn a_plug_in_that_behaves_breaks_nothing_in_any_host() {
    for profile in Profile::all() {
        if !profile.depths.contains(&Depth::Float) {
            continue;
        }
        let name = profile.profile_name;
        let whole = !profile.supports_multi_resolution;
        let Setup { host, instance, _bundle } = setup(profile);
        if whole {
            instance.set_project(Project { format: source().bounds, ..instance.project() });
        }
        instance.set_depth(Some(Depth::Float)).unwrap();
        let picture = instance.render(&RenderRequest::at(1.0)).unwrap();
        assert_eq!(picture.bounds, source().bounds, "{name}");
        for (a, b) in picture.pixels.iter().zip(&source().pixels) {
            assert_eq!(*a, b * 2.0, "{name}");
        }
        drop(instance);
        drop(_bundle);
        assert_eq!(host.violations(), [], "{name}");
    }
}

#[test]
fn every_fault_is_found() {
    let expected = [
        (1, Check::WriteOutsideWindow),
        (2, Check::UnwrittenPixels),
        (3, Check::WriteToInput),
        (4, Check::ImageLeak),
        (5, Check::ImageReleasedTwice),
        (6, Check::ForeignThread),
        (7, Check::ParamSetOutsideInstanceChanged),
        (8, Check::MessageFormat),
        (9, Check::PropertyType),
        (11, Check::UnknownHandle),
        (12, Check::UndeclaredFrame),
        (13, Check::PropertyReadOnly),
        (14, Check::WriteOutsideWindow),
        (15, Check::FloatingPointState),
        (16, Check::IllegalStatus),
        (17, Check::WriteOutsideWindow),
        (20, Check::UndefinedClip),
        (21, Check::IllegalClipPreference),
        (22, Check::ImageOutsideRender),
        (23, Check::Recursion),
        (24, Check::InstanceDataLeft),
        (25, Check::EditBlock),
        (27, Check::ParametricCurve),
    ];
    for (fault, check) in expected {
        let found = faulty(fault);
        assert!(found.contains(&check), "fault {fault}: {found:?} lacks {check:?}");
        let others: Vec<_> = found.iter().filter(|c| **c != check).collect();
        assert!(others.is_empty(), "fault {fault} also: {others:?}");
    }
}

/// Rules that only some hosts have.
#[test]
fn faults_of_some_hosts_are_found() {
    assert!(faulty_in(Profile::natron(), 26).contains(&Check::UndeclaredPlane));
    assert!(!faulty_in(Profile::nuke(), 26).contains(&Check::UndeclaredPlane));
    assert!(faulty_in(Profile::mlt(), 12).contains(&Check::UndeclaredFrame));
}

/// Layers, whole or in part, come as they are.
#[test]
fn layers_reach_the_plug_in() {
    let depth = Picture::constant(source().bounds, Components::Alpha, [7.0; 4]);
    for fault in [0, 26] {
        let s = setup(Profile::nuke());
        let name = "NatronOfxImageComponentsPlaneName_depth_Channel_Z".to_string();
        let planes = vec![(name, depth.clone().into())];
        s.instance.connect("Source", Layered { colour: source().into(), planes }).unwrap();
        s.instance.load_value("fault", fault).unwrap();
        s.instance.render(&RenderRequest::at(1.0)).unwrap();
        assert_eq!(s.host.violations(), []);
    }
}

#[test]
fn values_at_times_reach_the_plug_in() {
    let s = setup(Profile::strict());
    s.instance.set_at("gain", 0.0, 1.0).unwrap();
    s.instance.set_at("gain", 10.0, "3").unwrap();
    let at = |time| {
        let picture = s.instance.render(&RenderRequest::at(time)).unwrap();
        picture.get(0, 5).unwrap().to_vec()
    };
    assert_eq!(at(0.0), [0.0, 5.0, 0.5, 1.0]);
    assert_eq!(at(5.0), [0.0, 10.0, 1.0, 2.0]);
    assert_eq!(s.instance.get("note").unwrap(), "gain changed".into());
}

#[test]
fn identity_is_the_source() {
    let s = setup(Profile::strict());
    s.instance.set("mode", "ident").unwrap();
    let request = RenderRequest::at(1.0).window(RectI::new(0, 2, 4, 5));
    let rendered = s.instance.render_with(&request).unwrap();
    assert_eq!(rendered.identity, Some(("Source".into(), 1.0)));
    assert_eq!(rendered.picture.pixels, source().cropped(RectI::new(0, 2, 4, 5)).pixels);
    let rendered = s.instance.render_with(&request.ignore_identity()).unwrap();
    assert_eq!(rendered.identity, None);
}

#[test]
fn depth_arrives_as_the_host_maps_it() {
    for (profile, components) in [(Profile::strict(), Components::Alpha), (Profile::natron(), Components::Rgba)] {
        let s = setup(profile);
        let z = Picture::constant(RectI::sized(8, 8), Components::Alpha, [100.0; 4]);
        s.instance.connect("Depth", z).unwrap();
        let preferences = s.instance.clip_preferences().unwrap();
        assert_eq!(preferences["Depth"].components, components);
        let picture = s.instance.render(&RenderRequest::at(1.0)).unwrap();
        assert_eq!(picture.get(3, 4).unwrap(), [206.0, 8.0, 1.0, 2.0]);
        assert_eq!(picture.get(10, 4).unwrap(), [20.0, 8.0, 1.0, 2.0]);
    }
}

#[test]
fn failures_carry_the_message() {
    let s = setup(Profile::strict());
    s.instance.load_value("fault", 10).unwrap();
    let error = s.instance.render(&RenderRequest::at(1.0)).unwrap_err();
    assert_eq!(error.to_string(), "OfxImageEffectActionRender failed with kOfxStatFailed: no such luck: 100% failure");
    assert!(!error.is_usage());
}

#[test]
fn aborts_are_counted_and_leave_no_violation() {
    let s = setup(Profile::strict());
    let rendered = s.instance.render_with(&RenderRequest::at(1.0).abort(Abort::AtPoll(3))).unwrap();
    assert_eq!(rendered.abort_polls, 4);
    assert!(rendered.stopped_after.is_some());
    let unknown = s.host.violations();
    let own: Vec<_> = unknown.iter().filter(|v| v.check != Check::ForeignThread).collect();
    assert!(own.is_empty(), "{own:?}");
}

#[test]
fn one_instance_renders_on_many_threads() {
    let s = setup(Profile::strict());
    let whole = s.instance.render(&RenderRequest::at(1.0)).unwrap();
    std::thread::scope(|scope| {
        for y in 1..13 {
            let (instance, whole) = (&s.instance, &whole);
            scope.spawn(move || {
                let window = RectI::new(-2, y, 14, y + 1);
                let row = instance.render(&RenderRequest::at(1.0).window(window)).unwrap();
                assert_eq!(row.pixels, whole.row(y));
            });
        }
    });
}

#[test]
fn render_scale_shrinks_colour_by_area() {
    let s = setup(Profile::strict());
    let picture = s.instance.render(&RenderRequest::at(1.0).scale(0.5)).unwrap();
    assert_eq!(picture.bounds, RectI::new(-1, 0, 7, 7));
    assert_eq!(picture.get(2, 3).unwrap(), [9.0, 13.0, 1.0, 2.0]);
}

#[test]
fn wrong_names_name_the_nearest() {
    let host = Host::new(Profile::strict());
    let bundle = Bundle::open_private(plugin(), &host).unwrap();
    let error = bundle.effect("Misbehav").err().unwrap();
    assert_eq!(error.to_string(), "no effect is named 'Misbehav'; the nearest is 'Misbehave'");
    let instance = bundle.effect("org.fathomfx.test.Misbehave").unwrap().create(Context::General).unwrap();
    let error = instance.set("gian", 1.0).unwrap_err();
    assert_eq!(error.to_string(), "no parameter is named 'gian'; the nearest is 'gain'");
    let error = instance.connect("Depht", source()).unwrap_err();
    assert_eq!(error.to_string(), "no clip is named 'Depht'; the nearest is 'Depth'");
    let error = instance.render(&RenderRequest::at(1.0)).unwrap_err();
    assert!(error.is_usage() && error.to_string().contains("'Source'"));
}
