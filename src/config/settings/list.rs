//! Every setting there is: name, type, default, what it does, and where its value goes.

use std::path::PathBuf;

use super::{Parsed, ProfileSettings, Setting, SettingType, Settings};

/// Every setting, in the order of the default file.
pub const SETTINGS: &[Setting] = &[
    Setting {
        path: "theme",
        kind: SettingType::Text,
        value: "\"auto\"",
        doc: "The colours: dark, light, ansi16, mono, or the name of your own file in themes/. auto fits the terminal.",
        option: Some("--theme"),
        apply: |s, _, v| text(v, &mut s.theme),
    },
    Setting {
        path: "keymap",
        kind: SettingType::Text,
        value: "\"default\"",
        doc: "The keys: default, vim, or the name of your own file in keymaps/.",
        option: Some("--keymap"),
        apply: |s, _, v| text(v, &mut s.keymap),
    },
    Setting {
        path: "view",
        kind: SettingType::Text,
        value: "\"instances\"",
        doc: "What the console shows first, as in the palette, for example \"instances state:running\". Unset: the last view, without its filter; the \
              first time, and where nothing is remembered, instances.",
        option: Some("VIEW"),
        apply: |s, _, v| text(v, s.view.get_or_insert_default()),
    },
    Setting {
        path: "regions",
        kind: SettingType::List,
        value: "[]",
        doc: "Regions to show in one table, for example [\"ap-northeast-2\", \"us-east-1\"]. If empty: AWS_REGION, AWS_DEFAULT_REGION or the region of the profile.",
        option: Some("--region"),
        apply: |s, _, v| list(v, &mut s.regions),
    },
    Setting {
        path: "read_only",
        kind: SettingType::Bool,
        value: "false",
        doc: "No change is sent to AWS. Once on, whether here, by option or by environment, nothing turns it off until the console is closed.",
        option: Some("--read-only, SKYDECK_READ_ONLY=1"),
        apply: |s, _, v| bool(v, &mut s.read_only),
    },
    Setting {
        path: "refresh",
        kind: SettingType::Integer { min: 2, max: 3600, unit: "seconds" },
        value: "10",
        doc: "Seconds between refreshes of what is on the screen. Longer lists are refreshed less often; rows that are changing state, more often.",
        option: Some("--refresh"),
        apply: |s, _, v| {
            if let Parsed::Integer(n) = v {
                s.refresh = u32::try_from(n).unwrap_or(s.refresh);
            }
        },
    },
    Setting {
        path: "api_share",
        kind: SettingType::Integer { min: 1, max: 100, unit: "percent" },
        value: "20",
        doc: "Percent of AWS's documented request rate that the console may use; the rest is left to other tools.",
        option: Some("--api-share"),
        apply: |s, _, v| {
            if let Parsed::Integer(n) = v {
                s.api_share = u8::try_from(n).unwrap_or(s.api_share);
            }
        },
    },
    Setting {
        path: "confirm_account_digits",
        kind: SettingType::Bool,
        value: "true",
        doc: "The first change in each account after a start asks for the last four digits of the account id.",
        option: None,
        apply: |s, _, v| bool(v, &mut s.confirm_account_digits),
    },
    Setting {
        path: "remember",
        kind: SettingType::Bool,
        value: "true",
        doc: "Lines that were entered in the palette and the filter are there again at the next start, and so are a kind's columns and order as they \
              were chosen (unless the settings say its columns; :reset goes back) and the last view: in memory.json beside the journal. false keeps nothing and \
              reads nothing of it. Views that are saved by a name are kept in any case.",
        option: None,
        apply: |s, _, v| bool(v, &mut s.remember),
    },
    Setting {
        path: "time_zone",
        kind: SettingType::Text,
        value: "\"local\"",
        doc: "The zone of all times: local (this machine's, or TZ), UTC, or a name such as Asia/Seoul. The header names it.",
        option: None,
        apply: |s, _, v| text(v, &mut s.time_zone),
    },
    Setting {
        path: "mouse",
        kind: SettingType::Bool,
        value: "false",
        doc: "The mouse: a click goes to a row, sorts by a column's heading, shows a page of the detail, takes an entry of a menu; two clicks open; the wheel \
              scrolls. In a form a click goes to a field, takes a value, and on Continue leads to the plan. It never confirms \
              anything. The terminal then selects text only while Shift is held (Option in Terminal.app and iTerm2); in tmux it takes `set -g mouse on`.",
        option: None,
        apply: |s, _, v| bool(v, &mut s.mouse),
    },
    Setting {
        path: "pictures",
        kind: SettingType::Text,
        value: "\"auto\"",
        doc: "How pictures are shown: auto asks the terminal when there is the first one, and takes kitty's protocol, iTerm2's or sixel if it answers that it can; blocks \
              draws them of half blocks and asks nothing; kitty, iterm2 or sixel takes that without asking.",
        option: None,
        apply: |s, _, v| text(v, &mut s.pictures),
    },
    Setting {
        path: "downloads",
        kind: SettingType::Path,
        value: "\"~/Downloads\"",
        doc: "The folder that objects are downloaded to. Unset: the folder where the console was started.",
        option: None,
        apply: |s, _, v| path(v, &mut s.downloads),
    },
    Setting {
        path: "log",
        kind: SettingType::Path,
        value: "\"~/skydeck.log\"",
        doc: "Write a log to this file. It has no keys, tokens or user data. If not set: no log.",
        option: Some("--log"),
        apply: |s, _, v| path(v, &mut s.log),
    },
    Setting {
        path: "columns.KIND",
        kind: SettingType::List,
        value: "[\"name\", \"id\", \"state\"]",
        doc: "The columns of a kind, in order: its fields (docs/kinds.md lists them), tag:KEY for a tag's value, and region and profile.",
        option: None,
        apply: |s, kind, v| list(v, s.columns.entry(kind.to_string()).or_default()),
    },
    Setting {
        path: "keys.KEYS",
        kind: SettingType::Binding,
        value: "\":instances state:running\"",
        doc: "What keys do in a table, on a board, and where the palette can be called and they have no other meaning: a line of the palette \
              with its colon, a command, or false to unbind them. Keys of a sequence have blanks between: \"g w\" = \":launch\". It goes before \
              the keymap, also before the counts of vim; `skydeck config --check` says what it hides.",
        option: None,
        // The keymap has them.
        apply: |_, _, _| (),
    },
    Setting {
        path: "aliases.ALIAS",
        kind: SettingType::Text,
        value: "\"instances tag:Env=prod\"",
        doc: "A name for a line of the palette: :prod is that line, and what is typed after it comes after it. It cannot be the name of a kind, an \
              action or a command, nor stand for another alias. VIEW, get and plan --on know it, too.",
        option: None,
        apply: |s, name, v| text(v, s.aliases.entry(name.to_string()).or_default()),
    },
    Setting {
        path: "connect.keys",
        kind: SettingType::List,
        value: "[]",
        doc: "Folders in which :connect looks for the file of an instance's key pair (NAME.pem or NAME), after ~/.ssh; the folder for downloads \
              comes last. For example [\"~/keys\"].",
        option: None,
        apply: |s, _, v| list(v, &mut s.connect.keys),
    },
    Setting {
        path: "connect.users.PATTERN",
        kind: SettingType::Text,
        value: "\"deploy\"",
        doc: "Who logs in to instances whose image's name or id fits the pattern; * is any text, ? any character. The first that fits counts. \
              Unset: who AWS and the image's maker say.",
        option: None,
        apply: |s, pattern, v| text(v, s.connect.users.entry(pattern.to_string()).or_default()),
    },
    Setting {
        path: "profiles.NAME.read_only",
        kind: SettingType::Bool,
        value: "true",
        doc: "Read-only mode for one profile.",
        option: None,
        apply: |s, name, v| bool(v, &mut profile(s, name).read_only),
    },
    Setting {
        path: "profiles.NAME.connect",
        kind: SettingType::Bool,
        value: "true",
        doc: "Whether :connect works for this profile in read-only mode, too: the console itself then still changes nothing.",
        option: None,
        apply: |s, name, v| bool(v, &mut profile(s, name).connect),
    },
    Setting {
        path: "profiles.NAME.band",
        kind: SettingType::Color,
        value: "\"#8b1a1a\"",
        doc: "The colour of the profile's band in the header: \"#rrggbb\", 0 to 255, or a name such as \"red\".",
        option: None,
        apply: |s, name, v| {
            if let Parsed::Color(c) = v {
                profile(s, name).band = Some(c);
            }
        },
    },
    Setting {
        path: "profiles.NAME.label",
        kind: SettingType::Text,
        value: "\"PRODUCTION\"",
        doc: "The text in the band instead of the profile's name.",
        option: None,
        apply: |s, name, v| text(v, profile(s, name).label.get_or_insert_default()),
    },
    Setting {
        path: "profiles.NAME.confirm_account_digits",
        kind: SettingType::Bool,
        value: "true",
        doc: "confirm_account_digits for one profile.",
        option: None,
        apply: |s, name, v| bool(v, profile(s, name).confirm_account_digits.get_or_insert_default()),
    },
    Setting {
        path: "sandbox.world",
        kind: SettingType::Text,
        value: "\"demo\"",
        doc: "The world that --sandbox opens: demo, empty, or fleet:N with N instances.",
        option: Some("--sandbox=WORLD"),
        apply: |s, _, v| text(v, &mut s.sandbox.world),
    },
    Setting {
        path: "sandbox.speed",
        kind: SettingType::Number { min: 0.1, max: 1000.0 },
        value: "1",
        doc: "How much faster the sandbox's time runs than the clock.",
        option: Some("--sandbox-speed"),
        apply: |s, _, v| {
            if let Parsed::Number(x) = v {
                s.sandbox.speed = x;
            }
        },
    },
];

pub(super) fn profile<'s>(s: &'s mut Settings, name: &str) -> &'s mut ProfileSettings {
    s.profiles.entry(name.to_string()).or_default()
}

fn text(v: Parsed, into: &mut String) {
    if let Parsed::Text(t) = v {
        *into = t;
    }
}

fn bool(v: Parsed, into: &mut bool) {
    if let Parsed::Bool(b) = v {
        *into = b;
    }
}

fn list(v: Parsed, into: &mut Vec<String>) {
    if let Parsed::List(l) = v {
        *into = l;
    }
}

fn path(v: Parsed, into: &mut Option<PathBuf>) {
    if let Parsed::Path(p) = v {
        *into = Some(p);
    }
}
