//! The signs and words of a line, with their quotation marks taken off.

use super::words::{MOST_WORDS, Piece, Redirect, Token, Word, unexpected};

/// Takes a text apart.
///
/// # Errors
/// A sentence, where it cannot be or is not done.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    Lexer { chars: text.chars().collect(), at: 0, waiting: Vec::new(), tokens: Vec::new() }.run()
}

/// What is said of a here-document whose end is not there begins so.
pub(super) const NO_END: &str = "The here-document has no end";

fn no_end(end: &str) -> String {
    format!("{NO_END}: {end} is missing.")
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    /// Here-documents that begin with the next line: where they stand among the tokens.
    waiting: Vec<(usize, String, bool)>,
    tokens: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }
    fn takes(&mut self, text: &str) -> bool {
        let fits = text.chars().enumerate().all(|(n, c)| self.peek(n) == Some(c));
        self.at += if fits { text.chars().count() } else { 0 };
        fits
    }

    fn run(mut self) -> Result<Vec<Token>, String> {
        while let Some(c) = self.peek(0) {
            if self.tokens.len() > MOST_WORDS {
                return Err(format!("The simulated shell takes at most {MOST_WORDS} words at a time."));
            }
            match c {
                '\n' => {
                    self.at += 1;
                    self.documents()?;
                    self.tokens.push(Token::Then);
                }
                '\\' if self.peek(1) == Some('\n') => self.at += 2,
                c if c.is_whitespace() => self.at += 1,
                '#' => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                _ => self.token()?,
            }
        }
        if self.waiting.is_empty() {
            Ok(self.tokens)
        } else {
            Err(self.waiting.first().map_or_else(String::new, |(_, end, _)| no_end(end)))
        }
    }

    fn token(&mut self) -> Result<(), String> {
        for (text, token) in [("&&", Token::And), ("||", Token::Or), (";", Token::Then)] {
            if self.takes(text) {
                self.tokens.push(token);
                return Ok(());
            }
        }
        if self.takes("2>&1") {
            self.tokens.push(Token::Redirect(Redirect::Both));
            return Ok(());
        }
        for (text, from, append) in [
            ("&>>", 3, true),
            ("&>", 3, false),
            ("2>>", 2, true),
            ("2>", 2, false),
            ("1>>", 1, true),
            ("1>", 1, false),
            (">>", 1, true),
            (">", 1, false),
        ] {
            if self.takes(text) {
                self.takes("|");
                let file = self.target()?;
                self.tokens.push(Token::Redirect(Redirect::To { from, file, append }));
                return Ok(());
            }
        }
        if self.takes("<<") {
            if self.peek(0) == Some('<') {
                return Err("The simulated shell does not do <<<: use echo and |.".into());
            }
            self.takes("-");
            let end = self.target()?;
            let plain = end.iter().all(|p| matches!(p, Piece::Text(_, false)));
            let end: String =
                end.iter().filter_map(|p| if let Piece::Text(t, _) = p { Some(t.as_str()) } else { None }).collect();
            self.waiting.push((self.tokens.len(), end, plain));
            self.tokens.push(Token::Redirect(Redirect::Here(String::new(), plain)));
            return Ok(());
        }
        if self.takes("<") {
            let file = self.target()?;
            self.tokens.push(Token::Redirect(Redirect::From(file)));
            return Ok(());
        }
        match self.peek(0) {
            Some('|') => {
                self.at += 1;
                self.tokens.push(Token::Pipe);
            }
            Some('&') => {
                self.at += 1;
                self.tokens.push(Token::Background);
            }
            Some('(' | ')') => return Err("The simulated shell does not do ( … ).".into()),
            _ => {
                let word = self.word()?;
                self.tokens.push(Token::Word(word));
            }
        }
        Ok(())
    }

    fn target(&mut self) -> Result<Word, String> {
        while self.peek(0).is_some_and(|c| c == ' ' || c == '\t') {
            self.at += 1;
        }
        let word = self.word()?;
        if word.is_empty() { Err(unexpected("newline")) } else { Ok(word) }
    }

    fn documents(&mut self) -> Result<(), String> {
        for (at, end, plain) in std::mem::take(&mut self.waiting) {
            let mut text = String::new();
            loop {
                if self.at >= self.chars.len() {
                    return Err(no_end(&end));
                }
                let line: String = self.chars[self.at..].iter().take_while(|c| **c != '\n').collect();
                self.at += line.chars().count() + 1;
                if line.trim_start_matches('\t') == end {
                    break;
                }
                text.push_str(&line);
                text.push('\n');
            }
            if let Some(token) = self.tokens.get_mut(at) {
                *token = Token::Redirect(Redirect::Here(text, plain));
            }
        }
        // The line's end was taken with the last one.
        self.at = self.at.min(self.chars.len());
        Ok(())
    }

    fn word(&mut self) -> Result<Word, String> {
        let mut word = Word::new();
        let mut plain = String::new();
        let flush = |word: &mut Word, plain: &mut String| {
            if !plain.is_empty() {
                word.push(Piece::Text(std::mem::take(plain), false));
            }
        };
        while let Some(c) = self.peek(0) {
            match c {
                c if c.is_whitespace() || matches!(c, ';' | '|' | '&' | '<' | '>' | '(' | ')') => break,
                '\'' => {
                    flush(&mut word, &mut plain);
                    self.at += 1;
                    let text: String = self.chars[self.at..].iter().take_while(|c| **c != '\'').collect();
                    self.at += text.chars().count();
                    if self.peek(0).is_none() {
                        return Err("bash: unexpected EOF while looking for matching `''".into());
                    }
                    self.at += 1;
                    word.push(Piece::Text(text, true));
                }
                '"' => {
                    flush(&mut word, &mut plain);
                    self.at += 1;
                    self.quoted(&mut word)?;
                }
                '\\' => {
                    self.at += 1;
                    if let Some(next) = self.peek(0) {
                        flush(&mut word, &mut plain);
                        word.push(Piece::Text(next.to_string(), true));
                        self.at += 1;
                    }
                }
                '$' | '`' => {
                    flush(&mut word, &mut plain);
                    let piece = self.filled(false)?;
                    word.push(piece);
                }
                _ => {
                    plain.push(c);
                    self.at += 1;
                }
            }
        }
        flush(&mut word, &mut plain);
        Ok(word)
    }

    /// Behind a quotation mark.
    fn quoted(&mut self, word: &mut Word) -> Result<(), String> {
        let mut text = String::new();
        loop {
            match self.peek(0) {
                None => return Err("bash: unexpected EOF while looking for matching `\"'".into()),
                Some('"') => {
                    self.at += 1;
                    word.push(Piece::Text(text, true));
                    return Ok(());
                }
                Some('\\') => {
                    self.at += 1;
                    match self.peek(0) {
                        Some(c @ ('"' | '\\' | '$' | '`')) => {
                            text.push(c);
                            self.at += 1;
                        }
                        _ => text.push('\\'),
                    }
                }
                Some('$' | '`') => {
                    word.push(Piece::Text(std::mem::take(&mut text), true));
                    let piece = self.filled(true)?;
                    word.push(piece);
                }
                Some(c) => {
                    text.push(c);
                    self.at += 1;
                }
            }
        }
    }

    /// `$NAME`, `${NAME}`, `$(…)`, `` `…` ``.
    fn filled(&mut self, quoted: bool) -> Result<Piece, String> {
        if self.takes("`") {
            let text: String = self.chars[self.at..].iter().take_while(|c| **c != '`').collect();
            self.at += text.chars().count();
            if !self.takes("`") {
                return Err("bash: unexpected EOF while looking for matching ``'".into());
            }
            return Ok(Piece::Output(text, quoted));
        }
        self.at += 1;
        if self.takes("((") {
            return Err("The simulated shell does not calculate: $(( … )).".into());
        }
        if self.takes("(") {
            let (mut depth, mut text) = (1, String::new());
            while let Some(c) = self.peek(0) {
                self.at += 1;
                depth += i32::from(c == '(') - i32::from(c == ')');
                if depth == 0 {
                    return Ok(Piece::Output(text, quoted));
                }
                text.push(c);
            }
            return Err("bash: unexpected EOF while looking for matching `)'".into());
        }
        let braces = self.takes("{");
        let mut name = String::new();
        if let Some(c @ ('?' | '$' | '!' | '#' | '@' | '*' | '0'..='9')) = self.peek(0) {
            name.push(c);
            self.at += 1;
        } else {
            while let Some(c) = self.peek(0).filter(|c| c.is_ascii_alphanumeric() || *c == '_') {
                name.push(c);
                self.at += 1;
            }
        }
        if braces && !self.takes("}") {
            return Err("The simulated shell does no more in ${ … } than a name.".into());
        }
        if name.is_empty() {
            return Ok(Piece::Text("$".into(), quoted));
        }
        Ok(Piece::Variable(name, quoted))
    }
}
