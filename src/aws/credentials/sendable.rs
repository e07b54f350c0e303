//! Whether a value of the environment or a file can be what it is meant to be. The SDK signs with whatever it is given and panics where
//! a header cannot carry it, so values are looked at before it gets them. No value is ever shown: they are secrets.

use crate::base::{Fault, FaultKind};

/// Refuses control characters, which no HTTP header can carry, and all beyond ASCII, which is in no key or token that AWS gives (what
/// pasting leaves behind: a no-break space, a byte order mark). `what` names the value and where it stands.
///
/// # Errors
/// [`FaultKind::NoCredentials`] with the character and what to do, in one sentence.
pub(crate) fn check(what: &str, value: &str) -> Result<(), Fault> {
    match odd(value) {
        None => Ok(()),
        Some(odd) => Err(Fault::new(
            FaultKind::NoCredentials,
            format!("{what} contains {odd}, which no AWS key has: write it again without that"),
        )),
    }
}

/// The first character that cannot be sent, with its place.
pub(crate) fn odd(value: &str) -> Option<String> {
    let (at, c) = value.chars().enumerate().find(|(_, c)| !matches!(c, ' '..='~'))?;
    let length = value.chars().count();
    let place = match at {
        0 => "at its beginning".to_string(),
        _ if value.chars().skip(at).all(|other| other == c) => "at its end".to_string(),
        _ => format!("as character {} of {length}", at + 1),
    };
    Some(format!("{} {place}", name(c)))
}

fn name(c: char) -> String {
    let known = match c {
        '\r' => "a carriage return (the end of a line on Windows)",
        '\n' => "a line break",
        '\t' => "a tab",
        '\0' => "a NUL character",
        '\u{a0}' => "a no-break space",
        '\u{200b}' => "a zero-width space",
        '\u{feff}' => "a byte order mark",
        '\u{fffd}' => "bytes that are not UTF-8",
        c if c.is_control() => return format!("the control character U+{:04X}", u32::from(c)),
        c => return format!("the character U+{:04X}", u32::from(c)),
    };
    known.to_string()
}

/// Whether a text can be a region: what botocore's `validate_region_name` lets through, a label of a host name. It stands in the host
/// and in the signature.
pub(crate) fn is_region(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_no_header_carries_is_named_with_its_place_and_the_value_is_not() {
        for (value, says) in [
            ("AKIA\r", "AWS_ACCESS_KEY_ID contains a carriage return (the end of a line on Windows) at its end"),
            ("\u{feff}AKIA", "a byte order mark at its beginning"),
            ("AK\u{a0}IA", "a no-break space as character 3 of 5"),
            ("AKIA\n\n", "a line break at its end"),
            ("AKIA\u{1b}", "the control character U+001B at its end"),
            ("AKIAé", "the character U+00E9 at its end"),
            ("AK\u{fffd}IA", "bytes that are not UTF-8 as character 3"),
            ("AKIA\t", "a tab at its end"),
        ] {
            let fault = check("AWS_ACCESS_KEY_ID", value).unwrap_err();
            assert!(fault.message.contains(says), "{value:?}: {fault}");
            assert!(!fault.message.contains("AKIA") && fault.hints.is_empty(), "{value:?}: {fault}");
        }
        assert!(check("x", "AKIA/+=. aB9~").is_ok());
    }

    #[test]
    fn every_value_that_passes_can_stand_in_a_header() {
        for c in (0..0x3000).filter_map(char::from_u32) {
            let value = format!("a{c}b");
            assert!(odd(&value).is_some() || http::HeaderValue::from_str(&value).is_ok(), "{c:?}");
        }
    }

    #[test]
    fn a_region_is_what_a_host_name_can_hold() {
        for yes in ["eu-west-1", "us-gov-west-1", "aws-global", "local", "eu-isoe-west-1"] {
            assert!(is_region(yes), "{yes}");
        }
        for no in ["", "eu-west-1\r", "eu west", "-eu", "eu-", "123", "eu_west_1", "ü", "a.b", "eu-west-1\nx = y"] {
            assert!(!is_region(no), "{no:?}");
        }
    }
}
