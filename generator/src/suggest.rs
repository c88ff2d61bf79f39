//! Suggestions for misspelt words, as diagnostics make them.

/// Longer words are not compared: that takes the product of their lengths, and they are rarely misspelled.
const MAX_WORD: usize = 200;

/// The word of a list that is nearest to a misspelt one, if one is near enough. The first of equally near ones.
#[must_use]
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > MAX_WORD {
        return None;
    }
    let folded = word.to_lowercase();
    words
        .into_iter()
        .filter(|candidate| candidate.len() <= 2 * MAX_WORD)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, candidate)| distance <= 1 + candidate.len().min(word.len()) / 4)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// The help for a word that is not one of a list: the nearest of them, or what to do if none is near.
#[must_use]
pub fn did_you_mean<'a>(
    word: &str,
    words: impl IntoIterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    match nearest(word, words) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => otherwise(),
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_what_is_near_is_meant() {
        let words = ["read", "write", "destructive", "physical"];
        assert_eq!(nearest("phisical", words), Some("physical"));
        assert_eq!(nearest("Physical", words), Some("physical"));
        assert_eq!(nearest("raed", words), Some("read"));
        assert_eq!(nearest("harmless", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest("x", []), None);
    }
}
