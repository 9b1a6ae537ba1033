from needs.models.campaign import Campaign
from needs.models.catalogue import CatalogueItem
from needs.models.cooperative import Cooperative
from needs.models.helper import HouseholdHelper, OfflineHelp
from needs.models.household import Consent, Household
from needs.models.household_claim import HouseholdClaim
from needs.models.household_flag import HouseholdFlag
from needs.models.household_import import HouseholdImport
from needs.models.household_report import HouseholdReport
from needs.models.member import HouseholdMember
from needs.models.need import Need, NeedItem, NeedProgress
from needs.models.pace import PublicationPace
from needs.models.paper import PaperForm
from needs.models.photo import NeedPhoto
from needs.models.review import NeedOpening, NeedReview
from needs.models.source_count import SourceCount

__all__ = [
    "Campaign",
    "CatalogueItem",
    "Consent",
    "Cooperative",
    "Household",
    "HouseholdClaim",
    "HouseholdFlag",
    "HouseholdHelper",
    "HouseholdImport",
    "HouseholdMember",
    "HouseholdReport",
    "Need",
    "NeedItem",
    "NeedOpening",
    "NeedPhoto",
    "NeedProgress",
    "NeedReview",
    "OfflineHelp",
    "PaperForm",
    "PublicationPace",
    "SourceCount",
]
