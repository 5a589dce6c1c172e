//! The two wire dialects over one store.

/// Which of the two APIs a request speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Microsoft Graph v1.0, under `/v1.0`: camelCase.
    Graph,
    /// Outlook REST v2.0, under `/api/v2.0`: PascalCase.
    Outlook,
}

impl Dialect {
    /// The version path, without a trailing slash.
    pub const fn base(self) -> &'static str {
        match self {
            Dialect::Graph => "/v1.0",
            Dialect::Outlook => "/api/v2.0",
        }
    }

    /// The dialect of a request path, and what follows its version path.
    pub(super) fn of(path: &str) -> Option<(Dialect, &str)> {
        [Dialect::Graph, Dialect::Outlook].into_iter().find_map(|dialect| {
            let base = dialect.base();
            let (start, rest) = path.split_at_checked(base.len())?;
            let whole = rest.is_empty() || rest.starts_with('/');
            (whole && start.eq_ignore_ascii_case(base)).then_some((dialect, rest))
        })
    }

    /// `graph` or `outlook`, as this dialect needs it.
    pub(super) const fn pick<T: Copy>(self, graph: T, outlook: T) -> T {
        match self {
            Dialect::Graph => graph,
            Dialect::Outlook => outlook,
        }
    }
}
