//! Metric math, the arithmetic part: `(e1 + m2) * 100`, `AVG(m1)`, `SUM([m1, m2])`, `METRICS()`, `FILL(m1, 0)`. Pure.

use std::collections::BTreeMap;

/// Values by moment (seconds), or one number for every moment.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// The same at every moment.
    Number(f64),
    /// One value a moment; what is missing is not there.
    Series(BTreeMap<i64, f64>),
    /// Several series.
    Many(Vec<BTreeMap<i64, f64>>),
}

/// Evaluates an expression; `known` gives the series of an id and all of them.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn evaluate(
    text: &str,
    known: &dyn Fn(&str) -> Option<Value>,
    all: &dyn Fn() -> Vec<BTreeMap<i64, f64>>,
) -> Result<Value, String> {
    let mut p = Parser { text, at: 0, known, all, depth: 0 };
    let value = p.sum()?;
    p.space();
    if p.at < text.len() { Err(p.wrong()) } else { Ok(value) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    known: &'a dyn Fn(&str) -> Option<Value>,
    all: &'a dyn Fn() -> Vec<BTreeMap<i64, f64>>,
    depth: usize,
}

impl Parser<'_> {
    fn wrong(&self) -> String {
        format!("Error in expression '{}': unexpected input at position {}", self.text, self.at)
    }
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }
    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }
    fn eat(&mut self, c: char) -> bool {
        self.space();
        let found = self.rest().starts_with(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }
    fn sum(&mut self) -> Result<Value, String> {
        let mut left = self.product()?;
        loop {
            let op: fn(f64, f64) -> f64 = if self.eat('+') {
                |a, b| a + b
            } else if self.eat('-') {
                |a, b| a - b
            } else {
                return Ok(left);
            };
            left = combine(left, self.product()?, op)?;
        }
    }
    fn product(&mut self) -> Result<Value, String> {
        let mut left = self.power()?;
        loop {
            let op: fn(f64, f64) -> f64 = if self.eat('*') {
                |a, b| a * b
            } else if self.eat('/') {
                |a, b| a / b
            } else {
                return Ok(left);
            };
            left = combine(left, self.power()?, op)?;
        }
    }
    fn power(&mut self) -> Result<Value, String> {
        let left = self.atom()?;
        if self.eat('^') { combine(left, self.power()?, f64::powf) } else { Ok(left) }
    }
    fn atom(&mut self) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > 200 {
            return Err(format!("Error in expression '{}': too long", self.text));
        }
        if self.eat('-') {
            return combine(Value::Number(0.0), self.atom()?, |a, b| a - b);
        }
        if self.eat('(') {
            let inner = self.sum()?;
            return if self.eat(')') { Ok(inner) } else { Err(self.wrong()) };
        }
        if self.eat('[') {
            let many = self.list(']')?;
            return Ok(Value::Many(many.into_iter().flat_map(series_of).collect()));
        }
        self.space();
        let word: String = self.rest().chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '.')).collect();
        if word.is_empty() {
            return Err(self.wrong());
        }
        let start = self.at;
        self.at += word.len();
        if let Ok(n) = word.parse() {
            return Ok(Value::Number(n));
        }
        if self.eat('(') {
            let arguments = self.list(')')?;
            return function(&word, arguments, self.all).ok_or_else(|| {
                format!("Error in expression '{}': unsupported function or arguments: {word}", self.text)
            });
        }
        (self.known)(&word).ok_or_else(|| {
            self.at = start;
            format!("Error in expression '{}': unknown id {word}", self.text)
        })
    }
    fn list(&mut self, end: char) -> Result<Vec<Value>, String> {
        let mut all = Vec::new();
        if self.eat(end) {
            return Ok(all);
        }
        loop {
            all.push(self.sum()?);
            if self.eat(end) {
                return Ok(all);
            }
            if !self.eat(',') {
                return Err(self.wrong());
            }
        }
    }
}

fn series_of(v: Value) -> Vec<BTreeMap<i64, f64>> {
    match v {
        Value::Number(_) => Vec::new(),
        Value::Series(s) => vec![s],
        Value::Many(m) => m,
    }
}

/// Moment by moment; what one side does not have is missing.
fn combine(a: Value, b: Value, op: fn(f64, f64) -> f64) -> Result<Value, String> {
    let each = |s: BTreeMap<i64, f64>, f: &dyn Fn(i64, f64) -> Option<f64>| -> BTreeMap<i64, f64> {
        s.into_iter().filter_map(|(t, v)| f(t, v).filter(|v| v.is_finite()).map(|v| (t, v))).collect()
    };
    Ok(match (a, b) {
        (Value::Number(a), Value::Number(b)) => Value::Number(op(a, b)),
        (Value::Number(n), Value::Series(s)) => Value::Series(each(s, &|_, v| Some(op(n, v)))),
        (Value::Series(s), Value::Number(n)) => Value::Series(each(s, &|_, v| Some(op(v, n)))),
        (Value::Series(a), Value::Series(b)) => Value::Series(each(a, &|t, v| b.get(&t).map(|w| op(v, *w)))),
        (Value::Many(m), other) => {
            let all: Result<Vec<_>, String> =
                m.into_iter().map(|s| combine(Value::Series(s), other.clone(), op)).collect();
            Value::Many(all?.into_iter().flat_map(series_of).collect())
        }
        (other, Value::Many(m)) => {
            let all: Result<Vec<_>, String> =
                m.into_iter().map(|s| combine(other.clone(), Value::Series(s), op)).collect();
            Value::Many(all?.into_iter().flat_map(series_of).collect())
        }
    })
}

fn fold(name: &str, values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    Some(match name {
        "SUM" => values.iter().sum(),
        "AVG" => values.iter().sum::<f64>() / n,
        "MIN" => values.iter().copied().fold(f64::INFINITY, f64::min),
        "MAX" => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        _ => return None,
    })
}

fn function(name: &str, mut arguments: Vec<Value>, all: &dyn Fn() -> Vec<BTreeMap<i64, f64>>) -> Option<Value> {
    match (name, arguments.len()) {
        ("METRICS", 0) => Some(Value::Many(all())),
        ("FILL", 2) => {
            let (fill, series) = (arguments.pop()?, arguments.pop()?);
            // Without a wish for a range there is nothing to fill beyond the moments that the others have.
            let moments: std::collections::BTreeSet<i64> =
                all().iter().flat_map(|s| s.keys().copied().collect::<Vec<_>>()).collect();
            match (series, fill) {
                (Value::Series(mut s), Value::Number(n)) => {
                    for t in moments {
                        s.entry(t).or_insert(n);
                    }
                    Some(Value::Series(s))
                }
                (series, _) => Some(series),
            }
        }
        ("ABS", 1) => match arguments.pop()? {
            Value::Series(s) => Some(Value::Series(s.into_iter().map(|(t, v)| (t, v.abs())).collect())),
            Value::Number(n) => Some(Value::Number(n.abs())),
            Value::Many(_) => None,
        },
        (_, 1) => match arguments.pop()? {
            Value::Series(s) if s.is_empty() => Some(Value::Number(f64::NAN)),
            // Of one series: one number. Of several: moment by moment.
            Value::Series(s) => fold(name, &s.values().copied().collect::<Vec<_>>()).map(Value::Number),
            Value::Number(n) => fold(name, &[n]).map(Value::Number),
            Value::Many(many) => {
                let mut by_moment: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
                for (t, v) in many.into_iter().flatten() {
                    by_moment.entry(t).or_default().push(v);
                }
                let folded: Option<BTreeMap<i64, f64>> =
                    by_moment.into_iter().map(|(t, v)| fold(name, &v).map(|v| (t, v))).collect();
                folded.map(Value::Series)
            }
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[(i64, f64)]) -> Value {
        Value::Series(values.iter().copied().collect())
    }
    fn eval(text: &str) -> Result<Value, String> {
        let known = |id: &str| match id {
            "m1" => Some(series(&[(0, 2.0), (60, 4.0)])),
            "m2" => Some(series(&[(60, 1.0), (120, 9.0)])),
            _ => None,
        };
        evaluate(text, &known, &|| vec![[(0, 2.0), (60, 4.0)].into(), [(60, 1.0), (120, 9.0)].into()])
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
    fn division_by_zero_is_missing_and_nonsense_is_an_error() {
        assert_eq!(eval("m1 / 0"), Ok(series(&[])));
        for bad in ["m1 +", "m9", "FOO(m1)", "(m1", "m1 m2", "", &"(".repeat(9000)] {
            assert!(eval(bad).is_err(), "{bad}");
        }
    }
}
