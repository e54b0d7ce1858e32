//! Where a request comes from. `X-Forwarded-For` is believed only as far as trusted proxies wrote it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use ipnet::IpNet;

/// The caller's address: the peer, or, behind trusted proxies, the nearest address that is not one of them.
pub fn of(parts: &Parts, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip().to_canonical();
    let is_trusted = |ip: IpAddr| trusted.iter().any(|net| net.contains(&ip));
    if !is_trusted(peer) {
        return Some(peer);
    }
    let values = parts.headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut nearest = peer;
    for hop in hops.into_iter().rev() {
        let Ok(ip) = hop.parse::<IpAddr>() else { break };
        nearest = ip.to_canonical();
        if !is_trusted(nearest) {
            break;
        }
    }
    Some(nearest)
}

/// What is counted as one anonymous caller: an IPv4 address, or the /64 that an IPv6 host can roam in.
pub fn bucket(ip: Option<IpAddr>) -> String {
    ip.map_or_else(|| "ip:unknown".to_owned(), |ip| format!("ip:{}", network(ip)))
}

/// An IPv4 address as it is, and the first address of an IPv6 address's /64.
pub(crate) fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_stranger_is_not_believed("9.9.9.9", "1.1.1.1", "9.9.9.9")]
    #[case::a_trusted_proxy_is("10.0.0.1", "1.1.1.1", "1.1.1.1")]
    #[case::only_the_part_that_proxies_wrote("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", "1.1.1.1")]
    #[case::nothing_forwarded("10.0.0.1", "", "10.0.0.1")]
    #[case::rubbish_ends_the_trust("10.0.0.1", "1.1.1.1, rubbish", "10.0.0.1")]
    fn the_caller_is_the_nearest_untrusted_address(
        #[case] peer: &str,
        #[case] forwarded: &str,
        #[case] expected: &str,
    ) {
        let (mut parts, ()) = Request::builder().header("x-forwarded-for", forwarded).body(()).unwrap().into_parts();
        parts.extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        assert_eq!(of(&parts, &["10.0.0.0/8".parse().unwrap()]), Some(expected.parse().unwrap()));
    }

    #[test]
    fn hosts_of_one_ipv6_network_share_a_bucket() {
        let bucket_of = |ip: &str| bucket(Some(ip.parse().unwrap()));
        assert_eq!(bucket_of("2001:db8::1"), bucket_of("2001:db8::ffff:1"));
        assert_ne!(bucket_of("2001:db8::1"), bucket_of("2001:db8:0:1::1"));
        assert_eq!(bucket_of("::ffff:1.2.3.4"), "ip:1.2.3.4", "an address of the other kind is no network");
    }
}
