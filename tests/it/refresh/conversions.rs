//! What is an edit, though no file changes: attributes and settings of git decide it.

use super::*;
use crate::sandbox::entry;

const NOTE: &str = "wiki/entries/2024/2024-11-01.md";
const CRLF: &str = "*.md text eol=crlf\n";

#[test]
fn an_edit_of_line_ends_alone_is_one_as_long_as_git_stores_them() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry(DATES[0], "people: [Orla]\n", "One.\n");
    machine.write(NOTE, "### Notes\nKeep the ferry.\n");
    machine.palimpsest(["init"]).ok();
    machine.commit("Begin");
    for path in [&entry(DATES[0]), NOTE] {
        let text = machine.read(path).replace('\n', "\r\n");
        machine.write(path, text);
    }
    machine.age("journal");
    machine.age("wiki");
    let is_edited = |is_edited: bool| {
        let shown = machine.metadb(["show", DATES[0]]).ok();
        match is_edited {
            true => shown.says("edited, not committed yet"),
            false => shown.lacks("edited"),
        };
        assert_eq!(differing(&machine).0, [] as [&str; 0]);
    };
    is_edited(true);
    let attributes = machine.read(".gitattributes");
    let all = format!("{attributes}{CRLF}");
    let in_file = |file: &'static str, text: String, before: Option<String>| {
        let machine = &machine;
        let set = move || machine.write(file, &text);
        let unset = move || match &before {
            Some(text) => machine.write(file, text),
            None => machine.remove(file),
        };
        (
            Box::new(set) as Box<dyn Fn()>,
            Box::new(unset) as Box<dyn Fn()>,
        )
    };
    let config = |how: &'static [&'static str]| {
        let machine = &machine;
        Box::new(move || drop(machine.git([&["config"], how].concat()).ok())) as Box<dyn Fn()>
    };
    let ways = [
        in_file(".gitattributes", all, Some(attributes)),
        in_file(".git/info/attributes", CRLF.to_owned(), None),
        (
            config(&["core.autocrlf", "true"]),
            config(&["--unset", "core.autocrlf"]),
        ),
    ];
    for (set, unset) in ways {
        set();
        is_edited(false);
        unset();
        is_edited(true);
        // A hook reads files by other conversions, and they are the former ones again.
        set();
        let asked = Options {
            asked: [DATES[0].parse().unwrap()].into(),
            ..options(Scope::Head)
        };
        let layout = Layout {
            database: "data/steps.db".to_owned(),
            ..Layout::default()
        };
        let repo = Repo::discover(machine.dir()).unwrap();
        refresh(&repo, &layout, &asked).unwrap();
        unset();
        is_edited(true);
    }
}
