use super::*;

fn read(text: &str) -> Vec<(String, Vec<(String, String)>)> {
    let values = |s: Section| s.values.into_iter().collect();
    parse(text).sections.into_iter().map(|s| (s.header.clone(), values(s))).collect()
}

fn of(text: &str, header: &str) -> Vec<(String, String)> {
    read(text).into_iter().find(|(h, _)| h == header).map(|(_, values)| values).unwrap_or_default()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect()
}

#[test]
fn an_indented_first_setting_and_text_after_the_bracket_are_read_as_the_aws_cli_reads_them() {
    let text = "[profile one]\n   region = eu-west-1\n   output = json\n[profile two] /* x */\nregion = eu-west-2\n";
    assert_eq!(of(text, "profile one"), pairs(&[("output", "json"), ("region", "eu-west-1")]));
    assert_eq!(of(text, "profile two"), pairs(&[("region", "eu-west-2")]));
    for header in ["[a] ", "[a]x", "[a] # [b]", "[a];", "  [a]", "[ a ]", "[a]] "] {
        let header = parse(&format!("{header}\nx = y")).sections.remove(0).header;
        assert!(header == "a" || header == "a]", "{header}");
    }
}

#[test]
fn a_header_that_is_indented_below_a_setting_goes_on_its_value_as_everywhere_and_is_told() {
    let ini = parse("[a]\nx = 1\n  [b]\n  y = 2\n[c]\n [d]\nz = 3\n");
    let headers: Vec<_> = ini.sections.iter().map(|s| s.header.as_str()).collect();
    assert_eq!((headers, ini.indented), (vec!["a", "c", "d"], vec![3]));
    assert_eq!(ini.sections[0].values["x"], "1\n[b]\ny = 2");
}

#[test]
fn a_line_that_is_no_setting_costs_its_section_only() {
    let ini = parse("[one]\nregion = a\nnonsense\nx = y\n[two]\nregion = b\n= c\n[three]\nregion = d\n");
    let wrong: Vec<_> = ini.sections.iter().map(|s| (s.header.as_str(), s.wrong)).collect();
    assert_eq!(wrong, [("one", Some(3)), ("two", Some(7)), ("three", None)]);
    assert!(ini.strays.is_empty());
}

#[test]
fn what_no_header_stands_above_belongs_to_nobody() {
    let ini = parse("key = x\n[one]\nregion = a\n[two\nregion = b\n[]\nregion = c\n[three]\nregion = d\n");
    let found: Vec<_> = ini.sections.iter().map(|s| (s.header.as_str(), s.values["region"].as_str())).collect();
    assert_eq!(
        found,
        [("one", "a"), ("three", "d")],
        "a header without its bracket does not lend its keys to the one before"
    );
    assert_eq!(ini.strays, [1, 4, 5, 6, 7]);
}

#[test]
fn lines_end_as_on_any_system_and_a_byte_order_mark_is_passed_over() {
    for text in ["[a]\r\nx = 1\r\n\r\ny = 2\r\n", "[a]\rx = 1\ry = 2", "\u{feff}[a]\nx = 1\ny = 2\n"] {
        assert_eq!(of(text, "a"), pairs(&[("x", "1"), ("y", "2")]), "{text:?}");
    }
}

#[test]
fn values_go_on_in_indented_lines_and_hold_what_stands_in_them() {
    let text = "[a]\ns3 =\n  addressing_style = path\n\n  x = y\n# note\nURL: https://h/start#/ # note\n; note\nb = c;d\n\
                credential_process = tool --tag #1\n";
    let want = [
        ("b", "c;d"),
        ("credential_process", "tool --tag #1"),
        ("s3", "\naddressing_style = path\n\nx = y"),
        ("url", "https://h/start#/"),
    ];
    assert_eq!(of(text, "a"), pairs(&want));
}

#[test]
fn the_section_of_defaults_fills_in_and_sections_of_one_name_are_one() {
    let text = "[DEFAULT]\nregion = r\nx = d\n[a]\nx = 1\n[b]\n[a]\ny = 2\nx = 3\n";
    assert_eq!(of(text, "a"), pairs(&[("region", "r"), ("x", "3"), ("y", "2")]));
    assert_eq!(of(text, "b"), pairs(&[("region", "r"), ("x", "d")]));
}

#[test]
fn words_are_parted_as_python_parts_them() {
    for (text, want) in [
        ("profile one", Some(vec!["profile", "one"])),
        ("profile 'my prof'", Some(vec!["profile", "my prof"])),
        ("profile \"a\\\"b\\c\"", Some(vec!["profile", "a\"b\\c"])),
        (r"profile a\ b", Some(vec!["profile", "a b"])),
        ("profile 'it'\"'\"'s'", Some(vec!["profile", "it's"])),
        ("profile\t결제 # x", Some(vec!["profile", "결제", "#", "x"])),
        ("profile ''", Some(vec!["profile", ""])),
        ("profile it's", None),
        ("profile \\", None),
    ] {
        let words = words(text);
        assert_eq!(words.as_ref().map(|w| w.iter().map(String::as_str).collect()), want, "{text}");
    }
}
