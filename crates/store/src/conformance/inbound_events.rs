use std::sync::Arc;
use std::time::Duration;

use artel_domain::{HookId, InboundEvent, InboundEventId, JsonText, Timestamp};
use serde_json::json;

use super::world::{World, at_once, now, uuid};
use crate::{InboundEventFilter, InboundEventWrite, InboundEvents, NewInboundEvent, Store};

const TEN_MINUTES: Duration = Duration::from_mins(10);

pub(super) fn event(world: &World, hook: HookId, service: &str, number: u8) -> NewInboundEvent {
    NewInboundEvent {
        id: InboundEventId(uuid()),
        tenant_id: world.tenant,
        hook_id: hook,
        service: service.to_owned(),
        kind: Some(format!("{service}.changed")),
        received_at: now(),
        delivery_id: format!("delivery {number}\0"),
        payload: json!({ "number": number, "large": 9_007_199_254_740_993_i64, "nul": "\0" }).to_string(),
        sameness: [number; 32],
        same_for: None,
        most_of_tenant: None,
    }
}

async fn keeps(world: &World, new: NewInboundEvent) -> bool {
    writes(world, new).await == InboundEventWrite::Done
}

async fn writes(world: &World, new: NewInboundEvent) -> InboundEventWrite {
    world.store.record_inbound_event(new).await.unwrap()
}

/// As it is listed.
fn listed(new: NewInboundEvent) -> InboundEvent {
    let NewInboundEvent { id, tenant_id, hook_id, service, kind, received_at, delivery_id, payload, .. } = new;
    let payload = JsonText::new(payload);
    InboundEvent { id, tenant_id, hook_id, service, kind, received_at, delivery_id, payload }
}

/// Kept, with what was kept.
async fn kept(world: &World, hook: HookId, service: &str, number: u8) -> InboundEvent {
    let new = event(world, hook, service, number);
    assert!(keeps(world, new.clone()).await);
    listed(new)
}

fn all() -> InboundEventFilter {
    InboundEventFilter { limit: 100, most_bytes: usize::MAX, ..InboundEventFilter::default() }
}

async fn lists(world: &World, filter: InboundEventFilter) -> InboundEvents {
    world.store.list_inbound_events(world.tenant, filter).await.unwrap()
}

async fn ids(world: &World, filter: InboundEventFilter) -> Vec<InboundEventId> {
    lists(world, filter).await.events.into_iter().map(|event| event.id).collect()
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap()
}

pub async fn an_event_is_kept_as_it_came(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let came = kept(&world, HookId(uuid()), "ozon", 1).await;
    let InboundEvents { events, has_more } = lists(&world, all()).await;
    assert_eq!((events.len(), has_more), (1, false));
    let delivery_id = events[0].delivery_id.clone();
    assert!(delivery_id.starts_with("delivery 1"), "{delivery_id}");
    assert_eq!(events[0], InboundEvent { delivery_id, ..came });
}

pub async fn a_delivery_that_comes_again_is_kept_once(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let hook = HookId(uuid());
    let first = kept(&world, hook, "github", 1).await;
    assert!(!keeps(&world, event(&world, hook, "github", 1)).await);
    let mut much_later = event(&world, hook, "github", 1);
    much_later.received_at = later(now(), TEN_MINUTES * 144);
    assert!(!keeps(&world, much_later).await, "an id of the service holds for as long as the event is there");
    kept(&world, HookId(uuid()), "github", 1).await;
    kept(&world, hook, "github", 2).await;
    assert_eq!(lists(&world, all()).await.events.last().unwrap().id, first.id);
    kept(&World::new(&store).await, hook, "github", 1).await;
}

pub async fn of_many_deliveries_of_one_event_at_once_one_is_kept(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let hook = HookId(uuid());
    for (number, same_for) in [(1, None), (2, Some(TEN_MINUTES))] {
        let news = (0..20).map(|_| NewInboundEvent { same_for, ..event(&world, hook, "ozon", number) });
        let kept = at_once(news.map(|new| {
            let world = world.clone();
            async move { keeps(&world, new).await }
        }))
        .await;
        assert_eq!(kept.into_iter().filter(|kept| *kept).count(), 1);
    }
    assert_eq!(lists(&world, all()).await.events.len(), 2);
}

pub async fn a_digest_tells_deliveries_for_minutes_only(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let (hook, start) = (HookId(uuid()), now());
    let mut kept = Vec::new();
    for seconds in [0, 599, 600, 601, 1199, 1200] {
        let mut new = NewInboundEvent { same_for: Some(TEN_MINUTES), ..event(&world, hook, "ozon", 1) };
        new.received_at = later(start, Duration::from_secs(seconds));
        kept.push(keeps(&world, new).await);
    }
    assert_eq!(kept, [true, false, true, false, false, true]);
    // Also when the time is over: of many at once, one is kept.
    let after = later(start, Duration::from_hours(1));
    let ends = at_once((0..20).map(|_| {
        let world = world.clone();
        let mut new = NewInboundEvent { same_for: Some(TEN_MINUTES), ..event(&world, hook, "ozon", 1) };
        new.received_at = after;
        async move { keeps(&world, new).await }
    }))
    .await;
    assert_eq!(ends.into_iter().filter(|kept| *kept).count(), 1);
}

pub async fn events_are_listed_newest_first_and_by_filter(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let hook = HookId(uuid());
    let ozon = kept(&world, hook, "ozon", 1).await;
    let github = kept(&world, hook, "github", 2).await;
    let telegram = kept(&world, hook, "telegram", 3).await;
    assert_eq!(ids(&world, all()).await, [telegram.id, github.id, ozon.id]);
    let services = |keys: &[&str]| Some(keys.iter().map(|key| (*key).to_owned()).collect());
    let of_two = |filter| InboundEventFilter { services: services(&["github", "telegram"]), ..filter };
    for (filter, found) in [
        (InboundEventFilter { services: services(&["ozon", "telegram"]), ..all() }, vec![telegram.id, ozon.id]),
        (InboundEventFilter { services: services(&["ozon", "ozon", "absent"]), ..all() }, vec![ozon.id]),
        (InboundEventFilter { services: services(&[]), ..all() }, vec![]),
        (of_two(InboundEventFilter { kind: Some("github.changed".to_owned()), ..all() }), vec![github.id]),
        (of_two(InboundEventFilter { since: Some(github.received_at), ..all() }), vec![telegram.id, github.id]),
        (of_two(InboundEventFilter { until: Some(telegram.received_at), ..all() }), vec![github.id]),
        (of_two(InboundEventFilter { after: Some(telegram.id), ..all() }), vec![github.id]),
        (InboundEventFilter { kind: Some("github.changed".to_owned()), ..all() }, vec![github.id]),
        (InboundEventFilter { kind: Some("changed".to_owned()), ..all() }, vec![]),
        (InboundEventFilter { since: Some(github.received_at), ..all() }, vec![telegram.id, github.id]),
        (InboundEventFilter { until: Some(github.received_at), ..all() }, vec![ozon.id]),
        (InboundEventFilter { after: Some(telegram.id), ..all() }, vec![github.id, ozon.id]),
    ] {
        assert_eq!(ids(&world, filter.clone()).await, found, "{filter:?}");
    }
}

pub async fn a_list_of_events_ends_with_its_count_or_its_bytes(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let hook = HookId(uuid());
    let (mut made, mut largest) = (Vec::new(), 0);
    for (service, number) in ["ozon", "github", "ozon", "ozon", "github"].into_iter().zip(1..) {
        made.push(kept(&world, hook, service, number).await);
        let other = kept(&world, hook, "telegram", 10 + number).await;
        largest = largest.max(other.payload.len());
    }
    made.reverse();
    let both = || InboundEventFilter { services: Some(vec!["github".to_owned(), "ozon".to_owned()]), ..all() };
    for (limit, most_bytes, length) in [(2, usize::MAX, 2), (5, usize::MAX, 5), (100, largest * 3, 3), (100, 0, 1)] {
        let page = lists(&world, InboundEventFilter { limit, most_bytes, ..both() }).await;
        assert_eq!((page.events.len(), page.has_more), (length, length < 5), "{limit} {most_bytes}");
        let page = lists(&world, InboundEventFilter { limit, most_bytes, ..all() }).await;
        assert_eq!((page.events.len(), page.has_more), (length, true), "{limit} {most_bytes} of all services");
    }
    let mut read = Vec::new();
    loop {
        let after = read.last().map(|event: &InboundEvent| event.id);
        let page = lists(&world, InboundEventFilter { after, limit: 2, ..both() }).await;
        read.extend(page.events);
        if !page.has_more {
            break;
        }
    }
    assert_eq!(
        read.iter().map(|event| event.id).collect::<Vec<_>>(),
        made.iter().map(|event| event.id).collect::<Vec<_>>()
    );
}

pub async fn another_tenant_has_nothing_of_an_event(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let came = kept(&world, HookId(uuid()), "ozon", 1).await;
    assert_eq!(lists(&other, all()).await, InboundEvents::default());
    let behind = later(came.received_at, Duration::from_secs(1));
    assert_eq!(lists(&other, InboundEventFilter { until: Some(behind), ..all() }).await, InboundEvents::default());
}

pub async fn old_events_are_forgotten_the_oldest_first(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let (hook, start) = (HookId(uuid()), now());
    let mut made = Vec::new();
    for (number, seconds) in [(1, 0), (2, 10), (3, 20), (4, 30)] {
        let mut new = event(&world, hook, "ozon", number);
        new.received_at = later(start, Duration::from_secs(seconds));
        made.push(new.id);
        assert!(keeps(&world, new).await);
    }
    let theirs = kept(&other, hook, "ozon", 1).await;
    let before = later(start, Duration::from_secs(30));
    assert_eq!(store.forget_inbound_events(before, 2).await.unwrap(), 2, "two of four, of all tenants");
    assert_eq!(store.forget_inbound_events(before, 100).await.unwrap(), 2);
    assert_eq!(store.forget_inbound_events(before, 100).await.unwrap(), 0);
    assert_eq!(ids(&world, all()).await, [made[3]]);
    assert_eq!(ids(&other, all()).await, [], "{theirs:?}");
    assert!(keeps(&world, event(&world, hook, "ozon", 1)).await, "what is forgotten may come again");
}

pub async fn a_tenant_keeps_so_many_bytes_of_events(store: Arc<dyn Store>) {
    let (world, other) = (World::new(&store).await, World::new(&store).await);
    let (hook, start) = (HookId(uuid()), now());
    let bytes = event(&world, hook, "ozon", 1).bytes();
    let of = |world: &World, number: u8, seconds: u64| NewInboundEvent {
        most_of_tenant: Some(3 * bytes),
        received_at: later(start, Duration::from_secs(seconds)),
        ..event(world, hook, "ozon", number)
    };
    for number in 1..=3 {
        assert!(keeps(&world, of(&world, number, number.into())).await);
    }
    assert_eq!(writes(&world, of(&world, 4, 4)).await, InboundEventWrite::TooMuch);
    assert_eq!(writes(&world, of(&world, 3, 4)).await, InboundEventWrite::Known, "it is here already");
    assert_eq!(lists(&world, all()).await.events.len(), 3);
    assert!(keeps(&other, of(&other, 4, 4)).await, "others have their own");
    // Other tenants of this test's store may have older events.
    while store.forget_inbound_events(later(start, Duration::from_secs(2)), 100).await.unwrap() > 0 {}
    assert_eq!(lists(&world, all()).await.events.len(), 2);
    assert!(keeps(&world, of(&world, 5, 5)).await, "what is forgotten makes room");
    assert_eq!(writes(&world, of(&world, 6, 6)).await, InboundEventWrite::TooMuch);
    let any_number = NewInboundEvent { most_of_tenant: None, ..of(&world, 6, 6) };
    assert!(keeps(&world, any_number).await);
}

pub async fn what_comes_at_once_is_all_counted(store: Arc<dyn Store>) {
    let world = World::new(&store).await;
    let hook = HookId(uuid());
    let kept = at_once((1..=50).map(|number| {
        let world = world.clone();
        async move { keeps(&world, event(&world, hook, "ozon", number)).await }
    }))
    .await;
    assert!(kept.into_iter().all(|kept| kept));
    let bytes: u64 = (1..=50).map(|number| event(&world, hook, "ozon", number).bytes()).sum();
    let next = event(&world, hook, "ozon", 51);
    let most = |most| NewInboundEvent { most_of_tenant: Some(most), ..next.clone() };
    assert_eq!(writes(&world, most(bytes + next.bytes() - 1)).await, InboundEventWrite::TooMuch);
    assert_eq!(writes(&world, most(bytes + next.bytes())).await, InboundEventWrite::Done);
}
