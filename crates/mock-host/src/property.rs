//! Property sets: named, typed lists of values.

use crate::registry;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::sync::{Arc, Mutex};

/// The values of a property, all of one type.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Integers.
    Int(Vec<i32>),
    /// Doubles.
    Double(Vec<f64>),
    /// Strings.
    String(Vec<CString>),
    /// Pointers, as addresses.
    Pointer(Vec<usize>),
}

/// A type that properties hold.
pub trait Element: Clone + Default + PartialEq {
    /// The list, if it is of this type.
    fn list(values: &Values) -> Option<&Vec<Self>>;
    /// The list to be changed, if it is of this type.
    fn list_mut(values: &mut Values) -> Option<&mut Vec<Self>>;
    /// A list as values.
    fn wrap(list: Vec<Self>) -> Values;
}

macro_rules! element {
    ($ty:ty, $variant:ident) => {
        impl Element for $ty {
            fn list(values: &Values) -> Option<&Vec<Self>> {
                match values {
                    Values::$variant(v) => Some(v),
                    _ => None,
                }
            }
            fn list_mut(values: &mut Values) -> Option<&mut Vec<Self>> {
                match values {
                    Values::$variant(v) => Some(v),
                    _ => None,
                }
            }
            fn wrap(list: Vec<Self>) -> Values {
                Values::$variant(list)
            }
        }
    };
}
element!(i32, Int);
element!(f64, Double);
element!(CString, String);
element!(usize, Pointer);

/// Why a property could not be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyError {
    /// The set has no such property.
    Unknown,
    /// It is of another type.
    Type,
    /// It has fewer values.
    Index,
    /// It is not the plug-in's to write.
    ReadOnly,
}

#[derive(Clone, Debug)]
struct Property {
    values: Values,
    default: Values,
    /// How many values there must be; `None`: any number.
    dimension: Option<usize>,
    writable: bool,
}

/// A property set with the handle that the plug-in knows it by.
#[derive(Debug)]
pub struct PropertySet {
    id: usize,
    kind: String,
    writable: bool,
    properties: Mutex<BTreeMap<String, Property>>,
}

impl Drop for PropertySet {
    fn drop(&mut self) {
        registry::remove(self.id);
    }
}

impl PropertySet {
    /// An empty set; `kind` is how messages call it, `writable` whether the plug-in may write what is defined in it.
    pub fn new(kind: impl Into<String>, writable: bool) -> Arc<Self> {
        let set = Arc::new(Self { id: registry::new_id(), kind: kind.into(), writable, properties: Mutex::default() });
        registry::insert(set.id, registry::Object::Properties(Arc::downgrade(&set)));
        set
    }

    /// A copy with its own handle.
    pub fn duplicate(&self, kind: impl Into<String>, writable: bool) -> Arc<Self> {
        let copy = Self::new(kind, writable);
        let mut properties = lock(&self.properties).clone();
        for p in properties.values_mut() {
            p.writable = writable;
        }
        *lock(&copy.properties) = properties;
        copy
    }

    /// The handle's number.
    pub fn id(&self) -> usize {
        self.id
    }

    /// What messages call it.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// Defines a property with these values; it keeps that many. An empty list defines one of any length.
    pub fn define<T: Element>(&self, name: &CStr, values: impl Into<Vec<T>>) {
        let values = values.into();
        let dimension = (!values.is_empty()).then_some(values.len());
        self.insert(name, T::wrap(values), dimension, self.writable);
    }

    /// Defines a property of any length with these values to begin with.
    pub fn define_list<T: Element>(&self, name: &CStr, values: impl Into<Vec<T>>) {
        self.insert(name, T::wrap(values.into()), None, self.writable);
    }

    /// Defines a property that the plug-in may write though the set is read-only.
    pub fn define_writable<T: Element>(&self, name: &CStr, values: impl Into<Vec<T>>) {
        let values = values.into();
        let dimension = (!values.is_empty()).then_some(values.len());
        self.insert(name, T::wrap(values), dimension, true);
    }

    /// Defines a string property.
    pub fn define_str(&self, name: &CStr, value: &str) {
        self.define(name, vec![cstring(value)]);
    }

    fn insert(&self, name: &CStr, values: Values, dimension: Option<usize>, writable: bool) {
        lock(&self.properties).insert(
            name.to_string_lossy().into_owned(),
            Property { default: values.clone(), values, dimension, writable },
        );
    }

    /// Takes a property away, as a host that lacks it.
    pub fn remove(&self, name: &CStr) {
        lock(&self.properties).remove(&*name.to_string_lossy());
    }

    /// The host's own change of a property's values; the default stays.
    pub fn put<T: Element>(&self, name: &CStr, values: impl Into<Vec<T>>) {
        if let Some(p) = lock(&self.properties).get_mut(&*name.to_string_lossy()) {
            p.values = T::wrap(values.into());
        }
    }

    /// One value.
    pub fn get<T: Element>(&self, name: &CStr, index: usize) -> Result<T, PropertyError> {
        let properties = lock(&self.properties);
        let p = properties.get(&*name.to_string_lossy()).ok_or(PropertyError::Unknown)?;
        let list = T::list(&p.values).ok_or(PropertyError::Type)?;
        list.get(index).cloned().ok_or(PropertyError::Index)
    }

    /// All values; none if there is no such property or it has another type.
    pub fn all<T: Element>(&self, name: &CStr) -> Vec<T> {
        lock(&self.properties)
            .get(&*name.to_string_lossy())
            .and_then(|p| T::list(&p.values).cloned())
            .unwrap_or_default()
    }

    /// The first string, lossily.
    pub fn text(&self, name: &CStr) -> String {
        self.texts(name).into_iter().next().unwrap_or_default()
    }

    /// All strings, lossily.
    pub fn texts(&self, name: &CStr) -> Vec<String> {
        self.all::<CString>(name).iter().map(|s| s.to_string_lossy().into_owned()).collect()
    }

    /// The first integer, or 0.
    pub fn int(&self, name: &CStr) -> i32 {
        self.get(name, 0).unwrap_or(0)
    }

    /// The plug-in's change of one value. A property of any length grows by one at its end.
    pub fn set<T: Element>(&self, name: &CStr, index: usize, value: T) -> Result<(), PropertyError> {
        let mut properties = lock(&self.properties);
        let p = properties.get_mut(&*name.to_string_lossy()).ok_or(PropertyError::Unknown)?;
        let list = T::list_mut(&mut p.values).ok_or(PropertyError::Type)?;
        if !p.writable {
            return Err(PropertyError::ReadOnly);
        }
        if index < list.len() {
            list[index] = value;
        } else if index == list.len() && p.dimension.is_none() {
            list.push(value);
        } else {
            return Err(PropertyError::Index);
        }
        Ok(())
    }

    /// Number of values.
    pub fn dimension(&self, name: &CStr) -> Result<usize, PropertyError> {
        let properties = lock(&self.properties);
        let p = properties.get(&*name.to_string_lossy()).ok_or(PropertyError::Unknown)?;
        Ok(match &p.values {
            Values::Int(v) => v.len(),
            Values::Double(v) => v.len(),
            Values::String(v) => v.len(),
            Values::Pointer(v) => v.len(),
        })
    }

    /// Back to the default.
    pub fn reset(&self, name: &CStr) -> Result<(), PropertyError> {
        let mut properties = lock(&self.properties);
        let p = properties.get_mut(&*name.to_string_lossy()).ok_or(PropertyError::Unknown)?;
        if !p.writable {
            return Err(PropertyError::ReadOnly);
        }
        p.values = p.default.clone();
        Ok(())
    }
}

/// A string without its zero bytes.
pub(crate) fn cstring(text: &str) -> CString {
    CString::new(text.replace('\0', "")).unwrap_or_default()
}

/// The lock's content, also after a panic of another thread: a host must go on reporting.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_type_and_dimension() {
        let set = PropertySet::new("test", true);
        set.define(c"two", vec![1.0, 2.0]);
        set.define_list::<CString>(c"names", vec![]);
        assert_eq!(set.set(c"two", 1, 5.0), Ok(()));
        assert_eq!(set.set(c"two", 2, 5.0), Err(PropertyError::Index));
        assert_eq!(set.set(c"two", 0, 5), Err(PropertyError::Type));
        assert_eq!(set.set(c"none", 0, 5), Err(PropertyError::Unknown));
        assert_eq!(set.get::<f64>(c"two", 1), Ok(5.0));
        assert_eq!(set.set(c"names", 1, cstring("b")), Err(PropertyError::Index));
        assert_eq!(set.set(c"names", 0, cstring("a")), Ok(()));
        assert_eq!(set.dimension(c"names"), Ok(1));
        set.reset(c"two").unwrap();
        assert_eq!(set.all::<f64>(c"two"), vec![1.0, 2.0]);
    }

    #[test]
    fn a_read_only_set_lets_only_the_named_be_written() {
        let set = PropertySet::new("test", false);
        set.define(c"fixed", vec![1]);
        set.define_writable(c"free", vec![1]);
        assert_eq!(set.set(c"fixed", 0, 2), Err(PropertyError::ReadOnly));
        assert_eq!(set.set(c"free", 0, 2), Ok(()));
    }

    #[test]
    fn a_dropped_set_has_no_handle() {
        let set = PropertySet::new("test", false);
        let id = set.id();
        assert!(registry::properties(id).is_some());
        drop(set);
        assert!(registry::properties(id).is_none());
    }
}
