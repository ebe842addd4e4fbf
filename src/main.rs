//! argv to exit code; everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<std::ffi::OsString> = std::env::args_os().collect();
    ExitCode::from(palimpsest::cli::main(args))
}
