use palimpsest::journal::yaml::Tree;
fn main() {
    let t = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    match Tree::parse(&t) {
        Ok(tree) => { println!("{:?}", tree.comments.iter().map(|c| &t[c.clone()]).collect::<Vec<_>>());
            if let Some(r) = &tree.root { r.walk(&mut |n| println!("{:?} {:?} vs={} tag={:?} anchor={:?} {}", n.span, &t[n.span.clone()], n.value_start, n.tag, n.anchor, match &n.kind { palimpsest::journal::yaml::Kind::Seq{items,..} => format!("SEQ {:?}", items.iter().map(|i| i.start).collect::<Vec<_>>()), palimpsest::journal::yaml::Kind::Map{pairs,..} => format!("MAP {:?}", pairs.iter().map(|i| i.start).collect::<Vec<_>>()), k => format!("{k:?}")})); } }
        Err(e) => println!("ERR {e}"),
    }
}
