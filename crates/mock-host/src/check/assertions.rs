//! The list of what a strict host should assert, and which rules assert it. docs/validator.md shows it.

/// How an assertion is covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covered {
    /// By rules of these names.
    By(&'static [&'static str]),
    /// By rules of these names, as far as it goes; the rest by what is said.
    Partly(&'static [&'static str], &'static str),
    /// Not by a check of any plug-in, for this reason.
    Not(&'static str),
}

/// Something that a strict host should assert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Its number in the list.
    pub number: u8,
    /// What is asserted.
    pub text: &'static str,
    /// How it is covered.
    pub covered: Covered,
}

const fn by(number: u8, text: &'static str, names: &'static [&'static str]) -> Assertion {
    Assertion { number, text, covered: Covered::By(names) }
}

const fn partly(number: u8, text: &'static str, names: &'static [&'static str], rest: &'static str) -> Assertion {
    Assertion { number, text, covered: Covered::Partly(names, rest) }
}

const fn not(number: u8, text: &'static str, why: &'static str) -> Assertion {
    Assertion { number, text, covered: Covered::Not(why) }
}

/// The list.
pub const ASSERTIONS: &[Assertion] = &[
    partly(
        1,
        "exactly the three entry points are exported, nothing is left undefined",
        &["no-other-symbols"],
        "without its entry points no library is taken for a plug-in, and what is undefined keeps the library from being opened at all: every symbol is resolved at once",
    ),
    by(
        2,
        "OfxGetPlugin outside its range, stable records, identifiers, API",
        &["plugin-index", "plugin-record", "plugin-identifier"],
    ),
    by(3, "OfxSetHost absent, before, after, NULL", &["host-introduction"]),
    partly(
        4,
        "load, describe, unload, again and again",
        &["load-cycles", "memory-leak"],
        "bytes that grow are looked for by `fathom inject`",
    ),
    by(5, "a second setHost counts", &["new-host"]),
    by(6, "suites that are missing", &["optional-suites", "required-suites"]),
    by(7, "functions that are NULL", &["null-functions"]),
    by(8, "a host without optional properties", &["poor-host"]),
    by(9, "a host that refuses properties", &["refused-properties"]),
    by(
        10,
        "contexts, depths, grouping, labels; the same in any order and surroundings",
        &["describe-essentials", "describe-courtesy", "describe-repeat", "describe-environment"],
    ),
    partly(
        11,
        "mandated clips, unknown contexts",
        &["clip-definition", "describes", "unknown-context"],
        "that Filter has no depth clip is no rule: many effects define optional inputs in every context, and hosts wire them",
    ),
    partly(
        12,
        "ranges, defaults, labels, names, parents, pages, options",
        &[
            "param-definition",
            "param-names",
            "param-ranges",
            "param-range-given",
            "param-defaults",
            "param-hints",
            "choice-options",
            "page-children",
        ],
        "the order of options is compared with `--baseline`",
    ),
    by(13, "no parameter of a type that the host lacks", &["portable-types", "param-definition"]),
    by(
        14,
        "CreateInstance, DestroyInstance, instance data, dead handles",
        &["illegal-status", "instance-data-left", "dead-handles"],
    ),
    by(15, "no images outside renders and changes", &["image-outside-render"]),
    by(16, "no parameter is set outside InstanceChanged", &["param-set-outside-instance-changed"]),
    by(17, "a hundred instances, interleaved", &["many-instances"]),
    by(18, "every parameter, clip and unknown name for every reason", &["instance-changed", "edit-actions"]),
    by(19, "changes that cause changes come to an end", &["recursion"]),
    by(20, "PurgeCaches and SyncPrivateData at any time", &["purge-and-sync"]),
    by(21, "unknown actions, NULL everywhere", &["unknown-action", "null-arguments"]),
    by(22, "strings of the host are not kept", &["kept-string"]),
    partly(
        23,
        "regions of definition",
        &["region-of-definition", "region-scale"],
        "how far an effect spreads is its own; tests of each effect say it",
    ),
    by(
        24,
        "regions of interest hold what is needed: NaN everywhere else",
        &["region-of-interest", "interest-is-enough", "input-bounds"],
    ),
    by(25, "regions of interest do not depend on the scale", &["interest-scale"]),
    by(26, "identity is the truth", &["identity", "identity-clip"]),
    by(
        27,
        "clip preferences are legal and repeatable",
        &["undefined-clip", "illegal-clip-preference", "preferences-repeat"],
    ),
    by(28, "frames needed within what was declared", &["frames-needed", "undeclared-frame", "undeclared-plane"]),
    by(29, "questions beside renders", &["parallel-queries"]),
    by(30, "every pixel of the window is written", &["unwritten-pixels"]),
    by(31, "nothing else is written", &["write-outside-window", "write-to-input", "output-bounds"]),
    by(32, "nothing outside the images is read", &["guard-pages"]),
    by(33, "row bytes: gaps, negative, no multiple of a pixel; odd addresses", &["row-bytes", "guard-pages"]),
    by(34, "odd bounds and windows", &["odd-windows", "negative-origin", "disjoint-inputs"]),
    by(35, "tiles and bands give the same bits", &["tiles"]),
    by(36, "renders at once, threads 1, 2, 8: the same bits", &["parallel-renders", "thread-count", "deterministic"]),
    by(
        37,
        "every depth and every layout of channels, mixed inputs",
        &["pixel-formats", "format-agreement", "odd-inputs"],
    ),
    by(38, "images of the wrong depth, and blue first", &["wrong-depth", "pixel-order"]),
    by(39, "no source, said in four ways", &["source-missing"]),
    by(40, "no depth, said in four ways", &["optional-missing", "reconnect"]),
    by(41, "numbers that are none, huge, tiny", &["odd-numbers", "finite", "nan-stays"]),
    by(42, "meanings of alpha", &["premultiplication"]),
    by(
        43,
        "render scales, and images that say another one",
        &["render-scales", "scale-agreement", "scale-disagreement"],
    ),
    by(44, "pixel aspect 2, 0, missing", &["pixel-aspect"]),
    by(45, "fields", &["fields"]),
    by(46, "abort at any moment; progress", &["abort", "abort-speed", "busy-host", "progress-bar"]),
    partly(
        47,
        "every image is released once, on every path",
        &["image-leak", "image-released-twice"],
        "with failures of the host in between: `fathom inject`",
    ),
    by(48, "suites only on the thread that was called", &["foreign-thread"]),
    by(49, "parameters at the frame that is rendered", &["animated-parameters", "time-is-taken"]),
    by(50, "sequences absent, nested, interleaved", &["sequence-actions"]),
    by(51, "images on a card that were not asked for", &["gpu-images"]),
    by(52, "draft, interactive, thumbnail", &["draft"]),
    not(
        53,
        "a panic inside an effect becomes a failure",
        "nobody can make a foreign plug-in panic; ours is tested at its door (src/guard.rs)",
    ),
    not(54, "memory that cannot be had", "the host's own functions fail one after another in `fathom inject`"),
    by(55, "messages: \"%s\", few, taken back", &["message-format", "few-messages", "message-cleared"]),
    by(
        56,
        "nothing printed; folder, environment, signals, floating point as before",
        &["process-state", "prints-nothing", "floating-point-state"],
    ),
    by(57, "time of describing, creating, asking", &["time-budget"]),
    by(58, "parameters beyond their ranges", &["extreme-parameters"]),
    not(59, "memory returns to what it was", "measured by `fathom inject`, which owns its process"),
    by(60, "what projects saved is still there", &["project-compatibility"]),
    by(
        61,
        "overlays only where they are shown; without a context, before they are created; the pen beside them",
        &[
            "overlay",
            "overlay-draws",
            "overlay-strays",
            "overlay-pen",
            "overlay-images",
            "draw-outside-draw",
            "draw-values",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_assertion_names_rules_that_exist() {
        let rules: BTreeSet<_> = super::super::rules().iter().map(|r| r.name).collect();
        for (i, a) in ASSERTIONS.iter().enumerate() {
            assert_eq!(usize::from(a.number), i + 1);
            if let Covered::By(names) | Covered::Partly(names, _) = a.covered {
                assert!(!names.is_empty());
                names.iter().for_each(|n| assert!(rules.contains(n), "{}: no rule {n}", a.number));
            }
        }
    }
}
