"""The numbers of the rules: whom a promo reaches, how holds are limited, what merchants see."""

from pydantic import Field

from flashpromo.config.part import Part


class RuleSettings(Part):
    """Of locations, reservations and previews."""

    max_location_age_days: int = Field(30, ge=1)
    max_location_accuracy_m: int = Field(1000, ge=1)
    max_travel_speed_kmh: int = Field(1200, ge=1)
    hold_seconds: int = Field(60, ge=1)
    cool_down_seconds: int = Field(30, ge=0)
    max_live_reservations: int = Field(3, ge=1)
    preview_minimum: int = Field(10, ge=1)
    preview_rounding: int = Field(10, ge=1)
