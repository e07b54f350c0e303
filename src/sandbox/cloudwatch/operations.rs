//! The operations of CloudWatch by name, their dispatch, and the three protocols that carry them.

use std::borrow::Cow;
use std::io::Read as _;

use super::{alarms, cbor, data, define, put_metric_data, text};
use crate::sandbox::wire::shapes::walk::Style;
use crate::sandbox::wire::{ApiError, Call, Protocol, Reply, Tree, read_json, shapes, write_json};
use crate::sandbox::world::World;

/// Answers one call.
pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Reply {
    let input = match read(call) {
        Ok(input) => input,
        Err(message) => return call.fail(&ApiError::new("SerializationException", message)),
    };
    let style = if matches!(call.protocol, Protocol::Cbor | Protocol::Json) { Style::Typed } else { Style::Form };
    shapes::answer(call, &input, style, || perform(world, call, &input))
}

/// Does what a request that was checked asks for.
fn perform(world: &mut World, call: &Call<'_>, input: &Tree) -> Reply {
    let (region, now) = (call.region.as_str(), call.now);
    let outcome = match call.operation.as_str() {
        "DescribeAlarms" => alarms::describe(world, region, input),
        "DescribeAlarmsForMetric" => alarms::describe_for_metric(world, region, input),
        "DescribeAlarmHistory" => alarms::history(world, region, input),
        "EnableAlarmActions" => alarms::set_actions(world, region, input, true, now),
        "DisableAlarmActions" => alarms::set_actions(world, region, input, false, now),
        "SetAlarmState" => alarms::set_state(world, region, input, now),
        "PutMetricAlarm" => define::put_metric(world, region, input, now),
        "PutCompositeAlarm" => define::put_composite(world, region, input, now),
        "DeleteAlarms" => alarms::delete(world, region, input, now),
        "TagResource" | "UntagResource" | "ListTagsForResource" => {
            alarms::tagging(world, region, &call.operation, input)
        }
        "GetMetricData" => data::get_metric_data(world, region, input, now),
        "GetMetricStatistics" => data::get_metric_statistics(world, region, input, now),
        "ListMetrics" => data::list_metrics(world, region, input),
        "PutMetricData" => put_metric_data::put_metric_data(world, region, input, now),
        _ => return call.unknown_operation(),
    };
    match outcome {
        Ok(output) => {
            shapes::check_answer(call, &output);
            write(call, &output)
        }
        Err(says) => call.fail(&says),
    }
}

/// The most that a gzipped request may unpack to: AWS takes 1 MB of PutMetricData.
const MOST_UNPACKED: u64 = 16 << 20;

/// What a request asks for, in whichever protocol.
pub(super) fn read(call: &Call<'_>) -> Result<Tree, String> {
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
        Protocol::Json => read_json(&body),
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
            let body = if output.is_null() { "{}".to_owned() } else { write_json(output).to_string() };
            Reply::new(200, "application/x-amz-json-1.0", body).with_request_id(call)
        }
        _ => call.answer(output),
    }
}
