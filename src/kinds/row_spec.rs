//! Rows made of what a service answers: a kind's fields with what reads them, its states, and the record that both come to.

use arcstr::ArcStr;

use super::convert::{Converter, no_tags, own};
use crate::model::behind;
use crate::model::{FieldInfo, FieldList, Kind, KindInfo, Record, Tags, Tone, Value};

/// Where a field's value comes from.
enum Source<T> {
    /// The row's id.
    Id,
    /// The row's name; an empty one is none.
    Name,
    /// The row's state.
    State,
    /// The answer.
    Answer(fn(&T, &mut Converter) -> Value),
    /// A side table.
    Side,
}

/// A field, and what reads it of a `T`: the SDK's own type, or a struct where a row is made of two answers.
pub struct Field<T> {
    info: FieldInfo,
    source: Source<T>,
}

impl<T> Field<T> {
    /// The row's id.
    pub const fn id(info: FieldInfo) -> Self {
        Field { info, source: Source::Id }
    }
    /// The row's name.
    pub const fn name(info: FieldInfo) -> Self {
        Field { info, source: Source::Name }
    }
    /// The row's state.
    pub const fn state(info: FieldInfo) -> Self {
        Field { info, source: Source::State }
    }
    /// What a side table has: see [`FieldInfo::from_side`].
    pub const fn side(info: FieldInfo) -> Self {
        Field { info, source: Source::Side }
    }
}

/// A field that is read of the answer. Texts that repeat from row to row go through the converter, which shares them.
pub const fn field<T>(info: FieldInfo, read: fn(&T, &mut Converter) -> Value) -> Field<T> {
    Field { info, source: Source::Answer(read) }
}

/// A kind's fields, in the order of a record's values.
pub struct Fields<T: 'static>(pub &'static [Field<T>]);

impl<T> FieldList for Fields<T> {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn at(&self, i: usize) -> &'static FieldInfo {
        self.0.get(i).map_or_else(|| behind::info(i.saturating_sub(self.0.len())), |f| &f.info)
    }
}

/// AWS's words for the states of something, and how each should look. A word that is not among them is AWS's newest, and is shown
/// as it is in the tone [`Tone::Unknown`].
pub struct States(pub &'static [(&'static str, Tone)]);

impl States {
    /// How a word should look.
    pub fn tone(&self, word: &str) -> Tone {
        self.0.iter().find(|(w, _)| *w == word).map_or(Tone::Unknown, |(_, tone)| *tone)
    }
    /// A row's state; one that AWS left out is unknown, and has no word.
    pub fn state(&self, word: Option<&str>, converter: &mut Converter) -> (Tone, ArcStr) {
        (self.tone(word.unwrap_or_default()), converter.shared(word).unwrap_or_default())
    }
    /// A field of the type state; none if AWS left it out.
    pub fn value(&self, word: Option<&str>, converter: &mut Converter) -> Value {
        let Some(text) = converter.shared(word) else { return Value::Empty };
        Value::State(self.tone(&text), text)
    }
}

/// Reads a part of a row out of a `T`.
type Part<T, P> = fn(&T, &mut Converter) -> P;

/// How the rows of a kind are made of `T`s.
pub struct RowSpec<T: 'static> {
    info: &'static KindInfo,
    fields: &'static Fields<T>,
    id: fn(&T) -> Option<&str>,
    name: Option<fn(&T) -> Option<&str>>,
    state: Option<Part<T, (Tone, ArcStr)>>,
    tags: Option<Part<T, (Tags, ArcStr)>>,
}

impl<T> RowSpec<T> {
    /// Rows with an id; an answer without one is no row.
    pub const fn new(info: &'static KindInfo, fields: &'static Fields<T>, id: fn(&T) -> Option<&str>) -> Self {
        RowSpec { info, fields, id, name: None, state: None, tags: None }
    }
    /// With a name of their own. Without, the tag `Name` is the name.
    #[must_use]
    pub const fn named(mut self, name: fn(&T) -> Option<&str>) -> Self {
        self.name = Some(name);
        self
    }
    /// With a state.
    #[must_use]
    pub const fn stated(mut self, state: fn(&T, &mut Converter) -> (Tone, ArcStr)) -> Self {
        self.state = Some(state);
        self
    }
    /// With tags, and the value of the tag `Name` ([`Converter::tags`]).
    #[must_use]
    pub const fn tagged(mut self, tags: fn(&T, &mut Converter) -> (Tags, ArcStr)) -> Self {
        self.tags = Some(tags);
        self
    }

    /// The row of one; `None` if it has no id.
    pub fn record(&self, item: &T, converter: &mut Converter) -> Option<Record> {
        let id = own((self.id)(item))?;
        let (tags, tag_name) = self.tags.map_or_else(|| (no_tags(), ArcStr::new()), |tags| tags(item, converter));
        let name = match self.name {
            None => tag_name,
            Some(name) => match name(item) {
                Some(name) if name == id => id.clone(),
                name => own(name).unwrap_or_default(),
            },
        };
        let state = self.state.map(|state| state(item, converter));
        // What side tables have is unknown here, and unknown values at the end are left out: a record reads them as unknown all
        // the same.
        let stored = self.fields.0.iter().rposition(|f| !matches!(f.source, Source::Side)).map_or(0, |i| i + 1);
        let value = |f: &Field<T>| match f.source {
            Source::Id => Value::Text(id.clone()),
            Source::Name if name.is_empty() => Value::Empty,
            Source::Name => Value::Text(name.clone()),
            Source::State => state.clone().map_or(Value::Unknown, |(tone, word)| Value::State(tone, word)),
            Source::Answer(read) => read(item, converter),
            Source::Side => Value::Unknown,
        };
        let values = self.fields.0[..stored].iter().map(value).collect();
        Some(Record { kind: Kind(self.info), id, name, state, values, tags })
    }
    /// The rows of all.
    pub fn records<'a>(&self, items: impl IntoIterator<Item = &'a T>, converter: &mut Converter) -> Vec<Record> {
        items.into_iter().filter_map(|item| self.record(item, converter)).collect()
    }
}
