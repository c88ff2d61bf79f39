//! What leads back to itself.
//!
//! In: where each thing leads, by number. Out: the circle that each is part of. Knows nothing of types. Takes time and
//! memory as the number of things and ways, however long one of the ways is.

/// For each thing the number of its circle. Two have the same one if each leads to the other; what leads back to nothing
/// has one for itself.
pub(super) fn circles(leads: &[Vec<usize>]) -> Vec<usize> {
    // Tarjan's algorithm. Its stack is a list: a way can be as long as the document.
    const NONE: usize = usize::MAX;
    let (mut reached, mut lowest, mut circle) =
        (vec![NONE; leads.len()], vec![NONE; leads.len()], vec![NONE; leads.len()]);
    let (mut open, mut way, mut count, mut found) = (Vec::new(), Vec::new(), 0, 0);
    for start in 0..leads.len() {
        if reached[start] == NONE {
            way.push((start, 0));
        }
        while let Some((here, mut edge)) = way.pop() {
            if edge == 0 {
                (reached[here], lowest[here]) = (count, count);
                count += 1;
                open.push(here);
            }
            let mut deeper = None;
            while let Some(&next) = leads[here].get(edge) {
                edge += 1;
                if reached[next] == NONE {
                    deeper = Some(next);
                    break;
                }
                if circle[next] == NONE {
                    lowest[here] = lowest[here].min(reached[next]);
                }
            }
            if let Some(next) = deeper {
                way.extend([(here, edge), (next, 0)]);
                continue;
            }
            if lowest[here] == reached[here] {
                while let Some(member) = open.pop() {
                    circle[member] = found;
                    if member == here {
                        break;
                    }
                }
                found += 1;
            }
            if let Some(&(from, _)) = way.last() {
                lowest[from] = lowest[from].min(lowest[here]);
            }
        }
    }
    circle
}

#[cfg(test)]
mod tests {
    use super::circles;

    /// By asking of each pair whether each leads to the other.
    fn slowly(leads: &[Vec<usize>], a: usize, b: usize) -> bool {
        let reaches = |from: usize, to: usize| {
            let (mut seen, mut next) = (vec![false; leads.len()], vec![from]);
            while let Some(here) = next.pop() {
                if here == to {
                    return true;
                }
                if !std::mem::replace(&mut seen[here], true) {
                    next.extend(&leads[here]);
                }
            }
            false
        };
        reaches(a, b) && reaches(b, a)
    }

    #[test]
    fn all_graphs_of_four() {
        for graph in 0..1_u32 << 16 {
            let edges = |from: u32| (0..4).filter(move |to| graph >> (from * 4 + to) & 1 == 1);
            let leads: Vec<Vec<usize>> = (0..4).map(|from| edges(from).map(|to| to as usize).collect()).collect();
            let circles = circles(&leads);
            for a in 0..4 {
                for b in 0..4 {
                    assert_eq!(circles[a] == circles[b], slowly(&leads, a, b), "{leads:?}");
                }
            }
        }
    }

    #[test]
    fn a_long_way_is_no_recursion() {
        let long: Vec<Vec<usize>> = (0..1_000_000).map(|index| vec![(index + 1) % 1_000_000]).collect();
        assert!(circles(&long).iter().all(|circle| *circle == 0));
    }
}
