//! What a terminal alone is shown, and what a machine without a name is called.

use crate::sandbox::{DAY, LEDGER, Machine, Sandbox, Terminal, journal};

/// What a command shows at a terminal that has colours, with these variables.
#[track_caller]
fn at_terminal(
    sandbox: &Sandbox,
    machine: &Machine<'_>,
    env: &[(&str, &str)],
    args: &[&str],
) -> String {
    let mut command = sandbox.command(machine.dir(), "palimpsest");
    command.args(args).env("TERM", "xterm-256color");
    command.envs(env.iter().copied());
    let (code, shown) = Terminal::start(command).ends();
    assert_eq!(code, 0, "{shown}");
    shown
}

#[test]
fn colour_follows_the_terminal_and_no_color() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people: [Alice, Bob]", "Hello.\n")]);
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("Without Bob");
    let list = ["metadb", "tombstone", "list"];
    let shown = at_terminal(&sandbox, &laptop, &[], &list);
    assert!(shown.contains("\u{1b}[1mTABLE"), "{shown:?}");
    for plain in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let shown = at_terminal(&sandbox, &laptop, &[plain], &list);
        assert!(shown.contains("TABLE"), "{plain:?}: {shown:?}");
        assert!(!shown.contains('\u{1b}'), "{plain:?}: {shown:?}");
    }
    // Into a file or a pipe.
    let run = laptop.run_with(&[("TERM", "xterm-256color")], "palimpsest", list);
    assert!(!run.output().contains('\u{1b}'), "{run}");
    run.ok().says("TABLE");
}

#[test]
fn progress_is_shown_at_a_terminal_alone() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.repository("laptop");
    for n in 0..500 {
        let date = format!(
            "20{:02}-{:02}-{:02}",
            10 + n / 336,
            n / 28 % 12 + 1,
            n % 28 + 1
        );
        laptop.write_entry(&date, "", "");
    }
    let sync = ["yaml2sql", "sync", "--force", "journal/md"];
    let shown = at_terminal(&sandbox, &laptop, &[], &sync);
    assert!(
        shown.contains("\rReading entries: 100 of 500\u{1b}[K"),
        "{shown:?}"
    );
    let (_, behind) = shown.rsplit_once(" of 500\u{1b}[K").unwrap();
    // It is gone before the answer comes.
    assert!(behind.starts_with("\r\u{1b}[K"), "{shown:?}");
    assert!(behind.contains("Entries: 500 created"), "{shown:?}");
    let run = laptop.palimpsest(sync).ok().says("500 created");
    run.never_mentions("Reading entries")
        .never_mentions("\u{1b}");
}

#[test]
fn a_machine_without_a_name_is_called_as_its_host() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people: [Alice, Bob]", "Hello.\n")]);
    laptop.git(["config", "--unset", "palimpsest.machine"]).ok();
    let name = sandbox.run_in(laptop.dir(), "uname", ["-n"]).ok();
    let host = name.text().split('.').next().unwrap();
    laptop
        .palimpsest(["init"])
        .ok()
        .says(&format!("this machine is called {host} (to change it"));
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("Without Bob");
    let row = format!("\"by\":\"{host}\"");
    assert!(
        laptop.read(LEDGER).contains(&row),
        "{}",
        laptop.read(LEDGER)
    );
}
