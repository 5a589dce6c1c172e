use super::*;
use proptest::prelude::*;

fn path(user: User, folders: &[&str], target: Target) -> ResourcePath {
    ResourcePath { user, folders: folders.iter().map(|id| (*id).to_owned()).collect(), target }
}

#[test]
fn every_form_is_read() {
    let named = |user: &str| User::Named(user.to_owned());
    let contact = |id: &str| Holder::Contact(id.to_owned());
    let table = [
        ("/me", path(User::Me, &[], Target::Mailbox)),
        ("/me/contacts", path(User::Me, &[], Target::Contacts)),
        ("/Me/Contacts/", path(User::Me, &[], Target::Contacts)),
        ("/me/contacts/$count", path(User::Me, &[], Target::ContactsCount)),
        ("/me/contacts/delta", path(User::Me, &[], Target::ContactsDelta)),
        ("/me/contactFolders/microsoft.graph.delta()", path(User::Me, &[], Target::FoldersDelta)),
        ("/me/contactFolders/F/childFolders/delta()", path(User::Me, &["F"], Target::FoldersDelta)),
        ("/me/contactFolders/F/contacts/Delta()", path(User::Me, &["F"], Target::ContactsDelta)),
        ("/me/contacts/AA=", path(User::Me, &[], Target::Contact("AA=".into()))),
        ("/me/contacts/AA%3D", path(User::Me, &[], Target::Contact("AA=".into()))),
        ("/me/contacts('AA=')", path(User::Me, &[], Target::Contact("AA=".into()))),
        ("/me/contacts(%27it%27%27s%27)", path(User::Me, &[], Target::Contact("it's".into()))),
        ("/me/contacts(AA)/photo", path(User::Me, &[], Target::Photo("AA".into()))),
        ("/me/contacts('a%2Fb')/photo/$value", path(User::Me, &[], Target::PhotoValue("a/b".into()))),
        ("/users/a@b.example/contacts", path(named("a@b.example"), &[], Target::Contacts)),
        ("/Users('g@t')/Contacts('x')", path(named("g@t"), &[], Target::Contact("x".into()))),
        ("/me/contactfolders", path(User::Me, &[], Target::Folders)),
        ("/me/contactFolders/$count", path(User::Me, &[], Target::FoldersCount)),
        ("/me/contactFolders/F", path(User::Me, &["F"], Target::Folder)),
        ("/me/contactFolders/F/childFolders", path(User::Me, &["F"], Target::Folders)),
        ("/me/contacts/X/extensions", path(User::Me, &[], Target::Extensions("X".into()))),
        ("/me/contacts/X/Extensions/$count", path(User::Me, &[], Target::ExtensionsCount("X".into()))),
        ("/me/contacts/X/extensions/delta", path(User::Me, &[], Target::Extension("X".into(), "delta".into()))),
        (
            "/me/contactFolders/F/contacts('X')/extensions('Com.Contoso.Referral')",
            path(User::Me, &["F"], Target::Extension("X".into(), "Com.Contoso.Referral".into())),
        ),
        (
            "/me/contacts/X/singleValueExtendedProperties('String%20{0}%20Name%20a(b)')",
            path(User::Me, &[], Target::Property(contact("X"), Stored::Single, "String {0} Name a(b)".into())),
        ),
        (
            "/me/contactFolders/F/multivalueextendedproperties",
            path(User::Me, &["F"], Target::Properties(Holder::Folder, Stored::Multi)),
        ),
        ("/me/contacts/X/permanentDelete", path(User::Me, &[], Target::PermanentDelete(contact("X")))),
        (
            "/me/contactFolders/F/childFolders/G/microsoft.graph.permanentDelete",
            path(User::Me, &["F", "G"], Target::PermanentDelete(Holder::Folder)),
        ),
        (
            "/me/contactFolders('F')/childFolders('G')/childfolders/H/contacts/X",
            path(User::Me, &["F", "G", "H"], Target::Contact("X".into())),
        ),
    ];
    for (text, expected) in table {
        assert_eq!(parse(text), Ok(expected), "{text}");
    }
}

#[test]
fn other_paths_are_refused() {
    for text in [
        "",
        "/",
        "/you",
        "/me/contactz",
        "/me//contacts",
        "/me/contacts//",
        "/me/contacts/x/photos/48x48/$value",
        "/me/contacts/x/photo/$value/y",
        "/me('x')",
        "/me/childFolders",
        "/me/contactFolders/F/contactFolders",
        "/users",
        "/users/",
        "/me/contacts('')",
        "/me/contacts('x",
        "/me/contacts('x'y')",
        "/me/contacts('x')('y')",
        "/me/contacts/$count/x",
        "/me/contacts/x/extensions/$count/y",
        "/me/contacts/x/extensions//",
        "/me/contacts/x/extensions('')",
        "/me/contacts/x/singleValueExtendedProperties/$count",
        "/me/contacts/x/permanentDelete/y",
        "/me/permanentDelete",
        "/me/extensions",
        "/me/contactFolders/F/extensions",
        "/me/contacts/%ff",
        "/users/$count/contacts",
    ] {
        assert!(parse(text).is_err(), "{text} gives {:?}", parse(text));
    }
    assert!(parse(&"/a".repeat(LONGEST)).is_err());
}

proptest! {
    #[test]
    fn hostile_paths_never_panic(text in "\\PC{0,80}") {
        let _ = parse(&text);
    }

    #[test]
    fn paths_of_known_pieces_never_panic(pieces in prop::collection::vec(
        prop::sample::select(vec!["/", "me", "users", "contacts", "contactFolders", "childFolders", "('", "')", "(", ")", "''", "%27", "%2", "$count", "$value", "photo", "extensions", "singleValueExtendedProperties", "permanentDelete", "ä"]), 0..20)) {
        let _ = parse(&pieces.concat());
    }

    #[test]
    fn a_quoted_key_comes_back(key in "[^/]{1,40}") {
        let escaped = percent_encoding::utf8_percent_encode(&key.replace('\'', "''"), percent_encoding::NON_ALPHANUMERIC).to_string();
        let parsed = parse(&format!("/me/contacts('{escaped}')")).unwrap();
        prop_assert_eq!(parsed.target, Target::Contact(key));
    }
}
