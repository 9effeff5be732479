//! A team does each part once, whoever comes and however late.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use super::super::team::Team;

/// With so many members, which end with the process.
fn team(members: usize) -> &'static Team {
    let team: &Team = Box::leak(Box::new(Team::new()));
    team.open(members + 1, members + 1);
    for _ in 0..members {
        thread::spawn(|| team.enter());
    }
    team
}

/// How often each part was done.
fn times_done(team: &Team, parts: usize, before: impl Fn(usize) + Sync) -> Vec<usize> {
    let done: Vec<AtomicUsize> = (0..parts).map(|_| AtomicUsize::new(0)).collect();
    team.run(parts, &|i| {
        before(i);
        done[i].fetch_add(1, Relaxed);
    });
    done.into_iter().map(AtomicUsize::into_inner).collect()
}

#[test]
fn each_part_is_done_once() {
    for members in [0, 1, 3] {
        let team = team(members);
        assert_eq!(team.threads(), members + 1);
        for round in 0..20_000 {
            let parts = round % 9;
            assert_eq!(times_done(team, parts, |_| ()), vec![1; parts]);
        }
        assert_eq!(times_done(team, 70_000, |_| ()), vec![1; 70_000]);
    }
}

#[test]
fn whoever_sleeps_is_woken() {
    let team = team(2);
    for round in 0..30 {
        // Longer than any thread looks out: members sleep between rounds, and who asked sleeps while a part takes long.
        thread::sleep(Duration::from_millis(5 * (round % 3)));
        let late = |i| thread::sleep(Duration::from_millis(if i == 1 { 10 } else { 0 }));
        assert_eq!(times_done(team, 3, late), [1; 3]);
    }
}

#[test]
fn what_is_asked_meanwhile_is_done_too() {
    let team = team(2);
    let inner = AtomicUsize::new(0);
    let ask = |_| team.run(5, &|_| _ = inner.fetch_add(1, Relaxed));
    assert_eq!(times_done(team, 8, ask), [1; 8]);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..500).for_each(|_| assert_eq!(times_done(team, 6, |_| ()), [1; 6])));
        }
    });
    assert_eq!(inner.into_inner(), 40);
}

#[test]
fn two_threads_on_two_processors_are_crowded_and_no_others() {
    let team = Team::new();
    assert!(!team.crowded());
    for (threads, processors, crowded) in [(2, 2, true), (2, 1, true), (2, 4, false), (4, 4, false), (1, 1, false)] {
        team.open(threads, processors);
        assert_eq!(team.crowded(), crowded, "{threads} on {processors}");
    }
}
