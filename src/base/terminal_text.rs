//! Text that was written for a terminal, as lines that steer none: a boot log, a serial console.

/// Cells from one tab stop to the next.
const TAB: usize = 8;

/// The lines of what a machine wrote to its console: escape sequences are left out, tabs are blanks, a carriage return within a line writes
/// over what stands there (as a progress bar means it), and other control characters go. What is left may still have characters that
/// [`super::text::visible`] replaces where it is drawn.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut line: Vec<char> = Vec::new();
    let mut at = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' => {
                end(&mut out, &line);
                out.push('\n');
                line.clear();
                at = 0;
            }
            '\r' => at = 0,
            '\t' => {
                let to = (at / TAB + 1) * TAB;
                while at < to {
                    put(&mut line, &mut at, ' ');
                }
            }
            '\u{8}' => at = at.saturating_sub(1),
            '\u{1b}' => match chars.next() {
                // ECMA-48: a control sequence ends with a character from @ to ~.
                Some('[') => while chars.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {},
                // A command or string ends with BEL, or with ESC and a backslash; one that is cut off by a line's end ends there.
                Some(']' | 'P' | 'X' | '^' | '_') => {
                    while let Some(c) = chars.next_if(|c| *c != '\n') {
                        if c == '\u{7}' || c == '\u{1b}' && chars.next_if_eq(&'\\').is_some() {
                            break;
                        }
                    }
                }
                // Two or three characters: which set of characters is used.
                Some('(' | ')' | '*' | '+' | '#' | '%' | ' ') => {
                    chars.next();
                }
                _ => {}
            },
            c if c.is_control() => {}
            c => put(&mut line, &mut at, c),
        }
    }
    end(&mut out, &line);
    out
}

fn put(line: &mut Vec<char>, at: &mut usize, c: char) {
    match line.get_mut(*at) {
        Some(old) => *old = c,
        None => {
            line.resize(*at, ' ');
            line.push(c);
        }
    }
    *at += 1;
}

fn end(out: &mut String, line: &[char]) {
    let length = line.iter().rposition(|c| *c != ' ').map_or(0, |last| last + 1);
    out.extend(&line[..length]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_gone_and_the_words_stay() {
        assert_eq!(plain("[\u{1b}[0;32m  OK  \u{1b}[0m] Started\r\nlogin: "), "[  OK  ] Started\nlogin:");
        assert_eq!(plain("\u{1b}]0;evil\u{7}a\u{1b}]52;c;ZXZpbA==\u{1b}\\b\u{1b}(Bc\0\u{7}d"), "abcd");
        assert_eq!(plain("\u{1b}]0;never ended\nnext"), "\nnext");
        assert_eq!(plain("\u{1b}[31"), "");
        assert_eq!(plain("10%\r50%\r100%\n"), "100%\n");
        assert_eq!(plain("a\tb\n12345678\tc\n"), "a       b\n12345678        c\n");
        assert_eq!(plain("결제 ab\u{8}c"), "결제 ac");
        assert_eq!(plain(""), "");
    }

    #[test]
    fn no_text_leaves_a_control_character_but_the_line_end() {
        for seed in 0..500_u32 {
            let mut state = seed;
            let text: String = (0..60)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    ['\u{1b}', '[', ']', 'm', '\r', '\n', '\t', '\u{8}', '\u{9b}', '\u{7}', 'a', '\\', '\u{7f}']
                        [(state >> 16) as usize % 13]
                })
                .collect();
            assert!(plain(&text).chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
        }
    }
}
