//! The `ledgergate` command: reads its arguments and hands over to [`ledgergate::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    ledgergate::cli::run()
}
