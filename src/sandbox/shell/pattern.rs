//! The simple patterns of `grep`: `.`, `*`, `[…]`, `^`, `$`, alternatives, and with -E `+` and `?`. Groups, counts and classes are none of them.
//!
//! All ways through a pattern are followed at once, so that no pattern takes long.
//! <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap09.html>

/// A pattern.
pub(super) struct Pattern {
    alternatives: Vec<Alternative>,
    any_case: bool,
}

#[derive(Default)]
struct Alternative {
    from_start: bool,
    to_end: bool,
    atoms: Vec<Atom>,
}

struct Atom {
    one: One,
    /// Whether it may be left out, and whether it may come again.
    often: (bool, bool),
}

enum One {
    Any,
    Char(char),
    /// Single characters and ranges; whether all others are meant.
    Set(Vec<(char, char)>, bool),
}

impl One {
    fn fits(&self, c: char) -> bool {
        match self {
            One::Any => true,
            One::Char(own) => *own == c,
            One::Set(ranges, others) => ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *others,
        }
    }
}

impl Pattern {
    /// A text that stands for itself.
    pub(super) fn plain(text: &str, any_case: bool) -> Pattern {
        let atom = |c| Atom { one: One::Char(c), often: (false, false) };
        let text = if any_case { text.to_lowercase() } else { text.to_string() };
        let one = Alternative { atoms: text.chars().map(atom).collect(), ..Alternative::default() };
        Pattern { alternatives: vec![one], any_case }
    }

    /// Reads a pattern; `extended` as `grep -E` has it.
    ///
    /// # Errors
    /// What in it is not done here, in a few words.
    pub(super) fn read(text: &str, extended: bool, any_case: bool) -> Result<Pattern, &'static str> {
        let text = if any_case { text.to_lowercase() } else { text.to_string() };
        let mut out = Pattern { alternatives: Vec::new(), any_case };
        let mut one = Alternative::default();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            // Without -E a backslash gives signs their meaning, with it takes it away.
            let (c, sign) = match c {
                '\\' => match chars.next() {
                    Some(next @ ('|' | '+' | '?' | '(' | ')' | '{' | '}')) => (next, !extended),
                    Some(next) if next.is_ascii_alphanumeric() => return Err("a backslash and a letter"),
                    Some(next) => (next, false),
                    None => return Err("a backslash at the end"),
                },
                '|' | '+' | '?' | '(' | ')' | '{' | '}' => (c, extended),
                other => (other, true),
            };
            let atom = |one: One| Atom { one, often: (false, false) };
            match c {
                '|' if sign => out.alternatives.push(std::mem::take(&mut one)),
                '(' | ')' if sign => return Err("a group in a pattern"),
                '{' | '}' if sign => return Err("a count in a pattern"),
                '*' | '+' | '?' if sign && !one.atoms.is_empty() => {
                    if let Some(last) = one.atoms.last_mut() {
                        last.often = (c != '+' || last.often.0, c != '?' || last.often.1);
                    }
                }
                '^' if sign && one.atoms.is_empty() => one.from_start = true,
                '$' if sign && matches!(chars.peek(), None | Some('|' | '\\')) => one.to_end = true,
                '.' if sign => one.atoms.push(atom(One::Any)),
                '[' if sign => one.atoms.push(atom(set(&mut chars)?)),
                c => one.atoms.push(atom(One::Char(c))),
            }
        }
        out.alternatives.push(one);
        Ok(out)
    }

    /// Whether a line has it.
    pub(super) fn is_in(&self, line: &str) -> bool {
        let line = if self.any_case { line.to_lowercase() } else { line.to_string() };
        self.alternatives.iter().any(|a| a.is_in(&line))
    }
}

/// Behind `[`.
fn set(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<One, &'static str> {
    let others = chars.next_if_eq(&'^').is_some();
    let mut ranges: Vec<(char, char)> = Vec::new();
    loop {
        match chars.next() {
            None => return Err("a [ without its ]"),
            Some(']') if !ranges.is_empty() => return Ok(One::Set(ranges, others)),
            Some('[') if chars.peek() == Some(&':') => return Err("a class like [:digit:]"),
            Some(low) => match chars.next_if_eq(&'-') {
                None => ranges.push((low, low)),
                Some(_) => match chars.next() {
                    None => return Err("a [ without its ]"),
                    Some(']') => {
                        ranges.extend([(low, low), ('-', '-')]);
                        return Ok(One::Set(ranges, others));
                    }
                    Some(high) => ranges.push((low, high)),
                },
            },
        }
    }
}

impl Alternative {
    fn is_in(&self, line: &str) -> bool {
        let end = self.atoms.len();
        let mut at = vec![false; end + 1];
        self.arrive(&mut at, 0);
        for c in line.chars() {
            if at[end] && !self.to_end {
                return true;
            }
            let mut next = vec![false; end + 1];
            for (n, atom) in self.atoms.iter().enumerate().filter(|(n, _)| at[*n]) {
                if atom.one.fits(c) {
                    if atom.often.1 {
                        // It may come again, and need not.
                        next[n] = true;
                    }
                    self.arrive(&mut next, n + 1);
                }
            }
            if !self.from_start {
                self.arrive(&mut next, 0);
            }
            at = next;
        }
        at[end]
    }

    /// Before an atom, and behind all that may be left out from there.
    fn arrive(&self, at: &mut [bool], mut n: usize) {
        at[n] = true;
        while self.atoms.get(n).is_some_and(|a| a.often.0) {
            n += 1;
            at[n] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_in(pattern: &str, extended: bool, line: &str) -> bool {
        Pattern::read(pattern, extended, false).expect(pattern).is_in(line)
    }

    #[test]
    fn a_simple_pattern_fits_as_grep_has_it() {
        for (pattern, extended, line, fits) in [
            ("web", false, "my web 1", true),
            ("^web", false, "my web", false),
            ("web$", false, "my web", true),
            ("^$", false, "", true),
            ("w.b", false, "wob", true),
            ("we*b", false, "wb", true),
            ("we*b", false, "weeeb", true),
            ("we+b", false, "we+b", true),
            ("we\\+b", false, "weeb", true),
            ("we+b", true, "wb", false),
            ("colou?r", true, "color", true),
            ("[0-9][0-9]*%", false, "use 42%", true),
            ("[^a-z]", false, "abc", false),
            ("[]x]", false, "]", true),
            ("a\\|b", false, "b", true),
            ("a|b", false, "b", false),
            ("a|b$", true, "cab", true),
            ("10\\.1\\.", false, "10.1.0.7", true),
            ("10\\.1", false, "1001", false),
            ("*a", false, "*a", true),
            ("$HOME", false, "$HOME", true),
            ("열.", false, "열쇠", true),
        ] {
            assert_eq!(is_in(pattern, extended, line), fits, "{pattern} in {line}");
        }
        assert!(Pattern::read("WEB", false, true).expect("a pattern").is_in("my web"));
        assert!(Pattern::plain("a.b", false).is_in("a.b") && !Pattern::plain("a.b", false).is_in("axb"));
        // It ends, however often it may begin anew.
        assert!(!is_in(&format!("{}b", "a*".repeat(60)), false, &"a".repeat(5_000)));
    }

    #[test]
    fn what_is_no_simple_pattern_is_said() {
        for (pattern, extended) in
            [("(a)", true), ("\\(a\\)", false), ("a{2}", true), ("[[:digit:]]", false), ("[a", false), ("\\d", true)]
        {
            assert!(Pattern::read(pattern, extended, false).is_err(), "{pattern}");
        }
    }
}
