//! What the ledger costs in git: the same commits with Palimpsest's hooks and
//! without, loose and packed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::{Bench, generator};

const ENTRIES: usize = 3_000;
const COMMITS: usize = 500;

/// A repository whose loose and packed bytes are counted.
struct Side {
    top: PathBuf,
    loose: u64,
    packed: u64,
}

/// 500 commits of one entry each, in a journal of 3,000: a tag and a line more, and
/// with every third a person less. Each changes the entry's row in the ledger.
pub fn print(bench: &Bench) {
    let [with, without] = ["with", "without"].map(|side| {
        let top = bench.root.join(format!("growth-{side}"));
        fs::create_dir(&top).unwrap();
        generator::write(&top, ENTRIES);
        bench.git(&top, &["init", "-q"]);
        if side == "with" {
            bench.run(&top, &bench.program, &["init"]);
        }
        bench.git(&top, &["add", "-A"]);
        bench.git(&top, &["commit", "-q", "-m", "Begin"]);
        bench.git(&top, &["gc", "-q", "--prune=now"]);
        let begin = pack(&top);
        for number in 0..COMMITS {
            let at = number * 7 % ENTRIES;
            let file = top.join(generator::path(at));
            let mut text = fs::read_to_string(&file).unwrap();
            text = text.replacen("tags: [", "tags: [again, ", 1);
            text.push_str("\nLooked at it again, and it was still so.\n");
            if number % 3 == 0 {
                let people = text.find("people:\n  - ").unwrap() + "people:\n".len();
                let end = people + text[people..].find('\n').unwrap() + 1;
                text.replace_range(people..end, "");
            }
            fs::write(&file, text).unwrap();
            bench.git(&top, &["commit", "-q", "-a", "-m", "Look again"]);
        }
        let loose = loose(&top);
        if side == "with" {
            doctor(bench, &top);
        }
        bench.git(&top, &["gc", "-q", "--prune=now"]);
        let packed = pack(&top);
        println!(
            "{side:>8}: {} KiB packed at first, {} KiB after {COMMITS} commits; {} KiB loose",
            begin / 1024,
            packed / 1024,
            loose / 1024
        );
        Side { top, loose, packed }
    });
    println!(
        "packed, with / without: {:.2} (goal 1.5)",
        with.packed as f64 / without.packed as f64
    );
    println!(
        "loose, a commit more: {:.1} KB (goal 20)",
        (with.loose as f64 - without.loose as f64) / COMMITS as f64 / 1e3
    );
    for side in [with, without] {
        fs::remove_dir_all(side.top).unwrap();
    }
}

/// Bytes of all loose objects.
fn loose(top: &Path) -> u64 {
    let fans = fs::read_dir(top.join(".git/objects")).unwrap();
    fans.map(|fan| fan.unwrap())
        .filter(|fan| fan.file_name().len() == 2)
        .map(|fan| bytes(&fan.path()))
        .sum()
}

/// Bytes of all packs.
fn pack(top: &Path) -> u64 {
    bytes(&top.join(".git/objects/pack"))
}

fn bytes(folder: &Path) -> u64 {
    let files = fs::read_dir(folder).unwrap();
    files.map(|f| f.unwrap().metadata().unwrap().len()).sum()
}

/// What `doctor` says of the growth, where git is told to collect at 1,000 objects.
fn doctor(bench: &Bench, top: &Path) {
    bench.git(top, &["config", "gc.auto", "1000"]);
    let doctor = bench
        .command(top, &bench.program, &["doctor"])
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    let due = said
        .lines()
        .find(|l| l.contains("git gc"))
        .unwrap_or("nothing");
    println!("doctor: {due}");
    bench.git(top, &["config", "--unset", "gc.auto"]);
}
