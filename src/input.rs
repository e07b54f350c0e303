//! Keys and chords, free of any terminal library.
