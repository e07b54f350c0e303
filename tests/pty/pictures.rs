//! A screenshot where the terminal can show pictures: it is asked, it answers, and what is typed between is not lost.

use crate::support::terminal::{Home, Terminal};

const ASKS: &str = "\x1b_Gi=31,s=1,v=1,a=q";
const LAST: &str = "\x1b[c";

/// The page of an instance's screenshot.
fn open(home: &Home, env: &[(&str, &str)]) -> Terminal {
    let mut t = home.open(&["--sandbox", "instances name=my-bastion-host"], env);
    t.sees("complete").sees("▸ ");
    t.send(":screenshot\r").sees("In full: ");
    t
}

fn leave(t: &mut Terminal) {
    t.send("q");
    t.until("the table", |t| !t.text().contains("In full: "));
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn a_terminal_that_answers_as_kitty_does_gets_the_picture_once_and_is_told_when_it_goes() {
    let home = Home::new();
    let mut t = open(&home, &[]);
    t.until("the question", |t| t.raw().contains(ASKS) && t.raw().contains(LAST));
    assert!(!t.raw().contains("a=T"), "nothing is sent before it has answered");
    // In pieces, and a key between them.
    for part in ["\x1b", "_Gi=3", "1;OK\x1b", "\\", "r", "\x1b[6;18;9t", "\x1b[?62", ";c"] {
        t.send(part);
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    t.until("the picture", |t| t.raw().contains("\x1b_Ga=T,f=100,i=31,"));
    assert!(!t.text().contains("Gi=31"), "the answer is no text");
    assert_eq!(t.raw().matches("\x1b_Ga=T,f=100").count(), 1);
    assert_eq!(t.raw().matches(ASKS).count(), 1, "it is asked once");
    t.send("q").until("it goes", |t| t.raw().contains("\x1b_Ga=d,d=I,i=31"));
    t.until("the table", |t| !t.text().contains("In full: "));
    t.send("q");
    assert_eq!(t.ended().exit_code(), 0);
}

#[test]
fn sixels_are_sent_where_they_are_among_its_attributes() {
    let home = Home::new();
    let mut t = open(&home, &[]);
    t.until("the question", |t| t.raw().contains(LAST));
    t.send("\x1b[6;16;8t\x1b[?62;4;22c").until("sixels", |t| t.raw().contains("\x1bP0;1;0q\"1;1;"));
    leave(&mut t);
}

#[test]
fn a_terminal_that_answers_nothing_keeps_its_keys_and_half_blocks() {
    let home = Home::new();
    let mut t = open(&home, &[]);
    t.until("the question", |t| t.raw().contains(LAST));
    t.sees("▀");
    leave(&mut t);
    // One that has no pictures.
    let mut t = open(&home, &[]);
    t.until("the question", |t| t.raw().contains(LAST));
    t.send("\x1b[?1;2c").sees("▀");
    leave(&mut t);
}

#[test]
fn the_setting_decides_without_a_question() {
    for (word, sent) in [("blocks", ""), ("iterm2", "\x1b]1337;File=inline=1;"), ("kitty", "\x1b_Ga=T")] {
        let home = Home::new();
        home.config("config.toml", &format!("pictures = \"{word}\"\n"));
        let mut t = open(&home, &[]);
        t.sees("▀").until(word, |t| t.raw().contains(sent));
        assert!(!t.raw().contains(ASKS), "{word}");
        assert_eq!(t.raw().contains("1337;File"), word == "iterm2");
        leave(&mut t);
    }
}

#[test]
fn in_tmux_nothing_is_asked_but_what_tmux_answers_itself() {
    let home = Home::new();
    let mut t = open(&home, &[("TERM", "tmux-256color")]);
    t.until("the question", |t| t.raw().contains(LAST));
    assert!(!t.raw().contains(ASKS));
    t.send("\x1b[?1;2;4c").until("sixels", |t| t.raw().contains("\x1bP0;1;0q"));
    leave(&mut t);
}
