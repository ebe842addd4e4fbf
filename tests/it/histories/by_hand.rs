//! What `palimpsest resolve` leaves as it stands where it takes an item out.

use super::*;

#[test]
fn an_item_that_another_field_names_again_is_left_to_a_person() {
    for before in [
        "people: &p [Alice]\nothers: *p\n",
        "people: &p\n- Alice\nothers: *p\n",
    ] {
        let with = match before.contains("- Alice") {
            true => before.replace("- Alice", "- Alice\n- Carol"),
            false => before.replace("Alice", "Alice, Carol"),
        };
        let sandbox = Sandbox::new();
        let (laptop, desktop) = journal(&sandbox, &[(DAY, before, BODY)]);
        edit(&laptop, before, &with);
        edit(&laptop, &with, before);
        laptop.push();
        edit(&desktop, before, &with);
        desktop.pull();
        let listed_then = ["both_edited", "still_in_file Carol"];
        assert_eq!(listed(&desktop), listed_then);
        let text = desktop.read_entry(DAY);
        desktop
            .palimpsest(["resolve", "--ours"])
            .exits(1)
            .warns("1 left");
        assert_eq!(desktop.read_entry(DAY), text);
        assert_eq!(listed(&desktop), listed_then);
    }
}

/// A list of the same shape in a field that is none of places.
#[test]
fn the_word_of_a_place_stays_in_other_fields() {
    const ELSEWHERE: &str = "birds:\n  seen: [Gull, Mole]\nmanuscript:\n  chapters: [Mole]\n";
    let sandbox = Sandbox::new();
    let before = format!("{ELSEWHERE}locations:\n  Lisbon: [Quay]\n");
    let with = before.replace("Quay", "Quay, Mole");
    let (laptop, desktop) = journal(&sandbox, &[(DAY, &before, BODY)]);
    edit(&laptop, &before, &with);
    edit(&laptop, &with, &before);
    laptop.push();
    edit(&desktop, &before, &with);
    desktop.pull();
    assert_eq!(listed(&desktop), ["both_edited", "still_in_file Mole"]);
    desktop
        .palimpsest(["resolve", "--ours"])
        .ok()
        .says("location Mole taken out");
    assert_eq!(desktop.read_entry(DAY), laptop.read_entry(DAY));
    assert!(desktop.read_entry(DAY).contains(ELSEWHERE));
}
