//! A small card of every kind of producer: what is read of it, and what each version makes of that.
//!
//! The cards are written for this test, after what the producers' documentation and source say of their properties.
//! Run with `CARDFERRY_BLESS=1` to write the golden files anew; then read what changed.

use cardferry::formats::vcard::Version;

use super::{contacts, write};
use crate::{dump, golden};

/// Name of the golden file, version, and the properties of a card.
const CARDS: &[(&str, &str, &str)] = &[
    (
        "apple",
        "3.0",
        "N:Kowalska;Maja;;;
FN:Maja Kowalska
X-PHONETIC-FIRST-NAME:MA-ya
X-PHONETIC-ORG:a-kme
ORG:Acme;Design
EMAIL;type=INTERNET;type=HOME;type=pref:maja@example.com
TEL;type=CELL;type=VOICE;type=pref:+48 600 555 010
TEL;type=IPHONE;type=CELL;type=VOICE:+48 600 555 011
item1.ADR;type=HOME;type=pref:;;ul. Długa 1;Kraków;;31-147;Polska
item1.X-ABADR:pl
item2.URL;type=pref:https://example.com
item2.X-ABLabel:_$!<HomePage>!$_
BDAY;X-APPLE-OMIT-YEAR=1604:1604-07-23
item3.X-ABDATE;type=pref:2012-05-19
item3.X-ABLabel:_$!<Anniversary>!$_
item4.X-ABDATE;X-APPLE-OMIT-YEAR=1604:1604-12-06
item4.X-ABLabel:Imieniny
item5.X-ABRELATEDNAMES;type=pref:Jan
item5.X-ABLabel:_$!<Spouse>!$_
item6.X-ABRELATEDNAMES:Ewa
item6.X-ABLabel:_$!<Mother>!$_
item7.X-ABRELATEDNAMES:Piotr
item7.X-ABLabel:_$!<Assistant>!$_
IMPP;X-SERVICE-TYPE=Jabber;type=HOME;type=pref:xmpp:maja@example.com
X-SOCIALPROFILE;type=twitter;x-user=maja:http://twitter.com/maja
X-ABShowAs:COMPANY
X-ABUID:5AD380FD-B2DE-4261-BA99-DE1D1DB52FBE\\:ABPerson
",
    ),
    (
        "outlook",
        "2.1",
        "N;LANGUAGE=en-us:Nowak;Adam;;Mr.
FN:Mr. Adam Nowak
ORG:Northwind;Sales
TEL;WORK;VOICE:+1 555 0100
X-MS-TEL;VOICE;CALLBACK:+1 555 0101
X-MS-TEL;VOICE;COMPANY:+1 555 0102
ADR;WORK;PREF:;;1 Main St\\; Suite 2;Springfield;IL;62701;USA
LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE:1 Main St; Suite 2=0D=0ASpringfield, IL 62701
X-MS-OL-DEFAULT-POSTAL-ADDRESS:2
X-WAB-GENDER:2
URL;WORK:http://example.com/C:\\new
BDAY:19800229
KEY;X509;ENCODING=BASE64:
 TUlJQw==

EMAIL;PREF;INTERNET:adam@example.com
X-MS-IMADDRESS:adam@chat.example
X-MS-MANAGER:Ewa Boss
X-MS-ASSISTANT:Jan Helper
X-MS-SPOUSE;N:Eva
X-MS-CHILD:Ola
X-MS-ANNIVERSARY:20050618
X-MS-INTERESTS:chess
X-MS-TEXT:first
X-MS-TEXT:second
X-MS-CARDPICTURE;TYPE=JPEG;ENCODING=BASE64:
 /9j/4AAQSkZJRg==

X-MS-OL-DESIGN;CHARSET=utf-8:<card xmlns=\"http://schemas.microsoft.com/office/outlook/12/electronicbusinesscards\"/>
NOTE;ENCODING=QUOTED-PRINTABLE:C:\\new =3D a folder
REV:20240311T091500Z
",
    ),
    (
        "evolution",
        "3.0",
        "FN:Ada Byron
N:Byron;Ada;;;
NICKNAME:Countess
X-EVOLUTION-FILE-AS:Byron\\, Ada
X-EVOLUTION-SPOUSE:William
X-EVOLUTION-MANAGER:Charles
X-EVOLUTION-ASSISTANT:Luigi
X-EVOLUTION-ANNIVERSARY:1835-07-08
X-EVOLUTION-BLOG-URL:https://example.com/blog
X-EVOLUTION-VIDEO-URL:https://example.com/video
CALURI:https://example.com/ada.ics
FBURL:https://example.com/ada.ifb
TEL;TYPE=WORK,VOICE;X-EVOLUTION-UI-SLOT=1:1
TEL;TYPE=X-EVOLUTION-CALLBACK;X-EVOLUTION-UI-SLOT=2:2
X-AIM;TYPE=HOME;X-EVOLUTION-UI-SLOT=1:ada
X-MATRIX;TYPE=WORK:@ada:example.com
X-EVOLUTION-WEBDAV-ETAG:\"7\"
X-MOZILLA-HTML:TRUE
",
    ),
    (
        "android",
        "2.1",
        "N:Kim;Min;;;
FN:Min Kim
SOUND;X-IRMC-N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=ED=82=B4;=EB=AF=BC;;;
X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Minnie;1;;;;;;;;;;;;;
X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Park;3;;;;;;;;;;;;;
X-ANDROID-CUSTOM:vnd.android.cursor.item/contact_event;2015-05-16;1;;;;;;;;;;;;;
X-ANDROID-CUSTOM:vnd.android.cursor.item/contact_event;--12-06;0;Name day;;;;;;;;;;;;
X-ANDROID-CUSTOM:vnd.android.cursor.item/relation;Jun;14;;;;;;;;;;;;;
X-ANDROID-CUSTOM:vnd.android.cursor.item/relation;Bo;2;;;;;;;;;;;;;
X-ANDROID-CUSTOM:vnd.android.cursor.item/relation;Su;0;godmother;;;;;;;;;;;;
X-ANDROID-CUSTOM:vnd.com.example/unheard;a;b;c;;;;;;;;;;;;
TEL;CELL;PREF:010-5555-0100
TEL;X-Satellite:010-5555-0101
X-QQ:12345
X-SIP:min@voip.example
BDAY:--03-04
",
    ),
    (
        "kde",
        "3.0",
        "FN:Konqi
N:Dragon;Konqi;;;
ORG:KDE
X-KADDRESSBOOK-X-Department:Mascots
X-KADDRESSBOOK-X-Profession:Dragon
X-KADDRESSBOOK-X-Office:Cave 7
X-KADDRESSBOOK-X-ManagersName:Kandalf
X-KADDRESSBOOK-X-AssistantsName:Katie
X-KADDRESSBOOK-X-SpousesName:Katie
X-KADDRESSBOOK-X-Anniversary:1999-04-15
X-KADDRESSBOOK-X-IMAddress:konqi@chat.example
X-KADDRESSBOOK-BlogFeed:https://example.com/konqi.rss
X-KADDRESSBOOK-CRYPTOPROTOPREF:openpgp/mime
X-SKYPE:konqi
CLASS:PRIVATE
MAILER:KMail
KEY;TYPE=PGP;ENCODING=b:bVFJTkJG
",
    ),
    (
        "rfc-9554",
        "4.0",
        "FN;PID=1.1:María Pérez
N;SORT-AS=\"Pérez,María\":Pérez;María;Luisa,Ana;Dra.;;López;II
ADR;CC=ES;LABEL=\"Calle Mayor 3^n28013 Madrid\":;;Calle Mayor 3;Madrid;;28013;España;Sala 4;;2;3;Calle Mayor;;;;Centro;;
KIND:org
GRAMGENDER;LANGUAGE=es:feminine
PRONOUNS;PREF=1:ella
LANGUAGE:es
CREATED:20240101T120000Z
SOCIALPROFILE;SERVICE-TYPE=Mastodon;USERNAME=maria:https://social.example/@maria
IMPP;SERVICE-TYPE=Matrix:matrix:u/maria:example.com
BIRTHPLACE:Sevilla
DEATHPLACE;VALUE=uri:geo:37.38\\,-5.98
DEATHDATE:20600102
EXPERTISE;LEVEL=expert:bridges
HOBBY;INDEX=1;LEVEL=high:chess
HOBBY;INDEX=2:tennis
INTEREST;LEVEL=medium:art
ORG-DIRECTORY;INDEX=1:ldap://ldap.example/o=x
GENDER:F;mujer
TZ;VALUE=utc-offset:+0100
BDAY:--0415
ANNIVERSARY;CALSCALE=gregorian:20090808T1430-0500
RELATED;TYPE=emergency;VALUE=text:Ana
CLIENTPIDMAP:1;urn:uuid:3df403f4-5924-4bb7-b077-3c711d9eb34b
JSPROP;JSPTR=\"x\":\"y\"
PHOTO;MEDIATYPE=image/jpeg:https://example.com/maria.jpg
PHOTO;PREF=2:data:image/gif;base64,iVBORw0KGgoAAAAN
LOGO;MEDIATYPE=image/png:https://example.com/logo.png
KEY:data:application/pgp-keys;base64,bVFJTkJG
X-NOTE:a^b
",
    ),
];

fn card(version: &str, body: &str) -> String {
    let card = format!("BEGIN:VCARD\nVERSION:{version}\n{body}END:VCARD\n");
    card.replace('\n', "\r\n")
}

#[test]
fn every_producer_is_read_and_written_as_its_golden_file_says() {
    for (name, version, body) in CARDS {
        let contacts = contacts(card(version, body).as_bytes());
        let mut text = dump::contact(&contacts[0]);
        for target in Version::ALL {
            let (written, losses) = write(&contacts, target);
            text.push_str(&format!("\n== {}\n", target.number()));
            text.push_str(&written.replace("\r\n", "\n"));
            losses.iter().for_each(|loss| text.push_str(&format!("LOSS {loss}\n")));
        }
        golden::check(&format!("vcard/producers/{name}.txt"), &text);
    }
}

#[test]
fn every_producer_finds_its_own_card_again() {
    for (name, version, body) in CARDS {
        let card = card(version, body);
        let target = Version::of_number(version).unwrap();
        let (written, losses) = write(&contacts(card.as_bytes()), target);
        assert!(losses.is_empty(), "{name}: {losses:?}");
        let (lost, new) = super::lossless::differences(card.as_bytes(), &written, version).unwrap();
        assert!(lost.is_empty() && new.is_empty(), "{name}\n- {lost:?}\n+ {new:?}");
    }
}
