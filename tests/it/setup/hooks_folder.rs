//! Hooks whose program is gone.

use std::fs;

use super::{executable, journal};
use crate::sandbox::Sandbox;

/// Without ours, git would not run the hook that is kept beside it.
#[test]
fn whose_program_is_gone_gets_ones_own_hook_back_as_the_message_says() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let hook = ".git/hooks/pre-commit";
    executable(&laptop, hook, "#!/bin/sh\necho my own hook >&2\n");
    let program = sandbox.root().join("here/palimpsest");
    fs::create_dir(program.parent().unwrap()).unwrap();
    fs::copy(assert_cmd::cargo::cargo_bin!("palimpsest"), &program).unwrap();
    laptop
        .run_with(&[], program.to_str().unwrap(), ["init"])
        .ok();
    fs::remove_file(&program).unwrap();
    let commit = ["commit", "-q", "--allow-empty", "-m", "x"];
    let said = laptop.git(commit).ok().warns("my own hook");
    let said = said.warns("or remove .git/hooks/post-commit").stderr;
    let (_, command) = said.split_once("put your own hook back: ").unwrap();
    let command = command.lines().next().unwrap();
    laptop.run_with(&[], "sh", ["-c", command]).ok();
    laptop
        .git(commit)
        .ok()
        .warns("my own hook")
        .silent_about("pre-commit");
}
