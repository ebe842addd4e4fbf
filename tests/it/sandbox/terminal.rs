//! A program at a terminal: what it shows, what a person types, and how it ends.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// Far longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program whose input and output are a terminal.
pub struct Terminal {
    keys: File,
    screen: Receiver<Vec<u8>>,
    child: Child,
    /// All that it has shown.
    shown: String,
    /// How much of it [`Terminal::sees`] has passed.
    seen: usize,
}

impl Terminal {
    /// Starts a program.
    #[track_caller]
    pub fn start(mut command: Command) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        let keys = openpt(flags).unwrap();
        grantpt(&keys).unwrap();
        unlockpt(&keys).unwrap();
        let name = ptsname(&keys, Vec::new()).unwrap();
        let end = open(
            name.as_c_str(),
            OFlags::RDWR | OFlags::NOCTTY,
            Mode::empty(),
        )
        .unwrap();
        let end = File::from(end);
        command
            .stdin(end.try_clone().unwrap())
            .stdout(end.try_clone().unwrap())
            .stderr(end);
        let child = command.spawn().unwrap();
        // The terminal hangs up once nobody but the program holds its end.
        drop(command);
        let keys = File::from(keys);
        let mut out = keys.try_clone().unwrap();
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Linux answers with an error once the program is gone.
            while let Ok(n @ 1..) = out.read(&mut bytes) {
                if sender.send(bytes[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            keys,
            screen,
            child,
            shown: String::new(),
            seen: 0,
        }
    }

    /// Waits until it shows this text, behind what was waited for before.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.shown[self.seen..].find(text) {
                self.seen += at + text.len();
                return self;
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(bytes) => self.shown += &String::from_utf8_lossy(&bytes),
                Err(e) => panic!("expected `{text}` on the terminal ({e}):\n{}", self.shown),
            }
        }
    }

    /// Types these keys.
    #[track_caller]
    pub fn types(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// What Ctrl-C does to the program in front.
    #[track_caller]
    pub fn interrupts(&mut self) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
    }

    /// Waits for its end; gives the exit code (-1 when a signal ended it) and all
    /// that it showed.
    #[track_caller]
    pub fn ends(mut self) -> (i32, String) {
        let until = Instant::now() + PATIENCE;
        while let Ok(bytes) = self
            .screen
            .recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            self.shown += &String::from_utf8_lossy(&bytes);
        }
        let status = self.child.wait().unwrap();
        (
            status.code().unwrap_or(-1),
            self.shown.replace("\r\n", "\n"),
        )
    }
}
