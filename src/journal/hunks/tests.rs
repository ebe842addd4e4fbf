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
        ("\u{feff}a\nz\n", "\u{feff}b\nz\n", "\u{feff}a\nb\nz\n"),
        ("", "\u{feff}b\n", "\u{feff}b\n"),
    ] {
        assert_eq!(both(ours, theirs), wanted, "{ours:?} {theirs:?}");
    }
}

/// A client without drivers puts the end of the frontmatter and the beginning of the body
/// into one hunk.
#[test]
fn a_hunk_that_reaches_over_the_end_of_the_frontmatter_is_noted() {
    let reaches = |above: &str, ours: &str, theirs: &str| {
        let text = format!("{above}<<<<<<< a\n{ours}=======\n{theirs}>>>>>>> b\n---\nRain.\n");
        let hunks = Hunks::of(text.as_bytes());
        hunks.iter().map(|h| h.over_end).collect::<Vec<_>>()
    };
    let front = "---\npeople:\n";
    let both = ("- Dan\n---\nSun.\n", "- Eve\n---\nFog.\n");
    assert_eq!(reaches(front, both.0, both.1), [true]);
    assert_eq!(
        reaches(front, "- Dan\r\n---\r\nSun.\r\n", "---\nFog.\n"),
        [true]
    );
    assert_eq!(reaches(front, "- Dan\n", "- Eve\n"), [false]);
    assert_eq!(
        reaches("---\na: 1\n---\n", "Sun.\n---\n", "Fog.\n---\nB\n"),
        [false]
    );
    assert_eq!(reaches("", "Sun.\n", "Fog.\n"), [false]);
    // Merged anew, the markers have a length that no other line has.
    let text = "---\n<<<<<<<< a\nx: 1\n---\nSun.\n========\nx: 2\n---\nFog.\n>>>>>>>> b\nRain.\n";
    let hunks = Hunks::of_length(text.as_bytes(), 8, 7, true);
    assert!(hunks.iter().all(|hunk| hunk.over_end));
    let hunks = Hunks::of_length(text.replace("---\nFog", "Fog").as_bytes(), 8, 7, true);
    assert!(hunks.iter().all(|hunk| hunk.over_end));
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

/// An example in a page, and a conflict in it that the example is a part of, or not.
#[test]
fn sets_that_stood_before_are_text_wherever_they_stand() {
    let example = "<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> main\n";
    let page = format!("One.\n{example}");
    let mut as_text = AsText::default();
    as_text.add(page.as_bytes());
    let read = |text: &str| Hunks::besides(text.as_bytes(), &as_text);
    assert!(read(&page).is_empty());
    assert!(read(&page.replace('\n', "\r\n")).is_empty());
    assert!(read(page.trim_end()).is_empty());
    // Where one side removed it, it stands in a side of the conflict.
    let removed = format!("<<<<<<< ours\n=======\n{page}>>>>>>> theirs\n");
    let hunks = read(&removed);
    assert!(!hunks.are_unclear());
    assert_eq!(hunks.choose(|_| Choice::Theirs), page.as_bytes());
    assert_eq!(hunks.choose(|_| Choice::Ours), b"");
    // Where both sides changed a line of it, only that line is in conflict.
    let inside = page.replace("x\n", "<<<<<<< a\nv\n=======\nw\n>>>>>>> b\n");
    let hunks = read(&inside);
    let chosen = hunks.choose(|_| Choice::Ours);
    assert_eq!(chosen, page.replace("x\n", "v\n").as_bytes());
    // Another one is none of them.
    assert_eq!(read(&page.replace("x\n", "z\n")).iter().count(), 1);
}

/// Markers of one length, of which the inner ones hide the outer.
#[test]
fn an_example_inside_an_example_is_text_as_a_whole() {
    let inner = "<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> main\n";
    let page = format!("<<<<<<< HEAD\nv\n{inner}w\n=======\ny\n>>>>>>> main\n");
    for versions in [&[page.as_str()][..], &[inner, &page]] {
        let mut as_text = AsText::default();
        versions
            .iter()
            .for_each(|version| as_text.add(version.as_bytes()));
        assert!(Hunks::besides(page.as_bytes(), &as_text).is_empty());
        assert!(Hunks::besides(inner.as_bytes(), &as_text).is_empty());
    }
}

#[test]
fn in_frontmatter_no_set_of_a_version_is_text() {
    let text = "---\n<<<<<<< a\nx: 1\n=======\nx: 2\n>>>>>>> b\n---\n\
        <<<<<<< a\nv\n=======\nw\n>>>>>>> b\n<<<<<<<< a\nv\n========\nw\n>>>>>>>> b\n";
    let mut as_text = AsText::default();
    as_text.add_body(text.as_bytes(), 7);
    let hunks = Hunks::besides(text.as_bytes(), &as_text);
    let places: Vec<_> = hunks.iter().map(|h| (h.line, h.in_front)).collect();
    assert_eq!(places, [(2, true), (13, false)]);
}

/// A first line `---` opens frontmatter if fields follow, whichever side has them.
#[test]
fn what_follows_a_rule_is_no_frontmatter() {
    let set = |ours: &str, theirs: &str| format!("<<<<<<< a\n{ours}=======\n{theirs}>>>>>>> b\n");
    let nested = set("<<<<<<<< c\nx: 1\n========\nx: 2\n>>>>>>>> d\n", "x: 3\n");
    let (fields, words) = (set("x: 1\n", "x: 2\n"), set("One.\n", "Two.\n"));
    let fence = set("x: 1\n---\n", "x: 2\n---\n");
    for (text, wanted, of_entry) in [
        (
            format!("---\n{fields}---\n{fields}"),
            [true, false],
            [true, false],
        ),
        (
            format!("\u{feff}---\r\n{nested}---\r\n{words}"),
            [true, false],
            [true, false],
        ),
        (
            format!("---\n{}--- \n{words}", set("", "x: 1\n")),
            [true, false],
            [true, false],
        ),
        (
            format!("---\n{fence}Text.\n{words}"),
            [true, false],
            [true, false],
        ),
        (
            format!("---\n# Slide\n{words}---\n{fields}"),
            [false; 2],
            [true, false],
        ),
        (
            format!("---\n- a\n{words}---\n{fields}"),
            [false; 2],
            [true, false],
        ),
        (
            format!("---\nTopic: a\n{words}---\n{fields}"),
            [false; 2],
            [true, false],
        ),
        (
            format!("---\nx: 1\n{words}\n{fields}"),
            [false; 2],
            [false; 2],
        ),
        (
            format!("# Title\n---\n{fields}---\n{words}"),
            [false; 2],
            [false; 2],
        ),
    ] {
        for (is_entry, wanted) in [(false, wanted), (true, of_entry)] {
            let mut as_text = AsText::of_entry(is_entry);
            let hunks = Hunks::besides(text.as_bytes(), &as_text);
            let in_front: Vec<bool> = hunks.iter().map(|h| h.in_front).collect();
            assert_eq!(in_front, wanted, "{text}");
            // What is text is decided in the same way.
            as_text.add_body(text.as_bytes(), 7);
            let hunks = Hunks::besides(text.as_bytes(), &as_text);
            let left = wanted.iter().filter(|in_front| **in_front).count();
            assert!(hunks.iter().all(|h| h.in_front) && hunks.iter().count() <= left);
        }
    }
}

#[test]
fn a_conflict_of_an_entry_that_cannot_be_read_is_in_its_field() {
    let merged = b"---\ncity: a: b\n<<<<<<<<< a\nmood: x\n=========\nmood: y\n>>>>>>>>> b\n---\n";
    let field = |of_entry: bool| {
        let hunks = Hunks::of_length(merged, 9, 7, of_entry);
        hunks.iter().next().and_then(|hunk| hunk.field.clone())
    };
    assert_eq!(field(true).as_deref(), Some("mood"));
    assert_eq!(field(false), None);
}

#[test]
fn sets_in_one_another_are_looked_into_to_a_depth() {
    let nested = |depth: usize| {
        (0..depth).fold("x: 1\n".to_owned(), |inner, level| {
            let [ours, middle, theirs] = ["<", "=", ">"].map(|s| s.repeat(7 + depth - level));
            format!("{ours} a\n{inner}{middle}\n{theirs} b\n")
        })
    };
    for (depth, of_entry, wanted) in [(9, false, true), (10, false, false), (300, true, true)] {
        let text = format!("---\n{}---\n", nested(depth));
        let hunks = Hunks::besides(text.as_bytes(), &AsText::of_entry(of_entry));
        let in_front: Vec<bool> = hunks.iter().map(|h| h.in_front).collect();
        assert_eq!(in_front, [wanted], "{depth}");
    }
}

#[test]
fn what_is_left_of_a_merge_with_long_markers_gets_those_of_the_file() {
    let example = "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n";
    let hunk = |length: usize| {
        let [ours, middle, theirs] = ["<", "=", ">"].map(|sign| sign.repeat(length));
        format!("{ours} a\nv\n{middle}\n{example}{theirs} b\n")
    };
    let merged = format!("{}{example}{}", hunk(9), hunk(9));
    let hunks = Hunks::of_length(merged.as_bytes(), 9, 7, false);
    let chosen = hunks.choose(|_| Choice::Leave);
    assert_eq!(
        String::from_utf8(chosen).unwrap(),
        merged.replace(&hunk(9), &hunk(7))
    );
    let second = |n| [Choice::Ours, Choice::Leave][n];
    let left: Vec<usize> = hunks.left(second).iter().map(|h| h.line).collect();
    assert_eq!(left, [7]);
}

#[test]
fn a_merge_is_known_again_whatever_its_labels_and_beside_text_like_markers() {
    let text = |length: usize, ours: &str, theirs: &str| {
        let [less, is, more] = ["<", "=", ">"].map(|sign| sign.repeat(length));
        format!("<<<<<<< HEAD\n{less} {ours}\nx\n{is}\n=======\n{more} {theirs}\nend\n")
    };
    let merged = Hunks::of_length(text(9, "ours", "theirs").as_bytes(), 9, 7, false);
    let shown = text(7, "HEAD", "side");
    assert!(merged.is_shown_as(shown.as_bytes()));
    assert!(merged.is_shown_as(shown.replace('\n', "\r\n").as_bytes()));
    assert!(!merged.is_shown_as(shown.replacen("HEAD", "main", 1).as_bytes()));
    assert!(!merged.is_shown_as(shown.replace("x\n", "y\n").as_bytes()));
    assert!(!merged.is_shown_as(shown.trim_end().as_bytes()));
    assert!(!merged.is_shown_as(format!("{shown}more\n").as_bytes()));
    for text in [
        "<b>\n",
        "<<<<<<< a\nx\n",
        "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n",
    ] {
        let text = format!("\u{feff}{text}");
        assert!(
            Hunks::of(text.as_bytes()).is_shown_as(text.as_bytes()),
            "{text}"
        );
    }
}
