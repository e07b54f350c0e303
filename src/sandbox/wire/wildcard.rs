//! AWS's wildcards, as filters and policies have them.

/// Whether a pattern with `*`, `?` and `\` fits all of `text`. Goes back to the last `*` only: never exponential.
pub fn matches_wildcard(pattern: &str, text: &str) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum P {
        Any,
        One,
        Is(char),
    }
    let mut parts = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        parts.push(match c {
            '*' => P::Any,
            '?' => P::One,
            '\\' => P::Is(chars.next().unwrap_or('\\')),
            c => P::Is(c),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t, mut back) = (0, 0, None);
    while t < text.len() {
        match parts.get(p) {
            Some(P::Any) => {
                back = Some((p, t));
                p += 1;
            }
            Some(part) if *part == P::One || *part == P::Is(text[t]) => {
                p += 1;
                t += 1;
            }
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    p = star + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    parts[p..].iter().all(|part| *part == P::Any)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_fit_as_aws_says() {
        for (pattern, text, fits) in [
            ("web-*", "web-1", true),
            ("web-?", "web-12", false),
            ("*결제*", "a-결제-b", true),
            (r"\*amazon\?\\", r"*amazon?\", true),
            (r"\*x", "ax", false),
            ("*a*b*c", "xxaxxbxxbc", true),
            ("", "", true),
            ("*", "", true),
            ("a", "", false),
        ] {
            assert_eq!(matches_wildcard(pattern, text), fits, "{pattern} {text}");
        }
    }
}
