//! `fathom look`: what a parameter does, on a contact sheet, or on a page that slides between before and after.

mod page;
mod sheet;

use crate::setup::{Ready, Setup, print_report};
use crate::view::View;
use crate::{Failure, usage};
use clap::Args;
use mock_host::media;
use mock_host::{Filter, ParamInfo, Picture, RectI, RenderRequest};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Look {
    #[command(flatten)]
    setup: Setup,
    /// The parameter to show at several values: NAME=1,2,5 or NAME=0..1x5 (five values from 0 to 1) or NAME=* (all options of a
    /// choice). With a semicolon anywhere, values are parted by semicolons: NAME=0.2,0.3,0.4;1,1,1
    #[arg(long, value_name = "NAME=VALUES")]
    sweep: Option<String>,
    /// The frame to look at [default: the first]
    #[arg(long, allow_hyphen_values = true)]
    frame: Option<i64>,
    /// The part of the picture to show, in pixels of the render scale from the bottom-left corner: x1,y1,x2,y2 [default: all]
    #[arg(long, value_name = "X1,Y1,X2,Y2", allow_hyphen_values = true)]
    crop: Option<String>,
    /// Width of one picture on the sheet or page, in pixels; larger ones are made smaller
    #[arg(long, default_value_t = 480, value_parser = clap::value_parser!(u32).range(16..=8192))]
    tile: u32,
    /// Pictures side by side on the sheet [default: as many as look good]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=64))]
    columns: Option<u32>,
    /// How scene-linear light is shown
    #[arg(long, value_enum, default_value_t)]
    view: View,
    /// The sheet to write: .png, or .exr
    #[arg(long, value_name = "FILE", required_unless_present = "html")]
    out: Option<PathBuf>,
    /// The page to write, pictures and all in one file that any browser opens
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// A picture to look at, and what it shows.
pub struct Shown {
    /// The value, `before` or `after`.
    pub label: String,
    /// RGB, linear.
    pub picture: Picture,
}

/// More than this is no sheet that anybody reads.
const MOST: usize = 400;

impl Look {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        if let Some(out) = &self.out {
            let end = out.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
            if !["png", "exr"].contains(&end.as_str()) {
                return Err(usage(format!("'{}' ends neither in .png nor in .exr", out.display())));
            }
        }
        let ready = self.setup.make(bundle, Path::new(""))?;
        let sweep = self.sweep.as_deref().map(|text| values(text, &ready.instance.params())).transpose()?;
        let source =
            ready.source.clone().ok_or_else(|| usage("there is nothing to compare with: feed --clip Source=FILE"))?;
        let time = self.frame.map_or_else(|| mock_host::ClipSource::frame_range(&*source)[0], |frame| frame as f64);
        let media = source.media(time)?;
        let scaled = media.picture.scaled([self.setup.scale; 2], Filter::Box);
        let window = self.window(self.setup.display(&ready, time)?)?;
        let mut shown = vec![Shown { label: "before".into(), picture: self.shown(&scaled, window) }];
        ready.instance.set_time(time);
        match &sweep {
            None => shown.push(Shown { label: "after".into(), picture: self.render(&ready, time, window)? }),
            Some((name, values)) => {
                for value in values {
                    ready.instance.set(name, value.as_str())?;
                    let picture = self.render(&ready, time, window)?;
                    shown.push(Shown { label: value.clone(), picture });
                }
            }
        }
        print_report(&ready);
        let title = self.title(&ready);
        if let Some(out) = &self.out {
            let sheet = sheet::make(&title, &shown, self.columns.map(|c| c as usize));
            media::write(out, &sheet, sheet.bounds)?;
            println!("{}", out.display());
        }
        if let Some(html) = &self.html {
            page::write(html, &title, &self.settings(), &shown)?;
            println!("{}", html.display());
        }
        Ok(())
    }

    fn render(&self, ready: &Ready, time: f64, window: RectI) -> Result<Picture, Failure> {
        let mut request = RenderRequest::at(time).scale(self.setup.scale);
        request.window = self.setup.pixels(ready, time)?;
        Ok(self.shown(&ready.instance.render(&request)?, window))
    }

    /// Cropped, in the colours of the screen, and no wider than a tile.
    fn shown(&self, picture: &Picture, window: RectI) -> Picture {
        let mut shown = self.view.of(picture, window);
        let scale = f64::from(self.tile) / window.width() as f64;
        shown.rod = shown.bounds;
        if scale < 1.0 { shown.scaled([scale, scale], Filter::Box) } else { shown }
    }

    fn window(&self, display: RectI) -> Result<RectI, Failure> {
        let Some(text) = &self.crop else { return Ok(display) };
        let numbers: Result<Vec<i32>, _> = text.split(',').map(|n| n.trim().parse()).collect();
        match numbers.as_deref() {
            Ok(&[x1, y1, x2, y2])
                if x1 < x2 && y1 < y2 && RectI::new(x1, y1, x2, y2).intersect(&display).width() > 0 =>
            {
                Ok(RectI::new(x1, y1, x2, y2).intersect(&display))
            }
            _ => Err(usage(format!(
                "'{text}' is no part of the picture: write x1,y1,x2,y2 within {},{},{},{}",
                display.x1, display.y1, display.x2, display.y2
            ))),
        }
    }

    fn title(&self, ready: &Ready) -> String {
        let of = self.sweep.as_deref().and_then(|s| s.split_once('=')).map(|(name, _)| format!(": {name}"));
        format!("{}{}", ready.effect.short_name(), of.unwrap_or_default())
    }

    /// What else is set, for whoever wants to make it again.
    fn settings(&self) -> Vec<String> {
        let name = |path: &str| Path::new(path).file_name().map_or(path.into(), |n| n.to_string_lossy().into_owned());
        let clips = self.setup.clips.iter().map(|c| match c.split_once('=') {
            Some((clip, file)) => format!("{clip}={}", name(file)),
            None => c.clone(),
        });
        clips.chain(self.setup.values.iter().cloned()).chain(self.frame.map(|f| format!("frame {f}"))).collect()
    }
}

/// The parameter and the values that it is to have, as text.
fn values(text: &str, params: &[ParamInfo]) -> Result<(String, Vec<String>), Failure> {
    let (name, list) = text.split_once('=').ok_or_else(|| usage(format!("--sweep {text}: write NAME=VALUES")))?;
    let values: Vec<String> = if list.trim() == "*" {
        let param = params.iter().find(|p| p.name == name);
        let choices = param.map(|p| p.choices.clone()).filter(|c| !c.is_empty());
        choices.ok_or_else(|| usage(format!("--sweep {text}: '{name}' is no choice, so that * means nothing")))?
    } else if let Some(range) = range(list) {
        range
    } else {
        let mark = if list.contains(';') { ';' } else { ',' };
        list.split(mark).map(|v| v.trim().to_string()).filter(|v| !v.is_empty()).collect()
    };
    match values.len() {
        0 => Err(usage(format!("--sweep {text}: there is no value behind ="))),
        n if n > MOST => Err(usage(format!("--sweep {text}: {n} pictures are too many for one sheet; {MOST} fit"))),
        _ => Ok((name.into(), values)),
    }
}

/// `0..1x5`: 0, 0.25, 0.5, 0.75, 1.
fn range(text: &str) -> Option<Vec<String>> {
    let (ends, count) = text.split_once('x')?;
    let (from, to) = ends.split_once("..")?;
    let (from, to): (f64, f64) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
    let count: usize = count.trim().parse().ok().filter(|c| (2..=MOST).contains(c))?;
    if !(from.is_finite() && to.is_finite()) {
        return None;
    }
    let at = |i: usize| from + (to - from) * i as f64 / (count - 1) as f64;
    // Four digits behind the point are what a label can hold.
    Some((0..count).map(|i| format!("{}", (at(i) * 1e4).round() / 1e4)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_understood() {
        let of = |text: &str| values(text, &[]).map(|(_, v)| v.join("|")).unwrap_or_else(|_| "no".into());
        assert_eq!(of("a=1,2, 5"), "1|2|5");
        assert_eq!(of("a=0..1x5"), "0|0.25|0.5|0.75|1");
        assert_eq!(of("a=1,0,0;0,1,0"), "1,0,0|0,1,0");
        assert_eq!(of("a=Portrait, long;Wide"), "Portrait, long|Wide");
        for text in ["a", "a=", "a=*", "a=;"] {
            assert_eq!(of(text), "no", "{text}");
        }
    }
}
