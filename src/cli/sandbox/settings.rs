//! The sandbox as the command line wants it.

use std::sync::Arc;

use crate::cli::args::{Access, Clock, Mailboxes, Secret, Serve};
use crate::cli::exit::Failure;
use crate::cli::faults;
use crate::sandbox::behaviour::{Behaviour, Behaviours};
use crate::sandbox::clock::{self, SystemClock, VirtualClock};
use crate::sandbox::{Quota, Settings, SignIn, TokenRules};

/// How the sandbox is set up.
pub(super) fn of(args: &Serve) -> Result<Settings, Failure> {
    let mut faults = faults::all(&args.faults)?;
    faults.limits = args.limits.or(faults.limits);
    let Mailboxes { with_mailbox, distribution_lists, .. } = &args.mailboxes;
    Ok(Settings {
        clock: clock(args.clock),
        faults,
        behaviours: behaviours(&args.mailboxes),
        mailboxes: with_mailbox.clone(),
        distribution_lists: *distribution_lists,
        delta_generations: args.mailboxes.delta_generations,
        quota: quota(&args.mailboxes),
        tokens: tokens(&args.access),
        sign_in: SignIn { auto_approve: args.access.auto_approve, required: args.access.sign_in_required },
        ..Settings::default()
    })
}

fn quota(mailboxes: &Mailboxes) -> Quota {
    Quota {
        bytes: mailboxes.quota_bytes,
        contacts: mailboxes.quota_contacts,
        named_properties: mailboxes.quota_named_properties,
    }
}

fn clock(clock: Clock) -> Arc<dyn clock::Clock> {
    match clock {
        Clock::System => Arc::new(SystemClock),
        Clock::Virtual { start, skips } => {
            let start = start.unwrap_or_else(|| clock::Clock::now(&SystemClock));
            Arc::new(if skips { VirtualClock::skipping(start) } else { VirtualClock::at(start) })
        }
    }
}

fn behaviours(mailboxes: &Mailboxes) -> Behaviours {
    let switched = |all: Behaviours, which: &[Behaviour], on| which.iter().fold(all, |all, one| all.with(*one, on));
    switched(switched(Behaviours::default(), &mailboxes.with, true), &mailboxes.without, false)
}

fn tokens(access: &Access) -> TokenRules {
    let revealed = |tokens: &[Secret]| tokens.iter().map(|token| token.0.clone()).collect();
    TokenRules {
        accepted: revealed(&access.token),
        read_only: revealed(&access.read_only_token),
        requests: access.token_requests,
    }
}
