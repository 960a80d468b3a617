//! A Tally backend in Rust. `abi` is tally/plugin_abi.h in Rust, `bridge` turns a type that implements `Storage` into
//! the table of functions that the host calls, `memory` is the backend itself. Nothing here needs another crate.

mod abi;
mod bridge;
mod memory;

/// The backend's name, as in libtally_<name>.so and in `storage.backend`.
const NAME: &str = "rust_memory";

/// What the host reads from the file without running it. Options go into the array as JSON objects with name, type
/// (flag, integer, number, text, path, list), doc, and where it fits default, required, secret, minimum, maximum.
const NOTE: &str = concat!(
    r#"{"abi":"1.0","minHost":0,"name":"rust_memory","version":""#,
    env!("CARGO_PKG_VERSION"),
    r#"","summary":""#,
    env!("CARGO_PKG_DESCRIPTION"),
    r#"","license":""#,
    env!("CARGO_PKG_LICENSE"),
    r#"","platform":""#,
    platform!(),
    r#"","extensions":[],"options":[]}"#
);

#[used]
#[link_section = ".note.tally"]
static FILE_NOTE: abi::Note<{ abi::padded_size(NOTE) }> = abi::Note::new(NOTE);

static PLUGIN: abi::Plugin = bridge::plugin::<memory::MemoryStorage>(NAME, env!("CARGO_PKG_VERSION"), NOTE);

/// The one symbol that the host looks for.
#[no_mangle]
pub extern "C" fn tally_plugin_entry_v1() -> *const abi::Plugin {
    &PLUGIN
}
