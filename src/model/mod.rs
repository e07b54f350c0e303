//! Records, values, forms, plans, events and effects.
