/** What `npm start` says is there is there. */
import assert from 'node:assert/strict'

const { BEHEST_INTENT_PORT = '4000', BEHEST_REGISTRY_PORT = '4100' } =
  process.env
for (const port of [BEHEST_INTENT_PORT, BEHEST_REGISTRY_PORT]) {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`)
  assert.equal(response.status, 200)
}
const page = await fetch(`http://127.0.0.1:${BEHEST_INTENT_PORT}/`)
assert.match(await page.text(), /<title>Behest/)
