"""Addresses of the API, under /api/v1/."""

from django.urls import path

from labeling.api.schema import SchemaView
from labeling.api.views import (
    campaigns,
    drafts,
    exports,
    guides,
    history,
    imports,
    jobs,
    me,
    members,
    practice,
    rounds,
    rows,
    work,
)

app_name = "api"
CAMPAIGN = "campaigns/<slug:slug>/"
urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    # What is personal, and labeling itself.
    path("me/", me.Me.as_view(), name="me"),
    path("me/settings/", me.MySettings.as_view(), name="my-settings"),
    path("me/labels/", me.MyLabels.as_view(), name="my-labels"),
    path("me/labels/<int:label_id>/", me.MyLabel.as_view(), name="my-label"),
    path("me/practice/", practice.Practice.as_view(), name="practice"),
    path("me/practice/<slug:name>/", practice.PracticeExercise.as_view(), name="exercise"),
    path("me/guides/<slug:slug>/", guides.MyGuide.as_view(), name="my-guide"),
    path("me/drafts/", drafts.MyDrafts.as_view(), name="my-drafts"),
    path("me/drafts/<int:item_id>/", drafts.MyDraft.as_view(), name="my-draft"),
    path(CAMPAIGN + "next/", work.next_item, name="next"),
    path("items/<int:item_id>/lease/", work.lease, name="lease"),
    path("items/<int:item_id>/draft/", work.draft, name="draft"),
    path("items/<int:item_id>/release/", work.release, name="release"),
    path("items/<int:item_id>/label/", work.label, name="label"),
    path(CAMPAIGN + "guide/", guides.Guide.as_view(), name="guide"),
    # For leads.
    path(CAMPAIGN + "guide/versions/", guides.GuideVersions.as_view(), name="guide-versions"),
    path("campaigns/", campaigns.Campaigns.as_view(), name="campaigns"),
    path(CAMPAIGN, campaigns.CampaignDetail.as_view(), name="campaign"),
    path(CAMPAIGN + "stats/", campaigns.Stats.as_view(), name="stats"),
    path(CAMPAIGN + "members/", members.Members.as_view(), name="members"),
    path(CAMPAIGN + "members/<str:username>/", members.MemberDetail.as_view(), name="member"),
    path(CAMPAIGN + "imports/", imports.imports, name="imports"),
    path(CAMPAIGN + "export/", exports.export, name="export"),
    path(CAMPAIGN + "rounds/", rounds.Rounds.as_view(), name="rounds"),
    path(CAMPAIGN + "rounds/<int:number>/", rounds.detail, name="round"),
    path(CAMPAIGN + "rounds/<int:number>/open/", rounds.open_round, name="round-open"),
    path(CAMPAIGN + "rounds/<int:number>/close/", rounds.close_round, name="round-close"),
    path(CAMPAIGN + "rounds/<int:number>/reopen/", rounds.reopen_round, name="round-reopen"),
    path(CAMPAIGN + "retrain/", jobs.retrain, name="retrain"),
    path(CAMPAIGN + "selectors/", jobs.Selectors.as_view(), name="selectors"),
    path(CAMPAIGN + "selectors/<int:version>/publish/", jobs.publish, name="publish"),
    path(CAMPAIGN + "jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/<int:job_id>/", jobs.detail, name="job"),
    path("jobs/<int:job_id>/retry/", jobs.retry, name="job-retry"),
    path("jobs/<int:job_id>/cancel/", jobs.cancel, name="job-cancel"),
    path(CAMPAIGN + "events/", history.Events.as_view(), name="events"),
    path(CAMPAIGN + "labels/", rows.Labels.as_view(), name="labels"),
    path(CAMPAIGN + "solutions/", rows.Solutions.as_view(), name="solutions"),
    path(CAMPAIGN + "problems/", rows.Problems.as_view(), name="problems"),
    path(CAMPAIGN + "problems/<int:problem_id>/", rows.problem, name="problem"),
    path(CAMPAIGN + "disputes/", rows.Disputes.as_view(), name="disputes"),
    path(CAMPAIGN + "disputes/<int:dispute_id>/", rows.dispute, name="dispute"),
]
