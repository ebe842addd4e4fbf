//! Something before the program, where git calls it.

use crate::sandbox::Machine;

/// A shell line before the program, for the drivers and the hooks.
pub(super) struct Wrapper<'a, 'b> {
    laptop: &'a Machine<'b>,
    program: String,
}

impl<'a, 'b> Wrapper<'a, 'b> {
    pub(super) fn new(laptop: &'a Machine<'b>) -> Self {
        let line = laptop
            .git(["config", "merge.palimpsest.driver"])
            .ok()
            .stdout;
        let program = line.strip_prefix("p=").unwrap().split(';').next().unwrap();
        let program = program.trim_matches('\'').to_owned();
        let put = format!(
            "s#{program}#{}/wrapper#",
            laptop.dir().parent().unwrap().display()
        );
        let edit = "sed -i \"$0\" .git/config .git/hooks/p*";
        laptop.run_with(&[], "sh", ["-c", edit, &put]).ok();
        let wrapper = Self { laptop, program };
        wrapper.says(":");
        wrapper
    }

    pub(super) fn says(&self, line: &str) {
        let program = &self.program;
        self.is(&format!(
            "#!/bin/sh\nPROGRAM='{program}'\n{line}\nexec '{program}' \"$@\"\n"
        ));
    }

    /// This text stands in the program's place.
    pub(super) fn is(&self, text: &str) {
        self.laptop.write("../wrapper", text);
        self.laptop
            .run_with(&[], "chmod", ["+x", "../wrapper"])
            .ok();
    }
}
