/** Three days pass on the local chain; each time what was due is waited for. */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { createIntentClient } from '@behest/client'
import { createTestClient, http } from 'viem'

const { BEHEST_INTENT_PORT = '4000', BEHEST_RPC_PORT = '8545' } = process.env
const client = createIntentClient({
  baseUrl: `http://127.0.0.1:${BEHEST_INTENT_PORT}`,
})
const chain = createTestClient({
  mode: 'anvil',
  transport: http(`http://127.0.0.1:${BEHEST_RPC_PORT}`),
})
const [order] = (await client.orders()).orders
assert.ok(order)
const { id } = order
for (let due = 1; due <= 3; due += 1) {
  if (due > 1) await passOneDay()
  await untilOrder(
    ({ runs }) =>
      runs.filter(({ outcome }) => outcome === 'met').length === due,
  )
}
await passOneDay()
await untilOrder(({ status }) => status === 'done')

async function passOneDay(): Promise<void> {
  await chain.increaseTime({ seconds: 86_400 })
  await chain.mine({ blocks: 1 })
}

async function untilOrder(
  isSo: (seen: Awaited<ReturnType<typeof client.order>>) => boolean,
): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (isSo(await client.order(id))) return
    await wait(100)
  }
  assert.fail('It did not come to that within a minute.')
}
