//! The client that the build script has generated.

include!(concat!(env!("OUT_DIR"), "/petstore.rs"));

#[cfg(test)]
mod tests {
    use super::petstore::{OPERATIONS, types::Pet};

    #[test]
    fn the_generated_client_is_part_of_this_crate() {
        assert_eq!(OPERATIONS.iter().map(|operation| operation.id).collect::<Vec<_>>(), ["getPet"]);
        let pet = Pet { name: "Rex".to_owned(), tag: None };
        assert_eq!(pet.name, "Rex");
    }

    #[test]
    fn the_readme_of_the_generator_shows_this_build_script() {
        let readme = include_str!("../../../generator/README.md");
        let (_, script) = include_str!("../build.rs").split_once("\n\n").unwrap_or_default();
        assert!(script.len() > 500 && readme.contains(script), "generator/README.md shows another build script");
    }
}
