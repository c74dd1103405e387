"""An amount in Vietnamese words as an Excel formula: a changed price changes the words too. Pure."""

_DIGITS = "không một  hai  ba   bốn  năm  sáu  bảy  tám  chín "
_UNITS = (" nghìn", "", " triệu", " nghìn", "")


def words_formula(cell: str) -> str:
    """``bảy triệu đồng``, in lower case: an expression that reads the whole VND of a cell, from nothing to below 10^15.

    Fifteen digits are read in five groups of three; a thousand billions is counted in thousands of billions.
    """
    digits = f'TEXT({cell},"{"0" * 15}")'
    parts = []
    for group, unit in enumerate(_UNITS):
        group_words = f'IF(VALUE(MID({digits},{3 * group + 1},3))=0,"",{_group(digits, group)}&"{unit} ")'
        parts.append(group_words)
        if group == 1:
            parts.append(f'IF(VALUE(LEFT({digits},6))=0,"","tỷ ")')
    words = f'TRIM({"&".join(parts)}&"đồng")'
    return f'IF(OR({cell}<0,{cell}>=1E15),"(số này không đọc được thành chữ)",IF({cell}=0,"không đồng",{words}))'


def _group(digits: str, group: int) -> str:
    """Three digits. A group that follows a higher one names its hundreds even when they are none."""
    hundreds, tens, ones = (f"MID({digits},{3 * group + place},1)" for place in (1, 2, 3))
    leads = f"VALUE(LEFT({digits},{3 * group}))=0" if group else "TRUE"
    silent = f'AND({hundreds}="0",{leads})'
    return (
        f'IF({silent},"",{_digit(hundreds)}&" trăm ")'
        f'&IF({tens}="0",IF(OR({ones}="0",{silent}),"","linh "),IF({tens}="1","mười ",{_digit(tens)}&" mươi "))'
        f'&IF({ones}="0","",IF(AND({ones}="1",VALUE({tens})>1),"mốt",IF(AND({ones}="5",{tens}<>"0"),"lăm",{_digit(ones)})))'
    )


def _digit(character: str) -> str:
    return f'TRIM(MID("{_DIGITS}",VALUE({character})*5+1,5))'
