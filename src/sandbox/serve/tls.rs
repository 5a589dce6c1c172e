//! The same server over TLS, for clients that take no other: a certificate of this machine's names, made for each run.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use http::uri::{Authority, Parts, Scheme};
use http::{HeaderMap, Uri, header::HOST};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// What a server shows of itself over TLS, and what its clients have to trust for it.
pub(super) struct Identity {
    pub(super) acceptor: TlsAcceptor,
    /// The certificate, in PEM (RFC 7468). It vouches for itself.
    pub(super) certificate: String,
}

impl Identity {
    /// Makes a key, which never leaves this process, and a certificate for `localhost`, the loopback addresses, the one
    /// that is listened on, and `names`.
    pub(super) fn new(ip: IpAddr, names: &[String]) -> io::Result<Identity> {
        let mut all = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
        all.extend([ip.to_string()].into_iter().chain(names.iter().cloned()));
        all.sort_unstable();
        all.dedup();
        let made = rcgen::generate_simple_self_signed(all).map_err(io::Error::other)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()));
        let config = config.with_safe_default_protocol_versions().map_err(io::Error::other)?.with_no_client_auth();
        let config = config.with_single_cert(vec![made.cert.der().clone()], key).map_err(io::Error::other)?;
        Ok(Identity { acceptor: TlsAcceptor::from(Arc::new(config)), certificate: made.cert.pem() })
    }
}

/// The address of a request that came over TLS: whole, so that what is answered leads back over TLS.
pub(super) fn whole(uri: Uri, headers: &HeaderMap) -> Uri {
    let host = headers.get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    let mut parts = Parts::from(uri);
    if let (None, Some(host)) = (&parts.authority, host) {
        (parts.scheme, parts.authority) = (Some(Scheme::HTTPS), Some(host));
    }
    let bare = parts.path_and_query.clone();
    Uri::from_parts(parts).unwrap_or_else(|_| bare.map(Uri::from).unwrap_or_default())
}
