from donors.models.account_change import ACCOUNT_FIELDS, AccountChange
from donors.models.adoption import Adoption, AdoptionStep, Instalment
from donors.models.callback import MOST_CALLS, Callback, CallbackSheet
from donors.models.case import CaseStep, DeliveryCase
from donors.models.certificate import Certificate, CertificateSeries
from donors.models.charity_account import CharityAccount
from donors.models.follow import Digest, DigestPlan, Follow
from donors.models.parcel import MOST_PARCELS, Parcel
from donors.models.payout import Payout, PayoutBatch, PayoutGift, PayoutPhoto
from donors.models.photo import MOST_PHOTOS, PledgePhoto
from donors.models.pledge import Pledge, PledgeItem, PledgeStep
from donors.models.proof import DeliveryCode, HoursEntry
from donors.models.statement import Statement, StatementLine, StatementMatch
from donors.models.station import AddressOpening, GoodsNotice, Station
from donors.models.thanks import Thanks
from donors.models.transfer import Transfer

__all__ = [
    "ACCOUNT_FIELDS",
    "MOST_CALLS",
    "MOST_PARCELS",
    "MOST_PHOTOS",
    "AccountChange",
    "AddressOpening",
    "Adoption",
    "AdoptionStep",
    "Callback",
    "CallbackSheet",
    "CaseStep",
    "Certificate",
    "CertificateSeries",
    "CharityAccount",
    "DeliveryCase",
    "DeliveryCode",
    "Digest",
    "DigestPlan",
    "Follow",
    "GoodsNotice",
    "HoursEntry",
    "Instalment",
    "Parcel",
    "Payout",
    "PayoutBatch",
    "PayoutGift",
    "PayoutPhoto",
    "Pledge",
    "PledgeItem",
    "PledgePhoto",
    "PledgeStep",
    "Statement",
    "StatementLine",
    "StatementMatch",
    "Station",
    "Thanks",
    "Transfer",
]
