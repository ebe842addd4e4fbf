//! The folder that a backup is restored into, however it is named.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_new_folder_in_new_ones() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    laptop
        .palimpsest(["restore-full", &archive, "--into", "../new/a/b/"])
        .ok();
    let new = sandbox.root().join("new/a/b");
    assert_eq!(kept(&new), kept(laptop.dir()));
    let usual = sandbox.folder("usual");
    assert_eq!(mode(&new), mode(usual.dir()));
}

#[test]
fn an_empty_folder_stays_the_one_that_it_is() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let archive = laptop.path(&archive);
    let archive = archive.to_str().unwrap();
    let private = sandbox.folder("private");
    fs::set_permissions(private.dir(), fs::Permissions::from_mode(0o700)).unwrap();
    // The folder that a person stands in.
    private
        .palimpsest(["restore-full", archive, "--into", "."])
        .ok();
    assert_eq!(mode(private.dir()), 0o700);
    assert_eq!(kept(private.dir()), kept(laptop.dir()));

    let target = sandbox.folder("target");
    symlink("target", sandbox.root().join("link")).unwrap();
    laptop
        .palimpsest(["restore-full", archive, "--into", "../link"])
        .ok();
    assert!(sandbox.root().join("link").is_symlink());
    assert_eq!(kept(target.dir()), kept(laptop.dir()));
    let names = fs::read_dir(target.dir()).unwrap();
    assert!(
        !names
            .map(|name| name.unwrap().file_name())
            .any(|name| name.to_string_lossy().starts_with(".palimpsest-"))
    );
}
