//! What `pre-commit` refuses, with the place; and what it does not. What is no entry is
//! refused in `bad_input.rs`.

use crate::sandbox::{DAY, Machine, Sandbox, entry};

fn with_al<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "people: [Al]", "Went to the quay.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop
}

/// Stages everything and commits; the commit is refused with this message.
#[track_caller]
fn refused(machine: &Machine<'_>, message: &str) {
    let before = machine.oid("HEAD");
    machine.git(["add", "-A"]).ok();
    let staged = machine.git(["diff", "--cached"]).ok().stdout;
    machine
        .git(["commit", "-m", "x"])
        .exits(1)
        .warns(message)
        .warns("nothing was committed");
    assert_eq!(machine.oid("HEAD"), before);
    assert_eq!(machine.git(["diff", "--cached"]).ok().stdout, staged);
}

const MARKED: &str = "one\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n";

#[test]
fn conflict_markers_in_entries_notes_and_the_ledger() {
    for (path, line) in [
        ("journal/md/2024/2024-11-03.md", 5),
        ("wiki/entries/2024/2024-11-01.md", 2),
        ("journal/md/index.md", 2),
        ("data/ledger/2023.jsonl", 2),
    ] {
        let sandbox = Sandbox::new();
        let laptop = with_al(&sandbox);
        let head = match line {
            5 => "---\ndate: 2024-11-03\n---\n",
            _ => "",
        };
        laptop.write(path, format!("{head}{MARKED}"));
        refused(&laptop, &format!("{path}:{line}:1: conflict markers"));
    }
}

#[test]
fn text_that_only_looks_like_markers_is_text() {
    let sandbox = Sandbox::new();
    let laptop = with_al(&sandbox);
    let body = "Heading\n=======\n\n> <<<<<<< HEAD\n> =======\n> >>>>>>> main\n";
    laptop.write_entry("2024-11-03", "", body);
    // Other files of the repository are not ours to judge.
    laptop.write("docs/git.md", MARKED);
    laptop.commit("Fine");
    // What was committed on purpose once is not asked about again.
    laptop.write_entry("2024-11-04", "", MARKED);
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-q", "-m", "x"]).exits(1);
    laptop.git(["commit", "-q", "--no-verify", "-m", "x"]).ok();
    laptop.write_entry("2024-11-04", "people: [Zoe]", MARKED);
    laptop.commit("Another field");
}

/// In frontmatter none is meant, whoever committed them: it cannot be read with them.
#[test]
fn markers_in_frontmatter_are_named_also_where_they_stood_before() {
    let fields = "people: [Al]\n<<<<<<< HEAD\ntags: [ferry]\n=======\ntags: [tea]\n>>>>>>> f2e\n";
    let path = entry(DAY);
    let message = format!("{path}:4:1: conflict markers; `palimpsest resolve {path}`, or edit");
    for line_end in ["\n", "\r\n"] {
        let sandbox = Sandbox::new();
        let laptop = with_al(&sandbox);
        // An example in the body is none of what the message names.
        laptop.write_entry(DAY, fields, MARKED);
        let text = laptop.read_entry(DAY).replace('\n', line_end);
        laptop.write(&path, text);
        laptop.git(["add", "-A"]).ok();
        laptop.git(["commit", "-qnm", "By a client"]).ok();
        laptop.edit_entry(DAY, "one", "two");
        refused(&laptop, &message);
        laptop
            .palimpsest(["check", "--staged"])
            .exits(1)
            .says(&message);
        laptop.palimpsest(["resolve", "--ours", &path]);
        laptop.commit("Settled");
        let text = laptop.read_entry(DAY).replace("\r\n", "\n");
        assert!(text.contains("tags: [ferry, tea]\n---\ntwo\n"), "{text}");
        // The error of a page that has an example alone is its own.
        laptop.edit_entry(DAY, "[ferry, tea]", "[ferry, tea");
        refused(&laptop, &format!("{path}:4:7: a `[` that is not closed"));
    }
}

/// An example that moves with its page is no news.
#[test]
fn markers_that_stood_in_a_page_that_the_commit_moves_are_text() {
    let sandbox = Sandbox::new();
    let blog = sandbox.repository("blog");
    let page = format!("---\ntitle: Git\n---\n{MARKED}");
    blog.write("docs/git.md", &page);
    blog.write("docs/more.md", "More.\n");
    blog.git(["add", "-A"]).ok();
    blog.git(["commit", "-q", "-m", "Begin"]).ok();
    blog.palimpsest(["init"]).ok();
    blog.commit("Use Palimpsest");
    blog.git(["mv", "docs", "pages"]).ok();
    blog.commit("Move");
    // A second set is looked at, too.
    let second = page.clone() + "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n";
    blog.write("pages/git.md", second);
    refused(
        &blog,
        "pages/git.md:10:1: conflict markers; edit the file and `git add` it, or take a side: \
         `palimpsest resolve --ours --unknown pages/git.md`; an example that is meant is \
         committed with `--no-verify`",
    );
    // A set of another file may be one of this file's own conflict, word for word.
    blog.write("pages/git.md", "Settled.\n");
    blog.write("pages/more.md", MARKED);
    refused(&blog, "pages/more.md:2:1: conflict markers");
}

/// Also in a merge, where another page is in conflict.
#[test]
fn an_example_that_was_edited_in_a_merge_is_told_from_a_conflict() {
    let sandbox = Sandbox::new();
    let blog = sandbox.repository("blog");
    let write = |page: &str, title: &str| {
        blog.write(page, format!("---\ntitle: {title}\n---\n{MARKED}"));
    };
    write("docs/git.md", "A");
    write("docs/open.md", "A");
    blog.git(["add", "-A"]).ok();
    blog.git(["commit", "-q", "-m", "Begin"]).ok();
    blog.palimpsest(["init"]).ok();
    blog.commit("Use Palimpsest");
    blog.git(["branch", "-q", "-M", "main"]).ok();
    blog.git(["switch", "-q", "-c", "side"]).ok();
    write("docs/git.md", "S");
    write("docs/open.md", "S");
    blog.commit("Side");
    blog.git(["switch", "-q", "main"]).ok();
    write("docs/open.md", "M");
    blog.commit("Main");
    blog.git(["merge", "-q", "side"]).fails();
    let second = blog.read("docs/git.md") + "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n";
    blog.write("docs/git.md", second);
    let said = |commit: &[&str]| {
        let refused = blog.git(commit).fails();
        refused.warns("docs/git.md:10:1: ").warns(
            "docs/open.md:2:1: conflict markers; `palimpsest resolve docs/open.md`, or edit the \
             file and `git add` it\n",
        );
    };
    said(&["commit", "-q", "-a", "--no-edit"]);
    blog.git(["add", "-A"]).ok();
    said(&["commit", "-q", "--no-edit"]);
    let meant = "an example that is meant is committed with `--no-verify`";
    blog.git(["commit", "-q", "--no-edit"]).fails().warns(meant);
}

/// A client may write markers of another length than the attribute says, and a merge may
/// bring the attribute.
#[test]
fn markers_count_whatever_length_the_attribute_says() {
    let sandbox = Sandbox::new();
    let laptop = with_al(&sandbox);
    let attributes = laptop.read(".gitattributes") + "*.md conflict-marker-size=32\n";
    laptop.write(".gitattributes", attributes);
    laptop.commit("Longer markers");
    laptop.write_entry("2024-11-03", "", MARKED);
    refused(
        &laptop,
        "journal/md/2024/2024-11-03.md:5:1: conflict markers",
    );
}

#[test]
fn a_bad_file_that_the_commit_does_not_change_is_not_asked_about() {
    let sandbox = Sandbox::new();
    let laptop = with_al(&sandbox);
    laptop.write(&entry("2024-11-03"), "no frontmatter\n");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "--no-verify", "-m", "Bad"])
        .ok();
    laptop.write_entry("2024-11-04", "", "");
    laptop.commit("Good");
    laptop.assert_clean();
}

#[test]
fn without_a_journal_markers_are_looked_for_in_every_page() {
    let sandbox = Sandbox::new();
    let blog = sandbox.repository("blog");
    blog.write("posts/a b.md", "---\ntitle: a\n---\n");
    blog.palimpsest(["init"])
        .ok()
        .says("no folder journal/md in ");
    blog.commit("Begin");
    blog.assert_clean();
    blog.write("posts/a b.md", MARKED);
    refused(
        &blog,
        "posts/a b.md:2:1: conflict markers; edit the file and `git add` it, or take a side: \
         `palimpsest resolve --ours --unknown 'posts/a b.md'`",
    );
    blog.palimpsest(["resolve", "--ours", "--unknown", "posts/a b.md"])
        .ok()
        .says("merged, 1 chosen, staged");
    assert_eq!(blog.read("posts/a b.md"), "one\na\n");
    blog.write("posts/a b.md", "---\n: [\n---\n");
    blog.commit("Not ours to judge");
    assert!(!blog.exists("data"));
}

#[test]
fn a_journal_that_begins_after_init_is_told_to_run_it_again() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop
        .palimpsest(["init"])
        .ok()
        .says("no folder journal/md in ");
    laptop.write_entry(DAY, "people: [Al]", "Went to the quay.\n");
    laptop.git(["add", "journal"]).ok();
    laptop
        .git(["commit", "-m", "Begin"])
        .ok()
        .warns("run it once more: until then nothing merges data/ledger/2024.jsonl");
    // What post-commit made of it goes into git only where somebody insists.
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["diff", "--cached", "--name-only"])
        .ok()
        .lacks("data/palimpsest.db");
    laptop.git(["add", "-f", "data/palimpsest.db"]).ok();
    refused(
        &laptop,
        "data/palimpsest.db: the index, which each machine makes for itself",
    );
    laptop
        .git(["rm", "-q", "--cached", "data/palimpsest.db"])
        .ok();
    laptop.palimpsest(["init"]).ok();
    laptop.git(["add", "-A"]).ok();
    laptop.edit_entry(DAY, "[Al]", "[Al, Zoe]");
    laptop
        .git(["commit", "-a", "-m", "Set up"])
        .ok()
        .lacks("run it once more");
    laptop.assert_clean();
}

#[test]
fn the_check_for_other_hook_managers_says_the_same_and_writes_nothing() {
    let sandbox = Sandbox::new();
    let laptop = with_al(&sandbox);
    laptop
        .palimpsest(["check", "--staged"])
        .ok()
        .lacks("conflict");
    let path = "journal/md/2024/2024-11-01.md";
    let entry = laptop.read(path);
    laptop.edit(path, "[Al]", "[Zoe]");
    laptop.git(["add", "-A"]).ok();
    let staged = laptop.git(["ls-files", "-s"]).ok().stdout;
    laptop
        .palimpsest(["check", "--staged"])
        .ok()
        .says("would be recorded: person Al removed");
    laptop.write(path, format!("{entry}{MARKED}"));
    // The index is looked at, not the work tree.
    laptop.palimpsest(["check", "--staged"]).ok();
    assert_eq!(laptop.git(["ls-files", "-s"]).ok().stdout, staged);
    laptop.git(["add", "-A"]).ok();
    laptop
        .palimpsest(["check", "--staged"])
        .exits(1)
        .says("conflict markers");
    laptop.palimpsest(["check"]).exits(2);
}

#[test]
fn the_date_that_is_asked_for_is_that_of_the_files_name() {
    let sandbox = Sandbox::new();
    let laptop = with_al(&sandbox);
    laptop.write(&entry("2031-05-06"), "Rain.\n");
    refused(&laptop, "then `date: 2031-05-06`");
}

/// It may be text, so the commit goes through.
#[test]
fn one_marker_that_is_left_of_a_conflict_is_named() {
    for (left, label) in [("<<<<<<< ", "HEAD"), (">>>>>>> ", "side")] {
        let sandbox = Sandbox::new();
        let laptop = with_al(&sandbox);
        laptop.git(["branch", "-q", "-M", "main"]).ok();
        laptop.write_entry(DAY, "people: [Al]", "One.\n>>>>>>> quoted\nEnd.\n");
        laptop.commit("Quote");
        laptop.git(["switch", "-q", "-c", "side"]).ok();
        laptop.edit_entry(DAY, "One.", "One of theirs.");
        laptop.commit("Side");
        laptop.git(["switch", "-q", "main"]).ok();
        laptop.edit_entry(DAY, "One.", "One of ours.");
        laptop.commit("Main");
        laptop.git(["merge", "-q", "side"]).fails();
        let is_kept = |line: &&str| {
            let is_marker = line.starts_with(['<', '=', '>']) && !line.ends_with("quoted");
            !is_marker || line.starts_with(left)
        };
        let marked = laptop.read_entry(DAY);
        let lines: Vec<&str> = marked.lines().filter(is_kept).collect();
        laptop.write(&entry(DAY), lines.join("\n") + "\n");
        laptop.git(["add", "-A"]).ok();
        let marker = format!("{left}{label}");
        let number = lines.iter().position(|line| *line == marker).unwrap() + 1;
        let said = format!(
            "{}:{number}:1: one marker of a conflict, which may be text",
            entry(DAY)
        );
        laptop.palimpsest(["check", "--staged"]).ok().says(&said);
        laptop.git(["commit", "-q", "--no-edit"]).ok().warns(&said);
        // What stands in HEAD is no news, and nobody wrote the quoted line now.
        laptop.edit_entry(DAY, "End.", "The end.");
        laptop
            .git(["commit", "-q", "-a", "-m", "x"])
            .ok()
            .silent_about("one marker");
    }
}
