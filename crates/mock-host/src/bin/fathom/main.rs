//! `fathom`: lists, describes, renders, shows and times the effects of an OpenFX bundle, without a user interface; merges deep files.

mod analyse;
mod check;
mod child;
mod deep;
mod demo;
mod describe;
mod draw;
mod frames;
mod fuzz;
mod inject;
mod install;
mod locate;
mod log;
mod look;
mod render;
mod setup;
mod shots;
mod time;
mod view;

use clap::{Parser, Subcommand};
use mock_host::HostError;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "fathom",
    version,
    about = "Runs the effects of an OpenFX bundle without a user interface",
    after_help = "Exit code: 0 done; 1 the effect or the host failed; 2 wrong usage."
)]
struct Arguments {
    /// The bundle, or its library. [default: the built one, else the first of OFX_PLUGIN_PATH]
    #[arg(long, global = true, value_name = "PATH")]
    bundle: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Effects, their versions and contexts
    List(describe::List),
    /// Clips and parameters of an effect, with defaults, ranges and hints
    Describe(describe::Describe),
    /// Render frames to files
    Render(render::Render),
    /// What a parameter does: a contact sheet of several values, or a page that slides between before and after
    Look(look::Look),
    /// What an effect draws over the picture in a viewer, with the pointer somewhere
    Draw(draw::Draw),
    /// What an effect finds in a depth image: what its numbers mean, and why
    Analyse(analyse::Analyse),
    /// Whether effects obey OpenFX and survive its hosts: every check in every host. Exit code 1 where one fails
    Check(check::Check),
    /// Deep OpenEXR files: what is in them; merge and flatten them. Needs no bundle
    #[command(subcommand)]
    Deep(deep::Deep),
    /// Before and after pictures of every effect
    Demo(demo::Demo),
    /// ZDefocus beside real lens re-renders: PSNR and SSIM of each shot, or flicker. Exit code 1 where another tool does better
    Shots(shots::Shots),
    /// Random sessions in random hosts; what is found is kept as files and can be run again
    Fuzz(fuzz::Fuzz),
    /// Make every suite call of a session fail, each in turn, and see that nothing comes of it but what should
    Inject(inject::Inject),
    /// Put the bundle where hosts look for plug-ins, after trying that it loads
    Install(install::Install),
    /// Take it away again
    Uninstall(install::Uninstall),
    /// CPU seconds, wall seconds and peak memory of a render
    Time(time::Time),
}

/// Why the program ends early.
#[derive(Debug)]
enum Failure {
    /// The user asked for something that does not exist or makes no sense.
    Usage(String),
    /// Something was tried and failed.
    Failed(String),
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        if error.is_usage() { Self::Usage(error.to_string()) } else { Self::Failed(error.to_string()) }
    }
}

fn usage(text: impl Into<String>) -> Failure {
    Failure::Usage(text.into())
}

/// Exit code where nobody reads any more what is printed: what a shell says of a program that SIGPIPE (13) ended.
const NOBODY_READS: i32 = 128 + 13;

/// A reader that has seen enough, as in `fathom list | head -1`, is no fault of this program: it ends without a word. (The standard library
/// panics where it cannot print.)
fn end_where_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let said = info.payload().downcast_ref::<String>();
        if said.is_some_and(|said| said.starts_with("failed printing to stdout")) {
            std::process::exit(NOBODY_READS);
        }
        usual(info);
    }));
}

fn main() -> ExitCode {
    end_where_nobody_reads();
    let arguments = Arguments::parse();
    let bundle = arguments.bundle.as_deref();
    let result = match arguments.command {
        Command::List(c) => c.run(bundle),
        Command::Describe(c) => c.run(bundle),
        Command::Render(c) => c.run(bundle),
        Command::Look(c) => c.run(bundle),
        Command::Draw(c) => c.run(bundle),
        Command::Analyse(c) => c.run(bundle),
        Command::Check(c) => c.run(bundle),
        Command::Deep(c) => c.run(),
        Command::Demo(c) => c.run(bundle),
        Command::Shots(c) => c.run(bundle),
        Command::Fuzz(c) => c.run(bundle),
        Command::Inject(c) => c.run(bundle),
        Command::Install(c) => c.run(bundle),
        Command::Uninstall(c) => c.run(),
        Command::Time(c) => c.run(bundle),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Failed(text)) => {
            eprintln!("fathom: {text}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(text)) => {
            eprintln!("fathom: {text}");
            ExitCode::from(2)
        }
    }
}
