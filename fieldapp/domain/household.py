"""Household (户) and Member (家庭成员) as typed records."""

from dataclasses import dataclass

from .ids import AreaCode, HouseholdId, MemberId


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a household; codes are those of the form's code lists (relation: GB/T 4761, ethnic: GB/T 3304, sex: GB/T 2261.1)."""

    id: MemberId
    name: str
    relation: str = ""
    sex: str = ""
    birth: str = ""
    """YYYY-MM-DD or empty."""
    citizen_id: str = ""
    ethnic: str = ""
    phone: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Household:
    """One household with its members in the order of the register."""

    id: HouseholdId
    village: AreaCode
    head_name: str
    address: str = ""
    group: str = ""
    """村民小组号."""
    natural_village: str = ""
    national_code: str = ""
    phone: str = ""
    household_type: str = ""
    monitor_type: str = ""
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """One line of the roster (花名册)."""

    id: HouseholdId
    village: AreaCode
    head_name: str
    address: str
    group: str
    national_code: str
    phone: str
    household_type: str
    monitor_type: str
    members: int
    state: str
    """"" no submission yet, else the State value of the newest submission."""
    revision: int
    unsent: int
    """Operations of this household and its records without a receipt."""
    conflicts: int
    archived: bool
    """An archive of the newest revision has been made."""
    joined: int = 0
    """So many households that were entered twice are shown under this one."""
