//! Arguments of an action, as a palette line and the command line have them: the fields of its form by name or in order, and the rows
//! of its draft table as `+…` and `-KEY`.

use arcstr::ArcStr;

use crate::base::text;
use crate::model::{Choice, FormField, FormInput, FormSpec, FormValue, Values};

/// Reads arguments: `name=value`, the bare name of a toggle, or values for the fields in order. What one of them makes possible
/// (a subnet of the VPC, the highest price of Spot) may stand before it.
///
/// # Errors
/// A sentence about the first that is none.
pub fn read_words(
    words: &[String],
    mut values: Values,
    refine: &dyn Fn(&Values) -> FormSpec,
) -> Result<Values, String> {
    let mut left: Vec<&String> = words.iter().collect();
    loop {
        let (mut wrong, mut later) = (None, Vec::new());
        for word in &left {
            let before = values.clone();
            if let Err(why) = read_word(word, &mut values, refine) {
                values = before;
                wrong.get_or_insert(why);
                later.push(*word);
            }
        }
        match wrong {
            None => return Ok(values),
            Some(why) if later.len() == left.len() => return Err(why),
            Some(_) => left = later,
        }
    }
}

fn read_word(word: &str, values: &mut Values, refine: &dyn Fn(&Values) -> FormSpec) -> Result<(), String> {
    let spec = refine(values);
    let mut tables = spec.fields.iter().filter(|f| matches!(f.input, FormInput::Rows(_))).peekable();
    if tables.peek().is_some() && word.len() > 1 && word.starts_with(['+', '-']) {
        // Of several tables that one is meant which has such columns.
        let mut wrong = None;
        for field in tables {
            let FormInput::Rows(input) = &field.input else { continue };
            let mut edits = values.edits(field.name).to_vec();
            match super::draft_words::read(input, word, &mut edits) {
                Ok(()) => {
                    values.set(field.name, FormValue::Rows(edits));
                    return Ok(());
                }
                Err(why) => drop(wrong.get_or_insert(why)),
            }
        }
        return Err(wrong.unwrap_or_default());
    }
    let named = word.split_once('=').map(|(k, v)| (k.replace('-', "_"), v));
    let by_name = |name: &str| spec.fields.iter().find(|f| f.name == name);
    if let Some((field, value)) = named.as_ref().and_then(|(k, v)| Some((by_name(k)?, *v))) {
        if let FormInput::Rows(input) = &field.input {
            let mut edits = values.edits(field.name).to_vec();
            super::draft_words::read_named(input, value, &mut edits)?;
            values.set(field.name, FormValue::Rows(edits));
            return Ok(());
        }
        values.set(field.name, read(field, value)?);
        row_of(field, values, refine)
    } else if let Some(field) = by_name(&word.replace('-', "_")).filter(|f| f.input == FormInput::Toggle) {
        values.set(field.name, FormValue::Flag(true));
        Ok(())
    } else if let Some((name, _)) = named.as_ref().filter(|(name, _)| is_a_name(name) && by_name("set").is_none()) {
        // A form whose values are themselves `key=value` (tags) takes such a word as a value.
        let names: Vec<&str> = spec.fields.iter().map(|f| f.name).collect();
        let hint = text::suggest(name, names.iter().copied());
        Err(format!("{} has no argument {name}.{hint}", spec.title))
    } else if let Some(field) = spec.fields.iter().find(|f| {
        values.get(f.name).is_none()
            && !matches!(f.input, FormInput::Toggle | FormInput::Rows(_) | FormInput::Lines { .. } | FormInput::Secret)
    }) {
        values.set(field.name, read(field, word)?);
        row_of(field, values, refine)
    } else {
        let name = named.as_ref().map_or(word, |(k, _)| k);
        let hint = text::suggest(name, spec.fields.iter().map(|f| f.name));
        Err(format!("{} has no argument {}.{hint}", spec.title, text::visible(name)))
    }
}

/// What was given for a row becomes its id, or a sentence about what is wrong with it, as far as the rows are loaded.
fn row_of(field: &FormField, values: &mut Values, refine: &dyn Fn(&Values) -> FormSpec) -> Result<(), String> {
    let FormInput::Pick(pick) = &field.input else { return Ok(()) };
    let spec = refine(values);
    let Some(found) = spec.fields.iter().find(|f| f.name == field.name) else { return Ok(()) };
    match &found.error {
        Some(error) if !pick.tables.iter().any(|t| spec.needs.contains(t)) => Err(format!("{}: {error}", field.name)),
        _ => {
            values.set(field.name, found.value.clone());
            Ok(())
        }
    }
}

fn is_a_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase()) && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

fn read(field: &FormField, value: &str) -> Result<FormValue, String> {
    match &field.input {
        FormInput::Toggle => match value {
            "yes" | "true" | "on" => Ok(FormValue::Flag(true)),
            "no" | "false" | "off" => Ok(FormValue::Flag(false)),
            other => Err(format!("{} is yes or no, not {}.", field.name, text::visible(other))),
        },
        FormInput::Choice(choices) if !choices.iter().any(|c| c.value == value) => {
            // What is chosen by its id is found by its name too, if one alone has it.
            let named = |c: &&Choice| c.label.split("  ").next().is_some_and(|name| name == value);
            let mut named = choices.iter().filter(named);
            if let (Some(one), None) = (named.next(), named.next()) {
                return Ok(FormValue::Text(one.value.clone()));
            }
            // Whoever switches something says yes or no, too.
            let switched = match value {
                "yes" | "true" => "on",
                "no" | "false" => "off",
                _ => "",
            };
            if choices.iter().any(|c| c.value == switched) {
                return Ok(FormValue::Text(switched.into()));
            }
            let hint = text::suggest(value, choices.iter().map(|c| c.value.as_str()));
            Err(format!("{} cannot be {}.{hint}", field.name, text::visible(value)))
        }
        FormInput::Lines { .. } if value.starts_with('@') => Ok(FormValue::File(value[1..].into())),
        FormInput::Lines { .. } => {
            Err(format!("{0} cannot be given on a line: use a file, {0}=@FILE, or type it in the form.", field.name))
        }
        FormInput::Secret => Err(format!("{} is a secret: type it in the form.", field.name)),
        FormInput::Rows(_) => Err(format!("{} is a table: +… adds a row, -KEY deletes one.", field.name)),
        _ => Ok(FormValue::Text(ArcStr::from(value))),
    }
}

/// The same for a palette line.
///
/// # Errors
/// A sentence about the first that is none.
pub fn read_arguments(args: &str, values: Values, refine: &dyn Fn(&Values) -> FormSpec) -> Result<Values, String> {
    read_words(&words(args), values, refine)
}

/// Splits at blanks outside double quotes.
fn words(s: &str) -> Vec<String> {
    let (mut out, mut now, mut quoted) = (Vec::new(), String::new(), false);
    for c in s.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => {
                if !now.is_empty() {
                    out.push(std::mem::take(&mut now));
                }
            }
            c => now.push(c),
        }
    }
    if !now.is_empty() {
        out.push(now);
    }
    out
}
