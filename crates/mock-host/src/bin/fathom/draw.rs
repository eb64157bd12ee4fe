//! `fathom draw`: what an effect draws over the picture in a host's viewer.

use crate::setup::{Ready, Setup, print_report};
use crate::view::View;
use crate::{Failure, usage};
use clap::Args;
use mock_host::{RenderRequest, Viewer, draw_over, media};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Draw {
    #[command(flatten)]
    setup: Setup,
    /// The frame to look at [default: the first]
    #[arg(long, allow_hyphen_values = true)]
    frame: Option<i64>,
    /// Where the pointer is: X,Y in pixels of the full-size frame, from its bottom-left corner [default: beside the picture]
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true)]
    pointer: Option<String>,
    /// The pointer takes what lies there and drags it to where --pointer is
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true, requires = "pointer")]
    drag: Option<String>,
    /// How scene-linear light is shown
    #[arg(long, value_enum, default_value_t)]
    view: View,
    /// The picture to write: .png
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

fn place(text: &str) -> Result<[f64; 2], Failure> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|n| n.trim().parse()).collect();
    match numbers.as_deref() {
        Ok(&[x, y]) if x.is_finite() && y.is_finite() => Ok([x, y]),
        _ => Err(usage(format!("'{text}' is no place: write X,Y, such as 960,540"))),
    }
}

impl Draw {
    pub fn run(&self, bundle: Option<&Path>) -> Result<(), Failure> {
        if !self.out.extension().is_some_and(|e| e.eq_ignore_ascii_case("png")) {
            return Err(usage(format!("'{}' does not end in .png", self.out.display())));
        }
        let ready = self.setup.make(bundle, Path::new(""))?;
        let range = ready.source.as_ref().map_or([1.0; 2], |source| mock_host::ClipSource::frame_range(&**source));
        let time = self.frame.map_or(range[0], |frame| frame as f64);
        ready.instance.set_time(time);
        let scale = [self.setup.scale; 2];
        let pointer = self.pointer.as_deref().map(place).transpose()?;
        let drag = self.drag.as_deref().map(place).transpose()?;
        // A viewer shows what was rendered; while a handle is on its way, the picture is still the one before.
        let before = self.picture(&ready, time)?;
        let Some(overlay) = ready.instance.overlay()? else {
            return Err(Failure::Failed(format!("{} draws nothing over the picture", ready.effect.short_name())));
        };
        let pixel = scale.map(|s| 1.0 / s);
        overlay.show(Viewer { time, scale, pixel });
        if let (Some(from), Some(to)) = (drag, pointer) {
            overlay.pen_motion(from)?;
            if !overlay.pen_down(from)? {
                return Err(usage(format!("there is nothing to drag at {},{}", from[0], from[1])));
            }
            overlay.pen_motion(to)?;
        } else if let Some(at) = pointer {
            overlay.pen_motion(at)?;
        }
        let calls = overlay.draw()?;
        let display = self.setup.display(&ready, time)?;
        let mut picture = self.view.of(&before, display);
        draw_over(&mut picture, scale, &calls);
        drop(overlay);
        print_report(&ready);
        media::write(&self.out, &picture, display)?;
        println!("{}", self.out.display());
        Ok(())
    }

    fn picture(&self, ready: &Ready, time: f64) -> Result<mock_host::Picture, Failure> {
        let mut request = RenderRequest::at(time).scale(self.setup.scale);
        request.window = self.setup.pixels(ready, time)?;
        Ok(ready.instance.render(&request)?)
    }
}
