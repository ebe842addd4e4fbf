//! A whole document: split, parse, merge, check, join; or git's own result.

use std::collections::HashSet;

use super::Stop;
use super::assemble;
use super::by_line::{self, Reason};
use super::collection::{self, OfTop, Place};
use super::entry::{Context, Rulings};
use super::eol;
use super::leaf::Bodies;
use super::loss;
use super::member::Side;
use super::moved;
use super::output::{self, Meaning, Pick, Piece, check, marked, picked};
use super::report::Report;
use super::top::{self, Top};
use super::view::Form;
use super::whole::Ends;
use crate::journal::document::{Document, Fences};
use crate::journal::rules::{Rule, Rules};
use crate::journal::yaml::{Tree, Value};
use crate::merge::{LineMerge, Markers, MergedLines, ThreeWay};

/// The kind of the merged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Frontmatter between fences, and a body.
    Markdown,
    /// YAML alone.
    Yaml,
}

/// All inputs of a merge besides the three texts.
pub struct Merger<'c> {
    pub rules: &'c Rules,
    pub lines: &'c dyn LineMerge,
    pub markers: Markers,
    /// The result becomes the base of another merge (criss-cross): no markers in
    /// the frontmatter, conflicts take the base's value.
    pub virtual_base: bool,
    /// The base is git's own merge of several, and may lack items that all of them had:
    /// for lists in order and keyed lists, too, the removals are asked.
    pub several_bases: bool,
    pub rulings: Rulings<'c>,
    pub kind: FileKind,
}

impl<'c> Merger<'c> {
    /// A merge of Markdown by these alone: nothing was removed, and conflicts are marked as
    /// git marks them where nothing is set.
    #[must_use]
    pub fn plain(rules: &'c Rules, lines: &'c dyn LineMerge) -> Self {
        Self {
            rules,
            lines,
            markers: Markers::default(),
            virtual_base: false,
            several_bases: false,
            rulings: &|_, _, _| None,
            kind: FileKind::Markdown,
        }
    }
}

/// The way in which a result was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Field by field.
    ByField,
    /// As `git merge-file` writes it, for this reason; of pages without frontmatter, as if
    /// no side had changed the line ends.
    Git(Reason),
}

/// A merged document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    pub bytes: Vec<u8>,
    /// Whether there is a conflict: markers were written (or, for a binary file, ours
    /// stands alone).
    pub conflict: bool,
    pub outcome: Outcome,
    pub report: Report,
}

/// A merged frontmatter with its fences, or a whole YAML file.
#[derive(Default)]
struct Front {
    text: Vec<u8>,
    conflict: bool,
    report: Report,
}

impl Front {
    /// A frontmatter in which nothing had to be decided.
    fn of(text: Vec<u8>) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

/// A result in its two parts.
struct Made {
    front: Front,
    body: MergedLines,
}

impl Made {
    const fn is_conflict(&self) -> bool {
        self.front.conflict || self.body.conflict
    }
}

impl Merger<'_> {
    /// Merges three versions of a file. The same three versions give the same
    /// bytes on every machine, and with the sides swapped, unless there is a conflict.
    ///
    /// # Errors
    /// The message of git's line merge, if it cannot merge at all.
    pub fn merge(&self, sides: ThreeWay<&[u8]>) -> Result<Merged, String> {
        if by_line::is_any_binary(sides) {
            return self.by_line(sides, Reason::Found("a binary file".into()));
        }
        // What is left of a whole file is a question, as of a map: a crash and a sync
        // service empty files.
        let is_blank = |text: &[u8]| text.trim_ascii().is_empty();
        let is_emptied = is_blank(sides.ours) || is_blank(sides.theirs);
        if is_emptied && !is_blank(sides.base) && sides.trivial().is_none() {
            return self.by_line(sides, Reason::Found("one side emptied the file".into()));
        }
        let (texts, [front, body]) = match self.kind {
            FileKind::Markdown => eol::unify_parts(sides),
            FileKind::Yaml => eol::unify_whole(sides),
        };
        let differ = eol::differ(&texts);
        let texts = texts.as_ref().map(|t| t.as_ref());
        let made = match self.kind {
            FileKind::Markdown => self.markdown(texts),
            FileKind::Yaml => self.yaml(texts),
        };
        match made {
            // Whatever prevented a merge by field: a change of one side alone is not a
            // conflict.
            Ok(made)
                if made.is_conflict()
                    && let Some(taken) = sides.trivial() =>
            {
                Ok(Merged {
                    bytes: taken.to_vec(),
                    conflict: false,
                    outcome: Outcome::ByField,
                    report: Report::default(),
                })
            }
            Ok(made) => Ok(Merged {
                conflict: made.is_conflict(),
                bytes: [front.write(made.front.text), body.write(made.body.bytes)].concat(),
                outcome: Outcome::ByField,
                report: made.front.report,
            }),
            Err(stop) => {
                let reason = match stop {
                    Stop::FrontGone => return self.by_line_with_fronts(sides),
                    Stop::NoFrontmatter => Reason::NoFrontmatter,
                    Stop::Refuse(reason) => Reason::Found(reason),
                    Stop::Conflict => Reason::Found("the frontmatter as a whole conflicts".into()),
                };
                // Other line ends on one side are no change of every line.
                if differ && reason == Reason::NoFrontmatter {
                    let merged = self.by_line_and_read(texts, reason)?;
                    let bytes = body.write(merged.bytes);
                    return Ok(Merged { bytes, ..merged });
                }
                self.by_line_and_read(sides, reason)
            }
        }
    }

    fn markdown(&self, texts: ThreeWay<&[u8]>) -> Result<Made, Stop> {
        for (name, text) in NAMES.zip(texts).into_array() {
            if Document::fences(text) == Fences::Unclosed {
                return Err(Stop::Refuse(format!(
                    "{name}: the frontmatter has no closing `---`"
                )));
            }
        }
        let docs = texts.map(Document::split);
        let body = self.body(docs.map(|d| d.body))?;
        let mut front = self.fenced(&docs, &body)?;
        if !front.text.is_empty() && !front.text.ends_with(b"\n") && !body.bytes.is_empty() {
            front.text.push(b'\n');
        }
        Ok(Made { front, body })
    }

    /// The merged frontmatter with its fences, if there is any.
    fn fenced(&self, docs: &ThreeWay<Document>, body: &MergedLines) -> Result<Front, Stop> {
        let has = docs.map(|d| d.has_frontmatter());
        match (has.ours, has.theirs) {
            (false, false) if !has.base => Err(Stop::NoFrontmatter),
            (false, false) => Ok(Front::default()),
            (true, true) => self.fenced_on_both(docs, body),
            (ours, _) => {
                let only = if ours { docs.ours } else { docs.theirs };
                if has.base && body.conflict {
                    Err(Stop::FrontGone)
                } else if !has.base && body.conflict && may_be_body(docs.base.body, &only) {
                    Err(Stop::Refuse(
                        "one side's new frontmatter may be the other's body".into(),
                    ))
                } else if !has.base {
                    utf8(docs.map(|d| d.frontmatter))?;
                    Ok(Front::of(
                        [only.open, only.frontmatter, only.close].concat(),
                    ))
                } else if only.frontmatter == docs.base.frontmatter {
                    Ok(Front::default())
                } else {
                    Err(Stop::Refuse(
                        "one side removed the frontmatter, the other changed it".into(),
                    ))
                }
            }
        }
    }

    fn fenced_on_both(&self, docs: &ThreeWay<Document>, body: &MergedLines) -> Result<Front, Stop> {
        let fronts = utf8(docs.map(|d| d.frontmatter))?;
        let bodies = docs.map(|d| String::from_utf8_lossy(d.body));
        let merged = String::from_utf8_lossy(&body.bytes);
        let bodies = Bodies {
            ours: &bodies.ours,
            theirs: &bodies.theirs,
            merged: (!body.conflict).then_some(&*merged),
        };
        let front = self.front(fronts, bodies, "")?;
        let fence = |of: fn(&Document) -> Vec<u8>| -> Vec<u8> {
            let fences = docs.as_ref().map(|d| d.has_frontmatter().then(|| of(d)));
            match fences.clone().trivial() {
                Some(fence) => fence.unwrap_or_default(),
                None => fences.ours.min(fences.theirs).unwrap_or_default(),
            }
        };
        let (open, close) = (fence(|d| d.open.to_vec()), fence(|d| d.close.to_vec()));
        Ok(Front {
            text: [open, front.text, close].concat(),
            ..front
        })
    }

    fn yaml(&self, texts: ThreeWay<&[u8]>) -> Result<Made, Stop> {
        const BOM: &str = "\u{FEFF}";
        let texts = utf8(texts)?;
        let bom = texts.map(|t| t.starts_with(BOM)).trivial().unwrap_or(false);
        let is_ended = |t: &str| t.ends_with('\n') || t.is_empty();
        let newline = texts.map(is_ended).trivial().unwrap_or(true);
        // A last line without its end could not be followed by another.
        let whole = texts.map(|t| {
            let t = t.strip_prefix(BOM).unwrap_or(t);
            match is_ended(t) {
                true => t.to_owned(),
                false => format!("{t}\n"),
            }
        });
        let mark = if bom { BOM } else { "" };
        let whole = whole.as_ref().map(String::as_str);
        let mut front = self.front(whole, Bodies::default(), mark)?;
        if !newline && !front.conflict {
            front.text.pop_if(|last| *last == b'\n');
        }
        let body = MergedLines {
            bytes: Vec::new(),
            conflict: false,
        };
        Ok(Made { front, body })
    }

    fn body(&self, bodies: ThreeWay<&[u8]>) -> Result<MergedLines, Stop> {
        if let Some(body) = bodies.trivial() {
            return Ok(MergedLines {
                bytes: body.to_vec(),
                conflict: false,
            });
        }
        let merged = self.lines.merge(bodies, &self.markers);
        merged.map_err(Stop::Refuse)
    }

    /// Merges three frontmatters; each line has its end. The result begins with `mark`.
    fn front(&self, texts: ThreeWay<&str>, bodies: Bodies, mark: &str) -> Result<Front, Stop> {
        // The trees are dropped before the result is read again: memory stays bounded.
        let (mut pieces, decided, report) = self.decide(texts, bodies)?;
        let conflict = pieces.iter().any(|p| matches!(p, Piece::Conflict(_)));
        if conflict {
            let decided = decided.clone().on(Pick::Theirs);
            check(&picked(&pieces, Pick::Theirs), decided)?;
        }
        check(&picked(&pieces, Pick::Ours), decided.on(Pick::Ours))?;
        output::put_first(&mut pieces, mark)?;
        Ok(Front {
            text: marked(&pieces, &self.markers).into_bytes(),
            conflict,
            report,
        })
    }

    /// The merged frontmatter and its meaning.
    fn decide(
        &self,
        texts: ThreeWay<&str>,
        bodies: Bodies,
    ) -> Result<(Vec<Piece>, Meaning, Report), Stop> {
        // Lines are counted in the file, where the fence is the first.
        let above = usize::from(self.kind == FileKind::Markdown);
        let parse = |(name, text): (&str, &str)| {
            Tree::parse(text).map_err(|e| {
                Stop::Refuse(format!(
                    "{name}, line {}, column {}: the frontmatter is no YAML that can be merged: {}",
                    e.at.line + above,
                    e.at.column,
                    e.what
                ))
            })
        };
        let trees = NAMES.zip(texts).try_map(parse)?;
        let sides = texts.zip(trees.as_ref());
        let sides = sides.map(|(text, tree)| Side { text, tree });
        let moved = moved::groups(sides, self.rules)?;
        let tops = top::in_one_cut(sides.try_map(Top::of)?);
        let mut cx = Context {
            merger: self,
            bodies,
            report: Report::default(),
        };
        let form = Form::Block {
            relative: 0,
            compact: false,
        };
        let place = Place {
            form,
            path: &[],
            column: 0,
        };
        let (heads, tails) = (tops.as_ref().map(|t| t.head), tops.as_ref().map(|t| t.tail));
        let braces = tops.as_ref().map(|t| t.braces);
        let views = tops.map(|t| t.view);
        let of_top = Some(OfTop {
            ends: Ends { heads, tails },
            moved,
        });
        let mut parts = collection::by_id(&mut cx, &views, &Rule::Map, &place, of_top)?;
        let decided = assemble::take_meaning(&mut parts, form, &Rule::Map);
        let mut pieces: Vec<Piece> = parts.into_iter().flat_map(|p| p.pieces).collect();
        loss::once(&mut pieces, texts);
        if decided == Meaning::Same(Value::Map(Vec::new())) {
            let braces = braces.trivial().unwrap_or(braces.ours.min(braces.theirs));
            pieces.push(Piece::Text(braces.to_owned()));
        }
        Ok((pieces, decided, cx.report))
    }
}

/// Whether a side's new frontmatter may be what stands in the base's body, and may be edited
/// there by the other: that has a fence, or the side made a field of a line of it.
fn may_be_body(base: &[u8], side: &Document) -> bool {
    let lines = |text| <[u8]>::split(text, |&b| b == b'\n').map(<[u8]>::trim_ascii_end);
    let is_of_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let key = |line: &[u8]| line.iter().take_while(|b| is_of_word(**b)).count();
    let has_key = |line: &&[u8]| key(line) > 0 && line.get(key(line)) == Some(&b':');
    let fields = lines(side.frontmatter).filter(has_key);
    let fields: HashSet<&[u8]> = fields.map(|line| &line[..key(line)]).collect();
    let stay: HashSet<&[u8]> = lines(side.body).collect();
    lines(base).any(|line| {
        let word = line.iter().position(u8::is_ascii_alphanumeric);
        let word = &line[word.unwrap_or(line.len())..];
        line == b"---" || (fields.contains(&word[..key(word)]) && !stay.contains(line))
    })
}

/// What messages call the three versions.
const NAMES: ThreeWay<&str> = ThreeWay::new("base", "ours", "theirs");

fn utf8(texts: ThreeWay<&[u8]>) -> Result<ThreeWay<&str>, Stop> {
    NAMES.zip(texts).try_map(|(name, text)| {
        std::str::from_utf8(text).map_err(|e| {
            Stop::Refuse(format!(
                "{name}: not UTF-8 at byte {} of the frontmatter",
                e.valid_up_to()
            ))
        })
    })
}
