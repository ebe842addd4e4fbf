//! Conflicts of which somebody edited a half between the markers.

use super::elsewhere;
use super::examples::{PAGE, site};
use crate::sandbox::{Sandbox, journal};

/// What somebody settled besides, alike in both halves, is no question, and takes none away.
#[test]
fn a_half_that_was_edited_back_is_a_choice_beside_one_that_was_settled() {
    let page = |mood: &str, place: &str| {
        format!("---\nmeta:\n  mood: {mood}\nplace: {place}\n---\nOne.\n")
    };
    let sandbox = Sandbox::new();
    let site = site(
        &sandbox,
        &page("calm", "here"),
        &page("good", "away"),
        &page("tired", "home"),
    );
    site.git(["merge", "-q", "side"]).fails();
    site.edit(PAGE, "mood: good", "mood: calm");
    site.edit(PAGE, "place: away", "place: near");
    site.edit(PAGE, "place: home", "place: near");
    site.palimpsest(["resolve", "--ours"]).ok().says("chosen");
    assert_eq!(site.read(PAGE), page("calm", "near"));
}

/// Git joins changes that are near each other to one set.
#[test]
fn a_line_of_a_half_that_was_edited_back_is_taken_as_it_stands() {
    let page = |one: &str, three: &str| format!("---\ntitle: A\n---\n{one}\nTwo.\n{three}\n");
    for (side, expected) in [
        ("--ours", page("One.", "Three of ours.")),
        ("--theirs", page("One of theirs.", "Three of theirs.")),
    ] {
        let sandbox = Sandbox::new();
        let site = site(
            &sandbox,
            &page("One.", "Three."),
            &page("One of ours.", "Three of ours."),
            &page("One of theirs.", "Three of theirs."),
        );
        site.git(["merge", "-q", "side"]).fails();
        site.edit(PAGE, "One of ours.", "One.");
        site.palimpsest(["resolve", side]).ok().says("1 chosen");
        assert_eq!(site.read(PAGE), expected);
    }
}

/// A client without drivers marks the lists with the lines between them.
#[test]
fn what_both_added_beside_a_field_that_was_settled_is_united() {
    let page =
        |mood: &str, people: &str| format!("---\npeople: [Ann{people}]\nmood: {mood}\n---\nOne.\n");
    let sandbox = Sandbox::new();
    let site = site(
        &sandbox,
        &page("m", ""),
        &page("mo", ", Dan"),
        &page("mt", ", Eve"),
    );
    elsewhere(&site, &["merge", "-q", "side"]).fails();
    site.edit(PAGE, "mood: mo", "mood: mx");
    site.edit(PAGE, "mood: mt", "mood: mx");
    site.palimpsest(["resolve", "--ours"]).ok();
    let text = site.read(PAGE);
    assert!(text.contains("Dan") && text.contains("Eve"), "{text}");
}

/// A half that somebody edited between the markers back to what the base has is a choice as
/// any other, and no side that changed nothing.
#[test]
fn a_half_that_was_edited_back_is_taken_as_it_stands() {
    let page = |mood: &str, line: &str| format!("---\nmood: {mood}\n---\nOne.\n\n{line}\n\nEnd.\n");
    let (was, ours, theirs) = (("calm", "Two."), ("good", "Due."), ("tired", "Zwei."));
    for (field, edited, from, to) in [
        (true, "mood: good", ours, theirs),
        (true, "mood: tired", theirs, ours),
        (false, "Due.", ours, theirs),
        (false, "Zwei.", theirs, ours),
    ] {
        for (side, mine) in [("--ours", true), ("--theirs", false)] {
            let sandbox = Sandbox::new();
            // One of the two is in conflict, the other stays.
            let of = |(mood, line): (&str, &str)| match field {
                true => page(mood, "Two."),
                false => page("calm", line),
            };
            let site = site(&sandbox, &of(was), &of(ours), &of(theirs));
            site.git(["merge", "-q", "side"]).fails();
            let back = if field { "mood: calm" } else { "Two." };
            site.edit(PAGE, edited, back);
            site.palimpsest(["resolve", side]).ok().says("1 chosen");
            let took_edited = mine == (from == ours);
            let expected = of(if took_edited { was } else { to });
            assert_eq!(site.read(PAGE), expected, "{edited} {side}");
        }
    }
}

/// Both machines know of the removal: to write the name in again is an edit like any other.
#[test]
fn who_is_put_back_beside_the_markers_stays() {
    const DAY: &str = "2024-11-01";
    for is_decided in [false, true] {
        let sandbox = Sandbox::new();
        let fields = "mood: calm\npeople: [Alice, Bob]";
        let (laptop, desktop) = journal(&sandbox, &[(DAY, fields, "One.\n")]);
        laptop.edit_entry(DAY, ", Bob", "");
        laptop.commit("Without Bob");
        laptop.push();
        desktop.pull();
        desktop.edit_entry(DAY, "calm", "glad");
        desktop.commit("Glad");
        desktop.push();
        laptop.edit_entry(DAY, "calm", "sad");
        laptop.commit("Sad");
        laptop.git(["pull"]).fails();
        if is_decided {
            laptop
                .metadb(["tombstone", "remove", "entry_people", DAY, "Bob"])
                .ok();
        }
        laptop.edit_entry(DAY, "[Alice", "[Alice, Bob");
        laptop.palimpsest(["resolve", "--theirs"]).ok();
        let commit = laptop.git(["commit", "--no-edit"]).ok();
        if !is_decided {
            commit.warns("recorded: person Bob put back into 2024-11-01");
        }
        let text = laptop.read_entry(DAY);
        assert!(
            text.contains("glad") && text.contains("[Alice, Bob]"),
            "{text}"
        );
        laptop.push();
        desktop.pull();
        assert!(desktop.read_entry(DAY).contains("[Alice, Bob]"));
        laptop.assert_clean();
        desktop.assert_clean();
    }
}

/// An edit elsewhere in the file decides nothing about whom one side added and the other, which
/// knew, has removed.
#[test]
fn who_stands_in_one_half_alone_is_kept_out_by_a_removal() {
    const DAY: &str = "2024-11-01";
    for (is_edited, is_ours) in [(true, true), (false, true), (true, false)] {
        let sandbox = Sandbox::new();
        let fields = "people: [Bob, Cat]\nmood: calm";
        let (laptop, desktop) = journal(&sandbox, &[(DAY, fields, "One.\n")]);
        laptop.edit_entry(DAY, "Cat", "Cat, Eve");
        laptop.commit("Eve");
        laptop.edit_entry(DAY, "Eve", "Dan");
        laptop.edit_entry(DAY, "calm", "glad");
        laptop.commit("Dan, not Eve");
        desktop.edit_entry(DAY, "Cat", "Cat, Eve");
        desktop.edit_entry(DAY, "calm", "sad");
        desktop.edit_entry(DAY, "One", "One of mine");
        desktop.commit("Eve here, too");
        let (first, then) = match is_ours {
            true => (&laptop, &desktop),
            false => (&desktop, &laptop),
        };
        first.push();
        elsewhere(then, &["pull", "--no-rebase"]).fails();
        if is_edited {
            then.edit_entry(DAY, "One of mine", "One of mine, edited");
        }
        then.palimpsest(["resolve", "--ours"]).ok();
        let text = then.read_entry(DAY);
        assert!(text.contains("people: [Bob, Cat, Dan]"), "{text}");
        then.git(["commit", "-q", "--no-edit"]).ok();
        let listed = then.metadb(["sync", "conflicts"]).ok();
        listed.says("kept out").says("Eve");
        then.push();
        first.pull();
        assert!(first.read_entry(DAY).contains("people: [Bob, Cat, Dan]"));
        laptop.assert_clean();
        desktop.assert_clean();
    }
}

/// Neither side has him: whoever settles the conflict wrote him there.
#[test]
fn who_is_written_into_one_half_stays() {
    const DAY: &str = "2024-11-01";
    let sandbox = Sandbox::new();
    let fields = "people: [Alice, Bob]\nmood: calm";
    let (laptop, desktop) = journal(&sandbox, &[(DAY, fields, "One.\n")]);
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("Without Bob");
    laptop.push();
    desktop.pull();
    for (machine, friend, mood) in [(&desktop, "Dan", "glad"), (&laptop, "Eve", "sad")] {
        machine.edit_entry(DAY, "Alice", &format!("Alice, {friend}"));
        machine.edit_entry(DAY, "calm", mood);
        machine.commit(friend);
    }
    desktop.push();
    elsewhere(&laptop, &["pull", "--no-rebase"]).fails();
    laptop.edit_entry(DAY, "Eve", "Eve, Bob");
    laptop.palimpsest(["resolve", "--ours"]).ok();
    let text = laptop.read_entry(DAY);
    assert!(text.contains("Bob") && text.contains("Dan"), "{text}");
}

/// As a formatter does, which takes it for quotations.
fn format_last_marker(site: &crate::sandbox::Machine<'_>) {
    let text = site.read(PAGE);
    let last = text.rfind(">>>>>>> ").unwrap();
    let text = format!("{}> > > > > > > {}", &text[..last], &text[last + 8..]);
    site.write(PAGE, text);
}

#[test]
fn what_is_left_of_a_set_of_markers_is_named_and_holds_the_file_up() {
    let page = |mood: &str, text: &str| {
        format!("---\nmood: {mood}\n---\n>>>>>>> quoted\n\nOne.\n\n{text}\n")
    };
    for is_formatted in [true, false] {
        let sandbox = Sandbox::new();
        let site = site(
            &sandbox,
            &page("calm", "Two."),
            &page("good", "Two of ours."),
            &page("tired", "Two of theirs."),
        );
        site.git(["merge", "-q", "side"]).fails();
        if !is_formatted {
            site.palimpsest(["resolve", "--ours"]).ok().says("staged");
            assert_eq!(site.read(PAGE), page("good", "Two of ours."));
            continue;
        }
        format_last_marker(&site);
        let left = format!("{PAGE}:8: a marker of a conflict whose other markers are gone");
        let run = site.palimpsest(["resolve", "--ours"]).exits(1);
        run.says("merged, 1 chosen, 1 left")
            .silent_about("staged")
            .warns(&left);
        assert!(site.read(PAGE).starts_with("---\nmood: good\n---\n"));
        site.palimpsest(["resolve", "--ours"])
            .exits(1)
            .warns(&left)
            .silent_about("no markers");
        let unmerged = site.git(["ls-files", "-u"]).ok();
        unmerged.says(PAGE);
        site.git(["checkout", "-q", "-m", "--", PAGE]).ok();
        site.palimpsest(["resolve", "--ours"]).ok().says("staged");
    }
}

/// The same where it was added as it stood, or committed by a client without hooks.
#[test]
fn what_is_left_of_a_set_is_named_also_after_it_was_added() {
    let page = |mood: &str, text: &str| format!("---\nmood: {mood}\n---\n\nOne.\n\n{text}\n");
    for is_committed in [false, true] {
        let sandbox = Sandbox::new();
        let site = site(
            &sandbox,
            &page("calm", "Two."),
            &page("good", "Two of ours."),
            &page("tired", "Two of theirs."),
        );
        site.git(["merge", "-q", "side"]).fails();
        format_last_marker(&site);
        site.git(["add", "-A"]).ok();
        if is_committed {
            site.git(["commit", "-q", "-n", "--no-edit"]).ok();
        }
        let run = site.palimpsest(["resolve", "--ours"]).exits(1);
        run.says("merged, 1 chosen, 1 left")
            .silent_about("staged")
            .warns("a marker of a conflict whose other markers are gone");
        assert!(site.read(PAGE).starts_with("---\nmood: good\n---\n"));
    }
}
