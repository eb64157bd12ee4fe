//! The header's bytes to [`Header`]s.
//!
//! Source of the layout: "OpenEXR File Layout" and "Reading and Writing Image Files with the OpenEXR Library".

use super::error::{Fault, shown};
use super::header::{Channel, Compression, DeepState, Header, Kind, SampleType, Tiles, TimeCode};
use super::limits::Limits;
use super::source::{Source, Stream};
use crate::samples::Window;

const MAGIC: [u8; 4] = [0x76, 0x2f, 0x31, 0x01];
/// Attributes that are read are short; longer ones are only skipped.
const LONGEST: usize = 1 << 16;
/// Attributes and channels of all parts: what is kept of them must not grow with the file.
const MOST_ENTRIES: usize = 1 << 18;
const TILED: u32 = 0x200;
const LONG_NAMES: u32 = 0x400;
const DEEP: u32 = 0x800;
const MULTI_PART: u32 = 0x1000;

/// All headers, and what else is known before the offset tables.
pub(crate) struct Preamble {
    pub(crate) headers: Vec<Header>,
    pub(crate) multi_part: bool,
    /// The file is marked as one that holds deep data.
    pub(crate) marked_deep: bool,
    /// Where the first offset table begins.
    pub(crate) end: u64,
}

pub(crate) fn read_headers(source: &dyn Source, limits: &Limits) -> Result<Preamble, Fault> {
    let mut stream = Stream::new(source, 0);
    if source.size() == 0 {
        return Err(Fault::damaged("it is empty"));
    }
    if source.size() < 8 || stream.array::<4>()? != MAGIC {
        return Err(Fault::NotOpenExr);
    }
    let version = u32::from_le_bytes(stream.array()?);
    let flags = version & !0xff;
    if version & 0xff != 2 || flags & !(TILED | LONG_NAMES | DEEP | MULTI_PART) != 0 {
        return Err(Fault::Unsupported(format!("its OpenEXR version ({version:#x}) is not known here")));
    }
    let multi_part = flags & MULTI_PART != 0;
    let mut headers = Vec::new();
    let mut entries = 0;
    while let Some(raw) = read_attributes(&mut stream, limits, &mut entries)? {
        if headers.len() == limits.parts {
            return Err(Fault::TooLarge(format!("it has more than {} parts", limits.parts)));
        }
        headers.push(raw.finish(flags, headers.len())?);
        if !multi_part {
            break;
        }
    }
    if headers.is_empty() {
        return Err(Fault::damaged("its header is empty"));
    }
    Ok(Preamble { headers, multi_part, marked_deep: flags & DEEP != 0, end: stream.place() })
}

/// Attributes as found.
#[derive(Default)]
struct Raw {
    name: Option<String>,
    view: Option<String>,
    kind: Option<String>,
    compression: Option<u8>,
    data_window: Option<[i32; 4]>,
    display_window: Option<[i32; 4]>,
    pixel_aspect: Option<f32>,
    line_order: Option<u8>,
    /// A flat part may have channels that are not understood.
    channels: Option<Result<Vec<Channel>, Fault>>,
    tiles: Option<Tiles>,
    frames_per_second: Option<(i32, u32)>,
    time_code: Option<TimeCode>,
    world_to_camera: Option<[f32; 16]>,
    world_to_ndc: Option<[f32; 16]>,
    deep_state: Option<DeepState>,
    multi_view: Vec<String>,
    others: Vec<(String, String)>,
    chunk_count: Option<i32>,
}

/// One header; `None` for an empty one, which ends the list.
fn read_attributes(stream: &mut Stream<'_>, limits: &Limits, entries: &mut usize) -> Result<Option<Raw>, Fault> {
    let mut raw = Raw::default();
    let mut any = false;
    loop {
        let name = stream.name()?;
        if name.is_empty() {
            return Ok(any.then_some(raw));
        }
        any = true;
        *entries += 1;
        if *entries > MOST_ENTRIES {
            return Err(Fault::TooLarge(format!("its headers have more than {MOST_ENTRIES} entries")));
        }
        let kind = stream.name()?;
        let size = stream.i32()?;
        let Ok(size) = usize::try_from(size) else {
            return Err(Fault::damaged(format!("the attribute {} claims {size} bytes", shown(&name))));
        };
        if size as u64 > stream.left() {
            return Err(Fault::damaged(format!("the attribute {} claims more bytes than there are", shown(&name))));
        }
        if kind == "chlist" && name == "channels" {
            let end = stream.place() + size as u64;
            let channels = read_channels(stream, end, limits);
            *entries += channels.as_ref().map_or(0, Vec::len);
            raw.channels = Some(channels);
            stream.go_to(end);
        } else if size > LONGEST {
            stream.skip(size as u64)?;
            raw.others.push((name, kind));
        } else if !raw.take(&name, &kind, stream.bytes(size)?) {
            raw.others.push((name, kind));
        }
    }
}

fn read_channels(stream: &mut Stream<'_>, end: u64, limits: &Limits) -> Result<Vec<Channel>, Fault> {
    let mut channels: Vec<Channel> = Vec::new();
    loop {
        let name = stream.name()?;
        if name.is_empty() {
            break;
        }
        if channels.len() == limits.channels {
            return Err(Fault::TooLarge(format!("it has more than {} channels", limits.channels)));
        }
        let kind = match stream.i32()? {
            0 => SampleType::Uint,
            1 => SampleType::Half,
            2 => SampleType::Float,
            other => {
                return Err(Fault::damaged(format!("the channel {} has the unknown type {other}", shown(&name))));
            }
        };
        let _how_linear = stream.array::<4>()?;
        let sampling = (stream.i32()?, stream.i32()?);
        if sampling != (1, 1) {
            return Err(Fault::Unsupported(format!(
                "the channel {} holds only one of {} × {} pixels, which deep data may not",
                shown(&name),
                sampling.0,
                sampling.1
            )));
        }
        channels.push(Channel { name, kind });
    }
    if stream.place() != end {
        return Err(Fault::damaged("its list of channels has not the length it claims"));
    }
    // Data lie in the order of the names, whatever the order of the list.
    channels.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
    if let Some(twice) = channels.windows(2).find(|pair| pair[0].name == pair[1].name) {
        return Err(Fault::damaged(format!("the channel {} is there twice", shown(&twice[0].name))));
    }
    Ok(channels)
}

fn numbers<const N: usize>(bytes: &[u8]) -> Option<[i32; N]> {
    let mut out = [0; N];
    if bytes.len() != 4 * N {
        return None;
    }
    for (o, b) in out.iter_mut().zip(bytes.chunks_exact(4)) {
        *o = i32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    }
    Some(out)
}

fn floats<const N: usize>(bytes: &[u8]) -> Option<[f32; N]> {
    numbers::<N>(bytes).map(|n| n.map(|v| f32::from_bits(v as u32)))
}

fn byte(bytes: &[u8]) -> Option<u8> {
    (bytes.len() == 1).then(|| bytes[0])
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Strings, each after its length.
fn texts(mut bytes: &[u8]) -> Vec<String> {
    let mut list = Vec::new();
    while let Some((size, rest)) = bytes.split_first_chunk::<4>() {
        let Some(word) = rest.get(..u32::from_le_bytes(*size) as usize) else { break };
        list.push(text(word));
        bytes = &rest[word.len()..];
    }
    list
}

fn tiles(bytes: &[u8]) -> Option<Tiles> {
    let sizes = numbers::<2>(bytes.get(..8)?)?;
    let mode = byte(&bytes[8..])?;
    Some(Tiles { width: sizes[0] as u32, height: sizes[1] as u32, levels: mode & 15, round_up: mode >> 4 != 0 })
}

impl Raw {
    /// Takes an attribute that is known here; false if it is not, or not of the right type.
    fn take(&mut self, name: &str, kind: &str, bytes: &[u8]) -> bool {
        match (name, kind) {
            ("name", "string") => self.name = Some(text(bytes)),
            ("view", "string") => self.view = Some(text(bytes)),
            ("type", "string") => self.kind = Some(text(bytes)),
            ("compression", "compression") => self.compression = byte(bytes),
            ("lineOrder", "lineOrder") => self.line_order = byte(bytes),
            ("dataWindow", "box2i") => self.data_window = numbers(bytes),
            ("displayWindow", "box2i") => self.display_window = numbers(bytes),
            ("pixelAspectRatio", "float") => self.pixel_aspect = floats::<1>(bytes).map(|v| v[0]),
            ("tiles", "tiledesc") => self.tiles = tiles(bytes),
            ("chunkCount", "int") => self.chunk_count = numbers::<1>(bytes).map(|v| v[0]),
            ("framesPerSecond", "rational") => {
                self.frames_per_second = numbers::<2>(bytes).map(|v| (v[0], v[1] as u32));
            }
            ("timeCode", "timecode") => {
                self.time_code =
                    numbers::<2>(bytes).map(|v| TimeCode { time_and_flags: v[0] as u32, user_data: v[1] as u32 });
            }
            ("worldToCamera", "m44f") => self.world_to_camera = floats(bytes),
            ("worldToNDC", "m44f") => self.world_to_ndc = floats(bytes),
            ("deepImageState", "deepImageState") => {
                self.deep_state = match byte(bytes) {
                    Some(0) => Some(DeepState::Messy),
                    Some(1) => Some(DeepState::Sorted),
                    Some(2) => Some(DeepState::NonOverlapping),
                    Some(3) => Some(DeepState::Tidy),
                    _ => None,
                };
            }
            ("multiView", "stringvector") => self.multi_view = texts(bytes),
            _ => return false,
        }
        true
    }

    /// A flat part may lack what it likes; a deep one needs all that is needed to find its samples.
    fn finish(self, flags: u32, index: usize) -> Result<Header, Fault> {
        let kind = match self.kind.as_deref() {
            Some("deepscanline") => Kind::DeepScanline,
            Some("deeptile") => Kind::DeepTiled,
            Some(other) => Kind::Flat(other.to_owned()),
            None if flags & TILED != 0 => Kind::Flat("tiledimage".to_owned()),
            None => Kind::Flat("scanlineimage".to_owned()),
        };
        let deep = kind.is_deep();
        let missing = |what: &str| {
            let whose = if flags & MULTI_PART != 0 { format!(" of part {index}") } else { String::new() };
            Fault::damaged(format!("the header{whose} lacks a valid {what}"))
        };
        let window = |found: Option<[i32; 4]>, what: &str| match found.and_then(window) {
            Some(window) => Ok(window),
            None if deep => Err(missing(what)),
            None => Ok(Window::default()),
        };
        let header = Header {
            data_window: window(self.data_window, "data window")?,
            display_window: window(self.display_window, "display window")?,
            compression: match self.compression {
                Some(code) => Compression::from_code(code),
                None if deep => return Err(missing("compression")),
                None => Compression::None,
            },
            channels: match self.channels {
                Some(Err(fault)) if deep => return Err(fault),
                Some(Ok(list)) if !list.is_empty() => list,
                _ if deep => return Err(missing("list of channels")),
                _ => Vec::new(),
            },
            tiles: match self.tiles {
                Some(t) => Some(t),
                None if kind == Kind::DeepTiled => return Err(missing("tile size")),
                None => None,
            },
            name: self.name,
            view: self.view,
            kind,
            pixel_aspect: self.pixel_aspect.filter(|a| a.is_finite() && *a > 0.0).unwrap_or(1.0),
            line_order: self.line_order.unwrap_or(0),
            frames_per_second: self.frames_per_second,
            time_code: self.time_code,
            world_to_camera: self.world_to_camera,
            world_to_ndc: self.world_to_ndc,
            deep_state: self.deep_state,
            multi_view: self.multi_view,
            others: self.others,
            chunk_count: self.chunk_count,
        };
        Ok(header)
    }
}

/// From first and last pixel; `None` where empty or at the end of the numbers.
fn window(b: [i32; 4]) -> Option<Window> {
    let end = |last: i32| last.checked_add(1);
    let window = Window { x1: b[0], y1: b[1], x2: end(b[2])?, y2: end(b[3])? };
    let size = |from: i32, to: i32| to.checked_sub(from).is_some_and(|n| n > 0);
    (size(window.x1, window.x2) && size(window.y1, window.y2)).then_some(window)
}
