//! Whether what a choice makes can be read.

use crate::sandbox::{Machine, Sandbox};

/// A field with an anchor is merged by line, and one side's formatter indents otherwise.
#[test]
fn no_choice_makes_a_page_unreadable() {
    let page = |indent: &str, name: &str, nav: &str| {
        format!(
            "---\nauthor: &a\n{indent}name: {name}\nsidebar:\n{indent}nav: {nav}\n  # in order\n\
             {indent}items: [x, y]\neditor: *a\n---\nBody.\n"
        )
    };
    let sandbox = Sandbox::new();
    let site = sandbox.repository("site");
    site.write("docs/a.md", page("  ", "Ann", "docs"));
    site.palimpsest(["init"]).ok();
    site.commit("Begin");
    site.git(["branch", "-q", "-M", "main"]).ok();
    site.git(["switch", "-q", "-c", "side"]).ok();
    site.write("docs/a.md", page("  ", "Anne", "guide"));
    site.commit("Two values");
    site.git(["switch", "-q", "main"]).ok();
    site.write("docs/a.md", page("    ", "Ann Lee", "docs"));
    site.commit("A formatter, and a name");
    site.git(["merge", "-q", "side"]).fails();
    let merged = site.read("docs/a.md");
    site.palimpsest(["resolve", "--theirs"])
        .exits(1)
        .warns("docs/a.md: nobody could read it with this choice");
    assert_eq!(site.read("docs/a.md"), merged);
    site.git(["diff", "--name-only", "--diff-filter=U"])
        .ok()
        .is("docs/a.md");
    site.palimpsest(["resolve", "--ours"]).ok();
    site.git(["commit", "-q", "--no-edit"]).ok();
}

/// A merge that waits: `site` has these files on three sides, one of them ours.
fn stopped<'a>(sandbox: &'a Sandbox, attributes: &str, files: &[(&str, [&str; 3])]) -> Machine<'a> {
    let site = sandbox.repository("site");
    site.write(".gitattributes", attributes);
    let write = |side: usize, message: &str| {
        for (file, texts) in files {
            site.write(file, texts[side]);
        }
        site.commit(message);
    };
    for (file, texts) in files {
        site.write(file, texts[0]);
    }
    site.palimpsest(["init"]).ok();
    write(0, "Begin");
    site.git(["branch", "-q", "-M", "main"]).ok();
    site.git(["switch", "-q", "-c", "side"]).ok();
    write(2, "Theirs");
    site.git(["switch", "-q", "main"]).ok();
    write(1, "Ours");
    site.git(["merge", "-q", "side"]).fails();
    site
}

/// Each file is left as the merge made it, with markers that both do not fit.
#[track_caller]
fn both_do_not_fit(site: &Machine<'_>, file: &str) {
    let merged = site.read(file);
    site.palimpsest(["resolve", "--both", file])
        .exits(1)
        .warns("both do not fit");
    assert_eq!(site.read(file), merged);
}

#[test]
fn both_are_not_joined_over_the_end_of_any_frontmatter() {
    let text = |form: &str, draft: &str, line: &str| {
        let text = form.replace("DRAFT", draft);
        format!("{text}\n{line}\n\nEnd.\n")
    };
    for form in [
        "+++\ntitle = \"A\"\ndraft = DRAFT\n+++\n",
        "{\n  \"title\": \"A\",\n  \"draft\": DRAFT\n}\n",
        "---\ntitle: A\ndraft: DRAFT\n...\n",
        "\u{feff}+++\r\ntitle = \"A\"\r\ndraft = DRAFT\r\n+++\r\n",
    ] {
        let sandbox = Sandbox::new();
        let sides = [
            text(form, "1", "Hello."),
            text(form, "2", "Hello, you."),
            text(form, "3", "Hello, all."),
        ];
        let [base, ours, theirs] = sides.each_ref().map(String::as_str);
        let site = stopped(&sandbox, "", &[("a.md", [base, ours, theirs])]);
        both_do_not_fit(&site, "a.md");
        site.palimpsest(["resolve", "--theirs", "a.md"]).ok();
        assert_eq!(site.read("a.md"), theirs);

        // Below it, text may have both.
        let sandbox = Sandbox::new();
        let sides = ["Hello.", "Hello, you.", "Hello, all."].map(|line| text(form, "1", line));
        let [base, ours, theirs] = sides.each_ref().map(String::as_str);
        let site = stopped(&sandbox, "", &[("a.md", [base, ours, theirs])]);
        site.palimpsest(["resolve", "--both"]).ok();
        assert_eq!(
            site.read("a.md"),
            text(form, "1", "Hello, you.\nHello, all.")
        );
    }
}

#[test]
fn both_write_no_key_twice_into_a_page_of_another_name() {
    let page = |layout: &str| format!("---\ntitle: A\nlayout: {layout}\n---\n\nText.\n");
    let sides = ["page", "post", "home"].map(page);
    let pages = sides.each_ref().map(String::as_str);
    // A text between two rules, and JSON line by line, are no frontmatter.
    let ruled = [
        "---\na: b: c\n---\n",
        "---\na: b: d\n---\n",
        "---\na: b: e\n---\n",
    ];
    let lines = [
        "{\"a\": 1}\n{\"b\": 1}\n",
        "{\"a\": 1}\n{\"b\": 2}\n",
        "{\"a\": 1}\n{\"b\": 3}\n",
    ];
    let sandbox = Sandbox::new();
    let site = stopped(
        &sandbox,
        "*.qmd merge=palimpsest\n*.html merge=palimpsest\n",
        &[
            ("a.qmd", pages),
            ("a.html", pages),
            ("a.md", pages),
            ("ruled.txt", ruled),
            ("lines.jsonl", lines),
        ],
    );
    for file in ["a.qmd", "a.html", "a.md"] {
        both_do_not_fit(&site, file);
    }
    site.palimpsest(["resolve", "--both", "ruled.txt", "lines.jsonl"])
        .ok();
    assert_eq!(site.read("ruled.txt"), "---\na: b: d\na: b: e\n---\n");
    assert!(
        site.read("lines.jsonl")
            .ends_with("{\"b\": 2}\n{\"b\": 3}\n")
    );
}

#[test]
fn both_put_nothing_above_the_frontmatter_of_one_side() {
    const PAGE: &str = "---\ntitle: B\ntags: [sea]\n---\n\nText, and more.\n";
    for (ours, theirs) in [
        ("See [[New page]].\n", PAGE),
        ("+++\ntitle = \"B\"\n+++\n\nText.\n", PAGE),
        (PAGE, "{\"title\": \"B\"}\n\nText.\n"),
    ] {
        let sandbox = Sandbox::new();
        let base = "---\ntitle: A\n---\n\nWas.\n";
        let site = stopped(&sandbox, "", &[("a.md", [base, ours, theirs])]);
        both_do_not_fit(&site, "a.md");
    }
    // A line of three points ends no frontmatter that no rule begins.
    let sandbox = Sandbox::new();
    let page = |line: &str| format!("Quote: {line}\nBy: her\n...\n\nText.\n");
    let [base, ours, theirs] = ["a", "b", "c"].map(page);
    let records = ["{\"a\": 1}\n", "{\"a\": 2}\n", "{\"a\": 3}\n"];
    let files = [("a.md", [&*base, &ours, &theirs]), ("b.jsonl", records)];
    let site = stopped(&sandbox, "*.jsonl merge=palimpsest\n", &files);
    site.palimpsest(["resolve", "--both"]).ok();
    assert!(site.read("a.md").contains("Quote: b\nQuote: c\n"));
    assert_eq!(site.read("b.jsonl"), "{\"a\": 2}\n{\"a\": 3}\n");
    // Below it, it may stand.
    let sandbox = Sandbox::new();
    let base = "---\ntitle: A\n---\n\nWas.\n";
    let site = stopped(
        &sandbox,
        "",
        &[("a.md", [base, PAGE, "See [[New page]].\n"])],
    );
    site.palimpsest(["resolve", "--both", "a.md"]).ok();
    assert_eq!(site.read("a.md"), format!("{PAGE}See [[New page]].\n"));
}
