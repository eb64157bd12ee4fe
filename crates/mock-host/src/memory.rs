//! Raw memory that a plug-in reads and writes, with guard pages if wanted.
#![allow(unsafe_code, reason = "the plug-in needs an address; the guard pages need mmap")]

use std::ptr::NonNull;

/// A block of bytes at a fixed address that code behind the C API may touch while an action runs.
///
/// Invariant: `start..start + len` is one live allocation, readable and writable, until this is dropped.
/// Safe methods are called by the host only while no action that was given the address is running, except where the plug-in was
/// given it for reading alone.
#[derive(Debug)]
pub(crate) struct Memory {
    start: NonNull<u8>,
    len: usize,
    storage: Storage,
}

#[derive(Debug)]
enum Storage {
    Heap,
    #[cfg(unix)]
    Mapped {
        base: NonNull<u8>,
        total: usize,
    },
}

// SAFETY: the block is owned; access from several threads follows the invariant above.
unsafe impl Send for Memory {}
// SAFETY: as for Send.
unsafe impl Sync for Memory {}

const ALIGN: usize = 64;

impl Memory {
    /// A block of zero bytes.
    pub fn new(len: usize) -> Self {
        let layout = Self::layout(len);
        // SAFETY: the layout's size is not 0.
        let p = unsafe { std::alloc::alloc_zeroed(layout) };
        let start = NonNull::new(p).unwrap_or_else(|| std::alloc::handle_alloc_error(layout));
        Self { start, len, storage: Storage::Heap }
    }

    fn layout(len: usize) -> std::alloc::Layout {
        std::alloc::Layout::from_size_align(len.max(1), ALIGN).unwrap_or(std::alloc::Layout::new::<u8>())
    }

    /// A block of zero bytes that ends where memory that cannot be touched begins (and has such memory before it).
    #[cfg(unix)]
    pub fn guarded(len: usize) -> Self {
        // SAFETY: sysconf has no preconditions.
        let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
        let pages = len.div_ceil(page).max(1) * page;
        let total = pages + 2 * page;
        // SAFETY: asks for fresh anonymous memory; the result is checked.
        let base = unsafe {
            libc::mmap(std::ptr::null_mut(), total, libc::PROT_NONE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0)
        };
        if base == libc::MAP_FAILED {
            return Self::new(len);
        }
        let base = base.cast::<u8>();
        // SAFETY: the middle pages lie inside the mapping made above.
        let (ok, start) = unsafe {
            let middle = base.add(page);
            let ok = libc::mprotect(middle.cast(), pages, libc::PROT_READ | libc::PROT_WRITE);
            (ok, middle.add(pages - len))
        };
        match (NonNull::new(base), NonNull::new(start)) {
            (Some(base), Some(start)) if ok == 0 => Self { start, len, storage: Storage::Mapped { base, total } },
            _ => Self::new(len),
        }
    }

    /// Without mmap there are no guard pages.
    #[cfg(not(unix))]
    pub fn guarded(len: usize) -> Self {
        Self::new(len)
    }

    /// The address of a byte, for the plug-in.
    pub fn address(&self, offset: usize) -> *mut u8 {
        assert!(offset <= self.len);
        // SAFETY: inside the allocation or one past it.
        unsafe { self.start.as_ptr().add(offset) }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: the type's invariant.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    /// The bytes, to be changed.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: the type's invariant.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        match self.storage {
            // SAFETY: allocated in `new` with the same layout.
            Storage::Heap => unsafe {
                std::alloc::dealloc(self.start.as_ptr(), Self::layout(self.len));
            },
            #[cfg(unix)]
            // SAFETY: mapped in `guarded` with this size.
            Storage::Mapped { base, total } => unsafe {
                libc::munmap(base.as_ptr().cast(), total);
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guarded_block_ends_at_a_page() {
        let mut m = Memory::guarded(1001);
        m.bytes_mut().fill(3);
        assert_eq!(m.bytes().len(), 1001);
        #[cfg(unix)]
        assert_eq!(m.address(1001).addr() % 4096, 0);
    }
}
