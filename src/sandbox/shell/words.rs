//! A line of the shell taken apart: lists, pipelines, redirects and words, before anything in them is filled in.
//!
//! As POSIX's shell command language has it, as far as it goes: what goes further is refused in a sentence.
//! <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html>

use super::lexer;

/// Characters of a line, or of a script.
pub(super) const MOST_CHARS: usize = 16_384;
/// Words of it.
pub(super) const MOST_WORDS: usize = 2_000;
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
    /// `for NAME in WORDS; do … done`
    For(String, Vec<Word>, Vec<Step>),
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
const REFUSED: &[&str] = &["while", "until", "case", "function", "select", "{", "[[", "((", "!"];

/// A word, or a sign between words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
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
    let tokens = lexer::tokens(text)?;
    let mut parser = Parser { tokens, at: 0 };
    let steps = parser.list(&[], 0)?;
    match parser.tokens.get(parser.at) {
        None => Ok(steps),
        Some(Token::Word(word)) => Err(unexpected(keyword(word).unwrap_or("newline"))),
        Some(other) => Err(unexpected(sign(other))),
    }
}

pub(super) fn unexpected(what: &str) -> String {
    format!("bash: syntax error near unexpected token `{what}'")
}

/// What is said where the text ends too early.
fn unfinished(word: &str) -> String {
    format!("{UNFINISHED}: `{word}' is missing")
}

/// What such a sentence begins with.
const UNFINISHED: &str = "bash: syntax error: unexpected end of file";

/// Whether more lines could make good what is wrong with a text.
pub(super) fn takes_more(why: &str) -> bool {
    why.starts_with(UNFINISHED) || why.starts_with(lexer::NO_END)
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
                Some(Token::Pipe | Token::Redirect(_)) => {
                    return Err("The simulated shell has no pipe and no redirect behind done and fi: put it behind the commands within.".into());
                }
            };
            self.at += 1;
        }
    }

    fn node(&mut self, depth: usize) -> Result<Node, String> {
        if self.next_is(&["if"]) {
            return self.branch(depth);
        }
        if self.next_is(&["for"]) {
            return self.each(depth);
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

    /// `for NAME in WORDS; do … done`
    fn each(&mut self, depth: usize) -> Result<Node, String> {
        self.at += 1;
        let name = match self.tokens.get(self.at) {
            Some(Token::Word(word)) => keyword(word).unwrap_or_default().to_string(),
            None => return Err(unfinished("in")),
            Some(other) => return Err(unexpected(sign(other))),
        };
        let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !plain {
            return Err(format!("bash: `{name}': not a valid identifier"));
        }
        self.at += 1;
        self.word("in")?;
        let mut words = Vec::new();
        while let Some(Token::Word(word)) = self.tokens.get(self.at) {
            words.push(word.clone());
            self.at += 1;
        }
        match self.tokens.get(self.at) {
            Some(Token::Then) => {}
            None => return Err(unfinished("do")),
            Some(other) => return Err(unexpected(sign(other))),
        }
        while matches!(self.tokens.get(self.at), Some(Token::Then)) {
            self.at += 1;
        }
        self.word("do")?;
        let body = self.list(&["done"], depth + 1)?;
        self.word("done")?;
        if body.is_empty() { Err(unexpected("done")) } else { Ok(Node::For(name, words, body)) }
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        if self.next_is(&[word]) {
            self.at += 1;
            return Ok(());
        }
        match self.tokens.get(self.at) {
            None => Err(unfinished(word)),
            Some(_) => Err(format!("bash: syntax error: `{word}' is missing")),
        }
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
            Node::If(..) | Node::For(..) => Vec::new(),
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
            ("while true; do echo; done", "does not do while"),
            ("for i in 1 2; do done", "unexpected token `done'"),
            ("for 1 in 2; do echo; done", "not a valid identifier"),
            ("for i in 1; echo", "`do' is missing"),
            ("for i in 1; do echo", "`done' is missing"),
            ("(echo a)", "does not do ( … )"),
            ("echo $((1+1))", "does not calculate"),
            ("echo 'a", "matching"),
            ("| a", "unexpected token `|'"),
            ("a ||", "unexpected token `newline'"),
            ("echo >", "unexpected token `newline'"),
            ("cat <<EOF", "EOF is missing"),
            ("fi", "unexpected token `fi'"),
            ("if true", "`then' is missing"),
        ] {
            let refused = parse(line).expect_err(line);
            assert!(refused.contains(why), "{line}: {refused}");
        }
    }
}
