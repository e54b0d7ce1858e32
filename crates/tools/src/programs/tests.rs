use std::sync::Arc;
use std::time::{Duration, Instant};

use artel_domain::{Clock as _, SystemClock, TenantId};

use super::{BrokeOff, Exhausted, Fuel, Programs};

fn tenant() -> TenantId {
    TenantId(SystemClock.uuid())
}

/// Runs until the fuel is used up.
fn for_ever(fuel: &Fuel) -> Result<(), String> {
    loop {
        fuel.spend(1)?;
    }
}

#[tokio::test]
async fn a_program_without_end_is_stopped() {
    let started = Instant::now();
    let stopped = Programs::new(2).run(tenant(), for_ever).await;
    assert_eq!(stopped, Err(Exhausted.to_string()));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn one_tenants_programs_leave_room_for_others() {
    let (programs, flood) = (Arc::new(Programs::new(2)), tenant());
    let mut flooding = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let programs = programs.clone();
        flooding.spawn(async move { programs.run(flood, for_ever).await });
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    let started = Instant::now();
    assert_eq!(programs.run(tenant(), |_| Ok::<_, String>(7)).await, Ok(7));
    assert!(started.elapsed() < Duration::from_millis(250), "{:?}", started.elapsed());
}

#[tokio::test]
async fn tenants_that_flood_together_leave_a_turn_to_another() {
    let programs = Arc::new(Programs::new(2));
    let mut flooding = tokio::task::JoinSet::new();
    for flood in [tenant(), tenant()] {
        for _ in 0..4 {
            let programs = programs.clone();
            flooding.spawn(async move { programs.run(flood, for_ever).await });
        }
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    let started = Instant::now();
    assert_eq!(programs.run(tenant(), |_| Ok::<_, String>(7)).await, Ok(7));
    assert!(started.elapsed() < Duration::from_millis(2500), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_program_that_nobody_waits_for_stops_or_never_begins() {
    let (programs, own) = (Programs::new(2), tenant());
    let short = Duration::from_millis(20);
    for _ in 0..10 {
        assert!(tokio::time::timeout(short, programs.run(own, for_ever)).await.is_err());
    }
    let started = Instant::now();
    programs.run(own, |_| Ok::<_, String>(())).await.unwrap();
    assert!(started.elapsed() < Duration::from_millis(500), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_program_that_panics_is_an_error_and_gives_its_thread_back() {
    let (programs, own) = (Programs::new(2), tenant());
    for _ in 0..4 {
        let broken = programs.run(own, |_| -> Result<(), String> { panic!("this is the test's") }).await;
        assert_eq!(broken, Err(BrokeOff.to_string()));
    }
}

#[test]
fn fuel_that_is_used_up_stays_used_up() {
    let fuel = Fuel::steps(10, Duration::from_secs(1));
    assert_eq!(fuel.spend(10), Ok(()));
    assert_eq!(fuel.spend(1), Err(Exhausted));
    assert_eq!((fuel.spend(0), fuel.left()), (Ok(()), 0));
    let late = Fuel::steps(1 << 20, Duration::ZERO);
    assert_eq!(late.spend(1 << 17), Err(Exhausted));
    assert_eq!(late.spend(1), Err(Exhausted));
}

#[tokio::test]
async fn small_work_is_done_in_place_and_large_work_elsewhere() {
    let here = std::thread::current().id();
    let programs = Programs::new(2);
    let thread = || std::thread::current().id();
    assert_eq!(programs.by_size(tenant(), Programs::SMALL, thread).await, Ok(here));
    assert_ne!(programs.by_size(tenant(), Programs::SMALL + 1, thread).await.unwrap(), here);
    let broken: Result<(), BrokeOff> = programs.by_size(tenant(), usize::MAX, || panic!("broken")).await;
    assert_eq!(broken, Err(BrokeOff));
}
