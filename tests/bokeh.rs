//! ZDefocus with an image of the bokeh, on the Bokeh input and from a file, through the real library.

mod common;

use common::{Session, same_bits};
use mock_host::media::write_png;
use mock_host::*;

const SIZE: (i32, i32) = (96, 64);

/// An arrow of another size, aspect and place than the picture.
fn arrow() -> Picture {
    Picture::from_fn(RectI::new(500, -40, 530, 10), Components::Rgba, |x, y| {
        let lit = (x - 515).abs() < (10 - y) / 2 || ((x - 515).abs() < 4 && y < -20);
        if lit { [1.0, 0.8, 0.6, 1.0] } else { [0.0, 0.0, 0.0, 1.0] }
    })
}

fn session(profile: Profile, context: Context) -> Session {
    let s = Session::new(profile, "ZDefocus", context);
    let bounds = RectI::sized(SIZE.0, SIZE.1);
    s.instance.set_project(Project { format: bounds, range: [1.0, 9.0], ..s.instance.project() });
    s.instance.set_depth(Some(Depth::Float)).unwrap();
    let lamps =
        |x: i32, y: i32| if (x % 31, y % 23) == (15, 11) { [50.0, 50.0, 50.0, 1.0] } else { [0.1, 0.1, 0.1, 1.0] };
    s.instance.connect("Source", Picture::from_fn(bounds, Components::Rgba, lamps)).unwrap();
    s.instance.connect("Depth", Picture::constant(bounds, Components::Rgba, [40.0; 4])).unwrap();
    for (name, value) in
        [("depthConvention", "Distance"), ("focusDistance", "4"), ("sizeAtInfinity", "9"), ("bokehShape", "Image")]
    {
        s.instance.set(name, value).unwrap();
    }
    s
}

#[test]
fn every_host_with_a_graph_takes_an_image_of_any_size() {
    let mut expected: Option<Picture> = None;
    for profile in Profile::all().into_iter().filter(|p| p.contexts.contains(&Context::General)) {
        let name = profile.profile_name;
        let s = session(profile, Context::General);
        let disc = s.render(&RenderRequest::at(1.0));
        let messages = s.host.messages();
        s.instance.connect("Bokeh", arrow()).unwrap();
        let out = s.render(&RenderRequest::at(1.0));
        if !s.host.profile().supports_multi_resolution {
            // All inputs are cut to the frame, where the arrow is not.
            assert!(same_bits(&out, &disc), "{name}");
            let inside = arrow();
            let moved = Picture::from_fn(RectI::new(20, 5, 50, 55), Components::Rgba, |x, y| {
                std::array::from_fn(|c| inside.get(x + 480, y - 45).unwrap()[c])
            });
            s.instance.connect("Bokeh", moved).unwrap();
            assert!(!same_bits(&s.render(&RenderRequest::at(1.0)), &disc), "{name}");
            continue;
        }
        assert!(!same_bits(&out, &disc), "{name}");
        let expected = expected.get_or_insert(out.clone());
        assert!(same_bits(&out, expected), "{name}");
        for i in 0..4 {
            let window = RectI::new(24 * i, 7, 24 * i + 24, 50);
            let part = s.render(&RenderRequest::at(1.0).window(window));
            assert!(same_bits(&part.cropped(window), &out.cropped(window)), "{name}: {window:?}");
        }
        // Before, the artist was told that there is none, where the host can tell.
        let told = messages.iter().any(|m| m.text.contains("Bokeh"));
        assert!(told || messages.is_empty(), "{name}: {messages:?}");
        s.assert_clean(name);
    }
}

/// All of the image is asked for, and only where it is looked at.
#[test]
fn the_whole_image_is_asked_for() {
    let s = session(Profile::strict(), Context::General);
    let window = RectD { x1: 10.0, y1: 10.0, x2: 20.0, y2: 20.0 };
    let region = || s.instance.regions_of_interest(1.0, [1.0, 1.0], window).unwrap()["Bokeh"];
    s.instance.connect("Bokeh", arrow()).unwrap();
    let all = RectD { x1: 500.0, y1: -40.0, x2: 530.0, y2: 10.0 };
    assert_eq!(region(), all);
    s.instance.set("output", "Bokeh").unwrap();
    assert_eq!(region(), all);
    for (name, value) in [("output", "Matte"), ("bokehShape", "Disc")] {
        s.instance.set("output", "Result").unwrap();
        s.instance.set(name, value).unwrap();
        assert_eq!(region(), window, "{name}");
    }
    s.assert_clean("regions");
}

#[test]
fn hosts_with_one_input_take_a_file() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (image, name) = (arrow(), folder.join("bokeh_arrow.png"));
    // The file is written for a display: white and black are the same there.
    let white = Picture::from_fn(image.bounds, Components::Rgba, |x, y| {
        let v = if image.get(x, y).unwrap()[0] > 0.5 { 1.0 } else { 0.0 };
        [v, v, v, 1.0]
    });
    write_png(&name, &white, white.bounds).unwrap();
    for profile in Profile::all().into_iter().filter(|p| p.contexts.contains(&Context::Filter)) {
        let profile_name = profile.profile_name;
        let s = session(profile, Context::Filter);
        assert!(!s.instance.clips().iter().any(|c| c.name == "Bokeh"), "{profile_name}");
        let disc = s.render(&RenderRequest::at(1.0));
        s.instance.set("bokehFile", name.to_string_lossy().as_ref()).unwrap();
        let out = s.render(&RenderRequest::at(1.0));
        assert!(!same_bits(&out, &disc), "{profile_name}");
        s.assert_clean(profile_name);
    }
    // The same as on the input.
    let s = session(Profile::strict(), Context::General);
    s.instance.set("bokehFile", name.to_string_lossy().as_ref()).unwrap();
    let from_file = s.render(&RenderRequest::at(1.0));
    s.instance.connect("Bokeh", white).unwrap();
    assert!(same_bits(&s.render(&RenderRequest::at(1.0)), &from_file));
}

#[test]
fn what_is_wrong_with_a_file_is_told_once_and_taken_back() {
    let s = session(Profile::strict(), Context::General);
    s.instance.set("bokehShape", "Disc").unwrap();
    let disc = s.render(&RenderRequest::at(1.0));
    assert_eq!(s.host.messages(), []);
    s.instance.set("bokehShape", "Image").unwrap();
    s.instance.set("bokehFile", "/nowhere/bokeh.png").unwrap();
    for _ in 0..2 {
        assert!(same_bits(&s.render(&RenderRequest::at(1.0)), &disc));
    }
    let messages = s.host.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].persistent && messages[0].text.contains("/nowhere/bokeh.png"), "{messages:?}");
    let black = Picture::constant(arrow().bounds, Components::Rgba, [0.0, 0.0, 0.0, 1.0]);
    s.instance.connect("Bokeh", black).unwrap();
    assert!(same_bits(&s.render(&RenderRequest::at(1.0)), &disc));
    assert_eq!(s.host.messages().len(), 1, "a black input lets no light through: the file is meant");
    s.instance.set("bokehFile", "").unwrap();
    s.render(&RenderRequest::at(1.0));
    assert!(s.instance.persistent_messages()[0].text.contains("black"), "{:?}", s.instance.persistent_messages());
    s.instance.connect("Bokeh", arrow()).unwrap();
    s.render(&RenderRequest::at(1.0));
    assert_eq!(s.instance.persistent_messages(), []);
    s.assert_clean("messages");
}
