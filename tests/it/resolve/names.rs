//! Paths in conflict that cannot be merged by field: a name that is not UTF-8, and
//! symbolic links.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use super::*;

fn names(folder: &std::path::Path) -> BTreeSet<PathBuf> {
    let all = fs::read_dir(folder).unwrap();
    all.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_name_that_is_not_utf_8_is_left_and_said() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, "One.\n")]);
    let name = OsStr::from_bytes(b"wiki/entries/caf\xe9.md");
    let write = |machine: &Machine<'_>, text: &str| {
        fs::create_dir_all(machine.path("wiki/entries")).unwrap();
        fs::write(machine.dir().join(name), text).unwrap();
        machine.commit("A page");
    };
    write(&laptop, "---\ntags: [a]\n---\nOne.\n");
    laptop.push();
    desktop.pull();
    write(&laptop, "---\ntags: [a]\n---\nTwo.\n");
    laptop.push();
    write(&desktop, "---\ntags: [a]\n---\nThree.\n");
    desktop.git(["pull", "-q"]).fails();
    let before = names(&desktop.path("wiki/entries"));
    for args in [vec!["resolve"], vec!["resolve", "--ours"]] {
        desktop
            .palimpsest(args)
            .exits(1)
            .warns("its name is not UTF-8")
            .lacks("nothing to resolve")
            .lacks("staged");
    }
    assert_eq!(names(&desktop.path("wiki/entries")), before);
    let unmerged = desktop.git(["ls-files", "--unmerged"]).ok();
    assert_eq!(unmerged.stdout.lines().count(), 3, "{unmerged}");
    let all = desktop.git(["ls-files", "wiki"]).ok();
    assert!(!all.stdout.contains("\\357\\277\\275"), "{all}");
    // Once it is settled there is nothing left to say.
    fs::write(desktop.dir().join(name), "---\ntags: [a]\n---\nThree.\n").unwrap();
    desktop.commit("Three it is");
    desktop
        .palimpsest(["resolve"])
        .ok()
        .says("nothing to resolve");
}

#[test]
fn a_symbolic_link_in_conflict_is_left_and_said() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, "One.\n")]);
    let page = "wiki/entries/places.md";
    let link = |machine: &Machine<'_>, target: &str| {
        let _ = fs::remove_file(machine.path(page));
        std::os::unix::fs::symlink(target, machine.path(page)).unwrap();
        machine.commit(target);
    };
    fs::create_dir_all(laptop.path("wiki/entries")).unwrap();
    link(&laptop, "a");
    laptop.push();
    desktop.pull();
    link(&laptop, "b");
    laptop.push();
    link(&desktop, "c");
    desktop.git(["pull", "-q"]).fails();
    let state = desktop.git(["status", "--porcelain"]).ok().stdout;
    desktop
        .palimpsest(["resolve"])
        .exits(1)
        .warns("a symbolic link")
        .lacks("nothing to resolve");
    assert_eq!(desktop.git(["status", "--porcelain"]).ok().stdout, state);
}

/// A file that git alone merges is settled if it is named.
#[test]
fn a_named_file_that_no_driver_merges_is_settled_as_well() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    for file in ["README.md", "notes.txt", "gone.txt", "data.bin"] {
        laptop.write(file, "One.\n");
    }
    laptop.write_entry(DAY, "people: [Alice]", "One.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.write(".git/info/attributes", "*.bin binary\n");
    laptop.commit("Begin");
    laptop.git(["switch", "-q", "-c", "side"]).ok();
    for file in ["README.md", "notes.txt", "gone.txt", "data.bin"] {
        laptop.write(file, "Theirs.\n");
    }
    laptop.commit("Theirs");
    laptop.git(["switch", "-q", "main"]).ok();
    for file in ["README.md", "notes.txt", "data.bin"] {
        laptop.write(file, "Ours.\n");
    }
    laptop.remove("gone.txt");
    laptop.commit("Ours");
    laptop.git(["merge", "-q", "side"]).exits(1);
    let trace = laptop.path(".git/trace");
    let traced = [("GIT_TRACE", trace.to_str().unwrap())];
    laptop
        .run_with(&traced, "palimpsest", ["resolve"])
        .exits(1)
        .says("merged by git alone: README.md, data.bin, gone.txt and 1 more")
        .says("`palimpsest resolve README.md`")
        .says("without markers takes `git checkout --ours -- data.bin` or --theirs, then `git add data.bin`")
        .lacks("nothing to resolve");
    let trace = laptop.read(".git/trace");
    let asked = trace.matches("built-in: git check-attr").count();
    assert!(asked < 5, "not once for each path: {asked} times");
    laptop
        .palimpsest(["resolve", "README.md"])
        .exits(1)
        .warns("README.md:1: both sides changed the text");
    let both = laptop.palimpsest(["resolve", "--both", "README.md"]).ok();
    both.says("README.md: merged, 1 chosen, staged");
    assert_eq!(laptop.read("README.md"), "Ours.\nTheirs.\n");
    let theirs = laptop.palimpsest(["resolve", "--theirs", "notes.txt", "gone.txt"]);
    theirs.ok().says("gone.txt: kept");
    assert_eq!(laptop.read("gone.txt"), "Theirs.\n");
    laptop
        .palimpsest(["resolve", "data.bin"])
        .exits(1)
        .warns("data.bin: merged by git alone, and without markers");
    laptop
        .palimpsest(["resolve"])
        .exits(1)
        .says("alone: data.bin; one without markers takes `git checkout --ours -- data.bin`")
        .lacks("palimpsest resolve data.bin");
    laptop.git(["checkout", "-q", "--theirs", "data.bin"]).ok();
    laptop.git(["add", "data.bin"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    laptop.git(["commit", "-q", "--no-edit"]).ok();
    laptop.assert_clean();
}

/// What is in conflict is a commit, of which no text can be merged.
#[test]
fn a_submodule_in_conflict_is_named_as_one() {
    let sandbox = Sandbox::new();
    let site = sandbox.repository("site");
    site.write("a.md", "---\ntitle: A\n---\nx\n");
    site.palimpsest(["init"]).ok();
    site.write("content/.gitattributes", "*.md text\n");
    let content = site.inside("content");
    content.git(["init", "-q", "-b", "main"]).ok();
    let commit = |name: &str, branch: &str| {
        content.git(["switch", "-q", "-C", branch]).ok();
        content.write(name, name);
        content.git(["add", "-A"]).ok();
        let who = ["-c", "user.name=a", "-c", "user.email=a"];
        let commit = ["commit", "-q", "-m", name];
        content.git(who.iter().chain(&commit)).ok();
        site.git(["add", "-A"]).ok();
        site.git(["commit", "-q", "-m", name]).ok();
    };
    commit("one.md", "main");
    site.git(["branch", "-q", "-M", "main"]).ok();
    site.palimpsest(["resolve", "content"])
        .ok()
        .is("nothing to resolve in content");
    site.git(["switch", "-q", "-c", "side"]).ok();
    commit("two.md", "two");
    site.git(["switch", "-q", "main"]).ok();
    content.git(["switch", "-q", "main"]).ok();
    commit("three.md", "three");
    site.git(["merge", "-q", "side"]).fails();
    let mend = "in it, merge or switch to the commit that you want, then git add content";
    for args in [
        &["resolve"][..],
        &["resolve", "content"],
        &["resolve", "--ours", "content"],
        &["resolve", "--theirs"],
    ] {
        site.palimpsest(args)
            .exits(1)
            .warns(&format!("content: a submodule; {mend}"))
            .lacks("palimpsest resolve content")
            .silent_about("choose with");
    }
    site.palimpsest(["doctor"])
        .exits(1)
        .says(&format!("content: in conflict\n    mend: {mend}"));
    content.git(["switch", "-q", "two"]).ok();
    site.git(["add", "content"]).ok();
    site.palimpsest(["resolve"]).ok().is("nothing to resolve");
    site.git(["commit", "-q", "--no-edit"]).ok();
}

/// As where a file on one side bars the way, or in a clone without its submodules: git adds
/// none that is not there, and updates none in conflict.
#[test]
fn a_submodule_that_is_not_checked_out_is_settled_by_its_commit() {
    let sandbox = Sandbox::new();
    let site = sandbox.repository("site");
    site.write("a.md", "---\ntitle: A\n---\nx\n");
    site.palimpsest(["init"]).ok();
    site.commit("Begin");
    site.git(["branch", "-q", "-M", "main"]).ok();
    site.git(["switch", "-q", "-c", "side"]).ok();
    let commit = site.oid("main");
    let record = format!("160000,{commit},sub");
    let record = ["update-index", "--add", "--cacheinfo", &record];
    site.git(record).ok();
    site.git(["commit", "-q", "-m", "Side"]).ok();
    site.git(["switch", "-q", "main"]).ok();
    if site.exists("sub") {
        std::fs::remove_dir(site.path("sub")).unwrap();
    }
    site.write("sub", "A file.\n");
    site.commit("Main");
    site.git(["merge", "-q", "side"]).fails();
    let mend = format!(
        "it is not checked out: git update-index --add --cacheinfo 160000,COMMIT,sub takes a \
         commit (theirs {commit}), git rm --cached sub none"
    );
    site.palimpsest(["resolve"]).exits(1).warns(&mend);
    site.palimpsest(["doctor"]).exits(1).says(&mend);
    site.git(record).ok();
    site.palimpsest(["resolve"]).silent_about("submodule");
}

/// The top of the work tree, as it is typed there and from a folder.
#[test]
fn the_top_of_the_work_tree_is_all_that_is_in_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, "city: Lisbon", "One.\n")]);
    laptop.write_entry(DAY, "city: Faro", "One.\n");
    laptop.commit("Faro");
    laptop.push();
    desktop.write_entry(DAY, "city: Porto", "One.\n");
    desktop.commit("Porto");
    desktop.git(["pull"]).fails();
    let folder = desktop.inside("journal");
    desktop
        .palimpsest(["resolve", "."])
        .exits(1)
        .warns("city: two values");
    folder
        .palimpsest(["resolve", ".."])
        .exits(1)
        .warns("city: two values");
    folder.palimpsest(["resolve", "--theirs", "."]).ok();
    assert!(desktop.read_entry(DAY).contains("Faro"));
    for top in [".", "./"] {
        desktop
            .palimpsest(["resolve", "--ours", top])
            .ok()
            .is("nothing to resolve");
    }
    folder
        .palimpsest(["resolve", ".."])
        .ok()
        .is("nothing to resolve");
}

/// As with a pattern of the shell: the others are settled, and the link is left.
#[test]
fn a_symbolic_link_among_the_named_files_holds_up_none() {
    let sandbox = Sandbox::new();
    let site = sandbox.repository("vault");
    let files = |n: &str| {
        site.write("p.md", format!("---\nn: {n}\n---\nx\n"));
        site.write("notes.txt", n);
        for link in ["l", "l.md"] {
            let _ = fs::remove_file(site.path(link));
            std::os::unix::fs::symlink(n, site.path(link)).unwrap();
        }
    };
    files("1");
    std::os::unix::fs::symlink("p.md", site.path("same")).unwrap();
    std::os::unix::fs::symlink("nowhere", site.path("none.md")).unwrap();
    site.palimpsest(["init"]).ok();
    site.commit("Begin");
    site.git(["switch", "-q", "-c", "side"]).ok();
    files("2");
    site.commit("Side");
    site.git(["switch", "-q", "-"]).ok();
    files("3");
    site.commit("Main");
    site.git(["merge", "-q", "side"]).fails();
    let all = ["l", "l.md", "none.md", "notes.txt", "p.md", "same"];
    site.palimpsest(["resolve", "--theirs"].into_iter().chain(all))
        .exits(1)
        .says("p.md: merged, 1 chosen, staged")
        .says("notes.txt: merged, 1 chosen, staged")
        .lacks("nothing to resolve")
        .warns("none.md: a symbolic link; name the file or folder itself")
        .warns("same: a symbolic link; name")
        .warns("l: a symbolic link on one side, so it is left to you")
        .warns("l.md: a symbolic link on one side, so it is left to you: `git checkout --ours -- l.md`");
    assert_eq!(site.read("p.md"), "---\nn: 2\n---\nx\n");
    let unmerged = site.git(["diff", "--name-only", "--diff-filter=U"]).ok();
    assert_eq!(unmerged.text(), "l\nl.md");
}
