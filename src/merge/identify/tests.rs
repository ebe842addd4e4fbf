use super::*;

/// Words are alike by their letters in place; those of one letter are anything.
struct Letters<'a>(&'a [&'a str], &'a [&'a str]);

impl Alike for Letters<'_> {
    fn share(&self, base: usize, side: usize) -> u32 {
        let (a, b) = (self.0[base], self.1[side]);
        let same = a.chars().zip(b.chars()).filter(|(a, b)| a == b).count();
        // 1000 at most.
        (2000 * same / (a.len() + b.len())) as u32
    }

    fn in_place(&self, base: usize, side: usize) -> bool {
        self.0[base].len() == 1 || self.share(base, side) > 0
    }
}

fn run(base: &str, side: &str) -> String {
    let split = |s: &'static str| s.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>();
    let (base, side) = (split(base.to_owned().leak()), split(side.to_owned().leak()));
    let found = identify(
        &base,
        &side,
        &Letters(&base, &side),
        &vec![false; side.len()],
    );
    let names = found.iter().map(|i| i.map_or("-", |i| base[i]));
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn what_stayed_or_moved_is_itself() {
    assert_eq!(run("a b c", "a x b c"), "a - b c");
    assert_eq!(run("a b c", "c a b"), "c a b");
    assert_eq!(run("a b", "a b a"), "a b -");
}

#[test]
fn an_edited_item_is_found_beside_inserted_ones() {
    assert_eq!(run("quay moor", "gull quai moor"), "- quay moor");
    assert_eq!(run("quay moor", "quai gull moor"), "quay - moor");
    assert_eq!(run("quay moor", "quai moos"), "quay moor");
    assert_eq!(run("quay", "gull fens"), "- -");
    // As much alike as one another.
    assert_eq!(run("quay quab", "quax"), "-");
    assert_eq!(run("quay", "quax quab"), "- -");
    assert_eq!(run("quay quab", "quax quad"), "quay quab");
}

#[test]
fn half_of_an_item_is_enough_between_items_that_stayed() {
    assert_eq!(run("quay", "gull quxx"), "- quay");
    assert_eq!(run("quay", "gull qxxx"), "- -");
    assert_eq!(run("quay moor", "quai gull moxx"), "quay - moor");
    assert_eq!(run("quay moor fens", "moxx fexx"), "moor fens");
    assert_eq!(
        run("quay moor fens", "gull quxx bird moxx lamp fexx"),
        "- quay - moor - fens"
    );
    // Of two that are half alike it is the one that is more so.
    assert_eq!(run("harbours", "harboxxx harbzzzz"), "harbours -");
    assert_eq!(run("harbours harbzzzz", "harboxxx"), "harbours");
    // Two that changed places are no more alike than one.
    assert_eq!(run("quay bird moor", "moxx quxx"), "- -");
    // All together share the most, in order.
    assert_eq!(run("quay moor", "moxx quxx moox"), "- quay moor");
    // And two thirds at another place.
    assert_eq!(run("quay gull", "gull quxx"), "gull -");
    // Of one pair nobody can tell, and the others stand.
    assert_eq!(
        run("quay moor fens fent", "quai gull moxx fenx"),
        "quay - moor -"
    );
    assert_eq!(run("fens quay quab", "quax bird moor"), "- - -");
}

#[test]
fn the_place_counts_behind_an_edited_item_and_behind_many_that_stayed() {
    assert_eq!(run("quay z", "quai y"), "quay z");
    assert_eq!(run("m n o a b c z e", "u v w a b c y e"), "m n o a b c z e");
    // What stood there before and moved is none that is left.
    assert_eq!(run("a m n x", "m n a y"), "m n a x");
    assert_eq!(run("quay moor quax", "moor quax quai"), "moor quax quay");
}

#[test]
fn an_item_that_moved_and_was_edited_is_found_if_no_other_is_as_much_alike() {
    assert_eq!(run("quay moor fens", "moor fens quai"), "moor fens quay");
    assert_eq!(
        run("quay moor fens", "moor quai fens quab"),
        "moor - fens -"
    );
    assert_eq!(run("quay moor fens", "moor fens gull"), "moor fens -");
}

#[test]
fn two_that_were_turned_round_and_edited_are_told_by_what_they_share() {
    assert_eq!(run("quay moor", "moos quai"), "moor quay");
    assert_eq!(run("quay a moor", "moos x quai"), "moor a quay");
}

#[test]
fn where_as_many_are_left_the_place_counts() {
    assert_eq!(run("a b c", "x b y"), "a b c");
    assert_eq!(run("a b", "x y"), "a b");
    assert_eq!(run("a b", "x"), "-");
    assert_eq!(run("quay", "fens"), "-");
}

#[test]
fn of_equal_items_one_that_is_another_at_its_place_was_edited() {
    assert_eq!(run("n n n n", "y n n n"), "n n n n");
    assert_eq!(run("a b a b", "a b b b"), "a b a b");
    // One that was taken out here and put in there.
    assert_eq!(run("a b a c", "b a c d"), "b a c -");
    assert_eq!(run("a a b", "a b c"), "a b -");
    // Two that changed their places.
    assert_eq!(run("h c c p", "p c c h"), "p c c h");
}

#[test]
fn equal_items_before_or_now_are_enough_for_an_edit_at_its_place() {
    assert_eq!(run("n n", "y n"), "n n");
    assert_eq!(run("n n", "n y"), "n n");
    assert_eq!(run("a b c", "a a c"), "a b c");
    assert_eq!(run("a b c", "b b c"), "a b c");
    // One that stood once, and is like the others now.
    assert_eq!(run("n y n n", "n n n n"), "n y n n");
}

#[test]
fn equal_items_are_no_edit_at_its_place_if_that_says_less() {
    // One alone that changed its place says more.
    assert_eq!(run("a a b b", "a b b a"), "a b b a");
    // One that stood once changed its place, and another one came.
    assert_eq!(run("h c c p", "p c c x"), "p c c -");
    // Another one is no edit, be it beside one that may be.
    assert_eq!(run("quay n n", "fens n n"), "- n n");
    assert_eq!(run("quay n a n", "fens y a n"), "- n a n");
}
