//! Floor 1: the shapes that everything speaks in. Plain data: no SDK types, no terminal, no I/O.

pub mod addresses;
pub mod behind;
pub mod call;
pub mod chart_span;
pub mod connect;
pub mod cost;
pub mod delta;
pub mod derived;
pub mod draft;
pub mod event;
pub mod field;
pub mod field_set;
pub mod files;
pub mod filters;
pub mod form;
pub mod health;
pub mod kind;
mod label;
pub mod memory;
pub mod my_address;
pub mod operation;
pub mod order;
pub mod pick;
pub mod picture;
pub mod plan;
pub mod raw;
pub mod record;
pub mod row_values;
pub mod run;
pub mod saved_view;
pub mod spot;
pub mod table;
pub mod value;
pub mod waiter;

pub use addresses::{Block, Blocks};
pub use behind::Behind;
pub use call::{Arg, Call, Out, Outputs};
pub use chart_span::{ChartSpan, SPANS};
pub use cost::{Cost, CostEffect, Money, Per, PriceList, SEVERAL};
pub use delta::Delta;
pub use derived::{Derived, Input, Inputs};
pub use draft::{Cell, DraftColumn, DraftRow, Preset, RowEdit, RowMark, TableRow};
pub use event::{
    ActEvent, Ask, Effect, Event, Identity, IndexFor, IndexRequest, Indexed, Interest, Level, Message, Meter, Question,
    TableFormat, Trouble, Verdict,
};
pub use field::{Column, Field, FieldInfo, FieldList, FieldType, Fields, Ids, Side, TAGS};
pub use field_set::FieldSet;
pub use filters::{Filters, ServerFilter};
pub use form::{CellError, Choice, FormField, FormInput, FormSpec, FormValue, RowsInput, Values};
pub use kind::{Charts, Kind, KindInfo, OtherCharts, Parent, Scoping};
pub use operation::{Access, Operation, Paging, Retry, Service};
pub use order::SortKey;
pub use pick::Pick;
pub use picture::Picture;
pub use plan::{
    Confirm, Consequence, DryRun, Keep, KnownBy, Plan, RunBatch, Severity, Skipped, Step, StepUndo, Subject, Undo,
};
pub use raw::{RawAnswer, RawPart, RawStyle, RawText};
pub use record::{Link, Record, Tags};
pub use row_values::{RowValues, Shared, SharedPool};
pub use run::{Lost, Progress, RunEntry, RunRecord, StepState, StepTimes, TimelineRow, WaitPlace};
pub use saved_view::{SavedView, SavedViews};
pub use spot::Spot;
pub use table::{Batch, Coverage, Outcome, RowRef, Selector, Sort, TableKey};
pub use value::{Series, Tone, Value};
pub use waiter::Waiter;
