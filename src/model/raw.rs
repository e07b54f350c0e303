//! AWS's own words about one row, for reading.

use crate::base::Time;

/// What AWS answered about a row: as text, visible, without secrets, bounded.
#[derive(Debug, Clone, PartialEq)]
pub struct RawAnswer {
    /// When it was asked.
    pub at: Time,
    /// One for each answer.
    pub parts: Vec<RawPart>,
}

/// One answer, or the row's own part of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawPart {
    /// As it came.
    pub came: RawText,
    /// As the AWS CLI prints it, as JSON and as YAML, where it is known how that is.
    pub cli: Option<[RawText; 2]>,
}

/// An answer in one way of writing it.
#[derive(Debug, Clone, PartialEq)]
pub struct RawText {
    /// Service, operation, and the way to the part: `ec2 DescribeInstances  Reservations[].Instances[]`.
    pub title: String,
    /// All of its lines.
    pub lines: Vec<String>,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RawStyle {
    /// JSON, as the AWS CLI prints it.
    #[default]
    Json,
    /// YAML, as the AWS CLI prints it.
    Yaml,
    /// As it came.
    Came,
}

impl RawStyle {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            RawStyle::Json => RawStyle::Yaml,
            RawStyle::Yaml => RawStyle::Came,
            RawStyle::Came => RawStyle::Json,
        }
    }
    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            RawStyle::Json => "JSON",
            RawStyle::Yaml => "YAML",
            RawStyle::Came => "as it came",
        }
    }
}

impl RawPart {
    /// Written in this way, or as it came where that is not known.
    pub fn text(&self, style: RawStyle) -> &RawText {
        match (style, &self.cli) {
            (RawStyle::Json, Some([json, _])) => json,
            (RawStyle::Yaml, Some([_, yaml])) => yaml,
            _ => &self.came,
        }
    }
}

impl RawAnswer {
    /// All of it, to be copied.
    pub fn whole(&self, style: RawStyle) -> String {
        let parts: Vec<String> = self.parts.iter().map(|p| p.text(style).lines.join("\n")).collect();
        parts.join("\n\n")
    }
    /// Whether it can be written as the AWS CLI prints it.
    pub fn has_styles(&self) -> bool {
        self.parts.iter().any(|p| p.cli.is_some())
    }
}
