//! The pages for the browser, over a socket; and which hosts and sites are let in.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::socket::{exchange, request, served};
use super::{Bench, Dialect, jpeg};

/// A form as a browser sends it.
fn form(path: &str, fields: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{fields}",
        fields.len()
    )
    .into_bytes()
}

async fn get(address: &str, path: &str) -> String {
    exchange(address, &request("GET", path, "")).await
}

/// The address that a link of this text leads to.
fn link(page: &str, text: &str) -> String {
    let end = page.find(&format!(">{text}<")).unwrap_or_else(|| panic!("no {text:?} in {page}"));
    let start = page[..end].rfind("href=\"").unwrap() + 6;
    page[start..].split('"').next().unwrap().replace("&amp;", "&")
}

/// The text of the `pre` behind a heading.
fn source(page: &str, id: &str) -> Value {
    let section = page.split(&format!("<h2 id=\"{id}\">")).nth(1).unwrap();
    let text = section.split("<code>").nth(1).unwrap().split("</code>").next().unwrap();
    let text = text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&text).unwrap()
}

const HOSTILE: &str = "<script>alert('1')</script> \"&\" Co";

fn filled() -> (Bench, String) {
    let bench = Bench::new();
    let id = bench.contact(
        Dialect::Graph,
        "/me/contacts",
        json!({
            "givenName": "Ada", "displayName": HOSTILE, "companyName": "Atelier Œuvre",
            "emailAddresses": [{"address": "ada@b.example"}],
            "singleValueExtendedProperties": [{"id": "String 0x3A24", "value": "<b>fax</b>"}],
        }),
    );
    for number in 0..60 {
        bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": format!("Number {number:02}")}));
    }
    let folder = bench.send(Dialect::Graph, "POST", "/me/contactFolders", Some(&json!({"displayName": "Customers"})));
    let folder = folder.json()["id"].as_str().unwrap().to_owned();
    bench.contact(Dialect::Graph, &format!("/me/contactFolders/{folder}/contacts"), json!({"givenName": "Bo"}));
    (bench, id)
}

#[test]
fn every_page_is_plain_safe_html() {
    let (bench, id) = filled();
    served(&bench, async |address| {
        for path in
            ["/", "/?q=%3Cb%3E", &format!("/contact?id={id}"), "/contact?id=x", "/log", "/switches", "/?mailbox=x"]
        {
            let page = get(address, path).await;
            for header in [
                "content-type: text/html; charset=utf-8\r\n",
                "content-security-policy: default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                 base-uri 'none'; frame-ancestors 'none'\r\n",
                "x-content-type-options: nosniff\r\n",
                // Any stricter, and browsers send the forms with an origin that is not let in.
                "referrer-policy: same-origin\r\n",
                "cache-control: no-store\r\n",
            ] {
                assert!(page.contains(header), "{path}: {header}: {page}");
            }
            for never in ["<script", "style=", "onclick", "<b>"] {
                assert!(!page.contains(never), "{path}: {never}: {page}");
            }
            for always in ["<html lang=\"en\">", "<title>", "href=\"#main\"", "<main id=\"main\"", "<h1"] {
                assert!(page.contains(always), "{path}: {always}: {page}");
            }
        }
    });
}

#[test]
fn the_book_shows_folders_pages_and_what_is_searched_for() {
    let (bench, _) = filled();
    served(&bench, async |address| {
        let first = get(address, "/").await;
        assert!(
            first.contains("61 contacts") && first.contains("Number 48") && !first.contains("Number 49"),
            "{first}"
        );
        assert!(first.contains("&lt;script&gt;alert('1')&lt;/script&gt; &quot;&amp;&quot; Co"), "{first}");
        let second = get(address, &link(&first, "More →")).await;
        assert!(
            second.contains("Number 59") && !second.contains("Number 48") && !second.contains("More →"),
            "{second}"
        );
        assert!(get(address, &link(&second, "← Earlier")).await.contains("Number 00"));
        let customers = first.split("aria-label=\"Folders\"").nth(1).unwrap();
        let customers = get(address, &link(customers, "<span>Customers</span> <span class=\"number\">1</span>")).await;
        assert!(customers.contains("1 contact<") && customers.contains(">Bo<"), "{customers}");
        let found = get(address, "/?q=ATELIER+%C5%93").await;
        assert!(found.contains("ada@b.example") && !found.contains("Number"), "{found}");
        let numbers = get(address, "/?q=number").await;
        assert!(numbers.contains("Number 49") && !numbers.contains("Number 50"), "{numbers}");
        assert!(get(address, &link(&numbers, "More →")).await.contains("Number 50"));
        // What a property is called is not what it holds.
        assert!(get(address, "/?q=givenName").await.contains("Nothing in this folder holds “givenName”."));
    });
}

#[test]
fn a_card_shows_what_both_apis_show() {
    let (bench, id) = filled();
    let photo = bench.send_as(
        Dialect::Graph,
        "PUT",
        &format!("/me/contacts/{id}/photo/$value"),
        &[("content-type", "image/jpeg")],
        jpeg(60, 40),
    );
    assert_eq!(photo.status, 200);
    served(&bench, async |address| {
        let page = get(address, &format!("/contact?id={id}")).await;
        assert!(page.contains("<dt>Company name</dt><dd>Atelier Œuvre</dd>"), "{page}");
        assert!(page.contains("<code>String 0x3a24</code></dt><dd>&lt;b&gt;fax&lt;/b&gt;</dd>"), "{page}");
        let (graph, outlook) = (source(&page, "graph"), source(&page, "outlook"));
        assert_eq!((&graph["id"], &graph["displayName"]), (&json!(id), &json!(HOSTILE)));
        assert_eq!(outlook["EmailAddresses"], json!([{"Name": "ada@b.example", "Address": "ada@b.example"}]));
        assert_eq!(outlook["SingleValueExtendedProperties"][0]["Value"], "<b>fax</b>");
        let photo = get(address, &format!("/photo?id={id}")).await;
        assert!(photo.contains("content-type: image/jpeg\r\n"), "{photo}");
        assert!(get(address, "/contact?id=AAMk").await.starts_with("HTTP/1.1 400 "));
        let gone = id.replace("AAMkA", "AAMkB");
        assert!(get(address, &format!("/contact?id={gone}")).await.starts_with("HTTP/1.1 404 "));
        assert!(get(address, "/?folder=AAMk").await.starts_with("HTTP/1.1 404 "));
    });
}

#[test]
fn requests_are_listed_without_their_tokens() {
    let bench = Bench::new();
    served(&bench, async |address| {
        assert!(get(address, "/log").await.contains("None yet."));
        exchange(address, &request("GET", "/v1.0/me/contacts?$top=3&$skiptoken=secret", "")).await;
        exchange(address, &request("GET", "/v1.0/me/contacts/$count", "")).await;
        let page = get(address, "/log").await;
        assert!(
            page.contains(
                "<strong>GET</strong> <span title=\"/v1.0/me/contacts/$count\">/v1.0/me/contacts/$count</span>"
            ),
            "{page}"
        );
        assert!(page.contains(">200<") && page.contains(">400<"), "{page}");
        assert!(!page.contains("secret") && !page.contains("Bearer"), "{page}");
    });
}

#[test]
fn switches_are_thrown_by_our_own_form_alone() {
    let bench = Bench::new();
    let born = json!({"givenName": "Ada", "birthday": "1985-03-09T11:59:00Z"});
    let id = bench.contact(Dialect::Graph, "/me/contacts", born);
    served(&bench, async |address| {
        let page = get(address, "/switches").await;
        let seal = page.split("name=\"seal\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let everything = "form=behaviours&display-name=on";
        for fields in [everything.to_owned(), format!("{everything}&seal=x")] {
            let refused = exchange(address, &form("/switches", &fields)).await;
            assert!(refused.starts_with("HTTP/1.1 400 ") && refused.contains("out of date"), "{refused}");
        }
        let foreign = String::from_utf8(form("/switches", &format!("{everything}&seal={seal}"))).unwrap();
        let foreign = foreign.replace("origin: http://localhost", "origin: https://evil.example");
        assert!(exchange(address, foreign.as_bytes()).await.starts_with("HTTP/1.1 403 "));
        let set = exchange(address, &form("/switches", &format!("{everything}&seal={seal}"))).await;
        assert!(set.starts_with("HTTP/1.1 303 ") && set.contains("location: /switches?done=behaviours"), "{set}");
        assert!(get(address, "/switches?done=behaviours").await.contains("The behaviours are set."));
        let shown = get(address, &format!("/v1.0/me/contacts/{id}")).await;
        assert!(shown.contains("\"birthday\":\"1985-03-09T00:00:00Z\""), "{shown}");
        let limits =
            exchange(address, &form("/switches", &format!("form=limits&limits=in-flight%3D2&seal={seal}"))).await;
        assert!(limits.starts_with("HTTP/1.1 303 "), "{limits}");
        let wrong = exchange(address, &form("/switches", &format!("form=faults&plan=nonsense&seal={seal}"))).await;
        assert!(wrong.starts_with("HTTP/1.1 400 "), "{wrong}");
    });
    assert_eq!(bench.sandbox.limits().to_string(), "in-flight=2");
}

#[test]
fn other_hosts_and_sites_are_kept_out() {
    let bench = Bench::new();
    served(&bench, async |address| {
        let ask = |path: &str, host: &str, more: &str| {
            format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n{more}connection: close\r\n\r\n").into_bytes()
        };
        for path in ["/", "/v1.0/me/contacts", "/style.css"] {
            let rebound = exchange(address, &ask(path, "evil.example:8080", "authorization: Bearer t\r\n")).await;
            assert!(rebound.starts_with("HTTP/1.1 421 ") && rebound.contains("--allow-host"), "{rebound}");
            let foreign = ask(path, "localhost", "authorization: Bearer t\r\norigin: https://evil.example\r\n");
            assert!(exchange(address, &foreign).await.starts_with("HTTP/1.1 403 "));
            let own = ask(path, address, &format!("authorization: Bearer t\r\norigin: http://{address}\r\n"));
            assert!(exchange(address, &own).await.starts_with("HTTP/1.1 200 "), "{path}");
        }
    });
}
