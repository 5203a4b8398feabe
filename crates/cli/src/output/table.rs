//! Tables that fit the terminal.

use anstyle::{AnsiColor, Style};
use comfy_table::{Attribute, Cell, ColumnConstraint, ContentArrangement, Row, Width, presets};

use super::machine::{Check, State};
use super::records::CsvTable;
use crate::terminal::printable;

/// A column: its name, and how it shrinks in a narrow terminal.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    name: String,
    fit: Fit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// Never cut: to be copied, or short.
    Whole,
    /// Cut to the remaining width, but not below this one.
    Cut(u16),
    /// Left out before anything is cut; the lowest number first.
    Dropped(u8),
}

impl Column {
    pub(crate) fn whole(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            fit: Fit::Whole,
        }
    }

    pub(crate) fn cut(name: impl Into<String>) -> Self {
        Self::cut_to(MIN_CUT_WIDTH, name)
    }

    /// A column that is cut, but not below a width.
    pub(crate) fn cut_to(least: u16, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            fit: Fit::Cut(least),
        }
    }

    /// A column that is left out; those with the lowest rank first.
    pub(crate) fn dropped(rank: u8, name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            fit: Fit::Dropped(rank),
        }
    }
}

/// The smallest width of a column that is cut.
const MIN_CUT_WIDTH: u16 = 12;
/// The space between two columns.
const GAP: u16 = 2;

/// Rows of cells below a header.
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// A table with the rows of a CSV table.
    pub(super) fn of(rows: &CsvTable) -> Self {
        let mut table = Self::new(rows.header.iter().map(Column::cut).collect());
        for row in &rows.rows {
            table.row(row.iter().map(|text| plain(text)).collect());
        }
        table
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The table, fitted to a terminal's width if there is one.
    pub(crate) fn render(&self, width: Option<u16>) -> FittedTable {
        let mut table = self.built();
        let left_out = match width {
            Some(width) => self.fit(&mut table, width),
            None => Vec::new(),
        };
        let text = lines(&table);
        let name = |at: &usize| self.columns.get(*at).map(|column| column.name.clone());
        let cut = match width {
            Some(_) => self.cut_columns(&text),
            None => Vec::new(),
        };
        FittedTable {
            left_out: left_out.iter().filter_map(name).collect(),
            cut: cut.iter().filter_map(name).collect(),
            text,
        }
    }

    /// The columns with a cell that a line of this text does not hold whole.
    fn cut_columns(&self, text: &str) -> Vec<usize> {
        let columns = self.columns.iter().enumerate();
        let shrinking = columns.filter(|(_, column)| matches!(column.fit, Fit::Cut(_)));
        let is_cut = |at: usize| {
            let rows = self.rows.iter().zip(text.lines().skip(1));
            rows.filter_map(|(cells, line)| Some((cells.get(at)?, line)))
                .any(|(cell, line)| !line.contains(cell.content().trim()))
        };
        shrinking
            .map(|(at, _)| at)
            .filter(|at| is_cut(*at))
            .collect()
    }

    /// The lines of the table at full width, with minimum column widths, and the actual widths.
    pub(super) fn render_wide(&self, least: &[u16]) -> (String, Vec<u16>) {
        let mut table = self.built();
        let least = least.iter().copied().chain(std::iter::repeat(0));
        let widths = table.column_max_content_widths().into_iter().zip(least);
        let widths: Vec<u16> = widths.map(|(width, least)| width.max(least)).collect();
        for (column, width) in table.column_iter_mut().zip(&widths) {
            let width = Width::Fixed(width.saturating_add(GAP));
            column.set_constraint(ColumnConstraint::Absolute(width));
        }
        (lines(&table), widths)
    }

    fn built(&self) -> comfy_table::Table {
        let mut table = comfy_table::Table::new();
        let names = self.columns.iter().map(|column| &column.name);
        let bold = |name| Cell::new(name).add_attribute(Attribute::Bold);
        let mut header = Row::from(names.map(bold).collect::<Vec<_>>());
        header.max_height(1);
        table
            .load_style(presets::NOTHING)
            .enforce_styling()
            .set_truncation_indicator("…")
            .set_header(header);
        table.style_text_only();
        for cells in &self.rows {
            let mut row = Row::from(cells.clone());
            row.max_height(1);
            table.add_row(row);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, GAP));
        }
        table
    }

    /// Fits the table to a width; returns the columns that are left out.
    fn fit(&self, table: &mut comfy_table::Table, width: u16) -> Vec<usize> {
        let mut widths = table.column_max_content_widths();
        let least = |widths: &[u16]| -> u16 {
            let columns = self.columns.iter().zip(widths);
            columns
                .filter(|(_, width)| **width > 0)
                .map(|(column, width)| {
                    let needed = match column.fit {
                        Fit::Cut(least) => least.min(*width),
                        Fit::Whole | Fit::Dropped(_) => *width,
                    };
                    needed.saturating_add(GAP)
                })
                .fold(0, u16::saturating_add)
        };
        let mut left_out = Vec::new();
        let columns = self.columns.iter().enumerate();
        let mut ranked: Vec<(u8, usize)> = columns
            .filter_map(|(at, column)| match column.fit {
                Fit::Dropped(rank) => Some((rank, at)),
                Fit::Whole | Fit::Cut(_) => None,
            })
            .collect();
        ranked.sort_unstable();
        for (_, at) in ranked {
            // The gap after the last column is trimmed.
            if least(&widths) > width.saturating_add(GAP) {
                widths[at] = 0;
                left_out.push(at);
            }
        }
        left_out.sort_unstable();
        table.set_content_arrangement(ContentArrangement::Dynamic);
        // The gap after the last column is trimmed.
        table.set_width(width.saturating_add(GAP));
        for (at, column) in self.columns.iter().enumerate() {
            let constraint = match column.fit {
                _ if widths[at] == 0 => ColumnConstraint::Hidden,
                Fit::Cut(_) => continue,
                Fit::Whole | Fit::Dropped(_) => {
                    ColumnConstraint::Absolute(Width::Fixed(widths[at].saturating_add(GAP)))
                }
            };
            if let Some(column) = table.column_mut(at) {
                column.set_constraint(constraint);
            }
        }
        left_out
    }
}

/// The lines of a table, and the columns that did not fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FittedTable {
    pub(crate) text: String,
    left_out: Vec<String>,
    cut: Vec<String>,
}

impl FittedTable {
    /// Whether this table shows more than another.
    pub(crate) fn is_fuller_than(&self, other: &Self) -> bool {
        let lacks = |table: &Self| (table.left_out.len(), table.cut.len());
        lacks(self) < lacks(other)
    }

    /// Which columns did not fit, and how to see them.
    pub(crate) fn missing(&self) -> Option<String> {
        let named = |what: &str, names: &[String]| {
            (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")))
        };
        let parts = [
            named("columns left out", &self.left_out),
            named("cut", &self.cut),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| format!("{}; -o wide shows them whole", parts.join("; ")))
    }
}

fn lines(table: &comfy_table::Table) -> String {
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// A cell with text from outside: on one line, without control characters.
pub(super) fn plain(text: &str) -> Cell {
    Cell::new(printable(text))
}

/// A check of `doctor`, as text.
pub(crate) fn state_line(check: &Check) -> String {
    let (word, color) = match check.state {
        State::Ok => ("ok", AnsiColor::Green),
        State::Warning => ("warning", AnsiColor::Yellow),
        State::Failed => ("FAILED", AnsiColor::Red),
        State::Skipped => ("skipped", AnsiColor::BrightBlack),
    };
    let style = Style::new().fg_color(Some(color.into()));
    let message = printable(&check.message);
    let mut text = format!("{style}{word:<8}{style:#} {:<15} {message}\n", check.name);
    let below = [("help", &check.advice), ("request", &check.request_id)];
    let below = below
        .into_iter()
        .filter_map(|(name, line)| Some((name, line.as_ref()?)));
    let causes = check.causes.iter().map(|cause| ("caused by", cause));
    for (name, line) in below.chain(causes) {
        text.push_str(&format!("{:<9}{name}: {}\n", "", printable(line)));
    }
    text
}
