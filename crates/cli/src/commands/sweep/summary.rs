//! The table of a sweep with a row for each instance.

use anstyle::{AnsiColor, Style};
use hwtasks::TaskStatus;

use crate::instances::Instance;
use crate::output::Output;
use crate::task::TaskRow;
use crate::terminal::printable;

/// The width of the instance column: IDs are UUIDs.
const ID_WIDTH: usize = 36;
/// The widest column of names.
const MAX_NAME_WIDTH: usize = 32;
/// The width of the columns of numbers, with their gaps.
const NUMBERS_WIDTH: usize = 26;
/// The narrowest column beside the instance in which an error is wrapped, and the newest task shown.
const MIN_WIDTH: usize = 20;
/// The indent of an error below its instance.
const INDENT: usize = 2;

/// The columns of the instances: those that fit, known before the first row.
pub(super) struct Summary {
    shows_id: bool,
    /// The width of the column of names; 0 without one.
    names: usize,
    /// The terminal's width, if lines are cut to it.
    width: Option<usize>,
    /// Whether a line was cut.
    cut: bool,
}

impl Summary {
    pub(super) fn new<'i>(
        output: &Output,
        instances: impl Iterator<Item = &'i Instance> + Clone,
    ) -> Self {
        let names = instances.clone().filter_map(|of| of.name.as_deref());
        let widths = names.map(|name| console::measure_text_width(&printable(name)));
        let names = widths
            .max()
            .map_or(0, |width| width.clamp(4, MAX_NAME_WIDTH));
        let all_named = instances.into_iter().all(|of| of.name.is_some());
        let width = output.fitted_width().map(usize::from);
        let whole = ID_WIDTH + 2 + names + 2 + NUMBERS_WIDTH + MIN_WIDTH;
        let shows_id = !all_named || names == 0 || width.is_none_or(|width| width >= whole);
        Self {
            shows_id,
            names,
            width,
            cut: false,
        }
    }

    /// The columns of an instance, padded.
    fn label(&self, id: &str, name: &str) -> String {
        let mut label = String::new();
        if self.shows_id {
            label.push_str(&format!("{id:<ID_WIDTH$}  "));
        }
        if self.names > 0 {
            let name = console::truncate_str(name, self.names, "…");
            label.push_str(&console::pad_str(
                &name,
                self.names,
                console::Alignment::Left,
                None,
            ));
            label.push_str("  ");
        }
        label
    }

    fn instance(&self, instance: &Instance) -> String {
        let name = printable(instance.name.as_deref().unwrap_or("-"));
        self.label(&instance.id, &name)
    }

    pub(super) fn header(&mut self) -> String {
        let (bold, label) = (Style::new().bold(), self.label("INSTANCE", "NAME"));
        self.fit(&format!(
            "{bold}{label}TASKS  RUNNING  FAILED  NEWEST{bold:#}"
        ))
    }

    pub(super) fn tasks(&mut self, instance: &Instance, tasks: &[TaskRow]) -> String {
        let running = tasks.iter().filter(|task| !task.has_ended()).count();
        let is_failed = |task: &&TaskRow| task.is_in(&TaskStatus::Failed);
        let failed = tasks.iter().filter(is_failed).count();
        let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
        let style = if failed > 0 { red } else { Style::new() };
        let newest = tasks.iter().max_by_key(|task| task.created.get());
        let newest = newest.map(|task| {
            format!(
                "{} {}",
                task.shown_status(),
                task.name.as_deref().unwrap_or("-")
            )
        });
        let newest = printable(newest.as_deref().unwrap_or("-"));
        let label = self.instance(instance);
        self.fit(&format!(
            "{label}{:>5}  {running:>7}  {style}{failed:>6}{style:#}  {newest}",
            tasks.len(),
        ))
    }

    /// The row of an instance that failed: the error is wrapped, never cut.
    pub(super) fn error(&self, instance: &Instance, error: &str) -> String {
        let red = Style::new().fg_color(Some(AnsiColor::Red.into()));
        let label = self.instance(instance);
        let beside = console::measure_text_width(&label);
        let (indent, room, between) = match self.width {
            None => (beside, None, ""),
            Some(width) if width.saturating_sub(beside) >= MIN_WIDTH => {
                (beside, Some(width - beside), "")
            }
            // Below the instance.
            Some(width) => (INDENT, Some(width.saturating_sub(INDENT).max(1)), "\n  "),
        };
        let error = format!("error: {}", printable(error));
        let lines = match room {
            None => vec![error.into()],
            Some(room) => textwrap::wrap(&error, room),
        };
        let text = lines.join(&format!("\n{}", " ".repeat(indent)));
        let text = text.replacen("error:", &format!("{red}error:{red:#}"), 1);
        match between {
            "" => format!("{label}{text}\n"),
            _ => format!("{}{between}{text}\n", label.trim_end()),
        }
    }

    /// A line cut to the terminal's width, if there is a terminal.
    fn fit(&mut self, line: &str) -> String {
        let line = match self.width {
            Some(width) => {
                self.cut |= console::measure_text_width(line) > width;
                console::truncate_str(line, width, "…")
            }
            None => line.into(),
        };
        format!("{line}\n")
    }

    /// What the table does not show, and how to see it.
    pub(super) fn missing(&self) -> Option<String> {
        let left_out = (!self.shows_id).then_some("columns left out: INSTANCE");
        let cut = self.cut.then_some("cut: lines that end with …");
        let parts: Vec<&str> = [left_out, cut].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| format!("{}; -o wide shows them whole", parts.join("; ")))
    }
}
