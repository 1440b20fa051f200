/**
 * Goes on with intents until it is killed: the victim of the crash tests. Each
 * call of `advance` writes one more artifact; five make an intent done.
 * Arguments: database URL, `leases` or `workflows`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { BehestError } from '@behest/spec'
import { createIntentStore } from '../../intents/createIntentStore.js'
import { createPool } from '../../postgres/connect.js'
import {
  type Advance,
  createIntentRunner,
} from '../../runner/createIntentRunner.js'
import { createWorkflows } from '../../runner/createWorkflows.js'
import { takeExecutorSlot } from '../../runner/takeExecutorSlot.js'

const [databaseUrl = '', mode] = process.argv.slice(2)
const pool = createPool({ connection: databaseUrl })
const store = createIntentStore({ pool })
const slot = await takeExecutorSlot({ pool, kind: 'test' })
const hash = `0x${'7'.repeat(64)}` as const

const advance: Advance = async (intentId) => {
  const intent = await store.get(intentId)
  if (intent === null || intent.status === 'done') return 'ended'
  const isLast = intent.version === 5
  await sleep(30)
  try {
    await store.append({
      intentId,
      expectedVersion: intent.version,
      stage: 'candidates',
      hash,
      body: { stage: 'candidates', parentHash: hash, steps: [] },
      status: isLast ? 'done' : 'running',
      message: `version ${intent.version}`,
    })
  } catch (error) {
    if (!BehestError.isInstance(error)) throw error
  }
  return isLast ? 'ended' : 'again'
}

const workflows =
  mode === 'workflows'
    ? createWorkflows({ pool, executorId: slot.name, advance })
    : undefined
await workflows?.ready
createIntentRunner({
  store,
  advance,
  owner: slot.name,
  leaseSeconds: 60,
  ...(workflows === undefined ? {} : { drive: workflows.drive }),
})
console.log(slot.name)
setInterval(() => {}, 1_000)
