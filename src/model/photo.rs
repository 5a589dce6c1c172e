//! A contact's photo.

/// A photo, in the form the source had it: text that is only moved is not decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    /// The picture or where it is.
    pub data: PhotoData,
    /// What the source says it is; the content decides where it matters.
    pub kind: Option<PhotoKind>,
}

/// The three forms a photo comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhotoData {
    /// Base64 (RFC 4648, standard alphabet with padding), without blanks or line breaks.
    Encoded(String),
    /// The picture's own bytes.
    Bytes(Vec<u8>),
    /// A URL; nothing is fetched unasked.
    Link(String),
}

/// Picture formats that contacts are found with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PhotoKind {
    /// image/jpeg
    Jpeg,
    /// image/png
    Png,
    /// image/gif
    Gif,
    /// image/bmp
    Bmp,
    /// image/webp
    Webp,
    /// image/heic
    Heic,
}
