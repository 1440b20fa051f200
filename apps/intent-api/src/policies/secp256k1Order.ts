/** Order of the curve: a signature's s above half of it is the twin of another. */
export const secp256k1Order =
  0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
