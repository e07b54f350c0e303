//! The words of an unfinished command line, as bash reads them.
//!
//! Bash hands the words of a line cut at `:` and `=`, of which queries are full; so its script hands the line.

/// The words of `line` after its first one, the last of them unfinished; and how many bytes of the last one bash has set aside because
/// one of `breaks` ends there: it takes only what comes after.
pub(super) fn split(line: &str, breaks: &str) -> (Vec<String>, usize) {
    let mut words = vec![String::new()];
    let (mut quote, mut begun, mut cut) = (None, false, 0);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some('\''), '\'') | (Some('"'), '"') => quote = None,
            (None, '\'' | '"') => {
                (quote, begun) = (Some(c), true);
            }
            (None | Some('"'), '\\') => {
                begun = true;
                push(&mut words, chars.next().unwrap_or('\\'));
            }
            (None, c) if c.is_whitespace() => {
                if begun {
                    words.push(String::new());
                }
                (begun, cut) = (false, 0);
            }
            (_, c) => {
                begun = true;
                push(&mut words, c);
                if quote.is_none() && breaks.contains(c) {
                    cut = words.last().map_or(0, String::len);
                }
            }
        }
    }
    words.remove(0);
    (words, cut)
}

fn push(words: &mut [String], c: char) {
    if let Some(word) = words.last_mut() {
        word.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_bash_reads_it() {
        let breaks = " \t\n\"'><=;|&(:";
        let read = |line: &str| {
            let (words, cut) = split(line, breaks);
            format!("{} {cut}", words.join("|"))
        };
        for (line, words) in [
            ("skydeck ", " 0"),
            ("skydeck get ins", "get|ins 0"),
            ("skydeck  get instances state:run", "get|instances|state:run 6"),
            ("skydeck --sandbox=fleet:1", "--sandbox=fleet:1 16"),
            ("skydeck 'instances state:r", "instances state:r 0"),
            ("skydeck get instances tag:Name=\"my we", "get|instances|tag:Name=my we 9"),
            (r"skydeck get instances name:my\ we", r"get|instances|name:my we 5"),
            ("skydeck get '' x", "get||x 0"),
            ("skydeck", " 0"),
        ] {
            assert_eq!(read(line), words, "{line}");
        }
    }
}
