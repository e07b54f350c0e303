//! The account behind one clock: opening, saving, and answering requests.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::WorldError;
use super::faults::{self, Faults, Trouble};
use super::presets::{self, WorldSpec};
use super::wire::{self, ApiError, Call, Protocol, Reply, Request, shapes};
use super::world::World;
use super::{autoscaling, cloudtrail, cloudwatch, ec2, elbv2, physics, regions, s3, sts};
use crate::base::{Clock, Time};
use crate::model::operation::Service;

/// A living account. Cheap to clone; the clones are one account.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    clock: Clock,
    world: Mutex<World>,
    faults: Faults,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sandbox({:?})", self.0.clock)
    }
}

impl Sandbox {
    /// Builds the world that `spec` names, as it stands at `clock`'s now.
    ///
    /// `speed` divides the durations of everything that takes time (2.0: twice as fast), alarms' periods too; dates stay wall
    /// time.
    ///
    /// # Errors
    /// If `speed` is not a positive number or a world's file is broken.
    pub fn open(spec: WorldSpec, clock: Clock, speed: f64) -> Result<Sandbox, WorldError> {
        let (world, rules) = presets::build(&spec, clock.now()).map_err(WorldError::File)?;
        let sandbox = Sandbox::with_world(world, clock, speed)?;
        rules.into_iter().for_each(|rule| sandbox.faults().add(rule));
        Ok(sandbox)
    }

    /// Goes on with a world that [`Sandbox::save`] wrote. What should have happened since happens at the first request.
    ///
    /// # Errors
    /// If the file cannot be read or is not a saved world of this version of the program.
    pub fn load(path: &Path, clock: Clock, speed: f64) -> Result<Sandbox, WorldError> {
        let text = std::fs::read(path).map_err(|source| WorldError::Read { path: path.into(), source })?;
        let world: World =
            serde_json::from_slice(&text).map_err(|source| WorldError::NotSaved { path: path.into(), source })?;
        let (theirs, ours) = world.version();
        if theirs != ours {
            return Err(WorldError::Form { path: path.into(), theirs, ours });
        }
        Sandbox::with_world(world, clock, speed)
    }

    fn with_world(mut world: World, clock: Clock, speed: f64) -> Result<Sandbox, WorldError> {
        if !(speed.is_finite() && speed > 0.0) {
            return Err(WorldError::Speed(speed));
        }
        world.speed = speed;
        world.since = clock.now();
        Ok(Sandbox(Arc::new(Inner { clock, world: Mutex::new(world), faults: Faults::default() })))
    }

    /// An account of its own that stands where this one does, by another clock that shows the same moment. What goes wrong on purpose goes
    /// along.
    #[must_use]
    pub fn copy(&self, clock: Clock) -> Sandbox {
        let world = self.world().clone();
        Sandbox(Arc::new(Inner { clock, world: Mutex::new(world), faults: self.0.faults.copy() }))
    }

    /// Writes the world to `path`: first beside it, then renamed over it, so that a crash leaves the old or the new one.
    ///
    /// # Errors
    /// If the file, or the one beside it, cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), WorldError> {
        let text = serde_json::to_vec(&*self.world()).map_err(WorldError::Unwritable)?;
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let failed = |source| WorldError::Write { path: path.into(), source };
        std::fs::write(&beside, text).map_err(failed)?;
        std::fs::rename(&beside, path).map_err(failed)
    }

    /// What goes wrong on purpose in this account: rules to add and to take away.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// The moment it is in this account.
    pub fn now(&self) -> Time {
        self.0.clock.now()
    }

    /// Answers one request. Advances the world to the clock first. Never blocks on anything but the world's lock.
    pub fn handle(&self, request: &Request) -> Reply {
        let now = self.0.clock.now();
        let mut world = self.world();
        physics::advance(&mut world, now);
        let request_id = world.new_request_id();
        match wire::route(request, now, request_id) {
            Ok(call) => match self.0.faults.matching(&call) {
                None => dispatch(&mut world, &call),
                Some(trouble) => faults::answer(&trouble, &call, || {
                    world.no_room = trouble == Trouble::NoRoom;
                    if trouble == Trouble::Reclaim {
                        ec2::lifecycle::reclaim_spot(&mut world, &call.region, now);
                    }
                    let reply = dispatch(&mut world, &call);
                    world.no_room = false;
                    reply
                }),
            },
            Err(reply) => *reply,
        }
    }

    /// The world, to look at or to change by hand (tests, labs). Not advanced to the clock: see [`Sandbox::advance`].
    /// Never keep the guard across an await.
    pub fn world(&self) -> MutexGuard<'_, World> {
        // A panic under the lock is a bug in one answer; the account behind it is still the best there is.
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the world at the clock's now, and may change it by hand; what follows in other services has happened afterwards.
    pub fn within<T>(&self, look: impl FnOnce(&mut World, Time) -> T) -> T {
        let now = self.0.clock.now();
        let mut world = self.world();
        physics::advance(&mut world, now);
        let out = look(&mut world, now);
        physics::deliver(&mut world);
        out
    }

    /// Lets everything happen that is due by now, as each request does.
    pub fn advance(&self) {
        let now = self.0.clock.now();
        physics::advance(&mut self.world(), now);
    }
}

/// What CloudTrail keeps of a call that has been answered.
fn write_down(world: &mut World, call: &Call<'_>, reply: &Reply) {
    if !cloudtrail::is_recorded(call) {
        return;
    }
    let told = match call.service {
        // Of objects there are no management events.
        Service::S3 => match s3::change(world, call, reply) {
            None => return,
            Some(change) => Some(cloudtrail::Told {
                name: Some(change.event),
                region: change.region,
                parameters: change.parameters,
                resources: vec![("AWS::S3::Bucket", change.bucket)],
                error: change.error,
            }),
        },
        Service::CloudWatch => {
            let change = cloudwatch::change(call, reply);
            Some(cloudtrail::Told {
                name: None,
                region: None,
                parameters: change.parameters,
                resources: change.alarms.into_iter().map(|name| ("AWS::CloudWatch::Alarm", name)).collect(),
                error: change.error,
            })
        }
        _ => None,
    };
    let by = sts::caller(world, call).signer();
    cloudtrail::record(world, call, reply, by, told);
}

/// Hands the call to its service.
fn dispatch(world: &mut World, call: &Call<'_>) -> Reply {
    if call.protocol != Protocol::Rest && !regions::is_enabled(&call.region) {
        // What AWS answers in a region that the account has not opted in to.
        let e =
            ApiError::new("AuthFailure", "AWS was not able to validate the provided access credentials").status(401);
        return call.fail(&e);
    }
    if call.access_key.is_empty() && !matches!(call.service, Service::S3 | Service::Sts) {
        return call.fail(&match call.service {
            Service::Ec2 => ApiError::new("MissingParameter", "The request must contain the parameter AWSAccessKeyId"),
            _ => ApiError::new("MissingAuthenticationToken", "Request is missing Authentication Token").status(403),
        });
    }
    // A query request names the version of the API that it was written for.
    match (call.protocol, call.params.text("Version")) {
        (Protocol::Ec2Query, None) => {
            let message = "The request must contain the parameter Version";
            return call.fail(&ApiError::new("MissingParameter", message));
        }
        (Protocol::Query, version) if !version.is_some_and(|v| call.is_version(v)) => return call.unknown_operation(),
        _ => {}
    }
    let reply = match call.service {
        Service::Ec2 => shapes::answer_form(call, || ec2::answer(world, call)),
        Service::Elbv2 => shapes::answer_form(call, || elbv2::answer(world, call)),
        Service::AutoScaling => shapes::answer_form(call, || autoscaling::answer(world, call)),
        Service::S3 => s3::answer(world, call),
        Service::CloudWatch => cloudwatch::answer(world, call),
        Service::Sts => shapes::answer_form(call, || sts::answer(world, call)),
        Service::CloudTrail => cloudtrail::answer(world, call),
        // No request is for it.
        Service::Ssh => return call.unknown_operation(),
        Service::InstanceConnect => ec2::instance_connect::answer(world, call),
    };
    write_down(world, call, &reply);
    // What follows in other services has happened by the time that the answer is there.
    physics::deliver(world);
    reply
}
