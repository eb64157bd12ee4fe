//! What a test may switch off, to compare with; nobody else does.

/// All off: everything is at work.
#[derive(Clone, Copy, Default)]
pub struct Switches {
    /// The views say all, even where one surface is all that the lens sees.
    pub views_only: bool,
    /// Pixels that show two surfaces are not taken apart.
    pub whole_pixels: bool,
    /// The views look at the picture as it is only.
    pub one_size: bool,
    /// Draft does not look at half the size.
    pub whole_size: bool,
}

/// Those of this thread.
pub fn get() -> Switches {
    #[cfg(test)]
    return SET.get();
    #[cfg(not(test))]
    Switches::default()
}

#[cfg(test)]
thread_local! {
    static SET: std::cell::Cell<Switches> = const {
        std::cell::Cell::new(Switches { views_only: false, whole_pixels: false, one_size: false, whole_size: false })
    };
}

/// What a render makes with them.
#[cfg(test)]
pub fn with<R>(switches: Switches, render: impl FnOnce() -> R) -> R {
    SET.set(switches);
    let out = render();
    SET.set(Switches::default());
    out
}

/// What the views alone make of it.
#[cfg(test)]
pub fn by_views<R>(render: impl FnOnce() -> R) -> R {
    with(Switches { views_only: true, ..Switches::default() }, render)
}
