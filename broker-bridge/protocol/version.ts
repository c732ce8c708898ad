/** Raised whenever a frame of an older client or bridge would be misunderstood; both ends refuse another number. */
export const protocolVersion = 2
