//! From a type that implements `Storage` to the table that the host calls. Every function catches panics, since none
//! may cross the boundary; all `unsafe` code of the plugin is in this file.

use crate::abi;
use std::ffi::c_void;
use std::mem::size_of;
use std::panic::{catch_unwind, set_hook, AssertUnwindSafe};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// Why an operation failed: a code of `abi`, and one sentence without operation and key, which the host adds.
pub struct Failure {
    pub code: i32,
    pub message: String,
    /// The same call may be repeated safely and may then succeed.
    pub retryable: bool,
}

pub type Result<T> = std::result::Result<T, Failure>;

pub fn fail<T>(code: i32, message: impl Into<String>) -> Result<T> {
    Err(Failure { code, message: message.into(), retryable: false })
}

/// What is known of an object; for a directory nothing but that it is one.
pub enum Stat {
    Directory,
    File { size: u64, modified_ns: i64, version: u64 },
}

pub struct WriteOptions {
    pub if_absent: bool,
    pub if_version: Option<u64>,
}

pub struct AppendOptions {
    pub expected_size: Option<u64>,
}

/// A backend. What each operation promises is said by IStorage in tally/storage.hpp. Keys are legal when they arrive.
pub trait Storage: Sized + Send + Sync + 'static {
    const CAPABILITIES: u64;

    fn open(config: &Config) -> Result<Self>;
    fn read(&self, key: &str, offset: u64, length: u64, out: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<Stat>;
    fn write(&self, key: &str, content: Vec<u8>, options: &WriteOptions) -> Result<u64>;
    fn append(&self, key: &str, content: &[u8], options: &AppendOptions) -> Result<u64>;
    /// Returns whether more names follow behind the limit; a limit of 0 is none.
    fn list(&self, directory: &str, after: &str, limit: u64, out: &mut dyn FnMut(&str, bool) -> Result<()>)
        -> Result<bool>;
    fn stat(&self, key: &str) -> Result<Option<Stat>>;
    fn remove(&self, key: &str, recursive: bool) -> Result<bool>;
}

/// The options, as they stand in the note, checked by the host. Valid during `open`.
pub struct Config<'a>(&'a abi::Config);

#[allow(dead_code)]
impl Config<'_> {
    fn get(&self, name: &str, kind: u32) -> Option<abi::Value> {
        let mut value = abi::Value {
            struct_size: size_of::<abi::Value>() as u32,
            kind: abi::VALUE_NULL,
            integer: 0,
            number: 0.0,
            text: abi::Str::new(""),
        };
        let code = unsafe { (self.0.get)(self.0.this, &abi::Str::new(name), &mut value) };
        (code == abi::OK && value.kind == kind).then(|| value)
    }
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.get(name, abi::VALUE_FLAG).map(|value| value.integer != 0)
    }
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name, abi::VALUE_INTEGER).map(|value| value.integer)
    }
    pub fn text(&self, name: &str) -> Option<String> {
        let value = self.get(name, abi::VALUE_TEXT)?;
        Some(String::from_utf8_lossy(unsafe { value.text.bytes() }).into_owned())
    }
}

static HOST: AtomicPtr<abi::Host> = AtomicPtr::new(ptr::null_mut());

fn host() -> &'static abi::Host {
    unsafe { &*HOST.load(Ordering::Acquire) }
}

/// Nanoseconds since 1970.
pub fn now_wall() -> i64 {
    unsafe { (host().now_wall)(host().this) }
}

/// One line for the operator, without secrets.
pub fn log(level: i32, text: &str) {
    unsafe { (host().log)(host().this, level, &abi::Str::new(text)) }
}

fn report(out: *mut abi::Error, failure: &Failure) -> i32 {
    if let Some(out) = unsafe { out.as_mut() } {
        let mut size = failure.message.len().min(out.message.len());
        while !failure.message.is_char_boundary(size) {
            size -= 1;
        }
        out.message[..size].copy_from_slice(&failure.message.as_bytes()[..size]);
        out.message_size = size as u32;
        out.flags = if failure.retryable { abi::ERROR_RETRYABLE } else { 0 };
        if size < failure.message.len() {
            out.flags |= abi::ERROR_TRUNCATED;
            unsafe { (host().error_detail)(host().this, out, &abi::Str::new(&failure.message)) };
        }
    }
    failure.code
}

/// Run `body`; a failure and a panic become a code and a text.
fn guarded(error: *mut abi::Error, body: impl FnOnce() -> Result<()>) -> i32 {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => abi::OK,
        Ok(Err(failure)) => report(error, &failure),
        Err(panic) => {
            let said = panic.downcast_ref::<&str>().map(|text| text.to_string());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            let message = format!("the plugin panicked: {}", said);
            report(error, &Failure { code: abi::PLUGIN_FAULT, message, retryable: false })
        }
    }
}

fn check_call(call: &abi::Call) -> Result<()> {
    let word = call.cancelled as *const AtomicU32;
    if !word.is_null() && unsafe { (*word).load(Ordering::Acquire) } != 0 {
        return fail(abi::CANCELLED, "the caller cancelled the call");
    }
    let late = || unsafe { (host().now_mono)(host().this) } >= call.deadline_mono_ns;
    if call.deadline_mono_ns != abi::NO_DEADLINE && late() {
        return Err(Failure { code: abi::TIMEOUT, message: "the deadline has passed".into(), retryable: true });
    }
    Ok(())
}

/// Unknown flags are refused, never ignored.
fn check_flags(flags: u32, known: u32) -> Result<()> {
    if flags & !known == 0 {
        return Ok(());
    }
    fail(abi::UNSUPPORTED, "the host asks for an option that this plugin does not know")
}

fn check_sink(code: i32) -> Result<()> {
    if code == abi::OK {
        return Ok(());
    }
    fail(code, "the reader stopped")
}

unsafe fn text<'a>(view: *const abi::Str) -> Result<&'a str> {
    std::str::from_utf8((*view).bytes()).or_else(|_| fail(abi::INVALID_ARGUMENT, "not valid UTF-8"))
}

unsafe fn joined(parts: *const abi::Bytes, count: u64) -> Vec<u8> {
    (0..count as usize).flat_map(|i| (*parts.add(i)).bytes()).copied().collect()
}

fn fill_version(out: &mut abi::Stat, version: u64) {
    out.version_size = 8;
    out.version[..8].copy_from_slice(&version.to_ne_bytes());
}

fn fill(out: &mut abi::Stat, stat: &Stat) {
    match *stat {
        Stat::Directory => out.kind = abi::KIND_DIRECTORY,
        Stat::File { size, modified_ns, version } => {
            out.kind = abi::KIND_FILE;
            out.size = size;
            out.modified_ns = modified_ns;
            fill_version(out, version);
        }
    }
}

unsafe extern "C" fn destroy<S: Storage>(this: *mut c_void) {
    let drop_it = || {
        drop(Box::from_raw(this as *mut S));
        Ok(())
    };
    if guarded(ptr::null_mut(), drop_it) != abi::OK {
        log(abi::LOG_ERROR, "a storage panicked while it was closed; what it held may be leaked");
    }
}

unsafe extern "C" fn read<S: Storage>(
    this: *mut c_void, call: *const abi::Call, key: *const abi::Str, options: *const abi::ReadOptions,
    sink: *const abi::Sink, stat: *mut abi::Stat, error: *mut abi::Error,
) -> i32 {
    guarded(error, || {
        check_call(&*call)?;
        check_flags((*options).flags, 0)?;
        let mut put =
            |bytes: &[u8]| check_sink(((*sink).put)((*sink).this, bytes.as_ptr() as *const c_void, bytes.len() as u64));
        let known = (*(this as *const S)).read(text(key)?, (*options).offset, (*options).length, &mut put)?;
        fill(&mut *stat, &known);
        Ok(())
    })
}

unsafe extern "C" fn write<S: Storage>(
    this: *mut c_void, call: *const abi::Call, key: *const abi::Str, parts: *const abi::Bytes, count: u64,
    options: *const abi::WriteOptions, stat: *mut abi::Stat, error: *mut abi::Error,
) -> i32 {
    guarded(error, || {
        check_call(&*call)?;
        check_flags((*options).flags, abi::WRITE_IF_ABSENT | abi::WRITE_IF_VERSION)?;
        let wanted = (*options).if_version.bytes();
        let how = WriteOptions {
            if_absent: (*options).flags & abi::WRITE_IF_ABSENT != 0,
            if_version: ((*options).flags & abi::WRITE_IF_VERSION != 0)
                .then(|| wanted.try_into().map_or(0, u64::from_ne_bytes)), // 0 is nobody's version
        };
        let version = (*(this as *const S)).write(text(key)?, joined(parts, count), &how)?;
        fill_version(&mut *stat, version);
        Ok(())
    })
}

unsafe extern "C" fn append<S: Storage>(
    this: *mut c_void, call: *const abi::Call, key: *const abi::Str, parts: *const abi::Bytes, count: u64,
    options: *const abi::AppendOptions, size: *mut u64, error: *mut abi::Error,
) -> i32 {
    guarded(error, || {
        check_call(&*call)?;
        check_flags((*options).flags, abi::APPEND_AT_SIZE)?;
        let at_size = (*options).flags & abi::APPEND_AT_SIZE != 0;
        let how = AppendOptions { expected_size: at_size.then(|| (*options).expected_size) };
        *size = (*(this as *const S)).append(text(key)?, &joined(parts, count), &how)?;
        Ok(())
    })
}

unsafe extern "C" fn list<S: Storage>(
    this: *mut c_void, call: *const abi::Call, directory: *const abi::Str, options: *const abi::ListOptions,
    sink: *const abi::EntrySink, more: *mut u32, error: *mut abi::Error,
) -> i32 {
    guarded(error, || {
        check_call(&*call)?;
        check_flags((*options).flags, 0)?;
        let mut put = |name: &str, is_directory: bool| {
            let kind = if is_directory { abi::KIND_DIRECTORY } else { abi::KIND_FILE };
            let entry = abi::Entry { struct_size: size_of::<abi::Entry>() as u32, kind, name: abi::Str::new(name) };
            check_sink(((*sink).put)((*sink).this, &entry))
        };
        let after = text(&(*options).start_after)?;
        *more = (*(this as *const S)).list(text(directory)?, after, (*options).limit, &mut put)? as u32;
        Ok(())
    })
}

unsafe extern "C" fn stat<S: Storage>(
    this: *mut c_void, call: *const abi::Call, key: *const abi::Str, out: *mut abi::Stat, error: *mut abi::Error,
) -> i32 {
    guarded(error, || {
        check_call(&*call)?;
        match (*(this as *const S)).stat(text(key)?)? {
            Some(known) => fill(&mut *out, &known),
            None => return fail(abi::NOT_FOUND, "there is no such object"),
        }
        Ok(())
    })
}

unsafe extern "C" fn remove<S: Storage>(
    this: *mut c_void, call: *const abi::Call, key: *const abi::Str, options: *const abi::RemoveOptions,
    existed: *mut u32, error: *mut abi::Error,
) -> i32 {
    guarded(error, || {
        check_call(&*call)?;
        check_flags((*options).flags, abi::REMOVE_RECURSIVE)?;
        let recursive = (*options).flags & abi::REMOVE_RECURSIVE != 0;
        *existed = (*(this as *const S)).remove(text(key)?, recursive)? as u32;
        Ok(())
    })
}

unsafe extern "C" fn create<S: Storage>(
    config: *const abi::Config, call: *const abi::Call, out: *mut abi::Storage, error: *mut abi::Error,
) -> i32 {
    guarded(error, || {
        check_call(&*call)?;
        let storage = Box::new(S::open(&Config(&*config))?);
        (*out).thread_model = abi::THREADS_CONCURRENT;
        (*out).capabilities = S::CAPABILITIES;
        (*out).ops = &Table::<S>::OPERATIONS;
        (*out).this = Box::into_raw(storage) as *mut c_void;
        Ok(())
    })
}

/// Remember the host, and keep panics from being printed: their text goes into the error.
unsafe extern "C" fn init(services: *const abi::Host, error: *mut abi::Error) -> i32 {
    HOST.store(services as *mut abi::Host, Ordering::Release);
    guarded(error, || {
        set_hook(Box::new(|_| {}));
        Ok(())
    })
}

unsafe extern "C" fn shutdown() {}

unsafe extern "C" fn factory<S: Storage>(id: *const abi::Str) -> *const c_void {
    if (*id).bytes() != abi::STORAGE_FACTORY {
        return ptr::null();
    }
    &Table::<S>::FACTORY as *const abi::StorageFactory as *const c_void
}

struct Table<S>(std::marker::PhantomData<S>);

impl<S: Storage> Table<S> {
    const OPERATIONS: abi::StorageOps = abi::StorageOps {
        struct_size: size_of::<abi::StorageOps>() as u32,
        reserved: 0,
        destroy: destroy::<S>,
        read: read::<S>,
        write: write::<S>,
        append: append::<S>,
        list: list::<S>,
        stat: stat::<S>,
        remove: remove::<S>,
        extension: None,
    };
    const FACTORY: abi::StorageFactory = abi::StorageFactory {
        struct_size: size_of::<abi::StorageFactory>() as u32,
        reserved: 0,
        create: create::<S>,
    };
}

/// The descriptor of a plugin whose storages are `S`. `note` is the text of the ELF note, byte for byte.
pub const fn plugin<S: Storage>(name: &'static str, version: &'static str, note: &'static str) -> abi::Plugin {
    abi::Plugin {
        struct_size: size_of::<abi::Plugin>() as u32,
        abi_major: abi::MAJOR,
        abi_minor: abi::MINOR,
        min_host_minor: 0,
        flags: 0,
        name: abi::Str::new(name),
        version: abi::Str::new(version),
        note: abi::Str::new(note),
        init,
        shutdown,
        factory: factory::<S>,
    }
}
