//! `palimpsest merges`: the decisions that merges on this machine made by themselves.

use clap::Args;
use serde_json::Value;

use super::shown::safe;
use super::{Exit, Ui};
use crate::repo::Repo;
use crate::sync::merge_log;

/// List what merges on this machine decided by themselves, newest first
#[derive(Debug, Args)]
pub struct Merges {
    /// How many merged files to list
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// As JSON, one list
    #[arg(long)]
    json: bool,
}

impl Merges {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let mut merges = merge_log::read(&Repo::from_env()?)?;
        let nothing = merges.is_empty();
        merges.reverse();
        merges.truncate(self.limit);
        if self.json {
            ui.json(&merges)?;
            return Ok(Exit::Ok);
        }
        if nothing {
            ui.line("No merge decided anything by itself here")?;
        }
        for merge in &merges {
            let text = |key: &str| safe(merge[key].as_str().unwrap_or_default()).into_owned();
            ui.line(format_args!("{}  {}", text("at"), text("file")))?;
            for field in list(&merge["fields"]) {
                let path: Vec<&str> = list(&field["path"]).filter_map(Value::as_str).collect();
                let rule = field["rule"]
                    .as_str()
                    .map(|r| format!(" ({r})"))
                    .unwrap_or_default();
                let decision = field["decision"].as_str().unwrap_or_default();
                ui.line(format_args!(
                    "  {}: {decision}{rule}",
                    safe(&path.join("."))
                ))?;
            }
            for kept in list(&merge["kept_out"]) {
                let part = |key: &str| safe(kept[key].as_str().unwrap_or_default()).into_owned();
                ui.line(format_args!(
                    "  {}: {} kept out, it was removed",
                    part("table"),
                    part("item")
                ))?;
            }
        }
        Ok(Exit::Ok)
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
