//! CloudWatch's forms: the query protocol.

use crate::sandbox::wire::Tree;

/// Reads a form of the query protocol: `Dimensions.member.1.Name=InstanceId` becomes lists and structures.
pub fn read_form(bytes: &[u8]) -> Tree {
    let mut root = Node::default();
    for (key, value) in form_urlencoded::parse(bytes) {
        if matches!(&*key, "Action" | "Version") {
            continue;
        }
        let mut node = &mut root;
        for part in key.split('.') {
            node = node.child(part);
        }
        node.leaf = Some(value.into_owned());
    }
    root.tree()
}

#[derive(Default)]
struct Node {
    leaf: Option<String>,
    children: Vec<(String, Node)>,
}

impl Node {
    fn child(&mut self, name: &str) -> &mut Node {
        let at = match self.children.iter().position(|(k, _)| k == name) {
            Some(i) => i,
            None => {
                self.children.push((name.to_owned(), Node::default()));
                self.children.len() - 1
            }
        };
        &mut self.children[at].1
    }
    fn tree(mut self) -> Tree {
        if self.children.len() == 1 && self.children[0].0 == "member" {
            let mut items = self.children.pop().map(|(_, n)| n.children).unwrap_or_default();
            items.sort_by_key(|(k, _)| k.parse::<u32>().unwrap_or(u32::MAX));
            return Tree::List(items.into_iter().map(|(_, n)| n.tree()).collect());
        }
        match self.leaf {
            // An empty list is sent as its bare name with an empty value; empty text reads the same everywhere it is allowed.
            Some(s) if self.children.is_empty() => Tree::Text(s.into()),
            _ => Tree::Map(self.children.into_iter().map(|(k, n)| (k.into(), n.tree())).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;

    #[test]
    fn a_form_becomes_the_same_tree_as_json_with_text_for_leaves() {
        let form = read_form(
            b"Action=PutMetricAlarm&AlarmName=a&Dimensions.member.2.Name=B&Dimensions.member.1.Name=A\
              &Dimensions.member.1.Value=%EA%B0%80&Period=300&ActionsEnabled=true&StartTime=2026-11-21T09:05:00",
        );
        let dims = form.get("Dimensions").items();
        assert_eq!(dims[0].text_of("Value"), Some("가"));
        assert_eq!(dims[1].text_of("Name"), Some("B"));
        assert_eq!((form.get("Period").int(), form.get("ActionsEnabled").flag()), (Some(300), Some(true)));
        assert_eq!(form.get("StartTime").time(), Time::parse("2026-11-21T09:05:00Z"));
    }
}
