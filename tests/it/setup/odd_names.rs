//! Files whose names mean something to git or to a command: what a message names is that
//! file alone.

use crate::sandbox::Sandbox;

const PAGE: &str = "---\ntitle: a\n---\nText.\n";

#[test]
fn what_doctor_names_is_that_file_alone() {
    let names = [
        "_posts/a.md",
        "!first/a.md",
        "^b/a.md",
        "-inbox/a.md",
        ":a.md",
        "n*t/a [1].md",
    ];
    for name in names {
        let sandbox = Sandbox::new();
        let laptop = sandbox.repository("laptop");
        let others = ["img/note.md", "not/a 1.md", "z.md"];
        for file in others.into_iter().chain([name]) {
            laptop.write(file, PAGE);
        }
        laptop.palimpsest(["init"]).ok();
        laptop.commit("Begin");
        laptop.git(["switch", "-qc", "other"]).ok();
        for (branch, title) in [("other", "b"), ("main", "c")] {
            laptop.git(["switch", "-q", branch]).ok();
            laptop.write(name, PAGE.replace(": a", &format!(": {title}")));
            laptop.commit(title);
        }
        laptop.git(["merge", "other"]).fails();
        for file in others {
            laptop.write(file, "Not to be added.\n");
        }
        for place in ["img", ""] {
            let place = laptop.inside(place);
            let said = place.palimpsest(["doctor"]).exits(1).output();
            let (resolve, add) = said
                .lines()
                .find_map(|line| line.split_once("mend: ")?.1.split_once(", or edit it and "))
                .unwrap();
            for command in [&format!("{resolve} --ours"), add] {
                place.run_with(&[], "sh", ["-c", command]).ok();
                let staged = laptop.git(["diff", "--cached", "--name-only", "-z"]);
                let expected = match command == add {
                    true => format!("{name}\0"),
                    false => String::new(),
                };
                assert_eq!(staged.output(), expected, "{command}");
                assert!(laptop.git(["ls-files", "-u"]).output().is_empty());
                laptop.git(["merge", "--abort"]).ok();
                laptop.git(["merge", "other"]).fails();
            }
        }
    }
}
