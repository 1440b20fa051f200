import { defineAgent, getAmountUnits } from '@behest/sdk'
import { examples } from './examples.js'

/** Sends the native coin. It quotes; it never signs and never sends. */
export const agent = defineAgent({
  name: 'my-agent',
  version: '0.1.0',
  summary: 'Sends the native coin to an address.',
  chainIds: 'any',
  serves: ['transfer'],
  tokens: ['ETH'],
  examples,
  limits: { spenders: [], maxValidForSeconds: 300 },
  quote({ token, amount, to }) {
    if (token.address !== 'native') return null // another agent may serve it
    const { units } = getAmountUnits({ amount })
    return { calls: [{ to, valueWei: units, amountOffsets: [-1] }] }
  },
})
