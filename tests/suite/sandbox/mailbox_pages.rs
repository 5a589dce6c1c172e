//! The browser's pages of many mailboxes: a list to choose from, and links that stay with the one that was chosen.

use cardferry::sandbox::Settings;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::behaviours::Stage;
use super::jpeg;
use super::socket::{exchange, request, serving};

const ADA: &str = "ada%40sandbox.example";

/// A stage of several mailboxes; the second has a contact with a photo in a folder of its own, and 60 beside it.
fn stage() -> Stage {
    let mailboxes = ["ada", "bob"].map(|name| format!("{name}@sandbox.example"));
    let stage = Stage::new(Settings { mailboxes: mailboxes.to_vec(), ..Settings::default() });
    let ask = |method: &str, path: &str, body: &serde_json::Value| {
        let headers = [("authorization", "Bearer ada@sandbox.example"), ("content-type", "application/json")];
        let answer = stage.send(method, &format!("/v1.0/me/{path}"), &headers, body.to_string().into());
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    };
    let folder = ask("POST", "contactFolders", &json!({"displayName": "Customers"}));
    let id = ask("POST", &format!("contactFolders/{folder}/contacts"), &json!({"givenName": "Bo", "surname": "Poe"}));
    for number in 0..60 {
        ask("POST", "contacts", &json!({"givenName": format!("Number {number:02}")}));
    }
    let headers = [("authorization", "Bearer ada@sandbox.example"), ("content-type", "image/jpeg")];
    let photo = stage.send("PUT", &format!("/v1.0/me/contacts/{id}/photo/$value"), &headers, jpeg(60, 40));
    assert_eq!(photo.status, 200);
    stage
}

/// Status line, head and body of a page.
async fn get(address: &str, path: &str) -> String {
    exchange(address, &request("GET", path, "")).await
}

/// Where links, pictures and forms of a page lead, but for its furniture and the search, whose fields say it.
fn leads(page: &str) -> Vec<String> {
    let starts = ["href=\"", "src=\"", "action=\""];
    let all = starts.iter().flat_map(|start| page.split(start).skip(1));
    let all = all.map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
    all.filter(|to| !["#main", "/style.css", "/icon.svg", "/"].contains(&to.as_str())).collect()
}

/// The address that leads to what the page shows by this text.
fn link(page: &str, text: &str) -> String {
    let end = page.find(text).unwrap_or_else(|| panic!("no {text:?} in {page}"));
    page[..end].rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&amp;", "&")
}

#[test]
fn each_mailbox_is_walked_by_clicks_alone() {
    let stage = stage();
    serving(&stage.runtime, &stage.sandbox, async |address| {
        let first = get(address, "/").await;
        assert!(first.contains("me@sandbox.example</summary>") && first.contains("0 contacts"), "{first}");
        let ada = get(address, &link(&first, ">ada@sandbox.example<")).await;
        assert!(ada.contains("ada@sandbox.example</summary>") && ada.contains("60 contacts"), "{ada}");
        assert!(get(address, &link(&ada, ">More →<")).await.contains("Number 59"));
        let customers = get(address, &link(&ada, "<span>Customers<")).await;
        let card = get(address, &link(&customers, ">Bo Poe<")).await;
        assert!(card.contains("<h1>Bo Poe</h1>") && card.contains("In Outlook REST v2.0"), "{card}");
        let photo = card.split("<img class=\"portrait\" src=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(get(address, &photo.replace("&amp;", "&")).await.contains("content-type: image/jpeg"), "{photo}");
        let requests = get(address, &link(&card, ">Requests<")).await;
        let switches = get(address, &link(&requests, ">Switches<")).await;
        for page in [&ada, &customers, &card, &requests, &switches] {
            for to in leads(page) {
                let other = ["me", "bob"].iter().any(|name| to == format!("/?mailbox={name}%40sandbox.example"));
                assert!(other || to.contains(&format!("mailbox={ADA}")), "{to}: {page}");
            }
        }
        // The search stays there, too.
        assert!(ada.contains("<input type=\"hidden\" name=\"mailbox\" value=\"ada@sandbox.example\">"), "{ada}");
        assert!(get(address, &format!("/?mailbox={ADA}&q=number+07")).await.contains("Number 07"));
    });
}

#[test]
fn one_mailbox_needs_no_choosing() {
    let stage = Stage::new(Settings::default());
    serving(&stage.runtime, &stage.sandbox, async |address| {
        let book = get(address, "/").await;
        assert!(book.contains("<p class=\"who\">me@sandbox.example</p>") && !book.contains("<details"), "{book}");
        assert!(book.contains("cardferry import FILE --to sandbox<"), "{book}");
    });
}

#[test]
fn an_empty_mailbox_says_how_to_fill_it_and_an_unknown_one_where_the_others_are() {
    let stage = stage();
    serving(&stage.runtime, &stage.sandbox, async |address| {
        let bob = get(address, "/?mailbox=bob%40sandbox.example").await;
        assert!(bob.contains("cardferry import FILE --to sandbox --mailbox bob@sandbox.example<"), "{bob}");
        let eve = get(address, "/?mailbox=eve").await;
        assert!(eve.starts_with("HTTP/1.1 404 ") && eve.contains("eve"), "{eve}");
        assert_eq!(link(&eve, ">bob@sandbox.example<"), "/?mailbox=bob%40sandbox.example");
        assert_eq!(link(&eve, ">Back to the contacts<"), "/");
    });
}
