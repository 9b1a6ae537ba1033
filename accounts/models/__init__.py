from accounts.models.appointment import Appointment, RegionPermission
from accounts.models.audit import AuditEntry, AuditSeal
from accounts.models.login_code import LoginCode
from accounts.models.message import Message
from accounts.models.post_application import PostApplication
from accounts.models.rate_count import RateCount
from accounts.models.region import Region
from accounts.models.region_change import RegionChange
from accounts.models.submission import Submission
from accounts.models.user import User

__all__ = [
    "Appointment",
    "AuditEntry",
    "AuditSeal",
    "LoginCode",
    "Message",
    "PostApplication",
    "RateCount",
    "Region",
    "RegionChange",
    "RegionPermission",
    "Submission",
    "User",
]
