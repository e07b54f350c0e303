//! Strangers' text: what AWS returns (tags, keys, console output) is shown, never obeyed; and how wide it is in cells.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The visible stand-in for a character that a terminal or a reader could be fooled by, or `None` if it is harmless.
///
/// Control characters become Unicode's control pictures (`␛` for ESC), C1 controls, line separators, bidirectional
/// overrides and isolates (Trojan Source, CVE-2021-42574), zero-width characters, soft hyphens (a cell wide in some terminals
/// only), blank letters such as Hangul's fillers, and tag characters become `�`.
fn stand_in(c: char) -> Option<char> {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32),
        '\u{7f}' => Some('␡'),
        // A flag is two of these: drawn as one glyph of two cells, or as two of two each. As letters they are two everywhere.
        '\u{1f1e6}'..='\u{1f1ff}' => char::from_u32(c as u32 - 0x1f1e6 + 'A' as u32),
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{61c}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => Some('\u{fffd}'),
        _ => None,
    }
}

/// Characters that join emoji or change how they look: zero-width joiner, variation selectors, skin tones. Terminals, tmux and the
/// width tables disagree on how many cells such sequences take, and one row that is off by two garbles the screen. So
/// they are left out after a character that is not ASCII, and the parts stand side by side: 👩💻.
fn is_emoji_glue(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// The text with every control character, bidi override and invisible character replaced by a visible one, and emoji sequences
/// taken apart.
pub fn visible(s: &str) -> Cow<'_, str> {
    if s.bytes().all(|b| (0x20..0x7f).contains(&b)) || s.chars().all(|c| stand_in(c).is_none() && !is_emoji_glue(c)) {
        return Cow::Borrowed(s);
    }
    let mut out = String::with_capacity(s.len());
    let mut after_emoji = false;
    for c in s.chars() {
        if is_emoji_glue(c) {
            if !after_emoji {
                out.push('\u{fffd}');
            }
            continue;
        }
        out.push(stand_in(c).unwrap_or(c));
        after_emoji = !c.is_ascii();
    }
    Cow::Owned(out)
}

/// How many terminal cells the text takes; Hangul, Kanji and emoji take two.
pub fn width(s: &str) -> usize {
    if s.is_ascii() { s.len() } else { UnicodeWidthStr::width(s) }
}

/// At most `cells` wide; what is cut at the end becomes `…`. Never splits a grapheme.
pub fn cut_end(s: &str, cells: usize) -> Cow<'_, str> {
    if width(s) <= cells {
        return Cow::Borrowed(s);
    }
    if cells == 0 {
        return Cow::Borrowed("");
    }
    // Nearly all that is drawn is ASCII, of which each byte is a grapheme of one cell.
    if s.is_ascii() {
        return Cow::Owned([&s[..cells - 1], "…"].concat());
    }
    let mut out = String::new();
    let mut used = 0;
    for g in s.graphemes(true) {
        let w = width(g);
        if used + w > cells - 1 {
            break;
        }
        out.push_str(g);
        used += w;
    }
    out.push('…');
    Cow::Owned(out)
}

/// How many bytes at the start of `s` take at most `cells`: whole graphemes, and at least one, so that cutting comes to an end.
pub fn fitting(s: &str, cells: usize) -> usize {
    if width(s) <= cells {
        return s.len();
    }
    let (mut used, mut end) = (0, 0);
    for g in s.graphemes(true) {
        used += width(g);
        if used > cells && end > 0 {
            break;
        }
        end += g.len();
    }
    end
}

/// At most `cells` wide; what is cut in the middle becomes `…`, so that ids stay recognisable at both ends.
pub fn cut_middle(s: &str, cells: usize) -> Cow<'_, str> {
    if width(s) <= cells {
        return Cow::Borrowed(s);
    }
    if cells < 3 {
        return cut_end(s, cells);
    }
    let room = cells - 1;
    let (head_room, tail_room) = (room - room / 2, room / 2);
    if s.is_ascii() {
        return Cow::Owned([&s[..head_room], "…", &s[s.len() - tail_room..]].concat());
    }
    let mut head = String::new();
    let mut used = 0;
    for g in s.graphemes(true) {
        if used + width(g) > head_room {
            break;
        }
        head.push_str(g);
        used += width(g);
    }
    let mut tail: Vec<&str> = Vec::new();
    let mut used = 0;
    for g in s.graphemes(true).rev() {
        if used + width(g) > tail_room {
            break;
        }
        tail.push(g);
        used += width(g);
    }
    head.push('…');
    head.extend(tail.into_iter().rev());
    Cow::Owned(head)
}

/// Whether a character could fool a terminal that the text is pasted into, or the person who pastes it: control characters, bidi
/// overrides, invisible ones.
pub fn is_treacherous(c: char) -> bool {
    stand_in(c).is_some() && !('\u{1f1e6}'..='\u{1f1ff}').contains(&c)
}

/// The text as it may be pasted anywhere: control characters are replaced by visible ones, all else is as it was. A pasted line
/// break is Enter, and `ESC [201~` ends a bracketed paste.
pub fn pasteable(s: &str) -> Cow<'_, str> {
    let obeyed = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if !s.contains(obeyed) {
        return Cow::Borrowed(s);
    }
    Cow::Owned(s.chars().map(|c| if obeyed(c) { stand_in(c).unwrap_or('\u{fffd}') } else { c }).collect())
}

/// Quotes for a POSIX shell: left alone if every byte is safe, else in single quotes (`'` becomes `'\''`). Control and invisible
/// characters become octal numbers, each in `$'…'` of its own (POSIX 2024; bash, zsh, ksh): the terminal that a command is pasted
/// into obeys nothing of it, and a reader overlooks nothing.
pub fn shell_quote(s: &str) -> Cow<'_, str> {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b);
    if !s.is_empty() && s.bytes().all(safe) {
        return Cow::Borrowed(s);
    }
    let mut out = String::from("'");
    for c in s.chars() {
        match c {
            '\'' => out.push_str(r"'\''"),
            c if is_treacherous(c) => {
                out.push_str("'$'");
                out.extend(c.encode_utf8(&mut [0; 4]).bytes().map(|b| format!("\\{b:03o}")));
                out.push_str("''");
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    Cow::Owned(out)
}

/// The nearest of `candidates` to `word` by edit distance, if it is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    let limit = (length / 3).max(1) + 1;
    candidates
        .into_iter()
        .map(|c| (strsim::damerau_levenshtein(&word, &c.to_lowercase()), c))
        // Half of it has to be right: any two words of three letters are two letters apart.
        .filter(|(d, c)| *d <= limit && *d * 2 <= length.max(c.chars().count()))
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// The text with its first letter in lower case: a sentence as a clause.
pub fn uncapital(s: &str) -> String {
    let mut chars = s.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

/// The text with its first letter in upper case.
pub fn capital(s: &str) -> String {
    let mut chars = s.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// `a`, `a and b`, `a, b and c`.
pub fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// How many names [`suggest`] lists where none is near.
const LISTED: usize = 8;

/// What a sentence about an unknown `word` continues with: ` Did you mean NAME?`, or where nothing is near, the first of what there is
/// (` There are A, B and 12 more.`). Empty if there is nothing at all.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let all: Vec<&str> = candidates.into_iter().collect();
    if let Some(near) = nearest(word, all.iter().copied()) {
        return format!(" Did you mean {near}?");
    }
    match all.as_slice() {
        [] => String::new(),
        [one] => format!(" There is only {one}."),
        few if few.len() <= LISTED + 1 => {
            format!(" There are {} and {}.", few[..few.len() - 1].join(", "), few[few.len() - 1])
        }
        many => format!(" There are {} and {} more.", many[..LISTED].join(", "), many.len() - LISTED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_bidi_overrides_are_shown_not_obeyed() {
        assert_eq!(visible("a\x1b[31mb\u{202e}c\u{9b}d"), "a␛[31mb\u{fffd}c\u{fffd}d");
        assert!(matches!(visible("결제-워커 🚀"), Cow::Borrowed(_)));
        assert_eq!(visible("x\ny\tz\u{7f}"), "x␊y␉z␡");
        assert_eq!(visible("soft\u{ad}hyphen \u{3164}"), "soft\u{fffd}hyphen \u{fffd}");
        assert_eq!(visible("🇰🇷 seoul"), "KR seoul");
        assert_eq!(visible("👩\u{200d}💻 ❤\u{fe0f} a\u{200d}b"), "👩💻 ❤ a\u{fffd}b");
    }

    #[test]
    fn cuts_never_exceed_their_cells_nor_split_a_wide_character() {
        for cells in 0..20 {
            for s in ["결제-워커-07", "i-0a1fd93be77c49c2d", "e\u{301}🚀👨‍👩‍👧 family", ""] {
                assert!(width(&cut_end(s, cells)) <= cells, "{s} {cells}");
                assert!(width(&cut_middle(s, cells)) <= cells, "{s} {cells}");
                let end = fitting(s, cells);
                assert!(
                    s.is_empty() || end > 0 && (width(&s[..end]) <= cells || s[..end].graphemes(true).count() == 1)
                );
            }
        }
        assert_eq!(cut_middle("i-0a1fd93be77c49c2d", 11), "i-0a1…49c2d");
        assert_eq!(cut_end("결제-워커-07", 6), "결제-…");
    }

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        assert_eq!(shell_quote("i-0a1"), "i-0a1");
        assert_eq!(shell_quote("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(shell_quote(""), "''");
    }

    #[test]
    fn what_is_pasted_into_a_shell_holds_nothing_that_its_terminal_obeys() {
        let hostile = "it's \\ \x1b[201~\nrm -rf ~\u{9b}\u{202e} \u{ad} 결제 🇰🇷";
        let quoted = shell_quote(hostile);
        assert!(!quoted.contains(|c: char| c.is_control() || c == '\u{202e}' || c == '\u{ad}'), "{quoted}");
        assert!(quoted.contains(r"'\''s \ '$'\033''[201~'$'\012''rm") && quoted.contains("결제 🇰🇷"), "{quoted}");
        let bash = std::process::Command::new("bash").args(["-c", &format!("printf %s {quoted}")]).output();
        assert_eq!(bash.map(|o| String::from_utf8(o.stdout)).ok(), Some(Ok(hostile.to_string())));
        assert_eq!(pasteable("a\x1b[201~\nb\u{9b}c"), "a␛[201~␊b\u{fffd}c");
        assert!(matches!(pasteable("결제 👩\u{200d}💻 🇰🇷"), Cow::Borrowed(_)), "nothing else is changed");
    }

    #[test]
    fn the_nearest_name_is_near() {
        assert_eq!(nearest("instnces", ["instances", "images"]), Some("instances"));
        assert_eq!(nearest("zzz", ["instances", "images"]), None);
        assert_eq!(nearest("vi", ["default", "vim"]), Some("vim"));
        assert_eq!(nearest("foo", ["log", "tag"]), None);
    }

    #[test]
    fn where_no_name_is_near_some_that_there_are_are_named() {
        assert_eq!(suggest("instnces", ["instances", "images"]), " Did you mean instances?");
        assert_eq!(suggest("zzz", ["instances", "images"]), " There are instances and images.");
        assert_eq!(suggest("zzz", ["instances"]), " There is only instances.");
        assert_eq!(suggest("zzz", []), "");
        let many = ["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh", "ii", "jj"];
        assert_eq!(suggest("zzzzzz", many), " There are aa, bb, cc, dd, ee, ff, gg, hh and 2 more.");
    }
}
