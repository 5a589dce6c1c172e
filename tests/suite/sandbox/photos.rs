//! Photos.

use bytes::Bytes;
use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::{BOTH, Bench, dialect_name as name, jpeg};

fn png(width: u32, height: u32) -> Bytes {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    Bytes::from(bytes)
}

#[test]
fn a_photo_is_set_described_read_and_replaced() {
    for dialect in BOTH {
        let bench = Bench::new();
        let id = bench.contact(dialect, "/me/contacts", json!({"givenName": "A"}));
        let photo = format!("/me/contacts('{id}')/photo");
        let value = format!("{photo}/$value");
        for url in [&photo, &value] {
            let reply = bench.get(dialect, url);
            assert_eq!((reply.status, reply.code().as_str()), (404, "ErrorItemNotFound"));
        }
        for (method, kind, bytes, size) in
            [("PUT", "image/jpeg", jpeg(103, 77), (103, 77)), ("PATCH", "image/png", png(300, 200), (300, 200))]
        {
            let before = bench.get(dialect, &format!("/me/contacts/{id}")).json();
            bench.clock.advance(1);
            let put = bench.send_as(dialect, method, &value, &[("content-type", kind)], bytes.clone());
            assert_eq!((put.status, put.body.len()), (200, 0));
            let meta = bench.get(dialect, &photo).json();
            assert_eq!(meta["@odata.mediaContentType"], json!(kind));
            assert_eq!(meta[name(dialect, "id")], json!(format!("{}X{}", size.0, size.1)));
            assert_eq!(
                (&meta[name(dialect, "width")], &meta[name(dialect, "height")]),
                (&json!(size.0), &json!(size.1))
            );
            let read = bench.get(dialect, &value);
            assert_eq!((read.header("content-type"), &read.body), (Some(kind), &bytes));
            let after = bench.get(dialect, &format!("/me/contacts/{id}")).json();
            for changed in ["changeKey", "lastModifiedDateTime"] {
                assert_ne!(before[name(dialect, changed)], after[name(dialect, changed)], "{changed}");
            }
        }
    }
}

#[test]
fn what_is_no_image_is_refused() {
    let huge = Bytes::from(vec![0; 4 * 1024 * 1024 + 1]);
    let table = [
        ("image/jpeg", Bytes::new(), 400),
        ("image/jpeg", Bytes::from_static(b"hello"), 400),
        ("image/jpeg", Bytes::from_static(b"\xff\xd8\xff\xe0"), 400),
        ("image/jpeg", jpeg(0, 5), 200),
        ("application/json", jpeg(5, 5), 415),
        ("image/jpeg", huge, 413),
        ("application/octet-stream", jpeg(5, 5), 200),
    ];
    for dialect in BOTH {
        let bench = Bench::new();
        let id = bench.contact(dialect, "/me/contacts", json!({"givenName": "A"}));
        for (kind, bytes, status) in &table {
            let url = format!("/me/contacts/{id}/photo/$value");
            let reply = bench.send_as(dialect, "PUT", &url, &[("content-type", kind)], bytes.clone());
            assert_eq!(reply.status, *status, "{kind} {} bytes", bytes.len());
        }
    }
}

#[test]
fn graph_deletes_a_photo_and_outlook_does_not() {
    let bench = Bench::new();
    let id = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
    let value = format!("/me/contacts/{id}/photo/$value");
    bench.send_as(Dialect::Graph, "PUT", &value, &[("content-type", "image/jpeg")], jpeg(5, 5));
    assert_eq!(bench.send(Dialect::Outlook, "DELETE", &value, None).status, 405);
    assert_eq!(bench.send(Dialect::Graph, "DELETE", &value, None).status, 204);
    assert_eq!(bench.send(Dialect::Graph, "DELETE", &value, None).status, 404);
    assert_eq!(bench.get(Dialect::Graph, &value).status, 404);
}
