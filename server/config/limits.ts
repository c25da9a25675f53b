/**
 * Bytes of a request's body, where a route does not say otherwise; the contract's longest request is far below.
 * The gateway's configuration (scripts/deploy) has the same limit.
 */
export const bodyLimit = 64 * 1024;

/** Requests a minute of one address, at the server and at the gateway: an office of thousands stands behind one. */
export const requestsPerMinute = 20_000;

/** Bytes of a file of people to import: some 30,000 rows with every column filled. */
export const importLimit = 10 * 1024 * 1024;
