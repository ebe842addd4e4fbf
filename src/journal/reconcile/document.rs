//! A whole document: split, parse, merge, check, join; or git's own result.

use super::Stop;
use super::assemble;
use super::collection::{self, Place};
use super::entry::{Context, Rulings};
use super::eol;
use super::leaf::Bodies;
use super::loss;
use super::member::Side;
use super::output::{Meaning, Pick, Piece, marked, picked};
use super::report::Report;
use super::top::{self, Top};
use super::view::Form;
use super::whole::Ends;
use crate::journal::document::Document;
use crate::journal::rules::{Rule, Rules};
use crate::journal::yaml::{Tree, Value};
use crate::merge::{LineMerge, Markers, ThreeWay, is_binary};

/// The kind of the merged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Frontmatter between fences, and a body.
    Markdown,
    /// YAML alone.
    Yaml,
}

/// The reason given when there is only a body to merge.
pub const NO_FRONTMATTER: &str = "no frontmatter";

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
    /// As `git merge-file` writes it, for this reason.
    Git(String),
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

/// A result in parts: the frontmatter with its fences, the body, whether they have
/// markers, and the decisions.
struct Made {
    front: Vec<u8>,
    body: Vec<u8>,
    conflict: bool,
    report: Report,
}

impl Merger<'_> {
    /// Merges three versions of a file. The same three versions give the same
    /// bytes on every machine, and with the sides swapped, unless there is a conflict.
    ///
    /// # Errors
    /// The message of git's line merge, if it cannot merge at all.
    pub fn merge(&self, sides: ThreeWay<&[u8]>) -> Result<Merged, String> {
        if [sides.base, sides.ours, sides.theirs]
            .into_iter()
            .any(is_binary)
        {
            return self.by_line(sides, "a binary file".into());
        }
        let (texts, [front, body]) = match self.kind {
            FileKind::Markdown => eol::unify_parts(sides),
            FileKind::Yaml => eol::unify_whole(sides),
        };
        let texts = texts.as_ref().map(|t| t.as_ref());
        let made = match self.kind {
            FileKind::Markdown => self.markdown(texts),
            FileKind::Yaml => self.yaml(texts),
        };
        match made {
            // Whatever prevented a merge by field: a change of one side alone is not a
            // conflict.
            Ok(Made { conflict: true, .. }) if let Some(taken) = sides.trivial() => Ok(Merged {
                bytes: taken.to_vec(),
                conflict: false,
                outcome: Outcome::ByField,
                report: Report::default(),
            }),
            Ok(made) => Ok(Merged {
                bytes: [front.write(made.front), body.write(made.body)].concat(),
                conflict: made.conflict,
                outcome: Outcome::ByField,
                report: made.report,
            }),
            Err(stop) => {
                let reason = match stop {
                    Stop::Refuse(reason) => reason,
                    Stop::Conflict => "the frontmatter as a whole conflicts".into(),
                };
                self.by_line(sides, reason)
            }
        }
    }

    /// git's own result for these three files: by line, or for a binary file ours
    /// and a conflict.
    ///
    /// # Errors
    /// The message of git's line merge, if it cannot merge at all.
    pub fn by_line(&self, sides: ThreeWay<&[u8]>, reason: String) -> Result<Merged, String> {
        let (bytes, conflict) = if [sides.base, sides.ours, sides.theirs]
            .into_iter()
            .any(is_binary)
        {
            let kept = if self.virtual_base {
                sides.base
            } else {
                sides.ours
            };
            (kept.to_vec(), true)
        } else {
            let merged = self.lines.merge(sides, &self.markers)?;
            (merged.bytes, merged.conflict)
        };
        Ok(Merged {
            bytes,
            conflict,
            outcome: Outcome::Git(reason),
            report: Report::default(),
        })
    }

    fn markdown(&self, texts: ThreeWay<&[u8]>) -> Result<Made, Stop> {
        let docs = texts.map(Document::split);
        for (text, name) in named(texts) {
            if Document::fences(text) == crate::journal::document::Fences::Unclosed {
                return Err(Stop::Refuse(format!(
                    "{name}: the frontmatter has no closing `---`"
                )));
            }
        }
        let has = docs.map(|d| d.has_frontmatter());
        let body = self.body(docs.map(|d| d.body))?;
        let (front, conflict, report) = match (has.ours, has.theirs) {
            (false, false) if !has.base => return Err(Stop::Refuse(NO_FRONTMATTER.into())),
            (false, false) => (Vec::new(), false, Report::default()),
            (true, true) => {
                let fronts = utf8(docs.map(|d| d.frontmatter))?;
                let texts = docs.map(|d| String::from_utf8_lossy(d.body));
                let merged = String::from_utf8_lossy(&body.0);
                let bodies = Bodies {
                    ours: &texts.ours,
                    theirs: &texts.theirs,
                    merged: (!body.1).then_some(&*merged),
                };
                let (text, conflict, report) = self.front(fronts, bodies)?;
                let fence = |f: fn(&Document) -> Vec<u8>| -> Vec<u8> {
                    let f = docs.as_ref().map(|d| d.has_frontmatter().then(|| f(d)));
                    match f.clone().trivial() {
                        Some(fence) => fence.unwrap_or_default(),
                        None => f.ours.min(f.theirs).unwrap_or_default(),
                    }
                };
                let mut front = fence(|d| d.open.to_vec());
                front.extend(text.into_bytes());
                front.extend(fence(|d| d.close.to_vec()));
                (front, conflict, report)
            }
            // The frontmatter may have stood in what was the body until one side took the
            // lines above it away, and may be edited there by the other.
            (_, _) if !has.base && body.1 && has_fence(docs.base.body) => {
                return Err(Stop::Refuse(
                    "one side's new frontmatter may be the other's body".into(),
                ));
            }
            (ours, _) => {
                let only = if ours { docs.ours } else { docs.theirs };
                let front = [only.open, only.frontmatter, only.close].concat();
                if !has.base {
                    utf8(docs.map(|d| d.frontmatter))?;
                    (front, false, Report::default())
                } else if only.frontmatter == docs.base.frontmatter {
                    (Vec::new(), false, Report::default())
                } else {
                    return Err(Stop::Refuse(
                        "one side removed the frontmatter, the other changed it".into(),
                    ));
                }
            }
        };
        let mut front = front;
        if !front.is_empty() && !front.ends_with(b"\n") && !body.0.is_empty() {
            front.push(b'\n');
        }
        Ok(Made {
            front,
            body: body.0,
            conflict: conflict || body.1,
            report,
        })
    }

    fn yaml(&self, texts: ThreeWay<&[u8]>) -> Result<Made, Stop> {
        const BOM: char = '\u{FEFF}';
        let texts = utf8(texts)?;
        let bom = texts.map(|t| t.starts_with(BOM)).trivial().unwrap_or(false);
        let newline = texts
            .map(|t| t.ends_with('\n') || t.is_empty())
            .trivial()
            .unwrap_or(true);
        // A last line without its end could not be followed by another.
        let whole = texts.map(|t| {
            let t = t.strip_prefix(BOM).unwrap_or(t);
            if t.ends_with('\n') || t.is_empty() {
                t.to_owned()
            } else {
                format!("{t}\n")
            }
        });
        let (mut text, conflict, report) =
            self.front(whole.as_ref().map(String::as_str), Bodies::default())?;
        if !newline && !conflict && text.ends_with('\n') {
            text.pop();
        }
        if bom {
            text.insert(0, BOM);
        }
        Ok(Made {
            front: text.into_bytes(),
            body: Vec::new(),
            conflict,
            report,
        })
    }

    fn body(&self, bodies: ThreeWay<&[u8]>) -> Result<(Vec<u8>, bool), Stop> {
        if let Some(body) = bodies.trivial() {
            return Ok((body.to_vec(), false));
        }
        let merged = self
            .lines
            .merge(bodies, &self.markers)
            .map_err(Stop::Refuse)?;
        Ok((merged.bytes, merged.conflict))
    }

    /// Merges three frontmatters; each line has its end.
    fn front(&self, texts: ThreeWay<&str>, bodies: Bodies) -> Result<(String, bool, Report), Stop> {
        // The trees are dropped before the result is read again: memory stays bounded.
        let (pieces, decided, report) = self.decide(texts, bodies)?;
        let conflict = pieces.iter().any(|p| matches!(p, Piece::Conflict(_)));
        if conflict {
            check(
                &picked(&pieces, Pick::Theirs),
                decided.clone().on(Pick::Theirs),
            )?;
        }
        check(&picked(&pieces, Pick::Ours), decided.on(Pick::Ours))?;
        Ok((marked(&pieces, &self.markers), conflict, report))
    }

    /// The merged frontmatter and its meaning.
    fn decide(
        &self,
        texts: ThreeWay<&str>,
        bodies: Bodies,
    ) -> Result<(Vec<Piece>, Meaning, Report), Stop> {
        // Lines are counted in the file, where the fence is the first.
        let above = usize::from(self.kind == FileKind::Markdown);
        let parse = |name: &str, text: &str| {
            Tree::parse(text).map_err(|e| {
                Stop::Refuse(format!(
                    "{name}, line {}, column {}: the frontmatter is no YAML that can be merged: {}",
                    e.at.line + above,
                    e.at.column,
                    e.what
                ))
            })
        };
        let trees = ThreeWay::new(
            parse("base", texts.base)?,
            parse("ours", texts.ours)?,
            parse("theirs", texts.theirs)?,
        );
        let side = |text, tree| Side { text, tree };
        let sides = ThreeWay::new(
            side(texts.base, &trees.base),
            side(texts.ours, &trees.ours),
            side(texts.theirs, &trees.theirs),
        );
        let tops = top::in_one_cut(sides.try_map(Top::of)?);
        let mut cx = Context {
            rules: self.rules,
            lines: self.lines,
            virtual_base: self.virtual_base,
            several_bases: self.several_bases,
            rulings: self.rulings,
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
        let views = tops.map(|t| t.view);
        let ends = Some(Ends { heads, tails });
        let mut parts = collection::by_id(&mut cx, &views, &Rule::Map, &place, ends)?;
        let decided = assemble::meaning(&mut parts, form, true);
        let mut pieces: Vec<Piece> = parts.into_iter().flat_map(|p| p.pieces).collect();
        loss::once(&mut pieces, texts);
        Ok((pieces, decided, cx.report))
    }
}

/// Whether a body has a line that could be a fence of frontmatter.
fn has_fence(body: &[u8]) -> bool {
    let mut lines = body.split(|&b| b == b'\n');
    lines.any(|line| line.trim_ascii_end() == b"---")
}

/// Reads a result again: it must mean what was decided.
fn check(text: &str, decided: Option<Value>) -> Result<(), Stop> {
    if !text.is_empty() && !text.ends_with('\n') {
        return Err(Stop::Refuse(
            "the merged frontmatter would run into its fence".into(),
        ));
    }
    let tree = Tree::parse(text)
        .map_err(|e| Stop::Refuse(format!("the merged frontmatter could not be read: {e}")))?;
    if Some(Value::of_tree(&tree, text)) != decided {
        return Err(Stop::Refuse(
            "the merged frontmatter would not say what was decided".into(),
        ));
    }
    Ok(())
}

fn utf8(texts: ThreeWay<&[u8]>) -> Result<ThreeWay<&str>, Stop> {
    let [base, ours, theirs] = named(texts).map(|(text, name)| {
        std::str::from_utf8(text).map_err(|e| {
            Stop::Refuse(format!(
                "{name}: not UTF-8 at byte {} of the frontmatter",
                e.valid_up_to()
            ))
        })
    });
    Ok(ThreeWay::new(base?, ours?, theirs?))
}

const fn named(texts: ThreeWay<&[u8]>) -> [(&[u8], &'static str); 3] {
    [
        (texts.base, "base"),
        (texts.ours, "ours"),
        (texts.theirs, "theirs"),
    ]
}
