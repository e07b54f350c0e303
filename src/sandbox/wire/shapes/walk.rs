//! A walk through a request beside its shape: what does not fit, and which parameters are there.

use std::borrow::Cow;

use super::given::{Given, Scalar};
use crate::aws::shapes::{Kind, Member, Shape, Shapes};
use crate::base::Time;

/// How a request names things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// ec2Query: names of their own, lists by their numbers.
    Ec2,
    /// awsQuery, and XML: the names on the wire, everything is text.
    Form,
    /// CBOR and JSON: the API's names, values with types.
    Typed,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// The shape has no member of this name.
    Unknown(String),
    /// A required member is not there.
    Missing,
    /// It is of another type.
    Type(Kind),
    /// What it has to be, one condition each.
    Constraints(Vec<Constraint>),
}

/// A condition that a value has to meet.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the bound, in each")]
pub enum Constraint {
    Least(f64),
    Most(f64),
    Shortest(f64),
    Longest(f64),
    OneOf(&'static [String]),
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The path as the request has it: `BlockDeviceMapping.1.Ebs.VolumeSize`.
    pub wire: String,
    /// The path as AWS's validation writes it: `tags.1.member.key`.
    pub path: String,
    /// The value, lists in brackets; `None` if it is not there.
    pub value: Option<String>,
    /// Whether the value is an element of a list that has no members, and its conditions are the element's.
    pub of_elements: bool,
    /// What is wrong.
    pub problem: Problem,
}

/// A parameter that a request has: its path in the API's names without numbers, e.g. `BlockDeviceMappings.Ebs.VolumeSize`, and its value.
pub struct Leaf<'g, G> {
    /// The path.
    pub path: String,
    /// The value: of a list without members the list itself.
    pub given: &'g G,
}

/// A walk's results.
pub struct Walk<'g, G> {
    shapes: &'static Shapes,
    style: Style,
    notes_leaves: bool,
    /// What does not fit, in the order of the shape.
    pub findings: Vec<Finding>,
    /// What is there.
    pub leaves: Vec<Leaf<'g, G>>,
}

/// Where the walk is. Its three names are put together when somebody is told: a walk through an answer has thousands of places, of which
/// nobody is told anything.
#[derive(Clone, Copy)]
struct Place<'p> {
    above: Option<&'p Place<'p>>,
    step: Step<'p>,
}

/// The way from one place to the next.
#[derive(Clone, Copy)]
enum Step<'p> {
    /// The whole.
    Top,
    /// To a member: its name on the wire, and the API's.
    Member(&'p str, &'p str),
    /// To an element, counted from 1.
    Element(usize),
}

impl<'p> Place<'p> {
    const TOP: Place<'static> = Place { above: None, step: Step::Top };

    fn member(&'p self, wire: &'p str, name: &'p str) -> Place<'p> {
        Place { above: Some(self), step: Step::Member(wire, name) }
    }
    fn element(&'p self, number: usize) -> Place<'p> {
        Place { above: Some(self), step: Step::Element(number) }
    }
    /// The hops from the whole to here, joined by dots.
    fn joined(&self, hop: &dyn Fn(Step<'_>, &mut String)) -> String {
        let mut out = self.above.map(|above| above.joined(hop)).unwrap_or_default();
        let length = out.len();
        hop(self.step, &mut out);
        if length > 0 && out.len() > length {
            out.insert(length, '.');
        }
        out
    }
    /// As the request has it.
    fn wire(&self, style: Style) -> String {
        let hop = if style == Style::Ec2 { "" } else { "member." };
        self.joined(&|step, out| match step {
            Step::Top => {}
            Step::Member(wire, _) => out.push_str(wire),
            Step::Element(number) => out.push_str(&format!("{hop}{number}")),
        })
    }
    /// As AWS's validation writes it.
    fn path(&self) -> String {
        self.joined(&|step, out| match step {
            Step::Top => {}
            Step::Member(_, name) => {
                let mut chars = name.chars();
                out.extend(chars.next().map(|first| first.to_ascii_lowercase()));
                out.push_str(chars.as_str());
            }
            Step::Element(number) => out.push_str(&format!("{number}.member")),
        })
    }
    /// In the API's names, without numbers.
    fn api(&self) -> String {
        self.joined(&|step, out| match step {
            Step::Top | Step::Element(_) => {}
            Step::Member(_, name) => out.push_str(name),
        })
    }
}

/// Walks through a whole input. `extra` are top-level names that belong to the protocol.
pub fn walk<'g, G: Given>(
    shapes: &'static Shapes,
    input: Option<&'static Shape>,
    given: &'g G,
    style: Style,
    extra: &[&str],
) -> Walk<'g, G> {
    go(Walk { shapes, style, notes_leaves: true, findings: Vec::new(), leaves: Vec::new() }, input, given, extra)
}

/// The same, of which only what does not fit is wanted.
pub fn findings<G: Given>(
    shapes: &'static Shapes,
    shape: Option<&'static Shape>,
    given: &G,
    style: Style,
    extra: &[&str],
) -> Vec<Finding> {
    let walk = Walk { shapes, style, notes_leaves: false, findings: Vec::new(), leaves: Vec::new() };
    go(walk, shape, given, extra).findings
}

fn go<'g, G: Given>(mut walk: Walk<'g, G>, shape: Option<&'static Shape>, given: &'g G, extra: &[&str]) -> Walk<'g, G> {
    match shape {
        Some(shape) => walk.structure(shape, given, &Place::TOP, extra),
        None => walk.unknown(&[], &given.names(), &Place::TOP, extra),
    }
    walk
}

impl<'g, G: Given> Walk<'g, G> {
    fn name_of(&self, member: &'static Member) -> Cow<'static, str> {
        match self.style {
            Style::Ec2 => member.ec2_name().into(),
            Style::Form => member.xml_name().into(),
            Style::Typed => member.name.as_str().into(),
        }
    }

    fn find(&mut self, place: &Place<'_>, value: Option<String>, problem: Problem) {
        let (wire, path) = (place.wire(self.style), place.path());
        self.findings.push(Finding { wire, path, value, of_elements: false, problem });
    }

    fn leaf(&mut self, place: &Place<'_>, given: &'g G) {
        if self.notes_leaves {
            self.leaves.push(Leaf { path: place.api(), given });
        }
    }

    fn unknown(&mut self, known: &[Cow<'_, str>], names: &[&str], place: &Place<'_>, extra: &[&str]) {
        for name in names {
            if !known.iter().any(|k| k == name) && !extra.contains(name) {
                self.find(&place.member(name, name), None, Problem::Unknown((*name).to_owned()));
            }
        }
    }

    fn structure(&mut self, shape: &'static Shape, given: &'g G, place: &Place<'_>, extra: &[&str]) {
        let names: Vec<Cow<'static, str>> = shape.members.iter().map(|m| self.name_of(m)).collect();
        self.unknown(&names, &given.names(), place, extra);
        for (member, name) in shape.members.iter().zip(&names) {
            let here = place.member(name, &member.name);
            // What is in a header or the query is nothing of the body.
            if self.style == Style::Form && member.place.is_some() {
                continue;
            }
            match (given.get(name), self.shapes.shape(&member.shape)) {
                (Some(_), Some(shape)) if self.style == Style::Form && shape.flattened => {
                    self.elements(shape, &given.all(name), given, &here);
                }
                (Some(value), Some(shape)) => self.value(shape, value, &here),
                (None, _) if shape.required.contains(&member.name) => self.find(&here, None, Problem::Missing),
                _ => {}
            }
        }
    }

    fn value(&mut self, shape: &'static Shape, given: &'g G, place: &Place<'_>) {
        match shape.kind {
            Kind::Structure => match given.scalar() {
                None => self.structure(shape, given, place, &[]),
                // An empty structure.
                Some(Scalar::Text("")) => {}
                Some(s) => self.find(place, Some(text(&s)), Problem::Type(shape.kind)),
            },
            Kind::List => self.list(shape, given, place),
            Kind::Map => self.leaf(place, given),
            _ => {
                self.leaf(place, given);
                match given.scalar() {
                    None => self.find(place, None, Problem::Type(shape.kind)),
                    Some(scalar) => {
                        let problem = self.scalar(shape, &scalar);
                        if let Some(problem) = problem {
                            self.find(place, Some(text(&scalar)), problem);
                        }
                    }
                }
            }
        }
    }

    fn list(&mut self, shape: &'static Shape, given: &'g G, place: &Place<'_>) {
        if self.style == Style::Ec2 {
            for name in given.names().into_iter().filter(|n| n.parse::<u64>().is_err()) {
                self.find(&place.member(name, name), None, Problem::Unknown(name.to_owned()));
            }
        }
        self.elements(shape, &given.elements(), given, place);
    }

    /// The elements of a list, which lie in `given`.
    fn elements(&mut self, shape: &'static Shape, items: &[&'g G], given: &'g G, place: &Place<'_>) {
        let Some(element) = shape.member.as_ref().and_then(|m| self.shapes.shape(&m.shape)) else { return };
        let length = bounds(shape, items.len() as f64, Constraint::Shortest, Constraint::Longest);
        if !length.is_empty() && (self.style != Style::Ec2 || !items.is_empty()) {
            self.find(place, Some(bracketed(items)), Problem::Constraints(length));
        }
        if matches!(element.kind, Kind::Structure | Kind::List) {
            for (n, item) in items.iter().enumerate() {
                self.value(element, item, &place.element(n + 1));
            }
            return;
        }
        self.leaf(place, given);
        for (n, item) in items.iter().enumerate() {
            let Some(problem) = item.scalar().and_then(|s| self.scalar(element, &s)) else { continue };
            if self.style == Style::Ec2 || !matches!(problem, Problem::Constraints(_)) {
                self.find(&place.element(n + 1), Some(text_of(*item)), problem);
                continue;
            }
            // AWS names the whole list and all that its elements have to be.
            let (wire, path) = (place.wire(self.style), place.path());
            let problem = Problem::Constraints(conditions(element));
            let value = Some(bracketed(items));
            self.findings.push(Finding { wire, path, value, of_elements: true, problem });
            break;
        }
    }

    /// What is wrong with a value without members.
    fn scalar(&self, shape: &'static Shape, given: &Scalar<'_>) -> Option<Problem> {
        let wrong = || Some(Problem::Type(shape.kind));
        let typed = self.style == Style::Typed;
        let number = match (shape.kind, given) {
            (Kind::Boolean, Scalar::Bool(_)) => return None,
            (Kind::Boolean, Scalar::Text(s)) if !typed => {
                let known = s.is_empty()
                    || *s == "1"
                    || *s == "0"
                    || s.eq_ignore_ascii_case("true")
                    || s.eq_ignore_ascii_case("false");
                return if known { None } else { wrong() };
            }
            (Kind::Timestamp, Scalar::Bool(_)) => return wrong(),
            (Kind::Timestamp, Scalar::Text(s)) => return if s.is_empty() || is_time(s) { None } else { wrong() },
            (Kind::Timestamp, _) => return None,
            (Kind::Blob, _) => return None,
            (Kind::String, Scalar::Text(s)) => return self.string(shape, s),
            (Kind::Integer | Kind::Long | Kind::Float | Kind::Double, Scalar::Text(s)) if !typed => {
                if s.is_empty() {
                    return None;
                }
                let s = s.trim();
                let whole = matches!(shape.kind, Kind::Integer | Kind::Long);
                match if whole { s.parse::<i64>().ok().map(|n| n as f64) } else { s.parse::<f64>().ok() } {
                    Some(n) => n,
                    None => return wrong(),
                }
            }
            (Kind::Integer | Kind::Long | Kind::Float | Kind::Double, Scalar::Int(n)) => *n as f64,
            (Kind::Float | Kind::Double, Scalar::Float(n)) => *n,
            (Kind::Integer | Kind::Long, Scalar::Float(n)) if n.fract() == 0.0 => *n,
            _ => return wrong(),
        };
        if shape.kind == Kind::Integer && (number < f64::from(i32::MIN) || number > f64::from(i32::MAX)) {
            return wrong();
        }
        let broken = bounds(shape, number, Constraint::Least, Constraint::Most);
        (!broken.is_empty()).then_some(Problem::Constraints(broken))
    }

    fn string(&self, shape: &'static Shape, s: &str) -> Option<Problem> {
        // To EC2 a parameter without a value is one that is not there.
        if self.style == Style::Ec2 && s.is_empty() {
            return None;
        }
        let bounded = shape.min.is_some() || shape.max.is_some();
        let length = if bounded { s.chars().count() as f64 } else { 0.0 };
        let mut broken = bounds(shape, length, Constraint::Shortest, Constraint::Longest);
        if !shape.values.is_empty() && !shape.values.iter().any(|v| v == s) {
            broken = vec![Constraint::OneOf(&shape.values)];
        }
        (!broken.is_empty()).then_some(Problem::Constraints(broken))
    }
}

/// A moment in one of the ways in which requests write it.
fn is_time(s: &str) -> bool {
    let read = |s: &str| Time::parse(s).is_some();
    read(s) || read(&format!("{s}Z")) || read(&format!("{s}T00:00:00Z")) || s.parse::<f64>().is_ok()
}

fn text(s: &Scalar<'_>) -> String {
    match s {
        Scalar::Text(s) => (*s).to_owned(),
        Scalar::Int(n) => n.to_string(),
        Scalar::Float(n) => n.to_string(),
        Scalar::Bool(b) => b.to_string(),
        Scalar::Time => "time".to_owned(),
    }
}

/// The value's own text; empty if it has none.
fn text_of<G: Given>(given: &G) -> String {
    given.scalar().map(|s| text(&s)).unwrap_or_default()
}

/// The texts of a list's elements, as AWS names them together.
fn bracketed<G: Given>(items: &[&G]) -> String {
    let texts: Vec<String> = items.iter().map(|item| text_of(*item)).collect();
    format!("[{}]", texts.join(", "))
}

/// What a bound of a shape says.
type Bound = fn(f64) -> Constraint;

fn bounds(shape: &Shape, n: f64, least: Bound, most: Bound) -> Vec<Constraint> {
    let below = shape.min.filter(|min| n < *min).map(least);
    let above = shape.max.filter(|max| n > *max).map(most);
    below.into_iter().chain(above).collect()
}

/// All that a value of this shape has to be.
fn conditions(shape: &'static Shape) -> Vec<Constraint> {
    if !shape.values.is_empty() {
        return vec![Constraint::OneOf(&shape.values)];
    }
    let (least, most): (Bound, Bound) = match shape.kind {
        Kind::String => (Constraint::Shortest, Constraint::Longest),
        _ => (Constraint::Least, Constraint::Most),
    };
    shape.max.map(most).into_iter().chain(shape.min.map(least)).collect()
}
