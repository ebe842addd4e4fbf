use super::*;

#[test]
fn nothing_set_is_the_default() {
    assert_eq!(Settings::parse(""), Ok(Settings::default()));
    assert_eq!(Settings::default().lifetime_days(Table::People), 90);
}

#[test]
fn settings_in_conflict_are_called_so() {
    let text = "[paths]\n<<<<<<< HEAD\njournal = \"a\"\n=======\njournal = \"b\"\n>>>>>>> x\n";
    let error = Settings::parse(text).unwrap_err().to_string();
    assert!(
        error.contains(":2:1: conflict markers; edit the file"),
        "{error}"
    );
}

#[test]
fn each_setting_is_read() {
    let settings = Settings::parse(
        "[paths]\njournal = \"diary/\"\n[merge]\nstamps = [\"saved\"]\n\
         [merge.fields]\ngear = \"sequence\"\n\"trip.stops\" = \"keyed list by place\"\n\
         [conflicts]\non_commit = \"block\"\n\
         [tombstones]\nlifetime_days = 30\ntables = { entry_people = 365 }\n",
    )
    .unwrap();
    assert_eq!(settings.layout.journal, "diary");
    assert_eq!(settings.layout.wiki, "wiki/entries");
    assert_eq!(settings.rules.named(&["saved".into()]), Some(&Rule::Stamp));
    assert_eq!(
        settings.rules.named(&["gear".into()]),
        Some(&Rule::Sequence)
    );
    assert_eq!(settings.on_commit, Policy::Block);
    assert_eq!(settings.lifetime_days(Table::People), 365);
    assert_eq!(settings.lifetime_days(Table::Tags), 30);
}

#[test]
fn a_wrong_setting_is_named_with_its_place() {
    for (text, message) in [
        (
            "[merge.fields]\ntags = \"union\"\n",
            "palimpsest.toml:2:8: merge.fields.tags = \"union\"",
        ),
        (
            "[merge.fields]\ngear = \"keyed list by \"\n",
            "palimpsest.toml:2:8: merge.fields.gear = \"keyed list by \"",
        ),
        (
            "[merge.fields]\ngear = \"keyed list by a,,b\"\n",
            "palimpsest.toml:2:8: merge.fields.gear = \"keyed list by a,,b\"",
        ),
        (
            "[merge]\nstamps = [\"saved\", \"Date\"]\n",
            "palimpsest.toml:2:20: merge.stamps: `date` says which day",
        ),
        (
            "[conflicts]\non_commit = \"stop\"\n",
            "palimpsest.toml:2:13: conflicts.on_commit = \"stop\"",
        ),
        ("[path]\n", "palimpsest.toml:1:2: unknown field `path`"),
        (
            "[paths]\njournal = \"../elsewhere\"\n",
            "palimpsest.toml:2:11: paths.journal = \"../elsewhere\": expected a path below",
        ),
        (
            "[paths]\njournal = \"my:diary/md\"\n",
            "palimpsest.toml:2:11: paths.journal = \"my:diary/md\": `:` cannot be in a path",
        ),
        (
            "[paths]\ndatabase = \"data/.GIT/hooks/post-commit\"\n",
            "palimpsest.toml:2:12: paths.database = \"data/.GIT/hooks/post-commit\"",
        ),
        (
            "[paths]\njournal = 3\n",
            "palimpsest.toml:2:11: invalid type",
        ),
        (
            "[tombstones.tables]\nentry_dogs = 3\n",
            "palimpsest.toml:2:1: tombstones.tables.entry_dogs",
        ),
        ("a b\n", "palimpsest.toml:1:"),
    ] {
        let error = Settings::parse(text).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn a_file_that_is_not_utf8_has_its_place_in_the_error() {
    let error = Settings::of_file(b"[paths]\njournal = \"B\xfccher\"\n").unwrap_err();
    let message = "palimpsest.toml:2:13: a byte that is not UTF-8";
    assert!(error.to_string().starts_with(message), "{error}");
}

#[test]
fn a_path_is_refused_for_its_own_reason() {
    for (path, expected) in [
        ("diary/", Ok("diary")),
        ("./diary/./md", Ok("diary/md")),
        (".", Ok(".")),
        ("./", Ok(".")),
        ("", Err("empty")),
        ("/", Err("below the top")),
        ("/tmp", Err("below the top")),
        ("diary/../..", Err("below the top")),
        ("a\\b", Err("`\\`")),
        ("my:diary/md", Err("`:`")),
        ("a\0b", Err("control character")),
        ("data/x\n*.py", Err("a line end")),
        ("data/\u{9b}31m", Err("control character")),
        ("a//b", Err("`//`")),
        ("data/.git/hooks", Err("`.git` is git's own folder")),
        ("data/.GIT/hooks", Err("`.git` is git's own folder")),
        ("GIT~1/config", Err("to some file systems that is `.git`")),
        (".git./config", Err("git's own folder")),
        (".git /config", Err("git's own folder")),
        (".g\u{200c}it/config", Err("git's own folder")),
    ] {
        match (inside(path), expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            (Err(why), Err(part)) if why.contains(part) => {}
            (found, _) => panic!("{path:?}: {found:?}"),
        }
    }
}
