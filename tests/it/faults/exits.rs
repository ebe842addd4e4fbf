//! Every way in which a driver can end: the exit code, and what stands in the work tree
//! afterwards.

use super::tracer::{Of, What, traced, works};
use super::wrapper::Wrapper;
use crate::sandbox::{Machine, Run, Sandbox, entry, journal};

pub(super) const DAY: &str = "2024-11-01";
pub(super) const OURS: Of = Of {
    calls: "",
    path: "",
    program: "palimpsest",
};

/// A driver's end when it is called by hand: the arguments after the driver's name
/// (or a shell line around `RUN`), and the exit code. Ours is as it was but where
/// the code is 0 or 1.
const BY_HAND: [(&str, &str, i32); 14] = [
    ("a clean merge", "RUN base ours theirs", 0),
    ("no arguments", "RUN", 129),
    ("an unknown option", "RUN --no-such base ours theirs", 129),
    ("an argument too many", "RUN base ours theirs fourth", 129),
    ("a file that is gone", "RUN base ours gone", 129),
    ("a base that is gone", "RUN gone ours theirs", 129),
    ("a folder for a file", "RUN folder ours theirs", 129),
    (
        "no place for the result",
        "mkdir -p a && cp ours a && RUN base a/gone/ours theirs",
        129,
    ),
    ("nobody reads", "RUN base ours theirs >&- 2>&-", 0),
    (
        "output that cannot be written",
        "RUN base ours theirs >/dev/full 2>/dev/full",
        0,
    ),
    (
        "a repository that is none",
        "GIT_DIR=/nowhere RUN base ours theirs",
        0,
    ),
    (
        "files may have no bytes",
        "ulimit -f 0; RUN base ours theirs",
        153,
    ),
    (
        "a clock that is none",
        "PALIMPSEST_NOW=yesterday RUN base ours theirs",
        0,
    ),
    ("turned off", "PALIMPSEST=0 RUN base ours theirs", 0),
];

#[test]
fn each_end_of_a_driver_called_by_hand() {
    for driver in ["merge-driver", "ledger-driver"] {
        for (name, line, code) in BY_HAND {
            let sandbox = Sandbox::new();
            let folder = sandbox.folder("anywhere");
            folder.write("folder/x", "");
            folder.write("base", "---\na: 1\nb: 1\nc: 1\n---\nx\n");
            folder.write("ours", "---\na: 2\nb: 1\nc: 1\n---\nx\n");
            folder.write("theirs", "---\na: 1\nb: 1\nc: 2\n---\ny\n");
            let line = line.replace("RUN", &format!("palimpsest {driver}"));
            let run = folder.run_with(&[], "sh", ["-c", &line]);
            // A shell gives a signal as 128 and its number, or ends by it itself.
            let ended = if run.code == -1 { 153 } else { run.code };
            assert_eq!(ended, code, "{driver}, {name}: {run}");
            let whole = folder.read("ours") == "---\na: 2\nb: 1\nc: 1\n---\nx\n";
            assert_eq!(whole, code > 1, "{driver}, {name}: {}", folder.read("ours"));
            let left = std::fs::read_dir(folder.dir()).unwrap();
            let left = left.filter(|f| {
                let name = f.as_ref().unwrap().file_name();
                name.to_string_lossy().starts_with(".palimpsest-")
            });
            // Only a signal leaves the file that was being written.
            assert_eq!(left.count(), usize::from(code == 153), "{driver}, {name}");
        }
    }
}

/// Two branches that need both drivers: `git merge other`.
pub(super) fn branches(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, _) = journal(
        sandbox,
        &[(DAY, "people: [Alice, Bob]\ntags: [sea]", "One.\n")],
    );
    laptop.git(["switch", "-q", "-c", "other"]).ok();
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("On a branch");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.edit_entry(DAY, "sea", "sea, fog");
    laptop.edit_entry(DAY, "Alice", "Alice, Carol");
    laptop.commit("On main");
    laptop
}

const MERGED: &str = "people: [Alice, Carol]\ntags: [sea, fog]";

/// Nothing of the merge is there, and it works once what was wrong is over.
fn refused(laptop: &Machine<'_>, name: &str, head: &str) {
    assert_eq!(laptop.oid("HEAD"), head, "{name}");
    assert!(!laptop.exists(".git/MERGE_HEAD"), "{name}");
    let status = laptop
        .git(["status", "--porcelain", "--untracked-files=no"])
        .ok();
    assert_eq!(status.stdout, "", "{name}");
    laptop.git(["merge", "-q", "other"]).ok();
    assert!(laptop.read_entry(DAY).contains(MERGED), "{name}");
    laptop.git(["reset", "-q", "--hard", head]).ok();
}

#[test]
fn a_driver_that_gets_a_signal_refuses_the_merge() {
    if !works() {
        return;
    }
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    let head = laptop.oid("HEAD");
    let merge = ["git", "merge", "-q", "other"];
    for (signal, name) in [
        (1, "HUP"),
        (2, "INT"),
        (3, "QUIT"),
        (4, "ILL"),
        (6, "ABRT"),
        (9, "KILL"),
        (15, "TERM"),
        (25, "XFSZ"),
    ] {
        let run = traced(&laptop, &[], &merge, (1, What::Signal(signal), OURS)).run;
        assert!(run.code > 1, "{name}: {run}");
        refused(&laptop, name, &head);
    }
    // A reader that went away is none that ends it. Nor is a SEGV that somebody
    // sends: what a stack that overflows comes to is below.
    for signal in [13, 11] {
        traced(&laptop, &[], &merge, (1, What::Signal(signal), OURS))
            .run
            .ok();
        assert!(laptop.read_entry(DAY).contains(MERGED));
        laptop.git(["reset", "-q", "--hard", &head]).ok();
    }
}

/// Before git 2.42 an exit code above 128 is a conflict, and ours would be its result.
#[test]
fn a_driver_that_cannot_end_leaves_no_result() {
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    let wrapper = Wrapper::new(&laptop);
    for driver in ["palimpsest", "palimpsest-ledger"] {
        let line = line_by_hand(&laptop, driver);
        for (before, code, there) in [
            (":", 0, true),
            // Only the program itself says that it is done, or that there is a conflict.
            ("exit 92", 0, true),
            ("exit 93", 1, true),
            ("exit 0", 0, true),
            ("exit 1", 0, true),
            ("exit 127", 0, true),
            ("exit 1 # and no base for git", 255, false),
            ("exit 127 # and no base for git", 255, false),
            ("exit 129", 129, false),
            ("kill -KILL $$", 137, false),
        ] {
            wrapper.says(before);
            laptop.write("ours", "x\n");
            laptop.write("theirs", "x\n");
            laptop.write("base", "x\n");
            if before.contains("no base") {
                laptop.remove("base");
            }
            let run = laptop.run_with(&[], "sh", ["-c", &line]);
            assert_eq!(run.code, code, "{driver}, {before}: {run}");
            assert_eq!(laptop.exists("ours"), there, "{driver}, {before}");
        }
    }
}

/// A driver's line as git before 2.44 calls it, which leaves the labels as they are.
fn line_by_hand(laptop: &Machine<'_>, driver: &str) -> String {
    let key = format!("merge.{driver}.driver");
    let line = laptop.git(["config", &key]).ok().stdout;
    let words = [
        ("%O", "base"),
        ("%A", "ours"),
        ("%B", "theirs"),
        ("%P", "x.md"),
        ("%L", "7"),
        ("%%", "%"),
    ];
    let filled = |line: String, (word, value): (&str, &str)| line.replace(word, value);
    words.into_iter().fold(line.trim_end().to_owned(), filled)
}

#[test]
fn gits_own_merge_names_the_sides_where_git_does_not() {
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    let wrapper = Wrapper::new(&laptop);
    wrapper.says("exit 127");
    laptop.git(["config", "merge.conflictStyle", "diff3"]).ok();
    for driver in ["palimpsest", "palimpsest-ledger"] {
        for (file, text) in [("ours", "a\n"), ("base", "x\n"), ("theirs", "b\n")] {
            laptop.write(file, text);
        }
        let line = line_by_hand(&laptop, driver);
        laptop.run_with(&[], "sh", ["-c", &line]).exits(1);
        assert_eq!(
            laptop.read("ours"),
            "<<<<<<< ours\na\n||||||| base\nx\n=======\nb\n>>>>>>> theirs\n",
            "{driver}"
        );
    }
}

/// What is before the program, and what the merge comes to.
enum Then {
    Refused,
    Merged,
    /// As `git merge-file` does it: no side is lost, though a removal may be.
    Gits,
}

#[test]
fn each_end_of_a_driver_in_a_merge() {
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    let head = laptop.oid("HEAD");
    let wrapper = Wrapper::new(&laptop);
    for (name, before, then) in [
        ("fine", ":", Then::Merged),
        ("a panic's exit code", "exit 129", Then::Refused),
        ("the program is gone", "exit 127", Then::Gits),
        ("it cannot be started", "exit 126", Then::Gits),
        ("a library is of an older system", "exit 1", Then::Gits),
        (
            "a file of no bytes stands in its place",
            "exit 0",
            Then::Gits,
        ),
        (
            "an older version, which knows no such call",
            "exit 2",
            Then::Gits,
        ),
        ("somebody's panic", "exit 101", Then::Gits),
        (
            "too little memory to begin",
            "ulimit -v 3000",
            Then::Refused,
        ),
        ("no bytes may be written", "ulimit -f 0", Then::Refused),
        ("nobody listens", "exec >&- 2>&-", Then::Merged),
    ] {
        wrapper.says(before);
        let run = laptop.git(["merge", "-q", "other"]);
        wrapper.says(":");
        match then {
            Then::Refused => {
                assert!(run.code > 1, "{name}: {run}");
                refused(&laptop, name, &head);
            }
            Then::Merged => {
                assert_eq!(run.code, 0, "{name}: {run}");
                assert!(laptop.read_entry(DAY).contains(MERGED), "{name}");
            }
            Then::Gits => {
                let text = laptop.read_entry(DAY);
                let both = text.contains("fog") && text.contains("people: [Alice]");
                assert!(both && text.contains("<<<<<<<"), "{name}: {run}{text}");
                assert_eq!(run.code, 1, "{name}: {run}");
            }
        }
        laptop.git(["reset", "-q", "--hard", &head]).ok();
    }
}

/// A wrapper of somebody's may lose the program's exit code when the result is written.
#[test]
fn a_driver_whose_answer_is_lost_loses_no_side() {
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    laptop.edit_entry(DAY, "One.", "Ours.");
    laptop.commit("A body");
    laptop.git(["switch", "-q", "other"]).ok();
    laptop.edit_entry(DAY, "One.", "Theirs.");
    laptop.commit("Another body");
    laptop.git(["switch", "-q", "main"]).ok();
    let wrapper = Wrapper::new(&laptop);
    for code in [0, 1] {
        wrapper.says(&format!("\"$PROGRAM\" \"$@\"; exit {code}"));
        laptop.git(["merge", "-q", "other"]).exits(1);
        let text = laptop.read_entry(DAY);
        for both in ["fog", "Carol", "<<<<<<<", "Ours.", "Theirs.", ">>>>>>>"] {
            assert!(text.contains(both), "{code}: {text}");
        }
        laptop.git(["merge", "--abort"]).ok();
    }
}

/// The program's file as a power cut may leave it: a shell runs an empty one as a script
/// that does nothing, and succeeds.
#[test]
fn a_program_that_is_an_empty_file_merges_as_git_does() {
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    let wrapper = Wrapper::new(&laptop);
    wrapper.is("");
    let merge = laptop.git(["merge", "-q", "other"]).exits(1);
    merge
        .warns(&format!(
            "wrapper ended with 0; {} is merged by line",
            entry(DAY)
        ))
        .warns("wrapper ended with 0; data/ledger/2024.jsonl is merged by line");
    let text = laptop.read_entry(DAY);
    assert!(text.contains("<<<<<<<") && text.contains("fog"), "{text}");
    // With the program back, what git left is merged again.
    wrapper.says(":");
    laptop.palimpsest(["resolve"]).ok();
    assert!(laptop.read_entry(DAY).contains(MERGED));
}

#[test]
fn memory_and_stack_that_run_out_never_pass_for_a_conflict() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("anywhere");
    let nested = format!(
        "---\na: {}1{}\n---\n",
        "[".repeat(60_000),
        "]".repeat(60_000)
    );
    let long = |item: &str| {
        let items: Vec<String> = (0..30_000).map(|n| format!("- {item} {n}\n")).collect();
        format!("---\npeople:\n{}---\n", items.concat())
    };
    for (name, base, theirs) in [
        ("nested", nested.clone(), nested.replace('1', "2")),
        ("long", long("a"), long("b")),
    ] {
        for limit in ["-v 12000", "-v 24000", "-v 48000", "-s 64", "-s 256"] {
            folder.write("base", &base);
            folder.write("ours", format!("{base}Ours.\n"));
            folder.write("theirs", &theirs);
            let line = format!("ulimit {limit}; exec palimpsest merge-driver base ours theirs");
            let run: Run = folder.run_with(&[], "sh", ["-c", &line]);
            let merged = folder.read("ours");
            match run.code {
                // By line, or field by field: theirs is in it, or the markers are.
                0 | 1 => {
                    let theirs_is_there =
                        merged.contains(if name == "long" { "b 29999" } else { "[2]" });
                    assert!(
                        theirs_is_there && merged.ends_with("Ours.\n"),
                        "{name} {limit}: {run}"
                    );
                }
                // 126 and 127 are git's own merge, by the driver's line.
                code => {
                    assert!(!(2..126).contains(&code), "{name} {limit}: {run}");
                    assert_eq!(merged, format!("{base}Ours.\n"), "{name} {limit}");
                }
            }
        }
    }
}

/// A share of another owner, or a file system without modes.
#[test]
fn a_driver_writes_where_no_mode_can_be_set() {
    if !works() {
        return;
    }
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    let of = Of {
        calls: "chmod",
        ..OURS
    };
    let merge = ["git", "merge", "-q", "other"];
    let refused = (1, What::RefuseFrom(1), of);
    traced(&laptop, &[], &merge, refused).run.ok();
    assert!(laptop.read_entry(DAY).contains(MERGED));
    laptop.run_with(&[], "chmod", ["664", &entry(DAY)]).ok();
    laptop.edit_entry(DAY, "Carol", "Carol, Dan");
    let commit = ["git", "commit", "-q", "-a", "-m", "Dan"];
    traced(&laptop, &[], &commit, refused).run.ok();
    laptop.assert_clean();
}
