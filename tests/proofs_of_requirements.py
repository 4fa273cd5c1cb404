"""The twenty requirements: what each asks, which tests prove it, the figure they hold, and what is still open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NOISE, POLICY, MOVES = "promises/test_never_noisy.py::", "planner/test_policy.py::", "planner/hearers/test_moves.py::"
WORKTIME, LEDGER = "planner/bounds/test_worktime.py::", "contracts/stores/test_ledger.py::"
GATE, HOSTILE, WHO = (
    "integrations/slack/outgoing/test_gate.py::",
    "bot/views/test_hostile.py::",
    "promises/test_who_is_who.py::",
)
SURFACES, ONCE, FIFTY = (
    "promises/test_every_surface.py::",
    "promises/test_one_effect.py::",
    "promises/test_fifty_clicks.py::",
)
SHOWN, ALOUD = "bot/views/test_exhibits.py::", "promises/test_said_aloud.py::"
KILL, STORM = "chaos/test_kill.py::", "chaos/test_storm.py::"
MIRROR, DOUBLES = "promises/test_mirror.py::", "promises/test_mirror_doubles.py::"
DOOR, CONNECTIONS = "bot/test_slack_door.py::", "bot/test_connections.py::"

THOUSAND = SURFACES + "test_of_a_thousand_hostile_sprints_nothing_is_invented_or_said_that_slack_would_refuse_or_act_on"
SETTLED, ADDRESSED = "promises/test_one_settlement.py::", "bot/jobs/asked/test_addressing.py::"
TALKED, THREADS = "bot/test_conversation_in_slack.py::", "bot/test_threads_door.py::"
MANNERS, LIVING = "planner/asked/talk/test_thread_manners.py::", "bot/test_living_messages.py::"
INTRODUCED = "bot/jobs/test_introduce.py::"
TRIGGERS, TOOK = "planner/test_triggers.py::", "bot/jobs/presses/test_took.py::"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One requirement of the product."""

    title: str
    says: str
    figure: str
    """What the tests measure or count, with its unit."""
    proofs: tuple[str, ...]
    """Tests below tests/; stories that name the requirement in ``proves`` are added."""
    open: str = ""
    """What is not built yet; empty when it is whole."""


REQUIREMENTS: Mapping[str, Requirement] = {
    "R1": Requirement(
        title="The send gate is code",
        says="No unasked message leaves unless a rule fired on verified facts and passed budget, hours and dedupe.",
        figure="1,000 looks at a quiet project: 0 messages besides the digest; 1,000 looks of a hostile mind: 0.",
        proofs=(
            NOISE + "test_a_thousand_looks_at_a_quiet_project_send_nothing_but_the_digest",
            NOISE + "test_a_hostile_mind_says_nothing_in_hundreds_of_looks",
            "promises/test_hostile_mind.py::test_no_forbidden_effect_and_no_word_of_its_own_in_hundreds_of_cases",
            POLICY + "test_what_no_finding_carries_is_denied",
        ),
    ),
    "R2": Requirement(
        title="Attention budget",
        says="At most one unasked message per person and day over all sources; the best wins, the rest waits in Home.",
        figure="200 events about one person: 1 message with the top 3; 200 concurrent reminders: 1 sent; 90 days of "
        "40 people in 6 zones: 0 person-days over budget.",
        proofs=(
            NOISE + "test_two_hundred_events_about_one_person_are_one_message",
            LEDGER + "test_200_concurrent_reminders_for_one_person_become_one",
            POLICY + "test_two_hundred_conditions_of_one_person_are_one_message_with_three_items",
            POLICY + "test_the_best_item_wins_the_day",
            "soak/test_ninety_days.py::test_ninety_days_of_forty_people",
        ),
    ),
    "R3": Requirement(
        title="No invented facts",
        says="Every key, number, name and date told comes from the facts of that decision; a mind may only choose.",
        figure="A hostile mind in more than 300 cases: 0 forbidden effects, 0 of its own words, links or addressees; "
        "1,000 hostile sprints told as nudge, card, summary, Home and answer: 0 tickets or pull requests that are not "
        "among the facts, of more than 4,000 named.",
        proofs=(
            THOUSAND,
            "planner/reports/test_answers.py::test_before_jira_was_read_nothing_is_guessed",
            "planner/reports/test_answers.py::test_without_bitbucket_nothing_is_guessed_of_reviews",
            ADDRESSED + "test_what_is_not_known_is_said_with_the_reason_and_the_nearest_questions",
            POLICY + "test_no_word_of_a_mind_gets_through",
            POLICY + "test_a_digest_passes_only_as_code_wrote_it",
            "promises/test_hostile_mind.py::test_no_forbidden_effect_and_no_word_of_its_own_in_hundreds_of_cases",
            POLICY + "test_a_thousand_looks_of_a_hostile_mind_on_quiet_data_send_nothing",
            "promises/test_planted_facts.py::test_no_answer_with_a_planted_false_fact_is_let_through",
            "promises/test_planted_facts.py::test_no_lie_in_the_seams_of_a_sentence_is_let_through",
        ),
        open="What a model's advice may still get wrong, marked as its own reading, is listed in docs/claims.md.",
    ),
    "R4": Requirement(
        title="Hours, zone, do not disturb, absence",
        says="Out of a person's hours nothing arrives: it waits, is weighed again at delivery, and is never dropped.",
        figure="Property tests over zones, both clock changes, holidays and night windows: 0 moments outside; 90 days "
        "of 40 people in 6 zones: 0 messages outside.",
        proofs=(
            WORKTIME + "test_working_never_means_outside_the_hours_on_the_wall",
            "planner/test_hours.py::test_whatever_the_zone_season_holiday_night_or_absence_it_is_said_inside_their_hours_"
            "and_never_dropped",
            WORKTIME + "test_a_clock_change_costs_or_gives_what_the_wall_shows",
            WORKTIME + "test_the_next_working_moment_is_inside_hours_and_none_is_before_it",
            "planner/test_stories.py::test_an_effect_is_put_off_when_night_has_fallen",
        ),
    ),
    "R5": Requirement(
        title="Only the person whose move it is",
        says="Drafts, parked, approved, changes requested, own actions: nobody else is pinged.",
        figure="A table of at least 40 situations with the expected addressee: every row holds.",
        proofs=(
            MOVES + "test_whose_move_it_is",
            MOVES + "test_the_table_is_as_long_as_promised",
            "planner/detect/test_signal_properties.py::test_a_signal_never_addresses_somebody_who_is_away",
        ),
    ),
    "R6": Requirement(
        title="Approvals survive",
        says="A question outlives a restart, is answered once, and lapses with no action, never as a denial.",
        figure="Killed at every commit point between click and execution: 0 lost, 0 done twice.",
        proofs=(
            KILL + "test_a_kill_at_any_commit_point_loses_nothing_and_doubles_nothing",
            "planner/hearers/test_approvals.py::test_only_a_named_approver_answers_and_only_in_time",
            "planner/hearers/test_approvals.py::test_an_ask_takes_its_course_in_the_approvers_own_working_time",
            "planner/hearers/test_approvals.py::test_reminder_then_deputy_then_nothing_each_at_its_moment",
            "bot/jobs/test_card.py::test_over_a_weekend_reminder_and_deputy_come_once_and_then_it_lapses",
        ),
    ),
    "R7": Requirement(
        title="Only allowed approvers, exactly what was shown",
        says="The click of anybody else is refused privately; what changed since the card was drawn is asked again.",
        figure="Every other click than the approver's own on the newest card: 0 effects; 50 clicks of two at once: 1 "
        "answer counts, 49 are told so and stand in the audit.",
        proofs=(
            FIFTY + "test_fifty_clicks_of_two_people_are_one_execution_one_state_and_told_to_all",
            "planner/hearers/test_approvals.py::test_only_a_named_approver_answers_and_only_in_time",
            POLICY + "test_policy_is_asked_once_more_before_it_is_done",
            "planner/asked/requests/test_story.py::test_what_changed_since_it_was_asked_is_asked_again_of_whoever_said_yes",
            DOOR + "test_a_signature_of_another_secret_is_refused",
            DOOR + "test_a_request_older_than_five_minutes_is_refused_although_its_signature_is_right",
        ),
    ),
    "R8": Requirement(
        title="Never silent after being addressed",
        says="A command, mention or message is answered or told plainly why not, whatever dependency is down.",
        figure="Acknowledged after one commit, in under 500 ms at p99 while 20 handlers are stuck, over HTTP and "
        "Socket Mode; every dependency down in turn: an answer or a reason each time.",
        proofs=(
            "bench/test_acks.py::test_everything_is_acknowledged_at_once_while_twenty_handlers_are_stuck",
            "bench/test_status.py::test_the_answer_for_five_hundred_issues_comes_from_the_mirror_at_once",
            "planner/test_answer.py::test_every_text_is_some_question",
            DOOR + "test_a_command_that_cannot_be_kept_says_so_to_the_asker",
            DOOR + "test_who_asks_while_nobody_is_at_work_is_told_so",
            "faults/test_mcp.py::test_who_asks_is_answered_whatever_the_server_does",
            "bench/test_latency.py::test_the_answer_to_status",
        ),
    ),
    "R9": Requirement(
        title="One event, one effect",
        says="Deliveries are deduplicated by their id, sends are looked up before they are repeated.",
        figure="Every recorded delivery repeated and reordered: one run each; every kind of deed in Slack 1 to 5 "
        "times, at once, out of order or without its first: 1 effect; 14 ways of settling a matter, delivered 13 times "
        "or pressed twice: 1 effect; random kills: 0 lost, 0 doubled.",
        proofs=(
            SETTLED + "test_a_matter_is_settled_once_however_its_settlement_is_delivered",
            ONCE + "test_it_has_one_effect_however_it_is_delivered",
            ONCE + "test_two_deeds_that_arrive_in_turns_have_two_effects",
            ONCE + "test_a_yes_that_comes_five_times_is_carried_out_once",
            DOOR + "test_an_event_sent_four_times_is_one_job_whatever_the_retry_headers_say",
            "promises/test_real_payloads.py::test_every_recorded_body_comes_in_once_however_often_it_is_sent",
            STORM + "test_random_kills_lose_nothing_and_double_nothing",
            DOUBLES + "test_what_is_told_twice_counts_once_whatever_comes_first",
        ),
    ),
    "R10": Requirement(
        title="Missed data heals and shows its age",
        says="Reading finds what no webhook told; every answer carries the age of its data.",
        figure="A day of lost, late and doubled webhooks: equal to the source after one reconciliation.",
        proofs=(
            MIRROR + "test_a_day_of_lost_late_and_doubled_webhooks_is_healed_by_one_reconciliation",
            DOUBLES + "test_missing_webhooks_are_counted_and_shown_where_operators_look",
            "bot/views/test_words.py::test_the_age_of_data_names_its_sources",
        ),
    ),
    "R11": Requirement(
        title="Untrusted text stays text",
        says="What stands in a ticket or a pull request can add no action, recipient or link.",
        figure="1,000 hostile sprints and hostile words in every argument of every view: nobody is called, no odd link "
        "stays alive.",
        proofs=(
            SURFACES + "test_slack_takes_whatever_is_in_it_and_nobody_is_called",
            THOUSAND,
            HOSTILE + "test_nobody_is_called_and_no_message_is_too_large",
            GATE + "test_nothing_in_any_message_calls_anybody",
            GATE + "test_only_whole_web_links_stay_alive",
        ),
    ),
    "R12": Requirement(
        title="The right person",
        says="Accounts are matched by id and address, asked about in doubt, and never guessed.",
        figure="Hidden, doubled and departed accounts: 0 guesses; a question at most once a person and account.",
        proofs=(
            WHO + "test_nothing_is_guessed_and_nobody_is_asked",
            WHO + "test_in_doubt_the_person_is_asked_once_at_the_end_of_the_day_and_yes_settles_it",
            WHO + "test_nobody_but_the_person_can_answer",
            "planner/hearers/test_identity.py::test_an_id_of_the_constitution_always_wins",
        ),
    ),
    "R13": Requirement(
        title="Set-up proves itself",
        says="Each defect of a set-up is named in one line with its remedy.",
        figure="Every seeded defect is named; a healthy company has 0 faults. Three probes of a conversation through "
        "real HTTP: what is asked is answered, the follow-up is answered, talk of others gets 0 answers.",
        proofs=(
            TALKED + "test_a_question_in_a_thread_is_answered_under_it_and_followed_up_without_a_mention",
            CONNECTIONS + "test_what_was_left_out_at_the_installation_is_told_and_nothing_is_wrong",
            INTRODUCED + "test_it_is_said_once_where_the_constitution_works_and_to_nobody_in_particular",
            CONNECTIONS + "test_a_mistake_is_named_in_one_line_with_its_remedy",
            CONNECTIONS + "test_a_healthy_company_has_no_fault",
            "models/test_directives_mistakes.py::test_one_mistake_is_one_line_with_its_number_and_what_to_do",
        ),
        open="The three probes run in the suite; the command does not hold a conversation in the company's own Slack.",
    ),
    "R14": Requirement(
        title="Honest status colours",
        says="Red and amber come from written thresholds only, by what is done or by the chance a line names; early in "
        "a sprint nothing is amber. What would bring it back to green stands in the forecast.",
        figure="Every working day of a sprint against every share done: amber and red exactly where the lines say.",
        proofs=(
            "planner/detect/test_sprints.py::test_an_early_sprint_is_never_amber_and_a_late_one_only_by_its_figures",
            "planner/detect/test_sprints.py::test_an_early_sprint_is_never_amber_wherever_the_team_lives",
            "planner/reports/test_summaries.py::test_at_risk_only_by_the_written_threshold",
            "planner/detect/test_sprints.py::test_a_sprint_is_at_risk_by_its_chance_only_where_the_line_names_one",
            "planner/reports/test_forecast.py::"
            "test_the_answer_comes_first_then_the_day_before_and_what_each_change_would_buy",
        ),
    ),
    "R15": Requirement(
        title="A short digest",
        says="At most 80 words and 3 items; on a quiet day one line, or nothing with `when: needed`.",
        figure="Property test over generated sprints, the wordiest digest there can be, and the summaries of 1,000 "
        "hostile sprints as they are drawn: never more than 80 words and 3 items.",
        proofs=(
            THOUSAND,
            TOOK + "test_the_details_are_posted_once_under_the_summary",
            "planner/reports/test_answers.py::test_in_the_details_of_a_summary_one_thing_is_told_once",
            TOOK + "test_while_it_is_left_out_its_hour_is_a_look_like_any_other",
            "planner/reports/test_summaries.py::test_no_digest_is_longer_than_eighty_words_or_three_items",
            "planner/reports/test_summaries.py::test_the_wordiest_digest_there_can_be_keeps_to_eighty",
            HOSTILE + "test_a_digest_has_at_most_eighty_words_and_three_items",
            "planner/reports/test_summaries.py::test_a_quiet_day_is_one_line_or_nothing",
            "planner/reports/test_daily.py::test_what_an_earlier_summary_told_is_counted_and_not_repeated",
        ),
    ),
    "R16": Requirement(
        title="Thread manners",
        says="Replies stay in their thread, bots are never answered, and words for others are left alone.",
        figure="An addressing matrix of 50 situations: 25 are answered once, each in its thread, 25 get 0 answers; of "
        "what is said around it, 0 words for others are kept.",
        proofs=(
            ADDRESSED + "test_it_is_answered_once_in_the_thread_it_belongs_to",
            ADDRESSED + "test_it_is_left_alone",
            ADDRESSED + "test_a_follow_up_speaks_of_the_ticket_spoken_of_before",
            TALKED + "test_a_question_in_a_thread_is_answered_under_it_and_followed_up_without_a_mention",
            THREADS + "test_a_follow_up_where_we_were_asked_is_a_job_found_by_one_look_at_memory",
            THREADS + "test_talk_anywhere_else_is_acknowledged_and_not_kept",
            MANNERS + "test_thanks_talk_and_what_is_said_to_a_colleague_is_left_alone",
            DOOR + "test_words_that_are_not_for_us_are_acknowledged_and_not_kept",
            ADDRESSED + "test_words_for_others_that_came_in_are_emptied_as_soon_as_that_is_known",
            DOOR + "test_a_person_who_turns_to_us_gets_a_job",
        ),
    ),
    "R17": Requirement(
        title="Permissions hold",
        says="Members of the teams alone hear facts, and no channel that others read does; every row is kept by team.",
        figure="Guests, strangers and colleagues of no team: 0 internal words. Shared channels: 0, by answer, button, "
        "summary, introduction, edit and stream, and none while Slack does not say who reads there.",
        proofs=(
            "bot/jobs/asked/test_answer.py::test_guests_and_strangers_hear_nothing_internal",
            "bot/jobs/asked/test_answer.py::test_a_colleague_of_no_team_hears_who_could_add_them_and_no_facts",
            "bot/jobs/asked/test_answer.py::test_nothing_internal_is_said_in_a_channel_shared_with_others",
            "bot/jobs/asked/test_answer.py::test_who_reads_a_channel_is_asked_where_a_body_does_not_say_it",
            "bot/test_shared_channels.py::"
            "test_neither_summary_nor_introduction_nor_answer_goes_there_and_the_admins_hear_of_it_once",
            "integrations/slack/reading/test_places.py::"
            "test_a_channel_that_others_read_gets_no_post_no_edit_and_no_stream",
            "integrations/slack/reading/test_places.py::test_nothing_is_posted_while_slack_does_not_say_who_reads",
            "bot/jobs/asked/test_learn.py::test_nobody_touches_what_is_known_of_another",
        ),
        open="Issues restricted by Jira's security levels are shown to everybody in the team who can ask.",
    ),
    "R18": Requirement(
        title="Cost stops, work does not",
        says="Everything works without a language model; idle looks cost nothing.",
        figure="0 calls to a model on a quiet day; with a cap of a cent every rule still runs; a working day is $0.26 "
        "(`make bench`, 296 events and 40 questions).",
        proofs=(
            NOISE + "test_a_thousand_looks_at_a_quiet_project_send_nothing_but_the_digest",
            "bot/test_server.py::test_the_web_process_loads_neither_model_nor_vendor_libraries",
            "promises/test_money_of_a_day.py::test_a_quiet_day_asks_no_model_at_all",
            "promises/test_money_of_a_day.py::test_with_a_cent_a_day_every_rule_still_runs",
            "bot/thinking/test_gated.py::test_two_processes_share_one_purse",
        ),
    ),
    "R19": Requirement(
        title="Renders everywhere",
        says="Every message fits Slack's limits; what does not fit is counted, never cut in the middle of a line.",
        figure="1,000 hostile sprints, more than 5,000 messages and views: each passes two descriptions of Block Kit "
        "and the rules across blocks, at most 10,000 characters; each can be heard, and none needs a colour.",
        proofs=(
            THOUSAND,
            SHOWN + "test_every_surface_has_a_sample",
            SHOWN + "test_whoever_hears_it_or_sees_no_colours_misses_nothing",
            ALOUD + "test_all_that_is_written_on_a_day_can_be_heard_and_is_safe",
            GATE + "test_any_message_becomes_one_slack_takes",
            HOSTILE + "test_slack_takes_every_message",
            HOSTILE + "test_slack_takes_every_home",
            "integrations/slack/outgoing/test_fitting.py::test_no_piece_and_no_cut_is_longer_than_allowed",
        ),
    ),
    "R20": Requirement(
        title="Edits update, bursts coalesce",
        says="One living message per subject; a burst of events is one look.",
        figure="120 transitions in 2 minutes: 1 update; a second question joins the open card; an edited comment: 0 "
        "looks; changes that follow each other in seconds: 1 drawing of a Home.",
        proofs=(
            LIVING + "test_a_reminder_whose_matter_is_over_says_so_in_one_line",
            LIVING + "test_what_is_over_among_others_is_struck_through_and_the_rest_keeps_its_menu",
            "bot/jobs/home/test_home.py::test_what_follows_each_other_in_a_few_seconds_is_one_drawing",
            TOOK + "test_a_claimed_review_is_struck_through_and_the_other_reviewers_stay_unpinged",
            TRIGGERS + "test_an_event_is_a_reason_to_look_or_not",
            "bot/test_webhooks.py::test_an_event_that_matters_asks_for_one_debounced_look_of_its_team",
            "bot/test_notify.py::test_a_second_question_joins_the_open_card",
            "promises/test_one_update.py::test_a_hundred_and_twenty_transitions_in_two_minutes_are_one_update",
            "bot/test_living_messages.py::test_a_further_step_edits_the_post_there_is_and_posts_no_second",
        ),
    ),
}
