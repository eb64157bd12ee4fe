//! The writer: what it writes is read back to the bit, and what does not fit is refused.

mod file_common;

use std::io::Cursor;

use arbtest::{arbitrary, arbtest};
use deep_exr::{Band, Channel, Compression, DeepState, Header, SampleType, TimeCode, Window, Writer};
use file_common::dice::Dice;
use file_common::forge::Picture;
use file_common::{any_channels, any_window, assert_same, read, rows_of, whole};

#[test]
fn what_is_written_is_read_back() {
    arbtest(|u| {
        let mut dice = Dice(u.arbitrary()?);
        let mut picture =
            Picture::random(any_window(&mut dice), &any_channels(&mut dice), u.int_in_range(0..=9)?, &mut dice);
        // A NaN of 16 bits is written as another NaN.
        for (values, (_, kind)) in picture.values.iter_mut().zip(&picture.channels) {
            if *kind == SampleType::Half {
                values.iter_mut().filter(|v| **v & 0x7c00 == 0x7c00).for_each(|v| *v &= 0xfc00);
            }
        }
        let (header, places, band) = to_write(&picture, u)?;
        let mut writer = Writer::new(Cursor::new(Vec::new()), &header).unwrap();
        let mut y = band.window.y1;
        while y < band.window.y2 {
            let end = (y + u.int_in_range(1..=40)?).min(band.window.y2);
            writer.rows(&rows_of(&band, y, end), &places).unwrap();
            y = end;
        }
        let bytes = writer.finish().unwrap().into_inner();
        let part = read(&bytes);
        assert_same(&whole(&part), &picture.band(), "written");
        let mut read = part.header().clone();
        assert!(read.others.iter().any(|(name, _)| name == "maxSamplesPerPixel"));
        read.others.clear();
        assert_eq!(
            format!("{read:?}").split(", chunk_count").next(),
            format!("{header:?}").split(", chunk_count").next()
        );
        Ok(())
    })
    .budget_ms(1500);
}

fn to_write(picture: &Picture, u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<(Header, Vec<usize>, Band)> {
    let list = picture.channels.iter().map(|(name, kind)| Channel { name: name.clone(), kind: *kind }).collect();
    let mut header = Header::new(picture.window, list);
    header.compression = u.choose(&[Compression::None, Compression::Zips]).copied()?;
    header.display_window = Window { x1: -3, y1: 5, x2: 1000, y2: 700 };
    header.pixel_aspect = u.int_in_range(1..=4)? as f32 * 0.5;
    if u.arbitrary()? {
        header.name = Some("smoke".to_owned());
        header.view = Some("left".to_owned());
        header.frames_per_second = Some((25, 1));
        header.time_code = Some(TimeCode { time_and_flags: u.arbitrary()?, user_data: u.arbitrary()? });
        header.world_to_camera = Some(std::array::from_fn(|i| i as f32));
        header.world_to_ndc = Some(std::array::from_fn(|i| -(i as f32)));
        header.deep_state = Some(DeepState::Messy);
    }
    let mut band = picture.band();
    let depth = |name: &str| matches!(name, "Z" | "ZBack");
    let mut places: Vec<usize> = (0..header.channels.len()).filter(|&c| !depth(&header.channels[c].name)).collect();
    if u.arbitrary()? {
        places.reverse();
    }
    band.channels = places.iter().map(|&c| band.channels[c].clone()).collect();
    Ok((header, places, band))
}

#[test]
fn the_writer_refuses_what_does_not_fit() {
    let window = Window { x1: 0, y1: 0, x2: 2, y2: 2 };
    let mut dice = Dice(9);
    let picture = Picture::random(window, &[("A", SampleType::Float), ("Z", SampleType::Float)], 3, &mut dice);
    let band = picture.band();
    let band = Band { channels: vec![band.channels[0].clone()], ..band };
    let header = |names: &[&str]| {
        let kind = SampleType::Float;
        Header::new(window, names.iter().map(|n| Channel { name: (*n).to_owned(), kind }).collect())
    };
    let start = |header: &Header| Writer::new(Cursor::new(Vec::new()), header);
    let good = header(&["A", "Z"]);
    let refuses = |header: &Header| assert!(start(header).is_err(), "{header:?}");
    refuses(&header(&["A"]));
    refuses(&header(&["A", "A", "Z"]));
    refuses(&header(&["", "Z"]));
    refuses(&Header { compression: Compression::Rle, ..good.clone() });
    refuses(&Header { data_window: Window::default(), ..good.clone() });
    assert!(start(&good).unwrap().finish().is_err(), "rows are missing");
    assert!(start(&good).unwrap().rows(&band, &[]).is_err(), "a place is missing");
    assert!(start(&good).unwrap().rows(&band, &[7]).is_err(), "no such place");
    assert!(start(&good).unwrap().rows(&band, &[1]).is_err(), "depth twice");
    assert!(start(&header(&["A", "B", "Z"])).unwrap().rows(&band, &[0]).is_err(), "a channel is missing");
    let other = Band { starts: vec![0, 1, 0, 1, 1], ..band.clone() };
    assert!(start(&good).unwrap().rows(&other, &[0]).is_err(), "falling starts");
    let other = Band { window: Window { y1: 1, ..window }, ..band.clone() };
    assert!(start(&good).unwrap().rows(&other, &[0]).is_err(), "the wrong row");
    let mut writer = start(&good).unwrap();
    writer.rows(&band, &[0]).unwrap();
    assert!(writer.rows(&band, &[0]).is_err(), "the rows are written");
    writer.finish().unwrap();
}
