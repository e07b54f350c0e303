//! Random numbers by resource id: the same for the same seed, id and use, whatever was drawn before.

use std::time::Duration;

/// A small generator (SplitMix64) seeded by what the numbers belong to.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The generator of `seed` and the parts of a name. FNV-1a over the parts: stable across versions and machines.
    pub fn new(seed: u64, parts: &[&str]) -> Random {
        let mut h = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
        // A plain loop: metrics draw thousands, in builds without optimisation too.
        for part in parts {
            for b in part.as_bytes() {
                h = (h ^ *b as u64).wrapping_mul(0x0000_0100_0000_01b3);
            }
            h = (h ^ 0xff).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Random(h)
    }
    /// The next 64 bits.
    pub fn u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number from 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
    /// A number from `low` to below `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + self.unit() * (high - low)
    }
    /// A whole number below `n`; 0 if `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.u64() % n }
    }
    /// A duration of `low` to `high` seconds, in milliseconds.
    pub fn secs(&mut self, low: f64, high: f64) -> Duration {
        Duration::from_millis((self.between(low, high) * 1000.0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_belong_to_their_id_and_use() {
        let one = |seed, id, salt| Random::new(seed, &[id, salt]).u64();
        assert_eq!(one(1, "i-1", "cpu"), one(1, "i-1", "cpu"));
        assert_ne!(one(1, "i-1", "cpu"), one(2, "i-1", "cpu"));
        assert_ne!(one(1, "i-1", "cpu"), one(1, "i-1", "net"));
        assert_ne!(one(1, "i-1c", "pu"), one(1, "i-1", "cpu"));
        let mut d = Random::new(7, &["x"]);
        assert!((0..1000).all(|_| (0.0..1.0).contains(&d.unit())));
    }
}
