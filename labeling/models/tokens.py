"""TokenTerms: what an API token is called and may do, beside knox's row with its hash and expiry."""

from django.db import models
from django.db.models import Q
from knox.models import AuthToken

from labeling.models.campaigns import Campaign


class TokenTerms(models.Model):
    """Of a token that somebody named. One without terms (a command made it) may do what its account may."""

    token = models.OneToOneField(AuthToken, primary_key=True, on_delete=models.CASCADE, related_name="terms")
    name = models.CharField(max_length=80)
    read_only = models.BooleanField(default=False)
    # Only what belongs to this campaign; null: all that the account may reach.
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="token_terms_have_a_name")]

    def __str__(self) -> str:
        return self.name
