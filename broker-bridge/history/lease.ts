/** Milliseconds the bridge that writes a broker's tasks stays the one after its last word. */
export const leaseTime = 10_000
