//! A line of the shell taken apart: lists, pipelines, redirects and words, before anything in them is filled in.
//!
//! As POSIX's shell command language has it, as far as it goes: what goes further is refused in a sentence.
//! <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html>

/// Characters of a line, or of a script.
pub(super) const MOST_CHARS: usize = 16_384;
/// Words of it.
const MOST_WORDS: usize = 2_000;
/// How deep `if` and `$(…)` go.
pub(super) const MOST_DEPTH: usize = 8;

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it stands; whether it was quoted.
    Text(String, bool),
    /// `$NAME`; whether it was quoted.
    Variable(String, bool),
    /// `$(…)`; whether it was quoted.
    Output(String, bool),
}

/// A word.
pub(super) type Word = Vec<Piece>;

/// Where a command's output or input goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Redirect {
    /// `> FILE`, `>> FILE` of standard output (1), standard error (2), or both (3).
    To { from: u8, file: Word, append: bool },
    /// `2>&1`
    Both,
    /// `< FILE`
    From(Word),
    /// `<< END`: its text, and whether something in it is filled in.
    Here(String, bool),
}

/// A command with its redirects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Simple {
    pub(super) words: Vec<Word>,
    pub(super) redirects: Vec<Redirect>,
}

/// What is done one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// Commands with pipes between them; whether they go on behind the prompt.
    Pipeline(Vec<Simple>, bool),
    /// `if … then … else … fi`
    If(Vec<Step>, Vec<Step>, Vec<Step>),
}

/// What stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing, `;`, `&` or a line's end.
    Always,
    /// `&&`
    And,
    /// `||`
    Or,
}

/// A node with what stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) before: Before,
    pub(super) node: Node,
}

/// Words that begin what is not done here.
const REFUSED: &[&str] = &["for", "while", "until", "case", "function", "select", "{", "[[", "((", "!"];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(Word),
    Redirect(Redirect),
    Pipe,
    And,
    Or,
    Then,
    Background,
}

/// Takes a line or a script apart.
///
/// # Errors
/// A sentence, where it cannot be or is not done.
pub(super) fn parse(text: &str) -> Result<Vec<Step>, String> {
    if text.chars().count() > MOST_CHARS {
        return Err(format!("The simulated shell takes at most {MOST_CHARS} characters at a time."));
    }
    let tokens = Lexer { chars: text.chars().collect(), at: 0, waiting: Vec::new(), tokens: Vec::new() }.run()?;
    let mut parser = Parser { tokens, at: 0 };
    let steps = parser.list(&[], 0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(steps),
        Some(Token::Word(word)) => Err(unexpected(keyword(word).unwrap_or("newline"))),
        Some(other) => Err(unexpected(sign(other))),
    }
}

fn unexpected(what: &str) -> String {
    format!("bash: syntax error near unexpected token `{what}'")
}

fn sign(token: &Token) -> &'static str {
    match token {
        Token::Pipe => "|",
        Token::And => "&&",
        Token::Or => "||",
        Token::Then => ";",
        Token::Background => "&",
        Token::Redirect(_) | Token::Word(_) => "newline",
    }
}

/// A word that stands for itself.
fn keyword(word: &Word) -> Option<&str> {
    if let [Piece::Text(text, false)] = word.as_slice() { Some(text) } else { None }
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
            Err("A here-document (<<) takes several lines, which the simulated shell reads from user data only: use echo and >.".into())
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
                    return Err(format!("The here-document has no end: {end} is missing."));
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

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn next_is(&self, words: &[&str]) -> bool {
        matches!(self.tokens.get(self.at), Some(Token::Word(w)) if keyword(w).is_some_and(|k| words.contains(&k)))
    }

    /// Until one of these words.
    fn list(&mut self, until: &[&str], depth: usize) -> Result<Vec<Step>, String> {
        if depth > MOST_DEPTH {
            return Err(format!("The simulated shell goes at most {MOST_DEPTH} deep."));
        }
        let mut steps: Vec<Step> = Vec::new();
        let mut before = Before::Always;
        loop {
            while matches!(self.tokens.get(self.at), Some(Token::Then)) && before == Before::Always {
                self.at += 1;
            }
            // A line may end behind `&&`.
            while before != Before::Always && matches!(self.tokens.get(self.at), Some(Token::Then)) {
                self.at += 1;
            }
            if self.at >= self.tokens.len() || (!until.is_empty() && self.next_is(until)) {
                return if before == Before::Always { Ok(steps) } else { Err(unexpected("newline")) };
            }
            if until.is_empty() && self.next_is(&["then", "else", "elif", "fi", "do", "done", "esac", "}"]) {
                return Ok(steps);
            }
            let node = self.node(depth)?;
            steps.push(Step { before, node });
            before = match self.tokens.get(self.at) {
                Some(Token::And) => Before::And,
                Some(Token::Or) => Before::Or,
                Some(Token::Then) => Before::Always,
                Some(Token::Background) => {
                    if let Some(Step { node: Node::Pipeline(_, behind), .. }) = steps.last_mut() {
                        *behind = true;
                    }
                    Before::Always
                }
                None => return Ok(steps),
                Some(Token::Word(_)) => return Ok(steps),
                Some(other) => return Err(unexpected(sign(other))),
            };
            self.at += 1;
        }
    }

    fn node(&mut self, depth: usize) -> Result<Node, String> {
        if self.next_is(&["if"]) {
            return self.branch(depth);
        }
        if let Some(Token::Word(word)) = self.tokens.get(self.at)
            && let Some(name) = keyword(word).filter(|k| REFUSED.contains(k))
        {
            return Err(format!("The simulated shell does not do {name}."));
        }
        let mut commands = Vec::new();
        loop {
            let mut simple = Simple::default();
            while let Some(token) = self.tokens.get(self.at) {
                match token {
                    Token::Word(word) => simple.words.push(word.clone()),
                    Token::Redirect(redirect) => simple.redirects.push(redirect.clone()),
                    _ => break,
                }
                self.at += 1;
            }
            if simple == Simple::default() {
                return Err(unexpected(self.tokens.get(self.at).map_or("newline", sign)));
            }
            commands.push(simple);
            match self.tokens.get(self.at) {
                Some(Token::Pipe) => {
                    self.at += 1;
                    while matches!(self.tokens.get(self.at), Some(Token::Then)) {
                        self.at += 1;
                    }
                }
                _ => return Ok(Node::Pipeline(commands, false)),
            }
        }
    }

    fn branch(&mut self, depth: usize) -> Result<Node, String> {
        self.at += 1;
        let condition = self.list(&["then"], depth + 1)?;
        self.word("then")?;
        let then = self.list(&["else", "elif", "fi"], depth + 1)?;
        let otherwise = if self.next_is(&["elif"]) {
            let node = self.branch(depth + 1)?;
            return Ok(Node::If(condition, then, vec![Step { before: Before::Always, node }]));
        } else if self.next_is(&["else"]) {
            self.at += 1;
            self.list(&["fi"], depth + 1)?
        } else {
            Vec::new()
        };
        self.word("fi")?;
        Ok(Node::If(condition, then, otherwise))
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        if self.next_is(&[word]) {
            self.at += 1;
            return Ok(());
        }
        Err(format!("bash: syntax error: `{word}' is missing"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<Vec<String>> {
        let text = |w: &Word| {
            let piece = |p: &Piece| match p {
                Piece::Text(t, _) => t.clone(),
                Piece::Variable(n, _) => format!("<{n}>"),
                Piece::Output(t, _) => format!("<({t})>"),
            };
            w.iter().map(piece).collect::<String>()
        };
        let of = |s: &Simple| s.words.iter().map(text).collect::<Vec<_>>();
        let node = |s: Step| match s.node {
            Node::Pipeline(commands, _) => commands.iter().map(of).collect::<Vec<_>>(),
            Node::If(..) => Vec::new(),
        };
        parse(line).expect(line).into_iter().flat_map(node).collect()
    }

    #[test]
    fn words_are_told_apart_as_a_shell_does() {
        assert_eq!(words("echo 'a b'  \"c $HOME\" d\\ e # f"), [["echo", "a b", "c <HOME>", "d e"]]);
        assert_eq!(words("a && b|c; d &"), [["a"], ["b"], ["c"], ["d"]]);
        assert_eq!(words("echo $(hostname -f) `id`"), [["echo", "<(hostname -f)>", "<(id)>"]]);
        let steps = parse("stress -c 1 &").expect("a list");
        assert!(matches!(&steps[0].node, Node::Pipeline(_, true)));
        let steps = parse("echo hi 2>/dev/null >> /tmp/x").expect("a list");
        let Node::Pipeline(commands, _) = &steps[0].node else { panic!() };
        assert_eq!((commands[0].words.len(), commands[0].redirects.len()), (2, 2));
    }

    #[test]
    fn a_script_is_lines_with_branches_and_documents() {
        let script = "#!/bin/sh\nif command -v dnf >/dev/null; then\n  dnf install -y nginx\nelse\n  apt-get update && apt-get install -y nginx\nfi\ncat > /x <<EOF\nhello $HOSTNAME\nEOF\nsystemctl enable --now nginx\n";
        let steps = parse(script).expect("a script");
        assert_eq!(steps.len(), 3);
        assert!(matches!(&steps[0].node, Node::If(c, t, e) if c.len() == 1 && t.len() == 1 && e.len() == 2));
        let Node::Pipeline(commands, _) = &steps[1].node else { panic!() };
        assert_eq!(commands[0].redirects[1], Redirect::Here("hello $HOSTNAME\n".into(), true));
    }

    #[test]
    fn what_is_not_done_is_refused_in_one_sentence() {
        for (line, why) in [
            ("for i in 1 2; do echo $i; done", "does not do for"),
            ("(echo a)", "does not do ( … )"),
            ("echo $((1+1))", "does not calculate"),
            ("echo 'a", "matching"),
            ("| a", "unexpected token `|'"),
            ("a ||", "unexpected token `newline'"),
            ("echo >", "unexpected token `newline'"),
            ("cat <<EOF", "several lines"),
            ("fi", "unexpected token `fi'"),
            ("if true", "`then' is missing"),
        ] {
            let refused = parse(line).expect_err(line);
            assert!(refused.contains(why), "{line}: {refused}");
        }
    }
}
