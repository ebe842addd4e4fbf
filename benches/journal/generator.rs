//! Journals of any size with every field in use: invented names, the same bytes
//! for the same number on every machine.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use chrono::{Days, NaiveDate};

const FIRST: [&str; 12] = [
    "Orla", "Bram", "Ana", "Moth", "Ilse", "Tove", "Pip", "Wren", "Caspar", "Lirio", "Nell", "Odo",
];
const LAST: [&str; 10] = [
    "Pennyfold",
    "Saltmarsh",
    "Reed",
    "Inkpen",
    "Quill",
    "Harrow",
    "Fenn",
    "Marlow",
    "Voss",
    "Tamsin",
];
const CITIES: [&str; 6] = [
    "Porto",
    "Skerry",
    "Vellmouth",
    "Aldern",
    "Tarn",
    "Lower Quay",
];
const PLACES: [&str; 8] = [
    "Gull Cafe",
    "Ferry Steps",
    "Mill",
    "Salt Library",
    "Quay",
    "Old Inn",
    "Clinic",
    "Rope Yard",
];
const TAGS: [&str; 10] = [
    "rain", "ferry", "letters", "choir", "garden", "night", "bread", "work", "winter", "maps",
];
const WORDS: [&str; 24] = [
    "the", "quay", "was", "quiet", "and", "rain", "came", "over", "from", "far", "with", "a",
    "letter", "in", "hand", "we", "walked", "back", "slowly", "past", "lamps", "to", "supper",
    "again",
];

/// About how long an entry is, in bytes.
pub const LENGTH: usize = 2_500;

/// Numbers that only look like chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len())]
    }

    fn text(&mut self, words: usize) -> String {
        let words: Vec<&str> = (0..words).map(|_| self.one(&WORDS)).collect();
        words.join(" ")
    }
}

/// The date of an entry: one a day, from the first of 2010 on.
pub fn date(number: usize) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2010, 1, 1).unwrap();
    first + Days::new(number as u64)
}

/// Where an entry stands in the repository.
pub fn path(number: usize) -> String {
    let date = date(number);
    format!("journal/md/{}/{date}.md", date.format("%Y"))
}

/// An entry with every field of the format.
pub fn entry(number: usize) -> String {
    let mut dice =
        Dice(0x9E37_79B9_7F4A_7C15 ^ (number as u64 + 1).wrapping_mul(0x2545_F491_4F6C_DD1D));
    let d = &mut dice;
    let date = date(number);
    let near = |by: u64| date - Days::new(by);
    let mut text = format!("---\ndate: {date}\nepigraph: {}\n", d.text(6));
    let _ = writeln!(
        text,
        "epigraph_attribution: {} {}",
        d.one(&FIRST),
        d.one(&LAST)
    );
    let _ = writeln!(
        text,
        "city: {}\nlocations:\n  - {}\n  - {}",
        d.one(&CITIES),
        PLACES[d.roll(4)],
        PLACES[4 + d.roll(4)]
    );
    let (a, b) = (d.roll(6), 6 + d.roll(6));
    let _ = writeln!(
        text,
        "people:\n  - {} {}\n  - {}",
        FIRST[a],
        d.one(&LAST),
        FIRST[b]
    );
    let _ = writeln!(
        text,
        "  - name: {0}\n    full_name: {0} {1}\n    alias: [{0}chen]",
        FIRST[(b + 1) % 12],
        d.one(&LAST)
    );
    let _ = writeln!(text, "tags: [{}, {}]", TAGS[d.roll(5)], TAGS[5 + d.roll(5)]);
    let _ = writeln!(text, "events: [\"Move {}\"]", d.roll(40));
    let _ = writeln!(
        text,
        "dates:\n  - {}\n  - \"{} (walk with @{} at #{})\"",
        near(400),
        near(90),
        FIRST[a],
        d.one(&PLACES).replace(' ', "-")
    );
    let _ = writeln!(text, "related_entries: [{}, \"{}\"]", near(1), near(7));
    let _ = writeln!(
        text,
        "references:\n  - content: {}\n    mode: paraphrase\n    speaker: {}",
        d.text(7),
        d.one(&FIRST)
    );
    let _ = writeln!(
        text,
        "    source: {{title: Almanac {}, type: book, author: H. Inkpen}}",
        d.roll(60)
    );
    let _ = writeln!(
        text,
        "poems:\n  - title: Study {}\n    content: |\n      {}\n      {}",
        d.roll(80),
        d.text(5),
        d.text(5)
    );
    let _ = writeln!(text, "    revision_date: {date}");
    let _ = writeln!(
        text,
        "manuscript: {{status: draft, edited: false, themes: [distance, {}], notes: keep}}",
        d.one(&TAGS)
    );
    let _ = writeln!(
        text,
        "notes: |\n  {}\nmood: {}  # of the evening\n---\n",
        d.text(12),
        d.one(&["calm", "low", "bright"])
    );
    while text.len() < LENGTH - 120 {
        let _ = write!(text, "{}.\n\n", d.text(30));
    }
    let _ = writeln!(text, "{}.", d.text(16));
    text
}

/// A note on an entry.
pub fn note(number: usize) -> String {
    let mut dice = Dice(number as u64 + 7);
    format!("# Page\n\n### Notes\n{}.\n", dice.text(40))
}

/// Writes the first entries of the journal, and a note on every tenth.
pub fn write(top: &Path, entries: usize) {
    for number in 0..entries {
        let put = |path: &str, text: String| {
            let place = top.join(path);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(place, text).unwrap();
        };
        let path = path(number);
        put(&path, entry(number));
        if number % 10 == 0 {
            put(
                &path.replacen("journal/md", "wiki/entries", 1),
                note(number),
            );
        }
    }
}
