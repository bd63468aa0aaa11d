"""What is wrong with a unified social credit code (GB 32100-2015), in words. Source texts."""

from storage.texts import N_

NOT_A_CREDIT_CODE = N_(
    "A unified social credit code has 18 digits and capital letters, without I, O, S, V and Z, and is not all zeros."
)
MISTYPED = N_(
    "This is not a unified social credit code: it does not use I, O, S, V and Z. Did you mean {likely}?"
)
LIKELY = N_(
    "The check digit of this code does not match. Did you mean {likely}? Please correct "
    "the code, or say why it is right."
)
