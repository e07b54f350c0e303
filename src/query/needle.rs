//! A word that many texts are looked through for, without regard to case.

use std::ops::Range;

use memchr::memchr2_iter;

/// A word in lower case, prepared.
pub(super) struct Needle<'w> {
    word: &'w str,
    /// Where its rarest byte stands, and that byte in lower and upper case.
    rarest: (usize, u8, u8),
    ascii: bool,
    numeric: bool,
    address: bool,
    /// Whether it is a piece of an ARN.
    colon: bool,
}

/// How common a byte is in what AWS names: digits, hyphens and the letters of hexadecimal ids most, then letters as in English;
/// everything else is rare.
const COMMONNESS: [u8; 256] = {
    let from_rarest = b"zqjxkvwyg/:.bfumhdpclsrntoia-9876543210e";
    let mut ranks = [0; 256];
    let mut i = 0;
    while i < from_rarest.len() {
        ranks[from_rarest[i] as usize] = i as u8 + 1;
        i += 1;
    }
    ranks
};

impl<'w> Needle<'w> {
    /// From a word in lower case.
    pub(super) fn new(word: &'w str) -> Self {
        let rarest = word.bytes().enumerate().min_by_key(|(_, b)| COMMONNESS[usize::from(*b)]);
        let (at, byte) = rarest.unwrap_or_default();
        Needle {
            word,
            rarest: (at, byte, byte.to_ascii_uppercase()),
            ascii: word.is_ascii(),
            colon: word.contains(':'),
            numeric: word.bytes().all(|b| b.is_ascii_digit() || b == b'.'),
            address: word.bytes().all(|b| b.is_ascii_hexdigit() || matches!(b, b'.' | b':' | b'/')),
        }
    }

    /// Whether it could be a part of an address or a range.
    pub(super) fn is_address(&self) -> bool {
        self.address
    }
    /// Whether it could be a number or a part of an IPv4 address.
    pub(super) fn is_numeric(&self) -> bool {
        self.numeric
    }
    /// Whether it is this text.
    pub(super) fn is(&self, text: &str) -> bool {
        self.word == text
    }
    /// Whether it is in a text that names something. Of an ARN that is what names the resource (`app/my-alb/50dc6c` of
    /// `…:loadbalancer/app/my-alb/50dc6c`): else `load` would find every load balancer. A word with a colon in it is a piece of an
    /// ARN and looks at all of it.
    pub(super) fn names(&self, text: &str) -> bool {
        if self.colon || !text.starts_with("arn:") {
            return self.is_in(text);
        }
        let resource = text.splitn(6, ':').nth(5).unwrap_or(text);
        self.is_in(resource.split_once(['/', ':']).map_or(resource, |(_, name)| name))
    }
    /// Whether the text contains it. Letters outside ASCII are compared by their lower case too.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let (hay, word) = (text.as_bytes(), self.word.as_bytes());
        if !self.ascii {
            return text.to_lowercase().contains(self.word);
        }
        // Only where the rarest letter stands is it worth to compare: an `e` would stop the search in every other name.
        let (at, lower, upper) = self.rarest;
        let Some(last) = hay.len().checked_sub(word.len()) else { return false };
        word.is_empty()
            || memchr2_iter(lower, upper, &hay[at..=last + at])
                .any(|i| hay[i..i + word.len()].eq_ignore_ascii_case(word))
    }
}

impl Needle<'_> {
    /// Calls `at` with every place where a text has it, from left to right; whether there is one.
    pub(super) fn each_in(&self, text: &str, mut at: impl FnMut(Range<usize>)) -> bool {
        let (size, mut any) = (self.word.len(), false);
        if size == 0 || text.len() < size {
            return false;
        }
        if self.ascii {
            let (hay, (rarest, lower, upper)) = (text.as_bytes(), self.rarest);
            let mut from = 0;
            for i in memchr2_iter(lower, upper, &hay[rarest..=hay.len() - size + rarest]) {
                if i >= from && hay[i..i + size].eq_ignore_ascii_case(self.word.as_bytes()) {
                    at(i..i + size);
                    (from, any) = (i + size, true);
                }
            }
            return any;
        }
        let lower = text.to_lowercase();
        for (i, _) in lower.match_indices(self.word) {
            any = true;
            // Where a letter's lower case is longer than itself, places in the one are not places in the other.
            if lower.len() == text.len() && text.is_char_boundary(i) && text.is_char_boundary(i + size) {
                at(i..i + size);
            }
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_word_is_found_where_a_plain_search_finds_it(text in "[a-cA-CxX0-9é-]{0,12}", word in "[a-cx0-9é-]{0,3}") {
            prop_assert_eq!(Needle::new(&word).is_in(&text), text.to_lowercase().contains(&word));
        }
    }

    #[test]
    fn every_place_of_a_word_is_found_in_letters_of_any_script() {
        let places = |word: &str, text: &str| {
            let mut all = Vec::new();
            let any = Needle::new(word).each_in(text, |at| all.push(text[at].to_string()));
            assert_eq!(any, Needle::new(word).is_in(text), "{word} in {text}");
            all
        };
        assert_eq!(places("web", "WEB-web-wweb"), ["WEB", "web", "web"]);
        assert_eq!(places("워커", "결제-워커-07"), ["워커"]);
        assert_eq!(places("aa", "aaa"), ["aa"], "places do not overlap");
        assert_eq!(places("é", "İé"), [""; 0], "a letter that grows moves the others");
        assert_eq!(places("x", ""), [""; 0]);
    }

    #[test]
    fn hangul_and_numbers_are_words_too() {
        assert!(Needle::new("워커").is_in("결제-워커-07"));
        assert!(Needle::new("10.1").is_numeric() && !Needle::new("a1").is_numeric());
    }
}
