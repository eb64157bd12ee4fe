/// What a file may cost. The defaults let through every picture of a production and stop what only an attack or an
/// accident makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that one part may hold at a time: its tables and the samples of one band. Default 2 GiB.
    ///
    /// A band read on another thread at the same time counts for itself.
    pub memory: u64,
    /// Bytes of samples in a whole part, unpacked: bounds the time. Default 32 GiB.
    pub unpacked: u64,
    /// How many times larger than the packed samples of a part the unpacked ones may be, where they are more than
    /// 64 MiB. Pictures stay below 20, bombs reach 1000. Default 200.
    pub ratio: u64,
    /// Pixels of a data window. Default 2^28 (16384 × 16384).
    pub pixels: u64,
    /// Samples in one pixel. Default 2^20.
    pub samples_per_pixel: u32,
    /// Channels of a part. Default 1024.
    pub channels: usize,
    /// Parts of a file. Default 4096.
    pub parts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 2 << 30,
            unpacked: 32 << 30,
            ratio: 200,
            pixels: 1 << 28,
            samples_per_pixel: 1 << 20,
            channels: 1024,
            parts: 4096,
        }
    }
}
