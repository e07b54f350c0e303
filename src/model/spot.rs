//! What the mouse can be on. Where things stand is told by what draws them.

/// What stands at a place of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// The table, beside its rows.
    Table,
    /// The row at this position of the view's order.
    Row(usize),
    /// The heading of the column of this field.
    Title(usize),
    /// The detail.
    Detail,
    /// The page of the detail with this number, from 0.
    Page(usize),
    /// The line of a board with this number.
    Line(usize),
    /// Something that lies over the table.
    Layer,
    /// The entry of what lies uppermost, among those that are shown; of a picker, what can be chosen besides rows.
    Entry(usize),
    /// A form's field with this number.
    Field(usize),
    /// The value of that field, where a click changes it or opens what it is chosen from.
    Value(usize),
    /// The sign beside the focused field's value that leads to the next choice, or the one before.
    Step(bool),
    /// The row and the column of the focused field's table.
    Cell(usize, usize),
    /// The line of a form that leads to the plan.
    Continue,
}
