//! What the output shows of each row, and in which format it is written.

use std::collections::BTreeSet;
use std::io::{BufWriter, IsTerminal as _, Write};

use jiff::tz::TimeZone;

use super::row::Row;
use crate::base::Time;
use crate::cli::out::Out;
use crate::cli::{Failure, Output};
use crate::export::{self, Column, Columns, Fit, When};
use crate::kinds::KindDef;
use crate::kinds::facts::Element;
use crate::model::Kind;
use crate::query::Query;
use crate::ui::format;

/// A format with its columns.
pub(super) struct Shape {
    output: Output,
    kind: Kind,
    columns: Columns,
    /// Whether the columns were named.
    chosen: bool,
}

/// A row as JSON and YAML have it.
pub(super) fn element<'r>(row: &'r Row, only: Option<&'r [usize]>) -> Element<'r, Row> {
    Element::of(row, row.account.as_deref()).only(only)
}

impl Shape {
    /// `chosen`: the columns that `--columns` names.
    pub(super) fn of(def: &'static KindDef, output: Output, chosen: Option<Columns>, query: &Query) -> Shape {
        let kind = Kind(def.info);
        let is_chosen = chosen.is_some();
        let columns = chosen.unwrap_or_else(|| {
            let mut columns = match output {
                Output::Csv => {
                    let fields = (0..kind.fields.len()).map(Column::Field);
                    let list = [Column::Account, Column::Field(kind.region())].into_iter().chain(fields).collect();
                    return Columns { kind, list };
                }
                Output::Wide => Columns::wide(kind),
                _ => Columns::usual(kind),
            };
            columns.add_query(query);
            columns
        });
        Shape { output, kind, columns, chosen: is_chosen }
    }

    /// Whether names stand for ids.
    pub(super) fn is_for_readers(&self) -> bool {
        matches!(self.output, Output::Table | Output::Wide | Output::Markdown)
    }

    /// Positions of the fields that are shown.
    pub(super) fn fields(&self) -> Box<dyn Iterator<Item = usize> + '_> {
        let tags = self.kind.tags_aside().filter(|_| self.columns.has_tags());
        match self.output {
            Output::Json | Output::Jsonl | Output::Yaml if !self.chosen => Box::new(0..self.kind.fields.len()),
            Output::Ids => Box::new(std::iter::empty()),
            _ => Box::new(self.columns.fields().chain(tags)),
        }
    }

    /// Positions of those that were named on the command line.
    pub(super) fn named(&self) -> Box<dyn Iterator<Item = usize> + '_> {
        if self.chosen { self.fields() } else { Box::new(std::iter::empty()) }
    }

    /// Writes the rows to standard output; `joined`: they come from several regions or accounts. `zone` is asked for only where dates are for
    /// readers: to find it the folder of all zones is walked.
    pub(super) fn print(
        mut self,
        rows: &[Row],
        joined: bool,
        now: Time,
        zone: impl FnOnce() -> TimeZone,
    ) -> Result<(), Failure> {
        let terminal = std::io::stdout().is_terminal();
        let mut out = BufWriter::new(Out::open());
        let when = When { now, zone: if self.is_for_readers() { zone() } else { TimeZone::UTC } };
        let only: Option<Vec<usize>> = self.chosen.then(|| self.columns.fields().collect());
        let only = only.as_deref();
        if joined && !self.chosen && self.is_for_readers() {
            let several = |of: fn(&Row) -> Option<&str>| rows.iter().map(of).collect::<BTreeSet<_>>().len() > 1;
            let accounts = several(|r| r.account.as_deref());
            self.columns.add_places(accounts, several(|r| r.scope.region_code().map(|r| r.as_str())));
        }
        if self.output == Output::Wide && !self.chosen && !rows.is_empty() {
            // A wide list has what any row has; what none has only pushes that out of sight.
            let says = |c: &Column| {
                rows.iter().any(|r| ![format::EMPTY, format::UNKNOWN, ""].contains(&&*self.columns.text(c, r, &when)))
            };
            let list = self.columns.list.iter().filter(|c| says(c)).cloned().collect();
            self.columns.list = list;
        }
        let columns = &self.columns;
        match self.output {
            Output::Json => super::json(rows, only, &mut out)?,
            Output::Jsonl => export::json_lines(rows.iter().map(|r| element(r, only)), &mut out)?,
            Output::Yaml => export::yaml(rows.iter().map(|r| element(r, only)), &mut out)?,
            Output::Csv => export::csv(rows, columns, terminal, &mut out)?,
            Output::Markdown => export::markdown(rows, columns, &when, &mut out)?,
            Output::Wide => export::table(rows, columns, &when, Fit::Whole, &mut out)?,
            Output::Table => {
                // A terminal that does not say how wide it is has 80 columns.
                let room = || crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns));
                let fit = if terminal { Fit::Cut(room()) } else { Fit::Whole };
                export::table(rows, columns, &when, fit, &mut out)?;
            }
            Output::Ids => export::ids(rows, terminal, &mut out)?,
        }
        out.flush()?;
        Ok(())
    }
}
