//! What most requests do not run, kept in functions of its own.

/// Runs something rare, in a function that the compiler leaves apart: the page's first visit then does without its code
/// (ARCHITECTURE.md, "One number travels").
#[cold]
#[inline(never)]
pub fn apart<T>(rare: impl FnOnce() -> T) -> T {
    rare()
}
