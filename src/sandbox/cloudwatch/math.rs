//! Metric math: arithmetic, comparisons and logic moment by moment, and the functions of the reference that need no search.
//! Pure. <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html>

use std::collections::{BTreeMap, BTreeSet};

use super::functions;

/// Values by moment (seconds).
pub type Series = BTreeMap<i64, f64>;

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// The same at every moment.
    Number(f64),
    /// One value a moment; what is missing is not there.
    Series(Series),
    /// Several series.
    Many(Vec<Series>),
    /// A word in quotation marks, or a bare one that a function knows (`REPEAT`).
    Word(String),
}

/// What an expression can use.
pub struct Setting<'a> {
    /// The value of an id.
    pub known: &'a dyn Fn(&str) -> Option<Value>,
    /// All metrics of the request whose id has this in it.
    pub all: &'a dyn Fn(&str) -> Vec<Series>,
    /// First moment, end, and seconds between: where a number becomes a line.
    pub grid: (i64, i64, i64),
}

impl Setting<'_> {
    /// The moments that a filled series has.
    pub(super) fn moments(&self) -> BTreeSet<i64> {
        let (from, to, step) = self.grid;
        (from..to).step_by(usize::try_from(step.max(1)).unwrap_or(60)).collect()
    }
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Error in expression '{expression}': {what}")]
pub struct Wrong {
    expression: String,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum What {
    #[error("unexpected input at position {0}")]
    Input(usize),
    #[error("unknown id {0}")]
    Id(String),
    #[error("unsupported function or arguments: {0}")]
    Call(String),
    #[error("too long")]
    TooLong,
}

/// Evaluates an expression.
///
/// # Errors
/// Where it cannot be read, or what it names that is not there.
pub fn evaluate(text: &str, setting: &Setting<'_>) -> Result<Value, Wrong> {
    let mut p = Parser { text, at: 0, setting, depth: 0 };
    let value = p.either()?;
    p.space();
    match value {
        _ if p.at < text.len() => Err(p.wrong()),
        Value::Word(word) => Err(p.because(What::Id(word))),
        value => Ok(value),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    setting: &'a Setting<'a>,
    depth: usize,
}

/// Bare words that are no ids.
const WORDS: [&str; 4] = ["REPEAT", "LINEAR", "ASC", "DSC"];

fn truth(on: bool) -> f64 {
    f64::from(u8::from(on))
}

impl Parser<'_> {
    fn because(&self, what: What) -> Wrong {
        Wrong { expression: self.text.to_owned(), what }
    }
    fn wrong(&self) -> Wrong {
        self.because(What::Input(self.at))
    }
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }
    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }
    fn eat(&mut self, token: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }
    /// A word operator: not the beginning of a longer word.
    fn eat_word(&mut self, word: &str) -> bool {
        self.space();
        let after = self.rest().strip_prefix(word);
        let found = after.is_some_and(|r| !r.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
        if found {
            self.at += word.len();
        }
        found
    }
    fn either(&mut self) -> Result<Value, Wrong> {
        let mut left = self.both()?;
        while self.eat("||") || self.eat_word("OR") {
            left = combine(left, self.both()?, |a, b| truth(a != 0.0 || b != 0.0));
        }
        Ok(left)
    }
    fn both(&mut self) -> Result<Value, Wrong> {
        let mut left = self.compared()?;
        while self.eat("&&") || self.eat_word("AND") {
            left = combine(left, self.compared()?, |a, b| truth(a != 0.0 && b != 0.0));
        }
        Ok(left)
    }
    fn compared(&mut self) -> Result<Value, Wrong> {
        let mut left = self.sum()?;
        loop {
            let op: fn(f64, f64) -> f64 = if self.eat("==") {
                |a, b| truth(a == b)
            } else if self.eat("!=") {
                |a, b| truth(a != b)
            } else if self.eat("<=") {
                |a, b| truth(a <= b)
            } else if self.eat(">=") {
                |a, b| truth(a >= b)
            } else if self.eat("<") {
                |a, b| truth(a < b)
            } else if self.eat(">") {
                |a, b| truth(a > b)
            } else {
                return Ok(left);
            };
            left = combine(left, self.sum()?, op);
        }
    }
    fn sum(&mut self) -> Result<Value, Wrong> {
        let mut left = self.product()?;
        loop {
            let op: fn(f64, f64) -> f64 = if self.eat("+") {
                |a, b| a + b
            } else if self.eat("-") {
                |a, b| a - b
            } else {
                return Ok(left);
            };
            left = combine(left, self.product()?, op);
        }
    }
    fn product(&mut self) -> Result<Value, Wrong> {
        let mut left = self.power()?;
        loop {
            let op: fn(f64, f64) -> f64 = if self.eat("*") {
                |a, b| a * b
            } else if self.eat("/") {
                |a, b| a / b
            } else {
                return Ok(left);
            };
            left = combine(left, self.power()?, op);
        }
    }
    fn power(&mut self) -> Result<Value, Wrong> {
        let left = self.atom()?;
        if self.eat("^") { Ok(combine(left, self.power()?, f64::powf)) } else { Ok(left) }
    }
    fn atom(&mut self) -> Result<Value, Wrong> {
        self.depth += 1;
        if self.depth > 200 {
            return Err(self.because(What::TooLong));
        }
        if self.eat("-") {
            return Ok(combine(Value::Number(0.0), self.atom()?, |a, b| a - b));
        }
        if self.eat("(") {
            let inner = self.either()?;
            return if self.eat(")") { Ok(inner) } else { Err(self.wrong()) };
        }
        if self.eat("[") {
            let many = self.list("]")?;
            return Ok(Value::Many(many.into_iter().flat_map(functions::series_of).collect()));
        }
        for quote in ['"', '\''] {
            if self.eat(&quote.to_string()) {
                let word: String = self.rest().chars().take_while(|c| *c != quote).collect();
                self.at += word.len();
                return if self.eat(&quote.to_string()) { Ok(Value::Word(word)) } else { Err(self.wrong()) };
            }
        }
        self.space();
        let word: String = self.rest().chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
        if word.is_empty() {
            return Err(self.wrong());
        }
        let start = self.at;
        self.at += word.len();
        if word.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            return word.parse().map(Value::Number).map_err(|_| self.wrong());
        }
        if self.eat("(") {
            let arguments = self.list(")")?;
            return functions::call(&word, arguments, self.setting).ok_or_else(|| self.because(What::Call(word)));
        }
        if WORDS.contains(&word.as_str()) {
            return Ok(Value::Word(word));
        }
        (self.setting.known)(&word).ok_or_else(|| {
            self.at = start;
            self.because(What::Id(word.clone()))
        })
    }
    fn list(&mut self, end: &str) -> Result<Vec<Value>, Wrong> {
        let mut all = Vec::new();
        if self.eat(end) {
            return Ok(all);
        }
        loop {
            all.push(self.either()?);
            if self.eat(end) {
                return Ok(all);
            }
            if !self.eat(",") {
                return Err(self.wrong());
            }
        }
    }
}

/// Moment by moment; what one side does not have is missing, and so is what is no number.
pub(super) fn combine(a: Value, b: Value, op: fn(f64, f64) -> f64) -> Value {
    let each = |s: Series, f: &dyn Fn(i64, f64) -> Option<f64>| -> Series {
        s.into_iter().filter_map(|(t, v)| f(t, v).filter(|v| v.is_finite()).map(|v| (t, v))).collect()
    };
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Value::Number(op(a, b)),
        (Value::Number(n), Value::Series(s)) => Value::Series(each(s, &|_, v| Some(op(n, v)))),
        (Value::Series(s), Value::Number(n)) => Value::Series(each(s, &|_, v| Some(op(v, n)))),
        (Value::Series(a), Value::Series(b)) => Value::Series(each(a, &|t, v| b.get(&t).map(|w| op(v, *w)))),
        (Value::Many(m), other) => {
            let one = |s| functions::series_of(combine(Value::Series(s), other.clone(), op));
            Value::Many(m.into_iter().flat_map(one).collect())
        }
        (other, Value::Many(m)) => {
            let one = |s| functions::series_of(combine(other.clone(), Value::Series(s), op));
            Value::Many(m.into_iter().flat_map(one).collect())
        }
        // A word is no operand: nothing comes of it.
        (Value::Word(_), _) | (_, Value::Word(_)) => Value::Series(Series::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[(i64, f64)]) -> Value {
        Value::Series(values.iter().copied().collect())
    }
    fn eval(text: &str) -> Result<Value, Wrong> {
        let known = |id: &str| match id {
            "m1" => Some(series(&[(0, 2.0), (60, 4.0)])),
            "m2" => Some(series(&[(60, 1.0), (120, 9.0)])),
            _ => None,
        };
        let all = |_: &str| vec![[(0, 2.0), (60, 4.0)].into(), [(60, 1.0), (120, 9.0)].into()];
        evaluate(text, &Setting { known: &known, all: &all, grid: (0, 180, 60) })
    }

    #[test]
    fn arithmetic_goes_moment_by_moment_with_its_precedence() {
        assert_eq!(eval("m1 + m2 * 2"), Ok(series(&[(60, 6.0)])));
        assert_eq!(eval("100*(m1-1)/2"), Ok(series(&[(0, 50.0), (60, 150.0)])));
        assert_eq!(eval("-m1 ^ 2"), Ok(series(&[(0, 4.0), (60, 16.0)])));
        assert_eq!(eval("AVG(m1)"), Ok(Value::Number(3.0)));
        assert_eq!(eval("SUM([m1, m2])"), Ok(series(&[(0, 2.0), (60, 5.0), (120, 9.0)])));
        assert_eq!(eval("MAX(METRICS())"), Ok(series(&[(0, 2.0), (60, 4.0), (120, 9.0)])));
        assert_eq!(eval("FILL(m1, 0)"), Ok(series(&[(0, 2.0), (60, 4.0), (120, 0.0)])));
    }

    #[test]
    fn comparisons_logic_and_conditions_are_ones_and_zeros() {
        assert_eq!(eval("m1 > 2"), Ok(series(&[(0, 0.0), (60, 1.0)])));
        assert_eq!(eval("IF(m1 > 2 AND m1 < 9, m1, -1)"), Ok(series(&[(0, -1.0), (60, 4.0)])));
        assert_eq!(eval("IF(m1 > 2, m1)"), Ok(series(&[(60, 4.0)])));
        assert_eq!(eval("m1 >= 2 && m1 != 4 || m1 == 9"), Ok(series(&[(0, 1.0), (60, 0.0)])));
    }

    #[test]
    fn functions_do_what_the_reference_says() {
        assert_eq!(eval("DIFF(m1)"), Ok(series(&[(60, 2.0)])));
        assert_eq!(eval("RATE(m1)"), Ok(series(&[(60, 2.0 / 60.0)])));
        assert_eq!(eval("RUNNING_SUM(m1)"), Ok(series(&[(0, 2.0), (60, 6.0)])));
        assert_eq!(eval("FILL(m1, REPEAT)"), Ok(series(&[(0, 2.0), (60, 4.0), (120, 4.0)])));
        assert_eq!(eval("PERIOD(m1)"), Ok(Value::Number(60.0)));
        assert_eq!(eval("CEIL(m2 / 2)"), Ok(series(&[(60, 1.0), (120, 5.0)])));
        assert_eq!(eval("STDDEV(m1)"), Ok(Value::Number(1.0)));
        assert_eq!(eval("DATAPOINT_COUNT(m1) + METRIC_COUNT(METRICS())"), Ok(Value::Number(4.0)));
        assert_eq!(eval("LAST([m1, m2])"), Ok(series(&[(60, 1.0), (120, 9.0)])));
        assert_eq!(eval("TIME_SERIES(7)"), Ok(series(&[(0, 7.0), (60, 7.0), (120, 7.0)])));
    }

    #[test]
    fn division_by_zero_is_missing_and_nonsense_is_an_error() {
        assert_eq!(eval("m1 / 0"), Ok(series(&[])));
        for bad in ["m1 +", "m9", "FOO(m1)", "(m1", "m1 m2", "", "REPEAT", "\"x", "1.2.3", &"(".repeat(9000)] {
            assert!(eval(bad).is_err(), "{bad}");
        }
    }
}
