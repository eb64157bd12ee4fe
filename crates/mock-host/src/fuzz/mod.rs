//! Seeded random sessions: any host, any order of actions, any values, windows and images. A seed and a number give the same case for
//! ever; a case is text, and is run again from it.

mod case;
mod dice;
mod run;

pub use case::{Case, Content, Facts, Shape, Step};
pub use run::{Stage, findings};
