//! Patterns of instance names.

use std::str::FromStr;

/// A pattern of a whole name: `*` stands for any characters, `?` for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Glob(Vec<char>);

impl FromStr for Glob {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.is_empty() {
            true => Err("give a name or a pattern, such as 'orders-*'"),
            false => Ok(Self(text.chars().collect())),
        }
    }
}

impl Glob {
    /// Whether the pattern stands for this name.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut at, mut of) = (0, 0);
        // Where the last `*` is, and up to where it stands for the name.
        let mut star = None;
        while let Some(c) = name.get(at) {
            match self.0.get(of) {
                Some('*') => {
                    star = Some((of, at));
                    of += 1;
                }
                Some(p) if *p == '?' || p == c => (at, of) = (at + 1, of + 1),
                _ => match &mut star {
                    Some((star, end)) => {
                        *end += 1;
                        (at, of) = (*end, *star + 1);
                    }
                    None => return false,
                },
            }
        }
        self.0.iter().skip(of).all(|c| *c == '*')
    }

    /// The longest part of the name that contains no wildcard.
    pub(crate) fn literal(&self) -> String {
        let parts = self.0.split(|c| matches!(c, '*' | '?'));
        let longest = parts.max_by_key(|part| part.len()).unwrap_or_default();
        longest.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glob_stands_for_whole_names() {
        for (pattern, name, matches) in [
            ("orders", "orders", true),
            ("orders", "orders-1", false),
            ("orders-*", "orders-", true),
            ("orders-*", "orders-eu-1", true),
            ("*-eu-*", "orders-eu-1", true),
            ("*-eu", "orders-eu-eu", true),
            ("*a*b?", "xab", false),
            ("*a*b?", "xaxbabyb1", true),
            ("?", "ä", true),
            ("?", "", false),
            ("*", "", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[ab]", "a", false),
        ] {
            let glob: Glob = pattern.parse().unwrap();
            assert_eq!(glob.matches(name), matches, "{pattern} {name}");
        }
        assert!(Glob::from_str("").is_err());
    }

    #[test]
    fn literal_of_glob_is_its_longest_fixed_part() {
        for (pattern, literal) in [("orders-*", "orders-"), ("*a?bcd*", "bcd"), ("*", "")] {
            assert_eq!(pattern.parse::<Glob>().unwrap().literal(), literal);
        }
    }
}
