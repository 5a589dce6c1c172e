//! Which addresses a link from a file may lead to: public ones alone.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is not for everybody in IPv4: first address, length of the prefix, what it is. From IANA's registry of special
/// purpose addresses (RFC 6890), without those in it that are reached like any other; beside it, multicast (RFC 5771) and
/// the one public address that clouds answer at from inside.
const V4: &[(Ipv4Addr, u32, &str)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, "an address of this network (RFC 791)"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private address (RFC 1918)"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "an address behind a provider (RFC 6598)"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "this machine itself"),
    (Ipv4Addr::new(168, 63, 129, 16), 32, "a cloud's own service (Azure's wire server)"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "a link-local address, where clouds keep their metadata (RFC 3927)"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private address (RFC 1918)"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "a protocol's address (RFC 6890)"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "an address for documentation (RFC 5737)"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a relay from IPv6 (RFC 7526)"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private address (RFC 1918)"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "an address for measurements (RFC 2544)"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "an address for documentation (RFC 5737)"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "an address for documentation (RFC 5737)"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "a multicast address (RFC 5771)"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "a reserved or broadcast address (RFC 1112)"),
];

/// The same in IPv6. What carries an IPv4 address in it is refused whatever that address is: a gateway on the way may
/// lead to it.
const V6: &[(Ipv6Addr, u32, &str)] = &[
    (Ipv6Addr::UNSPECIFIED, 128, "no address at all"),
    (Ipv6Addr::LOCALHOST, 128, "this machine itself"),
    (Ipv6Addr::UNSPECIFIED, 96, "an IPv4 address in IPv6 (RFC 4291)"),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, "an IPv4 address in IPv6 (RFC 4291)"),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, "an IPv4 address in IPv6 (RFC 6052)"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "an IPv4 address in IPv6 (RFC 8215)"),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "an address that swallows all (RFC 6666)"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, "an IPv4 address in IPv6 (Teredo, RFC 4380)"),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, "an address for measurements (RFC 5180)"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "a protocol's address (RFC 2928)"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "an address for documentation (RFC 3849)"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "an IPv4 address in IPv6 (6to4, RFC 3056)"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "an address for documentation (RFC 9637)"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "a private address (RFC 4193)"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "a link-local address (RFC 4291)"),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "a site-local address (RFC 3879)"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "a multicast address (RFC 4291)"),
];

/// All that is public in IPv6 (RFC 4291, 2.4; IANA has given out nothing else).
const GLOBAL_UNICAST: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What an address is, when it is not a public one.
pub fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => V4.iter().find(|(first, length, _)| in_v4(address, *first, *length)).map(|row| row.2),
        IpAddr::V6(address) => {
            let named = V6.iter().find(|(first, length, _)| in_v6(address, *first, *length)).map(|row| row.2);
            let (first, length) = GLOBAL_UNICAST;
            named.or_else(|| (!in_v6(address, first, length)).then_some("no public address (RFC 4291)"))
        }
    }
}

fn in_v4(address: Ipv4Addr, first: Ipv4Addr, length: u32) -> bool {
    (address.to_bits() ^ first.to_bits()).leading_zeros() >= length
}

fn in_v6(address: Ipv6Addr, first: Ipv6Addr, length: u32) -> bool {
    (address.to_bits() ^ first.to_bits()).leading_zeros() >= length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_are_public() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "142.250.185.129",
            "168.63.129.15",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2003::1",
            "2606:4700::1111",
            "2a00:1450:4001:80f::2001",
            "3ffe::1",
        ] {
            assert_eq!(not_public(address.parse().unwrap()), None, "{address}");
        }
    }

    #[test]
    fn what_is_not_public_says_what_it_is() {
        for (addresses, says) in [
            ("0.0.0.0 0.255.255.255", "this network"),
            ("10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.1 192.168.255.255", "RFC 1918"),
            ("100.64.0.0 100.100.100.200 100.127.255.255", "RFC 6598"),
            ("127.0.0.1 127.255.255.255 ::1", "this machine"),
            ("169.254.169.254 169.254.0.0 169.254.255.255", "metadata"),
            ("168.63.129.16", "cloud"),
            ("192.0.0.1 192.0.0.192", "protocol"),
            ("192.0.2.1 198.51.100.7 203.0.113.255 2001:db8::1 3fff:fff::1", "documentation"),
            ("192.88.99.1", "relay"),
            ("198.18.0.0 198.19.255.255 2001:2::1", "measurements"),
            ("224.0.0.1 239.255.255.250 ff02::1 ff0e::1", "multicast"),
            ("240.0.0.1 255.255.255.255", "broadcast"),
            ("::", "no address"),
            (
                "::10.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::8.8.8.8",
                "IPv4 address in",
            ),
            ("64:ff9b:1::a00:1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2002:7f00:1::", "IPv4 address in"),
            ("2001:10::1 2001:20::1 2001:1ff:ffff::1", "protocol"),
            ("fc00::1 fd00:ec2::254 fdff::1", "RFC 4193"),
            ("fe80::1 febf::1", "link-local"),
            ("fec0::1", "site-local"),
            ("100::1", "swallows"),
            ("1::1 4000::1 5f00::1 fbff::1 ::ffff:0:127.0.0.1", "no public address"),
        ] {
            for address in addresses.split(' ') {
                let said = not_public(address.parse().unwrap()).unwrap_or_else(|| panic!("{address} passes"));
                assert!(said.contains(says), "{address}: {said}");
            }
        }
    }
}
