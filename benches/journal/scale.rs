//! How time and memory of a first sync grow with the journal.

use std::fs;
use std::time::Duration;

use super::{Bench, children, generator};

const SIZES: [usize; 2] = [10_000, 100_000];
/// In MB, whatever the size.
const MOST_MEMORY: f64 = 300.0;

/// Time an entry and the most memory, at 10,000 entries and at 100,000.
pub fn print(bench: &Bench) {
    let mut each = Vec::new();
    for entries in SIZES {
        let top = bench.root.join(format!("scale-{entries}"));
        fs::create_dir(&top).unwrap();
        generator::write(&top, entries);
        bench.git(&top, &["init", "-q"]);
        bench.git(&top, &["add", "journal", "wiki"]);
        bench.git(&top, &["commit", "-q", "-m", "Begin"]);
        for what in ["first sync", "nothing changed"] {
            let before = children();
            let sync = ["yaml2sql", "sync", "journal/md"];
            let mut child = bench.command(&top, &bench.program, &sync).spawn().unwrap();
            let mut peak = 0.0_f64;
            let status = loop {
                // It only grows, so the last one that is read is the highest.
                peak = peak.max(high_water(child.id()).unwrap_or(0.0));
                match child.try_wait().unwrap() {
                    Some(status) => break status,
                    None => std::thread::sleep(Duration::from_millis(1)),
                }
            };
            assert!(status.success());
            let seconds = children() - before;
            println!(
                "{what:>16} of {entries:>6}: {seconds:6.2} s, {:.3} ms an entry; \
                 {peak:.0} MB at most (goal {MOST_MEMORY:.0})",
                seconds * 1e3 / entries as f64
            );
            if what == "first sync" {
                each.push(seconds / entries as f64);
            }
        }
        fs::remove_dir_all(&top).unwrap();
    }
    println!(
        "an entry's time at {} / at {}: {:.2} (linear: 1)",
        SIZES[1],
        SIZES[0],
        each[1] / each[0]
    );
}

/// The most memory that a process had so far, in MB.
fn high_water(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024.0)
}
