//! The handles that the plug-in holds. A handle is a number, never an address of ours: a plug-in that invents, keeps or
//! dereferences one is found out, and the host stays whole.

use crate::buffer::{ImageMemory, ImageObject};
use crate::clip::ClipObject;
use crate::drawing::Canvas;
use crate::effect_object::EffectObject;
use crate::interact::InteractObject;
use crate::param::ParamObject;
use crate::property::PropertySet;
use crate::suites::threads::HostMutex;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, PoisonError, RwLock, Weak};

/// What a handle can stand for. Weak: the object's owner decides how long it lives.
#[derive(Clone)]
pub(crate) enum Object {
    Properties(Weak<PropertySet>),
    Effect(Weak<EffectObject>),
    ParamSet(Weak<EffectObject>),
    Param(Weak<ParamObject>),
    Clip(Weak<ClipObject>),
    Image(Weak<ImageObject>),
    Memory(Weak<ImageMemory>),
    Mutex(Weak<HostMutex>),
    Interact(Weak<InteractObject>),
    Canvas(Weak<Canvas>),
}

static OBJECTS: LazyLock<RwLock<HashMap<usize, Object>>> = LazyLock::new(RwLock::default);

/// Handles look like no address of a 64-bit process, so that following one faults at once.
#[cfg(target_pointer_width = "64")]
const FIRST: usize = 0x0f58_0000_0000_0000;
#[cfg(not(target_pointer_width = "64"))]
const FIRST: usize = 0x10;

static NEXT: AtomicUsize = AtomicUsize::new(FIRST);

/// A number that no handle had before.
pub(crate) fn new_id() -> usize {
    NEXT.fetch_add(16, Ordering::Relaxed)
}

/// Whether the number was ever a handle.
pub(crate) fn was_handle(id: usize) -> bool {
    (FIRST..NEXT.load(Ordering::Relaxed)).contains(&id) && id.is_multiple_of(16)
}

pub(crate) fn insert(id: usize, object: Object) {
    OBJECTS.write().unwrap_or_else(PoisonError::into_inner).insert(id, object);
}

pub(crate) fn remove(id: usize) {
    OBJECTS.write().unwrap_or_else(PoisonError::into_inner).remove(&id);
}

fn get(id: usize) -> Option<Object> {
    OBJECTS.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
}

macro_rules! lookups {
    ($($name:ident $variant:ident $ty:ty;)+) => {
        $(pub(crate) fn $name(id: usize) -> Option<std::sync::Arc<$ty>> {
            match get(id)? {
                Object::$variant(w) => w.upgrade(),
                _ => None,
            }
        })+
    };
}
lookups! {
    effect Effect EffectObject;
    param_set ParamSet EffectObject;
    param Param ParamObject;
    clip Clip ClipObject;
    memory Memory ImageMemory;
    mutex Mutex HostMutex;
    interact Interact InteractObject;
    canvas Canvas Canvas;
}

/// A property set by its handle; an image's handle is one too.
pub(crate) fn properties(id: usize) -> Option<std::sync::Arc<PropertySet>> {
    match get(id)? {
        Object::Properties(w) => w.upgrade(),
        Object::Image(w) => w.upgrade().map(|i| i.properties.clone()),
        _ => None,
    }
}
