//! The laws of the fuzz targets (`fuzz/laws`), for a bounded number of inputs;
//! `PALIMPSEST_CASES` asks for more.

#[path = "../../../fuzz/laws/mod.rs"]
mod laws;

use palimpsest::ledger;

fn cases(few: u64) -> u64 {
    let wanted = std::env::var("PALIMPSEST_CASES").ok();
    wanted.and_then(|n| n.parse().ok()).unwrap_or(few)
}

/// Bytes that are the same in every run.
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect()
}

/// Says which of the inputs break a law, the shortest one whole.
fn report(mut failures: Vec<String>) {
    failures.sort_by_key(String::len);
    assert!(
        failures.is_empty(),
        "{} inputs break a law, the shortest ones:\n{}",
        failures.len(),
        failures[..failures.len().min(6)].join("\n\n")
    );
}

#[test]
fn what_two_people_write_in_any_style_keeps_the_laws() {
    let mut failures = Vec::new();
    for seed in 0..cases(800) {
        let texts = laws::history(&bytes(seed, 96));
        let broken = laws::merge::broken(&texts);
        if !broken.is_empty() {
            failures.push(format!(
                "seed {seed}: {broken:?}\n=== base\n{}=== ours\n{}=== theirs\n{}",
                texts.base, texts.ours, texts.theirs
            ));
        }
    }
    report(failures);
}

/// What the fuzzers have found.
#[test]
fn findings_keep_the_laws() {
    let lone_carriage_returns =
        b"\r\r\r\n\n--:(26---\n?\0\n\n---\n\0-\n-%:6::\n\xFF\n---%\n:2\n'-`";
    let broken = laws::readers::frontmatter(lone_carriage_returns);
    assert!(broken.is_empty(), "{broken:?}");
    let one_side = b")(N:\n:\n:\n::\n:\n\n: #-\r#)\r\n\n:\n::--";
    let broken = laws::merge::broken_by_any_bytes(one_side);
    assert!(broken.is_empty(), "{broken:?}");
    let comment_above = b"-t7w\n\xD8\xB1\x13\0\x01\0\0\0\n\n\0";
    let broken = laws::merge::broken(&laws::history(comment_above));
    assert!(broken.is_empty(), "{broken:?}");
}

#[test]
fn any_bytes_keep_the_laws() {
    // Pieces that YAML and git care for, in any order.
    const PIECES: [&[u8]; 24] = [
        b"---\n",
        b"a",
        b": ",
        b"\n",
        b"  ",
        b"- ",
        b"[",
        b"]",
        b"{",
        b"}",
        b", ",
        b"#",
        b" # c\n",
        b"'",
        b"\"",
        b"|\n",
        b">-\n",
        b"&x ",
        b"*x",
        b"?",
        b"\r\n",
        b"\t",
        b"\xEF\xBB\xBF",
        b"\0\xFF",
    ];
    let mut failures = Vec::new();
    for seed in 0..cases(800) {
        let front = if seed % 2 == 0 {
            "---\na: b\n"
        } else {
            "a: b\n"
        };
        let mut text = Vec::new();
        for (i, at) in bytes(seed, 48).into_iter().enumerate() {
            if i % 16 == 0 {
                text.extend_from_slice(front.as_bytes());
            }
            text.extend_from_slice(
                PIECES[usize::from(at) % (PIECES.len() - usize::from(seed % 3 != 0))],
            );
        }
        let mut broken = laws::merge::broken_by_any_bytes(&text);
        let files = [laws::readers::frontmatter, laws::readers::page];
        broken.extend(files.iter().flat_map(|law| law(&text)).map(str::to_owned));
        if !broken.is_empty() {
            failures.push(format!("seed {seed}: {broken:?}\n{}", text.escape_ascii()));
        }
    }
    report(failures);
}

#[test]
fn ledgers_keep_the_laws() {
    const LINES: [&str; 10] = [
        r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":"Bob","id":"9f00000000000001","state":"active","at":"2026-11-23T09:30:00Z","by":"laptop","source":"yaml"}"#,
        r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":"Bob","id":"9f00000000000001","state":"restored","at":"2026-11-23T09:30:00Z","by":"laptop","source":"yaml","restored":{"at":"2026-11-24T09:30:00Z","by":"desk","how":"re-added"}}"#,
        r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_tags","item":"fog","id":"9f00000000000002","state":"active","at":"2026-11-23T09:30:00Z","by":"desk","source":"yaml","permanent":true}"#,
        r#"{"v":1,"kind":"sync","entry":"2024-11-01","source":"yaml","counter":2,"hashes":[{"hash":"00000000000000aa","by":"laptop","at":"2026-11-23T09:30:00Z","counter":2}],"resolved":0}"#,
        r#"{"v":1,"kind":"sync","entry":"2024-11-01","source":"yaml","counter":3,"hashes":[{"hash":"00000000000000bb","by":"desk","at":"2026-11-23T09:31:00Z","counter":3}],"resolved":1}"#,
        r#"{"v":2,"kind":"tombstone","entry":"2024-11-01"}"#,
        r#"{"v":1,"kind":"later","x":[1, 2]}"#,
        "<<<<<<< ours",
        "{\"v\":1",
        "",
    ];
    let mut failures = Vec::new();
    for seed in 0..cases(1500) {
        let mut text = Vec::new();
        for at in bytes(seed, 12) {
            text.extend_from_slice(LINES[usize::from(at) % LINES.len()].as_bytes());
            text.push(b'\n');
        }
        if seed % 3 == 0 {
            let cut = usize::from(bytes(seed, 1)[0]) % text.len();
            text[cut] ^= 0x15;
        }
        let broken = laws::ledger::broken(&text);
        if !broken.is_empty() {
            failures.push(format!("seed {seed}: {broken:?}\n{}", text.escape_ascii()));
        }
    }
    report(failures);
    let first = LINES[0].to_owned() + "\n";
    assert_eq!(
        ledger::parse(first.as_bytes()).tombstones.len(),
        1,
        "the lines are no rows any more"
    );
}

#[test]
fn markers_keep_the_laws() {
    const LINES: [&str; 12] = [
        "<<<<<<< HEAD\n",
        "||||||| base\n",
        "=======\n",
        ">>>>>>> theirs\n",
        "<<<<<<<<< HEAD\n",
        "=========\r\n",
        ">>>>>>>>> theirs\n",
        "---\n",
        "people:\n",
        "- Bob\n",
        "- Bob\r\n",
        "Rain.",
    ];
    let mut failures = Vec::new();
    for seed in 0..cases(3000) {
        let lines = bytes(seed, 4 + usize::try_from(seed % 20).unwrap());
        let text: String = lines
            .into_iter()
            .map(|at| LINES[usize::from(at) % LINES.len()])
            .collect();
        let broken = laws::readers::markers(text.as_bytes());
        if !broken.is_empty() {
            failures.push(format!("seed {seed}: {broken:?}\n{text}"));
        }
    }
    report(failures);
}

/// Inputs that a fuzzer found once, each with what was wrong.
const FOUND: [&[u8]; 1] = [
    // A text of two lines that became an item of a list in brackets: its second word was
    // taken for lost, behind the `n` of its line end.
    b"\xff=9k\xd2\xa6\x86\x86\x15\xb0locations\xb1\xc8k\xd2\xa6\x86\x15Q\xb1\xd1\xc8",
];

#[test]
fn what_a_fuzzer_found_holds() {
    for found in FOUND {
        let texts = laws::history(found);
        let broken = laws::merge::broken(&texts);
        assert!(broken.is_empty(), "{broken:?}\n{texts:#?}");
    }
}
