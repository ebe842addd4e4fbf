//! Where `palimpsest merge -o` writes.

use std::fs;

use crate::sandbox::Sandbox;

#[test]
fn a_result_goes_through_what_is_no_plain_file() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("plain");
    for (name, city) in [("base", "A"), ("ours", "B"), ("theirs", "A")] {
        folder.write(name, format!("---\ncity: {city}\n---\n"));
    }
    folder.write("kept/result.md", "Old.\n");
    std::os::unix::fs::symlink("kept/result.md", folder.path("link.md")).unwrap();
    let to = |out: &str| folder.palimpsest(["merge", "base", "ours", "theirs", "-o", out]);
    to("link.md").ok();
    assert!(folder.path("link.md").is_symlink());
    assert_eq!(folder.read("kept/result.md"), folder.read("ours"));
    // A pipe's reader gets it.
    sandbox.run_in(folder.dir(), "mkfifo", ["pipe"]).ok();
    let pipe = folder.path("pipe");
    let reader = std::thread::spawn(move || fs::read_to_string(pipe).unwrap());
    to("pipe").ok();
    assert_eq!(reader.join().unwrap(), folder.read("ours"));
    assert!(!folder.path("pipe").is_file());
    // A link to nowhere is a new file there.
    std::os::unix::fs::symlink("kept/new.md", folder.path("new.md")).unwrap();
    to("new.md").ok();
    assert_eq!(folder.read("kept/new.md"), folder.read("ours"));
    assert_eq!(fs::read_dir(folder.path("kept")).unwrap().count(), 2);
}
