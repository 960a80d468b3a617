//! Keeps everything in memory until it is closed. Directories are not stored; they exist through their children.

use crate::abi;
use crate::bridge::{fail, now_wall, AppendOptions, Config, Result, Stat, Storage, WriteOptions};
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

struct Object {
    bytes: Vec<u8>,
    modified_ns: i64,
    version: u64,
}

/// Objects in the order of a folder tree. In the map '/' is written as NUL, which keys can't hold and which sorts
/// first: so what lies in a directory stands together, where its name stands among its siblings.
#[derive(Default)]
struct Tree {
    objects: BTreeMap<String, Object>,
    last_version: u64, // one counter for all: what is removed and made again never looks unchanged
}

#[derive(Default)]
pub struct MemoryStorage {
    tree: RwLock<Tree>,
}

fn tree_key(key: &str) -> String {
    key.replace('/', "\0")
}

/// What the keys in a directory begin with.
fn folder_key(directory: &str) -> String {
    if directory.is_empty() {
        return String::new();
    }
    tree_key(directory) + "\0"
}

impl Object {
    fn describe(&self) -> Stat {
        Stat::File { size: self.bytes.len() as u64, modified_ns: self.modified_ns, version: self.version }
    }
}

impl Tree {
    fn has_children(&self, key: &str) -> bool {
        let folder = folder_key(key);
        self.objects.range(folder.clone()..).next().map_or(false, |(first, _)| first.starts_with(&folder))
    }

    /// Refuse a key that can't hold a file: it is a directory, or lies below a file.
    fn check_place(&self, key: &str) -> Result<()> {
        if self.has_children(key) {
            return fail(abi::IS_A_DIRECTORY, "it is a directory");
        }
        for (end, _) in key.match_indices('/') {
            if self.objects.contains_key(&tree_key(&key[..end])) {
                return fail(abi::NOT_A_DIRECTORY, format!("'{}' above it is a file", &key[..end]));
            }
        }
        Ok(())
    }

    fn put(&mut self, key: String, bytes: Vec<u8>) -> u64 {
        self.last_version += 1;
        self.objects.insert(key, Object { bytes, modified_ns: now_wall(), version: self.last_version });
        self.last_version
    }
}

impl MemoryStorage {
    // A panic in another call leaves the tree whole: each change to it is one step.
    fn reading(&self) -> RwLockReadGuard<'_, Tree> {
        self.tree.read().unwrap_or_else(PoisonError::into_inner)
    }
    fn changing(&self) -> RwLockWriteGuard<'_, Tree> {
        self.tree.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for MemoryStorage {
    const CAPABILITIES: u64 =
        abi::CAP_CREATE_EXCLUSIVE | abi::CAP_IF_VERSION | abi::CAP_APPEND_AT | abi::CAP_MODIFIED_TIME;

    fn open(_: &Config) -> Result<Self> {
        Ok(MemoryStorage::default())
    }

    fn read(&self, key: &str, offset: u64, length: u64, out: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<Stat> {
        let tree = self.reading();
        let object = match tree.objects.get(&tree_key(key)) {
            Some(object) => object,
            None if tree.has_children(key) => return fail(abi::IS_A_DIRECTORY, "it is a directory"),
            None => return fail(abi::NOT_FOUND, "there is no such object"),
        };
        let size = object.bytes.len() as u64;
        if offset > size {
            return fail(abi::RANGE_NOT_SATISFIED, format!("the range begins behind the end, at {} of {}", offset, size));
        }
        let end = offset.saturating_add(length).min(size);
        out(&object.bytes[offset as usize..end as usize])?;
        Ok(object.describe())
    }

    fn write(&self, key: &str, content: Vec<u8>, options: &WriteOptions) -> Result<u64> {
        let mut tree = self.changing();
        tree.check_place(key)?;
        let place = tree_key(key);
        let version = tree.objects.get(&place).map(|object| object.version);
        if options.if_absent && version.is_some() {
            return fail(abi::ALREADY_EXISTS, "it exists already");
        }
        if options.if_version.is_some() && options.if_version != version {
            return fail(abi::CONFLICT, "it is not in the expected version");
        }
        Ok(tree.put(place, content))
    }

    fn append(&self, key: &str, content: &[u8], options: &AppendOptions) -> Result<u64> {
        let mut tree = self.changing();
        tree.check_place(key)?;
        let place = tree_key(key);
        let size = tree.objects.get(&place).map_or(0, |object| object.bytes.len() as u64);
        if options.expected_size.map_or(false, |expected| expected != size) {
            return fail(abi::CONFLICT, format!("it has {} bytes, not as many as expected", size));
        }
        let mut bytes = tree.objects.get_mut(&place).map(|object| std::mem::take(&mut object.bytes)).unwrap_or_default();
        bytes.extend_from_slice(content);
        tree.put(place, bytes);
        Ok(size + content.len() as u64)
    }

    fn list(
        &self, directory: &str, after: &str, limit: u64, out: &mut dyn FnMut(&str, bool) -> Result<()>,
    ) -> Result<bool> {
        let folder = folder_key(directory);
        // Where the keys behind a name and its subtree begin: no key holds a smaller character than this one.
        let behind = |name: &str| format!("{}{}\u{1}", folder, name);
        let tree = self.reading();
        let mut next = if after.is_empty() { folder.clone() } else { behind(after) };
        let mut delivered = 0;
        while let Some((key, _)) = tree.objects.range(next..).next().filter(|(key, _)| key.starts_with(&folder)) {
            if limit != 0 && delivered == limit {
                return Ok(true);
            }
            let rest = &key[folder.len()..];
            let name = rest.split('\0').next().unwrap_or(rest);
            out(name, name.len() != rest.len())?;
            delivered += 1;
            next = behind(name);
        }
        Ok(false)
    }

    fn stat(&self, key: &str) -> Result<Option<Stat>> {
        let tree = self.reading();
        if let Some(object) = tree.objects.get(&tree_key(key)) {
            return Ok(Some(object.describe()));
        }
        Ok((key.is_empty() || tree.has_children(key)).then(|| Stat::Directory)) // the root is always there
    }

    fn remove(&self, key: &str, recursive: bool) -> Result<bool> {
        let mut tree = self.changing();
        if tree.objects.remove(&tree_key(key)).is_some() {
            return Ok(true);
        }
        if !key.is_empty() && !tree.has_children(key) {
            return Ok(false);
        }
        if !recursive {
            return fail(abi::IS_A_DIRECTORY, "it is a directory; remove it recursively");
        }
        let folder = folder_key(key); // with the separator, so that "c1" does not take "c10" along
        tree.objects.retain(|key, _| !key.starts_with(&folder));
        Ok(true)
    }
}
