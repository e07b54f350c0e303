//! The calls that let a key in before a connection: sent with a permit each, as all that changes something, but kept in no journal: a minute
//! later there is nothing left of them to be undone or taken up again.

use super::Executor;
use super::one_time_key::{self, KeyFolder};
use crate::aws::denial;
use crate::base::Fault;
use crate::model::Arg;
use crate::model::connect::OneTimeKey;

impl Executor {
    /// Makes a key pair and sends its public half to all who are to take it. `generation`: of the credentials that were asked about, if that is
    /// known ([`crate::aws::Gateway::generation`]). The key goes with what is returned.
    ///
    /// # Errors
    /// The key cannot be made, or one of them does not take it: the first that says so.
    pub async fn let_in(&self, key: &OneTimeKey, profile: &str, generation: u64) -> Result<KeyFolder, Fault> {
        let file = key.file.clone();
        let (folder, public) = self.blocking(move || one_time_key::make(&file)).await?;
        let generation = match generation {
            0 => self.gateway().identity_and_generation(profile).await?.1,
            known => known,
        };
        for (at, send) in key.sends.iter().enumerate() {
            let call = send.call.clone().arg("SSHPublicKey", Arg::str(public.as_str()));
            let op = call.op;
            if !op.lets_in {
                return Err(Fault::bug(format!("{} is no call that lets somebody in", op.name)));
            }
            if let Err(fault) = self.send(&key.file, 0, at, &call, generation).await {
                return Err(Box::pin(denial::explain(self.gateway(), op, &call.scope, fault)).await);
            }
        }
        Ok(folder)
    }
}
