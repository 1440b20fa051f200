/** The caps that the operator set are the ones that hold. */
import assert from 'node:assert/strict'
import { createIntentClient } from '@behest/client'

const { BEHEST_INTENT_PORT = '4000' } = process.env
const client = createIntentClient({
  baseUrl: `http://127.0.0.1:${BEHEST_INTENT_PORT}`,
})
const { isPaying, perIntent, perDay } = await client.payments()
assert.deepEqual([isPaying, perIntent, perDay], [true, '0.05', '1'])
