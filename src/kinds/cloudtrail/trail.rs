//! The event history of one resource: who called what about it, asked for when somebody wants to know.
//!
//! A struct stands between the answer and the row: half of an event is JSON in a text, which is read once for several fields.

use arcstr::ArcStr;
use aws_sdk_cloudtrail::types as sdk;
use futures::future::{BoxFuture, FutureExt};
use serde_json::Value as Json;

use crate::aws::fault;
use crate::base::text::visible;
use crate::base::{Fault, RowId, Scope};
use crate::kinds::convert::{Converter, moment, time};
use crate::kinds::listing::{KindDef, ListRequest, Pages};
use crate::kinds::paging::following;
use crate::kinds::raw::raw;
use crate::kinds::registry::ALL;
use crate::kinds::row_spec::{Field, Fields, RowSpec, States, field};
use crate::model::derived::ByText;
use crate::model::{FieldInfo, KindInfo, Link, Operation, Record, Selector, Service, Tone, Value};

/// `LookupEvents`: two requests a second in a region, <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html>.
pub static LOOKUP_EVENTS: Operation = Operation::read(Service::CloudTrail, "LookupEvents").rarely_changes();

/// Events on a page, the most that there can be.
const PAGE: i32 = 50;
/// The pages that are read: two seconds at AWS's rate.
const PAGES: usize = 4;
/// The longest value that a lookup takes.
const LONGEST: usize = 2000;

/// When.
pub const AT: FieldInfo = FieldInfo::age("at", "AGE", "When it was called.").shown(0).aka(&["age", "when"]);
/// What was called.
pub const EVENT: FieldInfo =
    FieldInfo::text("event", "EVENT", "What was called, by the API's name.").shown(0).cells(12, 36);
/// Who called.
pub const USER: FieldInfo = FieldInfo::text("user", "WHO", "The user, or the session of a role, that called it.")
    .shown(0)
    .cells(8, 30)
    .aka(&["who"]);
/// From where.
pub const FROM: FieldInfo =
    FieldInfo::text("from", "FROM", "The address that it came from, or the service that called for somebody.")
        .shown(1)
        .cells(8, 30);
/// How it ended.
pub const RESULT: FieldInfo =
    FieldInfo::state("result", "RESULT", "done, or AWS's code where it was refused.").shown(0).cells(6, 24);

/// What they are.
pub static INFO: KindInfo = KindInfo::new("trail", "event", "Trail events", &FIELDS)
    .doc(
        "Who changed it: CloudTrail's event history of one resource in the last 90 days, the newest 200 events, some five minutes after \
         they happened. Reads are left out. In the palette and on the command line: `trail i-0123456789abcdef0`.",
    )
    .aliases(&["event-history", "events"])
    .beyond("Only the newest 200 events of the last 90 days are read; CloudTrail shows an event some five minutes after the call.")
    .listed_by(&[&LOOKUP_EVENTS])
    .sorted_down(&AT)
    .of_text(&TEXT);

/// Who changed it.
pub static KIND: KindDef = KindDef { info: &INFO, list, links, raw: Some(|r, id| raw(list, r, id)) };

static TEXT: ByText = ByText {
    read,
    nothing: |text| {
        format!(
            "CloudTrail has no event of the last 90 days that changed {} (it shows one some five minutes after the call)",
            visible(text)
        )
    },
    me: None,
    offer: Some(|row| named(row).map(|id| id.to_string())),
    sure: true,
    exit: None,
};

static STATES: States = States(&[("done", Tone::Good)]);

/// What CloudTrail knows a row by: its id or ARN, or its name where it has nothing else. What a row stands for is meant, not the row.
pub fn named(row: &Record) -> Option<ArcStr> {
    let stands_for_itself = row.kind.derived.is_none() || row.kind.index_of("id").is_some();
    Some(row.shown_id().clone()).filter(|id| stands_for_itself && read(id).is_ok())
}

fn read(text: &str) -> Result<RowId, String> {
    let text = text.trim();
    match text.len() {
        0 => Err("trail takes the id, ARN or name of what was changed: trail i-0123456789abcdef0.".into()),
        1..=LONGEST if !text.chars().any(char::is_control) => Ok(text.into()),
        _ => Err(format!("{} cannot be a resource's name.", visible(&text.chars().take(40).collect::<String>()))),
    }
}

/// An event with what its JSON says.
struct Event {
    answer: sdk::Event,
    json: Json,
}

impl Event {
    fn of(answer: sdk::Event) -> Event {
        let json = answer.cloud_trail_event().and_then(|text| serde_json::from_str(text).ok());
        Event { json: json.unwrap_or_default(), answer }
    }
    fn said(&self, path: &str) -> Option<&str> {
        self.json.pointer(path)?.as_str().filter(|s| !s.is_empty())
    }
    /// Whether it changed anything, or tried to.
    fn changes(&self) -> bool {
        self.answer.read_only() != Some("true")
    }
    /// Where no name is said, the last part of the ARN.
    fn user(&self) -> Option<&str> {
        let of_arn = || self.said("/userIdentity/arn").and_then(|arn| arn.rsplit(['/', ':']).next());
        let service = || self.said("/userIdentity/invokedBy");
        self.answer.username().filter(|u| !u.is_empty()).or_else(of_arn).or_else(service)
    }
    fn resources(&self) -> Vec<ArcStr> {
        let names = self.answer.resources().iter().filter_map(|r| r.resource_name());
        names.filter(|n| !n.is_empty()).map(ArcStr::from).collect()
    }
}

static FIELDS: Fields<Event> = Fields(&[
    field(AT, |e, _| moment(time(e.answer.event_time()))),
    field(USER, |e, c| c.text(e.user())),
    field(EVENT, |e, c| c.text(e.answer.event_name())),
    Field::state(RESULT),
    field(FROM, |e, c| c.text(e.said("/sourceIPAddress"))),
    field(FieldInfo::list("about", "ABOUT", "All that it was about.").spare(1).cells(10, 60), |e, _| {
        let names = e.resources();
        if names.is_empty() { Value::Empty } else { Value::List(names.into()) }
    }),
    field(FieldInfo::text("why", "WHY", "Why it was refused, in AWS's words.").spare(2).cells(12, 60), |e, c| {
        c.text(e.said("/errorMessage"))
    }),
    field(FieldInfo::text("source", "SERVICE", "The service that was called.").cells(10, 36), |e, c| {
        c.text(e.answer.event_source())
    }),
    field(FieldInfo::text("identity", "IDENTITY", "The ARN of who called.").cells(10, 80), |e, c| {
        c.text(e.said("/userIdentity/arn"))
    }),
    field(FieldInfo::text("invoked_by", "BY", "The service that called for somebody.").cells(10, 40), |e, c| {
        c.text(e.said("/userIdentity/invokedBy"))
    }),
    field(
        FieldInfo::id("access_key", "ACCESS KEY", "The id of the access key that signed it.").cells(12, 22),
        |e, c| c.text(e.answer.access_key_id()),
    ),
    field(FieldInfo::text("agent", "AGENT", "The program that called, as it names itself.").cells(10, 60), |e, c| {
        c.text(e.said("/userAgent"))
    }),
    field(FieldInfo::text("parameters", "PARAMETERS", "What was asked for, as JSON.").cells(10, 200), |e, _| {
        match e.json.get("requestParameters") {
            None | Some(Json::Null) => Value::Empty,
            Some(asked) => Value::text(asked.to_string()),
        }
    }),
    Field::id(FieldInfo::id("id", "ID", "The event's id.").cells(11, 36)),
]);

static ROWS: RowSpec<Event> = RowSpec::new(&INFO, &FIELDS, |e| e.answer.event_id())
    .stated(|e, c| STATES.state(Some(e.said("/errorCode").unwrap_or("done")), c));

fn list(request: ListRequest, mut pages: Pages) -> BoxFuture<'static, Result<(), Fault>> {
    async move {
        let Selector::Parent(name) = &request.selector else {
            return Err(Fault::bug("The event history is one resource's."));
        };
        let client = request.gateway.cloudtrail(&request.scope).await?;
        let attribute = sdk::LookupAttribute::builder()
            .attribute_key(sdk::LookupAttributeKey::ResourceName)
            .attribute_value(name.as_str())
            .build()
            .map_err(|e| Fault::bug(format!("A lookup could not be made: {e}.")))?;
        let mut converter = Converter::new(&request.interner);
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            pages.ask(&LOOKUP_EVENTS).await?;
            let call = client.lookup_events().lookup_attributes(attribute.clone()).max_results(PAGE);
            let out = call.set_next_token(token.clone()).send().await.map_err(|e| fault::of(&LOOKUP_EVENTS, e))?;
            let events = out.events.unwrap_or_default().into_iter().map(Event::of);
            let changes: Vec<Event> = events.filter(Event::changes).collect();
            pages.page(ROWS.records(&changes, &mut converter)).await?;
            token = following(&LOOKUP_EVENTS, token.as_deref(), out.next_token)?;
            if token.is_none() {
                break;
            }
        }
        Ok(())
    }
    .boxed()
}

/// To what the event was about.
fn links(row: &Record, _: &Scope) -> Vec<Link> {
    let Some(about) = row.kind.index_of("about") else { return Vec::new() };
    let link = |id: ArcStr| {
        let kind = ALL.named(&id).filter(|n| n.whole)?.kind.0;
        Some(Link::to(kind.singular, kind.name, format!("id={id}")))
    };
    row.at(about).items().into_iter().filter_map(link).collect()
}
