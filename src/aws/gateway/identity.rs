//! Who one is: asked of STS, pinned to the credentials in use, and what a confirmed write is let through for.

use std::sync::atomic::Ordering;

use arcstr::ArcStr;

use super::Gateway;
use crate::aws::fault;
use crate::aws::guard::{ConfirmedCall, Mint, Permit};
use crate::base::{Fault, FaultKind, Scope};
use crate::model::operation::{Access, Operation, Service};

/// Who am I: the one operation that the gateway itself sends. Needs no permission.
pub static GET_CALLER_IDENTITY: Operation = Operation::read(Service::Sts, "GetCallerIdentity").with_iam(&[]);

/// Whose account it is, as STS says. Two are equal if the account and the principal are; a role session's name is not compared.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Twelve digits.
    pub account: ArcStr,
    /// The ARN of the user or the role session.
    pub arn: ArcStr,
    /// The name in it: the user, or the role.
    pub user_name: ArcStr,
    /// AWS's unique id of the principal.
    pub user_id: ArcStr,
}

impl Identity {
    fn principal(&self) -> &str {
        // arn:aws:sts::123456789012:assumed-role/ROLE/SESSION
        if self.arn.contains(":assumed-role/") {
            self.arn.rsplit_once('/').map_or(&self.arn, |(p, _)| p)
        } else {
            &self.arn
        }
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.account == other.account && self.principal() == other.principal()
    }
}

/// An identity with the numbers that it was found under.
struct Pinned {
    epoch: u64,
    generation: u64,
    identity: Identity,
}

impl Gateway {
    /// Whose account the profile reaches: asked of STS once for each set of credentials.
    ///
    /// # Errors
    /// [`FaultKind::NoCredentials`], [`FaultKind::Expired`], [`FaultKind::Offline`], [`FaultKind::Denied`].
    pub async fn identity(&self, profile: &str) -> Result<Identity, Fault> {
        self.identified(profile).await.map(|pinned| pinned.identity)
    }

    /// The same with its generation, as [`Gateway::generation`] counts them. Both belong together, whoever signs in meanwhile: a
    /// plan that shows this account is pinned to this number.
    ///
    /// # Errors
    /// As [`Gateway::identity`].
    pub async fn identity_and_generation(&self, profile: &str) -> Result<(Identity, u64), Fault> {
        self.identified(profile).await.map(|pinned| (pinned.identity, pinned.generation))
    }

    async fn identified(&self, profile: &str) -> Result<Pinned, Fault> {
        let per = self.per(profile)?;
        let session = self.session(per).await;
        session.source.get().await?;
        let mut pinned = per.identity.lock().await;
        if let Some((epoch, identity)) = &*pinned
            && *epoch == session.source.epoch()
        {
            let generation = per.generation.load(Ordering::SeqCst);
            return Ok(Pinned { epoch: *epoch, generation, identity: identity.clone() });
        }
        let sts = self.sts(&Scope::account(profile)).await?;
        let epoch = session.source.epoch();
        let answer = sts.get_caller_identity().send().await.map_err(|e| fault::of(&GET_CALLER_IDENTITY, e))?;
        // Plans are pinned to the account, and its last digits are asked for: an empty one would be anybody's.
        let (Some(account), Some(arn)) = (answer.account().filter(|a| !a.is_empty()), answer.arn()) else {
            return Err(Fault::new(FaultKind::Unknown, "the answer names no account")
                .of(GET_CALLER_IDENTITY.service.sdk_id(), GET_CALLER_IDENTITY.name));
        };
        let arn = ArcStr::from(arn);
        let name = arn.split('/').nth(1).or(arn.rsplit(':').next()).unwrap_or_default();
        let identity = Identity {
            account: account.into(),
            user_name: name.into(),
            user_id: answer.user_id().unwrap_or_default().into(),
            arn,
        };
        if pinned.as_ref().is_none_or(|(_, old)| *old != identity) {
            per.generation.fetch_add(1, Ordering::SeqCst);
        }
        *pinned = Some((epoch, identity.clone()));
        // Counted on under the lock only.
        Ok(Pinned { epoch, generation: per.generation.load(Ordering::SeqCst), identity })
    }

    /// Another number, another identity: a plan made under one is not carried out under the next. 0 until [`Gateway::identity`]
    /// was answered. Rotating keys of one and the same role do not change it.
    pub fn generation(&self, profile: &str) -> u64 {
        self.0.profiles.get(profile).map_or(0, |p| p.generation.load(Ordering::SeqCst))
    }

    /// What permits are made with, once: the first who asks is the executor.
    pub fn take_mint(&self) -> Option<Mint> {
        let taken = self.0.mint_taken.swap(true, Ordering::SeqCst);
        (!taken).then(Mint::new)
    }

    /// The permit for one confirmed write. Asks STS again if the credentials were reloaded since the plan was made.
    ///
    /// # Errors
    /// [`FaultKind::ReadOnly`] in read-only mode (but for what lets somebody in, where the settings allow that) and for undeclared writes; [`FaultKind::Conflict`] if the profile is another
    /// identity now than the plan was made for; what [`Gateway::identity`] fails with.
    pub async fn permit(&self, _: &Mint, call: ConfirmedCall<'_>) -> Result<Permit, Fault> {
        let op = call.operation;
        let refuse = |kind, text: &str| Err(Fault::new(kind, text).of(op.service.sdk_id(), op.name));
        let Some(profile) = call.scope.profile() else {
            return refuse(FaultKind::Bug, "a change needs an account");
        };
        let lets_in = op.lets_in && self.0.config.connects.contains(profile.as_str());
        if self.is_read_only(profile) && !lets_in {
            return refuse(FaultKind::ReadOnly, "read-only mode: no change is sent");
        }
        if op.access != Access::Write || self.0.declared.get(&(op.service.sdk_id(), op.name)) != Some(&op) {
            return refuse(FaultKind::ReadOnly, "only declared writes are given a permit");
        }
        let Pinned { epoch, generation, .. } = self.identified(profile).await?;
        if generation != call.generation {
            return refuse(
                FaultKind::Conflict,
                "not sent: the credentials belong to another identity than when the plan was made",
            );
        }
        Ok(Permit::new(&call, epoch))
    }
}
