//! The only place that writes to standard output and standard error by hand: the commands' own
//! words to the person who called them.

#![expect(clippy::print_stderr, reason = "this is the commands\' output")]

use std::io::Write;

/// A line of a command's result.
pub(crate) fn line(text: impl std::fmt::Display) {
    write(format_args!("{text}\n"));
}

/// A command's result without a newline of its own.
pub(crate) fn text(text: impl std::fmt::Display) {
    write(format_args!("{text}"));
}

/// A reader that has seen enough (`| head`) ends the command, without a word.
fn write(text: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout();
    if out.write_fmt(text).and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
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
