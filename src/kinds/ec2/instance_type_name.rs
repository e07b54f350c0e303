//! The name of an instance type taken apart: `c7gn.xlarge` is compute optimized, of the 7th generation, with AWS Graviton processors,
//! network optimized, and an xlarge. <https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html>

/// A name's parts, as it has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeName<'a> {
    /// `c7gn`: all before the dot.
    pub family: &'a str,
    /// `c`
    pub series: &'a str,
    /// `7`; old high memory types have none (`u-6tb1`).
    pub generation: Option<u32>,
    /// `gn`: processor family and further capabilities, a letter each.
    pub letters: &'a str,
    /// What follows after a hyphen: `flex`, `12tb`, `b200`, `m2pro`.
    pub suffix: Option<&'a str>,
    /// `xlarge`
    pub size: &'a str,
}

/// What series are for.
const SERIES: &[(&str, &str)] = &[
    ("a", "general purpose"),
    ("c", "compute optimized"),
    ("d", "dense storage"),
    ("dl", "deep learning"),
    ("f", "FPGA"),
    ("g", "graphics"),
    ("gr", "graphics, more memory"),
    ("h", "dense storage"),
    ("hpc", "high performance computing"),
    ("i", "storage optimized"),
    ("im", "storage optimized, 4 GiB per vCPU"),
    ("inf", "AWS Inferentia"),
    ("is", "storage optimized, 6 GiB per vCPU"),
    ("m", "general purpose"),
    ("mac", "macOS"),
    ("p", "GPU"),
    ("r", "memory optimized"),
    ("t", "burstable"),
    ("trn", "AWS Trainium"),
    ("u", "high memory"),
    ("vt", "video transcoding"),
    ("x", "memory intensive"),
    ("z", "high frequency, more memory"),
];

impl<'a> TypeName<'a> {
    /// Takes a name apart; `None` if it is built in another way.
    pub fn parse(name: &'a str) -> Option<TypeName<'a>> {
        let (family, size) = name.split_once('.')?;
        let digits = family.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(family.len());
        let (series, rest) = family.split_at(digits);
        let (rest, suffix) = rest.split_once('-').map_or((rest, None), |(rest, suffix)| (rest, Some(suffix)));
        let letters = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let generation = rest[..rest.len() - letters.len()].parse().ok();
        let whole = !series.is_empty() && !size.is_empty() && (generation.is_some() || suffix.is_some());
        whole.then_some(TypeName { family, series, generation, letters, suffix, size })
    }
    /// What the series is for, if it is a known one.
    pub fn purpose(&self) -> Option<&'static str> {
        SERIES.iter().find(|(series, _)| *series == self.series).map(|(_, purpose)| *purpose)
    }
    /// What its letters and its suffix mean, in the order of the name.
    pub fn capabilities(&self) -> Vec<&'a str> {
        let mut out: Vec<&str> = self.letters.chars().filter_map(|c| self.capability(c)).collect();
        out.extend(
            self.suffix.map(|suffix| if suffix == "flex" { "flex: full speed 95 % of the time" } else { suffix }),
        );
        out
    }
    fn capability(&self, letter: char) -> Option<&'static str> {
        Some(match letter {
            'a' => "AMD",
            'g' => "Graviton",
            'i' => "Intel",
            'b' => "EBS optimized",
            'd' => "instance store",
            'e' if matches!(self.series, "i" | "d" | "is" | "im") => "extra storage",
            'e' => "extra memory",
            'f' => "part of a GPU",
            'n' => "network optimized",
            'q' => "Qualcomm accelerators",
            'z' => "high frequency",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_forms_come_apart() {
        let parts = |name: &'static str| {
            let n = TypeName::parse(name).unwrap_or_else(|| unreachable!("{name}"));
            (n.series, n.generation, n.letters, n.suffix, n.size)
        };
        assert_eq!(parts("c7gn.xlarge"), ("c", Some(7), "gn", None, "xlarge"));
        assert_eq!(parts("m7i-flex.large"), ("m", Some(7), "i", Some("flex"), "large"));
        assert_eq!(parts("u-6tb1.112xlarge"), ("u", None, "", Some("6tb1"), "112xlarge"));
        assert_eq!(parts("u7i-12tb.224xlarge"), ("u", Some(7), "i", Some("12tb"), "224xlarge"));
        assert_eq!(parts("mac2-m2pro.metal"), ("mac", Some(2), "", Some("m2pro"), "metal"));
        assert_eq!(parts("is4gen.8xlarge"), ("is", Some(4), "gen", None, "8xlarge"));
        assert_eq!(parts("t3.nano"), ("t", Some(3), "", None, "nano"));
        for odd in ["", "c7g", ".large", "7.large", "c7g."] {
            assert_eq!(TypeName::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn letters_mean_what_awss_page_says() {
        let said = |name: &'static str| TypeName::parse(name).map(|n| (n.purpose(), n.capabilities()));
        assert_eq!(said("c7gn.xlarge"), Some((Some("compute optimized"), vec!["Graviton", "network optimized"])));
        assert_eq!(said("i3en.large"), Some((Some("storage optimized"), vec!["extra storage", "network optimized"])));
        assert_eq!(
            said("x2iedn.xlarge"),
            Some((Some("memory intensive"), vec!["Intel", "extra memory", "instance store", "network optimized"]))
        );
        assert_eq!(said("q9.large"), Some((None, vec![])), "a series of tomorrow");
    }
}
