//! Promises about lockouts.

use std::sync::Arc;
use std::time::Duration;

use artel_domain::Timestamp;

use super::login_world::unique;
use super::world::{at_once, now};
use crate::{Counted, Store};

const WINDOW: Duration = Duration::from_mins(15);

async fn begins(store: &Arc<dyn Store>, user: &str, ip: &str, at: Timestamp) -> Option<Timestamp> {
    let counted = vec![Counted { key: user.to_owned(), threshold: 5 }, Counted { key: ip.to_owned(), threshold: 10 }];
    store.begin_login(counted, WINDOW, at).await.unwrap()
}

pub async fn after_five_attempts_a_name_is_locked_until_its_window_ends(store: Arc<dyn Store>) {
    let (user, ip, start) = (unique("user"), unique("ip"), now());
    for minute in 0..5 {
        assert_eq!(begins(&store, &user, &ip, start + Duration::from_mins(minute)).await, None);
    }
    let until = start + WINDOW;
    assert_eq!(begins(&store, &user, &ip, start + Duration::from_mins(5)).await, Some(until));
    assert_eq!(
        begins(&store, &user, &unique("ip"), until - Duration::from_secs(1)).await,
        Some(until),
        "from another address too"
    );
    assert_eq!(begins(&store, &user, &ip, until).await, None, "the window is over, and a new one begins");
    assert_eq!(begins(&store, &unique("user"), &unique("ip"), start).await, None, "others are not concerned");
}

pub async fn a_refused_attempt_counts_for_nobody(store: Arc<dyn Store>) {
    let (user, ip, start) = (unique("user"), unique("ip"), now());
    for _ in 0..5 {
        begins(&store, &user, &unique("ip"), start).await;
    }
    for _ in 0..20 {
        assert!(begins(&store, &user, &ip, start).await.is_some());
    }
    for _ in 0..10 {
        assert_eq!(begins(&store, &unique("user"), &ip, start).await, None);
    }
    assert!(begins(&store, &unique("user"), &ip, start).await.is_some(), "ten from one address are enough");
}

pub async fn a_right_password_makes_the_count_start_anew(store: Arc<dyn Store>) {
    let (user, ip, start) = (unique("user"), unique("ip"), now());
    for _ in 0..3 {
        for _ in 0..5 {
            assert_eq!(begins(&store, &user, &ip, start).await, None);
        }
        store.forget_attempts(vec![user.clone(), ip.clone()]).await.unwrap();
    }
}

pub async fn of_fifty_guesses_at_once_five_are_looked_at(store: Arc<dyn Store>) {
    let (user, start) = (unique("user"), now());
    let begun = at_once((0..50).map(|_| {
        let (store, user) = (Arc::clone(&store), user.clone());
        async move { begins(&store, &user, &unique("ip"), start).await }
    }))
    .await;
    assert_eq!(begun.iter().filter(|locked| locked.is_none()).count(), 5);
}
