//! Frontmatter in every style that people write, and the edits they make to it.
//!
//! Each word and each comment carries a number of its own and the side that wrote
//! it, so that whatever a merge loses or doubles can be told by its name.

use palimpsest::journal::yaml::Tree;

/// Choices read from bytes: those of a fuzzer, or of a generator.
pub struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    /// A number below `n`; 0 when the bytes are used up.
    pub fn below(&mut self, n: usize) -> usize {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        usize::from(*first) % n.max(1)
    }
}

/// Fields with `K` for the key, `W` for a word and `C` for a comment.
const FIELDS: &[&str] = &[
    "K: W\n",
    "K: W # C\n",
    "K:   W\n",
    "K: \"W W\"\n",
    "K: 'W W'  # C\n",
    "K: [W, W, W]\n",
    "K: [W, W] # C\n",
    "K: [\n  W, # C\n  W,\n  W # C\n]\n",
    "K: [\n  # C\n  W,\n  W,\n]\n",
    "K: [W,\n    W]\n",
    "K: [ W , W ]\n",
    "K: {x: W, y: W}\n",
    "K: { x: W,\n  y: W # C\n}\n",
    "K:\n- W\n- W\n",
    "K:\n  - W # C\n  # C\n  - W\n\n  - W\n",
    "K:\n    - W\n    - \"W\"\n    - W\n",
    "K: # C\n  - W\n  - W\n  # C\n",
    "K:\n  # C\n  - W\n  -   W\n",
    "K:\n  x: W\n  y: W # C\n",
    "K:\n  x:\n    - W\n    - W\n  # C\n  y: {p: W}\n",
    "K:\n  x:\n    p: W\n    q:\n      r: W\n  y: W\n",
    "K:\n- name: W\n  note: W\n- name: W\n  note: W # C\n",
    "K:\n  -\n    name: W\n    note: W\n  - name: W\n    tags: [W, W]\n",
    "K: |\n  W W\n  W\n\n  W\n",
    "K: >-\n  W W\n  W # W\n",
    "K: |+ # C\n  W\n  W\n\n",
    "K: |2\n    W\n  W\n",
    "K: W W\n  W W\n",
    "K: \"W\n  W\"\n",
    "? K\n: W\n",
    "\"K\": W\n",
    "K:\n",
    "K: ~ # C\n",
    "K:\n  - [W, W]\n  - [W]\n",
    "K:\n  - - W\n    - W\n  - - W\n",
    "K:\n  - W\n  -\n  - W\n",
    "K:\n  - 2024-05-03 (W)\n  - date: 2024-05-04\n    context: W\n",
    "K:\n  - W\n  - name: W\n    full_name: W W\n  - W (W W)\n",
    "K:\n  - |\n    W\n    W\n  - W\n",
    "# C\nK: W\n",
    "\n# C\n\nK: [W]\n",
    "K: [{name: W, note: W}, {name: W}]\n",
    "K:\n  - title: W\n    lines: |\n      W\n      W\n  - title: W\n    lines: W\n",
    "K: []\n",
    "K: https://W.example/W#W\n",
    "K: !tag W\n",
    "K:\n  \"x: y\": W\n  'it''s': W\n",
    "K:\n  # C\n\n  - W\n  # C\n\n  # C\n  - W\n# C\n",
    "K: [W, {x: W}, [W, W], 'W, W']\n",
    "K:\n- W: W\n- W: W # C\n",
    "K:\n  - date: 2024-05-04\n    people: [W, W]\n    locations:\n      - W\n  - 2024-05-05\n",
    "K:\n  - date: 2024-05-04\n    context: >\n      W W\n      W\n    tags: [W]\n  # C\n  - date: 2024-05-06\n",
    "K:\n    a: # C\n        - W\n        # C\n        - W\n    b: W\n",
    "K: | # C\n\n  W\n    W\n  W\n",
    "K: >+\n  W\n\n\n",
    "K:\n  - >-\n    W\n    W\n  # C\n  - |+\n    W\n\n",
    "K: [\n  W,\n\n  # C\n  W, W,\n  # C\n]\n",
    "K: [ # C\n  W ] # C\n",
    "K: {\n  x: W, # C\n  y: [W, W],\n}\n",
    "K: {}\n",
    "K:\n\n  - W\n",
    "K:\n  W W\n  W\n",
    "K:\n  'W'\n",
    "K:\n  [W, W]\n",
    "K:\n  - W # C\n    # C\n  - W\n",
    "K:\tW\t# C\n",
    "K:\n  -\tW\n  -\tW\n",
    "K:\n- 1\n- W\n- 1\n",
    "K:\n- name: W\n- name: W\n\n- name: W\n  # C\n",
    "K: \"W\\\n  W\"\n",
    "K: 'W\n\n  W'\n",
    "K:\n  ? W\n  : W\n  ? [W, W]\n  : W\n",
    "K: !W [W, W]\n",
    "K: !W {x: W, y: W}\n",
    "K: !W\n  - W\n  - !W [W, W]\n",
];

const KEYS: &[&str] = &[
    "people",
    "tags",
    "mood",
    "notes",
    "weather",
    "locations",
    "dates",
    "poems",
    "manuscript",
    "gear",
    "city",
];

/// Writes documents and counts what it wrote.
pub struct Author {
    side: char,
    count: usize,
}

impl Author {
    pub fn new(side: char) -> Self {
        Self { side, count: 0 }
    }

    fn fill(&mut self, template: &str, key: &str) -> String {
        let mut out = String::new();
        for c in template.chars() {
            match c {
                'K' => out += key,
                'W' => out += &self.word(),
                'C' => out += &self.comment(),
                c => out.push(c),
            }
        }
        out
    }

    fn word(&mut self) -> String {
        self.count += 1;
        format!("{}{}w", self.side, self.count)
    }

    fn comment(&mut self) -> String {
        self.count += 1;
        format!("{}{}c", self.side, self.count)
    }

    fn field(&mut self, choices: &mut Choices, key: &str) -> String {
        self.fill(FIELDS[choices.below(FIELDS.len())], key)
    }

    /// A frontmatter of up to four fields.
    pub fn document(&mut self, choices: &mut Choices) -> Vec<String> {
        let count = 1 + choices.below(4);
        let from = choices.below(KEYS.len());
        (0..count)
            .map(|i| self.field(choices, KEYS[(from + i) % KEYS.len()]))
            .collect()
    }

    /// A few edits, those left out that make no frontmatter.
    pub fn edit(&mut self, choices: &mut Choices, base: &[String]) -> Vec<String> {
        let mut now = base.to_vec();
        for _ in 0..1 + choices.below(3) {
            if let Some(next) = self.one(choices, now.clone())
                && is_frontmatter(&next.concat())
            {
                now = next;
            }
        }
        now
    }

    fn one(&mut self, choices: &mut Choices, mut fields: Vec<String>) -> Option<Vec<String>> {
        let kind = choices.below(22);
        let at = choices.below(fields.len());
        match kind {
            0 => fields.insert(at, {
                let key = KEYS[choices.below(KEYS.len())];
                self.field(choices, key)
            }),
            1 => {
                let key = key_of(fields.get(at)?)?;
                fields[at] = self.field(choices, &key);
            }
            2 if fields.len() > 1 => {
                fields.remove(at);
            }
            3 => {
                fields.get(at)?;
                let field = fields.remove(at);
                fields.push(field);
            }
            _ => {
                let field = self.inside(choices, fields.get(at)?, kind)?;
                fields[at] = field;
            }
        }
        Some(fields)
    }

    fn inside(&mut self, choices: &mut Choices, field: &str, kind: usize) -> Option<String> {
        let mut lines: Vec<String> = field.split_inclusive('\n').map(str::to_owned).collect();
        let at = choices.below(lines.len());
        let line = lines.get(at)?.clone();
        let indent = &line[..line.len() - line.trim_start_matches(' ').len()];
        match kind {
            4 => lines.insert(at, format!("{indent}# {}\n", self.comment())),
            5 => lines[at] = format!("{} # {}\n", line.trim_end(), self.comment()),
            6 | 7 => {
                let dash = line.find("- ").filter(|&d| line[..d].trim().is_empty())?;
                lines.insert(
                    at + choices.below(2),
                    format!("{}- {}\n", &line[..dash], self.word()),
                );
            }
            8 => {
                lines.remove(at);
            }
            9 => lines.insert(at, "\n".into()),
            10 => return Some(field.replace("\n  ", "\n    ")),
            11 => {
                let colon = line.find(": ").filter(|_| !indent.is_empty())?;
                let _ = colon;
                lines.insert(
                    at,
                    format!("{indent}z{}: {}\n", choices.below(3), self.word()),
                );
            }
            16 => return Some(field.replace("\n    ", "\n  ")),
            17 => return Some(field.replace("\n  ", "\n")),
            18 => {
                let other = choices.below(lines.len());
                lines.swap(at, other);
            }
            19 => {
                let cut = line.find(" #").unwrap_or(line.trim_end().len());
                lines[at] = format!("{}\n", &line[..cut]);
            }
            20 => {
                let to = choices.below(lines.len());
                lines.insert(to, line.clone());
                let words = words(&line);
                for w in words {
                    let new = if w.ends_with('w') {
                        self.word()
                    } else {
                        self.comment()
                    };
                    lines[to] = lines[to].replacen(&w, &new, 1);
                }
            }
            21 => {
                lines[at] = line
                    .replace(": ", ":  ")
                    .replace("- ", "-  ")
                    .replace(", ", ",  ")
            }
            _ => {
                let words = words(&line);
                let word = words.get(choices.below(words.len()))?.clone();
                let new = self.word();
                let kind = if kind == 13 && !line.contains(['[', ',']) {
                    12
                } else {
                    kind
                };
                let with = match kind {
                    12 => new,
                    13 => format!("{word}, {new}"),
                    14 => format!("'{word}'"),
                    _ => {
                        lines[at] = line.replacen(&format!("{word}, "), "", 1);
                        return Some(lines.concat());
                    }
                };
                lines[at] = line.replacen(&word, &with, 1);
            }
        }
        Some(lines.concat())
    }
}

/// Comments out a few lines, takes some out, or puts a comment to use.
pub fn toggled(choices: &mut Choices, mut text: String) -> String {
    for _ in 0..choices.below(3) {
        let (kind, lines) = (choices.below(4), 1 + choices.below(3));
        let from = choices.below(text.lines().count());
        let toggle = |(at, line): (usize, &str)| -> Option<String> {
            let start = line.len() - line.trim_start_matches(' ').len();
            let (indent, rest) = line.split_at(start);
            match kind {
                _ if !(from..from + lines).contains(&at) => Some(line.to_owned()),
                0 => None,
                1 => Some(format!("{indent}{}", rest.trim_start_matches("# "))),
                _ if rest.starts_with(['#', '\n']) => Some(line.to_owned()),
                _ => Some(format!("{indent}# {rest}")),
            }
        };
        let lines = text.split_inclusive('\n').enumerate();
        let next: String = lines.filter_map(toggle).collect();
        if is_frontmatter(&next) {
            text = next;
        }
    }
    text
}

fn key_of(field: &str) -> Option<String> {
    let line = field
        .lines()
        .find(|l| !l.trim().is_empty() && !l.starts_with('#'))?;
    let name = line.trim_start_matches(['?', ' ', '"']);
    Some(name.split([':', '"']).next()?.trim().to_owned())
}

fn is_frontmatter(text: &str) -> bool {
    Tree::parse(text).is_ok_and(|t| t.root.is_none_or(|r| r.pairs().is_some()))
}

/// The numbered words and comments of a text, in order.
pub fn words(text: &str) -> Vec<String> {
    // In quotes a line end is written as `\n`, right before the next word.
    text.replace("\\n", " ")
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| {
            w.len() > 2
                && w.starts_with(['b', 'o', 't'])
                && w.ends_with(['w', 'c'])
                && w[1..w.len() - 1].bytes().all(|b| b.is_ascii_digit())
        })
        .map(str::to_owned)
        .collect()
}
