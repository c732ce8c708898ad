/** Longest query that is read, in UTF-16 units: what `printQuery` makes of the longest that people write still fits. */
export const queryLimit = 2_000
/** Longest query that people write. */
export const typedQueryLimit = 500
