//! How the calculator's program is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|is| is == value);
    if is("CARGO_CFG_TARGET_ARCH", "wasm32") && is("PROFILE", "release") {
        // The linker's notes tell tools/src/bin/wasm-split which function reads which constant.
        println!("cargo::rustc-link-arg-bin=page=--emit-relocs");
    }
}
