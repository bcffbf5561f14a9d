"""The cost of time, and the return on an outlay; the amounts are the user's, in any currency."""

from __future__ import annotations

from dataclasses import dataclass

from ns2vec._options import number


def cost_of(seconds: float, price_an_hour: float) -> float:
    """Return what a machine costs for some seconds.

    Parameters
    ----------
    seconds : float
    price_an_hour : float
        In any currency.

    Returns
    -------
    float
        In the same currency.

    Raises
    ------
    ConfigError
        If one of the two is negative or not a number.

    Examples
    --------
    >>> from ns2vec.calculator import cost_of
    >>> cost_of(1800, 3.0)
    1.5
    """
    return number("seconds", seconds, 0) / 3600 * number("price_an_hour", price_an_hour, 0)


@dataclass(frozen=True)
class Return:
    """The return on an outlay.

    Attributes
    ----------
    gain : float
        All income minus the outlay.
    roi : float
        `gain` as a share of the outlay: 0.8 is 80 %.
    months_to_even : float or None
        Time until it has paid for itself; None if it never does.
    """

    gain: float
    roi: float
    months_to_even: float | None


def return_on_investment(outlay: float, monthly: float, months: float) -> Return:
    """Compare an outlay with what it brings each month.

    Parameters
    ----------
    outlay : float
        Paid once; above 0.
    monthly : float
        Savings or income per month, minus costs per month; may be negative.
    months : float
        Duration.

    Returns
    -------
    Return

    Raises
    ------
    ConfigError
        If an amount is invalid; the message begins with its name.

    Examples
    --------
    >>> from ns2vec.calculator import return_on_investment
    >>> return_on_investment(30_000, 4_500, 12)
    Return(gain=24000.0, roi=0.8, months_to_even=6.666666666666667)
    """
    paid = number("outlay", outlay, 0.01)
    each, n_months = number("monthly", monthly), number("months", months, 0)
    gain = each * n_months - paid
    return Return(gain, gain / paid, paid / each if each > 0 else None)
