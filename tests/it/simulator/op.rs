//! What somebody does, by dice.

use crate::dice::Dice;

/// One thing that is done on one machine. All that is left open (which entry, which
/// field, which way) is rolled from `luck` when it is played, so that a history is
/// still one when others are taken out of it.
#[derive(Debug, Clone, Copy)]
pub struct Op {
    /// Names what it writes; no two of a history have the same.
    pub serial: u32,
    pub machine: usize,
    pub kind: Kind,
    pub luck: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Edits entries and commits, in one of the forms that git has.
    Edit,
    /// Edits entries and leaves them.
    Draft,
    /// Adds a pool name to one entry, or takes it out, and commits.
    Name,
    /// A note page is written, edited or removed.
    Note,
    /// An entry is made, or made again.
    Create,
    /// An entry goes.
    Delete,
    /// An entry moves to another date.
    Move,
    /// An entry moves to another folder.
    Refile,
    /// Edits, and the last commit is amended.
    Amend,
    Pull,
    PullRebase,
    /// Stashes what is not committed, pulls, puts it back.
    Stash,
    /// Pulls and pushes.
    Share,
    /// Edits and commits on a side branch.
    Side,
    /// Merges, squashes or picks the side branch.
    Join,
    Revert,
    /// A file of an older commit is written back.
    Stale,
    /// Months later expired removals are cleaned up.
    Cleanup,
    /// `metadb sync resolve`
    Resolve,
    /// `metadb tombstone remove`
    Restore,
    /// `metadb tombstone keep`
    Keep,
    /// `metadb restore`
    Undelete,
    /// Commits some hunks of a file alone.
    Part,
    /// Pulls while something is not committed.
    Autostash,
    /// A file gets the other line ends.
    Ends,
    /// Edits, and takes it back.
    Discard,
    /// Resets the last commit.
    Reset,
    /// A commit that mends the last one, squashed into it by a rebase.
    Fixup,
    /// Merges two branches at once.
    Octopus,
    /// A part of the journal goes out of the work tree, or comes back.
    Sparse,
    /// Edits in a linked worktree, merged then.
    Worktree,
    /// Merges a branch, and rebases that merge along with the rest.
    RebaseMerges,
    /// Reverts a part of what a commit did.
    RevertPartly,
    /// `git commit --include FILE`, of another file than is staged.
    Include,
    /// Two machines have the same; one adds a name and takes it back, the other adds
    /// it as well and rebases. Each history ends with it.
    Meet,
}

/// Each kind as often as it stands here.
const KINDS: [(Kind, u64); 34] = [
    (Kind::Edit, 18),
    (Kind::Name, 12),
    (Kind::Draft, 3),
    (Kind::Note, 3),
    (Kind::Create, 3),
    (Kind::Delete, 2),
    (Kind::Move, 1),
    (Kind::Refile, 5),
    (Kind::Amend, 3),
    (Kind::Pull, 9),
    (Kind::PullRebase, 5),
    (Kind::Stash, 2),
    (Kind::Share, 14),
    (Kind::Side, 4),
    (Kind::Join, 4),
    (Kind::Revert, 2),
    (Kind::Stale, 2),
    (Kind::Cleanup, 1),
    (Kind::Resolve, 2),
    (Kind::Restore, 2),
    (Kind::Keep, 1),
    (Kind::Undelete, 2),
    (Kind::Part, 4),
    (Kind::Autostash, 4),
    (Kind::Ends, 2),
    (Kind::Discard, 1),
    (Kind::Reset, 2),
    (Kind::Fixup, 2),
    (Kind::Octopus, 1),
    (Kind::Sparse, 1),
    (Kind::Worktree, 2),
    (Kind::RebaseMerges, 4),
    (Kind::RevertPartly, 4),
    (Kind::Include, 2),
];

/// How many machines there are, whether one is a phone, and what happens.
#[derive(Debug, Clone)]
pub struct Plan {
    pub machines: usize,
    /// The last machine's git knows neither hooks nor drivers.
    pub phone: bool,
    /// All machines have one name.
    pub alike: bool,
    /// By how many days each machine's clock goes wrong.
    pub skew: [i64; 5],
    pub ops: Vec<Op>,
}

/// The history of a seed.
pub fn plan(seed: u64, length: usize) -> Plan {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5eed);
    dice.roll(2);
    let machines = [2, 2, 3, 3, 4, 5][below(&mut dice, 6)];
    let phone = dice.roll(3) == 0;
    // One machine may be away for a third of the time.
    let away = (dice.roll(2) == 0).then(|| (below(&mut dice, machines), below(&mut dice, length)));
    let total = KINDS.iter().map(|(_, weight)| weight).sum();
    let mut ops = Vec::new();
    for step in 0..length {
        let mut machine = below(&mut dice, machines);
        if let Some((who, from)) = away
            && who == machine
            && (from..from + length / 3).contains(&step)
        {
            machine = (machine + 1) % machines;
        }
        let mut roll = dice.roll(total);
        let kind = KINDS.iter().find(|(_, weight)| {
            let hit = roll < *weight;
            roll = roll.wrapping_sub(*weight);
            hit
        });
        ops.push(Op {
            serial: u32::try_from(step).unwrap() + 1,
            machine,
            kind: kind.unwrap().0,
            luck: dice.roll(1 << 30),
        });
    }
    ops.push(Op {
        serial: u32::try_from(length).unwrap() + 1,
        machine: below(&mut dice, machines),
        kind: Kind::Meet,
        luck: dice.roll(1 << 30),
    });
    let mut clocks = Dice(seed ^ 0xc10c);
    clocks.roll(2);
    let wrong = |_| i64::try_from(clocks.roll(801)).unwrap() - 400;
    Plan {
        machines,
        phone,
        skew: match seed % 4 {
            1 => [0; 5].map(wrong),
            _ => [0; 5],
        },
        alike: seed.is_multiple_of(4),
        ops,
    }
}

/// A number below `sides`.
pub fn below(dice: &mut Dice, sides: usize) -> usize {
    usize::try_from(dice.roll(sides as u64)).unwrap()
}
