/**
 * How long a connection may take to say what it wants. Node's own limits are
 * minutes, in which a few slow callers hold every connection.
 */
export const connectionLimits = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  // The limits above bite when they are looked at.
  connectionsCheckingInterval: 2000,
} as const
