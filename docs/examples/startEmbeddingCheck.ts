/** The script is there, for pages of others, and only named sites may frame. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

const { BEHEST_INTENT_PORT = '4000' } = process.env
const url = `http://127.0.0.1:${BEHEST_INTENT_PORT}`
const tag = readFileSync('docs/examples/embed.html', 'utf8')
const source = /<script src="([^"]+)"/.exec(tag)?.[1] ?? ''
const script = await fetch(source.replace('http://127.0.0.1:4000', url))
assert.equal(script.status, 200)
assert.equal(script.headers.get('cross-origin-resource-policy'), 'cross-origin')
// Its label is one that the script reads.
assert.match(tag, /data-label="/)
assert.match(await script.text(), /dataset\.label|data-label/)
const page = await fetch(url)
assert.match(
  page.headers.get('content-security-policy') ?? '',
  /frame-ancestors 'self' https:\/\/shop\.example https:\/\/www\.shop\.example;/,
)
