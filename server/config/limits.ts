/**
 * The largest body of a request, in bytes, unless a route has its own limit. The gateway's configuration
 * (scripts/deploy) has the same limit.
 */
export const bodyLimit = 64 * 1024;

/**
 * Requests of one address in a minute, at the server and at the gateway: an office of thousands may have one address.
 */
export const requestsPerMinute = 20_000;

/** Bytes of a file of people to import: some 30,000 rows with every column filled. */
export const importLimit = 10 * 1024 * 1024;
