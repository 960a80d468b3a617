//! tally/plugin_abi.h, version 1.0, field by field. The structs have no padding, so that their size is also the end of
//! their last field, which is what `struct_size` means.
#![allow(dead_code)]

use std::ffi::c_void;

pub const MAJOR: u16 = 1;
pub const MINOR: u16 = 0;
pub const STORAGE_FACTORY: &[u8] = b"tally.storage/1";

pub const OK: i32 = 0;
pub const INVALID_ARGUMENT: i32 = -1;
pub const NOT_FOUND: i32 = -2;
pub const ALREADY_EXISTS: i32 = -3;
pub const CONFLICT: i32 = -4;
pub const PERMISSION_DENIED: i32 = -5;
pub const UNAUTHENTICATED: i32 = -6;
pub const UNAVAILABLE: i32 = -7;
pub const TIMEOUT: i32 = -8;
pub const CANCELLED: i32 = -9;
pub const EXHAUSTED: i32 = -10;
pub const TOO_LARGE: i32 = -11;
pub const CORRUPT: i32 = -12;
pub const UNSUPPORTED: i32 = -13;
pub const CLOSED: i32 = -14;
pub const INTERNAL: i32 = -15;
pub const PLUGIN_FAULT: i32 = -16;
pub const IS_A_DIRECTORY: i32 = -17;
pub const NOT_A_DIRECTORY: i32 = -18;
pub const NO_SPACE: i32 = -19;
pub const OUTCOME_UNKNOWN: i32 = -20;
pub const RANGE_NOT_SATISFIED: i32 = -21;
pub const OUTSIDE_ROOT: i32 = -22;
pub const INVALID_CONFIG: i32 = -23;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    pub data: *const u8,
    pub size: u64,
}

impl Str {
    pub const fn new(text: &str) -> Str {
        Str { data: text.as_ptr(), size: text.len() as u64 }
    }
    /// # Safety
    /// The host's promise: `size` bytes at `data`, until the call returns. No bytes may have a null pointer.
    pub unsafe fn bytes<'a>(&self) -> &'a [u8] {
        if self.size == 0 {
            return &[];
        }
        std::slice::from_raw_parts(self.data, self.size as usize)
    }
}

/// tally_bytes has the layout of tally_str.
pub type Bytes = Str;

pub const ERROR_RETRYABLE: u32 = 1;
pub const ERROR_TRUNCATED: u32 = 2;

#[repr(C)]
pub struct Error {
    pub struct_size: u32,
    pub flags: u32,
    pub retry_after_ns: i64,
    pub backend_code: i64,
    pub system_errno: i32,
    pub message_size: u32,
    pub message: [u8; 480],
}

pub const NO_DEADLINE: i64 = i64::MAX;

#[repr(C)]
pub struct Call {
    pub struct_size: u32,
    pub flags: u32,
    pub deadline_mono_ns: i64,
    pub cancelled: *const u32,
    pub cancel_fd: i32,
    pub reserved: u32,
    pub trace_id: [u8; 16],
}

#[repr(C)]
pub struct Sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub this: *mut c_void,
    pub put: unsafe extern "C" fn(*mut c_void, *const c_void, u64) -> i32,
    pub grow: unsafe extern "C" fn(*mut c_void, u64, *mut u64) -> *mut c_void,
    pub commit: unsafe extern "C" fn(*mut c_void, u64) -> i32,
}

pub const KIND_FILE: u32 = 1;
pub const KIND_DIRECTORY: u32 = 2;
pub const UNKNOWN_SIZE: u64 = u64::MAX;

#[repr(C)]
pub struct Stat {
    pub struct_size: u32,
    pub kind: u32,
    pub size: u64,
    pub modified_ns: i64,
    pub version_size: u8,
    pub version: [u8; 63],
}

#[repr(C)]
pub struct Entry {
    pub struct_size: u32,
    pub kind: u32,
    pub name: Str,
}

#[repr(C)]
pub struct EntrySink {
    pub struct_size: u32,
    pub reserved: u32,
    pub this: *mut c_void,
    pub put: unsafe extern "C" fn(*mut c_void, *const Entry) -> i32,
}

#[repr(C)]
pub struct ReadOptions {
    pub struct_size: u32,
    pub flags: u32,
    pub offset: u64,
    pub length: u64,
}

pub const WRITE_IF_ABSENT: u32 = 1;
pub const WRITE_IF_VERSION: u32 = 2;
pub const WRITE_TIME_TO_LIVE: u32 = 4;

#[repr(C)]
pub struct WriteOptions {
    pub struct_size: u32,
    pub flags: u32,
    pub if_version: Bytes,
    pub time_to_live_ns: i64,
}

pub const APPEND_AT_SIZE: u32 = 1;
pub const APPEND_TOKEN: u32 = 2;

#[repr(C)]
pub struct AppendOptions {
    pub struct_size: u32,
    pub flags: u32,
    pub expected_size: u64,
    pub token: Bytes,
}

#[repr(C)]
pub struct ListOptions {
    pub struct_size: u32,
    pub flags: u32,
    pub start_after: Str,
    pub limit: u64,
}

pub const REMOVE_RECURSIVE: u32 = 1;

#[repr(C)]
pub struct RemoveOptions {
    pub struct_size: u32,
    pub flags: u32,
}

pub const CAP_CREATE_EXCLUSIVE: u64 = 1 << 0;
pub const CAP_IF_VERSION: u64 = 1 << 1;
pub const CAP_TIME_TO_LIVE: u64 = 1 << 2;
pub const CAP_APPEND_AT: u64 = 1 << 3;
pub const CAP_APPEND_TOKEN: u64 = 1 << 4;
pub const CAP_MODIFIED_TIME: u64 = 1 << 5;
pub const CAP_KEEPS_EMPTY_DIRECTORIES: u64 = 1 << 6;
pub const CAP_SURVIVES_POWER_LOSS: u64 = 1 << 7;

type This = *mut c_void;

#[repr(C)]
pub struct StorageOps {
    pub struct_size: u32,
    pub reserved: u32,
    pub destroy: unsafe extern "C" fn(This),
    pub read: unsafe extern "C" fn(
        This, *const Call, *const Str, *const ReadOptions, *const Sink, *mut Stat, *mut Error) -> i32,
    pub write: unsafe extern "C" fn(
        This, *const Call, *const Str, *const Bytes, u64, *const WriteOptions, *mut Stat, *mut Error) -> i32,
    pub append: unsafe extern "C" fn(
        This, *const Call, *const Str, *const Bytes, u64, *const AppendOptions, *mut u64, *mut Error) -> i32,
    pub list: unsafe extern "C" fn(
        This, *const Call, *const Str, *const ListOptions, *const EntrySink, *mut u32, *mut Error) -> i32,
    pub stat: unsafe extern "C" fn(This, *const Call, *const Str, *mut Stat, *mut Error) -> i32,
    pub remove: unsafe extern "C" fn(
        This, *const Call, *const Str, *const RemoveOptions, *mut u32, *mut Error) -> i32,
    pub extension: Option<unsafe extern "C" fn(This, *const Str) -> *const c_void>,
}

pub const THREADS_CONCURRENT: u32 = 1;
pub const THREADS_SERIAL: u32 = 2;

#[repr(C)]
pub struct Storage {
    pub struct_size: u32,
    pub thread_model: u32,
    pub capabilities: u64,
    pub this: *mut c_void,
    pub ops: *const StorageOps,
}

pub const VALUE_NULL: u32 = 0;
pub const VALUE_FLAG: u32 = 1;
pub const VALUE_INTEGER: u32 = 2;
pub const VALUE_NUMBER: u32 = 3;
pub const VALUE_TEXT: u32 = 4;
pub const VALUE_LIST: u32 = 5;

#[repr(C)]
pub struct Value {
    pub struct_size: u32,
    pub kind: u32,
    pub integer: i64,
    pub number: f64,
    pub text: Str,
}

#[repr(C)]
pub struct Config {
    pub struct_size: u32,
    pub reserved: u32,
    pub this: *mut c_void,
    pub get: unsafe extern "C" fn(*mut c_void, *const Str, *mut Value) -> i32,
}

#[repr(C)]
pub struct StorageFactory {
    pub struct_size: u32,
    pub reserved: u32,
    pub create: unsafe extern "C" fn(*const Config, *const Call, *mut Storage, *mut Error) -> i32,
}

pub const LOG_DEBUG: i32 = 1;
pub const LOG_INFO: i32 = 2;
pub const LOG_WARNING: i32 = 3;
pub const LOG_ERROR: i32 = 4;

#[repr(C)]
pub struct Host {
    pub struct_size: u32,
    pub abi_minor: u32,
    pub this: *mut c_void,
    pub log: unsafe extern "C" fn(*mut c_void, i32, *const Str),
    pub now_mono: unsafe extern "C" fn(*mut c_void) -> i64,
    pub now_wall: unsafe extern "C" fn(*mut c_void) -> i64,
    pub error_detail: unsafe extern "C" fn(*mut c_void, *mut Error, *const Str),
    pub extension: unsafe extern "C" fn(*mut c_void, *const Str) -> *const c_void,
}

#[repr(C)]
pub struct Plugin {
    pub struct_size: u32,
    pub abi_major: u16,
    pub abi_minor: u16,
    pub min_host_minor: u32,
    pub flags: u32,
    pub name: Str,
    pub version: Str,
    pub note: Str,
    pub init: unsafe extern "C" fn(*const Host, *mut Error) -> i32,
    pub shutdown: unsafe extern "C" fn(),
    pub factory: unsafe extern "C" fn(*const Str) -> *const c_void,
}

// Constant data: the pointers in it lead to other constants.
unsafe impl Sync for Plugin {}

/// The ELF note: header, owner padded to 8 bytes, text padded to 4.
#[repr(C, align(4))]
pub struct Note<const TEXT: usize> {
    owner_size: u32,
    text_size: u32,
    kind: u32,
    owner: [u8; 8],
    text: [u8; TEXT],
}

pub const fn padded_size(text: &str) -> usize {
    (text.len() + 3) / 4 * 4
}

impl<const TEXT: usize> Note<TEXT> {
    pub const fn new(json: &str) -> Self {
        let mut text = [0; TEXT];
        let mut i = 0;
        while i < json.len() {
            text[i] = json.as_bytes()[i];
            i += 1;
        }
        Note { owner_size: 6, text_size: json.len() as u32, kind: 1, owner: *b"tally\0\0\0", text }
    }
}

/// The platform that the note names.
#[macro_export]
#[cfg(all(target_arch = "x86_64", target_env = "gnu"))]
macro_rules! platform { () => { "linux-x86_64-glibc" }; }
#[macro_export]
#[cfg(all(target_arch = "aarch64", target_env = "gnu"))]
macro_rules! platform { () => { "linux-aarch64-glibc" }; }
