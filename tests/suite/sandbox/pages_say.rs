//! What the browser's pages say of the sandbox as it is at the moment, and how they say it.

use cardferry::sandbox::Settings;
use cardferry::sandbox::behaviour::{Behaviour, Behaviours};
use serde_json::json;

use super::behaviours::Stage;
use super::socket::{exchange, request, serving};

#[test]
fn a_card_is_shown_as_the_api_answers_it_now() {
    let behaviours = Behaviours::default().with(Behaviour::BirthdayTime, false);
    let stage = Stage::new(Settings { behaviours, ..Settings::default() });
    let headers = [("authorization", "Bearer t"), ("content-type", "application/json")];
    let body = json!({"givenName": "Ada", "birthday": "1985-03-09T00:00:00Z"}).to_string();
    let id = stage.send("POST", "/v1.0/me/contacts", &headers, body.into()).json()["id"].as_str().unwrap().to_owned();
    serving(&stage.runtime, &stage.sandbox, async |address| {
        let shown = exchange(address, &request("GET", &format!("/contact?id={id}"), "")).await;
        let graph = shown.split("In Microsoft Graph v1.0").nth(1).unwrap();
        assert!(graph.contains("&quot;birthday&quot;: &quot;1985-03-09T00:00:00Z&quot;"), "{graph}");
    });
}

#[test]
fn switches_are_explained_in_words_and_code() {
    let stage = Stage::new(Settings::default());
    serving(&stage.runtime, &stage.sandbox, async |address| {
        let page = exchange(address, &request("GET", "/switches", "")).await;
        assert!(page.contains("does not send <code>displayName</code> makes"), "{page}");
        assert!(page.contains("makes it of the names: <code>Surname, Given</code></p>"), "{page}");
        assert!(page.contains("<code>a@b.example,</code>") && !page.contains('`'), "{page}");
        // An example says what a plan looks like, and what is refused leads back to the form.
        assert!(page.contains("placeholder=\"[[fault]]\n"), "{page}");
        let seal = page.split("name=\"seal\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let fields = format!("form=limits&limits=nonsense&seal={seal}");
        let sent = String::from_utf8(request("POST", "/switches", &fields)).unwrap();
        let refused = exchange(address, sent.as_bytes()).await;
        assert!(refused.starts_with("HTTP/1.1 400 ") && refused.contains("href=\"/switches\">Back</a>"), "{refused}");
    });
}
