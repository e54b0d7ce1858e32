//! `artel dashboard`: how a running installation is, on a screen that is drawn anew.

use std::process::ExitCode;

use artel_domain::{Clock as _, SystemClock};
use serde_json::Value;

use super::sight::{CROWDED_PERCENT, LONG_SECONDS, Sight, Work, answer};
use crate::cli::DashboardArgs;
use crate::http_client::Target;
use crate::output::{Colour, Piece, Screen};

/// Characters of the bar that shows how many connections are busy.
const BAR: usize = 30;
/// From this share on the bar is yellow.
const BUSY_PERCENT: f64 = 60.0;
/// Questions that are shown; of more, their number.
const MOST_QUESTIONS: usize = 10;
/// Characters of a line, so that a screen of 80 shows it whole.
const WIDTH: usize = 80;

type Line = Vec<Piece>;

pub(crate) async fn run(args: DashboardArgs) -> anyhow::Result<ExitCode> {
    let target = Target::new(&args.url, args.token.clone())?;
    let mut screen = Screen::open();
    let mut drawn = 0;
    let mut ended = Box::pin(ended());
    loop {
        let seen = tokio::select! {
            seen = look(&target, args.token.is_some()) => seen,
            () = &mut ended => return Ok(ExitCode::SUCCESS),
        };
        let time = SystemClock.now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        screen.draw(&picture(&args.url, &time, &seen));
        drawn += 1;
        if args.count.is_some_and(|count| drawn >= count) {
            return Ok(if seen.sight.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        tokio::select! {
            () = tokio::time::sleep(args.every) => {}
            () = &mut ended => return Ok(ExitCode::SUCCESS),
        }
    }
}

/// Ctrl-C, or whoever stops the process: the terminal must come back as it was.
async fn ended() {
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
    let terminated = async {
        match &mut terminated {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

struct Seen {
    sight: Result<Sight, String>,
    /// Each as tool and reason. `None` without a token.
    questions: Option<Result<Vec<(String, String)>, String>>,
}

async fn look(target: &Target, has_token: bool) -> Seen {
    let sight = Sight::take(target).await;
    let questions = if has_token && sight.is_ok() { Some(questions(target).await) } else { None };
    Seen { sight, questions }
}

async fn questions(target: &Target) -> Result<Vec<(String, String)>, String> {
    let listed = answer(target.get("/v1/approvals?status=pending&limit=100")).await?;
    let listed: Vec<Value> = serde_json::from_str(&listed).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(listed.iter().map(|question| (text(&question["tool_name"]), text(&question["reason"]))).collect())
}

fn picture(url: &str, time: &str, seen: &Seen) -> Vec<Line> {
    let mut lines =
        vec![vec![Piece::new(Colour::Strong, "Artel"), Piece::plain(format!("  {url}  {time}"))], Vec::new()];
    match &seen.sight {
        Ok(sight) => lines.extend(figures(sight)),
        Err(why) => lines.push(vec![Piece::new(Colour::Bad, "DOWN"), Piece::plain(format!("  {why}"))]),
    }
    if let Some(questions) = &seen.questions {
        lines.push(Vec::new());
        lines.extend(asked(questions));
    }
    lines
}

fn figures(sight: &Sight) -> Vec<Line> {
    let (state, colour) = if sight.warns() { ("WARN", Colour::Warn) } else { ("OK", Colour::Good) };
    let mut lines = vec![
        row("state", vec![Piece::new(colour, state)]),
        row("database", vec![Piece::plain(format!("answers in {:.1} ms", sight.latency_ms))]),
        row("connections", bar(sight)),
    ];
    match &sight.work {
        Some(work) => lines.extend(work_lines(work)),
        None => lines.push(row("runs", vec![Piece::new(Colour::Dim, "/metrics is closed here: ask a port inside")])),
    }
    lines
}

fn bar(sight: &Sight) -> Line {
    let filled = ((sight.percent / 100.0 * BAR as f64).round().max(0.0) as usize).min(BAR);
    let colour = match sight.percent {
        percent if percent > CROWDED_PERCENT => Colour::Bad,
        percent if percent > BUSY_PERCENT => Colour::Warn,
        _ => Colour::Good,
    };
    vec![
        Piece::new(colour, "█".repeat(filled)),
        Piece::new(Colour::Dim, "░".repeat(BAR - filled)),
        Piece::plain(format!(" {:.0} %  {} of {} busy", sight.percent, sight.busy, sight.most)),
    ]
}

fn work_lines(work: &Work) -> Vec<Line> {
    let late = |seconds: f64| if seconds > LONG_SECONDS { Colour::Warn } else { Colour::Plain };
    let asked = if work.oldest_question_seconds > 0.0 { Colour::Warn } else { Colour::Plain };
    let mut lines = vec![
        row(
            "runs",
            vec![Piece::plain(format!("{} queued, {} running, {} wait", work.queued, work.running, work.waiting))],
        ),
        row(
            "",
            vec![Piece::new(
                late(work.oldest_queued_seconds),
                format!("oldest queued {}", age(work.oldest_queued_seconds)),
            )],
        ),
        row(
            "approvals",
            vec![Piece::new(
                asked,
                match work.oldest_question_seconds {
                    0.0 => "no question is open".to_owned(),
                    seconds => format!("the oldest question is {} old", age(seconds)),
                },
            )],
        ),
        row(
            "ended",
            vec![
                Piece::new(Colour::Good, format!("{} well", work.succeeded)),
                Piece::plain(", "),
                Piece::new(
                    if work.failed > 0.0 { Colour::Warn } else { Colour::Plain },
                    format!("{} not", work.failed),
                ),
                Piece::new(Colour::Dim, " (this process, since its start)"),
            ],
        ),
        row("open", vec![Piece::plain(format!("{} streams, {} sockets", work.streams, work.sockets))]),
    ];
    lines.extend(work.redis_is_up.map(|is_up| {
        row("redis", vec![if is_up { Piece::new(Colour::Good, "up") } else { Piece::new(Colour::Bad, "DOWN") }])
    }));
    lines
}

fn asked(questions: &Result<Vec<(String, String)>, String>) -> Vec<Line> {
    let questions = match questions {
        Ok(questions) => questions,
        Err(why) => return vec![row("questions", vec![Piece::new(Colour::Warn, why.clone())])],
    };
    let mut lines = vec![row("questions", vec![Piece::plain(format!("{} to decide", questions.len()))])];
    lines.extend(questions.iter().take(MOST_QUESTIONS).map(|(tool, reason)| {
        let tool = cut(tool, WIDTH / 2);
        let room = WIDTH.saturating_sub(tool.chars().count() + 4);
        vec![Piece::plain("  "), Piece::new(Colour::Strong, tool), Piece::plain("  "), Piece::plain(cut(reason, room))]
    }));
    if let Some(more @ 1..) = questions.len().checked_sub(MOST_QUESTIONS) {
        lines.push(vec![Piece::new(Colour::Dim, format!("  and {more} more"))]);
    }
    lines
}

fn row(name: &str, pieces: Line) -> Line {
    std::iter::once(Piece::new(Colour::Dim, format!("{name:<13}"))).chain(pieces).collect()
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// A time in its largest unit.
fn age(seconds: f64) -> String {
    match seconds {
        few if few < 120.0 => format!("{few:.0} s"),
        some if some < 7200.0 => format!("{:.0} min", some / 60.0),
        many => format!("{:.0} h", many / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sight(percent: f64) -> Sight {
        Sight { latency_ms: 0.5, busy: 10, most: 100, percent, work: None }
    }

    fn work() -> Work {
        Work {
            queued: 1.0,
            running: 2.0,
            waiting: 3.0,
            oldest_queued_seconds: 61.0,
            oldest_question_seconds: 7200.0,
            succeeded: 5.0,
            failed: 1.0,
            streams: 4.0,
            sockets: 6.0,
            redis_is_up: Some(false),
        }
    }

    fn text(line: &Line) -> String {
        line.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// The colour of the piece that has this text.
    fn colour(lines: &[Line], part: &str) -> Colour {
        let mut pieces = lines.iter().flatten();
        pieces.find(|piece| piece.text.contains(part)).unwrap_or_else(|| panic!("no {part}")).colour
    }

    #[test]
    fn the_bar_changes_its_colour_with_the_share_of_busy_connections() {
        for (percent, filled, wanted) in [
            (0.0, 0, Colour::Good),
            (50.0, 15, Colour::Good),
            (70.0, 21, Colour::Warn),
            (80.1, 24, Colour::Bad),
            (140.0, 30, Colour::Bad),
        ] {
            let bar = bar(&sight(percent));
            assert_eq!((bar[0].text.chars().count(), bar[0].colour), (filled, wanted), "{percent}");
            assert_eq!(bar[0].text.chars().count() + bar[1].text.chars().count(), BAR);
        }
    }

    #[test]
    fn what_should_be_looked_at_is_coloured_and_lines_fit_a_terminal() {
        let long = "a reason that goes on and on ".repeat(9);
        let questions = (0..12).map(|n| (format!("tool_{n}"), long.clone())).collect();
        let sight = Sight { work: Some(work()), ..sight(10.0) };
        let seen = Seen { sight: Ok(sight), questions: Some(Ok(questions)) };
        let lines = picture("http://127.0.0.1:8000", "2026-01-21 10:00:00Z", &seen);
        assert!(
            lines.iter().all(|line| text(line).chars().count() <= WIDTH),
            "{:#?}",
            lines.iter().map(text).collect::<Vec<_>>()
        );
        assert!(lines.len() <= 24, "{}", lines.len());
        assert_eq!(colour(&lines, "WARN"), Colour::Warn, "a run waits for more than a minute");
        assert_eq!(colour(&lines, "oldest queued 61 s"), Colour::Warn);
        assert_eq!(colour(&lines, "2 h old"), Colour::Warn);
        assert_eq!(colour(&lines, "DOWN"), Colour::Bad, "Redis");
        assert!(lines.iter().any(|line| text(line) == "  and 2 more"));
    }

    #[test]
    fn an_installation_that_does_not_answer_is_down() {
        let seen = Seen { sight: Err("nobody answers there".to_owned()), questions: None };
        let lines = picture("http://127.0.0.1:1", "now", &seen);
        assert_eq!(text(lines.last().unwrap()), "DOWN  nobody answers there");
        assert_eq!(colour(&lines, "DOWN"), Colour::Bad);
    }
}
