//! What cannot be read, with its place, and what to write in its place.

use super::*;

#[test]
fn what_cannot_be_read_says_where() {
    for (file, expected) in [
        ("text\n", "1:1: no frontmatter"),
        ("", "1:1: no frontmatter"),
        ("---\ndate: 2031-05-04\n", "1:1: the frontmatter has no end"),
        ("---\n---\n", "2:1: no `date`; expected `date: 2031-05-04`"),
        ("---\ntags: [a]\n---\n", "2:1: no `date`"),
        ("---\ndate:\n---\n", "2:1: no `date`"),
        ("---\n- a\n---\n", "2:1: the frontmatter is no map"),
        (
            "---\nx: 1\ndate: 2031-05-05\n---\n",
            "3:7: `date` is 2031-05-05; expected 2031-05-04",
        ),
        (
            "---\ndate: May\n---\n",
            "2:7: `May` is no date; expected 2031-05-04",
        ),
        (
            "---\ndate: [x]\n---\n",
            "2:7: `date` is no date; expected 2031-05-04",
        ),
        ("---\na: 1\na: 2\n---\n", "3:1: the key `a` stands twice"),
        ("---\na: [1\n---\n", "2:4: a `[` that is not closed"),
    ] {
        let shown = error(file.as_bytes());
        assert!(shown.starts_with(expected), "{file:?}: {shown}");
    }
    assert!(error(b"---\ndate: 2031-05-04\nx: a\xFFb\n---\n").starts_with("3:5: the byte 0xFF"));
}

#[test]
fn what_would_look_like_a_removal_is_an_error() {
    for (fields, expected) in [
        (
            "people: {Orla: 1}\n",
            "3:9: `people` is a map; expected a list",
        ),
        ("people: [[Orla]]\n", "3:10: a list where a person"),
        (
            "people:\n  - Bram: Saltmarsh\n",
            "4:5: a person without a name",
        ),
        ("people: ['@']\n", "3:10: `@` names nobody"),
        ("tags: [{a: b}]\n", "3:8: an item of `tags` is no text"),
        (
            "dates: [{context: x}]\n",
            "3:9: a mentioned date without a date",
        ),
        (
            "references: [{speaker: x}]\n",
            "3:14: a reference without words",
        ),
        (
            "poems: [{revision_date: 2024-01-01}]\n",
            "3:9: a poem without a title",
        ),
        ("manuscript: draft\n", "3:13: `manuscript` is no map"),
        (
            "locations: {[Porto]: Quay}\n",
            "3:13: a city of `locations` is no text",
        ),
    ] {
        let shown = field_error(fields);
        assert!(shown.starts_with(expected), "{fields:?}: {shown}");
    }
}

#[test]
fn a_word_behind_a_sharp_is_told_to_be_a_comment() {
    for (fields, expected) in [
        ("tags: #sea\n", "3:7: `#sea` is a comment"),
        ("tags:\n  - rain\n  - #sea\n", "5:5: `#sea` is a comment"),
        (
            "people: #Orla and Bram\n",
            "3:9: `#Orla and Bram` is a comment",
        ),
        (
            "dates:\n  - 2024-11-03 (walk at #Ferry-Steps)\n",
            "4:5: `2024-11-03 (walk at` is no date: `#Ferry-Steps)` behind it is a comment; expected quotes around the whole",
        ),
    ] {
        let shown = warnings(fields);
        assert!(shown.starts_with(expected), "{fields:?}: {shown}");
        assert!(shown.contains("expected quotes around"), "{shown}");
        assert_eq!(shown.lines().count(), 1, "{shown}");
    }
    for fields in [
        "tags: # of the day\n",
        "tags: [rain] #sea\n",
        "tags:\n  #sea\n  - rain\n",
    ] {
        assert_eq!(warnings(fields), "", "{fields}");
    }
    let link = field_error("people: [[Orla]]\n");
    assert!(
        link.contains("expected a name, or quotes around one in brackets: \"[Orla]\""),
        "{link}"
    );
    let link = field_error("people:\n  - [[Orla]]\n");
    assert!(
        link.contains("or quotes around one in brackets: \"[[Orla]]\""),
        "{link}"
    );
}

#[test]
fn an_alias_bomb_is_an_error_at_once() {
    let mut fields = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for n in 1..12 {
        let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
        fields += &format!("a{n}: &a{n} [{aliases}]\n");
    }
    assert!(field_error(&fields).contains("too large once its aliases"));
    let long = "x".repeat(100_000);
    let people = vec!["*a"; 1000].join(", ");
    assert!(field_error(&format!("a: &a {long}\npeople: [{people}]\n")).contains("too large"));
    assert!(field_error("a: &a [*a]\n").contains("nested deeper"));
}
