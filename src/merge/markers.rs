//! Conflict markers as git writes them.

use super::ThreeWay;

/// The style of a conflict, `merge.conflictStyle`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConflictStyle {
    /// `<<<<<<< ours ======= theirs >>>>>>>`
    #[default]
    Merge,
    /// With the base between `|||||||` and `=======`.
    Diff3,
    /// Like diff3, with the lines that both sides start or end with moved outside.
    Zdiff3,
}

impl ConflictStyle {
    /// The style of this name in git's configuration.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "merge" => Some(Self::Merge),
            "diff3" => Some(Self::Diff3),
            "zdiff3" => Some(Self::Zdiff3),
            _ => None,
        }
    }
}

/// The form of markers: length, labels, style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Markers {
    /// The marker's length, 7 unless `conflict-marker-size` says otherwise.
    pub size: usize,
    /// The labels behind the markers.
    pub labels: ThreeWay<String>,
    pub style: ConflictStyle,
}

impl Default for Markers {
    fn default() -> Self {
        Self {
            size: 7,
            labels: ThreeWay::new("base".into(), "ours".into(), "theirs".into()),
            style: ConflictStyle::Merge,
        }
    }
}

impl Markers {
    /// Writes one conflict of whole lines. Lines that both sides start or end
    /// with stand outside, except in diff3, where each side stands whole.
    pub fn write(&self, out: &mut String, sides: ThreeWay<&str>) {
        let ours: Vec<&str> = sides.ours.split_inclusive('\n').collect();
        let theirs: Vec<&str> = sides.theirs.split_inclusive('\n').collect();
        let (mut before, mut after) = (0, 0);
        if self.style != ConflictStyle::Diff3 {
            let least = ours.len().min(theirs.len());
            while before < least && ours[before] == theirs[before] {
                before += 1;
            }
            while after < least - before
                && ours[ours.len() - 1 - after] == theirs[theirs.len() - 1 - after]
            {
                after += 1;
            }
        }
        out.extend(ours[..before].iter().copied());
        self.line(out, '<', Some(&self.labels.ours));
        push_lines(out, &ours[before..ours.len() - after]);
        if self.style != ConflictStyle::Merge {
            self.line(out, '|', Some(&self.labels.base));
            push_lines(out, &[sides.base]);
        }
        self.line(out, '=', None);
        push_lines(out, &theirs[before..theirs.len() - after]);
        self.line(out, '>', Some(&self.labels.theirs));
        out.extend(ours[ours.len() - after..].iter().copied());
    }

    fn line(&self, out: &mut String, mark: char, label: Option<&str>) {
        out.extend(std::iter::repeat_n(mark, self.size));
        if let Some(label) = label.filter(|l| !l.is_empty()) {
            out.push(' ');
            out.push_str(label);
        }
        out.push('\n');
    }
}

fn push_lines(out: &mut String, lines: &[&str]) {
    out.extend(lines.iter().copied());
    if lines
        .last()
        .is_some_and(|l| !l.is_empty() && !l.ends_with('\n'))
    {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(style: ConflictStyle, sides: ThreeWay<&str>) -> String {
        let mut out = String::new();
        let markers = Markers {
            style,
            ..Markers::default()
        };
        markers.write(&mut out, sides);
        out
    }

    fn written(style: ConflictStyle) -> String {
        let sides = ThreeWay::new("a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n");
        of(style, sides)
    }

    #[test]
    fn a_style_has_gits_name() {
        for (name, style) in [
            ("merge", Some(ConflictStyle::Merge)),
            ("diff3", Some(ConflictStyle::Diff3)),
            ("zdiff3", Some(ConflictStyle::Zdiff3)),
            ("fancy", None),
        ] {
            assert_eq!(ConflictStyle::from_name(name), style, "{name}");
        }
    }

    #[test]
    fn a_line_stands_outside_once_and_a_missing_last_newline_is_added_inside() {
        let sides = ThreeWay::new("", "a\na\n", "a\n");
        assert_eq!(
            of(ConflictStyle::Merge, sides),
            "a\n<<<<<<< ours\na\n=======\n>>>>>>> theirs\n"
        );
        let sides = ThreeWay::new("b", "x", "y");
        assert_eq!(
            of(ConflictStyle::Diff3, sides),
            "<<<<<<< ours\nx\n||||||| base\nb\n=======\ny\n>>>>>>> theirs\n"
        );
    }

    #[test]
    fn each_style_as_git_writes_it() {
        assert_eq!(
            written(ConflictStyle::Merge),
            "a\n<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\nc\n"
        );
        assert_eq!(
            written(ConflictStyle::Diff3),
            "<<<<<<< ours\na\nx\nc\n||||||| base\na\nb\nc\n=======\na\ny\nc\n>>>>>>> theirs\n"
        );
        assert_eq!(
            written(ConflictStyle::Zdiff3),
            "a\n<<<<<<< ours\nx\n||||||| base\na\nb\nc\n=======\ny\n>>>>>>> theirs\nc\n"
        );
    }
}
