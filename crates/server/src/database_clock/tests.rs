use super::*;

const HOUR: i64 = 3_600_000_000;

fn anchor(time: i64, took: Duration) -> (Anchor, Instant) {
    let asked = Instant::now();
    let reading = ClockReading { time: micros(time), asked, answered: asked + took };
    (Anchor::of(&reading), asked)
}

#[test]
fn a_reading_counts_from_its_middle_and_goes_on_by_itself() {
    let (anchor, asked) = anchor(HOUR, Duration::from_millis(20));
    assert_eq!(anchor.time_at(asked), micros(HOUR - 10_000));
    assert_eq!(anchor.time_at(asked + Duration::from_millis(10)), micros(HOUR));
    assert_eq!(anchor.time_at(asked + Duration::from_hours(1)), micros(2 * HOUR - 10_000));
}

#[test]
fn ids_have_the_databases_time_and_follow_one_another() {
    let (anchor, _) = anchor(HOUR, Duration::ZERO);
    let clock = DatabaseClock {
        anchor: Arc::new(RwLock::new(anchor)),
        ids: Mutex::new(ContextV7::new()),
        _reading: CancellationToken::new().drop_guard(),
    };
    let ids: Vec<Uuid> = (0..1000).map(|_| clock.uuid()).collect();
    assert!(ids.is_sorted() && ids.iter().all(|id| id.get_version_num() == 7));
    let (seconds, _) = ids[0].get_timestamp().unwrap().to_unix();
    assert_eq!(seconds, 3600);
}
