//! Any bytes as a deep OpenEXR file: each part is opened and read in bands.
#![no_main]

use std::io::Cursor;

use deep_exr::{Choice, DeepFile, DeepPart, Error, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { memory: 16 << 20, ..Limits::default() };
    let Ok(file) = DeepFile::from_reader("fuzz.exr", Cursor::new(bytes.to_vec()), &limits) else { return };
    for index in 0..file.headers().len() {
        if let Ok(part) = file.part(&Choice::Index(index)) {
            let _picture_or_error = read(&part);
        }
    }
});

fn read(part: &DeepPart) -> Result<(), Error> {
    let all: Vec<usize> = (0..part.header().channels.len()).collect();
    let mut samples = 0;
    for rows in part.bands(1 << 20, all.len())? {
        let band = part.read_rows(rows, &all, &|| false)?;
        assert_eq!(band.starts.len(), band.window.width() * band.window.height() + 1);
        assert_eq!(band.starts[band.starts.len() - 1] as usize, band.front.len());
        samples += band.front.len() as u64;
    }
    assert_eq!(samples, part.stats().samples);
    Ok(())
}
