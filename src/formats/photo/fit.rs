//! A picture made to fit what a target takes: a JPEG, and no larger than so many bytes.

use super::decode::{Decoded, Undecoded, decode, jpeg, on_white, scaled};
use super::{kind_of, type_word};
use crate::model::{Field, Loss, PhotoKind, Why};

/// The quality of the JPEG, in percent: nobody sees the difference.
const QUALITY: u8 = 90;
/// The most pixels of a side of a JPEG (ITU-T T.81, B.2.2).
const MAX_SIDE: u32 = 65_535;
/// How much smaller it is made than it seems to need: few pixels have more bytes each.
const MARGIN: f64 = 0.95;

/// A picture that was made to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted {
    /// The JPEG.
    pub bytes: Vec<u8>,
    /// What the picture was.
    pub kind: Option<PhotoKind>,
    /// Its pixels, in a row and rows, as it is looked at.
    pub before: (u32, u32),
    /// The JPEG's.
    pub after: (u32, u32),
}

impl Fitted {
    /// What the user is told: the target does not have the picture that the source has.
    pub fn loss(&self) -> Loss {
        let kind = self.kind.map_or("", type_word);
        let ((width, height), (new_width, new_height)) = (self.before, self.after);
        Loss::new(Field::Photo, format!("{kind} {width}×{height} -> JPEG {new_width}×{new_height}"), Why::Reencoded)
    }
}

/// A JPEG of at most so many bytes, if one pixel has not more, that shows the same picture: as large as it is, else as large as may be. It is turned
/// as it is looked at, and stands on white where it is transparent; of what moves the first picture is taken.
///
/// # Errors
/// When the picture is of a kind that is not decoded, has too many pixels or is damaged. That is known before much
/// memory is taken: a picture takes up to 4 bytes a pixel and 50 million pixels, for a moment twice that.
pub fn fit(bytes: &[u8], most: usize) -> Result<Fitted, Undecoded> {
    let kind = kind_of(bytes);
    let Decoded { image, profile } = decode(bytes)?;
    let image = on_white(image);
    let before = image.dimensions();
    let mut after = within(before, MAX_SIDE);
    loop {
        let small = (after != before).then(|| scaled(&image, after.0, after.1));
        let bytes = jpeg(small.as_ref().unwrap_or(&image), QUALITY, profile.as_deref())?;
        if bytes.len() <= most || after == (1, 1) {
            return Ok(Fitted { bytes, kind, before, after });
        }
        let ratio = (most as f64 / bytes.len() as f64).sqrt() * MARGIN;
        after = (shorter(after.0, ratio), shorter(after.1, ratio));
    }
}

/// The size without a side that is longer than that.
fn within((width, height): (u32, u32), side: u32) -> (u32, u32) {
    let ratio = f64::from(side) / f64::from(width.max(height));
    if ratio < 1.0 { (shorter(width, ratio), shorter(height, ratio)) } else { (width, height) }
}

fn shorter(side: u32, ratio: f64) -> u32 {
    ((f64::from(side) * ratio) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_never_goes_to_nothing() {
        assert_eq!(within((100, 50), 100), (100, 50));
        assert_eq!(within((1000, 3), 100), (100, 1));
        assert_eq!(shorter(1, 0.1), 1);
    }
}
