//! The parser's errors in words for people: what was found and what was expected.

use granit_parser::ErrorKind;

/// The most characters of a line that a message quotes.
const TOLD: usize = 30;

/// The explanation of an error; `rest` is the line from the error's place on.
pub(super) fn explain(kind: &ErrorKind, rest: &str) -> String {
    let found = found(rest);
    match kind {
        ErrorKind::InvalidColonPlacement => {
            "a `:` where no key can be; expected the bracket above to be closed first, or quotes \
             around text with a `:`"
                .into()
        }
        ErrorKind::MappingValueNotAllowed => {
            "a `:` that makes no key here; expected a key in line with the keys around it, or \
             quotes around a value that holds `: `"
                .into()
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            format!("{found} is no key; expected `key: value`, with a space behind the colon")
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => format!(
            "{found} stands at no indentation that is open; expected a key in line with the keys \
             above, or an item in line with the items of its list"
        ),
        ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
            "a `- ` behind something else; expected each item of such a list on a line of its own"
                .into()
        }
        kind if is_of_tab(kind) => "a tab; expected spaces, which alone indent YAML".into(),
        ErrorKind::UnexpectedCharacter { character } if character.is_control() => format!(
            "a control character, U+{:04X}; expected text without it, or its escape between \
             double quotes",
            u32::from(*character)
        ),
        ErrorKind::UnexpectedCharacter { character } => format!(
            "`{character}` begins no value; expected quotes around text that begins with it: \
             \"{}\"",
            word(rest)
        ),
        ErrorKind::UnknownAnchor => format!(
            "`{}` refers to no anchor above; expected quotes around it if it is text",
            word(rest)
        ),
        ErrorKind::MissingAnchorOrAliasName => format!(
            "{found} names nothing; expected quotes around text that begins with `&` or `*`"
        ),
        ErrorKind::UndeclaredTagHandle => format!(
            "`{}` is a tag that is not known; expected quotes around it if it is text",
            word(rest)
        ),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            let quote = if rest.starts_with('\'') { '\'' } else { '"' };
            format!("a quote that is not closed; expected {quote} at the end of the value")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => format!(
            "{found} behind the closing quote; expected the end of the value: a quote inside is \
             written twice, ''"
        ),
        ErrorKind::InvalidTrailingDoubleQuotedScalar => format!(
            "{found} behind the closing quote; expected the end of the value: a quote inside is \
             written \\\""
        ),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidUnicodeEscape => {
            "an escape that YAML does not have; expected \\\\ for a backslash, or single quotes \
             around the value"
                .into()
        }
        ErrorKind::CommentNotSeparated => format!(
            "{found} begins no value: `#` begins a comment; expected quotes around text that \
             begins with `#`"
        ),
        ErrorKind::UnclosedFlowCollection { open } if comment(rest).is_some() => format!(
            "a `{open}` that is not closed: `{}` is a comment; expected quotes around text that \
             begins with `#`",
            comment(rest).unwrap_or_default()
        ),
        ErrorKind::UnclosedFlowCollection { open } => format!(
            "a `{open}` that is not closed; expected `{}` before the frontmatter ends, or quotes \
             around text that begins with `{open}`",
            closing(*open)
        ),
        ErrorKind::MisplacedFlowCollectionEnd => {
            format!("{found} closes nothing; expected quotes around it if it is text")
        }
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            let right = closing(*open);
            format!("`{close}` where a `{open}` is open; expected `{right}`")
        }
        ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::ExpectedFlowMappingSeparator => format!(
            "{found} in a list in brackets; expected one item between two commas, and the \
             closing bracket behind the last"
        ),
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => format!(
            "{found} behind `|` or `>`; expected the end of the line, and the text indented on \
             the lines below"
        ),
        ErrorKind::InvalidQuotedScalarIndent
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::InvalidBlockScalarIndent => {
            format!("{found} is indented too little; expected it further in than its key")
        }
        other => format!(
            "{other}; expected lines such as `key: value`, and quotes around text with special \
             characters"
        ),
    }
}

/// Whether an error is about a tab where spaces are expected.
pub(super) const fn is_of_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar
    )
}

fn closing(open: char) -> char {
    if open == '{' { '}' } else { ']' }
}

/// The word right behind a `#`, which was probably not meant as a comment: a real comment
/// has a space there.
fn comment(rest: &str) -> Option<&str> {
    let (at, _) = rest.match_indices(" #").find(|(at, _)| {
        let word = rest[at + 2..].chars().next();
        word.is_some_and(char::is_alphanumeric)
    })?;
    Some(rest[at + 1..].trim_end())
}

/// The rest of the line in quotes, shortened.
fn found(rest: &str) -> String {
    let rest = rest.trim();
    match rest.char_indices().nth(TOLD) {
        None if rest.is_empty() => "the end of the line".into(),
        None => format!("`{rest}`"),
        Some((end, _)) => format!("`{}…`", &rest[..end]),
    }
}

/// The first word of the rest of the line.
fn word(rest: &str) -> &str {
    let end = rest.find([' ', ',', ']', '}']).unwrap_or(rest.len());
    rest[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use crate::journal::yaml::Tree;

    #[test]
    fn each_mistake_is_told_with_what_was_expected() {
        let mut wrong = Vec::new();
        for (text, place, told) in [
            ("city: a: b", "1:8", "quotes around a value that holds `: `"),
            ("city: x\n  n: 1", "2:4", "in line with the keys around it"),
            ("people:\n\t- Bob", "2:2", "a tab; expected spaces"),
            ("people:\n  - Al\n\t- Bob", "3:1", "a tab; expected spaces"),
            (
                "tags: [#sea]",
                "1:8",
                "quotes around text that begins with `#`",
            ),
            (
                "tags: [rain, #sea]",
                "1:7",
                "quotes around text that begins with `#`",
            ),
            (
                "city: \"Lisbon",
                "1:7",
                "expected \" at the end of the value",
            ),
            ("city: 'Lis", "1:7", "expected ' at the end of the value"),
            (
                "people: [Al, Bob",
                "1:9",
                "a `[` that is not closed; expected `]`",
            ),
            (
                "people: {Al",
                "1:9",
                "a `{` that is not closed; expected `}`",
            ),
            (
                "people: [Al}",
                "1:9",
                "`}` where a `[` is open; expected `]`",
            ),
            ("people: ]", "1:9", "`]` closes nothing"),
            ("people: [Al,, Bob]", "1:13", "one item between two commas"),
            (
                "people:\n  - Al\n - Bob",
                "3:2",
                "`- Bob` stands at no indentation",
            ),
            (
                "people:\n- Al\ncity: x\n- Bob",
                "4:3",
                "in line with the items of its list",
            ),
            (
                "people: [@Moth]",
                "1:10",
                "quotes around text that begins with it: \"@Moth\"",
            ),
            ("people:\n- @Moth (Al)", "2:3", "`@` begins no value"),
            ("city: %x", "1:7", "`%` begins no value"),
            ("city: \u{7}x", "1:7", "a control character, U+0007"),
            ("city: `x`", "1:7", "``` begins no value"),
            ("city: *foo", "1:7", "`*foo` refers to no anchor above"),
            (
                "city: & x",
                "1:7",
                "quotes around text that begins with `&` or `*`",
            ),
            ("city: !a!b c", "1:7", "`!a!b` is a tag that is not known"),
            (
                "city: \"a\" b",
                "1:11",
                "`b` behind the closing quote; expected the end",
            ),
            (
                "city: 'it's'",
                "1:11",
                "a quote inside is written twice, ''",
            ),
            ("city: \"a\\q\"", "1:7", "expected \\\\ for a backslash"),
            (
                "city: x\nfoo",
                "2:1",
                "`foo` is no key; expected `key: value`",
            ),
            ("x: 1\ncity:Lisbon", "2:1", "with a space behind the colon"),
            ("notes: |\n a\nb", "3:1", "`b` is no key"),
            (
                "people: - Al",
                "1:9",
                "each item of such a list on a line of its own",
            ),
            (
                "x: >5z\n a",
                "1:4",
                "expected the end of the line, and the text indented",
            ),
        ] {
            let shown = Tree::parse(text).unwrap_err().to_string();
            if !(shown.starts_with(place) && shown.contains(told) && shown.contains("expected")) {
                wrong.push(format!("{text:?}: {shown}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
