//! Where the texts of a column are cut that are too long for it: where they say least. Looks at the rows around those that are seen, so
//! that what they have in common goes and what tells them apart stays. Pure; knows no screen.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use crate::base::text::{cut_end, cut_middle, fitting, width};

/// Cells of a text's beginning that stay before what is left out of it.
const HEAD: usize = 4;
/// A text with so many blanks is a sentence: it is read from its beginning, and cut at its end.
const SENTENCE: usize = 3;
/// How far back the word may begin in which two texts begin to differ: `AlarmHigh` and `AlarmLow`, not `High` and `Low`. At most half of what
/// is there, so that the difference itself is seen.
const WORD: usize = 12;

/// Texts up to so many cells are words, of which the beginning says most: `applicat…`.
const SHORT: usize = 18;

/// How one text is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// At its end.
    End,
    /// In its middle.
    Middle,
    /// Somewhere before this byte, where it goes on.
    Before(usize),
}

/// The texts as they are shown within `cells`, in the order in which they came; `None` for one that fits. No two that differ look the same if
/// there is a way of cutting that tells them apart.
pub fn cut(texts: &[Cow<'_, str>], cells: u16) -> Vec<Option<String>> {
    let room = usize::from(cells);
    let long: Vec<(usize, &str)> =
        texts.iter().enumerate().map(|(i, t)| (i, &**t)).filter(|(_, t)| width(t) > room).collect();
    let mut out = vec![None; texts.len()];
    for ((i, _), text) in long.iter().zip(best(&long.iter().map(|(_, t)| *t).collect::<Vec<_>>(), room)) {
        out[*i] = Some(text);
    }
    out
}

/// All of these are too long.
fn best(texts: &[&str], room: usize) -> Vec<String> {
    let made = |cuts: &[Cut]| -> Vec<String> {
        texts.iter().zip(cuts).map(|(text, cut)| shown(text, *cut, room).into_owned()).collect()
    };
    let sentences = texts.iter().filter(|t| t.bytes().filter(|b| *b == b' ').count() >= SENTENCE).count();
    if sentences * 2 > texts.len() || room < HEAD + 3 {
        return made(&vec![Cut::End; texts.len()]);
    }
    let end = || vec![Cut::End; texts.len()];
    let words = || if texts.iter().all(|t| width(t) <= SHORT) { end() } else { Vec::new() };
    let ways: [&dyn Fn() -> Vec<Cut>; 5] =
        [&words, &|| shared(texts, room), &|| nearest(texts, room), &|| vec![Cut::Middle; texts.len()], &end];
    let mut found: Option<(usize, Vec<String>)> = None;
    for way in ways {
        let cuts = way();
        if cuts.is_empty() {
            continue;
        }
        let made = made(&cuts);
        let alike = alike(texts, &made);
        if alike == 0 {
            return made;
        }
        if found.as_ref().is_none_or(|(least, _)| alike < *least) {
            found = Some((alike, made));
        }
    }
    found.map_or_else(Vec::new, |(_, made)| made)
}

/// How many texts look like another one that they differ from.
fn alike(texts: &[&str], shown: &[String]) -> usize {
    let mut seen: FxHashMap<&str, &str> = FxHashMap::default();
    texts.iter().zip(shown).filter(|(text, shown)| *seen.entry(shown.as_str()).or_insert(**text) != **text).count()
}

/// All of them are cut in what all of them begin or end with; empty if that is too little.
fn shared(texts: &[&str], room: usize) -> Vec<Cut> {
    let [first, others @ ..] = texts else { return Vec::new() };
    if others.is_empty() {
        return Vec::new();
    }
    let begin = others.iter().fold(first.len(), |n, t| n.min(same_begin(first, t)));
    let end = others.iter().fold(first.len(), |n, t| n.min(same_end(first, t)));
    let over = |t: &&str| width(t) + 1 - room;
    if texts.iter().all(|t| end.min(t.len() - begin.min(t.len())) >= over(t)) {
        return vec![Cut::End; texts.len()];
    }
    let from = word(first, begin, room);
    if width(&first[..from]) < HEAD + 2 {
        return Vec::new();
    }
    vec![Cut::Before(from); texts.len()]
}

/// Each is cut so that the place can be seen where it differs from the one that is most like it.
fn nearest(texts: &[&str], room: usize) -> Vec<Cut> {
    let mut sorted: Vec<usize> = (0..texts.len()).collect();
    sorted.sort_unstable_by_key(|i| texts[*i]);
    let mut cuts = vec![Cut::Middle; texts.len()];
    for (at, i) in sorted.iter().enumerate() {
        let text = texts[*i];
        // Rows that are called the same are no help.
        let other = |j: &&usize| texts[**j] != text;
        let alike = |j: Option<&usize>| j.map_or(0, |j| same_begin(text, texts[*j]));
        let before = alike(sorted[..at].iter().rev().find(other));
        let differs = before.max(alike(sorted[at + 1..].iter().find(other)));
        cuts[*i] = one(text, differs, room);
    }
    cuts
}

/// A text that begins to differ from its neighbours at a byte.
fn one(text: &str, differs: usize, room: usize) -> Cut {
    let (head, tail) = ((room - 1) - (room - 1) / 2, (room - 1) / 2);
    // The end of an address of AWS's tells nothing.
    let domain = domain(text);
    let before = width(&text[..differs]);
    if domain >= tail && before + 2 < room {
        return Cut::End;
    }
    // The middle leaves it, if it stands within the beginning or the end.
    if before + 2 < head || domain < tail && width(&text[differs..]) <= tail {
        return Cut::Middle;
    }
    let from = word(text, differs, room);
    if width(&text[..from]) < HEAD + 2 { Cut::End } else { Cut::Before(from) }
}

/// How many bytes at the end of a name are AWS's domain: `.ap-northeast-2.elb.amazonaws.com`.
fn domain(text: &str) -> usize {
    let ours = [".amazonaws.com", ".amazonaws.com.cn", ".on.aws", ".internal"];
    match text.find('.') {
        Some(dot) if ours.iter().any(|end| text.ends_with(end)) => text.len() - dot,
        _ => 0,
    }
}

/// A text as it is shown, at most `room` cells.
fn shown(text: &str, cut: Cut, room: usize) -> Cow<'_, str> {
    match cut {
        Cut::End => cut_end(text, room),
        Cut::Middle if domain(text) >= (room - 1) / 2 => cut_end(text, room),
        Cut::Middle => cut_middle(text, room),
        Cut::Before(from) => {
            let rest = width(&text[from..]);
            let head = room.saturating_sub(1 + rest).max(HEAD);
            let head = &text[..fitting(&text[..from], head)];
            let rest = cut_end(&text[from..], room.saturating_sub(1 + width(head)));
            Cow::Owned([head, "…", &rest].concat())
        }
    }
}

/// Where the word begins that stands at a byte, if it is not too far back. Never within a grapheme that both have.
fn word(text: &str, at: usize, room: usize) -> usize {
    let at = text.floor_char_boundary(at);
    let begins = text[..at].rfind(['-', '_', '.', '/', ':', ' ', '|']).map_or(0, |i| i + 1);
    if at - begins <= WORD.min(room.saturating_sub(HEAD + 1) / 2) { begins } else { at }
}

/// How many bytes two texts begin with alike, as whole characters.
fn same_begin(a: &str, b: &str) -> usize {
    let n = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    a.floor_char_boundary(n)
}

/// How many bytes two texts end with alike, as whole characters.
fn same_end(a: &str, b: &str) -> usize {
    let n = a.bytes().rev().zip(b.bytes().rev()).take_while(|(x, y)| x == y).count();
    a.len() - a.ceil_char_boundary(a.len() - n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(texts: &[&str], cells: u16) -> Vec<String> {
        let texts: Vec<Cow<'_, str>> = texts.iter().map(|t| Cow::Borrowed(*t)).collect();
        cut(&texts, cells).into_iter().zip(texts).map(|(cut, t)| cut.unwrap_or_else(|| t.into_owned())).collect()
    }

    #[test]
    fn what_all_rows_begin_with_goes_first() {
        let alarms =
            ["TargetTracking-my-asg-ec2-AlarmHigh-1b2c3d4e-0000", "TargetTracking-my-asg-ec2-AlarmLow-5f6a7b8c-0000"];
        assert_eq!(all(&alarms, 24), ["Targ…AlarmHigh-1b2c3d4e…", "Targ…AlarmLow-5f6a7b8c-…"]);
        let groups = ["my-alchemine-app-tg-80", "my-alchemine-app-tg-8080", "my-alchemine-app-tg-green"];
        assert_eq!(all(&groups, 17), ["my-alchemine-a…80", "my-alchemine…8080", "my-alchemin…green"]);
    }

    #[test]
    fn among_others_the_place_is_seen_where_two_begin_to_differ() {
        let alarms = [
            "TargetTracking-my-asg-ec2-AlarmHigh-1b2c3d4e-0000",
            "TargetTracking-my-asg-ec2-AlarmLow-5f6a7b8c-0000",
            "billing-over-one-hundred-dollars-a-month",
        ];
        assert_eq!(
            all(&alarms, 24),
            ["Targ…AlarmHigh-1b2c3d4e…", "Targ…AlarmLow-5f6a7b8c-…", "billing-over…ars-a-month"]
        );
    }

    #[test]
    fn the_domain_of_an_address_goes_before_its_name() {
        let names = [
            "internal-my-alchemine-app-alb-1234567890.ap-northeast-2.elb.amazonaws.com",
            "my-asg-nlb-0a1b2c3d4e5f6071.elb.ap-northeast-2.amazonaws.com",
        ];
        assert_eq!(all(&names, 30), ["internal-my-alchemine-app-alb…", "my-asg-nlb-0a1b2c3d4e5f6071.e…"]);
        assert_eq!(all(&names[..1], 30), ["internal-my-alchemine-app-alb…"]);
    }

    #[test]
    fn sentences_are_cut_at_their_end_and_what_fits_is_left_alone() {
        assert_eq!(all(&["It does not answer in time.", "ok"], 12), ["It does not…", "ok"]);
        assert_eq!(all(&["one-name-that-is-long"], 11), ["one-n…-long"]);
        assert_eq!(all(&["application", "gateway"], 9), ["applicat…", "gateway"]);
        assert!(all(&[], 5).is_empty());
    }

    proptest! {
        #[test]
        fn nothing_exceeds_its_cells(texts in prop::collection::vec("[a결é🚀\\-.]{0,30}", 0..8), cells in 0u16..40) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            for (text, cut) in texts.iter().zip(all(&texts, cells)) {
                prop_assert!(width(&cut) <= usize::from(cells), "{text} {cut} {cells}");
            }
        }
        #[test]
        fn two_names_that_differ_in_one_place_never_look_the_same(
            begin in "[a-c\\-]{0,40}", x in "[d-f]{1,6}", y in "[g-i]{1,6}", end in "[a-c\\-]{0,40}", cells in 18u16..40
        ) {
            let (a, b) = (format!("{begin}{x}{end}"), format!("{begin}{y}{end}"));
            let shown = all(&[&a, &b], cells);
            prop_assert!(shown[0] != shown[1], "{a} {b}: {shown:?}");
        }
    }
}
