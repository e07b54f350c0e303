//! What every sender is made with: arguments read exactly, the mode's permit, and an SDK answer as far as it is kept.

use crate::aws::Permit;
use crate::base::{Fault, Secret};
use crate::kinds::action::{Answer, Output, SendMode};
use crate::model::{Arg, Call};

/// Takes a call's arguments one by one. What is missing, of another type or left over is a mistake of a plan's, and nothing is
/// sent: a request that is not what the plan showed must not leave.
pub struct Args<'a> {
    call: &'a Call,
    left: Vec<&'static str>,
}

impl<'a> Args<'a> {
    /// The arguments of a call.
    pub fn of(call: &'a Call) -> Self {
        Args { call, left: call.args.iter().map(|(k, _)| *k).collect() }
    }

    fn take(&mut self, name: &str) -> Option<&'a Arg> {
        let at = self.left.iter().position(|k| *k == name)?;
        self.left.remove(at);
        self.call.get(name)
    }
    fn bug(&self, what: &str, name: &str) -> Fault {
        let op = self.call.op;
        Fault::bug(format!("{} has {what} argument {name}", op.name)).of(op.service.sdk_id(), op.name)
    }
    fn must(&mut self, name: &str) -> Result<&'a Arg, Fault> {
        self.take(name).ok_or_else(|| self.bug("no", name))
    }

    /// A text.
    pub fn text(&mut self, name: &str) -> Result<String, Fault> {
        let arg = self.must(name)?;
        arg.as_str().map(str::to_string).ok_or_else(|| self.bug("an unfit", name))
    }
    /// A list of texts, with at least one in it.
    pub fn texts(&mut self, name: &str) -> Result<Vec<String>, Fault> {
        self.list(name, |a| a.as_str().map(str::to_string))
    }
    /// A list of whatever `read` reads, with at least one in it.
    pub fn list<T>(&mut self, name: &str, read: impl Fn(&Arg) -> Option<T>) -> Result<Vec<T>, Fault> {
        let Arg::List(items) = self.must(name)? else { return Err(self.bug("an unfit", name)) };
        let read: Option<Vec<T>> = items.iter().map(read).collect();
        read.filter(|v| !v.is_empty()).ok_or_else(|| self.bug("an unfit", name))
    }
    /// A structure with just these members, as `read` reads it.
    pub fn structure<T>(&mut self, name: &str, members: &[&str], read: impl Fn(&Arg) -> Option<T>) -> Result<T, Fault> {
        let arg = self.must(name)?;
        let known = matches!(arg, Arg::Map(m) if m.iter().all(|(k, _)| members.contains(k)));
        known.then(|| read(arg)).flatten().ok_or_else(|| self.bug("an unfit", name))
    }
    /// Bytes.
    pub fn blob(&mut self, name: &str) -> Result<Vec<u8>, Fault> {
        let arg = self.must(name)?;
        arg.as_blob().map(|b| b.to_vec()).ok_or_else(|| self.bug("an unfit", name))
    }
    /// A text that may be left out.
    pub fn maybe_text(&mut self, name: &str) -> Result<Option<String>, Fault> {
        self.maybe(name, |a| a.as_str().map(str::to_string))
    }
    /// A whole number of 32 bits that may be left out.
    pub fn maybe_int(&mut self, name: &str) -> Result<Option<i32>, Fault> {
        self.maybe(name, |a| a.as_int().and_then(|n| i32::try_from(n).ok()))
    }
    /// A list that may be left out, of whatever `read` reads.
    pub fn maybe_list<T>(&mut self, name: &str, read: impl Fn(&Arg) -> Option<T>) -> Result<Option<Vec<T>>, Fault> {
        self.maybe(name, |a| if let Arg::List(items) = a { items.iter().map(&read).collect() } else { None })
    }
    /// Whatever `read` reads, if it is there.
    pub fn maybe<T>(&mut self, name: &str, read: impl Fn(&Arg) -> Option<T>) -> Result<Option<T>, Fault> {
        match self.take(name) {
            None => Ok(None),
            Some(a) => read(a).map(Some).ok_or_else(|| self.bug("an unfit", name)),
        }
    }
    /// A flag that may be left out.
    pub fn flag(&mut self, name: &str) -> Result<Option<bool>, Fault> {
        match self.take(name) {
            None => Ok(None),
            Some(a) => a.as_bool().map(Some).ok_or_else(|| self.bug("an unfit", name)),
        }
    }
    /// A whole number that fits the API's 32 bits.
    pub fn int(&mut self, name: &str) -> Result<i32, Fault> {
        let n = self.must(name)?.as_int().and_then(|n| i32::try_from(n).ok());
        n.ok_or_else(|| self.bug("an unfit", name))
    }
    /// Nothing may be left over.
    pub fn end(self) -> Result<(), Fault> {
        match self.left.first() {
            None => Ok(()),
            Some(name) => Err(self.bug("an unknown", name)),
        }
    }
}

impl SendMode {
    /// The permit, if there is one.
    pub fn permit(self) -> Option<Permit> {
        match self {
            SendMode::DryRun => None,
            SendMode::Real(permit) => permit,
        }
    }
}

/// What is kept of an answer.
pub fn sent(request_id: Option<&str>, text: String) -> Answer {
    Answer { request_id: request_id.map(Into::into), text, outputs: Vec::new() }
}

impl Answer {
    /// The same with an output. One that AWS left out is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Option<&str>) -> Self {
        if let Some(text) = value {
            self.outputs.push((name, Output::Text(text.into())));
        }
        self
    }
    /// The same with a secret output.
    #[must_use]
    pub fn with_secret(mut self, name: &'static str, value: Option<&str>) -> Self {
        if let Some(text) = value {
            self.outputs.push((name, Output::Secret(Secret::new(text.into()))));
        }
        self
    }
}

/// Sends a fluent request of any service with the permit of what is on its way, and turns its error into a fault.
macro_rules! deliver {
    ($outgoing:expr, $request:expr) => {{
        let request = $request.customize();
        let request = match $outgoing.mode.permit() {
            Some(permit) => request.interceptor(permit),
            None => request,
        };
        request.send().await.map_err(|e| crate::aws::fault::of($outgoing.call.op, e))
    }};
}
pub(in crate::kinds) use deliver;

/// The sender of an operation of EC2's that takes one id and nothing else, and answers nothing that matters:
/// `NAME: operation, method.setter("Parameter");`
macro_rules! of_one_id {
    ($(#[$doc:meta])* $name:ident: $op:expr, $method:ident.$setter:ident($member:literal);) => {
        $(#[$doc])*
        pub static $name: Sender = Sender {
            op: $op,
            send: |s| {
                async move {
                    let mut args = Args::of(&s.call);
                    let id = args.text($member)?;
                    args.end()?;
                    let dry = s.dry_run()?;
                    let client = s.gateway.ec2(&s.call.scope).await?;
                    let out = deliver!(s, client.$method().$setter(id).set_dry_run(dry))?;
                    Ok(sent(out.request_id(), String::new()))
                }
                .boxed()
            },
        };
    };
}
pub(in crate::kinds) use of_one_id;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{FaultKind, Scope};
    use crate::model::{Operation, Retry, Service};

    static OP: Operation = Operation::write(Service::Elbv2, "RegisterTargets", Retry::Safe);

    #[test]
    fn arguments_that_are_missing_unfit_or_left_over_are_refused() {
        let call = Call::new(&OP, Scope::region("p", "r")).arg("A", Arg::str("x")).arg("N", Arg::Int(1 << 40));
        let mut args = Args::of(&call);
        assert_eq!(args.text("A").as_deref(), Ok("x"));
        assert_eq!(args.text("A").map_err(|f| f.kind), Err(FaultKind::Bug), "taken already");
        assert!(args.int("N").is_err(), "over 32 bits");
        assert_eq!(args.flag("F"), Ok(None));
        assert!(args.end().is_ok());
        let call = call.arg("Extra", Arg::Bool(true));
        let mut args = Args::of(&call);
        args.text("A").expect("it is there");
        assert!(args.end().is_err());
    }
}
