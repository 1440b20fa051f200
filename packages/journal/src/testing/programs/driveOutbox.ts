/**
 * Drives an outbox until it is killed: the victim of the crash tests.
 * Arguments: database URL, URL of a served chain, depth.
 */
import { createFaultPoint } from '../../outbox/createFaultPoint.js'
import { createOutbox } from '../../outbox/createOutbox.js'
import { createOutboxWorker } from '../../outbox/createOutboxWorker.js'
import type { OutboxChain } from '../../outbox/outboxChain.js'
import { createPool } from '../../postgres/connect.js'
import {
  fromText,
  ScriptedChainError,
  signForScriptedChain,
  toText,
} from '../createScriptedChain.js'

const [databaseUrl = '', chainUrl = '', depth] = process.argv.slice(2)

function call<Result>(method: keyof OutboxChain) {
  return async (...values: unknown[]): Promise<Result> => {
    const response = await fetch(chainUrl, {
      method: 'POST',
      body: JSON.stringify({ method, values }, toText),
    })
    const answer = JSON.parse(await response.text(), fromText)
    if (answer.error !== undefined) throw new ScriptedChainError(answer.error)
    return answer.result
  }
}

const chain: OutboxChain = {
  chainId: 31_337,
  depth: Number(depth),
  readIdentity: call('readIdentity'),
  readHead: call('readHead'),
  readBlockHash: call('readBlockHash'),
  readTipWei: call('readTipWei'),
  readNonce: call('readNonce'),
  readReceipt: call('readReceipt'),
  findTransactionByNonce: call('findTransactionByNonce'),
  sendRaw: call('sendRaw'),
}
const pool = createPool({ connection: databaseUrl })
await createOutboxWorker({
  outbox: createOutbox({ pool }),
  pool,
  chain,
  sign: signForScriptedChain,
  faultPoint: createFaultPoint(process.env.BEHEST_FAULT_AT),
})
console.log('ready')
setInterval(() => {}, 1_000)
