//! What processors and memory were used, as the system tells; other systems than Unix do not.

/// Seconds of all processors, and the most memory in bytes.
pub struct Usage {
    pub cpu: Option<f64>,
    pub peak: Option<f64>,
}

/// What this process has used, or with `of_children` those of its children that have ended.
#[cfg(unix)]
pub fn usage(of_children: bool) -> Usage {
    use nix::sys::resource::{UsageWho, getrusage};
    use nix::sys::time::TimeValLike;

    // getrusage(2): kilobytes, but bytes on Apple's systems.
    let unit = if cfg!(target_vendor = "apple") { 1.0 } else { 1024.0 };
    let whose = if of_children { UsageWho::RUSAGE_CHILDREN } else { UsageWho::RUSAGE_SELF };
    let Ok(usage) = getrusage(whose) else { return Usage { cpu: None, peak: None } };
    let cpu = usage.user_time() + usage.system_time();
    Usage { cpu: Some(cpu.num_microseconds() as f64 / 1e6), peak: Some(usage.max_rss() as f64 * unit) }
}

#[cfg(not(unix))]
pub fn usage(_: bool) -> Usage {
    Usage { cpu: None, peak: None }
}
