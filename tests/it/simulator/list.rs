//! Lists as their writer sees them: in brackets or in lines.

use super::page::Page;

/// A list as it is written.
pub enum List {
    Flow(Vec<String>),
    /// The space before the dash, and the lines of each item.
    Block(String, Vec<Vec<String>>),
}

pub fn rewrite(page: &mut Page, field: &str, change: impl FnOnce(&mut List)) {
    let (segment, key) = match field {
        "themes" => ("manuscript", "  themes"),
        field => (field, field),
    };
    let lines: Vec<String> = match page.get(segment) {
        Some(s) => s
            .lines
            .iter()
            .filter(|l| !l.starts_with('#'))
            .cloned()
            .collect(),
        None if field == "themes" => vec!["manuscript:".into()],
        None => Vec::new(),
    };
    let head = lines.iter().position(|l| l.starts_with(&format!("{key}:")));
    let (before, own, after) = match (head, field) {
        (Some(at), "themes") => (&lines[..at], &lines[at..=at], &lines[at + 1..]),
        (None, "themes") => (&lines[..], &lines[..0], &lines[..0]),
        _ => (&lines[..0], &lines[..], &lines[..0]),
    };
    let mut list = read(key, own);
    change(&mut list);
    let (before, after) = (before.to_vec(), after.to_vec());
    page.set(segment, [before, write(key, &list), after].concat());
}

pub fn read(key: &str, own: &[String]) -> List {
    let Some((head, rest)) = own.split_first() else {
        return List::Flow(Vec::new());
    };
    let value = head[key.len() + 1..].trim();
    if value.is_empty() && !rest.is_empty() {
        let mut items: Vec<Vec<String>> = Vec::new();
        let mut dash = None;
        for line in rest {
            let starts = line.trim_start().starts_with("- ");
            let indent = line[..line.len() - line.trim_start().len()].to_owned();
            if starts && dash.as_ref().is_none_or(|d| *d == indent) {
                dash = Some(indent);
                items.push(Vec::new());
            }
            match items.last_mut() {
                Some(item) => item.push(line.clone()),
                None => items.push(vec![line.clone()]),
            }
        }
        return List::Block(dash.unwrap_or_default(), items);
    }
    let inner = value.trim_start_matches('[').trim_end_matches(']');
    let mut items = vec![String::new()];
    let mut depth = 0;
    for c in inner.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        items.last_mut().unwrap().push(c);
    }
    let items = items.iter().map(|i| i.trim()).filter(|i| !i.is_empty());
    List::Flow(items.map(str::to_owned).collect())
}

pub fn write(key: &str, list: &List) -> Vec<String> {
    match list {
        List::Flow(items) => vec![format!("{key}: [{}]", items.join(", "))],
        List::Block(_, items) if items.is_empty() => vec![format!("{key}:")],
        List::Block(_, items) => {
            let mut lines = vec![format!("{key}:")];
            lines.extend(items.iter().flatten().cloned());
            lines
        }
    }
}
