use super::*;

const TEXT: &str = "---\ncity: A\npeople:\n- Orla\n<<<<<<< HEAD\n- Bob\n=======\n- Eve\n\
    >>>>>>> main\n---\nBody\n<<<<<<< HEAD\nx\n||||||| base\nz\n=======\ny\nx\n>>>>>>> main\n";

#[test]
fn hunks_are_named_by_line_and_field() {
    let hunks = Hunks::of(TEXT.as_bytes());
    let names: Vec<_> = hunks.iter().map(|h| (h.line, h.field.as_deref())).collect();
    assert_eq!(names, [(5, Some("people")), (12, None)]);
    let labels = ("HEAD".to_owned(), "main".to_owned());
    assert!(hunks.iter().all(|h| h.labels == labels));
    let own = "---\n<<<<<<< a\ncity: A\n=======\ncity: B\n>>>>>>> b\n---\n";
    let own = Hunks::of(own.as_bytes());
    assert_eq!(own.iter().next().unwrap().field.as_deref(), Some("city"));
}

/// What a hunk says is read as well, to know what the next one is in.
#[test]
fn a_hunk_is_in_the_field_that_an_earlier_one_began() {
    let hunk = |ours: &str, theirs: &str| format!("<<<<<<< a\n{ours}=======\n{theirs}>>>>>>> b\n");
    let fields = |text: &str| -> Vec<Option<String>> {
        Hunks::of(text.as_bytes())
            .iter()
            .map(|h| h.field.clone())
            .collect()
    };
    let (tags, item, end) = (
        hunk("tags:\n- fog\n", ""),
        hunk("- rain\n", ""),
        hunk("---\n", ""),
    );
    let in_tags = Some("tags".to_owned());
    let text = format!("---\ncity: A\n{tags}- sun\n{item}---\n{item}");
    assert_eq!(fields(&text), [in_tags.clone(), in_tags.clone(), None]);
    let text = format!("---\n{tags}{end}city: A\n{item}");
    assert_eq!(fields(&text), [in_tags.clone(), in_tags, None]);
    // What only looks like a fence or a field, in a text that has no frontmatter.
    let text = format!("city: A\n---\ntags: B\n{item}---\n{item}");
    assert_eq!(fields(&text), [None, None]);
}

#[test]
fn each_choice_is_the_text_of_its_side_and_leaving_is_the_text() {
    let hunks = Hunks::of(TEXT.as_bytes());
    let chosen = |c| String::from_utf8(hunks.choose(|_| c)).unwrap();
    assert_eq!(chosen(Choice::Leave), TEXT);
    assert!(chosen(Choice::Ours).ends_with("- Bob\n---\nBody\nx\n"));
    assert!(chosen(Choice::Theirs).ends_with("- Eve\n---\nBody\ny\nx\n"));
    assert!(chosen(Choice::Both).ends_with("- Bob\n- Eve\n---\nBody\ny\nx\n"));
    let one = String::from_utf8(hunks.choose(|n| [Choice::Ours, Choice::Leave][n])).unwrap();
    assert!(one.contains("- Bob\n---") && one.contains(">>>>>>>"));
}

/// What stands below an item says something else below another.
#[test]
fn both_is_all_that_either_side_says() {
    let both = |ours: &str, theirs: &str| {
        let text = format!("<<<<<<< a\n{ours}=======\n{theirs}>>>>>>> b\n");
        let chosen = Hunks::of(text.as_bytes()).choose(|_| Choice::Both);
        String::from_utf8(chosen).unwrap()
    };
    for (ours, theirs, wanted) in [
        (
            "- milk\n  - 2 l\n- bread\n",
            "- cheese\n  - 2 l\n- ham\n",
            "- milk\n  - 2 l\n- bread\n- cheese\n  - 2 l\n- ham\n",
        ),
        (
            "> a?\n> yes\n\nx\n",
            "> b?\n> yes\n",
            "> a?\n> yes\n\nx\n> b?\n> yes\n",
        ),
        ("a\nb\nz\n", "a\nc\nz\n", "a\nb\nc\nz\n"),
        ("a\n", "a\nc\na\n", "a\nc\na\n"),
        ("", "a\n", "a\n"),
        ("a\n", "", "a\n"),
        ("a\r\n", "a\n", "a\r\n"),
    ] {
        assert_eq!(both(ours, theirs), wanted, "{ours:?} {theirs:?}");
    }
}

#[test]
fn the_versions_are_those_of_the_markers() {
    let versions = Hunks::of(TEXT.as_bytes()).versions();
    let base = String::from_utf8(versions.base).unwrap();
    assert!(base.ends_with("- Orla\n---\nBody\nz\n"), "{base}");
}

#[test]
fn what_is_no_whole_set_stays_as_it_is() {
    for text in [
        "",
        "<<<<<<< a\nx\n",
        "<<<<<<< a\nx\n=======\n<<<<<<< b\ny\n",
        "a\n=======\nb\n>>>>>>> c\n",
    ] {
        let hunks = Hunks::of(text.as_bytes());
        assert!(hunks.is_empty(), "{text:?}");
        assert_eq!(hunks.choose(|_| Choice::Ours), text.as_bytes());
    }
}

/// As git writes them where a file that was merged and moved meets another one.
#[test]
fn longer_markers_inside_a_set_are_its_text() {
    let inner = "<<<<<<<< a\nx\n========\ny\n>>>>>>>> b\n";
    let outer = format!("<<<<<<< a\no\n=======\n{inner}>>>>>>> b\n");
    let hunks = Hunks::of(outer.as_bytes());
    assert_eq!(hunks.iter().count(), 1);
    assert_eq!(hunks.choose(|_| Choice::Ours), b"o\n");
    assert_eq!(hunks.choose(|_| Choice::Theirs), inner.as_bytes());
    // Where the outer one is not whole, the inner one is.
    let open = format!("<<<<<<< a\no\n=======\n{inner}z\n");
    let hunks = Hunks::of(open.as_bytes());
    assert_eq!(hunks.iter().map(|h| h.line).collect::<Vec<_>>(), [4]);
    assert_eq!(
        hunks.choose(|_| Choice::Theirs),
        b"<<<<<<< a\no\n=======\ny\nz\n"
    );
}

#[test]
fn labels_and_line_ends_do_not_count() {
    let bare = TEXT
        .replace(" HEAD", "")
        .replace(" main", "")
        .replace(" base", "");
    assert_eq!(Hunks::of(TEXT.as_bytes()).without_labels(), bare.as_bytes());
    let other = TEXT.replace("HEAD", "ours").replace('\n', "\r\n");
    assert_eq!(
        Hunks::of(other.as_bytes()).without_labels(),
        Hunks::of(TEXT.as_bytes()).without_labels()
    );
}

#[test]
fn a_hunk_with_more_than_one_middle_is_unclear() {
    let unclear = |text: &str| Hunks::of(text.as_bytes()).are_unclear();
    assert!(!unclear("<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n"));
    assert!(!unclear(
        "Title\n=======\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n"
    ));
    assert!(!unclear(
        "<<<<<<< a\nx\n||||||| c\nz\n=======\ny\n>>>>>>> b\n"
    ));
    assert!(unclear("<<<<<<< a\nT\n=======\nx\n=======\ny\n>>>>>>> b\n"));
    assert!(unclear(
        "<<<<<<< a\nT\n=======\nx\n||||||| c\nz\n=======\ny\n>>>>>>> b\n"
    ));
}
