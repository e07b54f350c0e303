//! Composite alarms' rules: `ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA(c))`. Pure.

use super::state::AlarmState;

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Something that no rule has, and where.
    #[error("AlarmRule must not contain anything unexpected near '{0}'")]
    Near(String),
    /// Too deep.
    #[error("AlarmRule has too many elements")]
    TooLong,
    /// An alarm that is not there.
    #[error("Could not save the composite alarm as alarms [{0}] in the alarm rule do not exist")]
    NoAlarm(String),
}

/// Evaluates a rule; `state` knows other alarms by name or ARN.
///
/// # Errors
/// If the rule cannot be read or names an alarm that is not there.
pub fn evaluate(rule: &str, state: &dyn Fn(&str) -> Option<AlarmState>) -> Result<bool, Wrong> {
    let mut p = Parser { rest: rule, state, depth: 0 };
    let value = p.or()?;
    if p.rest.trim().is_empty() { Ok(value) } else { Err(wrong(p.rest)) }
}

/// The names of the alarms that a rule looks at; none of a rule that cannot be read.
pub fn names(rule: &str) -> Vec<String> {
    let seen = std::cell::RefCell::new(Vec::new());
    let note = |name: &str| {
        seen.borrow_mut().push(name.to_owned());
        Some(AlarmState::Ok)
    };
    let read = evaluate(rule, &note);
    if read.is_ok() { seen.into_inner() } else { Vec::new() }
}

fn wrong(rest: &str) -> Wrong {
    Wrong::Near(rest.trim().chars().take(20).collect())
}

struct Parser<'a> {
    rest: &'a str,
    state: &'a dyn Fn(&str) -> Option<AlarmState>,
    depth: usize,
}

impl Parser<'_> {
    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start();
        let ends = |r: &str| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        match rest.get(..word.len()).filter(|w| w.eq_ignore_ascii_case(word)).and_then(|_| rest.get(word.len()..)) {
            Some(after) if ends(after) || word == "(" || word == ")" => {
                self.rest = after;
                true
            }
            _ => false,
        }
    }
    fn or(&mut self) -> Result<bool, Wrong> {
        let mut value = self.and()?;
        while self.word("OR") {
            value |= self.and()?;
        }
        Ok(value)
    }
    fn and(&mut self) -> Result<bool, Wrong> {
        let mut value = self.not()?;
        while self.word("AND") {
            value &= self.not()?;
        }
        Ok(value)
    }
    fn not(&mut self) -> Result<bool, Wrong> {
        self.depth += 1;
        if self.depth > 100 {
            return Err(Wrong::TooLong);
        }
        if self.word("NOT") {
            return Ok(!self.not()?);
        }
        if self.word("(") {
            let value = self.or()?;
            return if self.word(")") { Ok(value) } else { Err(wrong(self.rest)) };
        }
        for (word, value) in [("TRUE", true), ("FALSE", false)] {
            if self.word(word) {
                return Ok(value);
            }
        }
        for state in [AlarmState::Alarm, AlarmState::Ok, AlarmState::Insufficient] {
            if self.word(state.word()) {
                if !self.word("(") {
                    return Err(wrong(self.rest));
                }
                let rest = self.rest.trim_start();
                let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
                let (name, after) = match quote {
                    Some(q) => rest[1..].split_once(q).ok_or_else(|| wrong(rest))?,
                    None => rest.find(')').map(|at| rest.split_at(at)).ok_or_else(|| wrong(rest))?,
                };
                self.rest = after;
                if !self.word(")") {
                    return Err(wrong(self.rest));
                }
                let name = name.trim();
                let name = name.rsplit_once(":alarm:").map_or(name, |(_, n)| n);
                let found = (self.state)(name).ok_or_else(|| Wrong::NoAlarm(name.to_owned()))?;
                return Ok(found == state);
            }
        }
        Err(wrong(self.rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_read_states_with_and_binding_tighter_than_or() {
        let state = |n: &str| match n {
            "a b" => Some(AlarmState::Alarm),
            "ok" => Some(AlarmState::Ok),
            _ => None,
        };
        let eval = |r: &str| evaluate(r, &state);
        assert_eq!(eval("ALARM(\"a b\") AND NOT OK(ok) OR TRUE"), Ok(true));
        assert_eq!(eval("ALARM(a b) AND (OK(ok) AND NOT FALSE)"), Ok(true));
        assert_eq!(eval("INSUFFICIENT_DATA(arn:aws:cloudwatch:x:1:alarm:ok)"), Ok(false));
        assert_eq!(names("ALARM(\"a b\") AND (TRUE OR OK(ok))"), ["a b", "ok"]);
        for bad in ["", "ALARM(gone)", "ALARM(ok", "ALARM(ok) XOR TRUE", "((TRUE)"] {
            assert!(eval(bad).is_err(), "{bad}");
        }
    }
}
