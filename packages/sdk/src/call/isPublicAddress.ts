import ipaddr from 'ipaddr.js'

/**
 * Tells whether an address is one of the public internet: no loopback, private,
 * link-local, metadata, carrier, documentation or translated range.
 *
 * @param address - An IPv4 or IPv6 literal without brackets.
 */
export function isPublicAddress(address: string): boolean {
  const parsed = parseAddress(address)
  if (parsed === null || parsed.range() !== 'unicast') return false
  // Outside 2000::/3 nothing is given out, yet "unicast" covers the old
  // IPv4-compatible form: ::7f00:1 is 127.0.0.1.
  return (
    parsed instanceof ipaddr.IPv4 ||
    ((parsed.parts[0] ?? 0) & 0xe000) === 0x2000
  )
}

/** Tells whether an address is this machine's own loopback. */
export function isLoopbackAddress(address: string): boolean {
  return parseAddress(address)?.range() === 'loopback'
}

function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (
    !ipaddr.IPv4.isValidFourPartDecimal(address) &&
    !ipaddr.IPv6.isValid(address)
  )
    return null
  // process() turns IPv4-mapped IPv6 into IPv4.
  return ipaddr.process(address)
}
