//! The three versions that a merge starts from.

/// The three versions that a merge starts from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ThreeWay<T> {
    /// The common ancestor.
    pub base: T,
    /// The side that the merge is made on.
    pub ours: T,
    /// The side that is merged in.
    pub theirs: T,
}

impl<T> ThreeWay<T> {
    /// Builds a value from its three versions.
    pub const fn new(base: T, ours: T, theirs: T) -> Self {
        Self { base, ours, theirs }
    }

    /// Applies `f` to each version.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> ThreeWay<U> {
        ThreeWay {
            base: f(self.base),
            ours: f(self.ours),
            theirs: f(self.theirs),
        }
    }

    /// Applies a fallible `f` to each version; the first error wins.
    ///
    /// # Errors
    /// The first error of `f`, in the order base, ours, theirs.
    pub fn try_map<U, E>(self, mut f: impl FnMut(T) -> Result<U, E>) -> Result<ThreeWay<U>, E> {
        Ok(ThreeWay {
            base: f(self.base)?,
            ours: f(self.ours)?,
            theirs: f(self.theirs)?,
        })
    }

    /// Each version with the one of `other`.
    pub fn zip<U>(self, other: ThreeWay<U>) -> ThreeWay<(T, U)> {
        ThreeWay {
            base: (self.base, other.base),
            ours: (self.ours, other.ours),
            theirs: (self.theirs, other.theirs),
        }
    }

    /// The versions: base, ours, theirs.
    pub fn into_array(self) -> [T; 3] {
        [self.base, self.ours, self.theirs]
    }

    /// The three versions by reference.
    pub const fn as_ref(&self) -> ThreeWay<&T> {
        ThreeWay {
            base: &self.base,
            ours: &self.ours,
            theirs: &self.theirs,
        }
    }

    /// The same merge seen from the other side: what tests ask for, since the side must
    /// not matter.
    #[must_use]
    pub fn swapped(self) -> Self {
        Self {
            base: self.base,
            ours: self.theirs,
            theirs: self.ours,
        }
    }
}

impl<T: PartialEq> ThreeWay<T> {
    /// The result if the trivial rules decide: the sides agree, or only one of them
    /// differs from the base. `None` if both differ, and from each other.
    pub fn trivial(self) -> Option<T> {
        if self.ours == self.theirs || self.theirs == self.base {
            Some(self.ours)
        } else if self.ours == self.base {
            Some(self.theirs)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trivial_takes_the_side_that_moved() {
        assert_eq!(ThreeWay::new(1, 1, 2).trivial(), Some(2));
        assert_eq!(ThreeWay::new(1, 2, 1).trivial(), Some(2));
        assert_eq!(ThreeWay::new(1, 2, 2).trivial(), Some(2));
        assert_eq!(ThreeWay::new(1, 2, 3).trivial(), None);
    }
}
