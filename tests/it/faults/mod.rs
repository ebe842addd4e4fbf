//! What becomes of everything when a process is killed, or a file cannot be
//! written, at each step there is. Linux only: the steps are system calls, which
//! a tracer (`tracer.c`) counts and gets at.

mod before;
mod exits;
mod exits_after;
mod exits_hook;
mod flushed;
mod kill;
mod limits;
mod look;
mod scenes;
mod stage;
mod together;
mod tracer;
mod wrapper;
