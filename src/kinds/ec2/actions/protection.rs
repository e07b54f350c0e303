//! Instances that EC2 would refuse to terminate or stop: said before anything is sent, with EC2's own code.

use crate::base::text::capital;
use crate::base::{Fault, FaultKind};
use crate::kinds::action::{ActionContext, Target};
use crate::kinds::ec2::instance_protection::{self as protection, STOP, TERMINATION};
use crate::kinds::plan_builder::{beside, called, label, note};
use crate::model::{Consequence, FieldInfo, Operation, TableKey};

/// What one is protected from.
#[derive(Clone, Copy)]
pub(super) enum Protection {
    Stop,
    Termination,
}

impl Protection {
    /// What protects: stop protection keeps one from being terminated, too.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html>
    const fn by(self) -> &'static [Protection] {
        match self {
            Protection::Stop => &[Protection::Stop],
            Protection::Termination => &[Protection::Termination, Protection::Stop],
        }
    }
    const fn field(self) -> &'static FieldInfo {
        match self {
            Protection::Stop => &STOP,
            Protection::Termination => &TERMINATION,
        }
    }
    /// In a sentence, and in [`super::CHANGE_PROTECTION`]'s form.
    const fn word(self) -> &'static str {
        match self {
            Protection::Stop => "stop",
            Protection::Termination => "termination",
        }
    }
}

/// # Errors
/// One of the instances is protected: EC2 would answer `OperationNotPermitted`, and to several in one Availability Zone for
/// all of them.
pub(super) fn check(
    cx: &ActionContext<'_>,
    from: Protection,
    op: &Operation,
    out: &mut Vec<Consequence>,
    needs: &mut Vec<TableKey>,
) -> Result<(), Fault> {
    let mut unknown: Option<&'static str> = None;
    for by in from.by() {
        let mut protected: Vec<&Target> = Vec::new();
        for t in cx.targets {
            match protection::of(cx.store, &t.table, &t.record.id, by.field()) {
                Some(true) => protected.push(t),
                Some(false) => {}
                None => unknown = Some(beside(cx.store, &t.table, &protection::INFO, needs)),
            }
        }
        if !protected.is_empty() {
            let word = by.word();
            let who: Vec<String> = protected.iter().map(|t| label(&t.record)).collect();
            let text = format!(
                "{} protection is on for {}: EC2 would refuse, and nothing would happen.",
                capital(word),
                called("instance", &who)
            );
            let hint = format!("Switch it off with :change-protection {word}=off, or leave the instance out.");
            let (service, name) = (op.service.sdk_id(), op.name);
            return Err(Fault::new(FaultKind::Conflict, text)
                .of(service, name)
                .code("OperationNotPermitted")
                .hint(hint));
        }
    }
    let word = from.word();
    if let Some(why) = unknown {
        let all = if cx.targets.len() == 1 { "" } else { " all instances of the same Availability Zone" };
        out.push(note(format!(
            "{} protection is {why}: where it is on, EC2 refuses{all} and nothing happens",
            capital(word)
        )));
    }
    Ok(())
}
