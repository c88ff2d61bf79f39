//! Strongly connected components of a graph.
//!
//! In: the successors of each node, by number. Out: the number of the component of each node. Time and memory are
//! linear in the number of nodes and edges, for paths of any length.

/// The number of the component of each node. Two nodes are in the same component if each can be reached from the other;
/// a node outside of any cycle is alone in its component.
pub(super) fn components(successors: &[Vec<usize>]) -> Vec<usize> {
    // Tarjan's algorithm, with a vector instead of recursion: a path can be as long as the document.
    const NONE: usize = usize::MAX;
    let (mut reached, mut lowest, mut component) =
        (vec![NONE; successors.len()], vec![NONE; successors.len()], vec![NONE; successors.len()]);
    let (mut stack, mut path, mut count, mut found) = (Vec::new(), Vec::new(), 0, 0);
    for start in 0..successors.len() {
        if reached[start] == NONE {
            path.push((start, 0));
        }
        while let Some((here, mut edge)) = path.pop() {
            if edge == 0 {
                (reached[here], lowest[here]) = (count, count);
                count += 1;
                stack.push(here);
            }
            let mut unvisited = None;
            while let Some(&next) = successors[here].get(edge) {
                edge += 1;
                if reached[next] == NONE {
                    unvisited = Some(next);
                    break;
                }
                if component[next] == NONE {
                    lowest[here] = lowest[here].min(reached[next]);
                }
            }
            if let Some(next) = unvisited {
                path.extend([(here, edge), (next, 0)]);
                continue;
            }
            if lowest[here] == reached[here] {
                while let Some(member) = stack.pop() {
                    component[member] = found;
                    if member == here {
                        break;
                    }
                }
                found += 1;
            }
            if let Some(&(from, _)) = path.last() {
                lowest[from] = lowest[from].min(lowest[here]);
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::components;

    /// Whether two nodes are in the same component, by a search in both directions.
    fn are_connected(successors: &[Vec<usize>], a: usize, b: usize) -> bool {
        let reaches = |from: usize, to: usize| {
            let (mut seen, mut next) = (vec![false; successors.len()], vec![from]);
            while let Some(here) = next.pop() {
                if here == to {
                    return true;
                }
                if !std::mem::replace(&mut seen[here], true) {
                    next.extend(&successors[here]);
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
            let successors: Vec<Vec<usize>> = (0..4).map(|from| edges(from).map(|to| to as usize).collect()).collect();
            let components = components(&successors);
            for a in 0..4 {
                for b in 0..4 {
                    assert_eq!(components[a] == components[b], are_connected(&successors, a, b), "{successors:?}");
                }
            }
        }
    }

    #[test]
    fn a_long_path_is_no_recursion() {
        let long: Vec<Vec<usize>> = (0..1_000_000).map(|index| vec![(index + 1) % 1_000_000]).collect();
        assert!(components(&long).iter().all(|component| *component == 0));
    }
}
