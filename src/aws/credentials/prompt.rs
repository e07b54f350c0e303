//! What signing in asks of the user. The runtime shows it; dropping the answer's channel is "no".

use arcstr::ArcStr;
use tokio::sync::{mpsc, oneshot};

use crate::base::{Secret, Time};

/// Where questions go. Without one (headless), signing in that needs an answer fails with a hint.
pub type Prompts = mpsc::Sender<Prompt>;

/// A question, or news of a sign-in under way.
#[derive(Debug)]
pub enum Prompt {
    /// A role wants the six digits of an MFA device.
    MfaCode {
        /// The profile whose role it is.
        profile: ArcStr,
        /// The device: its ARN, or a hardware token's serial number.
        serial: String,
        /// The code. Dropped: not entered.
        answer: oneshot::Sender<Secret>,
    },
    /// The user opens a page in any browser and confirms that the code there is this one.
    SsoDevice {
        /// The profile that signs in.
        profile: ArcStr,
        /// The page, with the code already in it where AWS gives that.
        url: String,
        /// The code, e.g. `ABCD-EFGH`.
        code: String,
        /// When the code is no longer accepted.
        expires: Time,
    },
    /// The sign-in that [`Prompt::SsoDevice`] announced is over: the notice can go.
    SsoDone {
        /// The profile.
        profile: ArcStr,
        /// Whether it succeeded.
        signed_in: bool,
    },
}
