//! Random choices that are the same on every run.

/// A small generator of its own, so that a failing seed fails everywhere.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// One of the choices.
    pub fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[usize::try_from(self.roll(choices.len() as u64)).unwrap()]
    }

    /// Each choice with a chance of a third.
    pub fn some<'a>(&mut self, choices: &[&'a str]) -> Vec<&'a str> {
        choices
            .iter()
            .filter(|_| self.roll(3) == 0)
            .copied()
            .collect()
    }
}
