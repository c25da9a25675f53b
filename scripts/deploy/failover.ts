/** When a gateway takes an instance for gone; the roll-out of a release waits for as long. */
export const failover = { maxFails: 3, failTimeoutSeconds: 5 } as const;
