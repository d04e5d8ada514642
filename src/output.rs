//! The only place that writes to standard output and standard error by hand: the commands' own
//! words to the person who called them.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the commands' output"
)]

/// A line of a command's result.
pub(crate) fn line(text: impl std::fmt::Display) {
    println!("{text}");
}

/// A command's result without a newline of its own.
pub(crate) fn text(text: impl std::fmt::Display) {
    print!("{text}");
}

/// Why a command failed, each cause on its line.
pub(crate) fn failure(error: &anyhow::Error) {
    eprintln!("error: {error}");
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        // thiserror's texts name their source already.
        if !error.to_string().contains(&cause) {
            eprintln!("  because: {cause}");
        }
    }
}
