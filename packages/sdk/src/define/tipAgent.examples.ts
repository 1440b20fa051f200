//#region tip
import { defineAgent, getAmountUnits } from '@behest/sdk'

export const tipAgent = defineAgent({
  name: 'tip',
  version: '1.0.0',
  summary: 'Sends the native coin.',
  chainIds: 'any',
  serves: ['transfer'],
  limits: { spenders: [], maxValidForSeconds: 300 },
  quote({ token, amount, to }) {
    if (token.address !== 'native') return null // another agent may serve it
    const { units } = getAmountUnits({ amount })
    return { calls: [{ to, valueWei: units, amountOffsets: [-1] }] }
  },
})
//#endregion tip
