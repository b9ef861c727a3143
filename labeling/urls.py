"""Addresses of pages; the API's are in labeling/api/urls.py."""

from django.contrib.auth.views import LoginView
from django.urls import URLPattern, URLResolver, path

from labeling.views import (
    campaigns,
    decisions,
    exports,
    health,
    home,
    imports,
    jobs,
    label,
    members,
    my_settings,
    pool,
    rounds,
    selectors,
    signing,
)

CAMPAIGN = "campaigns/<slug:slug>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", signing.SignOut.as_view(), name="logout"),
    path("me/settings/", my_settings.my_settings, name="my-settings"),
    path("me/password/", my_settings.ChangePassword.as_view(), name="my-password"),
    path("campaigns/<slug:slug>/label/", label.label, name="label"),
    path("campaigns/", campaigns.campaign_list, name="campaigns"),
    path("new-campaign/", campaigns.new_campaign, name="campaign-new"),
    path(CAMPAIGN, campaigns.campaign, name="campaign"),
    path(f"{CAMPAIGN}settings/", campaigns.campaign_settings, name="campaign-settings"),
    path(f"{CAMPAIGN}rounds/", rounds.round_list, name="rounds"),
    path(f"{CAMPAIGN}rounds/plan/", rounds.plan, name="round-plan"),
    path(f"{CAMPAIGN}rounds/<int:number>/", rounds.round_page, name="round"),
    path(f"{CAMPAIGN}rounds/<int:number>/<slug:to>/", rounds.turn, name="round-turn"),
    path(f"{CAMPAIGN}problems/", pool.problem_list, name="problems"),
    path(f"{CAMPAIGN}problems/<int:pk>/", pool.problem_page, name="problem"),
    path(f"{CAMPAIGN}solutions/", pool.solution_list, name="solutions"),
    path(f"{CAMPAIGN}solutions/<int:pk>/", pool.solution_page, name="solution"),
    path(f"{CAMPAIGN}decisions/", decisions.decision_list, name="decisions"),
    path(f"{CAMPAIGN}decisions/disputes/<int:pk>/", decisions.dispute_page, name="dispute"),
    path(f"{CAMPAIGN}decisions/problems/<int:pk>/", decisions.problem_decision, name="problem-decision"),
    path(f"{CAMPAIGN}members/", members.member_list, name="members"),
    path(f"{CAMPAIGN}members/<int:pk>/role/", members.change_role, name="member-role"),
    path(f"{CAMPAIGN}members/<int:pk>/remove/", members.remove_member, name="member-remove"),
    path(f"{CAMPAIGN}data/", imports.data, name="data"),
    path(f"{CAMPAIGN}export/", exports.export, name="export"),
    path(f"{CAMPAIGN}jobs/", jobs.job_list, name="jobs"),
    path(f"{CAMPAIGN}jobs/<int:pk>/", jobs.job_page, name="job"),
    path(f"{CAMPAIGN}jobs/<int:pk>/cancel/", jobs.cancel, name="job-cancel"),
    path(f"{CAMPAIGN}jobs/<int:pk>/retry/", jobs.retry, name="job-retry"),
    path(f"{CAMPAIGN}retrain/", jobs.retrain, name="retrain"),
    path(f"{CAMPAIGN}selectors/", selectors.selector_list, name="selectors"),
    path(f"{CAMPAIGN}selectors/<int:number>/", selectors.selector_page, name="selector"),
    path(f"{CAMPAIGN}selectors/<int:number>/publish/", selectors.publish, name="selector-publish"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", health.metrics, name="metrics"),
]
