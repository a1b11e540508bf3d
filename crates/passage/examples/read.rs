//! Prints what is found in the passage on standard input.
use std::io::Read;

fn main() {
    let mut text = String::new();
    if std::io::stdin().read_to_string(&mut text).is_ok() {
        for found in compute_passage::read_passage(&text, compute_tables::catalog()) {
            println!("{found:?}");
        }
    }
}
