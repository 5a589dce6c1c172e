//! Equal seeds give equal runs, whoever comes first.

use std::collections::BTreeMap;
use std::sync::Arc;

use cardferry::sandbox::Delivery;
use pretty_assertions::{assert_eq, assert_ne};
use tokio::task::JoinSet;

use super::{asks, bench, plan, skipping, status};

const RULES: [&str; 3] =
    ["latency,time=exponential:300ms,probability=0.5", "lost,probability=0.2", "error,status=503,probability=0.3"];

/// What became of each of sixty requests, three of each kind, that four clients at once send in some order.
fn run(seed: u64, order: impl Fn(usize) -> usize, rules: &[&str]) -> BTreeMap<usize, Vec<String>> {
    let bench = bench(skipping(), plan(seed, rules));
    let sandbox = Arc::new(bench.sandbox.clone());
    let sent = bench.runtime.block_on(async {
        let mut clients = JoinSet::new();
        for client in 0..4 {
            let mine: Vec<_> = (0..60).map(&order).filter(|at| at % 4 == client).collect();
            let sandbox = Arc::clone(&sandbox);
            clients.spawn(async move {
                let mut became = Vec::new();
                for at in mine {
                    let body = format!("{{\"givenName\": \"Ada {}\"}}", at % 20);
                    let delivery = sandbox.send(asks("POST", "/v1.0/me/contacts", &body)).await;
                    became.push((at % 20, format!("{:?}", status(&delivery))));
                }
                became
            });
        }
        clients.join_all().await
    });
    let mut became = BTreeMap::<_, Vec<_>>::new();
    sent.into_iter().flatten().for_each(|(at, what)| became.entry(at).or_default().push(what));
    became.values_mut().for_each(|list| list.sort());
    became
}

#[test]
fn four_clients_at_once_meet_the_same_faults_in_every_run() {
    let once = run(7, |at| at, &RULES);
    assert_eq!(run(7, |at| at, &RULES), once);
    assert_eq!(run(7, |at| 59 - at, &RULES), once, "in another order");
    assert_ne!(run(8, |at| at, &RULES), once, "another seed");
}

#[test]
fn rules_are_about_the_apis_unless_they_name_a_path() {
    let statuses = |rule: &str| {
        let bench = bench(skipping(), plan(1, &[rule]));
        ["/v1.0/me", "/api/v2.0/me", "/page"].map(|path| {
            let delivery = bench.runtime.block_on(bench.sandbox.send(asks("GET", path, "")));
            status(&delivery).unwrap()
        })
    };
    assert_eq!(statuses("error,status=503"), [503, 503, 404]);
    assert_eq!(statuses("error,status=503,path=/PAGE"), [200, 200, 503]);
    assert_eq!(statuses("error,status=503,api=outlook"), [200, 503, 404]);
    assert_eq!(statuses("error,status=503,method=POST|PATCH"), [200, 200, 404]);
    assert_eq!(statuses("error,status=503,kind=other,path=/v1.0"), [503, 200, 404]);
}

/// One client after the other: by number, whatever the requests say; and as often as is said.
#[test]
fn counted_rules_hit_when_they_should() {
    let bench = bench(
        skipping(),
        plan(3, &["lost,every=3,times=2", "reset,nth=7", "error,status=500,probability=0.5,by=number"]),
    );
    let deliveries = |salt: &str| -> Vec<String> {
        let send =
            |at: usize| bench.runtime.block_on(bench.sandbox.send(asks("GET", &format!("/v1.0/me?{salt}={at}"), "")));
        let told = |delivery: Delivery| match delivery {
            Delivery::Whole(answer) if answer.status() == 500 => "error".to_owned(),
            Delivery::Whole(_) => "answer".to_owned(),
            broken => format!("{broken:?}").to_lowercase(),
        };
        (0..20).map(send).map(told).collect()
    };
    let once = deliveries("a");
    let those =
        |what: &str| once.iter().enumerate().filter(|(_, told)| *told == what).map(|(at, _)| at).collect::<Vec<_>>();
    assert_eq!((those("closed"), those("reset")), (vec![2, 5], vec![6]));
    assert!(those("error").len() > 3, "{once:?}");
    bench.sandbox.restart_faults();
    assert_eq!(deliveries("b"), once, "the same after a new beginning, with other requests");
    assert_ne!(deliveries("b"), once, "and it goes on, it does not begin again by itself");
}
