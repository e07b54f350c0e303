//! The sandbox's alarms and metrics: Amazon CloudWatch in its three protocols.
//!
//! | module | what it owns |
//! |---|---|
//! | [`state`] | alarms, their history, metrics that were sent; knows no protocol |
//! | `value`, `cbor`, `text` | the neutral value tree, and its three codecs: rpc-v2-cbor, JSON 1.0, query |
//! | `metrics`, `stats` | where metrics come from; statistics |
//! | `pace` | the sandbox's clock, which runs faster than the wall's |
//! | `math`, `functions` | metric math: its language, its functions |
//! | `labels` | labels with values in them |
//! | `alarms`, `define`, `data`, `put_metric_data` | the operations, once for all protocols |
//! | `evaluate`, `rule` | alarms by the minute; composite alarms' rules |
//! | `actions`, `suppress` | what alarms set off; composite alarms that are held back |
//! | `alb_traffic` | what application load balancers count of their traffic |
//! | `service_metrics` | what groups and balancers record |

mod actions;
mod alarms;
mod alb_traffic;
mod cbor;
mod data;
mod define;
pub(super) mod demo;
mod evaluate;
mod functions;
mod labels;
mod math;
mod metrics;
mod pace;
mod put_metric_data;
mod rule;
mod service_metrics;
mod state;
mod stats;
mod suppress;
#[cfg(test)]
mod tests;
mod text;
mod value;

pub(in crate::sandbox) use alarms::remove_alarms;
pub(in crate::sandbox) use define::put_alarm;
pub use state::{Alarm, AlarmState, MetricKey, MetricWatch, State, Watch};

use std::borrow::Cow;
use std::io::Read as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::base::Time;
use crate::sandbox::event_queue;
use crate::sandbox::wire::{ApiError, Call, Protocol, Reply};
use crate::sandbox::world::World;
use pace::Pace;
use value::Tree;

/// An operation's answer: [`Tree::Null`] where the operation has no output.
type Outcome = Result<Tree, ApiError>;

fn validation(message: impl Into<String>) -> ApiError {
    ApiError::new("ValidationError", message)
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new("InvalidParameterValue", message)
}

fn invalid_token() -> ApiError {
    ApiError::new("InvalidNextToken", "The token is invalid.")
}

/// An opaque token.
fn page_token(s: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("t:{s}"))
}

/// Reads what [`page_token`] wrote.
fn read_page_token(token: &str) -> Result<String, ApiError> {
    let text = URL_SAFE_NO_PAD.decode(token).ok().and_then(|b| String::from_utf8(b).ok());
    text.and_then(|t| t.strip_prefix("t:").map(str::to_owned)).ok_or_else(invalid_token)
}

/// What will happen to alarms and metrics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// A minute is over: alarms are evaluated.
    Minute,
    /// Ten seconds are over: alarms with shorter periods than a minute are.
    Tenth,
    /// A composite alarm has waited for its suppressor, or long enough after it.
    Review,
}

/// Lets an event happen at its moment.
pub(crate) fn apply_event(world: &mut World, region: &str, event: Event, now: Time) {
    match event {
        Event::Minute => {
            let pace = Pace::of(world);
            let minute = pace.shows(now).secs().div_euclid(60) * 60;
            service_metrics::record(world, region, Time::from_secs(minute - 60));
            evaluate::evaluate_all(world, region, now, evaluate::Which::All);
            actions::scale_again(world, region, now);
            schedule(world, region, now);
        }
        Event::Tenth => {
            evaluate::evaluate_all(world, region, now, evaluate::Which::Quick);
            schedule_tenth(world, region, now);
        }
        Event::Review => suppress::review(world, region, now),
    }
}

/// So many of the sandbox's minutes are caught up with at most when nobody asked for long: a fast night has many.
const MOST_MINUTES: i64 = 1_440;

/// The next minute of the sandbox's clock.
fn schedule(world: &mut World, region: &str, now: Time) {
    let pace = Pace::of(world);
    let mut minute = pace.shows(now).secs().div_euclid(60) + 1;
    if pace.is_fast() {
        minute = minute.max(pace.shows(world.until).secs().div_euclid(60) - MOST_MINUTES);
    }
    // A few seconds into the minute, as CloudWatch needs them too.
    let next = pace.wall(Time::from_secs(minute * 60).plus(Duration::from_millis(4_300)));
    let region = world.region_name(region);
    world.events.push(next, region, event_queue::Event::Cw(Event::Minute));
}

/// The next ten seconds of the sandbox's clock, if there are alarms that want them.
fn schedule_tenth(world: &mut World, region: &str, now: Time) {
    let pace = Pace::of(world);
    let state = &mut world.region(region).cloudwatch;
    state.tenths = state.alarms.values().any(state::Alarm::is_quick);
    if state.tenths {
        let tenth = pace.shows(now).secs().div_euclid(10) + 1;
        let least = pace.shows(world.until).secs().div_euclid(10) - MOST_MINUTES * 6;
        let next = pace.wall(Time::from_secs(tenth.max(least) * 10).plus(Duration::from_millis(1_200)));
        let region = world.region_name(region);
        world.events.push(next, region, event_queue::Event::Cw(Event::Tenth));
    }
}

/// Starts the region's evaluations, if they do not run.
fn keep_ticking(world: &mut World, region: &str, now: Time) {
    // An alarm of a world's made-up past does not bring that past's minutes back.
    let now = now.max(world.born);
    let state = &mut world.region(region).cloudwatch;
    if !std::mem::replace(&mut state.ticking, true) {
        schedule(world, region, now);
    }
    if !world.region(region).cloudwatch.tenths {
        schedule_tenth(world, region, now);
    }
}

/// Answers one call.
pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    let input = match read(call) {
        Ok(input) => input,
        Err(message) => return call.fail(&ApiError::new("SerializationException", message)),
    };
    let (region, now) = (call.region.as_str(), call.now);
    let outcome = match call.operation.as_str() {
        "DescribeAlarms" => alarms::describe(world, region, &input),
        "DescribeAlarmsForMetric" => alarms::describe_for_metric(world, region, &input),
        "DescribeAlarmHistory" => alarms::history(world, region, &input),
        "EnableAlarmActions" => alarms::set_actions(world, region, &input, true, now),
        "DisableAlarmActions" => alarms::set_actions(world, region, &input, false, now),
        "SetAlarmState" => alarms::set_state(world, region, &input, now),
        "PutMetricAlarm" => define::put_metric(world, region, &input, now),
        "PutCompositeAlarm" => define::put_composite(world, region, &input, now),
        "DeleteAlarms" => alarms::delete(world, region, &input, now),
        "TagResource" | "UntagResource" | "ListTagsForResource" => {
            alarms::tagging(world, region, &call.operation, &input)
        }
        "GetMetricData" => data::get_metric_data(world, region, &input, now),
        "GetMetricStatistics" => data::get_metric_statistics(world, region, &input, now),
        "ListMetrics" => data::list_metrics(world, region, &input),
        "PutMetricData" => put_metric_data::put_metric_data(world, region, &input, now),
        _ => return call.unknown_operation(),
    };
    match outcome {
        Ok(output) => write(call, &output),
        Err(says) => call.fail(&says),
    }
}

/// The most that a gzipped request may unpack to: AWS takes 1 MB of PutMetricData.
const MOST_UNPACKED: u64 = 16 << 20;

fn read(call: &Call<'_>) -> Result<Tree, String> {
    let body = &call.request.body;
    let gzipped = call.request.header("content-encoding").is_some_and(|e| e.contains("gzip"));
    let body: Cow<'_, [u8]> = if gzipped {
        let mut out = Vec::new();
        let unpacker = flate2::read::GzDecoder::new(&body[..]);
        unpacker.take(MOST_UNPACKED).read_to_end(&mut out).map_err(|e| e.to_string())?;
        Cow::Owned(out)
    } else {
        Cow::Borrowed(body)
    };
    match call.protocol {
        Protocol::Cbor => cbor::read(&body),
        Protocol::Json => text::read_json(&body),
        _ if body.is_empty() => Ok(text::read_form(call.request.query.as_bytes())),
        _ => Ok(text::read_form(&body)),
    }
}

fn write(call: &Call<'_>, output: &Tree) -> Reply {
    match call.protocol {
        Protocol::Cbor => {
            let empty = Tree::Map(Vec::new());
            let body = cbor::write(if output.is_null() { &empty } else { output });
            Reply::new(200, "application/cbor", body).with("smithy-protocol", "rpc-v2-cbor").with_request_id(call)
        }
        Protocol::Json => {
            let body = if output.is_null() { "{}".to_owned() } else { text::write_json(output).to_string() };
            Reply::new(200, "application/x-amz-json-1.0", body).with_request_id(call)
        }
        _ => {
            let (name, mut out) = (&call.operation, String::new());
            out.push_str(&format!("<{name}Response xmlns=\"{}\">", call.namespace()));
            if !output.is_null() {
                out.push_str(&format!("<{name}Result>"));
                text::write_xml(&mut out, output);
                out.push_str(&format!("</{name}Result>"));
            }
            out.push_str(&format!(
                "<ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{name}Response>",
                call.request_id
            ));
            Reply::new(200, "text/xml", out).with_request_id(call)
        }
    }
}
