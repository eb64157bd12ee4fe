//! The samples of one pixel in f64, cleaned, in buffers that are used again for each pixel.

use std::cmp::Ordering;

/// How many numbers a sample has.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    /// Alphas.
    pub alphas: usize,
    /// For each channel the number of its alpha.
    pub channels: Vec<usize>,
    /// Identifiers.
    pub ids: usize,
}

/// A place in depth and the sample that has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub front: f64,
    pub back: f64,
    pub sample: u32,
}

/// Samples: points (`back == front`) and volumes (`front < back`, which may be infinite). No number is NaN, no depth
/// -inf, alphas are from 0 to 1, colours finite; -0 does not occur.
#[derive(Clone, Debug, Default)]
pub(super) struct Pixel {
    pub front: Vec<f64>,
    pub back: Vec<f64>,
    /// It is seen; else it only hides.
    pub own: Vec<bool>,
    /// The first piece of the sample that this is a piece of.
    pub head: Vec<u32>,
    /// Numbers of one sample lie side by side.
    pub alpha: Vec<f64>,
    pub colour: Vec<f64>,
    pub id: Vec<u32>,
    /// By depth, after [`Self::sort`].
    pub order: Vec<Key>,
}

impl Pixel {
    pub fn clear(&mut self) {
        self.front.clear();
        self.back.clear();
        self.own.clear();
        self.head.clear();
        self.alpha.clear();
        self.colour.clear();
        self.id.clear();
    }

    pub fn len(&self) -> usize {
        self.front.len()
    }

    /// Depth and kind of the next sample; its alphas, colours and ids must be pushed beside.
    pub fn push(&mut self, front: f64, back: f64, own: bool, head: u32) {
        self.front.push(front);
        self.back.push(back);
        self.own.push(own);
        self.head.push(head);
    }

    pub fn alphas(&self, shape: &Shape, sample: usize) -> &[f64] {
        &self.alpha[sample * shape.alphas..][..shape.alphas]
    }

    pub fn colours(&self, shape: &Shape, sample: usize) -> &[f64] {
        let n = shape.channels.len();
        &self.colour[sample * n..][..n]
    }

    pub fn ids(&self, shape: &Shape, sample: usize) -> &[u32] {
        &self.id[sample * shape.ids..][..shape.ids]
    }

    /// Sorts by front, then back: a point lies before the volume that begins there, and after the one that ends there.
    /// What has the same depths is sorted by its other numbers, so that the result does not depend on the order in
    /// which the samples came, to the last bit. True: nothing overlaps, each is over the next.
    pub fn sort(&mut self, shape: &Shape) -> bool {
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        let keys = self.front.iter().zip(&self.back).zip(0..);
        order.extend(keys.map(|((&front, &back), sample)| Key { front, back, sample }));
        let mut disjoint = is_disjoint(&order);
        if !disjoint {
            order.sort_unstable_by(|a, b| {
                let depths = a.front.total_cmp(&b.front).then(a.back.total_cmp(&b.back));
                depths.then_with(|| self.compare(shape, a.sample as usize, b.sample as usize))
            });
            disjoint = is_disjoint(&order);
        }
        self.order = order;
        disjoint
    }

    fn compare(&self, shape: &Shape, a: usize, b: usize) -> Ordering {
        let numbers = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| y.total_cmp(x)).find(|o| o.is_ne());
        let own = || self.own[b].cmp(&self.own[a]);
        numbers(self.alphas(shape, a), self.alphas(shape, b))
            .unwrap_or_else(own)
            .then_with(|| numbers(self.colours(shape, a), self.colours(shape, b)).unwrap_or(Ordering::Equal))
            .then_with(|| self.ids(shape, a).cmp(self.ids(shape, b)))
    }
}

/// In order of depth, without two at one place. What has no end goes the long way.
fn is_disjoint(order: &[Key]) -> bool {
    let after = |pair: &[Key]| {
        let (a, b) = (&pair[0], &pair[1]);
        let points = a.front == a.back && b.front == b.back;
        b.front > a.back || (b.front == a.back && !points)
    };
    order.windows(2).all(after) && order.iter().all(|k| k.back < f64::INFINITY || k.front == k.back)
}
