//! Who is who, while entries come and go.

use super::*;

/// Which person each entry's spelling is.
fn people(machine: &Machine<'_>) -> Vec<String> {
    let (store, _) = index(machine, "data/steps.db", Scope::All);
    let rows = store.dump().unwrap();
    let of = rows.iter().filter(|row| row.starts_with("entry_people"));
    of.cloned().collect()
}

#[test]
fn an_entry_that_is_gone_does_not_say_who_is_who() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry(DATES[0], "people: [Orla]\n", "One.\n");
    machine.palimpsest(["init"]).ok();
    machine.write_entry(DATES[1], "people: [Orla Pennyfold]\n", "One.\n");
    machine.commit("Begin");
    let before = people(&machine);
    let slip = "people: [Orla Pennyfolt, '@Moth (Orla)', '@Moth']\n";
    machine.write_entry(DATES[2], slip, "One.\n");
    machine.commit("A slip of the pen");
    assert_ne!(people(&machine)[..2], before);
    for commit in [false, true] {
        if commit {
            machine.commit("Without it");
        } else {
            machine.remove(&crate::sandbox::entry(DATES[2]));
        }
        assert_eq!(people(&machine)[..2], before);
        assert_eq!(differing(&machine).0, [] as [&str; 0]);
        // The index shows it as it was.
        machine
            .metadb(["show", DATES[2]])
            .ok()
            .says("People:        Orla Pennyfolt");
    }
    machine.metadb(["restore", "Entry", DATES[2]]).ok();
    assert_ne!(people(&machine)[..2], before);
    assert_eq!(differing(&machine).0, [] as [&str; 0]);
}

#[test]
fn an_alias_of_a_name_that_is_an_alias_itself_is_indexed() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write(".git/info/exclude", "*.db*\n");
    let fields =
        "people: ['@Orla (Bram)']\ndates: [{date: 2030-01-02, people: ['@Moth (Orla)']}]\n";
    machine.write_entry(DATES[0], fields, "One.\n");
    people(&machine);
    machine.write_entry(DATES[1], "people: [Ida]\n", "One.\n");
    people(&machine);
    assert_eq!(differing(&machine).0, [] as [&str; 0]);
    let (store, _) = index(&machine, "data/steps.db", Scope::All);
    assert_eq!(store.check().unwrap(), [] as [&str; 0]);
}
