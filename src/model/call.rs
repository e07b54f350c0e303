//! An API call as data: what the CLI text and the SDK request are both made from.

use std::collections::BTreeMap;

use arcstr::ArcStr;
use bytes::Bytes;

use super::operation::Operation;
use crate::base::{RowId, Scope, Secret};

/// An argument's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// Text.
    Str(ArcStr),
    /// A whole number.
    Int(i64),
    /// A flag. In the CLI `--flag` or `--no-flag`.
    Bool(bool),
    /// A list.
    List(Vec<Arg>),
    /// A structure, by the API's member names.
    Map(Vec<(&'static str, Arg)>),
    /// Text that must not be shown, logged or journalled.
    Secret(Secret),
    /// Bytes that must not be shown, logged or journalled; a command reads them from this file.
    SecretFile {
        /// The bytes.
        bytes: Secret<Bytes>,
        /// Where a command reads them from.
        file: ArcStr,
    },
    /// A number that need not be whole.
    Float(f64),
    /// Bytes; base64 in JSON and, for the CLI, in the command (`--cli-binary-format` is left at its default).
    Blob(Bytes),
    /// What an earlier step's call answered: filled in by [`Call::resolve`] before this call leaves.
    Out(Out),
    /// The step's client token: filled in by [`Call::with_token`] when the plan gets its number, and the same in each attempt.
    Token,
}

/// A member of an earlier step's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Out {
    /// The step, counted from 0.
    pub step: usize,
    /// One of its operation's declared outputs ([`Operation::outputs`]).
    pub output: &'static str,
}

impl Out {
    /// Whether it is several ids (`Instances[].InstanceId`), with tabs between as the AWS CLI prints them: in a list each is an item
    /// of its own.
    pub fn is_several(&self) -> bool {
        self.output.contains("[]")
    }
}

/// The ids in an output of several.
pub fn ids_of(text: &str) -> impl Iterator<Item = ArcStr> {
    text.split('\t').filter(|id| !id.is_empty()).map(ArcStr::from)
}

/// What earlier calls answered, by step and output.
pub type Outputs = BTreeMap<(usize, ArcStr), ArcStr>;

impl Arg {
    /// Text.
    pub fn str(s: impl Into<ArcStr>) -> Self {
        Arg::Str(s.into())
    }
    /// A list of texts.
    pub fn strs<S: Into<ArcStr>>(items: impl IntoIterator<Item = S>) -> Self {
        Arg::List(items.into_iter().map(|s| Arg::Str(s.into())).collect())
    }
    /// The text inside.
    pub fn as_str(&self) -> Option<&str> {
        if let Arg::Str(s) = self { Some(s) } else { None }
    }
    /// The number inside.
    pub fn as_int(&self) -> Option<i64> {
        if let Arg::Int(i) = self { Some(*i) } else { None }
    }
    /// The flag inside.
    pub fn as_bool(&self) -> Option<bool> {
        if let Arg::Bool(b) = self { Some(*b) } else { None }
    }
    /// The texts of a list.
    pub fn texts(&self) -> Vec<String> {
        match self {
            Arg::List(v) => v.iter().filter_map(|a| a.as_str().map(str::to_string)).collect(),
            Arg::Str(s) => vec![s.to_string()],
            _ => Vec::new(),
        }
    }
    /// The answer of an earlier step.
    pub const fn out(step: usize, output: &'static str) -> Self {
        Arg::Out(Out { step, output })
    }
    /// The number inside, whole or not.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Arg::Float(n) => Some(*n),
            #[expect(clippy::cast_precision_loss, reason = "the API's doubles hold whole numbers up to 2^53")]
            Arg::Int(n) => Some(*n as f64),
            _ => None,
        }
    }
    /// The bytes inside.
    pub fn as_blob(&self) -> Option<&Bytes> {
        if let Arg::Blob(b) = self { Some(b) } else { None }
    }
    /// The bytes inside, secret or not.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match self {
            Arg::Blob(bytes) => Some(bytes),
            Arg::SecretFile { bytes, .. } => Some(bytes.expose()),
            _ => None,
        }
    }
    /// The same with each part that `change` knows replaced.
    fn map(&self, change: &mut impl FnMut(&Arg) -> Option<Arg>) -> Arg {
        if let Some(new) = change(self) {
            return new;
        }
        match self {
            Arg::List(items) => {
                let new = items.iter().flat_map(|item| match (item, item.map(change)) {
                    (Arg::Out(out), Arg::Str(ids)) if out.is_several() => ids_of(&ids).map(Arg::Str).collect(),
                    (_, new) => vec![new],
                });
                Arg::List(new.collect())
            }
            Arg::Map(members) => Arg::Map(members.iter().map(|(k, v)| (*k, v.map(change))).collect()),
            other => other.clone(),
        }
    }
    /// A member of a structure.
    pub fn member(&self, name: &str) -> Option<&Arg> {
        if let Arg::Map(m) = self { m.iter().find(|(k, _)| *k == name).map(|(_, v)| v) } else { None }
    }
}

/// One call of a plan. `args` are named as the API names its members (`InstanceIds`), in the order in which the CLI text shows
/// them; a name of `""` is a positional argument of the CLI (`get-object`'s output file), which is not sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The declared operation.
    pub op: &'static Operation,
    /// Profile and region.
    pub scope: Scope,
    /// The input's members.
    pub args: Vec<(&'static str, Arg)>,
    /// The rows that it changes.
    pub subjects: Vec<RowId>,
}

impl Call {
    /// A call without arguments.
    pub fn new(op: &'static Operation, scope: Scope) -> Self {
        Call { op, scope, args: Vec::new(), subjects: Vec::new() }
    }
    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: Arg) -> Self {
        self.args.push((name, value));
        self
    }
    /// Names the rows that it changes.
    #[must_use]
    pub fn on(mut self, subjects: impl IntoIterator<Item = RowId>) -> Self {
        self.subjects.extend(subjects);
        self
    }
    /// An argument's value.
    pub fn get(&self, name: &str) -> Option<&Arg> {
        self.args.iter().find(|(k, _)| *k == name).map(|(_, v)| v)
    }
    /// What it takes from earlier answers, in order and without repetition.
    pub fn uses(&self) -> Vec<Out> {
        let mut out = Vec::new();
        for (_, arg) in &self.args {
            arg.map(&mut |a| {
                if let Arg::Out(o) = a
                    && !out.contains(o)
                {
                    out.push(*o);
                }
                None
            });
        }
        out
    }
    /// The same with every [`Arg::Out`] replaced by what was answered.
    ///
    /// # Errors
    /// The first one that was not.
    pub fn resolve(&self, outputs: &Outputs) -> Result<Call, Out> {
        self.rebind(outputs, |_| None)
    }
    /// The same with every [`Arg::Out`] that was answered replaced; the others stay.
    #[must_use]
    pub fn resolve_known(&self, outputs: &Outputs) -> Call {
        self.map(&mut |a| match a {
            Arg::Out(out) => outputs.get(&(out.step, out.output.into())).map(|text| Arg::Str(text.clone())),
            _ => None,
        })
    }
    /// The same with every [`Arg::Token`] replaced by `token`.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Call {
        self.map(&mut |a| matches!(a, Arg::Token).then(|| Arg::str(token)))
    }
    /// The same for another plan: what was answered is filled in, and what is still to come is taken from the step there that `number` gives
    /// for the one here.
    ///
    /// # Errors
    /// The first answer that is neither known nor to come: such a call can never leave.
    pub fn rebind(&self, outputs: &Outputs, number: impl Fn(usize) -> Option<usize>) -> Result<Call, Out> {
        let known = self.resolve_known(outputs);
        if let Some(lost) = known.uses().into_iter().find(|o| number(o.step).is_none()) {
            return Err(lost);
        }
        Ok(known.map(&mut |a| match a {
            Arg::Out(o) => Some(Arg::out(number(o.step)?, o.output)),
            _ => None,
        }))
    }
    /// Whether an argument is secret: what the journal does not have, and a later start cannot send.
    pub fn has_secret(&self) -> bool {
        let mut any = false;
        self.map(&mut |a| {
            any |= matches!(a, Arg::Secret(_));
            None
        });
        any
    }
    fn map(&self, change: &mut impl FnMut(&Arg) -> Option<Arg>) -> Call {
        let args = self.args.iter().map(|(k, v)| (*k, v.map(change))).collect();
        Call { op: self.op, scope: self.scope.clone(), args, subjects: self.subjects.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Retry, Service};

    static ATTACH: Operation = Operation::write(Service::Ec2, "AttachVolume", Retry::Never);

    #[test]
    fn what_an_earlier_step_answered_is_filled_in_wherever_it_stands_and_what_it_did_not_is_named() {
        let call = Call::new(&ATTACH, Scope::region("p", "r"))
            .arg("VolumeId", Arg::out(0, "VolumeId"))
            .arg("List", Arg::List(vec![Arg::Map(vec![("Id", Arg::out(1, "Id"))])]))
            .arg("ClientToken", Arg::Token);
        assert_eq!(call.uses(), [Out { step: 0, output: "VolumeId" }, Out { step: 1, output: "Id" }]);
        let mut outputs = Outputs::from([((0, "VolumeId".into()), "vol-1".into())]);
        assert_eq!(call.resolve(&outputs), Err(Out { step: 1, output: "Id" }));
        outputs.insert((1, "Id".into()), "x".into());
        let resolved = call.resolve(&outputs).expect("all of it").with_token("t-0");
        assert_eq!(resolved.get("VolumeId"), Some(&Arg::str("vol-1")));
        assert_eq!(resolved.get("List"), Some(&Arg::List(vec![Arg::Map(vec![("Id", Arg::str("x"))])])));
        assert_eq!(resolved.get("ClientToken"), Some(&Arg::str("t-0")));
        assert!(resolved.uses().is_empty() && !resolved.has_secret());
    }

    #[test]
    fn several_ids_are_items_of_the_list_that_they_are_filled_into() {
        const IDS: &str = "Instances[].InstanceId";
        let call =
            Call::new(&ATTACH, Scope::region("p", "r")).arg("Ids", Arg::List(vec![Arg::out(0, IDS), Arg::str("i-9")]));
        let outputs = Outputs::from([((0, IDS.into()), "i-1\ti-2".into())]);
        let resolved = call.resolve(&outputs).expect("all of it");
        assert_eq!(resolved.get("Ids"), Some(&Arg::strs(["i-1", "i-2", "i-9"])));
    }
}
