//! Suggestions for misspelt words, for the help of diagnostics.
//!
//! In: a word, and the words of a list. Out: the most similar word, or a help line with it.

/// The maximum length of a word, in bytes. Longer words are not compared: the cost of a comparison is the product of
/// the lengths, and long words are rarely misspelt.
const MAX_WORD: usize = 200;

/// The word of a list that is most similar to a misspelt word, if one is similar enough. The first one of several words
/// with the same distance.
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

/// The help for a word that is not in a list: the most similar word of the list, or `otherwise` if none is similar.
#[must_use]
pub fn did_you_mean<'a>(
    word: &str,
    words: impl IntoIterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    match nearest(word, words) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => otherwise(),
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn only_similar_words_are_suggested() {
        let words = ["read", "write", "destructive", "physical"];
        assert_eq!(nearest("phisical", words), Some("physical"));
        assert_eq!(nearest("Physical", words), Some("physical"));
        assert_eq!(nearest("raed", words), Some("read"));
        assert_eq!(nearest("harmless", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest("x", []), None);
    }
}
