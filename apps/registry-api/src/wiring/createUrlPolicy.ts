import { isIP } from 'node:net'
import { UrlRefusedError } from '@behest/registry'

/**
 * Creates the check of addresses at the door. Names are looked up only when
 * they are visited, and refused there when they lead to a private address; what
 * is private by its very form is refused here.
 *
 * @param loopbackHosts - `host:port` of this machine, `host:*` for any port.
 */
export function createUrlPolicy(
  loopbackHosts: readonly string[],
): (url: string) => void {
  const loopback = new Set(loopbackHosts)
  return (text) => {
    const refuse = (reason: string) => {
      throw new UrlRefusedError({ url: text, reason })
    }
    if (!URL.canParse(text)) return refuse('it is no address')
    // The parser turns 2130706433, 0x7f.1 and 127.1 into 127.0.0.1.
    const url = new URL(text)
    if (url.username !== '' || url.password !== '')
      return refuse('it holds credentials')
    if (url.hash !== '') return refuse('it has a fragment')
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      return refuse('only https is called')
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    if (
      loopback.has(`${url.hostname}:${port}`) ||
      loopback.has(`${url.hostname}:*`)
    )
      return
    if (url.protocol !== 'https:') return refuse('only https is called')
    if (port !== '443' && Number(port) < 1024)
      return refuse(`port ${port} is not called`)
    if (isIP(url.hostname.replace(/^\[|\]$/g, '')) !== 0)
      return refuse('its host is a literal address')
    if (
      !url.hostname.includes('.') ||
      /\.(?:local|localhost|internal|home\.arpa|lan)\.?$/.test(url.hostname)
    )
      return refuse('its host is not on the public internet')
  }
}
