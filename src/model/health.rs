//! How a row is, all told: its own state, unless one of its other fields says that something is wrong with it.

use super::behind::Behind;
use super::field::{FieldInfo, FieldType};
use super::kind::KindInfo;
use super::record::Record;
use super::value::{Tone, Value};

/// What rows can be sorted by besides their fields: what is wrong first. It stands behind a kind's last field
/// ([`KindInfo::worst`]) and is no column.
pub static WORST: FieldInfo =
    FieldInfo::new("worst", "WORST", FieldType::State, "What is wrong first, then what is on its way.");

/// Whether a field says how its row is: a state or a ratio that costs nothing and comes with the list or beside it.
fn counts(field: &FieldInfo) -> bool {
    matches!(field.ty, FieldType::State | FieldType::Ratio) && field.side.is_none_or(|s| !s.paid && !s.on_demand)
}

/// The positions of the fields that say how a row of this kind is.
pub fn fields(kind: &KindInfo) -> impl Iterator<Item = usize> + '_ {
    kind.iter().enumerate().filter(|(_, f)| counts(f)).map(|(i, _)| i)
}

/// How a row is, by its own state and by the values of [`fields`]: bad if one of them is, else as its state says. A row without a state
/// of its own (a target group) goes by the first value. `None`: nothing says how it is.
pub fn tone<'v>(record: &Record, values: impl IntoIterator<Item = &'v Value>) -> Option<Tone> {
    let own = record.state.as_ref().map(|(tone, _)| *tone);
    let mut first = None;
    for value in values {
        let tone = match value {
            Value::Ratio { .. } => value.tone().unwrap_or(Tone::Good),
            // There is nothing that could be well or unwell.
            Value::Empty => Tone::Idle,
            other => other.tone().unwrap_or(Tone::Unknown),
        };
        if tone == Tone::Bad {
            return Some(Tone::Bad);
        }
        first = first.or(Some(tone));
    }
    own.or(first)
}

/// What rows are sorted by, where that is how they are: the worst is the least.
pub fn rank(tone: Option<Tone>) -> &'static Value {
    match tone {
        Some(Tone::Bad) => &Value::Int(0),
        Some(Tone::Busy) => &Value::Int(1),
        Some(Tone::Unknown) => &Value::Int(2),
        Some(Tone::Good) => &Value::Int(3),
        Some(Tone::Idle) => &Value::Int(4),
        None => &Value::Unknown,
    }
}

impl KindInfo {
    /// The position that stands for how a row is, all told, where rows are sorted; `None` if nothing says how they are.
    pub fn worst(&self) -> Option<usize> {
        fields(self).next().map(|_| self.fields.len())
    }
    /// The positions of the fields that a sort by this one looks at.
    pub fn looked_at(&self, field: usize) -> impl Iterator<Item = usize> + '_ {
        let (own, all) = (field < self.fields.len(), field == self.fields.len());
        let aside = self.tags_aside().filter(|_| matches!(self.behind(field), Some(Behind::Tag(_))));
        own.then_some(field).or(aside).into_iter().chain(fields(self).filter(move |_| all))
    }
}
