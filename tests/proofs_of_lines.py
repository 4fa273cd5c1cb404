"""Which tests prove each line of the shipped constitution; a line that is advice has none."""

from __future__ import annotations

from collections.abc import Mapping

BLOCKED, REVIEWS, MANNERS = "stories/blocked.yaml::", "stories/reviews.yaml::", "stories/manners.yaml::"
APPROVALS, DIGEST, LIMITS = "stories/approvals.yaml::", "stories/digest.yaml::", "stories/limits.yaml::"
PULLS, TICKETS = "stories/signals_of_pull_requests.yaml::", "stories/signals_of_tickets.yaml::"
THRESHOLDS, SPRINTS = "planner/detect/test_thresholds.py::", "planner/detect/test_sprints.py::"
TICKET, PEOPLE = "planner/detect/test_tickets.py::", "planner/detect/test_people.py::"
AUTHOR, BEHIND = (
    "planner/detect/test_waiting_for_the_author.py::",
    "planner/detect/test_tickets_behind_pull_requests.py::",
)
POLICY, MODES, URGENCY = (
    "planner/test_policy.py::",
    "planner/words/test_modes.py::",
    "planner/hearers/test_urgency.py::",
)
ESCALATION, ACTIONS = "stories/escalation.yaml::", "stories/actions.yaml::"
FORM, PATIENCE, CLOCKS = (
    "planner/test_form.py::",
    "planner/hearers/test_patience.py::",
    "planner/still/test_clocks.py::",
)
LEARNING, LEARNT = "promises/test_learning.py::", "planner/lessons/test_learning.py::"

_OUTSIDE = PULLS + "Work outside the sprint is the PM's to take in, and Approve does it"
_DIGEST = DIGEST + "The summary comes once a day, at its time"
_OWNER = APPROVALS + "A ticket loses its owner, the project manager says yes, and Jira is changed"
_MODES = MODES + "test_act_lives_by_the_file_and_suggest_asks_for_everything"
_LEADERSHIP = BLOCKED + "After more than two days leadership may hear of it, if the project manager says yes"
_DOWN = ESCALATION + "Production is down, nobody answers, and every 30 minutes the next person hears, once"
_LEVELS = URGENCY + "test_the_highest_level_that_holds_is_in_force"
_INTERVALS = "test_constitution_urgency.py::test_the_interval_goes_from_360_to_60_to_15_minutes_and_back_when_calm"
_STALE = TICKETS + "A ticket without a sign of life for three working days is asked about"
_WIDE = TICKETS + "Whoever can move what three others wait for hears of it alone"
_NEVER = "models/test_directives.py::test_what_is_never_done_without_exception_does_not_exist_as_an_action"

PROOFS: Mapping[str, tuple[str, ...]] = {
    "role": (),
    "finish-the-sprint": (
        THRESHOLDS + "test_a_sprint_is_at_risk_from_the_morning_the_constitution_names",
        SPRINTS + "test_an_early_sprint_is_never_amber_and_a_late_one_only_by_its_figures",
        SPRINTS + "test_a_sprint_is_at_risk_by_its_chance_only_where_the_line_names_one",
    ),
    "blocked-1-day": (
        BLOCKED + "A blocked ticket reaches its owner after one working day, and nobody else",
        THRESHOLDS + "test_a_blocker_ripens_to_the_minute_and_climbs",
    ),
    "review-8-hours": (REVIEWS + "A review that waits for eight working hours is told to the reviewer alone",),
    "requested-changes-2-days": (
        PULLS + "Requested changes that lie still reach the author on the second day",
        AUTHOR + "test_whoever_let_requested_changes_lie_hears",
    ),
    "builds-green": (
        PULLS + "A red build reaches the author, and no reviewer",
        AUTHOR + "test_whoever_has_a_red_build_hears",
    ),
    "merged-means-moved": (
        PULLS + "A merged pull request moves its ticket, and nobody is pinged",
        BEHIND + "test_whoever_owns_a_ticket_that_a_merge_left_behind_hears",
    ),
    "done-means-closed": (
        PULLS + "A pull request left open beside a finished ticket reaches its author",
        AUTHOR + "test_whoever_left_it_open_beside_a_finished_ticket_hears",
    ),
    "work-in-the-sprint": (_OUTSIDE, BEHIND + "test_the_pm_hears_of_work_outside_the_sprint"),
    "stale-3-days": (_STALE, TICKET + "test_work_without_a_sign_of_life_is_found_to_the_minute"),
    "due-dates": (
        TICKETS + "A ticket that was due yesterday is its owner's to finish",
        TICKET + "test_a_due_day_is_over_at_midnight_where_the_owner_lives",
    ),
    "everyone-clear": (_OWNER, _DIGEST),
    "owner-for-every-ticket": (_OWNER, THRESHOLDS + "test_a_ticket_from_the_backlog_is_unowned_since_the_sprint_began"),
    "escalate-early": (_LEADERSHIP, THRESHOLDS + "test_an_escalated_sprint_is_told_once_and_further_up"),
    "daily-progress": (_DIGEST,),
    "help-unblock": (_WIDE, TICKET + "test_whose_move_the_blocker_is_hears_however_long_the_chain"),
    "blocker-of-3": (_WIDE, TICKET + "test_a_blocker_of_several_is_found_to_the_minute"),
    "scope-in-the-open": (
        TICKETS + "The PM hears when a running sprint grows, and again when it grows by as much",
        SPRINTS + "test_a_sprint_that_grew_by_more_than_the_constitution_allows_is_told_to_the_pm",
    ),
    "work-in-progress": (
        TICKETS + "That somebody has too much in hand is between the project manager and the agent",
        PEOPLE + "test_more_tickets_in_progress_than_the_constitution_wants_are_told_to_the_pm",
    ),
    "away-with-work": (
        TICKETS + "The work of somebody who stays away is the PM's to decide, and why is not told",
        PEOPLE + "test_an_absence_that_is_known_to_last_is_told_at_once_with_the_tickets",
    ),
    "learn-patterns": (LEARNING + "test_response_times_differ_per_person_and_are_those_simulated",),
    "one-reminder-a-day": (
        MANNERS + "One reminder a day, so the second matter waits for tomorrow",
        "promises/test_never_noisy.py::test_two_hundred_events_about_one_person_are_one_message",
        "contracts/stores/test_ledger.py::test_200_concurrent_reminders_for_one_person_become_one",
    ),
    "technical-to-engineering": (
        _DIGEST,
        POLICY + "test_a_digest_passes_only_as_code_wrote_it",
        "bot/test_notify.py::test_a_post_goes_to_the_channel_of_its_role",
    ),
    "escalations-to-leadership": (
        _LEADERSHIP,
        "models/test_directives_file.py::test_an_escalation_that_names_no_place_needs_a_line_that_routes_escalations",
    ),
    "working-hours": (
        MANNERS + "A weekend is no working time",
        MANNERS + "A holiday is no working day",
        MANNERS + "A project manager in Los Angeles is asked in the morning there",
        "planner/bounds/test_worktime.py::test_working_never_means_outside_the_hours_on_the_wall",
    ),
    "always-context": (
        FORM + "test_a_message_that_lacks_a_part_is_refused_with_the_line_that_asks_for_it",
        FORM + "test_it_is_refused_when_it_is_decided_and_once_more_before_it_is_sent",
        FORM + "test_all_that_the_rules_say_carries_every_part",
    ),
    "blocker-to-leadership": (_LEADERSHIP, THRESHOLDS + "test_a_blocker_ripens_to_the_minute_and_climbs"),
    "sprint-flag-3-days": (THRESHOLDS + "test_an_escalated_sprint_is_told_once_and_further_up",),
    "tech-lead-review-load": (
        REVIEWS + "The tech lead hears when more than three pull requests of one person wait",
        "planner/detect/test_whose_move.py::test_the_tech_lead_hears_when_reviews_of_one_person_pile_up",
    ),
    "resolve-first": (
        ESCALATION + "Leadership waits until the owner was told and has had four hours to resolve it",
        PATIENCE + "test_leadership_waits_until_the_owner_was_told_and_had_the_time",
    ),
    "no-flapping": (
        ESCALATION + "What comes back the same day is not told again that day, and not forgotten either",
        PATIENCE + "test_the_same_that_comes_back_is_told_later_and_not_dropped",
    ),
    "status-check-comments": (
        MANNERS + "Mike prefers Jira, so he is asked there, with a mention that reaches him",
        _MODES,
    ),
    "daily-summary": (_DIGEST, _MODES),
    "ask-for-updates": (BLOCKED + "A blocked ticket reaches its owner after one working day, and nobody else", _MODES),
    "ask-who-you-are": (
        "promises/test_who_is_who.py::test_in_doubt_the_person_is_asked_once_at_the_end_of_the_day_and_yes_settles_it",
        "planner/detect/test_identity_uncertain.py::test_it_waits_for_the_end_of_the_day_then_is_asked",
    ),
    "tell-admins": (
        "test_constitution_reload.py::"
        "test_a_broken_file_keeps_the_old_one_in_force_and_the_admins_hear_of_it_once",
        _MODES,
    ),
    "status-follows-merges": (
        PULLS + "A merged pull request moves its ticket, and nobody is pinged",
        "planner/matters/test_proposing.py::test_only_a_merge_frees_a_change_of_status",
    ),
    "confirm-reassign": (_OWNER, APPROVALS + "A colleague who may not decide is refused as well", _MODES),
    "confirm-scope": (_OUTSIDE, _MODES),
    "confirm-unflag": (
        "bot/jobs/presses/test_ending.py::test_a_flag_comes_off_as_their_own_request",
        _MODES,
    ),
    "confirm-escalation": (_LEADERSHIP, _MODES),
    "confirm-other-channels": (_MODES,),
    "never-delete-or-close": (ACTIONS + "A ticket is closed only after a yes", _NEVER, _MODES),
    "never-change-priority": (
        ACTIONS + "A priority changes only with the project manager's yes, whoever asks",
        _MODES,
    ),
    "never-touch-code": (_NEVER,),
    "never-rank-people": (_NEVER, PEOPLE + "test_nobody_is_compared_and_no_reason_is_passed_on"),
    "ask-rather-than-guess": (
        POLICY + "test_an_unlisted_action_asks_the_pm",
        "promises/test_who_is_who.py::test_nothing_is_guessed_and_nobody_is_asked",
        "planner/test_answer.py::test_several_running_sprints_are_a_question_back",
    ),
    "offer-options": (),
    "explain-reasoning": (
        "stories/answers.yaml::Why was I told this?",
        "stories/answers.yaml::Why am I asked this?",
        "planner/test_answer.py::test_why_answers_from_the_record",
    ),
    "remember-what-worked": (
        LEARNT + "test_feedback_lowers_a_rule_for_that_person_alone",
        LEARNT + "test_what_was_called_useless_comes_last_within_its_urgency",
    ),
    "adapt-to-people": (
        LEARNING + "test_mike_gets_jira_comments_instead_of_pings",
        LEARNING + "test_sarahs_nudges_come_in_her_morning",
    ),
    "track-velocity": (LEARNT + "test_a_sprints_velocity_is_kept_while_it_runs_and_closed_when_it_is",),
    "memory-not-this-file": (
        _NEVER,
        LEARNING + "test_what_is_known_of_somebody_goes_when_they_ask_and_does_not_come_back",
    ),
    "critical-production-down": (
        _DOWN,
        "planner/detect/test_production_down.py::test_a_ticket_with_the_marks_is_found_at_once_and_told_to_its_owner",
        "planner/detect/test_production_down.py::"
        "test_production_asks_neither_for_sprints_nor_for_what_waits_on_purpose",
    ),
    "critical-sprint-ends": (
        TICKETS + "A sprint at risk that becomes critical is told as that, and not twice",
        SPRINTS + "test_a_sprint_is_critical_from_the_morning_the_constitution_names",
    ),
    "critical-wide-blocker": (_LEVELS, TICKET + "test_a_wide_blocker_becomes_critical_when_the_urgency_rules_say_so"),
    "critical-notify-at-once": (
        _DOWN,
        CLOCKS + "test_a_ticket_that_is_merely_marked_is_told_at_once_and_goes_up_every_thirty_minutes",
        "planner/test_attention.py::test_something_critical_takes_of_its_own_budget_first",
    ),
    "critical-escalate-if-silent": (
        _DOWN,
        CLOCKS + "test_every_thirty_minutes_the_next_person_hears_and_each_step_once",
        CLOCKS + "test_it_stops_when_it_is_resolved_or_somebody_has_answered",
    ),
    "high-sprint-behind": (_LEVELS,),
    "high-blocker": (_LEVELS, _INTERVALS),
    "high-critical-review": (URGENCY + "test_a_rule_for_critical_reviews_looks_at_the_ticket_the_review_is_for",),
    "high-reach-out": (),
    "medium-slow-tickets": (_STALE,),
    "medium-review": (_LEVELS,),
    "medium-remind-gently": (_STALE,),
    "low-no-blockers": (_INTERVALS, "promises/test_never_noisy.py::"
        "test_a_thousand_looks_at_a_quiet_project_send_nothing_but_the_digest"),
    "low-summary-only": (),
    "urgency-critical": (_LEVELS, _INTERVALS),
    "urgency-high": (_LEVELS, _INTERVALS),
    "urgency-medium": (_LEVELS,),
    "urgency-low": (_INTERVALS,),
}  # fmt: skip
"""By line id: what would go red if code stopped keeping it. Files are below tests/."""
